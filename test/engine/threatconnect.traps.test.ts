import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { run } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** Differences between ThreatConnect's API and what a client expects when it creates and updates groups. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const lastBody = () => JSON.parse(server.requests.at(-1)?.body ?? 'null');

test('an ID that has already lost digits is refused', async () => {
	const before = server.requests.length;
	const { error } = await node(
		'update',
		{ groupId: '={{ $json.id }}', updateFields: { name: 'x' } },
		// JSON.parse makes this number of 9007199254740993.
		{ items: [{ id: 9007199254740992 }] },
	);
	expect(error?.message).toContain('a number that JavaScript cannot hold exactly');
	expect(error?.description).toContain('Give the ID as text.');
	expect(server.requests).toHaveLength(before);
});

test('the field of a host is hostName, and the documented typo is refused by the service', async () => {
	const good = await node('create', {
		type: 'Incident',
		name: 'x',
		additionalFields: {
			associatedIndicators: { list: { data: { indicator: [{ type: 'Host', summary: 'a.example' }] } } },
		},
	});
	expect(good.error).toBeUndefined();
	expect(lastBody().associatedIndicators.data).toEqual([{ type: 'Host', hostName: 'a.example' }]);
	const typo = await node('create', {
		dataMode: 'json',
		jsonBody:
			'{"type":"Incident","name":"x","associatedIndicators":{"data":[{"type":"Host","hostname":"badguy.com"}]}}',
	});
	expect(typo.error?.message).toContain('hostname');
});

test('new groups and indicators may name an owner of their own', async () => {
	await node('create', {
		type: 'Incident',
		name: 'x',
		additionalFields: {
			ownerName: 'Demo Community',
			associatedGroups: {
				list: {
					data: { group: [{ name: 'In the community', type: 'Threat', ownerName: 'Demo Community' }] },
				},
			},
		},
	});
	expect(server.groups().find(({ name }) => name === 'In the community')?.ownerName).toBe('Demo Community');
});

test('tags and associations are in the answer when the item sets them, or when they are requested', async () => {
	const parameters = { type: 'Threat', name: 'x', tagNames: 'A' };
	const plain = await node('create', parameters);
	expect(plain.items[0]?.json.tags).toMatchObject({ data: [{ name: 'A' }] });
	expect(plain.items[0]?.json).not.toHaveProperty('securityLabels');
	const asked = await node('create', { ...parameters, options: { fields: ['securityLabels'] } });
	expect(asked.items[0]?.json).toMatchObject({ tags: { data: [{ name: 'A' }] }, securityLabels: {} });
});

test('an update never leaves the mode of a list to the server', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x', tags: ['Old'] });
	await node('update', { dataMode: 'json', groupId: id, jsonBody: '{"tags": {"data": [{"name": "New"}]}}' });
	expect(lastBody()).toEqual({ tags: { data: [{ name: 'New' }], mode: 'append' } });
	expect(server.group(id)?.tags).toHaveLength(2);
});

test('the signature covers the encoded path and query that are sent', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x', xid: "it's (a) *test*! ~ü+%/" });
	const { accessId, secretKey } = server.credentials;
	const { error } = await run({
		type: 'threatConnectGroup',
		parameters: {
			authentication: 'hmac',
			resource: 'group',
			operation: 'update',
			findBy: 'xid',
			groupXid: "it's (a) *test*! ~ü+%/",
			groupOwner: 'Demo Organization',
			updateFields: { name: 'Signed' },
			options: { fields: ['tags', 'attributes'] },
		},
		credentials: { threatConnectHmacApi: { baseUrl: server.url, accessId, secretKey } },
	});
	expect(error).toBeUndefined();
	expect(server.group(id)?.name).toBe('Signed');
});

test('fields are repeated, not joined by commas', async () => {
	await node('create', { type: 'Threat', name: 'x', options: { fields: ['tags', 'attributes'] } });
	expect(server.requests.at(-1)?.target).toMatch(/\?fields=tags&fields=attributes$/);
});

