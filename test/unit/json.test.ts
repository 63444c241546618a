import fc from 'fast-check';

import {
	isJsonObject,
	mergeJson,
	parseJson,
	stringifyJson,
	type JsonObject,
} from '../../nodes/shared/core/json';

describe('parseJson', () => {
	test.each([
		['9007199254740993', '9007199254740993'],
		['-9007199254740993', '-9007199254740993'],
		['9007199254740992', '9007199254740992'],
		['[1125899906842631,9007199254740993,1]', [1125899906842631, '9007199254740993', 1]],
		['[9007199254740993]', ['9007199254740993']],
		['[[-9007199254740993 ,\n9007199254740995]]', [['-9007199254740993', '9007199254740995']]],
		['{"data":{"id":9007199254740993}}', { data: { id: '9007199254740993' } }],
		['{"a":[{"b":{"id":18446744073709551615}}]}', { a: [{ b: { id: '18446744073709551615' } }] }],
		['{"id":123456789012345678901234567890}', { id: '123456789012345678901234567890' }],
		['{"id" : 9007199254740993 , "name":"x"}', { id: '9007199254740993', name: 'x' }],
	])('keeps every digit of an integer beyond 2^53: %s', (text, expected) => {
		expect(parseJson(text)).toEqual(expected);
	});

	test.each([
		['a safe integer of 16 digits', '{"id":1234567890123456}'],
		['the largest safe integer', '{"id":9007199254740991}'],
		['the smallest safe integer', '{"id":-9007199254740991}'],
		['a safe integer of 16 digits next to other numbers', '[1,1125899906842624,0,-0,-1]'],
		['a decimal with many digits', '[0.1234567890123456789,1234567890123456789.5]'],
		['a negative decimal with many digits', '[-12345678901234567.25]'],
		['an exponent', '[1e30,1E+30,12345678901234567890e2,12345678901234567890E-5,1.5e-20]'],
		['digits in a string', '{"id":"9007199254740993"}'],
		['digits in the middle of a string', '{"t":"ticket 9007199254740993, see 9007199254740995"}'],
		['digits after an escaped quote', String.raw`{"t":"a \"9007199254740993\" b"}`],
		['digits after an escaped backslash', String.raw`{"t":"a\\","u":"9007199254740993\\"}`],
		['digits after an escaped backslash and quote', String.raw`{"t":"\\\"9007199254740993"}`],
		['digits in an escape', String.raw`{"t":"\u00309007199254740993"}`],
		['digits in a string with a colon and a brace', '{"t":"{\\"id\\":9007199254740993}"}'],
		['digits in a key', '{"9007199254740993":1}'],
		['digits after a line separator', '{"t":"\u2028 9007199254740993"}'],
		['no digits', '{"a":[true,false,null,"x",{}]}'],
	])('reads as JSON.parse does: %s', (_what, text) => {
		expect(parseJson(text)).toStrictEqual(JSON.parse(text));
	});

	test('an unsafe integer next to a string that ends in a backslash is still found', () => {
		expect(parseJson(String.raw`{"path":"C:\\","id":9007199254740993,"t":"\"1\""}`)).toEqual({
			path: 'C:\\',
			id: '9007199254740993',
			t: '"1"',
		});
	});

	test.each([
		'',
		'{',
		'{"a":}',
		'[1,]',
		"{'a':9007199254740993}",
		'"9007199254740993',
		'[9007199254740993',
		'x',
	])('refuses what is no JSON: %s', (text) => {
		expect(() => parseJson(text)).toThrow(SyntaxError);
	});

	// The long numbers are quoted before the JSON is parsed. The quotes must not make invalid JSON valid: a number with a
	// leading zero, and a key without quotes.
	test.each(['[09007199254740993]', '[-09007199254740993]', '{9007199254740993:1}'])(
		'refuses a long number where JSON has none: %s',
		(text) => {
			expect(() => JSON.parse(text)).toThrow(SyntaxError);
			expect(() => parseJson(text)).toThrow(SyntaxError);
		},
	);

	test.each([
		['plain text', 'x'.repeat(5_000_000)],
		['line breaks, each an escape', '\n'.repeat(2_500_000)],
		['quotes and backslashes', '"\\'.repeat(1_250_000)],
		['digits', '7'.repeat(5_000_000)],
	])('a string of 5 MB does not overflow: %s', (_what, long) => {
		const text = JSON.stringify({ attachment: long, id: 1 }).replace('"id":1', '"id":9007199254740993');
		const parsed = parseJson(text) as { attachment: string; id: string };
		expect(parsed.id).toBe('9007199254740993');
		expect(parsed.attachment === long).toBe(true);
	});

	test('any JSON with long integers and digits in strings, in any place, is read correctly', () => {
		type Meant = { text: string; value: unknown };
		const digits = fc.stringMatching(/^-?[1-9]\d{13,19}$/);
		const integer = digits.map((text) => ({
			text,
			value: Number.isSafeInteger(Number(text)) ? Number(text) : text,
		}));
		const fraction = fc.tuple(digits, fc.constantFrom('.5', 'e3', 'E-3', '.25e+1')).map(([number, rest]) => ({
			text: number + rest,
			value: Number(number + rest),
		}));
		const string = fc
			.array(fc.oneof(digits, fc.constantFrom('"', '\\', ':', ',', '[', '\n', ' ', 'ä', '\u2028')))
			.map((parts) => ({ text: JSON.stringify(parts.join('')), value: parts.join('') }));
		const space = fc.stringMatching(/^[ \n\t]{0,20}$/);
		const { json } = fc.letrec<{ json: Meant }>((tie) => ({
			json: fc.oneof(
				{ maxDepth: 3 },
				integer,
				fraction,
				string,
				fc.array(fc.tuple(space, tie('json'), space), { maxLength: 4 }).map((entries) => ({
					text: `[${entries.map(([before, { text }, after]) => before + text + after).join(',')}]`,
					value: entries.map(([, { value }]) => value),
				})),
				fc.array(fc.tuple(space, string, space, tie('json')), { maxLength: 4 }).map((members) => ({
					text: `{${members.map(([before, key, after, { text }]) => `${before}${key.text}${after}:${text}`).join(',')}}`,
					value: Object.fromEntries(members.map(([, key, , { value }]) => [key.value, value])),
				})),
			),
		}));
		fc.assert(
			fc.property(json, ({ text, value }) => {
				expect(parseJson(text)).toEqual(value);
			}),
			{ numRuns: 2000 },
		);
	});

	// A pattern that loops over escapes takes a stack frame for each. Millions of escapes in one string would end in
	// "Maximum call stack size exceeded".
	test('a string of 10 MB of escapes does not overflow', () => {
		const text = `{"attachment":"${'\\n'.repeat(5_000_000)}","id":9007199254740993}`;
		expect((parseJson(text) as { id: string }).id).toBe('9007199254740993');
	});
});

