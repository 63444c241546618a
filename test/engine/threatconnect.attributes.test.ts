import type { INodeParameters } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { loseFirst, type LossRule } from '../support/lossyProxy';
import { callFromAgents } from './callers';
import { jsonOf, type RunOptions } from './harness';
import { runThreatConnectWithLosses, threatConnectNode } from './support';

/** One attribute of a group, added, changed and deleted beside the others. */

let server: ThreatConnectSimulator;
let node: (
	operation: string,
	parameters: INodeParameters,
	more?: Partial<RunOptions>,
) => ReturnType<ReturnType<typeof threatConnectNode>>;
beforeAll(async () => {
	server = await startThreatConnect({ firstId: '9007199254740993' });
	const run = threatConnectNode(server);
	node = async (operation, parameters, more) =>
		await run(operation, { resource: 'attribute', ...parameters }, more);
});
afterAll(async () => await server.stop());

const RL = (value: string) => ({ __rl: true, mode: 'name', value }) as never;
const TICKET = { attributeType: RL('Ticket Number') };
let count = 0;
const seed = (...more: Array<{ type: string; value: string; source?: string }>) =>
	server.seedGroup({
		type: 'Incident',
		name: 'Seeded',
		xid: `attributes:${++count}`,
		tags: ['Old'],
		attributes: [
			{ type: 'Description', value: 'First', default: true },
			{ type: 'Ticket Number', value: 'T-1', source: 'Desk' },
			...more,
		],
		securityLabels: ['TLP:GREEN'],
	});
const attributesOf = (id: string) => server.group(id)?.attributes ?? [];
const told = (id: string) => attributesOf(id).map(({ type, value }) => [type, value]);
const idOf = (id: string, index: number) => String(attributesOf(id)[index]?.id);
/** All attributes but one, and the rest of the group. */
const besides = (id: string, attributeId?: string) => ({
	...server.group(id),
	attributes: attributesOf(id).filter((one) => one.id !== attributeId),
	lastModified: undefined,
});
const writesSince = (from: number) =>
	server.requests.slice(from).filter(({ method }) => method !== 'GET').length;
const lossy = async (lose: LossRule, operation: string, parameters: INodeParameters, more: object = {}) =>
	await runThreatConnectWithLosses(server, lose, {
		parameters: { resource: 'attribute', operation, ...parameters },
		...more,
	});

describe('Get Many', () => {
	test('gives each attribute as an item with the ID of the group', async () => {
		const { id } = seed();
		const { items, error } = await node('getAll', { groupId: id, returnAll: true });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{ id: idOf(id, 0), groupId: id, type: 'Description', value: 'First', default: true },
			{ id: idOf(id, 1), groupId: id, type: 'Ticket Number', value: 'T-1', source: 'Desk' },
		]);
		expect(items[0]?.json).not.toHaveProperty('securityLabels');
	});

	test('of one type, up to a limit, and with labels where they are asked for', async () => {
		const { xid } = seed({ type: 'Ticket Number', value: 'T-2' }, { type: 'Ticket Number', value: 'T-3' });
		const { items } = await node('getAll', {
			findBy: 'xid',
			groupXid: xid ?? '',
			limit: 2,
			filters: TICKET,
			options: { includeLabels: true },
		});
		expect(items.map(({ json }) => json.value)).toEqual(['T-1', 'T-2']);
		expect(items.map(({ json }) => json.securityLabels)).toEqual([{}, {}]);
	});

	test('of a group without attributes gives none, and of no group an error', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Bare' });
		const bare = await node('getAll', { groupId: id });
		expect([bare.error, bare.items]).toEqual([undefined, []]);
		const none = await node('getAll', { groupId: '77' });
		expect(none.error?.httpCode).toBe('404');
	});

	test('with a type that an expression leaves empty is refused', async () => {
		const { id } = seed();
		const { error } = await node('getAll', {
			groupId: id,
			filters: { attributeType: RL('={{ $json.none }}') },
		});
		expect(error?.message).toContain('The filter "Type" (attributeType) is empty');
	});

	test('gives an agent what the next call needs, and labels where it selects them', async () => {
		const { id } = seed();
		const credentials = {
			threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken },
		};
		const parameters = { resource: 'attribute', operation: 'getAll', groupId: id, limit: 1 };
		const [simple] = jsonOf(await callFromAgents({ type: 'threatConnectGroup', credentials, parameters }));
		expect(Object.keys(simple ?? {})).toEqual(['id', 'groupId', 'type', 'value', 'default', 'pinned']);
		const chosen = { ...parameters, output: 'fields', selectedFields: ['value', 'securityLabels'] };
		const [selected] = jsonOf(
			await callFromAgents({ type: 'threatConnectGroup', credentials, parameters: chosen }),
		);
		expect(selected).toEqual({ id: idOf(id, 0), value: 'First', securityLabels: {} });
	});
});

