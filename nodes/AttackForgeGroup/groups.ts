import { InvalidInput } from '../shared/errors';
import { isJsonObject, type JsonObject } from '../shared/json';

/** Pure functions over groups as AttackForge answers them. */

export type CustomField = { key: string; value: unknown };

/** The names that the list has for what a single group calls otherwise: AttackForge documentation, GetGroups. */
const LIST_KEYS: Readonly<Record<string, string>> = {
	group_id: 'id',
	group_name: 'name',
	group_primary_contact_name: 'primary_contact_name',
	group_primary_contact_number: 'primary_contact_number',
	group_primary_contact_email: 'primary_contact_email',
	group_custom_fields: 'custom_fields',
};

const SIMPLE_KEYS = [
	'id',
	'name',
	'group_owner',
	'primary_contact_name',
	'primary_contact_number',
	'primary_contact_email',
	'custom_fields',
	'is_deleted',
	'created',
	'last_modified',
];

/** A group under the names that a single one has, wherever it comes from. */
export function normalizeGroup(group: JsonObject): JsonObject {
	return Object.fromEntries(
		Object.entries(group).map(([key, value]) => [
			Object.hasOwn(LIST_KEYS, key) ? LIST_KEYS[key] : key,
			value,
		]),
	);
}

/** The fields that both the list and a single group have, in one order and under one name, and a few of a single one. */
export function simplifyGroup(group: JsonObject): JsonObject {
	const normalized = normalizeGroup(group);
	return Object.fromEntries(
		SIMPLE_KEYS.filter((key) => key in normalized).map((key) => [key, normalized[key]]),
	);
}

/** A member under the names that the rest of the API uses. */
export function simplifyMember(member: JsonObject): JsonObject {
	const { name, userId, accessLevel, created, last_updated } = member;
	return { user_id: userId, name, access_level: accessLevel, created, last_updated };
}

export function customFieldsOf(group: JsonObject): CustomField[] {
	const { custom_fields: fields } = normalizeGroup(group);
	if (!Array.isArray(fields)) return [];
	return fields.flatMap((field: unknown) =>
		isJsonObject(field) && typeof field.key === 'string' ? [{ key: field.key, value: field.value }] : [],
	);
}

export const customFieldOf = (group: JsonObject, key: string): unknown =>
	customFieldsOf(group).find((field) => field.key === key)?.value;

/** Equal as JSON, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
	if (Array.isArray(a) && Array.isArray(b)) {
		return a.length === b.length && a.every((entry, index) => isSame(entry, b[index]));
	}
	if (isJsonObject(a) && isJsonObject(b)) {
		const keys = Object.keys(a);
		return keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key], b[key]));
	}
	return a === b;
}

/** The present fields, those given set to their new values, new ones last. */
export function mergeCustomFields(
	present: readonly CustomField[],
	given: readonly CustomField[],
): CustomField[] {
	const set = new Map(given.map((field) => [field.key, field]));
	const kept = present.map((field) => set.get(field.key) ?? field);
	const presentKeys = new Set(present.map(({ key }) => key));
	return [...kept, ...given.filter(({ key }) => !presentKeys.has(key))];
}

const sameFields = (a: readonly CustomField[], b: readonly CustomField[]) => {
	const values = new Map(b.map(({ key, value }) => [key, value]));
	return (
		a.length === b.length && a.every(({ key, value }) => values.has(key) && isSame(values.get(key), value))
	);
};

/** What to do with custom fields that an update does not mention. The server's own rule is undocumented. */
export type CustomFieldsMode = 'merge' | 'replace';

/** Whether access entries are operations, or what access should be from now on. */
export type AccessMode = 'operations' | 'exact';

/**
 * The body of an update without what the group has already, so that nothing is written that changes nothing.
 *
 * @param body of an update, its access entries with actions
 * @param present the group; fields that it does not show are sent
 */
