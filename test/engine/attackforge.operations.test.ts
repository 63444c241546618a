import type { IncomingMessage, ServerResponse } from 'node:http';

import type { ILoadOptionsFunctions, INodeListSearchResult } from 'n8n-workflow';

import { type AttackForgeSimulator, startAttackForge, type StoredGroup } from '../simulators/attackforge';
import { withHttpServer } from '../support/httpServer';
import { jsonOf, loadOptions } from './harness';
import {
	access,
	ADMIN,
	attackForgeNode,
	CONTACTS,
	conditions,
	customFields,
	type RunNode,
	withAttackForge,
} from './support';

let server: AttackForgeSimulator;
let node: RunNode;
beforeEach(async () => {
	server = await startAttackForge();
	node = attackForgeNode(server);
});
afterEach(async () => await server.stop());

const PAUL = '66d2308ba99324532079e111';
const sso = (group_name: string, level = 'edit') => ({
	group_name,
	project_access_level: level,
	project_request_access_level: 'action',
});
const writes = (one = server) => one.requests.filter(({ method }) => method !== 'GET');
const list = (value: string) => ({ __rl: true, mode: 'list', value });

describe('Get and Get Many', () => {
	test('give the same keys for the same thing, and raw ones on demand', async () => {
		const { id } = server.seedGroup({ name: 'A', ...CONTACTS, custom_fields: [{ key: 'code', value: '1' }] });
		const one = await node('get', { groupId: id });
		const many = await node('getAll', {});
		const simple = { id, name: 'A', ...CONTACTS, custom_fields: [{ key: 'code', value: '1' }] };
		expect(jsonOf(one.items)[0]).toMatchObject(simple);
		expect(jsonOf(many.items)).toEqual([simple]);
		const raw = await node('get', { groupId: id, simplify: false });
		expect(jsonOf(raw.items)[0]).toMatchObject({ id, access: {}, members: [], projects: [] });
		const rawMany = await node('getAll', { simplify: false });
		expect(jsonOf(rawMany.items)[0]).toMatchObject({ group_id: id, group_name: 'A' });
	});

	test('return only the custom fields that are asked for', async () => {
		const custom_fields = [
			{ key: 'a', value: '1' },
			{ key: 'b', value: '2' },
			{ key: 'c', value: '3' },
		];
		const { id } = server.seedGroup({ name: 'A', custom_fields });
		const only = await node('get', { groupId: id, options: { cf_key_allowlist: 'a, c' } });
		expect(only.items[0]?.json.custom_fields).toEqual([custom_fields[0], custom_fields[2]]);
		expect(server.requests.at(-1)?.target).toMatch(/\?cf_key_allowlist=a&cf_key_allowlist=c$/);
		const without = await node('getAll', { options: { cf_key_blocklist: ['b'] } });
		expect(without.items[0]?.json.custom_fields).toEqual([custom_fields[0], custom_fields[2]]);
	});

	test('a group that does not exist is said to be missing', async () => {
		const { error } = await node('get', { groupId: 'f'.repeat(24) });
		expect(error?.httpCode).toBe('404');
		expect(error?.description).toContain('Check the ID');
	});

	test('filters apply to the whole list, the limit to what they leave', async () => {
		for (let n = 0; n < 60; n++) {
			server.seedGroup({
				name: `Group ${n}`,
				group_owner: n % 2 ? 'Ann' : 'Ben',
				primary_contact_email: `c${n}@x.example`,
				custom_fields: [{ key: 'code', value: `0${n % 3}` }],
			});
		}
		const names = async (filters: object, more: object = { returnAll: true }) =>
			jsonOf((await node('getAll', { filters, ...more } as never)).items).map(({ name }) => name);
		expect(await names({ nameIs: 'Group 7' })).toEqual(['Group 7']);
		expect(await names({ nameContains: 'gROUP 1' })).toHaveLength(11);
		expect(await names({ owner: 'ann' })).toHaveLength(30);
		expect(await names({ contact: 'c59@' })).toEqual(['Group 59']);
		expect(
			await names({ customFields: conditions({ key: 'code', value: '01' }), owner: 'Ann' }),
		).toHaveLength(10);
		expect(await names({}, {})).toHaveLength(50);
		expect(await names({ owner: 'ann' }, { limit: 5 })).toHaveLength(5);
	});

	test.each([
		['getAll', 'group', { nameIs: '={{ $json.nothing }}' }, 'The filter "Name Is" (nameIs) is empty'],
		['getAll', 'group', { owner: ' ' }, 'The filter "Owner Contains" (owner) is empty'],
		[
			'getAll',
			'group',
			{ customFields: conditions({ key: 'code', value: '={{ $json.nothing }}' }) },
			'The filter "Custom Fields": the value of "code" is empty',
		],
		[
			'getAll',
			'group',
			// The customer who is to be removed has no code.
			{ customFields: conditions({ key: 'code', value: '' }) },
			'The filter "Custom Fields": the value of "code" is empty',
		],
		[
			'getAll',
			'vulnerability',
			{ startDate: '={{ $json.nothing }}' },
			'The filter "Created After" (startDate) is empty',
		],
		['getAll', 'vulnerability', { q: '' }, 'The filter "Advanced Query" (q) is empty'],
		[
			'getAll',
			'vulnerability',
			{ pendingVulnerabilities: '={{ $json.nothing }}' },
			'The filter "Pending Only" (pendingVulnerabilities) is empty',
		],
	])(
		'%s of %s with the filter %j is refused: it would find everything',
		async (operation, resource, filters, message) => {
			const { id } = server.seedGroup({ name: 'A' });
			const from = server.requests.length;
			const { error } = await node(operation, { resource, groupId: id, filters });
			expect(error?.message).toContain(message);
			expect(server.requests).toHaveLength(from);
		},
	);

	test('switches that an expression gives as text take effect', async () => {
		for (let n = 0; n < 60; n++) server.seedGroup({ name: `Group ${n}` });
		const off = '={{ "false" }}';
		const { items } = await node('getAll', { returnAll: '={{ "true" }}', simplify: off });
		expect(items).toHaveLength(60);
		expect(items[0]?.json).toHaveProperty('group_id');
		const { error } = await node('getAll', { simplify: '={{ "maybe" }}' });
		expect(error?.message).toContain('"Simplify" (simplify) cannot be "maybe"');
	});

	test("a key that is not an administrator's may choose its own groups", async () => {
		await withAttackForge({ admin: false }, async (one, runNode) => {
			one.seedGroup({ name: 'Other' });
			const all = await runNode('getAll', {});
			expect(all.error?.httpCode).toBe('403');
			const mine = await runNode('getAll', { scope: 'mine' });
			expect(mine.error).toBeUndefined();
			expect(mine.items).toEqual([]);
		});
	});

	test('a group of the list can be read by the ID that the list gives it', async () => {
		const { id } = server.seedGroup({ name: 'A' });
		const { items } = await node('getAll', {});
		const again = await node('get', { groupId: '={{ $json.id }}' }, { items: jsonOf(items) });
		expect(again.items[0]?.json.id).toBe(id);
	});
});

