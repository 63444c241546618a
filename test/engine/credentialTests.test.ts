import { CredentialTestContext } from 'n8n-core';
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
	INodeType,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import type { RequestListener } from 'node:http';
import { startAttackForge, type AttackForgeSimulator } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { type HttpServer, startHttpServer } from '../support/httpServer';
import { load } from './harness';

/** The tests behind "Test" in a credential, taken from the built nodes and called as n8n calls them. */

type Data = ICredentialDataDecryptedObject;
type TestFunction = (
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
) => Promise<INodeCredentialTestResult>;

let threatConnect: ThreatConnectSimulator;
let threatConnectTls: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
let attackForgeTls: AttackForgeSimulator;
const servers: HttpServer[] = [];
const stops: Array<() => Promise<void>> = [];
const tests: Record<string, TestFunction> = {};

beforeAll(async () => {
	[threatConnect, threatConnectTls, attackForge, attackForgeTls] = await Promise.all([
		startThreatConnect(),
		startThreatConnect({ tls: true }),
		startAttackForge(),
		startAttackForge({ tls: true }),
	]);
	stops.push(threatConnect.stop, threatConnectTls.stop, attackForge.stop, attackForgeTls.stop);
	const { ours } = await load();
	for (const name of ['threatConnectGroup', 'attackForgeGroup']) {
		const type = ours.nodeTypes[name]?.type as INodeType;
		Object.assign(tests, type.methods?.credentialTest);
	}
});

afterAll(async () => {
	await Promise.all(stops.map(async (stop) => await stop()));
	await Promise.all(servers.map(async (one) => await one.close()));
});

const SECRETS = ['apiToken', 'secretKey', 'apiKey'];

/** Runs one credential test. Its message must not contain the secret. */
async function check(
	name: string,
	data: Data | undefined,
	context: ICredentialTestFunctions = new CredentialTestContext({} as IWorkflowExecuteAdditionalData),
): Promise<INodeCredentialTestResult> {
	const test = tests[name];
	if (!test) throw new Error(`No credential test ${name}`);
	const result = await test.call(context, { id: '1', name: 'The credential', type: name, data });
	for (const key of SECRETS) {
		const secret = String(data?.[key] ?? '').trim();
		if (secret !== '') expect(result.message).not.toContain(secret);
	}
	return result;
}

const failed = (message: string) => ({ status: 'Error', message });
const succeeded = { status: 'OK', message: 'Connection successful!' };

async function listener(answer: RequestListener): Promise<{ url: string; host: string; seen: string[] }> {
	const seen: string[] = [];
	const one = await startHttpServer((request, response) => {
		seen.push(`${request.method} ${request.url}`);
		answer(request, response);
	});
	servers.push(one);
	return { url: one.url, host: one.host, seen };
}

/** Starts a server that gives every request the same response. */
const answering = async (status: number, body: string, headers: Record<string, string> = {}) =>
	await listener((_request, response) => {
		response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
	});

const html = async (status: number, body: string) =>
	await answering(status, body, { 'Content-Type': 'text/html' });

const PROXY_PAGE = `<!DOCTYPE html><html><head><title>Proxy</title><style>body { color: red }</style>
<script>alert("x")</script></head><body><h1>Access   blocked</h1><p>Ask the help desk.</p></body></html>`;

test('each credential of each node is tested by a function that the node has', async () => {
	const { ours } = await load();
	const named = ['threatConnectGroup', 'attackForgeGroup'].flatMap((name) =>
		((ours.nodeTypes[name]?.type as INodeType).description.credentials ?? []).map((credential) => [
			credential.name,
			credential.testedBy,
		]),
	);
	expect(named).toEqual([
		['threatConnectApi', 'tokenTest'],
		['threatConnectHmacApi', 'hmacTest'],
		['attackForgeApi', 'keyTest'],
	]);
	expect(Object.keys(tests).sort()).toEqual(['hmacTest', 'keyTest', 'tokenTest']);
});

type Service = {
	name: string;
	/** The fields of a valid credential. */
	good: () => Data;
	/** The field with the secret, which tests change. */
	secret: string;
	label: string;
	/** The message for a response that is not JSON. */
	noJson: string;
	/** The beginning of the message where something else than the service answers. */
	foreign: string;
	server: () => { url: string; requests: unknown[] };
	tls: () => { url: string; requests: unknown[] };
	path: string;
	owner: string;
};

