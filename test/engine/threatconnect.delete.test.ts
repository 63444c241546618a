import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	// If an administrator allows bulk deletion, an empty ID would delete all groups.
	server = await startThreatConnect({ bulkDelete: true });
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

test('a group is deleted by its ID', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x' });
	const { items, error } = await node('delete', { groupId: id });
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toEqual([{ deleted: true, id: Number(id) }]);
	expect(server.group(id)).toBeUndefined();
});

test('a group is deleted by its XID and owner, and no other with the same XID', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x', xid: 'same', ownerName: 'Demo Community' });
	const other = server.seedGroup({ type: 'Threat', name: 'x', xid: 'same' });
	const { items } = await node('delete', {
		findBy: 'xid',
		groupXid: 'same',
		groupOwner: 'Demo Community',
	});
	expect(jsonOf(items)).toEqual([{ deleted: true, id: Number(id) }]);
	expect(server.group(other.id)).toBeDefined();
});

test('an ID beyond 2^53 keeps its digits', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x', id: '9007199254740993' });
	server.seedGroup({ type: 'Threat', name: 'y', id: '9007199254740992' });
	const { items } = await node('delete', { groupId: id });
	expect(jsonOf(items)).toEqual([{ deleted: true, id }]);
	expect(server.group('9007199254740992')).toBeDefined();
});

test.each([
	['empty', '={{ $json.id }}'],
	['null', '={{ null }}'],
	['blank', '={{ " \\n" }}'],
	['zero', '0'],
	['a path', '.'],
	['a query', '?tql=id > 0'],
	['empty in a locator', { __rl: true, mode: 'id', value: '={{ $json.id }}' }],
	['an empty address', { __rl: true, mode: 'url', value: '={{ $json.url }}' }],
])('an ID that is %s is refused before anything is sent', async (_what, groupId) => {
	server.seedGroup({ type: 'Threat', name: 'stays' });
	const [before, requests] = [server.groups().length, server.requests.length];
	const { error } = await node('delete', { groupId });
	expect(error?.message).toContain('"Group ID" (groupId)');
	expect(server.requests).toHaveLength(requests);
	expect(server.groups()).toHaveLength(before);
});

test('a group that does not exist fails only its own item', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x' });
	const { items, errors } = await node(
		'delete',
		{ groupId: '={{ $json.id }}' },
		{ items: [{ id: '4444444' }, { id }], onError: 'continueErrorOutput' },
	);
	expect(jsonOf(items)).toEqual([{ deleted: true, id: Number(id) }]);
	expect(jsonOf(errors)).toMatchObject([{ id: '4444444', error: 'The requested item(s) were not found.' }]);
});
