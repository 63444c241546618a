import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset, unlocated } from '../../shared/core/values';

/** What a value says, whatever the list that it stands in. */

/** White space, no-break and zero-width spaces included, and commas, which separate entries. */
const BLANK = /^[\s,\u00ad\u200b-\u200f\u2060\ufeff]*$/;

/**
 * Whether a value says nothing. An expression gives such a value where the input has none. A blank never clears a list
 * and never fails an item.
 */
export function isBlank(value: unknown): boolean {
	const plain = unlocated(value);
	if (isUnset(plain)) return true;
	if (typeof plain === 'string') return BLANK.test(plain);
	if (Array.isArray(plain)) return plain.every(isBlank);
	return isJsonObject(plain) && Object.values(plain).every(isBlank);
}

/** An object without its blank members. @param verbatim names of members in which a space has a meaning */
export const withoutBlanks = (object: JsonObject, verbatim: readonly string[] = []): JsonObject =>
	Object.fromEntries(
		Object.entries(object).filter(
			([name, value]) => !isBlank(value) || (verbatim.includes(name) && typeof value === 'string'),
		),
	);

/**
 * JavaScript cannot hold integers beyond 2^53 exactly. Such a number has lost digits before the node sees it.
 *
 * @throws InvalidInput when a value holds such a number at any depth
 */
export function refuseInexactNumbers(value: unknown, label: string): void {
	if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
		throw new InvalidInput(
			`${label} is ${value}, a number that JavaScript cannot hold exactly, so its last digits may be wrong already`,
			'Give it as text.',
		);
	}
	if (Array.isArray(value)) value.forEach((entry) => refuseInexactNumbers(entry, label));
	else if (isJsonObject(value)) {
		for (const [name, entry] of Object.entries(value)) refuseInexactNumbers(entry, `${label}: "${name}"`);
	}
}