describe('Add', () => {
	const NEW = { ...TICKET, value: 'T-9' };

	test('adds an attribute with all that it may have, and returns it', async () => {
		const { id } = seed();
		const before = besides(id);
		const { items, error } = await node('add', {
			groupId: id,
			...NEW,
			additionalFields: { source: 'Desk', pinned: true, securityLabels: 'TLP:RED, TLP:AMBER' },
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{
				id: idOf(id, 2),
				groupId: id,
				type: 'Ticket Number',
				value: 'T-9',
				source: 'Desk',
				pinned: true,
				default: false,
				_outcome: 'created',
			},
		]);
		expect(attributesOf(id)[2]).toMatchObject({
			securityLabels: { data: [{ name: 'TLP:RED' }, { name: 'TLP:AMBER' }] },
		});
		expect(besides(id, idOf(id, 2))).toEqual(before);
	});

	test('of what the group has already adds nothing, and says so', async () => {
		const { id, xid } = seed();
		const parameters = {
			findBy: 'xid',
			groupXid: xid ?? '',
			...NEW,
			additionalFields: { securityLabels: 'TLP:RED' },
		};
		await node('add', parameters);
		const stored = server.group(id);
		const from = server.requests.length;
		const { items, error } = await node('add', parameters);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{
				id: idOf(id, 2),
				value: 'T-9',
				_outcome: 'unchanged',
				_notice: 'The group has this attribute already.',
			},
		]);
		expect(writesSince(from)).toBe(0);
		expect(server.group(id)).toEqual(stored);
	});

	test.each([
		['another source', { source: 'Other' }],
		['a label that the present one lacks', { source: 'Desk', securityLabels: 'TLP:RED' }],
		['a pin that the present one lacks', { source: 'Desk', pinned: true }],
	])('with %s adds another one', async (_what, additionalFields) => {
		const { id } = seed();
		const { items } = await node('add', { groupId: id, ...TICKET, value: 'T-1', additionalFields });
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'created' }]);
		expect(told(id).slice(1)).toEqual([
			['Ticket Number', 'T-1'],
			['Ticket Number', 'T-1'],
		]);
	});

	test('by two items that name one group in two ways adds the same attribute once', async () => {
		const { id, xid } = seed();
		const { items, error } = await node(
			'add',
			{ findBy: '={{ $json.by }}', groupId: id, groupXid: xid ?? '', ...NEW },
			{ items: [{ by: 'id' }, { by: 'xid' }, { by: 'id' }] },
		);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json._outcome).sort()).toEqual(['created', 'unchanged', 'unchanged']);
		expect(attributesOf(id)).toHaveLength(3);
	});

	test.each(['before', 'after'] as const)('whose answer is lost %s the write adds one', async (when) => {
		const { id } = seed();
		const { items, errors, posts } = await lossy(loseFirst('POST', when), 'add', { groupId: id, ...NEW });
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ id: idOf(id, 2), value: 'T-9', _outcome: 'created' }]);
		expect(attributesOf(id)).toHaveLength(3);
		expect(posts).toHaveLength(1);
	});

	test('that cannot be looked up is in doubt, and is not sent again by Retry On Fail', async () => {
		const { id } = seed();
		let written = false;
		const lose: LossRule = (method) => {
			if (method === 'POST') {
				const first = !written;
				written = true;
				return first ? 'after' : undefined;
			}
			return written ? 403 : undefined;
		};
		const { errors, posts } = await lossy(
			lose,
			'add',
			{ groupId: id, ...TICKET, value: '={{ "T-" + $now.toMillis() }}' },
			{ retryOnFail: true, maxTries: 3 },
		);
		expect(errors[0]?.json.message).toContain(
			'The attribute may or may not have been added: look at the group before you send it again.',
		);
		expect(posts).toHaveLength(1);
		expect(attributesOf(id)).toHaveLength(3);
	});

	test.each([
		['a value that is too long for its type', { ...TICKET, value: 'x'.repeat(21) }, 'at most 20 are allowed'],
		[
			'a value that its type does not list',
			{ attributeType: RL('Phase of Intrusion'), value: 'Lunch' },
			'The attribute "Phase of Intrusion" cannot be "Lunch"',
		],
		[
			'a type that the instance does not have',
			{ attributeType: RL('Nonsense'), value: 'x' },
			'The requested attribute type was not found',
		],
	])('refuses %s, and the group stays as it is', async (_what, parameters, message) => {
		const { id } = seed();
		const before = server.group(id);
		const { error } = await node('add', { groupId: id, ...parameters });
		expect(error?.message).toContain(message);
		expect(server.group(id)).toEqual(before);
	});
});

