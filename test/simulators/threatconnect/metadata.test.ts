import { CREDENTIALS, EVENT_TYPES, type ThreatConnectSimulator } from './index';
import { call, get, list, post, put, refused, start, tokenHeaders, type Json } from './testSupport';

let server: ThreatConnectSimulator;

const options = async (path: string) => await call('OPTIONS', path);

describe('the descriptor of the fields of a group', () => {
	test('is a map without an envelope', async () => {
		await start();
		const { status, data } = await options('/v3/groups');
		expect(status).toBe(200);
		expect(data.name).toEqual({
			type: 'String',
			description: 'the name of the group',
			required: true,
			maxLength: 200,
			minLength: 0,
		});
		expect(data.type).toMatchObject({ type: 'String', required: true });
		expect(data.ownerId).toMatchObject({ type: 'Long', required: false, updatable: false });
		expect(data.eventDate).toMatchObject({ type: 'Date', appliesTo: ['Event', 'Incident'] });
		expect(data.fileName).toMatchObject({
			maxLength: 255,
			conditionalRequired: ['Document', 'Report', 'Signature'],
		});
		expect(data.tags).toEqual({
			data: [
				{
					type: 'Tag',
					description: expect.stringContaining('will replace any existing tag(s)'),
					required: false,
					maxSize: 1000,
				},
			],
		});
		expect(data.associatedGroups.data[0]).not.toHaveProperty('maxSize');
		// `status` is a field of a group here, and not the status of an envelope.
		expect(data.status).toMatchObject({ conditionalReadOnly: ['Document', 'Report', 'Task'] });
		expect(data).not.toHaveProperty('data');
		expect(data).not.toHaveProperty('id');
	});

	test.each(['readonly', 'readOnly'])('holds read-only fields with show=%s', async (show) => {
		await start({ nameLimit: 100 });
		const { data } = await options(`/v3/groups?show=${show}`);
		expect(data.id).toEqual({ type: 'Long', description: 'the ID of the item', readOnly: true });
		expect(data.name.maxLength).toBe(100);
		expect(data.documentType.appliesTo).toEqual(['Document', 'Report']);
	});
});

describe('lists for drop-downs', () => {
	test('hold the event types, on servers since 2026', async () => {
		await start();
		const { data } = await get('/v3/groups/eventTypeCategories');
		expect(data.data.map(({ name }: Json) => name)).toEqual(EVENT_TYPES);
		expect(data).toMatchObject({ count: 24, status: 'Success' });
		refused(await post('/v3/groups/eventTypeCategories', {}), 405, '0x1005', /./);
	});

	test('do not hold the event types on older servers', async () => {
		await start({ olderServer: true });
		refused(await get('/v3/groups/eventTypeCategories'), 404, '0x1004', /not found/);
	});

	test('hold the artifact types', async () => {
		await start();
		const { data } = await get('/v3/artifactTypes');
		expect(data.count).toBe(data.data.length);
		expect(data.data).toContainEqual({
			id: expect.any(Number),
			name: 'IP Address',
			description: expect.any(String),
			dataType: 'String',
			intelType: 'indicator-Address',
			derivedLink: 'True',
		});
		expect(data.data).toContainEqual(expect.objectContaining({ name: 'Log File', dataType: 'File' }));
	});

	test('hold the user groups', async () => {
		await start();
		expect((await get('/v3/security/userGroups')).data.data[0]).toEqual({
			id: 71,
			name: 'Analysts',
			description: 'The analysts of the Organization',
		});
	});

	test('hold the indicator types, the custom ones with the names of their fields', async () => {
		await start();
		const { data } = await get('/v2/types/indicatorTypes');
		expect(data).toMatchObject({ status: 'Success', data: { resultCount: data.data.indicatorType.length } });
		const types = data.data.indicatorType;
		expect(types).toContainEqual({
			name: 'EmailAddress',
			custom: 'false',
			parsable: 'true',
			apiBranch: 'emailAddresses',
			apiEntity: 'emailAddress',
		});
		expect(types).toContainEqual({
			name: 'Bitcoin Address',
			custom: 'true',
			parsable: 'true',
			apiBranch: 'bitcoinAddresses',
			apiEntity: 'bitcoinAddress',
			casePreference: 'sensitive',
			value1Label: 'Wallet',
			value1Type: 'text',
		});
		expect(types).toContainEqual(
			expect.objectContaining({ name: 'Network Connection', value3Label: 'Port', value3Type: 'text' }),
		);
		expect(types).toContainEqual(
			expect.objectContaining({
				name: 'Registry Key',
				value3Type: 'selectone',
				value3Option: expect.stringContaining('REG_SZ'),
			}),
		);
	});

	test('tell to which types an attribute type applies only when asked', async () => {
		await start();
		const plain = (await get('/v3/attributeTypes')).data.data[0];
		expect(plain).not.toHaveProperty('attributeTypeMappings');
		const mapped = (await get('/v3/attributeTypes?fields=mapping')).data.data;
		const phase = mapped.find(({ name }: Json) => name === 'Phase of Intrusion');
		expect(phase.attributeTypeMappings).toEqual([
			{ type: 'Event' },
			{ type: 'Incident' },
			{ type: 'Threat' },
		]);
	});
});

