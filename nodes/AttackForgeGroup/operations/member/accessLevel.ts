import type { INodeProperties } from 'n8n-workflow';

import type { Item } from '../../../shared/item';
import { choice } from '../../../shared/kinds';
import type { Show } from '../common';

/** Access to projects by membership: capitalized, unlike the levels of access entries (AttackForge documentation). */
const LEVELS = choice(['View', 'Upload', 'Edit'].map((value) => ({ name: value, value })));

export const accessLevelParameter = (show: Show): INodeProperties => ({
	displayName: 'Access Level',
	name: 'accessLevel',
	...LEVELS.control('update'),
	description: 'Access that the member gets to all projects of the group',
	displayOptions: { show },
});

/** @throws InvalidInput when it is none of the three: `Delete` would remove the member, which is an operation of its own */
export const readAccessLevel = (item: Item): string =>
	LEVELS.read(item.parameter('accessLevel'), {
		label: '"Access Level" (accessLevel)',
		operation: 'update',
		zone: '',
	}) as string;
