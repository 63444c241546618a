import type { RequestListener, ServerResponse } from 'node:http';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { jsonOf, run } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** What both nodes share: outcomes, pairing, order, errors, cancelling. The tests use the ThreatConnect node. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const named = (...names: string[]) => names.map((name) => ({ name }));
const byName = { type: 'Threat', name: '={{ $json.name }}' };
const writes = () => server.requests.filter(({ method }) => method !== 'GET').length;

/** Runs `check` with a server's URL and a function that returns how many requests it has received. */
async function withCountingServer(
	listener: RequestListener,
	check: (url: string, count: () => number) => Promise<void>,
): Promise<void> {
	let count = 0;
	await withHttpServer(
		(request, response) => {
			count += 1;
			listener(request, response);
		},
		async (url) => await check(url, () => count),
	);
}

const createAt = async (baseUrl: string, more: object = {}) =>
	await run({
		type: 'threatConnectGroup',
		parameters: { resource: 'group', operation: 'create', ...byName, options: { assignXid: false } },
		items: named('x'),
		credentials: { threatConnectApi: { baseUrl, apiToken: 'token' } },
		...more,
	});

describe('output', () => {
	test('keeps the fields and files of the input by an option of each item, beside the result', async () => {
		const items = ['one', 'two'].map((name) => ({ name, ticket: 4711, id: 'mine' }));
		const file = { data: 'eA==', mimeType: 'text/plain', fileName: 'x.txt' };
		const { items: made } = await node(
			'create',
			{ ...byName, options: { includeInput: '={{ $json.name === "one" }}' } },
			{ items, binary: [{ data: file }, { data: file }] },
		);
		const [one, two] = made;
		expect(one?.json).toMatchObject({ name: 'one', ticket: 4711, type: 'Threat' });
		expect(one?.json.id).not.toBe('mine');
		expect(one?.binary?.data).toMatchObject(file);
		expect(two?.json).not.toHaveProperty('ticket');
		expect(two?.binary).toBeUndefined();
	});

	test('that is to keep the input by a value that is no switch is refused before anything is sent', async () => {
		const before = writes();
		const { error } = await node(
			'create',
			{ ...byName, options: { includeInput: '={{ "perhaps" }}' } },
			{ items: named('x') },
		);
		expect(error?.message).toContain('"Include Input" (includeInput) cannot be "perhaps"');
		expect(writes()).toBe(before);
	});

	test('comes in the order of the input, each item paired to its own, whatever finishes first', async () => {
		let delay = 60;
		await withCountingServer(
			(request, response) => {
				let body = '';
				request.on('data', (chunk) => (body += chunk));
				request.on('end', () => {
					delay -= 5;
					const data = { id: 1, ...JSON.parse(body) };
					setTimeout(() => {
						response.setHeader('content-type', 'application/json');
						response.statusCode = 201;
						response.end(JSON.stringify({ data, status: 'Success' }));
					}, delay);
				});
			},
			async (url) => {
				const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
				const { items } = await createAt(url, { items: named(...names) });
				expect(items.map(({ json }) => json.name)).toEqual(names);
				expect(items.map(({ pairedItem }) => pairedItem)).toEqual(names.map((_, item) => ({ item })));
			},
		);
	});

	test('is empty for no items, and nothing is sent', async () => {
		const before = server.requests.length;
		const { items } = await node('create', byName, { items: [] });
		expect(items).toEqual([]);
		expect(server.requests).toHaveLength(before);
	});
});

