import type { INodeParameters } from 'n8n-workflow';

import type { Connection } from '../../nodes/shared/http/connection';
import { ThreatConnect } from '../../nodes/ThreatConnectGroup/api/client';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { jsonOf, run } from './harness';
import { type RunNode, runThreatConnectWithLosses, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
/** What another client does before the server responds to a list request. */
let meanwhile: (() => void) | undefined;
beforeAll(async () => {
	server = await startThreatConnect({
		hooks: {
			beforeRequest({ method }) {
				if (method === 'GET') meanwhile?.();
			},
		},
	});
	node = threatConnectNode(server);
});
afterEach(() => {
	meanwhile = undefined;
	for (const { id } of server.groups()) server.deleteGroup(id);
});
afterAll(async () => await server.stop());

const all = async (parameters: object) => {
	const { items, error } = await node('getAll', { returnAll: true, sort: { sortBy: 'id' }, ...parameters });
	expect(error).toBeUndefined();
	return jsonOf(items);
};
const names = async (filters: object) => (await all({ filters })).map(({ name }) => name);

describe('a filter finds', () => {
	beforeEach(() => {
		server.seedGroup({
			type: 'Incident',
			name: 'Phishing wave',
			fields: { status: 'Open', eventDate: '2026-03-10T00:00:00Z' },
			tags: ['Ransomware', 'Phishing'],
			securityLabels: ['TLP:RED'],
			associatedIndicators: ['101'],
			dateAdded: '2026-01-10T12:00:00Z',
			lastModified: '2026-01-20T12:00:00Z',
		});
		server.seedGroup({
			type: 'Threat',
			name: 'phishing wave',
			ownerName: 'Demo Community',
			dateAdded: '2026-02-10T12:00:00Z',
		});
		server.seedGroup({
			type: 'Event',
			name: 'Old wave',
			fields: { status: 'Escalated', eventDate: '2025-03-10T00:00:00Z' },
			tags: ['Brute Force'],
			dateAdded: '2025-02-10T12:00:00Z',
		});
	});

	test.each([
		['types', { typeName: ['Incident', 'Event'] }, ['Phishing wave', 'Old wave']],
		['types as text', { typeName: '={{ "Incident, Event" }}' }, ['Phishing wave', 'Old wave']],
		['an owner', { ownerName: 'Demo Community' }, ['phishing wave']],
		[
			'an owner from the list',
			{ ownerName: { __rl: true, mode: 'list', value: 'Demo Community' } },
			['phishing wave'],
		],
		['an exact name', { name: 'phishing wave' }, ['phishing wave']],
		['a part of the name', { nameContains: 'WAVE' }, ['Phishing wave', 'phishing wave', 'Old wave']],
		['a beginning of the name', { nameStartsWith: 'phish' }, ['Phishing wave', 'phishing wave']],
		['a tag', { tag: 'ransomware' }, ['Phishing wave']],
		['any of several tags', { tag: '={{ ["Ransomware", "Brute Force"] }}' }, ['Phishing wave', 'Old wave']],
		['a technique by its ID', { technique: 'T1566' }, ['Phishing wave']],
		['a technique by its name', { technique: 'Brute Force' }, ['Old wave']],
		['any of several techniques', { technique: '={{ ["T1566", "T1110"] }}' }, ['Phishing wave', 'Old wave']],
		['a security label', { securityLabel: 'TLP:RED' }, ['Phishing wave']],
		['statuses', { status: ['Open', 'Escalated'] }, ['Phishing wave', 'Old wave']],
		['an indicator', { indicator: 'badguy.com' }, ['Phishing wave']],
		['who created it', { createdBy: '11112222333344445555' }, ['Phishing wave', 'phishing wave', 'Old wave']],
		['who created it, and nobody else', { createdBy: 'asmith' }, []],
		['dates of creation', { dateAddedFrom: '2026-01-10', dateAddedTo: '2026-01-10' }, ['Phishing wave']],
		[
			'dates of change',
			{ lastModifiedFrom: '2026-01-20T12:00:00Z', lastModifiedTo: '2026-01-20' },
			['Phishing wave'],
		],
		['dates of events', { eventDateTo: '2026-03-09' }, ['Old wave']],
		['times in the zone of the workflow', { dateAddedTo: '2026-01-10T12:59:00' }, ['Old wave']],
		['all that match', { typeName: ['Incident'], tag: 'Phishing', status: ['Open'] }, ['Phishing wave']],
		['nothing that matches only one', { typeName: ['Threat'], tag: 'Phishing' }, []],
	])('%s', async (_what, filters, expected) => {
		expect(await names(filters)).toEqual(expected);
	});

	test('a file by any of its hashes, beside other indicators', async () => {
		const [md5, sha1] = ['0123456789abcdef0123456789abcdef', '0123456789abcdef0123456789abcdef01234567'];
		const associatedIndicators = {
			list: { data: { indicator: [{ type: 'File', summary: `${md5} : ${sha1}` }] } },
		};
		await node('create', { type: 'Malware', name: 'Loader', additionalFields: { associatedIndicators } });
		for (const hash of [md5, sha1]) expect(await names({ indicator: hash })).toEqual(['Loader']);
		expect(await names({ indicator: `={{ ["${md5}", "badguy.com"] }}` })).toEqual([
			'Phishing wave',
			'Loader',
		]);
	});

	test.each([
		['Address', '2001:db8::17'],
		['CIDR', '2001:DB8::/48'],
		['ASN', 'AS204288'],
		['URL', 'HTTP://Login.BadGuy.com/Path'],
		['File', 'fedcba9876543210fedcba9876543210:0123456789abcdef0123456789abcdef01234568'],
	])(
		'an indicator as people write it, and not only as ThreatConnect stores it: %s %s',
		async (type, value) => {
			const [indicator, spaced] = [{ type, summary: value }, ` ${value} `];
			const associatedIndicators = { list: { data: { indicator: [indicator] } } };
			const { items } = await node('create', {
				type: 'Malware',
				name: value,
				additionalFields: { associatedIndicators },
			});
			expect(await names({ indicator: value })).toEqual([value]);
			expect(await names({ indicator: spaced })).toEqual([value]);
			const found = await node('getAll', {
				resource: 'association',
				groupId: String(items[0]?.json.id),
				objectType: 'indicator',
				filters: { summary: value },
			});
			expect(jsonOf(found.items)).toMatchObject([{ type }]);
		},
	);

	test("groups that match the user's query and the filters", async () => {
		const tql = 'summary = "Old wave" or ownerName = "Demo Community"';
		expect((await all({ tql })).map(({ name }) => name)).toEqual(['phishing wave', 'Old wave']);
		expect((await all({ tql, filters: { typeName: ['Event'] } })).map(({ name }) => name)).toEqual([
			'Old wave',
		]);
	});

	test("the user's query cannot break up the filters", async () => {
		const { error } = await node('getAll', {
			tql: 'id > 0) or (id > 0',
			filters: { typeName: ['Event'] },
		});
		expect(error?.message).toContain('"TQL Query" (tql): the brackets do not match');
	});

	test('nothing for syntax that the server refuses, and says so in its words', async () => {
		const { error } = await node('getAll', { tql: 'name = "x"' });
		expect(error?.message).toContain('Syntax error(s) found with your TQL query. Unknown keyword: name');
	});
});

describe('a value with special characters finds exactly the record so named', () => {
	const NAMES = [
		'say "hi"',
		"it's",
		'back`tick',
		'C:\\temp\\',
		'\\"',
		'\\',
		'two\nlines',
		'naïve 攻撃 🦊',
		'") or ("',
		'" or summary != "',
		"') or ('",
		'100%',
		'a, b',
	];
	beforeEach(() => {
		for (const name of NAMES) server.seedGroup({ type: 'Threat', name, tags: [`tag ${name}`] });
		server.seedGroup({ type: 'Threat', name: 'Bystander' });
	});
	test.each(NAMES)('%j', async (value) => {
		const items = [{ value }];
		for (const [filter, expression] of [
			['name', '={{ $json.value }}'],
			['nameStartsWith', '={{ $json.value }}'],
			['tag', '=tag {{ $json.value }}'],
		] as const) {
			const { items: found, error } = await node(
				'getAll',
				{ filters: { [filter]: expression }, sort: { sortBy: 'id' } },
				{ items },
			);
			expect(error).toBeUndefined();
			const exact = filter === 'nameStartsWith' ? NAMES.filter((name) => name.startsWith(value)) : [value];
			expect(jsonOf(found).map(({ name }) => name)).toEqual(exact);
		}
	});
});

test.each([
	['who created it', { createdBy: '={{ 22222222222222222222 }}' }, '"Created By" (createdBy)'],
	['one of several names', { name: '={{ ["a", 1152921504606847000] }}' }, '"Name Is" (name)'],
])(
	'a number that has lost digits is refused, because it would find others: %s',
	async (_what, filters, label) => {
		const before = server.requests.length;
		const { error } = await node('getAll', { filters });
		expect(error?.message).toContain(`The filter ${label} is `);
		expect(error?.message).toContain('a number that JavaScript cannot hold exactly');
		expect(server.requests).toHaveLength(before);
	},
);

describe('of a filter that is set but empty', () => {
	test.each([
		['an empty text', { tag: '={{ $json.nothing }}' }, '"Tag" (tag)'],
		['a blank text', { name: '={{ " " }}' }, '"Name Is" (name)'],
		['no types', { typeName: [] }, '"Types" (typeName)'],
		['an empty date', { eventDateFrom: '' }, '"Event After" (eventDateFrom)'],
		['no IDs', { id: '' }, '"IDs" (id)'],
		['one empty text of several', { tag: '={{ ["A", ""] }}' }, '"Tag" (tag)'],
	])('%s is refused: it would find everything', async (_what, filters, label) => {
		server.seedGroup({ type: 'Threat', name: 'x' });
		const before = server.requests.length;
		const { error } = await node('getAll', { filters });
		expect(error?.message).toContain(`The filter ${label} is empty`);
		expect(server.requests).toHaveLength(before);
	});

	test('so is a query whose expression gives nothing, or no text', async () => {
		server.seedGroup({ type: 'Threat', name: 'x' });
		const before = server.requests.length;
		const empty = await node('getAll', { tql: '={{ $json.nothing }}' });
		expect(empty.error?.message).toContain('The filter "TQL Query" (tql) is empty');
		const list = await node('getAll', { tql: '={{ ["id > 0"] }}' });
		expect(list.error?.message).toContain('"TQL Query" (tql) must be text, but is an array');
		expect(server.requests).toHaveLength(before);
	});

	test('a type that does not exist is refused, because it would find nothing', async () => {
		const { error } = await node('getAll', { filters: { typeName: '={{ ["incidents"] }}' } });
		expect(error?.message).toContain('"Types" (typeName) cannot be "incidents"');
		expect(error?.description).toContain('Allowed values: "Adversary"');
	});

	test('a type is found in the spelling of STIX', async () => {
		server.seedGroup({ type: 'Intrusion Set', name: 'Spelled' });
		const filters = { typeName: '={{ ["intrusion-set"] }}' };
		const { items, error } = await node('getAll', { filters });
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.name)).toContain('Spelled');
	});

	test('an empty array of IDs finds nothing', async () => {
		server.seedGroup({ type: 'Threat', name: 'x' });
		expect(await names({ id: '={{ [] }}' })).toEqual([]);
	});
});

