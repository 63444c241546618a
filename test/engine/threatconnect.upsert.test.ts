import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterEach(() => {
	for (const { id } of server.groups()) server.deleteGroup(id);
});
afterAll(async () => await server.stop());

const byXid = { matchBy: 'xid', groupXid: 'crm:1', type: 'Incident', name: 'From the CRM' };
const byName = { matchBy: 'name', type: 'Incident', name: 'From the CRM' };
const requestsOf = async (act: () => Promise<unknown>) => {
	const before = server.requests.length;
	await act();
	return server.requests.slice(before);
};
const lastBody = () => JSON.parse(server.requests.at(-1)?.body ?? 'null');

describe.each(['conflict', 'overwrite', 'duplicate'] as const)(
	'on a server that answers a known XID with %s',
	(knownXid) => {
		const against = async (
			options: ThreatConnectOptions,
			act: (own: ThreatConnectSimulator, run: RunNode) => Promise<void>,
		) => {
			const own = await startThreatConnect({ knownXid, ...options });
			try {
				await act(own, threatConnectNode(own));
			} finally {
				await own.stop();
			}
		};

		test('a new XID creates a group that has it, and the same again updates that one', async () => {
			await against({}, async (own, run) => {
				const created = await run('upsert', byXid);
				expect(created.error).toBeUndefined();
				expect(jsonOf(created.items)).toMatchObject([
					{ _outcome: 'created', xid: 'crm:1', name: 'From the CRM' },
				]);
				const updated = await run('upsert', {
					...byXid,
					name: 'Renamed',
					status: 'Open',
				});
				expect(updated.error).toBeUndefined();
				expect(jsonOf(updated.items)).toMatchObject([
					{ _outcome: 'updated', id: created.items[0]?.json.id, name: 'Renamed', status: 'Open' },
				]);
				expect(own.groups()).toHaveLength(1);
			});
		});

		test('two items with the same XID make one record, and keep their order', async () => {
			await against({ latency: 20 }, async (own, run) => {
				const { items, error } = await run(
					'upsert',
					{ ...byXid, groupXid: '={{ $json.xid }}', name: '={{ $json.name }}' },
					{ items: Array.from({ length: 6 }, (_, index) => ({ xid: `x:${index % 2}`, name: `n${index}` })) },
				);
				expect(error).toBeUndefined();
				expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual([
					'created',
					'created',
					...Array<string>(4).fill('updated'),
				]);
				// The order of creation of the two is not fixed.
				expect(
					own
						.groups()
						.map(({ xid, name }) => [xid, name])
						.sort(),
				).toEqual([
					['x:0', 'n4'],
					['x:1', 'n5'],
				]);
			});
		});
	},
);

test.each([
	['of another name', 'Theirs'],
	// Another execution creates a group for the same alert.
	['of the same name', 'From the CRM'],
])(
	'when someone else creates the group, %s, between look-up and creation, it is updated',
	async (_what, name) => {
		let once = true;
		const own: ThreatConnectSimulator = await startThreatConnect({
			hooks: {
				beforeRequest({ method }) {
					if (method !== 'POST' || !once) return;
					once = false;
					own.seedGroup({ type: 'Incident', name, xid: 'crm:1', tags: ['Theirs'] });
				},
			},
		});
		try {
			const { items, error } = await threatConnectNode(own)('upsert', {
				...byXid,
				tagNames: 'Ours',
				options: { fields: ['tags'] },
			});
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([
				{ _outcome: 'updated', name: 'From the CRM', tags: { data: [{ name: 'Theirs' }, { name: 'Ours' }] } },
			]);
			expect(own.groups()).toHaveLength(1);
		} finally {
			await own.stop();
		}
	},
);

