import { isJsonObject, type JsonObject } from '../shared/json';
import { isUnset } from '../shared/values';

/** What stands in the boxes of the form that are made by `box`, `rows` and `fromInput`. */

/**
 * @param names of the rows in the box
 * @returns `undefined` for anything else than a box: a custom field, too, may have the key `list`
 */
export function formOf(value: unknown, names: readonly string[]): JsonObject | undefined {
	const list = isJsonObject(value) ? value.list : undefined;
	return isJsonObject(list) && [...names, 'json'].some((name) => name in list) ? list : undefined;
}

export const fromInputOf = ({ json }: JsonObject): unknown[] => (isUnset(json) ? [] : [json]);
