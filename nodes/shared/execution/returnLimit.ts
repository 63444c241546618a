import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../core/errors';
import { notice } from '../fields/fixedCollection';
import type { Item } from './item';
import { inQuotes, optionalSwitch } from '../core/readValue';

/** Return All and Limit, for operations that return many records. */
export const limitParameters = (): INodeProperties[] => [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** For lists that may be very long. */
export const returnAllNotice = (): INodeProperties =>
	notice(
		'returnAllNotice',
		'All that is found is held in memory at once: add filters, or a limit, if there may be many results',
		{ show: { returnAll: [true] } },
	);

/** @returns the most records to return; `Infinity` for all */
export function readLimit(item: Item): number {
	if (optionalSwitch(item.parameter('returnAll'), '"Return All" (returnAll)', false)) return Infinity;
	const given = item.parameter('limit');
	const limit = typeof given === 'string' ? Number(given) : given;
	if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return limit;
	throw new InvalidInput(
		`"Limit" (limit) cannot be ${inQuotes(given)}`,
		'Give a whole number from 1 on, or switch on Return All.',
	);
}