describe('IDs', () => {
	test('may have any form, and are sent once each, with all their digits', async () => {
		const ids = ['9007199254740993', '9007199254740992', '12'];
		for (const id of ids) server.seedGroup({ type: 'Threat', name: `n${id}`, id });
		const found = await all({ filters: { id: '9007199254740993, 12, 12,9007199254740992' } });
		expect(found.map(({ id }) => String(id))).toEqual(['12', '9007199254740992', '9007199254740993']);
	});

	test('may be more than fit into one query, and keep the chosen order', async () => {
		const ids = server.seedGroups(700, (index) => ({
			type: 'Threat',
			name: `n${index % 10}`,
			id: String(1125899906842625n + BigInt(index)),
		}));
		server.seedGroup({ type: 'Threat', name: 'Bystander' });
		const before = server.requests.length;
		const filters = { id: `={{ ${JSON.stringify(ids)} }}`, typeName: ['Threat'] };
		const found = await all({ filters });
		expect(found.map(({ id }) => String(id))).toEqual(ids);
		for (const { target } of server.requests.slice(before)) {
			expect(target.split('?')[1]?.length).toBeLessThan(2000);
		}
		const byName = await all({ filters, sort: { sortBy: 'summary', sortDirection: 'desc' } });
		expect(byName).toHaveLength(700);
		expect(byName.map(({ name }) => name)).toEqual(
			byName
				.map(({ name }) => name)
				.sort()
				.reverse(),
		);
		const { items } = await node('getAll', { filters, limit: 5, sort: { sortDirection: 'desc' } });
		expect(jsonOf(items).map(({ id }) => String(id))).toEqual(ids.slice(-5).reverse());
	});
});