describe('Update', () => {
	test('changes the attribute with an ID and nothing else', async () => {
		const { id } = seed({ type: 'Ticket Number', value: 'T-1' });
		const attributeId = idOf(id, 1);
		const before = besides(id, attributeId);
		const { items, error } = await node('update', {
			groupId: id,
			attributeId,
			updateFields: { value: 'T-2', pinned: true, source: '={{ $json.none }}' },
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{ id: attributeId, groupId: id, value: 'T-2', pinned: true, source: 'Desk', _outcome: 'updated' },
		]);
		expect(besides(id, attributeId)).toEqual(before);
		expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({ pinned: true, value: 'T-2' });
	});

	test('by its type keeps the only one current, and sends nothing when it is', async () => {
		const { id } = seed();
		const keep = async (value: string) =>
			await node('update', { groupId: id, findAttributeBy: 'type', ...TICKET, updateFields: { value } });
		expect(jsonOf((await keep('T-7')).items)).toMatchObject([{ value: 'T-7', _outcome: 'updated' }]);
		const from = server.requests.length;
		expect(jsonOf((await keep('T-7')).items)).toMatchObject([
			{ value: 'T-7', _outcome: 'unchanged', _notice: 'The attribute has these values already.' },
		]);
		expect(writesSince(from)).toBe(0);
		expect(told(id)).toEqual([
			['Description', 'First'],
			['Ticket Number', 'T-7'],
		]);
	});

	test('by its type and value finds the one of several', async () => {
		const { id } = seed({ type: 'Ticket Number', value: 'T-2' });
		const { error } = await node('update', {
			groupId: id,
			findAttributeBy: 'typeAndValue',
			...TICKET,
			presentValue: ' T-2',
			updateFields: { value: 'T-3', pinned: false },
		});
		expect(error).toBeUndefined();
		expect(told(id).slice(1)).toEqual([
			['Ticket Number', 'T-1'],
			['Ticket Number', 'T-3'],
		]);
	});

	test('makes another attribute the default of its type, and takes a pin away', async () => {
		const { id } = seed({ type: 'Description', value: 'Second' });
		const second = idOf(id, 2);
		await node('update', { groupId: id, attributeId: second, updateFields: { default: true, pinned: true } });
		expect(attributesOf(id).map((one) => one.default)).toEqual([false, false, true]);
		await node('update', { groupId: id, attributeId: second, updateFields: { pinned: false } });
		expect(attributesOf(id)[2]).toMatchObject({ default: true, pinned: false });
	});

	test.each([
		[{ mode: 'append', name: 'TLP:RED' }, ['TLP:AMBER', 'TLP:RED'], 'updated'],
		[{ mode: 'append', name: 'TLP:AMBER' }, ['TLP:AMBER'], 'unchanged'],
		[{ mode: 'replace', name: 'TLP:RED' }, ['TLP:RED'], 'updated'],
		[{ mode: 'delete', name: 'TLP:AMBER' }, [], 'updated'],
		[{ mode: 'delete', name: 'TLP:RED' }, ['TLP:AMBER'], 'unchanged'],
	])('changes labels by %p', async (list, expected, _outcome) => {
		const { id } = seed();
		await node('add', {
			groupId: id,
			...TICKET,
			value: 'L',
			additionalFields: { securityLabels: 'TLP:AMBER' },
		});
		const { items, error } = await node('update', {
			groupId: id,
			attributeId: idOf(id, 2),
			updateFields: { securityLabels: { list } },
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ value: 'L', _outcome }]);
		const { data = [] } = attributesOf(id)[2]?.securityLabels as { data?: Array<{ name: string }> };
		expect(data.map(({ name }) => name)).toEqual(expected);
	});

	test.each(['before', 'after'] as const)('whose answer is lost %s the write is looked up', async (when) => {
		const { id } = seed();
		const { items, errors } = await lossy(loseFirst('PUT', when), 'update', {
			groupId: id,
			findAttributeBy: 'typeAndValue',
			...TICKET,
			presentValue: 'T-1',
			updateFields: { value: 'T-2' },
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ value: 'T-2', groupId: id, _outcome: 'updated' }]);
		expect(told(id)[1]).toEqual(['Ticket Number', 'T-2']);
	});

	test('that cannot be read back is no failure', async () => {
		const { id } = seed();
		let written = false;
		const lose: LossRule = (method) => {
			if (method !== 'PUT') return written ? 403 : undefined;
			written = true;
			return { of: () => '{"message":"Updated","status":"Success"}' };
		};
		const { items, errors } = await lossy(lose, 'update', {
			groupId: id,
			findAttributeBy: 'type',
			...TICKET,
			updateFields: { value: 'T-2' },
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([
			{
				value: 'T-2',
				_outcome: 'updated',
				_notice: expect.stringContaining('The attribute was updated, but could not be read back') as string,
			},
		]);
	});

	test('refuses a value that the type does not allow, before it is sent', async () => {
		const { id } = seed();
		const from = server.requests.length;
		const { error } = await node('update', {
			groupId: id,
			findAttributeBy: 'type',
			...TICKET,
			updateFields: { value: 'x'.repeat(21) },
		});
		expect(error?.message).toContain('at most 20 are allowed');
		expect(writesSince(from)).toBe(0);
	});
});

