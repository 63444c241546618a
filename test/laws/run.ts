import { parseArgs } from 'node:util';

import { allCells, check, type Counterexample, lawfulCells, titleOf } from './check';
import { type Law, LAWS } from './laws';

/** `npm run laws -- --json [--seeds n] [--runs n]`: the laws with many more values than `npm test` has. */

const { values } = parseArgs({
	options: {
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
		/** Also what is known not to hold. */
		known: { type: 'boolean', default: false },
	},
});

const FIRST_SEED = 20261128;

async function main(): Promise<void> {
	const summary: Record<string, object> = {};
	for (const law of LAWS.filter((one) => values.law === undefined || one === values.law)) {
		const cells = (values.known ? allCells(law) : lawfulCells(law)).filter((cell) =>
			titleOf(cell).includes(values.only ?? ''),
		);
		const runs = Math.max(1, Math.ceil(Number(values.runs) / cells.length));
		const found: Counterexample[] = [];
		const total = { runs: 0, operations: 0 };
		const started = Date.now();
		for (let nth = 0; nth < Number(values.seeds); nth++) {
			const verdict = await check(cells, { seed: FIRST_SEED + nth, runs, isShrunk: !values.quick });
			found.push(...verdict.counterexamples);
			total.runs += verdict.runs;
			total.operations = verdict.operations;
		}
		for (const one of found) show(law, one);
		const seconds = (Date.now() - started) / 1000;
		console.error(`${law}: ${total.runs} runs of ${cells.length} cells in ${seconds.toFixed(1)} s`);
		summary[law] = { ...total, counterexamples: found.length };
	}
	console.log(JSON.stringify(summary, null, values.json ? undefined : '\t'));
	process.exitCode = 0;
}

function show(law: Law, { cell, input, what }: Counterexample): void {
	console.log(`${law} | ${titleOf(cell)}\n    ${what}\n    ${input.slice(0, 1200)}`);
}

void main();