describe('Archive and Restore', () => {
	test('change whether the group is archived, and do not delete it', async () => {
		const { id } = server.seedGroup({ name: 'A' });
		const archived = await node('archive', { groupId: list(id) });
		expect(archived.items[0]?.json).toMatchObject({ id, archived: true, _outcome: 'archived' });
		expect(server.group(id)).toMatchObject({ is_archived: true, is_deleted: false });
		const { items } = await node('restore', { groupId: list(id) });
		expect(server.group(id)).toMatchObject({ is_archived: false, is_deleted: false });
		expect(items[0]?.json).toMatchObject({ id, name: 'A', archived: false });
	});
});

describe('Members', () => {
	const member = (operation: string, parameters: object, more = {}) =>
		node(operation, { resource: 'member', ...parameters }, more);
	let group: StoredGroup;
	beforeEach(() => (group = server.seedGroup({ name: 'A' })));

	test('are added, changed and removed with the capitalized levels, by ID, e-mail address or user name', async () => {
		const { email_address, username } = server.users.find(({ id }) => id === PAUL) ?? {
			email_address: '',
			username: '',
		};
		const added = await member('add', {
			groupId: group.id,
			userId: { __rl: true, mode: 'email', value: email_address },
			accessLevel: 'View',
		});
		expect(jsonOf(added.items)).toEqual([
			{
				group_id: group.id,
				user_id: PAUL,
				access_level: 'View',
				status: 'User Added To Group',
				_outcome: 'updated',
			},
		]);
		await member('changeAccess', {
			groupId: group.id,
			userId: { __rl: true, mode: 'username', value: username },
			accessLevel: 'Edit',
		});
		expect(server.group(group.id)?.members).toMatchObject([{ userId: PAUL, accessLevel: 'Edit' }]);
		const listed = await member('getAll', { groupId: group.id });
		expect(jsonOf(listed.items)).toMatchObject([{ user_id: PAUL, access_level: 'Edit' }]);
		const groups = await member('getGroups', { userId: PAUL });
		expect(jsonOf(groups.items)).toMatchObject([{ id: group.id, name: 'A', access_level: 'Edit' }]);
	});

	test('are removed by an operation of its own, which takes them off the projects too', async () => {
		await member('add', { groupId: group.id, userId: PAUL, accessLevel: 'View' });
		const project = server.seedProject({ groups: [group.id], team: [PAUL] });
		const { items, error } = await member('remove', { groupId: group.id, userId: PAUL });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ removed: true, user_id: PAUL }]);
		expect(server.group(group.id)?.members).toEqual([]);
		expect(server.project(project.id)?.team).toEqual([]);
		const sneaky = await member('changeAccess', {
			groupId: group.id,
			userId: PAUL,
			accessLevel: '={{ "Delete" }}',
		});
		expect(sneaky.error?.message).toContain('"Access Level" (accessLevel) cannot be "Delete"');
	});

	test('a user is looked up once a run', async () => {
		const { email_address } = server.users[3] ?? { email_address: '' };
		const groups = [group, server.seedGroup({}), server.seedGroup({})];
		await member(
			'add',
			{
				groupId: '={{ $json.id }}',
				userId: { __rl: true, mode: 'email', value: email_address },
				accessLevel: 'View',
			},
			{ items: groups.map(({ id }) => ({ id })) },
		);
		expect(server.requests.filter(({ target }) => target.includes('/users/email/'))).toHaveLength(1);
		expect(groups.every(({ id }) => server.group(id)?.members.length === 1)).toBe(true);
	});

	test('a refused look-up names the method to grant', async () => {
		await withAttackForge({ grants: ['AddUserToGroup'] }, async (one, runNode) => {
			const { id } = one.seedGroup({});
			const { error } = await runNode('add', {
				resource: 'member',
				groupId: id,
				userId: { __rl: true, mode: 'email', value: 'a@b.example' },
				accessLevel: 'View',
			});
			expect(error?.description).toContain('grant GetUserByEmail');
		});
	});
});

