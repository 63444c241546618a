import { startAttackForge, type AttackForgeSimulator } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { attackForgeNode, type RunNode, threatConnectNode } from './support';

/** Values that do not fit their field. The node refuses each with the field's name before it sends anything. */

let threatConnect: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
let tc: RunNode;
let af: RunNode;
beforeAll(async () => {
	threatConnect = await startThreatConnect();
	attackForge = await startAttackForge();
	tc = threatConnectNode(threatConnect);
	af = attackForgeNode(attackForge);
});
afterAll(async () => {
	await threatConnect.stop();
	await attackForge.stop();
});

/** The definitions of custom fields are read before an item is. */
const sent = () =>
	threatConnect.requests.length +
	attackForge.requests.filter(({ target }) => !target.endsWith('/config/form/group')).length;
const value = '={{ $json.value }}';
const item = (json: unknown) => [{ value: json as string }];
const threat = { type: 'Threat', name: 'a' };
const required = {
	name: 'ACME',
	group_owner: 'x',
	primary_contact_name: 'x',
	primary_contact_number: 'x',
	primary_contact_email: 'x',
};
const groupId = '5eab99471e18050942c7607a';

describe('an object where a text belongs is refused, and not sent as "[object Object]":', () => {
	const object = { toString: 1 };
	test.each([
		[
			'XID',
			() => tc('get', { findBy: 'xid', groupXid: value }, { items: item(object) }),
			'"Group XID" (groupXid)',
		],
		[
			'XID to match by',
			() => tc('upsert', { matchBy: 'xid', groupXid: value, ...threat }, { items: item(object) }),
			'"Group XID" (groupXid)',
		],
		[
			'owner',
			() => tc('get', { findBy: 'xid', groupXid: 'x', groupOwner: value }, { items: item(object) }),
			'"Group Owner" (groupOwner)',
		],
		['group ID', () => tc('get', { groupId: value }, { items: item(object) }), '"Group ID" (groupId)'],
		[
			'name from Additional Fields (JSON), to match by',
			() =>
				tc(
					'upsert',
					{ matchBy: 'name', ...threat, options: { additionalJson: value } },
					{ items: item({ name: { a: 1 } }) },
				),
			'"Name" (name)',
		],
		[
			'XIDs to associate in a bulk import',
			() =>
				tc('bulkImport', { ...threat, options: { associatedGroupXid: value } }, { items: item([{ a: 1 }]) }),
			'"Associated Group XIDs" (associatedGroupXid)',
		],
		[
			'label of an attribute',
			() =>
				tc(
					'create',
					{
						...threat,
						attributes: { attribute: [{ type: 'Description', value: 'x', securityLabels: value }] },
					},
					{ items: item([[1]]) },
				),
			'"Labels" (securityLabels)',
		],
		[
			'flag',
			() => af('update', { groupId, updateFields: { is_deleted: value } }, { items: item(object) }),
			'"Is Deleted" (is_deleted)',
		],
		['AttackForge ID', () => af('get', { groupId: value }, { items: item(object) }), '"Group" (groupId)'],
		[
			'key of a custom field',
			() =>
				af(
					'create',
					{ ...required, additionalFields: { custom_fields: value } },
					{ items: item([{ key: object, value: 1 }]) },
				),
			'"Custom Fields" (custom_fields), entry 1: the key',
		],
	])('%s', async (_what, send, label) => {
		const before = sent();
		const { error } = await send();
		expect(error?.message).toContain(label);
		expect(sent()).toBe(before);
	});
});

test('an owner ID from Additional Fields (JSON) cannot widen the query that looks for the group', async () => {
	const before = sent();
	const { error } = await tc(
		'upsert',
		{ matchBy: 'name', ...threat, options: { additionalJson: '{"ownerId":"2 or id > 0"}' } },
		{},
	);
	expect(error?.message).toContain(
		'"Owner ID" (ownerId) must be an ID (a whole number), but is "2 or id > 0"',
	);
	expect(sent()).toBe(before);
});

test('a type from Additional Fields (JSON) that is named like a property of every object is sent as it is', async () => {
	const { error } = await tc(
		'bulkImport',
		{ ...threat, options: { additionalJson: '{"type":"constructor"}', timeLimit: 5 } },
		{},
	);
	expect(error?.message).not.toContain('is not a function');
	expect(error?.description).toContain('Correct the item');
});

test('custom fields and access from Additional Fields (JSON) are sent as they are, also if they are not lists', async () => {
	const { id } = attackForge.seedGroup();
	const options = { additionalJson: value, accessMode: 'exact' };
	const { errors } = await af(
		'update',
		{ groupId: id, options },
		{
			items: [
				{ value: { custom_fields: 7 } },
				{ value: { access: { sso_1: [null] } } },
				{ value: { access: 7 } },
			],
			onError: 'continueErrorOutput',
		},
	);
	expect(errors.map(({ json }) => json.error)).toEqual([
		'custom_fields must be of type array',
		'access.sso_1[0] must be of type object',
		'access must be of type object',
	]);
});

