import { METHOD_NAMES } from '../simulators/attackforge/methods';
import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import type { LossRule } from '../support/lossyProxy';
import { jsonOf, type RunOptions } from './harness';
import { CONTACTS, runAttackForgeWithLosses } from './support';

/** Create or Update writes each group once, whatever fails and however often the group occurs in a run. */

let server: AttackForgeSimulator;
const start = async (options: AttackForgeOptions = {}) => (server = await startAttackForge(options));
afterEach(async () => await server.stop());

const MISSING = 'f'.repeat(24);

const upsert = async (
	parameters: object,
	items: object[],
	{ lose = () => undefined, ...more }: { lose?: LossRule } & Partial<RunOptions> = {},
) =>
	await runAttackForgeWithLosses(server, lose, {
		parameters: { operation: 'upsert', ...parameters },
		items: items.map((item) => ({ ...CONTACTS, ...item })),
		...more,
	});

const names = () => server.groups().map(({ name }) => name);

describe('how many items had which outcome', () => {
	const hintsOf = async (items: object[]) => {
		await start();
		server.seedGroup({ name: 'Known', ...CONTACTS });
		const { hints } = await upsert({ matchBy: 'name' }, items);
		return hints.map(({ message }) => message);
	};

	test('is said at the output', async () => {
		expect(await hintsOf([{ name: 'New' }, { name: 'Known' }, { name: 'Newer' }, { name: ' ' }])).toEqual([
			'4 input items: 2 created, 1 failed, 1 unchanged.',
		]);
	});

	test('is not said if all had the same', async () => {
		expect(await hintsOf([{ name: 'New' }, { name: 'Newer' }])).toEqual([]);
	});
});

test('a key whose value is not taken, because another key is the field, is not said to be taken', async () => {
	await start();
	const { hints } = await upsert({ matchBy: 'name' }, [
		{ name: 'Taken', Name: 'Left', 'Group Owner': 'Ann' },
	]);
	const messages = hints.map(({ message }) => message);
	expect(messages).toEqual([expect.stringContaining('no field of the record\'s type has this name: "Name"')]);
	expect(server.groups()).toMatchObject([{ name: 'Taken', group_owner: CONTACTS.group_owner }]);
});

describe('by ID', () => {
	const byId = { matchBy: 'id', groupId: '={{ $json.groupId }}' };

	test("a proxy's page that says 404 creates nothing", async () => {
		await start();
		const { id } = server.seedGroup({ name: 'Present' });
		const { items, errors } = await upsert(byId, [{ groupId: id, name: 'Present' }], {
			lose: (method) => (method === 'GET' ? 'page' : undefined),
		});
		expect(items).toEqual([]);
		expect(errors).toMatchObject([
			{ json: { error: expect.stringContaining('with 404 Not Found: 404 page not found') } },
		]);
		expect(errors[0]?.json.message).toContain('Look at what answers at the Base URL');
		expect(names()).toEqual(['Present']);
	});

	test('two items with the same missing ID make one group', async () => {
		await start();
		const { items, errors } = await upsert(byId, [
			{ groupId: MISSING, name: 'New' },
			{ groupId: MISSING, name: 'New', group_owner: 'Ann' },
			{ groupId: MISSING, name: 'New', group_owner: 'Ann' },
		]);
		expect(errors).toEqual([]);
		expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['created', 'updated', 'unchanged']);
		expect(server.groups()).toMatchObject([{ name: 'New', group_owner: 'Ann' }]);
	});

	test('items without an ID each make a group', async () => {
		await start();
		await upsert(byId, [{ name: 'New' }, { name: 'New' }]);
		expect(names()).toEqual(['New', 'New']);
	});
});

describe('when nobody knows whether the group was created', () => {
	const lagging = { listingLag: 100 };
	const lose: LossRule = (method, _path, earlier) =>
		method === 'POST' && earlier === 0 ? 'after' : undefined;

	test.each([
		['by name', { matchBy: 'name' }],
		['by ID', { matchBy: 'id', groupId: MISSING }],
	])('%s, later items of the same group send nothing', async (_what, match) => {
		await start(lagging);
		const { items, errors } = await upsert(match, [{ name: 'ACME' }, { name: 'ACME' }], { lose });
		expect(items).toEqual([]);
		expect(names()).toEqual(['ACME']);
		expect(errors[0]?.json.message).toContain('The group may or may not have been created');
		expect(errors[1]?.json).toMatchObject({
			error: 'Not sent: an earlier item may have created this group',
			message: expect.stringContaining('look for the name "ACME" before you send it again'),
		});
	});

	test("nor does n8n's Retry On Fail", async () => {
		await start(lagging);
		await upsert({ matchBy: 'name' }, [{ name: 'ACME' }, { name: 'ACME' }], {
			lose,
			retryOnFail: true,
			maxTries: 2,
		});
		expect(names()).toEqual(['ACME']);
	});
});