describe('Related records', () => {
	test('of a group come page by page to the end', async () => {
		const { id } = server.seedGroup({ name: 'A' });
		server.seedVulnerabilities(id, 1203);
		server.seedAssets(id, 501);
		const many = async (resource: string, parameters: object = {}) =>
			(await node('getAll', { resource, groupId: id, returnAll: true, ...parameters })).items;
		expect(new Set(jsonOf(await many('vulnerability')).map((one) => one.vulnerability_id)).size).toBe(1203);
		expect(await many('asset')).toHaveLength(501);
		expect(await many('project')).toHaveLength(1);
		expect(await many('vulnerability', { returnAll: false, limit: 7 })).toHaveLength(7);
		const critical = await many('vulnerability', {
			filters: { priority: 'Critical', startDate: '2025-01-01', endDate: '2025-01-02' },
		});
		expect(critical.length).toBeGreaterThan(0);
		expect(jsonOf(critical).every((one) => one.vulnerability_priority === 'Critical')).toBe(true);
		expect(server.requests.at(-1)?.target).toContain(
			// The days are those of the workflow's time zone, Europe/Berlin.
			'startDate=2024-12-31T23%3A00%3A00.000Z&endDate=2025-01-02T22%3A59%3A59.999Z&priority=Critical',
		);
	});

	test('of a vulnerability are found by the very time that it was created at, and not by another of the same second', async () => {
		const { id } = server.seedGroup({ name: 'A' });
		server.seedVulnerabilities(id, 1);
		const created = async (filters: object) =>
			jsonOf((await node('getAll', { resource: 'vulnerability', groupId: id, filters } as never)).items)
				.length;
		const all = await node('getAll', { resource: 'vulnerability', groupId: id });
		const time = Date.parse(String(all.items[0]?.json.vulnerability_created));
		const at = (milliseconds: number) => new Date(time + milliseconds).toISOString();
		expect(await created({ startDate: at(0), endDate: at(0) })).toBe(1);
		expect(await created({ startDate: at(1) })).toBe(0);
		expect(await created({ endDate: at(-1) })).toBe(0);
	});

	test.each([
		['all at once', 700, 700, undefined],
		['the same page each time', 500, 0, 'AttackForge gave the same page twice'],
	])(
		'of a service that knows no pages and gives %s, the reading ends',
		async (_what, count, read, message) => {
			const assets = Array.from({ length: count }, (_, n) => ({ id: String(n) }));
			let asked = 0;
			const listener = (_request: IncomingMessage, response: ServerResponse) => {
				// Without this limit, a node that reads on would fill the memory.
				if (++asked > 5) return response.writeHead(400).end('{"error":"asked too often"}');
				return response.end(JSON.stringify({ count, assets }));
			};
			await withHttpServer(listener, async (url) => {
				const runNode = attackForgeNode({ ...server, url });
				const many = async (more: object) =>
					await runNode('getAll', { resource: 'asset', groupId: PAUL, ...more });
				const all = await many({ returnAll: true });
				expect(all.items).toHaveLength(read);
				if (message === undefined) expect(all.error).toBeUndefined();
				else expect(all.error?.message).toContain(message);
				expect((await many({ limit: 7 })).items).toHaveLength(7);
			});
		},
	);

	test('return only the custom fields that are asked for, of each kind of record', async () => {
		const { id } = server.seedGroup({ name: 'A' });
		server.seedVulnerabilities(id, 1);
		const { error } = await node('getAll', {
			resource: 'vulnerability',
			groupId: id,
			options: {
				altCustomFields: true,
				project_cf_key_allowlist: 'a, b',
				writeup_cf_key_blocklist: 'c',
			},
		});
		expect(error).toBeUndefined();
		// The request before the last one, because a short page does not end the list.
		expect(server.requests.at(-2)?.target).toContain(
			'?altCustomFields=true&project_cf_key_allowlist=a&project_cf_key_allowlist=b&writeup_cf_key_blocklist=c&skip=0&limit=50',
		);
		const projects = await node('getAll', {
			resource: 'project',
			groupId: id,
			options: { cf_key_allowlist: 'none' },
		});
		expect(projects.error).toBeUndefined();
		expect(server.requests.at(-1)?.target).toContain('?cf_key_allowlist=none');
	});

	test("what the documentation calls Query is sent in the body, to the path in the page's heading", async () => {
		await node('create', { name: 'A', ...CONTACTS });
		expect(writes().at(-1)).toMatchObject({ method: 'POST', target: '/api/ss/group' });
		const { id } = server.groups()[0] ?? { id: '' };
		await node('add', { resource: 'member', groupId: id, userId: PAUL, accessLevel: 'View' });
		expect(writes().at(-1)).toMatchObject({ method: 'POST', target: '/api/ss/group/user' });
		expect(JSON.parse(writes().at(-1)?.body ?? '')).toEqual({
			group_id: id,
			user_id: PAUL,
			access_level: 'View',
		});
	});

	const project = (operation: string, parameters: object, runNode = node) =>
		runNode(operation, { resource: 'project', ...parameters });

	test('linking writes the full list of groups, and unlinking takes out one', async () => {
		const [a, b] = [server.seedGroup({ name: 'A' }), server.seedGroup({ name: 'B' })];
		const { id } = server.seedProject({ groups: [a.id] });
		const linked = await project('link', { projectId: id, groupId: b.id });
		expect(linked.items[0]?.json).toMatchObject({ groups: [a.id, b.id], _outcome: 'updated' });
		expect(server.project(id)?.groups).toEqual([a.id, b.id]);
		const again = await project('link', { projectId: id, groupId: b.id });
		expect(again.items[0]?.json._outcome).toBe('unchanged');
		await project('unlink', { projectId: id, groupId: a.id });
		expect(server.project(id)?.groups).toEqual([b.id]);
		expect(writes()).toHaveLength(2);
		const shouted = await project('unlink', { projectId: id, groupId: b.id.toUpperCase() });
		expect(shouted.items[0]?.json._outcome).toBe('updated');
		expect(server.project(id)?.groups).toEqual([]);
	});

	test.each([
		['no groups', {}],
		['groups of another form', { project_groups: ['66d2308ba99324532079e111'] }],
	])('nothing is written when the project shows %s: the full list is not known', async (_what, shown) => {
		const methods: unknown[] = [];
		const listener = (request: IncomingMessage, response: ServerResponse) => {
			methods.push(request.method);
			response.end(JSON.stringify({ status: 'Success', project: { project_id: PAUL, ...shown } }));
		};
		await withHttpServer(listener, async (url) => {
			const runNode = attackForgeNode({ ...server, url });
			const { error } = await project('link', { projectId: PAUL, groupId: PAUL }, runNode);
			expect(error?.message).toContain('with success, but without project_groups');
			expect(methods).toEqual(['GET']);
		});
	});

	test("somebody else's change at the same time is reported, and not undone", async () => {
		let other: () => void = () => {};
		await withAttackForge(
			{
				hooks: {
					beforeRequest: ({ method, path }) =>
						method === 'GET' && path.includes('/project/') ? other() : undefined,
				},
			},
			async (one, runNode) => {
				const [a, b, c] = ['A', 'B', 'C'].map((name) => one.seedGroup({ name }).id) as [
					string,
					string,
					string,
				];
				const { id } = one.seedProject({ groups: [a] });
				let reads = 0;
				other = () => {
					reads += 1;
					if (reads === 2) one.changeProject(id, { groups: [c] });
				};
				const { error } = await project('link', { projectId: id, groupId: b }, runNode);
				expect(error?.message).toContain(
					'The groups of the project were changed by somebody else at the same time',
				);
				expect(error?.description).toContain('Nothing was undone.');
				expect(one.project(id)?.groups).toEqual([c]);
			},
		);
	});
});

