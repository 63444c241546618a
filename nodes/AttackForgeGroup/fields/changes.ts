import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isBlank, isUnset } from '../../shared/core/values';
import type { CustomField } from './customFields';
import { customFieldsOf, isSame } from './group';

/** What an update really changes: nothing is written that the group has already. */

/** The present fields, those given set to their new values, new ones last. */
function mergeCustomFields(present: readonly CustomField[], given: readonly CustomField[]): CustomField[] {
	const set = new Map(given.map((field) => [field.key, field]));
	const kept = present.map((field) => set.get(field.key) ?? field);
	const presentKeys = new Set(present.map(({ key }) => key));
	return [...kept, ...given.filter(({ key }) => !presentKeys.has(key))];
}

const sameFields = (all: readonly CustomField[], b: readonly CustomField[]) => {
	const values = new Map(b.map(({ key, value }) => [key, value]));
	// A field that is to be cleared is the same as one that is not there.
	const a = all.filter(({ key, value }) => value !== null || !isBlank(values.get(key)));
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

/** Whether an update removes access: removing what is gone already may be refused, so that it must not be sent twice. */
export const removesAccess = ({ access }: JsonObject): boolean =>
	JSON.stringify(access ?? '').includes('"remove"');

/** What names an entry within its list. */
const identityFields = (entry: JsonObject): JsonObject =>
	Object.fromEntries(
		['user_id', 'group_id', 'group_name']
			.filter((name) => !isUnset(entry[name]))
			.map((name) => [name, entry[name]]),
	);

const identityOf = (entry: JsonObject): string =>
	Object.entries(identityFields(entry))
		// IDs are the same in capital letters.
		.map(([name, value]) => `${name} ${name === 'group_name' ? String(value) : String(value).toLowerCase()}`)
		.join(', ');

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
		const operations = given.filter((entry) => isChange(entry, before.get(identityOf(entry))));
		const removals: JsonObject[] = [];
		// An empty list is one that the item clears.
		if (mode === 'exact' || given.length === 0) {
			refuseRemovals(given, list);
			const kept = new Set(given.map(identityOf));
			for (const [identity, entry] of before) {
				if (!kept.has(identity)) removals.push({ action: 'remove', ...identityFields(entry) });
			}
		}
		// First: the service may take two names for the same that are not the same here.
		operations.unshift(...removals);
		if (operations.length > 0) changes[list] = operations;
	}
	return Object.keys(changes).length > 0 ? changes : undefined;
}

const accessHidden = () =>
	new ServiceFailure(
		'AttackForge does not show the access of the group',
		'Check that the user of the key may see it. Set Options > Access of Update to Change Entries to send the entries as they are.',
	);

function isChange(entry: JsonObject, before: JsonObject | undefined): boolean {
	const { action, ...fields } = entry;
	if (action === 'remove') return before !== undefined;
	return before === undefined || Object.entries(fields).some(([name, value]) => !isSame(value, before[name]));
}

function refuseRemovals(entries: JsonObject[], list: string): void {
	if (entries.some(({ action }) => action === 'remove')) {
		throw new InvalidInput(
			`"Access" (access): ${list} holds an entry to remove, but access is to be exactly as given`,
			'Leave the entry out: what is not given is removed. Or set Options > Access to Change Entries.',
		);
	}
}