describe('by XID', () => {
	test('the owner belongs to the key', async () => {
		server.seedGroup({ type: 'Incident', name: 'Mine', xid: 'crm:1' });
		const { items } = await node('upsert', { ...byXid, groupOwner: 'Demo Community' });
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'created', ownerName: 'Demo Community' }]);
		expect(server.groups()).toHaveLength(2);
		const again = await node('upsert', { ...byXid, groupOwner: 'Demo Community' });
		expect(jsonOf(again.items)).toMatchObject([{ _outcome: 'unchanged', ownerName: 'Demo Community' }]);
	});

	test('each item may bring its own XID', async () => {
		for (const outcome of ['created', 'unchanged']) {
			const { items, error } = await node(
				'upsert',
				{ matchBy: 'xid', dataMode: 'autoMap', type: 'Threat' },
				{ items: [{ xid: 'auto:1', name: 'A', ownerName: 'Demo Community' }] },
			);
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([
				{ _outcome: outcome, xid: 'auto:1', ownerName: 'Demo Community' },
			]);
		}
		const { items, error } = await node('upsert', {
			matchBy: 'xid',
			dataMode: 'json',
			jsonBody: '{"type":"Threat","name":"B","xid":"auto:1","ownerName":"Demo Community"}',
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated', name: 'B' }]);
	});

	test('an update sends neither the XID nor the owner, which cannot be changed', async () => {
		server.seedGroup({ type: 'Incident', name: 'x', xid: 'crm:1' });
		await node('upsert', { ...byXid, groupOwner: 'Demo Organization' });
		expect(lastBody()).toEqual({ name: 'From the CRM' });
	});

	test('what only a new group needs is required only when it is new', async () => {
		const signature = {
			...byXid,
			type: 'Signature',
			fileName: '={{ $json.none }}',
			fileText: '={{ $json.none }}',
		};
		const refused = await node('upsert', signature);
		expect(refused.error?.message).toContain('"File Name" (fileName) is missing');
		expect(server.groups()).toHaveLength(0);
		server.seedGroup({
			type: 'Signature',
			name: 'x',
			xid: 'crm:1',
			fields: { fileName: 'a', fileText: 'b', fileType: 'YARA' },
		});
		const { items, error } = await node('upsert', signature);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated', name: 'From the CRM' }]);
	});

	test('a group of another type is not changed', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'x', xid: 'crm:1' });
		const { error } = await node('upsert', byXid);
		expect(error?.message).toContain(
			`"Type" (type) is "Incident", but the group ${id} with this XID is of the type Threat`,
		);
		expect(server.group(id)?.name).toBe('x');
	});

	test.each([
		['no XID at all', { groupXid: '={{ $json.x }}' }, '"Group XID" (groupXid) is empty'],
		['digits only', { groupXid: '123' }, 'which ThreatConnect would read as an ID'],
		[
			'two XIDs',
			{ additionalFields: { xid: 'other' } },
			'"Group XID" is "crm:1", but among the fields "XID" is "other"',
		],
		[
			'two owners',
			{ groupOwner: 'A', additionalFields: { ownerName: 'B' } },
			'"Group Owner" is "A", but among the fields "Owner Name" is "B"',
		],
		['an owner by ID', { additionalFields: { ownerId: '2' } }, '"Owner ID" (ownerId) cannot be used'],
	])('%s: refused before anything is sent', async (_what, parameters, message) => {
		const sent = await requestsOf(async () => {
			const { error } = await node('upsert', { ...byXid, ...parameters });
			expect(error?.message).toContain(message);
		});
		expect(sent).toEqual([]);
	});

	test('a look-up that fails creates nothing', async () => {
		const { error } = await node('upsert', { ...byXid, groupOwner: 'Private Source' });
		expect(error?.message).toContain('The requested owner was not found');
		expect(server.groups()).toHaveLength(0);
	});
});

describe('by name, type and owner', () => {
	test('a group that does not exist is created, and one that exists is updated', async () => {
		server.seedGroup({ type: 'Threat', name: 'From the CRM' });
		server.seedGroup({ type: 'Incident', name: 'From the CRM', ownerName: 'Demo Community' });
		server.seedGroup({ type: 'Incident', name: 'from the crm' });
		const created = await node('upsert', byName);
		expect(created.error).toBeUndefined();
		expect(jsonOf(created.items)).toMatchObject([{ _outcome: 'created', ownerName: 'Demo Organization' }]);
		const updated = await node('upsert', { ...byName, status: 'Open' });
		expect(jsonOf(updated.items)).toMatchObject([
			{ _outcome: 'updated', id: created.items[0]?.json.id, status: 'Open' },
		]);
		expect(lastBody()).toEqual({ status: 'Open' });
	});

	test('several groups are an error that lists them, and nothing is written', async () => {
		const ids = server.seedGroups(2, { type: 'Incident', name: 'From the CRM' });
		const sent = await requestsOf(async () => {
			const { error } = await node('upsert', byName);
			expect(error?.message).toContain(
				`2 groups of the type Incident have the name "From the CRM": ${ids.join(', ')}`,
			);
			expect(error?.description).toContain('Nothing was written for this item.');
		});
		expect(sent.map(({ method }) => method)).not.toContain('POST');
		expect(sent.map(({ method }) => method)).not.toContain('PUT');
	});

	test.each(['") or ("', 'C:\\', "it's `x`", 'a\nb', '攻撃'])('the name %j finds itself', async (name) => {
		server.seedGroup({ type: 'Incident', name: 'Bystander' });
		for (const outcome of ['created', 'unchanged']) {
			const { items } = await node('upsert', { ...byName, name: '={{ $json.name }}' }, { items: [{ name }] });
			expect(jsonOf(items)).toMatchObject([{ _outcome: outcome, name }]);
		}
	});

	test('two items with the same name make one record', async () => {
		const { items } = await node('upsert', byName, { items: [{}, {}, {}] });
		expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['created', 'unchanged', 'unchanged']);
		expect(server.groups()).toHaveLength(1);
	});

	test('an owner may be given by its ID', async () => {
		for (const outcome of ['created', 'unchanged']) {
			const { items, error } = await node('upsert', {
				...byName,
				additionalFields: { ownerId: '1125899906842631' },
			});
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ _outcome: outcome, ownerName: 'Demo Community' }]);
		}
	});
});

