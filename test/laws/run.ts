import { parseArgs } from 'node:util';

import { allCells, check, type Counterexample, titleOf } from './check';
import { LAWS } from './laws';
import { shortenPauses } from './pauses';

/** `npm run laws -- --json [--seeds n] [--runs n]`: the laws of all operations; fails if there is a counterexample. */

const { values } = parseArgs({
	options: {
		/** The last line is the summary, as JSON. */
		json: { type: 'boolean', default: false },
		/** How many seeds, each of which draws other values. */
		seeds: { type: 'string', default: '1' },
		/** How many runs a law has at least, with each seed. */
		runs: { type: 'string', default: '1000' },
		law: { type: 'string' },
		/** A part of an operation's name, or of a kind. */
		only: { type: 'string', default: '' },
		/** Counterexamples as they were found, which is faster. */
		quick: { type: 'boolean', default: false },
	},
});

const FIRST_SEED = 20261128;

/** In seconds. A cell that takes longer is told of. */
const SLOW = 20;

async function main(): Promise<void> {
	const summary: Record<string, { runs: number; operations: number; counterexamples: number }> = {};
	for (const law of LAWS.filter((one) => values.law === undefined || one === values.law)) {
		const cells = allCells(law).filter((cell) => titleOf(cell).includes(values.only));
		const runs = Math.max(1, Math.ceil(Number(values.runs) / cells.length));
		const found: Counterexample[] = [];
		const total = { runs: 0, operations: 0 };
		const started = Date.now();
		for (let nth = 0; nth < Number(values.seeds); nth++) {
			const verdict = await check(cells, {
				seed: FIRST_SEED + nth,
				runs,
				isShrunk: !values.quick,
				onChecked(cell, seconds, one) {
					if (one || seconds > Number(process.env.SLOW ?? SLOW))
						console.error(`${law}, ${titleOf(cell)}: ${one?.what ?? 'holds'} (${seconds.toFixed(1)} s)`);
				},
			});
			found.push(...verdict.counterexamples);
			total.runs += verdict.runs;
			total.operations = verdict.operations;
		}
		show(law, found);
		const seconds = (Date.now() - started) / 1000;
		console.error(`${law}: ${total.runs} runs of ${cells.length} cells in ${seconds.toFixed(1)} s`);
		summary[law] = { ...total, counterexamples: found.length };
	}
	console.log(JSON.stringify(summary, null, values.json ? undefined : '\t'));
	process.exitCode = Object.values(summary).some(({ counterexamples }) => counterexamples > 0) ? 1 : 0;
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
		for (const { cell, input, what } of here)
			console.log(`    ${cell.kind}: ${what}\n        ${input.slice(0, 1200)}`);
	}
}

shortenPauses();
void main();
