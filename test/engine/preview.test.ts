import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { AttackForgeOptions, AttackForgeSimulator } from '../simulators/attackforge';
import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { callAsTool } from './callers';
import { jsonOf, type RunResult } from './harness';
import { CONTACTS, type RunNode, withAttackForge, withThreatConnect } from './support';

/** Options > Preview: the form of its output, and what later items of a run see. test/laws/preview.ts has the law. */

const PREVIEW = { preview: true };

/** Whatever came to a service, as far as it writes. */
const writes = ({ requests }: AttackForgeSimulator | ThreatConnectSimulator) =>
	requests.filter(({ method }) => method !== 'GET').map(({ method, target }) => `${method} ${target}`);

const said = (items: Parameters<typeof jsonOf>[0]) =>
	jsonOf(items).map(({ _outcome, _changes }) => [_outcome, _changes]);

/** Of each item, in their order, the error or the outcome. */
function outcomesOf({ items, errors }: RunResult): unknown[] {
	const all = [...items, ...errors].map(({ json, pairedItem }) => ({
		index: (pairedItem as { item: number }).item,
		is: json.error ?? json._outcome ?? 'done',
	}));
	return all.sort((one, other) => one.index - other.index).map(({ is }) => is);
}

/** The outcomes of a preview, and then of the same items in earnest. */
async function bothOutcomes(
	node: RunNode,
	operation: string,
	parameters: INodeParameters,
	items: IDataObject[],
): Promise<[unknown[], unknown[]]> {
	const run = async (preview: boolean) =>
		outcomesOf(
			await node(
				operation,
				{ ...parameters, options: { ...(parameters.options as INodeParameters), preview } },
				{ items, onError: 'continueErrorOutput' },
			),
		);
	return [await run(true), await run(false)];
}