describe('a name or code with white space around it', () => {
	test('is that of the group without', async () => {
		await start();
		const { id } = server.seedGroup({ name: 'ACME', ...CONTACTS });
		const { items, errors } = await upsert({ matchBy: 'name' }, [
			{ name: 'ACME ' },
			{ name: ' New' },
			{ name: 'New' },
		]);
		expect(errors).toEqual([]);
		expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['unchanged', 'created', 'unchanged']);
		expect(items[0]?.json.id).toBe(id);
		expect(server.groups()).toHaveLength(2);
	});

	test('is the same however its accents are encoded', async () => {
		await start();
		server.seedGroup({ name: 'Caf\u00e9', ...CONTACTS });
		await upsert({ matchBy: 'name' }, [{ name: 'Cafe\u0301' }]);
		expect(server.groups()).toHaveLength(1);
	});

	test('of a custom field is the same, and one that is only white space is none', async () => {
		await start();
		server.seedGroup({ name: 'ACME', ...CONTACTS, custom_fields: [{ key: 'code', value: '007' }] });
		const byCode = { matchBy: 'customField', matchKey: { __rl: true, mode: 'key', value: 'code' } };
		const { items, errors } = await upsert(byCode, [
			{ name: 'ACME', custom_fields: { code: '007 ' } },
			{ name: 'Other', custom_fields: { code: ' ' } },
		]);
		expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['unchanged']);
		expect(errors[0]?.json.error).toBe('The custom field "code" that groups are matched by has no value');
		expect(server.groups()).toHaveLength(1);
	});
});

describe('a group that is to be deleted', () => {
	const gone = { name: 'Left', is_deleted: true };

	test.each([
		['by name', { matchBy: 'name' }],
		['by ID', { matchBy: 'id', groupId: MISSING }],
		['without an ID', { matchBy: 'id', groupId: '' }],
	])('is not created first where it is not there: %s', async (_what, match) => {
		await start();
		const { items, errors } = await upsert(match, [gone]);
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([
			{ name: 'Left', _outcome: 'unchanged', _notice: expect.stringContaining('none was created') },
		]);
		expect(server.groups()).toEqual([]);
	});

	test('is deleted once, and stays so in every later run', async () => {
		await start();
		const { id } = server.seedGroup({ name: 'Left', ...CONTACTS });
		const outcomes = [];
		for (let run = 0; run < 3; run++) {
			outcomes.push(...jsonOf((await upsert({ matchBy: 'name' }, [gone])).items).map((one) => one._outcome));
		}
		expect(outcomes).toEqual(['updated', 'unchanged', 'unchanged']);
		expect(server.groups()).toMatchObject([{ id, is_deleted: true }]);
	});
});

test('a custom field that somebody else changes during the run is kept: the list of groups may be old', async () => {
	let change = () => {};
	await start({
		hooks: {
			beforeRequest: ({ method, path }) =>
				method === 'GET' && path.endsWith('/groups') ? undefined : change(),
		},
	});
	const { id } = server.seedGroup({
		name: 'ACME',
		...CONTACTS,
		custom_fields: [{ key: 'notes', value: 'old' }],
	});
	change = () => {
		change = () => {};
		server.seedGroup({
			...server.group(id),
			custom_fields: [{ key: 'notes', value: 'by hand, meanwhile' }],
		});
	};
	const { errors } = await upsert({ matchBy: 'name' }, [{ name: 'ACME', custom_fields: { code: '1' } }]);
	expect(errors).toEqual([]);
	expect(server.group(id)?.custom_fields).toEqual([
		{ key: 'notes', value: 'by hand, meanwhile' },
		{ key: 'code', value: '1' },
	]);
});

test('a key that may not read groups back can write the same one again', async () => {
	await start({ grants: METHOD_NAMES.filter((name) => name !== 'GetGroup') });
	server.seedGroup({ name: 'ACME', ...CONTACTS });
	const { items, errors } = await upsert({ matchBy: 'name' }, [
		{ name: 'ACME', group_owner: 'Ann' },
		{ name: 'ACME', group_owner: 'Ann' },
		{ name: 'ACME', group_owner: 'Ben' },
	]);
	expect(errors).toEqual([]);
	expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['updated', 'unchanged', 'updated']);
	expect(items[1]?.json).not.toHaveProperty('_notice');
	expect(server.groups()).toMatchObject([{ group_owner: 'Ben' }]);
});

test.each([
	['', METHOD_NAMES],
	[', which the key may not read', METHOD_NAMES.filter((name) => name !== 'GetGroup')],
])('a group that an item renames is not the one that a later item names%s', async (_what, grants) => {
	await start({ grants });
	const { id } = server.seedGroup({ name: 'Old', ...CONTACTS });
	const match = {
		matchBy: '={{ $json.groupId ? "id" : "name" }}',
		matchKey: { __rl: true, mode: 'key', value: 'code' },
		groupId: '={{ $json.groupId }}',
		options: { maxConcurrentRequests: 1 },
	};
	const { errors } = await upsert(match, [
		{ name: 'Old', group_owner: 'Ann' },
		{ name: 'New', group_owner: 'Ann', groupId: id },
		{ name: 'Old', group_owner: 'Ben' },
	]);
	expect(jsonOf(errors).map(({ error }) => error)).toEqual([
		`The list of groups shows an old state: the group ${id} no longer has the name "Old"`,
	]);
	expect(server.groups()).toMatchObject([{ name: 'New', group_owner: 'Ann' }]);
});