describe('what cannot stand in an address is refused, naming the parameter:', () => {
	test.each([
		['half a character in the XID', { findBy: 'xid', groupXid: value }, 'a\ud83d', 'The ID "a\ud83d": '],
		[
			'half a character in the owner',
			{ findBy: 'xid', groupXid: 'x', groupOwner: value },
			'a\ud83d',
			'The parameter "owner" ',
		],
		['a megabyte as XID', { findBy: 'xid', groupXid: value }, 'x'.repeat(1_000_000), 'The ID "xxx'],
		['a megabyte as ID', { groupId: value }, 'x'.repeat(1_000_000), '"Group ID" (groupId) must be an ID'],
	])('%s', async (_what, parameters, text, message) => {
		const before = sent();
		const { error } = await tc('get', parameters, { items: item(text) });
		expect(error?.message).toContain(message);
		expect(error?.message.length).toBeLessThan(400);
		expect(sent()).toBe(before);
	});
});

describe('a megabyte of text', () => {
	const long = 'ü'.repeat(500_000);
	test('is sent where the service takes it, and refused in its words where it does not', async () => {
		const { items, errors } = await tc(
			'create',
			{
				type: 'Signature',
				fileName: 'a',
				fileType: 'YARA',
				fileText: '={{ $json.text }}',
				name: '={{ $json.name }}',
			},
			{
				items: [
					{ name: 'a', text: long },
					{ name: long, text: 'x' },
				],
				onError: 'continueErrorOutput',
			},
		);
		expect(items).toHaveLength(1);
		expect(threatConnect.group(String(items[0]?.json.id))?.fields.fileText).toBe(long);
		expect(errors.map(({ json }) => json.error)).toEqual([
			expect.stringContaining('between 1-200 characters'),
		]);
	});
});

describe('an ID that would address something else is refused:', () => {
	test.each(
		[
			'../groups',
			'..',
			'1?x=',
			'1#',
			'%2e%2e',
			'..%2f',
			' ',
			'0x1',
			'1e3',
			'-1',
			'1.0',
			'1,2',
			'0',
			'1'.repeat(20),
		].map((id) => [id]),
	)('%s', async (id) => {
		const before = sent();
		const results = [
			await tc('get', { groupId: value }, { items: item(id) }),
			await tc('update', { groupId: value, updateFields: { name: 'x' } }, { items: item(id) }),
			await tc('delete', { groupId: value }, { items: item(id) }),
			await af('get', { groupId: value }, { items: item(id) }),
			await af('update', { groupId: value, updateFields: { name: 'x' } }, { items: item(id) }),
			await af('archive', { groupId: value }, { items: item(id) }),
		];
		for (const { error } of results) expect(error?.message).toMatch(/^"Group( ID)?" \(groupId\) /);
		expect(sent()).toBe(before);
	});
});

describe('an option that holds for the whole run and is not a number is refused:', () => {
	test.each([
		['timeout', 'soon', '"Timeout" (timeout) cannot be "soon"'],
		['timeout', -1, '"Timeout" (timeout) cannot be "-1"'],
		['timeout', NaN, '"Timeout" (timeout) cannot be '],
		['maxConcurrentRequests', 0, '"Max Concurrent Requests" (maxConcurrentRequests) cannot be "0"'],
		['maxConcurrentRequests', {}, '"Max Concurrent Requests" (maxConcurrentRequests) cannot be "{}"'],
	])('%s = %p', async (name, given, message) => {
		const before = sent();
		const { error } = await tc('create', { ...threat, options: { [name]: value } }, { items: item(given) });
		expect(error?.message).toContain(message);
		expect(sent()).toBe(before);
	});
	test('in a bulk import, for the item that gives it', async () => {
		const options = { timeLimit: value };
		const more = { items: [{ value: 'long' }, {}], onError: 'continueErrorOutput' as const };
		const { errors, items } = await tc('bulkImport', { ...threat, options }, more);
		expect(errors.map(({ json }) => json.error)).toEqual(['"Time Limit" (timeLimit) cannot be "long"']);
		expect(items.map(({ json }) => json._outcome)).toEqual(['imported']);
	});
	test('but a timeout longer than a timer can hold means no time-out', async () => {
		const { error } = await tc('create', { ...threat, options: { timeout: 1e12 } });
		expect(error).toBeUndefined();
	});
});

test.each(['continueErrorOutput', 'continueRegularOutput'] as const)(
	'with %s, a credential that cannot be used fails each item: none passes as if it had been sent',
	async (onError) => {
		const credentials = { threatConnectApi: { baseUrl: 'http://tc.example.com', apiToken: 'x' } };
		const { items, errors } = await tc('create', threat, {
			items: [{ a: 1 }, { a: 2 }],
			onError,
			credentials,
		});
		const failed = onError === 'continueErrorOutput' ? errors : items;
		expect(failed.map(({ json }) => json)).toEqual(
			[1, 2].map(() =>
				expect.objectContaining({ error: expect.stringContaining('does not use HTTPS') as string }),
			),
		);
		expect(items).toHaveLength(onError === 'continueErrorOutput' ? 0 : 2);
	},
);

