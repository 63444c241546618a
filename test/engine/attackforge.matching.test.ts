import type { IDataObject } from 'n8n-workflow';

import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import { jsonOf } from './harness';
import { attackForgeNode, conditions, CONTACTS, type RunNode } from './support';

/** One rule decides which group an item is about, and which of its values differ. */

let server: AttackForgeSimulator;
let node: RunNode;
const start = async (options: AttackForgeOptions = {}) => {
	server = await startAttackForge(options);
	node = attackForgeNode(server);
};
afterEach(async () => await server.stop());

const upsert = async (items: object[], parameters: object = {}) =>
	await node(
		'upsert',
		{ dataMode: 'autoMap', matchBy: 'name', ...parameters },
		{
			items: items.map((item) => ({ ...CONTACTS, ...item })),
			onError: 'continueErrorOutput',
		},
	);
const outcomes = ({ items }: { items: Array<{ json: IDataObject }> }) =>
	items.map(({ json }) => json._outcome);
const names = () => server.groups().map(({ name }) => name);
const byCode = { matchBy: 'customField', matchKey: { __rl: true, mode: 'key', value: 'code' } };

test.each([
	['ACME', ' ACME '],
	['Café', 'Cafe\u0301'],
	['ACME', 'ACME\u00a0'],
	['ACME', '\u200bACME\u200b'],
])('a group "%s" that the item names "%s" is found, and keeps its name', async (stored, given) => {
	await start();
	server.seedGroup({ name: stored, ...CONTACTS });
	expect(outcomes(await upsert([{ name: given }]))).toEqual(['unchanged']);
	expect(outcomes(await upsert([{ name: given, group_owner: 'Ann' }]))).toEqual(['updated']);
	expect(names()).toEqual([stored]);
	const found = await node('getAll', { filters: { nameIs: given } });
	expect(found.items).toHaveLength(1);
});

test('two items "ACME" and "ACME " are one group, and do not rename each other', async () => {
	await start();
	expect(outcomes(await upsert([{ name: 'ACME' }, { name: 'ACME ' }, { name: 'ACME' }]))).toEqual([
		'created',
		'unchanged',
		'unchanged',
	]);
	expect(names()).toEqual(['ACME']);
});

test('two items that find one group in different ways keep what the other has written', async () => {
	await start();
	const { id } = server.seedGroup({ name: 'ACME', ...CONTACTS });
	const items = [
		{ name: 'ACME', custom_fields: { region: 'APAC' } },
		{ id, custom_fields: { client_code: 'C1' } },
		{ name: 'ACME', group_owner: 'Ann', custom_fields: { region: 'APAC' } },
	];
	const parameters = {
		dataMode: 'autoMap',
		matchBy: '={{ $json.id ? "id" : "name" }}',
		groupId: '={{ $json.id }}',
		// n8n asks for it where it does not know how the items match.
		matchKey: 'client_code',
	};
	expect(outcomes(await node('upsert', parameters, { items }))).toEqual(['updated', 'updated', 'updated']);
	expect(server.group(id)?.group_owner).toBe('Ann');
	expect(server.group(id)?.custom_fields).toEqual(
		expect.arrayContaining([
			{ key: 'region', value: 'APAC' },
			{ key: 'client_code', value: 'C1' },
		]),
	);
});

test.each([{ storesText: true }, { storesText: false }])(
	'a second run of the same items writes nothing, whatever their types: %j',
	async (options) => {
		await start(options);
		const item = {
			name: ' ACME ',
			is_deleted: 'false',
			auto_add_project_request: 'yes',
			custom_fields: {
				code: 42,
				date: new Date('2026-01-02T03:04:05Z'),
				flag: true,
				list: ['a'],
				several: ['a', 'b'],
				table: [{ x: 1 }],
				text: ' padded ',
			},
		};
		await upsert([item]);
		expect(outcomes(await upsert([item]))).toEqual(['unchanged']);
		expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(0);
		const { id } = server.groups()[0] ?? { id: '' };
		const update = await node('update', { groupId: id, dataMode: 'autoMap' }, { items: [item] as never });
		expect(outcomes(update)).toEqual(['unchanged']);
		expect(server.groups()).toHaveLength(1);
	},
);

