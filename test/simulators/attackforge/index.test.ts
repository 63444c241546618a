import axios, { type AxiosResponse } from 'axios';
import { Agent } from 'node:https';
import {
	startAttackForge,
	type AttackForgeOptions,
	type AttackForgeSimulator,
	type MethodName,
} from './index';
import { METHOD_NAMES, METHODS } from './methods';

const JOHN = '668ba6b1be6510000f78f79e';
const PAUL = '66d2308ba99324532079e111';
const UNKNOWN = 'ffffffffffffffffffffffff';
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const running: AttackForgeSimulator[] = [];
afterEach(async () => {
	await Promise.all(running.splice(0).map(async (service) => await service.stop()));
});

async function start(options: AttackForgeOptions = {}) {
	const service = await startAttackForge(options);
	running.push(service);
	return { service, call: clientOf(service) };
}

type Call = (verb: string, path: string, body?: unknown, headers?: object) => Promise<AxiosResponse>;

/** A client that sends the key and JSON, and accepts every response. */
function clientOf(service: AttackForgeSimulator): Call {
	return async (verb, path, body, headers = {}) =>
		await axios.request({
			method: verb,
			url: `${service.url}/api/ss${path}`,
			data: typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body),
			headers: {
				'X-SSAPI-KEY': service.credentials.apiKey,
				...(body !== undefined && { 'Content-Type': 'application/json' }),
				...headers,
			},
			transformRequest: (data: unknown) => data,
			transformResponse: (text: string) => JSON.parse(text) as unknown,
			validateStatus: () => true,
			proxy: false,
		});
}

/** The request of the example of CreateGroup in AttackForge's documentation. */
const documentedCreate = () => ({
	name: 'ACME Corp. Technology Team',
	group_owner: 'John Citizen',
	primary_contact_name: 'Paul Citizen',
	primary_contact_number: '(555)555-5555',
	primary_contact_email: 'john.citizen@attackforge.com',
	custom_fields: [{ key: 'client_code', value: 'CLIENT001' }],
	access: {
		member_admins: [
			{
				add_user_method: 'email',
				allow_user_invite: true,
				project_limit: 'view',
				project_request_limit: 'none',
				user_id: JOHN,
			},
		],
		sso_1: [
			{ group_name: 'AD-GROUP-1', project_access_level: 'edit', project_request_access_level: 'action' },
		],
		sso_2: [],
	},
	auto_add_project_request: true,
	enable_project_team_notifications: true,
});

/** The response of the same example. */
const documentedCreated = (id: string, created: string) => ({
	group: {
		access: documentedCreate().access,
		created,
		group_owner: 'John Citizen',
		id,
		last_modified: created,
		name: 'ACME Corp. Technology Team',
		primary_contact_email: 'john.citizen@attackforge.com',
		primary_contact_name: 'Paul Citizen',
		primary_contact_number: '(555)555-5555',
		auto_add_project_request: true,
		enable_project_team_notifications: true,
		custom_fields: [{ key: 'client_code', value: 'CLIENT001' }],
	},
	status: 'ok',
});

/** The request of the example of UpdateGroup. */
const documentedUpdate = () => ({
	name: 'ACME Corp. Technology Team',
	group_owner: 'John Citizen',
	primary_contact_name: 'Paul Citizen',
	primary_contact_number: '(555)555-5555',
	primary_contact_email: 'john.citizen@attackforge.com',
	custom_fields: [{ key: 'client_code', value: 'CLIENT001' }],
	access: {
		member_admins: [
			{
				action: 'upsert',
				add_user_method: 'email',
				allow_user_invite: true,
				project_limit: 'view',
				project_request_limit: 'none',
				user_id: PAUL,
			},
			{ action: 'remove', user_id: JOHN },
		],
		sso_1: [
			{
				action: 'upsert',
				group_name: 'AD-GROUP-2',
				project_access_level: 'view',
				project_request_access_level: 'edit',
			},
			{ action: 'remove', group_name: 'AD-GROUP-1' },
		],
		sso_2: [],
	},
	auto_add_project_request: true,
	enable_project_team_notifications: true,
});

const minimalCreate = () => ({
	name: 'Red Team',
	group_owner: 'John Citizen',
	primary_contact_name: 'Paul Citizen',
	primary_contact_number: '(555)555-5555',
	primary_contact_email: 'john.citizen@attackforge.com',
});

const ssoEntry = () => ({
	group_name: 'AD',
	project_access_level: 'view',
	project_request_access_level: 'view',
});
const adminEntry = () => ({
	user_id: JOHN,
	project_limit: 'view',
	project_request_limit: 'view',
	add_user_method: 'list',
	allow_user_invite: false,
});

function without<Value extends object>(value: Value, key: keyof Value): Partial<Value> {
	const copy: Partial<Value> = { ...value };
	delete copy[key];
	return copy;
}

describe('the key', () => {
	test('has 256 letters and digits', async () => {
		const { service } = await start();
		expect(service.credentials.apiKey).toMatch(/^[A-Za-z0-9]{256}$/);
	});

	test('is required by every method', async () => {
		const { call } = await start();
		for (const name of METHOD_NAMES) {
			const [verb, path] = METHODS[name];
			const target = path.replace('/api/ss', '').replace(/:\w+/, UNKNOWN);
			const missing = await call(verb, target, undefined, { 'X-SSAPI-KEY': undefined });
			const wrong = await call(verb, target, undefined, { 'X-SSAPI-KEY': 'wrong' });
			expect([missing.status, missing.data]).toEqual([401, { error: 'The X-SSAPI-KEY header is missing' }]);
			expect([wrong.status, wrong.data]).toEqual([401, { error: 'The API key is not valid' }]);
		}
	});

	test('is valid only for the granted methods, and the refusal names the method', async () => {
		const grants: MethodName[] = ['CreateGroup'];
		const { call } = await start({ grants });
		expect((await call('POST', '/group', minimalCreate())).status).toBe(200);
		for (const name of METHOD_NAMES.filter((method) => !grants.includes(method))) {
			const [verb, path] = METHODS[name];
			const answer = await call(verb, path.replace('/api/ss', '').replace(/:\w+/, UNKNOWN));
			expect(answer.status).toBe(403);
			expect(answer.data.error).toContain(name);
		}
	});
});

describe('any other path', () => {
	test.each([
		['DELETE', `/group/${UNKNOWN}`],
		['GET', `/groups/${UNKNOWN}`],
		['POST', '/groups'],
		['GET', '/config/form/project'],
		['PUT', '/group'],
	])('%s %s does not exist', async (verb, path) => {
		const { call } = await start();
		const answer = await call(verb, path);
		expect(answer.status).toBe(404);
		expect(answer.data).toEqual({ error: `No such endpoint: ${verb} /api/ss${path}` });
	});
});

