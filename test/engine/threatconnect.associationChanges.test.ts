import type { INodeParameters } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { type LossRule, loseFirst } from '../support/lossyProxy';
import { jsonOf } from './harness';
import { type RunNode, runThreatConnectWithLosses, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	const group = threatConnectNode(server);
	node = async (operation, parameters, more) =>
		await group(operation, { resource: 'association', objectType: 'indicator', ...parameters }, more);
});
afterEach(async () => await server.reset());
afterAll(async () => await server.stop());

const seed = (more: object = {}) => server.seedGroup({ type: 'Incident', name: 'Phishing', ...more }).id;
const host = (summary: string, more: object = {}) =>
	server.seedEntity('indicators', { type: 'Host', summary, hostName: summary, ...more });
const hosts = (count: number) => Array.from({ length: count }, (_, index) => host(`h${index}.example`));
const writes = () => server.requests.filter(({ method }) => method !== 'GET');
const indicatorsOf = (id: string) =>
	(server.group(id)?.associatedIndicators ?? []).map((one) => String(one.id));
const byValue = (...entry: INodeParameters[]) => ({ indicators: { entry } });

describe('Add', () => {
	test('associates what the items of a group name in one request, and pairs each outcome', async () => {
		const [id, other] = [seed(), seed()];
		const ids = hosts(100);
		const { items, error } = await node(
			'add',
			{ groupId: '={{ $json.group }}', objectIds: '={{ $json.id }}' },
			{ items: [...ids.map((one) => ({ group: id, id: one })), { group: other, id: ids[0] }] },
		);
		expect(error).toBeUndefined();
		expect(indicatorsOf(id)).toEqual(ids);
		expect(indicatorsOf(other)).toEqual(ids.slice(0, 1));
		expect(writes()).toHaveLength(2);
		expect(items).toHaveLength(101);
		expect(items[7]?.pairedItem).toEqual({ item: 7 });
		expect(items[7]?.json).toEqual({
			groupId: Number(id),
			added: [{ objectType: 'indicator', id: Number(ids[7]) }],
			alreadyAssociated: [],
			_outcome: 'updated',
		});
	});

	test('says what was associated already, and a second run writes nothing', async () => {
		const id = seed({ associatedIndicators: ['101'] });
		const parameters = { groupId: id, objectIds: '101, 102' };
		const first = await node('add', parameters);
		expect(jsonOf(first.items)).toEqual([
			{
				groupId: Number(id),
				added: [{ objectType: 'indicator', id: 102 }],
				alreadyAssociated: [{ objectType: 'indicator', id: 101 }],
				_outcome: 'updated',
			},
		]);
		expect(JSON.parse(writes()[0]?.body ?? '')).toEqual({
			associatedIndicators: { data: [{ id: 102 }], mode: 'append' },
		});
		const second = await node('add', parameters);
		expect(jsonOf(second.items)).toMatchObject([{ added: [], _outcome: 'unchanged' }]);
		expect(writes()).toHaveLength(1);
	});

	test.each<[string, string, string]>([
		['case', '301', 'associatedCases'],
		['artifact', '201', 'associatedArtifacts'],
	])('takes a %s', async (objectType, objectIds, list) => {
		const id = seed();
		const { error } = await node('add', { groupId: id, objectType, objectIds });
		expect(error).toBeUndefined();
		expect(server.group(id)).toMatchObject({ [list]: [{ id: objectIds }] });
	});

	test('takes a group and a victim asset, and more cases than one request takes', async () => {
		const [id, other] = [seed(), seed()];
		const asset = server.seedEntity('victimAssets', { type: 'Phone', victimId: '601', phone: '1' });
		await node('add', { groupId: id, objectType: 'group', objectIds: other });
		await node('add', { groupId: id, objectType: 'victimAsset', objectIds: asset });
		const cases = Array.from({ length: 1100 }, (_, index) =>
			server.seedEntity('cases', { name: `Case ${index}`, severity: 'Low', status: 'Open' }),
		);
		const { error } = await node('add', {
			groupId: id,
			objectType: 'case',
			objectIds: `={{ ${JSON.stringify(cases)} }}`,
		});
		expect(error).toBeUndefined();
		const group = server.group(id);
		expect(group?.associatedGroups.map((one) => one.id)).toEqual([other]);
		expect(group?.associatedVictimAssets.map((one) => one.id)).toEqual([asset]);
		expect(group?.associatedCases).toHaveLength(1100);
		expect(writes()).toHaveLength(4);
	});

	test.each(['append', 'delete'])(
		'says what was changed before a further request was refused, and completes it when it is run again: %s',
		async (mode) => {
			const cases = Array.from({ length: 1100 }, (_, index) =>
				server.seedEntity('cases', { name: `Case ${index}`, severity: 'Low', status: 'Open' }),
			);
			const id = seed({ associatedCases: mode === 'append' ? [] : cases });
			const operation = mode === 'append' ? 'add' : 'remove';
			const parameters = {
				groupId: id,
				objectType: 'case',
				objectIds: `={{ ${JSON.stringify(cases)} }}`,
			};
			let puts = 0;
			const { errors } = await runThreatConnectWithLosses(
				server,
				(method) => (method === 'PUT' && ++puts === 2 ? 403 : undefined),
				{ parameters: { resource: 'association', operation, ...parameters } },
			);
			expect(server.group(id)?.associatedCases).toHaveLength(mode === 'append' ? 1000 : 100);
			expect(JSON.stringify(errors)).toContain('1000 of the 1100 associations were changed before.');
			const { items } = await node(operation, parameters);
			expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated' }]);
			expect(server.group(id)?.associatedCases).toHaveLength(mode === 'append' ? 1100 : 0);
		},
	);

	test('fails only the item whose objects were in the request that failed', async () => {
		const cases = Array.from({ length: 1100 }, (_, index) =>
			server.seedEntity('cases', { name: `Case ${index}`, severity: 'Low', status: 'Open' }),
		);
		const id = seed();
		let puts = 0;
		const { items, errors } = await runThreatConnectWithLosses(
			server,
			(method) => (method === 'PUT' && ++puts > 1 ? 410 : undefined),
			{
				parameters: {
					resource: 'association',
					operation: 'add',
					groupId: id,
					objectType: 'case',
					objectIds: '={{ $json.ids }}',
				},
				items: [{ ids: cases.slice(0, 900) }, { ids: cases.slice(900, 1050) }, { ids: cases.slice(1050) }],
			},
		);
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
		expect(errors.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 1 }, { item: 2 }]);
		expect(JSON.stringify(errors[0])).toContain('100 of the 150 associations were changed before.');
		expect(JSON.stringify(errors[1])).not.toContain('were changed before');
	});

	test('takes indicators by their type and value, and finds those that are associated already', async () => {
		const id = seed({ associatedIndicators: ['101'] });
		const { items, error } = await node('add', {
			groupId: id,
			...byValue(
				{
					type: { __rl: true, mode: 'name', value: 'Host' },
					summary: '={{ ["BadGuy.com", "new.example"] }}',
				},
				{ type: 'File', summary: 'a'.repeat(32) },
				{ type: 'Host', summary: '' },
			),
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				added: [
					{ objectType: 'indicator', type: 'Host', summary: 'new.example' },
					{ objectType: 'indicator', type: 'File', summary: 'a'.repeat(32) },
				],
				alreadyAssociated: [{ objectType: 'indicator', type: 'Host', summary: 'BadGuy.com' }],
				_outcome: 'updated',
			},
		]);
		expect(server.group(id)?.associatedIndicators.map(({ summary }) => summary)).toEqual([
			'badguy.com',
			'new.example',
			'a'.repeat(32),
		]);
	});

	test('takes URLs that differ only in upper and lower case for two', async () => {
		const text = 'https://h.example/a';
		const id = seed({
			associatedIndicators: [server.seedEntity('indicators', { type: 'URL', summary: text, text })],
		});
		const { items } = await node('add', {
			groupId: id,
			...byValue({
				type: 'URL',
				summary: `={{ ["${text}", "https://h.example/A", "https://h.example/B"] }}`,
			}),
		});
		expect(jsonOf(items)).toMatchObject([
			{
				added: [{ summary: 'https://h.example/A' }, { summary: 'https://h.example/B' }],
				alreadyAssociated: [{ summary: text }],
			},
		]);
		expect(JSON.parse(writes()[0]?.body ?? '')).toMatchObject({
			associatedIndicators: { data: [{ text: 'https://h.example/A' }, { text: 'https://h.example/B' }] },
		});
	});

	test('leaves everything else of the group and all other records as they are', async () => {
		const id = seed({ tags: ['Ransomware'], associatedCases: ['301'], securityLabels: ['TLP:RED'] });
		seed();
		const before = server.groups();
		await node('add', { groupId: id, objectIds: '101' });
		const after = server.groups();
		expect(after.slice(1)).toEqual(before.slice(1));
		const { associatedIndicators, lastModified: _after, ...rest } = after[0] ?? {};
		const { associatedIndicators: _none, lastModified: _before, ...same } = before[0] ?? {};
		expect(associatedIndicators).toHaveLength(1);
		expect(rest).toEqual(same);
		expect(server.indicators()).toHaveLength(4);
	});

	test('fails only the items whose objects do not exist, and adds those of the others', async () => {
		const id = seed();
		const ids = hosts(40);
		const names = ids.map((one, index) => ({ id: index === 7 || index === 30 ? '987654' + index : one }));
		const { items, errors } = await node(
			'add',
			{ groupId: id, objectIds: '={{ $json.id }}' },
			{ items: names, onError: 'continueErrorOutput' },
		);
		expect(errors.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 7 }, { item: 30 }]);
		expect(
			errors.map(({ json }) => String((json.error as { message?: string })?.message ?? json.error)),
		).toEqual([
			expect.stringContaining('The requested item(s) were not found.'),
			expect.stringContaining('The requested item(s) were not found.'),
		]);
		expect(items).toHaveLength(38);
		expect(indicatorsOf(id)).toHaveLength(38);
	});

	test('of a group that may not be written fails each item after a bounded number of requests', async () => {
		const id = seed({ ownerName: 'Read-Only Source' });
		const { errors } = await node(
			'add',
			{ groupId: id, objectIds: '={{ $json.id }}' },
			{ items: hosts(300).map((one) => ({ id: one })), onError: 'continueErrorOutput' },
		);
		expect(errors).toHaveLength(300);
		expect(writes().length).toBeLessThan(60);
		expect(indicatorsOf(id)).toEqual([]);
	});

	test('of few objects that do not exist among many fails only for these', async () => {
		const id = seed();
		const names = hosts(3000);
		const bad = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 400, 1501, 2203, 2999];
		for (const index of bad) names[index] = `98765${index}`;
		const { items, errors } = await node(
			'add',
			{ groupId: id, objectIds: '={{ $json.id }}' },
			{ items: names.map((one) => ({ id: one })), onError: 'continueErrorOutput' },
		);
		expect(errors.map(({ pairedItem }) => pairedItem)).toEqual(bad.map((item) => ({ item })));
		expect(items).toHaveLength(3000 - bad.length);
		expect(indicatorsOf(id)).toHaveLength(3000 - bad.length);
		expect(JSON.stringify(errors)).not.toContain('one by one');
	});

	test('of an object without access, which is answered with 401, fails only its item', async () => {
		const id = seed();
		const ids = hosts(8);
		let puts = 0;
		const { items, errors } = await runThreatConnectWithLosses(
			server,
			// The whole, the first half, its first quarter and the first item are refused.
			(method) => (method === 'PUT' && ++puts <= 4 ? 401 : undefined),
			{
				parameters: {
					resource: 'association',
					operation: 'add',
					groupId: id,
					objectType: 'indicator',
					objectIds: '={{ $json.id }}',
				},
				items: ids.map((one) => ({ id: one })),
			},
		);
		expect(errors.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }]);
		expect(items).toHaveLength(7);
		expect(indicatorsOf(id)).toEqual(ids.slice(1));
	});

	test('with a token that has expired is not tried item by item', async () => {
		const apiToken = server.credentials.expiredToken;
		const { errors } = await node(
			'add',
			{ groupId: seed(), objectIds: '={{ $json.id }}' },
			{
				items: hosts(40).map((one) => ({ id: one })),
				onError: 'continueErrorOutput',
				credentials: { threatConnectApi: { baseUrl: server.url, apiToken } },
			},
		);
		expect(errors).toHaveLength(40);
		expect(JSON.stringify(errors[0])).toContain('Unauthorized');
		expect(server.requests.length).toBeLessThan(4);
	});

	test('says what was added although its request was sent in halves', async () => {
		const id = seed({ associatedIndicators: ['102'] });
		const { items } = await node(
			'add',
			{ groupId: id, objectIds: '={{ $json.ids }}' },
			{
				items: [{ ids: '101' }, { ids: '987654' }, { ids: '101,102' }],
				onError: 'continueErrorOutput',
			},
		);
		expect(jsonOf(items)).toMatchObject([
			{ added: [{ id: 101 }] },
			{ added: [{ id: 101 }], alreadyAssociated: [{ id: 102 }] },
		]);
	});

	test('of thousands of indicators by value that are there already asks for few pages, and keeps only what is named', async () => {
		const names = Array.from({ length: 3000 }, (_, index) => `h${index}.example`);
		const id = seed({ associatedIndicators: [...names.map((one) => host(one)), '101'] });
		const { items, error } = await node('add', {
			groupId: id,
			...byValue({ type: 'Host', summary: `={{ ${JSON.stringify([...names, 'new.example'])} }}` }),
		});
		expect(error).toBeUndefined();
		expect(items[0]?.json.alreadyAssociated).toHaveLength(3000);
		expect(items[0]?.json.added).toMatchObject([{ summary: 'new.example' }]);
		expect(writes()).toHaveLength(1);
		expect(server.requests.length).toBeLessThan(8);
	});

	test('of a URL that differs from one that is there only in upper and lower case adds it', async () => {
		const text = 'https://case.example/a';
		const id = seed({
			associatedIndicators: [server.seedEntity('indicators', { type: 'URL', summary: text, text })],
		});
		const { items } = await node('add', {
			groupId: id,
			...byValue({ type: 'URL', summary: 'https://case.example/A' }),
		});
		expect(jsonOf(items)).toMatchObject([{ added: [{ summary: 'https://case.example/A' }] }]);
		expect(indicatorsOf(id)).toHaveLength(2);
	});

	test('of another group fails without harm to the first', async () => {
		const id = seed();
		const { items, errors } = await node(
			'add',
			{ groupId: '={{ $json.group }}', objectIds: '101' },
			{ items: [{ group: '987654' }, { group: id }], onError: 'continueErrorOutput' },
		);
		expect(errors).toHaveLength(1);
		expect(items).toHaveLength(1);
		expect(indicatorsOf(id)).toEqual(['101']);
	});

	test('stops at the first failure where the workflow does', async () => {
		const id = seed();
		const { error } = await node(
			'add',
			{ groupId: id, objectIds: '={{ $json.id }}' },
			{ items: [{ id: '101' }, { id: '987654' }] },
		);
		expect(error?.message).toContain('The requested item(s) were not found. [item 1]');
	});

	test('reads few pages instead of asking for thousands of IDs', async () => {
		const ids = hosts(5000);
		const id = seed({ associatedIndicators: ids.slice(0, 4000) });
		const { items, error } = await node('add', { groupId: id, objectIds: `={{ ${JSON.stringify(ids)} }}` });
		expect(error).toBeUndefined();
		expect((items[0]?.json.alreadyAssociated as unknown[]).length).toBe(4000);
		expect((items[0]?.json.added as unknown[]).length).toBe(1000);
		expect(server.requests.length).toBeLessThanOrEqual(4);
		expect(indicatorsOf(id)).toHaveLength(5000);
	});
});