describe('stringifyJson', () => {
	test('writes a bigint as a number with all its digits, in any place', () => {
		expect(stringifyJson(9007199254740993n)).toBe('9007199254740993');
		expect(stringifyJson({ a: [1n, -9007199254740993n, { b: 18446744073709551615n }], c: 0n })).toBe(
			'{"a":[1,-9007199254740993,{"b":18446744073709551615}],"c":0}',
		);
	});

	test('writes everything else as JSON.stringify does, and leaves undefined members out', () => {
		const value = {
			text: 'a "quoted" \\ text\n',
			number: 1.5,
			date: new Date(0),
			none: null,
			nothing: undefined,
			list: [undefined, true],
		};
		expect(stringifyJson(value)).toBe(
			'{"text":"a \\"quoted\\" \\\\ text\\n","number":1.5,"date":"1970-01-01T00:00:00.000Z","none":null,"list":[null,true]}',
		);
		expect(stringifyJson(value)).toBe(JSON.stringify(value));
	});

	test.each([
		'raw-digits-',
		'raw-digits-:1',
		'raw-digits-00000000-0000-4000-8000-000000000000:9007199254740993',
		'"raw-digits-00000000-0000-4000-8000-000000000000:1"',
		'9007199254740993',
		'9007199254740993n',
		'$1',
		'$&',
	])('a text like its internal marker stays a text, also next to a bigint: %s', (text) => {
		const written = stringifyJson({ [text]: text, list: [text], id: 9007199254740993n });
		expect(written).toBe(
			`{${JSON.stringify(text)}:${JSON.stringify(text)},"list":[${JSON.stringify(text)}],"id":9007199254740993}`,
		);
	});

	test('the marker differs in each process, and is never part of the result', () => {
		const markerOf = () => {
			let marker = '';
			jest.isolateModules(() => {
				// eslint-disable-next-line @typescript-eslint/no-require-imports
				const json = require('../../nodes/shared/core/json') as typeof import('../../nodes/shared/core/json');
				const native = JSON.stringify;
				const spy = jest.spyOn(JSON, 'stringify').mockImplementation((...parameters: unknown[]) => {
					marker = native(...(parameters as Parameters<typeof native>));
					return marker;
				});
				expect(json.stringifyJson(1n)).toBe('1');
				spy.mockRestore();
			});
			return marker;
		};
		const first = markerOf();
		expect(first).toMatch(/^"raw-digits-[0-9a-f-]{36}:1"$/);
		expect(markerOf()).not.toBe(first);
	});

	test('what parseJson read can be written again', () => {
		expect(stringifyJson(parseJson('{"id":9007199254740993,"n":[1,2.5,null,"x"]}'))).toBe(
			'{"id":"9007199254740993","n":[1,2.5,null,"x"]}',
		);
	});
});

