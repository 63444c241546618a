import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { attempt, CHEAP, commandsOf, commandsOfCi, DEAR } from '../docs/commands';
import { DOCUMENTS, read, ROOT } from '../docs/pages';
import { run } from '../e2e/processes';

const documented = DOCUMENTS.flatMap((document) => {
	const { commands, others } = commandsOf(document);
	return commands.map((command) => ({ document, ...command, others }));
});
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const bases = [...new Set(documented.map(({ base }) => base))];

/** Commands of n8n and of its installer, with the end-to-end test that runs each, and the text of the call there. */
const OF_N8N: Record<string, [file: string, call: string]> = {
	'n8n start': ['test/e2e/n8n.ts', "['start'"],
	'n8n worker': ['test/e2e/n8n.ts', "['worker'"],
	'npm install': ['test/e2e/tarball.ts', "['install'"],
	'n8n export:workflow': ['test/e2e/split.e2e.ts', 'docs/migration.md'],
	'n8n import:workflow': ['test/e2e/split.e2e.ts', 'docs/migration.md'],
};

test('every command of the documents is run by .ci/run or by a test', () => {
	const inCi = commandsOfCi();
	const tried = new Set([...CHEAP, ...DEAR].map(({ of }) => of));
	expect(bases.filter((base) => !inCi.has(base) && !tried.has(base) && !(base in OF_N8N))).toEqual([]);
	expect([...tried].filter((base) => !bases.includes(base))).toEqual([]);
	expect(bases).toEqual(expect.arrayContaining(['npm ci', 'npm test', 'npm run demo', 'npm run bench']));
	for (const [base, [file, call]] of Object.entries(OF_N8N)) {
		expect(bases).toContain(base);
		expect(read(file)).toContain(call);
	}
});

test.each(DOCUMENTS)('%s has only commands in its shell blocks', (document) => {
	expect(commandsOf(document).others).toEqual([]);
});

test.each(bases.filter((base) => base.startsWith('npm run ')))('%s is a script of package.json', (base) => {
	expect(Object.keys(scripts)).toContain(base.slice('npm run '.length));
});

const withArgs = documented.filter(({ base }) => base.startsWith('npm run '));
const cli = (base: string) => /tsx (test\S+\.ts)$/.exec(scripts[base.slice('npm run '.length)] ?? '')?.[1];
const files = [...new Set(bases.flatMap((base) => cli(base) ?? []))];

// The options are all documented options of a command, and one that does not exist. The command must name that one.
test.each(files)('tsx %s takes the options of the documents, and refuses others', async (file) => {
	const args = withArgs.filter(({ base }) => cli(base) === file).flatMap((command) => command.args);
	const command = run('npx', ['tsx', file, ...args, '--no-such-option'], { cwd: ROOT });
	await expect(command).rejects.toThrow("Unknown option '--no-such-option'");
});

const patterns = withArgs.filter(({ base, args }) => base === 'npm run test:e2e' && args.length > 0);

test.each(patterns.map(({ text, args }) => [text, ...args]))('%s finds tests', (_, pattern) => {
	const names = readdirSync(join(ROOT, 'test/e2e')).filter((name) => name.endsWith('.e2e.ts'));
	expect(names.filter((name) => name.includes(pattern))).not.toEqual([]);
});

test.each(CHEAP.map((trial) => ({ ...trial, command: trial.run })))(
	'$command does what it says',
	async (trial) => {
		await attempt(trial, ROOT);
	},
);

test('files in commands exist, or an earlier command writes them', () => {
	const named = documented.flatMap(({ base }) => base.match(/test\/\S+\.ts/g) ?? []);
	expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
