import { isJsonObject, parseJson } from '../../shared/core/json';
import { isUnset, trimmed } from '../../shared/core/readValue';

/**
 * The one rule that compares values of groups. It finds a group by its name or custom field, it filters a list, and it
 * decides whether a group already has a value.
 *
 * What nobody sees around a text and the encoding of its accents do not count, because the service may trim and encode again
 * what it stores. Otherwise the same item would be created or written again in each run. Upper and lower case count.
 */

/** A text in the form in which texts are compared. */
export const comparable = (text: string): string => trimmed(text.normalize());

/** A text without what people may overlook: case, the kind and number of spaces, and characters without width. */
export const lookalike = (text: string): string =>
	comparable(text)
		.toLowerCase()
		.replace(/[\u00AD\u200B-\u200F\u2060\uFEFF]/g, '')
		.replace(/\s+/g, ' ');

type Scalar = string | number | bigint | boolean;

const isScalar = (value: unknown): value is Scalar =>
	['string', 'number', 'bigint', 'boolean'].includes(typeof value);

/** A list of one value, as a multi-select has it, is compared as that value. */
const unlisted = (value: unknown): unknown =>
	Array.isArray(value) && value.length === 1 && isScalar(value[0]) ? value[0] : value;

/**
 * The text by which a value finds a group.
 *
 * @returns `undefined` for an empty value, a list of several values, and a table
 */
export function matchText(value: unknown): string | undefined {
	const one = unlisted(asJson(value));
	if (!isScalar(one)) return undefined;
	return comparable(String(one)) || undefined;
}

/**
 * Whether a stored value is the wanted one, by the rule of Create or Update. A list of several values is compared as a
 * text.
 */
export const hasText = (value: unknown, wanted: string): boolean =>
	matchText(Array.isArray(value) && value.length > 1 ? String(value) : value) === comparable(wanted);

/** The texts of a list of several values, because a group with such a list is not found by one of them. */
export const textsOfSeveral = (value: unknown): string[] =>
	Array.isArray(value) && value.length > 1
		? value.filter(isScalar).map((one) => comparable(String(one)))
		: [];

/** Dates, including Luxon's, are sent as text. */
const asJson = (value: unknown): unknown =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && !isJsonObject(value)
		? (value as { toJSON?(): unknown }).toJSON?.()
		: value;

/**
 * Whether a group shows a given value in the form in which the service stores it. A service may trim a text, and store
 * numbers, booleans and lists as text.
 *
 * @param given the value of the item
 * @param present the value that the group shows
 */
export function isStored(given: unknown, present: unknown): boolean {
	const [wanted, shown] = [unlisted(asJson(given)), unlisted(asJson(present))];
	if (isUnset(wanted) || isUnset(shown)) return isUnset(wanted) && isUnset(shown);
	if (isScalar(wanted)) return isScalar(shown) && comparable(String(wanted)) === comparable(String(shown));
	const structure = typeof shown === 'string' ? parsed(shown) : shown;
	if (Array.isArray(wanted)) {
		return (
			Array.isArray(structure) &&
			wanted.length === structure.length &&
			wanted.every((entry, index) => isStored(entry, structure[index]))
		);
	}
	if (!isJsonObject(wanted) || !isJsonObject(structure)) return false;
	const names = Object.keys(wanted);
	return (
		names.length === Object.keys(structure).length &&
		names.every((name) => name in structure && isStored(wanted[name], structure[name]))
	);
}

function parsed(text: string): unknown {
	if (!/^\s*[[{]/.test(text)) return text;
	try {
		return parseJson(text);
	} catch {
		return text;
	}
}
