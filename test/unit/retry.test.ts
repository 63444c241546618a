import { type Certainty, ServiceFailure } from '../../nodes/shared/core/errors';
import { CircuitBreaker } from '../../nodes/shared/http/circuitBreaker';
import { ConcurrencyLimiter } from '../../nodes/shared/http/concurrencyLimiter';
import { retryDelay, type RetryRules, withRetries } from '../../nodes/shared/http/retry';
import { sleepUntilCancelled } from '../../nodes/shared/http/sleep';

/** Which requests are sent again, when, and with which error at the end, in simulated time. */

type Answer = {
	status: number;
	headers: Record<string, unknown>;
	earlierAttempts?: Certainty;
	page?: boolean;
};
type Rules = Partial<RetryRules<Answer>>;

const START = new Date('2026-01-01T00:00:00Z').getTime();

beforeEach(() => {
	jest.useFakeTimers({ now: START });
	// Without jitter, each wait has its full length.
	jest.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
	jest.spyOn(Math, 'random').mockRestore();
	jest.useRealTimers();
});

const answer = (status: number, headers = {}): Answer => ({ status, headers });
const notDone = () => new ServiceFailure('refused', 'Try later.', {}, { unanswered: 'connection' });
/** The failure of a read without a doubt, and of a write with one. */
const unknown = (doubt = '') =>
	new ServiceFailure('broke', 'Try later.', {}, { certainty: 'unknown', unanswered: 'connection', doubt });
const timedOut = () =>
	new ServiceFailure('slow', 'Wait.', {}, { certainty: 'unknown', unanswered: 'timeout' });

/**
 * Sends against a list of results, one for each attempt. The last result repeats for ever.
 *
 * @returns when it was sent, in milliseconds, and the response or error at the end
 */
async function send(happens: Array<Answer | Error>, rules: Rules = {}, takes = 0) {
	const sent: number[] = [];
	const limiter = rules.limiter ?? new ConcurrencyLimiter(8);
	const signals = jest.spyOn(limiter, 'release');
	const ending = withRetries<Answer>(
		{ limiter, breaker: new CircuitBreaker(), signal: undefined, writes: true, idempotent: false, ...rules },
		async () => {
			const now = happens[Math.min(sent.length, happens.length - 1)] as Answer | Error;
			sent.push(Date.now() - START);
			if (takes > 0) await new Promise((resolve) => setTimeout(resolve, takes));
			if (now instanceof Error) throw now;
			return now;
		},
	).then(
		(end) => ({ end, error: undefined }),
		(error: ServiceFailure) => ({ end: undefined, error }),
	);
	await jest.runAllTimersAsync();
	return { sent, ...(await ending), signals: signals.mock.calls.map(([, signal]) => signal) };
}

describe('a temporary refusal of a service', () => {
	test.each([429, 503])(
		'%i: sent six times in all, after ever longer waits, then its answer stands',
		async (status) => {
			const { sent, end, signals } = await send([answer(status)]);
			expect(sent).toEqual([0, 250, 750, 1750, 3750, 7750]);
			expect(end).toEqual(answer(status));
			expect(signals).toEqual(Array(6).fill('overloaded'));
		},
	);

	test('ends with the first other answer', async () => {
		const { sent, end, signals } = await send([answer(429), answer(201)]);
		expect(sent).toEqual([0, 250]);
		expect(end).toEqual(answer(201));
		expect(signals).toEqual(['overloaded', 'ok']);
	});

	test.each([
		['seconds', '3', 3000],
		['seconds as a number', 3, 3000],
		['seconds with white space', ' 3 ', 3000],
		['a date', 'Thu, 01 Jan 2026 00:00:05 GMT', 5000],
		['fewer seconds than the own wait', '0', 250],
		['a date in the past', 'Wed, 31 Dec 2025 00:00:00 GMT', 250],
		['no time', 'soon', 250],
		['seconds and something else', '3 or so', 250],
		['nothing', undefined, 250],
	])('waits as long as Retry-After says: %s', async (_what, after, expected) => {
		const { sent } = await send([answer(503, { 'retry-after': after }), answer(200)]);
		expect(sent).toEqual([0, expected]);
	});

	test('delays other requests too, and longer if the service says so meanwhile', async () => {
		const limiter = new ConcurrencyLimiter(8);
		const [slot, other] = [await limiter.acquire(), await limiter.acquire()];
		limiter.release(slot, 'overloaded', 10_000);
		setTimeout(() => limiter.release(other, 'overloaded', 10_000), 6000);
		expect((await send([answer(200)], { limiter })).sent).toEqual([16_000]);
	});

	test('is final when its pause exceeds three minutes, and the next request tells the end of the pause', async () => {
		const limiter = new ConcurrencyLimiter(8);
		const { sent, end } = await send([answer(429, { 'retry-after': '181' })], { limiter });
		expect(sent).toEqual([0]);
		expect(end?.status).toBe(429);
		const next = await send([answer(200)], { limiter });
		expect(next.sent).toEqual([]);
		expect(next.error?.message).toBe('The service has asked for no more requests for the next 181 seconds');
		expect(next.error?.details).toEqual({ httpCode: '429' });
	});

	test('is repeated after a pause of up to three minutes', async () => {
		const { sent } = await send([answer(429, { 'retry-after': '180' }), answer(200)]);
		expect(sent).toEqual([0, 180_000]);
	});

	test('requests that failed together are repeated at different times', () => {
		expect(retryDelay(1)).toBe(250);
		jest.spyOn(Math, 'random').mockReturnValue(0);
		expect(retryDelay(1)).toBe(125);
		expect(retryDelay(6)).toBe(4000);
	});
});