describe('matching by a custom field', () => {
	test.each([
		['C1', ['C1']],
		[['42'], '42'],
		[42, '42'],
	])('finds by %j a group that holds %j', async (given, stored) => {
		await start();
		const custom_fields = [{ key: 'code', value: stored }];
		server.seedGroup({ name: 'ACME', ...CONTACTS, custom_fields });
		expect(outcomes(await upsert([{ name: 'ACME', custom_fields: { code: given } }], byCode))).toEqual([
			'unchanged',
		]);
		expect(server.groups()).toMatchObject([{ custom_fields }]);
	});

	test('is refused, and names the group, if the group holds the value and others', async () => {
		await start();
		const { id } = server.seedGroup({ name: 'ACME', custom_fields: [{ key: 'code', value: ['C1', 'C2'] }] });
		const { errors } = await upsert([{ name: 'ACME', custom_fields: { code: 'C1' } }], byCode);
		expect(errors[0]?.json.error).toBe(
			`The group ${id} has several values in the custom field "code", and "C1" is one of them`,
		);
		expect(server.groups()).toHaveLength(1);
	});

	test('is refused for an item with several values, and says where the value belongs when there is none', async () => {
		await start();
		const { errors } = await upsert(
			[
				{ name: 'A', custom_fields: { code: ['1', '2'] } },
				{ name: 'B', code: 'C1' },
			],
			byCode,
		);
		expect(errors.map(({ json }) => json.error)).toEqual([
			'The custom field "code" that groups are matched by has several values: "["1","2"]"',
			'The custom field "code" that groups are matched by has no value',
		]);
		expect(errors[1]?.json.message).toContain(
			'"custom_fields": {"code": "CLIENT001"}: beside them it is no custom field',
		);
	});
});

describe('the filter Custom Fields of Get Many', () => {
	test.each([
		['without a row', { list: { data: {} } }],
		['with an empty list of rows', { list: { data: { entry: [] } } }],
		['that is empty', {}],
		['with an empty row', conditions({ key: '', value: '' })],
		['that is nothing', ''],
		['as an object by key', { code: '1' }],
		['as a list', [{ key: 'code', value: '1' }]],
	])('%s is refused by name: it would find all groups', async (_what, filter) => {
		await start();
		server.seedGroup({});
		const { items, error } = await node('getAll', { filters: { customFields: filter } });
		expect(items).toEqual([]);
		expect(error?.message).toContain('The filter "Custom Fields" (customFields)');
		expect(server.requests).toEqual([]);
	});
});

test('Get Many lists the tenant once for all items', async () => {
	await start();
	server.seedGroup({ name: 'A' });
	server.seedGroup({ name: 'B' });
	const { items } = await node(
		'getAll',
		{ filters: { nameIs: '={{ $json.name }}' } },
		{ items: Array.from({ length: 30 }, (_, n) => ({ name: n % 2 ? 'A' : 'B' })) },
	);
	expect(items).toHaveLength(30);
	expect(server.requests).toHaveLength(1);
});

test.each([100, 500, 7])('a server with at most %s entries a page is read to the end', async (pageCap) => {
	await start({ pageCap });
	const { id } = server.seedGroup({});
	server.seedAssets(id, 21);
	server.seedVulnerabilities(id, 203);
	for (const [resource, count] of [
		['asset', 21],
		['vulnerability', 203],
	] as const) {
		expect((await node('getAll', { resource, groupId: id, returnAll: true })).items).toHaveLength(count);
		expect((await node('getAll', { resource, groupId: id, limit: 15 })).items).toHaveLength(15);
	}
});

test('an e-mail address in capital letters finds the same user', async () => {
	await start();
	server.seedUser({ username: 'jane', email_address: 'jane@example.com' });
	const { id } = server.seedGroup({});
	const userId = { __rl: true, mode: 'email', value: 'JANE@example.com ' };
	const { items } = await node('remove', { resource: 'member', groupId: id, userId });
	expect(jsonOf(items)).toMatchObject([{ removed: false, _outcome: 'unchanged' }]);
});

describe('a group that is created while another execution creates it', () => {
	test('is reported with the ID of the other group', async () => {
		let other = () => {};
		await start({ hooks: { beforeRequest: ({ method }) => (method === 'POST' ? other() : undefined) } });
		let id = '';
		other = () => void (id = server.seedGroup({ name: 'ACME ', ...CONTACTS }).id);
		const { items } = await upsert([{ name: 'ACME' }]);
		expect(jsonOf(items)).toMatchObject([
			{
				_outcome: 'created',
				_notice: expect.stringContaining(`Another group has the name "ACME" too: ${id}.`),
			},
		]);
	});

	test('shortly before is found by a second look', async () => {
		await start({ listingLag: 1 });
		await upsert([{ name: 'Other' }]);
		await node('create', { name: 'ACME', ...CONTACTS });
		expect(outcomes(await upsert([{ name: 'ACME' }]))).toEqual(['unchanged']);
	});
});

