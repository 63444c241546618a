import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/errors';
import type { Item } from '../../../shared/item';
import type { JsonObject } from '../../../shared/json';
import { optionalText } from '../../../shared/values';

/** The types whose groups have a file. */
export const FILE_TYPES = ['Document', 'Report'];

/** @throws InvalidInput for a group of another type */
export function refuseOtherTypes(
	group: JsonObject,
	types: readonly string[],
	what: string,
	wayOut: string,
): void {
	const type = String(group.type);
	if (types.includes(type)) return;
	throw new InvalidInput(
		`"${String(group.name)}" is of the type ${type}, whose groups have no ${what}`,
		wayOut,
	);
}

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
