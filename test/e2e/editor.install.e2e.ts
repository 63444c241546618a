import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { read } from '../docs/pages';
import { Editor } from './browser';
import { PACKAGE_NAME, startN8n } from './n8n';
import { run } from './processes';
import { openStage, type Stage } from './stage';

/** Follows "Install in n8n" from a checkout, and "Credentials", with the words of the README. */

const README = read('README.md').replace(/\s+/g, ' ');

/** A text of the README, which the test follows. The test fails if the README no longer has it. */
const as = (words: string): string => {
	expect(README).toContain(words);
	return words.split(' > ').at(-1)?.replaceAll('*', '') ?? '';
};

let stage: Stage;
let editor: Editor;
beforeAll(async () => {
	stage = await openStage({ withoutPackage: true });
});
afterAll(async () => {
	await editor?.close();
	// The n8n that now runs is another one than the stage was opened with.
	await stage?.n8n.stop();
	await stage?.close();
});

test('installs the tarball by unpacking it, and finds the nodes after a restart', async () => {
	const folder = '.n8n/nodes/node_modules/n8n-nodes-threatconnect-attackforge';
	expect(README).toContain(
		`Unpack the content of its folder \`package\` into \`<n8n user folder>/${folder}\` and restart n8n`,
	);
	const into = join(stage.folder, folder);
	mkdirSync(into, { recursive: true });
	await run('tar', ['-xzf', String(process.env.E2E_TARBALL), '-C', into, '--strip-components=1'], {
		cwd: into,
	});
	await stage.n8n.stop();
	stage.n8n = await startN8n({ userFolder: stage.folder, port: Number(new URL(stage.n8n.url).port) });
	editor = await Editor.open(stage);
	const known = await stage.session.nodeTypes();
	for (const name of ['threatConnectGroup', 'attackForgeGroup']) {
		expect(known).toContain(`${PACKAGE_NAME}.${name}`);
	}
});

test('adds a credential, which n8n tests', async () => {
	const { page } = editor;
	await page.goto(`${stage.n8n.url}/home/credentials`);
	await page
		.getByRole('button', { name: as('**Credentials > Create credential') })
		.first()
		.click();
	const type = as('**Credentials > Create credential > ThreatConnect API**');
	const search = page.getByPlaceholder('Search for app...');
	await search.fill(type);
	await page.getByText(type, { exact: true }).filter({ visible: true }).first().click();
	await page.getByRole('button', { name: 'Continue' }).click();
	const dialog = page.getByTestId('credential-edit-dialog');
	const { apiToken } = stage.threatConnect.credentials;
	for (const [field, value] of Object.entries({ baseUrl: stage.threatConnect.url, apiToken })) {
		await dialog.getByTestId(`parameter-input-${field}`).locator('input').fill(value);
	}
	await page.getByTestId('credential-save-button').click();
	await dialog.getByText('Connection tested successfully').waitFor();
	await editor.screenshot('First credential');
});

/** This is "Your first workflow in two minutes" of the README. */
test('makes a first group in ThreatConnect with it', async () => {
	const { page } = editor;
	const said = (words: string | RegExp) =>
		page.getByText(words, { exact: true }).filter({ visible: true }).first();
	await page.keyboard.press('Escape');
	await page.getByTestId('credential-edit-dialog').waitFor({ state: 'hidden' });
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await said('Add first step…').waitFor();
	await page.getByTestId('canvas-plus-button').click();
	await said('Trigger manually').click();
	await page.getByTestId('canvas-handle-plus').first().click();
	await page.getByTestId('node-creator-search-bar').fill('ThreatConnect');
	await said('ThreatConnect Group').click();
	await said('Create group').click();
	await page.getByTestId('parameter-input-operation').waitFor();
	// n8n has chosen the only credential that fits.
	const credential = page.getByTestId('node-credentials-select').locator('input').first();
	expect(await credential.inputValue()).toMatch(/^ThreatConnect/);
	await editor.choose('type', 'Incident');
	await editor.input('name').locator('input').fill('My first group');
	await editor.execute();
	await page.getByTestId('output-panel').getByText('My first group').first().waitFor();
	expect(await page.getByTestId('output-panel').innerText()).toMatch(/\bid\b[^]*\bwebLink\b/);
	await editor.screenshot('First workflow');
	expect(stage.threatConnect.groups()).toMatchObject([{ type: 'Incident', name: 'My first group' }]);
});
