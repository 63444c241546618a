import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { jsonOf, type RunOptions } from './harness';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
const ORG = 'Demo Organization';

const begin = async (options: ThreatConnectOptions = {}) => {
	server = await startThreatConnect(options);
	node = threatConnectNode(server);
};
afterEach(async () => await server.stop());

const seed = (xid: string, more: object = {}) =>
	server.seedGroup({ type: 'Incident', name: `Group ${xid}`, xid, ...more });
const BY_XID = {
	type: '={{ $json.type || "Incident" }}',
	groupXid: '={{ $json.xid }}',
	groupOwner: { __rl: true, mode: 'name', value: '={{ $json.owner || "Demo Organization" }}' },
};
const remove = async (items: object[], more: Partial<RunOptions> = {}, options: object = {}) =>
	await node('bulkDelete', { ...BY_XID, options } as never, {
		items: items as never,
		onError: 'continueErrorOutput',
		...more,
	});
const left = () => server.groups().map(({ xid, ownerName }) => `${ownerName}: ${xid ?? '-'}`);

describe.each(['xid', 'anyData'] as const)('where a Delete matches by %s', (batchDelete) => {
	beforeEach(async () => await begin({ batchDelete }));

	test('the groups of the items are deleted in one job, and no other', async () => {
		for (const number of [1, 2, 3]) seed(`x:${number}`);
		seed('x:4', { name: 'Group x:1' });
		seed('x:1', { ownerName: 'Demo Community' });
		server.seedGroup({ type: 'Incident', name: 'Group x:1' });
		const { items, errors } = await remove([{ xid: 'x:1' }, { xid: ' x:2 ', type: 'INCIDENT' }]);
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toEqual(
			['x:1', 'x:2'].map((xid) => ({ deleted: true, xid, type: 'Incident', ownerName: ORG })),
		);
		expect(left()).toEqual([`${ORG}: x:3`, `${ORG}: x:4`, 'Demo Community: x:1', `${ORG}: -`]);
		expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
	});

	test('a group of another type, or one that there is not, stays what it is and is said', async () => {
		seed('x:1');
		const { items, errors } = await remove([{ xid: 'x:1', type: 'Threat' }, { xid: 'x:9' }]);
		expect(items).toEqual([]);
		expect(jsonOf(errors)).toMatchObject(
			['The Threat with the XID "x:1" was not found', 'The Incident with the XID "x:9" was not found'].map(
				(error) => ({ error, message: expect.stringContaining('Nothing of this item was deleted') }),
			),
		);
		expect(left()).toEqual([`${ORG}: x:1`]);
	});
});

test('each owner has a job of its own, and items that name one group come out alike', async () => {
	await begin();
	seed('x:1');
	seed('x:1', { ownerName: 'Demo Community' });
	const { items } = await remove([{ xid: 'x:1' }, { xid: 'x:1', owner: 'Demo Community' }, { xid: 'x:1' }]);
	expect(jsonOf(items).map(({ ownerName }) => ownerName)).toEqual([ORG, 'Demo Community', ORG]);
	expect(left()).toEqual([]);
});

test.each([
	[{ xid: '' }, '"Group XID" (groupXid) is empty'],
	[{ xid: '12' }, 'which ThreatConnect would read as an ID'],
	[{ xid: 'x:1', type: 'Incidents' }, '"Type" (type) cannot be "Incidents"'],
])('%j is refused before anything is sent', async (item, message) => {
	await begin();
	seed('x:1');
	const { error } = await remove([item], { onError: undefined });
	expect(error?.message).toContain(message);
	expect(server.requests).toEqual([]);
});

test('with Halt on Error, nothing after the first error is deleted, and each item says so', async () => {
	await begin();
	for (const number of [1, 2, 3]) seed(`x:${number}`);
	const items = ['x:1', 'x:9', 'x:2', 'x:3'].map((xid) => ({ xid }));
	// One job of three, and one that is not sent.
	const options = { haltOnError: true, maxBytes: 200 };
	const { items: good, errors } = await remove(items, {}, options);
	expect(jsonOf(good)).toMatchObject([{ xid: 'x:1', deleted: true }]);
	expect(jsonOf(errors).map(({ error }) => error)).toEqual([
		'The Incident with the XID "x:9" was not found',
		'Batch 1 halted at an error before it came to this group',
		'Not sent, because batch 1 failed and Options > Halt on Error is on',
	]);
	expect(left()).toEqual([`${ORG}: x:2`, `${ORG}: x:3`]);
});
