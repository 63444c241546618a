import { CircuitBreaker } from '../../nodes/shared/http/circuitBreaker';
import { ConcurrencyLimiter, type Slot } from '../../nodes/shared/http/concurrencyLimiter';
import { withRetries } from '../../nodes/shared/http/retry';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Sends 100 items, one after the other. @param status gives the status of the nth request */
async function sendHundred(status: (attempt: number) => number, retryAfter: string) {
	const limiter = new ConcurrencyLimiter(1);
	const breaker = new CircuitBreaker<Slot>();
	const start = Date.now();
	const attempts: number[] = [];
	const outcomes: string[] = [];
	const all = (async () => {
		for (let index = 0; index < 100; index++) {
			const rules = { limiter, breaker, signal: undefined, writes: true, idempotent: false };
			const outcome = await withRetries(rules, async () => {
				attempts.push(Date.now() - start);
				const headers = { 'retry-after': retryAfter };
				return await Promise.resolve({ status: status(attempts.length), headers });
			}).catch((error: Error) => error.message);
			outcomes.push(typeof outcome === 'string' ? outcome : String(outcome.status));
		}
	})();
	while (outcomes.length < 100) await jest.advanceTimersByTimeAsync(10_000);
	await all;
	return { outcomes, attempts, took: Date.now() - start };
}

test('a service that refuses everything for hours with Retry-After is given up within minutes', async () => {
	const { outcomes, attempts, took } = await sendHundred(() => 429, '60');
	expect(took).toBeLessThan(600_000);
	expect(attempts.length).toBeLessThan(20);
	expect(outcomes.at(-1)).toBe('The service has been out of reach or unavailable for 3 minutes');
	// The pause that the service asks for is kept.
	const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
	expect(Math.min(...pauses)).toBeGreaterThanOrEqual(59_000);
});

test('a service that answers some requests between its refusals receives all items', async () => {
	const { outcomes } = await sendHundred((attempt) => (attempt % 3 === 0 ? 429 : 201), '2');
	expect(new Set(outcomes)).toEqual(new Set(['201']));
});
