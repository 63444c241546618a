import type { ILoadOptionsFunctions, INodeListSearchResult, INodeParameters } from 'n8n-workflow';

import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { METHOD_NAMES } from '../simulators/attackforge/methods';
import { loadOptions } from './harness';
import {
	attackForgeNode,
	conditions,
	CONTACTS,
	customFields,
	type RunNode,
	withAttackForge,
} from './support';

/** Custom fields by the names and choices that an administrator has given them in AttackForge. */

let server: AttackForgeSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startAttackForge();
	node = attackForgeNode(server);
});
afterAll(async () => await server.stop());

const GRANTED = METHOD_NAMES.filter((name) => name !== 'GetFormConfig');
const NEW = { ...CONTACTS, name: 'New' };
const configRequests = (one: AttackForgeSimulator) =>
	one.requests.filter(({ target }) => target.includes('/config/form/group'));
const writes = (one: AttackForgeSimulator) => one.requests.filter(({ method }) => method !== 'GET');
const row = (key: string, value: unknown) => customFields({ key, value } as INodeParameters);
const storedBy = (one: AttackForgeSimulator) => one.groups().at(-1)?.custom_fields;

describe('a value is stored as its custom field wants it', () => {
	test.each<[string, string, unknown, unknown]>([
		['text stays text', 'client_code', '007', '007'],
		['text that looks like JSON stays text', 'client_code', '[1]', '[1]'],
		['a number for text is its digits', 'client_code', '={{ 7 }}', '7'],
		['a choice without the white space around it', 'region', ' EMEA ', 'EMEA'],
		['one choice in a list', 'region', '={{ ["APAC"] }}', 'APAC'],
		['several choices as text', 'services', 'Red Team, Code Review', ['Red Team', 'Code Review']],
		['several choices as a list', 'services', '={{ ["Red Team", ""] }}', ['Red Team']],
		['a choice given twice', 'services', 'Red Team,Red Team', ['Red Team']],
		['a day', 'contract_end', '2027-01-31', '2027-01-31'],
		['a day of a spreadsheet', 'contract_end', '31.1.2027', '2027-01-31'],
		['a time of the date picker', 'contract_end', '2027-01-31T00:00:00', '2027-01-31'],
		['a table as its JSON text', 'escalation_contacts', '[{"name": "Ann"}]', [{ name: 'Ann' }]],
		['a table as a list', 'escalation_contacts', '={{ [{"name": "Ann"}] }}', [{ name: 'Ann' }]],
		['a user by ID', 'account_manager', '668ba6b1be6510000f78f79e', '668ba6b1be6510000f78f79e'],
		['a field that is not in the form', 'crm_id', '[7]', '[7]'],
	])('%s', async (_what, key, value, stored) => {
		const { error } = await node('create', { ...NEW, custom_fields: row(key, value) });
		expect(error).toBeUndefined();
		expect(storedBy(server)).toEqual([{ key, value: stored }]);
	});

	test.each([
		['a time is on its day in the zone of the workflow', '2027-01-31T23:30:00Z', 'Asia/Tokyo', '2027-02-01'],
		['a time with an offset too', '2027-01-31T19:00:00-05:00', 'America/New_York', '2027-01-31'],
		[
			'a day of a database is that day in each zone',
			'2027-01-31T00:00:00.000Z',
			'America/New_York',
			'2027-01-31',
		],
		['also with an offset', '2027-01-31T00:00:00+00:00', 'America/New_York', '2027-01-31'],
		['a date of JavaScript too', new Date('2027-01-31'), 'Pacific/Honolulu', '2027-01-31'],
		['midnight UTC before 1970', Date.parse('1960-01-31'), 'America/New_York', '1960-01-31'],
		['midnight UTC as a number of milliseconds', 1801353600000, 'America/New_York', '2027-01-31'],
		['midnight UTC as a number of seconds in a text', '1801353600', 'America/New_York', '2027-01-31'],
		['midnight UTC as a database writes it', '2027-01-31 00:00:00 UTC', 'America/New_York', '2027-01-31'],
		[
			'midnight UTC with an offset after a space',
			'2027-01-31 00:00:00 +0000',
			'America/New_York',
			'2027-01-31',
		],
		['midnight UTC as mail writes it', 'Sun, 31 Jan 2027 00:00:00 GMT', 'America/New_York', '2027-01-31'],
		[
			'midnight UTC as JavaScript writes it',
			'Sun Jan 31 2027 00:00:00 GMT+0000 (Coordinated Universal Time)',
			'America/New_York',
			'2027-01-31',
		],
		['midnight UTC in twelve hours', '2027-01-31 12:00:00 AM UTC', 'America/New_York', '2027-01-31'],
		['midnight UTC without hyphens', '20270131T000000Z', 'America/New_York', '2027-01-31'],
		[
			'but not midnight UTC with another offset',
			'2027-01-30T19:00:00-05:00',
			'America/New_York',
			'2027-01-30',
		],
		['nor in another zone', '2027-01-30 20:00 America/La_Paz', 'America/New_York', '2027-01-30'],
	])('%s', async (_what, contract_end, timezone, value) => {
		const items = [{ ...NEW, custom_fields: { contract_end } }] as never;
		await node('create', { dataMode: 'autoMap' }, { items, timezone });
		expect(storedBy(server)).toEqual([{ key: 'contract_end', value }]);
	});
});

