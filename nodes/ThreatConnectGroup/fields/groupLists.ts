import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject } from '../../shared/core/json';
import { inQuotes, isUnset, readEntries, readText } from '../../shared/core/values';
import { type Field, type Kind, type Operation, row } from '../../shared/fields/field';
import { choice, flag, longId, text } from '../../shared/fields/fieldTypes';
import { notice } from '../../shared/fields/fixedCollection';
import { byName, located } from '../../shared/fields/locators';
import { GROUP_TYPES, sameOptions } from './groupTypes';
import { indicatorBody, indicatorName } from './indicators';
import { list, userReference } from './listType';

/** The lists of a group: tags, attributes, labels, associations, assignments and reviews. */

export const WRITABLE_OWNER = located(text(), 'searchWritableOwners', byName('e.g. Demo Organization'));

/** Several values in one box. */
const many = (
	name: string,
	displayName: string,
	kind: Kind,
	description: string,
	more: Partial<Field> & { only?: Operation } = {},
): Field & { only?: Operation } => ({
	...row(
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

export const TAGS = list({
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
		row(
			'name',
			'Name',
			located(text({ maxLength: 128 }), 'searchTags', byName('e.g. Targeted Attack')),
			'Tag of the instance, or a new one by its name',
		),
	],
	deletedBy: 'name',
	maxSize: 1000,
	finish(tag, label) {
		if (isUnset(tag.name) && isUnset(tag.techniqueId)) {
			throw new InvalidInput(
				`${label}: a tag needs a name or a techniqueId`,
				'Write it as {"name": "Phishing"} or {"techniqueId": "T1566"}, or just as its name.',
			);
		}
		return tag;
	},
});

export const SECURITY_LABELS = list({
	entry: 'Security Label',
	shorthands: [LABEL],
	fields: [
		row(
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
const rowFlag = (): Kind => {
	const { control, read } = flag();
	return { control, read: (value, place) => (read(value, place) === true ? true : undefined) };
};

/** Labels inside an attribute: a list without a mode. */
const attributeLabels: Kind = {
	control: () => ({ type: 'string', default: '' }),
	read(value, { label }) {
		if (isJsonObject(value)) return value;
		const names = readEntries(value, label);
		return { data: names.map((name) => (isJsonObject(name) ? name : { name: readText(name, label) })) };
	},
};

export const ATTRIBUTES = list({
	entry: 'Attribute',
	shorthands: [IDS('attributes, which is how attributes are removed', 'update')],
	fields: [
		row(
			'type',
			'Type',
			located(text(), 'searchAttributeTypes', byName('e.g. Additional Analysis and Context')),
			'Name of an attribute type that is valid for the type of the group',
		),
		row('value', 'Value', text({ rows: 3 }), 'What the attribute says', {
			placeholder: 'e.g. Seen in mails to the finance team',
		}),
		row('default', 'Default', rowFlag(), 'Whether this is the default attribute of its type', {}),
		row(
			'pinned',
			'Pinned',
			rowFlag(),
			'Whether the attribute is pinned, so that it stands among the details of the group',
		),
		row('source', 'Source', text(), 'Where the value comes from', { placeholder: 'e.g. Mail gateway' }),
		row(
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

export const ASSOCIATED_ARTIFACTS = list({
	entry: 'Artifact',
	shorthands: [IDS('artifacts')],
	fields: [
		row(
			'summary',
			'Summary',
			text({ maxLength: 500 }),
			'The artifact itself, such as a host name or a hash',
			{
				placeholder: 'e.g. badguy.com',
			},
		),
		row(
			'type',
			'Type',
			located(text(), 'searchArtifactTypes', byName('e.g. Host, IP Address or File Hash')),
			'What kind of artifact it is, in the words of the instance',
		),
		row('caseId', 'Case ID', longId(), 'ID of the case that the artifact belongs to', {
			placeholder: 'e.g. 12345',
		}),
		row(
			'caseXid',
			'Case XID',
			text(),
			'External ID of the case, given by whoever created it: instead of its ID',
		),
		row('taskId', 'Task ID', longId(), 'ID of a workflow task, instead of a case'),
		row('taskXid', 'Task XID', text(), 'External ID of a workflow task, instead of a case'),
		row('source', 'Source', text({ maxLength: 100 }), 'Where the artifact comes from'),
		row('fileData', 'File Data', text(), 'Base64 content, for artifacts of a file type'),
	],
	needs: ['summary', 'type'],
	maxSize: 1000,
	finish(artifact, label) {
		if (['caseId', 'caseXid', 'taskId', 'taskXid'].every((name) => isUnset(artifact[name]))) {
			throw new InvalidInput(
				`${label}: a new artifact needs a case or a task`,
				'Give one of caseId, caseXid, taskId or taskXid.',
			);
		}
		return artifact;
	},
});

export const ASSOCIATED_CASES = list({
	entry: 'Case',
	shorthands: [IDS('cases')],
	fields: [
		row('name', 'Name', text({ maxLength: 255 }), 'Name of the new case', {
			placeholder: 'e.g. Phishing in the finance team',
		}),
		row(
			'severity',
			'Severity',
			choice(sameOptions('Low', 'Medium', 'High', 'Critical')),
			'Severity of the new case',
		),
		row('status', 'Status', choice(sameOptions('Open', 'Closed')), 'Status of the new case'),
		row('description', 'Description', text({ maxLength: 1500, rows: 2 }), 'Description of the new case'),
		row('xid', 'XID', text(), 'External ID of the new case, 10 to 100 characters'),
	],
	needs: ['name', 'severity', 'status'],
	maxSize: 1000,
});

const crossOwner = notice(
	'crossOwnerNotice',
	'Associating across owners works only where the instance has it switched on: ask its administrator',
	{ hide: { ownerName: [''] } },
);

export const ASSOCIATED_GROUPS = list({
	entry: 'Group',
	shorthands: [IDS('groups')],
	fields: [
		row('name', 'Name', text(), 'Name of the new group', { placeholder: 'e.g. FIN7' }),
		row('type', 'Type', choice(GROUP_TYPES), 'Type of the new group'),
		row(
			'ownerName',
			'Owner Name',
			WRITABLE_OWNER,
			'Organization, Community or Source of the new group; if empty, the organization of the API user',
		),
		row('xid', 'XID', text(), 'External ID: your own key for the new group, to find it again by', {
			placeholder: 'e.g. crm:INC-2042',
		}),
	],
	needs: ['name', 'type'],
	rowNotices: [crossOwner],
});

export const ASSOCIATED_INDICATORS = list({
	entry: 'Indicator',
	shorthands: [IDS('indicators')],
	fields: [
		row(
			'type',
			'Type',
			located(text(), 'searchIndicatorTypes', byName('e.g. Host')),
			'Type of the indicator, also a custom one of the instance',
		),
		row(
			'summary',
			'Summary',
			text(),
			'The indicator itself. It is created when its owner does not have it yet. Several hashes of one file: "md5 : sha1 : sha256"',
			{ placeholder: 'e.g. badguy.com' },
		),
		row(
			'ownerName',
			'Owner Name',
			located(text(), 'searchOwners', byName('e.g. Demo Organization')),
			'Organization, Community or Source of the indicator; if empty, the organization of the API user. To remove one, needed only if several owners have it.',
		),
	],
	needs: ['type'],
	rowNotices: [crossOwner],
	identify: indicatorName,
	finish({ summary, type, ...others }, label) {
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

export const ASSOCIATED_VICTIM_ASSETS = list({
	entry: 'Victim Asset',
	shorthands: [IDS('victim assets')],
	fields: [
		row(
			'type',
			'Type',
			choice(sameOptions(...Object.keys(VICTIM_ASSET_VALUES))),
			'Type of the new victim asset',
		),
		row('victimId', 'Victim ID', longId(), 'ID of the victim that has the asset'),
		row(
			'value',
			'Value',
			text({ maxLength: 255 }),
			'The address, account name, phone number or website, by the type',
		),
		row('addressType', 'Address Type', text({ maxLength: 255 }), 'Kind of e-mail address, e.g. Work'),
		row('networkType', 'Network Type', text({ maxLength: 255 }), 'Network of a network account'),
		row('socialNetwork', 'Social Network', text({ maxLength: 255 }), 'Network of a social network account'),
	],
	needs: ['type', 'victimId'],
	finish({ value, ...asset }) {
		const field = VICTIM_ASSET_VALUES[String(asset.type)];
		return value === undefined || field === undefined ? asset : { ...asset, [field]: value };
	},
});

export const ASSIGNMENTS: Kind = plainList({
	entry: 'Assignment',
	fields: [
		row(
			'type',
			'Type',
			choice([
				{ name: 'Assigned', value: 'Assigned' },
				{ name: 'Escalate', value: 'Escalate' },
			]),
			'Whether the user does the task, or is told when it is overdue',
		),
		row(
			'user',
			'User',
			located(userReference(), 'searchUsers', { displayName: 'By ID', name: 'id', placeholder: 'e.g. 12' }),
			'The user, from the list or by ID',
		),
	],
	needs: ['type', 'user'],
});

export const REVIEWS: Kind = plainList({
	entry: 'Review',
	fields: [
		row(
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
		row('reviewHelpful', 'Helpful', flag(), 'Whether the report was helpful'),
		row('comments', 'Comments', text({ maxLength: 500, rows: 2 }), 'Up to 500 characters'),
	],
	needs: ['rating'],
});

/** A list whose entries are only ever rows: on the wire `{ data: [...] }`. */
function plainList(shape: { entry: string; fields: readonly Field[]; needs: readonly string[] }): Kind {
	return list({ ...shape, shorthands: [], withoutMode: true });
}
