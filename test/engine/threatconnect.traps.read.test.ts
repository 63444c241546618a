import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf, load, run } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** Differences between ThreatConnect's API and what a client expects when it finds, reads and deletes groups. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect({ bulkDelete: true });
	node = threatConnectNode(server);
});
afterEach(() => {
	for (const { id } of server.groups()) server.deleteGroup(id);
});
afterAll(async () => await server.stop());

const lastTql = () => new URL(server.requests.at(-1)?.target ?? '', server.url).searchParams.get('tql');

test('IDs beyond 2^53 keep their digits when they are read and when pages are counted by them', async () => {
	const first = 9007199254740993n;
	server.seedGroups(2100, (index) => ({ type: 'Threat', name: 'x', id: String(first + BigInt(index)) }));
	const { items } = await node('getAll', {
		returnAll: true,
		sort: { sortBy: 'id' },
		options: { fields: ['attributes'] },
	});
	const ids = jsonOf(items).map(({ id }) => id);
	expect(ids).toEqual(Array.from({ length: 2100 }, (_, index) => String(first + BigInt(index))));
	expect(lastTql()).toBe(`id > ${first + 1999n}`);
});

test('the signature covers a query with everything that needs encoding', async () => {
	const name = 'it\'s "a" (test)*! ~ü+%&=#?/\\`';
	server.seedGroup({ type: 'Threat', name });
	const { accessId, secretKey } = server.credentials;
	const { items, error } = await run({
		type: 'threatConnectGroup',
		parameters: {
			authentication: 'hmac',
			resource: 'group',
			operation: 'getAll',
			filters: { name: '={{ $json.name }}' },
			options: { fields: ['tags', 'attributes'] },
		},
		items: [{ name }],
		credentials: { threatConnectHmacApi: { baseUrl: server.url, accessId, secretKey } },
	});
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toMatchObject([{ name }]);
});

test('the fields of a list are repeated, not joined by commas', async () => {
	const { error } = await node('getAll', { options: { fields: ['tags', 'attributes'] } });
	expect(error).toBeUndefined();
	expect(server.requests.at(-1)?.target).toContain('&fields=tags&fields=attributes');
});

test('a value is never part of the query language', async () => {
	server.seedGroup({ type: 'Threat', name: 'secret' });
	for (const value of [
		'") or (summary != "',
		'x" or id > 0 or summary = "',
		'\\") or id > 0 or (summary = "\\',
	]) {
		const { items, error } = await node(
			'getAll',
			{
				filters: { name: '={{ $json.value }}', tag: '={{ $json.value }}', indicator: '={{ $json.value }}' },
			},
			{ items: [{ value }] },
		);
		expect(error).toBeUndefined();
		expect(items).toEqual([]);
	}
});

test('name, owner and type use the keywords that TQL has for them', async () => {
	await node('getAll', { filters: { name: 'n', ownerName: 'o', typeName: ['Threat'] } });
	expect(lastTql()).toBe('summary = "n" and ownerName = "o" and typeName = "Threat"');
});

test('an empty ID never becomes a deletion of everything', async () => {
	server.seedGroups(3, { type: 'Threat', name: 'x' });
	for (const groupId of ['={{ undefined }}', '={{ "" }}', '={{ " " }}', '/', '?']) {
		const before = server.requests.length;
		const { error } = await node('delete', { groupId });
		expect(error?.message).toContain('"Group ID" (groupId)');
		expect(server.requests).toHaveLength(before);
	}
	expect(server.groups()).toHaveLength(3);
});

test('a key that may read but not write gets the message of the service', async () => {
	const { id } = server.seedGroup({ type: 'Threat', name: 'x' });
	const credentials = {
		threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.readOnlyToken },
	};
	expect((await node('get', { groupId: id }, { credentials })).error).toBeUndefined();
	const { error } = await node('delete', { groupId: id }, { credentials });
	expect(error?.message).toContain('You are not authorized to perform the requested operation.');
	expect(server.group(id)).toBeDefined();
});

