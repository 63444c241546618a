import { type AttackForgeSimulator, type FailureForm, startAttackForge } from '../simulators/attackforge';
import { jsonOf } from './harness';
import { attackForgeNode, CONTACTS, type RunNode, withAttackForge } from './support';

/** A failure counts as a failure even if AttackForge sends it with the status code of success. */

const MISSING = 'f'.repeat(24);
const PAUL = '66d2308ba99324532079e111';
const FORMS: FailureForm[] = [
	'error',
	'status and error',
	'status and message',
	'status',
	'errors',
	'error objects',
	'sentence',
];

describe.each(FORMS)('a failure with status 200 in the form "%s"', (failuresInSuccess) => {
	let server: AttackForgeSimulator;
	let node: RunNode;
	beforeAll(async () => {
		server = await startAttackForge({ failuresInSuccess });
		node = attackForgeNode(server);
	});
	afterAll(async () => await server.stop());

	test.each([
		[
			'create',
			{ name: 'A', ...CONTACTS, additionalFields: { access: { list: { json: '={{ $json.access }}' } } } },
		],
		['update', { groupId: MISSING, updateFields: { name: 'A' } }],
		['archive', { groupId: MISSING }],
		['restore', { groupId: MISSING }],
		['get', { groupId: MISSING }],
		['add', { resource: 'member', groupId: MISSING, userId: PAUL, accessLevel: 'View' }],
		['changeAccess', { resource: 'member', groupId: MISSING, userId: PAUL, accessLevel: 'View' }],
		['remove', { resource: 'member', groupId: MISSING, userId: PAUL }],
		['getAll', { resource: 'member', groupId: MISSING }],
		['getAll', { resource: 'project', groupId: MISSING }],
		['link', { resource: 'project', projectId: MISSING, groupId: MISSING }],
		['unlink', { resource: 'project', projectId: MISSING, groupId: MISSING }],
		['upsert', { matchBy: 'id', groupId: MISSING, name: 'A', ...CONTACTS }],
	])('fails %s, and nothing is in doubt', async (operation, parameters) => {
		const sso = { group_name: 'AD', project_access_level: 'view', project_request_access_level: 'none' };
		const admin = {
			add_user_method: 'list',
			allow_user_invite: false,
			project_limit: 'view',
			project_request_limit: 'none',
			user_id: MISSING,
		};
		const { items, errors } = await node(operation, parameters, {
			items: [{ access: { sso_1: [sso], member_admins: [admin] } }],
			onError: 'continueErrorOutput',
		});
		expect(items).toEqual([]);
		expect(errors).toHaveLength(1);
		expect(errors[0]?.json).toMatchObject({ message: expect.stringContaining('HTTP 200') as string });
		expect(errors[0]?.json.error).toMatch(failuresInSuccess === 'status' ? /^error$/ : /not|user_id/);
		expect(errors[0]?.json.message).not.toContain('may or may not');
		expect(server.groups()).toEqual([]);
	});
});

test('an answer without a list of members is an error, and not a group without members', async () => {
	const server = await startAttackForge();
	try {
		const { id } = server.seedGroup({ members: undefined as never });
		const { items, error } = await attackForgeNode(server)('getAll', { resource: 'member', groupId: id });
		expect(items).toEqual([]);
		expect(error?.message).toContain('AttackForge does not show the members of the group');
	} finally {
		await server.stop();
	}
});

