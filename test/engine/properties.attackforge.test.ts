import fc from 'fast-check';
import type { INodeParameters } from 'n8n-workflow';

import { AttackForgeGroup } from '../../nodes/AttackForgeGroup/AttackForgeGroup.node';
import { table } from '../../nodes/AttackForgeGroup/fields/groupFields';
import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { stringifyJson } from '../simulators/shared/server';
import { run } from './harness';
import {
	casesOf,
	checkOperation,
	checkTally,
	type Plausible,
	records,
	type Subject,
	type Tally,
} from './properties';

/** Each operation of the node does its work or says what is wrong, whatever the items hold. */

const { description } = new AttackForgeGroup();

/**
 * Records that items may be about, and one record of each kind that nothing may change. No item has its ID by chance.
 */
const GROUPS = ['5eab99471e18050942c7607a', '5eab99471e18050942c7607b', '5eab99471e18050942c7607c'];
const BYSTANDER = 'f0f0f0f0f0f0f0f0f0f0f0f0';
const USERS = ['668ba6b1be6510000f78f79e', '66d2308ba99324532079e111'];
const PROJECTS = ['5f63da8b4a7e3f0018d3ce1b', '5f63da8b4a7e3f0018d3ce1c'];
const UNKNOWN = '0123456789abcdef01234567';

let server: AttackForgeSimulator;
/** Each test starts a new simulator, because groups cannot be removed from one. */
const started: AttackForgeSimulator[] = [];
beforeEach(async () => {
	server = await startAttackForge();
	started.push(server);
	seeded = false;
});
afterAll(async () => {
	for (const one of started) await one.stop();
});

let seeded = false;
async function seed(): Promise<void> {
	if (seeded) return;
	seeded = true;
	const now = '2026-01-01T00:00:00.000Z';
	const userId = USERS[0] ?? '';
	const member = { name: 'John', userId, accessLevel: 'View' as const, created: now, last_updated: now };
	for (const [index, id] of GROUPS.entries()) {
		const custom_fields = [{ key: 'client_code', value: `C${index}` }];
		server.seedGroup({ id, name: `Group ${index}`, custom_fields, members: [member] });
		server.seedVulnerabilities(id, 3);
		server.seedAssets(id, 2);
	}
	server.seedGroup({ id: BYSTANDER, name: 'Bystander' });
	for (const id of PROJECTS) server.seedProject({ id, groups: [GROUPS[0] ?? ''] });
	server.seedProject({ id: BYSTANDER, groups: [BYSTANDER] });
}

const person = {
	primary_contact_name: 'Paul',
	primary_contact_number: '5',
	primary_contact_email: 'p@example.com',
};
const sso = { group_name: 'AD', project_access_level: 'view', project_request_access_level: 'none' };

const plausible: Plausible = {
	groupId: fc.constantFrom(...GROUPS, UNKNOWN),
	userId: fc.constantFrom(...USERS),
	'userId by email': fc.constantFrom('paul.citizen@attackforge.com', "alex.o'neil+ops@attackforge.com"),
	'userId by username': fc.constantFrom('paul.citizen', 'john.citizen'),
	is_deleted: fc.boolean(),
	auto_add_project_request: fc.constantFrom(true, 'no'),
	enable_project_team_notifications: fc.constantFrom(false, 1),
	json: fc.constantFrom<unknown>('', '[]', []),
	projectId: fc.constantFrom(...PROJECTS),
	matchKey: fc.constant('client_code'),
	name: fc.constantFrom('Group 0', 'Group 1', 'New', 'ü "quoted" \\ 👾'),
	group_owner: fc.constant('John'),
	...Object.fromEntries(Object.entries(person).map(([name, value]) => [name, fc.constant(value)])),
	custom_fields: fc.constantFrom<unknown>(
		{ client_code: 'C1' },
		[{ key: 'client_code', value: 'C9' }],
		'{"client_code":"C0","__proto__":1}',
	),
	access: fc.constantFrom<unknown>(
		{ sso_1: [sso] },
		{ sso_1: [{ ...sso, action: 'remove' }] },
		{ sso_2: [] },
	),
	key: fc.constantFrom('client_code', 'client_code', 'region'),
	type: fc.constant('text'),
	value: fc.constantFrom('C0', 'C1', 'x'),
	group_name: fc.constant('AD'),
	user_id: fc.constantFrom(...USERS),
	group_id: fc.constantFrom(...GROUPS),
	q: fc.constant('{priority: {$eq: "High"}}'),
	cf_key_allowlist: fc.constantFrom('client_code', ['client_code', 'region']),
	limit: fc.integer({ min: 1, max: 100 }),
	additionalJson: fc.constantFrom<unknown>(
		'{}',
		'{"name":"merged"}',
		'{"__proto__":{"polluted":true}}',
		{ custom_fields: 7 },
		{ custom_fields: [null, { key: { toString: 1 } }] },
		{ access: { sso_1: [null, 7], sso_2: {} } },
		{ access: [] },
	),
	maxConcurrentRequests: fc.constantFrom(1, 8, 32),
	timeout: fc.constant(30),
};