describe('Delete', () => {
	test.each([
		['ID', (id: string) => ({ attributeId: idOf(id, 1) })],
		['type', () => ({ findAttributeBy: 'type', ...TICKET })],
		['type and value', () => ({ findAttributeBy: 'typeAndValue', ...TICKET, presentValue: 'T-1' })],
	])('by %s deletes the one attribute, and again nothing', async (_way, naming) => {
		const { id } = seed();
		const attributeId = idOf(id, 1);
		const before = besides(id, attributeId);
		const parameters = { groupId: id, ...naming(id) };
		const { items, error } = await node('delete', parameters);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{
				deleted: true,
				id: attributeId,
				type: 'Ticket Number',
				value: 'T-1',
				groupId: id,
				_outcome: 'deleted',
			},
		]);
		expect(besides(id)).toEqual(before);
		const from = server.requests.length;
		const again = await node('delete', parameters);
		expect(jsonOf(again.items)).toMatchObject([
			{ deleted: false, groupId: id, _outcome: 'unchanged', _notice: 'The group has no such attribute.' },
		]);
		expect(writesSince(from)).toBe(0);
		expect(besides(id)).toEqual(before);
	});

	test('does not touch an attribute of another group whose ID is given', async () => {
		const [one, other] = [seed(), seed()];
		const before = server.group(other.id);
		const { items } = await node('delete', { groupId: one.id, attributeId: idOf(other.id, 1) });
		expect(jsonOf(items)).toMatchObject([{ deleted: false, _outcome: 'unchanged' }]);
		expect(server.group(other.id)).toEqual(before);
	});

	test.each(['before', 'after'] as const)('whose answer is lost %s is looked up', async (when) => {
		const { id } = seed();
		const { items, errors } = await lossy(loseFirst('DELETE', when), 'delete', {
			groupId: id,
			findAttributeBy: 'type',
			...TICKET,
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ deleted: true, _outcome: 'deleted' }]);
		expect(told(id)).toEqual([['Description', 'First']]);
	});
});

