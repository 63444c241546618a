import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAttackForge, type AttackForgeSimulator } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { textsIn } from '../fuzz/judge';
import { type Credentials, load, run } from './harness';

/** Only the service gets the secret. A proxy in n8n's environment does not see it through plain HTTP. */

let threatConnect: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
let proxy: Server;
let proxyUrl: string;
/** All that the proxy has read. */
const read: string[] = [];

beforeAll(async () => {
	[threatConnect, attackForge] = await Promise.all([startThreatConnect(), startAttackForge()]);
	proxy = createServer((request, response) => {
		read.push(`${request.url} ${JSON.stringify(request.headers)}`);
		response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"status":"Success","data":[]}');
	});
	proxy.on('connect', (request, socket) => {
		read.push(`CONNECT ${request.url} ${JSON.stringify(request.headers)}`);
		socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
	});
	await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
	proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(async () => {
	proxy.closeAllConnections();
	await Promise.all([threatConnect.stop(), attackForge.stop(), new Promise((closed) => proxy.close(closed))]);
});

beforeEach(() => {
	read.length = 0;
	process.env.HTTP_PROXY = proxyUrl;
	process.env.HTTPS_PROXY = proxyUrl;
});
afterEach(() => {
	delete process.env.HTTP_PROXY;
	delete process.env.HTTPS_PROXY;
	delete process.env.NO_PROXY;
});

type ProxiedService = {
	type: string;
	server: ThreatConnectSimulator | AttackForgeSimulator;
	parameters: Record<string, string>;
	credentials: Credentials;
	secret: string;
};

const services = (): ProxiedService[] => [
	{
		type: 'threatConnectGroup',
		server: threatConnect,
		parameters: {},
		credentials: {
			threatConnectApi: { baseUrl: threatConnect.url, apiToken: threatConnect.credentials.apiToken },
		},
		secret: threatConnect.credentials.apiToken,
	},
	{
		type: 'threatConnectGroup',
		server: threatConnect,
		parameters: { authentication: 'hmac' },
		credentials: {
			threatConnectHmacApi: {
				baseUrl: threatConnect.url,
				accessId: threatConnect.credentials.accessId,
				secretKey: threatConnect.credentials.secretKey,
			},
		},
		secret: threatConnect.credentials.accessId,
	},
	{
		type: 'attackForgeGroup',
		server: attackForge,
		parameters: {},
		credentials: {
			attackForgeApi: { baseUrl: attackForge.url, apiKey: attackForge.credentials.apiKey },
		},
		secret: attackForge.credentials.apiKey,
	},
];

test.each([0, 1, 2])('a node refuses to send plain HTTP through a proxy, and names it: %i', async (which) => {
	const service = services()[which] as ProxiedService;
	const { type, parameters, credentials, server, secret } = service;
	const before = server.requests.length;
	const { error } = await run({
		type,
		parameters: { resource: 'group', operation: 'getAll', ...parameters },
		credentials,
	});
	const { host, hostname } = new URL(server.url);
	expect(error?.message).toContain(`Plain HTTP to ${host} goes through a proxy`);
	expect(error?.description).toContain(`Add ${hostname} to NO_PROXY`);
	expect(read.join('\n')).not.toContain(secret);
	expect(server.requests).toHaveLength(before);
});

test.each([0, 1, 2])('… and works with NO_PROXY: %i', async (which) => {
	process.env.NO_PROXY = '127.0.0.1';
	const { type, parameters, credentials } = services()[which] as ProxiedService;
	const { error } = await run({
		type,
		parameters: { resource: 'group', operation: 'getAll', ...parameters },
		credentials,
	});
	expect(error).toBeUndefined();
	expect(read).toEqual([]);
});

test.each([0, 1, 2])('HTTP Request goes past the proxy to the service itself: %i', async (which) => {
	const service = services()[which] as ProxiedService;
	const { credentials, server, secret } = service;
	const path = server === attackForge ? '/api/ss/groups' : '/api/v3/groups';
	const { error, items } = await run({
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url: `${server.url}${path}`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: Object.keys(credentials)[0] ?? '',
			options: {},
		},
		credentials,
	});
	expect(error).toBeUndefined();
	expect(items.length).toBeGreaterThan(0);
	expect(read.join('\n')).not.toContain(secret);
	expect(read).toEqual([]);
});

type TestFunction = (
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
) => Promise<INodeCredentialTestResult>;