const token: Service = {
	name: 'tokenTest',
	good: () => ({ apiToken: threatConnect.credentials.apiToken }),
	secret: 'apiToken',
	label: 'API Token',
	noJson: 'ThreatConnect did not answer with JSON, but with',
	foreign: 'This is not a ThreatConnect address:',
	server: () => threatConnect,
	tls: () => threatConnectTls,
	path: '/api/v3/security/owners?resultLimit=1',
	owner: 'instance',
};
const hmac: Service = {
	...token,
	name: 'hmacTest',
	good: () => ({
		accessId: threatConnect.credentials.accessId,
		secretKey: threatConnect.credentials.secretKey,
	}),
	secret: 'secretKey',
	label: 'Secret Key',
};
const key: Service = {
	name: 'keyTest',
	good: () => ({ apiKey: attackForge.credentials.apiKey }),
	secret: 'apiKey',
	label: 'Self-Service API Key',
	noJson: 'AttackForge did not answer with the JSON of its API, but with',
	foreign: 'This is not an AttackForge address:',
	server: () => attackForge,
	tls: () => attackForgeTls,
	path: '/api/ss/groups',
	owner: 'tenant',
};

describe.each([token, hmac, key])(
	'$name',
	({ name, good, secret, label, noJson, foreign, server, tls, path }) => {
		const at = async (baseUrl: string, more: Data = {}) => await check(name, { ...good(), baseUrl, ...more });

		test('a good credential is good, with one GET', async () => {
			const before = server().requests.length;
			expect(await at(server().url)).toEqual(succeeded);
			expect(server().requests.slice(before)).toMatchObject([{ method: 'GET', target: path, status: 200 }]);
		});

		test.each(['/', '/api', '/api/'])('the Base URL may end in %s', async (end) => {
			expect(await at(server().url + end)).toEqual(succeeded);
		});

		test('a host that does not exist', async () => {
			expect(await at('https://threat.invalid')).toEqual(
				failed(
					'The host threat.invalid was not found. Check the Base URL in the credential, and that n8n can reach that host.',
				),
			);
		});

		test('a port where nothing listens', async () => {
			const { url, host } = await listener(() => {});
			await servers.pop()?.drain();
			expect(await at(url)).toEqual(
				failed(
					`${host} could not be reached. Check the Base URL and its port, and that the service is up and reachable from n8n.`,
				),
			);
		});

		test('a certificate that cannot be verified', async () => {
			const before = tls().requests.length;
			expect(await at(tls().url)).toEqual(
				failed(
					`The certificate of ${new URL(tls().url).host} is not trusted. Have the certificate fixed or its authority trusted by n8n (NODE_EXTRA_CA_CERTS). Only if you know why it cannot be verified, switch on "Ignore SSL Issues" in the credential.`,
				),
			);
			expect(tls().requests).toHaveLength(before);
		});

		test('… and the same with "Ignore SSL Issues"', async () => {
			expect(await at(tls().url, { ignoreSslIssues: true })).toEqual(succeeded);
			expect(await at(tls().url, { ignoreSslIssues: false })).toMatchObject({ status: 'Error' });
		});

		test('HTTPS on a port that speaks HTTP', async () => {
			const { host } = new URL(server().url);
			expect(await at(`https://${host}`)).toEqual(
				failed(`${host} does not speak HTTPS on this port. Check the port in the Base URL.`),
			);
		});

		test('a connection that breaks', async () => {
			const { url, host } = await listener((request) => request.socket.destroy());
			expect(await at(url)).toEqual(
				failed(
					`The connection to ${host} broke before an answer came. Run it again once the network and the service are well.`,
				),
			);
		});

		test('a server that does not answer', async () => {
			const { url, host } = await listener(() => {});
			const context = new CredentialTestContext({} as IWorkflowExecuteAdditionalData);
			const timeouts: unknown[] = [];
			const impatient = {
				helpers: {
					...context.helpers,
					request: async (options: object) => {
						timeouts.push((options as { timeout: number }).timeout);
						return await context.helpers.request({ ...options, timeout: 50 });
					},
				},
			} as unknown as ICredentialTestFunctions;
			expect(await check(name, { ...good(), baseUrl: url }, impatient)).toEqual(
				failed(`${host} did not answer within 20 seconds.`),
			);
			// The first of them checks, without the secret, whether there is a proxy.
			expect(timeouts).toEqual([20_000, 20_000]);
		});

		test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
			const elsewhere = await answering(200, '{"status":"Success","data":[],"groups":[]}');
			const { url, host, seen } = await answering(status, '', { Location: `${elsewhere.url}/login` });
			expect(await at(url)).toEqual(
				failed(
					`${host} redirects to ${elsewhere.url}/login. Enter the address that the service really has as Base URL.`,
				),
			);
			expect(seen).toEqual([`GET ${path}`]);
			expect(elsewhere.seen).toEqual([]);
		});

		test('a redirect that names no address', async () => {
			const { url, host } = await answering(302, '');
			expect(await at(url)).toEqual(
				failed(
					`${host} redirects to another address. Enter the address that the service really has as Base URL.`,
				),
			);
		});

		test('a page of a proxy is shown without its markup', async () => {
			const { url } = await html(502, PROXY_PAGE);
			expect(await at(url)).toEqual(
				failed(
					`${noJson} 502 Bad Gateway: Proxy Access blocked Ask the help desk. Check the Base URL in the credential, and what answers there.`,
				),
			);
		});

		test.each([
			['a page with status 200', 'text/html', PROXY_PAGE, '200 OK: Proxy Access blocked Ask the help desk'],
			['plain text', 'text/plain', 'It works!', '200 OK: It works!'],
			['nothing', 'text/plain', '', '200 OK'],
			['cut JSON', 'application/json', '{"status":"Succ', '200 OK'],
			['another JSON', 'application/json', '[{"error":"x"}]', '200 OK'],
		])('%s is no success, and is called that', async (_what, type, body, words) => {
			const { url, host } = await answering(200, body, { 'Content-Type': type });
			expect(await at(url)).toEqual(
				failed(
					`${foreign} ${host} answered with ${words}. Check the Base URL in the credential, and what answers there.`,
				),
			);
		});

		test('JSON without words is shown nowhere', async () => {
			for (const status of [404, 401, 500]) {
				const { url } = await answering(status, '{"path":"/api","trace":["x"]}');
				const { message } = await at(url);
				expect(message).toMatch(/answer\w* with|but with/);
				expect(message).not.toMatch(/[[{]/);
			}
		});

		test('a long answer is cut', async () => {
			const { url } = await html(500, `<p>${'x'.repeat(10_000)}</p>`);
			const { status, message } = await at(url);
			expect(status).toBe('Error');
			expect(message).toContain(`500 Internal Server Error: ${'x'.repeat(200)} (cut). Check the Base URL`);
			expect(message.length).toBeLessThan(500);
		});

		test('plain HTTP to a host that is not this machine is refused, and nothing is sent', async () => {
			// On Linux 0.0.0.0 is this machine, so a request would arrive.
			const { url, seen } = await answering(200, '{"status":"Success","data":[],"groups":[]}');
			const plain = url.replace('127.0.0.1', '0.0.0.0');
			expect(await at(plain)).toEqual(
				failed(
					`The Base URL "${plain}" does not use HTTPS, which protects the secret on its way. Write https:// instead.`,
				),
			);
			expect(seen).toEqual([]);
		});

		test.each<[string, (value: string) => string]>([
			['with a line break inside', (value) => `${value.slice(0, 4)}\n${value.slice(4)}`],
			['with a space inside', (value) => `${value.slice(0, 4)} ${value.slice(4)}`],
			['with a zero-width space at its end', (value) => `${value}\u200b`],
		])('a secret %s is refused, and nothing is sent', async (_what, spoil) => {
			const before = server().requests.length;
			expect(await at(server().url, { [secret]: spoil(String(good()[secret])) })).toEqual(
				failed(
					`The ${label} holds a space, a line break or another character that no key has. Paste it again without it.`,
				),
			);
			expect(server().requests).toHaveLength(before);
		});

		test('a secret with white space around it is sent without', async () => {
			const result = await at(server().url, { [secret]: ` ${String(good()[secret])}\r\n` });
			expect(result.status).toBe('OK');
		});

		test('an empty secret is named', async () => {
			expect(await at(server().url, { [secret]: '' })).toEqual(
				failed(`The ${label} is empty. Enter it in the credential.`),
			);
		});

		test.each([
			['', 'The Base URL is empty. Enter the address of your instance in the credential.'],
			['my instance', 'The Base URL "my instance" is not an address. Write it like https://app.example.com.'],
			[
				'https://user:pass@app.example.com',
				'The Base URL holds a user name or password. Leave them out of the address.',
			],
		])('the Base URL %j', async (baseUrl, message) => {
			expect(await at(baseUrl)).toEqual(failed(message));
		});

		test('a credential without any data', async () => {
			expect(await check(name, undefined)).toEqual(
				failed('The Base URL is empty. Enter the address of your instance in the credential.'),
			);
		});
	},
);

