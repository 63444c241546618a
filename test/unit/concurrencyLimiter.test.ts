import { ConcurrencyLimiter, limiterFor } from '../../nodes/shared/http/concurrencyLimiter';

afterEach(() => jest.useRealTimers());

/** In simulated time the event loop is never idle, so the test sets its utilization. */
const simulated = (max: number, utilization = 0) =>
	new ConcurrencyLimiter(max, () => ({ active: 0, idle: 0, utilization }));

/** Acquires a slot and then waits for its turn, as a request does. */
async function acquire(limiter: ConcurrencyLimiter, kind?: string) {
	const slot = await limiter.acquire(kind);
	for (let rest = limiter.untilTurn(slot); rest > 0; rest = limiter.untilTurn(slot)) {
		await new Promise((resolve) => setTimeout(resolve, rest));
	}
	return slot;
}

/** Runs pieces of work at a simulated service. @returns the most under way at once, and how many failed */
async function load(limiter: ConcurrencyLimiter, count: number, bears: number, latency = () => 2) {
	let underWay = 0;
	let most = 0;
	let refused = 0;
	const one = async (): Promise<void> => {
		const slot = await acquire(limiter);
		underWay += 1;
		most = Math.max(most, underWay);
		const tooMuch = underWay > bears;
		await new Promise((resolve) => setTimeout(resolve, latency()));
		underWay -= 1;
		if (tooMuch) refused += 1;
		limiter.release(slot, tooMuch ? 'overloaded' : 'ok');
		if (tooMuch) await one();
	};
	await Promise.all(Array.from({ length: count }, one));
	return { most, refused };
}

test('the maximum is reached and never passed', async () => {
	expect((await load(new ConcurrencyLimiter(16), 300, Infinity)).most).toBe(16);
});

test('a maximum of one lets one through at a time', async () => {
	expect((await load(new ConcurrencyLimiter(1), 20, Infinity)).most).toBe(1);
});

test('a limit that is too much for the service is met once, and not tried again in every round', async () => {
	const { most, refused } = await load(new ConcurrencyLimiter(64), 1000, 20);
	expect(most).toBeGreaterThan(20);
	expect(refused).toBeLessThan(60);
});

test('a Retry-After is a pause for all requests', async () => {
	jest.useFakeTimers();
	const limiter = new ConcurrencyLimiter(8);
	const slot = await limiter.acquire();
	limiter.release(slot, 'overloaded', 500);
	expect(limiter.pause).toBe(500);
	jest.advanceTimersByTime(499);
	expect(limiter.pause).toBe(1);
});

test('slots are given in the order in which they were requested', async () => {
	const limiter = new ConcurrencyLimiter(1);
	const order: number[] = [];
	await Promise.all(
		[1, 2, 3, 4].map(async (n) => {
			const slot = await limiter.acquire();
			order.push(n);
			limiter.release(slot, 'ok');
		}),
	);
	expect(order).toEqual([1, 2, 3, 4]);
});

/**
 * Runs pieces of work at a service with a given latency, in simulated time.
 *
 * @returns the most that were under way at once, in total and in the second half of the work
 */
async function answerIn(
	limiter: ConcurrencyLimiter,
	count: number,
	latency: (underWay: number, work: number) => number,
	kindOf: (work: number) => string | undefined = () => 'POST',
) {
	jest.useFakeTimers();
	let underWay = 0;
	let next = 0;
	let most = 0;
	let mostLater = 0;
	const worker = async () => {
		while (next < count) {
			const work = next++;
			const slot = await acquire(limiter, kindOf(work));
			underWay += 1;
			most = Math.max(most, underWay);
			if (work > count / 2) mostLater = Math.max(mostLater, underWay);
			await new Promise((resolve) => setTimeout(resolve, latency(underWay, work)));
			underWay -= 1;
			limiter.release(slot, 'ok');
		}
	};
	const all = Promise.all(Array.from({ length: 200 }, worker));
	await jest.runAllTimersAsync();
	await all;
	return { most, mostLater };
}

test('a service that answers more slowly the more it has to do is not overloaded', async () => {
	const { most, mostLater } = await answerIn(
		simulated(200),
		1000,
		(underWay) => 50 * Math.max(1, underWay / 20) ** 1.5,
	);
	expect(most).toBeLessThan(60);
	expect(mostLater).toBeGreaterThan(20);
	expect(mostLater).toBeLessThan(45);
});