describe('Update', () => {
	const custom_fields = [
		{ key: 'code', value: '007' },
		{ key: 'notes', value: ['x', { y: 1 }] },
	];
	const given = { custom_fields: customFields({ key: 'code', value: '008' }) };

	test.each([false, true])(
		'keeps other custom fields, on a server that merges: %s',
		async (customFieldsMerge) => {
			await withAttackForge({ customFieldsMerge }, async (one, runNode) => {
				const { id } = one.seedGroup({ custom_fields });
				const { error } = await runNode('update', { groupId: id, ...given });
				expect(error).toBeUndefined();
				expect(one.group(id)?.custom_fields).toEqual([{ key: 'code', value: '008' }, custom_fields[1]]);
			});
		},
	);

	test('replaces all custom fields on demand, where the list replaces', async () => {
		await withAttackForge({ customFieldsMerge: false }, async (one, runNode) => {
			const { id } = one.seedGroup({ custom_fields });
			await runNode('update', { groupId: id, ...given, options: { customFieldsMode: 'replace' } });
			expect(one.group(id)?.custom_fields).toEqual([{ key: 'code', value: '008' }]);
		});
	});

	test('that must read the group first names the method to grant, and writes nothing', async () => {
		await withAttackForge({ grants: ['UpdateGroup'] }, async (one, runNode) => {
			const { id } = one.seedGroup({ custom_fields });
			const { error } = await runNode('update', { groupId: id, ...given });
			expect(error?.description).toContain('grant GetGroup');
			expect(one.group(id)?.custom_fields).toEqual(custom_fields);
		});
	});

	test('makes access exactly as given in one operation', async () => {
		const { id } = server.seedGroup({
			access: {
				sso_1: [sso('KEEP'), sso('CHANGE', 'view'), sso('GO')],
				sso_2: [sso('STAYS')],
				member_admins: [{ ...ADMIN, user_id: PAUL }],
			},
		} as never);
		const { error } = await node('update', {
			groupId: id,
			updateFields: { access: access({ sso_1: [sso('KEEP'), sso('CHANGE', 'edit'), sso('NEW')] }) },
			options: { accessMode: 'exact' },
		});
		expect(error).toBeUndefined();
		expect(JSON.parse(writes()[0]?.body ?? '')).toEqual({
			access: {
				sso_1: [
					{ action: 'remove', group_name: 'GO' },
					{ action: 'upsert', ...sso('CHANGE', 'edit') },
					{ action: 'upsert', ...sso('NEW') },
				],
			},
		});
		const present = server.group(id)?.access;
		expect(present?.sso_1.map(({ group_name }) => group_name)).toEqual(['KEEP', 'CHANGE', 'NEW']);
		expect(present).toMatchObject({ sso_2: [sso('STAYS')], member_admins: [{ user_id: PAUL }] });
	});

	test('that makes access exactly as given keeps an administrator whose ID is in capital letters', async () => {
		const { id } = server.seedGroup({
			access: { member_admins: [{ ...ADMIN, user_id: PAUL }] },
		} as never);
		const { error } = await node('update', {
			groupId: id,
			updateFields: {
				access: access({
					member_admins: [{ ...ADMIN, user_id: PAUL.toUpperCase(), project_limit: 'edit' }],
				}),
			},
			options: { accessMode: 'exact' },
		});
		expect(error).toBeUndefined();
		expect(server.group(id)?.access.member_admins).toMatchObject([{ project_limit: 'edit' }]);
	});

	test.each([
		['a padded cell', 'AD-1', ' AD-1\u00A0'],
		['another encoding of accents', 'Cr\u00E9dit', 'Cre\u0301dit'],
	])(
		'changes and removes the SSO group that is there, and adds none beside it: %s',
		async (_what, name, given) => {
			const { id } = server.seedGroup({ access: { sso_1: [sso(name)] } } as never);
			const parameters = { groupId: id, dataMode: 'autoMap', options: { accessMode: '={{ $json.mode }}' } };
			const groups = async (mode: string, entry: object) => {
				const { error } = await node('update', parameters, {
					items: [{ mode, access: { sso_1: [{ ...entry, group_name: given }] } }],
				});
				expect(error).toBeUndefined();
				return server.group(id)?.access.sso_1;
			};
			expect(await groups('exact', sso(name, 'edit'))).toEqual([sso(name, 'edit')]);
			expect(await groups('operations', { action: 'remove' })).toEqual([]);
		},
	);

	test('a removal that names an SSO group in another case is refused, and by its own name removes it', async () => {
		const { id } = server.seedGroup({ access: { sso_1: [sso('AD-Pentest'), sso('Other')] } } as never);
		const removal = async (...entries: object[]) =>
			await node('update', { groupId: id, dataMode: 'autoMap' }, { items: [{ access: { sso_1: entries } }] });
		const remove = (group_name: string) => ({ action: 'remove', group_name });
		const { error } = await removal(remove('ad-pentest'), remove('Other'));
		expect(error?.message).toContain(
			'"Access" (access): sso_1 has "AD-Pentest", but not "ad-pentest", which is to be removed',
		);
		// A preview, and Create or Update, say the same.
		const items = [{ access: { sso_1: [remove('ad-pentest')] } }];
		const given = { groupId: id, dataMode: 'autoMap' };
		const preview = await node('update', { ...given, options: { preview: true } }, { items });
		const upsert = await node('upsert', { ...given, matchBy: 'id' }, { items });
		for (const one of [preview, upsert]) expect(one.error?.message).toContain('sso_1 has "AD-Pentest"');
		expect(server.group(id)?.access.sso_1).toEqual([sso('AD-Pentest'), sso('Other')]);
		expect((await removal(remove('AD-Pentest'))).error).toBeUndefined();
		expect(server.group(id)?.access.sso_1).toEqual([sso('Other')]);
		// A repetition of the change from one case to the other finds it done.
		for (const _time of [1, 2]) {
			const change = [remove('Other'), { action: 'upsert', ...sso('OTHER') }];
			expect((await removal(...change)).error).toBeUndefined();
			expect(server.group(id)?.access.sso_1).toEqual([sso('OTHER')]);
		}
	});

	test('with old fields goes through as JSON', async () => {
		await withAttackForge({ acceptLinkedGroups: true }, async (one, runNode) => {
			const { id } = one.seedGroup({});
			const { error } = await runNode('update', {
				groupId: id,
				dataMode: 'json',
				jsonBody: '{"linked_groups_edit": ["AD"]}',
			});
			expect(error).toBeUndefined();
			expect(writes(one).at(-1)?.body).toBe('{"linked_groups_edit":["AD"]}');
		});
	});
});