describe('CreateGroup', () => {
	test('answers the documented request with the documented response, with the keys in the same order', async () => {
		const { service, call } = await start();
		const answer = await call('POST', '/group', documentedCreate());
		expect(answer.status).toBe(200);
		const { id, created } = answer.data.group;
		expect(id).toMatch(/^[0-9a-f]{24}$/);
		expect(created).toMatch(DATE);
		expect(JSON.stringify(answer.data)).toBe(JSON.stringify(documentedCreated(id, created)));
		expect(service.group(id)).toMatchObject({ is_deleted: false, is_archived: false, members: [] });
	});

	test('requires only the five texts', async () => {
		const { call } = await start();
		const { data } = await call('POST', '/group', minimalCreate());
		expect(data.group).toMatchObject({
			...minimalCreate(),
			access: { member_admins: [], sso_1: [], sso_2: [] },
			auto_add_project_request: false,
			enable_project_team_notifications: false,
			custom_fields: [],
		});
	});

	test('allows two groups of the same name', async () => {
		const { service, call } = await start();
		await call('POST', '/group', minimalCreate());
		await call('POST', '/group', minimalCreate());
		expect(service.groups().map(({ name }) => name)).toEqual(['Red Team', 'Red Team']);
	});

	test('keeps any JSON as the value of a custom field, numbers to the last digit', async () => {
		const { call } = await start();
		const fields =
			'[{"key":"a","value":null},{"key":"b","value":["x",{"y":1}]},{"key":"c","value":12345678901234567890}]';
		const body = JSON.stringify(minimalCreate()).replace('}', `,"custom_fields":${fields}}`);
		const created = await call('POST', '/group', body);
		const raw = await axios.get<string>(`${String(created.config.url)}/${created.data.group.id}`, {
			headers: created.config.headers,
			responseType: 'text',
			transformResponse: (text: string) => text,
			proxy: false,
		});
		expect(raw.data).toContain(`"custom_fields":${fields}`);
	});

	test('takes a member administrator that is a group', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup({ name: 'Admins' });
		const admin = { ...without(adminEntry(), 'user_id'), group_id: id };
		const answer = await call('POST', '/group', { ...minimalCreate(), access: { member_admins: [admin] } });
		expect(answer.data.group.access.member_admins).toEqual([admin]);
	});

	test.each(Object.keys(minimalCreate()))('refuses a body without %s', async (field) => {
		const { service, call } = await start();
		const key = field as keyof ReturnType<typeof minimalCreate>;
		const refusals: Array<[object, string]> = [
			[without(minimalCreate(), key), `${field} is required`],
			[{ ...minimalCreate(), [field]: '' }, `${field} must not be empty`],
			[{ ...minimalCreate(), [field]: '  ' }, `${field} must not be empty`],
			[{ ...minimalCreate(), [field]: null }, `${field} must be of type string`],
			[{ ...minimalCreate(), [field]: 5 }, `${field} must be of type string`],
		];
		for (const [body, error] of refusals) {
			const answer = await call('POST', '/group', body);
			expect([answer.status, answer.data]).toEqual([400, { error }]);
		}
		expect(service.groups()).toEqual([]);
	});

	const refused: Array<[string, object, string]> = [
		['an unknown field', { colour: 'red' }, 'colour is not a known field'],
		[
			'the singular spelling of the notifications',
			{ enable_project_team_notification: true },
			'enable_project_team_notification is not a known field',
		],
		['linked groups', { linked_groups_view: ['A'] }, 'linked_groups_view is not a known field'],
		['is_deleted', { is_deleted: false }, 'is_deleted is not a known field'],
		[
			'a boolean as text',
			{ auto_add_project_request: 'true' },
			'auto_add_project_request must be of type boolean',
		],
		[
			'a boolean as null',
			{ enable_project_team_notifications: null },
			'enable_project_team_notifications must be of type boolean',
		],
		[
			'custom fields as an object',
			{ custom_fields: { client_code: 'A' } },
			'custom_fields must be of type array',
		],
		[
			'a custom field without a value',
			{ custom_fields: [{ key: 'a' }] },
			'custom_fields[0].value is required',
		],
		['a custom field without a key', { custom_fields: [{ value: 'a' }] }, 'custom_fields[0].key is required'],
		[
			'a key with a dash',
			{ custom_fields: [{ key: 'client-code', value: 'A' }] },
			'custom_fields[0].key may contain only letters, numbers and underscores',
		],
		[
			'a key twice',
			{
				custom_fields: [
					{ key: 'a', value: 1 },
					{ key: 'a', value: 2 },
				],
			},
			'custom_fields[1].key must be unique',
		],
		[
			'a type in a custom field',
			{ custom_fields: [{ key: 'a', value: 1, type: 'x' }] },
			'custom_fields[0].type is not a known field',
		],
		['access as a list', { access: [] }, 'access must be of type object'],
		['an unknown list in access', { access: { sso_3: [] } }, 'access.sso_3 is not a known field'],
	];

	const refusedEntries: Array<[string, object, string]> = [
		[
			'an operation',
			{ sso_1: [{ ...ssoEntry(), action: 'upsert' }] },
			'access.sso_1[0].action is not a known field',
		],
		[
			'an operation on a member administrator',
			{ member_admins: [{ ...adminEntry(), action: 'upsert' }] },
			'access.member_admins[0].action is not a known field',
		],
		[
			'an entry without group_name',
			{ sso_2: [ssoEntry(), without(ssoEntry(), 'group_name')] },
			'access.sso_2[1].group_name is required',
		],
		[
			'a level with a capital',
			{ sso_1: [{ ...ssoEntry(), project_access_level: 'View' }] },
			'access.sso_1[0].project_access_level must be one of none, view, upload, edit',
		],
		[
			'action as a project level',
			{ sso_1: [{ ...ssoEntry(), project_access_level: 'action' }] },
			'access.sso_1[0].project_access_level must be one of none, view, upload, edit',
		],
		[
			'an unknown request level',
			{ sso_1: [{ ...ssoEntry(), project_request_access_level: 'all' }] },
			'access.sso_1[0].project_request_access_level must be one of none, view, upload, edit, action',
		],
		['one group twice', { sso_1: [ssoEntry(), ssoEntry()] }, 'access.sso_1[1] repeats group_name AD'],
		[
			'neither user_id nor group_id',
			{ member_admins: [without(adminEntry(), 'user_id')] },
			'access.member_admins[0] must have either user_id or group_id but not both',
		],
		[
			'both user_id and group_id',
			{ member_admins: [{ ...adminEntry(), group_id: UNKNOWN }] },
			'access.member_admins[0] must have either user_id or group_id but not both',
		],
		[
			'an unknown user',
			{ member_admins: [{ ...adminEntry(), user_id: UNKNOWN }] },
			`access.member_admins[0].user_id is not the id of a user: ${UNKNOWN}`,
		],
		[
			'an unknown group',
			{ member_admins: [{ ...without(adminEntry(), 'user_id'), group_id: UNKNOWN }] },
			`access.member_admins[0].group_id is not the id of a group: ${UNKNOWN}`,
		],
		[
			'a user by name',
			{ member_admins: [{ ...adminEntry(), user_id: 'john' }] },
			'access.member_admins[0].user_id must be an id of 24 hexadecimal characters',
		],
		[
			'upload as a request limit',
			{ member_admins: [{ ...adminEntry(), project_request_limit: 'upload' }] },
			'access.member_admins[0].project_request_limit must be one of none, view, edit, action',
		],
		[
			'an unknown way to add users',
			{ member_admins: [{ ...adminEntry(), add_user_method: 'sms' }] },
			'access.member_admins[0].add_user_method must be one of list, email',
		],
		[
			'an invitation as text',
			{ member_admins: [{ ...adminEntry(), allow_user_invite: 'yes' }] },
			'access.member_admins[0].allow_user_invite must be of type boolean',
		],
	];

	test.each([
		...refused,
		...refusedEntries.map(([what, access, error]) => [what, { access }, error] as const),
	])('refuses %s', async (_what, fields, error) => {
		const { service, call } = await start();
		const answer = await call('POST', '/group', { ...minimalCreate(), ...fields });
		expect([answer.status, answer.data]).toEqual([400, { error }]);
		expect(service.groups()).toEqual([]);
	});

	test.each([...Object.keys(without(ssoEntry(), 'group_name'))])(
		'wants %s in an sso entry',
		async (field) => {
			const { call } = await start();
			const entry = without(ssoEntry(), field as keyof ReturnType<typeof ssoEntry>);
			const answer = await call('POST', '/group', { ...minimalCreate(), access: { sso_1: [entry] } });
			expect([answer.status, answer.data.error]).toEqual([400, `access.sso_1[0].${field} is required`]);
		},
	);

	test('takes linked groups when it is told to be an older version', async () => {
		const { service, call } = await start({ acceptLinkedGroups: true });
		const { data } = await call('POST', '/group', { ...minimalCreate(), linked_groups_view: ['AD'] });
		expect(service.group(data.group.id)).toMatchObject({ linked_groups_view: ['AD'] });
	});
});

