import { errorMessage, InvalidInput } from './errors';
import { isJsonObject, type JsonObject, parseJson, stringifyJson } from './json';

/** Reads values as users give them, for any field: from a parameter, an input item, or JSON. */

/** The value of a resource locator; anything else unchanged. */
export const unlocated = (value: unknown): unknown =>
	isJsonObject(value) && value.__rl === true ? value.value : value;

export const isUnset = (value: unknown): boolean => value === undefined || value === null || value === '';

/** White space of every kind, and characters without width, because spreadsheets and web pages leave them in cells. */
const VISIBLE = /[^\s\u00AD\u200B-\u200F\u2060\uFEFF]/;

/** A text without what nobody sees at its ends. */
export function trimmed(text: string): string {
	const start = text.search(VISIBLE);
	if (start < 0) return '';
	let end = text.length;
	// A pattern for the end would go through each row of blanks within the text again for each of its blanks.
	while (!VISIBLE.test(text.charAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

/** Whether a value is unset, or a text without a visible character. */
export const isBlank = (value: unknown): boolean =>
	isUnset(value) || (typeof value === 'string' && !VISIBLE.test(value));

/**
 * The one rule for blanks. A value that says nothing is left out, in every data mode, field and row. It changes nothing
 * and clears nothing. An empty list or object says nothing. A list or object that holds only such values says nothing
 * either. A switch that is off, and the number 0, do say something.
 */
export function saysNothing(value: unknown): boolean {
	if (Array.isArray(value)) return value.every(saysNothing);
	if (isJsonObject(value)) return Object.values(value).every(saysNothing);
	return isBlank(value);
}

/**
 * Whether a value says nothing where a list, or a box of one of its rows, is read. Commas separate entries there, so that a
 * text of commas says nothing either. In a text field a comma is text like any other.
 */
export function saysNothingInList(value: unknown): boolean {
	const plain = unlocated(value);
	if (typeof plain === 'string') return isBlank(plain.replaceAll(',', ''));
	if (Array.isArray(plain)) return plain.every(saysNothingInList);
	return isJsonObject(plain) ? Object.values(plain).every(saysNothingInList) : saysNothing(plain);
}

/** A value for messages, shortened: it may be a long document. */
export const inQuotes = (value: unknown): string => {
	const text = typeof value === 'string' ? value : (stringifyJson(value) ?? String(value));
	return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;
};

/**
 * A text, or a number's digits.
 *
 * @throws InvalidInput for anything else, because an object as text would be "[object Object]"
 */
export function readText(value: unknown, label: string): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'bigint') return String(value);
	if (typeof value === 'number' && Number.isFinite(value)) {
		refuseInexactNumbers(value, label);
		return String(value);
	}
	if (isUnset(value)) throw new InvalidInput(`${label} is empty`, 'Check that its expression gives a value.');
	throw new InvalidInput(
		`${label} must be text, but is ${describe(value)}: ${inQuotes(value)}`,
		'Give it text, for instance with an expression such as {{ JSON.stringify($json.value) }}.',
	);
}

/**
 * Refuses whole numbers beyond 2^53, because JavaScript may already have changed their last digits.
 *
 * @param value a number, or an array or object that may hold numbers
 * @throws InvalidInput for such a number
 */
export function refuseInexactNumbers(value: unknown, label: string): void {
	if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
		throw new InvalidInput(
			`${label} is ${value}, a number that JavaScript cannot hold exactly, so its last digits may be wrong already`,
			'Give it as text.',
		);
	}
	if (Array.isArray(value)) value.forEach((entry: unknown) => refuseInexactNumbers(entry, label));
	else if (isJsonObject(value)) {
		for (const [name, entry] of Object.entries(value)) refuseInexactNumbers(entry, `${label}: "${name}"`);
	}
}

/** @returns `undefined` when nothing is set; otherwise as `readText` */
export const optionalText = (value: unknown, label: string): string | undefined =>
	isBlank(value) ? undefined : readText(value, label);

/**
 * A number that is at least `least`.
 *
 * @throws InvalidInput
 */
export function readNumber(value: unknown, label: string, least: number): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isFinite(number) && number >= least) return number;
	throw new InvalidInput(`${label} cannot be ${inQuotes(value)}`, `Give it a number from ${least} on.`);
}

/**
 * A switch. It may also be one of the words that spreadsheets use, or 1 or 0.
 *
 * @throws InvalidInput
 */
export function readSwitch(value: unknown, label: string): boolean {
	const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
	if (['true', '1', 'yes'].includes(word)) return true;
	if (['false', '0', 'no'].includes(word)) return false;
	throw new InvalidInput(`${label} cannot be ${inQuotes(value)}`, 'Give it true or false.');
}

/** @param otherwise the result when nothing is set */
export const optionalSwitch = (value: unknown, label: string, otherwise: boolean): boolean =>
	isBlank(value) ? otherwise : readSwitch(value, label);

function describe(value: unknown): string {
	if (isUnset(value)) return 'empty';
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'bigint') return 'a number';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * @param advice what to give instead of a value that is no ID
 * @returns a number where it is safe, otherwise a bigint
 */
export function readLong(
	value: unknown,
	label: string,
	advice = 'Give the number that the service shows as ID.',
): number | bigint {
	if (typeof value === 'number' && !Number.isSafeInteger(value)) {
		throw new InvalidInput(
			`${label} is ${value}, a number that JavaScript cannot hold exactly, so its last digits may be wrong already`,
			'Give the ID as text.',
		);
	}
	const digits = ['string', 'number', 'bigint'].includes(typeof value) ? String(value).trim() : '';
	if (!/^\d{1,19}$/.test(digits) || /^0+$/.test(digits)) {
		throw new InvalidInput(`${label} must be an ID (a whole number), but is ${inQuotes(value)}`, advice);
	}
	const number = Number(digits);
	return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/** Parses text as JSON; returns anything else unchanged. */
export function readJson(value: unknown, label: string): unknown {
	if (typeof value !== 'string') return value;
	try {
		return parseJson(value);
	} catch (error) {
		throw badJson(label, error);
	}
}

const badJson = (label: string, error: unknown) =>
	new InvalidInput(
		`${label} is not valid JSON: ${errorMessage(error)}`,
		'Check quotes, commas and brackets; insert values with {{ JSON.stringify($json.value) }}.',
	);

/**
 * The entries of a list in any form: an array, JSON text, text that is separated by commas or line breaks, or one entry.
 *
 * @returns the entries as given, without those that say nothing
 */
export const readEntries = (value: unknown, label: string): unknown[] =>
	readAllEntries(value, label).filter((entry) => !saysNothingInList(entry));

/** As `readEntries`, but entries of an array that say nothing are kept. */
export function readAllEntries(value: unknown, label: string): unknown[] {
	if (isBlank(value)) return [];
	if (Array.isArray(value)) return value;
	if (typeof value !== 'string') return [value];
	const trimmed = value.trim();
	if (/^(\{|\[\s*[[{"'\]]|\[[\d\s,]+\]$)/.test(trimmed)) {
		return readAllEntries(readJson(trimmed, label), label);
	}
	return trimmed
		.split(/[,\r\n]/)
		.map((entry) => entry.trim())
		.filter((entry) => !isBlank(entry));
}

/** @throws InvalidInput for anything but an object */
export function readJsonObject(value: unknown, label: string): JsonObject {
	if (isJsonObject(value)) return value;
	throw new InvalidInput(
		`${label} must be an object, but is ${describe(value)}: ${inQuotes(value)}`,
		'Give an object with the field names of the API, such as one that another node returns.',
	);
}
