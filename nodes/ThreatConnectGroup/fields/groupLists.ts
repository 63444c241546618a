import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset, readText } from '../../shared/core/readValue';
import { type Field, type FieldType, type FormOperation, field, labelOf } from '../../shared/fields/field';
import { choice, date, flag, longId, text } from '../../shared/fields/fieldTypes';
import { notice } from '../../shared/fields/fixedCollection';
import { byName, located } from '../../shared/fields/locators';
import { GROUP_TYPES, sameOptions, SIGNATURE_FILE_TYPE } from './groupTypes';
import { indicatorBody, indicatorKey, indicatorName, storedValues, typeNamed } from './indicators';
import { finerInputs, type ListShape, listType } from './listType';
import { recognizeIndicators } from './recognizeIndicators';
import {
	caseAssignee,
	nestedAttributes,
	nestedNames,
	numberWithin,
	READ_ONLY_OF_ATTRIBUTES,
	textWithin,
	userReference,
	yesNoOrUnset,
} from './rowTypes';

/** The lists of a group: tags, attributes, labels, associations, assignments and reviews. */

export const WRITABLE_OWNER = located(text(), 'searchWritableOwners', byName('e.g. Demo Organization'));

/** An input for several values. */
const many = (
	name: string,
	displayName: string,
	kind: FieldType,
	description: string,
	more: Partial<Field> & { forms?: readonly FormOperation[] } = {},
): Field & { forms?: readonly FormOperation[] } => ({
	...field(
		name,
		displayName,
		{ control: () => ({ type: 'string', default: '' }), read: kind.read },
		description,
	),
	...more,
});

const IDS = (label: string, of: string, forms?: readonly FormOperation[]) =>
	many('id', label, longId(), `IDs of existing ${of}: ${SEPARATED}`, {
		placeholder: 'e.g. 12345, 12346',
		...(forms && { forms }),
	});

/** What an input for several values takes. */
export const SEPARATED = 'separated by commas, one per line, or an array from an expression';

/** In a new group, what is in sight takes the names. In an update, the names may have another mode here. */
const NAMED_WITH_MODE = { forms: ['update', 'upsert'] } as const;

const NAME = many(
	'name',
	'Tags by Name',
	text({ maxLength: 128 }),
	`Names of tags to add, to remove or to keep alone, by the mode: ${SEPARATED}`,
	{ placeholder: 'e.g. Targeted Attack, Robbery', ...NAMED_WITH_MODE },
);

const LABEL = many(
	'name',
	'Labels by Name',
	text({ maxLength: 50 }),
	`Names of labels to add, to remove or to keep alone, by the mode: ${SEPARATED}`,
	{ placeholder: 'e.g. TLP:AMBER', ...NAMED_WITH_MODE },
);

export const TAGS = listType({
	entry: 'Tag',
	shorthands: [
		NAME,
		many('techniqueId', 'Technique IDs', text(), `Tags of MITRE ATT&CK techniques: ${SEPARATED}`, {
			placeholder: 'e.g. T1566, T1059.001',
		}),
	],
	fields: [
		field(
			'name',
			'Name',
			located(text({ maxLength: 128 }), 'searchTags', byName('e.g. Targeted Attack')),
			'Tag of the instance, or a new one by its name',
		),
		field('description', 'Description', text({ maxLength: 4000 }), 'Description of the tag'),
	],
	values: ['name', 'techniqueId'],
	keyOf: ({ name }) => (isUnset(name) ? undefined : String(name).toLowerCase()),
	deletedBy: 'name',
	maxSize: 1000,
	// A tag is found by its name. Other systems have an ID, a color and more of their own under the same keys.
	writable: (tag) =>
		pick(tag, ['name', 'techniqueId', 'description', ...(tag.name === undefined ? ['id'] : [])]),
	finalizeEntry(tag, label) {
		if (isUnset(tag.id) && isUnset(tag.name) && isUnset(tag.techniqueId)) {
			throw new InvalidInput(
				`${label}: a tag needs a name or a techniqueId`,
				'Give its name, or the ID of its technique.',
			);
		}
		return tag;
	},
});

