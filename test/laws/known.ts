import type { Cell } from './laws';

/** What does not hold today. A fix takes its rows out: a test fails for a row that holds. */

/** `law | operation, mode, kind`, by the number of the item of issue 15 that it is about. */
export const KNOWN: ReadonlyArray<readonly [item: string, cells: readonly string[]]> = [];

const keys = new Set(KNOWN.flatMap(([, cells]) => cells));

export const keyOf = ({ law, operation, mode, kind }: Cell) =>
	`${law} | ${[operation.name, mode, kind].filter(Boolean).join(', ')}`;
export const isKnown = (cell: Cell): boolean => keys.has(keyOf(cell));
