import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import { jsonOf } from './harness';
import { type LossRule } from '../support/lossyProxy';
import { CONTACTS, attackForgeNode, conditions, customFields, runAttackForgeWithLosses } from './support';

/** What another client changes at the same time stays as that client made it. */

let server: AttackForgeSimulator;
const start = async (options: AttackForgeOptions = {}) => (server = await startAttackForge(options));
afterEach(async () => await server.stop());

/** Refuses or loses the first write. Another client makes a change before the second attempt. */
const meanwhile =
	(loss: 503 | 'before', change: () => void): LossRule =>
	(method, _path, earlier) => {
		if (method !== 'PUT' || earlier > 0) return undefined;
		change();
		return loss;
	};

describe.each([503, 'before'] as const)('when the first attempt meets "%s"', (loss) => {
	test.each([
		['link', [0], [0, 1, 2]],
		['unlink', [0, 1], [0, 2]],
	])("%s keeps another client's group on the project", async (operation, before, after) => {
		await start();
		const groups = ['A', 'B', 'C'].map((name) => server.seedGroup({ name }).id);
		const pick = (places: number[]) => places.map((place) => groups[place] ?? '');
		const { id } = server.seedProject({ groups: pick(before) });
		const { items, errors } = await runAttackForgeWithLosses(
			server,
			meanwhile(loss, () => {
				server.changeProject(id, { groups: [...pick(before), groups[2] ?? ''] });
			}),
			{ parameters: { resource: 'project', operation, projectId: id, groupId: groups[1] ?? '' } },
		);
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated' }]);
		expect(server.project(id)?.groups.sort()).toEqual(pick(after).sort());
	});

	test.each(['update', 'upsert'])('%s keeps a custom field that it does not name', async (operation) => {
		await start();
		const { id } = server.seedGroup({
			name: 'ACME',
			...CONTACTS,
			custom_fields: [
				{ key: 'code', value: '1' },
				{ key: 'notes', value: 'old' },
			],
		});
		const { errors } = await runAttackForgeWithLosses(
			server,
			meanwhile(loss, () => {
				const group = server.group(id);
				const custom_fields = group?.custom_fields.map((field) =>
					field.key === 'notes' ? { key: 'notes', value: 'by hand' } : field,
				);
				server.seedGroup({ ...group, custom_fields });
			}),
			{
				parameters: { operation, matchBy: 'name', groupId: id },
				items: [{ name: 'ACME', ...CONTACTS, custom_fields: { code: '2' } }],
			},
		);
		expect(errors).toEqual([]);
		expect(server.group(id)?.custom_fields).toEqual([
			{ key: 'code', value: '2' },
			{ key: 'notes', value: 'by hand' },
		]);
	});

	test('access that is made exactly as given is compared with the access at that time', async () => {
		await start();
		const sso = { project_access_level: 'view', project_request_access_level: 'none' } as const;
		const { id } = server.seedGroup({
			access: { sso_1: [{ ...sso, group_name: 'A' }], sso_2: [], member_admins: [] },
		});
		const { errors } = await runAttackForgeWithLosses(
			server,
			meanwhile(loss, () => {
				server.seedGroup({
					...server.group(id),
					access: { sso_1: [{ ...sso, group_name: 'B' }], sso_2: [], member_admins: [] },
				});
			}),
			{
				parameters: {
					operation: 'update',
					groupId: id,
					dataMode: 'json',
					jsonBody: JSON.stringify({ access: { sso_1: [{ ...sso, group_name: 'C' }] } }),
					options: { accessMode: 'exact' },
				},
			},
		);
		expect(errors).toEqual([]);
		expect(server.group(id)?.access.sso_1.map(({ group_name }) => group_name)).toEqual(['C']);
	});
});

test('Send Only These sends the custom fields that differ, and no others', async () => {
	await start({ customFieldsMerge: true });
	const { id } = server.seedGroup({
		custom_fields: [
			{ key: 'a', value: '1' },
			{ key: 'b', value: '2' },
			{ key: 'notes', value: 'x' },
		],
	});
	const update = async () =>
		await attackForgeNode(server)('update', {
			groupId: id,
			custom_fields: customFields({ key: 'a', value: '1' }, { key: 'b', value: '3' }),
			options: { customFieldsMode: 'differing' },
		});
	await update();
	const puts = () => server.requests.filter(({ method }) => method === 'PUT');
	expect(JSON.parse(puts()[0]?.body ?? '')).toEqual({ custom_fields: [{ key: 'b', value: '3' }] });
	const again = await update();
	expect(jsonOf(again.items)).toMatchObject([{ _outcome: 'unchanged' }]);
	expect(puts()).toHaveLength(1);
	expect(server.group(id)?.custom_fields).toContainEqual({ key: 'notes', value: 'x' });
});

test.each(['update', 'upsert'])(
	'%s that keeps other custom fields is refused where AttackForge does not show them',
	async (operation) => {
		await start({ hidesCustomFields: true });
		const custom_fields = [{ key: 'notes', value: 'x' }];
		const { id } = server.seedGroup({ name: 'ACME', ...CONTACTS, custom_fields });
		const { error } = await attackForgeNode(server)(
			operation,
			{ matchBy: 'name', groupId: id, dataMode: 'autoMap' },
			{ items: [{ name: 'ACME', ...CONTACTS, custom_fields: { code: '1' } }] },
		);
		expect(error?.message).toContain('AttackForge does not show the custom fields of the group');
		expect(server.group(id)?.custom_fields).toEqual(custom_fields);
	},
);

test.each([
	['Create or Update by a custom field', 'upsert', { matchBy: 'customField', matchKey: 'code' }],
	[
		'Get Many by a custom field',
		'getAll',
		{ filters: { customFields: conditions({ key: 'code', value: '1' }) } },
	],
])(
	'%s fails where the list does not show them: it would find nothing',
	async (_what, operation, parameters) => {
		await start({ hidesCustomFields: true });
		server.seedGroup({ name: 'ACME', ...CONTACTS, custom_fields: [{ key: 'code', value: '1' }] });
		const { error } = await attackForgeNode(server)(
			operation,
			{ dataMode: 'autoMap', ...parameters },
			{
				items: [{ name: 'ACME', ...CONTACTS, custom_fields: { code: '1' } }],
			},
		);
		expect(error?.message).toContain('AttackForge does not show the custom fields of groups in its list');
		expect(server.groups()).toHaveLength(1);
	},
);