test('columns of a spreadsheet are custom fields, and a key is found in another spelling', async () => {
	const row = { 'custom_fields.client_code': '007', 'custom_fields.Region': 'apac', 'Client Tier': 'gold' };
	const { hints } = await node('create', { dataMode: 'autoMap' }, { items: [{ ...NEW, ...row }] });
	expect(storedBy(server)).toEqual([
		{ key: 'client_code', value: '007' },
		{ key: 'region', value: 'APAC' },
	]);
	expect(hints.map(({ message }) => message)).toEqual([
		expect.stringMatching(/"Client Tier" \(1 item\).*needs a key such as custom_fields\.region\.$/),
	]);
});

test('a mark at the start of a CSV file hides no custom field', async () => {
	const items = [{ '\uFEFFcustom_fields.client_code ': 'C-9', ...NEW }];
	const parameters = { dataMode: 'autoMap', matchBy: 'customField', matchKey: 'client_code' };
	for (const outcome of ['created', 'unchanged']) {
		const [one] = (await node('upsert', parameters, { items })).items;
		expect(one?.json._outcome).toBe(outcome);
	}
	expect(storedBy(server)).toEqual([{ key: 'client_code', value: 'C-9' }]);
});

describe.each(['merge', 'differing', 'replace'])(
	'text that is an empty list clears nothing: %s',
	(customFieldsMode) => {
		const FIELDS = [
			{ key: 'services', value: ['Red Team', 'Code Review'] },
			{ key: 'escalation_contacts', value: [{ name: 'Ann' }] },
		];

		test.each([
			['services', ','],
			['services', '[]'],
			['services', '[""]'],
			['services', [',']],
			['escalation_contacts', '[]'],
			['escalation_contacts', '[null]'],
			['escalation_contacts', '{}'],
		])('%s: %j', async (key, value) => {
			for (const operation of ['update', 'upsert']) {
				const { id } = server.seedGroup({ ...CONTACTS, name: 'Listed', custom_fields: FIELDS });
				const parameters = { dataMode: 'autoMap', groupId: id, matchBy: 'id', options: { customFieldsMode } };
				const items = [{ group_owner: 'Ann', custom_fields: { [key]: value } }];
				const { error } = await node(operation, parameters, { items });
				expect(error).toBeUndefined();
				expect(server.group(id)).toMatchObject({ group_owner: 'Ann', custom_fields: FIELDS });
			}
		});
	},
);

