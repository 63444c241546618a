import { Deadline } from '../../nodes/shared/deadline';

/** The end of an answer that trickles in for ever. */

const until = async (milliseconds: number) =>
	await new Promise((resolve) => setTimeout(resolve, milliseconds));

/** n8n's context, as far as a request asks it. */
const contextOf = (signal?: AbortSignal) => ({ name: 'n8n', getExecutionCancelSignal: () => signal });

test('an answer may take five times the time-out as a whole', async () => {
	const deadline = new Deadline(contextOf(), 20);
	const signal = deadline.context.getExecutionCancelSignal();
	expect(deadline.total).toBe(100);
	expect(signal?.aborted).toBe(false);
	expect(deadline.isPast).toBe(false);
	await until(150);
	expect(signal?.aborted).toBe(true);
	expect(deadline.isPast).toBe(true);
});

test('a time beyond what a timer can hold is the longest that it can', () => {
	expect(new Deadline(contextOf(), 2 ** 31 - 1).total).toBe(2 ** 31 - 1);
});

test('a cancelled execution ends the request, and it is not said to have taken too long', async () => {
	const controller = new AbortController();
	const deadline = new Deadline(contextOf(controller.signal), 10);
	controller.abort();
	expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(true);
	expect(deadline.isPast).toBe(false);
	await until(80);
	expect(deadline.isPast).toBe(false);
});

test('in an execution that was cancelled before, the request ends at once', () => {
	const deadline = new Deadline(contextOf(AbortSignal.abort()), 1000);
	expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(true);
	expect(deadline.isPast).toBe(false);
});

test('the context stays n8n’s in everything else, also where it has no signal', () => {
	const context: { name: string; getExecutionCancelSignal?: () => AbortSignal | undefined } = { name: 'n8n' };
	const deadline = new Deadline(context, 1000);
	expect(deadline.context.name).toBe('n8n');
	expect(deadline.context.getExecutionCancelSignal?.()?.aborted).toBe(false);
	expect(context.getExecutionCancelSignal).toBeUndefined();
});

test('nothing is aborted any more when the request has ended', async () => {
	const controller = new AbortController();
	const deadline = new Deadline(contextOf(controller.signal), 10);
	deadline.end();
	controller.abort();
	await until(80);
	expect(deadline.context.getExecutionCancelSignal()?.aborted).toBe(false);
});
