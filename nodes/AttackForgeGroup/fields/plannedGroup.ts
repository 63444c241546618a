import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { entriesOf, exactIdentityOf, isCustomFields } from './changes';
import type { CustomField } from './customFields';
import { customFieldsOf } from './receivedGroup';

/** What a group would be after a write, for a preview. */

/**
 * @param group with the keys of a single group
 * @param body of a creation or an update
 */
export function groupAfter(group: JsonObject, body: JsonObject): JsonObject {
	const after = new Map(Object.entries(group));
	for (const [name, value] of Object.entries(body)) {
		if (name === 'custom_fields' && isCustomFields(value)) {
			after.set(name, fieldsAfter(customFieldsOf(group), value));
		} else if (name === 'access' && isJsonObject(value)) {
			const lists = Object.keys(value).map((list) => [list, entriesAfter(group.access, value, list)]);
			after.set(name, { ...(isJsonObject(group.access) && group.access), ...Object.fromEntries(lists) });
		} else after.set(name, value);
	}
	return Object.fromEntries(after);
}

/** `null` clears a field. */
function fieldsAfter(present: readonly CustomField[], given: readonly CustomField[]): CustomField[] {
	const fields = new Map([...present, ...given].map((field) => [field.key, field]));
	return [...fields.values()].filter(({ value }) => !isUnset(value));
}

/** The operations of an update are carried out in their order. The entries of a creation have no action. */
function entriesAfter(present: unknown, given: JsonObject, list: string): JsonObject[] {
	const entries = new Map(entriesOf(present, list).map((entry) => [exactIdentityOf(entry), entry]));
	for (const { action, ...entry } of entriesOf(given, list)) {
		if (action === 'remove') entries.delete(exactIdentityOf(entry));
		else entries.set(exactIdentityOf(entry), entry);
	}
	return [...entries.values()];
}
