import { EventEmitter } from 'node:events';

import { Deadlines, stoppable, wholeResponseMs } from '../../nodes/shared/http/deadline';

/** The end of a response that trickles for ever. */

const until = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** n8n's context, with the members that a request uses. */
const contextOf = (signal?: AbortSignal) => ({ name: 'n8n', getExecutionCancelSignal: () => signal });

test('an answer may take five times the time-out as a whole', async () => {
	const deadline = new Deadlines(contextOf(), 20).next();
	const signal = deadline.context.getExecutionCancelSignal();
	expect(deadline.total).toBe(100);
	expect(signal?.aborted).toBe(false);
	expect(deadline.isPast).toBe(false);
	await until(160);
	expect(signal?.aborted).toBe(true);
	expect(deadline.isPast).toBe(true);
});

test('a request that begins later has a later deadline', async () => {
	const deadlines = new Deadlines(contextOf(), 100);
	const first = deadlines.next();
	await until(60);
	const later = deadlines.next();
	expect(later).not.toBe(first);
	await until(500);
	expect(first.isPast).toBe(true);
	await until(60);
	expect(later.isPast).toBe(true);
	expect(deadlines.next().isPast).toBe(false);
});

test('requests that begin within the same second share a timer', () => {
	jest.useFakeTimers();
	const timers = jest.spyOn(AbortSignal, 'timeout');
	try {
		const deadlines = new Deadlines(contextOf(), 30_000);
		deadlines.next();
		jest.advanceTimersByTime(999);
		deadlines.next();
		expect(timers.mock.calls).toEqual([[151_000]]);
		jest.advanceTimersByTime(1);
		deadlines.next();
		expect(timers.mock.calls).toEqual([[151_000], [151_000]]);
	} finally {
		timers.mockRestore();
		jest.useRealTimers();
	}
});

test('the deadline ends all requests that are under way, and no other', async () => {
	const deadlines = new Deadlines(contextOf(), 10);
	const [ended, first, second] = [deadlines.next(), deadlines.next(), deadlines.next()];
	ended.end();
	await until(80);
	expect([ended, first, second].map(({ isPast }) => isPast)).toEqual([false, true, true]);
});

test("a time that exceeds a timer's maximum does not end the request at once", async () => {
	const deadline = new Deadlines(contextOf(), 2 ** 31 - 1).next();
	expect(deadline.total).toBeGreaterThan(2 ** 31 - 5000);
	await until(20);
	expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(false);
});

test('a cancelled execution ends the request, which does not count as too slow', async () => {
	const controller = new AbortController();
	const deadline = new Deadlines(contextOf(controller.signal), 10).next();
	controller.abort();
	expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(true);
	expect(deadline.isPast).toBe(false);
	await until(80);
	expect(deadline.isPast).toBe(false);
});

test('in an execution that was cancelled before, the request ends at once', () => {
	const controller = new AbortController();
	const deadlines = new Deadlines(contextOf(controller.signal), 1000);
	deadlines.next();
	controller.abort();
	for (const each of [deadlines, new Deadlines(contextOf(AbortSignal.abort()), 1000)]) {
		const deadline = each.next();
		expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(true);
		expect(deadline.isPast).toBe(false);
	}
});

test('all other members of the context stay n8n’s, also if it has no signal', () => {
	const context: { name: string; getExecutionCancelSignal?: () => AbortSignal | undefined } = { name: 'n8n' };
	const deadline = new Deadlines(context, 1000).next();
	expect(deadline.context.name).toBe('n8n');
	expect(deadline.context.getExecutionCancelSignal?.()?.aborted).toBe(false);
	expect(context.getExecutionCancelSignal).toBeUndefined();
});

test('nothing listens to the execution after the deadline', async () => {
	const controller = new AbortController();
	const removed = jest.spyOn(controller.signal, 'removeEventListener');
	const deadline = new Deadlines(contextOf(controller.signal), 10).next();
	expect(removed).not.toHaveBeenCalled();
	await until(80);
	expect(removed).toHaveBeenCalledTimes(1);
	expect(deadline.isPast).toBe(true);
});

test('a request that has ended is not aborted by a cancelled execution', () => {
	const controller = new AbortController();
	const deadline = new Deadlines(contextOf(controller.signal), 1000).next();
	deadline.end();
	controller.abort();
	expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(false);
});

test('thirty requests at once make no signal warn of too many listeners', async () => {
	const warnings: Error[] = [];
	const listen = (warning: Error) => warnings.push(warning);
	process.on('warning', listen);
	const controller = new AbortController();
	const deadlines = new Deadlines(contextOf(controller.signal), 1000);
	for (let count = 0; count < 30; count++) {
		deadlines
			.next()
			.context.getExecutionCancelSignal()
			?.addEventListener('abort', () => undefined);
	}
	await until(20);
	process.off('warning', listen);
	expect(warnings).toEqual([]);
});

describe('an answer that is read as a stream', () => {
	test('is ended in time', async () => {
		const { context, endAfter, isLate } = stoppable(contextOf());
		const deadline = endAfter(10, new EventEmitter());
		const seen = () => [isLate(), deadline.isPast, context.getExecutionCancelSignal()?.aborted];
		expect(seen()).toEqual([false, false, false]);
		await until(60);
		expect(seen()).toEqual([true, true, true]);
	});

	test('is not ended after it has closed', async () => {
		const execution = new AbortController();
		const { context, endAfter } = stoppable(contextOf(execution.signal));
		const stream = new EventEmitter();
		endAfter(10, stream);
		stream.emit('close');
		await until(60);
		execution.abort();
		expect(context.getExecutionCancelSignal()?.aborted).toBe(false);
	});

	test('ends with the execution, and does not count as late', () => {
		const execution = new AbortController();
		const { context, endAfter, isLate } = stoppable(contextOf(execution.signal));
		const deadline = endAfter(1000, new EventEmitter());
		execution.abort();
		expect([isLate(), deadline.isPast, context.getExecutionCancelSignal()?.aborted]).toEqual([
			false,
			false,
			true,
		]);
		const after = stoppable(contextOf(AbortSignal.abort()));
		expect(after.context.getExecutionCancelSignal()?.aborted).toBe(true);
	});
});

test('an answer without a file has five times the time-out, and no more than a timer can hold', () => {
	expect(wholeResponseMs(1000)).toBe(5000);
	expect(wholeResponseMs(2 ** 31)).toBe(2 ** 31 - 1);
});
