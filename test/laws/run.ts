import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

import { allCells, check, type Counterexample, titleOf } from './check';
import { type Cell, LAWS } from './judge';
import { shortenPauses } from './pauses';

/**
 * `npm run laws -- --json [--seeds n] [--runs n]` checks the laws of all operations, and fails if there is a
 * counterexample.
 */

const { values } = parseArgs({
	options: {
		/** The last line is the summary, as JSON. */
		json: { type: 'boolean', default: false },
		/** The number of seeds. Each seed draws other values. */
		seeds: { type: 'string', default: '1' },
		/** The number of runs that a law has at least, with each seed. */
		runs: { type: 'string', default: '1000' },
		/** The first one; by default drawn by chance, and printed. */
		seed: { type: 'string' },
		/** Of a counterexample, as its recipe says. */
		path: { type: 'string' },
		law: { type: 'string' },
		/** A part of an operation's name, or of a kind. */
		only: { type: 'string', default: '' },
		/** Shows counterexamples as they were found, without making them small, which is faster. */
		quick: { type: 'boolean', default: false },
	},
});

/** In seconds. A cell that takes longer is told of. */
const SLOW = 20;

async function main(): Promise<void> {
	const firstSeed = Number(values.seed ?? randomInt(2 ** 31));
	console.error(`Seed ${firstSeed}`);
	const summary: Record<string, { runs: number; operations: number; counterexamples: number }> = {};
	for (const law of LAWS.filter((one) => values.law === undefined || one === values.law)) {
		const cells = chosen(allCells(law));
		if (cells.length === 0) continue;
		const runs = Math.max(1, Math.ceil(Number(values.runs) / cells.length));
		const found: Counterexample[] = [];
		const documented: Counterexample[] = [];
		const total = { runs: 0, operations: 0 };
		const started = Date.now();
		for (let nth = 0; nth < Number(values.seeds); nth++) {
			const verdict = await check(cells, {
				seed: firstSeed + nth,
				runs,
				isShrunk: !values.quick,
				path: values.path,
				onChecked(cell, seconds, one) {
					if (one || seconds > Number(process.env.SLOW ?? SLOW))
						console.error(
							`${law}, ${titleOf(cell)}: ${one ? `after ${one.after} runs, ${one.what}` : 'holds'} (${seconds.toFixed(1)} s)`,
						);
				},
			});
			found.push(...verdict.counterexamples);
			documented.push(...verdict.documented);
			total.runs += verdict.runs;
			total.operations = verdict.operations;
		}
		show(law, found);
		const sentences = new Set(documented.map(({ cell }) => cell.documented));
		for (const one of sentences) console.log(`${law}, as docs/reliability.md says: ${one}`);
		const seconds = (Date.now() - started) / 1000;
		console.error(`${law}: ${total.runs} runs of ${cells.length} cells in ${seconds.toFixed(1)} s`);
		summary[law] = { ...total, counterexamples: found.length };
	}
	console.log(JSON.stringify(summary, null, values.json ? undefined : '\t'));
	process.exitCode = Object.values(summary).some(({ counterexamples }) => counterexamples > 0) ? 1 : 0;
}

/** One cell by its whole title, or all whose titles hold the words. */
function chosen(cells: readonly Cell[]): Cell[] {
	const exact = cells.filter((cell) => titleOf(cell) === values.only);
	return exact.length > 0 ? exact : cells.filter((cell) => titleOf(cell).includes(values.only));
}

/** By law, operation and mode. */
function show(law: string, found: readonly Counterexample[]): void {
	const places = new Map<string, Counterexample[]>();
	for (const one of found) {
		const { operation, mode } = one.cell;
		const place = [law, operation.name, mode].filter(Boolean).join(' | ');
		places.set(place, [...(places.get(place) ?? []), one]);
	}
	for (const [place, here] of [...places].sort(([a], [b]) => a.localeCompare(b))) {
		console.log(place);
		for (const { cell, input, what, recipe } of here)
			console.log(`    ${cell.kind}: ${what}\n        ${input.slice(0, 1200)}\n        ${recipe}`);
	}
}

shortenPauses();
void main();