test('a service that gets much slower at the same number of requests gets fewer of them', async () => {
	const { most, mostLater } = await answerIn(simulated(200), 3000, (_underWay, work) =>
		work < 1000 ? 100 : 1000,
	);
	expect(most).toBe(200);
	expect(mostLater).toBeLessThan(110);
});

test('a delay of this process does not count as slowness of the service', async () => {
	const busy = async (utilization: number) =>
		await answerIn(simulated(200, utilization), 3000, (_underWay, work) => (work < 1000 ? 100 : 1000));
	expect((await busy(0.49)).mostLater).toBeLessThan(110);
	expect((await busy(0.5)).mostLater).toBe(200);
});

test('a process that is busy does not send more than it can handle', async () => {
	const { most } = await answerIn(simulated(200, 1), 3000, (underWay) => 50 + underWay);
	expect(most).toBeGreaterThan(40);
	expect(most).toBeLessThan(100);
});

test('answers whose times vary do not count as too much load', async () => {
	const { most } = await answerIn(simulated(200), 5000, (_underWay, work) => 50 * (1 + ((work * 7) % 10)));
	expect(most).toBe(200);
});

test('one answer that takes very long does not count as too much load', async () => {
	const { most, mostLater } = await answerIn(simulated(200), 3000, (_underWay, work) =>
		work % 300 === 7 ? 20_000 : 100,
	);
	expect(most).toBe(200);
	expect(mostLater).toBe(200);
});

test('kinds of requests that take different times are not compared', async () => {
	const { mostLater } = await answerIn(
		simulated(200),
		3000,
		(_underWay, work) => (work % 2 === 0 ? 10 : 1000),
		(work) => (work % 2 === 0 ? 'GET' : 'POST'),
	);
	expect(mostLater).toBe(200);
});

test('the latency of requests without a kind does not count', async () => {
	const { mostLater } = await answerIn(
		simulated(200),
		1000,
		(_underWay, work) => work * 5,
		() => undefined,
	);
	expect(mostLater).toBe(200);
});

test('requests are spread, although answers come together', async () => {
	jest.useFakeTimers();
	const limiter = simulated(16);
	const sent: number[] = [];
	const request = async () => {
		const slot = await acquire(limiter, 'POST');
		sent.push(Date.now());
		await new Promise((resolve) => setTimeout(resolve, 100));
		limiter.release(slot, 'ok');
	};
	const all = Promise.all(Array.from({ length: 32 }, request));
	await jest.runAllTimersAsync();
	await all;
	const [first = 0] = sent;
	expect(sent.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => first));
	const second = sent.slice(16).map((at) => at - first - 100);
	expect(new Set(second).size).toBe(16);
	expect(second.at(-1)).toBe(30);
});

test('a request that waits for its turn also waits for a pause that begins meanwhile', async () => {
	jest.useFakeTimers();
	const limiter = new ConcurrencyLimiter(4);
	const [first, second] = [await limiter.acquire('POST'), await limiter.acquire('POST')];
	expect(limiter.untilTurn(first)).toBe(0);
	limiter.release(first, 'overloaded', 1000);
	expect(limiter.untilTurn(second)).toBe(1000);
	await jest.advanceTimersByTimeAsync(1000);
	expect(limiter.untilTurn(second)).toBe(0);
});

test('a limit that was too much is tried again after sixty times the pause that it caused', async () => {
	jest.useFakeTimers();
	const limiter = new ConcurrencyLimiter(32);
	const slots = await Promise.all(Array.from({ length: 16 }, async () => await acquire(limiter)));
	slots.forEach((slot, index) =>
		limiter.release(slot, index === 0 ? 'overloaded' : 'ok', index === 0 ? 2000 : 0),
	);
	const most = async (until: number) => {
		let most = 0;
		let underWay = 0;
		const worker = async () => {
			while (Date.now() < until) {
				const slot = await acquire(limiter);
				underWay += 1;
				most = Math.max(most, underWay);
				await new Promise((resolve) => setTimeout(resolve, 50));
				underWay -= 1;
				limiter.release(slot, 'ok');
			}
		};
		const all = Promise.all(Array.from({ length: 32 }, worker));
		await jest.runAllTimersAsync();
		await all;
		return most;
	};
	expect(await most(Date.now() + 118_000)).toBe(15);
	expect(await most(Date.now() + 10_000)).toBe(32);
});

