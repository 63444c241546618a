import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { runThreatConnectWithLosses, threatConnectNode, type RunNode } from './support';

/** The group that an item addresses is always one that the item names. */

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

const byUrl = (value: string) => ({ groupId: { __rl: true, mode: 'url', value } });
const names = () => server.groups().map(({ name }) => name);

describe('by the address of a page, Delete refuses before anything is sent', () => {
	const host = () => server.url.replace('http://', '');
	test.each([
		['a victim', (id: string) => `${server.url}/auth/victim/victim.xhtml?victim=${id}`],
		['an indicator', (id: string) => `${server.url}/auth/indicators/details/url.xhtml?orgid=${id}`],
		['an indicator, on the present web site', (id: string) => `${server.url}/#/details/indicators/${id}`],
		['a user', (id: string) => `${server.url}/auth/profile/user.xhtml?id=${id}`],
		['a workflow task', (id: string) => `${server.url}/auth/workflow/task.xhtml?task=${id}`],
		['a task', (id: string) => `${server.url}/auth/task/task.xhtml?task=${id}`],
		['a group of users', (id: string) => `${server.url}/#/settings/groups/${id}`],
		[
			'a group with the parameter of a victim',
			(id: string) => `${server.url}/auth/threat/threat.xhtml?victim=${id}`,
		],
		['a group that is named only in the query', (id: string) => `${server.url}/x?back=/details/groups/${id}`],
		['another instance', (id: string) => `https://other.example/#/details/groups/${id}/overview`],
		[
			'another instance, formerly',
			(id: string) => `https://other.example/auth/threat/threat.xhtml?threat=${id}`,
		],
		['a host that begins alike', (id: string) => `http://${host()}.evil.example/#/details/groups/${id}`],
		['a host behind a user name', (id: string) => `http://${host()}@evil.example/#/details/groups/${id}`],
		['this host with a user name', (id: string) => `http://user@${host()}/#/details/groups/${id}`],
		['another port', (id: string) => `http://127.0.0.1:1/#/details/groups/${id}`],
		['no web page', (id: string) => `ftp://${host()}/#/details/groups/${id}`],
	])('of %s', async (_what, address) => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Unrelated' });
		const before = server.requests.length;
		const { error } = await node('delete', byUrl(address(id)));
		expect(error?.message).toMatch(
			/^"Group ID" \(groupId\) is ("[^"]*", which is not the address of a group|the address of a group on \S+, but the credential is for 127)/,
		);
		expect(server.requests).toHaveLength(before);
		expect(names()).toEqual(['Unrelated']);
	});

	test.each([
		['of the present web site', (id: string) => `${server.url}/#/details/groups/${id}/overview`],
		[
			'of the present web site, below a path',
			(id: string) => `${server.url}/tc/#/details/groups/${id}?tab=1`,
		],
		[
			'of the former web site',
			(id: string) => `${server.url}/auth/intrusionset/intrusionset.xhtml?intrusionset=${id}`,
		],
	])('and takes a page %s', async (_what, address) => {
		const { id } = server.seedGroup({ type: 'Intrusion Set', name: 'Named' });
		const { items } = await node('delete', byUrl(address(id)));
		expect(jsonOf(items)).toEqual([{ deleted: true, id: Number(id) }]);
	});
});