describe('Create or Update', () => {
	const record = { name: '={{ $json.name }}', ...CONTACTS };
	const outcomes = (items: Array<{ json: object }>) =>
		items.map(({ json }) => (json as { _outcome?: string })._outcome);

	test('by name creates, leaves alone and updates', async () => {
		server.seedGroup({ name: 'Same', ...CONTACTS });
		const changed = server.seedGroup({ name: 'Changed', ...CONTACTS, group_owner: 'Somebody' });
		const { items, error } = await node('upsert', record, {
			items: [{ name: 'Same' }, { name: 'Changed' }, { name: 'New' }],
		});
		expect(error).toBeUndefined();
		expect(outcomes(items)).toEqual(['unchanged', 'updated', 'created']);
		expect(writes().map(({ method, body }) => [method, JSON.parse(body)])).toEqual(
			expect.arrayContaining([
				['PUT', { group_owner: 'John Citizen' }],
				['POST', { name: 'New', ...CONTACTS }],
			]),
		);
		expect(writes()).toHaveLength(2);
		expect(server.group(changed.id)?.group_owner).toBe('John Citizen');
		// One list for all items, one more before the first group is created, and one after that.
		expect(server.requests.filter(({ target }) => target.includes('/groups'))).toHaveLength(3);
	});

	test('two items with the same key make one group', async () => {
		const { items } = await node('upsert', record, {
			items: [{ name: 'Twice' }, { name: 'Twice' }, { name: 'Twice' }],
		});
		expect(outcomes(items)).toEqual(['created', 'unchanged', 'unchanged']);
		expect(server.groups().filter(({ name }) => name === 'Twice')).toHaveLength(1);
	});

	test('several matches are an error that lists their IDs, and nothing is written', async () => {
		const ids = [server.seedGroup({ name: 'Double' }).id, server.seedGroup({ name: 'Double' }).id];
		const { error } = await node('upsert', record, { items: [{ name: 'Double' }] });
		expect(error?.message).toContain(`Several groups have the name "Double": ${ids.join(', ')}`);
		expect(writes()).toEqual([]);
	});

	test('by a custom field keeps other custom fields', async () => {
		const { id } = server.seedGroup({
			name: 'Old name',
			...CONTACTS,
			custom_fields: [
				{ key: 'notes', value: 'mine' },
				{ key: 'client_code', value: 'C1' },
			],
		});
		const { items } = await node(
			'upsert',
			{
				matchBy: 'customField',
				matchKey: { __rl: true, mode: 'key', value: 'client_code' },
				...record,
				custom_fields: customFields({
					key: { __rl: true, mode: 'list', value: 'client_code' },
					value: { __rl: true, mode: 'value', value: '={{ $json.code }}' },
				}),
			},
			{
				items: [
					{ name: 'New name', code: 'C1' },
					{ name: 'Another', code: 'C2' },
				],
			},
		);
		expect(outcomes(items)).toEqual(['updated', 'created']);
		expect(server.group(id)).toMatchObject({
			name: 'New name',
			custom_fields: [
				{ key: 'notes', value: 'mine' },
				{ key: 'client_code', value: 'C1' },
			],
		});
	});

	test('by ID updates the group, and creates one where there is no ID or no such group', async () => {
		const { id } = server.seedGroup({ name: 'Old' });
		const { items } = await node(
			'upsert',
			{ matchBy: 'id', groupId: '={{ $json.id }}', ...record },
			{
				items: [
					{ name: 'Renamed', id },
					{ name: 'First time', id: '' },
					{ name: 'Gone', id: 'f'.repeat(24) },
				],
			},
		);
		expect(outcomes(items)).toEqual(['updated', 'created', 'created']);
		expect(server.group(id)?.name).toBe('Renamed');
	});

	test('asks for what a new group needs only when there is none yet', async () => {
		server.seedGroup({ name: 'There' });
		const { items, errors } = await node(
			'upsert',
			{ dataMode: 'autoMap' },
			{
				items: [
					{ name: 'There', group_owner: 'X' },
					{ name: 'Not there', group_owner: 'X' },
				],
				onError: 'continueErrorOutput',
			},
		);
		expect(outcomes(items)).toEqual(['updated']);
		expect(errors[0]?.json.error).toBe('"Primary Contact Name" (primary_contact_name) is missing');
	});

	test("takes people's headings, but none that would delete the group or change who sees it", async () => {
		const row = {
			'\uFEFFName': 'Sheet',
			'group_owner ': 'X',
			'Primary Contact Name': 'P',
			primaryContactNumber: '1',
			'Primary-Contact-Email': 'p@example.com',
		};
		const crm = { IsDeleted: true, Access: 'View' };
		const { items, hints } = await node('upsert', { dataMode: 'autoMap' }, { items: [{ ...row, ...crm }] });
		const [created] = items;
		expect(created?.json).toMatchObject({ name: 'Sheet', group_owner: 'X', _outcome: 'created' });
		expect(hints.map(({ message }) => message)).toEqual([
			expect.stringContaining('"group_owner " as group_owner (1 item)'),
			expect.stringContaining('"IsDeleted" (1 item), "Access" (1 item)'),
		]);
		const again = await node('upsert', { dataMode: 'autoMap' }, { items: [{ ...row, ...crm }] });
		expect(outcomes(again.items)).toEqual(['unchanged']);

		const { error } = await node(
			'upsert',
			{ dataMode: 'autoMap' },
			{ items: [{ 'Customer Name': 'ACME', 'Group Owner': 'X' }] },
		);
		expect(error?.message).toContain('"Name" (name) is missing');
		expect(error?.description).toBe(
			'Groups are matched by it: set it. Your item has "Customer Name": if that is meant, rename it to name, or choose Define Below. Nothing was sent for any item.',
		);
	});

	test('access entries with actions fit a new group and an old one', async () => {
		const { id } = server.seedGroup({
			name: 'Old',
			...CONTACTS,
			access: { sso_1: [sso('A'), sso('B')], sso_2: [], member_admins: [] },
		} as never);
		const additionalFields = {
			access: access({
				sso_1: [
					{ action: 'remove', ...sso('A') },
					{ action: 'upsert', ...sso('C') },
				],
			}),
		};
		const { items } = await node(
			'upsert',
			{ ...record, additionalFields },
			{ items: [{ name: 'Old' }, { name: 'New' }] },
		);
		expect(outcomes(items)).toEqual(['updated', 'created']);
		const names = (one?: StoredGroup) => one?.access.sso_1.map(({ group_name }) => group_name);
		expect(names(server.group(id))).toEqual(['B', 'C']);
		expect(names(server.groups().at(-1))).toEqual(['C']);
		const again = await node(
			'upsert',
			{ ...record, additionalFields },
			{ items: [{ name: 'Old' }, { name: 'New' }] },
		);
		expect(outcomes(again.items)).toEqual(['unchanged', 'unchanged']);
	});

	test.each(['create', 'upsert'])(
		'access that is to be removed is not given to a new group, however the action is spelled: %s',
		async (operation) => {
			const items = [
				{ name: 'New', ...CONTACTS, access: { sso_1: [{ action: ' Remove ', ...sso('A') }] } },
				{ name: 'Newer', ...CONTACTS, access: { sso_1: [{ action: 'UPSERT', ...sso('B') }] } },
			];
			const { error } = await node(operation, { matchBy: 'name', dataMode: 'autoMap' }, { items });
			expect(error).toBeUndefined();
			const made = server.groups().slice(-2);
			expect(made.map(({ access: given }) => given.sso_1)).toEqual([[], [sso('B')]]);
		},
	);

	test('access with an action that is none makes no group', async () => {
		const items = [{ name: 'New', ...CONTACTS, access: { sso_1: [{ action: 'delete', ...sso('A') }] } }];
		const { error } = await node('create', { dataMode: 'autoMap' }, { items });
		expect(error?.message).toContain('"SSO 1 Action" (action) cannot be "delete"');
		expect(writes()).toEqual([]);
	});
});