test('Task, Document and Report have no status to send', async () => {
	for (const type of ['Task', 'Document', 'Report']) {
		const { hints, error } = await node(
			'create',
			{ dataMode: 'autoMap', type },
			{ items: [{ name: 'x', status: 'New', fileName: 'x' }] },
		);
		expect(error).toBeUndefined();
		expect(lastBody()).not.toHaveProperty('status');
		expect(hints[0]?.message).toContain('"status" (1 item)');
	}
});

test('an event status of a newer server is sent, because the server decides about it', async () => {
	const older = await startThreatConnect({ eventStatuses: 4 });
	try {
		const parameters = { type: 'Event', name: 'x', status: 'Reopened' };
		expect((await node('create', parameters)).error).toBeUndefined();
		expect((await threatConnectNode(older)('create', parameters)).error?.message).toContain('status');
	} finally {
		await older.stop();
	}
});

test('an empty ID never reaches the path of all groups', async () => {
	const before = server.requests.length;
	for (const groupId of ['={{ "" }}', ' ', '={{ undefined }}', '={{ null }}', '={{ $json.missing }}']) {
		const { error } = await node('update', { groupId, updateFields: { name: 'x' } });
		expect(error?.message).toContain('"Group ID" (groupId) is empty');
	}
	expect(server.requests).toHaveLength(before);
});

test('what is null or empty on create is left out', async () => {
	await node('create', {
		dataMode: 'json',
		jsonBody: '{"type":"Incident","name":"x","ownerName":null,"eventDate":""}',
		options: { assignXid: false },
	});
	expect(lastBody()).toEqual({ type: 'Incident', name: 'x' });
});

describe('the text of a refusal decides about the advice, not its status', () => {
	const as = async (apiToken: string, ownerName = '') =>
		(
			await run({
				type: 'threatConnectGroup',
				parameters: {
					resource: 'group',
					operation: 'create',
					type: 'Threat',
					name: 'x',
					additionalFields: { ownerName },
				},
				credentials: { threatConnectApi: { baseUrl: server.url, apiToken } },
			})
		).error;

	test('an expired token', async () => {
		const error = await as(server.credentials.expiredToken);
		expect(error).toMatchObject({ message: 'Unauthorized [item 0]', httpCode: '401' });
		expect(error?.description).toContain('The API token is wrong, has expired or was regenerated');
	});
	test('a role that may not write', async () => {
		const error = await as(server.credentials.readOnlyToken);
		expect(error).toMatchObject({
			message: expect.stringContaining('You are not authorized to perform the requested operation.'),
			httpCode: '401',
		});
		expect(error?.description).toContain('check its role in the owner');
	});
	test('an owner that does not exist', async () => {
		const error = await as(server.credentials.apiToken, 'No Such Owner');
		expect(error?.httpCode).toBe('403');
		expect(error?.description).toContain('"Owner Name" is "No Such Owner": there is no such owner');
	});
});

test('an attribute type that is not valid for the group type is refused in the words of the service', async () => {
	const { error } = await node('create', {
		type: 'Adversary',
		name: 'x',
		attributes: { attribute: [{ type: 'Phase of Intrusion', value: 'Delivery' }] },
	});
	expect(error?.httpCode).toBe('400');
	expect(error?.message).toContain('Phase of Intrusion');
});

test('a date is sent as the same day, and a time as UTC', async () => {
	await node(
		'create',
		{ dataMode: 'autoMap', type: 'Incident' },
		{
			items: [
				{ name: 'day', eventDate: '2026-03-29' },
				{ name: 'time', eventDate: '2026-03-29T12:00:00' },
			],
			timezone: 'America/New_York',
		},
	);
	const dates = server.requests.slice(-2).map(({ body }) => JSON.parse(body));
	expect(dates).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ name: 'day', eventDate: '2026-03-29' }),
			expect.objectContaining({ name: 'time', eventDate: '2026-03-29T16:00:00Z' }),
		]),
	);
});
