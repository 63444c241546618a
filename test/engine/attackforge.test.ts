import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { jsonOf } from './harness';
import { access, attackForgeNode, customFields, type RunNode } from './support';

let server: AttackForgeSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startAttackForge();
	node = attackForgeNode(server);
});
afterAll(async () => await server.stop());

const written = () => server.requests.filter(({ method }) => method !== 'GET');
const lastBody = () => written().at(-1)?.body ?? '';
const documented = (name: string) =>
	JSON.stringify(JSON.parse(readFileSync(join(__dirname, '../fixtures', name), 'utf8')));

const contacts = {
	group_owner: 'John Citizen',
	primary_contact_name: 'Paul Citizen',
	primary_contact_number: '(555)555-5555',
	primary_contact_email: 'john.citizen@attackforge.com',
};
const ACME = { name: 'ACME Corp. Technology Team', ...contacts };
const PAUL = '66d2308ba99324532079e111';
const JOHN = '668ba6b1be6510000f78f79e';
const admin = {
	add_user_method: 'email',
	allow_user_invite: true,
	project_limit: 'view',
	project_request_limit: 'none',
};
const sso = (group_name: string) => ({
	group_name,
	project_access_level: 'edit',
	project_request_access_level: 'action',
});

/** A group in the state before the documentation's example of an update. */
const seed = () =>
	server.seedGroup({
		name: 'Before',
		custom_fields: [{ key: 'region', value: 'EU' }],
		access: { sso_1: [sso('AD-GROUP-1')], sso_2: [], member_admins: [{ ...admin, user_id: JOHN }] },
	} as never);

describe("the documentation's example of CreateGroup", () => {
	test('goes out byte for byte from the form, and the group comes back', async () => {
		const { items, error } = await node('create', {
			...ACME,
			custom_fields: customFields({ key: 'client_code', value: 'CLIENT001' }),
			additionalFields: {
				access: access({ member_admins: [{ ...admin, user_id: JOHN }], sso_1: [sso('AD-GROUP-1')] }),
				auto_add_project_request: true,
				enable_project_team_notifications: true,
			},
			// The documentation sends an empty list, which the form never sends.
			options: { additionalJson: '{"access": {"sso_2": []}}' },
		});
		expect(error).toBeUndefined();
		expect(lastBody()).toBe(documented('attackforge-create.json'));
		const { id } = server.groups().at(-1) ?? {};
		expect(items).toMatchObject([
			{
				json: { id, ...ACME, custom_fields: [{ key: 'client_code', value: 'CLIENT001' }] },
				pairedItem: { item: 0 },
			},
		]);
		expect(server.group(String(id))).toMatchObject({
			...ACME,
			auto_add_project_request: true,
			enable_project_team_notifications: true,
			access: { sso_1: [sso('AD-GROUP-1')], member_admins: [{ ...admin, user_id: JOHN }] },
		});
	});

	test('goes out byte for byte from the input, and as JSON', async () => {
		const body = documented('attackforge-create.json');
		// An empty list says nothing, and is left out.
		const sent = body.replace(',"sso_2":[]', '');
		await node('create', { dataMode: 'json', jsonBody: body });
		expect(lastBody()).toBe(sent);
		const { enable_project_team_notifications, ...rest } = JSON.parse(body);
		await node(
			'create',
			{ dataMode: 'autoMap' },
			{ items: [{ enable_project_team_notifications, ...rest }] },
		);
		expect(lastBody()).toBe(sent);
	});
});

describe("the documentation's example of UpdateGroup", () => {
	const expectUpdated = (id: string) =>
		expect(server.group(id)).toMatchObject({
			...ACME,
			// The service merges custom fields: those that the request does not name stay.
			custom_fields: [
				{ key: 'region', value: 'EU' },
				{ key: 'client_code', value: 'CLIENT001' },
			],
			access: {
				sso_1: [
					{ group_name: 'AD-GROUP-2', project_access_level: 'view', project_request_access_level: 'edit' },
				],
				member_admins: [{ ...admin, user_id: PAUL }],
			},
			auto_add_project_request: true,
			enable_project_team_notifications: true,
		});

	test('goes out byte for byte from the form, and the group comes back as it now is', async () => {
		const { id } = seed();
		const { items, error } = await node('update', {
			groupId: id,
			custom_fields: customFields({ key: 'client_code', value: 'CLIENT001' }),
			updateFields: {
				...ACME,
				access: access({
					member_admins: [
						{ action: 'upsert', ...admin, user_id: PAUL },
						{ action: 'remove', ...admin, user_id: JOHN },
					],
					sso_1: [
						{ ...sso('AD-GROUP-2'), project_access_level: 'view', project_request_access_level: 'edit' },
						{ action: 'remove', ...sso('AD-GROUP-1') },
					],
				}),
				auto_add_project_request: true,
				enable_project_team_notifications: true,
			},
			options: { additionalJson: '{"access": {"sso_2": []}}', customFieldsMode: 'replace' },
		});
		expect(error).toBeUndefined();
		expect(lastBody()).toBe(documented('attackforge-update.json'));
		expectUpdated(id);
		expect(jsonOf(items)).toMatchObject([{ id, ...ACME, is_deleted: false, members: [] }]);
	});

	test('goes out byte for byte as JSON', async () => {
		const { id } = seed();
		const body = documented('attackforge-update.json');
		await node('update', {
			groupId: id,
			dataMode: 'json',
			jsonBody: body,
			options: { customFieldsMode: 'replace' },
		});
		// An empty list says nothing, and is left out.
		expect(lastBody()).toBe(body.replace(',"sso_2":[]', ''));
		expectUpdated(id);
	});
});

