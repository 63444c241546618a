import type { IExecuteFunctions } from 'n8n-workflow';

import { ServiceFailure } from '../../nodes/shared/core/errors';
import { RetryOnFailLog } from '../../nodes/shared/execution/retryOnFailLog';

/** A node that n8n runs again. What was done before must not be done twice. */

/** An execution as n8n gives it to a node. What it keeps of the node lasts from try to try. */
function execution({ retryOnFail = true, kept = {} }: { retryOnFail?: boolean; kept?: object } = {}) {
	let run = 0;
	const context = {
		getContext: () => kept,
		getWorkflowDataProxy: () => ({ $runIndex: run }),
		getNode: () => ({ retryOnFail }),
	} as unknown as IExecuteFunctions;
	return {
		kept,
		nextTry: () => new RetryOnFailLog<unknown>(context),
		nextRun() {
			run += 1;
			return new RetryOnFailLog<unknown>(context);
		},
	};
}

const refused = new ServiceFailure('no', '');
const unknown = new ServiceFailure('lost', '', {}, { certainty: 'unknown', doubt: 'Perhaps.' });

test('the second try is a repetition, and has the start time of the first', () => {
	const { nextTry } = execution();
	const before = Date.now();
	const first = nextTry();
	const after = Date.now();
	expect(first.isRepeat).toBe(false);
	expect(first.startedAt).toBeGreaterThanOrEqual(before);
	expect(first.startedAt).toBeLessThanOrEqual(after);
	const second = nextTry();
	expect(second.isRepeat).toBe(true);
	expect(second.startedAt).toBe(first.startedAt);
});

test('the data that n8n keeps of a try can be saved and loaded', () => {
	const { kept, nextTry } = execution();
	const first = nextTry();
	const restored = execution({ kept: JSON.parse(JSON.stringify(kept)) as object }).nextTry();
	expect(restored.isRepeat).toBe(true);
	expect(restored.startedAt).toBe(first.startedAt);
	expect(restored.idempotencyKey(0)).toBe(first.idempotencyKey(0));
});

test('an item that succeeded or is in doubt is not sent again, but a refused one is', () => {
	const { nextTry } = execution();
	const first = nextTry();
	first.note(0, 'made');
	first.note(1, refused);
	first.note(2, unknown);
	first.note(3, unknown.inDoubt('Perhaps.', 'findable'));
	first.note(4, new Error('broken'));
	const second = nextTry();
	expect(second.earlier(0)).toBe('made');
	expect(second.earlier(1)).toBeUndefined();
	expect(second.earlier(2)).toBe(unknown);
	expect(second.earlier(3)).toBeUndefined();
	expect(second.earlier(4)).toBeUndefined();
	second.note(1, 'made too');
	expect(nextTry().earlier(1)).toBe('made too');
});

test('a record that another item has made is known as such, also in the next try, and an item’s own record is not', () => {
	const { nextTry } = execution();
	const first = nextTry();
	first.note(0, { id: '7', name: 'made' });
	first.note(1, unknown);
	first.note(2, 'no record');
	for (const one of [first, nextTry()]) {
		expect(one.isMadeByOtherItem(1, '7')).toBe(true);
		expect(one.isMadeByOtherItem(0, '7')).toBe(false);
		expect(one.isMadeByOtherItem(1, '8')).toBe(false);
	}
	expect(execution().nextTry().isMadeByOtherItem(1, '7')).toBe(false);
});

test('nothing is kept in memory for a node that n8n does not run again by itself', () => {
	const { nextTry } = execution({ retryOnFail: false });
	nextTry().note(0, 'made');
	expect(nextTry().earlier(0)).toBeUndefined();
});

test('each turn of a loop, and each execution, starts over', () => {
	const first = execution();
	first.nextTry().note(0, 'made');
	const turn = first.nextRun();
	expect(turn.isRepeat).toBe(false);
	expect(turn.earlier(0)).toBeUndefined();
	expect(execution().nextTry().earlier(0)).toBeUndefined();
});