describe('a firewall that blocks OPTIONS', () => {
	test('answers every OPTIONS with a page, and lets other requests pass', async () => {
		await start({ optionsBlocked: true });
		for (const path of ['/v3/groups', '/v3/groups/fields', '/v3/groups/tql', '/v3/nowhere']) {
			const answer = await call('OPTIONS', path, undefined, { headers: {} });
			expect(answer.status).toBe(403);
			expect(answer.headers['content-type']).toMatch(/^text\/html/);
			expect(answer.data).toMatch(/^<!DOCTYPE html>/);
		}
		expect((await get('/v3/groups')).status).toBe(200);
	});
});

describe('a key that may not list', () => {
	test.each([
		['GET', '/v3/security/owners'],
		['GET', '/v3/security/users'],
		['GET', '/v3/security/userGroups'],
		['GET', '/v3/attributeTypes'],
		['GET', '/v3/securityLabels'],
		['GET', '/v3/tags'],
		['GET', '/v3/artifactTypes'],
		['GET', '/v3/groups/eventTypeCategories'],
		['GET', '/v2/types/indicatorTypes'],
		['OPTIONS', '/v3/groups'],
		['OPTIONS', '/v3/groups/fields'],
		['OPTIONS', '/v3/groups/tql'],
	])('is refused by %s %s', async (method, path) => {
		await start();
		const headers = tokenHeaders(CREDENTIALS.cannotListToken);
		refused(await call(method, path, undefined, { headers }), 401, '0x1002', /^You are not authorized/);
	});

	test('works with groups all the same', async () => {
		await start();
		const headers = tokenHeaders(CREDENTIALS.cannotListToken);
		const body = { name: 'x', type: 'Threat', tags: list({ name: 'Ransomware' }) };
		const answer = await call('POST', '/v3/groups', body, { headers });
		expect(answer.data.data.createdBy).toEqual({
			id: 6,
			userName: '44445555666677778888',
			firstName: 'Liam',
			lastName: 'Listless',
			pseudonym: 'llistlessAPI',
			owner: 'Demo Organization',
		});
		expect((await call('GET', '/v3/groups', undefined, { headers })).data.data).toHaveLength(1);
	});
});