describe('an answer', () => {
	test.each([
		[200, 1, 1],
		[201, 1, 1],
		[299, 1, 1],
		[400, 1, 1],
		[401, 1, 1],
		[404, 1, 1],
		[428, 1, 1],
		[429, 6, 6],
		[430, 1, 1],
		[499, 1, 1],
		[500, 1, 6],
		[502, 1, 6],
		[503, 6, 6],
		[504, 1, 6],
	])(
		'%i is asked for %i times, and %i times where twice is the same as once',
		async (status, once, idempotent) => {
			expect((await send([answer(status)])).sent).toHaveLength(once);
			expect((await send([answer(status)], { idempotent: true })).sent).toHaveLength(idempotent);
		},
	);

	test.each([
		[200, 'ok'],
		[400, 'ok'],
		[429, 'overloaded'],
		[500, 'ok'],
		[503, 'overloaded'],
		[504, 'overloaded'],
	])('%i says that the service is %s', async (status, expected) => {
		expect((await send([answer(status)])).signals[0]).toBe(expected);
	});

	test('that no repetition will change is kept, whatever its status', async () => {
		const { sent } = await send([answer(503)], { idempotent: true, isFinal: () => true });
		expect(sent).toEqual([0]);
		expect((await send([answer(503)], { isFinal: () => false })).sent).toHaveLength(6);
	});

	test('whose cause is removed leads to another attempt, as long as it can be removed', async () => {
		const mends = [true, false];
		const { sent, end, signals } = await send([answer(401)], { recover: () => mends.shift() === true });
		expect(sent).toEqual([0, 250]);
		expect(end?.status).toBe(401);
		expect(signals).toEqual(['ok', 'ok']);
	});

	test.each([
		['a read is asked for three times while nothing else has ever come', true, false, 3],
		['a read is asked for six times where the service has answered before', true, true, 6],
		['a write is not sent again', false, true, 1],
	])('without what a success holds: %s', async (_what, idempotent, isKnown, times) => {
		const rules = { idempotent, isKnown: () => isKnown, isGarbled: () => true };
		const { sent, signals } = await send([answer(200)], rules);
		expect(sent).toHaveLength(times);
		expect(new Set(signals)).toEqual(new Set(['ok']));
	});

	test('with the content of a success ends the attempts', async () => {
		expect((await send([answer(200)], { idempotent: true, isGarbled: () => false })).sent).toEqual([0]);
	});
});

describe('a request without an answer', () => {
	test.each([
		['that surely was not done', notDone, 6, 6],
		['of which nobody knows', unknown, 1, 6],
		['that failed for good', () => new ServiceFailure('no', ''), 1, 1],
		['that failed in an unknown way', () => new Error('no'), 1, 1],
	])('%s', async (_what, failure, once, idempotent) => {
		const { sent, error } = await send([failure()]);
		expect(sent).toHaveLength(once);
		expect(error?.message).toBe(failure().message);
		expect((await send([failure()], { idempotent: true })).sent).toHaveLength(idempotent);
	});

	test('in time signals that the service is overloaded, and others do not', async () => {
		expect((await send([timedOut()])).signals).toEqual(['overloaded']);
		expect((await send([unknown()])).signals).toEqual(['unanswered']);
	});
});

