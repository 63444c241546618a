/** What a group can be associated to. */

export type ObjectType = 'artifact' | 'case' | 'group' | 'indicator' | 'victimAsset';

type Kind = {
	displayName: string;
	/** In a sentence, e.g. `the indicator 12`. */
	noun: string;
	plural: string;
	/** The list of the v3 API. */
	path: string;
	/** The list of a group that holds them. */
	list: string;
	/** The TQL keyword of what a user takes for the name. */
	nameKeyword: 'name' | 'summary';
	/** The most entries that one request takes, as far as ThreatConnect tells it. */
	maxSize?: number;
};

/** In the order of the form. */
export const OBJECT_TYPES: Readonly<Record<ObjectType, Kind>> = {
	artifact: {
		displayName: 'Artifact',
		noun: 'artifact',
		plural: 'artifacts',
		path: '/v3/artifacts',
		list: 'associatedArtifacts',
		nameKeyword: 'summary',
		maxSize: 1000,
	},
	// There is no keyword `summary` for cases (tcex, case_filter).
	case: {
		displayName: 'Case',
		noun: 'case',
		plural: 'cases',
		path: '/v3/cases',
		list: 'associatedCases',
		nameKeyword: 'name',
		maxSize: 1000,
	},
	group: {
		displayName: 'Group',
		noun: 'group',
		plural: 'groups',
		path: '/v3/groups',
		list: 'associatedGroups',
		nameKeyword: 'summary',
	},
	indicator: {
		displayName: 'Indicator',
		noun: 'indicator',
		plural: 'indicators',
		path: '/v3/indicators',
		list: 'associatedIndicators',
		nameKeyword: 'summary',
	},
	victimAsset: {
		displayName: 'Victim Asset',
		noun: 'victim asset',
		plural: 'victim assets',
		path: '/v3/victimAssets',
		list: 'associatedVictimAssets',
		nameKeyword: 'summary',
	},
};

/** What says what an associated object is, and what later requests name it by. */
export const SIMPLE_OBJECT_KEYS = [
	'id',
	'type',
	'summary',
	'name',
	'ownerName',
	'status',
	'rating',
	'confidence',
	'dateAdded',
	'webLink',
];

/**
 * Keys of associated objects besides the simple ones.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/indicators/indicators.html
 */
export const OTHER_OBJECT_KEYS = [
	'accountName',
	'active',
	'address',
	'assignee',
	'associatedGroups',
	'attributes',
	'caseId',
	'caseOpenTime',
	'createdBy',
	'derivedLink',
	'description',
	'eventDate',
	'hostName',
	'intelType',
	'ip',
	'lastModified',
	'lastUpdated',
	'legacyLink',
	'md5',
	'ownerId',
	'phone',
	'privateFlag',
	'resolution',
	'securityLabels',
	'severity',
	'sha1',
	'sha256',
	'size',
	'source',
	'tags',
	'text',
	'victimId',
	'website',
	'xid',
];
