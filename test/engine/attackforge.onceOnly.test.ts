import { METHOD_NAMES } from '../simulators/attackforge/methods';
import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import { loseFirst, type LossRule } from '../support/lossyProxy';
import { jsonOf } from './harness';
import { runAttackForgeWithLosses } from './support';

/** Writes whose response is lost. AttackForge has no key by which a record could be found again. */

let server: AttackForgeSimulator;
const start = async (options: AttackForgeOptions = {}) => (server = await startAttackForge(options));
afterEach(async () => await server.stop());

const through = async (lose: LossRule, options: Parameters<typeof runAttackForgeWithLosses>[2]) =>
	await runAttackForgeWithLosses(server, lose, options);

const named = (name: string) => server.groups().filter((group) => group.name === name);
const customers = (...names: string[]) =>
	names.map((name) => ({
		name,
		group_owner: 'Owner',
		primary_contact_name: 'Paula',
		primary_contact_number: '+49 30 1',
		primary_contact_email: 'paula@example.com',
	}));
const oneByOne = { options: { maxConcurrentRequests: 1 } };

describe('a new group whose answer is lost', () => {
	test('after it was made is found by its name, its content and its age', async () => {
		await start();
		const { items, errors, posts } = await through(loseFirst('POST', 'after'), {
			parameters: {},
			items: customers('Made'),
		});
		expect(errors).toEqual([]);
		expect(posts).toHaveLength(1);
		expect(named('Made')).toHaveLength(1);
		expect(jsonOf(items)).toMatchObject([{ id: named('Made')[0]?.id, name: 'Made' }]);
	});

	test.each([0, 2])(
		'before it was made is sent again, when the list shows what the run made besides; it lags by %s',
		async (listingLag) => {
			await start({ listingLag });
			const names = ['First', 'Second', 'Third'];
			const { items, errors } = await through(
				(method, _path, earlier) => (method === 'POST' && earlier === 1 ? 'before' : undefined),
				{ parameters: oneByOne, items: customers(...names) },
			);
			expect(errors).toEqual([]);
			expect(items.map(({ json }) => json.name)).toEqual(names);
			expect(names.map((name) => named(name).length)).toEqual([1, 1, 1]);
		},
	);

	test('is found although the list lags', async () => {
		await start({ listingLag: 2 });
		const names = ['First', 'Second', 'Third'];
		const { items, errors } = await through(
			(method, _path, earlier) => (method === 'POST' && earlier === 1 ? 'after' : undefined),
			{ parameters: oneByOne, items: customers(...names) },
		);
		expect(errors).toEqual([]);
		expect(items).toHaveLength(3);
		expect(names.map((name) => named(name).length)).toEqual([1, 1, 1]);
	});

	test('is reported as unknown when the list shows no group that the run has created', async () => {
		await start();
		const { items, errors, posts } = await through(loseFirst('POST', 'before'), {
			parameters: {},
			items: customers('Alone'),
		});
		expect(items).toEqual([]);
		expect(posts).toHaveLength(0);
		expect(errors[0]?.json.message).toContain(
			'The group may or may not have been created: look for the name "Alone" before you send it again. It could not be looked up: the list of groups shows none that this run has created.',
		);
	});

	test('is reported as unknown when the key may not list groups', async () => {
		await start({ grants: METHOD_NAMES.filter((name) => name !== 'GetGroups') });
		const { errors, posts } = await through(loseFirst('POST', 'after'), {
			parameters: {},
			items: customers('Unlisted'),
		});
		expect(errors[0]?.json.message).toContain(
			'may or may not have been created: look for the name "Unlisted"',
		);
		expect(named('Unlisted')).toHaveLength(1);
		expect(posts).toHaveLength(1);
	});

	test.each([
		['another content', { primary_contact_number: '+49301' }],
		['its name in another form', { name: 'CHANGED' }],
	])('is reported as unknown when there is a new group with %s', async (_what, stored) => {
		await start();
		// The service stores the group with other values than were sent.
		const lose: LossRule = (method, _path, earlier) => {
			if (method !== 'POST' || earlier !== 1) return undefined;
			server.seedGroup({ ...customers('Changed')[0], ...stored, created: new Date().toISOString() });
			return 'before';
		};
		const { errors, posts } = await through(lose, {
			parameters: oneByOne,
			items: customers('First', 'Changed', 'Third'),
		});
		expect(errors.map(({ json }) => json.message)).toEqual([
			expect.stringContaining('may or may not have been created: look for the name "Changed"'),
		]);
		expect(posts).toHaveLength(2);
	});

	test('is not confused with older groups of its name, nor items of one name with each other', async () => {
		await start();
		server.seedGroup({ ...customers('Twin')[0], created: '2025-01-01T00:00:00.000Z' });
		const { items, errors } = await through(
			(method, _path, earlier) => (method === 'POST' && earlier % 2 === 0 ? 'after' : undefined),
			{ parameters: {}, items: customers('Twin', 'Other', 'Twin', 'Twin') },
		);
		expect(errors).toEqual([]);
		expect(new Set(items.map(({ json }) => json.id)).size).toBe(4);
		expect(named('Twin')).toHaveLength(4);
	});

	test('by create or update is made once, and updated by a later item', async () => {
		await start();
		const [customer] = customers('Both');
		const { items, errors } = await through(loseFirst('POST', 'after'), {
			parameters: { operation: 'upsert', matchBy: 'name' },
			items: [customer ?? {}, { ...customer, primary_contact_name: 'Paul' }],
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'created' }, { _outcome: 'updated' }]);
		expect(named('Both')).toMatchObject([{ primary_contact_name: 'Paul' }]);
	});
});

