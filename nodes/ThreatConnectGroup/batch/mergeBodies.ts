import { isJsonObject, type JsonObject, stringifyJson } from '../../shared/core/json';
import { indicatorName } from '../fields/indicators';
import { indicatorSpelling } from '../query/matching';

/**
 * Bodies that would create the same group, as one. Lists are joined, each entry once. Of other values the last one stays,
 * also of attributes that are the default of their type, and of each value that is said about an indicator.
 */
export function mergeBodies(bodies: readonly JsonObject[]): JsonObject {
	const values = new Map<string, unknown>();
	const entries = new Map<string, Map<string, unknown>>();
	for (const [name, value] of bodies.flatMap((body) => Object.entries(body))) {
		if (value === undefined) continue;
		values.set(name, value);
		const joined = entries.get(name) ?? new Map<string, unknown>();
		for (const entry of entriesOf(value)) {
			const key = keyOf(name, entry);
			const known = joined.get(key);
			const isDetailed = name === INDICATORS && isJsonObject(known) && isJsonObject(entry);
			joined.set(key, isDetailed ? mergeBodies([known, entry]) : entry);
		}
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

const INDICATORS = 'associatedIndicators';

/** Equal for entries of which only one can be there. */
function keyOf(list: string, entry: unknown): string {
	if (!isJsonObject(entry)) return stringifyJson(entry);
	if (entry.default === true) return stringifyJson(['default', entry.type]);
	const indicator = list === INDICATORS ? indicatorName(entry, INDICATORS) : undefined;
	if (!indicator) return stringifyJson(entry);
	const { type, summary } = indicator;
	return stringifyJson([type, indicatorSpelling(type, summary)]);
}
