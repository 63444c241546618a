import { encodeComponent } from '../../../credentials/request';
import { errorMessage, InvalidInput } from '../core/errors';
import { inQuotes } from '../core/readValue';

/**
 * A path from its segments, each percent-encoded.
 *
 * @throws InvalidInput for a segment that would make it another path: an empty one, `.` or `..`
 */
export function pathOf(...segments: string[]): string {
	return segments
		.map((segment) => {
			if (segment === '' || segment === '.' || segment === '..') {
				throw new InvalidInput(`"${segment}" cannot stand in the path of a request`, 'Give an ID.');
			}
			return `/${encoded(segment, 'The ID')}`;
		})
		.join('');
}

/** Pairs in order; a name may repeat. */
export type Query = ReadonlyArray<readonly [name: string, value: string]>;

/** @returns the query of an address with its question mark; an empty text if there are no pairs */
export function queryString(query: Query): string {
	const pairs = query.map(
		([name, value]) => `${encodeComponent(name)}=${encoded(value, `The parameter "${name}"`)}`,
	);
	return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

/** Characters. Servers refuse longer addresses without an explanation, or break the connection. */
const LONGEST_IN_ADDRESS = 16_000;

function encoded(text: string, what: string): string {
	if (text.length > LONGEST_IN_ADDRESS) {
		throw new InvalidInput(
			`${what} ${inQuotes(text)} has ${text.length} characters, too many for the address of a request`,
			'Shorten it.',
		);
	}
	try {
		return encodeComponent(text);
	} catch (error) {
		throw notEncodable(`${what} ${inQuotes(text)}`, error);
	}
}

const notEncodable = (what: string, error: unknown) =>
	new InvalidInput(`${what}: ${errorMessage(error)}`, 'Cut texts between characters.');
