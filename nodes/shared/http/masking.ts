import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { InvalidInput } from '../core/errors';
import { isJsonObject } from '../core/json';

/**
 * Keeps the credential's secrets out of whatever a server answers. A server or proxy may repeat the request that it was
 * sent, and may write the secret in another spelling than ours. What a decoder would turn into the secret is hidden too.
 */

/** Stands in place of a secret. No user writes it, so that a hidden value can be refused when it is to be sent. */
export const HIDDEN = '*****(secret hidden)';

/** The credential fields that must never be seen. */
const SECRET_FIELDS = ['apiToken', 'secretKey', 'apiKey'];

/** Characters of a secret that is hidden: of any, of one that does not look like words, and different ones in both. */
const MIN_LENGTH = 20;
const MIN_RANDOM_LENGTH = 12;
const MIN_DIFFERENT = 6;
/** Words, abbreviations, years and numbers, one after the other: `prod-2026`, `CustomerPortal`, `202611280000`. */
const WORDS = /^(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}|\d+|[^A-Za-z\d])+$/;

/**
 * THE rule for which secrets are hidden. A short secret, or one that looks like words, is no more than an ordinary part of
 * other texts: if it were hidden there, data would be corrupted.
 *
 * @returns whether the secret has 20 characters, or 12 that do not look like words; in both cases 6 different ones
 */
export const canBeHidden = (secret: string): boolean =>
	new Set(secret).size >= MIN_DIFFERENT &&
	(secret.length >= MIN_LENGTH || (secret.length >= MIN_RANDOM_LENGTH && !WORDS.test(secret)));

/** @returns whether the credential has a secret that is too short or too plain to be hidden in answers */
export const hasPlainSecret = (credentials: ICredentialDataDecryptedObject): boolean =>
	secretsOf(credentials).some((secret) => !canBeHidden(secret));

const secretsOf = (credentials: ICredentialDataDecryptedObject): string[] =>
	// White space around a secret is not sent.
	SECRET_FIELDS.map((name) => credentials[name])
		.map((secret) => (typeof secret === 'string' ? secret.trim() : ''))
		.filter((secret) => secret !== '');

/** @returns the text without the credential's secrets in any spelling */
export function masked(text: string, credentials: ICredentialDataDecryptedObject): string {
	const patterns = secretPatterns(credentials);
	return patterns?.mayBeIn(text) ? patterns.hideIn(text) : text;
}

/**
 * A response's JSON without the credential's secrets. A decoded string can hold the secret where the JSON spells it
 * with escapes, so that searching the text is not enough.
 *
 * @param json changed in place
 * @param text the text from which the JSON was parsed
 * @param isInText whether the secret was found in the text. A large response is searched once, and not string by
 *   string.
 */
export function maskedJson(
	json: unknown,
	text: string,
	isInText: boolean,
	credentials: ICredentialDataDecryptedObject,
): unknown {
	const patterns = secretPatterns(credentials);
	// An escape such as \u0026 may be part of another escape: \u0026#61; is = in HTML. The pattern finds all other
	// escapes.
	if (!patterns || !(isInText || text.includes('\\u'))) return json;
	return eachString(json, (one) => (patterns.mayBeIn(one) ? patterns.hideIn(one) : one));
}

/** A response's headers without the credential's secrets. */
export const maskedHeaders = (
	headers: Record<string, unknown>,
	credentials: ICredentialDataDecryptedObject,
): Record<string, unknown> =>
	eachString({ ...headers }, (text) => masked(text, credentials)) as Record<string, unknown>;

/** Bytes of a file that are searched for each spelling. In all of a large file this would take too long. */
const SEARCHED_BYTES = 2 ** 20;

/**
 * A file's bytes, up to the secret if they hold it. Files are not changed, and one that repeats the secret must not get into
 * n8n's storage. After the first MB only three spellings are looked for: as it is, Base64 in one line and hexadecimals.
 *
 * @throws InvalidInput in the reader of the stream
 */
