import { CREDENTIALS, GROUP_TYPES, type ThreatConnectSimulator } from './index';
import { call, get, list, post, refused, start, startShared, type Json } from './testSupport';

let server: ThreatConnectSimulator;

const DAY = 86_400_000;
const iso = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');

const query = async (tql: string, path = '/v3/groups') => await get(`${path}?tql=${encodeURIComponent(tql)}`);

/** The names of the groups a query finds. */
async function names(tql: string): Promise<string[]> {
	const { data } = await query(tql);
	expect(data).toMatchObject({ status: 'Success' });
	return data.data.map(({ name }: Json) => name);
}

async function ids(path: string, tql: string): Promise<unknown[]> {
	const { data } = await query(tql, path);
	expect(data).toMatchObject({ status: 'Success' });
	return data.data.map(({ id }: Json) => id);
}

async function misunderstood(tql: string, message: RegExp = /./, path?: string): Promise<void> {
	const answer = await query(tql, path);
	refused(answer, 400, '0x2001', message);
	expect(answer.data.message).toMatch(/^Syntax error\(s\) found with your TQL query\./);
}

/** An Incident, an Event and a Threat that is associated to the Incident. */
function seedThree(to: ThreatConnectSimulator): void {
	to.seedGroup({
		type: 'Incident',
		name: 'First Incident',
		tags: ['Ransomware', 'Phishing'],
		securityLabels: ['TLP:RED'],
		attributes: [{ type: 'Description', value: 'It was the butler' }],
		associatedIndicators: ['101'],
		associatedCases: ['301'],
		fields: { status: 'New', eventDate: '2023-12-31T00:00:00Z', firstSeen: '2023-12-01T00:00:00Z' },
		dateAdded: iso(Date.now() - 3 * DAY),
	});
	to.seedGroup({
		type: 'Event',
		name: 'second event',
		fields: { status: 'Escalated', eventType: 'Breach' },
	});
	to.seedGroup({
		type: 'Threat',
		name: 'Third 100%',
		ownerName: 'Demo Community',
		tags: ['Shared'],
		associatedGroups: ['1'],
	});
}

