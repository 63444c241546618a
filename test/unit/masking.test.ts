import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { Readable } from 'node:stream';

import { InvalidInput } from '../../nodes/shared/core/errors';
import { parseJson, stringifyJson } from '../../nodes/shared/core/json';
import {
	canBeHidden,
	HIDDEN,
	hasPlainSecret,
	masked,
	maskedHeaders,
	refuseMaskedSecret,
	withoutSecret,
} from '../../nodes/shared/http/masking';
import { readBody } from '../../nodes/shared/http/response';
import { type Encoder, ENCODERS, hex, holdsSecret, SECRET } from '../support/spellings';

/** The HTTP layer passes on no spelling of a secret that a decoder would understand. A hidden value is never sent. */

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
	'a message in one line': (text, credentials) => masked(text.replace(/[\r\n]/g, ' '), credentials),
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
				expect(holdsSecret(said, secret)).toBe(false);
			},
		),
		{ numRuns: 120 },
	);
});

/** What is stored of a file that comes in these pieces, and whether it ended with an error. */
async function fileOf(pieces: Iterable<Buffer>, credentials: Record<string, string>) {
	const read: Buffer[] = [];
	try {
		for await (const piece of withoutSecret(Readable.from(pieces), credentials)) read.push(piece);
		return { stored: Buffer.concat(read), isRefused: false };
	} catch (error) {
		expect(error).toBeInstanceOf(InvalidInput);
		return { stored: Buffer.concat(read), isRefused: true };
	}
}

const piecesOf = (bytes: Buffer, size: number) =>
	Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
		bytes.subarray(index * size, (index + 1) * size),
	);

test('a file is refused for any secret and spelling in its first MB, and nothing of it is stored', async () => {
	const property = fc.asyncProperty(
		SECRET,
		FIELD,
		fc.constantFrom(...Object.keys(ENCODERS)),
		fc.nat(5000),
		fc.integer({ min: 1, max: 3000 }),
		async (secret, field, encoder, before, size) => {
			const spelling = (ENCODERS[encoder] as Encoder)(secret);
			const file = Buffer.concat([
				Buffer.alloc(before, '\xff '),
				Buffer.from(spelling),
				Buffer.alloc(300, 1),
			]);
			const { stored, isRefused } = await fileOf(piecesOf(file, size), { [field]: secret });
			expect(isRefused).toBe(true);
			expect(stored).toHaveLength(0);
		},
	);
	await fc.assert(property, { numRuns: 120 });
});

describe('a file of 3 MB', () => {
	const secret = 'APIV2:430:c8mTcH:1924905600000:c2ltdWxhdG9yLW9ubHk+/"&\\t==';
	const credentials = { apiToken: secret };
	const around = (said: string, at: number) =>
		Buffer.concat([Buffer.alloc(at, 'Some words. '), Buffer.from(said), Buffer.alloc(3e6 - at, 1)]);

	test.each(['plain', 'hexadecimal', 'base64 amid ["user:",""]'])(
		'is refused wherever the secret stands in it: %s',
		async (name) => {
			const said = (ENCODERS[name] as Encoder)(secret);
			for (const at of [1e6, 2 ** 20 - 20, 2 ** 20, 2.5e6, 3e6]) {
				const { stored, isRefused } = await fileOf(piecesOf(around(said, at), 65_536), credentials);
				expect(isRefused).toBe(true);
				expect(stored.includes(said.slice(8, -8))).toBe(false);
			}
		},
	);

	test('comes as it is without the secret, in pieces of any size', async () => {
		const file = around('', 1e6);
		for (const size of [700, 65_536, 2e6, 5e6]) {
			const { stored, isRefused } = await fileOf(piecesOf(file, size), credentials);
			expect(isRefused).toBe(false);
			expect(stored.equals(file)).toBe(true);
		}
		expect(await fileOf([], credentials)).toEqual({ stored: Buffer.alloc(0), isRefused: false });
	});
});

test('a file that repeats an HMAC header is refused', async () => {
	const credentials = { accessId: '11112222333344445555', secretKey: 'short' };
	const signature = createHmac('sha256', 'a').update('/api/v3/groups:GET:1').digest('base64');
	const file = Buffer.from(`<Authorization>TC ${credentials.accessId}:${signature}</Authorization>`);
	expect(await fileOf([file], credentials)).toEqual({ stored: Buffer.alloc(0), isRefused: true });
});

