import { randomUUID } from 'crypto';

/** Marks digits that are sent without quotes. The mark is random, so that no user's text can hold it. */
const RAW_DIGITS = `raw-digits-${randomUUID()}:`;
const QUOTED_RAW_DIGITS = new RegExp(`"${RAW_DIGITS}(-?\\d+)"`, 'g');

const NUMBER = /[-+.\deE]+/y;
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;
const COLON = /\s*:/y;

/**
 * Parses JSON without losing a digit: an integer beyond 2^53 becomes a string of its digits. Text without such an
 * integer costs one native parse and a quick scan.
 *
 * @throws SyntaxError as JSON.parse
 */
export function parseJson(text: string): unknown {
	return JSON.parse(mayHoldLongInteger(text) ? quoteLongIntegers(text) : text);
}

/** Looks at every 16th character, because the largest safe integer, 9007199254740991, has 16 digits. */
function mayHoldLongInteger(text: string): boolean {
	for (let at = 15; at < text.length; at += 16) {
		if (!isDigit(text.charCodeAt(at))) continue;
		let start = at;
		let end = at + 1;
		while (isDigit(text.charCodeAt(start - 1))) start -= 1;
		while (isDigit(text.charCodeAt(end))) end += 1;
		const digits = end - start;
		if (digits > 16 || (digits === 16 && text[start] === '9')) return true;
	}
	return false;
}

/**
 * Works in one pass without a regular expression, because one that skips strings overflows the stack on long strings.
 */
function quoteLongIntegers(text: string): string {
	const parts: string[] = [];
	let taken = 0;
	let position = 0;
	while (position < text.length) {
		const code = text.charCodeAt(position);
		if (code === QUOTE) position = endOfString(text, position);
		else if (code === MINUS || isDigit(code)) {
			const end = endOf(NUMBER, text, position);
			// A number before a colon is not quoted, because the quotes would turn invalid JSON into valid JSON.
			if (isLong(text.slice(position, end)) && endOf(COLON, text, end) === 0) {
				parts.push(text.slice(taken, position), '"', text.slice(position, end), '"');
				taken = end;
			}
			position = end;
		} else position += 1;
	}
	return parts.join('') + text.slice(taken);
}

const [QUOTE, MINUS, ZERO, NINE] = [0x22, 0x2d, 0x30, 0x39];

const isDigit = (code: number) => code >= ZERO && code <= NINE;

const isLong = (token: string) =>
	token.length >= 16 && LONG_INTEGER.test(token) && !Number.isSafeInteger(Number(token));

/** Where a match that begins at the position ends; 0 when there is none. */
function endOf(sticky: RegExp, text: string, position: number): number {
	sticky.lastIndex = position;
	return sticky.test(text) ? sticky.lastIndex : 0;
}

function endOfString(text: string, opening: number): number {
	for (let quote = text.indexOf('"', opening + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
		let backslashes = 0;
		while (text[quote - 1 - backslashes] === '\\') backslashes += 1;
		if (backslashes % 2 === 0) return quote + 1;
	}
	return text.length;
}

/** Writes JSON; a bigint becomes a JSON number with all its digits. `undefined` members are left out. */
export function stringifyJson(value: unknown): string {
	let raw = false;
	// The holder is read instead of the second argument, because n8n gives bigint a toJSON that runs before the replacer.
	const text = JSON.stringify(value, function (this: JsonObject, key, entry: unknown) {
		const own = this[key];
		if (typeof own !== 'bigint') return entry;
		raw = true;
		return RAW_DIGITS + own.toString();
	});
	return raw ? text.replace(QUOTED_RAW_DIGITS, '$1') : text;
}

export type JsonObject = { [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	// The dates of JavaScript and of Luxon are values.
	return !(value instanceof Date) && !('isLuxonDateTime' in value);
}

/** Keys that would reach an object's prototype instead of the object. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `extra` merged over `base`. Objects are merged key by key, and anything else is replaced. Neither argument is
 * changed. Keys that would reach an object's prototype are left out at every depth.
 */
export function mergeJson(base: JsonObject, extra: JsonObject): JsonObject {
	const merged: JsonObject = { ...base };
	for (const [key, value] of Object.entries(extra)) {
		if (UNSAFE_KEYS.has(key)) continue;
		const present = Object.hasOwn(merged, key) ? merged[key] : undefined;
		merged[key] = isJsonObject(value) ? mergeJson(isJsonObject(present) ? present : {}, value) : value;
	}
	return merged;
}
