import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { jsonOf } from './harness';
import { attackForgeNode, type RunNode, withAttackForge } from './support';

/** What a refusal or an incomplete answer means. Failures with the status of success: switches.attackforge.test.ts. */

const PAUL = '66d2308ba99324532079e111';
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
		expect(error?.description).toContain('use Change Access to give it another access');
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

test('a refusal names the fields that the item has set', async () => {
	await withAttackForge({}, async (server, run) => {
		const { id } = server.seedGroup({});
		const { error } = await run('update', {
			groupId: id,
			updateFields: { name: 'A' },
			options: { additionalJson: '{"futureField": 1}' },
		});
		expect(error?.message).toBe('futureField is not a known field [item 0]');
		expect(error?.description).toContain(
			'The request sets name, futureField: look at the one that the message is about.',
		);
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