describe('the output', () => {
	test('has the same columns for a created, an updated and an unchanged group', async () => {
		await start();
		server.seedGroup({ name: 'Same', ...CONTACTS });
		server.seedGroup({ name: 'Other', ...CONTACTS, auto_add_project_request: true });
		const set = { auto_add_project_request: false, custom_fields: { region: 'EMEA' } };
		const lists = [['New', 'Same', 'Other'], ['New']];
		const { items } = await upsert(lists.flat().map((name) => ({ name, ...set })));
		expect(outcomes({ items })).toEqual(['created', 'updated', 'updated', 'unchanged']);
		const plain = await upsert([{ name: 'Same' }, { name: 'Newer' }, { name: 'Other', group_owner: 'Ann' }]);
		expect(outcomes(plain)).toEqual(['unchanged', 'created', 'updated']);
		const columns = [
			...['id', 'name', 'group_owner'],
			...['primary_contact_name', 'primary_contact_number', 'primary_contact_email', 'custom_fields'],
		];
		for (const { json } of items) {
			expect(Object.keys(json)).toEqual([...columns, 'auto_add_project_request', '_outcome']);
			expect(json).toMatchObject({ auto_add_project_request: false });
		}
		for (const { json } of plain.items) expect(Object.keys(json)).toEqual([...columns, '_outcome']);
	});

	test.each([false, true])(
		'has what the item sets, with the ID and the name first: Simplify %s',
		async (simplify) => {
			await start();
			const { id } = server.seedGroup({ name: 'Present', ...CONTACTS });
			const set = {
				...CONTACTS,
				custom_fields: { region: 'EMEA' },
				access: {
					sso_1: [{ group_name: 'AD-1', project_access_level: 'view', project_request_access_level: 'view' }],
				},
				auto_add_project_request: false,
				enable_project_team_notifications: true,
			};
			for (const [operation, name, parameters] of [
				['create', 'New', {}],
				['update', 'Present', { groupId: id }],
				['upsert', 'Newer', {}],
				['upsert', 'Present', {}],
			] as const) {
				const { items, error } = await node(
					operation,
					{ dataMode: 'autoMap', simplify, ...parameters },
					{ items: [{ name, ...set }] },
				);
				expect(error).toBeUndefined();
				const columns = Object.keys(items[0]?.json ?? {});
				expect(columns.slice(0, 2)).toEqual(['id', 'name']);
				expect(columns).toEqual(expect.arrayContaining(Object.keys(set)));
			}
		},
	);

	test.each(['acme corp', 'ACME\u00a0Corp', 'ACME  Corp', 'ACME Co\u00adrp'])(
		'says that there is a group "%s", whose name differs only in case or white space',
		async (like) => {
			await start();
			const { id } = server.seedGroup({ name: like, ...CONTACTS });
			expect(jsonOf((await upsert([{ name: 'ACME Corp' }])).items)).toMatchObject([
				{
					_outcome: 'created',
					_notice: `Another group has the name "ACME Corp" but for case or white space: ${id}. Both count, and so this one was created: if both are meant to be one, keep one of them.`,
				},
			]);
		},
	);
});

describe('a group that is deleted or archived', () => {
	test('and is not listed is created anew, with a notice', async () => {
		await start();
		server.seedGroup({ name: 'ACME', ...CONTACTS, is_deleted: true });
		const { items } = await upsert([{ name: 'ACME', is_deleted: false }]);
		expect(jsonOf(items)).toMatchObject([
			{ _outcome: 'created', _notice: expect.stringContaining('may not list groups that are deleted') },
		]);
	});

	test('and is listed comes back', async () => {
		await start({ listsDeleted: true });
		const { id } = server.seedGroup({ name: 'ACME', ...CONTACTS, is_deleted: true });
		expect(outcomes(await upsert([{ name: 'ACME', is_deleted: false }]))).toEqual(['updated']);
		expect(server.groups()).toMatchObject([{ id, is_deleted: false }]);
	});

	test('has a notice about it when it is updated', async () => {
		await start({ listsDeleted: true, showsArchived: 'is_archived' });
		server.seedGroup({ name: 'Deleted', ...CONTACTS, is_deleted: true });
		server.seedGroup({ name: 'Archived', ...CONTACTS, is_archived: true });
		const { items } = await upsert([
			{ name: 'Deleted', group_owner: 'Ann' },
			{ name: 'Archived', group_owner: 'Ann' },
		]);
		expect(jsonOf(items)).toMatchObject([
			{ _outcome: 'updated', _notice: expect.stringContaining('This group is deleted in AttackForge.') },
			{ _outcome: 'updated', _notice: expect.stringContaining('This group is archived in AttackForge.') },
		]);
	});
});
