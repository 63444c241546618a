import type { INodeParameters } from 'n8n-workflow';

import { type AttackForgeOptions, startAttackForge } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectOptions } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { attackForgeNode, CONTACTS, customFields, threatConnectNode } from './support';

/**
 * Where sources disagree on a service, its simulator has a switch. Here the operations that a switch concerns run under each
 * of its positions, and are right under each.
 */

type ThreatConnectCase = [operation: string, switches: ThreatConnectOptions[]];
type Node = ReturnType<typeof threatConnectNode>;

const ORG = 'Demo Organization';
const XID: INodeParameters = { findBy: 'xid', groupXid: 'crm:1', groupOwner: '' };

/** Each on a server that has one incident, `crm:1`. */
const RUNS: Record<string, (node: Node) => Promise<unknown>> = {
	get: async (node) => await node('get', XID),
	update: async (node) =>
		await node('update', { ...XID, updateFields: { tags: { list: { mode: 'append', name: 'New' } } } }),
	upsert: async (node) =>
		await node('upsert', {
			type: 'Incident',
			name: 'Phishing',
			matchBy: 'xid',
			groupXid: 'crm:1',
			tagNames: 'New',
		}),
	'upsert by name': async (node) =>
		await node('upsert', { type: 'Incident', name: 'Phishing', matchBy: 'name', tagNames: 'New' }),
	delete: async (node) => await node('delete', XID),
	bulkImport: async (node) =>
		await node('bulkImport', {
			type: 'Incident',
			name: 'Phishing',
			additionalFields: { xid: 'crm:1' },
			tagNames: 'New',
		}),
	bulkDelete: async (node) =>
		await node('bulkDelete', { type: 'Incident', groupXid: 'crm:1', groupOwner: '' }),
};
const REMOVES = ['delete', 'bulkDelete'];

const of = <Name extends keyof ThreatConnectOptions>(
	name: Name,
	...positions: Array<ThreatConnectOptions[Name]>
): ThreatConnectOptions[] => positions.map((position) => ({ [name]: position }));

const OWNERS = [
	...of('xidWithoutOwner', 'lenient', 'notFound', 'refused'),
	...of('withoutOwnOwner', false, true),
];

const THREAT_CONNECT: ThreatConnectCase[] = [
	['get', OWNERS],
	['update', OWNERS],
	['upsert', [...OWNERS, ...of('knownXid', 'conflict', 'overwrite', 'duplicate')]],
	['upsert by name', of('pageCap', { rows: 1, saysMore: true }, { rows: 1, saysMore: false })],
	['delete', OWNERS],
	['bulkImport', [...of('batchSizeLimit', 75_000_000, 5000), ...of('withoutOwnOwner', false, true)]],
	['bulkDelete', [...of('batchDelete', 'xid', 'anyData'), ...of('withoutOwnOwner', false, true)]],
];

describe.each(THREAT_CONNECT)('ThreatConnect Group, %s', (operation, switches) => {
	test.each(switches)('with %j, does its work on the one group', async (options) => {
		const server = await startThreatConnect(options);
		try {
			const { id } = server.seedGroup({ type: 'Incident', name: 'Phishing', xid: 'crm:1' });
			const other = server.seedGroup({ type: 'Incident', name: 'Bystander', xid: 'crm:2' });
			const result = (await RUNS[operation]?.(threatConnectNode(server))) as Awaited<ReturnType<Node>>;
			expect(result.error).toBeUndefined();
			expect(result.items).toHaveLength(1);
			expect(server.group(other.id)).toEqual(other);
			expect(server.groups().map((group) => group.id)).toEqual(
				REMOVES.includes(operation) ? [other.id] : [id, other.id],
			);
			const names = server.group(id)?.tags.map(({ name }) => name);
			expect(names).toEqual(REMOVES.includes(operation) ? undefined : operation === 'get' ? [] : ['New']);
		} finally {
			await server.stop();
		}
	});
});

test.each([false, true])(
	'ThreatConnect Group, Get Many by dates, on a server that ignores seconds: %s',
	async (ignoresSeconds) => {
		const server = await startThreatConnect({ ignoresSeconds });
		try {
			for (const dateAdded of ['2026-01-01T10:00:30Z', '2026-01-02T10:00:30Z']) {
				server.seedGroup({ type: 'Threat', name: dateAdded, dateAdded });
			}
			const { items } = await threatConnectNode(server)('getAll', {
				filters: { dateAddedFrom: '2026-01-02', dateAddedTo: '2026-01-02' },
			});
			expect(jsonOf(items).map(({ name }) => name)).toEqual(['2026-01-02T10:00:30Z']);
		} finally {
			await server.stop();
		}
	},
);

test.each([4, 8] as const)(
	'ThreatConnect Group, Create, where an event has one of %d statuses',
	async (eventStatuses) => {
		const server = await startThreatConnect({ eventStatuses });
		try {
			const create = async (status: string) =>
				await threatConnectNode(server)('create', { type: 'Event', name: 'E', status });
			expect((await create('Escalated')).error).toBeUndefined();
			const { error } = await create('Reopened');
			expect(error?.message).toEqual(eventStatuses === 8 ? undefined : expect.stringContaining('"Reopened"'));
			expect(server.groups().map(({ ownerName }) => ownerName)).toEqual(
				eventStatuses === 8 ? [ORG, ORG] : [ORG],
			);
		} finally {
			await server.stop();
		}
	},
);

const ATTACK_FORGE: AttackForgeOptions[] = [
	{},
	{ customFieldsMerge: false },
	{ storesText: true },
	{ listsDeleted: true },
	{ showsArchived: true },
	{ oldStatusSentences: true },
	{ listingLag: 1 },
	{ pageCap: 1 },
];
const fields = customFields({ key: 'tier', value: 'Gold' });
const kept = { key: 'client_code', value: 'C1' };

describe.each(ATTACK_FORGE)('AttackForge Group with %j', (options) => {
	test.each([
		['update', (id: string) => ({ groupId: id, custom_fields: fields })],
		['upsert', () => ({ name: 'ACME', matchBy: 'name', ...CONTACTS, custom_fields: fields })],
	] as Array<[string, (id: string) => INodeParameters]>)(
		'%s sets one custom field and keeps the other',
		async (operation, parameters) => {
			const server = await startAttackForge(options);
			try {
				const { id } = server.seedGroup({ name: 'ACME', ...CONTACTS, custom_fields: [kept] });
				server.seedGroup({ name: 'Gone', is_deleted: true });
				const { error, items } = await attackForgeNode(server)(operation, parameters(id));
				expect(error).toBeUndefined();
				expect(items).toHaveLength(1);
				expect(server.groups()).toHaveLength(2);
				expect(server.group(id)?.custom_fields).toEqual([kept, { key: 'tier', value: 'Gold' }]);
			} finally {
				await server.stop();
			}
		},
	);

	test('create makes one group, and get and getAll show it', async () => {
		const server = await startAttackForge(options);
		try {
			const node = attackForgeNode(server);
			const { items, error } = await node('create', { name: 'New', ...CONTACTS });
			expect(error).toBeUndefined();
			const [created] = jsonOf(items);
			expect(server.groups()).toMatchObject([{ id: created?.id, name: 'New' }]);
			expect(jsonOf((await node('get', { groupId: String(created?.id) })).items)).toMatchObject([
				{ name: 'New' },
			]);
			// The list may lag once.
			await node('getAll', { returnAll: true });
			expect(jsonOf((await node('getAll', { returnAll: true })).items)).toHaveLength(1);
		} finally {
			await server.stop();
		}
	});
});
