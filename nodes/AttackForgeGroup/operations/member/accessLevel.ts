import type { Item } from '../../../shared/items';
import { choice } from '../../../shared/kinds';

const levels = choice(['View', 'Upload', 'Edit'].map((value) => ({ name: value, value })));

/** @throws InvalidInput when it is none of the three: `Delete` would remove the member, which is an operation of its own */
export const readAccessLevel = (item: Item): string =>
	levels.read(item.parameter('accessLevel'), {
		label: '"Access Level" (accessLevel)',
		operation: 'update',
		zone: '',
	}) as string;
