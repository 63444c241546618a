import { CredentialTestContext } from 'n8n-core';
import type {
	IBinaryData,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IDataObject,
	INodeCredentialTestResult,
	INodeParameters,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import type { ServerResponse } from 'node:http';

import { HIDDEN } from '../../nodes/shared/http/masking';
import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { BinaryStore, sha256 } from './binary';
import { jsonOf, load, loadOptions, poll, run } from './harness';
import { attackForgeNode, CONTACTS, type RunNode, threatConnectNode } from './support';

/** What is hidden is never written back, and what a service says is no link and no picture where n8n renders it. */

let threatConnect: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
beforeAll(async () => {
	[threatConnect, attackForge] = await Promise.all([startThreatConnect(), startAttackForge()]);
});
afterAll(async () => await Promise.all([threatConnect.stop(), attackForge.stop()]));
beforeEach(async () => {
	await threatConnect.reset();
	attackForge.reset();
});

const isWrite = ({ method }: { method: string }) => !['GET', 'OPTIONS'].includes(method);

type Way = { what: string; operation: string; parameters: INodeParameters; field: string };

const RL = (mode: string, value: string) => ({ __rl: true, mode, value }) as never;

describe('a value that was read with the secret hidden in it is not written', () => {
	const ADVICE =
		'Nothing was sent for it, because the stored value would be overwritten. Write the value again or leave it out, and have the secret removed from the record in the service: whoever reads the record knows it.';

	/** The item as Get gave it out, which is the input of the write. */
	async function expectRefusal(node: RunNode, read: IDataObject, way: Way, server: { requests: unknown[] }) {
		const before = server.requests.length;
		const { errors, items } = await node(way.operation, way.parameters, {
			items: [read],
			onError: 'continueErrorOutput',
		});
		expect(items).toEqual([]);
		const [failed] = jsonOf(errors);
		expect(failed?.error).toBe(
			`"${way.field}" holds "${HIDDEN}" in place of the credential's secret, which the service had repeated there`,
		);
		expect(failed?.message).toContain(ADVICE);
		const sent = server.requests.slice(before) as Array<{ method: string; body: string; target: string }>;
		expect(sent.filter(isWrite)).toEqual([]);
		expect(JSON.stringify(sent)).not.toContain('secret hidden');
	}

	const tcWays: Way[] = [
		{
			what: 'Update, Define Below',
			operation: 'update',
			parameters: { groupId: RL('id', '={{ $json.id }}'), updateFields: { name: '={{ $json.name }}' } },
			field: 'name',
		},
		{
			what: 'Update, Auto-Map',
			operation: 'update',
			parameters: { groupId: RL('id', '={{ $json.id }}'), dataMode: 'autoMap' },
			field: 'name',
		},
		{
			what: 'Update, JSON',
			operation: 'update',
			parameters: {
				groupId: RL('id', '={{ $json.id }}'),
				dataMode: 'json',
				jsonBody: '={{ { name: $json.name } }}',
			},
			field: 'name',
		},
		{
			what: 'Update, an attribute',
			operation: 'update',
			parameters: {
				groupId: RL('id', '={{ $json.id }}'),
				dataMode: 'json',
				jsonBody: '={{ { attributes: [{ type: "Description", value: $json.name }] } }}',
			},
			field: 'attributes.data[0].value',
		},
		{
			what: 'Create or Update',
			operation: 'upsert',
			parameters: { matchBy: 'name', type: 'Incident', name: '={{ $json.name }}' },
			field: 'name',
		},
		{
			what: 'Create, a source',
			operation: 'create',
			parameters: {
				type: 'Incident',
				name: 'A',
				options: { additionalJson: '={{ { source: $json.name } }}' },
			},
			field: 'attributes.data[0].value',
		},
		{
			what: 'Bulk Import',
			operation: 'bulkImport',
			parameters: { type: 'Incident', name: '={{ $json.name }}', additionalFields: { xid: 'X-1' } },
			field: 'name',
		},
		{
			what: 'Post: Add',
			operation: 'add',
			parameters: { resource: 'post', groupId: RL('id', '={{ $json.id }}'), text: '={{ $json.name }}' },
			field: 'text',
		},
	];

	test.each(tcWays)('ThreatConnect: $what', async (way) => {
		const { apiToken } = threatConnect.credentials;
		const id = threatConnect.seedGroup({ type: 'Incident', name: `see ${apiToken}` }).id;
		const node = threatConnectNode(threatConnect);
		const { items } = await node('get', { groupId: RL('id', id) });
		const [read] = jsonOf(items);
		expect(read).toMatchObject({ id: Number(id), name: `see ${HIDDEN}` });
		await expectRefusal(node, read as IDataObject, way, threatConnect);
		expect(threatConnect.groups().find((group) => group.id === id)?.name).toBe(`see ${apiToken}`);
	});

	const afWays: Way[] = [
		{
			what: 'Update, Define Below',
			operation: 'update',
			parameters: {
				groupId: RL('id', '={{ $json.id }}'),
				updateFields: { group_owner: '={{ $json.group_owner }}' },
			},
			field: 'group_owner',
		},
		{
			what: 'Update, Auto-Map',
			operation: 'update',
			parameters: { groupId: RL('id', '={{ $json.id }}'), dataMode: 'autoMap' },
			field: 'group_owner',
		},
		{
			what: 'Create or Update, a custom field',
			operation: 'upsert',
			parameters: {
				matchBy: 'id',
				groupId: RL('id', '={{ $json.id }}'),
				dataMode: 'json',
				jsonBody: '={{ { custom_fields: { region: $json.group_owner } } }}',
			},
			field: 'custom_fields[0].value',
		},
		{
			what: 'Create',
			operation: 'create',
			parameters: { name: 'New', ...CONTACTS, group_owner: '={{ $json.group_owner }}' },
			field: 'group_owner',
		},
	];

	test.each(afWays)('AttackForge: $what', async (way) => {
		const { apiKey } = attackForge.credentials;
		const { id } = attackForge.seedGroup({ name: 'ACME', group_owner: `see ${apiKey}` });
		const node = attackForgeNode(attackForge);
		const { items } = await node('get', { groupId: RL('id', id), simplify: false });
		const [read] = jsonOf(items);
		expect(read).toMatchObject({ id, group_owner: `see ${HIDDEN}` });
		await expectRefusal(node, read as IDataObject, way, attackForge);
		expect(attackForge.group(id)?.group_owner).toBe(`see ${apiKey}`);
	});
});

const LIVE = /<[a-z/!?]/i;
const LINK = '<a href="https://evil.example">Log in again</a><img src=https://evil.example/p.png>';
const refusal = (body: unknown) => (_request: unknown, response: ServerResponse) => {
	response.writeHead(403, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
};

describe('markup in what a service says is text', () => {
	test.each(['manual', 'trigger'] as const)('in the error of a poll (%s)', async (mode) => {
		await withHttpServer(refusal({ status: 'Failure', message: LINK }), async (baseUrl) => {
			const polled = poll({
				type: 'threatConnectGroupTrigger',
				parameters: { event: 'created', filters: {}, options: {} },
				credentials: { threatConnectApi: { baseUrl, apiToken: threatConnect.credentials.apiToken } },
				mode,
				nodeId: mode,
			});
			const error = await polled.catch((thrown: Error & { description?: string }) => thrown);
			expect(error).toMatchObject({ message: expect.stringContaining('Log in again') as string });
			expect(
				`${(error as Error).message} ${String((error as { description?: string }).description)}`,
			).not.toMatch(LIVE);
		});
	});

	test('in what the test of a credential says', async () => {
		const { ours } = await load();
		for (const [type, name, field] of [
			['threatConnectGroup', 'tokenTest', 'apiToken'],
			['attackForgeGroup', 'keyTest', 'apiKey'],
		] as const) {
			const { methods } = ours.nodeTypes[type]?.type as INodeType;
			const test = methods?.credentialTest?.[name] as (
				this: ICredentialTestFunctions,
				credential: ICredentialsDecrypted,
			) => Promise<INodeCredentialTestResult>;
			await withHttpServer(refusal({ message: LINK, status: 'Failure' }), async (baseUrl) => {
				const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
				const data = { baseUrl, [field]: threatConnect.credentials.apiToken };
				const { message } = await test.call(context, { id: '1', name: 'A', type: name, data });
				expect(message).toContain('Log in again');
				expect(message).not.toMatch(LIVE);
			});
		}
	});

	test('and a link beside a group in a list leads to the instance or nowhere', async () => {
		const links = (own: string) => [
			`${own}/#/details/groups/1`,
			'https://evil.example/',
			'javascript:alert(1)',
			5,
		];
		await withHttpServer(
			({ headers }, response) => {
				const data = links(`http://${headers.host}`).map((webLink, index) => ({
					id: index,
					name: 'A',
					webLink,
				}));
				response.writeHead(200, { 'content-type': 'application/json' });
				response.end(JSON.stringify({ status: 'Success', data }));
			},
			async (baseUrl) => {
				const credentials = { threatConnectApi: { baseUrl, apiToken: threatConnect.credentials.apiToken } };
				const { context, type } = await loadOptions('threatConnectGroup', credentials, {
					authentication: 'apiToken',
				});
				const listed = await type.methods?.listSearch?.searchGroups?.call(context);
				const [own] = links(baseUrl);
				expect(listed?.results.map(({ url }) => url)).toEqual([own, undefined, undefined, undefined]);
			},
		);
	});

	test('in the error of a credential whose address comes from an item', async () => {
		const { error } = await run({
			type: 'threatConnectGroup',
			parameters: { resource: 'group', operation: 'get', groupId: RL('id', '1') },
			items: [{ address: '<img src=x>' }],
			credentials: {
				threatConnectApi: {
					baseUrl: '={{ $json.address }}',
					apiToken: threatConnect.credentials.apiToken,
				},
			},
		});
		expect(error?.message).toContain('is not an address');
		expect(error?.message).not.toMatch(LIVE);
	});
});

test('the test of a credential with a short key passes, and says that it cannot be hidden', async () => {
	const { ours } = await load();
	const { methods } = ours.nodeTypes.attackForgeGroup?.type as INodeType;
	const keyTest = methods?.credentialTest?.keyTest as (
		this: ICredentialTestFunctions,
		credential: ICredentialsDecrypted,
	) => Promise<INodeCredentialTestResult>;
	await withHttpServer(
		(_request, response) => {
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(JSON.stringify({ status: 'ok', groups: [] }));
		},
		async (baseUrl) => {
			const messageOf = async (apiKey: string) => {
				const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
				const data = { baseUrl, apiKey };
				return await keyTest.call(context, { id: '1', name: 'A', type: 'attackForgeApi', data });
			};
			expect(await messageOf('production')).toEqual({
				status: 'OK',
				message:
					'Connection successful! The key is short or looks like words: it cannot be hidden where the service repeats it. Use a longer, random one.',
			});
			expect(await messageOf('x7Kp2mQ9vL4dx7Kp2mQ9')).toEqual({
				status: 'OK',
				message: 'Connection successful!',
			});
		},
	);
});

describe.each(['default', 'filesystem'] as const)(
	'a file that repeats the secret, with n8n storing files: %s',
	(mode) => {
		let store: BinaryStore;
		beforeAll(async () => {
			store = await BinaryStore.use(mode);
		});
		afterAll(async () => await store.remove());

		test.each([
			['as it is', (token: string) => token, 10],
			['as it is, after some MB', (token: string) => token, 3_000_000],
			['in Base64', (token: string) => Buffer.from(`user:${token}`).toString('base64'), 200_000],
			['in hexadecimals', (token: string) => Buffer.from(token).toString('hex'), 200_000],
			[
				'in escapes of a URL',
				(token: string) => Buffer.from(token).toString('hex').replace(/../g, '%$&'),
				200_000,
			],
			[
				'in escapes of JSON',
				(token: string) => Buffer.from(token).toString('hex').replace(/../g, '\\u00$&'),
				200_000,
			],
		])('is not stored: %s', async (_what, spell, before) => {
			const { apiToken } = threatConnect.credentials;
			const { id } = threatConnect.seedGroup({ type: 'Document', name: 'D', fields: { fileName: 'd.bin' } });
			const content = Buffer.concat([
				Buffer.alloc(before, 1),
				Buffer.from(spell(apiToken)),
				Buffer.alloc(1000, 2),
			]);
			await threatConnect.seedFile(id, content, 'd.bin');
			const { error, items } = await threatConnectNode(threatConnect)('download', {
				resource: 'file',
				groupId: RL('id', id),
				outputField: 'data',
			});
			expect(items).toEqual([]);
			expect(error?.message).toBe("The file holds the credential's secret [item 0]");
			expect(error?.description).toContain('have the secret replaced');
			expect(await store.holds(spell(apiToken).slice(8, -8))).toBe(false);
			const downloads = threatConnect.requests.filter(({ target }) => target.includes('/download'));
			expect(downloads).toHaveLength(1);
		});

		test('and any other file comes as it is', async () => {
			const { id } = threatConnect.seedGroup({ type: 'Document', name: 'D', fields: { fileName: 'd.bin' } });
			const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
			await threatConnect.seedFile(id, content, 'd.bin');
			const { items } = await threatConnectNode(threatConnect)('download', {
				resource: 'file',
				groupId: RL('id', id),
				outputField: 'data',
			});
			expect(await store.sha256(items[0]?.binary?.data as IBinaryData)).toBe(sha256(content));
		});
	},
);