describe('the attributes of a group, one by one', () => {
	const PATH = '/v3/groupAttributes';

	beforeEach(async () => {
		server = await start();
		server.seedGroup({ type: 'Incident', name: 'x', dateAdded: '2026-01-01T00:00:00Z' });
	});

	const attribute = (more: Json = {}) => ({ groupId: 1, type: 'Description', value: 'd', ...more });

	test('are created', async () => {
		const answer = await post(PATH, attribute({ source: 's', default: true, pinned: true }));
		expect(answer.status).toBe(201);
		expect(answer.data).toEqual({
			data: {
				id: 1,
				type: 'Description',
				value: 'd',
				source: 's',
				default: true,
				pinned: true,
				dateAdded: expect.stringMatching(/Z$/),
				lastModified: expect.stringMatching(/Z$/),
				createdBy: expect.objectContaining({ id: 3 }),
			},
			message: 'Created',
			status: 'Success',
		});
		expect(server.group('1')?.attributes).toMatchObject([{ id: '1', value: 'd' }]);
		expect(String(server.group('1')?.lastModified) > '2026-01-02').toBe(true);
		const labelled = attribute({ securityLabels: list({ name: 'TLP:RED' }) });
		expect((await post(`${PATH}?fields=securityLabels`, labelled)).data.data.securityLabels).toMatchObject({
			data: [{ name: 'TLP:RED' }],
		});
	});

	test.each([
		['no group', { groupId: undefined }, 400, '0x2003', /groupId/],
		['an unknown group', { groupId: 99 }, 404, '0x1004', /not found/],
		['no ID of a group', { groupId: 'x' }, 400, '0x2005', /groupId/],
		['no type', { type: undefined }, 400, '0x2003', /type/],
		['no value', { value: undefined }, 400, '0x2003', /value/],
		['an unknown type', { type: 'description' }, 400, '0x1001', /attribute type was not found/],
		['a type of other groups', { type: 'Community Reference' }, 400, '0x1001', /not found/],
		['a value too long', { type: 'Ticket Number', value: 'x'.repeat(21) }, 400, '0x1001', /1-20/],
		['a value that is none of the list', { type: 'Phase of Intrusion' }, 400, '0x1001', /one of/],
		['the word of v2', { displayed: true }, 400, '0x2005', /"displayed"/],
		['a read-only field', { dateAdded: '2026-01-01' }, 400, '0x2005', /"dateAdded" is read-only/],
		['an unknown label', { securityLabels: list({ name: 'x' }) }, 400, '0x1001', /must already exist/],
	])('are refused with %s', async (_what, more, status, errCode, message) => {
		refused(await post(PATH, attribute(more)), status, errCode, message);
		expect(server.group('1')?.attributes).toEqual([]);
	});

	test('are read, changed in place and deleted', async () => {
		await post(PATH, attribute({ default: true }));
		await post(PATH, attribute({ value: 'e', securityLabels: list({ name: 'TLP:RED' }) }));
		expect((await get(`${PATH}/2`)).data).toMatchObject({ data: { id: 2, value: 'e' }, status: 'Success' });
		const changes = {
			value: 'f',
			default: true,
			source: 's',
			securityLabels: { data: [{ name: 'TLP:GREEN' }], mode: 'replace' },
		};
		const changed = await put(`${PATH}/2?fields=securityLabels`, changes);
		expect(changed.data).toMatchObject({
			data: {
				id: 2,
				value: 'f',
				default: true,
				source: 's',
				securityLabels: { data: [{ name: 'TLP:GREEN' }] },
			},
			message: 'Updated',
			status: 'Success',
		});
		expect(server.group('1')?.attributes).toMatchObject([
			{ id: '1', default: false },
			{ id: '2', default: true, value: 'f' },
		]);
		expect((await call('DELETE', `${PATH}/1`)).data).toEqual({ message: 'Deleted', status: 'Success' });
		expect(server.group('1')?.attributes).toMatchObject([{ id: '2' }]);
		refused(await get(`${PATH}/1`), 404, '0x1004', /not found/);
		refused(await call('DELETE', `${PATH}/1`), 404, '0x1004', /not found/);
	});

	test.each([
		['nothing', {}, '0x2003', /holds no field/],
		['the type', { type: 'Source' }, '0x2005', /"type" cannot be updated/],
		['the group', { groupId: 2 }, '0x2005', /"groupId" cannot be updated/],
		['a read-only field', { id: 2 }, '0x2005', /"id" is read-only/],
		['the value to none', { value: '' }, '0x1001', /value/],
	])('refuse to change %s', async (_what, body, errCode, message) => {
		await post(PATH, attribute());
		refused(await put(`${PATH}/1`, body), 400, errCode, message);
	});

	test('are hidden with their group, and not changed by users who may only read', async () => {
		server.seedGroup({
			type: 'Threat',
			name: 'hidden',
			ownerName: 'Private Source',
			attributes: [{ type: 'Source', value: 'x' }],
		});
		server.seedGroup({
			type: 'Threat',
			name: 'shown',
			ownerName: 'Read-Only Source',
			attributes: [{ type: 'Source', value: 'x' }],
		});
		refused(await get(`${PATH}/1`), 404, '0x1004', /not found/);
		refused(await post(PATH, attribute({ groupId: 2 })), 404, '0x1004', /not found/);
		expect((await get(`${PATH}/2`)).status).toBe(200);
		refused(await put(`${PATH}/2`, { value: 'y' }), 401, '0x1002', /not authorized/);
		refused(await call('DELETE', `${PATH}/2`), 401, '0x1002', /not authorized/);
	});
});

