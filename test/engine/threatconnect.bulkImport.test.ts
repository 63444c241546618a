import type { IncomingMessage, ServerResponse } from 'node:http';

import { derivedXid } from '../../nodes/ThreatConnectGroup/batch/packJobs';
import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { startLossyProxy } from '../support/lossyProxy';
import { jsonOf, type RunOptions } from './harness';
import { type RunNode, threatConnectNode, withThreatConnect } from './support';

const isPolling = ({ method, target }: { method: string; target: string }) =>
	method === 'GET' && /^\/api\/v2\/batch\/\d+(\?|$)/.test(target);
const notPolling = (server: ThreatConnectSimulator) =>
	server.requests.filter((request) => !isPolling(request));
const filesOf = (server: ThreatConnectSimulator) =>
	server.requests
		.filter(
			({ method, target, status }) => method === 'POST' && /\/v2\/batch\/\d+$/.test(target) && status === 202,
		)
		.map(({ body }) => JSON.parse(body) as { group: object[]; indicator?: object[] });
const autoMap = { dataMode: 'autoMap', type: 'Threat' };
const ORG = 'Demo Organization';

test('10,000 mixed groups with 50 bad ones: 9,950 imported, each bad one with its own error, in at most 10 requests', async () => {
	await withThreatConnect({ batchDelay: 200 }, async (server, node) => {
		const kinds = [
			(n: number) => ({ type: 'Incident', name: `Incident ${n}`, status: 'New', eventDate: '2026-01-01' }),
			(n: number) => ({ type: 'Threat', name: `Threat ${n}`, tags: ['Bulk', `T${n % 10}`] }),
			(n: number) => ({
				type: 'Report',
				name: `Report ${n}`,
				fileName: `${n}.pdf`,
				description: `About ${n}`,
			}),
			(n: number) => ({ type: 'Email', name: `Mail ${n}`, subject: 's', header: 'h', body: 'b' }),
			(n: number) => ({ type: 'Adversary', name: `Adversary ${n}`, securityLabels: ['TLP:AMBER'] }),
		];
		const faults: Array<[object, string]> = [
			[
				{ type: 'Incident', attributes: [{ type: 'No Such Type', value: 'x' }] },
				'The requested attribute type was not found',
			],
			[{ type: 'Threat', name: 'x'.repeat(201) }, 'The name for this Threat is invalid'],
			[{ type: 'Threat', securityLabels: ['TLP:PINK'] }, 'TLP:PINK'],
			// The node itself refuses these.
			[{ type: 'Email', subject: 's' }, '"Header" (header) is missing'],
			[{ type: 'Incident', status: 'Sleeping' }, '"Status" (status) cannot be "Sleeping"'],
		];
		const isBad = (n: number) => n % 200 === 7;
		const items = Array.from({ length: 10_000 }, (_, n) => ({
			...kinds[n % kinds.length]?.(n),
			...(isBad(n) && { name: `Bad ${n}`, ...faults[Math.floor(n / 200) % faults.length]?.[0] }),
			xid: `bulk:${n}`,
		}));
		const {
			items: good,
			errors,
			error,
		} = await node('bulkImport', autoMap, {
			items,
			onError: 'continueErrorOutput',
		});
		expect(error).toBeUndefined();
		expect(good).toHaveLength(9950);
		expect(errors).toHaveLength(50);
		expect(server.groups()).toHaveLength(9950);
		expect(good[0]?.json).toEqual({
			xid: 'bulk:0',
			name: 'Incident 0',
			type: 'Incident',
			ownerName: ORG,
			_outcome: 'imported',
		});
		expect(good.map(({ pairedItem }) => (pairedItem as { item: number }).item)).toEqual(
			items.map((_, n) => n).filter((n) => !isBad(n)),
		);
		for (const { json, pairedItem } of errors) {
			const n = (pairedItem as { item: number }).item;
			expect(isBad(n)).toBe(true);
			expect(json.error).toContain(faults[Math.floor(n / 200) % faults.length]?.[1]);
			expect(json).toMatchObject({
				xid: `bulk:${n}`,
				message: expect.stringMatching(/\w{4}.*\.( \(GET \S+\))?$/),
			});
		}
		expect(notPolling(server).length).toBeLessThanOrEqual(10);
	});
});

