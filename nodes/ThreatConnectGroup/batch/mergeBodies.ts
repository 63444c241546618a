import { isJsonObject, type JsonObject, stringifyJson } from '../../shared/core/json';

/**
 * Two bodies that would create the same group, as one. Lists are joined, each entry once. Of other values that both bodies
 * give, the later one stays.
 */
export function mergeBodies(earlier: JsonObject, later: JsonObject): JsonObject {
	const merged = { ...earlier };
	for (const [name, value] of Object.entries(later)) merged[name] = mergeValues(merged[name], value);
	return merged;
}

function mergeValues(earlier: unknown, later: unknown): unknown {
	if (later === undefined) return earlier;
	if (Array.isArray(earlier) && Array.isArray(later)) return eachOnce([...earlier, ...later]);
	if (isList(earlier) && isList(later)) {
		return { ...earlier, ...later, data: eachOnce([...earlier.data, ...later.data]) };
	}
	return later;
}

const isList = (value: unknown): value is { data: unknown[] } =>
	isJsonObject(value) && Array.isArray(value.data);

const eachOnce = (entries: readonly unknown[]): unknown[] => [
	...new Map(entries.map((entry) => [stringifyJson(entry), entry])).values(),
];