describe('a body', () => {
	test('must be JSON, and have its content type', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		const json = JSON.stringify(minimalCreate());
		for (const [verb, path] of [
			['POST', '/group'],
			['PUT', `/group/${id}`],
			['PUT', `/group/${id}/archive`],
		] as const) {
			const broken = await call(verb, path, '{"name":');
			const plain = await call(verb, path, json, { 'Content-Type': 'text/plain' });
			const undeclared = await call(verb, path, json, { 'Content-Type': false });
			expect([broken.status, broken.data.error]).toEqual([400, 'The request body is not valid JSON']);
			for (const answer of [plain, undeclared])
				expect([answer.status, answer.data.error]).toEqual([
					400,
					'The Content-Type of the request must be application/json',
				]);
		}
	});

	test('must exist and be an object', async () => {
		const { call } = await start();
		const declared = { 'Content-Type': 'application/json' };
		expect((await call('POST', '/group', '', declared)).data.error).toBe(
			'The request body is not valid JSON',
		);
		for (const body of ['[]', 'null', '"text"'])
			expect((await call('POST', '/group', body)).data.error).toBe('The request body must be of type object');
	});

	test('may name its character set', async () => {
		const { call } = await start();
		const headers = { 'Content-Type': 'application/json; charset=utf-8' };
		const { data } = await call('POST', '/group', { ...minimalCreate(), name: 'Équipe 赤' }, headers);
		expect(data.group.name).toBe('Équipe 赤');
	});
});

describe('UpdateGroup', () => {
	async function withGroup(options: AttackForgeOptions = {}) {
		const { service, call } = await start(options);
		const { id } = (await clientOf(service)('POST', '/group', documentedCreate())).data.group;
		const update = async (body: unknown) => await call('PUT', `/group/${id}`, body);
		return { service, call, id: id as string, update, stored: () => service.group(id)! };
	}

	test('answers the documented request with the documented response, and does what it says', async () => {
		const { update, stored } = await withGroup();
		const answer = await update(documentedUpdate());
		expect([answer.status, JSON.stringify(answer.data)]).toEqual([200, '{"status":"ok"}']);
		expect(stored().access).toEqual({
			sso_1: [
				{ group_name: 'AD-GROUP-2', project_access_level: 'view', project_request_access_level: 'edit' },
			],
			sso_2: [],
			member_admins: [
				{
					add_user_method: 'email',
					allow_user_invite: true,
					project_limit: 'view',
					project_request_limit: 'none',
					user_id: PAUL,
				},
			],
		});
	});

	test('changes what is sent and nothing else, and moves last_modified', async () => {
		const { update, stored } = await withGroup();
		const before = stored();
		await update({ name: 'Renamed', is_deleted: true });
		const { last_modified, ...after } = stored();
		expect(after).toEqual({ ...without(before, 'last_modified'), name: 'Renamed', is_deleted: true });
		expect(Date.parse(last_modified)).toBeGreaterThan(Date.parse(before.last_modified));
	});

	test('replaces the custom fields when it is told to', async () => {
		const { update, stored } = await withGroup({ customFieldsMerge: false });
		await update({ custom_fields: [{ key: 'region', value: ['EU'] }] });
		expect(stored().custom_fields).toEqual([{ key: 'region', value: ['EU'] }]);
		await update({ custom_fields: [] });
		expect(stored().custom_fields).toEqual([]);
	});

	test('merges the custom fields by key, and null removes one', async () => {
		const { update, stored } = await withGroup();
		await update({
			custom_fields: [
				{ key: 'region', value: ['EU'] },
				{ key: 'client_code', value: 'CLIENT002' },
			],
		});
		const merged = [
			{ key: 'client_code', value: 'CLIENT002' },
			{ key: 'region', value: ['EU'] },
		];
		expect(stored().custom_fields).toEqual(merged);
		await update({ custom_fields: [] });
		await update({ name: 'Renamed' });
		expect(stored().custom_fields).toEqual(merged);
		await update({ custom_fields: [{ key: 'region', value: null }] });
		expect(stored().custom_fields).toEqual([merged[0]]);
	});

	test('upserts by name: a known entry is replaced where it is, a new one added', async () => {
		const { update, stored } = await withGroup();
		const known = { ...ssoEntry(), group_name: 'AD-GROUP-1' };
		const upsert = [known, ssoEntry()].map((entry) => ({ action: 'upsert', ...entry }));
		await update({ access: { sso_1: upsert } });
		expect(stored().access.sso_1).toEqual([known, ssoEntry()]);
		expect(stored().access.member_admins).toHaveLength(1);
	});

	test('leaves the group as it was when one of its operations is refused', async () => {
		const { update, stored } = await withGroup();
		const before = stored();
		const answer = await update({
			name: 'Renamed',
			access: {
				sso_1: [
					{ action: 'remove', group_name: 'AD-GROUP-1' },
					{ action: 'remove', group_name: 'AD-GROUP-1' },
				],
			},
		});
		expect([answer.status, answer.data.error]).toEqual([
			400,
			'access.sso_1[1] removes group_name AD-GROUP-1, which the group does not have',
		]);
		expect(stored()).toEqual(before);
	});

	const entries: Array<[string, object, string]> = [
		['an entry without action', { sso_1: [ssoEntry()] }, 'access.sso_1[0].action is required'],
		[
			'an administrator without action',
			{ member_admins: [adminEntry()] },
			'access.member_admins[0].action is required',
		],
		[
			'an unknown action',
			{ sso_1: [{ ...ssoEntry(), action: 'delete' }] },
			'access.sso_1[0].action must be one of upsert, remove',
		],
		...Object.keys(ssoEntry()).map((field): [string, object, string] => [
			`an sso upsert without ${field}`,
			{ sso_2: [{ action: 'upsert', ...without(ssoEntry(), field as keyof ReturnType<typeof ssoEntry>) }] },
			`access.sso_2[0].${field} is required`,
		]),
		...Object.keys(without(adminEntry(), 'user_id')).map((field): [string, object, string] => [
			`an administrator upsert without ${field}`,
			{
				member_admins: [
					{ action: 'upsert', ...without(adminEntry(), field as keyof ReturnType<typeof adminEntry>) },
				],
			},
			`access.member_admins[0].${field} is required`,
		]),
		[
			'an upsert with both ids',
			{ member_admins: [{ action: 'upsert', ...adminEntry(), group_id: UNKNOWN }] },
			'access.member_admins[0] must have either user_id or group_id but not both',
		],
		[
			'a remove with no id',
			{ member_admins: [{ action: 'remove' }] },
			'access.member_admins[0] must have either user_id or group_id but not both',
		],
		['a remove with no name', { sso_1: [{ action: 'remove' }] }, 'access.sso_1[0].group_name is required'],
		[
			'a remove that says more than what to remove',
			{ sso_1: [{ action: 'remove', ...ssoEntry() }] },
			'access.sso_1[0].project_access_level is not a known field',
		],
		[
			'the removal of an absent administrator',
			{ member_admins: [{ action: 'remove', user_id: PAUL }] },
			`access.member_admins[0] removes user_id ${PAUL}, which the group does not have`,
		],
		[
			'an unknown user',
			{ member_admins: [{ action: 'upsert', ...adminEntry(), user_id: UNKNOWN }] },
			`access.member_admins[0].user_id is not the id of a user: ${UNKNOWN}`,
		],
	];

	test.each([
		...entries.map(([what, access, error]) => [what, { access }, error] as const),
		['an empty body', {}, 'The request body must contain at least one field'],
		['an empty name', { name: '' }, 'name must not be empty'],
		['is_deleted as text', { is_deleted: 'true' }, 'is_deleted must be of type boolean'],
		['is_archived', { is_archived: true }, 'is_archived is not a known field'],
		['the id in the body', { id: UNKNOWN, name: 'A' }, 'id is not a known field'],
		[
			'the singular spelling of the notifications',
			{ enable_project_team_notification: true },
			'enable_project_team_notification is not a known field',
		],
		[
			'a key twice',
			{
				custom_fields: [
					{ key: 'a', value: 1 },
					{ key: 'a', value: 1 },
				],
			},
			'custom_fields[1].key must be unique',
		],
	] as const)('refuses %s', async (_what, body, error) => {
		const { update, stored } = await withGroup();
		const before = stored();
		const answer = await update(body);
		expect([answer.status, answer.data]).toEqual([400, { error }]);
		expect(stored()).toEqual(before);
	});

	test('distinguishes an invalid id from an unknown one', async () => {
		const { call } = await start();
		const bad = await call('PUT', '/group/abc', { name: 'A' });
		const unknown = await call('PUT', `/group/${UNKNOWN}`, { name: 'A' });
		expect([bad.status, bad.data.error]).toEqual([400, 'id must be an id of 24 hexadecimal characters']);
		expect([unknown.status, unknown.data.error]).toEqual([404, `Group ${UNKNOWN} was not found`]);
	});

	test('answers with a sentence when it is told to be an older version', async () => {
		const { update } = await withGroup({ oldStatusSentences: true });
		expect((await update({ name: 'A' })).data).toEqual({ status: 'Group Updated' });
	});

	test('answers failed validation with 200 and an error when it is told to, other failures as ever', async () => {
		const { call, update } = await withGroup({ errorsInSuccess: true });
		const answers = [await update({ name: '' }), await call('POST', '/group', { name: 'A' })];
		expect(answers.map(({ status, data }) => [status, data])).toEqual([
			[200, { error: 'name must not be empty' }],
			[200, { error: 'group_owner is required' }],
		]);
		expect((await call('PUT', `/group/${UNKNOWN}`, { name: 'A' })).status).toBe(404);
		expect((await call('GET', '/group/abc')).status).toBe(400);
	});
});

