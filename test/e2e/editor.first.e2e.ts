import { Editor } from './browser';
import { openStage, type Stage } from './stage';
import { addCredentials } from './workflows';

/** "Your first workflow in two minutes" of the README, step by step in n8n's editor, by the words that stand there. */

let stage: Stage;
let editor: Editor;
beforeAll(async () => {
	stage = await openStage();
	await addCredentials(stage);
	editor = await Editor.open(stage);
});
afterAll(async () => {
	await editor?.close();
	await stage?.close();
});

test('makes a group in ThreatConnect', async () => {
	const { page } = editor;
	page.setDefaultTimeout(10_000);
	const said = (words: string | RegExp) =>
		page.getByText(words, { exact: true }).filter({ visible: true }).first();
	await page.goto(`${stage.n8n.url}/workflow/new`);
	await said('Add first step…').waitFor();
	await page.getByTestId('canvas-plus-button').click();
	await said('Trigger manually').click();
	await page.getByTestId('canvas-handle-plus').first().click();
	await page.getByTestId('node-creator-search-bar').fill('ThreatConnect');
	await said('ThreatConnect Group').click();
	await said('Create a group').click();
	await page.getByTestId('parameter-input-operation').waitFor();
	// n8n has chosen one of the credentials that fit.
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