export function changesOf(
	body: JsonObject,
	present: JsonObject,
	modes: { customFields: CustomFieldsMode; access: AccessMode },
): JsonObject {
	const changes: JsonObject = {};
	for (const [name, value] of Object.entries(body)) {
		if (name === 'custom_fields' && isCustomFields(value)) {
			const fields = withPresentFields(value, present, modes.customFields);
			if (!sameFields(fields, customFieldsOf(present))) changes[name] = fields;
		} else if (name === 'access' && isJsonObject(value)) {
			const operations = accessChanges(value, present.access, modes.access);
			if (operations) changes[name] = operations;
		} else if (!(name in present) || !isSame(value, present[name])) changes[name] = value;
	}
	return changes;
}

/** The list to write: it holds the fields that are to be kept, so that it is right whether the server merges or replaces. */
export const withPresentFields = (
	given: readonly CustomField[],
	present: JsonObject,
	mode: CustomFieldsMode,
): CustomField[] => (mode === 'merge' ? mergeCustomFields(customFieldsOf(present), given) : [...given]);

/** Whether a list can be compared and merged: "Additional Fields (JSON)" may bring anything, which is sent as it is. */
const isListOfObjects = (value: unknown): value is JsonObject[] =>
	Array.isArray(value) && value.every(isJsonObject);

export const isCustomFields = (value: unknown): value is CustomField[] =>
	isListOfObjects(value) && value.every(({ key }) => typeof key === 'string');

type Entry = JsonObject & { action?: unknown };

/** What names an entry within its list. */
const identityOf = (entry: JsonObject): string =>
	['group_name', 'user_id', 'group_id']
		.filter((name) => entry[name] !== undefined && entry[name] !== null && entry[name] !== '')
		.map((name) => `${name} ${String(entry[name])}`)
		.join(', ');

const identityFields = (entry: JsonObject): JsonObject =>
	Object.fromEntries(
		['user_id', 'group_id', 'group_name']
			.filter((name) => entry[name] !== undefined && entry[name] !== null && entry[name] !== '')
			.map((name) => [name, entry[name]]),
	);

const entriesOf = (access: unknown, list: string): JsonObject[] => {
	const entries = isJsonObject(access) ? access[list] : undefined;
	return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
};

/**
 * The operations that really change something.
 *
 * @param wanted lists of entries with actions
 * @param present the access that the group has
 * @param mode `exact`: entries of a given list that are not wanted are removed; lists that are not given stay
 * @returns `undefined` when access is as wanted already
 */
export function accessChanges(
	wanted: JsonObject,
	present: unknown,
	mode: AccessMode,
): JsonObject | undefined {
	const changes: JsonObject = {};
	for (const [list, given] of Object.entries(wanted)) {
		if (!isListOfObjects(given)) {
			changes[list] = given;
			continue;
		}
		const before = new Map(entriesOf(present, list).map((entry) => [identityOf(entry), entry]));
		const operations = given.filter((entry) => isChange(entry, before.get(identityOf(entry))));
		if (mode === 'exact') {
			refuseRemovals(given, list);
			const kept = new Set(given.map(identityOf));
			for (const [identity, entry] of before) {
				if (!kept.has(identity)) operations.push({ action: 'remove', ...identityFields(entry) });
			}
		}
		if (operations.length > 0) changes[list] = operations;
	}
	return Object.keys(changes).length > 0 ? changes : undefined;
}

function isChange(entry: Entry, before: JsonObject | undefined): boolean {
	const { action, ...fields } = entry;
	if (action === 'remove') return before !== undefined;
	return before === undefined || Object.entries(fields).some(([name, value]) => !isSame(value, before[name]));
}

function refuseRemovals(entries: Entry[], list: string): void {
	if (entries.some(({ action }) => action === 'remove')) {
		throw new InvalidInput(
			`"Access" (access): ${list} holds an entry to remove, but access is to be exactly as given`,
			'Leave the entry out: what is not given is removed. Or set Options > Access to Change Entries.',
		);
	}
}
