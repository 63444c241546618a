import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	FAILURE_FORMS,
	startAttackForge,
	type StoredGroup,
} from '../simulators/attackforge';
import type { ServerOptions } from '../simulators/shared/server';
import { jsonOf, poll, type RunResult } from './harness';
import { describeSwitches, type Given, only, type Switches } from './switches';
import { ADMIN, attackForgeNode, conditions, CONTACTS, customFields, type RunNode } from './support';

/** Options that say nothing of what a service may do. Grants are an administrator's choice: grants.test.ts. */
type Aid = keyof ServerOptions | 'clock' | 'hooks' | 'grants';
type Any = { server: AttackForgeSimulator; node: RunNode };
type At<Position> = Given<Position, AttackForgeSimulator>;

const toErrors = { onError: 'continueErrorOutput' } as const;
const MISSING = 'f'.repeat(24);
const PAUL = '66d2308ba99324532079e111';
const CODE = { key: 'client_code', value: 'C1' };
const TIER = { key: 'tier', value: 'Gold' };
const fields = { custom_fields: customFields({ key: 'tier', value: 'Gold' }) };

const containing = (words: string) => expect.stringContaining(words) as string;
const seen = ({ items, errors, error }: RunResult) => ({
	items: jsonOf(items),
	errors: jsonOf(errors),
	error: error && `${error.message} ${error.description ?? ''}`,
});
const done = (...items: object[]) => ({ items, errors: [], error: undefined });
const refused = (words: string) => ({ items: [], error: containing(words) });

const seedAcme = (server: AttackForgeSimulator, more: Partial<StoredGroup> = {}) =>
	server.seedGroup({ name: 'ACME', ...CONTACTS, custom_fields: [CODE], ...more });

/** Update and Create or Update by name, of the group ACME. */
const UPDATES: Record<string, (id: string, fields: INodeParameters) => INodeParameters> = {
	'group/update': (groupId, { custom_fields = {}, ...updateFields }) => ({
		groupId,
		custom_fields,
		updateFields,
	}),
	'group/upsert': (_id, { custom_fields = {}, ...additionalFields }) => ({
		name: 'ACME',
		matchBy: 'name',
		...CONTACTS,
		custom_fields,
		additionalFields,
	}),
};
const operationOf = (key: string) => key.split('/')[1] ?? '';

/** Both updates, each on a group of its own and beside one that no item names. */
const updates = <Position>(
	parts: { seed?: Partial<StoredGroup>; fields?: INodeParameters; options?: INodeParameters },
	check: (
		position: Position,
		result: ReturnType<typeof seen>,
		after: StoredGroup | undefined,
		before: StoredGroup,
	) => void,
) =>
	Object.fromEntries(
		Object.entries(UPDATES).map(([key, parametersOf]) => [
			key,
			async ({ position, server, node }: At<Position>) => {
				const before = seedAcme(server, parts.seed);
				const other = server.seedGroup({ name: 'Other', custom_fields: [CODE] });
				const parameters = {
					...parametersOf(before.id, parts.fields ?? fields),
					options: parts.options ?? {},
				};
				check(position, seen(await node(operationOf(key), parameters)), server.group(before.id), before);
				expect(server.group(other.id)).toEqual(other);
				expect(server.groups()).toHaveLength(2);
			},
		]),
	);

/** Sets one custom field and keeps the other, whatever the position. */
const setsOne = () =>
	updates<unknown>({}, (_position, result, after) => {
		expect(result).toMatchObject(done({ _outcome: 'updated', name: 'ACME' }));
		expect(after?.custom_fields).toEqual([CODE, TIER]);
	});

const unknownAdmin = { member_admins: [{ ...ADMIN, user_id: MISSING }] };
/** Cases of rows of which the table has others. */
const named = <Check>(what: string, checks: Record<string, Check>): Record<string, Check> =>
	Object.fromEntries(Object.entries(checks).map(([key, check]) => [`${key}, ${what}`, check]));

