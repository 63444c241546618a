import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/errors';
import type { Item } from '../../../shared/items';
import { optionalText } from '../../../shared/values';

/** Where a downloaded file goes. */
export const outputField = (show: NonNullable<IDisplayOptions['show']>): INodeProperties => ({
	displayName: 'Put Output File in Field',
	name: 'outputField',
	type: 'string',
	default: 'data',
	required: true,
	hint: 'The name of the output binary field to put the file in',
	displayOptions: { show },
});

/** @throws InvalidInput when it is empty */
export function readOutputField(item: Item): string {
	const label = '"Put Output File in Field" (outputField)';
	const field = optionalText(item.parameter('outputField'), label);
	if (field !== undefined) return field;
	throw new InvalidInput(`${label} is empty`, 'Give a name, such as data.');
}