describe('an update', () => {
	test('sends only what is set, and can delete and bring back the group', async () => {
		const { id } = seed();
		await node('update', { groupId: id, updateFields: { is_deleted: true } });
		expect(lastBody()).toBe('{"is_deleted":true}');
		expect(server.group(id)).toMatchObject({ is_deleted: true, name: 'Before' });
		await node('update', { groupId: id, updateFields: { is_deleted: false } });
		expect(server.group(id)?.is_deleted).toBe(false);
	});

	test('by a key that may not read returns what was sent, and says so', async () => {
		const unreadable = await startAttackForge({ grants: ['CreateGroup', 'UpdateGroup'] });
		try {
			const { id } = unreadable.seedGroup({ name: 'Before' });
			const { items, error } = await attackForgeNode(unreadable)('update', {
				groupId: id,
				updateFields: { name: 'After' },
			});
			expect(error).toBeUndefined();
			expect(unreadable.group(id)?.name).toBe('After');
			expect(jsonOf(items)).toEqual([
				{
					id,
					name: 'After',
					_notice:
						'The group was updated, but could not be read back (the key may not use GetGroup): these are the fields as they were sent.',
					_outcome: 'updated',
				},
			]);
		} finally {
			await unreadable.stop();
		}
	});
});

describe('lists from the item', () => {
	test.each([
		[
			'an array',
			[
				{ key: 'a', value: '007' },
				{ key: 'b', value: [1, 2] },
			],
		],
		['an object by key', { a: '007', b: [1, 2] }],
		['JSON text', '[{"key":"a","value":"007"},{"key":"b","value":[1,2]}]'],
	])('custom fields as %s keep their values as they are', async (_form, custom_fields) => {
		await node('create', { dataMode: 'autoMap' }, { items: [{ ...ACME, custom_fields }] as never });
		expect(JSON.parse(lastBody()).custom_fields).toEqual([
			{ key: 'a', value: '007' },
			{ key: 'b', value: [1, 2] },
		]);
	});

	test('an object with key and value is one custom field, not two fields with these names', async () => {
		const custom_fields = { key: 'client_code', value: '007' };
		await node('create', { dataMode: 'autoMap' }, { items: [{ ...ACME, custom_fields }] });
		expect(JSON.parse(lastBody()).custom_fields).toEqual([custom_fields]);
	});

	test.each([
		['as it was added', { list: { data: {}, sso_1: {}, json: '' } }],
		['without what holds a default', { list: {} }],
		['with a row list that was emptied', { list: { data: { entry: [] }, sso_1: { entry: [] } } }],
		['empty', {}],
	])('boxes left untouched send nothing: %s', async (_form, box) => {
		const { error } = await node('create', {
			...ACME,
			custom_fields: box,
			additionalFields: { access: box },
		});
		expect(error).toBeUndefined();
		expect(JSON.parse(lastBody())).not.toHaveProperty('custom_fields');
		expect(JSON.parse(lastBody())).not.toHaveProperty('access');
	});

	test.each([
		['form', { custom_fields: customFields({ key: 'a', value: '={{ $json.value }}' }) }],
		['object by key', { updateFields: { custom_fields: '={{ ({a: $json.value}) }}' } }],
		['list', { updateFields: { custom_fields: '={{ [{key: "a", value: $json.value}] }}' } }],
	])('a custom field whose expression gives nothing stays as it is: %s', async (_form, box) => {
		const { id } = server.seedGroup({ custom_fields: [{ key: 'a', value: 'kept' }] });
		const { error } = await node('update', {
			groupId: id,
			...box,
			updateFields: { ...('updateFields' in box && box.updateFields), name: 'After' },
		});
		expect(error).toBeUndefined();
		expect(server.group(id)).toMatchObject({ name: 'After', custom_fields: [{ key: 'a', value: 'kept' }] });
	});

	test('a custom field left empty stays as it is, and one of text takes a number as its digits', async () => {
		const { id } = server.seedGroup({
			custom_fields: [
				{ key: 'a', value: 'old' },
				{ key: 'list', value: ['old'] },
			],
		});
		const { error } = await node('update', {
			groupId: id,
			custom_fields: customFields(
				{ key: 'a', value: '' },
				{ key: 'b', value: '={{ 7 }}' },
				{ key: 'list', value: { __rl: true, mode: 'list', value: '' } },
			),
		});
		expect(error).toBeUndefined();
		expect(server.group(id)?.custom_fields).toEqual([
			{ key: 'a', value: 'old' },
			{ key: 'list', value: ['old'] },
			{ key: 'b', value: '7' },
		]);
	});

	test('custom fields and access from an expression stand beside those of the form', async () => {
		const { error } = await node(
			'create',
			{
				...ACME,
				custom_fields: customFields({ key: 'tags', value: '={{ ["x"] }}' }),
				additionalFields: {
					custom_fields: '={{ $json.fields }}',
					access: { list: { sso_1: { entry: [sso('A')] }, json: '={{ $json.access }}' } },
				},
			},
			{ items: [{ fields: [{ key: 'code', value: '01' }], access: { sso_1: [sso('B')] } }] },
		);
		expect(error).toBeUndefined();
		expect(JSON.parse(lastBody())).toMatchObject({
			custom_fields: [
				{ key: 'tags', value: ['x'] },
				{ key: 'code', value: '01' },
			],
			access: { sso_1: [{ group_name: 'A' }, { group_name: 'B' }] },
		});
	});
});

