import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { attempt, DEAR, shellLinesOf } from '../docs/commands';
import { codeOf, DOCUMENTS, ROOT } from '../docs/pages';
import { NODE } from './install';
import { run } from './processes';

/** Commands of the documents that .ci/run does not run. They run as documented, with less work. */

/** Files that installing, building and testing make. */
const MADE =
	/^(\.git|dist|coverage|split|test\/e2e\/(\.cache|report|versions\/[^/]+\/node_modules))$|(^|\/)node_modules$/;

const MODULES = ['node_modules', 'test/e2e/node_modules'];

let copy: string;
beforeAll(() => {
	copy = mkdtempSync(join(tmpdir(), 'n8n-commands-'));
	cpSync(ROOT, copy, { recursive: true, filter: (path) => !MADE.test(relative(ROOT, path)) });
	for (const modules of MODULES) symlinkSync(join(ROOT, modules), join(copy, modules));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

test.each(DEAR.map((trial) => ({ ...trial, command: trial.run })))('$command', async (trial) => {
	await attempt(trial, copy);
});

describe("settings of n8n's that the documents name", () => {
	const names = new Set(
		DOCUMENTS.flatMap((document) => [...codeOf(document), ...shellLinesOf(document)]).flatMap(
			(code) => code.match(/\b(?:N8N|QUEUE|DB|EXECUTIONS|NODE)_[A-Z][A-Z\d_]+/g) ?? [],
		),
	);
	let sources = '';
	beforeAll(async () => {
		const modules = join(ROOT, 'test/e2e/node_modules');
		for (const folder of [
			'@n8n/config/dist',
			'n8n/dist/modules/community-packages',
			'n8n-core/dist/binary-data',
		]) {
			for (const name of readdirSync(join(modules, folder), { recursive: true, encoding: 'utf8' })) {
				if (name.endsWith('.js')) sources += readFileSync(join(modules, folder, name), 'utf8');
			}
		}
		// Node's own settings are in its help.
		sources += await run(NODE, ['--help'], { cwd: ROOT });
	});

	test.each([...names])('%s exists', (name) => expect(sources).toMatch(new RegExp(`\\b${name}\\b`)));
});