describe('GetGroup', () => {
	test('has the documented keys in their order, and no status', async () => {
		const { call } = await start();
		const { id } = (await call('POST', '/group', documentedCreate())).data.group;
		await call('POST', '/group/user', { group_id: id, user_id: JOHN, access_level: 'Edit' });
		const { status, data } = await call('GET', `/group/${id}`);
		expect([status, Object.keys(data)]).toEqual([200, ['group']]);
		expect(Object.keys(data.group).join(' ')).toBe(
			'name id group_owner primary_contact_name primary_contact_number primary_contact_email is_deleted created ' +
				'created_by last_modified projects members custom_fields access auto_add_project_request ' +
				'enable_project_team_notifications',
		);
		expect(data.group.members).toEqual([
			{
				name: 'John Citizen',
				userId: JOHN,
				accessLevel: 'Edit',
				created: expect.stringMatching(DATE),
				last_updated: expect.stringMatching(DATE),
			},
		]);
	});

	test.each([
		['', ['a', 'b', 'c']],
		['?cf_key_allowlist=a', ['a']],
		['?cf_key_allowlist=a&cf_key_allowlist=c', ['a', 'c']],
		['?cf_key_allowlist=', []],
		['?cf_key_blocklist=a&cf_key_blocklist=b', ['c']],
		['?cf_key_allowlist=a&cf_key_allowlist=b&cf_key_blocklist=b', ['a']],
	])('with %j shows the custom fields %j', async (query, keys) => {
		const { service, call } = await start();
		const { id } = service.seedGroup({ custom_fields: ['a', 'b', 'c'].map((key) => ({ key, value: key })) });
		const item = await call('GET', `/group/${id}${query}`);
		expect(item.data.group.custom_fields.map(({ key }: { key: string }) => key)).toEqual(keys);
		const list = await call('GET', `/groups${query ? `${query}&` : '?'}allGroups=true`);
		expect(list.data.groups[0].group_custom_fields.map(({ key }: { key: string }) => key)).toEqual(keys);
	});

	test('refuses parameters it does not document, such as bracketed lists and paging', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		const brackets = await call('GET', `/group/${id}?cf_key_allowlist[]=a`);
		const paging = await call('GET', '/groups?limit=10');
		expect([brackets.status, brackets.data.error]).toEqual([
			400,
			'cf_key_allowlist[] is not a known parameter',
		]);
		expect([paging.status, paging.data.error]).toEqual([400, 'limit is not a known parameter']);
	});

	test('does not find a group that does not exist', async () => {
		const { call } = await start();
		expect((await call('GET', `/group/${UNKNOWN}`)).status).toBe(404);
		expect((await call('GET', '/group/user')).status).toBe(400);
	});
});

describe('GetGroups', () => {
	test("lists the groups of the key's user, unless it is asked for all", async () => {
		const { service, call } = await start();
		service.seedGroup({ name: 'Of others' });
		const mine = service.seedGroup({ name: 'Mine' });
		await call('POST', '/group/user', {
			group_id: mine.id,
			user_id: service.users[0]!.id,
			access_level: 'View',
		});
		const names = async (query: string) =>
			(await call('GET', `/groups${query}`)).data.groups.map(
				(group: { group_name: string }) => group.group_name,
			);
		expect(await names('')).toEqual(['Mine']);
		expect(await names('?allGroups=false')).toEqual(['Mine']);
		expect(await names('?allGroups=true')).toEqual(['Of others', 'Mine']);
	});

	test('uses other keys than GetGroup', async () => {
		const { call } = await start();
		const { id } = (await call('POST', '/group', documentedCreate())).data.group;
		expect((await call('GET', '/groups?allGroups=true')).data).toEqual({
			count: 1,
			groups: [
				{
					group_name: 'ACME Corp. Technology Team',
					group_owner: 'John Citizen',
					group_primary_contact_name: 'Paul Citizen',
					group_primary_contact_number: '(555)555-5555',
					group_primary_contact_email: 'john.citizen@attackforge.com',
					group_id: id,
					group_custom_fields: [{ key: 'client_code', value: 'CLIENT001' }],
				},
			],
		});
	});

	test('refuses the list of all groups to users who are not administrators', async () => {
		const { call } = await start({ admin: false });
		const answer = await call('GET', '/groups?allGroups=true');
		expect([answer.status, answer.data.error]).toEqual([
			403,
			'allGroups is available to administrators only',
		]);
		expect((await call('GET', '/groups')).data).toEqual({ count: 0, groups: [] });
	});

	test('takes only true and false', async () => {
		const { call } = await start();
		const { data } = await call('GET', '/groups?allGroups=True');
		expect(data).toEqual({ error: 'allGroups must be one of true, false' });
	});

	test('leaves out deleted groups and keeps archived ones', async () => {
		const { service, call } = await start();
		service.seedGroup({ is_deleted: true });
		const { id } = service.seedGroup({ is_archived: true });
		const { data } = await call('GET', '/groups?allGroups=true');
		expect(data.groups.map((group: { group_id: string }) => group.group_id)).toEqual([id]);
	});
});

describe('ArchiveGroup and RestoreGroup', () => {
	test('set is_archived and not is_deleted, with {} or without a body', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		const archived = await call('PUT', `/group/${id}/archive`, {});
		expect([archived.status, archived.data]).toEqual([200, { status: 'ok' }]);
		expect(service.group(id)).toMatchObject({ is_archived: true, is_deleted: false });
		const restored = await call('PUT', `/group/${id}/restore`);
		expect([restored.status, restored.data]).toEqual([200, { status: 'ok' }]);
		expect(service.group(id)).toMatchObject({ is_archived: false, is_deleted: false });
	});

	test('refuse fields, wrong ids and unknown ids', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		expect((await call('PUT', `/group/${id}/archive`, { is_archived: true })).status).toBe(400);
		expect((await call('PUT', '/group/abc/archive')).status).toBe(400);
		expect((await call('PUT', `/group/${UNKNOWN}/restore`)).status).toBe(404);
	});
});

