import { Editor } from './browser';
import { eventually } from './running';
import { openStage, type Stage } from './stage';
import { addCredentials, ATTACKFORGE, THREATCONNECT, workflowOf } from './workflows';

/** Work in n8n's editor, in a real Chromium: finding the nodes, lists, executions by hand, credentials. */

let stage: Stage;
let editor: Editor;
beforeAll(async () => {
	stage = await openStage();
	await addCredentials(stage);
	const baseUrl = stage.threatConnect.url;
	await stage.session.addCredential('Cannot list', 'threatConnectApi', {
		baseUrl,
		apiToken: stage.threatConnect.credentials.cannotListToken,
	});
	await stage.session.addCredential('Wrong key', 'attackForgeApi', {
		baseUrl: stage.attackForge.url,
		apiKey: 'wrong',
	});
	for (const name of ['Phishing in May', 'Phishing in June', "O'Neil's laptop"]) {
		stage.threatConnect.seedGroup({ type: 'Incident', name });
	}
	for (const name of ['Harbor Bank', 'Meridian Clinics']) stage.attackForge.seedGroup({ name });
	editor = await Editor.open(stage);
});
afterAll(async () => {
	await editor?.close();
	await stage?.close();
});

async function open(
	type: string,
	parameters: Record<string, unknown>,
	credentials?: Record<string, string>,
): Promise<void> {
	const node = { name: 'Node', type, parameters, ...(credentials && { credentials }) };
	await editor.openWorkflow(await stage.session.addWorkflow(workflowOf('Work', node)));
	await editor.openNode('Node');
}

const text = async (testId: string) => await editor.page.getByTestId(testId).first().innerText();

const seeInOutput = async (words: string) =>
	await editor.page.getByTestId('output-panel').getByText(words).first().waitFor();

/** Checks what a search list offers after it has been loaded. */
async function expectListed(expected: string[], search = ''): Promise<void> {
	const { page } = editor;
	if (search === '') await page.getByTestId('rlc-input').first().click();
	else
		await page
			.getByTestId('rlc-search')
			.locator('input')
			.or(page.getByTestId('rlc-search'))
			.last()
			.fill(search);
	const items = page.getByTestId('rlc-item').filter({ visible: true });
	await eventually(async () => {
		expect((await items.allInnerTexts()).map((item) => item.trim())).toEqual(expected);
	});
}

test.each(['ThreatConnect', 'AttackForge'])(
	'%s is found in the node panel, with its actions',
	async (name) => {
		const { page } = editor;
		await editor.openWorkflow(await stage.session.addWorkflow(workflowOf('Panel')));
		await page.getByTestId('node-creator-plus-button').first().click();
		await page.getByTestId('node-creator-search-bar').fill(name);
		await page.getByText(`${name} Group`, { exact: true }).first().click();
		await page.getByText('Create or update group').first().waitFor();
		await editor.screenshot(`Node panel-${name}`);
	},
);

