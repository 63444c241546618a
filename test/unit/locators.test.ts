import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { ServiceFailure } from '../../nodes/shared/core/errors';
import type { FieldContext } from '../../nodes/shared/fields/field';
import { longId } from '../../nodes/shared/fields/fieldTypes';
import { byName, located, locator } from '../../nodes/shared/fields/locators';
import { withAdvice } from '../../nodes/shared/methods/listSearch';

/** A choice from a list of the instance, or a typed value. */

const context: FieldContext = { label: '"Owner" (ownerId)', operation: 'create', zone: 'UTC' };

test('is a list that can be searched, and an input for a known value', () => {
	const control = locator('searchOwners', [byName('e.g. Demo')]);
	expect(control).toMatchObject({ type: 'resourceLocator', default: { mode: 'list', value: '' } });
	expect(control.modes).toEqual([
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select…',
			typeOptions: { searchListMethod: 'searchOwners', searchable: true },
		},
		{ type: 'string', displayName: 'By Name', name: 'name', placeholder: 'e.g. Demo' },
	]);
	expect(locator('searchOwners', [], 'All owners').modes[0]).toHaveProperty('placeholder', 'All owners');
	expect(byName()).toEqual({ displayName: 'By Name', name: 'name' });
});

test('is read by its field type, and is not sent if nothing is chosen', () => {
	const kind = located(longId(), 'searchOwners', byName());
	expect(kind.control('create')).toEqual(locator('searchOwners', [byName()]));
	expect(kind.read({ __rl: true, mode: 'list', value: '12' }, context)).toBe(12);
	expect(kind.read('12', context)).toBe(12);
	expect(kind.read({ __rl: true, mode: 'list', value: '' }, context)).toBeUndefined();
	expect(() => kind.read({ __rl: true, mode: 'name', value: 'x' }, context)).toThrow(
		'"Owner" (ownerId) must be an ID',
	);
});

describe('a list that cannot be loaded', () => {
	const context = {
		getNode: () => ({ name: 'Node', type: 'test', parameters: {} }),
	} as unknown as ILoadOptionsFunctions;

	test('has the advice in its message, because n8n shows nothing else', async () => {
		const search = withAdvice(
			async () => await Promise.reject(new ServiceFailure('Not authorized.', 'Ask an administrator.')),
		);
		await expect(search.call(context)).rejects.toThrow('Not authorized. Ask an administrator.');
	});

	test('has only its message if there is no advice', async () => {
		const search = withAdvice(async () => await Promise.reject(new Error('It broke')));
		await expect(search.call(context)).rejects.toThrow(/^It broke$/);
	});

	test('is unchanged if it can be loaded', async () => {
		const search = withAdvice(
			async (filter) => await Promise.resolve({ results: [{ name: String(filter), value: 1 }] }),
		);
		expect(await search.call(context, 'ACME')).toEqual({ results: [{ name: 'ACME', value: 1 }] });
	});
});
