/**
 * `npm run mutants` changes nodes/shared in small ways, one at a time, and looks whether a test notices. It lists what none
 * does, and fails when a file's score is below the floor.
 *
 * `npm run mutants -- json dates` takes these files only; `--write` writes the scores into docs/architecture.md.
 */
import { Stryker } from '@stryker-mutator/core';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

/** The least percentage of a file's mutants that tests must notice. */
const FLOOR = 80;

const namesIn = (folder, ending) =>
	readdirSync(folder)
		.filter((name) => name.endsWith(ending))
		.map((name) => name.slice(0, -ending.length));

/** Every source of nodes/shared by its base name, which no other room repeats: the test of a file has the same. */
const paths = new Map(
	readdirSync('nodes/shared', { recursive: true })
		.filter((path) => path.endsWith('.ts'))
		.map((path) => [basename(path, '.ts'), `nodes/shared/${path}`]),
);
const sources = [...paths.keys()].sort();
/** Those whose unit tests say all that they do: no engine is needed. A file without tests of its name has those of another. */
const unitTests = namesIn('test/unit', '.test.ts');
const testsOf = (name) =>
	[
		...({
			field: ['record'],
			lookupCache: ['concurrency'],
			concurrencyLimiter: ['circuitBreaker'],
			response: ['masked'],
			retry: ['circuitBreaker'],
		}[name] ?? []),
		name,
	].filter((test) => unitTests.includes(test));
/** Workflows that are fast, and together use all of the rest. */
const ENGINE = [
	'values',
	'attackforge',
	'attackforge.traps',
	'threatconnect.create',
	'threatconnect.update',
	'threatconnect.traps',
	'threatconnect.traps.read',
	'threatconnect.getMany',
	'threatconnect.upsert',
	'items',
	'credentialTests',
];

const { values: options, positionals: wanted } = parseArgs({
	options: { write: { type: 'boolean' } },
	allowPositionals: true,
});
for (const name of wanted) if (!sources.includes(name)) throw new Error(`nodes/shared has no ${name}.ts`);
const chosen = sources.filter((name) => wanted.length === 0 || wanted.includes(name));
const unit = chosen.filter((name) => testsOf(name).length > 0);
const engine = chosen.filter((name) => !unit.includes(name));

async function mutate(names, testFiles, more) {
	if (names.length === 0) return [];
	return await new Stryker({
		mutate: names.map((name) => paths.get(name)),
		inOneProcess: { testFiles },
		...more,
		plugins: ['./test/mutants/runner.mjs'],
		testRunner: 'in-one-process',
		// Most of these would change what a parameter is called, and what it says of itself.
		mutator: { excludedMutations: ['StringLiteral'] },
		ignorePatterns: ['.*', '*.tgz', 'coverage', 'dist', 'docs', 'examples', 'split', 'test/e2e'],
		tempDirName: 'coverage/stryker',
		cleanTempDir: 'always',
		reporters: ['clear-text'],
		clearTextReporter: { logTests: false, reportTests: false, allowColor: false },
		timeoutMS: 3000,
		concurrency: 2,
	}).runMutationTest();
}

const results = [];
for (const name of unit) {
	// What is made while a module loads counts too: each such mutant takes a new process, and all tests of its file.
	const testFiles = testsOf(name).map((test) => `test/unit/${test}.test.ts`);
	results.push(...(await mutate([name], testFiles, { ignoreStatic: false })));
}
results.push(
	...(await mutate(
		engine,
		ENGINE.map((name) => `test/engine/${name}.test.ts`),
		{ ignoreStatic: true, buildCommand: 'npm run build' },
	)),
);

const today = new Date().toISOString().slice(0, 10);
const scores = chosen.map((name) => {
	const own = results.filter(({ fileName }) => basename(fileName) === `${name}.ts`);
	const count = (...statuses) => own.filter(({ status }) => statuses.includes(status)).length;
	const noticed = count('Killed', 'Timeout');
	const missed = count('Survived', 'NoCoverage');
	const score = noticed + missed === 0 ? 100 : (100 * noticed) / (noticed + missed);
	return { file: paths.get(name), mutants: noticed + missed, missed, score };
});

console.table(scores);
for (const { file, score } of scores) {
	if (score >= FLOOR) continue;
	console.error(`${file}: tests notice ${score.toFixed(1)} % of the mutants, less than ${FLOOR} %`);
	process.exitCode = 1;
}
if (options.write) await writeScores('docs/architecture.md');

/** Replaces the rows of the files that were looked at, and those of files that are no more. */
async function writeScores(page) {
	const [start, end] = ['<!-- Written by `npm run mutants -- --write`. -->', '<!-- End of the scores. -->'];
	const text = readFileSync(page, 'utf8');
	const [before, rest] = text.split(start);
	const [table, after] = rest.split(end);
	const rows = new Map(
		table.split('\n').flatMap((line) => {
			const file = /^\| `(.+?)`/.exec(line)?.[1];
			return file && sources.includes(basename(file, '.ts')) ? [[file, line]] : [];
		}),
	);
	for (const { file, mutants, missed, score } of scores) {
		rows.set(file, `| \`${file}\` | ${mutants} | ${missed} | ${score.toFixed(1)} % | ${today} |`);
	}
	const written = [
		'| File | Mutants | Not noticed | Score | Measured |',
		'| --- | ---: | ---: | ---: | --- |',
		...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
	].join('\n');
	const options = { ...(await resolveConfig(page)), filepath: page };
	writeFileSync(page, await format(`${before}${start}\n\n${written}\n\n${end}${after}`, options));
}