describe('groups', () => {
	// No day ends between the seeding and the queries.
	beforeAll(async () => {
		jest.spyOn(Date, 'now').mockReturnValue(Date.now());
		seedThree(await startShared());
	});
	afterAll(() => jest.restoreAllMocks());

	test.each([
		['id = 1', ['First Incident']],
		['id in (1, 3)', ['First Incident', 'Third 100%']],
		['id not in (1,3)', ['second event']],
		['id > 1 and id <= 3', ['second event', 'Third 100%']],
		['id GT 1 and id LT 3', ['second event']],
		['id geq 2 and id LEQ 2', ['second event']],
		['id EQ 2', ['second event']],
		['id EQUALS 2', ['second event']],
		['id == 2', ['second event']],
		['id != 2 and id ne 3', ['First Incident']],
		['summary = "first incident"', ['First Incident']],
		["summary = 'FIRST INCIDENT'", ['First Incident']],
		['typeName = "event"', []],
		['TYPENAME in ("Event", \'Threat\')', ['second event', 'Third 100%']],
		[`type = ${GROUP_TYPES.indexOf('Event') + 1}`, ['second event']],
		['ownerName = "Demo Community"', ['Third 100%']],
		['owner = 1125899906842631', ['Third 100%']],
		['summary LIKE "%incident"', ['First Incident']],
		['summary like "first"', []],
		['summary like "%r%t%"', ['First Incident']],
		['summary not like "%incident"', ['second event', 'Third 100%']],
		['summary CONTAINS "100%"', ['Third 100%']],
		['summary contains "."', []],
		['summary STARTSWITH "sec"', ['second event']],
		['summary ENDSWITH "event"', ['second event']],
		['summary NOT CONTAINS "nt"', ['Third 100%']],
		['tag = "ransomware"', ['First Incident']],
		['tag in ("Shared", "Ransomware")', ['First Incident', 'Third 100%']],
		['tag != "Ransomware"', ['second event', 'Third 100%']],
		['tag is null', ['second event']],
		['tag is not null', ['First Incident', 'Third 100%']],
		['attackTag = "Phishing"', ['First Incident']],
		['attackTag = "Ransomware"', []],
		['tagOwnerName = "Demo Community"', ['Third 100%']],
		['securityLabel = "TLP:RED"', ['First Incident']],
		['status = "New"', ['First Incident']],
		['status != "New"', ['second event']],
		['status is null', ['Third 100%']],
		['eventType = "Breach"', ['second event']],
		['eventDate = "2023-12-31"', ['First Incident']],
		['eventDate >= "2023-12-31T00:00:00Z"', ['First Incident']],
		['eventDate > "2023-12-31"', []],
		['eventDate < "2024-01-01T01:00:00"', ['First Incident']],
		['eventDate < "2023-12-31 00:00:01"', ['First Incident']],
		['firstSeen is not null and lastSeen is null', ['First Incident']],
		['dateAdded < "TODAY()"', ['First Incident']],
		['dateAdded < "2 days ago"', ['First Incident']],
		['dateAdded > "1 hour ago"', ['second event', 'Third 100%']],
		['lastModified > "1 week ago" and id = 1', ['First Incident']],
		[`createdBy = "${CREDENTIALS.accessId}"`, ['First Incident', 'second event', 'Third 100%']],
		['associatedIndicator = 101', ['First Incident']],
		['isGroup = true and id = 1', ['First Incident']],
		['hasTag(summary = "RANSOMWARE")', ['First Incident']],
		['hasTag(name = "RANSOMWARE")', []],
		['hasTag(techniqueId is not null)', ['First Incident']],
		['hasIndicator(summary = "badguy.com")', ['First Incident']],
		['hasIndicator(typeName = "Host" and ownerName = "Demo Organization")', ['First Incident']],
		['hasAttribute(typeName = "Description" and text contains "butler")', ['First Incident']],
		['hasAttribute(text contains "gardener")', []],
		['hasSecurityLabel(name = "TLP:RED")', ['First Incident']],
		['hasCase(id = 301)', ['First Incident']],
		// The result of `hasGroup` includes the group itself.
		['hasGroup(id = 1)', ['First Incident', 'Third 100%']],
		['hasGroup(hasTag(summary = "Shared"))', ['Third 100%']],
		['not id = 1', ['second event', 'Third 100%']],
		['not (id = 1 or id = 2)', ['Third 100%']],
		['id = 1 or id = 2 and typeName = "Threat"', ['First Incident']],
		['(id = 1 or id = 2) and typeName = "Event"', ['second event']],
		['(id = 1 OR id = 2) AND NOT hasTag(summary = "Ransomware")', ['second event']],
		['  id\n=\t1  ', ['First Incident']],
	])('finds by %s', async (tql, expected) => {
		expect(await names(tql)).toEqual(expected);
	});

	test.each([
		['name = "First Incident"', /Unknown keyword: name/],
		['xid = "x:1"', /Unknown keyword: xid/],
		['toString = "x"', /Unknown keyword: toString/],
		['summary = 5', /summary is of the type StringLower/],
		['summary = true', /summary/],
		['id = "1"', /id is of the type Integer/],
		['id in (1, "2")', /id is of the type Integer/],
		['id = 1.5', /Integer/],
		['isGroup = 1', /isGroup is of the type Boolean/],
		['eventDate = "soon"', /Date, not: soon/],
		['eventDate = "2023-02-30"', /Date/],
		['eventDate = "3 fortnights ago"', /Date/],
		['eventDate = 5', /eventDate is of the type Date/],
		['summary > "a"', /operator > does not go/],
		['id contains 1', /operator contains does not go/],
		['eventDate like "2023%"', /operator like does not go/],
		['hasTag = "x"', /hasTag takes a query in parentheses/],
		['summary(id = 1)', /summary takes no query/],
		['hasTag(name = "x", name = "y")', /./],
		['hasTag(xid = "x")', /Unknown keyword: xid/],
		['', /./],
		['id', /./],
		['id =', /./],
		['= 1', /./],
		['id = 1 and', /./],
		['id = 1 id = 2', /./],
		['(id = 1', /./],
		['id = 1)', /./],
		['id in ()', /./],
		['id in (1,)', /./],
		['id in 1', /./],
		['id <> 1', /./],
		['id = 1 && id = 2', /./],
		['id = 1; id = 2', /./],
		['id = 1x', /./],
		['summary = First', /./],
		['summary is "x"', /./],
		['summary = "x', /./],
		['summary = "x\'', /./],
		['and = 1', /./],
	])('refuses %s', async (tql, message) => {
		await misunderstood(tql, message);
	});

	test('finds only groups that the user may see, also inside a nested query', async () => {
		server = await start();
		seedThree(server);
		server.seedGroup({ type: 'Threat', name: 'Hidden', ownerName: 'Private Source', tags: ['Secret'] });
		expect(await names('summary = "Hidden"')).toEqual([]);
		server.seedGroup({ type: 'Threat', name: 'Shown', associatedGroups: ['4'] });
		expect(await names('hasGroup(summary = "Hidden")')).toEqual([]);
	});

	test('works together with the owner, the sorting and the pages', async () => {
		server = await start();
		seedThree(server);
		server.seedGroups(5, (index) => ({ type: 'Tool', name: `Tool ${index}` }));
		const tql = encodeURIComponent('typeName = "Tool"');
		const answer = await get(
			`/v3/groups?tql=${tql}&owner=Demo%20Organization&sorting=summary%20desc&resultLimit=2&count=true`,
		);
		expect(answer.data).toMatchObject({ count: 5, data: [{ name: 'Tool 4' }, { name: 'Tool 3' }] });
		expect(answer.data.next).toContain(`tql=${tql}&`);
	});

	test('sorts by other keywords, those without a value first unless asked otherwise', async () => {
		const sorted = async (sorting: string) =>
			(await get(`/v3/groups?sorting=${encodeURIComponent(sorting)}`)).data.data.map(({ id }: Json) => id);
		expect(await sorted('status asc')).toEqual([3, 2, 1]);
		expect(await sorted('status nullslast')).toEqual([2, 1, 3]);
		expect(await sorted('ownerName desc id desc')).toEqual([2, 1, 3]);
		refused(await get('/v3/groups?sorting=tag%20asc'), 400, '0x1001', /several values/);
		refused(await get('/v3/groups?sorting=hasTag%20asc'), 400, '0x1001', /"hasTag asc"/);
	});

	test('lists every keyword that it knows', async () => {
		const { data } = await call('OPTIONS', '/v3/groups/tql');
		expect(data.count).toBe(data.data.length);
		const keywords = data.data.map(({ keyword }: Json) => keyword);
		expect(keywords).not.toContain('name');
		expect(keywords).not.toContain('xid');
		expect(data.data).toContainEqual({
			keyword: 'eventDate',
			name: 'Event Date',
			type: 'Date',
			description: expect.any(String),
		});
		for (const { keyword, type } of data.data) {
			if (type !== 'Query') expect((await query(`${keyword} is null`)).status).toBe(200);
		}
	});
});