describe('the members of a group', () => {
	test('are added, changed and removed, with the documented sentences', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup({ name: 'Red Team' });
		const levels = () => service.group(id)!.members.map(({ accessLevel }) => accessLevel);

		const added = await call('POST', '/group/user', { group_id: id, user_id: JOHN, access_level: 'View' });
		expect([added.status, added.data, levels()]).toEqual([200, { status: 'User Added To Group' }, ['View']]);

		const body = { group_id: id, user_id: JOHN, access_level: 'Upload' };
		const changed = await call('PUT', `/group/user/${JOHN}`, body);
		expect([changed.status, changed.data]).toEqual([200, { status: 'User Access Updated On Group' }]);
		expect((await call('GET', `/user/${JOHN}/groups`)).data).toEqual({
			count: 1,
			groups: [
				{
					group_name: 'Red Team',
					group_id: id,
					access_level: 'Upload',
					created: expect.stringMatching(DATE),
					last_updated: expect.stringMatching(DATE),
				},
			],
		});

		const removed = await call('PUT', `/group/user/${JOHN}`, { group_id: id, access_level: 'Delete' });
		expect([removed.status, removed.data, levels()]).toEqual([
			200,
			{ status: 'User Access Updated On Group' },
			[],
		]);
		expect((await call('GET', `/user/${JOHN}/groups`)).data).toEqual({ count: 0, groups: [] });
	});

	test('are refused with lower-case levels, unknown ids and contradictions', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		const add = async (body: object) =>
			(await call('POST', '/group/user', { group_id: id, user_id: JOHN, access_level: 'View', ...body }))
				.status;
		const change = async (body: object) =>
			(await call('PUT', `/group/user/${JOHN}`, { group_id: id, access_level: 'Edit', ...body })).status;

		expect(await add({ access_level: 'view' })).toBe(400);
		expect(await add({ access_level: 'Delete' })).toBe(400);
		expect(await add({ role: 'x' })).toBe(400);
		expect(await add({ user_id: UNKNOWN })).toBe(404);
		expect(await add({ group_id: UNKNOWN })).toBe(404);
		expect(await change({})).toBe(404);
		expect(await add({})).toBe(200);
		expect(await add({})).toBe(400);
		expect(await change({ user_id: PAUL })).toBe(400);
		expect(await change({ access_level: 'delete' })).toBe(400);
		expect(await change({})).toBe(200);
	});
});

/** A tenant with two groups, and a client that leaves out the paths' beginning. */
async function withGroups(options: AttackForgeOptions = {}) {
	const { service, call } = await start(options);
	const [a, b] = [service.seedGroup({ name: 'A' }).id, service.seedGroup({ name: 'B' }).id];
	const setGroups = async (project: string, groups: string[]) =>
		await call('PUT', `/project/${project}`, { groups });
	const namesBy = async (group: string): Promise<string[]> =>
		(await call('GET', `/groups/${group}/projects`)).data.projects.map(
			(project: { project_name: string }) => project.project_name,
		);
	const namesIn = async (group: string): Promise<string[]> =>
		(await call('GET', `/group/${group}`)).data.group.projects.map(({ name }: { name: string }) => name);
	return { service, call, a, b, setGroups, namesBy, namesIn };
}

describe('GetProjectsByGroup', () => {
	test('lists the projects of the group with the documented keys in their order', async () => {
		const { service, call, a, b } = await withGroups();
		const project = service.seedProject({
			name: 'Portal',
			groups: [b, a],
			custom_fields: [{ key: 'k', value: 'v' }],
		});
		service.seedProject({ name: 'Elsewhere', groups: [b] });
		const { status, data } = await call('GET', `/groups/${a}/projects`);
		expect([status, Object.keys(data), data.count]).toEqual([200, ['count', 'projects'], 1]);
		expect(Object.keys(data.projects[0]).join(' ')).toBe(
			'project_id project_name project_code project_organization_code project_vulnerability_code project_groups ' +
				'project_status project_on_hold project_start_date project_end_date project_scope project_scoring ' +
				'project_team project_created project_last_modified project_custom_fields ' +
				'project_reporting_custom_fields project_summary_custom_fields',
		);
		expect(data.projects[0]).toMatchObject({
			project_id: project.id,
			project_name: 'Portal',
			project_groups: [
				{ id: b, name: 'B' },
				{ id: a, name: 'A' },
			],
			project_team: [{ user_id: service.users[0]!.id, first_name: 'Robin' }],
			project_custom_fields: [{ key: 'k', value: 'v', type: 'Field' }],
		});
	});

	test("lists only projects the key's user is on, by invitation or as a member of a group", async () => {
		const { service, call, a, b, namesBy } = await withGroups();
		const user_id = service.users[0]!.id;
		service.seedProject({ name: 'Invited', groups: [a] });
		service.seedProject({ name: 'Not invited', groups: [a], team: [JOHN] });
		service.seedProject({ name: 'Through B', groups: [a, b], team: [] });
		expect(await namesBy(a)).toEqual(['Invited']);
		await call('POST', '/group/user', { group_id: b, user_id, access_level: 'View' });
		expect(await namesBy(a)).toEqual(['Invited', 'Through B']);
		await call('POST', '/group/user', { group_id: a, user_id, access_level: 'View' });
		expect(await namesBy(a)).toEqual(['Invited', 'Not invited', 'Through B']);
	});

	test('no longer lists them once the user is removed from the group, and so from all its projects', async () => {
		const { service, call, a, namesBy } = await withGroups();
		const user_id = service.users[0]!.id;
		service.seedProject({ groups: [a] });
		await call('POST', '/group/user', { group_id: a, user_id, access_level: 'Edit' });
		expect(await namesBy(a)).toHaveLength(1);
		await call('PUT', `/group/user/${user_id}`, { group_id: a, user_id, access_level: 'Delete' });
		expect(await namesBy(a)).toEqual([]);
	});

	test.each([
		['', ['a', 'b']],
		['?cf_key_allowlist=a', ['a']],
		['?cf_key_allowlist=', []],
		['?cf_key_blocklist=a&cf_key_blocklist=c', ['b']],
	])('with %j shows the custom fields %j', async (query, keys) => {
		const { service, call, a } = await withGroups();
		const custom_fields = ['a', 'b'].map((key) => ({ key, value: key }));
		service.seedProject({ groups: [a], custom_fields });
		const { data } = await call('GET', `/groups/${a}/projects${query}`);
		const shown = data.projects[0].project_custom_fields.map(({ key }: { key: string }) => key);
		expect(shown).toEqual(keys);
	});

	test('refuses paging, wrong ids and unknown ids', async () => {
		const { call, a } = await withGroups();
		const paged = await call('GET', `/groups/${a}/projects?limit=10`);
		expect([paged.status, paged.data.error]).toEqual([400, 'limit is not a known parameter']);
		expect((await call('GET', '/groups/abc/projects')).status).toBe(400);
		expect((await call('GET', `/groups/${UNKNOWN}/projects`)).status).toBe(404);
	});
});

describe('GetProjectById', () => {
	test('shows the project as GetProjectsByGroup does, and no status', async () => {
		const { service, call, a } = await withGroups();
		const { id } = service.seedProject({ groups: [a] });
		const { status, data } = await call('GET', `/project/${id}`);
		const { projects } = (await call('GET', `/groups/${a}/projects`)).data;
		expect([status, data]).toEqual([200, { project: projects[0] }]);
	});

	test('filters each kind of custom field by its own parameters', async () => {
		const { service, call } = await start();
		const fields = () => ['a', 'b'].map((key) => ({ key, value: key }));
		const { id } = service.seedProject({
			custom_fields: fields(),
			reporting_custom_fields: fields(),
			summary_custom_fields: fields(),
		});
		const query =
			'project_cf_key_allowlist=a&project_reporting_cf_key_blocklist=a&project_summary_cf_key_allowlist=';
		expect((await call('GET', `/project/${id}?${query}`)).data.project).toMatchObject({
			project_custom_fields: [{ key: 'a', value: 'a', type: 'Field' }],
			project_reporting_custom_fields: [{ key: 'b', value: 'b' }],
			project_summary_custom_fields: [],
		});
		const { data } = await call('GET', `/project/${id}?cf_key_allowlist=a`);
		expect(data.error).toBe('cf_key_allowlist is not a known parameter');
	});

	test("knows only projects the key's user is on", async () => {
		const { service, call } = await start();
		const { id } = service.seedProject({ team: [] });
		const answer = await call('GET', `/project/${id}`);
		expect([answer.status, answer.data.error]).toEqual([404, `Project ${id} was not found`]);
		expect((await call('GET', `/project/${UNKNOWN}`)).status).toBe(404);
		expect((await call('GET', '/project/abc')).status).toBe(400);
		expect((await call('PUT', `/project/${id}`, { name: 'A' })).status).toBe(404);
	});
});

