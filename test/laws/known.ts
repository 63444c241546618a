import type { Cell, Law } from './laws';
import type { DataMode } from './operations';

/** What does not hold today. A fix takes its rows out: a test fails for a row that holds. */

export type KnownRow = {
	/** Of issue 15: which of its faults shows. */
	item: number;
	law: Law;
	operation: string;
	/** Absent: in all of them. */
	modes?: readonly DataMode[];
	kinds: readonly string[];
};

export const isAbout = ({ law, operation, modes, kinds }: KnownRow, cell: Cell): boolean =>
	law === cell.law &&
	operation === cell.operation.name &&
	kinds.includes(cell.kind) &&
	(modes === undefined || (cell.mode !== undefined && modes.includes(cell.mode)));

export const isKnown = (cell: Cell): boolean => KNOWN.some((row) => isAbout(row, cell));

// prettier-ignore
export const KNOWN: readonly KnownRow[] = [
];