export async function* withoutSecret(
	chunks: AsyncIterable<unknown>,
	credentials: ICredentialDataDecryptedObject,
): AsyncGenerator<Buffer> {
	const wanted = secretsOf(credentials)
		.filter(canBeHidden)
		.flatMap((secret) => {
			const bytes = Buffer.from(secret);
			return [bytes, bytes.toString('hex'), ...[0, 1, 2].map((offset) => base64Core(bytes, offset))];
		});
	// It may stand in two chunks. What could be its beginning is held back.
	const longest = Math.max(0, ...wanted.map(({ length }) => length - 1));
	let held = Buffer.alloc(0);
	let isStart = true;
	for await (const chunk of withLongStart(chunks)) {
		if (isStart) {
			const text = chunk.toString('latin1', 0, SEARCHED_BYTES);
			if (masked(text, credentials) !== text) throw fileWithSecret();
			isStart = false;
		}
		const bytes = Buffer.concat([held, chunk]);
		if (wanted.some((spelling) => bytes.includes(spelling))) throw fileWithSecret();
		const end = Math.max(0, bytes.length - longest);
		held = bytes.subarray(end);
		if (end > 0) yield bytes.subarray(0, end);
	}
	if (held.length > 0) yield held;
}

/** The same bytes. The first chunk has all bytes that are searched for each spelling. */
async function* withLongStart(chunks: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
	const start: Buffer[] = [];
	let missing = SEARCHED_BYTES;
	for await (const chunk of chunks as AsyncIterable<Buffer>) {
		if (missing <= 0) {
			yield chunk;
			continue;
		}
		start.push(chunk);
		missing -= chunk.length;
		if (missing <= 0) yield Buffer.concat(start.splice(0));
	}
	if (start.length > 0) yield Buffer.concat(start);
}

const fileWithSecret = () =>
	new InvalidInput(
		"The file holds the credential's secret",
		'It was not stored, because whoever sees the execution would know the secret. Whoever may read the file in the service knows it already: have the secret replaced, and the file too.',
	);

/** Changes all strings of a JSON value in place, keys too. Not recursive, so that deep JSON cannot overflow the stack. */
function eachString(value: unknown, change: (text: string) => string): unknown {
	const root = [value];
	const open: object[] = [root];
	for (let holder = open.pop(); holder; holder = open.pop()) {
		const own = holder as Record<string, unknown>;
		let renamed = false;
		for (const key of Object.keys(own)) {
			const entry = own[key];
			if (typeof entry === 'string') {
				const changed = change(entry);
				if (changed !== entry) own[key] = changed;
			} else if (Array.isArray(entry) || isJsonObject(entry)) open.push(entry);
			renamed ||= !Array.isArray(holder) && change(key) !== key;
		}
		if (renamed) rename(own, change);
	}
	return root[0];
}

function rename(own: Record<string, unknown>, change: (text: string) => string): void {
	const entries = Object.entries(own);
	for (const [key] of entries) delete own[key];
	for (const [key, entry] of entries) {
		const name = change(key);
		// Two keys may differ only in the spelling of the secret.
		own[Object.hasOwn(own, name) ? `${name} ${Object.keys(own).length}` : name] = entry;
	}
}

class SecretPatterns {
	/** Finds a few characters of each form. This is fast, and nothing is hidden where none is found. */
	private readonly core: RegExp;
	private complete: RegExp[] | undefined;

	constructor(private readonly forms: readonly Form[]) {
		const first = [...new Set(forms.flatMap(({ first }) => [...first]))];
		const oneOf = first.map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
		// The lookahead skips characters that cannot begin a core, so that not each spelling of each form is tried there.
		this.core = new RegExp(`(?=[${oneOf.join('')}])(?:${forms.map(({ core }) => core).join('|')})`, 'gi');
	}

	mayBeIn(text: string): boolean {
		this.core.lastIndex = 0;
		return this.core.test(text);
	}

	hideIn(text: string): string {
		this.complete ??= this.forms.map(({ around }) => new RegExp(around, 'iy'));
		const parts: string[] = [];
		let taken = 0;
		this.core.lastIndex = 0;
		for (let hit = this.core.exec(text); hit; hit = this.core.exec(text)) {
			const found = rangeAt(text, hit.index, this.complete);
			// Another form may begin within the core of this one.
			this.core.lastIndex = found && found.end > hit.index ? found.end : hit.index + 1;
			if (!found || found.end <= taken) continue;
			parts.push(text.slice(taken, Math.max(taken, found.start)), HIDDEN);
			taken = found.end;
		}
		return parts.length === 0 ? text : parts.join('') + text.slice(taken);
	}
}

/** @returns where the secret stands whose core is at the position */
function rangeAt(text: string, core: number, complete: RegExp[]): { start: number; end: number } | undefined {
	for (const pattern of complete) {
		pattern.lastIndex = core;
		const match = pattern.exec(text);
		if (match) return { start: core - (match[1] ?? '').length, end: core + match[0].length };
	}
	return undefined;
}