test('a directory sync of 500 customers: created once, then nothing written, then just the changes', async () => {
	const customers = Array.from({ length: 500 }, (_, n) => ({
		name: `Customer ${n}`,
		...CONTACTS,
		primary_contact_email: `contact${n}@example.com`,
		custom_fields: { client_code: `CLIENT${String(n).padStart(4, '0')}` },
	}));
	const sync = async (items: typeof customers) => {
		const before = writes().length;
		const { items: out, error } = await node(
			'upsert',
			{
				dataMode: 'autoMap',
				matchBy: 'customField',
				matchKey: { __rl: true, mode: 'key', value: 'client_code' },
				options: { maxConcurrentRequests: 20 },
			},
			{ items },
		);
		expect(error).toBeUndefined();
		const count = (outcome: string) => out.filter(({ json }) => json._outcome === outcome).length;
		return {
			created: count('created'),
			updated: count('updated'),
			unchanged: count('unchanged'),
			writes: writes().length - before,
		};
	};
	expect(await sync(customers)).toEqual({ created: 500, updated: 0, unchanged: 0, writes: 500 });

	// Groups with data of other users must not change.
	const others = server.groups().map(({ id }) => id);
	for (const groupId of others.slice(0, 40)) {
		await node('update', {
			groupId,
			custom_fields: customFields({ key: 'notes', value: 'by hand' }),
			updateFields: { access: access({ sso_1: [sso('SOC')] }) },
		});
	}
	const kept = new Map(server.groups().map((group) => [group.id, group]));
	expect(await sync(customers)).toEqual({ created: 0, updated: 0, unchanged: 500, writes: 0 });
	const changed = customers.map((customer, n) =>
		n % 25 === 0 ? { ...customer, primary_contact_name: 'New Contact' } : customer,
	);
	expect(await sync(changed)).toEqual({ created: 0, updated: 20, unchanged: 480, writes: 20 });
	expect(server.groups()).toHaveLength(500);
	for (const group of server.groups()) {
		const before = kept.get(group.id);
		expect(group.custom_fields).toEqual(before?.custom_fields);
		expect(group.access).toEqual(before?.access);
	}
});

