import fc from 'fast-check';

import { InvalidInput } from '../../nodes/shared/core/errors';
import { parseJson, stringifyJson } from '../../nodes/shared/core/json';
import {
	canBeHidden,
	HIDDEN,
	hasPlainSecret,
	masked,
	maskedHeaders,
	refuseHidden,
} from '../../nodes/shared/http/masking';
import { readBody } from '../../nodes/shared/http/response';

/** The HTTP layer passes on no spelling of a secret that a decoder would understand. A hidden value is never sent. */

type Encoder = (text: string) => string;

const each = (encode: (code: number, character: string) => string): Encoder => {
	return (text) => [...text].map((character) => encode(character.charCodeAt(0), character)).join('');
};
const hex = (code: number) => code.toString(16).padStart(2, '0');
const NAMES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&apos;',
	'=': '&equals;',
	'/': '&sol;',
	'+': '&plus;',
};
const inText =
	(form: BufferEncoding, before: string, after: string): Encoder =>
	(text) =>
		Buffer.from(before + text + after).toString(form);

/** Encoders of whole texts. */
const ENCODERS: Record<string, Encoder> = {
	plain: (text) => text,
	'upper case': (text) => text.toUpperCase(),
	'lower case': (text) => text.toLowerCase(),
	'all \\u escapes': each((code) => `\\u00${hex(code)}`),
	'\\u escapes of symbols in capitals': each((code, character) =>
		/\w/.test(character) ? character : `\\u00${hex(code).toUpperCase()}`,
	),
	'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
	'escaped slashes': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
	'percent of symbols': encodeURIComponent,
	'percent in lower case': each((code) => `%${hex(code)}`),
	'percent in upper case': each((code) => `%${hex(code).toUpperCase()}`),
	'percent twice': (text) => encodeURIComponent(encodeURIComponent(text)),
	'decimal entities': each((code) => `&#${code};`),
	'decimal entities with zeros': each((code) => `&#000${code};`),
	'hexadecimal entities': each((code) => `&#x${hex(code)};`),
	'hexadecimal entities in capitals': each((code) => `&#X${hex(code).toUpperCase()};`),
	'named entities': each((_code, character) => NAMES[character] ?? character),
	'entities twice': (text) =>
		each((_code, character) => NAMES[character] ?? character)(text).replaceAll('&', '&amp;'),
	'quoted printable': each((code, character) =>
		/[a-z\d]/i.test(character) ? character : `=${hex(code).toUpperCase()}`,
	),
	hexadecimal: inText('hex', '', ''),
};
for (const form of ['base64', 'base64url'] as const) {
	for (const before of ['', 'a', 'ab', 'abc', 'TC-Token ', 'user:']) {
		for (const after of ['', 'z', 'zy', ' and more']) {
			ENCODERS[`${form} amid ${JSON.stringify([before, after])}`] = inText(form, before, after);
		}
	}
}
// The lines break at each position of the secret.
for (const width of [16, 17, 18, 19, 20, 21, 22, 23, 64, 76]) {
	ENCODERS[`Base64 in lines of ${width}`] = (text) =>
		Buffer.from(`key: ${text}`)
			.toString('base64')
			.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
}
ENCODERS['Base64 in a URL'] = (text) => encodeURIComponent(Buffer.from(text).toString('base64'));
ENCODERS['Base64 in HTML'] = (text) =>
	Buffer.from(text).toString('base64').replaceAll('=', '&#x3D;').replaceAll('+', '&#43;');