describe('ThreatConnect', () => {
	const at = async (name: string, data: Data, server: ThreatConnectSimulator = threatConnect) =>
		await check(name, { baseUrl: server.url, ...data });
	const goodHmac = hmac.good;

	test.each(['/api/v3', '/api/v3/', '/api/v2'])('the Base URL may end in %s', async (end) => {
		expect(await check('tokenTest', { ...token.good(), baseUrl: threatConnect.url + end })).toEqual(
			succeeded,
		);
		expect(await check('hmacTest', { ...goodHmac(), baseUrl: threatConnect.url + end })).toEqual(succeeded);
	});

	test.each(['readOnlyToken', 'noOwnersToken'] as const)(
		'a token with few rights is good: %s',
		async (which) => {
			expect(await at('tokenTest', { apiToken: threatConnect.credentials[which] })).toEqual(succeeded);
		},
	);

	test('an expired token', async () => {
		expect(await at('tokenTest', { apiToken: threatConnect.credentials.expiredToken })).toEqual(
			failed(
				'Unauthorized. The API token is wrong, has expired or was regenerated: enter a valid one in the credential.',
			),
		);
	});

	test('a token that never existed', async () => {
		expect(await at('tokenTest', { apiToken: 'APIV2:1:2:3:no-such-token' })).toEqual(
			failed(
				'Unauthorized. The API token is wrong, has expired or was regenerated: enter a valid one in the credential.',
			),
		);
	});

	test('a wrong secret key', async () => {
		expect(await at('hmacTest', { ...goodHmac(), secretKey: 'not-the-secret-key' })).toEqual(
			failed(
				'Signature data did not match expected result. The secret key does not fit the access ID: enter both again in the credential. A proxy that rewrites URLs breaks the signature too.',
			),
		);
	});

	test('an unknown access ID', async () => {
		expect(await at('hmacTest', { ...goodHmac(), accessId: '99999999999999999999' })).toEqual(
			failed(
				'Access Denied. Check the access ID in the credential, and that the API user has access to the owner.',
			),
		);
	});

	test.each([
		['', 'The Access ID is empty. Enter it in the credential.'],
		[
			'1111222233334444\n5555',
			'The Access ID holds a space, a line break or another character that no key has. Paste it again without it.',
		],
	])('the access ID %j', async (accessId, message) => {
		const before = threatConnect.requests.length;
		expect(await at('hmacTest', { ...goodHmac(), accessId })).toEqual(failed(message));
		expect(threatConnect.requests).toHaveLength(before);
	});

	test.each([600, -600])('a clock that is %i seconds off', async (clockSkew) => {
		const server = await startThreatConnect({ clockSkew });
		stops.push(server.stop);
		expect(await at('hmacTest', goodHmac(), server)).toEqual({
			status: 'OK',
			message: `Connection successful! But the clock of the machine that runs n8n is 10 minutes ${clockSkew > 0 ? 'behind' : 'ahead of'} the clock of the service. The node signs with the service's time. Synchronize the clock.`,
		});
		expect(await at('tokenTest', token.good(), server)).toEqual(succeeded);
	});

	test.each([240, -240])('a clock that is %i seconds off is good enough', async (clockSkew) => {
		const server = await startThreatConnect({ clockSkew });
		stops.push(server.stop);
		expect(await at('hmacTest', goodHmac(), server)).toEqual(succeeded);
	});

	test.each([
		[
			'an instance without a license for the API',
			503,
			'{"status":"Failure","message":"API access has not been licensed for this system, please contact support."}',
			'API access has not been licensed for this system, please contact support. The API is not part of the license of this instance: ask its administrator.',
		],
		[
			'a failure in the words of v2',
			403,
			'{"status":"Failure","description":"Forbidden"}',
			'Forbidden. Check the Base URL in the credential, and what answers there.',
		],
		[
			'a failure with status 200',
			200,
			'{"status":"Failure","message":"Something went wrong"}',
			'Something went wrong. Check the Base URL in the credential, and what answers there.',
		],
		[
			'too many requests',
			429,
			'{"status":"Error","message":"Slow down."}',
			'Slow down. Check the Base URL in the credential, and what answers there.',
		],
		[
			'a path that the server does not know',
			404,
			'{"status":"Error","message":"Not Found"}',
			'Not Found. Check the Base URL in the credential, and what answers there.',
		],
	])('%s', async (_what, status, body, message) => {
		const { url } = await answering(status, body);
		expect(await check('tokenTest', { ...token.good(), baseUrl: url })).toEqual(failed(message));
	});

	// A debugging proxy, for example, repeats the request in its response, and the token would be in the message.
	test('an answer that repeats the Authorization header', async () => {
		const { url } = await listener((request, response) => {
			response.writeHead(400).end(`Bad header: ${request.headers.authorization}`);
		});
		const { message } = await tests.tokenTest!.call(new CredentialTestContext(), {
			id: '1',
			name: 'x',
			type: 'threatConnectApi',
			data: { baseUrl: url, apiToken: 'secret-that-comes-back' },
		});
		expect(message).not.toContain('secret-that-comes-back');
	});
});

