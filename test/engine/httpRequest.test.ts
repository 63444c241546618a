import type { INodeParameters } from 'n8n-workflow';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import type { LoggedRequest } from '../simulators/shared/server';
import { type HttpServer, startHttpServer } from '../support/httpServer';
import { jsonOf, load, run, type Credentials, type RunResult } from './harness';

/** n8n's own HTTP Request node with our credentials, which users need for calls that our nodes do not make. */

type Data = Credentials[string];

let server: ThreatConnectSimulator;
let secure: ThreatConnectSimulator;
let typeVersion: number;
const servers: HttpServer[] = [];

beforeAll(async () => {
	[server, secure] = await Promise.all([startThreatConnect(), startThreatConnect({ tls: true })]);
	const { base } = await load();
	const { type } = base.nodeTypes.httpRequest ?? {};
	typeVersion = Math.max(...Object.keys((type as { nodeVersions: object }).nodeVersions).map(Number));
	for (let number = 1; number <= 5; number += 1)
		server.seedGroup({ type: 'Incident', name: `Page ${number}` });
});

afterAll(async () => {
	await Promise.all([server.stop(), secure.stop()]);
	await Promise.all(servers.map(async (one) => await one.drain()));
});

const data: Record<string, (url: string) => Data> = {
	threatConnectApi: (baseUrl) => ({ baseUrl, apiToken: server.credentials.apiToken }),
	threatConnectHmacApi: (baseUrl) => ({
		baseUrl,
		accessId: server.credentials.accessId,
		secretKey: server.credentials.secretKey,
	}),
	attackForgeApi: (baseUrl) => ({ baseUrl, apiKey: 'an-api-key' }),
};

async function request(
	credential: string,
	url: string,
	parameters: INodeParameters = {},
	more: Data = {},
	baseUrl = server.url,
): Promise<RunResult> {
	return await run({
		type: 'n8n-nodes-base.httpRequest',
		typeVersion,
		parameters: {
			method: 'GET',
			url,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: credential,
			...parameters,
		},
		credentials: { [credential]: { ...data[credential]?.(baseUrl), ...more } },
	});
}

const pairs = (...parameters: Array<[name: string, value: string]>): INodeParameters => ({
	sendQuery: true,
	specifyQuery: 'keypair',
	queryParameters: { parameters: parameters.map(([name, value]) => ({ name, value })) },
});

const json = (query: unknown): INodeParameters => ({
	sendQuery: true,
	specifyQuery: 'json',
	jsonQuery: JSON.stringify(query),
});

const arrays = (parameters: INodeParameters, queryParameterArrays: string): INodeParameters => ({
	...parameters,
	options: { queryParameterArrays },
});

/** The query as a server reads it that decodes only percent-encoding, so that `+` stays `+`. */
function received({ target }: LoggedRequest): string[][] {
	const [, query = ''] = target.split('?');
	return query.split('&').map((pair) => pair.split('=').map(decodeURIComponent));
}

type Seen = { url: string; method: string; headers: IncomingHttpHeaders };

/** Starts a server that records the requests it receives. */
async function listener(answer: RequestListener): Promise<{ url: string; seen: Seen[] }> {
	const seen: Seen[] = [];
	const one = await startHttpServer((incoming, response) => {
		const url = (incoming.url ?? '').replace(/^http:\/\/[^/]*/, '');
		seen.push({ url, method: incoming.method ?? '', headers: incoming.headers });
		answer(incoming, response);
	});
	servers.push(one);
	return { url: one.url, seen };
}

const answerJson: RequestListener = (_incoming, response) => {
	response.setHeader('Content-Type', 'application/json');
	response.end('{"status":"Success","data":[]}');
};

/** All texts that a failed run can show to a user. */
const shown = (error: RunResult['error']) => `${error?.message}\n${error?.description}`;

test('the newest version of the HTTP Request node is the one that runs', () => {
	expect(typeVersion).toBeGreaterThanOrEqual(4.5);
});