describe('a group', () => {
	test('arrives with all that batch can carry', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({ type: 'Threat', name: 'Related', xid: 'rel:1' });
			const { items, error } = await node('bulkImport', {
				type: 'Incident',
				name: 'Phishing',
				status: 'Open',
				groupDescription: 'What happened',
				tagNames: 'A, B',
				securityLabelNames: 'TLP:AMBER',
				additionalFields: {
					xid: 'crm:1',
					eventDate: '2026-03-04',
					associatedIndicators: { list: { data: { indicator: [{ type: 'Host', summary: 'new.example' }] } } },
				},
				options: { associatedGroupXid: 'rel:1' },
			});
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ xid: 'crm:1', _outcome: 'imported' }]);
			const group = server.groups().find(({ xid }) => xid === 'crm:1');
			expect(group).toMatchObject({
				type: 'Incident',
				name: 'Phishing',
				ownerName: ORG,
				fields: { status: 'Open', eventDate: '2026-03-04T00:00:00Z' },
				tags: [{ name: 'A' }, { name: 'B' }],
				securityLabels: [{ name: 'TLP:AMBER' }],
				attributes: [{ type: 'Description', value: 'What happened', default: true }],
			});
			expect(group?.associatedGroups).toHaveLength(1);
			expect(group?.associatedIndicators).toHaveLength(1);
		});
	});

	test('without XID gets the same one each time, so that the second run updates it', async () => {
		await withThreatConnect({}, async (server, node) => {
			const items = [{ name: 'A', tags: ['One'] }];
			const first = await node('bulkImport', autoMap, { items });
			const second = await node('bulkImport', autoMap, { items: [{ name: 'A', tags: ['Two'] }] });
			expect(first.items[0]?.json.xid).toBe(derivedXid(ORG, 'Threat', 'A'));
			expect(second.items[0]?.json.xid).toBe(first.items[0]?.json.xid);
			expect(server.groups()).toHaveLength(1);
			expect(server.groups()[0]?.tags.map(({ name }) => name)).toEqual(['One', 'Two']);
			const third = await node(
				'bulkImport',
				{ ...autoMap, options: { tagWriteType: 'Replace' } },
				{ items: [{ name: 'A', tags: ['Three'] }] },
			);
			expect(third.error).toBeUndefined();
			expect(server.groups()[0]?.tags.map(({ name }) => name)).toEqual(['Three']);
		});
	});

	test('in JSON is sent as it is translated, with all its digits', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { error } = await node('bulkImport', {
				dataMode: 'json',
				jsonBody: '{"type": "Document", "name": "D", "xid": "12345678901234567890", "insights": "Short"}',
			});
			expect(error).toBeUndefined();
			expect(filesOf(server)).toEqual([
				{ group: [{ type: 'Document', name: 'D', xid: '12345678901234567890', insights: 'Short' }] },
			]);
		});
	});

	test.each([
		['an owner by ID', { ownerId: 2 }, '"Owner ID" (ownerId) cannot be imported in bulk'],
		['a case', { associatedCases: [301] }, '"Associated Cases" (associatedCases) cannot be imported in bulk'],
	])('with %s is refused before anything is sent', async (_what, fields, message) => {
		await withThreatConnect({}, async (server, node) => {
			const { error } = await node('bulkImport', autoMap, {
				items: [{ name: 'A' }, { name: 'B', ...fields }],
			});
			expect(error?.message).toContain(message);
			expect(error?.message).toContain('[item 1]');
			expect(error?.description).toContain('Nothing was sent for any item.');
			expect(server.requests).toHaveLength(0);
		});
	});

	test('with the XID of an earlier item is refused, and the earlier one is imported', async () => {
		await withThreatConnect({}, async (server, node) => {
			const items = [{ name: 'A', xid: 'x' }, { name: 'B', xid: 'x' }, { name: 'C' }, { name: 'C' }];
			const { items: good, errors } = await node('bulkImport', autoMap, {
				items,
				onError: 'continueErrorOutput',
			});
			expect(jsonOf(good)).toMatchObject([{ name: 'A' }, { name: 'C' }]);
			expect(jsonOf(errors).map(({ error }) => error)).toEqual([
				'Item 0 of this run has the same XID "x"',
				`Item 2 of this run has the same XID "${derivedXid(ORG, 'Threat', 'C')}"`,
			]);
			const before = server.requests.length;
			const stopped = await node('bulkImport', autoMap, { items });
			expect(stopped.error?.message).toContain('has the same XID "x" [item 1]');
			expect(server.requests.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
		});
	});

	describe.each([
		['the node', '{"name":', '"Additional Fields (JSON)" is not valid JSON'],
		['ThreatConnect', { nonsense: [1] }, 'nonsense'],
	])('after an item whose Additional Fields %s refuses', (_who, extra, words) => {
		const associatedIndicators = [{ type: 'Host', summary: 'badguy.com' }];
		const given = (...xids: string[]) => ({
			items: xids.map((xid, index) => ({
				name: xid,
				xid,
				associatedIndicators,
				extra: index === 0 ? extra : {},
			})),
			onError: 'continueErrorOutput' as const,
		});
		const parameters = { ...autoMap, options: { additionalJson: '={{ $json.extra }}' } };

		test('keeps its associated indicator', async () => {
			await withThreatConnect({}, async (server, node) => {
				const { items, errors } = await node('bulkImport', parameters, given('bad', 'good'));
				expect(jsonOf(items)).toMatchObject([{ xid: 'good', _outcome: 'imported' }]);
				expect(jsonOf(errors)).toMatchObject([
					{ xid: 'bad', error: expect.stringContaining(words) as string },
				]);
				expect(server.groups()).toMatchObject([
					{ xid: 'good', associatedIndicators: [{ summary: 'badguy.com' }] },
				]);
			});
		});

		test('with the same XID is refused only if the other item was sent', async () => {
			await withThreatConnect({}, async (server, node) => {
				const { items, errors } = await node('bulkImport', parameters, given('same', 'same'));
				const isSent = typeof extra === 'object';
				expect(jsonOf(errors).map(({ error }) => error)).toEqual([
					expect.stringContaining(words),
					...(isSent ? ['Item 0 of this run has the same XID "same"'] : []),
				]);
				expect(items).toHaveLength(isSent ? 0 : 1);
				expect(server.groups().map((group) => group.associatedIndicators.length)).toEqual(isSent ? [] : [1]);
			});
		});
	});
});