describe('when an item fails', () => {
	test('and the execution stops, nothing is sent if an item cannot be', async () => {
		const before = writes();
		const { error } = await node(
			'create',
			{ type: 'Incident', name: '={{ $json.name }}', additionalFields: { eventDate: '={{ $json.date }}' } },
			{ items: [{ name: 'a' }, { name: 'b' }, { name: 'c', date: '03/04/2026' }] },
		);
		expect(error).toMatchObject({
			message:
				'"Event Date" (eventDate): "03/04/2026" could be two dates (is 03/04/2026 in month 03 or 04?) [item 2]',
			description: 'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ. Nothing was sent for any item.',
			context: { itemIndex: 2 },
		});
		expect(writes()).toBe(before);
	});

	test('and the execution stops, the first failure is shown, and how many items had succeeded', async () => {
		const before = writes();
		const { error } = await node(
			'create',
			{
				...byName,
				additionalFields: { ownerName: '={{ $json.owner }}' },
				options: { maxConcurrentRequests: 1 },
			},
			{ items: [...named('a', 'b'), { name: 'c', owner: 'Nobody' }, { name: 'd', owner: 'No one' }] },
		);
		expect(error).toMatchObject({
			message: 'The requested owner was not found [item 2]',
			httpCode: '403',
			context: { itemIndex: 2 },
		});
		expect(error?.description).toContain(
			'Before this, 2 of 4 items had gone through; they stay as they are.',
		);
		expect(writes()).toBe(before + 3);
	});

	test('and the execution continues by the error output, only bad items leave there, with their own fields', async () => {
		const { items, errors } = await node(
			'create',
			{ ...byName, additionalFields: { ownerName: '={{ $json.owner }}', firstSeen: '={{ $json.seen }}' } },
			{
				items: [
					{ name: 'good' },
					{ name: 'bad owner', owner: 'Nobody' },
					{ name: 'bad date', seen: '2026-02-31' },
					{ name: 'fine' },
				],
				onError: 'continueErrorOutput',
			},
		);
		expect(items.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual([
			['good', { item: 0 }],
			['fine', { item: 3 }],
		]);
		expect(errors).toMatchObject([
			{
				json: {
					name: 'bad owner',
					owner: 'Nobody',
					error: 'The requested owner was not found',
					message:
						'"Owner Name" is "Nobody": there is no such owner, or the API user has no access to it. Check its name, upper and lower case included. (POST /api/v3/groups, HTTP 403, code 0x1003)',
				},
				pairedItem: { item: 1 },
			},
			{
				json: {
					name: 'bad date',
					error: '"First Seen" (firstSeen): "2026-02-31" is not a date that exists',
					message: 'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
				},
				pairedItem: { item: 2 },
			},
		]);
	});

	test('and the execution continues by the regular output, the error stands in its place', async () => {
		const { items } = await node(
			'create',
			{ ...byName, additionalFields: { ownerName: '={{ $json.owner }}' } },
			{
				items: [{ name: 'a' }, { name: 'b', owner: 'Nobody' }, { name: 'c' }],
				onError: 'continueRegularOutput',
			},
		);
		expect(jsonOf(items)).toMatchObject([
			{ name: 'a' },
			{ error: 'The requested owner was not found' },
			{ name: 'c' },
		]);
	});
});

test.each([403, 406, 413])(
	'a page with %i, as a firewall answers, says to look there, and not at the owner',
	async (status) => {
		await withCountingServer(
			(_request, response) => response.writeHead(status).end('<html>Request blocked. ID 42</html>'),
			async (url) => {
				const { error } = await createAt(url);
				expect(error?.message).toContain('Request blocked. ID 42');
				expect(error?.description).toBe(
					'Look at what answers at the Base URL: it may be a proxy or a login page.',
				);
			},
		);
	},
);

describe('concurrency', () => {
	const inFlight = async (maxConcurrentRequests: number, count: number) => {
		const waiting: ServerResponse[] = [];
		let most = 0;
		const order: string[] = [];
		const answer = () => {
			for (const one of waiting.splice(0)) one.end('{"status":"Success","data":{"id":1}}');
		};
		await withCountingServer(
			(request, response) => {
				most = Math.max(most, waiting.push(response));
				let body = '';
				request.on('data', (chunk) => (body += chunk));
				request.on('end', () => {
					order.push(JSON.parse(body).name);
					// The server responds 20 ms after the limit is reached. A request beyond the limit would arrive in that time.
					if (order.length % maxConcurrentRequests === 0) setTimeout(answer, 20);
				});
			},
			async (url) => {
				const names = Array.from({ length: count }, (_, index) => `n${index}`);
				const { error } = await createAt(url, {
					items: named(...names),
					parameters: {
						resource: 'group',
						operation: 'create',
						...byName,
						options: { maxConcurrentRequests },
					},
				});
				expect(error).toBeUndefined();
			},
		);
		return { most, order };
	};

	test('is bounded by the option', async () => {
		expect((await inFlight(4, 20)).most).toBe(4);
	});
	test('of 1 sends one after the other, in order', async () => {
		const { most, order } = await inFlight(1, 6);
		expect(most).toBe(1);
		expect(order).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
	});

	test('stays below what was refused, in a later run of the workflow too', async () => {
		const waiting: ServerResponse[] = [];
		let most = 0;
		const refuse = (response: ServerResponse) => response.writeHead(429).end('{}');
		const accept = (response: ServerResponse) => response.end('{"status":"Success","data":{"id":1}}');
		let answer = () => {
			if (waiting.length < 16) return;
			waiting.splice(8).forEach(refuse);
			answer = () => void setTimeout(() => waiting.splice(0).forEach(accept), 20);
			answer();
		};
		await withCountingServer(
			(request, response) => {
				most = Math.max(most, waiting.push(response));
				request.resume().on('end', () => answer());
			},
			async (url) => {
				const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
				const again = { items: named(...names), workflowId: 'runs twice' };
				expect((await createAt(url, again)).items).toHaveLength(40);
				expect(most).toBe(16);
				most = 0;
				expect((await createAt(url, again)).items).toHaveLength(40);
				expect(most).toBeLessThanOrEqual(8);
			},
		);
	});

	test('keeps the order of items for the same record', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'start' });
		const names = Array.from({ length: 12 }, (_, index) => `change ${index}`);
		const from = server.requests.length;
		const { items } = await node(
			'update',
			{ groupId: id, updateFields: { name: '={{ $json.name }}' } },
			{ items: named(...names) },
		);
		expect(items).toHaveLength(12);
		expect(server.requests.slice(from).map(({ body }) => JSON.parse(body).name)).toEqual(names);
		expect(server.group(id)?.name).toBe('change 11');
	});
});

