import {
	ASSOCIATIONS,
	LIMITED_LISTS,
	MAX_LIST_ENTRIES,
	NOT_UPDATABLE_FIELDS,
	SCALAR_FIELDS,
	TYPED_LISTS,
	type GroupType,
	type ScalarField,
} from './fields';

type Descriptor = Record<string, unknown>;

/** tcex, `_gen/properties_data/groups.json` of 2025-08: the response of a real server. */
const DESCRIPTIONS: Record<string, string> = {
	name: 'the name of the group',
	ownerId: 'the id of the Organization, Community, or Source that the item belongs to',
	ownerName: 'the name of the Organization, Community, or Source that the item belongs to',
	xid: 'the xid of the item',
	firstSeen: 'the date and time that the item was first seen',
	lastSeen: 'the date and time that the item was last seen',
	externalDateAdded: 'the date and time that the item was first created externally',
	externalDateExpires: 'the date and time the item expires externally',
	externalLastModified: 'the date and time the item was modified externally',
	fileName: 'the document or signature file name',
	malware: 'is the document malware?',
	password: 'the password associated with the document (Required if Malware is true)',
	publishDate: 'the date and time that the report was first created',
	body: 'the email Body',
	header: 'the email Header field',
	subject: 'the email Subject section',
	from: 'the email From field',
	eventDate: 'the date and time that the incident or event was first created',
	eventType: 'the identification of an event type',
	status:
		'the status associated with this document, event, task, or incident (read only for task, document, and report)',
	fileText: 'the signature file text',
	fileType: 'the signature file type',
	dueDate: 'the date and time that the Task is due',
	escalationDate: 'the escalation date and time',
	reminderDate: 'the reminder date and time',
};

const TYPES: Record<ScalarField['kind'], string> = {
	string: 'String',
	date: 'Date',
	boolean: 'Boolean',
	long: 'Long',
};

/** Here the descriptor says more than the documentation: a Document and a Report need a file name too. */
const CONDITIONAL: Record<string, Descriptor> = {
	fileName: { conditionalRequired: ['Document', 'Report', 'Signature'] },
	ownerName: { conditionalReadOnly: ['Victim'] },
};

function scalar(name: string, field: ScalarField, nameLimit: number): Descriptor {
	const max = name === 'name' ? nameLimit : field.max;
	const types = [...(field.readOnlyFor ?? []), ...(field.types ?? [])];
	return {
		type: TYPES[field.kind],
		...(DESCRIPTIONS[name] && { description: DESCRIPTIONS[name] }),
		required: name === 'name' || name === 'type',
		...(name !== 'type' && NOT_UPDATABLE_FIELDS.includes(name) && { updatable: false }),
		...(max !== undefined && { maxLength: max, minLength: 0 }),
		...(types.length > 0 && { appliesTo: types }),
		...(field.readOnlyFor && { conditionalReadOnly: field.readOnlyFor }),
		...CONDITIONAL[name],
	};
}

const LIST_TYPES: Record<string, { type: string; of: string }> = {
	assignments: {
		type: 'TaskAssignee',
		of: 'assignees and escalatees associated with this group (Task specific)',
	},
	associatedArtifacts: { type: 'Artifact', of: 'Artifacts associated with this Group' },
	associatedCases: { type: 'Case', of: 'Cases associated with this Group' },
	associatedGroups: { type: 'Group', of: 'groups associated with this group' },
	associatedIndicators: { type: 'Indicator', of: 'indicators associated with this group' },
	associatedVictimAssets: { type: 'VictimAsset', of: 'victim assets associated with this group' },
	attributes: { type: 'GroupAttribute', of: 'Attributes corresponding to the Group' },
	reviews: { type: 'IntelligenceReview', of: 'reviews corresponding to the Group' },
	securityLabels: { type: 'SecurityLabel', of: 'Security Labels corresponding to the Intel item' },
	tags: { type: 'Tag', of: 'Tags corresponding to the item' },
};

const limited: readonly string[] = LIMITED_LISTS;