describe('answers as documented', () => {
	beforeEach(async () => {
		server = await start();
	});

	test('are of the type application/json, without a character set', async () => {
		expect((await get('/v3/groups')).headers['content-type']).toBe('application/json');
	});

	test('list the attributes of all groups, by a query too', async () => {
		const attributes = [
			{ type: 'Description', value: 'a' },
			{ type: 'Source', value: 'b' },
		];
		const { id } = server.seedGroup({ type: 'Threat', name: 'A', attributes });
		const all = async (query = '') => (await get(`/v3/groupAttributes${query}`)).data.data as Json[];
		expect(await all()).toMatchObject([{ value: 'a' }, { value: 'b' }]);
		const tql = encodeURIComponent(`groupId = ${id} and typeName = "Source" and displayed = false`);
		expect(await all(`?tql=${tql}`)).toMatchObject([{ value: 'b' }]);
		expect((await get(`/v3/groupAttributes?tql=${encodeURIComponent('xid = "x"')}`)).status).toBe(400);
	});

	test('say who wrote a review, and the role of a user only on demand', async () => {
		const { id } = server.seedGroup({ type: 'Report', name: 'A' });
		const reviews = { data: [{ rating: 4, reviewHelpful: true }] };
		const { data } = await call('PUT', `/v3/groups/${id}?fields=intelReviews`, { reviews });
		expect(data.data.reviews.data).toMatchObject([
			{ createdBy: { id: 3 }, editable: true, deletable: true, lastModified: expect.any(String) },
		]);
		expect(data.data.createdBy).not.toHaveProperty('systemRole');
		const detailed = await get(`/v3/groups/${id}?fields=userDetails`);
		expect(detailed.data.data.createdBy).toMatchObject({ systemRole: 'Api User' });
	});

	test('fill the recipient of an Email from a victim asset, and what vulnerabilities of a name share', async () => {
		const mail = server.seedGroup({ type: 'Email', name: 'M', associatedVictimAssets: ['502', '501'] });
		expect((await get(`/v3/groups/${mail.id}`)).data.data.to).toBe('carol@victim.example');
		const [one, two] = [1, 2].map(() => server.seedGroup({ type: 'Vulnerability', name: 'CVE-2020-0688' }));
		const common = (await get(`/v3/groups/${two?.id}?fields=common`)).data.data.commonGroup;
		expect(common).toMatchObject({ id: Number(one?.id), name: 'CVE-2020-0688' });
		const tql = encodeURIComponent('hasCommonGroup(typeName = "Vulnerability")');
		expect((await get(`/v3/groups?tql=${tql}&count=true`)).data).toMatchObject({ count: 2 });
	});

	test('take a long query from the body of a GET, as the vendor’s client sends it', async () => {
		for (const name of ['A', 'B', 'C']) server.seedGroup({ type: 'Threat', name });
		const params = { tql: 'summary in ("A", "C")', resultLimit: 1, fields: ['tags'] };
		const { data } = await call('GET', '/v3/groups', { data: params });
		expect(data.data).toMatchObject([{ name: 'A', tags: {} }]);
		expect((await get(data.next.replace(/^.*\/api/, ''))).data.data).toMatchObject([{ name: 'C' }]);
	});

	test.each([null, {}, { id: 1, name: 'Body' }])(
		'ignore another body of a GET, as the vendor’s client sends it: %j',
		async (body) => {
			const { id } = server.seedGroup({ type: 'Threat', name: 'A' });
			const { data } = await call('GET', `/v3/groups/${id}`, body);
			expect(data.data).toMatchObject({ name: 'A' });
		},
	);

	test.each([
		['hasAllTags(name in ("X", "Y"))', ['Both']],
		['hasVictim(name = "Carol Victim")', ['Both']],
		['hasIndicator(hasTag(name = "X") or lastModified > "2020-01-01")', []],
		['hasIndicator(indicatorActive = true and value1 = "badguy.com")', ['One']],
		['hasSecurityLabel(hasGroup(summary = "One"))', ['One']],
		['hasAttribute(hasGroup(summary = "One") and owner = 2)', ['One']],
		['associatedIndicatorSource = "API"', ['One']],
		['hasIntelRequirement(id = 1) or hasThreatActorProfile(mitre_id = "G0112") or hasIntelQuery = 1', []],
	])('know the keywords of nested objects: %s', async (tql, expected) => {
		server.seedGroup({
			type: 'Threat',
			name: 'One',
			tags: ['X'],
			securityLabels: ['TLP:RED'],
			attributes: [{ type: 'Description', value: 'd' }],
			associatedIndicators: ['101'],
		});
		server.seedGroup({ type: 'Threat', name: 'Both', tags: ['X', 'Y'], associatedVictimAssets: ['501'] });
		const { data } = await get(`/v3/groups?tql=${encodeURIComponent(tql)}`);
		expect(data).toMatchObject({ status: 'Success' });
		expect((data.data as Json[]).map(({ name }) => name)).toEqual(expected);
	});
});