describe('Remove', () => {
	test('of one object that two items name by its ID and by its value sends it once', async () => {
		const bad = host('twice.example');
		const id = seed({ associatedIndicators: ['101', bad] });
		const { items, error } = await node(
			'remove',
			{
				groupId: id,
				objectIds: '={{ $json.ids }}',
				...byValue({ type: 'Host', summary: '={{ $json.value }}' }),
			},
			{ items: [{ ids: bad }, { ids: [], value: 'TWICE.example' }] },
		);
		expect(error).toBeUndefined();
		expect(JSON.parse(writes()[0]?.body ?? '')).toEqual({
			associatedIndicators: { data: [{ id: Number(bad) }], mode: 'delete' },
		});
		expect(jsonOf(items)).toMatchObject([
			{ removed: [{ id: Number(bad) }] },
			{ removed: [{ type: 'Host' }] },
		]);
		expect(indicatorsOf(id)).toEqual(['101']);
	});

	test('takes objects off a group, and says which were not there', async () => {
		const old = host('old.example', { active: false });
		const id = seed({ associatedIndicators: ['101', '102', old], tags: ['Ransomware'] });
		const parameters = { groupId: id, objectIds: `102, ${old}, 103` };
		const { items, error } = await node('remove', parameters);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				removed: [
					{ objectType: 'indicator', id: 102 },
					{ objectType: 'indicator', id: Number(old) },
				],
				notAssociated: [{ objectType: 'indicator', id: 103 }],
				_outcome: 'updated',
			},
		]);
		expect(indicatorsOf(id)).toEqual(['101']);
		expect(server.indicators().map((one) => one.id)).toContain('102');
		expect(server.group(id)?.tags).toHaveLength(1);
		const again = await node('remove', parameters);
		expect(jsonOf(again.items)).toMatchObject([{ removed: [], _outcome: 'unchanged' }]);
		expect(writes()).toHaveLength(1);
	});

	test('takes indicators by their value, and needs the owner of those that several owners have', async () => {
		const shared = host('shared.example');
		const id = seed({ associatedIndicators: ['101', '103', shared] });
		const value = (summary: string, more: INodeParameters = {}) =>
			byValue({ type: 'Host', summary, ...more });
		const { error } = await node('remove', { groupId: id, ...value('shared.example') });
		expect(error?.message).toContain('There are several of the indicator "shared.example" of the type Host');
		expect(writes()).toEqual([]);
		const { items } = await node('remove', {
			groupId: id,
			...value('shared.example', { ownerName: 'Demo Community' }),
		});
		expect(jsonOf(items)).toMatchObject([
			{ removed: [{ type: 'Host', summary: 'shared.example', ownerName: 'Demo Community' }] },
		]);
		expect(indicatorsOf(id)).toEqual(['101', shared]);
		const none = await node('remove', { groupId: id, ...value('unknown.example') });
		expect(jsonOf(none.items)).toMatchObject([{ removed: [], _outcome: 'unchanged' }]);
	});

	test.each([
		['URL', 'https://h.example/A', 'https://h.example/a'],
		['Mutex', 'Global\\A', 'Global\\a'],
		['Registry Key', 'HKEY_USERS\\A : x : REG_SZ', 'HKEY_USERS\\a : x : REG_SZ'],
		['Host', 'reg.example', 'example'],
	])('leaves the %s %s when %s is to be removed', async (type, summary, other) => {
		const id = seed({ associatedIndicators: [server.seedEntity('indicators', { type, summary })] });
		const { items, error } = await node('remove', { groupId: id, ...byValue({ type, summary: other }) });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ removed: [], _outcome: 'unchanged' }]);
		expect(indicatorsOf(id)).toHaveLength(1);
	});

	test.each([
		['URL', 'https://h.example/A', 'HTTPS://H.Example/A'],
		['URL', 'https://h.example', 'https://H.example'],
		['Host', 'h.example', 'H.Example'],
		['EmailAddress', 'a@h.example', 'A@h.example'],
		['Address', '2001:db8:0:0:0:0:0:a', '2001:DB8::A'],
		['ASN', 'ASN64500', 'AS64500'],
		['Host', 'xn--bcher-kva.example', 'bücher.example'],
		['File', `${'a'.repeat(32)} : ${'b'.repeat(40)}`, 'B'.repeat(40)],
		['Registry Key', 'HKEY_USERS\\A :   : REG_SZ', 'HKU\\A :  : REG_SZ'],
		['Host', 'h.example', 'h.example', 'host '],
	])('takes the %s %s when %s is to be removed', async (type, summary, other, otherType = type) => {
		const id = seed({ associatedIndicators: [server.seedEntity('indicators', { type, summary })] });
		const { items } = await node('remove', {
			groupId: id,
			...byValue({ type: otherType, summary: other }),
		});
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated' }]);
		expect(indicatorsOf(id)).toEqual([]);
	});

	test('takes an associated group off both', async () => {
		const [first, second] = [seed(), seed()];
		await node('add', { groupId: second, objectType: 'group', objectIds: first });
		const { items } = await node('remove', { groupId: first, objectType: 'group', objectIds: second });
		expect(jsonOf(items)).toMatchObject([{ removed: [{ objectType: 'group', id: Number(second) }] }]);
		expect(server.group(second)?.associatedGroups).toEqual([]);
	});

	test('from a group that does not exist is an error, not "not associated"', async () => {
		const { error } = await node('remove', { groupId: '987654', objectIds: '101' });
		expect(error?.message).toContain('The requested item(s) were not found.');
		expect(writes()).toEqual([]);
	});
});

