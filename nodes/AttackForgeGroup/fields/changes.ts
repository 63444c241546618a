import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import type { CustomField } from './customFields';
import { customFieldsOf, showsCustomFields } from './receivedGroup';
import { comparable, isStored } from './matching';

/** Finds what an update really changes, so that nothing is written that the group already has. */

/**
 * The present fields with the given values, and new fields last. A field that already has the value keeps the form in
 * which the service stores it.
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
 * What happens to custom fields that an update does not name. The documentation does not say whether AttackForge keeps
 * them. `merge` writes them back, `differing` relies on AttackForge to keep them, and `replace` may lose them.
 */
type CustomFieldsMode = 'merge' | 'differing' | 'replace';

/** Whether access entries are operations, or the complete access from now on. */
type AccessMode = 'operations' | 'exact';

export type UpdateModes = { customFields: CustomFieldsMode; access: AccessMode };

/** Whether the update depends on what the group holds. If so, the group is read before each attempt. */
export const dependsOnGroup = (body: JsonObject, modes: UpdateModes): boolean =>
	(isCustomFields(body.custom_fields) && modes.customFields !== 'replace') ||
	// An entry that the group has in another spelling must be changed under the name that it has there.
	isJsonObject(body.access);

/** Whether the update can be sent as it is given when the group cannot be read. */
export const canGoUnread = (body: JsonObject, modes: UpdateModes): boolean =>
	!(isCustomFields(body.custom_fields) && modes.customFields === 'merge') &&
	!(isJsonObject(body.access) && (modes.access === 'exact' || clearsAccess(body.access)));

/**
 * The body of an update without what the group already has, so that nothing is written that changes nothing.
 *
 * @param body of an update, whose access entries have actions
 * @param present the group; fields that it does not show are sent
 * @throws ServiceFailure when the group does not show its custom fields or its access, and the update needs them
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
 * The body of an update as it is given, with what depends on the group: other custom fields are added, and access that
 * must be exactly as given gets removals. Removals of entries that are not there are left out.
 *
 * @returns an empty body when the group already has all of it
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

/** @returns `undefined` when none of the given entries is left */
function withoutAbsentRemovals(wanted: JsonObject, present: unknown): JsonObject | undefined {
	const lists = Object.entries(wanted).map(([list, given]): [string, unknown] => {
		if (!isListOfObjects(given)) return [list, given];
		const before = new PresentEntries(entriesOf(present, list));
		const left = given.filter((entry) => entry.action !== 'remove' || before.get(entry));
		return [list, left.map((entry) => named(entry, before))];
	});
	const isGone = ([list, left]: [string, unknown]) =>
		Array.isArray(left) && left.length === 0 && (wanted[list] as unknown[]).length > 0;
	return lists.every(isGone) ? undefined : Object.fromEntries(lists);
}

/** @returns the list to write; `undefined` when the group already has the fields */
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
		'Nothing was written, because the other custom fields cannot be kept. Check that the user of the key may see them, or choose another way under Options > Other Custom Fields.',
	);

/**
 * Whether a list can be compared and merged. "Additional Fields (JSON)" may hold anything else, which is sent
 * unchanged.
 */
const isListOfObjects = (value: unknown): value is JsonObject[] =>
	Array.isArray(value) && value.every(isJsonObject);

export const isCustomFields = (value: unknown): value is CustomField[] =>
	isListOfObjects(value) && value.every(({ key }) => typeof key === 'string');

/** Whether an update removes access. The service may refuse to remove an entry that is already gone. */
export const removesAccess = ({ access }: JsonObject): boolean =>
	JSON.stringify(access ?? '').includes('"remove"');

/**
 * The only entry in a list of access that the item clears. An empty list does not mean that, because an item must never
 * revoke access by leaving something out.
 */
export const CLEAR_LIST: JsonObject = { action: 'clear' };

/**
 * Stands in a list of access for an entry that names nobody. Whom it meant is not known, so that nobody may lose access
 * by not being in the list. It is never sent.
 */
export const NOBODY: JsonObject = {};

