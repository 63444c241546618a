import { sum } from '../faults/account';
import { type Job, runJob } from '../faults/jobs';
import type { ServiceName } from '../faults/services';
import { FAULT_KINDS } from '../simulators/shared/faults';

/** What happens to items while requests fail: the short form of `npm run faults`, which sends many more items. */

const SHARE = 1 / 3;
/** All kinds except a refusal, because an item that is refused has to fail. */
const kinds = FAULT_KINDS.filter((kind) => kind !== 'errorInSuccess');
const NOTHING_WRONG = { lost: 0, doubled: 0, unaccounted: 0, wrongContent: 0 };

describe.each<ServiceName>(['threatConnect', 'attackForge'])(
	'%s, with a third of all requests harmed:',
	(service) => {
		const job = (operation: Job['operation'], items: number, seed: number): Job => ({
			service,
			operation,
			items,
			by: 'node',
			faults: { seed, share: SHARE, kinds },
		});

		test('no item is lost, doubled or unaccounted for, and nearly all go through', async () => {
			const jobs = [job('create', 80, 1), job('update', 80, 2), job('upsert', 40, 3)];
			const results = await Promise.all(jobs.map(runJob));
			expect(Object.keys(Object.assign({}, ...results.map(({ faults }) => faults))).length).toBeGreaterThan(
				15,
			);
			const figures = sum(results.map((result) => result.figures));
			expect(figures).toMatchObject({ sent: 200, ...NOTHING_WRONG });
			// Two items are 1 %. Chance may fail one more. `npm run faults` requires 99 %.
			expect(figures.succeeded).toBeGreaterThanOrEqual(197);
		});

		test("n8n's Retry On Fail, which sends all items again, makes no second record", async () => {
			// So many requests fail that some items fail in every run.
			const { figures, requests } = await runJob({
				...job('create', 40, 4),
				faults: { seed: 4, share: 0.6 },
				retried: true,
			});
			expect(requests).toBeGreaterThan(40);
			expect(figures).toMatchObject({ lost: 0, doubled: 0, wrongContent: 0 });
		});
	},
);