/** Both other choices of Options > Custom Fields send one field, and AttackForge says what becomes of the others. */
const sendsOne = (customFieldsMode: string) =>
	named(
		`with ${customFieldsMode}`,
		updates<boolean>({ options: { customFieldsMode } }, (merges, result, after) => {
			expect(result).toMatchObject(done({ _outcome: 'updated' }));
			expect(after?.custom_fields).toEqual(merges ? [CODE, TIER] : [TIER]);
		}),
	);

/** What AttackForge refuses: a group, project or administrator that does not exist. */
const REFUSED: Record<string, INodeParameters> = {
	'group/create': {
		name: 'A',
		...CONTACTS,
		additionalFields: { access: { list: { json: JSON.stringify(unknownAdmin) } } },
	},
	'group/update': { groupId: MISSING, updateFields: { name: 'A' } },
	'group/upsert': { matchBy: 'id', groupId: MISSING, name: 'A', ...CONTACTS },
	'group/archive': { groupId: MISSING },
	'group/restore': { groupId: MISSING },
	'group/get': { groupId: MISSING },
	'member/add': { groupId: MISSING, userId: PAUL, accessLevel: 'View' },
	'member/changeAccess': { groupId: MISSING, userId: PAUL, accessLevel: 'View' },
	'member/remove': { groupId: MISSING, userId: PAUL },
	'member/getAll': { groupId: MISSING },
	'member/getGroups': { userId: MISSING },
	'project/getAll': { groupId: MISSING },
	'project/link': { projectId: MISSING, groupId: MISSING },
	'project/unlink': { projectId: MISSING, groupId: MISSING },
	'vulnerability/getAll': { groupId: MISSING },
	'asset/getAll': { groupId: MISSING },
};

/** A failure is one whatever its status and form, and nothing is in doubt. */
const REFUSALS = Object.fromEntries(
	Object.entries(REFUSED).map(([key, parameters]) => [
		key,
		async ({ position, server, node }: At<string | boolean>) => {
			const [resource, operation] = key.split('/') as [string, string];
			const { items, errors } = seen(await node(operation, { resource, ...parameters }, toErrors));
			expect(items).toEqual([]);
			expect(errors).toHaveLength(1);
			const { error, message } = errors[0] as { error: string; message: string };
			expect(error).toMatch(position === 'status' ? /^error$/ : /not|user_id/);
			expect(message).not.toContain('may or may not');
			if (typeof position === 'string') expect(message).toContain('HTTP 200');
			expect(server.groups()).toEqual([]);
		},
	]),
);

const listed = async ({ node }: Any, more: INodeParameters = {}) =>
	jsonOf((await node('getAll', { returnAll: true, simplify: true, ...more })).items).map(({ name }) => name);
const upsertAcme = async ({ node }: Any, more: IDataObject = {}) =>
	seen(
		await node(
			'upsert',
			{ dataMode: 'autoMap', matchBy: 'name' },
			{ items: [{ name: 'ACME', ...CONTACTS, ...more }] },
		),
	);
const triggerOf = ({ url, credentials: { apiKey } }: AttackForgeSimulator, parameters: INodeParameters) => {
	const staticData = {};
	const credentials = { attackForgeApi: { baseUrl: url, apiKey } };
	return async () => await poll({ type: 'attackForgeGroupTrigger', parameters, credentials, staticData });
};

/** Reads all 20 that stand, and 15 of them. */
const readsAll = (resource: string, seed: (server: AttackForgeSimulator, id: string) => void) => ({
	[`${resource}/getAll`]: async ({ server, node }: Any) => {
		const { id } = server.seedGroup({});
		seed(server, id);
		for (const [how, count] of [
			[{ returnAll: true }, 20],
			[{ limit: 15 }, 15],
		] as const) {
			const { items, errors, error } = seen(await node('getAll', { resource, groupId: id, ...how }));
			expect([errors, error]).toEqual([[], undefined]);
			expect(new Set(items.map((item) => item.id ?? item.vulnerability_id)).size).toBe(count);
		}
	},
});