export const SECURITY_LABELS = listType({
	entry: 'Security Label',
	short: 'Label',
	shorthands: [LABEL],
	fields: [
		field(
			'name',
			'Name',
			located(text({ maxLength: 50 }), 'searchSecurityLabels', byName('e.g. TLP:AMBER')),
			'Label of the instance',
		),
	],
	values: ['name'],
	keyOf: ({ name }) => (isUnset(name) ? undefined : String(name)),
	deletedBy: 'name',
	maxSize: 1000,
	// The color and the description belong to a label that an administrator made. A copy must not change them.
	writable(label) {
		if (label.name === undefined) return pick(label, ['id']);
		const isKnown = isCopy(label) || label.id !== undefined;
		return pick(label, isKnown ? ['name'] : ['name', 'color', 'description']);
	},
	needs: ['name'],
});

/** Keys that only a response has. An entry that has one of them was copied from a Get. */
const ANSWERED = ['createdBy', 'dateAdded', 'lastModified', 'owner'];

const isCopy = (entry: JsonObject) => ANSWERED.some((name) => entry[name] !== undefined);

const pick = (entry: JsonObject, names: readonly string[]): JsonObject =>
	Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));

const without = (entry: JsonObject, names: readonly string[]): JsonObject =>
	Object.fromEntries(Object.entries(entry).filter(([name]) => !names.includes(name)));

const ATTRIBUTE_SHAPE: ListShape = {
	entry: 'Attribute',
	rowsInSight: true,
	shorthands: [IDS('Attribute IDs', 'attributes, which is how attributes are removed', ['update'])],
	fields: [
		field(
			'type',
			'Type',
			located(text(), 'searchAttributeTypes', byName('e.g. Additional Analysis and Context')),
			'Name of an attribute type that is valid for the type of the group',
		),
		field('value', 'Value', text({ rows: 3 }), 'What the attribute says', {
			placeholder: 'e.g. Seen in mails to the finance team',
		}),
		field('default', 'Default', flag(), 'Whether this is the default attribute of its type', {}),
		field(
			'pinned',
			'Pinned',
			flag(),
			'Whether the attribute is pinned, so that it stands among the details of the group',
		),
		field('source', 'Source', text(), 'Where the value comes from', { placeholder: 'e.g. Mail gateway' }),
		field(
			'securityLabels',
			'Labels',
			nestedNames(),
			`Names of security labels for this attribute: ${SEPARATED}`,
			{ placeholder: 'e.g. TLP:AMBER' },
		),
	],
	values: ['value'],
	needs: ['type', 'value'],
	maxSize: 1000,
	writable(attribute, { mode, operation }) {
		if (mode === 'delete') return pick(attribute, ['id']);
		const isWhole = attribute.type !== undefined && attribute.value !== undefined;
		const own = isCopy(attribute) ? pick(attribute, ['id', ...ATTRIBUTE_FIELDS]) : attribute;
		const writable = without(own, READ_ONLY_OF_ATTRIBUTES);
		// In an update that appends, `separateExistingAttributes` needs the ID. Otherwise each attribute is a new one.
		const isNew = operation === 'create' || mode === 'replace';
		return isWhole && isNew ? without(writable, ['id']) : writable;
	},
	// A switch in a row of the form always has a value, so off means unset. An entry with an ID comes from the input.
	finalizeEntry: (attribute) => (attribute.id === undefined ? withoutOff(attribute) : attribute),
};

/** An attribute without switches that are off, as a new one is anyway. */
export const withoutOff = (attribute: JsonObject): JsonObject =>
	without(
		attribute,
		['default', 'pinned'].filter((name) => attribute[name] === false),
	);

export const ATTRIBUTES = listType(ATTRIBUTE_SHAPE);

export const FINER_ATTRIBUTES = finerInputs(ATTRIBUTE_SHAPE);

const ATTRIBUTE_FIELDS = ['type', 'value', 'source', 'default', 'pinned', 'securityLabels'];

