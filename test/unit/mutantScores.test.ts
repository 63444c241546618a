import { read } from '../docs/pages';

type Score = { file: string; mutants: number; missed: number; score: number };
type Options = { files: string[]; today: string; format: (table: string) => Promise<string> };

const { START, END, withScores } = jest.requireActual<{
	START: string;
	END: string;
	withScores: (text: string, scores: Score[], options: Options) => Promise<string>;
}>('../mutants/scores.cjs');

const json = 'nodes/shared/core/json.ts';
const values = 'nodes/shared/core/readValue.ts';
const options: Options = {
	files: [json, values],
	today: '2026-11-28',
	format: async (table) => await Promise.resolve(`${table}\n`),
};
const measured: Score[] = [{ file: json, mutants: 8, missed: 1, score: 87.5 }];

const head = '| File | Mutants | Not noticed | Score | Measured |\n| --- | ---: | ---: | ---: | --- |\n';
const other = `| Question | File |\n| --- | --- |\n| Which digits? | \`${json}\` |\n| \`${json}\` | 1 | 1 | 0.0 % | 2026-01-01 |\n`;
const pageOf = (rows: string) => `${other}\n${START}\n\n${head}${rows}\n\n${END}\n\n${other}`;
const row = (file: string, rest: string) => `| \`${file}\` | ${rest} |`;

test("a measured file's row is replaced, another row stays, and the row of a removed file is removed", async () => {
	const before = [
		row('nodes/shared/core/gone.ts', '3 | 0 | 100.0 % | 2026-11-22'),
		row(json, '5 | 5 | 0.0 % | 2026-11-22'),
		row(values, '4 | 0 | 100.0 % | 2026-11-22'),
	].join('\n');
	const after = [row(json, '8 | 1 | 87.5 % | 2026-11-28'), row(values, '4 | 0 | 100.0 % | 2026-11-22')].join(
		'\n',
	);
	expect(await withScores(pageOf(before), measured, options)).toBe(pageOf(after));
});

test.each([
	['has no mark', other],
	['lacks the mark at the end', `${START}\n${other}`],
	['lacks the mark at the start', `${other}\n${END}`],
	['has the marks twice', pageOf('') + pageOf('')],
	['has the mark at the start twice', START + pageOf('')],
	['has the marks the wrong way round', `${END}\n${START}`],
])('a page that %s is refused', async (_, page) => {
	await expect(withScores(page, measured, options)).rejects.toThrow('nothing was written');
});

test('docs/architecture.md has the marks, and keeps every row when nothing is measured', async () => {
	const page = read('docs/architecture.md');
	const rows = (text: string) => text.match(/^\| `nodes\/shared\/\S+\.ts` .*% .*$/gm)?.sort();
	const files = (rows(page) ?? []).map((line) => line.split('`')[1] ?? '');
	expect(files.length).toBeGreaterThan(20);
	expect(rows(await withScores(page, [], { ...options, files }))).toEqual(rows(page));
});