describe("n8n's Retry On Fail", () => {
	test('makes no group twice, whether its creation succeeded or is in doubt', async () => {
		await start({ grants: METHOD_NAMES.filter((name) => name !== 'GetGroups') });
		const names = ['a', 'b', 'c', 'd'];
		const { items, errors, posts } = await through(loseFirst('POST', 'after'), {
			parameters: oneByOne,
			items: customers(...names),
			retryOnFail: true,
			maxTries: 3,
		});
		expect(errors).toHaveLength(1);
		expect(items).toHaveLength(3);
		expect(posts).toHaveLength(4);
		expect(names.map((name) => named(name).length)).toEqual([1, 1, 1, 1]);
	});
});

describe('other writes whose answer is lost', () => {
	const GROUP = { id: '66d2308ba99324532079e200', name: 'Present' };

	test('access that was removed is not removed again, and the rest is written', async () => {
		await start();
		const entry = {
			group_name: 'AD-GROUP-1',
			project_access_level: 'edit',
			project_request_access_level: 'action',
		};
		server.seedGroup({ ...GROUP, access: { sso_1: [entry], sso_2: [], member_admins: [] } } as never);
		for (const loss of ['after', 'before'] as const) {
			const { errors } = await through(loseFirst('PUT', loss), {
				parameters: {
					operation: 'update',
					dataMode: 'json',
					groupId: GROUP.id,
					jsonBody: JSON.stringify({
						primary_contact_name: `New ${loss}`,
						access: { sso_1: [{ action: 'remove', group_name: 'AD-GROUP-1' }] },
					}),
				},
			});
			expect(errors).toEqual([]);
			expect(server.group(GROUP.id)).toMatchObject({
				primary_contact_name: `New ${loss}`,
				access: { sso_1: [] },
			});
		}
	});

	test('an update that is done each time but never answered is in doubt after a few attempts', async () => {
		await start();
		server.seedGroup(GROUP);
		const from = server.requests.length;
		const { errors } = await through((method) => (method === 'PUT' ? 'after' : undefined), {
			parameters: {
				operation: 'update',
				dataMode: 'json',
				groupId: GROUP.id,
				jsonBody: JSON.stringify({ primary_contact_name: 'New' }),
			},
		});
		expect(server.group(GROUP.id)).toMatchObject({ primary_contact_name: 'New' });
		expect(errors[0]?.json.message).toContain('The change may or may not have been made');
		expect(errors[0]?.json.message).not.toContain('Nothing was made');
		expect(server.requests.slice(from).filter(({ method }) => method === 'PUT')).toHaveLength(6);
	});

	test('an update that removes access is found done, because the group is read before another attempt', async () => {
		await start();
		const entry = { group_name: 'AD-GROUP-1', project_access_level: 'edit' };
		server.seedGroup({ ...GROUP, access: { sso_1: [entry], sso_2: [], member_admins: [] } } as never);
		const from = server.requests.length;
		const { items, errors } = await through((method) => (method === 'PUT' ? 'after' : undefined), {
			parameters: {
				operation: 'update',
				dataMode: 'json',
				groupId: GROUP.id,
				jsonBody: JSON.stringify({
					primary_contact_name: 'New',
					access: { sso_1: [{ action: 'remove', group_name: 'AD-GROUP-1' }] },
				}),
			},
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ primary_contact_name: 'New', access: { sso_1: [] } }]);
		expect(server.requests.slice(from).filter(({ method }) => method === 'PUT')).toHaveLength(1);
	});

	test('a member who is there with another access is not said to have the new one', async () => {
		await start();
		server.seedGroup(GROUP);
		const userId = server.seedUser().id;
		const add = { resource: 'member', operation: 'add', groupId: GROUP.id, userId };
		await through(() => undefined, { parameters: { ...add, accessLevel: 'View' } });
		const { items, errors } = await through(loseFirst('POST', 'after'), {
			parameters: { ...add, accessLevel: 'Edit' },
		});
		expect(items).toEqual([]);
		expect(errors).toMatchObject([
			{ json: { error: expect.stringContaining('is already a member of this group') } },
		]);
		expect(server.group(GROUP.id)?.members).toMatchObject([{ userId, accessLevel: 'View' }]);
	});

	test.each(['before', 'after'] as const)(
		'a member is added once and removed once, lost %s',
		async (loss) => {
			await start();
			server.seedGroup(GROUP);
			const userId = server.seedUser().id;
			const member = { resource: 'member', groupId: GROUP.id, userId };
			const isMember = () => server.group(GROUP.id)?.members.some((one) => one.userId === userId);
			const added = await through(loseFirst('POST', loss), { parameters: { ...member, operation: 'add' } });
			expect(added.errors).toEqual([]);
			expect(isMember()).toBe(true);
			const removed = await through(loseFirst('PUT', loss), {
				parameters: { ...member, operation: 'remove' },
			});
			expect(removed.errors).toEqual([]);
			expect(isMember()).toBe(false);
		},
	);
});
