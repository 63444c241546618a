import {
	inQuotes,
	isBlank,
	isUnset,
	optionalSwitch,
	optionalText,
	readEntries,
	readJson,
	readJsonObject,
	readLong,
	readNumber,
	readSwitch,
	readText,
	refuseInexactNumbers,
	trimmed,
	unlocated,
} from '../../nodes/shared/core/readValue';
import { refusal } from './refusal';

/** Values as users give them: which are accepted, and the messages for others. */

test('a resource locator is read by its value, and anything else stays as it is', () => {
	expect(unlocated({ __rl: true, mode: 'list', value: '12' })).toBe('12');
	for (const value of [{ value: '12' }, { __rl: false, value: '12' }, '12', null, ['12']]) {
		expect(unlocated(value)).toBe(value);
	}
});

test('only undefined, null and empty text are unset', () => {
	expect([undefined, null, ''].map(isUnset)).toEqual([true, true, true]);
	expect([0, false, ' ', [], {}].map(isUnset)).toEqual([false, false, false, false, false]);
});

test('what nobody sees at the ends of a text does not count, however much of it the text holds within', () => {
	const within = `a${' \u200b'.repeat(500_000)}b`;
	expect(['', ' \u200b', '\ufeff a b\u00a0\u200d', within].map(trimmed)).toEqual(['', '', 'a b', within]);
	expect(['', ' \u200b', ' a'].map(isBlank)).toEqual([true, true, false]);
});

test.each([
	['text', '"text"'],
	[12n, '"12"'],
	[{ a: [1] }, '"{"a":[1]}"'],
	[undefined, '"undefined"'],
	['x'.repeat(80), `"${'x'.repeat(80)}"`],
	['x'.repeat(81), `"${'x'.repeat(80)}…"`],
])('a message shows a value in short: %#', (value, shown) => {
	expect(inQuotes(value)).toBe(shown);
});

describe('text', () => {
	test.each([
		['x', 'x'],
		['', ''],
		[12.5, '12.5'],
		[9007199254740993n, '9007199254740993'],
	])('is read from %p', (value, text) => {
		expect(readText(value, '"Name" (name)')).toBe(text);
	});

	test.each([
		[{ a: 1 }, 'an object: "{"a":1}"'],
		[[1], 'an array: "[1]"'],
		[true, 'a boolean: "true"'],
		[NaN, 'a number: "null"'],
	])('is not read from %p', (value, shown) => {
		expect(refusal(() => readText(value, '"Name" (name)'))).toEqual([
			`"Name" (name) must be text, but is ${shown}`,
			'Give it text, for instance with an expression such as {{ JSON.stringify($json.value) }}.',
		]);
	});

	test.each([undefined, null])('that is %p is refused as empty, if it is required', (value) => {
		expect(refusal(() => readText(value, '"Name" (name)'))).toEqual([
			'"Name" (name) is empty',
			'Check that its expression gives a value.',
		]);
		expect(optionalText(value, '"Name" (name)')).toBeUndefined();
	});

	test('that is not required is read if it is given', () => {
		expect(optionalText('', '"Name" (name)')).toBeUndefined();
		expect(optionalText(12, '"Name" (name)')).toBe('12');
	});
});

describe('a number', () => {
	test.each([
		[5, 5],
		['5', 5],
		[' 5.5 ', 5.5],
		[1, 1],
	])('is read from %p', (value, number) => {
		expect(readNumber(value, '"Timeout" (timeout)', 1)).toBe(number);
	});

	test.each([0, 0.5, -1, NaN, Infinity, '', ' ', 'x', '5s', null, undefined, true, [5]])(
		'is not read from %p',
		(value) => {
			const [message, description] = refusal(() => readNumber(value, '"Timeout" (timeout)', 1));
			expect(message).toBe(`"Timeout" (timeout) cannot be ${inQuotes(value)}`);
			expect(description).toBe('Give it a number from 1 on.');
		},
	);
});

describe('an ID', () => {
	test.each([
		[1, 1],
		['12', 12],
		[' 0012 ', 12],
		[9007199254740991, 9007199254740991],
		['9007199254740993', 9007199254740993n],
		[9007199254740993n, 9007199254740993n],
		['9223372036854775807', 9223372036854775807n],
	])('keeps all its digits: %p', (value, id) => {
		expect(readLong(value, '"Group ID" (id)')).toBe(id);
	});

	test.each([0, '0', '000', -1, 'x12', '12x', '1 2', '', '1'.repeat(20), true, null, ['12']])(
		'is not read from %p',
		(value) => {
			expect(refusal(() => readLong(value, '"Group ID" (id)'))).toEqual([
				`"Group ID" (id) must be an ID (a whole number), but is ${inQuotes(value)}`,
				'Give the number that the service shows as ID.',
			]);
		},
	);

	test.each([9007199254740992, 1.5])('that JavaScript may have rounded is refused: %p', (value) => {
		expect(refusal(() => readLong(value, '"Group ID" (id)'))).toEqual([
			`"Group ID" (id) is ${value}, a number that JavaScript cannot hold exactly, so its last digits may be wrong already`,
			'Give the ID as text.',
		]);
	});
});

