import { row } from '../shared/fields';
import { isJsonObject, type JsonObject } from '../shared/json';
import { json } from '../shared/kinds';
import { fieldProperty } from '../shared/parameters';
import { isUnset, readEntries } from '../shared/values';

/** A group of a fixedCollection that takes JSON, for lists that come from the item. */
export function jsonGroup(description: string) {
	return {
		displayName: 'From JSON',
		name: 'json',
		values: [fieldProperty(row('value', 'JSON', json(), description), 'create')],
	};
}

/** What stands in it. */
export const jsonGroupValues = (parameter: JsonObject, label: string): unknown[] =>
	readEntries(parameter.json, label).flatMap((entry) => {
		const value = isJsonObject(entry) ? entry.value : undefined;
		return isUnset(value) ? [] : [value];
	});
