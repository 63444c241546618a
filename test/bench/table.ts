import type { Figure } from './bench';

/** A number with its significant digits. */
export function show(value: number): string {
	if (value === 0 || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
	return String(Number(value.toPrecision(3)));
}

const COLUMNS = ['Scenario', 'Ours', 'Others', 'Required', 'Met', 'Peak memory'];

function row({ scenario, ours, unit, peers, bar, met, peakRssMiB }: Figure, isFirst: boolean): string[] {
	const ratio = (value: number) => (ours > 0 && value > 0 ? ` (${show(value / ours)}x)` : '');
	const others = Object.entries(peers).map(([name, value]) => `${name} ${show(value)}${ratio(value)}`);
	return [
		isFirst ? scenario : '',
		`${show(ours)} ${unit}`,
		others.join(', '),
		bar,
		met ? 'yes' : 'no',
		peakRssMiB > 0 ? `${show(peakRssMiB)} MiB` : '',
	];
}

/** A table in Markdown that can be read in a terminal too. The numbers in brackets are multiples of our figure. */
export function asTable(figures: readonly Figure[]): string {
	const rows = figures.map((figure, index) => row(figure, figures[index - 1]?.scenario !== figure.scenario));
	const all = [COLUMNS, ...rows];
	const widths = COLUMNS.map((_name, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
	const line = (cells: string[]) =>
		`| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const rule = line(widths.map((width) => '-'.repeat(width)));
	return [line(COLUMNS), rule, ...rows.map(line)].join('\n');
}