const namesNobody = (entry: JsonObject): boolean =>
	identityOf(entry) === '' && entry.action !== CLEAR_LIST.action;

/** The lists of access in which an entry names nobody. */
export const listsWithNobody = ({ access }: JsonObject): string[] =>
	isJsonObject(access) ? Object.keys(access).filter((list) => entriesOf(access, list).some(namesNobody)) : [];

/** A body in which the lists of access that `isUnclear` get an entry that names nobody. A list that is cleared stays so. */
export function withNobody(
	body: JsonObject,
	isUnclear: (entries: readonly JsonObject[]) => boolean,
): JsonObject {
	const { access } = body;
	if (!isJsonObject(access)) return body;
	const lists = Object.entries(access).map(([list, entries]) =>
		isListOfObjects(entries) && !isCleared(entries) && isUnclear(entries)
			? [list, [...entries, NOBODY]]
			: [list, entries],
	);
	return { ...body, access: Object.fromEntries(lists) as JsonObject };
}

/** A body as it is sent. */
export function withoutNobody(body: JsonObject): JsonObject {
	const { access } = body;
	const lists = listsWithNobody(body);
	if (!isJsonObject(access) || lists.length === 0) return body;
	const sent = lists.map((list) => [list, withoutPlaceholder(access[list] as unknown[])] as const);
	return { ...body, access: { ...access, ...Object.fromEntries(sent) } };
}

const withoutPlaceholder = <Entry>(entries: readonly Entry[]): Entry[] =>
	entries.filter((entry) => !isJsonObject(entry) || Object.keys(entry).length > 0);

const isCleared = (list: unknown): boolean =>
	isListOfObjects(list) && list.some(({ action }) => action === CLEAR_LIST.action);

/** Whether an update clears a list of access. */
const clearsAccess = (access: JsonObject): boolean => Object.values(access).some(isCleared);

/** The keys that name an entry within its list. */
const identityFields = (entry: JsonObject): JsonObject =>
	Object.fromEntries(
		['user_id', 'group_id', 'group_name']
			.filter((name) => !isUnset(entry[name]))
			.map((name) => [name, entry[name]]),
	);

/** Whom an entry means, however the name is spelled: blanks around it and the form of accents do not count. */
export const identityOf = (entry: JsonObject): string => exactIdentityOf(entry, comparable);

/** Whom an entry means. A group may have a name in two spellings, as two entries. */
export const exactIdentityOf = (
	entry: JsonObject,
	spelled: (name: string) => string = (name) => name,
): string =>
	Object.entries(identityFields(entry))
		.map(([name, value]) => {
			// IDs are the same in upper and lower case.
			const text = name === 'group_name' ? spelled(String(value)) : comparable(String(value)).toLowerCase();
			return `${name} ${text}`;
		})
		.join(', ');

export const entriesOf = (access: unknown, list: string): JsonObject[] => {
	const entries = isJsonObject(access) ? access[list] : undefined;
	return Array.isArray(entries) ? entries.filter(isJsonObject) : [];
};

/** The entries of a list of access that a group has. */
class PresentEntries {
	private readonly byIdentity = new Map<string, JsonObject>();
	private readonly byExactIdentity = new Map<string, JsonObject>();

	constructor(readonly all: readonly JsonObject[]) {
		// Of several entries alike, the first counts.
		for (const entry of [...all].reverse()) {
			this.byIdentity.set(identityOf(entry), entry);
			this.byExactIdentity.set(exactIdentityOf(entry), entry);
		}
	}

	/** Whether an entry has no name. Whom it means is not known. */
	get isUnclear(): boolean {
		return this.byIdentity.has('');
	}

	/** What the group has of an entry: under exactly its name, or else in another spelling. */
	get(entry: JsonObject): JsonObject | undefined {
		return this.byExactIdentity.get(exactIdentityOf(entry)) ?? this.byIdentity.get(identityOf(entry));
	}
}

/** An entry with the name that the group has for it. In another spelling, it would be another entry to the service. */
const named = (entry: JsonObject, present: PresentEntries): JsonObject => ({
	...entry,
	...identityFields(present.get(entry) ?? {}),
});

