import type { INodeParameters } from 'n8n-workflow';

import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import {
	access,
	ADMIN,
	attackForgeNode,
	CONTACTS,
	customFields,
	runAttackForgeWithLosses,
	threatConnectNode,
} from './support';

/** A blank value says nothing. It changes nothing and clears nothing, in any data mode. */

/** What a spreadsheet, a form or an expression leaves where there is no value. */
const BLANKS: ReadonlyArray<readonly [string, unknown]> = [
	['undefined', undefined],
	['null', null],
	['an empty text', ''],
	['a space', ' '],
	['a tab and a line break', '\t\n'],
	['a no-break space', '\u00A0'],
	['a zero-width space', '\u200B'],
	['a byte order mark', '\uFEFF'],
	['an empty list', []],
	['an empty object', {}],
	['a list of blanks', [null, ' ', {}]],
];

const USER = '668ba6b1be6510000f78f79e';
const ENTRY = { group_name: 'AD-1', project_access_level: 'edit', project_request_access_level: 'edit' };
const PRESENT = {
	...CONTACTS,
	name: 'ACME',
	access: { sso_1: [ENTRY], sso_2: [ENTRY], member_admins: [{ ...ADMIN, user_id: USER }] },
	custom_fields: [
		{ key: 'client_code', value: 'C1' },
		{ key: 'contract_end', value: '2026-12-31' },
	],
};

