import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import type { CustomField } from './customFields';
import { customFieldsOf, showsCustomFields } from './receivedGroup';
import { comparable, isStored } from './matching';

/** What an update really changes: nothing is written that the group has already. */

/**
 * The present fields, those given set to their new values, new ones last. A field that has the value already keeps the form
 * in which the service stores it.
 */
function mergeCustomFields(present: readonly CustomField[], given: readonly CustomField[]): CustomField[] {
	const set = new Map(given.map((field) => [field.key, field]));
	const kept = present.map((field) => {
		const wanted = set.get(field.key);
		return wanted && !isStored(wanted.value, field.value) ? wanted : field;
	});
	const presentKeys = new Set(present.map(({ key }) => key));
	return [...kept, ...given.filter(({ key }) => !presentKeys.has(key))];
}

/** The given fields that the group does not have with this value. */
function differingFields(given: readonly CustomField[], present: readonly CustomField[]): CustomField[] {
	const values = new Map(present.map(({ key, value }) => [key, value]));
	return given.filter(({ key, value }) => !isStored(value, values.get(key)));
}

/**
 * What to do with custom fields that an update does not name. Whether AttackForge keeps them is not documented: `merge`
 * writes them back, `differing` relies on AttackForge to keep them, `replace` does not care.
 */
export type CustomFieldsMode = 'merge' | 'differing' | 'replace';

/** Whether access entries are operations, or what access should be from now on. */
export type AccessMode = 'operations' | 'exact';

export type UpdateModes = { customFields: CustomFieldsMode; access: AccessMode };

/** Whether what an update sends depends on what the group holds: then the group is read before each attempt. */
export const dependsOnGroup = (body: JsonObject, modes: UpdateModes): boolean =>
	(isCustomFields(body.custom_fields) && modes.customFields !== 'replace') ||
	(isJsonObject(body.access) &&
		(modes.access === 'exact' || removesAccess(body) || clearsAccess(body.access)));

/** Whether the update can be sent as it is given, where the group cannot be read. */
export const canGoUnread = (body: JsonObject, modes: UpdateModes): boolean =>
	!(isCustomFields(body.custom_fields) && modes.customFields === 'merge') &&
	!(isJsonObject(body.access) && (modes.access === 'exact' || clearsAccess(body.access)));

/**
 * The body of an update without what the group has already, so that nothing is written that changes nothing.
 *
 * @param body of an update, its access entries with actions
 * @param present the group; fields that it does not show are sent
 * @throws ServiceFailure when the group does not show what has to be known: its custom fields or its access
 */
export function changesOf(body: JsonObject, present: JsonObject, modes: UpdateModes): JsonObject {
	const changes: JsonObject = {};
	for (const [name, value] of Object.entries(body)) {
		if (name === 'custom_fields' && isCustomFields(value)) {
			const fields = fieldChanges(value, present, modes.customFields);
			if (fields) changes[name] = fields;
		} else if (name === 'access' && isJsonObject(value)) {
			const operations = accessChanges(value, present.access, modes.access);
			if (operations) changes[name] = operations;
		} else if (!(name in present) || !isStored(value, present[name])) changes[name] = value;
	}
	return changes;
}

/**
 * The body of an update as it is given, but for what depends on the group: other custom fields, access that is to be exactly
 * as given, and entries to remove that are not there.
 *
 * @returns an empty body when the group is so already
 */
export function completeBody(body: JsonObject, present: JsonObject, modes: UpdateModes): JsonObject {
	const changes = changesOf(body, present, modes);
	if (Object.keys(changes).length === 0) return {};
	const complete: JsonObject = {};
	for (const [name, value] of Object.entries(body)) {
		if (name === 'custom_fields' && isCustomFields(value) && modes.customFields !== 'replace') {
			if (name in changes) complete[name] = changes[name];
		} else if (name === 'access' && isJsonObject(value)) {
			const isWhole = modes.access === 'exact' || clearsAccess(value);
			const access = isWhole ? changes[name] : withoutAbsentRemovals(value, present.access);
			if (access !== undefined) complete[name] = access;
		} else complete[name] = value;
	}
	return complete;
}

/** @returns `undefined` when no entry is left of those that were given */
function withoutAbsentRemovals(wanted: JsonObject, present: unknown): JsonObject | undefined {
	const lists = Object.entries(wanted).map(([list, given]): [string, unknown] => {
		if (!isListOfObjects(given)) return [list, given];
		const before = new Set(entriesOf(present, list).map(identityOf));
		return [list, given.filter((entry) => entry.action !== 'remove' || before.has(identityOf(entry)))];
	});
	const isGone = ([list, left]: [string, unknown]) =>
		Array.isArray(left) && left.length === 0 && (wanted[list] as unknown[]).length > 0;
	return lists.every(isGone) ? undefined : Object.fromEntries(lists);
}

/** @returns the list to write; `undefined` when the group has the fields already */
function fieldChanges(
	given: readonly CustomField[],
	present: JsonObject,
	mode: CustomFieldsMode,
): CustomField[] | undefined {
	const fields = customFieldsOf(present);
	const differing = differingFields(given, fields);
	if (mode === 'replace') {
		const wanted = new Set(given.map(({ key }) => key));
		const others = fields.filter(({ key, value }) => !wanted.has(key) && !isUnset(value));
		return differing.length > 0 || others.length > 0 ? [...given] : undefined;
	}
	if (mode === 'merge' && !showsCustomFields(present)) throw customFieldsHidden();
	if (differing.length === 0) return undefined;
	return mode === 'merge' ? mergeCustomFields(fields, given) : differing;
}