export const ASSOCIATED_ARTIFACTS = listType({
	entry: 'Artifact',
	shorthands: [IDS('Artifact IDs', 'artifacts')],
	fields: [
		field(
			'summary',
			'Summary',
			text({ maxLength: 500 }),
			'The artifact itself, such as a host name or a hash',
			{
				placeholder: 'e.g. badguy.com',
			},
		),
		field(
			'type',
			'Type',
			located(text(), 'searchArtifactTypes', byName('e.g. Host, IP Address or File Hash')),
			'What kind of artifact it is, in the words of the instance',
		),
		field('caseId', 'Case ID', longId(), 'ID of the case that the artifact belongs to', {
			placeholder: 'e.g. 12345',
		}),
		field(
			'caseXid',
			'Case XID',
			text(),
			'External ID of the case, given by whoever created it: instead of its ID',
		),
		field('taskId', 'Task ID', longId(), 'ID of a workflow task, instead of a case'),
		field('taskXid', 'Task XID', text(), 'External ID of a workflow task, instead of a case'),
		field('source', 'Source', text({ maxLength: 100 }), 'Where the artifact comes from'),
		field('fieldName', 'Field Name', text({ maxLength: 100 }), 'Name of the field that the artifact fills'),
		field(
			'derivedLink',
			'Derived Link',
			yesNoOrUnset(),
			'Whether the artifact takes part in links between cases that have the same artifact',
		),
		field('fileData', 'File Data', text(), 'Base64 content, for artifacts of a file type'),
	],
	values: ['summary', 'fileData'],
	byId: true,
	needs: ['summary', 'type'],
	maxSize: 1000,
	finalizeEntry(artifact, label) {
		if (['caseId', 'caseXid', 'taskId', 'taskXid'].every((name) => isUnset(artifact[name]))) {
			throw new InvalidInput(
				`${label}: a new artifact needs a case or a task`,
				'Give one of caseId, caseXid, taskId or taskXid.',
			);
		}
		return artifact;
	},
});

const CASE_RESOLUTION = choice([
	{ name: '(Not Set)', value: '' },
	...sameOptions(
		'Not Specified',
		'Containment Achieved',
		'Deferred / Delayed',
		'Escalated',
		'False Positive',
		'In Progress / Investigating',
		'Rejected',
		'Restoration Achieved',
	),
]);

export const ASSOCIATED_CASES = listType({
	entry: 'Case',
	shorthands: [IDS('Case IDs', 'cases')],
	fields: [
		field('name', 'Name', text({ maxLength: 255 }), 'Name of the new case', {
			placeholder: 'e.g. Phishing in the finance team',
		}),
		field(
			'severity',
			'Severity',
			choice(sameOptions('Low', 'Medium', 'High', 'Critical')),
			'Severity of the new case',
		),
		field('status', 'Status', choice(sameOptions('Open', 'Closed')), 'Status of the new case'),
		field('description', 'Description', text({ maxLength: 1500, rows: 2 }), 'Description of the new case'),
		field('xid', 'XID', textWithin(10, 100), 'External ID of the new case, 10 to 100 characters'),
		field(
			'resolution',
			'Resolution',
			{ ...CASE_RESOLUTION, control: () => ({ ...CASE_RESOLUTION.control('create'), default: '' }) },
			'Resolution of the new case',
		),
		field('assignee', 'Assignee', caseAssignee(), 'User name of who works on the new case', {
			placeholder: 'e.g. jane@example.com',
		}),
		field('tags', 'Tags', nestedNames(), `Names of tags for the new case: ${SEPARATED}`),
	],
	values: ['name'],
	byId: true,
	needs: ['name', 'severity', 'status'],
	maxSize: 1000,
});

const crossOwner = notice(
	'crossOwnerNotice',
	'Associating across owners works only where the instance has it switched on: ask its administrator',
	{ hide: { ownerName: [''] } },
);

