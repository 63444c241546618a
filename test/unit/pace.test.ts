import { Pace } from '../../nodes/shared/pace';

/** Runs works of a simulated service, and tells the most that were under way and how many went badly. */
async function load(pace: Pace, count: number, bears: number, latency = () => 2) {
	let underWay = 0;
	let most = 0;
	let refused = 0;
	const one = async (): Promise<void> => {
		const ticket = await pace.enter();
		underWay += 1;
		most = Math.max(most, underWay);
		const tooMuch = underWay > bears;
		await new Promise((resolve) => setTimeout(resolve, latency()));
		underWay -= 1;
		if (tooMuch) refused += 1;
		pace.leave(ticket, tooMuch ? 'overloaded' : 'well');
		if (tooMuch) await one();
	};
	await Promise.all(Array.from({ length: count }, one));
	return { most, refused };
}

test('the maximum is reached and never passed', async () => {
	expect((await load(new Pace(16), 300, Infinity)).most).toBe(16);
});

test('a maximum of one lets one through at a time', async () => {
	expect((await load(new Pace(1), 20, Infinity)).most).toBe(1);
});

test('what is too much for the service is met once, and not tried again at every turn', async () => {
	const { most, refused } = await load(new Pace(64), 1000, 20);
	expect(most).toBeGreaterThan(20);
	expect(refused).toBeLessThan(60);
});

test('a Retry-After is a pause for everybody', async () => {
	const pace = new Pace(8);
	const ticket = await pace.enter();
	pace.leave(ticket, 'overloaded', 500);
	expect(pace.pause).toBeGreaterThan(400);
	expect(pace.pause).toBeLessThanOrEqual(500);
});

test('places are given in the order in which they were asked for', async () => {
	const pace = new Pace(1);
	const order: number[] = [];
	await Promise.all(
		[1, 2, 3, 4].map(async (n) => {
			const ticket = await pace.enter();
			order.push(n);
			pace.leave(ticket, 'well');
		}),
	);
	expect(order).toEqual([1, 2, 3, 4]);
});