describe('lists', () => {
	test('have no mode on a new group, and what would be removed from it is left out', async () => {
		await node('upsert', {
			...byXid,
			tagNames: 'A',
			additionalFields: {
				securityLabels: { list: { mode: 'replace', name: 'TLP:RED' } },
				associatedIndicators: { list: { mode: 'delete', id: '101' } },
			},
		});
		expect(lastBody()).toEqual({
			type: 'Incident',
			name: 'From the CRM',
			xid: 'crm:1',
			tags: { data: [{ name: 'A' }] },
			securityLabels: { data: [{ name: 'TLP:RED' }] },
		});
	});

	test('have their mode on a group that exists', async () => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'x',
			xid: 'crm:1',
			tags: ['Old'],
			securityLabels: ['TLP:GREEN'],
			associatedIndicators: ['101', '102'],
		});
		const { error } = await node('upsert', {
			...byXid,
			tagNames: 'New',
			additionalFields: {
				securityLabels: { list: { mode: 'replace', name: 'TLP:RED' } },
				associatedIndicators: { list: { mode: 'delete', id: '101' } },
			},
		});
		expect(error).toBeUndefined();
		expect(lastBody().tags.mode).toBe('append');
		expect(server.group(id)).toMatchObject({
			tags: [{ name: 'Old' }, { name: 'New' }],
			securityLabels: [{ name: 'TLP:RED' }],
			associatedIndicators: [{ id: '102' }],
		});
	});
});

describe('Description and Source', () => {
	const attributes = (id: unknown) =>
		(server.group(String(id))?.attributes ?? []).map((one) => [one.type, one.value, one.default]);
	const texts = (description: string, source = 'feed') => ({
		groupDescription: description,
		additionalFields: { source },
	});

	test('do not pile up, however often a workflow runs', async () => {
		const first = await node('upsert', { ...byXid, ...texts('First') });
		expect(first.error).toBeUndefined();
		const id = first.items[0]?.json.id;
		for (const text of ['First', 'Second', 'Third']) {
			const { error, items } = await node('upsert', {
				...byXid,
				...texts(text),
				options: { fields: ['attributes'] },
			});
			expect(error).toBeUndefined();
			expect(attributes(id)).toEqual([
				['Description', text, true],
				['Source', 'feed', true],
			]);
			expect(items[0]?.json.attributes).toMatchObject({ data: [{ value: text }, { value: 'feed' }] });
		}
	});

	test('that are the same are not sent', async () => {
		await node('upsert', { ...byXid, ...texts('Same') });
		const sent = await requestsOf(async () => await node('upsert', { ...byXid, ...texts('Same') }));
		expect(sent.filter(({ method }) => method === 'PUT')).toEqual([]);
	});

	test('are changed by an update too, beside attributes that are added', async () => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'x',
			attributes: [
				{ type: 'Description', value: 'Old', default: true },
				{ type: 'Description', value: 'Other' },
			],
		});
		const { error } = await node('update', {
			groupId: id,
			groupDescription: 'New',
			attributes: { attribute: [{ type: 'Ticket Number', value: '7' }] },
			updateFields: { source: 'feed' },
		});
		expect(error).toBeUndefined();
		expect(attributes(id)).toEqual([
			['Description', 'New', true],
			['Description', 'Other', false],
			['Source', 'feed', true],
			['Ticket Number', '7', false],
		]);
	});

	test('replace all attributes when the mode says so', async () => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'x',
			attributes: [{ type: 'Description', value: 'Old', default: true }],
		});
		await node('update', {
			groupId: id,
			groupDescription: 'New',
			attributes: { attribute: [{ type: 'Ticket Number', value: '7' }] },
			updateFields: { attributes: { list: { mode: 'replace' } } },
		});
		expect(attributes(id)).toEqual([
			['Description', 'New', true],
			['Ticket Number', '7', false],
		]);
	});

	test('alone are an update that returns the group', async () => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'x',
			attributes: [{ type: 'Description', value: 'Old', default: true }],
		});
		const { items, error } = await node('update', { groupId: id, groupDescription: 'New' });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: Number(id), name: 'x' }]);
		expect(attributes(id)).toEqual([['Description', 'New', true]]);
	});
});

