import { type HttpServer, startHttpServer } from '../support/httpServer';
import { Editor } from './browser';
import { eventually } from './running';
import { openStage, type Stage } from './stage';
import { addCredentials, ATTACKFORGE, THREATCONNECT, workflowOf } from './workflows';

/** What mails and services say is text in n8n's editor: no link to click on, and no picture that tells who looks. */

let stage: Stage;
let editor: Editor;
/** Whoever sends the hostile texts sees each request of a browser here. */
let tracker: HttpServer;
const tracked: string[] = [];
/** Its address, without a dot: the node Edit Fields would take a key with one for a path. */
let address: string;
let hostile: HttpServer;
let markup: string;

beforeAll(async () => {
	tracker = await startHttpServer((request, response) => {
		tracked.push(String(request.url));
		response.end();
	});
	address = tracker.url.replace('127.0.0.1', 'localhost');
	markup = `<a href="${address}/login">Log in again</a><img src="${address}/pixel">`;
	hostile = await startHttpServer((_request, response) => {
		response.writeHead(403, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ status: 'Failure', message: markup, error: markup }));
	});
	stage = await openStage();
	await addCredentials(stage);
	await stage.session.addCredential('Hostile', 'threatConnectApi', {
		baseUrl: hostile.url,
		apiToken: 'x7Kp2mQ9vL4dx7Kp2mQ9vL4d',
	});
	await stage.session.addCredential('Hostile AF', 'attackForgeApi', {
		baseUrl: hostile.url,
		apiKey: 'x7Kp2mQ9vL4dx7Kp2mQ9vL4d',
	});
	editor = await Editor.open(stage);
});
afterAll(async () => {
	await editor?.close();
	await stage?.close();
	await hostile?.close();
	await tracker?.close();
});

/** Elements that lead or load from elsewhere, anywhere in the page. */
const live = async (): Promise<string[]> =>
	await editor.page.evaluate(
		`[...document.querySelectorAll('[href], [src], [srcset]')]
			.map((element) => element.outerHTML.slice(0, 300))
			.filter((html) => html.includes(${JSON.stringify(address)}))`,
	);

async function expectText(picture: string): Promise<void> {
	await editor.screenshot(`Hostile-${picture}`);
	expect(await live()).toEqual([]);
	expect(tracked).toEqual([]);
}

async function open(
	type: string,
	parameters: Record<string, unknown>,
	credentials?: Record<string, string>,
	item?: Record<string, unknown>,
): Promise<void> {
	const given = {
		name: 'Mail',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: { mode: 'raw', jsonOutput: JSON.stringify(item) },
	};
	const node = { name: 'Node', type, parameters, ...(credentials && { credentials }) };
	const nodes = item ? [given, node] : [node];
	await editor.openWorkflow(await stage.session.addWorkflow(workflowOf('Hostile', ...nodes)));
	await editor.openNode('Node');
}

const output = () => editor.page.getByTestId('output-panel');

test.each([
	['ThreatConnect', THREATCONNECT, { type: 'Incident' }, {}],
	[
		'AttackForge',
		ATTACKFORGE,
		{},
		{
			group_owner: 'A',
			primary_contact_name: 'B',
			primary_contact_number: '1',
			primary_contact_email: 'c@example.com',
		},
	],
])('keys and values of an item in the hint and the output of %s', async (service, type, parameters, more) => {
	const item = { name: `A ${markup}`, [markup]: 'x', ...more };
	await open(type, { operation: 'create', dataMode: 'autoMap', ...parameters }, undefined, item);
	await editor.execute();
	const hint = output().getByText('Not sent, because no field').first();
	await hint.waitFor();
	// The key is to be read in the hint as it was written.
	expect(await hint.innerText()).toContain(`"<a href="${address}`);
	await expectText(`hint of ${service}`);
});

test('a value in the message and the description of an error', async () => {
	const groupId = { __rl: true, mode: 'id', value: '={{ $json.id }}' };
	await open(ATTACKFORGE, { operation: 'get', groupId }, undefined, { id: markup });
	await editor.execute();
	const message = await editor.page.getByTestId('node-error-message').first().innerText();
	expect(message).toContain('Log in again');
	expect(message).toContain(address);
	await expectText('error of a value');
});

test.each([
	['ThreatConnect', THREATCONNECT, { threatConnectApi: 'Hostile' }, { groupId: '1' }],
	['AttackForge', ATTACKFORGE, { attackForgeApi: 'Hostile AF' }, { groupId: '5eab99471e18050942c7607a' }],
])('the words of a service in an error of %s', async (service, type, credentials, { groupId }) => {
	await open(type, { operation: 'get', groupId: { __rl: true, mode: 'id', value: groupId } }, credentials);
	await editor.execute();
	const message = await editor.page.getByTestId('node-error-message').first().innerText();
	expect(message).toContain('Log in again');
	await expectText(`error of ${service}`);
});

test('names in a search list', async () => {
	stage.attackForge.seedGroup({ name: `Harbor ${markup}` });
	await open(ATTACKFORGE, { operation: 'get' });
	await editor.page.getByTestId('rlc-input').first().click();
	const entry = editor.page.getByTestId('rlc-item').filter({ visible: true, hasText: 'Harbor' }).first();
	await entry.waitFor();
	expect(await entry.innerText()).toContain('Log in again');
	await expectText('list');
	await entry.click();
	await expectText('list, chosen');
});

test('the words of a service in a list that cannot be loaded, and in the test of a credential', async () => {
	await open(THREATCONNECT, { operation: 'get' }, { threatConnectApi: 'Hostile' });
	await editor.page.getByTestId('rlc-input').first().click();
	await editor.page.getByText('Log in again').first().waitFor();
	await expectText('list that cannot be loaded');
	await editor.page.keyboard.press('Escape');
	await open(THREATCONNECT, { operation: 'get' }, { threatConnectApi: 'Hostile' });
	await editor.page.getByTestId('credential-edit-button').click();
	const dialog = editor.page.getByTestId('credential-edit-dialog');
	await eventually(async () => {
		const details = dialog.getByText('More details');
		if (await details.isVisible()) await details.click({ timeout: 1_000 }).catch(() => undefined);
		expect(await dialog.innerText()).toContain('Log in again');
	});
	await expectText('test of a credential');
});

test('and a picture that is none of ours would have been noticed', async () => {
	const url = JSON.stringify(`${address}/control`);
	await editor.page.evaluate(`document.body.append(Object.assign(new Image(), { src: ${url} }))`);
	expect(await live()).toHaveLength(1);
	await eventually(async () => expect(tracked).toEqual(['/control']));
});