/** One for each credential of a run. */
const known = new WeakMap<ICredentialDataDecryptedObject, { of: string; patterns?: SecretPatterns }>();

function secretPatterns(credentials: ICredentialDataDecryptedObject): SecretPatterns | undefined {
	const secrets = secretsOf(credentials).filter(canBeHidden);
	const { accessId } = credentials;
	const signer = typeof accessId === 'string' && accessId.length >= MIN_RANDOM_LENGTH ? accessId : '';
	const of = [...secrets, signer].join('\n');
	const present = known.get(credentials);
	if (present?.of === of) return present.patterns;
	const forms = [
		...secrets.flatMap((secret) => formsOf(secret)),
		...(signer ? formsOf(`${signer}:`, signaturePattern) : []),
	];
	const patterns = forms.length > 0 ? new SecretPatterns(forms) : undefined;
	known.set(credentials, { of, patterns });
	return patterns;
}

/**
 * The rest of an HMAC header, after the access ID: 44 characters of Base64 in any spelling. Whoever reads it can send the
 * request once more while the service accepts its time. Each character is matched in one way only, so that no text makes
 * the search slow.
 *
 * @param isOfBytes whether it stands in Base64 or hexadecimals. A header or message has spaces where their lines broke. In
 *   other texts a space ends the signature, because the access ID may also stand before a colon and words.
 */
function signaturePattern(isOfBytes: boolean): string {
	const space = isOfBytes ? String.raw`\s` : String.raw`[\r\n]|(?<=\s|\\[rnt])[ \t]`;
	const lineBreaks = `(?:${space}|<[^<>]{1,200}>){0,40}`;
	return String.raw`${lineBreaks}(?:[\w+/=%\\&#;{}-]${lineBreaks}){40,900}`;
}

const CORE_LENGTH = 6;

type Form = {
	/** The characters that the core may begin with. */
	first: string;
	/** Pattern of some characters of the form. */
	core: string;
	/** Pattern of the complete form, tried where its core begins. Its first group is the part before the core. */
	around: string;
};

/** What decoders would turn into the secret. @param rest gives the pattern of what follows it and is hidden with it */
function formsOf(secret: string, rest: (isOfBytes: boolean) => string = () => ''): Form[] {
	const bytes = Buffer.from(secret);
	const ofBytes = [bytes.toString('hex'), ...[0, 1, 2].map((offset) => base64Core(bytes, offset))];
	const forms = [formOf(secret), ...ofBytes.map((text) => formOf(text, true))];
	return forms.map((form, index) => ({ ...form, around: form.around + rest(index > 0) }));
}

/**
 * The core is taken from the middle, because keys of one kind begin alike.
 *
 * @param isOfBytes whether the text is Base64 or hexadecimals
 */
function formOf(text: string, isOfBytes = false): Form {
	const start = Math.max(0, Math.floor((text.length - CORE_LENGTH) / 2));
	const part = (from: number, to: number) => textPattern(text, from, to, isOfBytes);
	const character = text.charAt(start);
	return {
		first: `\\%&=${character}${isOfBytes ? (URL_SAFE[character] ?? '') : ''}`,
		core: part(start, start + CORE_LENGTH),
		// A line may be broken right before the core too.
		around: `(?<=(${part(0, start)}${LINE_BREAK}))${part(start, text.length)}`,
	};
}

/** The part of the bytes' Base64 that does not depend on the bytes around them. @param offset of the bytes, modulo 3 */
function base64Core(bytes: Buffer, offset: number): string {
	const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
	return text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
}

/** The URL-safe character that replaces each of these characters of Base64. */
const URL_SAFE: Record<string, string> = { '+': '-', '/': '_' };
/** Long texts without a space are broken into lines, which may be indented or stand in elements of HTML. */
const LINE_BREAK = String.raw`(?:=?(?:\s|\\{1,4}[rnt])|[=%]0[9ad]|\\{1,8}u000[9ad]|&#(?:9|1[03]|x[9ad]);|<[^<>]{1,200}>){0,40}`;

function textPattern(text: string, from: number, to: number, isOfBytes: boolean): string {
	const characters = [...text.slice(from, to)].map((character, index) => {
		const afterBackslash = text[from + index - 1] === '\\';
		const other = isOfBytes ? URL_SAFE[character] : undefined;
		const own = characterPattern(character, afterBackslash);
		return other === undefined ? own : `(?:${own}|${characterPattern(other, afterBackslash)})`;
	});
	return characters.join(LINE_BREAK);
}