async function check(which: number, baseUrl?: string) {
	const { type, credentials } = services()[which] as ProxiedService;
	const { ours } = await load();
	const node = ours.nodeTypes[type]?.type as INodeType;
	const [name, data] = Object.entries(credentials)[0] as [string, Credentials[string]];
	const by = node.description.credentials?.find((one) => one.name === name)?.testedBy as string;
	const test = node.methods?.credentialTest?.[by] as TestFunction;
	const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
	return await test.call(context, {
		id: '1',
		name,
		type: name,
		data: { ...data, ...(baseUrl !== undefined && { baseUrl }) },
	});
}

describe.each([0, 1, 2])('the test of the credential %i', (which) => {
	test('refuses plain HTTP through a proxy', async () => {
		const { secret } = services()[which] as ProxiedService;
		const { status, message } = await check(which);
		expect(status).toBe('Error');
		expect(message).toContain('through a proxy, which would see the secret');
		expect(read.join('\n')).not.toContain(secret);
	});

	test('names a dead proxy, and does not blame the service', async () => {
		process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
		const { status, message } = await check(which, 'https://tc.example.com');
		expect(status).toBe('Error');
		expect(message).toBe(
			'The proxy 127.0.0.1:1 was not reached, through which n8n sends requests to tc.example.com. Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY in the environment of n8n, and that the proxy is up; or add the host to NO_PROXY.',
		);
	});

	test('names a proxy that does not exist', async () => {
		process.env.HTTPS_PROXY = 'http://proxy.invalid:3128';
		const { message } = await check(which, 'https://tc.example.com');
		expect(message).toContain('The proxy proxy.invalid was not reached');
	});

	test('says that a proxy refused the tunnel, and gives it no secret', async () => {
		const { secret } = services()[which] as ProxiedService;
		const { status, message } = await check(which, 'https://tc.example.com');
		expect(status).toBe('Error');
		expect(message).toContain('A proxy between n8n and tc.example.com refused the way to it with 502');
		expect(read.join('\n')).toContain('CONNECT tc.example.com:443');
		expect(read.join('\n')).not.toContain(secret);
	});
});

test('a run through a dead proxy names the proxy', async () => {
	process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
	const { errors } = await run({
		type: 'attackForgeGroup',
		parameters: { resource: 'group', operation: 'get', groupId: '5f0f8d9c6c1e9a0017b5a001' },
		credentials: {
			attackForgeApi: { baseUrl: 'https://af.example.com', apiKey: attackForge.credentials.apiKey },
		},
		onError: 'continueErrorOutput',
	});
	expect(errors.map(({ json }) => json.error)).toEqual([
		'The proxy 127.0.0.1:1 was not reached, through which n8n sends requests to af.example.com',
	]);
});

describe('a proxy that asks for a name and a password', () => {
	const PASSWORD = 'ProxyPasswordOfTheTest2026';
	const basic = Buffer.from(`operator:${PASSWORD}`).toString('base64');
	let asking: Server;
	beforeAll(async () => {
		asking = createServer();
		asking.on('connect', (request, socket) => {
			const said = `${request.headers['proxy-authorization']} operator:${PASSWORD}`;
			read.push(said);
			const body = `<html>You sent Proxy-Authorization: ${said}</html>`;
			socket.end(
				`HTTP/1.1 407 Refused ${said}\r\nX-Said: ${said}\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
			);
		});
		await new Promise<void>((listening) => asking.listen(0, '127.0.0.1', listening));
	});
	afterAll(async () => await new Promise((closed) => asking.close(closed)));
	beforeEach(() => {
		const { port } = asking.address() as AddressInfo;
		process.env.HTTPS_PROXY = `http://operator:${PASSWORD}@127.0.0.1:${port}`;
	});

	const expectNoPassword = (shown: unknown) => {
		expect(read.join('\n')).toContain(basic);
		const texts = [...textsIn(shown)].join('\n');
		expect(texts).toMatch(/proxy/i);
		expect(texts).not.toContain(PASSWORD);
		expect(texts).not.toContain(basic);
	};

	test.each([0, 1, 2])('and repeats both does not bring them into an error or an item: %i', async (which) => {
		const { type, parameters, credentials } = services()[which] as ProxiedService;
		const [[name, data] = []] = Object.entries(credentials);
		for (const onError of ['stopWorkflow', 'continueErrorOutput'] as const) {
			const { error, errors } = await run({
				type,
				parameters: { resource: 'group', operation: 'getAll', ...parameters },
				credentials: { [String(name)]: { ...data, baseUrl: 'https://tc.example.com' } },
				onError,
			});
			expectNoPassword({ error, errors });
		}
	});

	test.each([0, 1, 2])('nor into what the test of a credential says: %i', async (which) => {
		expectNoPassword(await check(which, 'https://tc.example.com'));
	});
});
