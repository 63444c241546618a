import type { INode } from 'n8n-workflow';
import { InvalidInput, ServiceFailure } from '../../nodes/shared/core/errors';
import { FileOutput } from '../../nodes/shared/execution/operation';
import { ItemResults } from '../../nodes/shared/execution/itemResults';

/** Each item has exactly one outcome, and the output is in the order of the input. */

const node = { name: 'ThreatConnect Group', type: 'threatConnectGroup', typeVersion: 1 } as INode;
const [CONTINUE, STOP] = [true, false];
const missing = new InvalidInput('"Name" (name) is missing', 'Set it.');

test('results come out in the order of the input, whatever the order they came in', () => {
	const outcomes = new ItemResults(3, CONTINUE);
	outcomes.settle(2, { id: 3 });
	outcomes.settle(0, [{ id: 1 }, { id: 11 }]);
	outcomes.settle(1, new FileOutput({ id: 2 }, { data: { data: '', mimeType: 'text/plain' } }));
	expect(outcomes.areAllGood).toBe(true);
	expect(outcomes.toOutput(node)).toEqual([
		{ json: { id: 1 }, pairedItem: { item: 0 } },
		{ json: { id: 11 }, pairedItem: { item: 0 } },
		{ json: { id: 2 }, binary: { data: { data: '', mimeType: 'text/plain' } }, pairedItem: { item: 1 } },
		{ json: { id: 3 }, pairedItem: { item: 2 } },
	]);
});

test('a result keeps the input where it is to, and its own fields and files before those of the input', () => {
	const file = (data: string) => ({ data, mimeType: 'text/plain' });
	const json = { id: 'T-1', ticket: { number: 4711 } };
	const input = Array.from({ length: 4 }, () => ({ json, binary: { data: file('in'), more: file('in') } }));
	const outcomes = new ItemResults(4, CONTINUE, input);
	for (const index of [0, 1, 3]) outcomes.includeInput(index);
	outcomes.settle(0, [{ id: 1 }, { id: 2 }]);
	outcomes.settle(1, new FileOutput({ id: 3 }, { data: file('out') }));
	outcomes.settle(2, { id: 4 });
	outcomes.settle(3, missing);
	const output = outcomes.toOutput(node);
	expect(output.map((item) => item.json)).toEqual([
		{ ...json, id: 1 },
		{ ...json, id: 2 },
		{ ...json, id: 3 },
		{ id: 4 },
		expect.objectContaining({ error: missing.message }),
	]);
	expect(output[2]?.binary).toEqual({ data: file('out'), more: file('in') });
	expect(output.map(({ binary }) => Object.keys(binary ?? {}).length)).toEqual([2, 2, 2, 0, 2]);
	expect(output[0]?.json.ticket).not.toBe(json.ticket);
});

test('a failure becomes one error item, and the others stay', () => {
	const outcomes = new ItemResults(2, CONTINUE);
	outcomes.settle(0, missing);
	outcomes.settle(1, { id: 2 });
	expect(outcomes.hasFailed).toBe(false);
	expect(outcomes.areAllGood).toBe(false);
	expect(outcomes.toOutput(node)).toEqual([
		{
			json: { error: '"Name" (name) is missing', message: 'Set it.' },
			pairedItem: { item: 0 },
		},
		{ json: { id: 2 }, pairedItem: { item: 1 } },
	]);
});

test('in stop mode the first item that failed is shown, and the number of items that succeeded', () => {
	const outcomes = new ItemResults(4, STOP);
	outcomes.settle(0, { id: 1 });
	expect(outcomes.hasFailed).toBe(false);
	outcomes.settle(3, new ServiceFailure('Forbidden', 'Ask your administrator.', { httpCode: '403' }));
	outcomes.settle(1, missing);
	outcomes.settle(2, new Error('late'));
	expect(outcomes.hasFailed).toBe(true);
	expect(() => outcomes.toOutput(node)).toThrow(
		expect.objectContaining({
			message: '"Name" (name) is missing [item 1]',
			description: 'Set it. Before this, 1 of 4 items had gone through; they stay as they are.',
		}),
	);
});

test('in stop mode nothing is said to stay as it is if no item succeeded before', () => {
	const outcomes = new ItemResults(4, STOP);
	outcomes.settle(0, missing);
	expect(() => outcomes.toOutput(node)).toThrow(
		expect.objectContaining({ description: 'Set it. Before this, none of 4 items had gone through.' }),
	);
});

test('a preview that stops does not say that items had gone through', () => {
	const outcomes = new ItemResults(4, STOP);
	outcomes.settle(0, { id: 1 });
	outcomes.settle(1, missing);
	outcomes.settle(2, { id: 3 });
	const description = (previewed: number[]) => {
		try {
			return outcomes.toOutput(node, new Set(previewed));
		} catch (error) {
			return (error as { description?: string }).description;
		}
	};
	expect(description([0, 1, 2, 3])).toBe(
		'Set it. This was a preview: nothing was written. Set On Error to Continue to see all items that would fail.',
	);
	// An item in earnest may have written something, although it failed.
	expect(description([0, 2])).toBe('Set it. Before this, none of 4 items had gone through.');
	expect(description([0, 1])).toBe(
		'Set it. Before this, 1 of 4 items had gone through; they stay as they are.',
	);
});

test('the error of a single item does not mention other items', () => {
	const outcomes = new ItemResults(1, STOP);
	outcomes.settle(0, missing);
	expect(() => outcomes.toOutput(node)).toThrow(expect.objectContaining({ description: 'Set it.' }));
});

test('an item is open until it has an outcome', () => {
	const outcomes = new ItemResults(2, CONTINUE);
	outcomes.settle(1, { id: 2 });
	expect([outcomes.isOpen(0), outcomes.isOpen(1)]).toEqual([true, false]);
});

test('items that were not sent say that the execution was canceled', () => {
	const outcomes = new ItemResults(2, STOP);
	outcomes.settle(1, { id: 2 });
	const [first, second] = outcomes.toOutput(node);
	expect(first?.json).toEqual({
		error: 'Not sent: the execution was canceled',
		message: 'Run the workflow again for this item.',
	});
	expect(second?.json).toEqual({ id: 2 });
});