test('nothing is kept for a node whose items have all succeeded', () => {
	const { kept, nextTry } = execution();
	const first = nextTry();
	first.note(0, 'made');
	first.end();
	expect(kept).toEqual({});
	const second = nextTry();
	expect(second.isRepeat).toBe(false);
	expect(second.earlier(0)).toBeUndefined();
});

test('the key of an item is the same in each try, and belongs to nothing else', () => {
	const { nextTry, nextRun } = execution();
	const first = nextTry();
	const name = first.idempotencyKey(0);
	expect(name).toMatch(/^[0-9a-f]{32}$/);
	expect(nextTry().idempotencyKey(0)).toBe(name);
	const others = [
		first.idempotencyKey(1),
		nextRun().idempotencyKey(0),
		execution().nextTry().idempotencyKey(0),
	];
	expect(new Set([name, ...others]).size).toBe(4);
});

test('a record that several items ended with counts as another item’s for each of them', () => {
	const log = execution().nextTry();
	for (const index of [0, 1, 0]) log.note(index, { id: '7' });
	expect([0, 1, 2].map((index) => log.isMadeByOtherItem(index, '7'))).toEqual([true, true, true]);
});

test('the check for another item’s record does not take longer with more items', () => {
	const log = execution().nextTry();
	const indexes = Array.from({ length: 20_000 }, (_, index) => index);
	for (const index of indexes) log.note(index, { id: String(index) });
	// Each check looks at one entry. If it looked at all of them, there would be four hundred million steps.
	expect(indexes.filter((index) => log.isMadeByOtherItem(index, String(index)))).toEqual([]);
});

/** A call of a tool as n8n makes it: one object of arguments, and another run index in each try. */
function toolCall(
	args: object,
	{ retryOnFail = true, kept = {} }: { retryOnFail?: boolean; kept?: object } = {},
) {
	let run = 0;
	const context = {
		isToolExecution: () => true,
		getInputData: () => [{ json: args }],
		getContext: () => kept,
		getWorkflowDataProxy: () => ({ $runIndex: run++ }),
		getNode: () => ({ retryOnFail }),
	} as unknown as IExecuteFunctions;
	return { nextTry: () => new RetryOnFailLog<unknown>(context) };
}

test('each try of a tool call is the same run, although its run index rises', () => {
	const { nextTry } = toolCall({ name: 'x' });
	const first = nextTry();
	first.note(0, unknown);
	const second = nextTry();
	expect(second.isRepeat).toBe(true);
	expect(second.idempotencyKey(0)).toBe(first.idempotencyKey(0));
	expect(second.earlier(0)).toBe(unknown);
});

test('two equal tool calls are separate, also at the same time with the same run index', () => {
	const kept = {};
	const one = toolCall({ name: 'x' }, { kept }).nextTry();
	const other = toolCall({ name: 'x' }, { kept }).nextTry();
	one.note(0, 'made');
	expect(other.isRepeat).toBe(false);
	expect(other.earlier(0)).toBeUndefined();
	expect(other.idempotencyKey(0)).not.toBe(one.idempotencyKey(0));
});

test('there is no earlier try if n8n keeps nothing of a node', () => {
	const context = {
		getContext() {
			throw new Error('`executionData` is not initialized');
		},
		getWorkflowDataProxy: () => ({ $runIndex: 0 }),
		getNode: () => ({}),
	} as unknown as IExecuteFunctions;
	for (const log of [new RetryOnFailLog<unknown>(context), new RetryOnFailLog<unknown>(context)]) {
		expect(log.isRepeat).toBe(false);
		log.note(0, 'made');
		log.end();
	}
});

test('the parts of an item that were done are known in the next try, and to that item alone', () => {
	const { nextTry, nextRun } = execution();
	const first = nextTry();
	first.partsDone(0).add('group');
	const second = nextTry();
	expect([...second.partsDone(0)]).toEqual(['group']);
	expect([...second.partsDone(1)]).toEqual([]);
	expect([...nextRun().partsDone(0)]).toEqual([]);
});
