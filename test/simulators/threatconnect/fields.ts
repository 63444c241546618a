/** docs: groups/fields, "Group types". Case and spaces matter. */
export const GROUP_TYPES = [
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
] as const;
export type GroupType = (typeof GROUP_TYPES)[number];

export type ScalarField = {
	kind: 'string' | 'date' | 'boolean' | 'long';
	min?: number;
	max?: number;
	/** The only group types that have the field; if absent, all have it. */
	types?: readonly GroupType[];
	/** Types that have the field, but only the service writes it. */
	readOnlyFor?: readonly GroupType[];
	requiredFor?: readonly GroupType[];
	/** The `fields` value that makes a response hold it; `'never'`: no response holds it. */
	shownBy?: 'sightings' | 'externalDates' | 'never';
};

const FILE_TYPES = ['Document', 'Report', 'Signature'] as const;

/**
 * docs: groups/fields, "Available fields" and "Group-specific fields". The lengths come from the service's own field
 * descriptor (`OPTIONS /v3/groups`). The length of `name` is an option of the simulator.
 */
export const SCALAR_FIELDS: Record<string, ScalarField> = {
	name: { kind: 'string', min: 1 },
	type: { kind: 'string', min: 1 },
	ownerId: { kind: 'long' },
	ownerName: { kind: 'string', min: 1 },
	xid: { kind: 'string', min: 1 },
	firstSeen: { kind: 'date', shownBy: 'sightings' },
	lastSeen: { kind: 'date', shownBy: 'sightings' },
	externalDateAdded: { kind: 'date', shownBy: 'externalDates' },
	externalDateExpires: { kind: 'date', shownBy: 'externalDates' },
	externalLastModified: { kind: 'date', shownBy: 'externalDates' },
	fileName: { kind: 'string', min: 1, max: 255, types: FILE_TYPES, requiredFor: ['Signature'] },
	malware: { kind: 'boolean', types: ['Document'] },
	password: { kind: 'string', min: 1, types: ['Document'], shownBy: 'never' },
	publishDate: { kind: 'date', types: ['Report'] },
	body: { kind: 'string', max: 65535, types: ['Email'] },
	header: { kind: 'string', max: 65535, types: ['Email'] },
	subject: { kind: 'string', max: 255, types: ['Email'] },
	from: { kind: 'string', max: 100, types: ['Email'] },
	eventDate: { kind: 'date', types: ['Event', 'Incident'] },
	eventType: { kind: 'string', min: 1, max: 35, types: ['Event'] },
	status: { kind: 'string', types: ['Event', 'Incident'], readOnlyFor: ['Document', 'Report', 'Task'] },
	fileText: { kind: 'string', min: 1, types: ['Signature'], requiredFor: ['Signature'] },
	// Any text is a file type, because administrators add their own.
	fileType: { kind: 'string', min: 1, types: ['Signature'], requiredFor: ['Signature'] },
	dueDate: { kind: 'date', types: ['Task'] },
	escalationDate: { kind: 'date', types: ['Task'] },
	reminderDate: { kind: 'date', types: ['Task'] },
};

/** The scalar fields that are columns of their own in the state. All others are kept in `fields`. */
export const IDENTITY_FIELDS = ['name', 'type', 'ownerId', 'ownerName', 'xid'];

/** The lists that only one group type has. */
export const TYPED_LISTS: Record<string, readonly GroupType[]> = {
	assignments: ['Task'],
	reviews: ['Report'],
};

/** docs: fields marked read-only. A body that holds one is refused. */
export const READ_ONLY_FIELDS = [
	'aiProvider',
	'commonGroup',
	'createdBy',
	'dateAdded',
	'documentDateAdded',
	'documentType',
	'downVoteCount',
	'emailDate',
	'escalated',
	'fileSize',
	'generatedReport',
	'id',
	'insights',
	'lastModified',
	'legacyLink',
	'overdue',
	'reminded',
	'score',
	'scoreBreakdown',
	'scoreIncludesBody',
	'signatureDateAdded',
	'to',
	'upVote',
	'upVoteCount',
	'webLink',
];

/** docs: the "Updatable: FALSE" rows that the service's own descriptor confirms. An unchanged `type` is accepted. */
export const NOT_UPDATABLE_FIELDS = ['ownerId', 'ownerName'];

/** docs: event_status. Servers before 7.12.2 know only the first four. */
export const EVENT_STATUSES = [
	'Escalated',
	'False Positive',
	'Needs Review',
	'No Further Action',
	'Completed',
	'In Progress',
	'New',
	'Reopened',
];

export const INCIDENT_STATUSES = [
	'New',
	'Open',
	'Stalled',
	'Containment Achieved',
	'Restoration Achieved',
	'Incident Reported',
	'Closed',
	'Rejected',
	'Deleted',
];

/** The most entries of a list in one request, from the service's own message. */
export const MAX_LIST_ENTRIES = 1000;

export const MODES = ['append', 'delete', 'replace'] as const;
export type Mode = (typeof MODES)[number];

export const ASSOCIATIONS = [
	'associatedArtifacts',
	'associatedCases',
	'associatedGroups',
	'associatedIndicators',
	'associatedVictimAssets',
] as const;
export type Association = (typeof ASSOCIATIONS)[number];

/** The lists with a largest size. */
export const LIMITED_LISTS = [
	'tags',
	'attributes',
	'securityLabels',
	'associatedArtifacts',
	'associatedCases',
] as const;