describe('a key that the group itself has is that field', () => {
	const OWN = { key: 'clientcode', value: 'old' };
	const LIKE = { clientcode: 'new' };

	test.each([
		['update', 'merge'],
		['update', 'differing'],
		['update', 'replace'],
		['upsert', 'merge'],
		['upsert', 'differing'],
		['upsert', 'replace'],
	])('in %s, other custom fields: %s', async (operation, customFieldsMode) => {
		const { id } = server.seedGroup({ ...CONTACTS, name: `Own ${operation}`, custom_fields: [OWN] });
		const items = [{ ...NEW, name: `Own ${operation}`, custom_fields: LIKE }];
		const parameters = {
			dataMode: 'autoMap',
			groupId: id,
			matchBy: 'id',
			options: { customFieldsMode },
		};
		for (const outcome of ['updated', 'unchanged']) {
			const [one] = (await node(operation, parameters, { items })).items;
			expect(one?.json._outcome).toBe(outcome);
			expect(server.group(id)?.custom_fields).toEqual([{ key: 'clientcode', value: 'new' }]);
		}
	});

	test('and a new group, which has none, gets the field of the form', async () => {
		await node('create', { dataMode: 'autoMap' }, { items: [{ ...NEW, custom_fields: LIKE }] });
		expect(storedBy(server)).toEqual([{ key: 'client_code', value: 'new' }]);
	});

	test('but two spellings of one field are refused', async () => {
		const items = [{ ...NEW, custom_fields: { ClientCode: '1', clientcode: '2' } }];
		const { error } = await node('create', { dataMode: 'autoMap' }, { items });
		expect(error?.message).toContain('the key "client_code" stands there twice');
	});

	test('and a key to match by is to be that of the form', async () => {
		const parameters = { dataMode: 'autoMap', matchBy: 'customField', matchKey: 'clientcode' };
		const { error } = await node('upsert', parameters, { items: [{ ...NEW, custom_fields: LIKE }] });
		expect(error?.message).toContain('"Custom Field Key" (matchKey) cannot be "clientcode"');
		expect(error?.description).toContain('The key of this custom field is client_code in AttackForge.');
	});
});

describe('hints say what is sent but is probably a mistake', () => {
	const hintsOf = async (operation: string, items: Array<Record<string, unknown>>, more: object = {}) => {
		const parameters = { dataMode: 'autoMap', ...more };
		const { error, hints } = await node(operation, parameters, { items: items as never });
		expect(error).toBeUndefined();
		return hints.map(({ message }) => message);
	};
	const withFields = (custom_fields: object, name = 'Hinted') => ({
		...NEW,
		name,
		custom_fields: { client_code: 'C1', ...custom_fields },
	});

	test('keys that the form lacks, once for all items', async () => {
		const items = [withFields({ crm_id: 1, regoin: 'x' }), withFields({ crm_id: 2 }), withFields({})];
		expect(await hintsOf('create', items)).toEqual([
			'Taken as given, although the form of groups in AttackForge has no custom field of this key: "crm_id" (2 items), "regoin" (1 item). Check its spelling.',
		]);
	});

	test.each([
		['Paul Citizen', true],
		['paul@acme', false],
		['paul@acme.example,', false],
		['668ba6b1be6510000f78f79e', false],
		['paul.citizen', false],
		['paul@acme@example', true],
		[['paul.citizen', 'ann'], false],
		[['paul.citizen', true], true],
		[[{ id: '668ba6b1be6510000f78f79e' }], false],
	])('a user by %j: %s', async (account_manager, isDoubtful) => {
		expect(await hintsOf('create', [withFields({ account_manager })])).toEqual(
			isDoubtful ? [expect.stringMatching(/perhaps not what .* hold: "account_manager" \(1 item\)\./)] : [],
		);
	});

	test('custom fields that the form requires and a new group lacks', async () => {
		const without = { ...NEW, name: 'Without', custom_fields: { region: 'EMEA' } };
		const message =
			'Left out of new groups, although the form of groups in AttackForge requires them: "client_code" (2 items).';
		expect(await hintsOf('create', [without, { ...without, custom_fields: {} }, withFields({})])).toEqual([
			message,
		]);
		// Only a new group is told of, so a second run says nothing.
		const items = [without, withFields({}, 'With')].map((one) => ({ ...one, name: `${one.name} it` }));
		expect(await hintsOf('upsert', items, { matchBy: 'name' })).toEqual([
			message.replace('2 items', '1 item'),
		]);
		expect(await hintsOf('upsert', items, { matchBy: 'name' })).toEqual([]);
	});

	test.each([
		['paul at acme.example', true],
		['paul@acme.example, ann@acme.example', true],
		['paul@acme.example.', true],
		['paul@acme@example', true],
		['n/a', true],
		[" paul.o'neil+crm@mail.acme.example ", false],
		['paul@intranet', false],
		['päul@müller.example', false],
	])('a contact at %j: %s', async (primary_contact_email, isDoubtful) => {
		const { id } = server.seedGroup({ name: 'Contact' });
		for (const operation of ['create', 'update', 'upsert']) {
			const item = { ...NEW, name: `${operation} of ${primary_contact_email}`, primary_contact_email };
			expect(await hintsOf(operation, [item], { groupId: id, matchBy: 'name' })).toEqual(
				isDoubtful
					? [
							`Primary Contact Email is no e-mail address, and is taken as given: "${primary_contact_email}" (1 item). Correct it in the input.`,
						]
					: [],
			);
		}
	});
});

