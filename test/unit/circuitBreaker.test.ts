import { type Certainty, ServiceFailure } from '../../nodes/shared/core/errors';
import { CircuitBreaker } from '../../nodes/shared/http/circuitBreaker';
import { ConcurrencyLimiter, type Slot } from '../../nodes/shared/http/concurrencyLimiter';
import { withRetries } from '../../nodes/shared/http/retry';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

type Answer = { status: number; headers: Record<string, unknown> };

/** Sends 60 items to a service. @returns how each item ended, and when each attempt was made */
async function send(attempt: () => Promise<Answer>, atOnce = 1) {
	const limiter = new ConcurrencyLimiter(atOnce);
	const breaker = new CircuitBreaker<Slot>();
	let begun = 0;
	const start = Date.now();
	const attempts: number[] = [];
	const outcomes: string[] = [];
	const sending = async () => {
		while (begun++ < 60) {
			const rules = { limiter, breaker, signal: undefined, writes: true, idempotent: false };
			const outcome = await withRetries(rules, async () => {
				attempts.push(Date.now() - start);
				return await attempt();
			}).catch((error: ServiceFailure) => error);
			outcomes.push(outcome instanceof Error ? outcome.message : String(outcome.status));
		}
	};
	const all = Promise.all(Array.from({ length: atOnce }, sending));
	while (outcomes.length < 60) await jest.advanceTimersByTimeAsync(1000);
	await all;
	return { outcomes, attempts, took: Date.now() - start };
}

const refused = () => new ServiceFailure('refused', '', {}, { unanswered: 'connection' });

test('once a service has answered nothing for three minutes, the other items fail with that message and are not sent', async () => {
	const { outcomes, attempts, took } = await send(async () => await Promise.reject(refused()));
	expect(new Set(outcomes)).toEqual(
		new Set(['refused', 'The service has been out of reach or unavailable for 3 minutes']),
	);
	expect(outcomes.filter((outcome) => outcome !== 'refused').length).toBeGreaterThan(15);
	// Items that had begun make all their attempts.
	expect(Math.max(...attempts)).toBeLessThan(215_000);
	expect(took).toBeLessThan(215_000);
});

test.each(
	[1, 4, 32].flatMap((atOnce) =>
		[429, 503].flatMap((status) => ['1', '30', '60', '170'].map((pause) => ({ atOnce, status, pause }))),
	),
)(
	'a service that only asks for pauses is waited for three minutes and one pause: $atOnce at once, $status, $pause s',
	async ({ atOnce, status, pause }) => {
		const { outcomes, took } = await send(
			async () => await Promise.resolve({ status, headers: { 'retry-after': pause } }),
			atOnce,
		);
		expect(outcomes).toHaveLength(60);
		expect(took).toBeLessThanOrEqual(180_000 + Number(pause) * 1000 + 10_000);
	},
);

test.each([1, 4, 32].flatMap((atOnce) => [20, 59, 60, 61].map((timeout) => ({ atOnce, timeout }))))(
	'a service that never answers is waited for three minutes and three timeouts: $atOnce at once, $timeout s',
	async ({ atOnce, timeout }) => {
		const { outcomes, took } = await send(async () => {
			await new Promise((resolve) => setTimeout(resolve, timeout * 1000));
			throw new ServiceFailure('slow', '', {}, { certainty: 'unknown', unanswered: 'timeout' });
		}, atOnce);
		expect(outcomes).toHaveLength(60);
		expect(took).toBeLessThanOrEqual(180_000 + 3 * timeout * 1000 + 10_000);
	},
);

test('a service that comes back within three minutes gets all other items', async () => {
	const start = Date.now();
	const { outcomes } = await send(async () => {
		if (Date.now() - start < 120_000) throw refused();
		return await Promise.resolve({ status: 201, headers: {} });
	});
	expect(outcomes.filter((outcome) => outcome === '201').length).toBeGreaterThan(30);
	expect(new Set(outcomes)).toEqual(new Set(['refused', '201']));
});

test.each([1, 4])(
	'a few requests that are not answered in time do not keep the others from being sent; %i at once',
	async (atOnce) => {
		let sent = 0;
		const slow = 5 * atOnce;
		const { outcomes } = await send(async () => {
			sent += 1;
			const isSlow = sent <= slow;
			await new Promise((resolve) => setTimeout(resolve, isSlow ? 60_000 : 500));
			if (!isSlow) return { status: 201, headers: {} };
			throw new ServiceFailure('broken off', '', {}, { certainty: 'unknown', unanswered: 'connection' });
		}, atOnce);
		const counted = (outcome: string) => outcomes.filter((one) => one === outcome).length;
		expect([counted('broken off'), counted('201')]).toEqual([slow, 60 - slow]);
	},
);

test('whether a service is back is checked once a minute, by one request at a time', async () => {
	const start = Date.now();
	const breaker = new CircuitBreaker<object>();
	breaker.record(false);
	const looks: number[] = [];
	while (Date.now() - start < 150_000) {
		const request = {};
		if (breaker.tryProbe(request)) looks.push(Date.now() - start);
		expect(breaker.isProbing).toBe(looks.at(-1) === Date.now() - start);
		breaker.end(request);
		expect(breaker.isProbing).toBe(false);
		await jest.advanceTimersByTimeAsync(1000);
	}
	expect(looks).toEqual([0, 60_000, 120_000]);
});

test('a service that refuses each request is reachable, so each item has its answer', async () => {
	const { outcomes } = await send(async () => {
		await new Promise((resolve) => setTimeout(resolve, 60_000));
		return { status: 500, headers: {} };
	});
	expect(new Set(outcomes)).toEqual(new Set(['500']));
});

test.each([
	['429', { status: 429, headers: { 'retry-after': '60' } }],
	['a broken connection', refused()],
])(
	'a write that may have been done stays in doubt when the service is given up after %s',
	async (_what, second) => {
		const limiter = new ConcurrencyLimiter(2);
		const other = await limiter.acquire();
		const breaker = new CircuitBreaker<Slot>();
		breaker.record(false);
		await jest.advanceTimersByTimeAsync(179_900);
		const broken = new ServiceFailure('broke', '', {}, { certainty: 'unknown', unanswered: 'connection' });
		const happens = [broken, second];
		let sent = 0;
		const rules = { limiter, breaker, signal: undefined, writes: true, idempotent: true };
		const ending = withRetries<Answer & { earlierAttempts?: Certainty }>(rules, async () => {
			const now = happens[sent++] ?? { status: 201, headers: {} };
			// Another request is asked to wait.
			if (sent === 2) setTimeout(() => limiter.release(other, 'overloaded', 60_000), 1);
			if (now instanceof Error) throw now;
			return await Promise.resolve(now);
		}).catch((error: ServiceFailure) => error);
		await jest.advanceTimersByTimeAsync(300_000);
		const end = await ending;
		expect(sent).toBe(2);
		expect(end instanceof Error ? end.certainty : end.earlierAttempts).toBe('unknown');
	},
);