describe.each(['threatConnectApi', 'threatConnectHmacApi'])('HTTP Request with %s', (credential) => {
	const groups = (query = '') => `${server.url}/api/v3/groups${query}`;

	/** Runs one request, which the server must have received and accepted. */
	async function accepted(
		url: string,
		parameters?: INodeParameters,
		method = 'GET',
		status = 200,
	): Promise<LoggedRequest> {
		const before = server.requests.length;
		const { error } = await request(credential, url, parameters);
		expect(error).toBeUndefined();
		const [logged, ...more] = server.requests.slice(before);
		expect(more).toEqual([]);
		expect(logged).toMatchObject({ method, status });
		return logged as LoggedRequest;
	}

	describe('a value of a query parameter arrives as it was typed', () => {
		test.each([
			['spaces', 'two  words '],
			['single quotes', "it's"],
			['double quotes', 'say "hi"'],
			['umlauts', 'Grüße'],
			['Japanese', '日本語'],
			['an emoji', '🐟 fish'],
			['a decomposed letter', 'e\u0301'],
			['a plus', 'a+b c'],
			["what only strict encoders encode: '()!*~", "'()!*~"],
			['a percent sign', '50% off'],
			['what looks encoded', '%20%2B%25'],
			['a broken escape', '%zz%'],
			['an ampersand', 'a&b=c'],
			['an equals sign', 'a==b='],
			['a number sign', '#1 of #2'],
			['slashes', '/a//b/../c'],
			['question marks', '?a?b'],
			['what URLs forbid', '|^`{}[]<>'],
			['a backslash', 'C:\\Windows'],
			['other reserved characters', 'a;b,c:d@e$f'],
			['unreserved characters', 'A-z.0_9~'],
			['a line break and a tab', 'a\r\n\tb'],
			['nothing', ''],
			['a space', ' '],
			['a URL', 'https://example.com/a?b=c&d=e#f'],
			['TQL', `summary like "%APT's%" and (id in (1,2) or ownerName == "Ä & B")`],
			['2000 characters that each need three bytes', '€'.repeat(1000)],
		])('%s', async (_what, value) => {
			const logged = await accepted(groups(), pairs(['note', value]));
			expect(received(logged)).toEqual([['note', value]]);
		});
	});

	describe('a name of a query parameter arrives as it was typed', () => {
		test.each(['a b', "a'b", 'ä', 'a+b', 'a&b', 'a=b', 'a[b]', 'a[]', '(a)', '100%', '🐟', 'a#b'])(
			'%s',
			async (name) => {
				expect(received(await accepted(groups(), pairs([name, 'x y'])))).toEqual([[name, 'x y']]);
			},
		);
	});

	describe('lists, objects and several parameters', () => {
		const twice = pairs(['note', 'a b'], ['note', "c'd"], ['other', '1']);
		const list = json({ note: ['a b', "c'd"], other: 1 });
		const indices = [
			['note[0]', 'a b'],
			['note[1]', "c'd"],
			['other', '1'],
		];
		const repeat = [
			['note', 'a b'],
			['note', "c'd"],
			['other', '1'],
		];
		const brackets = [
			['note[]', 'a b'],
			['note[]', "c'd"],
			['other', '1'],
		];

		test.each<[string, INodeParameters, string[][]]>([
			['a name given twice', twice, indices],
			['a name given twice, indices', arrays(twice, 'indices'), indices],
			['a name given twice, repeat', arrays(twice, 'repeat'), repeat],
			['a name given twice, brackets', arrays(twice, 'brackets'), brackets],
			['a list in JSON', list, indices],
			['a list in JSON, indices', arrays(list, 'indices'), indices],
			['a list in JSON, repeat', arrays(list, 'repeat'), repeat],
			['a list in JSON, brackets', arrays(list, 'brackets'), brackets],
			[
				'the service’s own form: fields repeated',
				arrays(json({ fields: ['tags', 'attributes'] }), 'repeat'),
				[
					['fields', 'tags'],
					['fields', 'attributes'],
				],
			],
			[
				'numbers, booleans and null in JSON',
				json({ a: 1.5, b: true, c: null, d: '' }),
				[
					['a', '1.5'],
					['b', 'true'],
					['c', ''],
					['d', ''],
				],
			],
			[
				'objects in JSON',
				json({ a: { 'b c': { d: "e'f" } }, g: [{ h: 'i' }] }),
				[
					['a[b c][d]', "e'f"],
					['g[0][h]', 'i'],
				],
			],
			['an empty list and object', json({ a: [], b: {}, c: 'd' }), [['c', 'd']]],
			['a list with one entry, repeat', arrays(json({ a: ['b'] }), 'repeat'), [['a', 'b']]],
		])('%s', async (_what, parameters, expected) => {
			expect(received(await accepted(groups(), parameters))).toEqual(expected);
		});
	});

	describe('a query in the URL field', () => {
		test.each<[string, string, INodeParameters, string]>([
			['encoded', '?note=a%20b%2Bc%27d', {}, '?note=a%20b%2Bc%27d'],
			['encoded in lower case', '?note=%c3%bc%2f', {}, '?note=%c3%bc%2f'],
			['with what needs no encoding', '?note=a:b/c?d@e,f;g', {}, '?note=a:b/c?d@e,f;g'],
			['with spaces', '?note=a b', {}, '?note=a%20b'],
			['with a plus', '?note=a+b', {}, '?note=a+b'],
			['with quotes', `?note='a' "b"`, {}, '?note=%27a%27%20%22b%22'],
			['with umlauts', '?note=Grüße', {}, '?note=Gr%C3%BC%C3%9Fe'],
			['with a lone percent sign', '?note=50%', {}, '?note=50%'],
			['with brackets', '?note[0]=a&note[1]=b', {}, '?note[0]=a&note[1]=b'],
			['with parentheses', '?note=(a)!*', {}, '?note=(a)!*'],
			['with pipes and braces', '?note=|^`{}', {}, '?note=|^`{}'],
			['of a bare name', '?flag', {}, '?flag'],
			['without anything in it', '?', {}, ''],
			['with a fragment after it', '?note=a#top', {}, '?note=a'],
			['of a fragment alone', '#top', {}, ''],
			['and more parameters', '?note=a%20b', pairs(['more', "c'd"]), '?note=a%20b&more=c%27d'],
			['and the same parameter', '?note=a', pairs(['note', 'b']), '?note=a&note=b'],
			['of a question mark and more parameters', '?', pairs(['more', 'c']), '?more=c'],
			['of a fragment and more parameters', '#top', pairs(['more', 'c']), '?more=c'],
		])('%s', async (_what, query, parameters, expected) => {
			const { target } = await accepted(groups(query), parameters);
			expect(target).toBe(`/api/v3/groups${expected}`);
		});
	});

	describe('an XID in the path', () => {
		test.each([
			['spaces', 'my xid', 'my%20xid'],
			['a colon', 'acme:1', 'acme:1'],
			['a colon, encoded', 'acme:2', 'acme%3A2'],
			['a slash', 'a/b', 'a%2Fb'],
			['a slash in lower case', 'a/c', 'a%2fc'],
			['quotes and parentheses', "it's (1)!*", "it's%20(1)!*"],
			['quotes and parentheses, encoded', "it's (2)!*", 'it%27s%20%282%29%21%2A'],
			['umlauts and an emoji', 'Ü🐟', '%C3%9C%F0%9F%90%9F'],
			['umlauts as typed', 'Ö', 'Ö'],
			['spaces as typed', 'my other xid', 'my other xid'],
			['a percent sign', '100%', '100%25'],
			['a question mark and a number sign', 'a?b#c', 'a%3Fb%23c'],
			['a plus and a semicolon', 'a+b;c', 'a+b;c'],
			['an encoded plus', 'a+d', 'a%2Bd'],
			['what URLs forbid', '|^`{}[]<>', '%7C%5E%60%7B%7D%5B%5D%3C%3E'],
		])('%s', async (_what, xid, segment) => {
			const own = `${credential} ${xid}`;
			const { id } = server.seedGroup({ type: 'Incident', name: 'By XID', xid: own });
			const url = `${server.url}/api/v3/groups/${credential}%20${segment}`;
			const { items, error } = await request(credential, url, pairs(['owner', 'Demo Organization']));
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ data: { id: Number(id) }, status: 'Success' }]);
		});

		test('dots that lead upwards are resolved before the request is signed', async () => {
			const { target } = await accepted(`${server.url}/api/v3/x/../%2e%2e/v3/groups?note=../a`);
			expect(target).toBe('/api/v3/groups?note=../a');
		});
	});

	describe('requests with a body', () => {
		test('POST creates a group, with a query of special characters', async () => {
			const body = {
				type: 'Incident',
				name: `Made by "${credential}" & Grüße`,
				tags: { data: [{ name: 'a b' }] },
			};
			const logged = await accepted(
				groups(),
				{
					method: 'POST',
					...arrays(pairs(['fields', 'tags'], ['fields', 'attributes'], ['note', "it's (ü)"]), 'repeat'),
					sendBody: true,
					contentType: 'json',
					specifyBody: 'json',
					jsonBody: JSON.stringify(body),
				},
				'POST',
				201,
			);
			expect(logged.target).toBe('/api/v3/groups?fields=tags&fields=attributes&note=it%27s%20%28%C3%BC%29');
			expect(JSON.parse(logged.body)).toEqual(body);
			expect(server.groups().at(-1)).toMatchObject({ name: body.name, tags: [{ name: 'a b' }] });
		});

		test('POST with body fields one by one', async () => {
			const logged = await accepted(
				groups(),
				{
					method: 'POST',
					sendBody: true,
					contentType: 'json',
					specifyBody: 'keypair',
					bodyParameters: {
						parameters: [
							{ name: 'type', value: 'Threat' },
							{ name: 'name', value: "It's a threat" },
						],
					},
				},
				'POST',
				201,
			);
			expect(JSON.parse(logged.body)).toEqual({ type: 'Threat', name: "It's a threat" });
		});

		test('PUT changes a group', async () => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'Old' });
			await accepted(
				`${groups()}/${id}`,
				{
					method: 'PUT',
					sendBody: true,
					contentType: 'json',
					specifyBody: 'json',
					jsonBody: '{"name":"New"}',
				},
				'PUT',
			);
			expect(server.group(id)).toMatchObject({ name: 'New' });
		});

		test('DELETE deletes one', async () => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'Doomed' });
			await accepted(`${groups()}/${id}`, { method: 'DELETE' }, 'DELETE');
			expect(server.group(id)).toBeUndefined();
		});
	});

	describe('several pages', () => {
		const pagination = (mode: INodeParameters): INodeParameters => ({
			pagination: {
				pagination: {
					paginationCompleteWhen: 'other',
					completeExpression: '={{ !$response.body.next }}',
					limitPagesFetched: false,
					requestInterval: 0,
					...mode,
				},
			},
		});
		const nextUrl = (more: INodeParameters = {}) =>
			pagination({
				paginationMode: 'responseContainsNextURL',
				nextURL: '={{ $response.body.next }}',
				...more,
			});
		const names = (result: RunResult) =>
			jsonOf(result.items).flatMap((page) => (page.data as Array<{ name: string }>).map(({ name }) => name));

		async function pages(url: string, parameters: INodeParameters): Promise<[RunResult, LoggedRequest[]]> {
			const before = server.requests.length;
			const result = await request(credential, url, parameters);
			expect(result.error).toBeUndefined();
			return [result, server.requests.slice(before)];
		}

		const first = ['Page 1', 'Page 2', 'Page 3', 'Page 4', 'Page 5'];

		test('by the address of the next page', async () => {
			const [result, logged] = await pages(groups('?resultLimit=2&note=a%20b'), { options: nextUrl() });
			expect(names(result).slice(0, 5)).toEqual(first);
			expect(names(result)).toHaveLength(server.groups().length);
			expect(logged).toHaveLength(Math.ceil(server.groups().length / 2));
			expect(logged.map(({ status }) => status)).toEqual(logged.map(() => 200));
		});

		test('by the address of the next page, the first one’s parameters in fields of their own', async () => {
			const [result, logged] = await pages(groups(), {
				...pairs(['resultLimit', '2'], ['note', "it's (ü)"]),
				options: nextUrl({ limitPagesFetched: true, maxRequests: 3 }),
			});
			expect(names(result).slice(0, 5)).toEqual(first);
			expect(logged.map(({ target }) => target)).toEqual([
				'/api/v3/groups?resultLimit=2&note=it%27s%20%28%C3%BC%29',
				'/api/v3/groups?note=it%27s%20%28%C3%BC%29&resultStart=2&resultLimit=2',
				'/api/v3/groups?note=it%27s%20%28%C3%BC%29&resultStart=4&resultLimit=2',
			]);
			expect(logged.map(({ status }) => status)).toEqual([200, 200, 200]);
		});

		test('by a parameter that counts', async () => {
			const [result, logged] = await pages(groups(), {
				...pairs(['resultLimit', '2'], ['note', 'a+b']),
				options: pagination({
					paginationMode: 'updateAParameterInEachRequest',
					parameters: { parameters: [{ type: 'qs', name: 'resultStart', value: '={{ $pageCount * 2 }}' }] },
					limitPagesFetched: true,
					maxRequests: 3,
				}),
			});
			expect(names(result).slice(0, 5)).toEqual(first);
			expect(logged.map(({ target }) => target)).toEqual(
				[0, 2, 4].map((start) => `/api/v3/groups?resultLimit=2&note=a%2Bb&resultStart=${start}`),
			);
			expect(logged.map(({ status }) => status)).toEqual([200, 200, 200]);
		});

		test('each page is authenticated at its own time', async () => {
			const [, logged] = await pages(groups('?resultLimit=2'), {
				options: nextUrl({ limitPagesFetched: true, maxRequests: 2, requestInterval: 1100 }),
			});
			const headers = logged.map(({ headers: { authorization, timestamp } }) => ({
				authorization,
				timestamp,
			}));
			expect(logged.map(({ status }) => status)).toEqual([200, 200]);
			if (credential === 'threatConnectApi') {
				const token = { authorization: `TC-Token ${server.credentials.apiToken}`, timestamp: undefined };
				expect(headers).toEqual([token, token]);
			} else {
				expect(Number(headers[1]?.timestamp)).toBeGreaterThan(Number(headers[0]?.timestamp));
				expect(headers[1]?.authorization).not.toBe(headers[0]?.authorization);
			}
		});

		test('a next page on another host is refused, and gets nothing', async () => {
			const other = await listener(answerJson);
			const before = server.requests.length;
			const { error } = await request(credential, groups('?resultLimit=1'), {
				options: nextUrl({ nextURL: `={{ $response.body.next && "${other.url}/next" }}` }),
			});
			expect(server.requests.slice(before)).toMatchObject([{ status: 200 }]);
			expect(shown(error)).toContain(
				`This credential is for ${server.url}, but the request goes to ${other.url}. Nothing was sent.`,
			);
			expect(other.seen).toEqual([]);
		});
	});

	describe('other hosts', () => {
		test('a request to another host is refused, and nothing arrives there', async () => {
			const other = await listener(answerJson);
			const { error } = await request(credential, `${other.url}/api/v3/groups`, pairs(['note', 'x']));
			expect(shown(error)).toContain(
				`This credential is for ${server.url}, but the request goes to ${other.url}. Nothing was sent. Change the URL, or the Base URL in the credential.`,
			);
			expect(other.seen).toEqual([]);
		});

		test('a host with a similar name is refused without a DNS query', async () => {
			const { host } = new URL(server.url);
			const { error } = await request(
				credential,
				`http://${host.replace(':', '.evil.invalid:')}/api/v3/groups`,
			);
			expect(shown(error)).toContain(`This credential is for ${server.url}, but the request goes to`);
			expect(shown(error)).not.toContain('ENOTFOUND');
		});

		test.each([301, 302, 303, 307, 308])(
			'a redirect (%i) to another origin is not followed',
			async (status) => {
				const elsewhere = await listener(answerJson);
				const origin = await listener((_incoming, response) => {
					response.writeHead(status, { Location: `${elsewhere.url}/landed` }).end();
				});
				const { error } = await request(credential, `${origin.url}/api/v3/groups`, {}, {}, origin.url);
				expect(error?.httpCode).toBe(String(status));
				expect(origin.seen).toHaveLength(1);
				expect(origin.seen[0]?.headers.authorization).toMatch(/^TC/);
				expect(elsewhere.seen).toHaveLength(0);
			},
		);

		test('… not even when the node is told to send the credential along', async () => {
			const elsewhere = await listener(answerJson);
			const origin = await listener((_incoming, response) => {
				response.writeHead(302, { Location: elsewhere.url }).end();
			});
			const options = { sendCredentialsOnCrossOriginRedirect: true };
			await request(credential, `${origin.url}/api/v3/groups`, { options }, {}, origin.url);
			expect(elsewhere.seen).toHaveLength(0);
		});
	});

	describe('secrets', () => {
		test.each(credential === 'threatConnectApi' ? ['apiToken'] : ['accessId', 'secretKey'])(
			'a line break in %s is refused, and nothing is sent',
			async (field) => {
				const label = { apiToken: 'API Token', accessId: 'Access ID', secretKey: 'Secret Key' }[field];
				const secret = String(data[credential]?.(server.url)[field]);
				const before = server.requests.length;
				const { error } = await request(
					credential,
					groups(),
					{},
					{ [field]: `${secret.slice(0, 4)}\n${secret.slice(4)}` },
				);
				expect(shown(error)).toContain(
					`The ${label} holds a space, a line break or another character that no key has. Paste it again without it.`,
				);
				expect(shown(error)).not.toContain(secret.slice(4));
				expect(server.requests).toHaveLength(before);
			},
		);

		test('a wrong secret is refused by the service, and not repeated in the error', async () => {
			const field = credential === 'threatConnectApi' ? 'apiToken' : 'secretKey';
			const { error } = await request(credential, groups(), {}, { [field]: 'wrong-but-secret' });
			expect(server.requests.at(-1)).toMatchObject({ status: 401 });
			expect(error).toMatchObject({ httpCode: '401' });
			expect(JSON.stringify(error)).not.toContain('wrong-but-secret');
		});

		test("an Authorization header in the node’s own headers is replaced by the credential's", async () => {
			await accepted(groups(), {
				sendHeaders: true,
				specifyHeaders: 'keypair',
				headerParameters: { parameters: [{ name: 'Authorization', value: 'Bearer old' }] },
			});
		});
	});

	describe('a certificate that cannot be verified', () => {
		const owners = () => `${secure.url}/api/v3/security/owners?note=it's`;

		test('is refused, and nothing arrives', async () => {
			const before = secure.requests.length;
			const { error, items } = await request(credential, owners(), {}, {}, secure.url);
			expect(shown(error)).toMatch(/SSL|certificate/i);
			expect(items).toEqual([]);
			expect(secure.requests).toHaveLength(before);
		});

		test('is ignored with "Ignore SSL Issues" in the credential', async () => {
			const { error, items } = await request(credential, owners(), {}, { ignoreSslIssues: true }, secure.url);
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ status: 'Success' }]);
			expect(secure.requests.at(-1)).toMatchObject({ status: 200 });
		});

		test('is ignored with the node’s own option', async () => {
			const options = { allowUnauthorizedCerts: true };
			const { error } = await request(
				credential,
				owners(),
				{ options },
				{ ignoreSslIssues: false },
				secure.url,
			);
			expect(error).toBeUndefined();
		});
	});
});