describe('what was done before', () => {
	let server: AttackForgeSimulator;
	let node: RunNode;
	beforeEach(async () => {
		server = await startAttackForge();
		node = attackForgeNode(server);
	});
	afterEach(async () => await server.stop());
	const sso = { group_name: 'AD', project_access_level: 'view', project_request_access_level: 'none' };

	test('adding a member again, and removing a user who is not a member, has nothing to do and says so', async () => {
		const { id } = server.seedGroup({});
		const member = { resource: 'member', groupId: id, userId: PAUL };
		for (const [operation, nothing] of [
			['add', 'The user is a member of the group with this access already.'],
			['remove', 'The user is no member of the group.'],
		] as const) {
			const outcomes = [];
			for (let run = 0; run < 2; run++) {
				const { items, error } = await node(operation, { ...member, accessLevel: 'View' });
				expect(error).toBeUndefined();
				outcomes.push(jsonOf(items)[0]);
			}
			expect(outcomes).toMatchObject([{ _outcome: 'updated' }, { _outcome: 'unchanged', _notice: nothing }]);
		}
		expect(server.group(id)?.members).toEqual([]);
	});

	test('adding a member who has another access still fails', async () => {
		const { id } = server.seedGroup({});
		const member = { resource: 'member', groupId: id, userId: PAUL };
		await node('add', { ...member, accessLevel: 'View' });
		const { error } = await node('add', { ...member, accessLevel: 'Edit' });
		expect(error?.message).toContain('is already a member of this group');
	});

	test('removing access that is absent leaves the group unchanged, and writes the rest of the item', async () => {
		const { id } = server.seedGroup({ name: 'A' });
		const access = { sso_1: [{ ...sso, action: 'remove' }] };
		const update = async (body: object) =>
			await node('update', { groupId: id, dataMode: 'json', jsonBody: JSON.stringify(body) });
		const alone = await update({ access });
		expect(alone.error).toBeUndefined();
		expect(jsonOf(alone.items)).toMatchObject([{ id, _outcome: 'unchanged' }]);
		const more = await update({ access, name: 'B' });
		expect(more.error).toBeUndefined();
		expect(jsonOf(more.items)).toMatchObject([{ name: 'B', _outcome: 'updated' }]);
	});

	test.each([
		['view and edit', [sso, { ...sso, project_access_level: 'edit' }]],
		['added and removed', [sso, { ...sso, action: 'remove' }]],
	])('one SSO group that is to be %s is refused by name before anything is sent', async (_what, sso_1) => {
		const { id } = server.seedGroup({});
		const from = server.requests.length;
		const { error } = await node('update', {
			groupId: id,
			dataMode: 'json',
			jsonBody: JSON.stringify({ access: { sso_1 } }),
		});
		expect(error?.message).toContain('sso_1: "AD" stands there twice, with different settings');
		expect(server.requests).toHaveLength(from);
	});
});

describe('a change that was made', () => {
	const without = async (
		method: string,
		check: (server: AttackForgeSimulator, run: RunNode) => Promise<void>,
	) => {
		const { METHOD_NAMES } = await import('../simulators/attackforge/methods');
		await withAttackForge({ grants: METHOD_NAMES.filter((name) => name !== method) }, check);
	};

	test.each([
		['archive', 'archived'],
		['restore', 'restored'],
	])('by %s is said without the grant to read', async (operation, outcome) => {
		await without('GetGroup', async (server, run) => {
			const { id } = server.seedGroup({});
			const { items } = await run(operation, { groupId: id });
			expect(jsonOf(items)).toEqual([
				{
					id,
					archived: operation === 'archive',
					_outcome: outcome,
					_notice: `The group was ${outcome}, but could not be read back (the key may not use GetGroup).`,
				},
			]);
		});
	});

	test('by Unlink is reported although the key can no longer read the project', async () => {
		const server = await startAttackForge();
		try {
			const [me] = server.users;
			const members = [{ name: 'Me', userId: me?.id, accessLevel: 'View', created: '', last_updated: '' }];
			const { id } = server.seedGroup({ members: members as never });
			const project = server.seedProject({ groups: [id], team: [] });
			const { items, error } = await attackForgeNode(server)('unlink', {
				resource: 'project',
				projectId: project.id,
				groupId: id,
			});
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([
				{ groups: [], _outcome: 'updated', _notice: expect.stringContaining('could not be read back') },
			]);
			expect(server.project(project.id)?.groups).toEqual([]);
		} finally {
			await server.stop();
		}
	});
});