describe('JSON', () => {
	test('is parsed from text, and anything else stays as it is', () => {
		expect(readJson('{"id":9007199254740993}', 'Body')).toEqual({ id: '9007199254740993' });
		const given = { a: 1 };
		expect(readJson(given, 'Body')).toBe(given);
	});

	test('that is broken is refused', () => {
		const [message, description] = refusal(() => readJson('{"a":}', 'Body'));
		expect(message).toMatch(/^Body is not valid JSON: Unexpected token/);
		expect(description).toBe(
			'Check quotes, commas and brackets; insert values with {{ JSON.stringify($json.value) }}.',
		);
	});

	test('must be an object where fields are expected', () => {
		const given = { a: 1 };
		expect(readJsonObject(given, 'Body')).toBe(given);
		const messages = [[1], 'x', null, 1, 1n].map((value) => refusal(() => readJsonObject(value, 'Body'))[0]);
		expect(messages).toEqual([
			'Body must be an object, but is an array: "[1]"',
			'Body must be an object, but is a string: "x"',
			'Body must be an object, but is empty: "null"',
			'Body must be an object, but is a number: "1"',
			'Body must be an object, but is a number: "1"',
		]);
		expect(refusal(() => readJsonObject([], 'Body'))[1]).toBe(
			'Give an object with the field names of the API, such as one that another node returns.',
		);
	});
});

describe('a list', () => {
	test.each([
		['an array', ['a', '', null, undefined, 0], ['a', 0]],
		['commas', ' a, b ,,c', ['a', 'b', 'c']],
		['one text', 'a b', ['a b']],
		['an array as text', '["a", "b,c"]', ['a', 'b,c']],
		['an empty array as text', ' [ ] ', []],
		['an array of numbers as text', '[12, 9007199254740993]', [12, '9007199254740993']],
		['an array of arrays as text', '[[1],[2]]', [[1], [2]]],
		['an array of objects as text', '[{"name":"a"}]', [{ name: 'a' }]],
		['an object as text', '{"name":"a"}', [{ name: 'a' }]],
		['text in brackets', '[EXT] a, b', ['[EXT] a', 'b']],
		['one object', { name: 'a' }, [{ name: 'a' }]],
		['one number', 0, [0]],
		['nothing', undefined, []],
		['empty text', '', []],
	])('is read from %s', (_what, value, entries) => {
		expect(readEntries(value, 'Tags')).toEqual(entries);
	});

	test.each(['["a", b]', "['a', 'b']"])('that begins like JSON but is not JSON is refused: %s', (text) => {
		expect(refusal(() => readEntries(text, 'Tags'))[0]).toMatch(/^Tags is not valid JSON/);
	});
});

test.each([
	[true, ['true', ' True ', 'yes', '1', 1, true]],
	[false, ['false', 'FALSE', 'no', '0', 0, false]],
])('a switch is %p by each of %j', (is, given) => {
	for (const value of given) expect([value, readSwitch(value, 'Return All')]).toEqual([value, is]);
});

test.each(['on', '', 2, null, undefined, [true], {}])('a switch cannot be %j', (value) => {
	const [message, description] = refusal(() => readSwitch(value, 'Return All'));
	expect(message).toMatch(/^Return All cannot be /);
	expect(description).toBe('Give it true or false.');
});

test('a switch that is not set has its default', () => {
	for (const unset of [undefined, null, '']) {
		expect(optionalSwitch(unset, 'Simplify', true)).toBe(true);
		expect(optionalSwitch(unset, 'Simplify', false)).toBe(false);
	}
	expect(optionalSwitch('false', 'Simplify', true)).toBe(false);
});

test('a number that has lost digits is found at any depth', () => {
	for (const value of [2 ** 53, [1, [2 ** 60]], { a: { b: 4.9e22 } }]) {
		expect(() => refuseInexactNumbers(value, 'Value')).toThrow(
			/^Value.* is \d.* that JavaScript cannot hold exactly/,
		);
	}
	for (const value of [2 ** 53 - 1, 0.5, '9007199254740993', [1], { a: null }, undefined]) {
		expect(() => refuseInexactNumbers(value, 'Value')).not.toThrow();
	}
});