test.each(['paul@acme.example,', 'paul@acme.example.', 'paul', 'a@b.example; c@d.example'])(
	'a member is not looked up by %j, which is no e-mail address',
	async (value) => {
		const { id } = server.seedGroup({ name: 'Members' });
		const userId = { __rl: true, mode: 'email', value };
		const before = server.requests.length;
		const { error } = await node('add', { resource: 'member', groupId: id, userId, accessLevel: 'View' });
		expect(error?.message).toContain(`"User" (userId) cannot be "${value}"`);
		expect(server.requests).toHaveLength(before);
	},
);

test('a field is cleared by exactly its key: a like key clears no other field', async () => {
	const { id } = server.seedGroup({
		name: 'Kept',
		...CONTACTS,
		custom_fields: [{ key: 'client_code', value: '007' }],
	});
	const options = { clearFields: 'custom_fields.clientcode' };
	await node('update', { groupId: id, custom_fields: row('region', 'EMEA'), options });
	expect(server.groups().at(-1)).toMatchObject({
		custom_fields: expect.arrayContaining([{ key: 'client_code', value: '007' }]) as unknown,
	});
});

test('a choice is found whatever its case, and a padded cell is sent without its blanks', async () => {
	const padded = { name: '  Padded ', primary_contact_email: 'paul@acme.example ' };
	const items = [{ ...NEW, ...padded, custom_fields: { region: 'emea', services: 'red team' } }];
	await node('create', { dataMode: 'autoMap' }, { items });
	expect(storedBy(server)).toEqual([
		{ key: 'region', value: 'EMEA' },
		{ key: 'services', value: ['Red Team'] },
	]);
	expect(server.groups().at(-1)).toMatchObject({
		name: 'Padded',
		primary_contact_email: 'paul@acme.example',
	});
});

