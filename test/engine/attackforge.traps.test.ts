import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { run } from './harness';
import { access, ADMIN, attackForgeNode, CONTACTS, type RunNode, withAttackForge } from './support';

/**
 * Differences between AttackForge's API and what a client expects when it creates and updates groups, and
 * contradictions in its documentation. Each test shows what the node does.
 */

let server: AttackForgeSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startAttackForge();
	node = attackForgeNode(server);
});
afterAll(async () => await server.stop());

const written = () => server.requests.filter(({ method }) => method !== 'GET');
const lastBody = () => JSON.parse(written().at(-1)?.body ?? 'null');

const ACME = { name: 'ACME', ...CONTACTS };
const USER = '66d2308ba99324532079e111';
const sso = { group_name: 'AD', project_access_level: 'edit', project_request_access_level: 'action' };

test('the notification switch goes out under its plural name', async () => {
	await node('create', { ...ACME, additionalFields: { enable_project_team_notifications: true } });
	expect(lastBody()).toEqual({ ...ACME, enable_project_team_notifications: true });
});

test('an SSO group may get the project request level "action"', async () => {
	const { error } = await node('create', { ...ACME, additionalFields: { access: access({ sso_1: [sso] }) } });
	expect(error).toBeUndefined();
	expect(lastBody().access).toEqual({ sso_1: [sso] });
});

test('switches that are not set are not sent, and an update leaves them on', async () => {
	await node('create', ACME);
	expect(lastBody()).toEqual(ACME);
	const { id } = server.seedGroup({
		auto_add_project_request: true,
		enable_project_team_notifications: true,
	});
	await node('update', { groupId: id, updateFields: { name: 'Renamed' } });
	expect(lastBody()).toEqual({ name: 'Renamed' });
	expect(server.group(id)).toMatchObject({
		auto_add_project_request: true,
		enable_project_team_notifications: true,
	});
});

test('sso_2 is sent only when it is set, with the same fields as sso_1', async () => {
	await node('create', { ...ACME, additionalFields: { access: access({ sso_1: [sso] }) } });
	expect(lastBody().access).not.toHaveProperty('sso_2');
	await node('create', { ...ACME, additionalFields: { access: access({ sso_2: [sso] }) } });
	expect(lastBody().access).toEqual({ sso_2: [sso] });
});

test('entries are plain on create, and carry an action on update', async () => {
	await node('create', { ...ACME, additionalFields: { access: access({ sso_1: [sso] }) } });
	expect(lastBody().access.sso_1[0]).not.toHaveProperty('action');
	const { id } = server.groups().at(-1) ?? { id: '' };
	await node('update', {
		groupId: id,
		dataMode: 'json',
		jsonBody: JSON.stringify({ access: { sso_1: [{ ...sso, project_access_level: 'view' }] } }),
	});
	expect(lastBody().access.sso_1[0]).toEqual({ action: 'upsert', ...sso, project_access_level: 'view' });
	await node('update', {
		groupId: id,
		updateFields: { access: access({ sso_1: [{ action: 'remove', ...sso }] }) },
	});
	expect(lastBody().access.sso_1[0]).toEqual({ action: 'remove', group_name: 'AD' });
	expect(server.group(id)?.access.sso_1).toEqual([]);
});

test('a member administrator is exactly one of a user and a group', async () => {
	const before = server.requests.length;
	const create = async (entry: object) =>
		(
			await node('create', {
				...ACME,
				additionalFields: { access: access({ member_admins: [entry as never] }) },
			})
		).error;
	expect((await create({ ...ADMIN, user_id: USER, group_id: USER }))?.message).toContain(
		'"Admin User" (user_id) and "Admin Group" (group_id) are both set',
	);
	expect(server.requests).toHaveLength(before);
	// A row that names nobody says nothing.
	expect(await create({ ...ADMIN, user_id: '', group_id: '' })).toBeUndefined();
	expect(lastBody()).not.toHaveProperty('access');
	expect(await create({ ...ADMIN, user_id: USER, group_id: '' })).toBeUndefined();
	expect(lastBody().access.member_admins).toEqual([{ ...ADMIN, user_id: USER }]);
});

test.each(['user_id', 'group_id'])('a member administrator whose %s is no ID is refused', async (name) => {
	const before = server.requests.length;
	const member_admins = [{ ...ADMIN, [name]: 'paul@acme.example' }];
	const additionalFields = { access: access({ member_admins }) };
	const items = [{ ...ACME, access: { member_admins } }];
	for (const { error } of [
		await node('create', { ...ACME, additionalFields }),
		await node('create', { dataMode: 'autoMap' }, { items }),
	]) {
		expect(error?.message).toContain(`(${name}) cannot be "paul@acme.example"`);
		expect(error?.description).toContain('An ID has 24 hexadecimal digits');
	}
	expect(server.requests).toHaveLength(before);
});

test('success does not depend on the status sentence', async () => {
	await withAttackForge({ oldStatusSentences: true }, async (one, runNode) => {
		const { id } = one.seedGroup({ name: 'Before' });
		const { error, items } = await runNode('update', { groupId: id, updateFields: { name: 'After' } });
		expect(error).toBeUndefined();
		expect(items[0]?.json).toMatchObject({ id, name: 'After' });
	});
});

test('the owner is free text', async () => {
	const { error } = await node('create', { ...ACME, group_owner: 'Nobody in particular, Ltd.' });
	expect(error).toBeUndefined();
	expect(server.groups().at(-1)?.group_owner).toBe('Nobody in particular, Ltd.');
});

test('a method that is not granted is named, with who must grant it and where', async () => {
	await withAttackForge({ grants: ['GetGroup'] }, async (_one, runNode) => {
		const { error } = await runNode('create', ACME);
		expect(error?.httpCode).toBe('403');
		expect(error?.message).toContain('CreateGroup');
		expect(error?.description).toContain(
			'ask an administrator to grant CreateGroup to your user under Users > your user > Access > Self-Service RESTful API',
		);
	});
});

test('a success that holds an error is a failure', async () => {
	await withAttackForge({ errorsInSuccess: true }, async (one, runNode) => {
		const { error } = await runNode('create', {
			...ACME,
			additionalFields: { access: access({ member_admins: [{ ...ADMIN, user_id: 'f'.repeat(24) }] }) },
		});
		expect(error?.message).toContain('user_id');
		expect(error?.httpCode).toBe('200');
		expect(one.groups()).toHaveLength(0);
	});
});

test('deleting by field does not archive', async () => {
	const { id } = server.seedGroup({});
	await node('update', { groupId: id, updateFields: { is_deleted: true } });
	expect(server.group(id)).toMatchObject({ is_deleted: true, is_archived: false });
});

test('a create is sent once, also when the key is refused with a 401', async () => {
	const before = server.requests.length;
	const { error } = await run({
		type: 'attackForgeGroup',
		parameters: { resource: 'group', operation: 'create', ...ACME },
		credentials: { attackForgeApi: { baseUrl: server.url, apiKey: 'wrong' } },
	});
	expect(error?.httpCode).toBe('401');
	expect(error?.description).toContain('Check the Self-Service API Key in the credential.');
	expect(server.requests).toHaveLength(before + 1);
});
