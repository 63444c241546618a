import { type GroupSeed, startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode, withThreatConnect } from './support';

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
	const group = threatConnectNode(server);
	node = async (operation, parameters, more) =>
		await group(operation, { resource: 'association', ...parameters }, more);
});
afterEach(async () => {
	meanwhile = undefined;
	await server.reset();
});
afterAll(async () => await server.stop());

const all = async (groupId: string, objectType: string, parameters: object = {}) => {
	const { items, error } = await node('getAll', { groupId, objectType, returnAll: true, ...parameters });
	expect(error).toBeUndefined();
	return jsonOf(items);
};
const named = (found: Array<{ summary?: unknown; name?: unknown }>) =>
	found.map(({ summary, name }) => summary ?? name);

const EMOTET: GroupSeed = {
	type: 'Threat',
	name: 'Emotet',
	tags: ['Loader'],
	dateAdded: '2026-01-10T12:00:00Z',
};

/** An incident with one or more associates of every kind, and what else is not its own. */
const seed = () => {
	const other = server.seedGroup(EMOTET);
	const asset = server.seedEntity('victimAssets', {
		type: 'EmailAddress',
		victimId: '601',
		address: 'carol@example.com',
	});
	const old = server.seedEntity('indicators', {
		type: 'Host',
		summary: 'old.example',
		hostName: 'old.example',
		active: false,
		rating: 4,
		confidence: 80,
	});
	const hash = server.seedEntity('indicators', {
		type: 'File',
		summary: `${'a'.repeat(32)} : ${'b'.repeat(40)}`,
		md5: 'a'.repeat(32),
		sha1: 'b'.repeat(40),
		dateAdded: '2026-02-10T12:00:00Z',
	});
	const incident = server.seedGroup({
		type: 'Incident',
		name: 'Phishing',
		xid: 'crm:1',
		associatedGroups: [other.id],
		associatedIndicators: ['101', '102', old, hash],
		associatedCases: ['301', '302'],
		associatedArtifacts: ['201'],
		associatedVictimAssets: [asset],
	});
	server.seedGroup({ ...EMOTET, id: other.id, associatedGroups: [incident.id] });
	server.seedGroup({ type: 'Incident', name: 'Another', associatedIndicators: ['103'] });
	return { id: incident.id, other: other.id, asset, old, hash };
};

const FILE = `${'a'.repeat(32)} : ${'b'.repeat(40)}`;