test('the credential is decrypted once a run, and once more when several items use it', async () => {
	const { decrypted, items } = await node('create', byName, { items: named(...'abcdefghij') });
	expect(items).toHaveLength(10);
	expect(decrypted).toBe(2);
	expect((await node('create', byName, { items: named('a') })).decrypted).toBe(1);
});

test('a cancelled execution sends nothing more', async () => {
	/** The number of requests that arrive before the cancellation. */
	const FIRST = 16;
	let cancel = () => {};
	let arrived = 0;
	// The responses are held back until then, because each response lets another request follow.
	const waiting: ServerResponse[] = [];
	await withCountingServer(
		(_request, response) => {
			arrived += 1;
			waiting.push(response);
			if (arrived < FIRST) return;
			if (arrived === FIRST) cancel();
			for (const one of waiting.splice(0)) one.end('{"status":"Success","data":{"id":1}}');
		},
		async (url, count) => {
			const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
			const { status } = await createAt(url, {
				items: named(...names),
				onStart: (stop: () => void) => (cancel = stop),
			});
			expect(status).toBe('canceled');
			await new Promise((resolve) => setTimeout(resolve, 200));
			expect(count()).toBe(FIRST);
		},
	);
});

test('the hint of a cancelled execution counts the items that were not sent', async () => {
	let cancel = () => {};
	await withCountingServer(
		() => cancel(),
		async (url) => {
			const { errors, hints } = await createAt(url, {
				parameters: {
					resource: 'group',
					operation: 'create',
					...byName,
					options: { assignXid: false, maxConcurrentRequests: 1 },
				},
				items: named('a', 'b', 'c'),
				onError: 'continueErrorOutput',
				onStart: (stop: () => void) => (cancel = stop),
			});
			expect(errors).toHaveLength(3);
			expect(hints.map(({ message }) => message)).toEqual(['3 input items: 1 failed, 2 not sent.']);
		},
	);
});

test.each<[string, RequestListener]>([
	['a server does not answer', () => {}],
	[
		'a server asks for a pause of a minute',
		(_request, response) => response.writeHead(429, { 'retry-after': '60' }).end(),
	],
])('a cancelled execution ends while %s', async (_what, listener) => {
	let cancel = () => {};
	const cancelling: RequestListener = (request, response) => {
		setTimeout(() => cancel(), 200);
		listener(request, response);
	};
	await withCountingServer(cancelling, async (url, count) => {
		const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
		const { error, status } = await createAt(url, {
			items: named(...names),
			onStart: (stop: () => void) => (cancel = stop),
		});
		expect(error?.message).toContain('The execution was canceled');
		expect(status).toBe('canceled');
		// Requests that were sent before the cancellation may arrive after it.
		await new Promise((resolve) => setTimeout(resolve, 500));
		const sent = count();
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(sent).toBeLessThan(40);
		expect(count()).toBe(sent);
	});
});

