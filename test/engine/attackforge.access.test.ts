import type { INodeParameters } from 'n8n-workflow';

import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { attackForgeNode, CONTACTS, type RunNode } from './support';

/** Entries of access that one name, or one list, may mean in two ways. */

const ACME = { name: 'ACME', ...CONTACTS };

let server: AttackForgeSimulator;
let node: RunNode;
beforeEach(async () => {
	server = await startAttackForge();
	node = attackForgeNode(server);
});
afterEach(async () => await server.stop());

const sso = (group_name: string, level = 'edit') => ({
	group_name,
	project_access_level: level,
	project_request_access_level: 'action',
});
const remove = (group_name: string) => ({ action: 'remove', group_name });
const auto = (id: string, options: INodeParameters = {}) => ({ groupId: id, dataMode: 'autoMap', options });

describe.each(['update', 'upsert'])(
	'%s, Make Exactly Like This: nobody is removed because Access Lists beside the rows is empty',
	(operation) => {
		test.each<[string, string, unknown]>([
			['the text {}', '={{ $json.more }}', '{}'],
			['JSON.stringify of {}', '={{ JSON.stringify($json.more) }}', {}],
		])('%s', async (_what, json, more) => {
			const { id } = server.seedGroup({ ...ACME, access: { sso_1: [sso('AD-1'), sso('AD-2')] } } as never);
			const list = { sso_1: { entry: [{ action: 'upsert', ...sso('AD-1') }] }, json };
			const form =
				operation === 'update'
					? { updateFields: { access: { list } } }
					: { ...ACME, matchBy: 'id', additionalFields: { access: { list } } };
			await node(
				operation,
				{ groupId: id, options: { accessMode: 'exact' }, ...(form as INodeParameters) },
				{ items: [{ more } as never] },
			);
			expect(server.group(id)?.access.sso_1).toHaveLength(2);
		});
	},
);

describe('a group has an SSO name in two spellings', () => {
	const seed = (...sso_1: object[]) => server.seedGroup({ ...ACME, access: { sso_1 } } as never).id;
	const names = (id: string) => server.group(id)?.access.sso_1.map(({ group_name }) => group_name);
	test.each([
		['padded', 'AD-1', 'AD-1 '],
		['accents', 'Cr\u00E9dit', 'Cre\u0301dit'],
	])('the removal of exactly one removes that one: %s', async (_what, one, other) => {
		const id = seed(sso(one, 'edit'), sso(other, 'view'));
		const { items } = await node('update', auto(id), { items: [{ access: { sso_1: [remove(one)] } }] });
		expect(items[0]?.json._outcome).toBe('updated');
		expect(names(id)).toEqual([other]);
	});
	test.each(['operations', 'exact'])(
		'Create or Update lowers exactly the one that is named: %s',
		async (accessMode) => {
			const id = seed(sso('AD-1', 'edit'), sso('AD-1 ', 'view'));
			await node(
				'upsert',
				{ matchBy: 'name', dataMode: 'autoMap', options: { accessMode } },
				{ items: [{ ...ACME, access: { sso_1: [sso('AD-1', 'view')] } }] },
			);
			expect(server.group(id)?.access.sso_1[0]).toEqual(sso('AD-1', 'view'));
		},
	);
	test('Make Exactly Like This leaves no other, and Clear Fields leaves none', async () => {
		const id = seed(sso('AD-1', 'view'), sso('AD-1 ', 'edit'));
		await node('update', auto(id, { accessMode: 'exact' }), {
			items: [{ access: { sso_1: [sso('AD-1', 'view')] } }],
		});
		const all = seed(sso('AD-1', 'view'), sso('AD-1 ', 'edit'));
		await node('update', { groupId: all, updateFields: {}, options: { clearFields: 'access.sso_1' } });
		expect([names(id), names(all)]).toEqual([['AD-1'], []]);
	});
});

describe('Update with Change Entries', () => {
	test.each([
		['with other accents', 'Cr\u00E9dit', 'Cre\u0301dit'],
		['given exactly as AttackForge has it', 'AD-1 ', 'AD-1 '],
	])('changes the SSO group that is there, as the preview says: %s', async (_what, there, given) => {
		const { id } = server.seedGroup({ access: { sso_1: [sso(there, 'edit')] } } as never);
		const items = [{ access: { sso_1: [sso(given, 'view')] } }];
		const { items: planned } = await node('update', auto(id, { preview: true }), { items });
		expect(planned[0]?.json._changes).toMatchObject({ 'access.sso_1': { removed: [sso(there, 'edit')] } });
		await node('update', auto(id), { items });
		expect(server.group(id)?.access.sso_1).toEqual([sso(there, 'view')]);
	});
});

test('Make Exactly Like This keeps an entry that the group has twice', async () => {
	const { id } = server.seedGroup({
		...ACME,
		access: { sso_1: [sso('AD-1'), sso('AD-1'), sso('AD-2')] },
	} as never);
	const items = [{ access: { sso_1: [sso('AD-1')] } }];
	await node('update', auto(id, { accessMode: 'exact' }), { items });
	const { method, body } = server.requests.filter(({ method }) => method !== 'GET').at(-1) ?? {};
	expect([method, JSON.parse(body ?? '')]).toEqual(['PUT', { access: { sso_1: [remove('AD-2')] } }]);
});

test('a removal in two spellings removes the one that is there', async () => {
	const { id } = server.seedGroup({ access: { sso_1: [sso('AD-Pentest')] } } as never);
	const access = { sso_1: [remove('AD-Pentest'), remove('ad-pentest')] };
	const { error } = await node('update', auto(id), { items: [{ access }] });
	expect(error?.message).toBeUndefined();
	expect(server.group(id)?.access.sso_1).toEqual([]);
});

test.each([true, false])(
	'two spellings of one name are two entries, also in a preview: %s',
	async (preview) => {
		const { id } = server.seedGroup({ access: { sso_1: [sso('AD-1'), sso('AD-1 ', 'view')] } } as never);
		const items = [{ access: { sso_1: [remove('AD-1')] } }];
		const { items: output } = await node('update', auto(id, { preview }), { items });
		if (preview) {
			expect(output[0]?.json._changes).toEqual({ 'access.sso_1': { added: [], removed: [sso('AD-1')] } });
		} else expect(server.group(id)?.access.sso_1).toEqual([sso('AD-1 ', 'view')]);
	},
);