/**
 * The entries of a list, each of them once.
 *
 * @throws InvalidInput when two entries are about the same group or user and differ. The last would win, so that each
 *   run would change the access twice.
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
 * @param mode `exact`: removes entries of a given list that are not wanted, unless an entry names nobody; lists that are
 *   not given stay
 * @returns `undefined` when the access is already as wanted
 * @throws ServiceFailure when the present access is not shown, because entries to remove would seem to be gone
 */
function accessChanges(wanted: JsonObject, present: unknown, mode: AccessMode): JsonObject | undefined {
	if (!isJsonObject(present)) throw accessHidden();
	const changes: JsonObject = {};
	for (const [list, value] of Object.entries(wanted)) {
		if (!isListOfObjects(value)) {
			changes[list] = value;
			continue;
		}
		const given = withoutPlaceholder(value);
		const before = new PresentEntries(entriesOf(present, list));
		const isToBeEmpty = isCleared(given);
		const isWhole = mode === 'exact' || isToBeEmpty;
		const removesAbsent = given.some((entry) => entry.action === 'remove' && !before.get(entry));
		// An entry without a name can neither be kept nor be removed, and may be the one that seems to be gone.
		if ((isWhole || removesAbsent) && before.isUnclear) throw accessHidden();
		refuseOtherCase(given, before, list);
		const operations = isToBeEmpty
			? []
			: given.filter((entry) => isChange(entry, before.get(entry))).map((entry) => named(entry, before));
		const removals: JsonObject[] = [];
		if (isWhole) {
			refuseRemovals(given, list);
			// A list that holds an entry twice keeps both, or loses both by one removal.
			const kept = new Set(
				isToBeEmpty ? [] : given.map((entry) => exactIdentityOf(before.get(entry) ?? entry)),
			);
			for (const entry of value.some(namesNobody) ? [] : before.all) {
				const identity = exactIdentityOf(entry);
				if (!kept.has(identity)) removals.push({ action: 'remove', ...identityFields(entry) });
				kept.add(identity);
			}
		}
		// Removals come first, because the service may treat two names as the same that differ here.
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
		'Check that the user of the key may see it. Set Options > Other Access of Update to Change Entries to send the entries as they are.',
	);

function isChange(entry: JsonObject, before: JsonObject | undefined): boolean {
	const { action, ...fields } = entry;
	if (action === 'remove') return before !== undefined;
	return (
		before === undefined || Object.entries(fields).some(([name, value]) => !isSetting(name, value, before))
	);
}

/** IDs are the same in upper and lower case. */
const isSetting = (name: string, value: unknown, { [name]: before }: JsonObject): boolean =>
	/^(user|group)_id$/.test(name)
		? isStored(String(value).toLowerCase(), String(before).toLowerCase())
		: isStored(value, before);

/** Refuses to remove an entry that is there with another case only, because its group would keep the access. */
function refuseOtherCase(given: JsonObject[], before: PresentEntries, list: string): void {
	const said = new Set(given.map(identityOf));
	const absent = given.filter((entry) => entry.action === 'remove' && !before.get(entry));
	for (const entry of absent) {
		const folded = identityOf(entry).toLowerCase();
		const other = before.all.find(
			(one) => identityOf(one).toLowerCase() === folded && !said.has(identityOf(one)),
		);
		if (other === undefined) continue;
		throw new InvalidInput(
			`"Access" (access): ${list} has ${inQuotes(other.group_name)}, but not ${inQuotes(entry.group_name)}, which is to be removed`,
			'Nothing was written for this item. Give the name as AttackForge has it, upper and lower case included.',
		);
	}
}

function refuseRemovals(entries: JsonObject[], list: string): void {
	if (entries.some(({ action }) => action === 'remove')) {
		throw new InvalidInput(
			`"Access" (access): ${list} holds an entry to remove, but access is to be exactly as given`,
			'Leave the entry out: what is not given is removed. Or set Options > Other Access to Change Entries.',
		);
	}
}