describe('Update and Delete', () => {
	const change = { updateFields: { pinned: true } };
	test.each([
		[
			'a type that several have',
			{ findAttributeBy: 'type', ...TICKET },
			/^The group has 2 attributes "Ticket Number": \d+, \d+/,
		],
		[
			'a type and value that several have',
			{ findAttributeBy: 'typeAndValue', ...TICKET, presentValue: 'T-1' },
			/^The group has 2 attributes "Ticket Number" with this value: \d+, \d+/,
		],
	])('refuse %s, and name them', async (_what, naming, message) => {
		const { id } = seed({ type: 'Ticket Number', value: 'T-1' });
		const before = server.group(id);
		for (const operation of ['update', 'delete']) {
			const { error } = await node(operation, { groupId: id, ...naming, ...change });
			expect(error?.message).toMatch(message);
			expect(error?.description).toContain('Nothing was sent for this item.');
		}
		expect(server.group(id)).toEqual(before);
	});

	test.each([
		['no ID', { attributeId: '={{ $json.none }}' }, '"Attribute ID" (attributeId) is empty'],
		['an ID that is none', { attributeId: '../groups' }, '"Attribute ID" (attributeId) must be an ID'],
		['an ID that lost digits', { attributeId: '={{ 9007199254740993 }}' }, 'cannot hold exactly'],
		[
			'no type',
			{ findAttributeBy: 'type', attributeType: RL('={{ $json.none }}') },
			'"Attribute Type" (attributeType) is empty',
		],
		[
			'a blank value',
			{ findAttributeBy: 'typeAndValue', ...TICKET, presentValue: '={{ " " }}' },
			'"Present Value" (presentValue) is empty',
		],
		[
			'another way to find it',
			{ findAttributeBy: '={{ "name" }}', attributeId: '1', ...TICKET, presentValue: 'T-1' },
			'"Find Attribute By" (findAttributeBy) cannot be "name"',
		],
	])('refuse %s before anything is sent', async (_what, naming, message) => {
		const { id } = seed();
		for (const operation of ['update', 'delete']) {
			const from = server.requests.length;
			const { error } = await node(operation, { groupId: id, ...naming, ...change });
			expect(error?.message).toContain(message);
			expect(server.requests).toHaveLength(from);
		}
	});
});

test.each([
	['an ID', (id: string) => ({ attributeId: idOf(id, 0) }), /^The group has no attribute "\d+"/],
	[
		'a type',
		() => ({ findAttributeBy: 'type', attributeType: RL('Source') }),
		/^The group has no attribute "Source"/,
	],
	[
		'a type and value',
		() => ({ findAttributeBy: 'typeAndValue', ...TICKET, presentValue: 'T-8' }),
		/^The group has no attribute "Ticket Number" with the value "T-8"/,
	],
])('Update of what the group does not have, by %s, is an error', async (_way, naming, message) => {
	const [one, other] = [seed(), seed()];
	const before = [server.group(one.id), server.group(other.id)];
	const { error } = await node('update', {
		groupId: one.id,
		...naming(other.id),
		updateFields: { value: 'x' },
	});
	expect(error?.message).toMatch(message);
	expect([server.group(one.id), server.group(other.id)]).toEqual(before);
});

