import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { defaultAttributes } from '../fields/defaultAttributes';
import { summaryFields } from '../fields/indicators';
import { fieldsBringing } from '../fields/receivedGroup';
import { isSameIndicator, isSameText } from '../query/matching';

/** Compares a body with a group that was read. What the group already shows need not be written again. */

/** The keys of a response that show all that a body sets. */
export function keysShowing(body: JsonObject): string[] {
	const keys = Object.keys(body).filter((name) => body[name] !== undefined);
	return defaultAttributes(body).length > 0 ? [...keys, 'attributes'] : keys;
}

/** The values of `fields` that a response needs to show all that a body sets. */
export const fieldsShowing = (body: JsonObject): string[] => fieldsBringing(keysShowing(body));

/** Lists in which the API makes another object each time that an entry without an ID is sent. */
const CREATING = ['attributes', 'associatedArtifacts', 'associatedCases', 'associatedVictimAssets'];

/** Those of these lists in which a body has such entries. */
export const listsThatCreate = (body: JsonObject): string[] =>
	[...CREATING, 'associatedGroups'].filter((name) => {
		const list = body[name];
		return isJsonObject(list) && list.mode !== 'delete' && rowsOf(list).some(({ id }) => id === undefined);
	});

export const rowsOf = (list: unknown): JsonObject[] =>
	isJsonObject(list) && Array.isArray(list.data) ? list.data.filter(isJsonObject) : [];

const DATE = /(Date|Seen|Added|Expires|Modified)$/;