describe('UpdateProjectById', () => {
	test('answers with the project under other keys than GetProjectById, and no status', async () => {
		const { service, a, setGroups } = await withGroups();
		const { id } = service.seedProject({ name: 'Portal' });
		const { status, data } = await setGroups(id, [a]);
		expect([status, Object.keys(data)]).toEqual([200, ['project']]);
		expect(Object.keys(data.project).join(' ')).toBe(
			'id name code organization_code vulnerability_code groups isOnHold startDate endDate scoring_system ' +
				'custom_fields',
		);
		expect(data.project).toMatchObject({ id, name: 'Portal', groups: [{ id: a, name: 'A' }] });
	});

	test('links the groups it is sent and unlinks all others', async () => {
		const { service, a, b, setGroups, namesBy, namesIn } = await withGroups();
		const { id } = service.seedProject({ name: 'Portal', groups: [a] });
		const where = async () => [await namesBy(a), await namesIn(a), await namesBy(b), await namesIn(b)];
		expect(await where()).toEqual([['Portal'], ['Portal'], [], []]);
		await setGroups(id, [b]);
		expect(await where()).toEqual([[], [], ['Portal'], ['Portal']]);
		await setGroups(id, [b, a]);
		expect(await where()).toEqual([['Portal'], ['Portal'], ['Portal'], ['Portal']]);
		expect(service.project(id)?.groups).toEqual([b, a]);
		await setGroups(id, []);
		expect(await where()).toEqual([[], [], [], []]);
	});

	test('changes what is sent and nothing else, moves last_modified, and renames the project in its groups', async () => {
		const { service, call, a, namesIn } = await withGroups();
		const before = service.seedProject({ name: 'Portal', groups: [a] });
		await call('PUT', `/project/${before.id}`, {
			name: 'Shop',
			startDate: '2026-01-01T00:00:00.000Z',
			isOnHold: 'Yes',
			scoringSystem: 'Manual',
		});
		const { last_modified, ...after } = service.project(before.id)!;
		expect(after).toEqual({
			...without(before, 'last_modified'),
			name: 'Shop',
			start_date: '2026-01-01T00:00:00.000Z',
			on_hold: 'Yes',
			scoring_system: 'Manual',
		});
		expect(Date.parse(last_modified)).toBeGreaterThan(Date.parse(before.last_modified));
		expect(await namesIn(a)).toEqual(['Shop']);
	});

	test.each([
		['an empty body', {}, 'The request body must contain at least one field'],
		['an empty name', { name: ' ' }, 'name must not be empty'],
		['an unknown group', { groups: [UNKNOWN] }, `groups[0] is not the id of a group: ${UNKNOWN}`],
		['a group by name', { groups: ['A'] }, 'groups[0] must be an id of 24 hexadecimal characters'],
		['a single group', { groups: UNKNOWN }, 'groups must be of type array'],
		[
			'groups as they are answered',
			{ groups: [{ id: UNKNOWN, name: 'A' }] },
			'groups[0] must be of type string',
		],
		['project_groups', { project_groups: [] }, 'project_groups is not a known field'],
		['a field it does not carry out', { executive_summary: 'A' }, 'executive_summary is not a known field'],
		['a boolean hold', { isOnHold: true }, 'isOnHold must be of type string'],
		[
			'a date without its zone',
			{ startDate: '2026-01-01T00:00:00' },
			'startDate must be a date in UTC such as 2021-06-03T23:15:33.008Z',
		],
		['a short code', { vulnerability_code: 'AB' }, 'vulnerability_code must be 3 to 8 characters long'],
	] as const)('refuses %s', async (_what, body, error) => {
		const { service, call, a } = await withGroups();
		const before = service.seedProject({ groups: [a] });
		const answer = await call('PUT', `/project/${before.id}`, body);
		expect([answer.status, answer.data]).toEqual([400, { error }]);
		expect(service.project(before.id)).toEqual(before);
	});

	test('leaves the project and its groups as they were when one group is unknown', async () => {
		const { service, call, a, b } = await withGroups();
		const before = service.seedProject({ name: 'Portal', groups: [a] });
		const answer = await call('PUT', `/project/${before.id}`, { name: 'Renamed', groups: [b, UNKNOWN] });
		expect([answer.status, answer.data.error]).toEqual([
			400,
			`groups[1] is not the id of a group: ${UNKNOWN}`,
		]);
		expect(service.project(before.id)).toEqual(before);
		expect(service.group(a)?.projects).toEqual([{ id: before.id, name: 'Portal' }]);
		expect(service.group(b)?.projects).toEqual([]);
	});

	test('refuses a group twice, however its id is written', async () => {
		const { service, a, setGroups } = await withGroups();
		const { id } = service.seedProject();
		const answer = await setGroups(id, [a, a.toUpperCase()]);
		expect([answer.status, answer.data.error]).toEqual([400, `groups[1] repeats ${a}`]);
	});

	test('answers failed validation with 200 and an error when it is told to', async () => {
		const { service, setGroups } = await withGroups({ errorsInSuccess: true });
		const answer = await setGroups(service.seedProject().id, [UNKNOWN]);
		expect([answer.status, answer.data]).toEqual([
			200,
			{ error: `groups[0] is not the id of a group: ${UNKNOWN}` },
		]);
	});
});

describe('a listing lag', () => {
	test('keeps a linked project out of the next listings of the group, each counted by itself', async () => {
		const { service, call, a, setGroups, namesBy, namesIn } = await withGroups({ listingLag: 2 });
		const { id } = service.seedProject({ name: 'Portal' });
		await setGroups(id, [a]);
		expect([await namesBy(a), await namesBy(a), await namesBy(a)]).toEqual([[], [], ['Portal']]);
		expect([await namesIn(a), await namesIn(a), await namesIn(a)]).toEqual([[], [], ['Portal']]);
		const { project } = (await call('GET', `/project/${id}`)).data;
		expect(project.project_groups).toEqual([{ id: a, name: 'A' }]);
	});

	test('keeps an unlinked project in the listings, as it was', async () => {
		const { service, call, a, namesBy } = await withGroups({ listingLag: 1 });
		const { id } = service.seedProject({ name: 'Portal', groups: [a] });
		expect(await namesBy(a)).toEqual(['Portal']);
		await call('PUT', `/project/${id}`, { name: 'Shop', groups: [] });
		expect([await namesBy(a), await namesBy(a)]).toEqual([['Portal'], []]);
	});

	test('delays each change for the same number of calls', async () => {
		const { call } = await start({ listingLag: 2 });
		const names = async () =>
			(await call('GET', '/groups?allGroups=true')).data.groups.map(
				(group: { group_name: string }) => group.group_name,
			);
		const first = (await call('POST', '/group', { ...minimalCreate(), name: '1' })).data.group;
		expect(await names()).toEqual([]);
		await call('POST', '/group', { ...minimalCreate(), name: '2' });
		await call('PUT', `/group/${first.id}`, { name: 'One' });
		expect(await names()).toEqual([]);
		expect(await names()).toEqual(['1']);
		expect(await names()).toEqual(['One', '2']);
		expect((await call('GET', `/group/${first.id}`)).data.group.name).toBe('One');
	});
});

describe('a hook before requests', () => {
	test('lets a test act as another client between a read and a write', async () => {
		const seen: string[] = [];
		const { service, call, a, b, setGroups } = await withGroups({
			hooks: {
				async beforeRequest({ method, path }) {
					seen.push(`${method} ${path}`);
					await Promise.resolve();
					if (method === 'PUT') service.changeProject(id, { groups: [...service.project(id)!.groups, b] });
				},
			},
		});
		const { id } = service.seedProject();
		const read = await call('GET', `/project/${id}?project_cf_key_allowlist=`);
		expect(read.data.project.project_groups).toEqual([]);
		await setGroups(id, [a]);
		expect(service.project(id)?.groups).toEqual([a]);
		expect(service.group(b)?.projects).toEqual([]);
		expect(seen).toEqual([`GET /api/ss/project/${id}`, `PUT /api/ss/project/${id}`]);
	});

	test('is not called for refused keys and grants', async () => {
		const beforeRequest = jest.fn();
		const { call } = await start({ grants: ['GetGroup'], hooks: { beforeRequest } });
		await call('GET', '/groups');
		await call('GET', `/group/${UNKNOWN}`, undefined, { 'X-SSAPI-KEY': 'wrong' });
		await call('GET', '/nowhere');
		expect(beforeRequest).not.toHaveBeenCalled();
	});
});