const customFieldsHidden = () =>
	new ServiceFailure(
		'AttackForge does not show the custom fields of the group',
		'Nothing was written, because the other custom fields cannot be kept. Check that the user of the key may see them, or choose another way under Options > Custom Fields.',
	);

/** Whether a list can be compared and merged: "Additional Fields (JSON)" may bring anything, which is sent as it is. */
const isListOfObjects = (value: unknown): value is JsonObject[] =>
	Array.isArray(value) && value.every(isJsonObject);

export const isCustomFields = (value: unknown): value is CustomField[] =>
	isListOfObjects(value) && value.every(({ key }) => typeof key === 'string');

/** Whether an update removes access: the service may refuse to remove what is gone already. */
export const removesAccess = ({ access }: JsonObject): boolean =>
	JSON.stringify(access ?? '').includes('"remove"');

/**
 * The only entry of a list of access that the item clears. An empty list is no sign of that: what an item leaves out must
 * never revoke access.
 */
export const CLEAR_LIST: JsonObject = { action: 'clear' };

const isCleared = (list: unknown): boolean =>
	isListOfObjects(list) && list.some(({ action }) => action === CLEAR_LIST.action);

/** Whether an update clears a list of access. */
const clearsAccess = (access: JsonObject): boolean => Object.values(access).some(isCleared);

/** What names an entry within its list. */
const identityFields = (entry: JsonObject): JsonObject =>
	Object.fromEntries(
		['user_id', 'group_id', 'group_name']
			.filter((name) => !isUnset(entry[name]))
			.map((name) => [name, entry[name]]),
	);

const identityOf = (entry: JsonObject): string =>
	Object.entries(identityFields(entry))
		.map(([name, value]) => {
			const text = comparable(String(value));
			// IDs are the same in capital letters.
			return `${name} ${name === 'group_name' ? text : text.toLowerCase()}`;
		})
		.join(', ');

const entriesOf = (access: unknown, list: string): JsonObject[] => {
	const entries = isJsonObject(access) ? access[list] : undefined;
	return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
};

/**
 * The entries of a list, each once.
 *
 * @throws InvalidInput when two entries are about the same group or user and do not say the same: the last would win, so that
 *   each run changed the access twice
 */
export function withoutRepetitions(entries: readonly unknown[], label: string): unknown[] {
	const seen = new Map<string, JsonObject>();
	return entries.filter((entry) => {
		const identity = isJsonObject(entry) ? identityOf(entry) : '';
		if (!isJsonObject(entry) || identity === '') return true;
		const before = seen.get(identity);
		seen.set(identity, entry);
		if (before === undefined) return true;
		if (isStored(entry, before)) return false;
		throw new InvalidInput(
			`${label}: ${inQuotes(Object.values(identityFields(entry))[0])} stands there twice, with different settings`,
			'Give each group or user once.',
		);
	});
}

/**
 * The operations that really change something.
 *
 * @param wanted lists of entries with actions
 * @param present the access that the group has
 * @param mode `exact`: entries of a given list that are not wanted are removed; lists that are not given stay
 * @returns `undefined` when access is as wanted already
 * @throws ServiceFailure when the present access is not shown: what is to be removed would pass for gone
 */
export function accessChanges(
	wanted: JsonObject,
	present: unknown,
	mode: AccessMode,
): JsonObject | undefined {
	if (!isJsonObject(present)) throw accessHidden();
	const changes: JsonObject = {};
	for (const [list, given] of Object.entries(wanted)) {
		if (!isListOfObjects(given)) {
			changes[list] = given;
			continue;
		}
		const before = new Map(entriesOf(present, list).map((entry) => [identityOf(entry), entry]));
		const isToBeEmpty = isCleared(given);
		const operations = isToBeEmpty
			? []
			: given.filter((entry) => isChange(entry, before.get(identityOf(entry))));
		const removals: JsonObject[] = [];
		if (mode === 'exact' || isToBeEmpty) {
			refuseRemovals(given, list);
			const kept = new Set(isToBeEmpty ? [] : given.map(identityOf));
			for (const [identity, entry] of before) {
				if (!kept.has(identity)) removals.push({ action: 'remove', ...identityFields(entry) });
			}
		}
		// Removals come first, because the service may take two names for the same that differ here.
		operations.unshift(...removals);
		if (operations.length > 0) changes[list] = operations;
	}
	return Object.keys(changes).length > 0 ? changes : undefined;
}

/** Whether a new group shows the access that it was created with, and no other. */
export const hasAccess = (wanted: JsonObject, present: unknown): boolean =>
	isJsonObject(present) && accessChanges(wanted, present, 'exact') === undefined;

const accessHidden = () =>
	new ServiceFailure(
		'AttackForge does not show the access of the group',
		'Check that the user of the key may see it. Set Options > Access of Update to Change Entries to send the entries as they are.',
	);

function isChange(entry: JsonObject, before: JsonObject | undefined): boolean {
	const { action, ...fields } = entry;
	if (action === 'remove') return before !== undefined;
	return (
		before === undefined || Object.entries(fields).some(([name, value]) => !isSetting(name, value, before))
	);
}

/** IDs are the same in capital letters. */
const isSetting = (name: string, value: unknown, { [name]: before }: JsonObject): boolean =>
	/^(user|group)_id$/.test(name)
		? isStored(String(value).toLowerCase(), String(before).toLowerCase())
		: isStored(value, before);

function refuseRemovals(entries: JsonObject[], list: string): void {
	if (entries.some(({ action }) => action === 'remove')) {
		throw new InvalidInput(
			`"Access" (access): ${list} holds an entry to remove, but access is to be exactly as given`,
			'Leave the entry out: what is not given is removed. Or set Options > Access to Change Entries.',
		);
	}
}