test.each(Object.keys(ENCODERS))('a token is hidden in each spelling: %s', (encoder) => {
	const secret = 'APIV2:430:c8mTcH:1924905600000:c2ltdWxhdG9yLW9ubHk+/"&\\t==';
	const spelling = (ENCODERS[encoder] as Encoder)(secret);
	expect(holdsSecret(spelling, secret)).toBe(true);
	expect(holdsSecret(masked(`Said ${spelling}, twice: ${spelling}`, { apiToken: secret }), secret)).toBe(
		false,
	);
});

describe('a signature, with which the request can be sent again for five minutes', () => {
	const credentials = { accessId: '11112222333344445555', secretKey: 'short' };
	const signature = (key: string) =>
		createHmac('sha256', key).update('/api/v3/groups:GET:1').digest('base64');

	test.each(Object.keys(ENCODERS))(
		'is hidden where the service repeats the header in this spelling: %s',
		(name) => {
			const encode = ENCODERS[name] as Encoder;
			for (const key of ['a', 'b']) {
				const header = encode(`TC ${credentials.accessId}:${signature(key)}`);
				expect(holdsSecret(header, signature(key))).toBe(true);
				const texts = [
					`Said ${header}, twice: ${header}`,
					JSON.stringify({ authorization: header }),
					// As in a header, and in an excerpt. A space ends a signature that is not encoded.
					...(name.startsWith('plain in lines') ? [] : [header.replace(/[\r\n]/g, ' ')]),
				];
				for (const said of texts) {
					expect(holdsSecret(masked(said, credentials), signature(key))).toBe(false);
					expect(holdsSecret(stringifyJson(readBody(said, credentials)), signature(key))).toBe(false);
				}
			}
		},
	);

	test('and the access ID, which is the name of a user, stays', () => {
		const said = { createdBy: { userName: credentials.accessId }, text: `${credentials.accessId}: made it` };
		expect(readBody(said, credentials).json).toEqual(said);
		const page = `<dt>${credentials.accessId}:</dt>\n${' '.repeat(36)}<dd>made it</dd>`;
		expect(readBody(page, credentials).text).toBe(page);
	});
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
	/** Of its Base64. */
	const middle = Buffer.from(secret).toString('base64').slice(45, 65);
	test.each([
		['ordinary words', 'The quick brown fox & the lazy dog = 20 %25. '],
		['backslashes', '\\'],
		['escapes', '\\u0041'],
		['percent signs', '%25'],
		['ampersands', '&amp;'],
		['the middle of the secret', secret.slice(38, 44)],
		['the secret', secret],
		['the access ID', '11112222333344445555:'],
		['Base64 of the access ID', 'MTExMTIyMjIzMzMzNDQ0NDU1NTU6'],
		['the access ID and lines', `11112222333344445555:${'\r\n'.repeat(19)}\n`],
		['the access ID and empty lines', `11112222333344445555:${'\n'.repeat(39)}. `],
		['the access ID and tags', `11112222333344445555:${'<a>'.repeat(39)}. `],
		['the middle of Base64 and tags', `${middle.slice(0, 6)}<${middle}>`.repeat(2)],
		['the access ID and long tags', `11112222333344445555:${`<${'a'.repeat(199)}>a`.repeat(39)}. `],
		['Base64 of the access ID and spaces', `MTExMTIyMjIzMzMzNDQ0NDU1NTU6${'  a'.repeat(39)}. `],
		['lines within the middle of Base64', [...middle].join(' \n'.repeat(19))],
		['tags within the middle of Base64', [...middle].join(`<${'a'.repeat(199)}>`.repeat(40))],
		['lines within the secret', [...secret.slice(10, 60)].join(' \n'.repeat(19))],
		['tags within the secret', [...secret.slice(10, 60)].join(`<${'a'.repeat(199)}>`.repeat(40))],
		['soft line breaks within the secret', [...secret.slice(10, 60)].join('=\r\n')],
	])('of 1 MB with nothing but %s', (_what, unit) => {
		const text = unit.repeat(1e6 / unit.length);
		const begin = process.cpuUsage().user;
		masked(text, { apiToken: secret, accessId: '11112222333344445555' });
		// A second on a fast machine. A search whose time grows with the square of the length takes minutes.
		expect((process.cpuUsage().user - begin) / 1e6).toBeLessThan(20);
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
	expect(() => refuseMaskedSecret(value)).toThrow(InvalidInput);
	expect(() => refuseMaskedSecret(value)).toThrow('"attributes.data[0].value" holds');
	expect(() => refuseMaskedSecret({ [`a ${HIDDEN}`]: 1 })).toThrow(InvalidInput);
	expect(() => refuseMaskedSecret(`/groups/${HIDDEN}`)).toThrow('A value holds');
	expect(() => refuseMaskedSecret({ name: '*****', list: ['** secret **', null, 1] })).not.toThrow();
});