describe('jobs', () => {
	test('are made for each owner', async () => {
		await withThreatConnect({}, async (server, node) => {
			const items = ['a', 'b', 'c', 'd'].map((name, index) => ({
				name,
				ownerName: index % 2 ? 'Demo Community' : ORG,
			}));
			const { items: good, error } = await node('bulkImport', autoMap, { items });
			expect(error).toBeUndefined();
			expect(jsonOf(good)).toMatchObject(items.map((item) => ({ ...item, _outcome: 'imported' })));
			expect(filesOf(server).map(({ group }) => group.length)).toEqual([2, 2]);
		});
	});

	test('need an owner: if the organization is not known, it is asked for once, and every item says so', async () => {
		await withThreatConnect({}, async (server) => {
			const node = threatConnectNode({
				...server,
				credentials: { ...server.credentials, apiToken: server.credentials.noOwnersToken as never },
			});
			const items = Array.from({ length: 20 }, (_, n) => ({ name: `n${n}` }));
			const { errors } = await node('bulkImport', autoMap, { items, onError: 'continueErrorOutput' });
			expect(errors).toHaveLength(20);
			expect(errors[7]?.json).toMatchObject({
				error: '"Owner Name" (ownerName) is missing',
				message: expect.stringContaining('give the owner'),
			});
			expect(server.requests.map(({ target }) => target)).toEqual([
				'/api/v2/owners/mine',
				'/api/v3/security/owners?resultLimit=10000',
			]);
		});
	});

	test('use Append and continue after errors', async () => {
		await withThreatConnect({}, async (server, node) => {
			await node('bulkImport', autoMap, { items: [{ name: 'a' }] });
			const created = server.requests.find(({ target }) => target === '/api/v2/batch');
			expect(JSON.parse(created?.body ?? '')).toEqual({
				version: 'V2',
				owner: ORG,
				haltOnError: false,
				action: 'Create',
				attributeWriteType: 'Append',
				tagWriteType: 'Append',
				securityLabelWriteType: 'Append',
			});
		});
	});

	test('are split when the server takes less, and stay within its limit', async () => {
		await withThreatConnect({ batchSizeLimit: 20_000 }, async (server, node) => {
			const items = Array.from({ length: 1000 }, (_, n) => ({ name: `Group ${n}`, xid: `x:${n}` }));
			const { items: good, error } = await node('bulkImport', autoMap, { items });
			expect(error).toBeUndefined();
			expect(good).toHaveLength(1000);
			expect(server.groups().map(({ name }) => name)).toEqual(items.map(({ name }) => name));
			const statuses = server.requests
				.filter(({ target }) => /\/v2\/batch\/\d+$/.test(target))
				.map((one) => one.status);
			expect(statuses.filter((status) => status === 400)).toHaveLength(1);
			const sizes = filesOf(server).map((file) => JSON.stringify(file).length);
			expect(Math.max(...sizes)).toBeLessThanOrEqual(20_000);
		});
	});

	test('are split when a proxy refuses them with 413, which names no limit', async () => {
		await withThreatConnect({}, async (server, node) => {
			const proxy = await startLossyProxy(server.url, (method, path, _earlier, length) =>
				method === 'POST' && /batch\/\d+$/.test(path) && length > 3000 ? 413 : undefined,
			);
			const credentials = {
				threatConnectApi: { baseUrl: proxy.url, apiToken: server.credentials.apiToken },
			};
			try {
				const items = Array.from({ length: 200 }, (_, n) => ({ name: `Group ${n}`, xid: `x:${n}` }));
				const { items: good, error } = await node('bulkImport', autoMap, { items, credentials });
				expect(error).toBeUndefined();
				expect(good).toHaveLength(200);
				expect(server.groups()).toHaveLength(200);
				const large = [{ name: 'large', description: 'x'.repeat(3000) }];
				const refused = await node('bulkImport', autoMap, { items: large, credentials });
				expect(refused.error?.description).toContain('too large for ThreatConnect or a proxy before it');
			} finally {
				await proxy.close();
			}
		});
	});

	test('are split by the option', async () => {
		await withThreatConnect({}, async (server, node) => {
			const items = Array.from({ length: 100 }, (_, n) => ({ name: `Group ${n}`, xid: `x:${n}` }));
			const { items: good } = await node(
				'bulkImport',
				{ ...autoMap, options: { maxBytes: 1500 } },
				{ items },
			);
			expect(good).toHaveLength(100);
			expect(filesOf(server).length).toBeGreaterThan(3);
		});
	});

	test("with one group that is too large end with the server's message for this group only", async () => {
		await withThreatConnect({ batchSizeLimit: 2000 }, async (server, node) => {
			const items = [{ name: 'small' }, { name: 'large', description: 'x'.repeat(3000) }, { name: 'tiny' }];
			const { items: good, errors } = await node('bulkImport', autoMap, {
				items,
				onError: 'continueErrorOutput',
			});
			expect(jsonOf(good)).toMatchObject([{ name: 'small' }, { name: 'tiny' }]);
			expect(jsonOf(errors)).toMatchObject([
				{ name: 'large', error: 'File size greater than allowable limit of 2000' },
			]);
			expect(server.groups()).toHaveLength(2);
		});
	});

	test('that an instance does not allow fail in its own words, for every item', async () => {
		await withThreatConnect({ batchEnabled: false }, async (_server, node) => {
			const { errors } = await node('bulkImport', autoMap, {
				items: [{ name: 'a' }, { name: 'b' }],
				onError: 'continueErrorOutput',
			});
			expect(jsonOf(errors)).toHaveLength(2);
			expect(jsonOf(errors)[1]).toMatchObject({
				error: expect.stringContaining('Batch job api is not available.'),
				message:
					'An administrator can enable batch jobs and document storage. Until then use Create or Delete. (POST /api/v2/batch, HTTP 503)',
			});
		});
	});

	test.each([
		['once', 1, 2, undefined],
		['each time', Infinity, 0, 'Nothing was done by this job.'],
	])(
		'whose creation a gateway answers with 502 %s are created again, and no item is in doubt',
		async (_what, times, imported, message) => {
			await withThreatConnect({}, async (server, node) => {
				let created = 0;
				const proxy = await startLossyProxy(server.url, (method, path) =>
					method === 'POST' && path.endsWith('/v2/batch') && created++ < times ? 502 : undefined,
				);
				try {
					const { items, errors } = await node(
						'bulkImport',
						{ ...autoMap, options: { maxBytes: 1000 } },
						{
							items: ['A', 'B'].map((name) => ({ name, description: 'x'.repeat(600) })),
							onError: 'continueErrorOutput',
							credentials: {
								threatConnectApi: { baseUrl: proxy.url, apiToken: server.credentials.apiToken },
							},
						},
					);
					expect(items).toHaveLength(imported);
					expect(errors).toHaveLength(2 - imported);
					for (const { json } of errors) {
						expect(json.message).toContain(message);
						expect(json.message).not.toContain('may or may not');
					}
				} finally {
					await proxy.close();
				}
			});
		},
	);

	test('for an owner that may not be written fail for its items, the others are imported', async () => {
		await withThreatConnect({}, async (_server, node) => {
			const { items, errors } = await node('bulkImport', autoMap, {
				items: [{ name: 'a', ownerName: 'Read-Only Source' }, { name: 'b' }],
				onError: 'continueErrorOutput',
			});
			expect(jsonOf(items)).toMatchObject([{ name: 'b' }]);
			expect(jsonOf(errors)).toMatchObject([
				{ name: 'a', error: expect.stringContaining('You do not have permission to create') },
			]);
		});
	});

	test('that fail as a whole say so, and say that nothing was imported', async () => {
		await withThreatConnect({ batchItemLimit: 5 }, async (server, node) => {
			const items = Array.from({ length: 6 }, (_, n) => ({ name: `n${n}` }));
			const { errors } = await node('bulkImport', autoMap, { items, onError: 'continueErrorOutput' });
			expect(errors).toHaveLength(6);
			expect(errors[3]?.json.error).toMatch(/^Batch 1 imported none of its groups: .*6 items would exceed/);
			expect(server.groups()).toHaveLength(0);
		});
	});

	test('are not begun after a failed one when the execution stops at errors', async () => {
		await withThreatConnect({}, async (server, node) => {
			const items = [
				{ name: 'a' },
				{ name: 'b', securityLabels: ['TLP:PINK'] },
				{ name: 'c', ownerName: 'Demo Community' },
			];
			const { error } = await node('bulkImport', autoMap, { items });
			expect(error?.message).toMatch(/TLP:PINK.* \[item 1\]$/);
			expect(error?.description).toContain('Before this, 1 of 3 items had gone through');
			expect(filesOf(server)).toHaveLength(1);
		});
	});

	test('show their progress to the user who runs them by hand', async () => {
		await withThreatConnect({ batchDelay: 300 }, async (_server, node) => {
			const messages: string[] = [];
			await node('bulkImport', autoMap, {
				items: [{ name: 'a' }],
				mode: 'manual',
				onMessage: (message) => messages.push(message),
			});
			// The number of status requests depends on timing.
			expect(messages.filter((message) => !/: (Queued|Running)$/.test(message))).toEqual([
				'Batch 1 for "Demo Organization" (groups: 1): uploading',
				'Batch 1 for "Demo Organization" (groups: 1): Completed',
				'Batch 1 has finished: 1 of 1 groups imported',
			]);
		});
	});
});

