import type { FastifyRequest } from 'fastify';
import { refusal, refusalAbout } from './errors';
import { REQUESTABLE_DEEP_FIELDS, REQUESTABLE_FIELDS } from './fields';
import type { GroupRow } from './state';

/** docs: enable_pagination. */
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10000;

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

/** docs: additional_fields. The parameter is repeated; a comma-joined list is an unknown field. */
export function requestedFields(
	request: FastifyRequest,
	known: readonly string[] = [...Object.keys(REQUESTABLE_FIELDS), ...REQUESTABLE_DEEP_FIELDS],
): Set<string> {
	const fields = [queryOf(request).fields ?? []].flat();
	const unknown = fields.find((name) => !known.includes(name));
	if (unknown !== undefined) throw refusal('BadRequest', `The requested field "${unknown}" is not supported`);
	return new Set(fields);
}

/** The absolute address of the page at `start`: the request's own, other parameters as they came. */
function pageUrl(request: FastifyRequest, start: number, limit: number): string {
	const [path, query = ''] = (request.raw.url ?? '').split('?');
	const others = query.split('&').filter((pair) => pair !== '' && !/^result(Start|Limit)=/.test(pair));
	const pairs = [...others, `resultStart=${start}`, `resultLimit=${limit}`];
	return `${request.protocol}://${request.host}${path}?${pairs.join('&')}`;
}

/** docs: enable_pagination and return_count; `count` comes with the first page only. */
export function page<Row>(
	request: FastifyRequest,
	rows: readonly Row[],
	render: (row: Row) => unknown,
	options: { alwaysCount?: boolean } = {},
): Record<string, unknown> {
	const start = wholeNumber(request, 'resultStart', 0, 0, Number.MAX_SAFE_INTEGER);
	const limit = wholeNumber(request, 'resultLimit', DEFAULT_LIMIT, 1, MAX_LIMIT);
	const counted = options.alwaysCount === true || (start === 0 && parameter(request, 'count') === 'true');
	return {
		...(start + limit < rows.length && { next: pageUrl(request, start + limit, limit) }),
		data: rows.slice(start, start + limit).map(render),
		...(counted && { count: rows.length }),
		status: 'Success',
	};
}

type Compare = (left: GroupRow, right: GroupRow) => number;

const byText =
	(key: 'name' | 'dateAdded' | 'lastModified' | 'ownerName' | 'type'): Compare =>
	(left, right) =>
		left[key] < right[key] ? -1 : Number(left[key] > right[key]);

/** docs: sort_results, "sorting=<TQL parameter> ..."; the TQL parameter of a group's name is `summary`. */
const SORTS: Record<string, Compare> = {
	id: (left, right) => Number(BigInt(left.id) - BigInt(right.id)),
	summary: byText('name'),
	dateAdded: byText('dateAdded'),
	lastModified: byText('lastModified'),
	ownerName: byText('ownerName'),
	typeName: byText('type'),
};

/** One `<parameter> <direction>` pair; none of the sortable values is ever null. */
function compareBy(name: string, direction = ''): Compare {
	const compare = SORTS[name];
	if (!compare || !/^(asc|desc|nullsfirst|nullslast)$/i.test(direction)) {
		throw refusal('BadRequest', `The sorting "${name} ${direction}" is not supported`);
	}
	return direction.toLowerCase() === 'desc' ? (left, right) => -compare(left, right) : compare;
}

export function sorted(groups: readonly GroupRow[], sorting: string | undefined): GroupRow[] {
	if (sorting === undefined) return [...groups];
	const words = sorting.trim().split(/\s+/);
	const compares: Compare[] = [];
	for (let index = 0; index < words.length; index += 2) {
		compares.push(compareBy(words[index] ?? '', words[index + 1]));
	}
	return [...groups].sort((left, right) => {
		for (const compare of compares) {
			const order = compare(left, right);
			if (order !== 0) return order;
		}
		return 0;
	});
}
