import type { JsonObject } from '../../shared/core/json';
import { saysNothingInList } from '../../shared/core/readValue';

/** An object without its blank members. @param verbatim names of members in which a space has a meaning */
export const withoutBlanks = (object: JsonObject, verbatim: readonly string[] = []): JsonObject =>
	Object.fromEntries(
		Object.entries(object).filter(
			([name, value]) => !saysNothingInList(value) || (verbatim.includes(name) && typeof value === 'string'),
		),
	);
