import { InvalidInput } from '../../nodes/shared/core/errors';
import {
	allOf,
	from,
	isOneOf,
	ownQuery,
	quote,
	technique,
	upTo,
} from '../../nodes/ThreatConnectGroup/query/clauses';
import { splittableList } from '../../nodes/ThreatConnectGroup/query/splittableList';
import { split, tqlOf } from '../../nodes/ThreatConnectGroup/query/split';
import { parseTql } from '../simulators/threatconnect/tqlGrammar';

const NASTY = [
	'plain',
	'say "hi"',
	"it's",
	'back`tick',
	'C:\\temp\\',
	'\\"',
	'\\',
	'two\nlines\ttab',
	'naïve 攻撃 🦊',
	'") or ("',
	'" or summary != "',
	"' or 1=1 --",
	'%_*',
	'',
];

describe('a quoted text is read back as it was', () => {
	test.each(NASTY)('%j', (text) => {
		expect(parseTql(`summary = ${quote(text)}`)).toEqual({
			expression: expect.objectContaining({ kind: 'compare', values: [{ kind: 'string', text }] }),
		});
	});
});

test('a backslash is escaped before the quotes are', () => {
	expect(quote('\\"')).toBe('"\\\\\\""');
});

test('one text is compared with =, several with in', () => {
	expect(isOneOf('typeName', ['Incident'])).toBe('typeName = "Incident"');
	expect(isOneOf('typeName', ['Incident', 'Threat'])).toBe('typeName in ("Incident", "Threat")');
});

test('clauses are joined by and, and no clauses make no query', () => {
	expect(allOf(['a = 1', undefined, 'b = 2'])).toBe('a = 1 and b = 2');
	expect(allOf([undefined])).toBeUndefined();
});

test.each([
	['2026-02-28', 'eventDate < "2026-03-01"'],
	['2026-12-31', 'eventDate < "2027-01-01"'],
	['2026-02-28T10:00:00Z', 'eventDate <= "2026-02-28T10:00:00Z"'],
])('up to %s is %s: a day is included whole', (date, clause) => {
	expect(upTo('eventDate', date)).toBe(clause);
});

test('from a date on includes it', () => {
	expect(from('dateAdded', '2026-02-28')).toBe('dateAdded >= "2026-02-28"');
});

test('a technique is named by its ID or by its tag', () => {
	expect(technique('t1059.001')).toBe('hasTag(techniqueId = "T1059.001")');
	expect(technique('Phishing')).toBe('attackTag = "Phishing"');
	expect(technique('T1566 - Phishing')).toBe('attackTag = "T1566 - Phishing"');
});

describe("a user's own query", () => {
	test.each(['summary = "a" or summary = "b"', '(a = 1) or (b = 2)', 'summary = ")" and tag = \'"(\''])(
		'%s stands in brackets',
		(query) => {
			expect(ownQuery(` ${query}\n`, 'TQL')).toBe(`(${query})`);
		},
	);

	test.each([
		['id = 1) or (id = 2', 'TQL: the brackets do not match'],
		['hasTag(summary = "a"', 'TQL: the brackets do not match'],
		['summary = "a', 'TQL: a string is not closed'],
		['summary = "a\\"', 'TQL: a string is not closed'],
	])('%s is refused', (query, message) => {
		expect(() => ownQuery(query, 'TQL')).toThrow(InvalidInput);
		expect(() => ownQuery(query, 'TQL')).toThrow(message);
	});
});

describe('a long list is split so that no part is too long for a URL, and nothing is lost:', () => {
	const ids = Array.from({ length: 1000 }, (_, index) => String(1125899906842625n + BigInt(index)));
	const idFilter = {
		filter: 'id',
		texts: ids,
		clause: (some: readonly string[]) => `id in (${some.join(',')})`,
	};
	const tags = Array.from({ length: 300 }, (_, index) => `A tag with a number, ${index}`);
	const tagFilter = { filter: 'tag', texts: tags, clause: (some: readonly string[]) => isOneOf('tag', some) };

	test('IDs', () => {
		const parts = split([idFilter], undefined);
		expect(parts.flatMap(([one]) => one?.texts)).toEqual(ids);
		for (const part of parts) {
			expect(encodeURIComponent(tqlOf(part, undefined) ?? '').length).toBeLessThanOrEqual(1600);
		}
		expect(parts.length).toBeLessThan(20);
		expect(split([{ ...idFilter, texts: [] }], undefined)).toEqual([]);
	});

	test('IDs and texts, each with each', () => {
		const parts = split([idFilter, tagFilter], 'id > 0');
		const pairs = parts.reduce(
			(sum, [one, other]) => sum + (one?.texts.length ?? 0) * (other?.texts.length ?? 0),
			0,
		);
		expect(pairs).toBe(ids.length * tags.length);
		for (const part of parts) expect(tqlOf(part, 'id > 0')?.endsWith(' and id > 0')).toBe(true);
	});

	test("but neither the user's own query nor a short list", () => {
		expect(split([], 'x'.repeat(5000))).toEqual([[]]);
		expect(split([{ ...idFilter, texts: ['1'] }], undefined)).toHaveLength(1);
	});
});

describe("a user's own query is split at its longest list", () => {
	const halves = (query: string) => {
		const list = splittableList(query);
		return list && list.texts.map((text) => list.clause([text]));
	};

	test.each([
		['summary in ("a", "b")', ['summary in ("a")', 'summary in ("b")']],
		['(id in (1, 2) and not tag = "x")', ['(id in (1) and not tag = "x")', '(id in (2) and not tag = "x")']],
		[
			'tag is not null and hasTag(name in ("a,b", "in (c)"))',
			['tag is not null and hasTag(name in ("a,b"))', 'tag is not null and hasTag(name in ("in (c)"))'],
		],
		[
			'id in (1, 2) or summary IN (\'it\\\'s\', "b", "c")',
			[
				"id in (1, 2) or summary IN ('it\\'s')",
				'id in (1, 2) or summary IN ("b")',
				'id in (1, 2) or summary IN ("c")',
			],
		],
	])('%s', (query, parts) => {
		expect(halves(query)).toEqual(parts);
		for (const part of parts) expect(parseTql(part)).not.toHaveProperty('error');
	});

	test.each([
		'summary not in ("a", "b")',
		'not (typeName = "Threat" and summary in ("a", "b"))',
		'not summary in ("a", "b")',
		'hasAllTags(name in ("a", "b"))',
		'hasAllTags(id > 0 and (name in ("a", "b")))',
		'summary in ("a")',
		'summary = "in (a, b)"',
	])('but not where a part of the list finds something else: %s', (query) => {
		expect(splittableList(query)).toBeUndefined();
	});
});