describe('a value inside a query', () => {
	/** docs: filter_results, "Escape Character Sequences". */
	const quoted = (text: string) => `"${text.replace(/[\\"'`]/g, '\\$&')}"`;

	const NAMES = [
		'The "big" one',
		"it's",
		'back\\slash',
		'back`tick`',
		'two\nlines\r\n',
		'\ttab',
		'ünïcödé 日本 \u{1F600}',
		'") or ("',
		'" or summary like "%',
		"' or ''='",
		'\\" or id > 0 or summary = \\"',
		'\\',
		'\\\\',
		'%',
		'a\u0000b',
		'TODAY()',
		'${x}',
	];

	beforeAll(async () => {
		const simulator = await startShared();
		simulator.seedGroups(NAMES.length, (index) => ({ type: 'Threat', name: NAMES[index] ?? '' }));
	});

	test.each(NAMES)('finds exactly the group called %j when it is escaped', async (name) => {
		expect(await names(`summary = ${quoted(name)} and typeName = "Threat"`)).toEqual([name]);
		expect(await names(`summary in (${quoted(name)})`)).toEqual([name]);
	});

	test.each([
		'summary = "The "big" one"',
		'summary = "it\'s"',
		'summary = \'the "big" one\'',
		'summary = "back`tick"',
		'summary = "back\\slash"',
		'summary = "trailing\\"',
		'summary = "a\\nb"',
		'summary = "a\\%"',
		'summary = "") or ("" = ""',
	])('is refused when a character has to be escaped and is not, as in %s', async (tql) => {
		await misunderstood(tql);
	});

	test('can change the meaning of a query when it is not escaped, so that clients must', async () => {
		server = await start();
		server.seedGroups(3, { type: 'Threat', name: 'x' });
		expect(await names('summary = "" or id > 0 or summary = ""')).toHaveLength(3);
		expect(await names(`summary = ${quoted('" or id > 0 or summary = "')}`)).toEqual([]);
	});
});