test('no page depends on a count or a previous link, and the list ends where the pages end', async () => {
	server.seedGroups(2000, { type: 'Threat', name: 'x' });
	const before = server.requests.length;
	const { items } = await node('getAll', { returnAll: true, options: { fields: ['attributes'] } });
	expect(items).toHaveLength(2000);
	const targets = server.requests.slice(before).map(({ target }) => target);
	// The node does not treat a full page as the last one, with or without a link to the next.
	expect(targets).toHaveLength(3);
	expect(targets.join()).not.toMatch(/count=|resultStart=/);
});

test('the next link is not followed, only our own address is asked', async () => {
	server.seedGroups(1500, { type: 'Threat', name: 'x' });
	const before = server.requests.length;
	const { items } = await node('getAll', {
		returnAll: true,
		sort: { sortBy: 'lastModified' },
		options: { fields: ['attributes'] },
	});
	expect(items).toHaveLength(1500);
	const [, second] = server.requests.slice(before).map(({ target }) => target);
	expect(second).toMatch(/^\/api\/v3\/groups\?sorting=lastModified%20asc%20id%20asc&resultStart=1000&/);
});

test('an association query of the user finds the group itself too, as the service does', async () => {
	const { id: other } = server.seedGroup({ type: 'Threat', name: 'Other' });
	const { id } = server.seedGroup({ type: 'Incident', name: 'Itself', associatedGroups: [other] });
	const { items } = await node('getAll', { tql: `hasGroup(id = ${id})` });
	expect(jsonOf(items).map(({ name }) => name)).toContain('Itself');
});

test('no filter replaces another', async () => {
	await node('getAll', {
		sort: { sortBy: 'id' },
		filters: {
			typeName: ['Incident', 'Event'],
			status: ['Open'],
			ownerName: 'o',
			tag: 't',
			technique: 'T1566',
			securityLabel: 'l',
			nameContains: 'c',
			id: '1,2',
		},
		tql: 'id > 0 or id < 0',
	});
	const tql = lastTql() ?? '';
	for (const clause of [
		'typeName in ("Incident", "Event")',
		'status = "Open"',
		'ownerName = "o"',
		'tag = "t"',
		'hasTag(techniqueId = "T1566")',
		'securityLabel = "l"',
		'summary contains "c"',
		'id in (1,2)',
		'(id > 0 or id < 0)',
	]) {
		expect(tql.split(' and ')).toContain(clause);
	}
});

test('a credential holds one method, so that none has to be preferred', async () => {
	const { ours } = await load();
	const fieldsOf = (type: string) =>
		ours.credentialTypes[type]?.type.properties
			.map(({ name }) => name)
			.filter((name) => !['baseUrl', 'ignoreSslIssues'].includes(name));
	expect(fieldsOf('threatConnectApi')).toEqual(['apiToken']);
	expect(fieldsOf('threatConnectHmacApi')).toEqual(['accessId', 'secretKey']);
});

test('JSON as the documentation prints it, with a trailing comma, is refused and not sent', async () => {
	const before = server.requests.length;
	const { error } = await node('create', {
		dataMode: 'json',
		jsonBody: '{"type": "Incident", "name": "x", "tags": {"data": [{"name": "a"},]},}',
	});
	expect(error?.message).toContain('The JSON body is not valid JSON');
	expect(server.requests).toHaveLength(before);
});

describe('Post: Add', () => {
	const post = { resource: 'post' };
	test('writes a comment on the group, found by ID or XID', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'x', xid: 'posted' });
		const { items, error } = await node('add', { ...post, groupId: id, text: 'Seen again "today"' });
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ text: 'Seen again "today"', groupId: Number(id) });
		await node('add', { ...post, findBy: 'xid', groupXid: 'posted', text: 'And again' });
		expect(server.posts().slice(-2)).toMatchObject([
			{ objectId: id, text: 'Seen again "today"' },
			{ objectId: id, text: 'And again' },
		]);
	});
	test('refuses an empty text before anything is sent', async () => {
		const before = server.requests.length;
		const { error } = await node('add', { ...post, groupId: '1', text: '={{ " " }}' });
		expect(error?.message).toContain('"Text" (text) is empty');
		expect(server.requests).toHaveLength(before);
	});
});
