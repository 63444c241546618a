import type { Item } from '../../nodes/shared/execution/item';
import { defineOperation } from '../../nodes/shared/execution/operation';
import { limitParameters, readLimit, returnAllNotice } from '../../nodes/shared/execution/returnLimit';

/** How many records an operation returns. */

const limitOf = (limit: unknown, returnAll: unknown = false) =>
	readLimit({ parameter: (name: string) => ({ limit, returnAll })[name] } as Item);

test('Return All has no limit, whatever the limit is', () => {
	expect(limitOf('x', true)).toBe(Infinity);
	expect(limitOf(5, null)).toBe(5);
	// An expression may give a text.
	expect(limitOf(5, 'true')).toBe(Infinity);
	expect(limitOf(5, 'false')).toBe(5);
	expect(() => limitOf(5, 'all')).toThrow('"Return All" (returnAll) cannot be "all"');
});

test.each([
	[1, 1],
	[50, 50],
	['7', 7],
])('a limit of %p is %i', (given, limit) => {
	expect(limitOf(given)).toBe(limit);
});

test.each([0, -1, 1.5, '0', 'x', '', null, undefined, [5]])('a limit of %p is refused', (given) => {
	expect(() => limitOf(given)).toThrow(/^"Limit" \(limit\) cannot be "/);
});

test('the form shows the limit unless Return All is on, and a notice about the cost if it is on', () => {
	const operation = defineOperation({
		resource: 'group',
		operation: 'getAll',
		name: 'Get Many',
		action: 'Get many groups',
		description: '',
		parameters: [...limitParameters(), returnAllNotice()],
		prepare: () => ({ run: async () => await Promise.resolve([]) }),
	});
	const own = { resource: ['group'], operation: ['getAll'] };
	const [all, limit, notice] = operation.parameters;
	expect(all).toMatchObject({ name: 'returnAll', default: false, displayOptions: { show: own } });
	expect(limit).toMatchObject({
		name: 'limit',
		default: 50,
		typeOptions: { minValue: 1 },
		displayOptions: { show: { ...own, returnAll: [false] } },
	});
	expect(notice).toMatchObject({ type: 'notice', displayOptions: { show: { ...own, returnAll: [true] } } });
});
