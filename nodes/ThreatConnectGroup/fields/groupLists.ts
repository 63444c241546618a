import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject } from '../../shared/core/json';
import { inQuotes, isUnset, readEntries, readText } from '../../shared/core/values';
import { type Field, type FieldType, type Operation, field } from '../../shared/fields/field';
import { choice, flag, longId, text } from '../../shared/fields/fieldTypes';
import { notice } from '../../shared/fields/fixedCollection';
import { byName, located } from '../../shared/fields/locators';
import { GROUP_TYPES, sameOptions } from './groupTypes';
import { indicatorBody, indicatorName } from './indicators';
import { listType, userReference } from './listType';

/** The lists of a group: tags, attributes, labels, associations, assignments and reviews. */

export const WRITABLE_OWNER = located(text(), 'searchWritableOwners', byName('e.g. Demo Organization'));

/** Several values in one box. */
const many = (
	name: string,
	displayName: string,
	kind: FieldType,
	description: string,
	more: Partial<Field> & { only?: Operation } = {},
): Field & { only?: Operation } => ({
	...field(
		name,
		displayName,
		{ control: () => ({ type: 'string', default: '' }), read: kind.read },
		description,
	),
	...more,
});

const IDS = (of: string, only?: Operation) =>
	many('id', 'IDs', longId(), `IDs of existing ${of}: comma-separated, or an array from an expression`, {
		placeholder: 'e.g. 12345, 12346',
		...(only && { only }),
	});

const NAME = many(
	'name',
	'Names',
	text({ maxLength: 128 }),
	'Comma-separated, or an array from an expression',
	{
		placeholder: 'e.g. Targeted Attack, Robbery',
	},
);

const LABEL = many(
	'name',
	'Names',
	text({ maxLength: 50 }),
	'Comma-separated, or an array from an expression',
	{
		placeholder: 'e.g. TLP:AMBER',
	},
);

export const TAGS = listType({
	entry: 'Tag',
	shorthands: [
		{
			...NAME,
			description: 'Tags that do not exist are created. Comma-separated, or an array from an expression.',
		},
		many(
			'techniqueId',
			'Technique IDs',
			text(),
			'Tags of MITRE ATT&CK techniques: comma-separated, or an array from an expression',
			{ placeholder: 'e.g. T1566, T1059.001' },
		),
	],
	fields: [
		field(
			'name',
			'Name',
			located(text({ maxLength: 128 }), 'searchTags', byName('e.g. Targeted Attack')),
			'Tag of the instance, or a new one by its name',
		),
	],
	deletedBy: 'name',
	maxSize: 1000,
	finalizeEntry(tag, label) {
		if (isUnset(tag.name) && isUnset(tag.techniqueId)) {
			throw new InvalidInput(
				`${label}: a tag needs a name or a techniqueId`,
				'Write it as {"name": "Phishing"} or {"techniqueId": "T1566"}, or just as its name.',
			);
		}
		return tag;
	},
});

export const SECURITY_LABELS = listType({
	entry: 'Security Label',
	shorthands: [LABEL],
	fields: [
		field(
			'name',
			'Name',
			located(text({ maxLength: 50 }), 'searchSecurityLabels', byName('e.g. TLP:AMBER')),
			'Label of the instance',
		),
	],
	needs: ['name'],
	deletedBy: 'name',
	maxSize: 1000,
});

/** A switch in a row is always there; off means unset. */
const rowFlag = (): FieldType => {
	const { control, read } = flag();
	return { control, read: (value, context) => (read(value, context) === true ? true : undefined) };
};

/** Labels inside an attribute: a list without a mode. */
const attributeLabels: FieldType = {
	control: () => ({ type: 'string', default: '' }),
	read(value, { label }) {
		if (isJsonObject(value)) return value;
		const names = readEntries(value, label);
		return { data: names.map((name) => (isJsonObject(name) ? name : { name: readText(name, label) })) };
	},
};

export const ATTRIBUTES = listType({
	entry: 'Attribute',
	shorthands: [IDS('attributes, which is how attributes are removed', 'update')],
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
		field('default', 'Default', rowFlag(), 'Whether this is the default attribute of its type', {}),
		field(
			'pinned',
			'Pinned',
			rowFlag(),
			'Whether the attribute is pinned, so that it stands among the details of the group',
		),
		field('source', 'Source', text(), 'Where the value comes from', { placeholder: 'e.g. Mail gateway' }),
		field(
			'securityLabels',
			'Security Labels',
			attributeLabels,
			'Names of labels for this attribute: comma-separated, or an array from an expression',
			{ placeholder: 'e.g. TLP:AMBER' },
		),
	],
	needs: ['type', 'value'],
	maxSize: 1000,
});

export const ASSOCIATED_ARTIFACTS = listType({
	entry: 'Artifact',
	shorthands: [IDS('artifacts')],
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
		field('fileData', 'File Data', text(), 'Base64 content, for artifacts of a file type'),
	],
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

export const ASSOCIATED_CASES = listType({
	entry: 'Case',
	shorthands: [IDS('cases')],
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
		field('xid', 'XID', text(), 'External ID of the new case, 10 to 100 characters'),
	],
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
	shorthands: [IDS('groups')],
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
	],
	needs: ['name', 'type'],
	rowNotices: [crossOwner],
});

export const ASSOCIATED_INDICATORS = listType({
	entry: 'Indicator',
	shorthands: [IDS('indicators')],
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
	],
	needs: ['type'],
	rowNotices: [crossOwner],
	identify: indicatorName,
	finalizeEntry({ summary, type, ...others }, label) {
		if (summary === undefined) {
			// The API's own summary field, e.g. hostName, may stand there instead.
			if (Object.keys(others).some((name) => !['ownerName', 'ownerId'].includes(name))) {
				return { ...(type !== undefined && { type }), ...others };
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

export const ASSOCIATED_VICTIM_ASSETS = listType({
	entry: 'Victim Asset',
	shorthands: [IDS('victim assets')],
	fields: [
		field(
			'type',
			'Type',
			choice(sameOptions(...Object.keys(VICTIM_ASSET_VALUES))),
			'Type of the new victim asset',
		),
		field('victimId', 'Victim ID', longId(), 'ID of the victim that has the asset'),
		field(
			'value',
			'Value',
			text({ maxLength: 255 }),
			'The address, account name, phone number or website, by the type',
		),
		field('addressType', 'Address Type', text({ maxLength: 255 }), 'FieldType of e-mail address, e.g. Work'),
		field('networkType', 'Network Type', text({ maxLength: 255 }), 'Network of a network account'),
		field('socialNetwork', 'Social Network', text({ maxLength: 255 }), 'Network of a social network account'),
	],
	needs: ['type', 'victimId'],
	finalizeEntry({ value, ...asset }) {
		const field = VICTIM_ASSET_VALUES[String(asset.type)];
		return value === undefined || field === undefined ? asset : { ...asset, [field]: value };
	},
});

export const ASSIGNMENTS: FieldType = plainList({
	entry: 'Assignment',
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
	needs: ['type', 'user'],
});

export const REVIEWS: FieldType = plainList({
	entry: 'Review',
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
	needs: ['rating'],
});

/** A list whose entries are only ever rows: on the wire `{ data: [...] }`. */
function plainList(shape: { entry: string; fields: readonly Field[]; needs: readonly string[] }): FieldType {
	return listType({ ...shape, shorthands: [], withoutMode: true });
}