describe.each(['add', 'remove'])('%s', (operation) => {
	test.each<[string, object, string]>([
		['no objects', {}, '"Object IDs" (objectIds) is empty'],
		['blank objects', { objectIds: '={{ " , " }}' }, '"Object IDs" (objectIds) is empty'],
		['an ID that is none', { objectIds: '101, badguy.com' }, '"Object IDs" (objectIds) must be an ID'],
		['an inexact ID', { objectIds: '={{ 9007199254740993 }}' }, 'JavaScript cannot hold exactly'],
		[
			'an object of another type',
			{ objectIds: '={{ [{ objectType: "group", id: 101 }] }}' },
			'an entry has the objectType "group", not "indicator"',
		],
		['a value without a type', byValue({ type: '', summary: 'x' }), 'entry 1: "Type" (type) is missing'],
		['a hash that is none', byValue({ type: 'File', summary: 'abc' }), '"abc" is no file hash'],
		['a blank group', { groupId: '={{ " " }}', objectIds: '101' }, '"Group ID" (groupId) is empty'],
	])('refuses %s before anything is sent', async (_what, parameters, message) => {
		const { error } = await node(operation, { groupId: '1', ...parameters });
		expect(error?.message).toContain(message);
		expect(server.requests).toEqual([]);
	});

	test('does nothing for an empty array, and says so', async () => {
		const id = seed();
		const { items, error } = await node(operation, { groupId: id, objectIds: '={{ [] }}' });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'unchanged' }]);
		expect(writes()).toEqual([]);
	});

	test('takes the output of Get Many as it is, and a group by its XID', async () => {
		const id = seed({ xid: 'crm:1', associatedIndicators: operation === 'add' ? [] : ['101'] });
		const { error } = await node(operation, {
			findBy: 'xid',
			groupXid: 'crm:1',
			objectIds: '={{ [{ objectType: "indicator", id: 101, summary: "badguy.com" }] }}',
		});
		expect(error).toBeUndefined();
		expect(indicatorsOf(id)).toEqual(operation === 'add' ? ['101'] : []);
	});

	const outcome = { updated: operation === 'add' ? 'added' : 'removed' };
	const through = async (lose: LossRule, id: string) =>
		await runThreatConnectWithLosses(server, lose, {
			parameters: {
				resource: 'association',
				operation,
				groupId: id,
				objectType: 'indicator',
				objectIds: '101',
			},
		});
	const present = () => seed({ associatedIndicators: operation === 'add' ? [] : ['101'] });

	test.each(['before', 'after', 502, 'page'] as const)(
		'is done once when the answer is lost: %s',
		async (loss) => {
			const id = present();
			const { items, errors } = await through(loseFirst('PUT', loss), id);
			if (loss === 'page') {
				expect(errors).toHaveLength(1);
				return;
			}
			expect(errors).toEqual([]);
			expect(jsonOf(items)).toMatchObject([{ [outcome.updated]: [{ id: 101 }], _outcome: 'updated' }]);
			expect(indicatorsOf(id)).toEqual(operation === 'add' ? ['101'] : []);
		},
	);

	test('says that it may have been done when it cannot be looked up', async () => {
		const id = present();
		let isWritten = false;
		const { items, errors } = await through((method) => {
			if (method === 'PUT') isWritten = true;
			return method === 'PUT' ? 'after' : isWritten ? 404 : undefined;
		}, id);
		expect(items).toEqual([]);
		expect(JSON.stringify(errors)).toContain('may or may not');
	});

	test('fails when the list of what is associated is no list', async () => {
		const id = present();
		const { errors } = await through(
			(method) => (method === 'GET' ? { body: '{"status":"Success"}' } : undefined),
			id,
		);
		expect(JSON.stringify(errors)).toContain('without the list');
		expect(writes()).toEqual([]);
	});
});
