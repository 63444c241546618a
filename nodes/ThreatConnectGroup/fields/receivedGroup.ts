import type { JsonObject } from '../../shared/core/json';

/** Pure functions over groups as ThreatConnect answers them. */

/** What says what a group is, and what later requests name it by. */
export const SIMPLE_KEYS = [
	'id',
	'name',
	'type',
	'ownerName',
	'xid',
	'status',
	'eventDate',
	'dateAdded',
	'lastModified',
	'webLink',
];

/** What a value of `fields` adds, where that is not a key of the same name. */
const ADDED_KEYS: Readonly<Record<string, readonly string[]>> = {
	common: ['commonGroup'],
	externalDates: ['externalDateAdded', 'externalDateExpires', 'externalLastModified'],
	intelReviews: ['reviews'],
	sightings: ['firstSeen', 'lastSeen'],
};

/** The keys that values of `fields` add to a group, e.g. `firstSeen` and `lastSeen` for `sightings`. */
export const keysAddedBy = (fields: readonly string[]): string[] =>
	fields.flatMap((field) => {
		const [name = field] = field.split('.');
		return Object.hasOwn(ADDED_KEYS, name) ? (ADDED_KEYS[name] ?? []) : [name];
	});

/** Keys that an answer holds only if `fields` asks for them. */
const ASKED_KEYS = [
	'associatedArtifacts',
	'associatedCases',
	'associatedGroups',
	'associatedIndicators',
	'associatedVictimAssets',
	'attributes',
	'securityLabels',
	'tags',
	...Object.values(ADDED_KEYS).flat(),
];

/** The values of `fields` that bring these keys; those that an answer always holds need none. */
export function fieldsBringing(keys: readonly string[]): string[] {
	const fields = keys
		.filter((key) => ASKED_KEYS.includes(key))
		.map((key) => Object.keys(ADDED_KEYS).find((field) => ADDED_KEYS[field]?.includes(key)) ?? key);
	return [...new Set(fields)];
}

/**
 * Keys of a group besides the simple ones.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#available-fields
 */
export const OTHER_KEYS = [
	'assignments',
	'body',
	'createdBy',
	'documentDateAdded',
	'documentType',
	'downVoteCount',
	'dueDate',
	'emailDate',
	'escalated',
	'escalationDate',
	'eventType',
	'fileName',
	'fileSize',
	'fileText',
	'fileType',
	'from',
	'generatedReport',
	'header',
	'legacyLink',
	'malware',
	'overdue',
	'ownerId',
	'publishDate',
	'reminded',
	'reminderDate',
	'score',
	'scoreBreakdown',
	'scoreIncludesBody',
	'signatureDateAdded',
	'subject',
	'to',
	'upVoteCount',
	...ASKED_KEYS,
];

/** The fields that say what a group is, and those that were asked for. */
export function simplifyGroup(group: JsonObject, fields: readonly string[]): JsonObject {
	const keys = [...SIMPLE_KEYS, ...keysAddedBy(fields)].filter((key) => key in group);
	return Object.fromEntries(keys.map((key) => [key, group[key]]));
}
