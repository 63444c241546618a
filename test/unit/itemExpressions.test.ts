import type { IExecuteFunctions } from 'n8n-workflow';

import { Item, Parameters } from '../../nodes/shared/execution/item';
import { OutputHints } from '../../nodes/shared/execution/outputHints';
import type { Table } from '../../nodes/shared/fields/field';

/** How often n8n is asked for a parameter. */

function itemsWith(parameters: Record<string, unknown>) {
	const asked: string[] = [];
	const context = {
		getNode: () => ({ type: 'x', parameters }),
		getNodeParameter: (name: string, index: number) => {
			asked.push(`${name} of item ${index}`);
			return `value ${asked.length}`;
		},
	} as unknown as IExecuteFunctions;
	const read = new Parameters(context);
	const hints = new OutputHints({} as Table);
	const at = (index: number) => new Item(context, read, {} as Table, index, hints, {} as Item['retryLog']);
	return { asked, at };
}

test('an expression is evaluated once per item, because it may give another value each time', () => {
	const { asked, at } = itemsWith({ name: '={{ Math.random() }}' });
	const [first, second] = [at(0), at(1)];
	expect([first.parameter('name'), first.parameter('name'), first.locatorMode('name')]).toEqual([
		'value 1',
		'value 1',
		undefined,
	]);
	expect(second.parameter('name')).toBe('value 2');
	expect(asked).toEqual(['name of item 0', 'name of item 1']);
});

test('a parameter without an expression is read once a run', () => {
	const { asked, at } = itemsWith({ name: 'fixed' });
	expect([at(0).parameter('name'), at(1).parameter('name')]).toEqual(['value 1', 'value 1']);
	expect(asked).toEqual(['name of item 0']);
});