describe('search lists', () => {
	type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;
	const search = async (one: AttackForgeSimulator, method: string, filter?: string) => {
		const { context, type } = await loadOptions('attackForgeGroup', {
			attackForgeApi: { baseUrl: one.url, apiKey: one.credentials.apiKey },
		});
		const found = type.methods?.listSearch?.[method] as Search;
		return (await found.call(context, filter)).results.map(({ name, value }) => [name, value]);
	};

	test('of groups show all to an administrator, and own ones to others', async () => {
		const { id } = server.seedGroup({ name: 'ACME' });
		server.seedGroup({ name: 'Other' });
		expect(await search(server, 'searchGroups', 'acm')).toEqual([['ACME', id]]);
		await withAttackForge({ admin: false }, async (one) => {
			one.seedGroup({ name: 'Not mine' });
			expect(await search(one, 'searchGroups')).toEqual([]);
		});
	});
	test('of users show name and e-mail address', async () => {
		expect(await search(server, 'searchUsers', 'paul')).toEqual([
			[expect.stringContaining('Paul Citizen ('), PAUL],
		]);
	});
	test('of custom fields come from the form, in sections and beside them', async () => {
		const keys = (await search(server, 'searchCustomFields')).map(([, value]) => value);
		expect(keys).toEqual(expect.arrayContaining(['client_code', 'region', 'services']));
		expect(keys).not.toContain('name');
	});
	test('that are refused say which method to grant', async () => {
		await withAttackForge({ grants: ['CreateGroup'] }, async (one) => {
			await expect(search(one, 'searchCustomFields')).rejects.toThrow('GetFormConfig');
		});
	});
});
