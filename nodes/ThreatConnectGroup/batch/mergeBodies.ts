import { isJsonObject, type JsonObject, stringifyJson } from '../../shared/core/json';

/**
 * Bodies that would create the same group, as one. Lists are joined, each entry once. Of other values the last one stays,
 * also of attributes that are the default of their type, and of what is said about an indicator.
 */
export function mergeBodies(bodies: readonly JsonObject[]): JsonObject {
	const values = new Map<string, unknown>();
	const entries = new Map<string, Map<string, unknown>>();
	for (const [name, value] of bodies.flatMap((body) => Object.entries(body))) {
		if (value === undefined) continue;
		values.set(name, value);
		const joined = entries.get(name) ?? new Map<string, unknown>();
		for (const entry of entriesOf(value)) joined.set(keyOf(entry), entry);
		entries.set(name, joined);
	}
	return Object.fromEntries(
		[...values].map(([name, value]) => [name, withEntries(value, [...(entries.get(name)?.values() ?? [])])]),
	);
}

const isList = (value: unknown): value is JsonObject & { data: unknown[] } =>
	isJsonObject(value) && Array.isArray(value.data);

function entriesOf(value: unknown): readonly unknown[] {
	if (isList(value)) return value.data;
	return Array.isArray(value) ? value : [];
}

function withEntries(value: unknown, entries: unknown[]): unknown {
	if (isList(value)) return { ...value, data: entries };
	return Array.isArray(value) ? entries : value;
}

/** Equal for entries of which only one can be there. */
function keyOf(entry: unknown): string {
	const { default: isDefault, type, summary } = isJsonObject(entry) ? entry : {};
	if (isDefault === true) return stringifyJson(['default', type]);
	return stringifyJson(typeof summary === 'string' ? [type, summary.toLowerCase()] : entry);
}