export const ASSOCIATED_GROUPS = listType({
	entry: 'Group',
	shorthands: [IDS('Group IDs', 'groups')],
	fields: [
		field('name', 'Name', text(), 'Name of the new group', { placeholder: 'e.g. FIN7' }),
		field('type', 'Type', choice(GROUP_TYPES), 'Type of the new group'),
		field(
			'ownerName',
			'Owner Name',
			WRITABLE_OWNER,
			'Organization, Community or Source of the new group; if empty, the organization of the API user',
		),
		field('xid', 'XID', text(), 'External ID: your own key for the new group, to find it again by', {
			placeholder: 'e.g. crm:INC-2042',
		}),
		field('fileName', 'File Name', text({ maxLength: 255 }), 'Name of the signature file', {
			types: ['Signature'],
			placeholder: 'e.g. emotet.yar',
		}),
		field('fileType', 'File Type', SIGNATURE_FILE_TYPE, 'Language of the signature', {
			types: ['Signature'],
		}),
		field('fileText', 'File Text', text({ rows: 4 }), 'The signature itself', { types: ['Signature'] }),
	],
	values: ['name', 'xid'],
	byId: true,
	needs: ['name', 'type'],
	namedBy: 'xid',
	rowNotices: [crossOwner],
	finalizeEntry(group, label) {
		if (group.type !== 'Signature') return pickForType(group);
		const isNamed = !isUnset(group.xid) && isUnset(group.name);
		const missing = isNamed ? undefined : SIGNATURE_FIELDS.find(([name]) => isUnset(group[name]));
		if (missing) {
			throw new InvalidInput(
				`${label}: ${labelOf({ name: missing[0], displayName: missing[1] })} is missing`,
				'A new group of the type Signature needs fileName, fileType and fileText; an existing one is given by its ID.',
			);
		}
		return group;
	},
});

const SIGNATURE_FIELDS = [
	['fileName', 'File Name'],
	['fileType', 'File Type'],
	['fileText', 'File Text'],
] as const;

/** The form keeps the file type of a signature when the user then chooses another type of group. */
const pickForType = (group: JsonObject): JsonObject => without(group, ['fileType']);

/** What an entry may say of an indicator besides its value. */
const INDICATOR_DETAILS = [
	'ownerName',
	'ownerId',
	'rating',
	'confidence',
	'active',
	'tags',
	'securityLabels',
	'attributes',
	'firstSeen',
	'lastSeen',
	'externalDateAdded',
	'externalDateExpires',
	'externalLastModified',
];

export const ASSOCIATED_INDICATORS = listType({
	entry: 'Indicator',
	shorthands: [IDS('Indicator IDs', 'indicators')],
	readPlain: recognizeIndicators,
	plainLabel: '"Indicators" (indicators)',
	keyOf: indicatorKey,
	fields: [
		field(
			'type',
			'Type',
			located(text(), 'searchIndicatorTypes', byName('e.g. Host')),
			'Type of the indicator, also a custom one of the instance',
		),
		field(
			'summary',
			'Summary',
			text(),
			'The indicator itself. It is created when its owner does not have it yet. Several hashes of one file: "md5 : sha1 : sha256"',
			{ placeholder: 'e.g. badguy.com' },
		),
		field(
			'ownerName',
			'Owner Name',
			located(text(), 'searchOwners', byName('e.g. Demo Organization')),
			'Organization, Community or Source of the indicator; if empty, the organization of the API user. To remove one, needed only if several owners have it.',
		),
		field('rating', 'Rating', numberWithin(0, 5), 'Threat rating of the indicator, from 0 to 5'),
		field(
			'confidence',
			'Confidence',
			numberWithin(0, 100, { whole: true }),
			'Confidence rating of the indicator, from 0 to 100',
		),
		field('active', 'Active', yesNoOrUnset(), 'Whether the indicator is active'),
		field('tags', 'Tags', nestedNames(), `Names of tags for the indicator itself: ${SEPARATED}`),
		field(
			'securityLabels',
			'Labels',
			nestedNames(),
			`Names of security labels for the indicator itself: ${SEPARATED}`,
		),
		field(
			'attributes',
			'Attributes',
			nestedAttributes(),
			'Attributes of the indicator itself: an array from an expression, or JSON text',
			{ placeholder: 'e.g. [{"type": "Description", "value": "C2 server"}]' },
		),
		...(
			[
				['firstSeen', 'First Seen', 'When the indicator was first seen'],
				['lastSeen', 'Last Seen', 'When the indicator was last seen'],
				['externalDateAdded', 'Ext. Added', 'When it was created in the system it comes from'],
				['externalDateExpires', 'Ext. Expires', 'When it expires in the system it comes from'],
				['externalLastModified', 'Ext. Modified', 'When it was last changed in the system it comes from'],
			] as const
		).map(([name, displayName, description]) => field(name, displayName, date(), description)),
	],
	values: ['summary'],
	verbatim: ['Value Name', 'value2'],
	byId: true,
	needs: ['type'],
	rowNotices: [crossOwner],
	identify: indicatorName,
	identifiedBy: 'a type and a summary',
	finalizeEntry({ summary, type, ...others }, label) {
		if (summary === undefined) {
			// The API's own summary field, e.g. hostName, may be given instead.
			if (Object.keys(others).some((name) => !INDICATOR_DETAILS.includes(name))) {
				const named = type === undefined ? {} : { type: typeNamed(String(type)) };
				return { ...named, ...others, ...storedValues(named.type, others) };
			}
			throw new InvalidInput(`${label}: the indicator has no summary`, 'Give its summary or its ID.');
		}
		return { ...indicatorBody(String(type ?? ''), String(summary), label), ...others };
	},
});