test('requests that nobody answered do not make room for more', async () => {
	const limiter = new ConcurrencyLimiter(32);
	for (let round = 0; round < 10; round++) {
		const slots = await Promise.all(Array.from({ length: 16 }, async () => await acquire(limiter)));
		for (const slot of slots) limiter.release(slot, 'unanswered');
	}
	let entered = 0;
	for (let n = 0; n < 32; n++) void limiter.acquire().then(() => (entered += 1));
	await new Promise((resolve) => setImmediate(resolve));
	expect(entered).toBe(16);
});

describe('a later run', () => {
	let keys = 0;
	let key = '';
	beforeEach(() => {
		key = `workflow ${keys++}`;
	});

	/** Requests that a new run sends before the first is answered. */
	async function startsWith(max: number): Promise<number> {
		const limiter = limiterFor(key, max);
		let acquired = 0;
		for (let n = 0; n < max; n++) void limiter.acquire().then(() => (acquired += 1));
		await new Promise((resolve) => jest.requireActual<typeof globalThis>('timers').setImmediate(resolve));
		return acquired;
	}

	test('starts with as many requests as the service has borne at once', async () => {
		const { most } = await load(limiterFor(key, 200), 1000, Infinity);
		expect(most).toBe(200);
		expect(await startsWith(400)).toBe(200);
	});

	test('starts with no more than was borne, although the limit has grown', async () => {
		const limiter = limiterFor(key, 200);
		for (let request = 0; request < 400; request++) limiter.release(await acquire(limiter), 'ok');
		expect(await startsWith(200)).toBe(16);
	});

	test('never sends more than its own maximum, and a run with a low one does not hold back the next', async () => {
		await load(limiterFor(key, 200), 1000, Infinity);
		expect(await startsWith(4)).toBe(4);
		expect(await startsWith(300)).toBe(200);
	});

	test('stays below what was refused', async () => {
		expect((await load(limiterFor(key, 64), 1000, 20)).refused).toBeGreaterThan(0);
		const later = await load(limiterFor(key, 64), 1000, 20);
		expect(later.refused).toBe(0);
		expect(later.most).toBeGreaterThan(10);
	});

	test('stays below what was refused, also after a run with a low maximum', async () => {
		await load(limiterFor(key, 64), 1000, 20);
		await load(limiterFor(key, 4), 100, 20);
		expect(await startsWith(64)).toBeLessThan(20);
	});

	test('starts afresh where a request was refused although it was alone', async () => {
		const limiter = limiterFor(key, 64);
		limiter.release(await acquire(limiter), 'overloaded');
		expect(await startsWith(64)).toBe(16);
	});

	test('starts afresh after an hour, and with another key', async () => {
		jest.useFakeTimers({ doNotFake: ['setTimeout'] });
		await load(limiterFor(key, 200), 1000, Infinity);
		jest.advanceTimersByTime(3_600_000);
		expect(await startsWith(100)).toBe(100);
		jest.advanceTimersByTime(1);
		expect(await startsWith(100)).toBe(16);
		await load(limiterFor(key, 200), 1000, Infinity);
		key = 'another workflow';
		expect(await startsWith(100)).toBe(16);
	});

	test('knows how long an answer usually takes, so that it does not take slowness for the usual', async () => {
		const first = simulated(200);
		await answerIn(first, 3000, () => 100);
		const { mostLater } = await answerIn(first.next(200), 3000, () => 1000);
		expect(mostLater).toBeLessThan(110);
	});

	test('starts afresh where five hundred other workflows have run since', async () => {
		await load(limiterFor(key, 200), 1000, Infinity);
		for (let other = 0; other < 499; other++) limiterFor(`other workflow ${other}`, 1);
		expect(await startsWith(100)).toBe(100);
		for (let other = 0; other < 500; other++) limiterFor(`other workflow ${other}`, 1);
		expect(await startsWith(100)).toBe(16);
	});
});
