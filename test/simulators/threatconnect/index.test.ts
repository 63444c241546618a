import axios, { type AxiosRequestConfig } from 'axios';
import { createHmac } from 'node:crypto';
import {
	CREDENTIALS,
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from './index';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read at many depths
type Json = Record<string, any>;

let server: ThreatConnectSimulator;

async function start(options: ThreatConnectOptions = {}): Promise<void> {
	server = await startThreatConnect(options);
}

afterEach(async () => {
	await server.stop();
});

const tokenHeaders = (token: string = CREDENTIALS.apiToken) => ({ Authorization: `TC-Token ${token}` });

/** One request as a client sends it. Any status is accepted. */
async function call(method: string, path: string, data?: unknown, config: AxiosRequestConfig = {}) {
	return await axios.request<Json>({
		method,
		url: `${server.url}/api${path}`,
		data,
		headers: tokenHeaders(),
		validateStatus: () => true,
		...config,
	});
}

const post = async (body: unknown, query = '') => await call('POST', `/v3/groups${query}`, body);
const put = async (id: unknown, body: unknown, query = '') =>
	await call('PUT', `/v3/groups/${id}${query}`, body);
const get = async (path: string) => await call('GET', path);

/** Creates a group and returns its ID. */
async function created(body: Json): Promise<number> {
	const answer = await post(body);
	expect(answer.data).toMatchObject({ message: 'Created', status: 'Success' });
	return answer.data.data.id;
}

const adversary = (more: Json = {}) => ({ name: 'Bad Guys', type: 'Adversary', ...more });
const incident = (more: Json = {}) => ({ name: 'Bad Incident', type: 'Incident', ...more });
const list = (...data: unknown[]) => ({ data });

function refused(
	answer: { status: number; data: Json },
	status: number,
	errCode: string,
	message: RegExp,
): void {
	expect(answer.data).toEqual({ errCode, message: expect.stringMatching(message), status: 'Error' });
	expect(answer.status).toBe(status);
}

describe('signing in', () => {
	const seconds = () => Math.floor(Date.now() / 1000);

	// Both sides read the same clock, however long a request takes between them.
	beforeEach(() => jest.spyOn(Date, 'now').mockReturnValue(Date.now()));
	afterEach(() => jest.restoreAllMocks());

	function signed(path: string, options: { timestamp?: string; accessId?: string; secret?: string } = {}) {
		const {
			timestamp = String(seconds()),
			accessId = CREDENTIALS.accessId,
			secret = CREDENTIALS.secretKey,
		} = options;
		const signature = createHmac('sha256', secret).update(`/api${path}:GET:${timestamp}`).digest('base64');
		return { headers: { Authorization: `TC ${accessId}:${signature}`, Timestamp: timestamp } };
	}

	const failed = (answer: { status: number; data: Json }, message: string) => {
		expect(answer.status).toBe(401);
		expect(answer.data).toEqual({ message, status: 'Error' });
	};

	test('accepts the API token', async () => {
		await start();
		const answer = await get('/v3/groups');
		expect(answer.status).toBe(200);
		expect(answer.data).toEqual({ data: [], status: 'Success' });
	});

	test('says Unauthorized to an expired token, an unknown token and a request without any', async () => {
		await start();
		for (const headers of [tokenHeaders(CREDENTIALS.expiredToken), tokenHeaders('nonsense'), {}]) {
			failed(await call('GET', '/v3/groups', undefined, { headers }), 'Unauthorized');
		}
	});

	test.each(['/v3/groups', '/v3/groups?owner=Demo%20Community', '/v3/groups?owner=Demo+Community&x=%27'])(
		'accepts the signature of %s as it is sent',
		async (path) => {
			await start();
			expect((await call('GET', path, undefined, signed(path))).status).toBe(200);
		},
	);

	test('refuses a signature over another spelling of the query', async () => {
		await start();
		failed(
			await call(
				'GET',
				'/v3/groups?owner=Demo%20Community',
				undefined,
				signed('/v3/groups?owner=Demo+Community'),
			),
			'Signature data did not match expected result',
		);
		failed(
			await call('GET', '/v3/groups?owner=Demo%20Community', undefined, signed('/v3/groups')),
			'Signature data did not match expected result',
		);
	});

	test('refuses a signature made with another secret, and an unknown access ID', async () => {
		await start();
		const path = '/v3/groups';
		failed(
			await call('GET', path, undefined, signed(path, { secret: 'other' })),
			'Signature data did not match expected result',
		);
		failed(await call('GET', path, undefined, signed(path, { accessId: '999' })), 'Access Denied');
	});

	test('refuses a timestamp more than five minutes off, or that is not a number', async () => {
		await start();
		const path = '/v3/groups';
		const at = async (timestamp: string) => await call('GET', path, undefined, signed(path, { timestamp }));
		failed(await at(String(seconds() - 310)), 'Timestamp out of acceptable time range');
		failed(await at(String(Date.now())), 'Timestamp out of acceptable time range');
		failed(await at('now'), 'Invalid timestamp');
		expect((await at(String(seconds() - 290))).status).toBe(200);
	});

	test('compares the timestamp with its own clock, which the Date header shows', async () => {
		await start({ clockSkew: 3600 });
		const path = '/v3/groups';
		const answer = await call('GET', path, undefined, signed(path));
		failed(answer, 'Timestamp out of acceptable time range');
		const offset = Date.parse(answer.headers.date as string) / 1000 - seconds();
		expect(offset).toBe(3600);
		const timestamp = String(seconds() + offset);
		expect((await call('GET', path, undefined, signed(path, { timestamp }))).status).toBe(200);
	});

	test('requires it on OPTIONS and on unknown paths too, and keeps the body of a refused request in the log', async () => {
		await start();
		const headers = {};
		expect((await call('OPTIONS', '/v3/groups/fields', undefined, { headers })).status).toBe(401);
		expect((await call('GET', '/v3/nowhere', undefined, { headers })).status).toBe(401);
		expect((await call('POST', '/v3/groups', adversary(), { headers })).status).toBe(401);
		expect(server.requests.at(-1)).toMatchObject({ body: JSON.stringify(adversary()), status: 401 });
	});
});

describe('permissions and owners', () => {
	test('lets a read-only user read and refuses what it writes', async () => {
		await start();
		const id = await created(adversary());
		const headers = tokenHeaders(CREDENTIALS.readOnlyToken);
		expect((await call('GET', `/v3/groups/${id}`, undefined, { headers })).status).toBe(200);
		for (const [method, path, body] of [
			['POST', '/v3/groups', { nonsense: true }],
			['PUT', `/v3/groups/${id}`, { name: 'Other' }],
			['DELETE', `/v3/groups/${id}`, undefined],
		] as const) {
			refused(
				await call(method, path, body, { headers }),
				401,
				'0x1002',
				/^You are not authorized to perform the requested operation\.$/,
			);
		}
	});

	test('creates in the Organization of the user unless an owner is named', async () => {
		await start();
		expect((await post(adversary())).data.data.ownerName).toBe('Demo Organization');
		expect((await post(adversary(), '?owner=Demo%20Community')).data.data.ownerName).toBe('Demo Community');
		expect((await post(adversary({ ownerName: 'Demo Community' }))).data.data.ownerName).toBe(
			'Demo Community',
		);
		expect((await post(adversary({ ownerId: '1125899906842631' }))).data.data.ownerName).toBe(
			'Demo Community',
		);
	});

	test('refuses an owner that does not exist, cannot be seen, cannot be written to, or is named in two ways', async () => {
		await start();
		const notFound = /^The requested owner was not found$/;
		refused(await post(adversary({ ownerName: 'Nobody' })), 403, '0x1003', notFound);
		refused(await post(adversary({ ownerId: 99 })), 403, '0x1003', notFound);
		refused(await post(adversary(), '?owner=Private%20Source'), 403, '0x1003', notFound);
		refused(await get('/v3/groups?owner=Nobody'), 403, '0x1003', notFound);
		refused(await post(adversary({ ownerName: 'Read-Only Source' })), 401, '0x1002', /not authorized/);
		refused(
			await post(adversary({ ownerName: 'Demo Community' }), '?owner=Demo%20Organization'),
			400,
			'0x2002',
			/owners differ/,
		);
		expect(server.groups()).toEqual([]);
	});

	test('hides groups of owners the user cannot see and does not change those it can only read', async () => {
		await start();
		const hidden = server.seedGroup({ type: 'Threat', name: 'Hidden', ownerName: 'Private Source' });
		const shown = server.seedGroup({ type: 'Threat', name: 'Shown', ownerName: 'Read-Only Source' });
		refused(await get(`/v3/groups/${hidden.id}`), 404, '0x1004', /not found/);
		expect((await get(`/v3/groups/${shown.id}`)).data.data.name).toBe('Shown');
		refused(await put(shown.id, { name: 'Other' }), 401, '0x1002', /not authorized/);
	});
});

describe('paths and bodies', () => {
	test('answers 404 to an unknown path and group, and 405 to a method it does not have', async () => {
		await start();
		for (const path of ['/v3/nowhere', '/v3/groups/1', '/v3/groups/unknown-xid', '/v2/groups']) {
			refused(await get(path), 404, '0x1004', /^The requested item\(s\) were not found\.$/);
		}
		refused(await call('DELETE', '/v3/groups'), 405, '0x1005', /^This operation is not supported\.$/);
		refused(await call('PATCH', '/v3/groups/1', {}), 405, '0x1005', /not supported/);
		refused(await call('POST', '/v3/security/owners', {}), 405, '0x1005', /not supported/);
	});

	test('never treats an empty ID as all groups', async () => {
		await start();
		await created(adversary());
		expect([404, 405]).toContain((await call('DELETE', '/v3/groups/')).status);
		expect(server.groups()).toHaveLength(1);
	});

	test('refuses a body that is not JSON, not an object, or not declared as JSON', async () => {
		await start();
		const json = { headers: { ...tokenHeaders(), 'Content-Type': 'application/json' } };
		for (const body of ['{"name":', '', '[]', '"text"', 'null']) {
			refused(
				await call('POST', '/v3/groups', body, json),
				400,
				'0x2005',
				/does not match the expected format/,
			);
		}
		const plain = { headers: { ...tokenHeaders(), 'Content-Type': 'text/plain' } };
		refused(
			await call('POST', '/v3/groups', JSON.stringify(adversary()), plain),
			400,
			'0x2005',
			/Content-Type/,
		);
	});
});

describe('creating', () => {
	test('answers 201 with the group, its date normalised, and nothing that was not requested', async () => {
		await start();
		const answer = await post(
			incident({ eventDate: '2021-11-03', status: 'New', tags: list({ name: 'Targeted Attack' }) }),
		);
		expect(answer.status).toBe(201);
		expect(answer.data).toEqual({
			data: {
				id: 1,
				ownerId: 2,
				ownerName: 'Demo Organization',
				type: 'Incident',
				name: 'Bad Incident',
				eventDate: '2021-11-03T00:00:00Z',
				status: 'New',
				upVoteCount: '0',
				downVoteCount: '0',
				dateAdded: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
				lastModified: expect.stringMatching(/Z$/),
				webLink: expect.stringContaining('/1/'),
				createdBy: expect.objectContaining({ id: 3, userName: CREDENTIALS.accessId }),
			},
			message: 'Created',
			status: 'Success',
		});
	});

	test('creates each of the 17 types', async () => {
		await start();
		const types =
			'Adversary,Attack Pattern,Campaign,Course of Action,Document,Email,Event,Incident,Intrusion Set,Malware,' +
			'Report,Signature,Tactic,Task,Threat,Tool,Vulnerability';
		const file = { fileName: 'a.yar', fileText: 'rule a {}', fileType: 'My Own Type' };
		for (const type of types.split(',')) {
			await created({ name: `A ${type}`, type, ...(type === 'Signature' && file) });
		}
		expect(server.groups()).toHaveLength(17);
	});

	test.each([
		['no name', { type: 'Adversary' }, '0x2003', /required data.*name/],
		['no type', { name: 'x' }, '0x2003', /required data.*type/],
		['an unknown type', { name: 'x', type: 'E-mail' }, '0x2005', /"type"/],
		['a type in another case', { name: 'x', type: 'adversary' }, '0x2005', /"type"/],
		['an unknown field', adversary({ description: 'x' }), '0x2005', /"description"/],
		['a name that is a number', adversary({ name: 5 }), '0x2005', /"name" must be of the type string/],
		['a name of 64 bits', { name: 12345678901234567890n, type: 'Adversary' }, '0x2005', /"name"/],
		['null', adversary({ firstSeen: null }), '0x2005', /"firstSeen"/],
		['an empty name', adversary({ name: '' }), '0x1001', /name for this Adversary is invalid/],
		['a name too long', adversary({ name: 'x'.repeat(201) }), '0x1001', /between 1-200 characters in length/],
		[
			'a subject too long',
			{ name: 'x', type: 'Email', subject: 'x'.repeat(256) },
			'0x1001',
			/subject.*1-255/,
		],
		['a sender too long', { name: 'x', type: 'Email', from: 'x'.repeat(101) }, '0x1001', /from.*1-100/],
		['a mail too long', { name: 'x', type: 'Email', body: 'x'.repeat(65536) }, '0x1001', /body.*1-65535/],
		[
			'a header too long',
			{ name: 'x', type: 'Email', header: 'x'.repeat(65536) },
			'0x1001',
			/header.*1-65535/,
		],
		['an event type too long', { name: 'x', type: 'Event', eventType: 'x'.repeat(36) }, '0x1001', /1-35/],
		['a file name too long', { name: 'x', type: 'Report', fileName: 'x'.repeat(256) }, '0x1001', /1-255/],
		['a field of another type', adversary({ eventDate: '2021-11-03' }), '0x2005', /"eventDate".*"Adversary"/],
		['assignments on no Task', adversary({ assignments: list() }), '0x2005', /"assignments".*"Adversary"/],
		['reviews on no Report', adversary({ reviews: list({ rating: 1 }) }), '0x2005', /"reviews".*"Adversary"/],
		['a status of another type', incident({ status: 'Escalated' }), '0x1001', /"Escalated".*"Incident"/],
		['an unknown Event status', { name: 'x', type: 'Event', status: 'Open' }, '0x1001', /"Open".*"Event"/],
		[
			'the status of a Task',
			{ name: 'x', type: 'Task', status: 'In Progress' },
			'0x2005',
			/"status" is read-only/,
		],
		['the status of a Document', { name: 'x', type: 'Document', status: 'Success' }, '0x2005', /read-only/],
		['the status of a Report', { name: 'x', type: 'Report', status: 'Success' }, '0x2005', /read-only/],
		['a read-only field', adversary({ id: 5 }), '0x2005', /"id" is read-only/],
		['another read-only field', { name: 'x', type: 'Email', to: 'a@b.c' }, '0x2005', /"to" is read-only/],
		[
			'a Signature without its file',
			{ name: 'x', type: 'Signature' },
			'0x2003',
			/fileName, fileText, fileType/,
		],
		['malware without a password', { name: 'x', type: 'Document', malware: true }, '0x2003', /password/],
		[
			'a day that is none',
			incident({ eventDate: '2021-02-30' }),
			'0x2005',
			/"eventDate" is not a valid date/,
		],
		['a date of another form', incident({ eventDate: '2021-2-3' }), '0x2005', /"eventDate"/],
		['a time without a zone', incident({ eventDate: '2021-02-03T10:00:00' }), '0x2005', /"eventDate"/],
		['an empty date', incident({ eventDate: '' }), '0x2005', /"eventDate"/],
		['a time that is none', incident({ eventDate: '2021-02-03T24:00:00Z' }), '0x2005', /"eventDate"/],
		['a date as a number', incident({ eventDate: 1635897600 }), '0x2005', /"eventDate"/],
		[
			'a list that is an array',
			adversary({ tags: [{ name: 'x' }] }),
			'0x2005',
			/"tags" must be of the type object/,
		],
		['a list without data', adversary({ tags: {} }), '0x2003', /data/],
		['an unknown mode', adversary({ tags: { data: [], mode: 'add' } }), '0x2005', /"tags.mode"/],
	])('refuses %s', async (_what, body, errCode, message) => {
		await start();
		const text = JSON.stringify(body, (_key, value) => (typeof value === 'bigint' ? `#${value}#` : value));
		const headers = { ...tokenHeaders(), 'Content-Type': 'application/json' };
		const answer = await call('POST', '/v3/groups', text.replace(/"#(\d+)#"/g, '$1'), { headers });
		refused(answer, 400, errCode, message);
		expect(server.groups()).toEqual([]);
	});

	test.each([
		['2021-11-03', '2021-11-03T00:00:00Z'],
		['2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z'],
		['2021-11-03T00:30:00.123+01:00', '2021-11-02T23:30:00Z'],
		['2021-11-03T20:00:00-05:30', '2021-11-04T01:30:00Z'],
	])('gives the date %s back as %s', async (given, expected) => {
		await start();
		expect((await post(incident({ eventDate: given }))).data.data.eventDate).toBe(expected);
	});

	test('takes null for the status of a new Event, not of a new Incident', async () => {
		await start();
		const { data } = await post({ name: 'x', type: 'Event', status: null });
		expect(data.data).not.toHaveProperty('status');
		refused(await post(incident({ status: null })), 400, '0x2005', /"status"/);
	});

	test('knows only the Event statuses and shorter names of older servers when told so', async () => {
		await start({ eventStatuses: 4, nameLimit: 100 });
		refused(await post({ name: 'x', type: 'Event', status: 'New' }), 400, '0x1001', /"New"/);
		await created({ name: 'x', type: 'Event', status: 'Needs Review' });
		refused(await post(adversary({ name: 'x'.repeat(101) })), 400, '0x1001', /between 1-100 characters/);
	});

	test.each([true, false])(
		'stores names without the white space around them when told so: %s',
		async (trimsNames) => {
			await start({ trimsNames });
			const id = await created(adversary({ name: ' x ' }));
			await put(id, { name: ' y ' });
			expect(server.group(String(id))?.name).toBe(trimsNames ? 'y' : ' y ');
		},
	);

	test('counts a name in characters, not in bytes', async () => {
		await start();
		await created(adversary({ name: '\u{1F600}'.repeat(200) }));
	});

	test('never shows the password of a malware document', async () => {
		await start();
		const { data } = await post({
			name: 'x',
			type: 'Document',
			malware: true,
			password: 'infected',
			fileName: 'a.zip',
		});
		expect(data.data).toMatchObject({ malware: true, fileName: 'a.zip', status: 'Awaiting Upload' });
		expect(JSON.stringify(data)).not.toContain('infected');
		expect(server.groups()[0]?.fields.password).toBe('infected');
	});

	test('makes a second group of the same name, but no second one of the same xid and owner', async () => {
		await start();
		await created(adversary({ xid: 'x:1' }));
		await created(adversary());
		refused(await post(adversary({ xid: 'x:1' })), 409, '0x1006', /^An item already exists/);
		await created(adversary({ xid: 'x:1', ownerName: 'Demo Community' }));
		expect(server.groups()).toHaveLength(3);
	});

	test('overwrites or duplicates a known xid when told so', async () => {
		await start({ knownXid: 'overwrite' });
		const id = await created(adversary({ xid: 'x:1', tags: list({ name: 'old' }) }));
		expect(await created(adversary({ xid: 'x:1', name: 'New Name' }))).toBe(id);
		expect(server.groups()).toMatchObject([{ name: 'New Name', tags: [] }]);
		await server.stop();
		await start({ knownXid: 'duplicate' });
		await created(adversary({ xid: 'x:1' }));
		await created(adversary({ xid: 'x:1' }));
		expect(server.groups()).toHaveLength(2);
	});

	test('accepts createActivityLog and ignores parameters it does not know', async () => {
		await start();
		expect((await post(adversary(), '?createActivityLog=true&unknown=1')).status).toBe(201);
	});
});

describe('64-bit IDs', () => {
	test('writes and reads every digit, as a number and as a string', async () => {
		const firstId = '9007199254740993';
		await start({ firstId });
		const raw: AxiosRequestConfig = { transformResponse: (text: string) => text };
		const answer = await call('POST', '/v3/groups', adversary(), raw);
		expect(String(answer.data)).toContain(`"id":${firstId},`);
		expect(server.group(firstId)?.name).toBe('Bad Guys');
		expect(String((await call('GET', `/v3/groups/${firstId}`, undefined, raw)).data)).toContain(
			`"id":${firstId},`,
		);

		const headers = { ...tokenHeaders(), 'Content-Type': 'application/json' };
		for (const id of [firstId, `"${firstId}"`]) {
			const body = `{"name":"Second","type":"Threat","associatedGroups":{"data":[{"id":${id}}]}}`;
			expect((await call('POST', '/v3/groups', body, { headers })).status).toBe(201);
		}
		const rounded = '{"name":"x","type":"Threat","associatedGroups":{"data":[{"id":9007199254740992}]}}';
		refused(await call('POST', '/v3/groups', rounded, { headers }), 404, '0x1004', /not found/);
		expect(server.group(firstId)?.associatedGroups.map(({ id }) => id)).toEqual([
			'9007199254740994',
			'9007199254740995',
		]);
	});

	test.each([1.5, 'abc', -1, true, '1 '])('refuses the ID %p', async (id) => {
		await start();
		refused(await post(adversary({ associatedGroups: list({ id }) })), 400, '0x2005', /id/);
	});
});

describe('additional fields', () => {
	test('come only when requested, each by a parameter of its own', async () => {
		await start();
		const id = await created(
			adversary({
				firstSeen: '2021-01-01',
				externalDateAdded: '2021-01-02',
				tags: list({ name: 'x' }),
				attributes: list({ type: 'Description', value: 'd', securityLabels: list({ name: 'TLP:RED' }) }),
			}),
		);
		const plain = (await get(`/v3/groups/${id}`)).data.data;
		for (const name of [
			'tags',
			'attributes',
			'securityLabels',
			'firstSeen',
			'externalDateAdded',
			'associatedGroups',
		]) {
			expect(plain).not.toHaveProperty(name);
		}
		const query =
			'?fields=tags&fields=attributes&fields=securityLabels&fields=sightings&fields=externalDates';
		const { data } = (await get(`/v3/groups/${id}${query}`)).data;
		expect(data).toMatchObject({
			tags: { data: [{ name: 'x', lastUsed: expect.any(String) }] },
			securityLabels: {},
			firstSeen: '2021-01-01T00:00:00Z',
			externalDateAdded: '2021-01-02T00:00:00Z',
		});
		expect(data.attributes.data[0]).not.toHaveProperty('securityLabels');
		const deep = (await get(`/v3/groups/${id}?fields=attributes.securityLabels`)).data.data;
		expect(deep.attributes.data[0].securityLabels.data[0].name).toBe('TLP:RED');
	});

	test('are in the answers to POST and PUT too', async () => {
		await start();
		const answer = await post(adversary({ tags: list({ name: 'x' }) }), '?fields=tags');
		expect(answer.data.data.tags.data).toHaveLength(1);
		const changed = await put(1, { tags: { data: [], mode: 'replace' } }, '?fields=tags');
		expect(changed.data.data.tags).toEqual({});
	});

	test.each([
		'fields=tags,attributes',
		'fields=description',
		'fields=tags&fields=',
		'fields=associatedGroups.x',
	])('are refused as %s, before anything is created', async (query) => {
		await start();
		refused(await post(adversary(), `?${query}`), 400, '0x1001', /^The requested field /);
		expect(server.groups()).toEqual([]);
	});

	test('are listed by OPTIONS', async () => {
		await start();
		const { data } = await call('OPTIONS', '/v3/groups/fields');
		expect(data.count).toBe(data.data.length);
		expect(data.data).toContainEqual({
			name: 'tags',
			description: expect.any(String),
			includedByDefault: false,
		});
	});
});

describe('tags, attributes and security labels', () => {
	test('creates missing tags, finds known ones and turns technique names into ATT&CK tags', async () => {
		await start();
		await created(
			adversary({
				tags: list({ name: 'New' }, { name: 'ransomware' }, { name: 'Phishing' }, { techniqueId: 'T1566' }),
			}),
		);
		expect(server.groups()[0]?.tags).toMatchObject([
			{ id: '1', name: 'New' },
			{ id: '41', name: 'Ransomware' },
			{ id: '2', name: 'Phishing', techniqueId: 'T1566' },
		]);
	});

	test.each([
		['a tag without a name', { tags: list({}) }, '0x2003', /tags\.data\[0\]/],
		[
			'a tag name too long',
			{ tags: list({ name: 'x'.repeat(129) }) },
			'0x1001',
			/tags\.data\[0\]\.name.*1-128/,
		],
		['an unknown field of a tag', { tags: list({ title: 'x' }) }, '0x2005', /"title" in tags\.data\[0\]/],
		['an unknown technique', { tags: list({ techniqueId: 'T9999' }) }, '0x1001', /T9999/],
		[
			'an unknown label',
			{ securityLabels: list({ name: 'TLP: RED' }) },
			'0x1001',
			/"TLP: RED" must already exist/,
		],
		['a label name too long', { securityLabels: list({ name: 'x'.repeat(51) }) }, '0x1001', /1-50/],
		[
			'an unknown attribute type',
			{ attributes: list({ type: 'description', value: 'x' }) },
			'0x1001',
			/type was not/,
		],
		[
			'an attribute type of other groups',
			{ attributes: list({ type: 'Phase of Intrusion', value: 'C2' }) },
			'0x1001',
			/"Phase of Intrusion" is not valid for the group type "Adversary"/,
		],
		[
			'an attribute type of another owner',
			{ attributes: list({ type: 'Community Reference', value: 'x' }) },
			'0x1001',
			/type was not found/,
		],
		['an attribute without a value', { attributes: list({ type: 'Source' }) }, '0x2003', /requires a value/],
		['an empty attribute', { attributes: list({ type: 'Source', value: '' }) }, '0x1001', /value/],
		[
			'an attribute too long',
			{ attributes: list({ type: 'Tactics and Techniques', value: 'x'.repeat(501) }) },
			'0x1001',
			/between 1-500 characters/,
		],
		[
			'a default of another attribute type',
			{ attributes: list({ type: 'Tactics and Techniques', value: 'x', default: true }) },
			'0x1001',
			/cannot be the default/,
		],
		[
			'the v2 word for default',
			{ attributes: list({ type: 'Source', value: 'x', displayed: true }) },
			'0x2005',
			/displ/,
		],
		[
			'too many tags',
			{ tags: list(...Array.from({ length: 1001 }, (_, i) => ({ name: `t${i}` }))) },
			'0x1001',
			/1000/,
		],
	])('refuses %s', async (_what, body, errCode, message) => {
		await start();
		refused(await post(adversary(body)), 400, errCode, message);
		expect(server.groups()).toEqual([]);
	});

	test('checks an attribute against the values of its type', async () => {
		await start();
		const phase = (value: string) => incident({ attributes: list({ type: 'Phase of Intrusion', value }) });
		refused(await post(phase('Elsewhere')), 400, '0x1001', /one of: Reconnaissance/);
		await created(phase('Delivery'));
	});

	test('keeps every attribute it is sent, and one default of a type', async () => {
		await start();
		const description = { type: 'Description', value: 'same', default: true };
		const id = await created(adversary({ attributes: list(description) }));
		await put(id, { attributes: list(description) });
		expect(server.groups()[0]?.attributes).toMatchObject([
			{ value: 'same', default: false },
			{ value: 'same', default: true },
		]);
	});

	test('leaves nothing behind when a later part of the body is refused', async () => {
		await start();
		const before = server.tags().length;
		refused(
			await post(adversary({ tags: list({ name: 'New' }), associatedCases: list({ id: 99 }) })),
			404,
			'0x1004',
			/not found/,
		);
		expect(server.groups()).toEqual([]);
		expect(server.tags()).toHaveLength(before);
	});
});

describe('associations', () => {
	const shown = async (id: number, name: string) =>
		(await get(`/v3/groups/${id}?fields=${name}`)).data.data[name].data as Json[];

	test('are made to existing objects by their IDs, and seen from both ends between groups', async () => {
		await start();
		const other = await created(adversary());
		const id = await created(
			incident({
				associatedArtifacts: list({ id: 201 }),
				associatedCases: list({ id: '301' }),
				associatedGroups: list({ id: other }),
				associatedIndicators: list({ id: 101 }),
				associatedVictimAssets: list({ id: 501 }),
			}),
		);
		expect(server.group(String(id))).toMatchObject({
			associatedArtifacts: [{ id: '201' }],
			associatedCases: [{ id: '301' }],
			associatedGroups: [{ id: String(other) }],
			associatedIndicators: [{ id: '101' }],
			associatedVictimAssets: [{ id: '501' }],
		});
		expect(await shown(other, 'associatedGroups')).toMatchObject([{ id, type: 'Incident' }]);
		await call('DELETE', `/v3/groups/${id}`);
		expect(server.group(String(other))?.associatedGroups).toEqual([]);
	});

	test('find an indicator by type and summary field, and create it once per owner', async () => {
		await start();
		const hosts = list({ type: 'Host', hostName: 'badguy.com' }, { type: 'Host', hostName: 'new.example' });
		await created(adversary({ associatedIndicators: hosts }));
		const id = await created(adversary({ associatedIndicators: hosts }));
		expect(await shown(id, 'associatedIndicators')).toMatchObject([
			{ id: 101, summary: 'badguy.com' },
			{ id: 1, summary: 'new.example', hostName: 'new.example', ownerName: 'Demo Organization' },
		]);
	});

	test.each([
		{ type: 'Address', ip: '2001:db8:0:0:0:0:0:1' },
		{ type: 'EmailAddress', address: 'a@b.example' },
		{ type: 'File', md5: 'a'.repeat(32), sha256: 'b'.repeat(64), size: 5 },
		{ type: 'URL', text: 'https://x.example/' },
		{ type: 'ASN', 'AS Number': 'ASN12345' },
		{ type: 'CIDR', Block: '10.0.0.0/8' },
		{ type: 'Email Subject', Subject: 'Invoice' },
		{ type: 'Registry Key', 'Key Name': 'HKEY_LOCAL_MACHINE\\x', 'Value Name': ' ', 'Value Type': 'REG_SZ' },
		{ type: 'User Agent', 'User Agent String': 'curl' },
	])('create the indicator %j', async (indicator) => {
		await start();
		await created(adversary({ associatedIndicators: list(indicator) }));
		expect(server.indicators().at(-1)).toMatchObject(indicator);
	});

	test('create cases, artifacts, victim assets and groups along with the group', async () => {
		await start();
		const id = await created(
			adversary({
				associatedCases: list({ name: 'New Case', severity: 'Low', status: 'Open' }),
				associatedArtifacts: list(
					{ summary: 'a', type: 'Host', caseId: 301 },
					{ summary: 'b', type: 'Log File', taskXid: 'task-collect-mails', fileData: 'aGk=' },
				),
				associatedVictimAssets: list({ type: 'WebSite', website: 'x.example', victimId: 601 }),
				associatedGroups: list(incident({ status: 'New', tags: list({ name: 'nested' }) })),
			}),
		);
		expect(await shown(id, 'associatedCases')).toMatchObject([{ name: 'New Case' }]);
		expect(await shown(id, 'associatedArtifacts')).toMatchObject([
			{ summary: 'a', caseId: 301 },
			{ summary: 'b' },
		]);
		expect(await shown(id, 'associatedVictimAssets')).toMatchObject([
			{ website: 'x.example', victimId: 601 },
		]);
		expect(await shown(id, 'associatedGroups')).toMatchObject([{ name: 'Bad Incident', status: 'New' }]);
		expect(server.groups()[1]).toMatchObject({
			tags: [{ name: 'nested' }],
			associatedGroups: [{ id: String(id) }],
		});
	});

	const artifact = { summary: 'a', type: 'Host', caseId: 301 };
	test.each([
		['an unknown group', { associatedGroups: list({ id: 99 }) }, 404, '0x1004', /not found/],
		['an unknown indicator', { associatedIndicators: list({ id: 99 }) }, 404, '0x1004', /not found/],
		[
			'an indicator of another owner',
			{ associatedIndicators: list({ id: 103 }) },
			400,
			'0x2002',
			/different/,
		],
		[
			'an indicator by ID and summary',
			{ associatedIndicators: list({ id: 101, hostName: 'badguy.com' }) },
			400,
			'0x2005',
			/"hostName" cannot be given along with "id"/,
		],
		[
			'"hostname"',
			{ associatedIndicators: list({ type: 'Host', hostname: 'badguy.com' }) },
			400,
			'0x2005',
			/Unrecognized field "hostname" in associatedIndicators\.data\[0\]/,
		],
		['an indicator without a type', { associatedIndicators: list({ hostName: 'x' }) }, 400, '0x2003', /type/],
		[
			'an indicator without a summary',
			{ associatedIndicators: list({ type: 'Host' }) },
			400,
			'0x2003',
			/hostName/,
		],
		[
			'a summary field of another type',
			{ associatedIndicators: list({ type: 'Host', ip: '10.0.0.1' }) },
			400,
			'0x2005',
			/"ip" does not apply to the indicator type "Host"/,
		],
		[
			'no IP address',
			{ associatedIndicators: list({ type: 'Address', ip: '10.0.0' }) },
			400,
			'0x1001',
			/10\.0\.0/,
		],
		[
			'a registry key in part',
			{ associatedIndicators: list({ type: 'Registry Key', 'Key Name': 'x' }) },
			400,
			'0x2003',
			/Value Name, Value Type/,
		],
		[
			'an indicator of an unknown owner',
			{ associatedIndicators: list({ type: 'Host', hostName: 'x', ownerName: 'Nobody' }) },
			403,
			'0x1003',
			/owner was not found/,
		],
		[
			'an artifact without a case',
			{ associatedArtifacts: list({ summary: 'a', type: 'Host' }) },
			400,
			'0x2003',
			/caseId/,
		],
		[
			'an artifact of an unknown case',
			{ associatedArtifacts: list({ ...artifact, caseId: 9 }) },
			404,
			'0x1004',
			/./,
		],
		[
			'an artifact type',
			{ associatedArtifacts: list({ ...artifact, type: 'Address' }) },
			400,
			'0x2005',
			/type/,
		],
		[
			'a file artifact without a file',
			{ associatedArtifacts: list({ ...artifact, type: 'Log File' }) },
			400,
			'0x2003',
			/fileData/,
		],
		['a case in part', { associatedCases: list({ name: 'x' }) }, 400, '0x2003', /severity, status/],
		[
			'a severity',
			{ associatedCases: list({ name: 'x', severity: 'low', status: 'Open' }) },
			400,
			'0x2005',
			/associatedCases\.data\[0\]\.severity/,
		],
		[
			'a victim asset in part',
			{ associatedVictimAssets: list({ type: 'Phone', phone: '1' }) },
			400,
			'0x2003',
			/victimId/,
		],
		[
			'a victim asset of an unknown victim',
			{ associatedVictimAssets: list({ type: 'Phone', phone: '1', victimId: 9 }) },
			404,
			'0x1004',
			/./,
		],
		['a nested group in part', { associatedGroups: list({ type: 'Incident' }) }, 400, '0x2003', /name/],
		[
			'a nested group with a field of another type',
			{ associatedGroups: list(incident({ subject: 'x' })) },
			400,
			'0x2005',
			/"subject".*"Incident"/,
		],
		[
			'a group in another owner',
			{ associatedGroups: list(incident({ ownerName: 'Demo Community' })) },
			400,
			'0x2002',
			/./,
		],
	])('refuse %s', async (_what, body, status, errCode, message) => {
		await start();
		refused(await post(adversary(body)), status, errCode, message);
		expect(server.groups()).toEqual([]);
	});

	test('cross owners only where the instance allows it', async () => {
		await start({ crossOwner: true });
		await created(adversary({ associatedIndicators: list({ id: 103 }) }));
	});
});

describe('assignments and reviews', () => {
	test('assigns a Task to users that exist', async () => {
		await start();
		const task = (id: number) => ({
			name: 'x',
			type: 'Task',
			assignments: list({ type: 'Assigned', user: { id } }),
		});
		const answer = await post(task(12));
		expect(answer.data.data.assignments.data).toMatchObject([
			{ type: 'Assigned', user: { id: 12, userName: 'asmith' } },
		]);
		refused(await post(task(99)), 404, '0x1004', /not found/);
		const other = { name: 'x', type: 'Task', assignments: list({ type: 'Owner', user: { id: 12 } }) };
		refused(await post(other), 400, '0x2005', /assignments\.data\[0\]\.type/);
	});

	test('keeps one review per user', async () => {
		await start();
		const id = await created({
			name: 'x',
			type: 'Report',
			reviews: list({ rating: 4, reviewHelpful: true, comments: 'good' }),
		});
		await put(id, { reviews: list({ rating: 2 }) });
		const { reviews } = (await get(`/v3/groups/${id}?fields=intelReviews`)).data.data;
		expect(reviews.data).toMatchObject([{ rating: 2, comments: 'good' }]);
		expect((await put(id, { reviews: { data: [{ id: reviews.data[0].id }], mode: 'delete' } })).status).toBe(
			200,
		);
		expect(server.groups()[0]?.reviews).toEqual([]);
		refused(await put(id, { reviews: list({ rating: 6 }) }), 400, '0x1001', /at most 5/);
		refused(
			await put(id, { reviews: list({ rating: 1, comments: 'x'.repeat(501) }) }),
			400,
			'0x1001',
			/1-500/,
		);
	});
});

describe('updating', () => {
	test('changes the sent fields, keeps the others and moves lastModified', async () => {
		await start();
		const id = await created(incident({ status: 'New', eventDate: '2021-11-03', xid: 'x:1' }));
		const before = server.groups()[0]!;
		const answer = await put(id, { name: 'Renamed', status: 'Closed', xid: 'x:2' });
		expect(answer.status).toBe(200);
		expect(answer.data).toMatchObject({
			data: { name: 'Renamed', status: 'Closed', xid: 'x:2', eventDate: '2021-11-03T00:00:00Z' },
			message: 'Updated',
			status: 'Success',
		});
		expect(answer.data.data.lastModified > before.lastModified).toBe(true);
		expect(answer.data.data.dateAdded).toBe(before.dateAdded);
	});

	test('clears an optional field with null', async () => {
		await start();
		const id = await created(incident({ status: 'New', xid: 'x:1' }));
		expect((await put(id, { status: null, xid: null })).data.data).not.toHaveProperty('status');
		refused(await get('/v3/groups/x%3A1'), 404, '0x1004', /not found/);
	});

	test.each([
		['nothing', {}, '0x2003', /holds no field/],
		['the type', { type: 'Incident' }, '0x2005', /"type" cannot be updated/],
		['the owner', { ownerName: 'Demo Community' }, '0x2005', /"ownerName" cannot be updated/],
		['the owner by ID', { ownerId: 2 }, '0x2005', /"ownerId" cannot be updated/],
		['a read-only field', { dateAdded: '2021-01-01' }, '0x2005', /"dateAdded" is read-only/],
		['the name to null', { name: null }, '0x2005', /"name"/],
		['the Event status to None', { status: null }, '0x1001', /cannot be set back to None/],
		['a field of another type', { subject: 'x' }, '0x2005', /"subject".*"Event"/],
		['an attribute in place', { attributes: list({ id: 1, type: 'Source', value: 'x' }) }, '0x2005', /"id"/],
		[
			'an attribute away by value',
			{ attributes: { data: [{ value: 'x' }], mode: 'delete' } },
			'0x2003',
			/id/,
		],
		['a case away by name', { associatedCases: { data: [{ name: 'x' }], mode: 'delete' } }, '0x2003', /id/],
		['a group to itself', { associatedGroups: list({ id: 1 }) }, '0x1001', /itself/],
	])('refuses to change %s', async (_what, body, errCode, message) => {
		await start();
		const id = await created({
			name: 'x',
			type: 'Event',
			status: 'New',
			attributes: list({ type: 'Source', value: 'x' }),
		});
		const before = server.groups();
		refused(await put(id, body), 400, errCode, message);
		expect(server.groups()).toEqual(before);
	});

	test('refuses an xid that another group of the owner has', async () => {
		await start();
		await created(adversary({ xid: 'x:1' }));
		refused(await put(await created(adversary()), { xid: 'x:1' }), 409, '0x1006', /already exists/);
		expect((await put(1, { xid: 'x:1' })).status).toBe(200);
	});

	test('appends, replaces, deletes and empties lists', async () => {
		await start();
		const id = await created(adversary({ tags: list({ name: 'a' }, { name: 'b' }) }));
		const tags = async (change: Json) => {
			const answer = await put(id, { tags: change }, '?fields=tags');
			return (answer.data.data.tags.data ?? []).map((tag: Json) => tag.name);
		};
		expect(await tags(list({ name: 'c' }, { name: 'A' }))).toEqual(['a', 'b', 'c']);
		expect(await tags({ data: [{ name: 'b' }, { name: 'absent' }], mode: 'delete' })).toEqual(['a', 'c']);
		expect(await tags({ data: [{ name: 'd' }], mode: 'append' })).toEqual(['a', 'c', 'd']);
		expect(await tags({ data: [{ name: 'e' }], mode: 'replace' })).toEqual(['e']);
		expect(await tags({ data: [], mode: 'replace' })).toEqual([]);
	});

	test('removes attributes, labels and associations', async () => {
		await start();
		const id = await created(
			adversary({
				attributes: list({ type: 'Source', value: 'x' }, { type: 'Source', value: 'y' }),
				securityLabels: list({ name: 'TLP:RED' }, { name: 'TLP:AMBER' }),
				associatedIndicators: list({ id: 101 }, { id: 102 }),
			}),
		);
		const answer = await put(id, {
			attributes: { data: [{ id: 1 }], mode: 'delete' },
			securityLabels: { data: [{ name: 'TLP:RED' }], mode: 'delete' },
			associatedIndicators: { data: [{ id: 101 }, { id: 9999 }], mode: 'delete' },
		});
		expect(answer.status).toBe(200);
		expect(server.groups()[0]).toMatchObject({
			attributes: [{ id: '2', value: 'y' }],
			securityLabels: [{ name: 'TLP:AMBER' }],
			associatedIndicators: [{ id: '102' }],
		});
	});

	test('deletes a group', async () => {
		await start();
		const id = await created(adversary());
		const answer = await call('DELETE', `/v3/groups/${id}`);
		expect(answer.data).toEqual({ message: 'Deleted', status: 'Success' });
		refused(await get(`/v3/groups/${id}`), 404, '0x1004', /not found/);
	});
});

describe('XIDs', () => {
	test.each(['MOLERATSintrusion set', '0000-11:0001', 'a/b', '100%41', 'ü+?#'])(
		'finds %p by its path',
		async (xid) => {
			await start();
			await created(adversary({ xid }));
			const path = `/v3/groups/${encodeURIComponent(xid)}`;
			expect((await get(path)).data.data.xid).toBe(xid);
			expect((await get(`${path}?owner=Demo%20Organization`)).status).toBe(200);
			refused(await get(`${path}?owner=Demo%20Community`), 404, '0x1004', /not found/);
			expect((await call('PUT', path, { name: 'Renamed' })).data.data.name).toBe('Renamed');
		},
	);

	test('treats a text of digits only as an ID', async () => {
		await start();
		await created(adversary({ xid: '12345' }));
		refused(await get('/v3/groups/12345'), 404, '0x1004', /not found/);
	});
});

describe('lists', () => {
	const seed = (count: number) => {
		for (let number = 1; number <= count; number++) {
			server.seedGroup({
				type: 'Threat',
				name: `Threat ${count - number}`,
				dateAdded: '2026-01-01T00:00:00Z',
			});
		}
	};

	test('come in pages of 100 with the absolute address of the next one', async () => {
		await start();
		seed(250);
		const first = (await get('/v3/groups?sorting=id%20asc&count=true')).data;
		expect(first.data).toHaveLength(100);
		expect(first.count).toBe(250);
		expect(first.next).toBe(
			`${server.url}/api/v3/groups?sorting=id%20asc&count=true&resultStart=100&resultLimit=100`,
		);
		const second = (await axios.get<Json>(first.next, { headers: tokenHeaders() })).data;
		expect(second).not.toHaveProperty('count');
		const third = (await axios.get<Json>(second.next, { headers: tokenHeaders() })).data;
		expect(third).not.toHaveProperty('next');
		const ids = [first, second, third].flatMap(({ data }) => data.map(({ id }: Json) => id));
		expect(ids).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
	});

	test.each(['resultLimit=0', 'resultLimit=10001', 'resultLimit=x', 'resultStart=-1'])(
		'refuse %s',
		async (query) => {
			await start();
			refused(await get(`/v3/groups?${query}`), 400, '0x1001', /must be a number/);
		},
	);

	test('are sorted by TQL parameters', async () => {
		await start();
		seed(3);
		const names = async (sorting: string) =>
			(await get(`/v3/groups?sorting=${encodeURIComponent(sorting)}`)).data.data.map(
				({ name }: Json) => name,
			);
		expect(await names('summary asc')).toEqual(['Threat 0', 'Threat 1', 'Threat 2']);
		expect(await names('dateAdded ASC id desc')).toEqual(['Threat 0', 'Threat 1', 'Threat 2']);
		expect(await names('id asc')).toEqual(['Threat 2', 'Threat 1', 'Threat 0']);
		refused(await get('/v3/groups?sorting=name%20asc'), 400, '0x1001', /"name asc"/);
		refused(await get('/v3/groups?sorting=id'), 400, '0x1001', /"id "/);
	});

	test('hold the groups of every visible owner, or of the one named', async () => {
		await start();
		server.seedGroup({ type: 'Threat', name: 'a' });
		server.seedGroup({ type: 'Threat', name: 'b', ownerName: 'Demo Community' });
		server.seedGroup({ type: 'Threat', name: 'c', ownerName: 'Private Source' });
		expect((await get('/v3/groups')).data.data).toHaveLength(2);
		expect((await get('/v3/groups?owner=Demo%20Community')).data.data).toMatchObject([{ name: 'b' }]);
	});

	test('look a group up by name, type and owner, and refuse other TQL', async () => {
		await start();
		server.seedGroup({ type: 'Threat', name: 'The "big" \\ one' });
		const find = async (tql: string) => await get(`/v3/groups?tql=${encodeURIComponent(tql)}`);
		const rest = 'and typeName = "Threat" and ownerName = "Demo Organization"';
		expect((await find(`summary = "The \\"big\\" \\\\ one" ${rest}`)).data.data).toHaveLength(1);
		expect((await find(`summary = "other" ${rest}`)).data.data).toEqual([]);
		for (const tql of [`name = "x" ${rest}`, `summary = "a"b" ${rest}`, '']) {
			refused(await find(tql), 400, '0x2001', /^Syntax error\(s\) found with your TQL query\./);
		}
	});

	test('fill drop-downs: owners with permissions, attribute types, labels, tags and users', async () => {
		await start();
		const owners = (await get('/v3/security/owners?resultLimit=10000')).data;
		expect(owners.data.map((owner: Json) => [owner.name, owner.type, owner.permGroup])).toEqual([
			['Demo Organization', 'Organization', 'FULL'],
			['Demo Community', 'Community', 'FULL'],
			['Read-Only Source', 'Source', 'READ'],
		]);
		const types = (await get('/v3/attributeTypes?fields=mapping')).data;
		expect(types.count).toBe(types.data.length);
		expect(types.data).toContainEqual(
			expect.objectContaining({
				name: 'Phase of Intrusion',
				validationRule: expect.objectContaining({ type: 'SelectOne', text: expect.stringMatching(/;C2;/) }),
				attributeTypeMappings: expect.arrayContaining([{ type: 'Incident' }]),
			}),
		);
		expect((await get('/v3/securityLabels')).data.data[0]).toMatchObject({
			name: 'TLP:RED',
			color: 'FF0033',
		});
		expect((await get('/v3/tags?resultLimit=1')).data).toMatchObject({
			data: [{ name: 'Ransomware', owner: 'Demo Organization' }],
			next: expect.stringContaining('resultStart=1'),
		});
		expect((await get('/v3/security/users')).data.data).toContainEqual(
			expect.objectContaining({ id: 12, userName: 'asmith' }),
		);
	});

	test('are empty for a user without owners, who cannot create either', async () => {
		await start();
		const headers = tokenHeaders(CREDENTIALS.noOwnersToken);
		expect((await call('GET', '/v3/security/owners', undefined, { headers })).data.data).toEqual([]);
		refused(await call('POST', '/v3/groups', adversary(), { headers }), 403, '0x1003', /owner was not found/);
	});
});

test('serves HTTPS when asked to', async () => {
	await start({ tls: true });
	expect(server.url).toMatch(/^https:/);
});