describe('the other lists', () => {
	beforeEach(async () => {
		server = await start();
	});

	test('find tags by name, by summary, by technique and by group', async () => {
		server.seedGroup({ type: 'Threat', name: 'x', tags: ['Phishing', 'Ransomware'] });
		expect(await ids('/v3/tags', 'name = "Ransomware"')).toEqual([41]);
		expect(await ids('/v3/tags', 'name = "ransomware"')).toEqual([]);
		expect(await ids('/v3/tags', 'summary = "ransomware" and ownerName = "Demo Organization"')).toEqual([41]);
		expect(await ids('/v3/tags', 'summary contains "rob"')).toEqual([42]);
		expect(await ids('/v3/tags', 'techniqueId = "T1566"')).toEqual([1]);
		expect(await ids('/v3/tags', 'techniqueId is null and ownerName = "Demo Community"')).toEqual([43]);
		expect(await ids('/v3/tags', 'hasGroup(id = 1)')).toEqual([41, 1]);
		await misunderstood('typeName = "x"', /Unknown keyword/, '/v3/tags');
	});

	test('find owners by name and permission', async () => {
		const found = (await query('permGroup = "FULL"', '/v3/security/owners')).data.data;
		expect(found.map(({ name }: Json) => name)).toEqual(['Demo Organization', 'Demo Community']);
		expect(await ids('/v3/security/owners', 'ownerName = "Demo Organization"')).toEqual([2]);
	});

	test('find attribute types by the types that have them, by name and by owner', async () => {
		const ofTasks = await query('associatedType in ("Task") and name startswith "T"', '/v3/attributeTypes');
		expect(ofTasks.data.data).toMatchObject([{ name: 'Ticket Number' }]);
		expect(await ids('/v3/attributeTypes', 'ownerName = "Demo Community"')).toEqual([27]);
		expect(await ids('/v3/attributeTypes', 'system = false')).toEqual([27]);
	});

	test('find security labels and users by name', async () => {
		expect(await ids('/v3/securityLabels', 'name = "TLP:GREEN"')).toEqual([33]);
		expect(await ids('/v3/security/users', 'userName = "asmith"')).toEqual([12]);
		expect(await ids('/v3/security/users', `userName = "${CREDENTIALS.accessId}"`)).toEqual([3]);
	});

	test('find an indicator by its value and owner, and those of a group', async () => {
		server.seedGroup({ type: 'Threat', name: 'x', associatedIndicators: ['101', '102'] });
		const value = 'summary = "BADGUY.com" and ownerName = "Demo Organization" and typeName = "Host"';
		const { data } = await query(value, '/v3/indicators');
		expect(data.data).toEqual([
			{
				id: 101,
				ownerId: 2,
				ownerName: 'Demo Organization',
				type: 'Host',
				summary: 'badguy.com',
				hostName: 'badguy.com',
			},
		]);
		expect(await ids('/v3/indicators', 'hasGroup(id = 1)')).toEqual([101, 102]);
		expect(await ids('/v3/indicators', 'ownerName = "Demo Community"')).toEqual([103]);
		const withGroups = (await get('/v3/indicators?fields=associatedGroups&fields=tags&resultLimit=1')).data;
		expect(withGroups).toMatchObject({
			next: expect.any(String),
			data: [{ id: 101, tags: {}, associatedGroups: { data: [{ id: 1, name: 'x' }] } }],
		});
		refused(await get('/v3/indicators?fields=nonsense'), 400, '0x1001', /"nonsense"/);
	});

	test('find cases, artifacts and victim assets', async () => {
		expect(await ids('/v3/cases', 'summary contains "phishing"')).toEqual([301]);
		expect(await ids('/v3/cases', 'xid = "case-phishing-wave"')).toEqual([301]);
		expect(await ids('/v3/artifacts', 'summary = "badguy.com"')).toEqual([201]);
		expect((await query('summary startswith "carol"', '/v3/victimAssets')).data.data).toMatchObject([
			{ id: 501, type: 'EmailAddress', summary: 'carol@victim.example' },
		]);
		expect(await ids('/v3/victimAssets', 'typeName = "Phone"')).toEqual([502]);
	});

	test('know custom indicator types by the names of their fields and by value1, value2, value3', async () => {
		const body = {
			name: 'x',
			type: 'Threat',
			associatedIndicators: list(
				{ type: 'Network Connection', 'Source IP': '10.0.0.1', 'Destination IP': '10.0.0.2', Port: '443' },
				{ type: 'Network Connection', value1: '10.0.0.1', value2: '10.0.0.2', value3: '443' },
			),
		};
		expect((await post('/v3/groups', body)).status).toBe(201);
		const { data } = await query('summary = "10.0.0.1 : 10.0.0.2 : 443"', '/v3/indicators');
		expect(data.data).toHaveLength(1);
		expect((await get('/v3/indicators?fields=genericCustomIndicatorValues')).data.data.at(-1)).toMatchObject({
			value1: '10.0.0.1',
			value3: '443',
		});
	});
});

