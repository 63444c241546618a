import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { saysNothing, unlocated } from '../../shared/core/readValue';

/** Decides whether a value in a list says something, for all kinds of lists. */

/**
 * Whether a value says nothing in a list. The rule is that of `saysNothing`. In addition, commas say nothing, because
 * they separate entries.
 */
export function isBlank(value: unknown): boolean {
	const plain = unlocated(value);
	if (typeof plain === 'string') return saysNothing(plain.replaceAll(',', ''));
	if (Array.isArray(plain)) return plain.every(isBlank);
	return isJsonObject(plain) ? Object.values(plain).every(isBlank) : saysNothing(plain);
}

/** An object without its blank members. @param verbatim names of members in which a space has a meaning */
export const withoutBlanks = (object: JsonObject, verbatim: readonly string[] = []): JsonObject =>
	Object.fromEntries(
		Object.entries(object).filter(
			([name, value]) => !isBlank(value) || (verbatim.includes(name) && typeof value === 'string'),
		),
	);
