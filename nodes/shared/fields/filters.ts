import { InvalidInput } from '../core/errors';
import type { JsonObject } from '../core/json';
import { isBlank } from '../core/readValue';

/** The error for a filter that is set but empty. Without the filter, the search would find everything. */
export const emptyFilter = (label: string) =>
	new InvalidInput(
		`The filter ${label} is empty`,
		'Remove it to find records whatever they have there, or check its expression.',
	);

/**
 * @param given the filters that the user added, by name
 * @returns `undefined` for a filter that was not added
 * @throws InvalidInput when the filter is empty
 */
export function readFilter(given: JsonObject, name: string, label: string): unknown {
	if (!(name in given)) return undefined;
	const value = given[name];
	if (isBlank(value)) throw emptyFilter(label);
	return value;
}