describe('many groups', () => {
	test('are seeded and answered in pages of 10,000', async () => {
		server = await start();
		const seeded = server.seedGroups(100_000, (index) => ({
			type: 'Threat',
			name: `Threat ${index}`,
			xid: `threat:${index}`,
		}));
		expect(seeded).toHaveLength(100_000);
		for (const more of ['', `&tql=${encodeURIComponent('id > 50000 and typeName = "Threat"')}`]) {
			const { data } = await get(`/v3/groups?sorting=id%20asc&resultLimit=10000&resultStart=40000${more}`);
			expect(data.data).toHaveLength(10_000);
			expect(data.data[0].id).toBe(more === '' ? 40_001 : 90_001);
		}
		expect((await get('/v3/groups/threat%3A99999')).data.data.name).toBe('Threat 99999');
	});

	test('shift in their pages when another client deletes some in between', async () => {
		server = await start();
		const [first = ''] = server.seedGroups(6, (index) => ({ type: 'Threat', name: `${index}` }));
		const one = (await get('/v3/groups?sorting=id%20asc&resultLimit=3')).data;
		server.deleteGroup(first);
		const two = (await get('/v3/groups?sorting=id%20asc&resultLimit=3&resultStart=3')).data;
		expect([...one.data, ...two.data].map(({ name }: Json) => name)).toEqual(['0', '1', '2', '4', '5']);
		server.seedGroup({ type: 'Threat', name: 'new', id: '1' });
		expect((await get('/v3/groups?sorting=id%20asc')).data.data[0].name).toBe('new');
		expect((await get('/v3/groups?sorting=id%20desc')).data.data.at(-1).name).toBe('new');
	});
});

describe('deleting', () => {
	test('deletes a group by its ID and by its XID and owner', async () => {
		server = await start();
		server.seedGroup({ type: 'Threat', name: 'a' });
		server.seedGroup({ type: 'Threat', name: 'b', xid: 'b/1', ownerName: 'Demo Community' });
		expect((await call('DELETE', '/v3/groups/1')).data).toEqual({ message: 'Deleted', status: 'Success' });
		refused(await call('DELETE', '/v3/groups/1'), 404, '0x1004', /not found/);
		refused(await call('DELETE', '/v3/groups/b%2F1'), 404, '0x1004', /not found/);
		expect((await call('DELETE', '/v3/groups/b%2F1?owner=Demo%20Community')).status).toBe(200);
		expect(server.groups()).toEqual([]);
	});

	test('does not delete in bulk unless it is allowed, with or without a slash', async () => {
		server = await start();
		server.seedGroups(3, { type: 'Threat', name: 'x' });
		for (const path of ['/v3/groups', '/v3/groups/', '/v3/groups?tql=id%20%3D%201', '/v3/groups/?x=1']) {
			refused(await call('DELETE', path), 405, '0x1005', /not supported/);
		}
		expect(server.groups()).toHaveLength(3);
	});

	test('really deletes in bulk when it is allowed', async () => {
		server = await start({ bulkDelete: true });
		server.seedGroups(4, (index) => ({ type: 'Threat', name: `x${index}` }));
		server.seedGroup({ type: 'Threat', name: 'read only', ownerName: 'Read-Only Source' });
		await call('DELETE', `/v3/groups?tql=${encodeURIComponent('summary in ("x1", "x2")')}`);
		expect(server.groups().map(({ name }) => name)).toEqual(['x0', 'x3', 'read only']);
		refused(await call('DELETE', '/v3/groups/'), 401, '0x1002', /not authorized/);
		expect((await call('DELETE', '/v3/groups/?owner=Demo%20Organization')).status).toBe(200);
		expect(server.groups()).toMatchObject([{ name: 'read only' }]);
		refused(await call('DELETE', '/v3/groups?tql=nonsense'), 400, '0x2001', /Syntax/);
	});
});

describe('another client', () => {
	test('can act between two requests, and between a request and its endpoint', async () => {
		const seen: string[] = [];
		server = await start({
			hooks: {
				async beforeRequest({ method, target }) {
					seen.push(`${method} ${target}`);
					await Promise.resolve();
					if (method === 'PUT') server.deleteGroup('1');
				},
			},
		});
		server.seedGroup({ type: 'Threat', name: 'x' });
		expect((await get('/v3/groups/1')).status).toBe(200);
		refused(await call('PUT', '/v3/groups/1', { name: 'y' }), 404, '0x1004', /not found/);
		expect((await get('/v3/groups', 'nonsense')).status).toBe(401);
		expect(seen).toEqual(['GET /api/v3/groups/1', 'PUT /api/v3/groups/1']);
	});
});
