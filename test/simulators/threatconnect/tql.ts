import { formatDate, instant } from './dates';
import { refusalAbout, type ServiceError } from './errors';
import type { ApiUser } from './seeds';
import type { State } from './state';
import { parseTql, type Expression, type Literal, type Operator } from './tqlGrammar';

/** The kinds that `OPTIONS .../tql` names. `StringLower`: upper and lower case do not matter. */
export type Kind = 'Integer' | 'String' | 'StringLower' | 'Date' | 'Boolean';

/** The data that a query may use; `now` in milliseconds. */
export type Scope = { state: State; user: ApiUser; now: number; ignoresSeconds?: boolean };

/**
 * An Integer is a number or an ID in digits. A Date has the form of responses. A list matches if any of its values
 * does.
 */
type Value = string | number | boolean | undefined;
type Matches<Row> = (row: Row) => boolean;

export type ValueKeyword<Row> = {
	kind: Kind;
	description: string;
	get(row: Row, scope: Scope): Value | readonly Value[];
};
/**
 * `hasX(...)`: `link` tells which rows belong to the rows of the other kind that the inner query found, by their IDs.
 */
export type NestedKeyword<Row> = {
	kind: 'Query';
	description: string;
	find(scope: Scope, query: Expression): Set<string>;
	link(found: ReadonlySet<string>, scope: Scope): Matches<Row>;
};
export type Keyword<Row> = ValueKeyword<Row> | NestedKeyword<Row>;
export type Keywords<Row> = Record<string, Keyword<Row>>;

const refuse = (detail: string): ServiceError => refusalAbout('TqlParseError', detail);

const isNested = <Row>(keyword: Keyword<Row>): keyword is NestedKeyword<Row> => keyword.kind === 'Query';

/** Finds a keyword in upper or lower case. */
function lookUp<Row>(keywords: Keywords<Row>, name: string): Keyword<Row> {
	const known = Object.keys(keywords).find((key) => key.toLowerCase() === name.toLowerCase());
	const keyword = known === undefined ? undefined : keywords[known];
	if (!keyword) throw refuse(`Unknown keyword: ${name}`);
	return keyword;
}

const UNITS: Record<string, number> = {
	second: 1000,
	minute: 60_000,
	hour: 3_600_000,
	day: 86_400_000,
	week: 7 * 86_400_000,
	month: 30 * 86_400_000,
	year: 365 * 86_400_000,
};

/** The SDK writes a time without a zone. The web site writes `TODAY()` and `1 day ago`. */
function moment(text: string, now: number): number | undefined {
	if (/^today\(\)$/i.test(text)) return now - (now % 86_400_000);
	const [, count, unit = ''] = /^(\d+) ([a-z]+?)s? ago$/i.exec(text) ?? [];
	const length = UNITS[unit.toLowerCase()];
	if (count !== undefined) return length === undefined ? undefined : now - Number(count) * length;
	const iso = text.replace(' ', 'T');
	return instant(/T[\d:.]+$/.test(iso) ? `${iso}Z` : iso);
}

const LITERALS: Record<Kind, Literal['kind']> = {
	Integer: 'number',
	String: 'string',
	StringLower: 'string',
	Date: 'string',
	Boolean: 'boolean',
};

/** A value in the form in which values of its kind are compared. */
type Comparable = string | bigint;

function comparable(kind: Kind, value: Value): Comparable {
	if (kind === 'Integer') return BigInt(value ?? 0);
	return kind === 'StringLower' ? String(value).toLowerCase() : String(value);
}

