import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { jsonOf } from './harness';
import { attackForgeNode, CONTACTS, type RunNode, runAttackForgeWithLosses } from './support';

let server: AttackForgeSimulator;
let node: RunNode;
beforeEach(async () => {
	server = await startAttackForge();
	const group = attackForgeNode(server);
	node = async (operation, parameters, more) =>
		await group(operation, { resource: 'user', ...parameters }, more);
});
afterEach(async () => await server.stop());

const JOHN = '668ba6b1be6510000f78f79e';
const member = (userId: string) => ({
	name: 'x',
	userId,
	accessLevel: 'View' as const,
	created: '2026-01-05T10:00:00.000Z',
	last_updated: '2026-01-05T10:00:00.000Z',
});
const seed = () => server.seedGroup({ name: 'ACME', ...CONTACTS, members: [member(JOHN)] }).id;
const all = async (parameters: object = {}) => {
	const { items, error } = await node('getAll', { returnAll: true, ...parameters });
	expect(error).toBeUndefined();
	return jsonOf(items);
};

test('each user comes with its groups, under the names that a group has', async () => {
	const id = seed();
	const users = await all();
	expect(users).toHaveLength(server.users.length);
	expect(users.find((user) => user.id === JOHN)).toMatchObject({
		username: 'john.citizen',
		groups: [{ id, name: 'ACME', access_level: 'View' }],
	});
	expect(users.find((user) => user.username === 'paul.citizen')).toMatchObject({ groups: [] });
	expect(server.requests).toHaveLength(1 + users.length);
	expect(server.requests.every(({ method }) => method === 'GET')).toBe(true);
});

test('without their groups it takes one request', async () => {
	const [user] = await all({ withGroups: false });
	expect(user).not.toHaveProperty('groups');
	expect(server.requests).toHaveLength(1);
});

test.each([
	[{ lastName: 'Citizen' }, ['john.citizen', 'paul.citizen']],
	[{ lastName: 'Citizen', firstName: 'Paul' }, ['paul.citizen']],
	[{ email: 'john.citizen@attackforge.com' }, ['john.citizen']],
	[{ username: 'nobody' }, []],
])('the filters %j find %j', async (filters, expected) => {
	expect((await all({ filters })).map(({ username }) => username)).toEqual(expected);
});

test('up to the limit, and groups are asked for those users only', async () => {
	const { items } = await node('getAll', { limit: 2 });
	expect(items).toHaveLength(2);
	expect(server.requests).toHaveLength(3);
});

test('the users of each item are paired to it', async () => {
	const { items } = await node(
		'getAll',
		{ filters: { username: '={{ $json.name }}' } },
		{ items: [{ name: 'nobody' }, { name: 'paul.citizen' }] },
	);
	expect(items.map(({ json, pairedItem }) => [json.username, pairedItem])).toEqual([
		['paul.citizen', { item: 1 }],
	]);
});

test('simplified, a user has ten fields at most', async () => {
	const [user] = await all({ simplify: true });
	expect(Object.keys(user ?? {})).toHaveLength(10);
	expect(user).not.toHaveProperty('mfa_enabled');
});

test.each([
	['a blank filter', { filters: { email: '={{ " " }}' } }, 'The filter "Email" (email) is empty'],
	['a filter that is no text', { filters: { email: '={{ ({}) }}' } }, '"Email" (email) must be text'],
	['a switch that is none', { withGroups: '={{ "maybe" }}' }, '"With Groups" (withGroups) cannot be "maybe"'],
	['a limit of zero', { limit: 0 }, '"Limit" (limit) cannot be'],
])('refuses %s before anything is sent', async (_what, parameters, message) => {
	const { error } = await node('getAll', parameters);
	expect(error?.message).toContain(message);
	expect(server.requests).toEqual([]);
});

test('fails when the groups of one user cannot be read: the list would be incomplete', async () => {
	seed();
	const { items, errors } = await runAttackForgeWithLosses(
		server,
		(_method, path) => (path.includes(`/user/${JOHN}/`) ? { body: '{"count":1}' } : undefined),
		{ parameters: { resource: 'user', operation: 'getAll', returnAll: true } },
	);
	expect(items).toEqual([]);
	expect(JSON.stringify(errors)).toContain('AttackForge answered with success, but without its groups');
});