describe('AttackForge', () => {
	let server: AttackForgeSimulator;
	beforeEach(async () => (server = await startAttackForge()));
	afterEach(async () => await server.stop());
	const node = async (operation: string, parameters: INodeParameters, item: object = {}) =>
		await attackForgeNode(server)(operation, parameters, { items: [item as never] });

	let count = 0;

	/** The item gives only the owner of the group. */
	async function keepsAllElse(operation: string, parameters: INodeParameters, item: object) {
		const name = `ACME ${count++}`;
		const { id } = server.seedGroup(structuredClone({ ...PRESENT, name }) as never);
		const before = server.group(id);
		const groupId = operation === 'update' ? { groupId: id } : {};
		const { error } = await node(
			operation,
			{ ...parameters, ...groupId },
			{ ...CONTACTS, name, group_owner: 'Ann', ...item },
		);
		expect(error).toBeUndefined();
		const after = server.group(id);
		expect(after).toEqual({ ...before, group_owner: 'Ann', last_modified: after?.last_modified });
	}

	const DATA_MODES: ReadonlyArray<readonly [string, INodeParameters]> = [
		['Auto-Map', { dataMode: 'autoMap' }],
		['JSON', { dataMode: 'json', jsonBody: '={{ $json }}' }],
	];

	describe.each(['upsert', 'update'])('%s', (operation) => {
		describe.each(['exact', 'operations'])('with access in the mode %s', (accessMode) => {
			test.each(BLANKS)('revokes nothing and clears nothing for %s', async (_what, blank) => {
				const parameters = { ...(operation === 'upsert' && { matchBy: 'name' }), options: { accessMode } };
				const lists = { sso_1: blank, sso_2: blank, member_admins: blank };
				const values = { client_code: blank, contract_end: blank };
				const rows = [{ ...ENTRY, group_name: blank }];
				for (const [, mode] of DATA_MODES) {
					const given = { ...parameters, ...mode };
					await keepsAllElse(operation, given, { access: blank, custom_fields: blank });
					await keepsAllElse(operation, given, { access: lists, custom_fields: values });
					await keepsAllElse(operation, given, {
						access: { sso_1: rows, member_admins: [{ ...ADMIN, user_id: blank }] },
						custom_fields: [{ key: 'contract_end', value: blank }],
					});
				}
				const form = operation === 'update' ? 'updateFields' : 'additionalFields';
				const fromInput = { list: { json: '={{ $json.access }}' } };
				await keepsAllElse(
					operation,
					{
						...parameters,
						...(operation === 'upsert' && { ...CONTACTS, name: '={{ $json.name }}', group_owner: 'Ann' }),
						[form]: {
							...(operation === 'update' && { group_owner: 'Ann' }),
							access: fromInput,
						},
						custom_fields: customFields({ key: 'contract_end', value: '={{ $json.value }}' }),
					},
					{ access: lists, value: blank },
				);
			});
		});
	});

	describe.each(['update', 'upsert'])('%s with access exactly as given', (operation) => {
		const other = { ...ENTRY, group_name: 'AD-2' };
		const view = { ...ENTRY, project_access_level: 'view' };
		const present = { ...PRESENT, access: { ...PRESENT.access, sso_1: [ENTRY, other] } };

		/** The item gives both entries of the list, and the second names somebody or not. */
		async function run(mode: INodeParameters, item: object) {
			const name = `ACME ${count++}`;
			const { id } = server.seedGroup(structuredClone({ ...present, name }) as never);
			const { error, hints } = await node(
				operation,
				{
					...(operation === 'update' ? { groupId: id } : { matchBy: 'name' }),
					options: { accessMode: 'exact' },
					...mode,
				},
				{ ...CONTACTS, name, ...item },
			);
			expect(error).toBeUndefined();
			return {
				access: server.group(id)?.access,
				hints: hints.map(({ message }) => message),
			};
		}
		const form = (entry: object): INodeParameters => ({
			...(operation === 'upsert' && { ...CONTACTS, name: '={{ $json.name }}' }),
			[operation === 'update' ? 'updateFields' : 'additionalFields']: {
				access: access({
					sso_1: [
						{ action: 'upsert', ...view },
						{ action: 'upsert', ...entry },
					],
				}),
			},
		});
		const kept = { ...present.access, sso_1: [view, other] };
		const KEPT = expect.stringMatching(
			/^Nobody is removed from these lists of access, .*: "sso_1" \(1 item\)/,
		);

		test.each(BLANKS)('nobody loses it if the name of an entry is %s', async (_what, blank) => {
			const list = [view, { ...other, group_name: blank }];
			for (const item of [{ access: { sso_1: list } }, { access: { sso_1: JSON.stringify(list) } }]) {
				for (const [, mode] of DATA_MODES) {
					const { access: after, hints } = await run(mode, item);
					expect(after).toEqual(kept);
					expect(hints).toContainEqual(KEPT);
				}
			}
			const rows = form({ ...other, group_name: '={{ $json.second }}' });
			expect((await run(rows, { second: blank })).access).toEqual(kept);
		});

		test.each(BLANKS)('nobody loses it if an entry is %s', async (_what, blank) => {
			for (const [, mode] of DATA_MODES) {
				expect((await run(mode, { access: { sso_1: [view, blank] } })).access).toEqual(kept);
			}
		});

		test('nobody loses it if a row of the form, or a list in Access Lists, is empty', async () => {
			const rows = form({ action: '={{ $json.none }}', ...ENTRY, group_name: '={{ $json.none }}' });
			expect((await run(rows, {})).access).toEqual(kept);
			for (const second of [[], [null], [{ group_name: '' }]]) {
				const parameter = operation === 'update' ? 'updateFields' : 'additionalFields';
				const list = { sso_1: { entry: [{ action: 'upsert', ...view }] }, json: '={{ $json.access }}' };
				const both = { ...form(ENTRY), [parameter]: { access: { list } } };
				expect((await run(both, { access: { sso_1: second } })).access).toEqual(kept);
			}
		});

		test.each(BLANKS)(
			'a list whose only entry is named %s stays, and no hint says so',
			async (_what, blank) => {
				const item = { access: { sso_1: [{ ...other, group_name: blank }] } };
				const row = { action: 'upsert', ...other, group_name: '={{ $json.access.sso_1[0].group_name }}' };
				const list = { access: access({ sso_1: [row] }) };
				const rows: INodeParameters =
					operation === 'update'
						? { updateFields: { ...list, group_owner: 'Ann' } }
						: { ...form({}), additionalFields: list };
				for (const mode of [rows, ...DATA_MODES.map(([, one]) => one)]) {
					const { access: after, hints } = await run(mode, item);
					expect(after).toEqual(present.access);
					expect(hints.join()).not.toContain('Nobody is removed');
				}
			},
		);
		test.each(BLANKS)('nobody loses it if Access Lists, beside rows, gives %s', async (_what, blank) => {
			const parameter = operation === 'update' ? 'updateFields' : 'additionalFields';
			const rows = { sso_1: { entry: [{ action: 'upsert', ...view }] } };
			const both = (json: string) => ({
				...form(ENTRY),
				[parameter]: { access: { list: { ...rows, json } } },
			});
			const { access: after, hints } = await run(both('={{ $json.more }}'), { more: blank });
			expect(after).toEqual(kept);
			expect(hints).toContainEqual(KEPT);
			// Without an expression it gives nothing to any item.
			expect((await run(both(''), {})).access).toEqual({ ...present.access, sso_1: [view] });
		});

		test('nobody loses it if Additional Fields (JSON) has an empty list', async () => {
			const options = { accessMode: 'exact', additionalJson: '{"access": {"sso_1": []}}' };
			const { access: after, hints } = await run({ dataMode: 'autoMap', options }, {});
			expect(after).toEqual(present.access);
			expect(hints).toContainEqual(KEPT);
		});

		test('what names nobody is not in the output, also if the group is missing or cannot be read back', async () => {
			const name = `ACME ${count++}`;
			const { id } = server.seedGroup(structuredClone({ ...present, name }) as never);
			const list = [ENTRY, { ...other, group_name: '' }];
			const given = { group_owner: 'Ann', access: { sso_1: list } };
			const parameters = {
				operation,
				dataMode: 'autoMap',
				options: { accessMode: 'exact' },
				...(operation === 'update' ? { groupId: id } : { matchBy: 'id', groupId: id }),
			};
			let isWritten = false;
			const losesAfterwards = (method: string) => {
				isWritten ||= method === 'PUT';
				return isWritten && method === 'GET' ? 'page' : undefined;
			};
			const unread = await runAttackForgeWithLosses(server, losesAfterwards, { parameters, items: [given] });
			const missing = await node(
				'upsert',
				{ matchBy: 'name', dataMode: 'autoMap', options: { accessMode: 'exact' } },
				{ ...CONTACTS, ...given, name: 'Nowhere', is_deleted: true },
			);
			for (const { items } of [unread, missing]) {
				expect(jsonOf(items)).toMatchObject([
					{ access: { sso_1: [{ ...ENTRY, action: 'upsert' }] }, _notice: expect.any(String) },
				]);
			}
		});

		test('who is not in the list loses it', async () => {
			const { access: after, hints } = await run(DATA_MODES[0]?.[1] ?? {}, { access: { sso_1: [view] } });
			expect(after).toEqual({ ...present.access, sso_1: [view] });
			expect(hints).toEqual([]);
		});
	});

	test('an entry without a name is left out where entries are changed one by one', async () => {
		const { id } = server.seedGroup(structuredClone(PRESENT) as never);
		const added = { ...ENTRY, group_name: 'AD-3' };
		const { error } = await node(
			'update',
			{ groupId: id, dataMode: 'autoMap' },
			{ access: { sso_1: [added, { ...ENTRY, group_name: '' }] } },
		);
		expect(error).toBeUndefined();
		expect(server.group(id)?.access).toEqual({ ...PRESENT.access, sso_1: [ENTRY, added] });
		const puts = server.requests.filter(({ method }) => method === 'PUT');
		expect(puts.map(({ body }) => JSON.parse(body))).toEqual([
			{ access: { sso_1: [{ action: 'upsert', ...added }] } },
		]);
	});

	test.each([
		['access', { access: ',' }],
		['a list of access', { access: { sso_1: ' , ', member_admins: [','] } }],
		['the box of an entry', { access: { sso_1: [{ ...ENTRY, group_name: ',' }] } }],
		['custom fields', { custom_fields: ' , ' }],
	])('a comma says nothing where a list is read: %s', async (_what, item) => {
		const parameters = { matchBy: 'name', dataMode: 'autoMap', options: { accessMode: 'exact' } };
		await keepsAllElse('upsert', parameters, item);
	});

	test('a comma is the value of a text field and of a custom field', async () => {
		const { id } = server.seedGroup(structuredClone(PRESENT) as never);
		const item = { group_owner: ',', custom_fields: { client_code: ',' } };
		const { error } = await node('update', { groupId: id, dataMode: 'autoMap' }, item);
		expect(error).toBeUndefined();
		const { group_owner, custom_fields = [] } = server.group(id) ?? {};
		expect(group_owner).toBe(',');
		expect(custom_fields).toContainEqual(expect.objectContaining({ key: 'client_code', value: ',' }));
	});

	test('a row of the form that names no SSO group is left out', async () => {
		const { id } = server.seedGroup(structuredClone(PRESENT) as never);
		const before = server.group(id);
		const { error } = await node('update', {
			groupId: id,
			updateFields: {
				group_owner: 'Ann',
				access: access({ sso_1: [{ action: 'upsert', ...ENTRY, group_name: ' ' }] }),
			},
			options: { accessMode: 'exact' },
		});
		expect(error).toBeUndefined();
		expect(server.group(id)?.access).toEqual(before?.access);
	});

	test.each(['operations', 'exact'])(
		'Clear Fields empties a list of access and a custom field, and nothing else: access in the mode %s',
		async (accessMode) => {
			const { id } = server.seedGroup(structuredClone(PRESENT) as never);
			const { error } = await node('update', {
				groupId: id,
				updateFields: {},
				options: { accessMode, clearFields: 'access.sso_1, custom_fields.contract_end' },
			});
			expect(error).toBeUndefined();
			const after = server.group(id);
			expect(after?.access).toEqual({ ...PRESENT.access, sso_1: [] });
			const values = after?.custom_fields.map(({ key, value }) => [key, value ?? '']);
			expect(values?.filter(([, value]) => value !== '')).toEqual([['client_code', 'C1']]);
		},
	);

	test.each([
		['name', '"Clear Fields" (clearFields): "name" is no field that can be cleared'],
		['access', '"Access" (access): which list is to be cleared is not said'],
		['access.sso_3', '"Access" (access): there is no list "sso_3" to clear'],
		['custom_fields', '"Custom Fields" (custom_fields): which custom field is to be cleared is not said'],
		['custom_fields.client_code.contract_end', 'the key "client_code.contract_end" may hold letters'],
		['access.sso_1.sso_2', '"Access" (access): there is no list "sso_1.sso_2" to clear'],
	])('Clear Fields with %s is refused by name before anything is sent', async (clearFields, message) => {
		const { id } = server.seedGroup(structuredClone(PRESENT) as never);
		const { error } = await node('update', { groupId: id, updateFields: {}, options: { clearFields } });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test.each([
		['primary_contact_number', { primary_contact_number: 4.9e22 }],
		['client_code', { custom_fields: { client_code: 7615917337495251000 } }],
		['client_code in a list', { custom_fields: [{ key: 'client_code', value: [2 ** 53] }] }],
	])('a number that has lost digits is refused by name: %s', async (_what, item) => {
		const { error } = await node(
			'upsert',
			{ matchBy: 'name', dataMode: 'autoMap' },
			{ ...CONTACTS, name: 'New', ...item },
		);
		expect(error?.message).toContain('a number that JavaScript cannot hold exactly');
		expect(error?.description).toContain('Give it as text.');
		expect(server.groups()).toEqual([]);
	});
});

describe('ThreatConnect', () => {
	let server: ThreatConnectSimulator;
	beforeEach(async () => (server = await startThreatConnect()));
	afterEach(async () => await server.stop());

	test.each(BLANKS)('an update changes only what the item gives: %s', async (_what, blank) => {
		const node = threatConnectNode(server);
		const { items } = await node('create', {
			dataMode: 'json',
			jsonBody: JSON.stringify({
				type: 'Incident',
				name: 'Phishing',
				eventDate: '2026-01-01',
				status: 'Open',
				tags: { data: [{ name: 'A' }] },
				securityLabels: { data: [{ name: 'TLP:AMBER' }] },
				attributes: { data: [{ type: 'Description', value: 'text', default: true }] },
			}),
		});
		const id = String(jsonOf(items)[0]?.id);
		const before = server.group(id);
		for (const dataMode of ['autoMap', 'json']) {
			const { error } = await node(
				'update',
				{ groupId: id, dataMode, ...(dataMode === 'json' && { jsonBody: '={{ $json }}' }) },
				{
					items: [
						{
							name: 'Renamed',
							eventDate: blank,
							status: blank,
							tags: blank,
							securityLabels: blank,
							attributes: blank,
							description: blank,
							associatedIndicators: blank,
							xid: blank,
						} as never,
					],
				},
			);
			expect(error).toBeUndefined();
			const after = server.group(id);
			expect(after).toEqual({ ...before, name: 'Renamed', lastModified: after?.lastModified });
		}
	});

	test('an XID that has lost digits is refused by name', async () => {
		const { error } = await threatConnectNode(server)(
			'create',
			{ dataMode: 'autoMap', type: 'Incident' },
			{ items: [{ name: 'x', xid: 2 ** 60 }] },
		);
		expect(error?.message).toContain(
			'"XID" (xid) is 1152921504606847000, a number that JavaScript cannot hold',
		);
		expect(server.groups()).toEqual([]);
	});
});