describe('a long query of the user', () => {
	const literals = (count: number) =>
		Array.from({ length: count }, (_, index) => `"Group ${index}"`).join(', ');

	test('is split at its longest list, so that no address is long', async () => {
		const ids = server.seedGroups(400, (index) => ({ type: 'Threat', name: `Group ${index}` }));
		server.seedGroup({ type: 'Incident', name: 'Group 7' });
		const before = server.requests.length;
		const tql = `typeName = "Threat" and summary in (${literals(400)})`;
		const found = await all({ tql });
		expect(found.map(({ id }) => String(id))).toEqual(ids);
		for (const { target } of server.requests.slice(before)) {
			expect(target.split('?')[1]?.length).toBeLessThan(2000);
		}
	});

	test('that no part of finds the same is sent whole, and its refusal says what to do', async () => {
		server.seedGroup({ type: 'Threat', name: 'Group 1' });
		server.seedGroup({ type: 'Threat', name: 'Another' });
		const some = await all({ tql: `summary not in (${literals(100)})` });
		expect(some.map(({ name }) => name)).toEqual(['Another']);
		const { error } = await node('getAll', { tql: `summary not in (${literals(900)})` });
		expect(error?.message).toContain('Exceeded maximum allowed HTTP header size');
		expect(error?.description).toContain('The TQL query is too long for ThreatConnect or a proxy before it.');
	});
});