describe('when a job does not end', () => {
	test('within the time limit, each item says that it may still be running, with the batch ID', async () => {
		await withThreatConnect({ batchDelay: 60_000 }, async (_server, node) => {
			const { errors } = await node(
				'bulkImport',
				{ ...autoMap, options: { timeLimit: 1 } },
				{ items: [{ name: 'a' }, { name: 'b' }], onError: 'continueErrorOutput' },
			);
			expect(jsonOf(errors)).toMatchObject(
				['a', 'b'].map((name) => ({
					name,
					error: 'What became of the batch job is unknown: it had not finished within 1 s [batch 1]',
					message: expect.stringContaining('The job may still be running'),
				})),
			);
		});
	});

	test('before the execution is cancelled, nothing more is sent', async () => {
		await withThreatConnect({ batchDelay: 60_000 }, async (server, node) => {
			let cancel = () => {};
			const { status } = await node('bulkImport', autoMap, {
				items: [{ name: 'a' }, { name: 'b', ownerName: 'Demo Community' }],
				onStart: (stop) => (cancel = stop),
				mode: 'manual',
				// Between two requests for the status.
				onMessage: (message) => message.endsWith(': Queued') && cancel(),
			});
			expect(status).toBe('canceled');
			const sent = server.requests.length;
			await new Promise((resolve) => setTimeout(resolve, 1000));
			expect(server.requests).toHaveLength(sent);
			expect(filesOf(server)).toHaveLength(1);
		});
	});
});

