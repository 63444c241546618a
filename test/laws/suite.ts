import { check, lawfulCells, titleOf, allCells } from './check';
import { isAbout, isKnown, KNOWN } from './known';
import type { Law } from './laws';
import { MODES, OPERATIONS } from './operations';

/** A law over all operations and data modes: what it holds of, and what is known not to hold. A file each: jest runs them side by side. */

/** `LAWS_SEED=1` draws other values, `LAWS_RUNS=10` as many a kind; `npm run laws` is the long form. */
const SEED = Number(process.env.LAWS_SEED ?? 20261128);
const RUNS = Number(process.env.LAWS_RUNS ?? 1);

const shown = ({ cell, input, what }: Awaited<ReturnType<typeof check>>['counterexamples'][number]) =>
	`${titleOf(cell)}: ${what} by ${input.slice(0, 600)}`;

export const testLaw = (law: Law) =>
	describe(`the law of ${law}`, () => {
		test('is checked of all operations that it is about, in all data modes', () => {
			const cells = allCells(law);
			const about = OPERATIONS.filter(({ effect, fields }) => {
				if (law === 'frame') return fields !== undefined;
				return law !== 'once' || effect === 'writes';
			});
			for (const { name, fields } of about) {
				const own = cells.filter(({ operation }) => operation.name === name);
				expect([name, [...new Set(own.map(({ mode }) => mode))]]).toEqual([
					name,
					fields ? [...MODES] : [undefined],
				]);
			}
		});

		test('holds, but for what is known', async () => {
			const { counterexamples } = await check(lawfulCells(law), { seed: SEED, runs: RUNS, isShrunk: false });
			expect(counterexamples.map(shown)).toEqual([]);
		});

		test('does not hold yet of what is known: a fix takes its rows out of known.ts', async () => {
			const cells = allCells(law).filter(isKnown);
			const { counterexamples } = await check(cells, { seed: 20261128, runs: 30, isShrunk: false });
			const failing = new Set(counterexamples.map(({ cell }) => cell));
			expect(cells.filter((cell) => !failing.has(cell)).map(titleOf)).toEqual([]);
		});

		test('is known not to hold of kinds that there are', () => {
			const cells = allCells(law);
			const rows = KNOWN.filter((row) => row.law === law).flatMap((row) =>
				row.kinds.map((kind) => ({ ...row, kinds: [kind] })),
			);
			expect(rows.filter((row) => !cells.some((cell) => isAbout(row, cell)))).toEqual([]);
		});
	});
