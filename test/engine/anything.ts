import fc from 'fast-check';

/** Texts that have broken clients before: paths, numbers, quotes, control characters, half an emoji. */
export const NASTY_TEXTS = [
	...['', ' ', '\t\n', 'a\r\nX-Injected: 1', '\0', '\u2028', '\ud83d', 'a\udc00b', 'עברית', 'e\u0301', '👩‍👩‍👧‍👦'],
	...[
		'../groups',
		'..',
		'.',
		'%2e%2e',
		'..%2f',
		'1/2',
		'//',
		'\\..\\',
		'1?x=',
		'1#',
		'?',
		'%',
		'%zz',
		';',
		'&owner=a',
	],
	...['0', '00', '-1', '+1', '0x1', '1e3', '1.5', '1,000', '9007199254740993', '9223372036854775807'],
	...['99999999999999999999999', 'Infinity', 'true', 'null', '2026-02-30', '31/12/2026', '12:00'],
	...[
		'"',
		"'",
		'`',
		'\\',
		'\\"',
		'{',
		'[',
		'[1,2',
		'{"a":1',
		'{{ 1 }}',
		'={{ 1 }}',
		'<b>',
		',',
		' , ',
		':',
		' : : ',
	],
	...['__proto__', 'constructor', 'toString', 'a" or typeName = "Threat', 'a) or (id > 0', 'x'.repeat(300)],
];

const nastyText = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom(...NASTY_TEXTS) },
	{ weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
	// Also texts with half of a character.
	{
		weight: 1,
		arbitrary: fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
	},
);

/** Objects as another node's JSON.parse makes them, in which `__proto__` is an ordinary key. */
const NASTY_OBJECTS = [
	'{"__proto__":{"polluted":true}}',
	'{"__proto__":null}',
	'{"constructor":{"prototype":{"polluted":true}}}',
	'{"toString":1,"valueOf":1}',
	'{"toJSON":1}',
	'{"length":3}',
	'{"__rl":true}',
	'{"__rl":true,"mode":"id","value":{"toString":1}}',
	'{"data":null,"mode":null}',
	'{"data":{"name":"a"}}',
	'{"data":[[null]],"mode":"replace"}',
	'{"list":null}',
	'{"list":{"mode":[],"data":7}}',
	'{"field":[null],"json":[{"value":"{"}]}',
	'{"field":7,"json":[[[]]]}',
	'{"json":[{"value":{"__proto__":{"polluted":true}}}]}',
	'{"sso_1":[{"group_name":{"toString":1}}],"__proto__":{"sso_2":[]}}',
	'{"member_admins":"[{}"}',
	'{"id":{"toString":1}}',
	'{"name":["a"]}',
	'[{"__proto__":{"polluted":true}}]',
	'[{"key":{"toString":1},"value":1}]',
	`${'['.repeat(200)}${']'.repeat(200)}`,
	`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
];

const nastyObject = fc.constantFrom(...NASTY_OBJECTS).map((json) => JSON.parse(json) as unknown);

/** Any value that an expression can give. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
	{ weight: 5, arbitrary: nastyText },
	{ weight: 3, arbitrary: nastyObject },
	{
		weight: 2,
		arbitrary: fc.constantFrom(undefined, null, NaN, Infinity, -Infinity, -0, 0, -1, 1.5, 1e21, 2 ** 53),
	},
	{
		weight: 1,
		arbitrary: fc.constantFrom<unknown>(true, false, [], {}, [[]], [null], [undefined], 10n ** 20n),
	},
	{ weight: 1, arbitrary: fc.constantFrom(NaN, 0, 8.64e15, -8.64e15).map((time) => new Date(time)) },
	{ weight: 1, arbitrary: fc.array(nastyText, { maxLength: 3 }) },
	{ weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