function list(name: string): Descriptor {
	const { type, of } = LIST_TYPES[name] ?? { type: 'Object', of: 'objects' };
	const replaces =
		name === 'tags' || name === 'securityLabels'
			? ' (NOTE: Setting this parameter will replace any existing tag(s) with the one(s) specified)'
			: '';
	return {
		data: [
			{
				type,
				description: `a list of ${of}${replaces}`,
				required: false,
				...(limited.includes(name) && { maxSize: MAX_LIST_ENTRIES }),
				...(TYPED_LISTS[name] && { appliesTo: TYPED_LISTS[name] }),
			},
		],
	};
}

const readOnly = (type: string, description?: string, ...appliesTo: GroupType[]): Descriptor => ({
	type,
	...(description && { description }),
	readOnly: true,
	...(appliesTo.length > 0 && { appliesTo }),
});

const READ_ONLY: Record<string, Descriptor> = {
	aiProvider: readOnly('String', 'the AI provider of the insights', 'Document', 'Event', 'Report'),
	commonGroup: readOnly('CommonGroup', 'the common data shared across groups by name and type'),
	createdBy: readOnly('User'),
	dateAdded: readOnly('Date', 'the date and time that the item was first created'),
	documentDateAdded: readOnly(
		'Date',
		'the date and time that the document was first created',
		'Document',
		'Report',
	),
	documentType: readOnly('String', 'the document type', 'Document', 'Report'),
	emailDate: readOnly('Date', 'the date and time that the email was first created', 'Email'),
	escalated: readOnly('Boolean', 'flag indicating whether or not the task has been escalated', 'Task'),
	fileSize: readOnly('Long', 'the document file size', 'Document', 'Report'),
	generatedReport: readOnly('Boolean', 'is the report auto-generated?'),
	id: readOnly('Long', 'the ID of the item'),
	insights: readOnly('AiInsights', 'an AI generated synopsis of the document', 'Document', 'Report'),
	lastModified: readOnly('Date', 'the date and time that the Entity was last modified'),
	legacyLink: readOnly('String', 'a link to the legacy ThreatConnect details page for this entity'),
	overdue: readOnly('Boolean', 'flag indicating whether or not the task is overdue', 'Task'),
	reminded: readOnly('Boolean', 'flag indicating whether or not the task reminders have been sent', 'Task'),
	score: readOnly('Integer', 'the score value for this email', 'Email'),
	scoreBreakdown: readOnly('String', 'the email score breakdown', 'Email'),
	scoreIncludesBody: readOnly('Boolean', 'is the Body included in the email score?', 'Email'),
	signatureDateAdded: readOnly('Date', 'the date and time that the signature was first created', 'Signature'),
	to: readOnly('String', 'the email To field ', 'Email'),
	upVote: readOnly(
		'Boolean',
		'is the intelligence valid and useful? (0 means downvote, 1 means upvote, and NULL means no vote)',
	),
	webLink: readOnly('String', 'a link to the ThreatConnect details page for this entity'),
};

/** Fields that the server does not mark as read-only, and therefore always shows (tcex, _options_data_object.py). */
const UNMARKED: Record<string, Descriptor> = {
	downVoteCount: { type: 'String', description: 'the total number of users who find the intel not helpful' },
	upVoteCount: { type: 'String', description: 'the total number of users who find the intel useful' },
};

/** docs: retrieve_fields, `OPTIONS /v3/groups`: a map without an envelope. */
export function describeGroupFields(nameLimit: number, withReadOnly: boolean): Record<string, Descriptor> {
	const lists = [...ASSOCIATIONS, 'attributes', 'securityLabels', 'tags', ...Object.keys(TYPED_LISTS)];
	const all = {
		...Object.fromEntries(
			Object.entries(SCALAR_FIELDS).map(([name, field]) => [name, scalar(name, field, nameLimit)]),
		),
		...Object.fromEntries(lists.map((name) => [name, list(name)])),
		...UNMARKED,
		...(withReadOnly && READ_ONLY),
	};
	return Object.fromEntries(Object.entries(all).sort(([left], [right]) => (left < right ? -1 : 1)));
}
