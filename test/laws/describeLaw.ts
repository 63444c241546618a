import { allCells, check, everyNth, type Verdict } from './check';
import type { Law } from './judge';
import { shortenPauses } from './pauses';

/** Each run of the tests draws the same values; `npm run laws` draws others each time. */
const SEED = 20261128;

/**
 * One law as tests: each operation keeps it, in a run of each nth of its cells.
 *
 * @param keeps what an operation does, e.g. `changes only the record that the item names`
 */
export function describeLaw(law: Law, keeps: string, nth: number): void {
	describe(`seed ${SEED}: each operation ${keeps}`, () => {
		let verdict: Verdict;
		const cells = allCells(law);
		const operations = [...new Set(cells.map(({ operation }) => operation.name))];
		beforeAll(async () => {
			shortenPauses();
			verdict = await check(everyNth(cells, nth), { seed: SEED, runs: 1 });
		});

		test.each(operations)('%s', (name) => {
			const found = verdict.counterexamples.filter(({ cell }) => cell.operation.name === name);
			expect(found.map(({ what, input, recipe }) => `${what}\n${input}\n${recipe}`)).toEqual([]);
		});

		test('and none has been left out', () => {
			expect(verdict.operations).toBe(operations.length);
			expect(verdict.runs).toBeGreaterThanOrEqual(operations.length);
		});
	});
}