describe('CR and LF', () => {
	const evil = 'a\r\nX-Injected: 1';
	const names = () =>
		[...threatConnect.requests, ...attackForge.requests].flatMap(({ headers }) => Object.keys(headers));
	test('in a credential are refused before anything is sent', async () => {
		const { url } = threatConnect;
		const before = sent();
		for (const credentials of [
			{ threatConnectApi: { baseUrl: url, apiToken: evil } },
			{ threatConnectApi: { baseUrl: `${url}\r\nX-Injected: 1`, apiToken: 'x' } },
			{ threatConnectHmacApi: { baseUrl: url, accessId: evil, secretKey: 'x' } },
			{ threatConnectHmacApi: { baseUrl: url, accessId: 'x', secretKey: evil } },
		]) {
			const authentication = 'threatConnectHmacApi' in credentials ? 'hmac' : 'apiToken';
			const { error } = await tc(
				'create',
				{ authentication, ...threat },
				{ credentials: credentials as never },
			);
			expect(error?.message).toMatch(/holds a space, a line break|is not an address/);
		}
		const credentials = { attackForgeApi: { baseUrl: attackForge.url, apiKey: evil } };
		expect((await af('create', required, { credentials })).error?.message).toContain('a line break');
		expect(sent()).toBe(before);
	});
	test('in values add no header', async () => {
		await tc('create', { ...threat, name: evil, additionalFields: { ownerName: evil, xid: evil } });
		await tc('get', { findBy: 'xid', groupXid: evil, groupOwner: evil });
		await af('getAll', { options: { cf_key_allowlist: evil } });
		expect(names()).not.toContain('x-injected');
	});
});

test('a key __proto__ of an item or of JSON reaches no prototype, and is not sent', async () => {
	const json =
		'{"name":"a","__proto__":{"polluted":true,"xid":"stolen"},"constructor":{"prototype":{"polluted":true}}}';
	const from = threatConnect.requests.length;
	const parsed = JSON.parse(json) as { name: string };
	const { hints } = await tc('create', { dataMode: 'autoMap', type: 'Threat' }, { items: [parsed] });
	await tc('create', { dataMode: 'json', jsonBody: json.replace('{', '{"type":"Threat",') });
	await tc('create', { ...threat, options: { additionalJson: json } });
	for (const { body } of threatConnect.requests.slice(from)) {
		const { xid: _ownXid, ...sent } = JSON.parse(body) as Record<string, unknown>;
		expect(sent).toEqual({ type: 'Threat', name: 'a' });
		expect(body).not.toMatch(/stolen|polluted/);
	}
	expect(threatConnect.requests).toHaveLength(from + 3);
	expect(hints[0]?.message).toContain('"__proto__" (1 item)');
	expect(({} as { polluted?: true }).polluted).toBeUndefined();
});

describe('an option that does not exist, given by an expression, is refused and not replaced by the default:', () => {
	const not = (right: string) => item(right.toUpperCase());
	const updating = async (option: string, right: string) =>
		await af(
			'update',
			{ groupId, updateFields: { name: 'x' }, options: { [option]: value } },
			{ items: not(right) },
		);
	test.each([
		[
			'Sort Direction',
			() => tc('getAll', { sort: { sortDirection: value } }, { items: not('desc') }),
			'desc',
		],
		[
			'Find Group By',
			() => tc('get', { findBy: value, groupId: '1', groupXid: 'x' }, { items: not('xid') }),
			'xid',
		],
		['Match By', () => tc('upsert', { matchBy: value, ...threat }, { items: not('name') }), 'name'],
		[
			'If the Group Has a File Already',
			() =>
				tc(
					'upload',
					{ resource: 'file', groupId: '1', ifFileExists: value },
					{ items: not('replace'), binary: [{ data: { data: '', mimeType: '' } }] },
				),
			'replace',
		],
		[
			'Match By',
			() => af('upsert', { matchBy: value, matchKey: 'code', ...required }, { items: not('id') }),
			'id',
		],
		['Groups', () => af('getAll', { scope: value }, { items: not('mine') }), 'mine'],
		[
			'Search In',
			() => af('upsert', { ...required, options: { scope: value } }, { items: not('mine') }),
			'mine',
		],
		['Other Access', () => updating('accessMode', 'exact'), 'exact'],
		['Other Custom Fields', () => updating('customFieldsMode', 'replace'), 'replace'],
	])('%s', async (label, send, right) => {
		const before = sent();
		const { error } = await send();
		expect(error?.message).toContain(`"${label}" (`);
		expect(error?.message).toContain(`cannot be "${right.toUpperCase()}"`);
		expect(error?.description).toContain(`Did you mean "${right}"?`);
		expect(sent()).toBe(before);
	});
});
