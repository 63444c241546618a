import { runConcurrently } from '../../nodes/shared/execution/parallelItems';
import { LookupCache } from '../../nodes/shared/http/lookupCache';

/** Which items wait for each other. */

/**
 * Runs in simulated time. @returns the order in which items began and ended, and the most that were under way at once
 */
async function runWorks(
	orderKeys: Array<string | undefined | null>,
	limit: number,
	{ haltAfter = Infinity, takes = () => 2 }: { haltAfter?: number; takes?: (index: number) => number } = {},
) {
	const log: string[] = [];
	let underWay = 0;
	let most = 0;
	let ended = 0;
	const running = runConcurrently(
		orderKeys.length,
		limit,
		() => ended >= haltAfter,
		(index) => {
			const orderKey = orderKeys[index];
			if (orderKey === null) return undefined;
			return {
				orderKey,
				async run() {
					log.push(`+${index}`);
					most = Math.max(most, ++underWay);
					await new Promise((resolve) => setTimeout(resolve, takes(index)));
					underWay -= 1;
					ended += 1;
					log.push(`-${index}`);
				},
			};
		},
	);
	await jest.runAllTimersAsync();
	await running;
	return { log, most };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const none = (count: number) => Array<undefined>(count).fill(undefined);

test.each([
	[1, 1],
	[3, 3],
	[3.9, 3],
	[0, 1],
	[-5, 1],
	[NaN, 1],
	[100, 8],
])('with a limit of %d, %i of 8 items are under way at once', async (limit, expected) => {
	const { log, most } = await runWorks(none(8), limit);
	expect(most).toBe(expected);
	expect(log).toHaveLength(16);
});

test('without items nothing is done', async () => {
	expect((await runWorks([], 4)).log).toEqual([]);
});

test('one at a time is strictly one after the other', async () => {
	expect((await runWorks(none(3), 1)).log).toEqual(['+0', '-0', '+1', '-1', '+2', '-2']);
});

test('items for one record go in the order of the input, also when the first takes longer', async () => {
	const { log } = await runWorks(['a', 'a', 'a', 'a', 'a'], 3, { takes: (index) => 12 - index * 2 });
	expect(log).toEqual(['+0', '-0', '+1', '-1', '+2', '-2', '+3', '-3', '+4', '-4']);
});

test('items for other records do not wait for them', async () => {
	const { log } = await runWorks(['a', 'a', 'b', undefined], 4, { takes: (index) => (index === 0 ? 30 : 2) });
	expect(log.slice(0, 3)).toEqual(['+0', '+2', '+3']);
	expect(log.indexOf('+1')).toBeGreaterThan(log.indexOf('-0'));
});

test('an item for a record whose earlier items have ended begins at once', async () => {
	const { log } = await runWorks(['a', undefined, 'a', 'a'], 2, { takes: (index) => (index === 1 ? 20 : 2) });
	expect(log).toEqual(['+0', '+1', '-0', '+2', '-2', '+3', '-3', '-1']);
});

test('an item with nothing to do is skipped', async () => {
	expect((await runWorks([undefined, null, undefined], 1)).log).toEqual(['+0', '-0', '+2', '-2']);
});

test('after a failure nothing begins any more, and what is under way ends', async () => {
	const { log } = await runWorks(none(6), 2, { haltAfter: 1, takes: (index) => 2 + index * 10 });
	expect(log).toEqual(['+0', '+1', '-0', '-1']);
});

test('after a failure an item that waited for its record does not begin either', async () => {
	expect((await runWorks(['a', 'a', 'a'], 3, { haltAfter: 1 })).log).toEqual(['+0', '-0']);
});

describe('a look-up that many items share', () => {
	test('is made once, however many ask at the same time and later', async () => {
		const lookups = new LookupCache();
		const make = jest.fn(async () => 'found');
		expect(await Promise.all([lookups.getOrLoad('a', make), lookups.getOrLoad('a', make)])).toEqual([
			'found',
			'found',
		]);
		expect(await lookups.getOrLoad('a', make)).toBe('found');
		expect(make).toHaveBeenCalledTimes(1);
		await lookups.getOrLoad('b', make);
		expect(make).toHaveBeenCalledTimes(2);
	});

	test('is made again after it has failed', async () => {
		const lookups = new LookupCache();
		await expect(lookups.getOrLoad('a', async () => await Promise.reject(new Error('busy')))).rejects.toThrow(
			'busy',
		);
		expect(await lookups.getOrLoad('a', async () => 'found')).toBe('found');
	});

	test('is made again when the run has changed what it found', async () => {
		const lookups = new LookupCache();
		await lookups.getOrLoad('a', async () => 'old');
		lookups.invalidate('a');
		expect(await lookups.getOrLoad('a', async () => 'new')).toBe('new');
	});
});

/** Takes the event loop for longer than a slice. */
function work() {
	const end = Date.now() + 60;
	while (Date.now() < end);
}

test.each([
	['to make', work, () => undefined],
	['to do, and waits for nothing', () => undefined, work],
])('work that takes long %s gives other tasks their turn in between', async (_what, make, run) => {
	jest.useRealTimers();
	const made: number[] = [];
	let turns = 0;
	const others = setInterval(() => (turns += 1), 0);
	await runConcurrently(
		4,
		1,
		() => false,
		(index) => {
			make();
			made.push(index);
			return { run: async () => await Promise.resolve(run()) };
		},
	);
	clearInterval(others);
	expect(made).toEqual([0, 1, 2, 3]);
	expect(turns).toBeGreaterThan(0);
});