describe('limits and sorting', () => {
	beforeEach(() => {
		server.seedGroups(120, (index) => ({
			type: 'Threat',
			name: `Group ${String(index * 7).padStart(4, '0')}`,
		}));
	});

	test('50 groups are returned unless another limit is set, in one request', async () => {
		const before = server.requests.length;
		expect((await node('getAll', {})).items).toHaveLength(50);
		expect((await node('getAll', { limit: 7 })).items).toHaveLength(7);
		expect(server.requests).toHaveLength(before + 2);
	});

	test('without a sort key the newest come first, and each once on all pages', async () => {
		const ids = server.seedGroups(2100, { type: 'Threat', name: 'Paged' });
		const shown = async (parameters: object) => {
			const { items } = await node('getAll', { filters: { name: 'Paged' }, ...parameters });
			return jsonOf(items).map(({ id }) => String(id));
		};
		const newest = [...ids].reverse();
		expect(await shown({ limit: 3 })).toEqual(newest.slice(0, 3));
		const before = server.requests.length;
		expect(await shown({ returnAll: true, options: { fields: ['attributes'] } })).toEqual(newest);
		const targets = server.requests.slice(before).map(({ target }) => decodeURIComponent(target));
		expect(targets.length).toBeGreaterThan(2);
		for (const target of targets) expect(target).toContain('sorting=id desc');
	});

	test('by a field and a direction', async () => {
		const { items } = await node('getAll', { sort: { sortBy: 'summary', sortDirection: 'desc' }, limit: 2 });
		expect(jsonOf(items).map(({ name }) => name)).toEqual(['Group 0833', 'Group 0826']);
		expect(await all({ sort: { sortBy: 'dateAdded' } })).toHaveLength(120);
	});

	test('by several keys, each with its own direction', async () => {
		server.seedGroup({ type: 'Adversary', name: 'Group 0007' });
		server.seedGroup({ type: 'Tool', name: 'Group 0007' });
		const sort = {
			sortBy: 'summary',
			sortDirection: 'desc',
			thenBy: { entry: [{ sortBy: 'typeName', sortDirection: 'desc' }, { sortBy: 'summary' }] },
		};
		const filters = { name: '={{ ["Group 0007", "Group 0014"] }}' };
		const shown = (await all({ sort, filters })).map(({ name, type }) => `${name} ${type}`);
		const expected = ['Group 0014 Threat', 'Group 0007 Tool', 'Group 0007 Threat', 'Group 0007 Adversary'];
		expect(shown).toEqual(expected);
		const { target = '' } = server.requests.at(-1) ?? {};
		expect(decodeURIComponent(target)).toContain('sorting=summary desc typeName desc id asc');
		const only = { thenBy: sort.thenBy };
		expect((await all({ sort: only, filters })).map(({ type }) => type)).toEqual([
			'Tool',
			'Threat',
			'Threat',
			'Adversary',
		]);
		const long = { name: `={{ ${JSON.stringify(['Group 0007', ...literal(300), 'Group 0014'])} }}` };
		const mixed = (await all({ sort, filters: long })).map(({ name, type }) => `${name} ${type}`);
		expect(mixed).toEqual(expected);
		const { error } = await node('getAll', { sort: { thenBy: { entry: [{ sortBy: 'id asc, x' }] } } });
		expect(error?.message).toContain('"Sort By" (sortBy) cannot be "id asc, x"');
	});

	test('each input item has its own query, and its results are paired to it', async () => {
		const { items } = await node(
			'getAll',
			{ filters: { name: '={{ $json.name }}' } },
			{ items: [{ name: 'Group 0007' }, { name: 'none' }, { name: 'Group 0014' }] },
		);
		expect(items.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual([
			['Group 0007', { item: 0 }],
			['Group 0014', { item: 2 }],
		]);
	});

	test.each([0, -1, 1.5, '={{ "x" }}'])('a limit of %s is refused', async (limit) => {
		const { error } = await node('getAll', { limit });
		expect(error?.message).toContain('"Limit" (limit) cannot be');
	});
});

const literal = (count: number) =>
	Array.from({ length: count }, (_, index) => `No group of this name ${index}`);

test('the unified view of a vulnerability is an output field, which Simplify keeps', async () => {
	server.seedGroup({ type: 'Vulnerability', name: 'CVE-2020-0688' });
	const [found] = await all({ options: { fields: ['common'] }, simplify: true });
	expect(found).toMatchObject({ name: 'CVE-2020-0688', commonGroup: { name: 'CVE-2020-0688' } });
});

describe('Count', () => {
	const count = async (parameters: INodeParameters = {}) => {
		const before = server.requests.length;
		const { items, error } = await node('count', parameters);
		expect(error).toBeUndefined();
		return { ...jsonOf(items)[0], requests: server.requests.length - before };
	};

	test('counts what the filters of Get Many find, in one request that fetches nothing', async () => {
		server.seedGroups(12_000, { type: 'Threat', name: 'n', tags: ['Ransomware'] });
		server.seedGroup({ type: 'Incident', name: 'x' });
		expect(await count()).toEqual({ count: 12_001, requests: 1 });
		expect(await count({ filters: { tag: 'Ransomware' } })).toEqual({ count: 12_000, requests: 1 });
		expect(await count({ tql: 'typeName = "Incident"' })).toEqual({ count: 1, requests: 1 });
		expect(await count({ filters: { typeName: ['Tool'] } })).toEqual({ count: 0, requests: 1 });
		expect(await count({ filters: { id: '={{ [] }}' } })).toEqual({ count: 0, requests: 0 });
		const { target = '' } = server.requests.at(-1) ?? {};
		expect(target).toContain('count=true&resultLimit=1');
	});

	test('counts each group once where one query would be too long, and only names that are the same', async () => {
		server.seedGroups(10, { type: 'Threat', name: 'n', tags: ['A', 'B'] });
		server.seedGroup({ type: 'Threat', name: 'N' });
		const tags = [...literal(200), 'A', 'B'];
		expect(await count({ filters: { tag: `={{ ${JSON.stringify(tags)} }}` } })).toMatchObject({ count: 10 });
		expect(await count({ filters: { name: 'n' } })).toMatchObject({ count: 10 });
	});

	test('gives one item for each input item', async () => {
		server.seedGroup({ type: 'Threat', name: 'a' });
		const { items } = await node(
			'count',
			{ filters: { name: '={{ $json.name }}' } },
			{ items: [{ name: 'a' }, { name: 'b' }] },
		);
		expect(items.map(({ json, pairedItem }) => [json, pairedItem])).toEqual([
			[{ count: 1 }, { item: 0 }],
			[{ count: 0 }, { item: 1 }],
		]);
	});

	test('refuses an empty filter, and never calls an answer without a count none', async () => {
		const { error } = await node('count', { filters: { tag: '={{ "" }}' } });
		expect(error?.message).toContain('The filter "Tag" (tag) is empty');
		const lost = await runThreatConnectWithLosses(
			server,
			() => ({ body: '{"data":[],"status":"Success"}' }),
			{
				parameters: { operation: 'count' },
			},
		);
		expect(JSON.stringify(lost.errors)).toContain(
			'ThreatConnect answered with success, but without the count',
		);
	});
});

describe('25,000 groups', () => {
	test('are each returned exactly once while another client inserts and deletes', async () => {
		const ids = server.seedGroups(25_000, (index) => ({ type: 'Threat', name: `n${index}` }));
		// Another client deletes every third group meanwhile. All the others must be returned, and none twice.
		const doomed = ids.filter((_id, index) => index % 3 === 0);
		let turn = 0;
		meanwhile = () => {
			for (const id of doomed.splice(0, 2000)) server.deleteGroup(id);
			server.seedGroups(100, (index) => ({ type: 'Threat', name: `new ${turn}-${index}` }));
			turn += 1;
		};
		const before = server.requests.length;
		const found = (await all({})).map(({ id }) => String(id));
		expect(new Set(found).size).toBe(found.length);
		const staying = ids.filter((_id, index) => index % 3 !== 0);
		const returned = new Set(found);
		expect(staying.filter((id) => !returned.has(id))).toEqual([]);
		expect(server.requests.length - before).toBeLessThanOrEqual(5);
	});

	test('with their associations come in smaller pages', async () => {
		server.seedGroups(2500, { type: 'Threat', name: 'n' });
		const before = server.requests.length;
		const found = await all({ options: { fields: ['associatedIndicators'] } });
		expect(new Set(found.map(({ id }) => id)).size).toBe(2500);
		expect(server.requests.length - before).toBe(3);
	});
});

test('the next page is requested before the last is handled, but none beyond the limit', async () => {
	const api = new ThreatConnect({} as Connection);
	const page = jest.spyOn(api, 'page').mockImplementation(async () => {
		const first = page.mock.calls.length * 2;
		return { data: [{ id: first }, { id: first + 1 }], more: true };
	});
	const groups = api.groups({ by: 'id', direction: 'asc', pageSize: 2, limit: 4 });
	const { value } = await groups.next();
	expect(value).toEqual([{ id: 2 }, { id: 3 }]);
	expect(page).toHaveBeenCalledTimes(2);
	await groups.next();
	expect(page).toHaveBeenCalledTimes(2);
	// A filter by name may have removed some of them.
	await groups.next();
	expect(page).toHaveBeenCalledTimes(3);
	expect(page.mock.calls.map(([, query]) => query.find(([name]) => name === 'tql')?.[1])).toEqual([
		undefined,
		'id > 3',
		'id > 5',
	]);
});

test.each([
	['groups', { resource: 'group', sort: { sortBy: 'dateAdded' } }],
	['posts', { resource: 'post', groupId: '1' }],
])('a server that gives the same page of %s for ever is no complete list', async (_what, parameters) => {
	const page = { status: 'Success', data: [{ id: 1 }, { id: 2 }], next: 'http://example.com/next' };
	const { error, items } = await withHttpServer(
		(_request, response) => response.end(JSON.stringify(page)),
		async (baseUrl) =>
			await run({
				type: 'threatConnectGroup',
				parameters: { operation: 'getAll', returnAll: true, ...parameters },
				credentials: { threatConnectApi: { baseUrl, apiToken: 'token' } },
			}),
	);
	expect(items).toEqual([]);
	expect(error?.message).toContain('ThreatConnect gave the same page twice');
});