describe('AttackForge', () => {
	const sync: INodeParameters = { dataMode: 'autoMap', matchBy: 'name', options: PREVIEW };

	test('says of each item what would be created, changed or left', async () => {
		await withAttackForge({}, async (server, node) => {
			const custom_fields = [
				{ key: 'region', value: 'EMEA' },
				{ key: 'tier', value: '1' },
			];
			const { id } = server.seedGroup({ name: 'Known', ...CONTACTS, custom_fields });
			const { items, hints } = await node('upsert', sync, {
				items: [
					{ name: 'New', ...CONTACTS },
					{ name: 'Known', ...CONTACTS, group_owner: 'Ann', custom_fields: { region: 'APAC' } },
					{ name: 'Known', ...CONTACTS, group_owner: 'Ann' },
				],
			});
			const created = Object.entries({ name: 'New', ...CONTACTS }).map(([field, to]) => [
				field,
				{ from: null, to },
			]);
			expect(said(items)).toEqual([
				['created', Object.fromEntries(created)],
				[
					'updated',
					{
						group_owner: { from: CONTACTS.group_owner, to: 'Ann' },
						'custom_fields.region': { from: 'EMEA', to: 'APAC' },
					},
				],
				// After the item before it, nothing is left to do.
				['unchanged', {}],
			]);
			expect(jsonOf(items)).toMatchObject([
				{ id: '(new, of item 0)', _preview: true },
				{ id, group_owner: 'Ann', _preview: true },
				{ id, _preview: true },
			]);
			expect(hints.map(({ message }) => message)).toContain(
				'Preview of 3 items, which wrote nothing. In a real run: 1 created, 1 unchanged, 1 updated.',
			);
			expect(writes(server)).toEqual([]);
		});
	});

	test('thousands of new groups are looked for in one list', async () => {
		await withAttackForge({}, async (server, node) => {
			server.seedGroup({ name: 'Known', ...CONTACTS });
			const items = Array.from({ length: 200 }, (_, index) => ({ name: `New ${index}`, ...CONTACTS }));
			const result = await node('upsert', sync, { items });
			expect(said(result.items).filter(([outcome]) => outcome === 'created')).toHaveLength(200);
			expect(server.requests.length).toBeLessThan(5);
		});
	});

	test('a later item finds the group that an earlier one would create', async () => {
		await withAttackForge({}, async (server, node) => {
			const { items } = await node('upsert', sync, {
				items: [
					{ name: 'New', ...CONTACTS },
					{ name: 'New', ...CONTACTS, group_owner: 'Ann' },
				],
			});
			expect(said(items)[1]).toEqual(['updated', { group_owner: { from: CONTACTS.group_owner, to: 'Ann' } }]);
			expect(jsonOf(items)[1]?.id).toBe('(new, of item 0)');
			expect(writes(server)).toEqual([]);
		});
	});

	test.each(['archived', 'is_archived'] as const)(
		'a later item finds the group archived by an earlier one, where AttackForge shows it as %s',
		async (showsArchived) => {
			await withAttackForge({ showsArchived }, async (server, node) => {
				const { id } = server.seedGroup({ name: 'ACME', ...CONTACTS });
				const items = [{}, {}];
				const result = await node('archive', { groupId: id, options: { preview: true } }, { items });
				expect(said(result.items)).toEqual([
					['archived', { archived: { from: false, to: true } }],
					['unchanged', {}],
				]);
				expect(writes(server)).toEqual([]);
			});
		},
	);

	test('an item in earnest neither finds what a preview would create, nor is it held back', async () => {
		await withAttackForge({}, async (server, node) => {
			const { items, errors, hints } = await node(
				'upsert',
				{ ...sync, options: { preview: '={{ $json.dryRun }}' } },
				{
					items: [
						{ name: 'New', ...CONTACTS, dryRun: true },
						{ name: 'New', ...CONTACTS, dryRun: false },
						{ name: 'Other', ...CONTACTS, dryRun: '' },
						{ name: 'Another', ...CONTACTS },
					],
					onError: 'continueErrorOutput',
				},
			);
			expect(jsonOf(items).map(({ _outcome, _preview }) => [_outcome, _preview])).toEqual([
				['created', true],
				['created', undefined],
			]);
			expect(hints.map(({ message }) => message)).toContain(
				'Preview of 1 item, which wrote nothing. In a real run: 1 created.',
			);
			// Where the expression gives nothing, a write is not what was asked for.
			const blank = '"Preview" (preview) has no value';
			expect(jsonOf(errors).map(({ error }) => error)).toEqual([blank, blank]);
			expect(
				server
					.groups()
					.map(({ name }) => name)
					.sort(),
			).toEqual(['New']);
		});
	});

	test.each<[string, string | undefined]>([
		['merge', undefined],
		['differing', 'Custom fields that are not sent: region, tier.'],
		['replace', 'Custom fields that are not sent: region, tier.'],
	])('names custom fields that may be lost, with %s', async (customFieldsMode, notice) => {
		await withAttackForge({}, async (server, node) => {
			const custom_fields = [
				{ key: 'region', value: 'EMEA' },
				{ key: 'tier', value: '1' },
				{ key: 'empty', value: '' },
			];
			const { id } = server.seedGroup({ name: 'Known', ...CONTACTS, custom_fields });
			const options = { ...PREVIEW, customFieldsMode };
			const items = [{ custom_fields: { client_code: 'C1' } }];
			const result = await node('update', { groupId: id, dataMode: 'autoMap', options }, { items });
			const [one] = jsonOf(result.items);
			expect(one?._notice).toEqual(notice && expect.stringContaining(notice));
		});
	});

	test('says which access is added and which is taken away', async () => {
		await withAttackForge({}, async (server, node) => {
			const levels = { project_access_level: 'view', project_request_access_level: 'none' } as const;
			const old = { group_name: 'AD-OLD', ...levels };
			const added = { group_name: 'AD-NEW', ...levels };
			const { id } = server.seedGroup({ access: { sso_1: [old], sso_2: [], member_admins: [] } });
			const { items } = await node(
				'update',
				{ groupId: id, dataMode: 'autoMap', options: { ...PREVIEW, accessMode: 'exact' } },
				{ items: [{ access: { sso_1: [added] } }] },
			);
			expect(said(items)).toEqual([['updated', { 'access.sso_1': { added: [added], removed: [old] } }]]);
			expect(writes(server)).toEqual([]);
		});
	});

	test('says that nobody is removed from a list with an empty entry, and not that nobody was', async () => {
		await withAttackForge({}, async (server, node) => {
			const entry = {
				group_name: 'AD-1',
				project_access_level: 'view',
				project_request_access_level: 'none',
			};
			const { id } = server.seedGroup({});
			const { hints } = await node(
				'update',
				{ groupId: id, dataMode: 'autoMap', options: { ...PREVIEW, accessMode: 'exact' } },
				{ items: [{ access: { sso_1: [entry, null] } }] },
			);
			expect(hints.map(({ message }) => message)).toContainEqual(
				expect.stringMatching(/^Nobody is removed from these lists of access/),
			);
		});
	});

	test('a new group has no access yet, and a later item gives it some', async () => {
		await withAttackForge({}, async (server, node) => {
			const entry = {
				group_name: 'AD-1',
				project_access_level: 'view',
				project_request_access_level: 'none',
			};
			const items = [
				{ name: 'New', ...CONTACTS },
				{ name: 'New', ...CONTACTS, access: { sso_1: [entry] }, auto_add_project_request: false },
			];
			const { items: previewed } = await node('upsert', sync, { items });
			expect(said(previewed)[1]).toEqual(['updated', { 'access.sso_1': { added: [entry], removed: [] } }]);
			const [outcomes, done] = await bothOutcomes(node, 'upsert', sync, items);
			expect(outcomes).toEqual(['created', 'updated']);
			expect(done).toEqual(outcomes);
			expect(server.groups()).toHaveLength(1);
		});
	});

	test.each<AttackForgeOptions>([{}, { grants: ['AddUserToGroup', 'GetGroup'] }])(
		'a user who does not exist is no new member, as far as the key may see it (%j)',
		async (options) => {
			await withAttackForge(options, async (server, node) => {
				const { id } = server.seedGroup({ name: 'A' });
				const [user] = server.users;
				const parameters: INodeParameters = {
					resource: 'member',
					groupId: id,
					userId: { __rl: true, mode: 'id', value: '={{ $json.id }}' },
					accessLevel: 'View',
				};
				const nobody = 'f'.repeat(24);
				const ids = [nobody, String(user?.id), String(user?.id)].map((one) => ({ id: one }));
				const [said, done] = await bothOutcomes(node, 'add', parameters, ids);
				const missing = `User ${nobody} was not found`;
				expect(done).toEqual([missing, 'updated', 'unchanged']);
				expect(said).toEqual(options.grants ? ['updated', ...done.slice(1)] : done);
			});
		},
	);

	test('says what a member loses, and that nobody was removed', async () => {
		await withAttackForge({}, async (server, node) => {
			const [user] = server.users;
			const now = '2026-01-05T10:00:00.000Z';
			const member = {
				name: 'A',
				userId: String(user?.id),
				accessLevel: 'Edit' as const,
				created: now,
				last_updated: now,
			};
			const { id } = server.seedGroup({ members: [member] });
			const { items } = await node('remove', {
				resource: 'member',
				groupId: id,
				userId: { __rl: true, mode: 'id', value: member.userId },
				options: PREVIEW,
			});
			expect(jsonOf(items)).toMatchObject([
				{
					removed: false,
					_outcome: 'updated',
					_changes: { access_level: { from: 'Edit', to: null } },
				},
			]);
			expect(writes(server)).toEqual([]);
		});
	});
});

