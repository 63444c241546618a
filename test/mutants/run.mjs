/**
 * `npm run mutants` changes nodes/shared in small ways, one change at a time, and runs the tests. It lists the changes
 * that no test notices, and fails when a file's score is below the floor.
 *
 * `npm run mutants -- json dates` takes only these files. `--write` writes the scores into docs/architecture.md.
 */
import { Stryker } from '@stryker-mutator/core';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

import { withScores } from './scores.cjs';

/** The least percentage of a file's mutants that tests must notice. */
const FLOOR = 80;

const namesIn = (folder, ending) =>
	readdirSync(folder)
		.filter((name) => name.endsWith(ending))
		.map((name) => name.slice(0, -ending.length));

/**
 * Every source of nodes/shared by its base name. No two rooms have the same base name, because the test of a file has
 * it too.
 */
const paths = new Map(
	readdirSync('nodes/shared', { recursive: true })
		.filter((path) => path.endsWith('.ts'))
		.map((path) => [basename(path, '.ts'), `nodes/shared/${path}`]),
);
const sources = [...paths.keys()].sort();
/**
 * Files whose unit tests cover all that they do, so that no engine is needed. Some files have the tests of another
 * file.
 */
const unitTests = namesIn('test/unit', '.test.ts');
const testsOf = (name) =>
	[
		...({
			field: ['record'],
			lookupCache: ['concurrency'],
			sleep: ['retry'],
			record: ['keys', 'inSight'],
			response: ['masked'],
			retry: ['circuitBreaker'],
		}[name] ?? []),
		name,
	].filter((test) => unitTests.includes(test));
/** Engine tests that are fast, and together use everything else. */
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
		// Most of these would change the name of a parameter, or its description.
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
	// Code that runs while a module loads has mutants too. Each of these needs a new process, and all tests of its file.
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
if (options.write) {
	const page = 'docs/architecture.md';
	const settings = { ...(await resolveConfig(page)), filepath: page };
	const written = await withScores(readFileSync(page, 'utf8'), scores, {
		files: [...paths.values()],
		today,
		format: async (table) => await format(table, settings),
	});
	writeFileSync(page, written);
}