test.each([
	['Add without a value', 'add', { ...TICKET, value: '={{ " " }}' }, '"Value" (value) is empty'],
	[
		'Add without a type',
		'add',
		{ attributeType: RL('={{ $json.none }}'), value: 'x' },
		'"Attribute Type" (attributeType) is empty',
	],
	['Add of an object', 'add', { ...TICKET, value: '={{ {a: 1} }}' }, '"Value" (value) must be text'],
	[
		'Update of nothing but blanks',
		'update',
		{
			attributeId: '1',
			updateFields: {
				value: '={{ " " }}',
				source: '={{ $json.none }}',
				securityLabels: { list: { mode: 'replace', name: '' } },
			},
		},
		'There is nothing to update: no field is set',
	],
	[
		'Update with a switch that is none',
		'update',
		{ attributeId: '1', updateFields: { pinned: '={{ "perhaps" }}' } },
		'"Pinned" (pinned) cannot be "perhaps"',
	],
])('%s is refused before anything is sent', async (_what, operation, parameters, message) => {
	const { id } = seed();
	const from = server.requests.length;
	const { error } = await node(operation, { groupId: id, ...parameters });
	expect(error?.message).toContain(message);
	expect(error?.description).toMatch(/\w{4}.*Nothing was sent for any item\.$/);
	expect(server.requests).toHaveLength(from);
});

test('Create Activity Log is sent with each write', async () => {
	const { id } = seed();
	const options = { createActivityLog: true };
	const from = server.requests.length;
	await node('add', { groupId: id, ...TICKET, value: 'Logged', options });
	await node('update', { groupId: id, attributeId: idOf(id, 2), updateFields: { value: 'Again' }, options });
	await node('delete', { groupId: id, attributeId: idOf(id, 2), options });
	const writes = server.requests.slice(from).filter(({ method }) => method !== 'GET');
	expect(writes.map(({ method, target }) => [method, target.includes('createActivityLog=true')])).toEqual([
		['POST', true],
		['PUT', true],
		['DELETE', true],
	]);
});

describe('two items for one attribute', () => {
	test('that delete it: the second finds it gone', async () => {
		const { id } = seed();
		const { items } = await node(
			'delete',
			{ groupId: id, findAttributeBy: 'type', ...TICKET },
			{ items: [{}, {}] },
		);
		expect(jsonOf(items)).toMatchObject([
			{ deleted: true, _outcome: 'deleted' },
			{ deleted: false, _outcome: 'unchanged' },
		]);
	});

	test('that change it: the value of the second stays', async () => {
		const { id } = seed();
		const parameters = {
			groupId: id,
			findAttributeBy: 'type',
			...TICKET,
			updateFields: { value: '={{ $json.ticket }}' },
		};
		const { items } = await node('update', parameters, {
			items: ['A', 'B', 'B', 'C'].map((ticket) => ({ ticket })),
		});
		expect(jsonOf(items)).toMatchObject([
			{ _outcome: 'updated' },
			{ _outcome: 'updated' },
			{ _outcome: 'unchanged' },
			{ _outcome: 'updated' },
		]);
		expect(told(id)).toContainEqual(['Ticket Number', 'C']);
	});
});

test('an attribute whose line breaks the service stores in its own way is not added again', async () => {
	const { id } = seed({ type: 'Source', value: 'One\nTwo' });
	const parameters = { groupId: id, attributeType: RL('Source'), value: 'One\r\nTwo' };
	const { items, error } = await node('add', parameters);
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toMatchObject([{ _outcome: 'unchanged' }]);
});
