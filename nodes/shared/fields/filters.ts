import { InvalidInput } from '../core/errors';
import type { JsonObject } from '../core/json';
import { isBlank } from '../core/readValue';

/** Left out, a filter that is set but empty would find everything. */
export const emptyFilter = (label: string) =>
	new InvalidInput(
		`The filter ${label} is empty`,
		'Remove it to find records whatever they have there, or check its expression.',
	);

/**
 * @param given the filters that were added, by name
 * @returns `undefined` for one that was not added
 * @throws InvalidInput when it is empty
 */
export function readFilter(given: JsonObject, name: string, label: string): unknown {
	if (!(name in given)) return undefined;
	const value = given[name];
	if (isBlank(value)) throw emptyFilter(label);
	return value;
}
