import { randomUUID } from 'crypto';

/** Marks digits that must reach the wire without quotes; random, so that no user's text can hold it. */
const RAW_DIGITS = `raw-digits-${randomUUID()}:`;
const QUOTED_RAW_DIGITS = new RegExp(`"${RAW_DIGITS}(-?\\d+)"`, 'g');

/** A whole JSON string, or a whole JSON number. Strings are matched so that digits inside them are left alone. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses JSON without losing a digit: an integer beyond 2^53 becomes a string of its digits. Text without such an
 * integer costs one native parse and one search.
 *
 * @throws SyntaxError as JSON.parse
 */
export function parseJson(text: string): unknown {
	if (!/\d{16}/.test(text)) return JSON.parse(text);
	return JSON.parse(
		text.replace(STRING_OR_NUMBER, (token) =>
			/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token,
		),
	);
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
	return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Keys that would reach an object's prototype instead of the object. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * `extra` merged over `base`: objects key by key, anything else replaced whole. Neither argument is changed.
 */
export function mergeJson(base: JsonObject, extra: JsonObject): JsonObject {
	const merged: JsonObject = { ...base };
	for (const [key, value] of Object.entries(extra)) {
		if (UNSAFE_KEYS.has(key)) continue;
		const present = Object.hasOwn(merged, key) ? merged[key] : undefined;
		merged[key] = isJsonObject(present) && isJsonObject(value) ? mergeJson(present, value) : value;
	}
	return merged;
}