describe('an answer that the service never sends', () => {
	const failing = async (listener: RequestListener, more: object = {}) => {
		let result: Awaited<ReturnType<typeof createAt>> | undefined;
		let requests = 0;
		await withCountingServer(listener, async (url, count) => {
			result = await createAt(url, more);
			requests = count();
		});
		expect(requests).toBe(1);
		return result?.error;
	};
	const answer = (status: number, body: string, headers: Record<string, string> = {}): RequestListener => {
		return (_request, response) => response.writeHead(status, headers).end(body);
	};

	test.each([
		[
			'a 401, sent once',
			answer(401, '{"message":"Access Denied","status":"Error"}'),
			'Access Denied [item 0]',
			'Check the access ID',
		],
		[
			'HTML of a proxy',
			answer(502, '<html><head><style>x{}</style></head><body><h1>Bad\nGateway</h1></body></html>'),
			'ThreatConnect did not answer with JSON, but with 502 Bad Gateway: Bad Gateway [item 0]',
			'Run it again later',
		],
		[
			'a login page with 200',
			answer(200, '<html>Please log in</html>'),
			'ThreatConnect did not answer with JSON, but with 200 OK: Please log in [item 0]',
			'it may be a proxy',
		],
		['an empty 200', answer(200, ''), 'ThreatConnect did not answer with JSON, but with 200 OK [item 0]', ''],
		['a success with an error inside', answer(200, '{"status":"Error","message":"No"}'), 'No [item 0]', ''],
		[
			'a success without a group',
			answer(200, '{"status":"Success"}'),
			'ThreatConnect answered with success, but without the group [item 0]',
			'The group may or may not have been created: look for the Threat with the name "x"',
		],
		[
			"a batch answer's description",
			answer(400, '{"status":"Invalid","description":"File size greater than allowable limit"}'),
			'File size greater than allowable limit [item 0]',
			'',
		],
		[
			'a license',
			answer(
				503,
				'{"status":"Failure","message":"API access has not been licensed for this system, contact us"}',
			),
			'API access has not been licensed for this system, contact us [item 0]',
			'not part of the license',
		],
		[
			'a redirect, not followed',
			answer(302, '', { location: 'https://elsewhere.example/login' }),
			'The server redirected the request to https://elsewhere.example/login [item 0]',
			'Redirects are not followed',
		],
	])('%s', async (_what, listener, message, description) => {
		const error = await failing(listener);
		expect(error?.message).toBe(message);
		expect(error?.description).toContain(description);
	});

	test('a connection that breaks: the error says that the write is in doubt', async () => {
		const error = await failing((request) => request.socket.destroy());
		expect(error?.message).toMatch(
			/^The connection to 127\.0\.0\.1:\d+ broke before an answer came \[item 0\]$/,
		);
		expect(error?.description).toContain(
			'The group may or may not have been created: look for the Threat with the name "x" before you send it again.',
		);
	});

	test('silence: the error names the time-out, and what may have happened', async () => {
		const error = await failing(() => {}, {
			parameters: {
				resource: 'group',
				operation: 'create',
				...byName,
				options: { timeout: 1, assignXid: false },
			},
		});
		expect(error?.message).toMatch(/^127\.0\.0\.1:\d+ did not answer within 1 second \[item 0\]$/);
		expect(error?.description).toContain('Raise Options > Timeout');
		expect(error?.description).toContain('may or may not have been created');
	});
});

describe('a host that cannot be reached', () => {
	test('because its port is closed', async () => {
		const { error } = await createAt('http://127.0.0.1:9');
		expect(error?.message).toBe('127.0.0.1:9 could not be reached [item 0]');
		expect(error?.description).toContain('Check the Base URL and its port');
	});
	test('because its certificate is not trusted, unless SSL issues are ignored', async () => {
		const secure = await startThreatConnect({ tls: true });
		try {
			const { host } = new URL(secure.url);
			const { apiToken } = secure.credentials;
			const refused = await createAt(secure.url, {
				credentials: { threatConnectApi: { baseUrl: secure.url, apiToken } },
			});
			expect(refused.error?.message).toMatch(new RegExp(`^The certificate of ${host} is not trusted`));
			expect(refused.error?.description).toContain('switch on "Ignore SSL Issues" in the credential');
			expect(secure.requests).toHaveLength(0);
			const accepted = await createAt(secure.url, {
				credentials: { threatConnectApi: { baseUrl: secure.url, apiToken, ignoreSslIssues: true } },
			});
			expect(accepted.error).toBeUndefined();
			expect(secure.groups()).toHaveLength(1);
		} finally {
			await secure.stop();
		}
	});
});

describe('a credential that cannot be used is refused before anything is sent:', () => {
	test.each([
		['plain HTTP', { baseUrl: 'http://tc.example.com', apiToken: 'x' }, 'does not use HTTPS'],
		['no Base URL', { baseUrl: '', apiToken: 'x' }, 'The Base URL is empty'],
	])('%s', async (_what, credential, message) => {
		const { error } = await createAt('', { credentials: { threatConnectApi: credential } });
		expect(error?.message).toContain(message);
	});
	test('a token with a line break', async () => {
		await withCountingServer(
			(_request, response) => response.end(),
			async (url, count) => {
				const { error } = await createAt(url, {
					credentials: { threatConnectApi: { baseUrl: url, apiToken: 'to\nken' } },
				});
				expect(error?.message).toContain('The API Token holds a space, a line break');
				expect(JSON.stringify(error)).not.toContain('to\\nken');
				expect(count()).toBe(0);
			},
		);
	});
});