describe('the value of an attribute', () => {
	const attribute = (type: string, value: string) => ({
		...byXid,
		attributes: { attribute: [{ type, value }] },
	});
	test.each([
		[
			'too long',
			'Ticket Number',
			'🦊'.repeat(21),
			'has 21 characters, but on this instance at most 20 are allowed',
		],
		['not one of those to choose from', 'Phase of Intrusion', 'Party', 'cannot be "Party"'],
	])('that is %s is refused before the group is written', async (_what, type, value, message) => {
		for (const operation of ['create', 'upsert']) {
			const { error } = await node(operation, attribute(type, value));
			expect(error?.message).toContain(`The attribute "${type}" ${message}`);
		}
		expect(server.groups()).toHaveLength(0);
	});

	test('that fits is sent, and the types are read once a run', async () => {
		const sent = await requestsOf(async () => {
			const { error } = await node(
				'create',
				{ ...attribute('Phase of Intrusion', 'Delivery') },
				{ items: [{}, {}, {}] },
			);
			expect(error).toBeUndefined();
		});
		expect(sent.filter(({ target }) => target.startsWith('/api/v3/attributeTypes'))).toHaveLength(1);
	});

	test('is left to the server if the types cannot be read', async () => {
		const credentials = {
			threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.cannotListToken },
		};
		const good = await node('create', attribute('Ticket Number', '7'), { credentials });
		expect(good.error).toBeUndefined();
		const bad = await node('create', attribute('Ticket Number', '7'.repeat(21)), { credentials });
		expect(bad.error?.message).toContain('please enter a value between 1-20 characters in length');
	});
});

test('an indicator that differs from one of the group only in upper and lower case is associated, if case counts for its type', async () => {
	const indicator = (type: string, summary: string, field: string) =>
		server.seedEntity('indicators', { type, summary, [field]: summary });
	const { id } = server.seedGroup({
		type: 'Incident',
		name: 'Cases',
		xid: 'cases',
		associatedIndicators: [
			indicator('URL', 'https://cases.example/a', 'text'),
			indicator('Host', 'cases.example', 'hostName'),
		],
	});
	const associatedIndicators = [
		{ type: 'URL', summary: 'https://cases.example/A' },
		{ type: 'Host', summary: 'CASES.example' },
	];
	const run = async () =>
		await node(
			'upsert',
			{ dataMode: 'autoMap', matchBy: 'xid' },
			{ items: [{ type: 'Incident', name: 'Cases', xid: 'cases', associatedIndicators }] },
		);
	const { error } = await run();
	expect(error).toBeUndefined();
	const summaries = () => server.group(id)?.associatedIndicators.map(({ summary }) => summary);
	const expected = ['https://cases.example/a', 'cases.example', 'https://cases.example/A'];
	expect(summaries()).toEqual(expected);
	const before = server.requests.filter(({ method }) => method === 'PUT').length;
	expect(jsonOf((await run()).items)).toMatchObject([{ _outcome: 'unchanged' }]);
	expect(summaries()).toEqual(expected);
	expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(before);
});

describe('the output of Create or Update', () => {
	test('has the same columns for a created, an updated and an unchanged group, without an option', async () => {
		const columns: string[][] = [];
		for (const status of ['New', 'Open', 'Open']) {
			const { items, error } = await node('upsert', {
				...byXid,
				status,
				groupDescription: 'Seen',
				tagNames: 'Ours',
				additionalFields: { firstSeen: '2026-01-01' },
			});
			expect(error).toBeUndefined();
			const [{ json } = { json: {} }] = items;
			expect(json).toMatchObject({
				firstSeen: '2026-01-01T00:00:00Z',
				tags: { data: [{ name: 'Ours' }] },
				attributes: { data: [{ type: 'Description', value: 'Seen' }] },
				_outcome: ['created', 'updated', 'unchanged'][columns.length],
			});
			columns.push(Object.keys(json));
		}
		expect(columns[1]).toEqual(columns[0]);
		expect(columns[2]).toEqual(columns[0]);
		expect(columns[0]?.at(-1)).toBe('_outcome');
	});

	test('says that there is a group whose name differs only in upper and lower case', async () => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'FROM THE CRM' });
		const { items } = await node('upsert', byName);
		expect(jsonOf(items)).toMatchObject([
			{
				_outcome: 'created',
				_notice: `Another group has the name "From the CRM" but for upper and lower case: ${id}. Case counts, and so this one was created: if both are meant to be one, keep one of them.`,
			},
		]);
		const again = await node('upsert', byName);
		expect(again.items[0]?.json).not.toHaveProperty('_notice');
	});
});