describe('GetVulnerabilitiesByGroup', () => {
	type Listed = { vulnerability_id: string; vulnerability_priority: string };

	async function withVulnerabilities(count: number) {
		const { service, call, a } = await withGroups();
		const seeded = service.seedVulnerabilities(a, count);
		const get = async (query = '') => await call('GET', `/groups/${a}/vulnerabilities${query}`);
		const ids = async (query?: string): Promise<string[]> =>
			(await get(query)).data.vulnerabilities.map((one: Listed) => one.vulnerability_id);
		return { service, call, a, seeded, get, ids };
	}

	test('lists the vulnerabilities of the projects of the group, with documented keys', async () => {
		const { service, a, get } = await withVulnerabilities(1);
		const { status, data } = await get();
		expect([status, Object.keys(data), data.count]).toEqual([200, ['count', 'vulnerabilities'], 1]);
		const [project] = service.projects();
		expect(data.vulnerabilities[0]).toMatchObject({
			vulnerability_title: 'Vulnerability 1',
			vulnerability_priority: 'Critical',
			vulnerability_status: 'Open',
			vulnerability_created: '2025-01-01T00:00:00.000Z',
			vulnerability_projects: [{ id: project?.id, name: 'A project of A', groups: [{ id: a, name: 'A' }] }],
			vulnerability_custom_fields: [],
		});
	});

	test("belongs to the group's first project, and leaves the group with it", async () => {
		const { service, call, a, b, setGroups } = await withGroups();
		const { id } = service.seedProject({ groups: [a, b] });
		service.seedVulnerabilities(a, 3);
		const count = async (group: string) => (await call('GET', `/groups/${group}/vulnerabilities`)).data.count;
		expect([await count(a), await count(b), service.projects().length]).toEqual([3, 3, 1]);
		await setGroups(id, [b]);
		expect([await count(a), await count(b)]).toEqual([0, 3]);
		service.changeProject(id, { team: [] });
		expect(await count(b)).toBe(0);
	});

	test('comes in pages of 500 and counts the page', async () => {
		const { seeded, get, ids } = await withVulnerabilities(1100);
		const all = seeded.map(({ id }) => id);
		expect(await ids()).toEqual(all.slice(0, 500));
		expect(await ids('?skip=500&limit=500')).toEqual(all.slice(500, 1000));
		expect(await ids('?skip=1000')).toEqual(all.slice(1000));
		expect(await ids('?skip=3&limit=2')).toEqual(all.slice(3, 5));
		expect((await get('?skip=1000')).data.count).toBe(100);
		expect((await get('?skip=1100')).data).toEqual({ count: 0, vulnerabilities: [] });
	});

	test('can be asked for one priority and for a period', async () => {
		const { seeded, get, ids } = await withVulnerabilities(10);
		const low = (await get('?priority=Low')).data.vulnerabilities as Listed[];
		expect(low.map(({ vulnerability_priority }) => vulnerability_priority)).toEqual(['Low', 'Low']);
		const period = await ids('?startDate=2025-01-01T02:00:00.000Z&endDate=2025-01-01T04:00:00Z');
		expect(period).toEqual(seeded.slice(2, 5).map(({ id }) => id));
	});

	test('lists pending vulnerabilities only when asked for, and then no others', async () => {
		const { service, a, seeded, ids } = await withVulnerabilities(1);
		const pending = service.seedVulnerabilities(a, 2, { pending: true });
		expect(await ids()).toEqual(seeded.map(({ id }) => id));
		expect(await ids('?pendingVulnerabilities=false')).toEqual(seeded.map(({ id }) => id));
		expect(await ids('?pendingVulnerabilities=true')).toEqual(pending.map(({ id }) => id));
	});

	test('filters four kinds of custom field, and writes them otherwise on request', async () => {
		const { service, call, a } = await withGroups();
		const fields = () => ['a', 'b'].map((key) => ({ key, value: key }));
		service.seedProject({ groups: [a], custom_fields: fields() });
		service.seedVulnerabilities(a, 1, {
			custom_fields: fields(),
			writeup_custom_fields: fields(),
			asset_custom_fields: fields(),
		});
		const query =
			'vulnerability_cf_key_allowlist=a&writeup_cf_key_blocklist=a&asset_cf_key_allowlist=' +
			'&project_cf_key_allowlist=a&project_cf_key_allowlist=b&project_cf_key_blocklist=b';
		const one = async (more = '') =>
			(await call('GET', `/groups/${a}/vulnerabilities?${query}${more}`)).data.vulnerabilities[0];
		expect(await one()).toMatchObject({
			vulnerability_custom_fields: [{ key: 'a', value: 'a', type: 'Field' }],
			vulnerability_library_custom_fields: [{ key: 'b', value: 'b', type: 'Field' }],
			vulnerability_affected_asset_custom_fields: [],
			vulnerability_projects: [{ custom_fields: [{ key: 'a', value: 'a', type: 'Field' }] }],
		});
		expect(await one('&altCustomFields=true')).toMatchObject({
			vulnerability_custom_fields: { fields: { a: 'a' }, tags: {} },
			vulnerability_library_custom_fields: { fields: { b: 'b' }, tags: {} },
		});
	});

	test('filters by q as documented, and refuses what is no such query', async () => {
		const { ids, call, a } = await withVulnerabilities(6);
		const count = async (q: string) => (await ids(`?q=${encodeURIComponent(q)}`)).length;
		expect(await count('{ priority: { $in: [ "Critical" ] } }')).toBe(2);
		expect(await count('{ created: { $gte: datetime("2025-01-01 04:00") } }')).toBe(2);
		expect(
			await count(
				'{ $or: [ { created: { $lt: datetime("2025-01-01 01:00") } }, { title: { $eq: "Vulnerability 6" } } ] }',
			),
		).toBe(2);
		expect(await count('{ $and: [ { modified: { $gte: datetime("now", "-1 days") } } ] }')).toBe(0);
		for (const q of [
			'priority',
			'{ color: { $eq: "red" } }',
			'{ created: { $gte: datetime("2025-01-01 04:00:30") } }',
		]) {
			const { status } = await call('GET', `/groups/${a}/vulnerabilities?q=${encodeURIComponent(q)}`);
			expect(status).toBe(400);
		}
	});

	test.each([
		['priority=critical', 'priority must be one of Critical, High, Medium, Low, Info'],
		['limit=501', 'limit must be a whole number from 1 to 500'],
		['limit=0', 'limit must be a whole number from 1 to 500'],
		['limit=', 'limit must be a whole number from 1 to 500'],
		['limit=1&limit=2', 'limit must be of type string'],
		['skip=-1', 'skip must be a whole number from 0'],
		['skip=1.5', 'skip must be a whole number from 0'],
		['startDate=2025-01-01', 'startDate must be a date in UTC such as 2021-06-03T23:15:33.008Z'],
		[
			'startDate=2025-01-01T00:00:00.000%2B01:00',
			'startDate must be a date in UTC such as 2021-06-03T23:15:33.008Z',
		],
		['endDate=2025-13-01T00:00:00Z', 'endDate must be a date in UTC such as 2021-06-03T23:15:33.008Z'],
		['altCustomFields=1', 'altCustomFields must be one of true, false'],
		['pendingVulnerabilities=yes', 'pendingVulnerabilities must be one of true, false'],
		['cf_key_allowlist=a', 'cf_key_allowlist is not a known parameter'],
		['page=2', 'page is not a known parameter'],
	])('refuses ?%s', async (query, error) => {
		const { get } = await withVulnerabilities(1);
		const answer = await get(`?${query}`);
		expect([answer.status, answer.data]).toEqual([400, { error }]);
	});

	test('does not find a group that does not exist', async () => {
		const { call } = await start();
		expect((await call('GET', `/groups/${UNKNOWN}/vulnerabilities`)).status).toBe(404);
		expect((await call('GET', '/groups/abc/vulnerabilities')).status).toBe(400);
	});
});