/** All that decoders make of a text, applied repeatedly. */
function decodings(text: string): string[] {
	const all = new Set([text]);
	const characterOf = (digits: string, radix: number) => {
		const code = parseInt(digits, radix);
		return code < 0x110000 ? String.fromCodePoint(code) : '';
	};
	const decoders: Encoder[] = [
		(one) => one.replace(/\\u([\da-f]{4})/gi, (_all, digits: string) => characterOf(digits, 16)),
		(one) => one.replace(/\\(.)/g, '$1'),
		(one) => one.replace(/%([\da-f]{2})/gi, (_all, digits: string) => characterOf(digits, 16)),
		(one) => one.replace(/=([\da-f]{2})/gi, (_all, digits: string) => characterOf(digits, 16)),
		(one) =>
			one
				.replace(/&#x([\da-f]{1,6});?/gi, (_all, digits: string) => characterOf(digits, 16))
				.replace(/&#(\d{1,6});?/g, (_all, digits: string) => characterOf(digits, 10))
				.replace(
					/&(\w+);/g,
					(whole, name: string) =>
						Object.entries(NAMES).find(([, entity]) => entity === `&${name};`)?.[0] ?? whole,
				),
		(one) => one.replace(/[\r\n]+/g, ''),
	];
	for (const one of all) {
		if (all.size > 60) break;
		for (const decode of decoders) all.add(decode(one));
	}
	return [...all].flatMap((one) => [
		one,
		...(one.match(/[\w+/-]{12,}/g) ?? []).flatMap((run) =>
			[0, 1, 2, 3].flatMap((skip) => [
				Buffer.from(run.slice(skip), 'base64').toString('latin1'),
				Buffer.from(run.slice(skip), 'hex').toString('latin1'),
			]),
		),
	]);
}

const holds = (text: string, secret: string) =>
	decodings(text).some((one) => one.toLowerCase().includes(secret.toLowerCase()));

/** Visible ASCII, as `readSecret` accepts it. */
const SECRET = fc
	.array(
		fc.oneof(
			fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'),
			fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
			fc.constantFrom('+', '/', '=', '&', '"', '\\', '%'),
		),
		{ minLength: 12, maxLength: 40 },
	)
	.map((characters) => characters.join(''))
	.filter(canBeHidden);

const FIELD = fc.constantFrom('apiToken', 'secretKey', 'apiKey');
const AROUND = fc.constantFrom('', 'Bearer ', '{"key":"', '<td>', '&', '\\', '%2', '=', 'x', '….');

/** Places where a server may write something. Each returns what becomes visible of it. */
const PLACES: Record<string, (text: string, credentials: Record<string, string>) => string> = {
	'a text': (text, credentials) => readBody(text, credentials).text,
	'a page': (text, credentials) => readBody(`<html>${text}</html>`, credentials).text,
	'a string of JSON': (text, credentials) =>
		stringifyJson(readBody(JSON.stringify({ a: [{ b: text }] }), credentials).json),
	'a key of JSON': (text, credentials) =>
		stringifyJson(readBody(JSON.stringify([{ [text]: { deep: 1 } }]), credentials).json),
	'JSON of a server that escapes all symbols': (text, credentials) => {
		const json = JSON.stringify({ b: text, c: 'é' }).replace(
			/[&<>='+/-]/g,
			(symbol) => `\\u00${hex(symbol.charCodeAt(0))}`,
		);
		return (readBody(json, credentials).json as { b: string }).b;
	},
	'an object that is no text': (text, credentials) => stringifyJson(readBody({ a: text }, credentials).json),
	'a header': (text, credentials) =>
		JSON.stringify(maskedHeaders({ location: text, x: [text] }, credentials)),
	'a message': masked,
};

test('no decoder finds a secret in the result, for any secret, spelling and place', () => {
	fc.assert(
		fc.property(
			SECRET,
			FIELD,
			fc.constantFrom(...Object.keys(ENCODERS)),
			fc.constantFrom(...Object.keys(PLACES)),
			AROUND,
			AROUND,
			(secret, field, encoder, place, before, after) => {
				const spelling = (ENCODERS[encoder] as Encoder)(secret);
				const said = (PLACES[place] as NonNullable<(typeof PLACES)[string]>)(before + spelling + after, {
					[field]: secret,
				});
				expect(said).toContain(HIDDEN);
				expect(holds(said, secret)).toBe(false);
			},
		),
		{ numRuns: 120 },
	);
});

test.each(Object.keys(ENCODERS))('a token is hidden in each spelling: %s', (encoder) => {
	const secret = 'APIV2:430:c8mTcH:1924905600000:c2ltdWxhdG9yLW9ubHk+/"&\\t==';
	const spelling = (ENCODERS[encoder] as Encoder)(secret);
	expect(holds(spelling, secret)).toBe(true);
	expect(holds(masked(`Said ${spelling}, twice: ${spelling}`, { apiToken: secret }), secret)).toBe(false);
});

test('an answer without the secret stays unchanged', () => {
	fc.assert(
		fc.property(SECRET, fc.json(), (secret, json) => {
			fc.pre(!json.includes(secret));
			expect(readBody(json, { apiKey: secret }).text).toBe(json);
			if (/^\s*[[{]/.test(json)) expect(readBody(json, { apiKey: secret }).json).toEqual(parseJson(json));
		}),
		{ numRuns: 60 },
	);
});

describe('a large answer stays fast', () => {
	const secret = 'APIV2:430:c8mTcH:1924905600000:c2ltdWxhdG9yLW9ubHktYXBpLXRva2VuLW5vdC1hLXNlY3JldA==';
	test.each([
		['ordinary words', 'The quick brown fox & the lazy dog = 20 %25. '],
		['backslashes', '\\'],
		['escapes', '\\u0041'],
		['percent signs', '%25'],
		['ampersands', '&amp;'],
		['the middle of the secret', secret.slice(38, 44)],
		['the secret', secret],
	])('of 1 MB with nothing but %s', (_what, unit) => {
		const text = unit.repeat(1e6 / unit.length);
		const begin = process.cpuUsage().user;
		masked(text, { apiToken: secret });
		expect((process.cpuUsage().user - begin) / 1000).toBeLessThan(1500);
	});
});

describe('which secrets are hidden', () => {
	test.each([
		'prod',
		'production',
		'threatconnect',
		'AttackForge2026',
		'prod-systems-2',
		'202611280000123',
		'aaaaaaaaaaaaaaaaaaaaaaaaa',
		'ababababababababababab',
	])('not one that is a part of ordinary texts: %s', (secret) => {
		expect(canBeHidden(secret)).toBe(false);
		expect(hasPlainSecret({ apiKey: secret })).toBe(true);
		const said = { name: `${secret} systems`, [secret]: secret };
		expect(readBody(said, { apiKey: secret }).json).toEqual(said);
	});

	test.each(['x7Kp2mQ9vL4d', '4f9a1c07be23', 'qhzkfjwmxbvnrtplcdsagyei', 'Zx8-pq_R2.aa9'])(
		'one that is long and random: %s',
		(secret) => {
			expect(canBeHidden(secret)).toBe(true);
			expect(hasPlainSecret({ apiKey: secret })).toBe(false);
		},
	);
});

test('a hidden value is never sent, and the error names its place', () => {
	const value = { name: 'A', attributes: { data: [{ value: `see ${HIDDEN}` }] } };
	expect(() => refuseHidden(value)).toThrow(InvalidInput);
	expect(() => refuseHidden(value)).toThrow('"attributes.data[0].value" holds');
	expect(() => refuseHidden({ [`a ${HIDDEN}`]: 1 })).toThrow(InvalidInput);
	expect(() => refuseHidden(`/groups/${HIDDEN}`)).toThrow('A value holds');
	expect(() => refuseHidden({ name: '*****', list: ['** secret **', null, 1] })).not.toThrow();
});