describe('when an answer is lost', () => {
	/** Runs `check` through a proxy. `lose` says which requests or responses the proxy loses. */
	async function withLosses(
		lose: (request: IncomingMessage) => 'answer' | 'request' | undefined,
		check: (server: ThreatConnectSimulator, node: RunNode) => Promise<void>,
	): Promise<void> {
		await withThreatConnect({}, async (server) => {
			const forward = async (request: IncomingMessage, response: ServerResponse) => {
				const chunks: Buffer[] = [];
				for await (const chunk of request) chunks.push(chunk as Buffer);
				const loss = lose(request);
				if (loss === 'request') return void request.socket.destroy();
				const answer = await fetch(`${server.url}${request.url}`, {
					method: request.method,
					headers: {
						authorization: String(request.headers.authorization),
						...(request.headers['content-type'] && { 'content-type': request.headers['content-type'] }),
					},
					...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
				});
				const body = Buffer.from(await answer.arrayBuffer());
				if (loss === 'answer') return void request.socket.destroy();
				response
					.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
					.end(body);
			};
			await withHttpServer(
				(request, response) => void forward(request, response),
				async (url) => await check(server, threatConnectNode({ ...server, url })),
			);
		});
	}
	const isUpload = ({ method, url }: IncomingMessage) => method === 'POST' && /\/batch\/\d+$/.test(url ?? '');
	const two: Partial<RunOptions> = {
		items: [{ name: 'a' }, { name: 'b' }],
		onError: 'continueErrorOutput',
	};

	test('to the upload, the status of the job shows what it has', async () => {
		await withLosses(
			(request) => (isUpload(request) ? 'answer' : undefined),
			async (server, node) => {
				const { items } = await node('bulkImport', autoMap, two);
				expect(jsonOf(items)).toMatchObject([{ _outcome: 'imported' }, { _outcome: 'imported' }]);
				expect(server.groups()).toHaveLength(2);
				expect(filesOf(server)).toHaveLength(1);
			},
		);
	});

	test('because the upload never arrived, the error says so, and nothing was imported', async () => {
		await withLosses(
			(request) => (isUpload(request) ? 'request' : undefined),
			async (server, node) => {
				const { errors } = await node('bulkImport', autoMap, two);
				expect(jsonOf(errors)).toMatchObject([{ name: 'a' }, { name: 'b' }]);
				expect(jsonOf(errors)[0]?.error).toContain('broke before an answer came');
				expect(server.groups()).toHaveLength(0);
			},
		);
	});

	test('to a request for the status, the request is sent again', async () => {
		let asked = 0;
		await withLosses(
			({ method, url }) =>
				method === 'GET' && /\/batch\/\d+\?/.test(url ?? '') && asked++ < 2 ? 'answer' : undefined,
			async (_server, node) => {
				const { items } = await node('bulkImport', autoMap, two);
				expect(jsonOf(items)).toMatchObject([{ _outcome: 'imported' }, { _outcome: 'imported' }]);
			},
		);
	});
});

