import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** The owner of an XID, whatever a server does with a request that names no owner. */

const against = async (
	options: ThreatConnectOptions,
	act: (server: ThreatConnectSimulator, node: RunNode) => Promise<void>,
	token?: 'twoOrganizationsToken' | 'cannotListToken',
) => {
	const server = await startThreatConnect(options);
	const node = threatConnectNode(server);
	const { url: baseUrl, credentials: keys } = server;
	const credentials = token && { threatConnectApi: { baseUrl, apiToken: keys[token] } };
	try {
		await act(
			server,
			async (operation, parameters, more) =>
				await node(operation, parameters, { ...(credentials && { credentials }), ...more }),
		);
	} finally {
		await server.stop();
	}
};

describe.each(['lenient', 'notFound', 'refused'] as const)(
	'an XID without an owner (%s)',
	(xidWithoutOwner) => {
		test("finds the group of the API user's organization in every operation", async () => {
			await against({ xidWithoutOwner }, async (server, node) => {
				const upsert = {
					matchBy: 'xid',
					groupXid: 'crm:1',
					type: 'Document',
					name: 'One',
					additionalFields: { fileName: 'a.txt' },
				};
				for (const outcome of ['created', 'unchanged', 'unchanged']) {
					const { items, error } = await node('upsert', upsert);
					expect(error).toBeUndefined();
					expect(jsonOf(items)).toMatchObject([{ _outcome: outcome, ownerName: 'Demo Organization' }]);
				}
				expect(server.groups()).toHaveLength(1);
				const found = { findBy: 'xid', groupXid: 'crm:1' };
				const file = {
					data: { data: Buffer.from('text').toString('base64'), mimeType: 'text/plain', fileName: 'a.txt' },
				};
				for (const [operation, parameters] of [
					['get', {}],
					['update', { updateFields: { name: 'Two' } }],
					['add', { resource: 'post', text: 'Seen' }],
					['upload', { resource: 'file' }],
					['download', { resource: 'file' }],
					['delete', {}],
				] as const) {
					const { error, items } = await node(operation, { ...found, ...parameters }, { binary: [file] });
					expect([operation, error?.message, items.length]).toEqual([operation, undefined, 1]);
				}
				expect(server.groups()).toEqual([]);
				const threat = server.seedGroup({ type: 'Threat', name: 'T', xid: 'crm:2' });
				const pdf = await node('downloadPdf', { ...found, groupXid: 'crm:2', resource: 'file' });
				expect(pdf.items[0]?.json.id).toBe(Number(threat.id));
				const without = server.requests.filter(
					({ target }) => /groups\/crm/.test(target) && !/owner=/.test(target),
				);
				expect(without).toEqual([]);
			});
		});
	},
);

test("the API user's organization is requested once a run", async () => {
	await against({}, async (server, node) => {
		const items = Array.from({ length: 20 }, (_, index) => ({ xid: `x:${index}` }));
		const { error } = await node(
			'upsert',
			{ matchBy: 'xid', groupXid: '={{ $json.xid }}', type: 'Threat', name: 'N' },
			{ items },
		);
		expect(error).toBeUndefined();
		expect(server.requests.filter(({ target }) => target === '/api/v2/owners/mine')).toHaveLength(1);
		expect(server.requests.filter(({ target }) => target.startsWith('/api/v3/security/owners'))).toEqual([]);
	});
});

test('an API user who sees two organizations writes to their own', async () => {
	await against(
		{},
		async (server, node) => {
			for (const [operation, match] of [
				['upsert', { matchBy: 'name' }],
				['upsert', { matchBy: 'xid', groupXid: 'x:1' }],
				['bulkImport', {}],
			] as const) {
				const { error } = await node(operation, {
					...match,
					type: 'Threat',
					name: `By ${Object.values(match).join()}`,
				});
				expect(error).toBeUndefined();
			}
			expect(server.groups().map(({ ownerName }) => ownerName)).toEqual(
				Array(3).fill('Partner Organization'),
			);
		},
		'twoOrganizationsToken',
	);
});

