import type { FastifyRequest } from 'fastify';
import { refusal, refusalAbout } from './errors';
import { REQUESTABLE_DEEP_FIELDS, REQUESTABLE_FIELDS } from './fields';
import type { GroupRow } from './state';
import type { Keywords, Scope } from './tql';
import { GROUP_KEYWORDS } from './tqlKeywords';

/** docs: enable_pagination. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10000;

export type PageCap = { rows: number; saysMore: boolean };

declare module 'fastify' {
	interface FastifyRequest {
		pageCap?: PageCap;
	}
}

const queryOf = (request: FastifyRequest) => request.query as Record<string, string | string[] | undefined>;

/** A parameter that may be given once. Parameters that no endpoint knows are ignored. */
export function parameter(request: FastifyRequest, name: string): string | undefined {
	const value = queryOf(request)[name];
	if (Array.isArray(value)) throw refusalAbout('ImproperFormat', `The parameter "${name}" was given twice.`);
	return value;
}

function wholeNumber(
	request: FastifyRequest,
	name: string,
	otherwise: number,
	min: number,
	max: number,
): number {
	const text = parameter(request, name);
	if (text === undefined) return otherwise;
	const value = /^\d+$/.test(text) ? Number(text) : NaN;
	if (value >= min && value <= max) return value;
	throw refusal('BadRequest', `The parameter "${name}" must be a number from ${min} to ${max}`);
}

/** docs: additional_fields. The parameter is repeated. A list joined by commas is an unknown field. */
export function requestedFields(
	request: FastifyRequest,
	known: readonly string[] = [...Object.keys(REQUESTABLE_FIELDS), ...REQUESTABLE_DEEP_FIELDS],
): Set<string> {
	const fields = [queryOf(request).fields ?? []].flat();
	const unknown = fields.find((name) => !known.includes(name));
	if (unknown !== undefined) throw refusal('BadRequest', `The requested field "${unknown}" is not supported`);
	return new Set(fields);
}

/** The absolute address of the page at `start`, made from the request's address with its other parameters. */
function pageUrl(request: FastifyRequest, start: number, limit: number): string {
	const [path, query = ''] = (request.raw.url ?? '').split('?');
	const others = (request.inBody ?? query)
		.split('&')
		.filter((pair) => pair !== '' && !/^result(Start|Limit)=/.test(pair));
	const pairs = [...others, `resultStart=${start}`, `resultLimit=${limit}`];
	return `${request.protocol}://${request.host}${path}?${pairs.join('&')}`;
}

/** docs: enable_pagination and return_count. `count` is only in the first page. */
export function page<Row>(
	request: FastifyRequest,
	rows: readonly Row[],
	render: (row: Row) => unknown,
	options: { alwaysCount?: boolean } = {},
): Record<string, unknown> {
	const start = wholeNumber(request, 'resultStart', 0, 0, Number.MAX_SAFE_INTEGER);
	const asked = wholeNumber(request, 'resultLimit', DEFAULT_LIMIT, 1, MAX_LIMIT);
	const { rows: cap = Infinity, saysMore = true } = request.pageCap ?? {};
	const limit = Math.min(asked, cap);
	const counted = options.alwaysCount === true || (start === 0 && parameter(request, 'count') === 'true');
	return {
		...(start + limit < rows.length &&
			(saysMore || limit === asked) && { next: pageUrl(request, start + limit, limit) }),
		data: rows.slice(start, start + limit).map(render),
		...(counted && { count: rows.length }),
		status: 'Success',
	};
}

type Found = string | bigint | undefined;

/** docs: sort_results, "sorting=<TQL parameter>". Here any parameter with a single value is allowed. */
function sortKey<Row>(
	keywords: Keywords<Row>,
	name: string,
): ((row: Row, scope: Scope) => Found) | undefined {
	const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
	if (!keyword || keyword.kind === 'Query') return undefined;
	return (row, scope) => {
		const found = keyword.get(row, scope);
		if (typeof found === 'object') {
			throw refusal('BadRequest', `The sorting "${name}" is not supported: it has several values`);
		}
		if (found === undefined) return undefined;
		return keyword.kind === 'Integer' ? BigInt(found) : String(found);
	};
}

const DIRECTIONS = /^(asc|desc|nullsfirst|nullslast)$/i;

type Compare = (left: Found, right: Found) => number;

const ascending: Compare = (left = '', right = '') => (left < right ? -1 : Number(left > right));

/**
 * docs: sort_results. The place of nulls without `nullsfirst` or `nullslast` is not documented; here they come first.
 */
function comparing(direction: string): Compare {
	const nulls = direction === 'nullslast' ? 1 : -1;
	const sign = direction === 'desc' ? -1 : 1;
	return (left, right) => {
		if (left === undefined || right === undefined) {
			return left === right ? 0 : (left === undefined ? nulls : -nulls) * sign;
		}
		return ascending(left, right) * sign;
	};
}

type Term<Row> = {
	name: string;
	descending: boolean;
	key(row: Row, scope: Scope): Found;
	compare: Compare;
};

/** docs: sort_results, `<TQL parameter> <direction> ...`. The parameter of a group's name is `summary`. */
function termsOf<Row>(sorting: string, keywords: Keywords<Row>): Array<Term<Row>> {
	const words = sorting.trim().split(/\s+/);
	return words
		.filter((_word, index) => index % 2 === 0)
		.map((name, index) => {
			const direction = words[2 * index + 1] ?? '';
			const key = sortKey(keywords, name);
			if (!key || !DIRECTIONS.test(direction)) {
				throw refusal('BadRequest', `The sorting "${name} ${direction}" is not supported`);
			}
			const lower = direction.toLowerCase();
			return { name, descending: lower === 'desc', key, compare: comparing(lower) };
		});
}

function sorted<Row>(rows: readonly Row[], terms: ReadonlyArray<Term<Row>>, scope: Scope): Row[] {
	return rows
		.map((row) => ({ row, keys: terms.map(({ key }) => key(row, scope)) }))
		.sort((left, right) => {
			for (const [index, { compare }] of terms.entries()) {
				const order = compare(left.keys[index], right.keys[index]);
				if (order !== 0) return order;
			}
			return 0;
		})
		.map(({ row }) => row);
}

/**
 * The groups that a request lists, in its order. Sorted by ID, they have the state's own order, because IDs are unique.
 */
export function sortedGroups(
	request: FastifyRequest,
	scope: Scope,
	matches: (group: GroupRow) => boolean,
): GroupRow[] {
	const sorting = parameter(request, 'sorting');
	const terms = sorting === undefined ? [] : termsOf(sorting, GROUP_KEYWORDS);
	const { groups } = scope.state;
	const byId = terms[0]?.name === 'id' && !terms[0].descending;
	const found = (byId ? groups.inIdOrder() : groups.all()).filter(matches);
	return byId || terms.length === 0 ? found : sorted(found, terms, scope);
}

/** The rows of a list of other objects, in the order of the request. */
export function sortedRows<Row>(
	request: FastifyRequest,
	scope: Scope,
	rows: readonly Row[],
	keywords: Keywords<Row>,
): readonly Row[] {
	const sorting = parameter(request, 'sorting');
	return sorting === undefined ? rows : sorted(rows, termsOf(sorting, keywords), scope);
}