describe('ThreatConnect', () => {
	test('says what lists get and lose', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({
				type: 'Incident',
				name: 'A',
				tags: ['Old', 'Kept'],
				attributes: [{ type: 'Description', value: 'before', default: true }],
				fields: { status: 'New' },
			});
			const jsonBody = {
				status: 'Closed',
				description: 'after',
				tags: { data: [{ name: 'Kept' }, { name: 'Added' }], mode: 'replace' },
			};
			const { items } = await node('update', {
				findBy: 'id',
				groupId: { __rl: true, mode: 'id', value: id },
				dataMode: 'json',
				jsonBody: JSON.stringify(jsonBody),
				options: PREVIEW,
			});
			expect(said(items)).toEqual([
				[
					'updated',
					{
						status: { from: 'New', to: 'Closed' },
						tags: { added: ['Added'], removed: ['Old'] },
						'attributes.Description.value': { from: 'before', to: 'after' },
					},
				],
			]);
			expect(writes(server)).toEqual([]);
		});
	});

	test('a bulk import says what is created, updated and left', async () => {
		await withThreatConnect({}, async (server, node) => {
			const fields = { status: 'New' };
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'a', fields });
			server.seedGroup({ type: 'Incident', name: 'B', xid: 'b', fields });
			const { items } = await node(
				'bulkImport',
				{ type: 'Incident', dataMode: 'autoMap', options: PREVIEW },
				{
					items: [
						{ name: 'A', xid: 'a', status: 'Open' },
						{ name: 'B', xid: 'b', status: 'New' },
						{ name: 'C', xid: 'c' },
					],
				},
			);
			expect(said(items).map(([outcome]) => outcome)).toEqual(['updated', 'unchanged', 'created']);
			expect(said(items)[0]?.[1]).toEqual({ status: { from: 'New', to: 'Open' } });
			expect(writes(server)).toEqual([]);
		});
	});

	const byId = { findBy: 'id', groupId: { __rl: true, mode: 'id', value: '={{ $json.id }}' } };
	const TAKEN = 'An item already exists with the same unique information.';
	const MISSING = 'The requested item(s) were not found.';

	test('a new group whose XID the service has, or an earlier item would take, is refused', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'known' });
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'elsewhere', ownerName: 'Demo Community' });
			const items = ['known', ' known', 'elsewhere', 'new', 'new', '4711', '4711'].map((xid) => ({
				name: 'A',
				xid,
			}));
			const [said, done] = await bothOutcomes(
				node,
				'create',
				{ type: 'Incident', dataMode: 'autoMap' },
				items,
			);
			expect(said).toEqual([TAKEN, TAKEN, 'created', 'created', TAKEN, 'created', TAKEN]);
			expect(done).toEqual(said.map((one) => (one === 'created' ? 'done' : one)));
		});
	});

	test('an XID that a node assigned before is that of the item', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'n8n:1' });
			const items = ['n8n:1', 'n8n:2', 'n8n:2'].map((xid) => ({ name: 'A', type: 'Incident', xid }));
			const created = await bothOutcomes(node, 'create', { dataMode: 'autoMap' }, items);
			expect(created).toEqual([
				[TAKEN, 'created', TAKEN],
				[TAKEN, 'done', TAKEN],
			]);
			const others = ['n8n:1', 'n8n:3', 'n8n:3'].map((xid) => ({ name: 'A', type: 'Incident', xid }));
			const byXid = { dataMode: 'autoMap', matchBy: 'xid' };
			const [said, done] = await bothOutcomes(node, 'upsert', byXid, others);
			expect(said).toEqual(['unchanged', 'created', 'unchanged']);
			expect(done).toEqual(said);
		});
	});

	test('of items that run at the same time, one gets an XID', async () => {
		await withThreatConnect({}, async (_server, node) => {
			const items = ['A', 'B'].map((name) => ({ name, type: 'Incident', xid: 'a' }));
			const byName = { dataMode: 'autoMap', matchBy: 'name' };
			const both = await bothOutcomes(node, 'upsert', byName, items);
			const each = [TAKEN, 'created'];
			expect(both.map((outcomes) => [...outcomes].sort())).toEqual([each, each]);
		});
	});

	test('no group gets the XID of another one', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'a' });
			const { id } = server.seedGroup({ type: 'Incident', name: 'B', xid: 'b' });
			const update: INodeParameters = { ...byId, dataMode: 'autoMap' };
			const items = ['a', 'b', 'c', 'b', 'a'].map((xid) => ({ id, xid }));
			const [said, done] = await bothOutcomes(node, 'update', update, items);
			expect(said).toEqual([TAKEN, 'unchanged', 'updated', 'updated', TAKEN]);
			expect(done).toEqual(said.map((one) => (one === TAKEN ? TAKEN : 'done')));
			const upsert: INodeParameters = { type: 'Incident', matchBy: 'name', dataMode: 'autoMap' };
			const others = [
				{ name: 'C', xid: 'a' },
				{ name: 'B', xid: 'a' },
			];
			expect(await bothOutcomes(node, 'upsert', upsert, others)).toEqual([
				[TAKEN, TAKEN],
				[TAKEN, TAKEN],
			]);
		});
	});

	test('a later item finds a new group, although it names the owner in another way', async () => {
		await withThreatConnect({}, async (server, node) => {
			const sync = { matchBy: 'name', dataMode: 'autoMap', type: 'Incident' };
			const id = server.seedGroup({ type: 'Incident', name: 'Known' }).ownerId;
			const ways = [{}, { ownerId: id }, { ownerName: 'Demo Organization' }];
			for (const [index, first] of ways.entries()) {
				const items = [first, ...ways].map((way) => ({ name: `New ${index}`, ...way }));
				const planned = await node('upsert', { ...sync, options: { preview: true } }, { items });
				const outcomes = planned.items.map(({ json }) => json._outcome);
				expect(outcomes).toEqual(['created', 'unchanged', 'unchanged', 'unchanged']);
				const done = await node('upsert', sync, { items });
				expect(done.items.map(({ json }) => json._outcome)).toEqual(outcomes);
			}
		});
	});

	test('what an earlier item would delete is gone for later ones', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'A', xid: 'a' });
			const first = await bothOutcomes(node, 'delete', byId, [{ id }, { id }, { id: '99' }]);
			expect(first).toEqual([
				['deleted', MISSING, MISSING],
				['done', MISSING, MISSING],
			]);
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'a' });
			const byXid = { findBy: 'xid', groupXid: '={{ $json.xid }}' };
			const second = await bothOutcomes(node, 'delete', byXid, [{ xid: 'a' }, { xid: ' a' }]);
			expect(second).toEqual([
				['deleted', MISSING],
				['done', MISSING],
			]);
		});
	});

	test('a bulk deletion says which groups are not there', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({ type: 'Incident', name: 'A', xid: 'a' });
			server.seedGroup({ type: 'Report', name: 'B', xid: 'b' });
			const [said, done] = await bothOutcomes(
				node,
				'bulkDelete',
				{ groupXid: '={{ $json.xid }}', type: 'Incident' },
				['a', 'b', 'a', 'c'].map((xid) => ({ xid })),
			);
			const noGroup = 'There is no group with this XID, type and owner';
			expect(said).toEqual(['deleted', noGroup, 'deleted', noGroup]);
			expect(done).toEqual([
				'done',
				'The Incident with the XID "b" was not found',
				'done',
				'The Incident with the XID "c" was not found',
			]);
		});
	});

	test('items that call one group by its ID and by its XID are alike in what they associate', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'A', xid: 'a' });
			const parameters: INodeParameters = {
				...byId,
				resource: 'association',
				findBy: '={{ $json.id ? "id" : "xid" }}',
				groupXid: '={{ $json.xid }}',
				objectType: 'indicator',
				objectIds: '101',
			};
			const [said, done] = await bothOutcomes(node, 'add', parameters, [{ id }, { xid: 'a' }, { xid: 'b' }]);
			expect(said).toEqual(['updated', 'updated', MISSING]);
			expect(done).toEqual(said);
			expect(writes(server)).toHaveLength(1);
		});
	});

	describe('an object that is not there is not associated', () => {
		const NOWHERE = '987654321';

		test.each(['artifact', 'case', 'group', 'indicator', 'victimAsset'])('%s', async (objectType) => {
			await withThreatConnect({}, async (server, node) => {
				const { id } = server.seedGroup({ type: 'Incident', name: 'A' });
				const other = server.seedGroup({ type: 'Report', name: 'B' }).id;
				const there = { artifact: '201', case: '301', group: other, indicator: '101', victimAsset: '501' };
				const objectIds = '={{ $json.objectId }}';
				const parameters: INodeParameters = { ...byId, resource: 'association', objectType, objectIds };
				const items = [there[objectType as keyof typeof there], NOWHERE].map((objectId) => ({
					id,
					objectId,
				}));
				const [said, done] = await bothOutcomes(node, 'add', parameters, items);
				expect(said).toEqual(['updated', MISSING]);
				expect(done).toEqual(said);
			});
		});

		test.each(['create', 'update', 'upsert'])('in %s, which says by which ID', async (operation) => {
			await withThreatConnect({}, async (server, node) => {
				const { id } = server.seedGroup({ type: 'Incident', name: 'A' });
				const parameters: INodeParameters = {
					...byId,
					type: 'Incident',
					matchBy: 'name',
					dataMode: 'autoMap',
				};
				const associatedGroups = { data: [{ id: Number(NOWHERE) }] };
				const items = [{ id, name: 'A', associatedGroups }];
				const [said, done] = await bothOutcomes(node, operation, parameters, items);
				expect(said).toEqual([MISSING]);
				expect(done).toEqual(said);
				const { error } = await node(operation, { ...parameters, options: PREVIEW }, { items });
				expect(error?.description).toContain(`By ID, the item names: associatedGroups "${NOWHERE}".`);
			});
		});
	});

	test('an object that is there is looked up with one request', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Report', name: 'A' });
			const incident: INodeParameters = { type: 'Incident', dataMode: 'autoMap', options: PREVIEW };
			await node('create', incident, {
				items: [{ name: 'B', associatedGroups: { data: [{ id: Number(id) }] } }],
			});
			expect(server.requests.filter(({ target }) => target.includes('/v3/groups'))).toHaveLength(1);
		});
	});

	test('says which security labels and attribute types ThreatConnect does not list', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'A' });
			const incident: INodeParameters = { type: 'Incident', dataMode: 'autoMap', options: PREVIEW };
			const known = { securityLabels: 'TLP:RED', attributes: [{ type: 'Ticket Number', value: '1' }] };
			const unknown = {
				securityLabels: 'TLP:RED, tlp:red, AMBER',
				attributes: [{ type: 'Analysis', value: 'x' }],
			};
			const items = [known, unknown, unknown].map((one, index) => ({ name: `B ${index}`, ...one }));
			const notice =
				'ThreatConnect lists no security label "tlp:red" (perhaps "TLP:RED"), "AMBER" and no attribute type "Analysis", and will probably refuse this item.';
			const notices = (result: RunResult) => jsonOf(result.items).map(({ _notice }) => _notice);
			expect(notices(await node('create', incident, { items }))).toEqual([undefined, notice, notice]);
			expect(server.requests.filter(({ target }) => /securityLabels/.test(target))).toHaveLength(1);
			const update = { ...incident, ...byId };
			expect(notices(await node('update', update, { items: [{ id, ...unknown }] }))).toEqual([notice]);
			const add: INodeParameters = { ...byId, resource: 'securityLabel', securityLabels: 'AMBER' };
			const labelled = await node('add', { ...add, options: PREVIEW }, { items: [{ id }] });
			expect(notices(labelled)).toEqual([expect.stringContaining('no security label "AMBER",')]);
			const attribute: INodeParameters = {
				...byId,
				resource: 'attribute',
				attributeType: 'Analysis',
				value: 'x',
			};
			const described = await node('add', { ...attribute, options: PREVIEW }, { items: [{ id }] });
			expect(notices(described)).toEqual([expect.stringContaining('no attribute type "Analysis",')]);
		});
	});

	test('a group is not read again for each item that changes it', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'A', tags: ['Old'] });
			const { items } = await node(
				'add',
				{ ...byId, resource: 'tag', tags: '={{ $json.tag }}', options: PREVIEW },
				{ items: Array.from({ length: 30 }, (_, index) => ({ id, tag: `Tag ${index}` })) },
			);
			expect(jsonOf(items).at(-1)?.tags).toHaveLength(31);
			const reads = server.requests.filter(({ target }) => target.includes(`/groups/${id}`));
			expect(reads.length).toBeLessThan(3);
		});
	});

	test('a new attribute is changed on its own, and a new associated group is created once', async () => {
		await withThreatConnect({}, async (server, node) => {
			const record = {
				name: 'New',
				attributes: [{ type: 'Ticket Number', value: '1' }],
				associatedGroups: [{ name: 'FIN7', type: 'Adversary' }],
			};
			const { items } = await node(
				'upsert',
				{ type: 'Incident', matchBy: 'name', dataMode: 'autoMap', options: PREVIEW },
				{
					items: [
						{ ...record, description: 'before' },
						{ ...record, description: 'after' },
						{ ...record, name: 'Other' },
					],
				},
			);
			const [, second, third] = said(items);
			expect(second).toEqual([
				'updated',
				{ 'attributes.Description.value': { from: 'before', to: 'after' } },
			]);
			expect(jsonOf(items)[1]?.attributes).toMatchObject({
				data: [
					{ type: 'Description', value: 'after' },
					{ type: 'Ticket Number', value: '1' },
				],
			});
			expect(third?.[1]).toMatchObject({
				associatedGroups: { added: [{ id: '(new, associatedGroups 1 of item 0)' }], removed: [] },
			});
			expect(writes(server)).toEqual([]);
		});
	});

	test('an attribute that becomes the default one takes that from the one before it', async () => {
		await withThreatConnect({}, async (server, node) => {
			const attributes = [{ type: 'Description', value: 'Old', default: true }];
			const { id } = server.seedGroup({ type: 'Incident', name: 'A', attributes });
			const parameters: INodeParameters = {
				...byId,
				resource: 'attribute',
				attributeType: 'Description',
				value: '={{ $json.value }}',
				additionalFields: { default: true },
			};
			const items = ['New', 'Old'].map((value) => ({ id, value }));
			const [said, done] = await bothOutcomes(node, 'add', parameters, items);
			expect(said).toEqual(['created', 'created']);
			expect(done).toEqual(said);
		});
	});

	test('no password is shown', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { items } = await node(
				'create',
				{ type: 'Document', dataMode: 'autoMap', options: PREVIEW },
				{ items: [{ name: 'A', fileName: 'a.zip', malware: true, password: 'infected' }] },
			);
			expect(JSON.stringify(items)).not.toContain('infected');
			expect(said(items)).toMatchObject([['created', { password: { to: '*****(secret hidden)' } }]]);
			expect(writes(server)).toEqual([]);
		});
	});

	test('the model of an agent chooses between a preview and the change', async () => {
		await withThreatConnect({}, async (server) => {
			const { id } = server.seedGroup({ type: 'Incident', name: 'A' });
			const { url: baseUrl, credentials } = server;
			const tool = {
				type: 'threatConnectGroup' as const,
				credentials: { threatConnectApi: { baseUrl, apiToken: credentials.apiToken } },
				parameters: {
					resource: 'tag',
					operation: 'add',
					findBy: 'id',
					groupId: { __rl: true, mode: 'id', value: id },
					tags: 'Added',
					options: { preview: "={{ $fromAI('preview', 'true to see what would change', 'boolean', true) }}" },
				},
			};
			const answers: IDataObject[] = [];
			await callAsTool(tool, async (agent) => {
				for (const preview of [true, false]) {
					answers.push(...(JSON.parse(await agent.invoke({ preview })) as IDataObject[]));
				}
			});
			expect(answers).toMatchObject([
				{ added: ['Added'], _preview: true, _changes: { tags: { added: ['Added'], removed: [] } } },
				{ added: ['Added'], _outcome: 'updated' },
			]);
			expect(answers[1]).not.toHaveProperty('_preview');
			expect(writes(server)).toHaveLength(1);
		});
	});
});