const VICTIM_ASSET_VALUES: Readonly<Record<string, string>> = {
	EmailAddress: 'address',
	NetworkAccount: 'accountName',
	Phone: 'phone',
	SocialNetwork: 'accountName',
	WebSite: 'website',
};

export const VICTIM_ASSET_TYPES = Object.keys(VICTIM_ASSET_VALUES);

export const ASSOCIATED_VICTIM_ASSETS = listType({
	entry: 'Victim Asset',
	short: 'Asset',
	shorthands: [IDS('Asset IDs', 'victim assets')],
	fields: [
		field('type', 'Type', choice(sameOptions(...VICTIM_ASSET_TYPES)), 'Type of the new victim asset'),
		field('victimId', 'Victim ID', longId(), 'ID of the victim that has the asset'),
		field(
			'value',
			'Value',
			text({ maxLength: 255 }),
			'The address, account name, phone number or website, by the type',
		),
		field('addressType', 'Addr. Type', text(), 'Kind of e-mail address, e.g. Work'),
		field('networkType', 'Network', text(), 'Network of a network account'),
		field('socialNetwork', 'Platform', text(), 'Network of a social network account'),
	],
	values: ['value'],
	byId: true,
	needs: ['type', 'victimId'],
	finalizeEntry({ value, ...asset }) {
		const field = VICTIM_ASSET_VALUES[String(asset.type)];
		return value === undefined || field === undefined ? asset : { ...asset, [field]: value };
	},
});

/** The documentation names no mode for assignments. The vendor's own client sends one. */
export const ASSIGNMENTS: FieldType = listType({
	entry: 'Assignment',
	shorthands: [],
	fields: [
		field(
			'type',
			'Type',
			choice([
				{ name: 'Assigned', value: 'Assigned' },
				{ name: 'Escalate', value: 'Escalate' },
			]),
			'Whether the user does the task, or is told when it is overdue',
		),
		field(
			'user',
			'User',
			located(userReference(), 'searchUsers', { displayName: 'By ID', name: 'id', placeholder: 'e.g. 12' }),
			'The user, from the list or by ID',
		),
	],
	values: ['user'],
	needs: ['type', 'user'],
	identify: ({ type, user }) => (type === undefined || user === undefined ? undefined : { type, user }),
	identifiedBy: 'a type and a user',
});

const READ_ONLY_OF_REVIEWS = [
	'createdBy',
	'dateAdded',
	'deletable',
	'editable',
	'lastModified',
	'lastModifiedBy',
	'user',
];

export const REVIEWS: FieldType = listType({
	entry: 'Review',
	shorthands: [],
	withoutMode: true,
	fields: [
		field(
			'rating',
			'Rating',
			{
				control: () => ({
					type: 'number',
					default: 5,
					typeOptions: { minValue: 1, maxValue: 5, numberPrecision: 0 },
				}),
				read(value, { label }) {
					const rating = Number(readText(value, label));
					if (Number.isInteger(rating) && rating >= 1 && rating <= 5) return rating;
					throw new InvalidInput(`${label} cannot be ${inQuotes(value)}`, 'Give a whole number from 1 to 5.');
				},
			},
			'From 1 to 5',
		),
		field('reviewHelpful', 'Helpful', flag(), 'Whether the report was helpful'),
		field('comments', 'Comments', text({ maxLength: 500, rows: 2 }), 'Up to 500 characters'),
	],
	values: ['rating', 'comments', 'reviewHelpful'],
	// ThreatConnect refuses a new review without these.
	needs: ['rating', 'reviewHelpful'],
	// A Get returns the reviews of all users. The API user cannot write those of others.
	writable: (review) => (review.editable === false ? undefined : without(review, READ_ONLY_OF_REVIEWS)),
});