describe("if the server does not tell the API user's organization", () => {
	test('it is the only one that the API user sees', async () => {
		await against({ withoutOwnOwner: true, xidWithoutOwner: 'notFound' }, async (server, node) => {
			for (const outcome of ['created', 'unchanged']) {
				const { items } = await node('upsert', {
					matchBy: 'xid',
					groupXid: 'x:1',
					type: 'Threat',
					name: 'N',
				});
				expect(jsonOf(items)).toMatchObject([{ _outcome: outcome }]);
			}
			expect(server.groups()).toHaveLength(1);
		});
	});

	test.each(['twoOrganizationsToken', 'cannotListToken'] as const)(
		'and there is not exactly one, Create or Update asks for it (%s)',
		async (token) => {
			await against(
				{ withoutOwnOwner: true },
				async (server, node) => {
					for (const match of [{ matchBy: 'name' }, { matchBy: 'xid', groupXid: 'x:1' }]) {
						const { error } = await node('upsert', { ...match, type: 'Threat', name: 'N' });
						expect(error?.message).toContain('"Owner Name" (ownerName) is missing');
						expect(error?.description).toContain('give the owner');
					}
					expect(server.groups()).toEqual([]);
					// The request to read a group is sent without an owner, and a lenient server finds the group.
					server.seedGroup({
						type: 'Threat',
						name: 'N',
						xid: 'x:1',
						ownerName: token === 'cannotListToken' ? 'Demo Organization' : 'Partner Organization',
					});
					const { items } = await node('get', { findBy: 'xid', groupXid: 'x:1' });
					expect(items).toHaveLength(1);
				},
				token,
			);
		},
	);
});

describe.each([{ saysMore: true }, { saysMore: false }])(
	'a server that caps its pages (%p)',
	({ saysMore }) => {
		test('is read to the end by Get Many, however it is sorted', async () => {
			await against({ pageCap: { rows: 7, saysMore } }, async (server, node) => {
				server.seedGroups(30, (index) => ({ type: 'Threat', name: `n${index}` }));
				for (const sortBy of ['id', 'summary', 'dateAdded']) {
					const { items, error } = await node('getAll', { returnAll: true, sort: { sortBy } });
					expect(error).toBeUndefined();
					expect(new Set(items.map(({ json }) => json.id)).size).toBe(30);
				}
				expect((await node('getAll', { limit: 20 })).items).toHaveLength(20);
			});
		});

		test('is read to the end by look-ups', async () => {
			await against({ pageCap: { rows: 1, saysMore }, withoutOwnOwner: true }, async (server, node) => {
				server.seedGroups(2, { type: 'Threat', name: 'Twice' });
				const { error } = await node('upsert', { matchBy: 'name', type: 'Threat', name: 'Twice' });
				expect(error?.message).toContain('2 groups of the type Threat have the name "Twice"');
				const created = await node('create', {
					type: 'Threat',
					name: 'N',
					additionalFields: { ownerId: '1125899906842631', xid: 'x:9' },
				});
				expect(jsonOf(created.items)).toMatchObject([{ ownerName: 'Demo Community' }]);
			});
		});
	},
);

test('400 names in Name Is, and 400 tags besides, are split into several queries', async () => {
	await against({}, async (server, node) => {
		const names = Array.from({ length: 400 }, (_, index) => `A rather long name of a group, number ${index}`);
		for (const name of names) server.seedGroup({ type: 'Threat', name, tags: ['Tag 1', 'Tag 399'] });
		server.seedGroup({ type: 'Threat', name: 'Bystander', tags: ['Tag 1'] });
		const filters = { name: '={{ $json.names }}' };
		const items = [{ names, tags: Array.from({ length: 400 }, (_, index) => `Tag ${index}`) }];
		const from = server.requests.length;
		const oldestFirst = { sortDirection: 'asc' };
		const all = await node('getAll', { returnAll: true, sort: oldestFirst, filters }, { items });
		expect(all.error).toBeUndefined();
		expect(jsonOf(all.items).map(({ name }) => name)).toEqual(names);
		for (const { target } of server.requests.slice(from)) expect(target.length).toBeLessThan(2100);
		const tagged = await node(
			'getAll',
			{ returnAll: true, filters: { tag: '={{ $json.tags }}' } },
			{ items },
		);
		// Each group occurs once, although its tags are in several queries.
		expect(jsonOf(tagged.items).map(({ name }) => name)).toEqual(['Bystander', ...[...names].reverse()]);
		const limited = await node('getAll', { limit: 3, sort: oldestFirst, filters }, { items });
		expect(jsonOf(limited.items).map(({ name }) => name)).toEqual(names.slice(0, 3));
	});
});

test('each operation that writes can write to the activity log', async () => {
	await against({}, async (server, node) => {
		const { id } = server.seedGroup({ type: 'Document', name: 'D', fields: { fileName: 'a.txt' } });
		const file = {
			data: { data: Buffer.from('text').toString('base64'), mimeType: 'text/plain', fileName: 'a.txt' },
		};
		const options = { createActivityLog: true };
		const from = server.requests.length;
		await node('upload', { resource: 'file', groupId: id, options }, { binary: [file] });
		await node('add', { resource: 'post', groupId: id, text: 'Seen', options });
		await node('delete', { groupId: id, options });
		const writes = server.requests.slice(from).filter(({ method }) => method !== 'GET');
		expect(
			writes.map(({ method, target, status }) => [method, target.includes('createActivityLog=true'), status]),
		).toEqual([
			['POST', true, 200],
			['POST', true, 201],
			['DELETE', true, 200],
		]);
	});
});