const record = records(
	table.fields.map(({ name }) => name),
	plausible,
).map((own) => ({ ...person, group_owner: 'John', ...own }));

const ID = '[0-9a-fA-F]{24}';
const path = (text: string) => new RegExp(text.replaceAll('ID', ID).replaceAll('/', '\\/'));
const GET = path('GET /api/ss/group/ID');
const CREATE = path('POST /api/ss/group');
const UPDATE = path('PUT /api/ss/group/ID');
const LIST = path('GET /api/ss/groups');
const FORM = path('GET /api/ss/config/form/group');
const USER = path('GET /api/ss/users/(email|username)/[\\w.~%-]+');
const GROUPS_OF_USER = path('GET /api/ss/user/ID/groups');

const dataModes = ['define', 'autoMap', 'json'];
const group = (operation: string): INodeParameters => ({ resource: 'group', operation });
const modes = (structure: INodeParameters) => dataModes.map((dataMode) => ({ ...structure, dataMode }));
const ofMember = (operation: string): INodeParameters[] => [{ resource: 'member', operation }];
const project = (operation: string): INodeParameters[] => [{ resource: 'project', operation }];

const LINK = [path('GET /api/ss/project/ID'), path('PUT /api/ss/project/ID')];

const OPERATIONS: Array<[name: string, structures: INodeParameters[], allowed: RegExp[]]> = [
	['Create', modes(group('create')), [CREATE, FORM]],
	['Update', modes(group('update')), [GET, UPDATE, FORM]],
	[
		'Create or Update',
		[
			...modes({ ...group('upsert'), matchBy: 'name' }),
			...modes({ ...group('upsert'), matchBy: 'id' }),
			// From the form, hardly any of the items would have the custom field.
			{ ...group('upsert'), matchBy: 'customField', dataMode: 'autoMap' },
			{ ...group('upsert'), matchBy: 'customField', dataMode: 'json' },
		],
		[CREATE, GET, LIST, UPDATE, FORM],
	],
	['Get', [group('get')], [GET]],
	['Get Many', [{ ...group('getAll'), returnAll: false }], [LIST]],
	['Archive', [group('archive')], [GET, path('PUT /api/ss/group/ID/archive')]],
	['Restore', [group('restore')], [GET, path('PUT /api/ss/group/ID/restore')]],
	// A preview asks for the groups of a user, to tell whether there is one with the ID.
	['Add Member', ofMember('add'), [GET, USER, GROUPS_OF_USER, path('POST /api/ss/group/user')]],
	['Change Access', ofMember('changeAccess'), [GET, USER, path('PUT /api/ss/group/user/ID')]],
	['Remove Member', ofMember('remove'), [GET, USER, path('PUT /api/ss/group/user/ID')]],
	['Get Many Members', ofMember('getAll'), [GET]],
	['Get Groups of User', ofMember('getGroups'), [USER, GROUPS_OF_USER]],
	['Get Many Projects', project('getAll'), [path('GET /api/ss/groups/ID/projects')]],
	['Link', project('link'), LINK],
	['Unlink', project('unlink'), LINK],
	[
		'Get Many Vulnerabilities',
		[{ resource: 'vulnerability', operation: 'getAll' }],
		[path('GET /api/ss/groups/ID/vulnerabilities')],
	],
	['Get Many Assets', [{ resource: 'asset', operation: 'getAll' }], [path('GET /api/ss/assets/group/ID')]],
];

const LISTS = /^Get (Many|Groups)/;

const subject: Subject = {
	get requests() {
		return server.requests;
	},
	seed,
	bystanders: () => [server.group(BYSTANDER), server.project(BYSTANDER), server.users],
	run: async ({ parameters }, items) =>
		await run({
			type: 'attackForgeGroup',
			parameters,
			items,
			credentials: { attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } },
			onError: 'continueErrorOutput',
		}),
};

describe.each(OPERATIONS)('%s with any items', (name, structures, allowed) => {
	const tally: Tally = { succeeded: 0, failed: 0 };

	test.each(
		structures.map((structure) => [Object.values(structure).slice(2).join(', '), structure] as const),
	)('(%s)', async (_modes, structure) => {
		const jsonBody = fc.oneof(
			record,
			record.map((one) => stringifyJson(one)),
		);
		const own = structure.dataMode === 'autoMap' ? record : fc.constant({});
		const cases = casesOf(description, structure, { ...plausible, jsonBody }, own);
		await checkOperation(
			subject,
			cases,
			{
				allowed,
				oneEach: !LISTS.test(name),
				...(name === 'Create' && { count: () => server.groups().length }),
			},
			tally,
		);
	});

	test('some items succeed, and some fail', () => checkTally(tally));
});