describe('is refused before anything is sent:', () => {
	test.each([
		[
			'a missing contact',
			'create',
			{ ...ACME, primary_contact_email: '={{ $json.none }}' },
			'"Primary Contact Email" (primary_contact_email) is missing',
		],
		['a blank name', 'create', { ...ACME, name: ' ' }, '"Name" (name) is missing'],
		[
			'an object for a name',
			'create',
			{ ...ACME, name: '={{ ({a: 1}) }}' },
			'"Name" (name) must be text, but is an object: "{"a":1}"',
		],
		['an ID that is a path', 'update', { groupId: '../group' }, '"Group" (groupId) cannot be "../group"'],
		['an ID that is too short', 'update', { groupId: '5eab' }, '"Group" (groupId) cannot be "5eab"'],
		[
			'an action that does not exist',
			'update',
			{ dataMode: 'json', jsonBody: { access: { sso_1: [{ action: 'add', ...sso('x') }] } } },
			'"SSO 1 Action" (action) cannot be "add"',
		],
		[
			'a level that does not exist',
			'update',
			{ dataMode: 'json', jsonBody: { access: { sso_1: [{ ...sso('x'), project_access_level: 'Owner' }] } } },
			'"SSO 1 Project" (project_access_level) cannot be "Owner"',
		],
		[
			'an incomplete entry',
			'update',
			{ dataMode: 'json', jsonBody: { access: { sso_1: [{ group_name: 'x' }] } } },
			'"SSO 1 Project" (project_access_level) is missing',
		],
		[
			'a key with a blank',
			'update',
			{ custom_fields: customFields({ key: 'client code', value: '1' }) },
			'the key "client code" may hold letters, numbers and underscores only',
		],
		[
			'a key given twice',
			'update',
			{ custom_fields: customFields({ key: 'a', value: '1' }, { key: 'a', value: '2' }) },
			'the key "a" stands there twice',
		],
		[
			'an object for the text of a custom field',
			'update',
			{ custom_fields: customFields({ key: 'client_code', value: '={{ ({b: 1}) }}' }) },
			'"Custom Fields" (custom_fields): "Client Code" (client_code) must be text, but is an object',
		],
		[
			'a switch that is no switch',
			'update',
			{ dataMode: 'json', jsonBody: { is_deleted: 'maybe' } },
			'"Is Deleted" (is_deleted) cannot be "maybe"',
		],
	])('%s', async (_what, operation, parameters, message) => {
		const { id } = seed();
		const before = written().length;
		const { error } = await node(operation, { groupId: id, ...parameters });
		expect(error?.message).toContain(message);
		expect(error?.description).toMatch(/\w{4}.* Nothing was sent for any item\.$/);
		expect(written()).toHaveLength(before);
	});
});