/** Some encoders escape % and & again. All repetitions have a bound, so that no text makes the search slow. */
const PERCENT = String.raw`(?:%|(?<!\\)\\{1,8}u0025|&(?:amp;){0,3}(?:#37;|#x25;|percnt;))(?:25){0,3}`;
const AMPERSAND = String.raw`(?:&|(?<!\\)\\{1,8}u0026|%(?:25){0,3}26)(?:amp;|#0{0,4}38;|#x0{0,4}26;){0,3}`;

/** HTML's names of the visible characters of ASCII. */
const HTML_NAMES: Record<string, string> = {
	'!': 'excl',
	'"': 'quot',
	'#': 'num',
	$: 'dollar',
	'%': 'percnt',
	'&': 'amp',
	"'": 'apos',
	'(': 'lpar',
	')': 'rpar',
	'*': 'ast|midast',
	'+': 'plus',
	',': 'comma',
	'.': 'period',
	'/': 'sol',
	':': 'colon',
	';': 'semi',
	'<': 'lt',
	'=': 'equals',
	'>': 'gt',
	'?': 'quest',
	'@': 'commat',
	'[': 'lsqb|lbrack',
	'\\': 'bsol',
	']': 'rsqb|rbrack',
	'^': 'hat',
	_: 'lowbar|underbar',
	'`': 'grave|diacriticalgrave',
	'{': 'lcub|lbrace',
	'|': 'verbar|vert|verticalline',
	'}': 'rcub|rbrace',
};

const characterPatterns = new Map<string, string>();

/**
 * A pattern of all that the encoders of JSON, JavaScript, HTML, URLs and mail make of a character.
 *
 * @param afterBackslash whether the character before it in the secret is a backslash. If not, a run of backslashes is
 *   tried only at its beginning, because a text of nothing but backslashes would make the search slow.
 */
function characterPattern(character: string, afterBackslash: boolean): string {
	const present = characterPatterns.get(`${character}${afterBackslash}`);
	if (present !== undefined) return present;
	const code = character.charCodeAt(0);
	const hex = code.toString(16).padStart(2, '0');
	const name = HTML_NAMES[character];
	const runStart = afterBackslash ? '' : String.raw`(?<!\\)`;
	const backslashes = String.raw`(?:${runStart}\\{1,16}|%5c|&#92;|&#x5c;|&bsol;)`;
	const escaped = /[a-z\d]/i.test(character)
		? []
		: [character === '\\' ? String.raw`\\{1,16}` : String.raw`${runStart}\\{1,16}\x${hex}`];
	const html = [`#0{0,6}${code};?`, `#x0{0,6}${hex};?`, ...(name === undefined ? [] : [`(?:${name});?`])];
	const pattern = `(?:${[
		String.raw`\x${hex}`,
		...escaped,
		String.raw`${backslashes}(?:u\{?0{0,6}|x)${hex}\}?`,
		`${PERCENT}${hex}`,
		`${AMPERSAND}(?:${html.join('|')})`,
		`=${hex}`,
	].join('|')})`;
	characterPatterns.set(`${character}${afterBackslash}`, pattern);
	return pattern;
}

/**
 * @param value a body, or a part of a URL, that is to be sent
 * @throws InvalidInput where a hidden value stands in it: it would replace what the service has stored
 */
export function refuseMaskedSecret(value: unknown): void {
	const at = placeOfMask(value, '');
	if (at === undefined) return;
	throw new InvalidInput(
		`${at === '' ? 'A value' : `"${at}"`} holds "${HIDDEN}" in place of the credential's secret, which the service had repeated there`,
		'Nothing was sent for it, because the stored value would be overwritten. Write the value again or leave it out, and have the secret removed from the record in the service: whoever reads the record knows it.',
	);
}

function placeOfMask(value: unknown, path: string): string | undefined {
	if (typeof value === 'string') return value.includes(HIDDEN) ? path : undefined;
	if (!Array.isArray(value) && !isJsonObject(value)) return undefined;
	for (const [key, entry] of Object.entries(value)) {
		const own = Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
		if (key.includes(HIDDEN)) return own;
		const found = placeOfMask(entry, own);
		if (found !== undefined) return found;
	}
	return undefined;
}
