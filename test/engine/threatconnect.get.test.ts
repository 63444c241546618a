import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const XID = 'crm: a/b "c" ü?#%';

test('a group is found by its ID in each form of an ID', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'Found' });
	const locator = (mode: string, value: unknown) => ({ __rl: true, mode, value });
	for (const groupId of [
		id,
		locator('list', id),
		locator('id', ` ${id} `),
		locator('url', `${server.url}/#/details/groups/${id}/overview`),
		locator('url', `${server.url}/auth/threat/threat.xhtml?threat=${id}`),
	]) {
		const { items, error } = await node('get', { groupId } as never);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: Number(id), name: 'Found', type: 'Threat' }]);
	}
});

test('a group is found by its XID and owner, every character encoded', async () => {
	server.seedGroup({ type: 'Threat', name: 'Mine', xid: XID });
	server.seedGroup({ type: 'Threat', name: 'Shared', xid: XID, ownerName: 'Demo Community' });
	const get = async (groupOwner: unknown) =>
		await node('get', { findBy: 'xid', groupXid: XID, groupOwner } as never);
	expect(jsonOf((await get('')).items)).toMatchObject([{ name: 'Mine' }]);
	expect(jsonOf((await get({ __rl: true, mode: 'name', value: 'Demo Community' })).items)).toMatchObject([
		{ name: 'Shared' },
	]);
	expect(server.requests.at(-1)?.target).toBe(
		`/api/v3/groups/${encodeURIComponent(XID)}?owner=Demo%20Community`,
	);
});

test('the output holds the requested fields', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x', tags: ['A'] });
	const plain = await node('get', { groupId: id });
	expect(plain.items[0]?.json).not.toHaveProperty('tags');
	const { items } = await node('get', { groupId: id, options: { fields: ['tags', 'attributes'] } });
	expect(items[0]?.json).toMatchObject({ tags: { data: [{ name: 'A' }] }, attributes: {} });
});

test('a group that does not exist fails with advice on what to check', async () => {
	const { error } = await node('get', { groupId: '123456789' });
	expect(error?.message).toContain('The requested item(s) were not found.');
	expect(error?.description).toContain('Check the ID');
	expect(error?.httpCode).toBe('404');
});

describe('is refused before anything is sent:', () => {
	test.each([
		['an empty ID', { groupId: '={{ $json.id }}' }, '"Group ID" (groupId) is empty'],
		['a blank ID', { groupId: '={{ "  " }}' }, '"Group ID" (groupId) is empty'],
		['a path', { groupId: '../security/owners' }, '"Group ID" (groupId) must be an ID'],
		[
			'an address of something else',
			{ groupId: { __rl: true, mode: 'url', value: 'https://threatconnect.example/#/details/indicators/7' } },
			'which is not the address of a group',
		],
		['a blank XID', { findBy: 'xid', groupXid: '={{ " " }}' }, '"Group XID" (groupXid) is empty'],
	])('%s', async (_what, parameters, message) => {
		const before = server.requests.length;
		const { error } = await node('get', parameters);
		expect(error?.message).toContain(message);
		expect(server.requests).toHaveLength(before);
	});
});
