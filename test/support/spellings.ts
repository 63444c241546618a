import fc from 'fast-check';

import { canBeHidden } from '../../nodes/shared/http/masking';

/** How a server may spell what it repeats, and what a reader with decoders could make of that. */

export type Encoder = (text: string) => string;

const each = (encode: (code: number, character: string) => string): Encoder => {
	return (text) => [...text].map((character) => encode(character.charCodeAt(0), character)).join('');
};
export const hex = (code: number) => code.toString(16).padStart(2, '0');
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

/** By name. Each takes a whole text. */
export const ENCODERS: Record<string, Encoder> = {
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
const inLines =
	(width: number, lineBreak: string): Encoder =>
	(text) =>
		text.replace(new RegExp(`.{${width}}`, 'g'), `$&${lineBreak}`);
const base64: Encoder = (text) => Buffer.from(text).toString('base64');
// The lines break at each position of the secret.
for (const width of [16, 17, 18, 19, 20, 21, 22, 23, 64, 76])
	ENCODERS[`Base64 in lines of ${width}`] = (text) => inLines(width, '\r\n')(base64(`key: ${text}`));
for (const [name, lineBreak] of [
	['indented', `\n${' '.repeat(12)}`],
	['of JSON', '\\r\\n'],
	['of a URL', '%0D%0A'],
	['of HTML', '<br />\n'],
	[
		'in a table of HTML',
		'</td></tr>\r\n<tr><td class="key" style="font-family: monospace; color: #333; padding: 4px">',
	],
] as const) {
	ENCODERS[`Base64 in lines ${name}`] = (text) => inLines(8, lineBreak)(base64(text));
	ENCODERS[`plain in lines ${name}`] = inLines(8, lineBreak);
}
ENCODERS['hexadecimal in lines'] = (text) => inLines(8, '\n')(Buffer.from(text).toString('hex'));
ENCODERS['quoted printable in lines'] = (text) =>
	inLines(5, '=\r\n')(text.replaceAll('=', '\0')).replaceAll('\0', '=3D');
ENCODERS['Base64 in a URL'] = (text) => encodeURIComponent(Buffer.from(text).toString('base64'));
ENCODERS['Base64 in HTML'] = (text) =>
	Buffer.from(text).toString('base64').replaceAll('=', '&#x3D;').replaceAll('+', '&#43;');

/** Keys as a credential takes them, visible ASCII, that can be hidden. */
export const SECRET = fc
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

/** All that decoders make of a text, again and again. */
export function decodings(text: string): string[] {
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
		(one) => one.replace(/=?[\r\n]+[ \t]*/g, ''),
		(one) => one.replace(/\\[rn]/g, ''),
		(one) => one.replace(/<[^<>]*>/g, ''),
		(one) => one.replace(/\s+/g, ''),
	];
	for (const one of all) {
		if (all.size > 100) break;
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

/** Whether a reader with a decoder could read the secret out of a text. */
export const holdsSecret = (text: string, secret: string): boolean =>
	decodings(text).some((one) => one.toLowerCase().includes(secret.toLowerCase()));
