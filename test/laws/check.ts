import fc from 'fast-check';

import type { Cell, Law } from './judge';
import { cellsOf } from './laws';
import { OPERATIONS } from './operations';
import { World } from './worlds';

/** Runs the laws against several services at the same time, because runs wait more than they compute. */

const SIDE_BY_SIDE = 8;

export type Counterexample = {
	cell: Cell;
	input: string;
	what: string;
	/** How many runs had been made when it was found. */
	after: number;
	/** The command that runs it again. */
	recipe: string;
};
export type Verdict = {
	runs: number;
	operations: number;
	counterexamples: Counterexample[];
	/** Of cells whose law cannot be kept, as the documentation says. */
	documented: Counterexample[];
};

export type Settings = {
	seed: number;
	runs: number;
	isShrunk?: boolean;
	/** Of a counterexample among the values that the seed draws: fast-check's `path`. */
	path?: string;
	/** Called after each cell, as the whole takes minutes. */
	onChecked?: (cell: Cell, seconds: number, found?: Counterexample) => void;
};

export const titleOf = ({ operation, mode, kind }: Cell) =>
	[operation.name, mode, kind].filter(Boolean).join(', ');

const recipeOf = (cell: Cell, seed: number, path: string | null) =>
	[
		`npm run laws -- --law ${cell.law} --only "${titleOf(cell)}" --seed ${seed}`,
		...(path === null ? [] : [`--path ${path}`]),
	].join(' ');

/** Of each operation every nth cell, but at least one, and those that are always tested. */
export const everyNth = (cells: readonly Cell[], nth: number): Cell[] => {
	const seen = new Map<string, number>();
	return cells.filter(({ operation: { name }, isAlwaysTested }) => {
		if (isAlwaysTested) return true;
		const earlier = seen.get(name) ?? 0;
		seen.set(name, earlier + 1);
		return earlier % nth === 0;
	});
};

export const allCells = (law: Law): Cell[] => OPERATIONS.flatMap((operation) => cellsOf(law, operation));

/** Starts worlds when they are needed, and passes them on. */
class Pool {
	private readonly free: World[] = [];
	private readonly all: World[] = [];

	async use<T>({ operation: { service } }: Cell, work: (world: World) => Promise<T>): Promise<T> {
		const index = this.free.findIndex((world) => world.service === service);
		let [world] = index < 0 ? [] : this.free.splice(index, 1);
		if (!world) this.all.push((world = await World.start(service)));
		try {
			return await work(world);
		} finally {
			this.free.push(world);
		}
	}

	async stop(): Promise<void> {
		await Promise.all(this.all.map(async (world) => await world.stop()));
	}
}

/** Checks cells, each with the same number of runs. */
export async function check(
	cells: readonly Cell[],
	{ seed, runs, isShrunk = true, path, onChecked }: Settings,
): Promise<Verdict> {
	const verdict: Verdict = { runs: 0, operations: 0, counterexamples: [], documented: [] };
	const pool = new Pool();
	const queue = [...cells];
	const worker = async () => {
		for (let cell = queue.shift(); cell; cell = queue.shift()) {
			const one: Cell = cell;
			await pool.use(one, async (world) => {
				const property = fc.asyncProperty(
					one.inputs,
					async (input) => await one.holds(world, input as never),
				);
				const started = Date.now();
				const details = await fc.check(property, {
					seed,
					numRuns: runs,
					endOnFailure: !isShrunk || one.documented !== undefined,
					...(path !== undefined && { path }),
				});
				verdict.runs += details.numRuns + details.numShrinks;
				const seconds = (Date.now() - started) / 1000;
				const isExcepted = one.documented !== undefined;
				if (!details.failed && !isExcepted) return onChecked?.(one, seconds);
				const what = details.failed
					? ((details.errorInstance as Error | null)?.message ?? 'timed out')
					: 'it is documented as not kept, and is kept';
				const found: Counterexample = {
					cell: one,
					input: fc.stringify(details.counterexample?.[0]),
					what,
					after: verdict.runs,
					recipe: recipeOf(one, seed, details.counterexamplePath),
				};
				if (details.failed && isExcepted) {
					verdict.documented.push(found);
					return onChecked?.(one, seconds);
				}
				verdict.counterexamples.push(found);
				onChecked?.(one, seconds, found);
			});
		}
	};
	try {
		await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
	} finally {
		await pool.stop();
	}
	verdict.operations = new Set(cells.map(({ operation }) => operation.name)).size;
	return verdict;
}