describe('HTTP Request with attackForgeApi', () => {
	test('the key goes to the tenant', async () => {
		const tenant = await listener(answerJson);
		const { error } = await request('attackForgeApi', `${tenant.url}/api/ss/groups`, {}, {}, tenant.url);
		expect(error).toBeUndefined();
		expect(tenant.seen).toMatchObject([{ url: '/api/ss/groups', headers: { 'x-ssapi-key': 'an-api-key' } }]);
	});

	test('another host gets nothing', async () => {
		const other = await listener(answerJson);
		const { error } = await request('attackForgeApi', `${other.url}/api/ss/groups`, {}, {}, server.url);
		expect(shown(error)).toContain('Nothing was sent.');
		expect(other.seen).toEqual([]);
	});

	// On a redirect to another origin n8n drops Authorization, but not a service's own header. So the key would arrive
	// wherever the tenant, or a server that answers in its place, redirects to.
	test('a redirect to another origin does not carry the key', async () => {
		const elsewhere = await listener(answerJson);
		const origin = await listener((_incoming, response) => {
			response.writeHead(302, { Location: elsewhere.url }).end();
		});
		await request('attackForgeApi', `${origin.url}/api/ss/groups`, {}, {}, origin.url);
		expect(origin.seen).toHaveLength(1);
		expect(elsewhere.seen.map(({ headers }) => headers['x-ssapi-key']).filter(Boolean)).toEqual([]);
	});
});
