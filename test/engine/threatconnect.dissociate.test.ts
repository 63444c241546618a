import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect({ crossOwner: true });
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const HASHES = ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef01234567'];

/** A group with the seeded indicators and the given ones. */
const seed = async (...entries: Array<{ type: string; summary: string; ownerName?: string }>) => {
	const { items, error } = await node('create', {
		type: 'Incident',
		name: 'x',
		additionalFields: { associatedIndicators: { list: { id: '101, 102', data: { indicator: entries } } } },
	});
	expect(error).toBeUndefined();
	return String(items[0]?.json.id);
};
type Entry = { id?: string; type?: string; summary?: string; ownerName?: string };
const dissociate = async (groupId: string, ...entry: Entry[]) =>
	await node('update', {
		groupId,
		updateFields: {
			associatedIndicators: {
				list: {
					mode: 'delete',
					id: entry.flatMap(({ id }) => id ?? []).join(','),
					data: { indicator: entry.filter(({ id }) => id === undefined) },
				},
			},
		},
	});
const summaries = (id: string) => server.group(id)?.associatedIndicators.map(({ summary }) => summary);

test('an indicator is removed by its type and summary, which is looked up first', async () => {
	const id = await seed();
	const { error } = await dissociate(id, { type: 'Host', summary: 'badguy.com' });
	expect(error).toBeUndefined();
	expect(summaries(id)).toEqual(['203.0.113.7']);
	expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({
		associatedIndicators: { data: [{ id: 101 }], mode: 'delete' },
	});
	expect(decodeURIComponent(server.requests.at(-2)?.target ?? '')).toContain(
		'/api/v3/indicators?tql=summary = "badguy.com" and typeName = "Host"',
	);
});

test.each([
	['a quote', { type: 'URL', summary: 'https://bad.example/?q=") or ("' }],
	['a backslash', { type: 'Registry Key', summary: 'HKEY_LOCAL_MACHINE\\Bad\\ : Run : REG_SZ' }],
	[
		'a registry value without a name',
		{ type: 'Registry Key', summary: 'HKEY_LOCAL_MACHINE\\Bad :  : REG_SZ' },
	],
	['unicode', { type: 'Mutex', summary: 'ミューテックス🦊' }],
	['a custom type', { type: 'Bitcoin Address', summary: '1BoatSLRHtKNngkdXEeobR76b53LETtpyT' }],
	['a custom type of several values', { type: 'Network Connection', summary: '10.0.0.1 : 10.0.0.2 : 443' }],
])('with %s', async (_what, indicator) => {
	const id = await seed(indicator);
	expect(summaries(id)).toHaveLength(3);
	const { error } = await dissociate(id, indicator);
	expect(error).toBeUndefined();
	expect(summaries(id)).toEqual(['badguy.com', '203.0.113.7']);
});

test('a URL that differs in upper and lower case is another one', async () => {
	const id = await seed({ type: 'URL', summary: 'https://case.example/A' });
	const { error } = await dissociate(id, { type: 'URL', summary: 'https://case.example/a' });
	expect(error?.message).toContain(
		'There is no indicator "https://case.example/a" of the type URL to remove',
	);
	expect(summaries(id)).toContain('https://case.example/A');
	await dissociate(id, { type: 'URL', summary: 'https://Case.Example/A' });
	expect(summaries(id)).not.toContain('https://case.example/A');
});

test('a file is found by any one of its hashes', async () => {
	for (const summary of [...HASHES, HASHES.join(' : '), HASHES[1]?.toUpperCase() ?? '']) {
		const id = await seed({ type: 'File', summary: HASHES.join(' : ') });
		const { error } = await dissociate(id, { type: 'File', summary });
		expect(error).toBeUndefined();
		expect(summaries(id)).toHaveLength(2);
	}
});

test('several by value and by ID go in one request', async () => {
	const id = await seed({ type: 'Mutex', summary: 'm' });
	const { error } = await dissociate(id, { type: 'Mutex', summary: 'm' }, { id: '101' });
	expect(error).toBeUndefined();
	expect(summaries(id)).toEqual(['203.0.113.7']);
});

test("the API's own fields name an indicator in JSON too", async () => {
	const id = await seed();
	const { error } = await node('update', {
		groupId: id,
		dataMode: 'json',
		jsonBody: '{"associatedIndicators":{"mode":"delete","data":[{"type":"Address","ip":"203.0.113.7"}]}}',
	});
	expect(error).toBeUndefined();
	expect(summaries(id)).toEqual(['badguy.com']);
});

test('one that several owners have must name its owner', async () => {
	const shared = { type: 'Mutex', summary: 'shared by two' };
	const id = await seed(shared, { ...shared, ownerName: 'Demo Community' });
	const { error } = await dissociate(id, shared);
	expect(error?.message).toMatch(
		/^There are several of the indicator "shared by two" of the type Mutex: \d+ in Demo Organization, \d+ in Demo Community/,
	);
	expect(summaries(id)).toHaveLength(4);
	const { error: none } = await dissociate(id, { ...shared, ownerName: 'Demo Community' });
	expect(none).toBeUndefined();
	expect(server.group(id)?.associatedIndicators.map(({ ownerName }) => ownerName)).toEqual([
		'Demo Organization',
		'Demo Organization',
		'Demo Organization',
	]);
});

test('an inactive indicator is found too, although ThreatConnect leaves it out of its lists', async () => {
	const summary = 'old.example';
	const old = server.seedEntity('indicators', { type: 'Host', summary, hostName: summary, active: false });
	const { id } = server.seedGroup({ type: 'Incident', name: 'x', associatedIndicators: ['101', old] });
	const { error } = await dissociate(id, { type: 'Host', summary });
	expect(error).toBeUndefined();
	expect(summaries(id)).toEqual(['badguy.com']);
});

test('one that does not exist is an error, and the group stays as it is', async () => {
	const id = await seed();
	const before = server.requests.length;
	const { error } = await dissociate(id, { id: '101' }, { type: 'Host', summary: 'unknown.example' });
	expect(error?.message).toContain('There is no indicator "unknown.example" of the type Host to remove');
	expect(error?.description).toContain('Nothing was sent for this item.');
	expect(server.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
	expect(summaries(id)).toEqual(['badguy.com', '203.0.113.7']);
});

test.each([
	[
		'a type without a summary, which says nothing',
		{ type: 'Host' },
		'There is nothing to update: no field is set',
	],
	['a hash that is none', { type: 'File', summary: 'abc' }, '"abc" is no file hash'],
])('%s is refused before anything is sent', async (_what, entry, message) => {
	const id = await seed();
	const before = server.requests.length;
	const { error } = await dissociate(id, entry);
	expect(error?.message).toContain(message);
	expect(server.requests).toHaveLength(before);
});