describe('search lists', () => {
	test('groups of ThreatConnect are listed, searched by the server, and chosen', async () => {
		await open(THREATCONNECT, { operation: 'get' });
		await expectListed([
			"O'Neil's laptop (Incident, Demo Organization)",
			'Phishing in June (Incident, Demo Organization)',
			'Phishing in May (Incident, Demo Organization)',
		]);
		await editor.screenshot('List-ThreatConnect groups');
		await expectListed(["O'Neil's laptop (Incident, Demo Organization)"], "O'Neil");
		await editor.page.getByTestId('rlc-item').first().click();
		await editor.execute();
		await seeInOutput("O'Neil's laptop");
		await editor.screenshot('Run-Get');
	});

	test('groups and users of AttackForge are listed and searched', async () => {
		await open(ATTACKFORGE, { operation: 'get' });
		await expectListed(['Harbor Bank', 'Meridian Clinics']);
		await expectListed(['Meridian Clinics'], 'meri');
		await open(ATTACKFORGE, { resource: 'member', operation: 'getGroups' });
		await expectListed([
			"Alex O'Neil+Ops (alex.o'neil+ops@attackforge.com)",
			'John Citizen (john.citizen@attackforge.com)',
			'Paul Citizen (paul.citizen@attackforge.com)',
			'Robin Automation (robin.automation@attackforge.com)',
		]);
	});

	test('the names of the output fields are loaded from ThreatConnect', async () => {
		await open(THREATCONNECT, { operation: 'get' });
		await editor.add('Add Option', 'Output Field Names or IDs');
		// The input is disabled until the list has been loaded.
		await editor.input('fields').locator('input.el-select__input').click();
		const offered = editor.page.locator('.el-select-dropdown__item').filter({ visible: true });
		await eventually(async () => {
			expect((await offered.allInnerTexts()).join('\n')).toMatch(/Associated Indicators[^]*Tags/);
		});
		await editor.screenshot('List-output fields');
	});

	test('if the user may not list groups, an ID can be typed, and works', async () => {
		const { id } = stage.threatConnect.groups()[0] ?? { id: '' };
		await open(THREATCONNECT, { operation: 'get' }, { threatConnectApi: 'Cannot list' });
		await editor.screenshot('List-not allowed');
		await editor.page.getByTestId('rlc-mode-selector').first().click();
		await editor.page.getByTestId('mode-id').filter({ visible: true }).first().click();
		await editor.page.getByTestId('rlc-input').first().fill(id);
		await editor.execute();
		await seeInOutput('Phishing in May');
	});

	test('with a wrong key the list says so in words', async () => {
		await open(ATTACKFORGE, { operation: 'get' }, { attackForgeApi: 'Wrong key' });
		await editor.page.getByTestId('rlc-input').first().click();
		await editor.page.getByText('The API key is not valid').first().waitFor();
		await editor.screenshot('List-wrong key');
		expect(await editor.page.locator('body').innerText()).not.toMatch(/\[object|undefined/);
	});
});

describe('an execution by hand', () => {
	test('shows the group that it made', async () => {
		await open(THREATCONNECT, {});
		await editor.input('name').locator('input').fill('Made by hand');
		await editor.execute();
		expect(await text('run-data-item-count')).toMatch(/^1 item/);
		await seeInOutput('Made by hand');
		await editor.screenshot('Run-Create');
		expect(stage.threatConnect.groups().map(({ name }) => name)).toContain('Made by hand');
	});

	test.each([
		{
			what: 'a date that could be two days',
			type: THREATCONNECT,
			parameters: { name: 'X', additionalFields: { eventDate: '03/04/2026' } },
			message: /"Event Date" \(eventDate\).*03\/04\/2026/,
			description: 'Write it as YYYY-MM-DD',
		},
		{
			what: 'what the service refuses',
			type: THREATCONNECT,
			parameters: {
				name: 'X',
				additionalFields: { ownerName: { __rl: true, mode: 'name', value: 'Nobody' } },
			},
			message: /owner/i,
			description: 'Check its name',
		},
		{
			what: 'a text that is not an ID',
			type: ATTACKFORGE,
			parameters: { operation: 'get', groupId: { __rl: true, mode: 'id', value: 'Harbor Bank' } },
			message: /"Group" \(groupId\) cannot be "Harbor Bank"/,
			description: '24 hexadecimal digits',
		},
	])('says in our words: $what', async ({ what, type, parameters, message, description }) => {
		await open(type, parameters);
		await editor.execute();
		expect(await text('node-error-message')).toMatch(message);
		expect(await text('node-error-description')).toContain(description);
		await editor.screenshot(`Error-${what}`);
	});
});

describe('credentials', () => {
	async function save(values: Record<string, string>): Promise<void> {
		const dialog = editor.page.getByTestId('credential-edit-dialog');
		for (const [field, value] of Object.entries(values)) {
			await dialog.getByTestId(`parameter-input-${field}`).locator('input').fill(value);
		}
		await editor.page.getByTestId('credential-save-button').click();
	}

	/** Enters values, saves, and waits until the dialog shows the expected words. */
	async function expectTest(values: Record<string, string>, words: RegExp, picture: string): Promise<void> {
		await save(values);
		const dialog = editor.page.getByTestId('credential-edit-dialog');
		await eventually(async () => {
			const more = dialog.getByText('More details');
			if (await more.isVisible()) await more.click({ timeout: 1_000 }).catch(() => undefined);
			expect(await dialog.innerText()).toMatch(words);
		});
		await editor.screenshot(`Credential-${picture}`);
	}

	test('HMAC is chosen in the window in which the node has a credential created, as the README says', async () => {
		const { page } = editor;
		const { accessId, secretKey } = stage.threatConnect.credentials;
		await open(THREATCONNECT, { name: 'Made with HMAC' }, {});
		await page.getByTestId('node-credentials-select').click();
		await page.getByTestId('node-credentials-select-item-new').click();
		const dialog = page.getByTestId('credential-edit-dialog');
		await dialog.getByTestId('credential-mode-dropdown-trigger').click();
		await page.getByTitle('HMAC (Access ID and Secret Key)').click();
		await save({ baseUrl: stage.threatConnect.url, accessId, secretKey });
		// The editor takes a new credential that passes its test, and closes its window.
		await dialog.waitFor({ state: 'hidden' });
		await editor.execute();
		await seeInOutput('Made with HMAC');
	});

	const cases: Array<{
		type: string;
		node: { type: string; parameters: Record<string, unknown> };
		service: () => string;
		wrong: Record<string, string>;
		refusal: RegExp;
	}> = [
		{
			type: 'threatConnectApi',
			node: { type: THREATCONNECT, parameters: {} },
			service: () => stage.threatConnect.url,
			wrong: { apiToken: 'APIV2:1:wrong' },
			refusal: /The API token is wrong, has expired or was regenerated/,
		},
		{
			type: 'threatConnectHmacApi',
			node: { type: THREATCONNECT, parameters: { authentication: 'hmac' } },
			service: () => stage.threatConnect.url,
			wrong: { secretKey: 'wrong' },
			refusal: /The secret key does not fit the access ID/,
		},
		{
			type: 'attackForgeApi',
			node: { type: ATTACKFORGE, parameters: {} },
			service: () => stage.attackForge.url,
			wrong: { apiKey: 'wrong' },
			refusal: /The API key is not valid\. Check the Self-Service API Key/,
		},
	];
	const NAMES: Record<string, string> = {
		threatConnectApi: 'ThreatConnect account',
		threatConnectHmacApi: 'ThreatConnect HMAC account',
		attackForgeApi: 'AttackForge account',
	};

	test.each(cases)('$type: the test succeeds, and says what is wrong when it does not', async (one) => {
		await open(one.node.type, one.node.parameters, { [one.type]: NAMES[one.type] ?? '' });
		await editor.page.getByTestId('credential-edit-button').click();
		const dialog = editor.page.getByTestId('credential-edit-dialog');
		await dialog.getByText('Connection tested successfully').waitFor();
		await editor.screenshot(`Credential-${one.type}-good`);
		const unknown = 'https://no-such-host.invalid';
		await expectTest(
			{ baseUrl: unknown },
			/The host no-such-host\.invalid was not found/,
			`${one.type}-host`,
		);
		const plain = 'http://service.example.com';
		await expectTest({ baseUrl: plain }, /does not use HTTPS/, `${one.type}-http`);
		const closed = 'https://127.0.0.1:1';
		await expectTest({ baseUrl: closed }, /127\.0\.0\.1:1 could not be reached/, `${one.type}-refused`);
		await expectTest({ baseUrl: one.service() }, /Connection tested successfully/, `${one.type}-corrected`);
		await expectTest(one.wrong, one.refusal, `${one.type}-wrong`);
		expect(await dialog.innerText()).toContain('Couldn’t connect with these settings');
		expect(await dialog.innerText()).not.toMatch(/\{"|\[object|undefined/);
	});
});