describe('the lists of what groups are associated to', () => {
	const ids = ({ data }: Json) => data.map(({ id }: Json) => String(id));
	const query = (list: string, tql: string, more = '') => `/v3/${list}?tql=${encodeURIComponent(tql)}${more}`;

	test('are sorted by any keyword with a value, and by several', async () => {
		const server = await start();
		server.seedEntity('indicators', {
			id: '500',
			type: 'Host',
			summary: 'badguy.com',
			ownerName: 'Demo Community',
		});
		const sorted = async (sorting: string) =>
			ids((await get(`/v3/indicators?sorting=${encodeURIComponent(sorting)}`)).data);
		expect((await sorted('id desc')).slice(1)).toEqual(['500', '103', '102', '101']);
		expect((await sorted('summary asc id desc')).slice(1, 3)).toEqual(['500', '101']);
		refused(await get('/v3/indicators?sorting=name%20asc'), 400, '0x1001', /name asc/);
		refused(await get('/v3/cases?sorting=hasGroup%20asc'), 400, '0x1001', /hasGroup asc/);
	});

	test('hold inactive indicators only if the query says something of their status', async () => {
		const server = await start();
		server.seedEntity('indicators', { id: '500', type: 'Host', summary: 'old.example', active: false });
		expect(ids((await get('/v3/indicators')).data)).not.toContain('500');
		expect(ids((await get(query('indicators', 'id = 500'))).data)).toEqual([]);
		expect(ids((await get(query('indicators', 'id = 500 and indicatorActive = false'))).data)).toEqual([
			'500',
		]);
		const either = '(indicatorActive = true or indicatorActive = false)';
		expect(ids((await get(query('indicators', either))).data)).toHaveLength(5);
	});

	test('find by date and by tag where the documentation has the keyword', async () => {
		const server = await start();
		server.seedEntity('cases', { id: '500', name: 'c', dateAdded: '2026-02-01T00:00:00Z', tags: ['41'] });
		server.seedEntity('artifacts', { id: '501', summary: 'a', dateAdded: '2026-02-01T00:00:00Z' });
		expect(ids((await get(query('cases', 'tag = "ransomware"'))).data)).toEqual(['500']);
		expect(ids((await get(query('cases', 'dateAdded >= "2026-02-01"'))).data)).toEqual(['500']);
		expect(ids((await get(query('artifacts', 'dateAdded < "2026-02-02"'))).data)).toEqual(['501']);
		refused(await get(query('victimAssets', 'dateAdded >= "2026-02-01"')), 400, '0x2001', /Unknown keyword/);
	});

	test.each(['indicators', 'cases', 'artifacts', 'victimAssets'])(
		'%s say which fields they hold if asked',
		async (list) => {
			const server = await start();
			const { id } = server.seedGroup({
				type: 'Threat',
				name: 'Emotet',
				associatedIndicators: ['101'],
				associatedCases: ['301'],
				associatedArtifacts: ['201'],
				associatedVictimAssets: [
					server.seedEntity('victimAssets', { type: 'Phone', victimId: '601', phone: '1' }),
				],
			});
			const { data } = await options(`/v3/${list}/fields`);
			expect(data.data.map(({ name }: Json) => name)).toContain('associatedGroups');
			const found = await get(query(list, `hasGroup(id = ${id})`, '&fields=associatedGroups'));
			expect(found.data.data).toHaveLength(1);
			expect(found.data.data[0].associatedGroups.data).toMatchObject([{ name: 'Emotet' }]);
			refused(await get(`/v3/${list}?fields=nothing`), 400, '0x1001', /nothing/);
		},
	);
});
