import type { INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../shared/errors';
import { notice } from '../shared/form';
import { type Field, type Kind, type Operation, type Place, row, type Table } from '../shared/fields';
import { isJsonObject, type JsonObject } from '../shared/json';
import { choice, choiceByType, date, flag, longId, text } from '../shared/kinds';
import { byName, located } from '../shared/locators';
import { inQuotes, isUnset, readEntries, readText } from '../shared/values';
import { indicatorBody, indicatorName } from './indicators';
import { list, userReference } from './lists';

/**
 * THE table of ThreatConnect's group fields.
 *
 * Names, types and limits: https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html and what a server
 * answers to OPTIONS /v3/groups. Left out because they are read-only everywhere: Task, Document and Report `status`
 * (the documentation lists values for Task, but servers describe it as read-only).
 */

/** The first is what the form starts with. */
const same = (...values: string[]): INodePropertyOptions[] => values.map((value) => ({ name: value, value }));

/** No endpoint lists the types; these strings are exact. */
export const GROUP_TYPES: INodePropertyOptions[] = same(
	'Adversary',
	'Attack Pattern',
	'Campaign',
	'Course of Action',
	'Document',
	'Email',
	'Event',
	'Incident',
	'Intrusion Set',
	'Malware',
	'Report',
	'Signature',
	'Tactic',
	'Task',
	'Threat',
	'Tool',
	'Vulnerability',
);

export const INCIDENT_STATUS = choice(
	same(
		'New',
		'Closed',
		'Containment Achieved',
		'Deleted',
		'Incident Reported',
		'Open',
		'Rejected',
		'Restoration Achieved',
		'Stalled',
	),
);

/** Servers before 7.12.2 know four of these: which ones are allowed is theirs to say. */
export const EVENT_STATUS = choice(
	same(
		'Needs Review',
		'Completed',
		'Escalated',
		'False Positive',
		'In Progress',
		'New',
		'No Further Action',
		'Reopened',
	),
	true,
);

/** Administrators add types of their own. */
const SIGNATURE_FILE_TYPE = choice(
	same(
		'YARA',
		'Bro',
		'ClamAV',
		'CybOX',
		'Iris Search Hash',
		'KQL',
		'OpenIOC',
		'Regex',
		'Sigma',
		'Snort',
		'SPL',
		'Suricata',
		'TQL Query',
	),
	true,
);

const WRITABLE_OWNER = located(text(), 'searchWritableOwners', byName('e.g. Demo Organization'));

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

const TAGS = list({
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

const SECURITY_LABELS = list({
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

const ATTRIBUTES = list({
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

const ASSOCIATED_ARTIFACTS = list({
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

const ASSOCIATED_CASES = list({
	entry: 'Case',
	shorthands: [IDS('cases')],
	fields: [
		row('name', 'Name', text({ maxLength: 255 }), 'Name of the new case', {
			placeholder: 'e.g. Phishing in the finance team',
		}),
		row(
			'severity',
			'Severity',
			choice(same('Low', 'Medium', 'High', 'Critical')),
			'Severity of the new case',
		),
		row('status', 'Status', choice(same('Open', 'Closed')), 'Status of the new case'),
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

const ASSOCIATED_GROUPS = list({
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

const ASSOCIATED_INDICATORS = list({
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

const ASSOCIATED_VICTIM_ASSETS = list({
	entry: 'Victim Asset',
	shorthands: [IDS('victim assets')],
	fields: [
		row('type', 'Type', choice(same(...Object.keys(VICTIM_ASSET_VALUES))), 'Type of the new victim asset'),
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

const ASSIGNMENTS: Kind = plainList({
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

const REVIEWS: Kind = plainList({
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

export const table: Table = {
	noun: 'Group',
	types: GROUP_TYPES,
	defaultType: 'Incident',
	fields: [
		row('type', 'Type', choice(GROUP_TYPES), 'What kind of group it is', {
			create: 'required',
			update: 'no',
		}),
		// Servers limit the name to 100 or 200 characters, by version: theirs to enforce.
		row('name', 'Name', text(), 'Name that the group has in ThreatConnect', {
			create: 'required',
			placeholder: 'e.g. Phishing campaign against finance',
		}),
		row('ownerId', 'Owner ID', longId(), 'ID of the owner, instead of its name', {
			update: 'no',
			placeholder: 'e.g. 1125899906842625',
		}),
		row(
			'ownerName',
			'Owner Name',
			WRITABLE_OWNER,
			'Organization, Community or Source that the group is created in; if empty, the organization of the API user',
			{ update: 'no' },
		),
		// Documented as not updatable, but a server's own description and the vendor's client allow it.
		row(
			'xid',
			'XID',
			text(),
			'External ID: your own key for the group, unique in its owner, by which it is found again',
			{
				placeholder: 'e.g. crm:INC-2041',
			},
		),
		row('eventDate', 'Event Date', date(), 'When the event or incident happened', {
			types: ['Event', 'Incident'],
		}),
		row(
			'eventType',
			'Event Type',
			located(text({ maxLength: 35 }), 'searchEventTypes', byName('e.g. Breach')),
			'Category of the event',
			{ types: ['Event'] },
		),
		row(
			'status',
			'Status',
			choiceByType({ Event: EVENT_STATUS, Incident: INCIDENT_STATUS }),
			'Status of the group. An event that has one cannot go back to none.',
			{ types: ['Event', 'Incident'], perType: true },
		),
		row('fileName', 'File Name', text({ maxLength: 255 }), 'Name of the signature file', {
			types: ['Signature'],
			create: 'required',
			placeholder: 'e.g. emotet.yar',
		}),
		row(
			'fileName',
			'File Name',
			text({ maxLength: 255 }),
			'Name of the file. Give it even if the file is uploaded later: without it, ThreatConnect does not recognize the type of the file.',
			{ types: ['Document', 'Report'], placeholder: 'e.g. report.pdf' },
		),
		row('fileType', 'File Type', SIGNATURE_FILE_TYPE, 'Language of the signature', {
			types: ['Signature'],
			create: 'required',
		}),
		row('fileText', 'File Text', text({ rows: 6 }), 'The signature itself', {
			types: ['Signature'],
			create: 'required',
		}),
		row('malware', 'Malware', flag(), 'Whether the document is a password-protected ZIP file with malware', {
			types: ['Document'],
		}),
		row('password', 'Password', text({ password: true }), 'Password of the ZIP file; needed for malware', {
			types: ['Document'],
		}),
		row('publishDate', 'Publish Date', date(), 'When the report was published', { types: ['Report'] }),
		row('reviews', 'Reviews', REVIEWS, 'Your review of the report; sending it again edits it', {
			types: ['Report'],
		}),
		row('subject', 'Subject', text({ maxLength: 255 }), 'Subject of the e-mail that the group is about', {
			placeholder: 'e.g. Your invoice is overdue',
			types: ['Email'],
		}),
		row('from', 'From', text({ maxLength: 100 }), 'Sender of the e-mail', {
			placeholder: 'e.g. billing@badguy.com',
			types: ['Email'],
		}),
		row('header', 'Header', text({ maxLength: 65535, rows: 4 }), 'Header of the e-mail', {
			types: ['Email'],
		}),
		row('body', 'Body', text({ maxLength: 65535, rows: 4 }), 'Body of the e-mail', { types: ['Email'] }),
		row('assignments', 'Assignments', ASSIGNMENTS, 'Users who do the task or are told when it is overdue', {
			types: ['Task'],
		}),
		row('dueDate', 'Due Date', date(), 'When the task is due', { types: ['Task'] }),
		row('escalationDate', 'Escalation Date', date(), 'When the task is escalated', { types: ['Task'] }),
		row('reminderDate', 'Reminder Date', date(), 'When its users are reminded of the task', {
			types: ['Task'],
		}),
		row('firstSeen', 'First Seen', date(), 'When it was first seen'),
		row('lastSeen', 'Last Seen', date(), 'When it was last seen'),
		row(
			'externalDateAdded',
			'External Date Added',
			date(),
			'When it was created in the system it comes from',
		),
		row(
			'externalDateExpires',
			'External Date Expires',
			date(),
			'When it expires in the system it comes from',
		),
		row(
			'externalLastModified',
			'External Last Modified',
			date(),
			'When it was last changed in the system it comes from',
		),
		row('tags', 'Tags', TAGS, 'Tags of the group, by name or ATT&CK technique ID'),
		// The API has no such fields: they are default attributes, which `finish` makes of them.
		row(
			'description',
			'Description',
			text({ rows: 3 }),
			'Default Description attribute: added, or changed where the group has one',
		),
		row('source', 'Source', text(), 'Default Source attribute: added, or changed where the group has one', {
			placeholder: 'e.g. Mail gateway',
		}),
		row(
			'attributes',
			'Attributes',
			ATTRIBUTES,
			'Further details by type, such as Additional Analysis and Context',
		),
		row(
			'securityLabels',
			'Security Labels',
			SECURITY_LABELS,
			'Markings that the instance knows, such as TLP:AMBER',
		),
		row(
			'associatedArtifacts',
			'Associated Artifacts',
			ASSOCIATED_ARTIFACTS,
			'Artifacts of Case Management: existing ones by ID, or new ones of a case or task',
		),
		row(
			'associatedCases',
			'Associated Cases',
			ASSOCIATED_CASES,
			'Cases of Case Management: existing ones by ID, or new ones',
		),
		row(
			'associatedGroups',
			'Associated Groups',
			ASSOCIATED_GROUPS,
			'Other groups, e.g. the adversary of an incident: existing ones by ID, or new ones',
		),
		row(
			'associatedIndicators',
			'Associated Indicators',
			ASSOCIATED_INDICATORS,
			'Indicators (IOCs) such as hosts, addresses and hashes: by ID, or by type and summary',
		),
		row(
			'associatedVictimAssets',
			'Associated Victim Assets',
			ASSOCIATED_VICTIM_ASSETS,
			'Assets of victims, such as e-mail addresses: existing ones by ID, or new ones',
		),
	],
	finish,
};

/** Attributes that stand in the form as if they were fields. */
const DEFAULT_ATTRIBUTES = { description: 'Description', source: 'Source' } as const;

function finish(body: JsonObject, { operation }: Place): JsonObject {
	if (body.ownerName !== undefined && body.ownerId !== undefined) {
		throw new InvalidInput('Both "Owner Name" and "Owner ID" are set', 'Give one of them.');
	}
	if (body.malware === true && operation === 'create' && isUnset(body.password)) {
		throw new InvalidInput(
			'"Password" (password) is missing',
			'A document with malware is a password-protected ZIP file: give its password.',
		);
	}
	const mode = isJsonObject(body.attributes) ? body.attributes.mode : undefined;
	if (mode === 'delete' && Object.keys(DEFAULT_ATTRIBUTES).some((name) => !isUnset(body[name]))) {
		throw new InvalidInput(
			'"Attributes" (attributes) are to be deleted, but "Description" or "Source" to be added',
			'Send them in two updates: one request has one mode for all attributes.',
		);
	}
	// What an update makes of them depends on the attributes that the group has: `changeGroup` looks.
	if (operation === 'update' && mode !== 'replace') return body;
	return withAttributes(body, defaultAttributes(body));
}

/** The attributes that stand in a body as if they were fields. */
export function defaultAttributes(body: JsonObject): JsonObject[] {
	return Object.entries(DEFAULT_ATTRIBUTES)
		.filter(([name]) => !isUnset(body[name]))
		.map(([name, type]) => ({ type, value: body[name], default: true }));
}

/** A body with these attributes before its own, in the place of the fields that they stood for. */
export function withAttributes(body: JsonObject, added: readonly JsonObject[]): JsonObject {
	const given = (isJsonObject(body.attributes) ? body.attributes : {}) as { data?: unknown[]; mode?: string };
	const attributes = { data: [...added, ...(given.data ?? [])], ...(given.mode && { mode: given.mode }) };
	const finished: JsonObject = {};
	for (const [name, value] of Object.entries(body)) {
		const isAttribute = name in DEFAULT_ATTRIBUTES || name === 'attributes';
		if (!isAttribute) finished[name] = value;
		else if (attributes.data.length > 0 || 'attributes' in body) finished.attributes = attributes;
	}
	return finished;
}

/** What `fields` may ask for besides what an answer always holds. */
export const OUTPUT_FIELDS: INodePropertyOptions[] = [
	{ name: 'Associated Artifacts', value: 'associatedArtifacts' },
	{ name: 'Associated Cases', value: 'associatedCases' },
	{ name: 'Associated Groups', value: 'associatedGroups' },
	{ name: 'Associated Indicators', value: 'associatedIndicators' },
	{ name: 'Associated Victim Assets', value: 'associatedVictimAssets' },
	{ name: 'Attributes', value: 'attributes' },
	{ name: 'External Dates', value: 'externalDates' },
	{ name: 'Intelligence Reviews', value: 'intelReviews' },
	{ name: 'Security Labels', value: 'securityLabels' },
	{ name: 'Sightings', value: 'sightings', description: 'First seen and last seen' },
	{ name: 'Tags', value: 'tags' },
];
