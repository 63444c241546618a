const START = '<!-- Written by `npm run mutants -- --write`. -->';
const END = '<!-- End of the scores. -->';
const ROW = /^\| `(nodes\/shared\/[\w/]+\.ts)` +\| +\d+ \| +\d+ \| +[\d.]+ % \| [\d-]+ \|$/;

/** Where a mark stands; a mark that is missing, or there twice, does not say which table is meant. */
function positionOf(mark, text) {
	const times = text.split(mark).length - 1;
	if (times !== 1)
		throw new Error(`The mark ${mark} is there ${times} times instead of once: nothing was written`);
	return text.indexOf(mark);
}

/**
 * A page with new rows between its two marks. Rows of files that were not measured stay, those of files that are no more go,
 * and nothing outside the marks changes.
 *
 * @param {string} text
 * @param {{ file: string; mutants: number; missed: number; score: number }[]} scores
 * @param {{ files: string[]; today: string; format: (table: string) => Promise<string> }} options
 */
async function withScores(text, scores, { files, today, format }) {
	const [start, end] = [positionOf(START, text) + START.length, positionOf(END, text)];
	if (end < start) throw new Error(`The mark ${END} stands before the other: nothing was written`);
	const rows = new Map(
		text
			.slice(start, end)
			.split('\n')
			.flatMap((line) => {
				const file = ROW.exec(line)?.[1];
				return file && files.includes(file) ? [[file, line]] : [];
			}),
	);
	for (const { file, mutants, missed, score } of scores) {
		rows.set(file, `| \`${file}\` | ${mutants} | ${missed} | ${score.toFixed(1)} % | ${today} |`);
	}
	const table = [
		'| File | Mutants | Not noticed | Score | Measured |',
		'| --- | ---: | ---: | ---: | --- |',
		...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
	].join('\n');
	return `${text.slice(0, start)}\n\n${(await format(table)).trim()}\n\n${text.slice(end)}`;
}

module.exports = { START, END, withScores };
