import axios, { type AxiosResponse } from 'axios';
import { Agent } from 'node:https';
import {
	startAttackForge,
	type AttackForgeOptions,
	type AttackForgeSimulator,
	type MethodName,
} from '../../simulators/attackforge';
import { METHOD_NAMES, METHODS } from '../../simulators/attackforge/methods';

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

/** A client that sends the key and JSON, and takes every answer. */
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
	it('has 256 letters and digits', async () => {
		const { service } = await start();
		expect(service.credentials.apiKey).toMatch(/^[A-Za-z0-9]{256}$/);
	});

	it('is asked for on every method', async () => {
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

	it('is good for the granted methods only, and the refusal names the method', async () => {
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
	it.each([
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
	it('answers the documented request with the documented response, keys in the same order', async () => {
		const { service, call } = await start();
		const answer = await call('POST', '/group', documentedCreate());
		expect(answer.status).toBe(200);
		const { id, created } = answer.data.group;
		expect(id).toMatch(/^[0-9a-f]{24}$/);
		expect(created).toMatch(DATE);
		expect(JSON.stringify(answer.data)).toBe(JSON.stringify(documentedCreated(id, created)));
		expect(service.group(id)).toMatchObject({ is_deleted: false, is_archived: false, members: [] });
	});

	it('needs nothing but the five texts', async () => {
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

	it('allows two groups of the same name', async () => {
		const { service, call } = await start();
		await call('POST', '/group', minimalCreate());
		await call('POST', '/group', minimalCreate());
		expect(service.groups().map(({ name }) => name)).toEqual(['Red Team', 'Red Team']);
	});

	it('keeps any JSON as the value of a custom field, numbers to the last digit', async () => {
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

	it('takes a member administrator that is a group', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup({ name: 'Admins' });
		const admin = { ...without(adminEntry(), 'user_id'), group_id: id };
		const answer = await call('POST', '/group', { ...minimalCreate(), access: { member_admins: [admin] } });
		expect(answer.data.group.access.member_admins).toEqual([admin]);
	});

	it.each(Object.keys(minimalCreate()))('refuses to do without %s', async (field) => {
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

	it.each([...refused, ...refusedEntries.map(([what, access, error]) => [what, { access }, error] as const)])(
		'refuses %s',
		async (_what, fields, error) => {
			const { service, call } = await start();
			const answer = await call('POST', '/group', { ...minimalCreate(), ...fields });
			expect([answer.status, answer.data]).toEqual([400, { error }]);
			expect(service.groups()).toEqual([]);
		},
	);

	it.each([...Object.keys(without(ssoEntry(), 'group_name'))])('wants %s in an sso entry', async (field) => {
		const { call } = await start();
		const entry = without(ssoEntry(), field as keyof ReturnType<typeof ssoEntry>);
		const answer = await call('POST', '/group', { ...minimalCreate(), access: { sso_1: [entry] } });
		expect([answer.status, answer.data.error]).toEqual([400, `access.sso_1[0].${field} is required`]);
	});

	it('takes linked groups when it is told to be an older version', async () => {
		const { service, call } = await start({ acceptLinkedGroups: true });
		const { data } = await call('POST', '/group', { ...minimalCreate(), linked_groups_view: ['AD'] });
		expect(service.group(data.group.id)).toMatchObject({ linked_groups_view: ['AD'] });
	});
});

describe('a body', () => {
	it('must be JSON, and say so', async () => {
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

	it('must be there and be an object', async () => {
		const { call } = await start();
		const declared = { 'Content-Type': 'application/json' };
		expect((await call('POST', '/group', '', declared)).data.error).toBe(
			'The request body is not valid JSON',
		);
		for (const body of ['[]', 'null', '"text"'])
			expect((await call('POST', '/group', body)).data.error).toBe('The request body must be of type object');
	});

	it('may name its charset', async () => {
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

	it('answers the documented request with the documented response, and does what it says', async () => {
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

	it('changes what is sent and nothing else, and moves last_modified', async () => {
		const { update, stored } = await withGroup();
		const before = stored();
		await update({ name: 'Renamed', is_deleted: true });
		const { last_modified, ...after } = stored();
		expect(after).toEqual({ ...without(before, 'last_modified'), name: 'Renamed', is_deleted: true });
		expect(Date.parse(last_modified)).toBeGreaterThan(Date.parse(before.last_modified));
	});

	it('replaces the custom fields', async () => {
		const { update, stored } = await withGroup();
		await update({ custom_fields: [{ key: 'region', value: ['EU'] }] });
		expect(stored().custom_fields).toEqual([{ key: 'region', value: ['EU'] }]);
		await update({ custom_fields: [] });
		expect(stored().custom_fields).toEqual([]);
	});

	it('upserts by name: a known entry is replaced where it is, a new one added', async () => {
		const { update, stored } = await withGroup();
		const known = { ...ssoEntry(), group_name: 'AD-GROUP-1' };
		const upsert = [known, ssoEntry()].map((entry) => ({ action: 'upsert', ...entry }));
		await update({ access: { sso_1: upsert } });
		expect(stored().access.sso_1).toEqual([known, ssoEntry()]);
		expect(stored().access.member_admins).toHaveLength(1);
	});

	it('leaves the group as it was when one of its operations is refused', async () => {
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

	it.each([
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

	it('tells an id that is none from one that is unknown', async () => {
		const { call } = await start();
		const bad = await call('PUT', '/group/abc', { name: 'A' });
		const unknown = await call('PUT', `/group/${UNKNOWN}`, { name: 'A' });
		expect([bad.status, bad.data.error]).toEqual([400, 'id must be an id of 24 hexadecimal characters']);
		expect([unknown.status, unknown.data.error]).toEqual([404, `Group ${UNKNOWN} was not found`]);
	});

	it('answers with a sentence when it is told to be an older version', async () => {
		const { update } = await withGroup({ oldStatusSentences: true });
		expect((await update({ name: 'A' })).data).toEqual({ status: 'Group Updated' });
	});

	it('answers failed validation with 200 and an error when it is told to, other failures as ever', async () => {
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
	it('has the documented keys in their order, and no status', async () => {
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

	it.each([
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

	it('refuses parameters it does not document, such as bracketed lists and paging', async () => {
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

	it('does not find what is not there', async () => {
		const { call } = await start();
		expect((await call('GET', `/group/${UNKNOWN}`)).status).toBe(404);
		expect((await call('GET', '/group/user')).status).toBe(400);
	});
});

describe('GetGroups', () => {
	it("lists the groups of the key's user, unless it is asked for all", async () => {
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

	it('uses other keys than GetGroup', async () => {
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

	it('refuses all groups to those who are no administrators', async () => {
		const { call } = await start({ admin: false });
		const answer = await call('GET', '/groups?allGroups=true');
		expect([answer.status, answer.data.error]).toEqual([
			403,
			'allGroups is available to administrators only',
		]);
		expect((await call('GET', '/groups')).data).toEqual({ count: 0, groups: [] });
	});

	it('takes true and false only', async () => {
		const { call } = await start();
		const { data } = await call('GET', '/groups?allGroups=True');
		expect(data).toEqual({ error: 'allGroups must be one of true, false' });
	});

	it('leaves out deleted groups and keeps archived ones', async () => {
		const { service, call } = await start();
		service.seedGroup({ is_deleted: true });
		const { id } = service.seedGroup({ is_archived: true });
		const { data } = await call('GET', '/groups?allGroups=true');
		expect(data.groups.map((group: { group_id: string }) => group.group_id)).toEqual([id]);
	});
});

describe('ArchiveGroup and RestoreGroup', () => {
	it('set is_archived and not is_deleted, with {} or without a body', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		const archived = await call('PUT', `/group/${id}/archive`, {});
		expect([archived.status, archived.data]).toEqual([200, { status: 'ok' }]);
		expect(service.group(id)).toMatchObject({ is_archived: true, is_deleted: false });
		const restored = await call('PUT', `/group/${id}/restore`);
		expect([restored.status, restored.data]).toEqual([200, { status: 'ok' }]);
		expect(service.group(id)).toMatchObject({ is_archived: false, is_deleted: false });
	});

	it('refuse fields, wrong ids and unknown ids', async () => {
		const { service, call } = await start();
		const { id } = service.seedGroup();
		expect((await call('PUT', `/group/${id}/archive`, { is_archived: true })).status).toBe(400);
		expect((await call('PUT', '/group/abc/archive')).status).toBe(400);
		expect((await call('PUT', `/group/${UNKNOWN}/restore`)).status).toBe(404);
	});
});

describe('the members of a group', () => {
	it('are added, changed and removed, with the documented sentences', async () => {
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

	it('are refused with lower-case levels, unknown ids and contradictions', async () => {
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

describe('the users', () => {
	it('are listed, all of them or the exact matches of a filter', async () => {
		const { service, call } = await start();
		expect((await call('GET', '/users')).data).toEqual({
			count: service.users.length,
			users: service.users,
		});
		const { data } = await call('GET', '/users?lastName=citizen&firstName=Paul');
		expect(data).toEqual({ count: 1, users: [service.users.find(({ id }) => id === PAUL)] });
		expect((await call('GET', '/users?email_address=x')).status).toBe(400);
	});

	it('are found by id, percent-encoded e-mail address and user name', async () => {
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
	it('has custom fields in a section and outside', async () => {
		const { call } = await start();
		const { data } = await call('GET', '/config/form/group');
		expect(data).toMatchObject({
			type: 'group',
			config: [
				{ type: 'section', config: { fields: [{ type: 'system' }, { type: 'system' }, { type: 'custom' }] } },
				{ type: 'custom', config: { custom_field_key: 'regions' } },
			],
		});
	});
});

describe('the simulator', () => {
	it('hands out copies, so a test cannot change a group by accident', async () => {
		const { service } = await start();
		const seeded = service.seedGroup({ id: UNKNOWN, name: 'Seeded' });
		seeded.name = 'Changed';
		service.groups()[0]!.name = 'Changed';
		expect(service.group(UNKNOWN)?.name).toBe('Seeded');
		expect(service.group(JOHN)).toBeUndefined();
	});

	it('logs every request with the status it was answered with', async () => {
		const { service, call } = await start();
		await call('POST', '/group', '{"name":5}');
		expect(service.requests).toMatchObject([
			{ method: 'POST', target: '/api/ss/group', body: '{"name":5}', status: 400 },
		]);
	});

	it('serves HTTPS with a certificate of its own', async () => {
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
