import { InvalidInput } from '../../nodes/shared/core/errors';
import {
	allOf,
	chunksOfIds,
	from,
	isOneOf,
	ownQuery,
	quote,
	technique,
	upTo,
} from '../../nodes/ThreatConnectGroup/query/tql';
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

test('one text is compared, several are looked for', () => {
	expect(isOneOf('typeName', ['Incident'])).toBe('typeName = "Incident"');
	expect(isOneOf('typeName', ['Incident', 'Threat'])).toBe('typeName in ("Incident", "Threat")');
});

test('clauses are joined by and; none are no query', () => {
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

test('a long list of IDs is split so that no part is too long for a URL, and none is lost', () => {
	const ids = Array.from({ length: 1000 }, (_, index) => String(1125899906842625n + BigInt(index)));
	const chunks = chunksOfIds(ids, 1500);
	expect(chunks.flat()).toEqual(ids);
	for (const chunk of chunks) expect(encodeURIComponent(chunk.join(',')).length).toBeLessThanOrEqual(1500);
	expect(chunks.length).toBeLessThan(15);
	expect(chunksOfIds([], 1500)).toEqual([]);
});
