import type { Figure } from './bench';
import { show } from './table';

const WIDTH = 860;
const ROW = 24;
const LABELS = 300;
const VALUES = 90;
const MARGIN = 24;
const INK = '#1f2933';
const FAINT = '#7b8794';
const OURS = '#2f6fde';
const PEER = '#b8c4d0';

type Bar = { label: string; value: number; isOurs: boolean };
type Panel = { title: string; unit: string; bars: Bar[] };

const escape = (words: string) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const write = (x: number, y: number, words: string, more = '') =>
	`<text x="${x}" y="${y}" ${more || `fill="${INK}"`}>${escape(words)}</text>`;

/** A bar starts at 0, so that the lengths have the same proportions as the values. */
function drawBar({ label, value, isOurs }: Bar, y: number, most: number, unit: string): string {
	const length = Math.max(1, (value / most) * (WIDTH - LABELS - VALUES - MARGIN));
	const middle = y + ROW / 2 + 4;
	return [
		write(LABELS - 8, middle, label, `fill="${INK}" text-anchor="end"${isOurs ? ' font-weight="600"' : ''}`),
		`<rect x="${LABELS}" y="${y + 4}" width="${length.toFixed(1)}" height="${ROW - 8}" rx="2" fill="${isOurs ? OURS : PEER}"/>`,
		write(LABELS + length + 6, middle, `${show(value)} ${unit}`, `fill="${FAINT}"`),
	].join('\n');
}

function drawPanel({ title, unit, bars }: Panel, top: number): string {
	const most = Math.max(...bars.map(({ value }) => value));
	return [
		write(MARGIN, top + 16, title, `fill="${INK}" font-weight="600" font-size="14"`),
		...bars.map((bar, index) => drawBar(bar, top + 26 + index * ROW, most, unit)),
	].join('\n');
}

const heightOf = ({ bars }: Panel) => 26 + bars.length * ROW + MARGIN;

/** Our node and all that it is compared with, from the figures of the scenarios whose names begin with `start`. */
function panel(
	figures: Figure[],
	title: string,
	unit: string,
	...ours: Array<[label: string, start: string]>
) {
	const bars = new Map<string, Bar>();
	for (const [label, start] of ours) {
		const own = figures.filter((figure) => figure.scenario === start && figure.unit === unit);
		for (const { ours: value } of own) bars.set(label, { label, value, isOurs: true });
		for (const { peers } of own) {
			for (const [name, value] of Object.entries(peers))
				bars.set(name, { label: name, value, isOurs: false });
		}
	}
	const sorted = [...bars.values()].sort((a, b) => a.value - b.value);
	return sorted.length > 0 ? [{ title, unit, bars: sorted }] : [];
}

/** Cost by the number of items, as bars in the order of these numbers. */
function growthPanel(figures: Figure[]): Panel[] {
	const [figure] = figures.filter(({ scenario }) => scenario.startsWith('8: time'));
	if (!figure) return [];
	const items = /of ([\d,]+) creates/.exec(figure.scenario)?.[1] ?? '';
	const bars = Object.entries(figure.peers).map(([label, value]) => ({ label, value, isOurs: true }));
	const all = [...bars, { label: `of ${items}`, value: figure.ours, isOurs: true }];
	return [{ title: '8: time for one item, by number of items', unit: figure.unit, bars: all }];
}

const AT_200 = ', Max Concurrent Requests 200';

/** Our node with the default and with a maximum of 200, from the scenario whose name begins with `start`. */
function bothPanel(figures: Figure[], start: string, unit: string, hint: string): Panel[] {
	const name = figures.find(({ scenario }) => scenario.startsWith(start))?.scenario ?? '';
	return panel(
		figures,
		`${name} (${hint})`,
		unit,
		['this node', name],
		[`this node${AT_200}`, name + AT_200],
	);
}

/** The most telling figures of a run, as an SVG. */
export function plot(figures: Figure[]): string {
	const panels = [
		...bothPanel(figures, '1: 2,000', 's', 'shorter is better'),
		...bothPanel(figures, '2: 2,000', 'failed items', 'items that failed'),
		...bothPanel(figures, '3:', 'items/s', 'longer is better'),
		...growthPanel(figures),
	];
	const height = panels.reduce((sum, one) => sum + heightOf(one), MARGIN);
	let top = MARGIN;
	const drawn = panels.map((one) => {
		const svg = drawPanel(one, top);
		top += heightOf(one);
		return svg;
	});
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
		`<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
		...drawn,
		'</svg>',
		'',
	].join('\n');
}