describe('what a job can be told', () => {
	const threats = (...items: object[]) =>
		items.map((item, index) => ({ name: `T${index}`, xid: `t:${index}`, ...item }));

	test('groups and indicators that exist are associated by ID', async () => {
		await withThreatConnect({ firstId: '9007199254740993' }, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Threat', name: 'Known' });
			const { error } = await node('bulkImport', autoMap, {
				items: threats({
					associatedGroups: [{ id }],
					associatedIndicators: [
						{ id: '101', type: 'Host' },
						{ type: 'Host', summary: 'new.example' },
					],
				}),
			});
			expect(error).toBeUndefined();
			expect(server.groups()[1]).toMatchObject({
				associatedGroups: [{ name: 'Known' }],
				associatedIndicators: [{ summary: 'new.example' }, { summary: 'badguy.com' }],
			});
			expect(filesOf(server)[0]).toMatchObject({
				association: [
					{ ref_1: 't:0', type_1: 'Threat' },
					{ ref_1: 't:0', type_1: 'Threat', id_2: 101, type_2: 'Host' },
				],
			});
		});
	});

	test('one that is not there fails the item that names it', async () => {
		await withThreatConnect({}, async (_server, node) => {
			const { items, errors } = await node('bulkImport', autoMap, {
				items: threats({}, { associatedGroups: [{ id: 77 }] }, { associatedIndicators: [{ id: 99 }] }),
				onError: 'continueErrorOutput',
			});
			expect(jsonOf(items)).toMatchObject([{ xid: 't:0' }]);
			expect(errors.map(({ json }) => json.error)).toEqual([
				expect.stringContaining('not found'),
				'There is no indicator 99 that the API user can see',
			]);
		});
	});

	test('Halt on Error leaves what comes after the error as it is, and says which items that are', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { items, errors } = await node(
				'bulkImport',
				{ ...autoMap, options: { haltOnError: true } },
				{
					items: threats(
						{ associatedIndicators: [{ type: 'Host', summary: 'a.example' }] },
						{ securityLabels: ['No'] },
						{},
					),
					onError: 'continueErrorOutput',
				},
			);
			expect(jsonOf(items)).toMatchObject([{ xid: 't:0', _outcome: 'imported' }]);
			expect(errors.map(({ json }) => json.error)).toEqual([
				expect.stringContaining('must already exist'),
				'Batch 1 halted at an error before it came to this group',
			]);
			expect(server.groups()).toMatchObject([{ xid: 't:0' }]);
		});
	});

	test('Attributes: Keep leaves those of a group as they are', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({
				type: 'Threat',
				name: 'T0',
				xid: 't:0',
				attributes: [{ type: 'Description', value: 'old', default: true }],
			});
			await node(
				'bulkImport',
				{ ...autoMap, options: { attributeWriteType: 'Static' } },
				{
					items: threats({ name: 'New', description: 'new' }),
				},
			);
			expect(server.groups()).toMatchObject([{ name: 'New', attributes: [{ value: 'old' }] }]);
		});
	});

	test('how hashes of files are merged; nothing where it is not chosen', async () => {
		const [md5, sha1, other] = ['a'.repeat(32), 'b'.repeat(40), 'c'.repeat(40)];
		await withThreatConnect({}, async (server, node) => {
			const file = (...hashes: string[]) =>
				threats({ associatedIndicators: [{ type: 'File', summary: hashes.join(' : ') }] });
			await node('bulkImport', autoMap, { items: file(md5, sha1) });
			const options = { hashCollisionMode: 'FavorExisting', fileMergeMode: 'Distribute' };
			const { error } = await node('bulkImport', { ...autoMap, options }, { items: file(md5, other) });
			expect(error).toBeUndefined();
			expect(server.indicators().filter(({ type }) => type === 'File')).toMatchObject([{ md5, sha1 }]);
			const jobs = server.requests
				.filter(({ method, target }) => method === 'POST' && target.endsWith('/v2/batch'))
				.map(({ body }) => JSON.parse(body) as object);
			expect(jobs[0]).not.toHaveProperty('hashCollisionMode');
			expect(jobs[1]).toMatchObject(options);
		});
	});
});