describe('AttackForge', () => {
	const at = async (url: string, apiKey = attackForge.credentials.apiKey) =>
		await check('keyTest', { baseUrl: url, apiKey });

	test.each(['/api/ss', '/api/ss/'])('the Base URL may end in %s', async (end) => {
		expect(await at(attackForge.url + end)).toEqual(succeeded);
	});

	test('a wrong key', async () => {
		expect(await at(attackForge.url, 'not-the-key')).toEqual(
			failed(
				`The API key is not valid. Check the Self-Service API Key in the credential, and that ${new URL(attackForge.url).host} is the address of your AttackForge tenant.`,
			),
		);
	});

	test('a key that may not list groups may still do what the node does', async () => {
		const server = await startAttackForge({ grants: ['CreateGroup', 'UpdateGroup'] });
		stops.push(server.stop);
		expect(await at(server.url)).toEqual({
			status: 'OK',
			message:
				'The key was accepted, but may not list groups (Access to the API method GetGroups has not been granted to this user). It may still create and update them, if CreateGroup and UpdateGroup are granted.',
		});
		expect(await at(server.url, 'not-the-key')).toMatchObject({ status: 'Error' });
	});

	test.each([
		[
			401,
			'{"error":"You do not have access to this API method"}',
			'You do not have access to this API method',
		],
		[401, '{"message":"GetGroups has not been granted"}', 'GetGroups has not been granted'],
		[403, '{"status":"GetGroups: Forbidden"}', 'GetGroups: Forbidden'],
	])('%i %s is about the method, not the key', async (status, body, words) => {
		const { url } = await answering(status, body);
		expect(await at(url)).toEqual({
			status: 'OK',
			message: `The key was accepted, but may not list groups (${words}). It may still create and update them, if CreateGroup and UpdateGroup are granted.`,
		});
	});

	test.each([
		[
			401,
			'{"error":"Invalid API key"}',
			'Invalid API key. Check the Self-Service API Key in the credential, and that 127.0.0.1:',
		],
		[401, '{"status":"Unauthorized"}', 'Unauthorized. Check the Self-Service API Key in the credential, '],
		[200, '{"error":"Invalid API key"}', 'Invalid API key. '],
		[404, '{"error":"No such tenant"}', 'No such tenant. '],
		[500, '{"error":"Oops."}', 'Oops. Check the Base URL in the credential, and what answers there.'],
	])('%i %s is a failure', async (status, body, words) => {
		const { url } = await answering(status, body);
		const result = await at(url);
		expect(result.status).toBe('Error');
		expect(result.message.startsWith(words)).toBe(true);
	});

	test('an answer with a list of no errors is a success, as it is for the node', async () => {
		const { url } = await answering(200, '{"status":"Success","errors":[],"groups":[]}');
		expect(await at(url)).toMatchObject({ status: 'OK' });
	});

	// The proxy or firewall did not let the key through, so its 403 proves nothing about the key.
	test('a page of a proxy with status 403 is not a refusal by AttackForge', async () => {
		const { url } = await html(403, PROXY_PAGE);
		expect((await at(url)).status).toBe('Error');
	});

	// The page of this 401 speaks of permission, as a refusal by AttackForge would.
	test('a page of a proxy with status 401 is not a refusal by AttackForge', async () => {
		const { url } = await html(401, '<h1>You have no permission to use this proxy</h1>');
		expect((await at(url)).status).toBe('Error');
	});

	// Such a 403 is not about a missing grant, so the test of the credential must fail.
	test.each(['Invalid API key', 'The API key is not valid', 'X-SSAPI-KEY header is missing or wrong'])(
		'a 403 that speaks of the key is about the key: %s',
		async (error) => {
			const { url } = await answering(403, JSON.stringify({ error }));
			expect((await at(url)).status).toBe('Error');
		},
	);
});
