import type { INodeProperties, INodePropertyMode } from 'n8n-workflow';

import { isBlank, unlocated } from '../core/readValue';
import type { FieldType } from './field';

/** A way to type a value, for instances that cannot list any, and for users who know the value. */
type Typed = { displayName: string; name: string; placeholder?: string };

/** A choice from a list of the instance, or a typed value. */
export function located(
	kind: FieldType,
	searchListMethod: string,
	typed: Typed,
	placeholder?: string,
): FieldType {
	return {
		control: () => locator(searchListMethod, [typed], placeholder),
		read(value, context) {
			const plain = unlocated(value);
			return isBlank(plain) ? undefined : kind.read(plain, context);
		},
	};
}

/** @param placeholder the placeholder of the list */
export const locator = (searchListMethod: string, typed: readonly Typed[], placeholder = 'Select…') =>
	({
		type: 'resourceLocator',
		// Marked with `__rl`, so that a row without a value already counts as empty.
		default: { __rl: true, mode: 'list', value: '' },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder,
				typeOptions: { searchListMethod, searchable: true },
			},
			...typed.map((mode): INodePropertyMode => ({ type: 'string', ...mode })),
		],
	}) satisfies Partial<INodeProperties>;

export const byName = (placeholder?: string): Typed => ({
	displayName: 'By Name',
	name: 'name',
	...(placeholder !== undefined && { placeholder }),
});
