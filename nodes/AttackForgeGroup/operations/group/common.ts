import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/errors';
import { isUnset } from '../../../shared/fields';
import type { Item } from '../../../shared/items';

/** Which group an operation is about. */
export const groupParameter = (show: NonNullable<IDisplayOptions['show']>): INodeProperties => ({
	displayName: 'Group ID',
	name: 'groupId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 5eab99471e18050942c7607a',
	description: 'ID of the group, as Create returns it and as it stands in the address of its page',
	displayOptions: { show },
});

/** @throws InvalidInput when it is not an ID: 24 hexadecimal digits in every documented place */
export function readGroupId(item: Item): string {
	const label = '"Group ID" (groupId)';
	const value = item.parameter('groupId');
	if (isUnset(value)) throw new InvalidInput(`${label} is empty`, 'Give the ID of the group.');
	const id = String(value).trim();
	if (/^[0-9a-f]{24}$/i.test(id)) return id;
	throw new InvalidInput(
		`${label} cannot be "${id}"`,
		'An ID has 24 hexadecimal digits, e.g. 5eab99471e18050942c7607a.',
	);
}