describe('a write that may have been done by an earlier attempt', () => {
	const DOUBT = 'The change may or may not have been made: look it up before you send it again.';
	const rules = { idempotent: true };

	test.each([
		['a server error', answer(500)],
		['a lost answer', unknown()],
		['a success without what a success holds', { ...answer(200), page: true }],
	])('says so with a refusal: after %s', async (_what, before) => {
		const isGarbled = ({ page }: Answer) => page === true;
		const { end } = await send([before, answer(400)], { ...rules, isGarbled });
		expect(end).toEqual({ ...answer(400), earlierAttempts: 'unknown' });
	});

	test('leaves a failure in doubt', async () => {
		const { error } = await send([answer(500), new ServiceFailure('no', 'Look.')], rules);
		expect(error?.message).toBe('no');
		expect(error?.description).toBe(`Look. ${DOUBT}`);
	});

	test('does not change a failure that has its own doubt', async () => {
		const { error } = await send([unknown('Ask Ann.'), unknown('Ask Ann.')], rules);
		expect(error?.description).toBe('Try later. Ask Ann.');
	});

	test('does not change an error of another class', async () => {
		const failure = new Error('no');
		expect((await send([answer(500), failure], rules)).error).toBe(failure);
	});

	test('is not mentioned if the attempt was refused, nor for a read', async () => {
		expect((await send([answer(429), answer(400)], rules)).end).toEqual(answer(400));
		expect((await send([notDone(), answer(400)], rules)).end).toEqual(answer(400));
		const read = { ...rules, writes: false };
		expect((await send([answer(500), answer(400)], read)).end).toEqual(answer(400));
		expect((await send([answer(500), new ServiceFailure('no', '')], read)).error?.description).toBe('');
	});
});

describe('three minutes', () => {
	test('are the time for all attempts together', async () => {
		const rules = { idempotent: true };
		expect((await send([answer(500)], rules, 59_500)).sent).toEqual([0, 59_750, 119_750]);
		expect((await send([answer(500)], rules, 59_400)).sent).toHaveLength(4);
	});

	test('begin with the first attempt, not with the wait for a slot', async () => {
		const limiter = new ConcurrencyLimiter(1);
		const slot = await limiter.acquire();
		setTimeout(() => limiter.release(slot, 'ok'), 200_000);
		const { sent } = await send([answer(503), answer(200)], { limiter });
		expect(sent).toEqual([200_000, 200_250]);
	});
});

describe('a cancelled execution', () => {
	function cancelAfter(milliseconds: number): AbortSignal {
		const controller = new AbortController();
		setTimeout(() => controller.abort(), milliseconds);
		return controller.signal;
	}

	test('waits no longer than a tenth of a second, and reports that there was no answer', async () => {
		const { sent, error } = await send([answer(503)], { signal: cancelAfter(300) });
		expect(sent).toEqual([0, 250]);
		expect(Date.now() - START).toBeLessThanOrEqual(400);
		expect(error?.message).toBe('The execution was canceled before this request was answered');
	});

	test('does not wait for what the service has asked for', async () => {
		const happens = [answer(503, { 'retry-after': '60' })];
		const { sent, error } = await send(happens, { signal: cancelAfter(1000) });
		expect(sent).toEqual([0]);
		expect(Date.now() - START).toBeLessThanOrEqual(1100);
		expect(error?.message).toMatch(/canceled/);
	});

	test('keeps an answer that comes after it, whatever it is', async () => {
		const { sent, end } = await send([answer(503)], { signal: cancelAfter(10) }, 50);
		expect(sent).toEqual([0]);
		expect(end).toEqual(answer(503));
	});

	test('reports that a write may have been done', async () => {
		const rules = { idempotent: true, signal: cancelAfter(100) };
		const { error } = await send([answer(500)], rules);
		expect(error?.description).toMatch(/may or may not have been made/);
	});

	test('does not sleep', async () => {
		await sleepUntilCancelled(1000, AbortSignal.abort());
		expect(Date.now()).toBe(START);
	});
});

test('each attempt has its own slot, under the kind of its request, from the time that it is sent', async () => {
	const limiter = new ConcurrencyLimiter(1);
	const release = jest.spyOn(limiter, 'release');
	const acquire = jest.spyOn(limiter, 'acquire');
	await send([answer(429, { 'retry-after': '2' }), answer(200)], { limiter, kind: 'POST' });
	expect(acquire.mock.calls).toEqual([['POST'], ['POST']]);
	expect(release.mock.calls).toEqual([
		[expect.objectContaining({ sentAt: START, kind: 'POST' }), 'overloaded', 2000],
		[expect.objectContaining({ sentAt: START + 2000, kind: 'POST' }), 'ok', undefined],
	]);
});