describe('isJsonObject', () => {
	test.each([[{}], [{ a: 1 }], [Object.create(null)]])('takes an object: %p', (value) => {
		expect(isJsonObject(value)).toBe(true);
	});

	test.each([[null], [undefined], [[]], [[{}]], ['{}'], [1], [1n], [true], [new Date(0)]])(
		'takes nothing else: %p',
		(value) => {
			expect(isJsonObject(value)).toBe(false);
		},
	);
});

describe('mergeJson', () => {
	test.each<[string, JsonObject, JsonObject, JsonObject]>([
		['a new key is added', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
		['a value is replaced', { a: 1 }, { a: 2 }, { a: 2 }],
		['objects are merged key by key', { a: { x: 1, y: 1 } }, { a: { y: 2 } }, { a: { x: 1, y: 2 } }],
		[
			'… at any depth',
			{ a: { b: { c: { x: 1 } } } },
			{ a: { b: { c: { y: 2 } } } },
			{ a: { b: { c: { x: 1, y: 2 } } } },
		],
		['an array is replaced whole', { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
		['an empty array replaces', { a: [1] }, { a: [] }, { a: [] }],
		['objects in arrays are not merged', { a: [{ x: 1 }] }, { a: [{ y: 2 }] }, { a: [{ y: 2 }] }],
		['null replaces an object', { a: { x: 1 } }, { a: null }, { a: null }],
		['an object replaces null', { a: null }, { a: { x: 1 } }, { a: { x: 1 } }],
		['an object replaces an array', { a: [1] }, { a: { x: 1 } }, { a: { x: 1 } }],
		['an array replaces an object', { a: { x: 1 } }, { a: [1] }, { a: [1] }],
		['a text replaces an object', { a: { x: 1 } }, { a: 'x' }, { a: 'x' }],
		['an empty object changes nothing', { a: { x: 1 } }, { a: {} }, { a: { x: 1 } }],
		['a date is replaced whole', { a: new Date(0) }, { a: new Date(1) }, { a: new Date(1) }],
		['names of Object.prototype are ordinary keys', {}, { toString: { x: 1 } }, { toString: { x: 1 } }],
	])('%s', (_rule, base, extra, expected) => {
		expect(mergeJson(base, extra)).toStrictEqual(expected);
	});

	test('does not change either argument, at any depth', () => {
		const base = { a: { b: { x: 1 } }, list: [{ x: 1 }] };
		const extra = { a: { b: { y: 2 }, c: 3 }, list: [{ y: 2 }] };
		const merged = mergeJson(base, extra);
		expect(merged).toEqual({ a: { b: { x: 1, y: 2 }, c: 3 }, list: [{ y: 2 }] });
		expect(base).toEqual({ a: { b: { x: 1 } }, list: [{ x: 1 }] });
		expect(extra).toEqual({ a: { b: { y: 2 }, c: 3 }, list: [{ y: 2 }] });
	});

	test('works with frozen arguments', () => {
		const base = Object.freeze({ a: Object.freeze({ x: 1 }) });
		expect(mergeJson(base, Object.freeze({ a: Object.freeze({ y: 2 }) }))).toEqual({ a: { x: 1, y: 2 } });
	});

	describe.each(['__proto__', 'constructor', 'prototype'])('the key %s', (key) => {
		const hostile = JSON.parse(`{"${key}":{"polluted":true,"toString":"x"},"name":"y"}`) as JsonObject;

		test('is ignored when JSON.parse made it', () => {
			const merged = mergeJson({ name: 'x' }, hostile);
			expect(Object.keys(merged)).toEqual(['name']);
			expect(merged.name).toBe('y');
			expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
			expect(merged.polluted).toBeUndefined();
			expect(({} as JsonObject).polluted).toBeUndefined();
		});

		test('is ignored in an object that is merged into another', () => {
			const merged = mergeJson({ a: { b: { name: 'x' } } }, { a: { b: hostile } });
			const inner = (merged.a as { b: JsonObject }).b;
			expect(Object.keys(inner)).toEqual(['name']);
			expect(Object.getPrototypeOf(inner)).toBe(Object.prototype);
			expect(inner.polluted).toBeUndefined();
			expect(({} as JsonObject).polluted).toBeUndefined();
		});

		test('reaches no prototype from an object that is new', () => {
			const merged = mergeJson({}, { a: { b: hostile } });
			expect(({} as JsonObject).polluted).toBeUndefined();
			expect(Object.getPrototypeOf((merged.a as { b: JsonObject }).b)).toBe(Object.prototype);
		});

		// A value that has no counterpart in `base` is not merged but copied. The key must be removed there too, so that it
		// is not sent.
		test('is ignored in an object that is new', () => {
			expect(stringifyJson(mergeJson({}, { a: { b: hostile } }))).toBe('{"a":{"b":{"name":"y"}}}');
		});
	});
});