describe('a value that the custom field does not take is refused before anything is sent', () => {
	test.each<[string, string, unknown, string, RegExp]>([
		[
			'no choice',
			'region',
			'LATAM',
			'"Custom Fields" (custom_fields): "Region" (region) has no choice "LATAM"',
			/^Its choices in AttackForge are "APAC", "EMEA", "Americas"\. /,
		],
		['one of several', 'services', 'Red Team, Purple Team', 'has no choice "Purple Team"', /"Code Review"/],
		['several for one', 'region', '={{ ["APAC", "EMEA"] }}', 'must be text, but is an array', /./],
		['a day that could be two', 'contract_end', '03/04/2027', '"Contract End" (contract_end)', /YYYY-MM-DD/],
	])('%s', async (_what, key, value, message, advice) => {
		const before = writes(server).length;
		const items = [{ value: 'x' }, { value: 'y' }];
		const { error } = await node('create', { ...NEW, custom_fields: row(key, value) }, { items });
		expect(error?.message).toContain(message);
		expect(error?.description).toMatch(advice);
		expect(error?.description).toMatch(/Nothing was sent for any item\.$/);
		expect(writes(server)).toHaveLength(before);
	});

	const chosen = (value: string, name = value) => ({
		__rl: true,
		mode: 'list',
		value,
		cachedResultName: name,
	});

	test.each([
		['services', '"Services" (services)', /^Its choices in AttackForge are "Penetration Test", "Red Team"/],
		['client_code', '"Client Code" (client_code)', /^It has no choices in AttackForge, .* Choose By Value/],
		['crm_id', '"crm_id"', /^It has no choices in AttackForge/],
	])('a choice of the field that stood in the row before, now %s', async (key, label, advice) => {
		const before = writes(server).length;
		const { error } = await node('create', { ...NEW, custom_fields: row(key, chosen('EMEA')) });
		expect(error?.message).toContain(`"Custom Fields" (custom_fields): ${label} has no choice "EMEA"`);
		expect(error?.description).toMatch(advice);
		expect(writes(server)).toHaveLength(before);
	});

	test('and no group is searched by it', async () => {
		const filters = (key: string) => ({
			filters: { customFields: conditions({ key, value: chosen('EMEA') }) },
		});
		server.seedGroup({ name: 'In EMEA', custom_fields: [{ key: 'region', value: 'EMEA' }] });
		expect((await node('getAll', filters('region'))).items).not.toEqual([]);
		const { error } = await node('getAll', filters('services'));
		expect(error?.message).toContain('"Services" (services) has no choice "EMEA"');
		await withAttackForge({ grants: GRANTED }, async (_one, runNode) => {
			expect((await runNode('getAll', filters('services'))).error).toBeUndefined();
		});
	});

	test('but a typed value is sent, in whatever mode a workflow has it', async () => {
		await node('create', { ...NEW, custom_fields: row('client_code', chosen('EMEA', '')) });
		expect(storedBy(server)).toEqual([{ key: 'client_code', value: 'EMEA' }]);
	});

	test.each(['autoMap', 'json'])('in the data mode %s too', async (dataMode) => {
		const custom_fields = { region: 'LATAM' };
		const parameters = { dataMode, jsonBody: '={{ $json }}', groupId: '5eab99471e18050942c7607a' };
		const { error } = await node('update', parameters, { items: [{ custom_fields }] });
		expect(error?.message).toContain('"Region" (region) has no choice "LATAM"');
	});

	test('but what Additional Fields (JSON) holds is sent unchecked', async () => {
		const options = { additionalJson: '{"custom_fields": [{"key": "region", "value": "LATAM"}]}' };
		const { error } = await node('create', { ...NEW, options });
		expect(error).toBeUndefined();
		expect(storedBy(server)).toEqual([{ key: 'region', value: 'LATAM' }]);
	});

	test('and the item alone fails where the others go on', async () => {
		const items = ['EMEA', 'LATAM'].map((region) => ({ ...NEW, custom_fields: { region } }));
		const result = await node('create', { dataMode: 'autoMap' }, { items, onError: 'continueErrorOutput' });
		expect(result.items).toHaveLength(1);
		expect(result.errors).toMatchObject([{ json: { error: expect.stringContaining('"LATAM"') as string } }]);
	});
});

