import { randomUUID } from 'crypto';

/** Marks digits that must reach the wire without quotes; random, so that no user's text can hold it. */
const RAW_DIGITS = `raw-digits-${randomUUID()}:`;
const QUOTED_RAW_DIGITS = new RegExp(`"${RAW_DIGITS}(-?\\d+)"`, 'g');

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;

/**
 * Parses JSON without losing a digit: an integer beyond 2^53 becomes a string of its digits. Text without such an
 * integer costs one native parse and one search.
 *
 * @throws SyntaxError as JSON.parse
 */
export function parseJson(text: string): unknown {
	return JSON.parse(/\d{16}/.test(text) ? quoteLongIntegers(text) : text);
}

/** Strings are stepped over, so that digits inside them are left alone; by hand, since a long one overflows a regex. */
function quoteLongIntegers(text: string): string {
	const parts: string[] = [];
	let position = 0;
	while (position < text.length) {
		const opening = text.indexOf('"', position);
		const between = text.slice(position, opening === -1 ? undefined : opening);
		parts.push(between.replace(NUMBER, (token, at: number) => quoteIfLong(token, between, at)));
		if (opening === -1) break;
		position = endOfString(text, opening);
		parts.push(text.slice(opening, position));
	}
	return parts.join('');
}

function quoteIfLong(token: string, text: string, at: number): string {
	if (!LONG_INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token;
	// A number is no key: quoted, broken JSON would become valid.
	return /^\s*:/.test(text.slice(at + token.length)) ? token : `"${token}"`;
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
	// The holder is asked and not the second argument: in n8n a bigint has a toJSON, which runs before the replacer.
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
	// Dates, n8n's own and JavaScript's, are values.
	return !(value instanceof Date) && !('isLuxonDateTime' in value);
}

/** Keys that would reach an object's prototype instead of the object. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `extra` merged over `base`: objects key by key, anything else replaced whole. Neither argument is changed. Keys that
 * would reach an object's prototype are left out at every depth.
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