function operand(kind: Kind, name: string, { kind: given, text }: Literal, now: number): Comparable {
	if (given !== LITERALS[kind]) throw refuse(`The keyword ${name} is of the type ${kind}, not: ${text}`);
	if (kind === 'Integer' && !/^-?\d+$/.test(text)) throw refuse(`The keyword ${name} is an Integer`);
	if (kind !== 'Date') return comparable(kind, text);
	const time = moment(text, now);
	if (time === undefined) throw refuse(`The keyword ${name} is a Date, not: ${text}`);
	return formatDate(time);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Only `%` is a wildcard. */
function likePattern(text: string): RegExp {
	return new RegExp(`^${text.split('%').map(escaped).join('.*')}$`, 's');
}

const ORDERS: Partial<Record<Operator, (value: Comparable, other: Comparable) => boolean>> = {
	'<': (value, other) => value < other,
	'<=': (value, other) => value <= other,
	'>': (value, other) => value > other,
	'>=': (value, other) => value >= other,
};

const TEXTS: Partial<Record<Operator, (value: string, other: string) => boolean>> = {
	contains: (value, other) => value.includes(other),
	startswith: (value, other) => value.startsWith(other),
	endswith: (value, other) => value.endsWith(other),
};

/** The operators of each kind: texts have no order, and only texts have parts. */
function checkOperator(kind: Kind, name: string, operator: Operator): void {
	const isText = kind === 'String' || kind === 'StringLower';
	const allowed =
		operator === '=' ||
		operator === '!=' ||
		(operator === 'in' && kind !== 'Boolean') ||
		(operator in ORDERS && !isText && kind !== 'Boolean') ||
		((operator in TEXTS || operator === 'like') && isText);
	if (!allowed) throw refuse(`The operator ${operator} does not go with the keyword ${name} (${kind})`);
}

function test(operator: Operator, operands: readonly Comparable[]): (value: Comparable) => boolean {
	const [other = ''] = operands;
	const [order, text] = [ORDERS[operator], TEXTS[operator]];
	if (order) return (value) => order(value, other);
	if (text) return (value) => text(String(value), String(other));
	if (operator === 'like') {
		const pattern = likePattern(String(other));
		return (value) => pattern.test(String(value));
	}
	const set = new Set(operands);
	return (value) => set.has(value);
}

const wholeMinute = (date: string): string => date.slice(0, 'YYYY-MM-DDTHH:mm'.length);

type Comparison = Extract<Expression, { kind: 'compare' }>;

/**
 * As in SQL, a comparison with a missing value is not true, and its negation is not true either. For a list every value
 * counts.
 */
function compileComparison<Row>(
	{ get, kind }: ValueKeyword<Row>,
	{ keyword: name, operator, negated, values }: Comparison,
	scope: Scope,
): Matches<Row> {
	checkOperator(kind, name, operator);
	const holds = test(
		operator,
		values.map((value) => {
			const read = operand(kind, name, value, scope.now);
			return kind === 'Date' && scope.ignoresSeconds ? wholeMinute(String(read)) : read;
		}),
	);
	const wanted = (operator === '!=') === negated;
	const isByMinute = kind === 'Date' && scope.ignoresSeconds === true;
	return (row) => {
		const found = get(row, scope);
		if (found === undefined) return false;
		if (isByMinute) return holds(wholeMinute(String(found))) === wanted;
		if (typeof found !== 'object') return holds(comparable(kind, found)) === wanted;
		return found.some((value) => value !== undefined && holds(comparable(kind, value))) === wanted;
	};
}

function isNull(value: Value | readonly Value[]): boolean {
	return typeof value === 'object' ? value.length === 0 : value === undefined;
}

function compileValue<Row>(
	keyword: ValueKeyword<Row>,
	expression: Comparison | Extract<Expression, { kind: 'null' }>,
	scope: Scope,
): Matches<Row> {
	if (expression.kind === 'compare') return compileComparison(keyword, expression, scope);
	return (row) => isNull(keyword.get(row, scope)) !== expression.negated;
}

export function compile<Row>(
	expression: Expression,
	keywords: Keywords<Row>,
	scope: Scope,
): (row: Row) => boolean {
	if (expression.kind === 'not') {
		const part = compile(expression.part, keywords, scope);
		return (row) => !part(row);
	}
	if (expression.kind === 'and' || expression.kind === 'or') {
		const parts = expression.parts.map((part) => compile(part, keywords, scope));
		return expression.kind === 'and'
			? (row) => parts.every((part) => part(row))
			: (row) => parts.some((part) => part(row));
	}
	const keyword = lookUp(keywords, expression.keyword);
	if (expression.kind === 'nested') {
		if (!isNested(keyword)) throw refuse(`The keyword ${expression.keyword} takes no query`);
		return keyword.link(keyword.find(scope, expression.part), scope);
	}
	if (isNested(keyword)) throw refuse(`The keyword ${expression.keyword} takes a query in parentheses`);
	return compileValue(keyword, expression, scope);
}

/** The rows that a query finds. Anything that the grammar or the keywords do not allow is a syntax error. */
export function tqlFilter<Row>(query: string, keywords: Keywords<Row>, scope: Scope): (row: Row) => boolean {
	const parsed = parseTql(query);
	if ('error' in parsed) throw refuse(parsed.error);
	return compile(parsed.expression, keywords, scope);
}

/** `eventDate` as `Event Date`. */
const title = (keyword: string) =>
	keyword.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replace(/^./, (letter) => letter.toUpperCase());

/** docs: filter_results, `OPTIONS /v3/<objects>/tql`. */
export function describeKeywords<Row>(
	keywords: Keywords<Row>,
	unlisted: readonly string[] = [],
): Array<Record<string, string>> {
	const listed = Object.entries(keywords).filter(([keyword]) => !unlisted.includes(keyword));
	return listed.map(([keyword, { kind, description }]) => ({
		keyword,
		name: title(keyword),
		type: kind,
		description,
	}));
}