/** docs: indicators/fields. The summary fields of each indicator type. All are required, with exceptions as noted. */
export const INDICATOR_TYPES: Record<string, readonly string[]> = {
	Address: ['ip'],
	EmailAddress: ['address'],
	// A File requires at least one of the three.
	File: ['md5', 'sha1', 'sha256'],
	Host: ['hostName'],
	URL: ['text'],
	ASN: ['AS Number'],
	CIDR: ['Block'],
	'Email Subject': ['Subject'],
	Hashtag: ['Hashtag'],
	Mutex: ['Mutex'],
	'Registry Key': ['Key Name', 'Value Name', 'Value Type'],
	'User Agent': ['User Agent String'],
	// Two types that an administrator of this instance added.
	'Bitcoin Address': ['Wallet'],
	'Network Connection': ['Source IP', 'Destination IP', 'Port'],
};

/** tcex, indicators.json of the captured OPTIONS: the writable fields besides the value. */
export const INDICATOR_FLAGS = ['active', 'privateFlag', 'dnsActive', 'whoisActive', 'falsePositiveFlag'];
export const INDICATOR_DATES = [
	'externalDateAdded',
	'externalDateExpires',
	'externalLastModified',
	'firstSeen',
	'lastSeen',
];

/** The service treats all but the first five as custom types, including those that are built in. */
/** Types whose values are one indicator in upper and lower case. docs: v2 indicators, `casePreference`. */
const CASE_INSENSITIVE_INDICATORS = ['ASN', 'Address', 'CIDR', 'EmailAddress', 'File', 'Host'];

/** A summary as the owner's indicators of a type are told apart. */
export const indicatorKey = (type: string, summary: string) =>
	CASE_INSENSITIVE_INDICATORS.includes(type) ? summary.toLowerCase() : summary;

export const isCustomIndicator = (type: string) =>
	!['Address', 'EmailAddress', 'File', 'Host', 'URL'].includes(type);

/** docs: on creation, the fields of a custom type have these names too. */
export const GENERIC_VALUES = ['value1', 'value2', 'value3'];

export const REGISTRY_VALUE_TYPES = [
	'REG_NONE',
	'REG_BINARY',
	'REG_DWORD',
	'REG_DWORD_LITTLE_ENDIAN',
	'REG_DWORD_BIG_ENDIAN',
	'REG_EXPAND_SZ',
	'REG_LINK',
	'REG_MULTI_SZ',
	'REG_QWORD',
	'REG_QWORD_LITTLE_ENDIAN',
	'REG_SZ',
];

/**
 * docs: victim_assets/fields. The documentation and the service disagree on the second fields; here they are required.
 */
export const VICTIM_ASSET_TYPES: Record<
	string,
	{ required: readonly string[]; optional: readonly string[] }
> = {
	EmailAddress: { required: ['address'], optional: ['addressType'] },
	NetworkAccount: { required: ['accountName', 'networkType'], optional: [] },
	Phone: { required: ['phone'], optional: [] },
	SocialNetwork: { required: ['accountName', 'socialNetwork'], optional: [] },
	WebSite: { required: ['website'], optional: [] },
};

export const CASE_SEVERITIES = ['Low', 'Medium', 'High', 'Critical'];
/** docs: cases/fields, note 2. */
export const CASE_RESOLUTIONS = [
	'Containment Achieved',
	'Deferred / Delayed',
	'Escalated',
	'False Positive',
	'In Progress / Investigating',
	'Not Specified',
	'Rejected',
	'Restoration Achieved',
];
export const CASE_STATUSES = ['Open', 'Closed'];

/** docs: retrieve_pdf_report. */
export const PDF_TYPES: readonly GroupType[] = GROUP_TYPES.filter(
	(type) => !['Document', 'Email', 'Signature', 'Task'].includes(type),
);

/** docs: the batch API's list of event types. Newer servers list them at `groups/eventTypeCategories`. */
export const EVENT_TYPES = [
	'Alert',
	'Alert [flash]',
	'Alert [hyper-local]',
	'Alert [local]',
	'Alert [urgent]',
	'Breach',
	'Campaign',
	'Compliance / Regulatory',
	'Disclosure',
	'Emerging Threat',
	'Exercise',
	'Exposure',
	'Finding [Compliance violations]',
	'Finding [Configuration weaknesses]',
	'Finding [Missing patches]',
	'Finding [Security posture gaps]',
	'Investigation',
	'None',
	'Operation',
	'Physical Security',
	'Response Action',
	'Social Engineering (non-phishing)',
	'Third Party Reported',
	'Trend',
];

/** docs: additional_fields and the groups pages. */
export const REQUESTABLE_FIELDS: Record<string, string> = {
	AIsummary: 'The AI-generated summary of the Group',
	aliases: 'The aliases of the Group',
	associatedArtifacts: 'Artifacts associated to the Group',
	associatedCases: 'Cases associated to the Group',
	associatedGroups: 'Groups associated to the Group',
	associatedIndicators: 'Indicators associated to the Group',
	associatedVictimAssets: 'Victim Assets associated to the Group',
	attributes: 'Attributes added to the Group',
	common: 'The common Group',
	externalDates: 'The external dates of the Group',
	insights: 'The insights of the Group',
	intelReviews: 'The reviews of the Group',
	linkedGroups: 'The Groups linked to the Group',
	securityLabels: 'Security Labels applied to the Group',
	sightings: 'The firstSeen and lastSeen dates of the Group',
	tags: 'Tags applied to the Group',
	userDetails: 'Details of the user that created the Group',
};

/** docs: "by default only one association level". These deeper fields need no second level. */
export const REQUESTABLE_DEEP_FIELDS = [
	'attributes.securityLabels',
	'associatedGroups.attributes',
	'associatedGroups.securityLabels',
	'associatedGroups.tags',
];