describe('Get Many of a group', () => {
	test('gives each kind of object, one item each, and nothing of another group', async () => {
		const { id } = seed();
		const indicators = named(await all(id, 'indicator'));
		// An inactive indicator hangs on the group too. ThreatConnect lists it only if the query says so.
		expect([...indicators].sort()).toEqual(['203.0.113.7', FILE, 'badguy.com', 'old.example']);
		expect(named(await all(id, 'case'))).toEqual(['Phishing wave', 'Stolen laptop']);
		expect(named(await all(id, 'artifact'))).toEqual(['badguy.com']);
		expect(named(await all(id, 'victimAsset'))).toEqual(['carol@example.com']);
		expect(named(await all(id, 'group'))).toEqual(['Emotet']);
	});

	test('finds the group by its XID too, and writes nothing', async () => {
		seed();
		const { items, error } = await node('getAll', { findBy: 'xid', groupXid: 'crm:1', objectType: 'case' });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(2);
		expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
	});

	test.each<[string, string, object, unknown[]]>([
		['the type', 'indicator', { indicatorType: 'Host' }, ['old.example', 'badguy.com']],
		[
			'any of several types',
			'indicator',
			{ indicatorType: '={{ ["File", "Address"] }}' },
			[FILE, '203.0.113.7'],
		],
		['its value', 'indicator', { summary: 'badguy.com' }, ['badguy.com']],
		['a hash of a file', 'indicator', { summary: 'b'.repeat(40) }, [FILE]],
		['a part of its value', 'indicator', { summaryContains: 'GUY' }, ['badguy.com']],
		['its status', 'indicator', { indicatorStatus: 'inactive' }, ['old.example']],
		['active ones only', 'indicator', { indicatorStatus: 'active' }, [FILE, 'badguy.com', '203.0.113.7']],
		['a rating and a confidence', 'indicator', { rating: 3, confidence: 80 }, ['old.example']],
		['no rating that is too low', 'indicator', { rating: 5 }, []],
		['an owner', 'indicator', { ownerName: 'Demo Community' }, []],
		['IDs', 'indicator', { id: '101, 999' }, ['badguy.com']],
		['dates', 'indicator', { dateAddedFrom: '2026-02-10', dateAddedTo: '2026-02-10' }, [FILE]],
		['the type of a group', 'group', { groupType: ['Threat'] }, ['Emotet']],
		['another type of a group', 'group', { groupType: ['Incident'] }, []],
		['a tag of a group', 'group', { tag: 'loader' }, ['Emotet']],
		['the state of a case', 'case', { caseStatus: ['Open'] }, ['Phishing wave']],
		['the severity of a case', 'case', { severity: ['Low'] }, ['Stolen laptop']],
		['the name of a case', 'case', { summary: 'Stolen laptop' }, ['Stolen laptop']],
		['a part of the name of a case', 'case', { summaryContains: 'wave' }, ['Phishing wave']],
		['the type of an artifact', 'artifact', { artifactType: 'Host' }, ['badguy.com']],
		['the type of a victim asset', 'victimAsset', { victimAssetType: ['Phone'] }, []],
	])('by %s', async (_what, objectType, filters, expected) => {
		const { id } = seed();
		expect(named(await all(id, objectType, { filters })).sort()).toEqual([...expected].sort());
	});

	test("by the user's own query, beside the filters", async () => {
		const { id } = seed();
		const tql = 'summary = "badguy.com" or rating > 3';
		expect(named(await all(id, 'indicator', { tql })).sort()).toEqual(['badguy.com', 'old.example']);
		const filters = { indicatorStatus: 'active' };
		expect(named(await all(id, 'indicator', { tql, filters }))).toEqual(['badguy.com']);
	});

	test('by more values than fit into one query', async () => {
		const { id } = seed();
		const summaries = Array.from({ length: 300 }, (_, index) => `host-${index}.example.com`);
		const found = await all(id, 'indicator', {
			filters: { summary: `={{ ${JSON.stringify(['badguy.com', ...summaries, 'old.example'])} }}` },
		});
		expect(named(found).sort()).toEqual(['badguy.com', 'old.example']);
		for (const { target } of server.requests) expect(target.split('?')[1]?.length).toBeLessThan(2000);
	});

	test('with the fields that the options ask for', async () => {
		const { id } = seed();
		const options = { fields: ['associatedGroups'] };
		const [first] = await all(id, 'case', { options, simplify: true });
		expect(Object.keys(first ?? {})).toEqual(['id', 'name', 'ownerName', 'status', 'associatedGroups']);
	});

	test('up to a limit, in one request, and each item paired to its own', async () => {
		const { id, other } = seed();
		const { items, error } = await node(
			'getAll',
			{ groupId: '={{ $json.id }}', objectType: 'indicator', limit: 1 },
			{ items: [{ id }, { id: other }] },
		);
		expect(error).toBeUndefined();
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
	});

	test('says of a group without any that there are none, and of no group that there is none', async () => {
		const { other } = seed();
		expect(await all(other, 'indicator')).toEqual([]);
		const { error } = await node('getAll', { groupId: '987654', objectType: 'indicator' });
		expect(error?.message).toContain('The requested item(s) were not found.');
	});

	test.each<[string, object, string]>([
		[
			'a filter of another type',
			{ objectType: '={{ "artifact" }}', filters: { tag: 'x' } },
			'The filter "Tag" (tag) is not for artifacts',
		],
		[
			'an empty filter',
			{ filters: { summary: '={{ "" }}' } },
			'The filter "Value or Name Is" (summary) is empty',
		],
		[
			'a status that there is not',
			{ filters: { indicatorStatus: '={{ "old" }}' } },
			'"Indicator Status" (indicatorStatus) cannot be "old"',
		],
		[
			'a rating that is no number',
			{ filters: { rating: '={{ "high" }}' } },
			'"Minimum Rating" (rating) cannot be "high"',
		],
		[
			'a group type that there is not',
			{ objectType: 'group', filters: { groupType: '={{ ["Gang"] }}' } },
			'"Group Types" (groupType) cannot be "Gang"',
		],
		[
			'an object type that there is not',
			{ objectType: '={{ "victim" }}' },
			'"Object Type" (objectType) cannot be "victim"',
		],
		['a blank ID', { groupId: '={{ " " }}' }, '"Group ID" (groupId) is empty'],
		['an open bracket', { tql: '(id > 0' }, '"TQL Query" (tql): the brackets do not match'],
		['a limit of zero', { limit: 0 }, '"Limit" (limit) cannot be'],
	])('refuses %s before anything is sent', async (_what, parameters, message) => {
		const { error } = await node('getAll', { groupId: '1', objectType: 'indicator', ...parameters });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('gives each of 25,000 indicators once while another client adds and removes others', async () => {
		const ids = Array.from({ length: 25_000 }, (_, index) =>
			server.seedEntity('indicators', {
				type: 'Host',
				summary: `h${index}.example`,
				hostName: `h${index}.example`,
			}),
		);
		const { id } = server.seedGroup({ type: 'Incident', name: 'Big', associatedIndicators: ids });
		let turn = 0;
		meanwhile = () => {
			for (let index = 0; index < 50; index++) {
				const summary = `new-${turn}-${index}.example`;
				server.seedEntity('indicators', { type: 'Host', summary, hostName: summary });
			}
			turn += 1;
		};
		const found = (await all(id, 'indicator')).map((one) => String(one.id));
		expect(found).toHaveLength(25_000);
		expect(new Set(found)).toEqual(new Set(ids));
		expect(server.requests).toHaveLength(3);
	});

	test('is never called complete when a page is missing', async () => {
		await withThreatConnect({ pageCap: { rows: 10, saysMore: false } }, async (capped, group) => {
			const own = Array.from({ length: 35 }, (_, index) =>
				capped.seedEntity('indicators', { type: 'Mutex', summary: `m${index}`, Mutex: `m${index}` }),
			);
			const { id } = capped.seedGroup({ type: 'Incident', name: 'Big', associatedIndicators: own });
			const { items, error } = await group('getAll', {
				resource: 'association',
				groupId: id,
				objectType: 'indicator',
				returnAll: true,
			});
			expect(error).toBeUndefined();
			expect(items).toHaveLength(35);
		});
	});
});

describe('Get Groups of Indicator', () => {
	const groups = async (parameters: object) => {
		const { items, error } = await node('getGroups', { returnAll: true, ...parameters });
		expect(error).toBeUndefined();
		return jsonOf(items).map(({ name }) => name);
	};
	const byValue = (indicatorType: string, summary: string, more: object = {}) => ({
		indicatorBy: 'value',
		indicatorType,
		summary,
		...more,
	});

	test('finds them by its type and value', async () => {
		seed();
		expect(await groups(byValue('Host', 'badguy.com'))).toEqual(['Phishing']);
		expect(await groups(byValue('Address', '203.0.113.7'))).toEqual(['Phishing']);
		expect(await groups(byValue('Host', 'old.example'))).toEqual(['Phishing']);
		expect(await groups(byValue('File', 'b'.repeat(40)))).toEqual(['Phishing']);
		expect(await groups(byValue('Host', 'shared.example'))).toEqual(['Another']);
	});

	test('takes its value as it is, whatever characters it holds', async () => {
		const summary = 'https://bad.example/?q=") or (id > 0 or summary = "';
		const own = server.seedEntity('indicators', { type: 'URL', summary, text: summary });
		server.seedGroup({ type: 'Threat', name: 'Own', associatedIndicators: [own] });
		seed();
		expect(await groups(byValue('URL', summary))).toEqual(['Own']);
	});

	test('tells its owners apart', async () => {
		const own = server.seedEntity('indicators', {
			type: 'Host',
			summary: 'shared.example',
			hostName: 'shared.example',
		});
		server.seedGroup({ type: 'Threat', name: 'Own', associatedIndicators: [own] });
		seed();
		const host = (more: object = {}) => byValue('Host', 'shared.example', more);
		expect((await groups(host())).sort()).toEqual(['Another', 'Own']);
		expect(await groups(host({ indicatorOwner: 'Demo Community' }))).toEqual(['Another']);
	});

	test('finds them by its ID, with the filters of groups', async () => {
		seed();
		server.seedGroup({ type: 'Threat', name: 'Emotet 2', associatedIndicators: ['101'] });
		const byId = { indicatorBy: 'id', indicatorId: '101' };
		expect((await groups(byId)).sort()).toEqual(['Emotet 2', 'Phishing']);
		expect(await groups({ ...byId, filters: { typeName: ['Threat'] } })).toEqual(['Emotet 2']);
	});

	test('finds none of a value that nobody has recorded, but an ID must exist', async () => {
		seed();
		expect(await groups(byValue('Host', 'unknown.example'))).toEqual([]);
		const alone = server.seedEntity('indicators', {
			type: 'Host',
			summary: 'a.example',
			hostName: 'a.example',
		});
		expect(await groups({ indicatorBy: 'id', indicatorId: alone })).toEqual([]);
		const { error } = await node('getGroups', { indicatorBy: 'id', indicatorId: '987654' });
		expect(error?.message).toContain('There is no indicator 987654, or the API user does not see it');
	});

	test('pairs the groups of each item', async () => {
		seed();
		const { items } = await node('getGroups', byValue('Host', '={{ $json.host }}'), {
			items: [{ host: 'badguy.com' }, { host: 'unknown.example' }, { host: 'shared.example' }],
		});
		expect(items.map(({ json, pairedItem }) => [json.name, pairedItem])).toEqual([
			['Phishing', { item: 0 }],
			['Another', { item: 2 }],
		]);
	});

	test.each<[string, object, string]>([
		['a blank value', byValue('Host', '={{ " " }}'), '"Value" (summary) is empty'],
		['no type', byValue('={{ "" }}', 'x'), '"Indicator Type" (indicatorType) is empty'],
		['a hash that is none', byValue('File', 'abc'), '"abc" is no file hash'],
		[
			'an ID that is none',
			{ indicatorBy: 'id', indicatorId: 'badguy.com' },
			'"Indicator ID" (indicatorId) must be an ID',
		],
	])('refuses %s before anything is sent', async (_what, parameters, message) => {
		const { error } = await node('getGroups', parameters as never);
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});
});

test('an associated Signature that exists is named by its XID and type', async () => {
	await withThreatConnect({}, async (server, node) => {
		const signature = server.seedGroup({
			type: 'Signature',
			name: 'Sig',
			xid: 'sig:1',
			fileName: 'a',
			fileType: 'YARA',
			fileText: 'x',
		} as never);
		const { id } = server.seedGroup({ type: 'Incident', name: 'I' });
		const { error } = await node(
			'update',
			{ groupId: id, dataMode: 'autoMap' },
			{ items: [{ associatedGroups: [{ xid: 'sig:1', type: 'Signature' }] }] },
		);
		expect(error?.message).toBeUndefined();
		expect(server.group(id)?.associatedGroups).toMatchObject([{ id: signature.id }]);
	});
});