describe('GetAssetsByGroup', () => {
	test('lists the assets of the projects of the group with the documented keys in their order', async () => {
		const { service, call, a } = await withGroups();
		const project = service.seedProject({ name: 'Portal', groups: [a] });
		const [asset] = service.seedAssets(a, 1);
		const { status, data } = await call('GET', `/assets/group/${a}`);
		const documented = {
			asset: 'host-1.example.com',
			created: '2025-01-01T00:00:00.000Z',
			last_updated: '2025-01-01T00:00:00.000Z',
			belongs_to_projects: [{ id: project.id, name: 'Portal' }],
			id: asset?.id,
		};
		expect([status, JSON.stringify(data)]).toEqual([200, JSON.stringify({ count: 1, assets: [documented] })]);
	});

	test('comes in pages of 500 and counts the page', async () => {
		const { service, call, a } = await withGroups();
		const all = service.seedAssets(a, 501).map(({ id }) => id);
		const get = async (query: string) => (await call('GET', `/assets/group/${a}${query}`)).data;
		const ids = async (query: string): Promise<string[]> =>
			(await get(query)).assets.map(({ id }: { id: string }) => id);
		expect(await ids('')).toEqual(all.slice(0, 500));
		expect(await ids('?skip=500')).toEqual(all.slice(500));
		expect(await ids('?skip=10&limit=5')).toEqual(all.slice(10, 15));
		expect((await get('?skip=500')).count).toBe(1);
	});

	test('refuses other parameters, wrong pages, wrong ids and unknown ids', async () => {
		const { call, a } = await withGroups();
		const errorOf = async (query: string) => (await call('GET', `/assets/group/${a}?${query}`)).data.error;
		expect(await errorOf('limit=1000')).toBe('limit must be a whole number from 1 to 500');
		expect(await errorOf('skip=a')).toBe('skip must be a whole number from 0');
		expect(await errorOf('priority=High')).toBe('priority is not a known parameter');
		expect((await call('GET', `/assets/group/${UNKNOWN}`)).status).toBe(404);
		expect((await call('GET', '/assets/group/abc')).status).toBe(400);
	});
});

describe('the users', () => {
	test('are listed, all of them or the exact matches of a filter', async () => {
		const { service, call } = await start();
		expect((await call('GET', '/users')).data).toEqual({
			count: service.users.length,
			users: service.users,
		});
		const { data } = await call('GET', '/users?lastName=citizen&firstName=Paul');
		expect(data).toEqual({ count: 1, users: [service.users.find(({ id }) => id === PAUL)] });
		expect((await call('GET', '/users?email_address=x')).status).toBe(400);
	});

	test('include the seeded ones, who can be added to groups', async () => {
		const { service, call } = await start();
		const user = service.seedUser({ first_name: 'Eve', email_address: 'eve@example.com' });
		expect(user).toMatchObject({ first_name: 'Eve', role: 'client', status: 'Active' });
		expect(service.users.at(-1)).toEqual(user);
		expect((await call('GET', '/users?email=Eve@example.com')).data).toEqual({ count: 1, users: [user] });
		const body = { group_id: service.seedGroup().id, user_id: user.id, access_level: 'View' };
		expect((await call('POST', '/group/user', body)).status).toBe(200);
		expect((await call('GET', `/user/${user.id}/groups`)).data.count).toBe(1);
	});

	test('are found by id, percent-encoded e-mail address and user name', async () => {
		const { service, call } = await start();
		const user = service.users[3]!;
		for (const path of [
			`/users/${user.id}`,
			`/users/email/${encodeURIComponent(user.email_address)}`,
			`/users/username/${encodeURIComponent(user.username)}`,
		])
			expect((await call('GET', path)).data).toEqual({ user });
		expect((await call('GET', `/users/${UNKNOWN}`)).status).toBe(404);
		expect((await call('GET', '/users/email/nobody@example.com')).status).toBe(404);
		expect((await call('GET', '/users/username/nobody')).status).toBe(404);
		expect((await call('GET', '/users/nobody')).status).toBe(400);
	});
});

describe('GetFormConfig', () => {
	test('has custom fields of seven types, in sections and outside, one of them required', async () => {
		const { call } = await start();
		const { data } = await call('GET', '/config/form/group');
		expect([data.type, data.config.map(({ type }: { type: string }) => type)]).toEqual([
			'group',
			['section', 'section', 'custom'],
		]);
		type Entry = { type: string; config: Record<string, unknown> & { fields?: Entry[] } };
		const custom = (data.config as Entry[])
			.flatMap((entry) => entry.config.fields ?? [entry])
			.filter(({ type }) => type === 'custom')
			.map(({ config }) => config);
		expect(custom.map((field) => [field.custom_field_key, field.custom_field_type])).toEqual([
			['client_code', 'input'],
			['region', 'select'],
			['contract_end', 'datepicker'],
			['contract_notes', 'textarea'],
			['escalation_contacts', 'table'],
			['account_manager', 'user-select'],
			['services', 'ui-select-multiple'],
		]);
		expect(custom.filter((field) => field.custom_field_required === 'Yes')).toHaveLength(1);
		expect(custom.find((field) => field.custom_field_key === 'region')?.custom_field_options).toEqual([
			'APAC',
			'EMEA',
			'Americas',
		]);
	});
});

describe('the simulator', () => {
	test('returns copies, so that a test cannot change a group by accident', async () => {
		const { service } = await start();
		const seeded = service.seedGroup({ id: UNKNOWN, name: 'Seeded' });
		seeded.name = 'Changed';
		service.groups()[0]!.name = 'Changed';
		expect(service.group(UNKNOWN)?.name).toBe('Seeded');
		expect(service.group(JOHN)).toBeUndefined();
	});

	test('returns copies of projects, vulnerabilities and users too', async () => {
		const { service, a } = await withGroups();
		const project = service.seedProject({ groups: [a] });
		project.name = 'Changed';
		service.projects()[0]!.groups.push(UNKNOWN);
		service.seedVulnerabilities(a, 1)[0]!.title = 'Changed';
		service.seedUser().username = 'changed';
		expect(service.project(project.id)).toMatchObject({ name: 'A project', groups: [a] });
		expect(service.users.at(-1)?.username).not.toBe('changed');
		expect(service.project(UNKNOWN)).toBeUndefined();
	});

	test('does not seed into groups that do not exist, nor change projects that do not exist', async () => {
		const { service } = await start();
		expect(() => service.seedProject({ groups: [UNKNOWN] })).toThrow('is not the id of a group');
		expect(() => service.seedVulnerabilities(UNKNOWN, 1)).toThrow('was not found');
		expect(() => service.seedAssets(UNKNOWN, 1)).toThrow('was not found');
		expect(() => service.changeProject(UNKNOWN, {})).toThrow('was not found');
		expect(service.projects()).toEqual([]);
	});

	test('handles 500 creates in a row and 2,000 groups, with and without a lag', async () => {
		for (const listingLag of [0, 2]) {
			const { service, call } = await start({ listingLag });
			for (let n = 0; n < 1500; n++) service.seedGroup({ custom_fields: [{ key: 'n', value: n }] });
			for (let n = 0; n < 500; n++) await call('POST', '/group', documentedCreate());
			const counts = [];
			for (let n = 0; n < 3; n++) counts.push((await call('GET', '/groups?allGroups=true')).data.count);
			expect(counts).toEqual(listingLag ? [1500, 1500, 2000] : [2000, 2000, 2000]);
		}
	});

	test('logs every request with the status of its answer', async () => {
		const { service, call } = await start();
		await call('POST', '/group', '{"name":5}');
		expect(service.requests).toMatchObject([
			{ method: 'POST', target: '/api/ss/group', body: '{"name":5}', status: 400 },
		]);
	});

	test('serves HTTPS with a certificate of its own', async () => {
		const { service } = await start({ tls: true });
		const get = async (httpsAgent?: Agent) =>
			await axios.get(`${service.url}/api/ss/groups`, {
				headers: { 'X-SSAPI-KEY': service.credentials.apiKey },
				httpsAgent,
				proxy: false,
			});
		expect((await get(new Agent({ rejectUnauthorized: false }))).data).toEqual({ count: 0, groups: [] });
		await expect(get()).rejects.toThrow(/self-signed certificate/);
	});
});
