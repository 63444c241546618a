import type { StoredVulnerability } from './records';
import { refusals } from './refusals';

/**
 * The language of `q`, as far as it is documented with examples: objects whose keys need no quotes, the operators, and
 * `datetime()`, which knows no seconds.
 *
 * @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/advanced-query-filter
 */

const FIELDS: Readonly<Record<string, (vulnerability: StoredVulnerability) => string>> = {
	id: ({ id }) => id,
	created: ({ created }) => created,
	modified: ({ modified }) => modified,
	priority: ({ priority }) => priority,
	status: ({ status }) => status,
	title: ({ title }) => title,
};

type Check = (value: string, given: unknown) => boolean;

const isIn: Check = (value, given) => Array.isArray(given) && given.includes(value);
const OPERATORS: Readonly<Record<string, Check>> = {
	$eq: (value, given) => value === given,
	$ne: (value, given) => value !== given,
	$in: isIn,
	$nin: (value, given) => !isIn(value, given),
	$gt: (value, given) => value > String(given),
	$gte: (value, given) => value >= String(given),
	$lt: (value, given) => value < String(given),
	$lte: (value, given) => value <= String(given),
};

/** @throws a refusal for what is no such query */
export function queryFilter(q: string, now: number): (vulnerability: StoredVulnerability) => boolean {
	const query = parsed(q, now);
	return (vulnerability) => matches(query, vulnerability, q);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The query as JSON: each `datetime(…)` as the date that it is, in the form of stored dates. */
function parsed(q: string, now: number): unknown {
	const json = q
		.replace(/datetime\(([^)]*)\)/g, (_call, given: string) => JSON.stringify(datetime(given, now, q)))
		.replace(/([{,]\s*)([$\w]+)\s*:/g, '$1"$2":');
	try {
		return JSON.parse(json);
	} catch {
		throw refusals.invalid('q', `is no query: ${q}`);
	}
}

const UNITS: Readonly<Record<string, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

function datetime(given: string, now: number, q: string): string {
	const [value = '', ...modifiers] = given.split(',').map((one) => one.trim().replace(/^"(.*)"$/, '$1'));
	const isDate = /^\d{4}-\d\d-\d\d( \d\d:\d\d)?$/.test(value);
	if (value !== 'now' && !isDate) throw refusals.invalid('q', `has no such date: ${value}`);
	let time = value === 'now' ? now : Date.parse(`${value.length === 10 ? `${value} 00:00` : value}Z`);
	for (const modifier of modifiers) {
		const [, amount, unit = ''] = /^([+-]?\d{1,3}) (\w+)$/.exec(modifier) ?? [];
		const length = UNITS[unit];
		if (amount === undefined || length === undefined) throw refusals.invalid('q', `is no query: ${q}`);
		time += Number(amount) * length;
	}
	return new Date(time).toISOString();
}

function matches(query: unknown, vulnerability: StoredVulnerability, q: string): boolean {
	if (!isObject(query)) throw refusals.invalid('q', `is no query: ${q}`);
	return Object.entries(query).every(([key, given]) => {
		if (key === '$and' || key === '$or') {
			if (!Array.isArray(given)) throw refusals.invalid('q', `is no query: ${q}`);
			const results = given.map((one) => matches(one, vulnerability, q));
			return key === '$and' ? !results.includes(false) : results.includes(true);
		}
		const field = FIELDS[key];
		if (!field || !isObject(given)) throw refusals.invalid('q', `has no such field: ${key}`);
		return Object.entries(given).every(([operator, value]) => {
			const check = OPERATORS[operator];
			if (!check) throw refusals.invalid('q', `has no such operator: ${operator}`);
			return check(field(vulnerability), value);
		});
	});
}