test('the definitions take one request for a run, and none without custom fields', async () => {
	const before = configRequests(server).length;
	const items = [1, 2, 3].map((n) => ({ ...NEW, name: `Counted ${n}`, custom_fields: { client_code: n } }));
	await node('upsert', { dataMode: 'autoMap', matchBy: 'name' }, { items });
	expect(configRequests(server)).toHaveLength(before + 1);
	await node('upsert', { ...NEW, name: 'Counted 1', matchBy: 'name' });
	expect(configRequests(server)).toHaveLength(before + 1);
});

test('a group is found by a date in another form, and a second run writes nothing', async () => {
	const items = [
		{ ...NEW, name: 'By date', custom_fields: { contract_end: '3 Mar 2028', services: 'Red Team' } },
	];
	const parameters = { dataMode: 'autoMap', matchBy: 'customField', matchKey: 'contract_end' };
	const [first] = (await node('upsert', parameters, { items })).items;
	const before = writes(server).length;
	const [second] = (await node('upsert', parameters, { items })).items;
	expect([first?.json._outcome, second?.json._outcome]).toEqual(['created', 'unchanged']);
	expect(writes(server)).toHaveLength(before);
});

test('a key that may not read the definitions sends what is given, and asks once', async () => {
	await withAttackForge({ grants: GRANTED }, async (one, runNode) => {
		const items = ['LATAM', 'Red Team, Code Review'].map((region) => ({ region }));
		const { error } = await runNode(
			'create',
			{ ...NEW, custom_fields: row('region', '={{ $json.region }}') },
			{ items },
		);
		expect(error).toBeUndefined();
		expect(one.groups().map(({ custom_fields: fields }) => fields)).toEqual(
			items.map(({ region }) => [{ key: 'region', value: region }]),
		);
		expect(configRequests(one)).toHaveLength(1);
	});
});

test('a choice that is cleared is not checked, and what is named twice is cleared once', async () => {
	const { id } = server.seedGroup({ custom_fields: [{ key: 'region', value: 'EMEA' }] });
	const clearFields = 'custom_fields.region, access.sso_1, custom_fields.region, access.sso_1';
	const { error } = await node('update', { groupId: id, options: { clearFields } });
	expect(error).toBeUndefined();
	expect(server.group(id)?.custom_fields).toEqual([]);
});

describe('the list of choices', () => {
	const choices = async (parameters: INodeParameters, filter?: string) => {
		const { context, type } = await loadOptions(
			'attackForgeGroup',
			{ attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } },
			parameters,
			'parameters.custom_fields.entry[0].value',
		);
		type Search = (this: ILoadOptionsFunctions, filter?: string) => Promise<INodeListSearchResult>;
		const search = type.methods?.listSearch?.searchChoices as Search;
		return (await search.call(context, filter)).results.map(({ name }) => name);
	};
	const chosen = (key: unknown) => ({
		custom_fields: row({ __rl: true, mode: 'list', value: key } as never, ''),
	});

	test('has those of the custom field in the same row, in their order', async () => {
		expect(await choices(chosen('region'))).toEqual(['APAC', 'EMEA', 'Americas']);
		expect(await choices(chosen('services'), 'red')).toEqual(['Red Team']);
	});

	test.each([
		['', 'No custom field is chosen. Choose it first'],
		['client_code', 'AttackForge lists no choices for the custom field "client_code". Type its value'],
	])('says what to do for the key "%s"', async (key, message) => {
		await expect(choices(chosen(key))).rejects.toThrow(message);
	});
});

test('a workflow that has custom fields in the old place still sends them', async () => {
	const entry = [{ key: 'client_code', type: 'text', value: 'C1' }];
	const additionalFields = { custom_fields: { list: { data: { entry }, json: '' } } };
	await node('create', { ...NEW, additionalFields });
	expect(storedBy(server)).toEqual([{ key: 'client_code', value: 'C1' }]);
});