describe('one rule says which names are the same', () => {
	const byName = { matchBy: 'name', type: 'Incident', name: '={{ $json.name }}' };
	const stored = 'Caf\u00e9 ACME';
	const ODD = [
		` ${stored} `,
		`${stored}\t`,
		`\u00a0${stored}`,
		stored.normalize('NFD'),
		`${stored.normalize('NFD')} `,
	];

	test.each(ODD)('%j finds the group, and leaves its name as it is', async (name) => {
		const { id } = server.seedGroup({ type: 'Incident', name: stored });
		const { items, error } = await node('upsert', byName, { items: [{ name }] });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: Number(id), name: stored, _outcome: 'unchanged' }]);
		const got = await node('getAll', { filters: { name: '={{ $json.name }}' } }, { items: [{ name }] });
		expect(jsonOf(got.items)).toMatchObject([{ id: Number(id) }]);
		expect(names()).toEqual([stored]);
	});

	test('two spellings in one run are one group, whichever comes first', async () => {
		const { items, error } = await node('upsert', byName, {
			items: [...ODD, stored].map((name) => ({ name })),
		});
		expect(error).toBeUndefined();
		expect(names()).toEqual([stored]);
		expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['created', ...ODD.map(() => 'unchanged')]);
	});

	test('a name in another case is another group', async () => {
		server.seedGroup({ type: 'Incident', name: stored });
		await node('upsert', byName, { items: [{ name: stored.toLowerCase() }] });
		expect(names()).toEqual([stored, stored.toLowerCase()]);
	});

	test('an XID with blanks around it is the same as one without, in every operation', async () => {
		const byXid = { matchBy: 'xid', groupXid: '={{ $json.xid }}', type: 'Incident', name: 'One' };
		const items = ['INC-1 ', 'INC-1', ' INC-1\t'].map((xid) => ({ xid }));
		const { error } = await node('upsert', byXid, { items });
		expect(error).toBeUndefined();
		expect(server.groups().map(({ xid }) => xid)).toEqual(['INC-1']);
		const got = await node('get', { findBy: 'xid', groupXid: ' INC-1 ' });
		expect(jsonOf(got.items)).toMatchObject([{ name: 'One' }]);
		const again = await node('create', { type: 'Threat', name: 'Two', additionalFields: { xid: 'INC-1 ' } });
		expect(again.error?.httpCode).toBe('409');
		await node('create', { type: 'Threat', name: 'Three', additionalFields: { xid: ' INC-3' } });
		expect(server.groups().map(({ xid }) => xid)).toEqual(['INC-1', 'INC-3']);
	});
});

test("an item that names the API user's organization and one that names no owner mean one group", async () => {
	const items = [{}, { owner: 'Demo Organization' }, {}];
	for (const match of [
		{ matchBy: 'name', additionalFields: { ownerName: '={{ $json.owner }}' } },
		{ matchBy: 'xid', groupXid: 'same', groupOwner: '={{ $json.owner }}' },
	]) {
		const { error } = await node(
			'upsert',
			{ ...match, type: 'Incident', name: `Same ${match.matchBy}` },
			{ items },
		);
		expect(error).toBeUndefined();
	}
	expect(names()).toEqual(['Same name', 'Same xid']);
});

describe("a user's XID whose answer is lost does not adopt what another client made in the same moment", () => {
	test.each([
		['another user', { createdBy: '12' }],
		['the same user, with another status', { fields: { status: 'Closed' } }],
		['the same user, with another date', { fields: { status: 'Open', firstSeen: '2020-01-01T00:00:00Z' } }],
	])('by %s', async (_who, seed) => {
		const fields = { status: 'Open', firstSeen: '2026-01-01T00:00:00Z' };
		let isFirst = true;
		const { items, errors } = await runThreatConnectWithLosses(
			server,
			(method) => {
				if (method !== 'POST' || !isFirst) return undefined;
				isFirst = false;
				server.seedGroup({ type: 'Incident', name: 'Same', xid: 'own:7', fields, ...seed });
				return 'before';
			},
			{
				parameters: {
					type: 'Incident',
					name: 'Same',
					status: fields.status,
					additionalFields: { xid: 'own:7', firstSeen: fields.firstSeen },
				},
			},
		);
		expect(items).toEqual([]);
		expect(errors[0]?.json).toMatchObject({ message: expect.stringContaining('HTTP 409') as string });
	});

	test('but takes over its own group', async () => {
		const { items, errors } = await runThreatConnectWithLosses(
			server,
			(method, _path, earlier) => (method === 'POST' && earlier === 0 ? 'after' : undefined),
			{
				parameters: {
					type: 'Incident',
					name: 'Own',
					status: 'Open',
					additionalFields: { xid: 'own:8', eventDate: '2026-03-01', firstSeen: '2026-01-01' },
				},
			},
		);
		expect(errors).toEqual([]);
		expect(items[0]?.json).toMatchObject({ xid: 'own:8', firstSeen: '2026-01-01T00:00:00Z' });
		expect(names()).toEqual(['Own']);
	});
});