/** Whether a shown value is the one that was sent. Numbers and switches may come as text, and dates in another form. */
export function isSameValue(name: string, sent: unknown, shown: unknown): boolean {
	if (isUnset(sent) || isUnset(shown)) return isUnset(sent) && isUnset(shown);
	if (DATE.test(name)) {
		const [one, other] = [Date.parse(String(sent)), Date.parse(String(shown))];
		if (Number.isFinite(one) && Number.isFinite(other)) return one === other;
	}
	const lines = (value: unknown) => String(value).replace(/\r\n?/g, '\n');
	return isSameText(lines(sent), lines(shown));
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null;

const entriesOf = (body: JsonObject) => Object.entries(body).filter(([, value]) => value !== undefined);

/** Whether each plain value of a body that the group shows is the one that was sent. */
export const showsNothingElse = (body: JsonObject, group: JsonObject): boolean =>
	entriesOf(body).every(
		([name, value]) => !isScalar(value) || isUnset(group[name]) || isSameValue(name, value, group[name]),
	);

/**
 * The part of an update's body that a group does not show yet. Plain values are sent all or none, because some belong
 * together.
 *
 * @param group as returned with `fieldsShowing`
 */
export function differences(body: JsonObject, group: JsonObject): JsonObject {
	const all = entriesOf(body);
	const isChanged = all.some(([name, value]) => isScalar(value) && !isSameValue(name, value, group[name]));
	return Object.fromEntries(
		all.flatMap(([name, value]): Array<[string, unknown]> => {
			if (isScalar(value)) return isChanged ? [[name, value]] : [];
			const rest = listDifference(name, value, group[name]);
			return rest === undefined ? [] : [[name, rest]];
		}),
	);
}

/**
 * Compares a list entry by entry. Reviews are not compared, because a response does not say which one is the API user's.
 *
 * @returns the part of the list that is to be sent; `undefined` when the group shows all of it
 */
function listDifference(name: string, list: unknown, shown: unknown): unknown {
	if (!isJsonObject(list) || !Array.isArray(list.data) || name === 'reviews') return list;
	const entries = rowsOf(list);
	const rows = rowsOf(shown);
	const isShown = (entry: JsonObject) => rows.some((row) => isEntry(name, entry, row, 'complete'));
	if (list.mode === 'delete') {
		return entries.some((entry) => rows.some((row) => isEntry(name, entry, row, 'named'))) ? list : undefined;
	}
	// The API always replaces all assignments.
	if (list.mode === 'replace' || name === 'assignments') {
		const isEachMeant = rows.every((row) => entries.some((entry) => isEntry(name, entry, row, 'named')));
		return isEachMeant && entries.every(isShown) ? undefined : list;
	}
	const missing = entries.filter((entry) => !isShown(entry));
	return missing.length === 0 ? undefined : { ...list, data: missing };
}

/**
 * A body without new objects that the group already has. A list that appends leaves them out. An association that
 * replaces the others names them by ID.
 */
export function withoutPresent(body: JsonObject, group: JsonObject): JsonObject {
	const changed = listsThatCreate(body).flatMap((name): Array<[string, unknown]> => {
		const list = body[name] as JsonObject;
		const rows = rowsOf(group[name]);
		const present = (entry: JsonObject) => rows.find((row) => isEntry(name, entry, row, 'named'));
		if (list.mode === 'replace') {
			if (name === 'attributes') return [];
			const data = rowsOf(list).map((entry) => {
				const row = entry.id === undefined ? present(entry) : undefined;
				return row ? { id: row.id } : entry;
			});
			return [[name, { ...list, data }]];
		}
		const data = rowsOf(list).filter((entry) => entry.id !== undefined || !present(entry));
		return [[name, data.length > 0 ? { ...list, data } : undefined]];
	});
	const merged: JsonObject = { ...body, ...Object.fromEntries(changed) };
	return Object.fromEntries(entriesOf(merged));
}

/** The values by which an entry of a list is found again. */
function nameOf(list: string, entry: JsonObject): ReadonlyArray<readonly [string, unknown]> {
	const pick = (...names: string[]) => names.map((name) => [name, entry[name]] as const);
	switch (list) {
		case 'tags':
			return isUnset(entry.techniqueId) ? pick('name') : pick('techniqueId');
		case 'securityLabels':
			return pick('name');
		case 'attributes':
			return pick('type', 'value', 'source');
		case 'associatedArtifacts':
			return pick('type', 'summary');
		case 'associatedCases':
			return isUnset(entry.xid) ? pick('name') : pick('xid');
		case 'associatedGroups':
			return isUnset(entry.xid) ? pick('type', 'name') : pick('xid');
		case 'associatedIndicators':
			return [['type', entry.type] as const, ['summary', summaryOf(entry)] as const];
		case 'associatedVictimAssets':
			return pick('type', ...['address', 'accountName', 'phone', 'website'].filter((name) => name in entry));
		case 'assignments':
			return pick('type');
		default:
			return [];
	}
}

/** An indicator's summary, made from the fields of its type. */
export const summaryOf = (entry: JsonObject): string =>
	summaryFields(String(entry.type))
		.filter((name) => !isUnset(entry[name]))
		.map((name) => String(entry[name]))
		.join(' : ');

/** Keys of an entry that say where the object is. */
const ABOUT = ['ownerName', 'ownerId', 'victimId', 'caseId', 'caseXid', 'taskId', 'taskXid'];

/**
 * Whether a row of a group is the one that an entry means.
 *
 * @param extent `named`: it is that object; `complete`: it also has all values of the entry
 */
export function isEntry(
	list: string,
	entry: JsonObject,
	row: JsonObject,
	extent: 'named' | 'complete',
): boolean {
	if (entry.id !== undefined) return String(entry.id) === String(row.id);
	const name = nameOf(list, entry);
	if (name.length === 0 || name.every(([, value]) => isUnset(value))) return false;
	if (!name.every(([key, value]) => isSameName(list, entry.type, key, value, row[key]))) return false;
	if (list === 'assignments' && !isSameUser(entry.user, row.user)) return false;
	// A row that does not show its owner is taken as a match.
	const isElsewhere = ABOUT.some(
		(key) => !isUnset(entry[key]) && !isUnset(row[key]) && !isSameText(entry[key], row[key]),
	);
	if (isElsewhere) return false;
	if (list === 'attributes') {
		return ['default', 'pinned'].every((key) => entry[key] !== true || row[key] === true);
	}
	// An object that the group already has is only linked. The other values of the entry would apply only to a new
	// object.
	if (extent === 'named' || CREATING.includes(list) || list === 'associatedGroups') return true;
	const known = [...name.map(([key]) => key), ...ABOUT, ...summaryFields(String(entry.type)), 'user'];
	return Object.entries(entry)
		.filter(([key]) => !known.includes(key))
		.every(([key, value]) => isScalar(value) && isSameValue(key, value, row[key]));
}

/** Tags and artifacts are compared without upper and lower case. */
function isSameName(list: string, type: unknown, key: string, value: unknown, shown: unknown): boolean {
	if (isUnset(value)) return isUnset(shown);
	if (list === 'attributes') return isSameValue(key, value, shown);
	if (list !== 'tags' && key !== 'summary') return isSameText(value, shown);
	if (list === 'associatedIndicators')
		return isSameIndicator(String(type), String(value), String(shown ?? ''));
	return isSameText(String(value).toLowerCase(), String(shown ?? '').toLowerCase());
}

const isSameUser = (one: unknown, other: unknown) =>
	isJsonObject(one) && isJsonObject(other) && !isUnset(one.id) && String(one.id) === String(other.id);