const TABLE: Switches<AttackForgeOptions, AttackForgeSimulator, Aid> = {
	admin: {
		positions: [true, false],
		concerns: {
			'group/getAll': async (given) => {
				const { position, server, node } = given;
				server.seedGroup({ name: 'Theirs' });
				const all = seen(await node('getAll', { returnAll: true }));
				expect(all).toMatchObject(position ? done({ name: 'Theirs' }) : refused('administrator'));
				expect(await listed(given, { scope: 'mine' })).toEqual([]);
			},
			'user/getAll': async ({ position, server, node }) => {
				const { items } = seen(await node('getAll', { resource: 'user', returnAll: true }));
				expect(items.map(({ id }) => id)).toEqual(server.users.map(({ id }) => id));
				expect(items[0]).toMatchObject({ role: position ? 'admin' : 'client' });
			},
			'project/getAll': async ({ position, server, node }) => {
				const { id } = seedAcme(server);
				server.seedProject({ name: 'P', groups: [id] });
				const { items } = seen(await node('getAll', { resource: 'project', groupId: id, returnAll: true }));
				const project_team = [{ role: position ? 'admin' : 'client' }];
				expect(items).toMatchObject([{ project_name: 'P', project_team }]);
			},
			'group/upsert, in all groups': async (given) => {
				const { id } = seedAcme(given.server);
				const result = await upsertAcme(given);
				expect(result).toMatchObject(
					given.position ? done({ id, _outcome: 'unchanged' }) : refused('administrator'),
				);
				expect(given.server.groups()).toHaveLength(1);
			},
		},
	},
	errorsInSuccess: {
		positions: [false, true],
		concerns: {
			...only(REFUSALS, 'group/create'),
			...Object.fromEntries(
				Object.entries(UPDATES).map(([key, parametersOf]) => [
					key,
					async ({ server, node }: At<boolean>) => {
						const before = seedAcme(server);
						const parameters = parametersOf(before.id, {
							access: { list: { json: JSON.stringify(unknownAdmin) } },
						});
						expect(seen(await node(operationOf(key), parameters))).toMatchObject(refused('user_id'));
						expect(server.groups()).toEqual([before]);
					},
				]),
			),
			'project/link': async ({ server, node }) => {
				const project = server.seedProject({});
				const link = { resource: 'project', projectId: project.id, groupId: MISSING };
				expect(seen(await node('link', link))).toMatchObject(refused('groups[0]'));
				expect(server.project(project.id)).toEqual(project);
			},
		},
	},
	failuresInSuccess: { positions: FAILURE_FORMS, concerns: REFUSALS },
	storesText: {
		positions: [false, true],
		concerns: {
			...updates<boolean>(
				{ fields: { custom_fields: customFields({ key: 'seats', value: '={{ 5 }}' }) } },
				(_position, result, after) => {
					expect(result).toMatchObject(done({ _outcome: 'updated' }));
					expect(after?.custom_fields).toEqual([CODE, { key: 'seats', value: '5' }]);
				},
			),
			'group/create, and the same again': async (given) => {
				const custom_fields = { code: 42, flag: true, list: ['a'], several: ['a', 'b'], text: ' padded ' };
				const outcomes = [];
				for (let run = 0; run < 2; run++)
					outcomes.push(...(await upsertAcme(given, { custom_fields })).items);
				expect(outcomes).toMatchObject([{ _outcome: 'created' }, { _outcome: 'unchanged' }]);
				const { server, position } = given;
				expect(server.groups()).toHaveLength(1);
				expect(server.groups()[0]?.custom_fields[0]).toEqual({ key: 'code', value: position ? '42' : 42 });
				expect(server.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
			},
		},
	},
	listsDeleted: {
		positions: [false, true],
		concerns: {
			'group/getAll': async (given) => {
				seedAcme(given.server, { is_deleted: true });
				expect(await listed(given)).toEqual(given.position ? ['ACME'] : []);
			},
			'group/upsert, of a deleted group': async (given) => {
				const { position, server } = given;
				const gone = seedAcme(server, { is_deleted: true });
				const { items } = await upsertAcme(given, { is_deleted: false });
				const stand = server.groups().map(({ is_deleted }) => is_deleted);
				if (position) {
					expect(items).toMatchObject([{ id: gone.id, _outcome: 'updated' }]);
					expect(stand).toEqual([false]);
				} else {
					expect(items).toMatchObject([
						{ _outcome: 'created', _notice: containing('AttackForge may not list groups that are deleted') },
					]);
					expect(stand).toEqual([true, false]);
				}
			},
			'group/upsert, that deletes': async (given) => {
				const gone = seedAcme(given.server, { is_deleted: true });
				expect(await upsertAcme(given, { is_deleted: true })).toMatchObject(done({ _outcome: 'unchanged' }));
				expect(given.server.groups()).toEqual([gone]);
			},
			...only(
				updates<boolean>({ seed: { is_deleted: true } }, (_position, result, after) => {
					expect(result).toMatchObject(done({ _notice: containing('This group is deleted in AttackForge') }));
					expect(after).toMatchObject({ is_deleted: true, custom_fields: [CODE, TIER] });
				}),
				'group/update',
			),
		},
	},
	showsArchived: {
		positions: [false, 'archived', 'is_archived'],
		concerns: {
			...updates<false | 'archived' | 'is_archived'>(
				{ seed: { is_archived: true } },
				(position, { items, error }, after) => {
					expect(error).toBeUndefined();
					expect(items[0]?._notice).toEqual(
						position ? containing('This group is archived in AttackForge') : undefined,
					);
					expect(after).toMatchObject({ is_archived: true, custom_fields: [CODE, TIER] });
				},
			),
			'group/archive': async ({ position, server, node }) => {
				const { id } = seedAcme(server);
				const archived = position ? { [position]: true } : {};
				expect(seen(await node('archive', { groupId: id }))).toMatchObject(done({ id, ...archived }));
				expect(server.group(id)).toMatchObject({ is_archived: true });
			},
			'group/restore': async ({ position, server, node }) => {
				const { id } = seedAcme(server, { is_archived: true });
				const restored = position ? { [position]: false } : {};
				expect(seen(await node('restore', { groupId: id }))).toMatchObject(done({ id, ...restored }));
				expect(server.group(id)).toMatchObject({ is_archived: false });
			},
			'group/getAll': async ({ position, server, node }) => {
				seedAcme(server, { is_archived: true });
				const { items } = seen(await node('getAll', { returnAll: true, simplify: false }));
				expect(items).toMatchObject([position ? { [position]: true } : {}]);
			},
			'group/get': async ({ position, server, node }) => {
				const { id } = seedAcme(server, { is_archived: true });
				const { items } = seen(await node('get', { groupId: id, simplify: false }));
				expect(items).toMatchObject([position ? { [position]: true } : {}]);
			},
		},
	},
	hidesCustomFields: {
		positions: [false, true],
		concerns: {
			...updates<boolean>({}, (position, result, after, before) => {
				expect(result).toMatchObject(
					position ? refused('AttackForge does not show the custom fields') : done({ _outcome: 'updated' }),
				);
				if (position) expect(after).toEqual(before);
				else expect(after?.custom_fields).toEqual([CODE, TIER]);
			}),
			'group/update, of another field': async ({ server, node }) => {
				const { id } = seedAcme(server);
				const update = { groupId: id, updateFields: { group_owner: 'Ann' } };
				expect(seen(await node('update', update))).toMatchObject(done({ group_owner: 'Ann' }));
				expect(server.group(id)).toMatchObject({ group_owner: 'Ann', custom_fields: [CODE] });
			},
			'group/upsert, by a custom field': async ({ position, server, node }) => {
				const { id } = seedAcme(server);
				const result = await node(
					'upsert',
					{ dataMode: 'autoMap', matchBy: 'customField', matchKey: 'client_code' },
					{ items: [{ name: 'ACME', ...CONTACTS, custom_fields: { client_code: 'C1' } }] },
				);
				expect(seen(result)).toMatchObject(
					position ? refused('does not show the custom fields') : done({ id, _outcome: 'unchanged' }),
				);
				expect(server.groups()).toHaveLength(1);
			},
			'group/getAll, by a custom field': async ({ position, server, node }) => {
				const { id } = seedAcme(server);
				const filters = { customFields: conditions({ key: 'client_code', value: 'C1' }) };
				expect(seen(await node('getAll', { filters }))).toMatchObject(
					position ? refused('does not show the custom fields') : done({ id }),
				);
			},
			'group/getAll': async (given) => {
				seedAcme(given.server);
				const { items } = seen(await given.node('getAll', { returnAll: true }));
				expect(items).toMatchObject([{ name: 'ACME' }]);
				expect('custom_fields' in (items[0] ?? {})).toBe(!given.position);
			},
			...Object.fromEntries(
				['get', 'archive', 'restore'].map((operation) => [
					`group/${operation}`,
					async ({ position, server, node }: At<boolean>) => {
						const { id } = seedAcme(server);
						const { items } = seen(await node(operation, { groupId: id }));
						expect(items).toMatchObject([{ name: 'ACME' }]);
						expect('custom_fields' in (items[0] ?? {})).toBe(!position);
						expect(server.group(id)?.custom_fields).toEqual([CODE]);
					},
				]),
			),
		},
	},
	pageCap: {
		positions: [500, 1, 7],
		concerns: {
			...readsAll('asset', (server, id) => server.seedAssets(id, 20)),
			...readsAll('vulnerability', (server, id) => server.seedVulnerabilities(id, 20)),
		},
	},
	oldStatusSentences: { positions: [false, true], concerns: setsOne() },
	acceptLinkedGroups: {
		positions: [false, true],
		concerns: {
			...updates<boolean>(
				{ options: { additionalJson: '{"linked_groups_edit":["AD"]}' } },
				(position, result, after, before) => {
					expect(result).toMatchObject(
						position ? done({ _outcome: 'updated' }) : refused('linked_groups_edit is not a known field'),
					);
					if (position) expect(after).toMatchObject({ linked_groups_edit: ['AD'] });
					else expect(after).toEqual(before);
				},
			),
			'group/create': async ({ position, server, node }) => {
				const options = { additionalJson: '{"linked_groups_edit":["AD"]}' };
				const result = seen(await node('create', { name: 'ACME', ...CONTACTS, options }));
				expect(result).toMatchObject(
					position ? done({ name: 'ACME' }) : refused('linked_groups_edit is not a known field'),
				);
				expect(server.groups()).toMatchObject(position ? [{ linked_groups_edit: ['AD'] }] : []);
			},
		},
	},
	customFieldsMerge: {
		positions: [true, false],
		concerns: {
			...setsOne(),
			...sendsOne('differing'),
			...sendsOne('replace'),
		},
	},
	listingLag: {
		positions: [0, 1, Infinity],
		concerns: {
			...setsOne(),
			'group/getAll, in a later execution': async (given) => {
				const { position, server, node } = given;
				const [created] = jsonOf((await node('create', { name: 'ACME', ...CONTACTS })).items);
				expect(await listed(given)).toEqual(position === 0 ? ['ACME'] : []);
				expect(seen(await node('get', { groupId: String(created?.id) }))).toMatchObject(
					done({ name: 'ACME' }),
				);
				server.listingsCatchUp();
				expect(await listed(given)).toEqual(['ACME']);
			},
			'group/upsert, of a group that an earlier execution created': async (given) => {
				const { position, server } = given;
				expect((await upsertAcme(given)).items).toMatchObject([{ _outcome: 'created' }]);
				const isSeen = position !== Infinity;
				const second = await upsertAcme(given);
				expect(second.items).toMatchObject([{ _outcome: isSeen ? 'unchanged' : 'created' }]);
				const stand = server.groups();
				expect(stand).toHaveLength(isSeen ? 1 : 2);
				server.listingsCatchUp();
				expect(await upsertAcme(given, { group_owner: 'Ann' })).toMatchObject(
					isSeen
						? done({ _outcome: 'updated' })
						: refused(`Several groups have the name "ACME": ${stand.map(({ id }) => id).join(', ')}`),
				);
				if (!isSeen) expect(server.groups()).toEqual(stand);
			},
			'group/upsert, of the name that a group had before an earlier execution': async (given) => {
				const { position, server, node } = given;
				const { id } = seedAcme(server);
				await node('update', { groupId: id, updateFields: { name: 'Renamed' } });
				const renamed = server.group(id);
				const result = await upsertAcme(given, { group_owner: 'Ann' });
				expect(server.group(id)).toEqual(renamed);
				if (position === 0) {
					expect(result).toMatchObject(done({ name: 'ACME', _outcome: 'created' }));
				} else {
					expect(result).toMatchObject(
						refused(`The list of groups shows an old state: the group ${id} no longer has the name "ACME"`),
					);
					expect(server.groups()).toHaveLength(1);
				}
			},
			'project/getAll, in a later execution': async ({ position, server, node }) => {
				const { id } = seedAcme(server);
				const project = server.seedProject({ name: 'P' });
				const inProject = { resource: 'project', projectId: project.id, groupId: id };
				expect(seen(await node('link', inProject))).toMatchObject(done({ _outcome: 'updated' }));
				const names = async () =>
					jsonOf((await node('getAll', { resource: 'project', groupId: id, returnAll: true })).items).map(
						({ project_name }) => project_name,
					);
				expect(await names()).toEqual(position === 0 ? ['P'] : []);
				server.listingsCatchUp();
				expect(await names()).toEqual(['P']);
			},
			'project/link, in a later execution': async ({ server, node }) => {
				const { id } = seedAcme(server);
				const project = server.seedProject({ name: 'P' });
				const inProject = { resource: 'project', projectId: project.id, groupId: id };
				for (const _outcome of ['updated', 'unchanged'])
					expect(seen(await node('link', inProject))).toMatchObject(done({ _outcome }));
				expect(server.project(project.id)?.groups).toEqual([id]);
			},
			trigger: async ({ position, server, node }) => {
				const emitted = triggerOf(server, { events: ['created', 'changed', 'removed'] });
				const before = seedAcme(server);
				expect(await emitted()).toBeNull();
				const [created] = jsonOf((await node('create', { name: 'New', ...CONTACTS })).items);
				await node('update', { groupId: before.id, updateFields: { group_owner: 'Ann' } });
				const all = [];
				// As long as the listing is late, nothing comes out; then each change comes once.
				for (let n = 0; n < 4; n++) all.push(...((await emitted()) ?? []));
				if (position === Infinity) expect(all).toEqual([]);
				server.listingsCatchUp();
				for (let n = 0; n < 3; n++) all.push(...((await emitted()) ?? []));
				expect(all.map(({ event, id }) => [event, id]).sort()).toEqual([
					['changed', before.id],
					['created', created?.id],
				]);
			},
		},
	},
	ignoresQuery: {
		positions: [false, true],
		concerns: {
			'vulnerability/getAll, by an advanced query': async ({ position, server, node }) => {
				const { id } = seedAcme(server);
				server.seedVulnerabilities(id, 5);
				const read = { resource: 'vulnerability', groupId: id, returnAll: true };
				const { items, error } = seen(
					await node('getAll', { ...read, filters: { q: '{priority: {$eq: "High"}}' } }),
				);
				expect(error).toBeUndefined();
				expect(items).toHaveLength(position ? 5 : 1);
			},
			trigger: async ({ server }) => {
				const { id } = seedAcme(server);
				const parameters = { events: ['vulnerabilityCreated'], vulnerabilityGroups: [id] };
				const emitted = triggerOf(server, parameters);
				server.seedVulnerabilities(id, 3);
				expect(await emitted()).toBeNull();
				const now = new Date().toISOString();
				server.seedVulnerabilities(id, 1, { title: 'New', created: now, modified: now });
				const all = [];
				for (let n = 0; n < 3; n++) all.push(...((await emitted()) ?? []));
				expect(all.map(({ vulnerability_title }) => vulnerability_title)).toEqual(['New']);
			},
		},
	},
};

describeSwitches('attackForge', TABLE, startAttackForge, attackForgeNode);
