import type { JsonObject } from '../../shared/core/json';
import { BY_ID, type ListQuery, MAX_PAGE_SIZE, type SortKey, type ThreatConnect } from '../api/client';
import type { Filters } from '../query/filters';
import { plainSpelling } from '../query/matching';
import { splittableList } from '../query/splittableList';
import { compareIds, differInIdsOnly, inIdOrder, split, tqlOf } from '../query/split';

/** Finds records by filters, in as many queries as the filters need. */

export type Search = {
	/** The list of the v3 API, e.g. `/v3/groups`. */
	path: string;
	filters: Filters;
	/** The first key, and those for records that are alike in it. Default: by ID. */
	order?: readonly SortKey[];
	/** The most records to find. */
	limit: number;
	fields?: readonly string[];
	/** Of what is found, only these records count. */
	keep?(record: JsonObject): boolean;
};

/** Associations and attributes can make a record many times larger. */
const HEAVY_PAGE_SIZE = 1000;
const isLight = (field: string) => ['externalDates', 'securityLabels', 'sightings', 'tags'].includes(field);

/**
 * Reads and checks the filters.
 *
 * @returns finds each record once, in the order that was asked for
 * @throws InvalidInput
 */
export function searchFor(search: Search): (api: ThreatConnect) => Promise<JsonObject[]> {
	const { path, filters, limit, fields = [], keep = () => true } = search;
	const [first = BY_ID, ...thenBy] = search.order ?? [];
	const pageSize = Math.min(limit, fields.every(isLight) ? MAX_PAGE_SIZE : HEAVY_PAGE_SIZE);
	const parts = partsOf(filters, first);
	const queries = parts.map(({ tql }): ListQuery => ({ ...first, thenBy, pageSize, limit, fields, tql }));
	// Queries for one range of IDs after another return the records in the order of their IDs.
	const isMixed =
		queries.length > 1 &&
		(first.by !== 'id' || !differInIdsOnly(parts.map(({ disjunctions }) => disjunctions)));
	const names = filters.names && new Set(filters.names.map(plainSpelling));
	const isWanted = (record: JsonObject) =>
		(names === undefined || names.has(plainSpelling(String(record.name)))) && keep(record);
	return async (api) => {
		const found = await collect(api, path, queries, isMixed ? Infinity : limit, isWanted);
		return (isMixed ? sortRecords(found, [first, ...thenBy]) : found).slice(0, limit);
	};
}

/**
 * Reads and checks the filters.
 *
 * @returns counts the records. They are fetched only where their number cannot be asked for: where they are found in
 *   several queries, which may find the same record, and where the database may find other names than those given.
 * @throws InvalidInput
 */
export function countOf(path: string, filters: Filters): (api: ThreatConnect) => Promise<number> {
	const [first, ...others] = partsOf(filters, BY_ID);
	if (first === undefined) return async () => 0;
	if (others.length === 0 && filters.names === undefined) {
		return async (api) => await api.count(path, first.tql);
	}
	const find = searchFor({ path, filters, limit: Infinity });
	return async (api) => (await find(api)).length;
}

/** The queries of some filters: one, or several when one would be too long. */
function partsOf(filters: Filters, { direction }: SortKey) {
	const list = filters.query === undefined ? undefined : splittableList(filters.query);
	const query = list ? undefined : filters.query;
	const parts = split([...inIdOrder(filters.disjunctions, direction), ...(list ? [list] : [])], query);
	return parts.map((disjunctions) => ({ disjunctions, tql: tqlOf(disjunctions, query) }));
}

/**
 * Reads pages until there are enough records. A record may match several queries, and a page that shifted may repeat
 * it.
 */
async function collect(
	api: ThreatConnect,
	path: string,
	queries: readonly ListQuery[],
	limit: number,
	isWanted: (record: JsonObject) => boolean,
): Promise<JsonObject[]> {
	const records: JsonObject[] = [];
	const seen = new Set<unknown>();
	for (const query of queries) {
		for await (const page of api.records(path, query)) {
			for (const record of page) {
				if (!isWanted(record) || seen.has(record.id)) continue;
				seen.add(record.id);
				records.push(record);
			}
			if (records.length >= limit) return records;
		}
	}
	return records;
}

/** Sorts the records of several queries. */
function sortRecords(records: JsonObject[], order: readonly SortKey[]): JsonObject[] {
	const compares = order.map(({ by, direction }) => {
		const key = { summary: 'name', typeName: 'type' }[by] ?? by;
		const sign = direction === 'asc' ? 1 : -1;
		const compare = by === 'id' ? compareIds : (a: string, b: string) => a.localeCompare(b);
		return (a: JsonObject, b: JsonObject) => sign * compare(String(a[key] ?? ''), String(b[key] ?? ''));
	});
	return records.sort((a, b) => {
		for (const compare of compares) {
			const result = compare(a, b);
			if (result !== 0) return result;
		}
		return 0;
	});
}
