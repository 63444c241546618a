import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { until } from '../e2e/running';
import { jsonOf } from './harness';
import { withThreatConnect } from './support';

/** Bulk Import uses each item's own options, and writes no group twice or over another. */

const autoMap = { dataMode: 'autoMap', type: 'Threat' };
const goOn = { onError: 'continueErrorOutput' as const };
const attribute = (value: string) => [{ type: 'Description', value }];

const jobsOf = ({ requests }: ThreatConnectSimulator) =>
	requests
		.filter(({ method, target }) => method === 'POST' && target === '/api/v2/batch')
		.map(({ body }) => JSON.parse(body ?? '') as Record<string, unknown>);
const uploadsOf = ({ requests }: ThreatConnectSimulator) =>
	requests.filter(({ method, target }) => method === 'POST' && /\/v2\/batch\/\d+$/.test(target));

test('an option of one item applies to no other: items with other settings have jobs of their own', async () => {
	await withThreatConnect({}, async (server, node) => {
		for (const xid of ['a', 'b']) {
			server.seedGroup({ type: 'Threat', name: xid, xid, tags: ['Old'] });
		}
		const { error } = await node(
			'bulkImport',
			{ ...autoMap, options: { tagWriteType: '={{ $json.mode }}' } },
			{
				items: [
					{ name: 'a', xid: 'a', tags: 'New', mode: 'Replace' },
					{ name: 'b', xid: 'b', tags: 'New', mode: 'Append' },
				],
			},
		);
		expect(error).toBeUndefined();
		expect(jobsOf(server).map(({ tagWriteType }) => tagWriteType)).toEqual(['Replace', 'Append']);
		expect(server.groups().map(({ tags }) => tags.map(({ name }) => name))).toEqual([
			['New'],
			['Old', 'New'],
		]);
	});
});

test('an import whose result is unknown is not uploaded again by Retry On Fail', async () => {
	await withThreatConnect({ batchDelay: 5000 }, async (server, node) => {
		const { error } = await node(
			'bulkImport',
			{ ...autoMap, options: { timeLimit: 1 } },
			{ items: [{ name: 'a', xid: 'a', attributes: attribute('once') }], retryOnFail: true, maxTries: 3 },
		);
		expect(error?.message).toContain('What became of the batch job is unknown');
		await until(() => server.groups().length > 0, 60_000);
		expect(uploadsOf(server)).toHaveLength(1);
		expect(server.groups()[0]?.attributes).toHaveLength(1);
	});
});

test('with retry, an item that was refused for its XID does not overwrite the group of the first', async () => {
	await withThreatConnect({}, async (server, node) => {
		const { errors } = await node('bulkImport', autoMap, {
			items: [
				// n8n tries again because the first item failed.
				{ name: 'Bad', xid: 'bad', attributes: [{ type: 'No such type', value: 'v' }] },
				{ name: 'First', xid: 'x' },
				{ name: 'Second', xid: 'x' },
			],
			...goOn,
			retryOnFail: true,
			maxTries: 3,
		});
		expect(server.groups().map(({ name }) => name)).toEqual(['First']);
		expect(uploadsOf(server).length).toBeGreaterThan(1);
		expect(jsonOf(errors)[1]?.error).toBe('Item 1 of this run has the same XID "x"');
	});
});

describe('of items with the same XID, by option,', () => {
	const last = { ...autoMap, options: { repeatedXids: 'last' } };
	test('the last is imported, and the earlier ones say so', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { items } = await node('bulkImport', last, {
				items: ['One', 'Two', 'Three'].map((name) => ({ name, xid: 'x' })),
			});
			const by = (index: number) => `Item ${index} of this run has the same XID and was imported instead.`;
			expect(jsonOf(items)).toMatchObject([
				{ xid: 'x', _outcome: 'superseded', _notice: by(2) },
				{ xid: 'x', _outcome: 'superseded', _notice: by(2) },
				{ xid: 'x', name: 'Three', _outcome: 'imported' },
			]);
			expect(server.groups().map(({ name }) => name)).toEqual(['Three']);
		});
	});

	test('all fail if the last one fails', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { items, errors } = await node('bulkImport', last, {
				items: [
					{ name: 'One', xid: 'x' },
					{ name: 'Two', xid: 'x', attributes: [{ type: 'No such type', value: 'v' }] },
				],
				...goOn,
			});
			expect(items).toEqual([]);
			expect(errors).toHaveLength(2);
			expect(server.groups()).toEqual([]);
		});
	});
});

describe('items with the same XID, merged by option,', () => {
	const merge = {
		dataMode: 'autoMap',
		type: 'Incident',
		options: { repeatedXids: 'merge', associatedGroupXid: '={{ $json.of ?? "" }}' },
	};
	const finding = (host: string, tags: string[]) => ({
		name: `Finding on ${host}`,
		xid: 'cve',
		tags: ['Nessus', ...tags],
		attributes: [{ type: 'Description', value: host }],
		associatedIndicators: [{ type: 'Host', summary: host }],
	});

	test('are one group with the lists of all, each entry once, and the other values of the last', async () => {
		await withThreatConnect({}, async (server, node) => {
			server.seedGroup({ type: 'Incident', name: 'Related', xid: 'related' });
			const { items } = await node('bulkImport', merge, {
				items: [
					finding('a.example.com', ['Web']),
					{ ...finding('b.example.com', []), of: 'related' },
					{ ...finding('b.example.com', ['DB']), status: 'Open', eventDate: '' },
				],
			});
			const notice = 'Item 2 of this run has the same XID: both were imported as one group.';
			expect(jsonOf(items)).toMatchObject([
				{ xid: 'cve', _outcome: 'merged', _notice: notice },
				{ xid: 'cve', _outcome: 'merged', _notice: notice },
				{ xid: 'cve', name: 'Finding on b.example.com', _outcome: 'imported' },
			]);
			const group = server.groups().find(({ xid }) => xid === 'cve');
			expect(group).toMatchObject({ name: 'Finding on b.example.com', fields: { status: 'Open' } });
			const namesOf = (rows: Array<Record<string, unknown>> = [], key = 'name') =>
				rows.map((row) => row[key]).sort();
			expect(namesOf(group?.tags)).toEqual(['DB', 'Nessus', 'Web']);
			expect(namesOf(group?.attributes, 'value')).toEqual(['a.example.com', 'b.example.com']);
			expect(namesOf(group?.associatedIndicators, 'summary')).toEqual(['a.example.com', 'b.example.com']);
			expect(namesOf(group?.associatedGroups)).toEqual(['Related']);
		});
	});

	test('say of an indicator each what they say last, in whichever case they name it', async () => {
		await withThreatConnect({}, async (server, node) => {
			const naming = (...associatedIndicators: object[]) => ({ name: 'One', xid: 'x', associatedIndicators });
			await node('bulkImport', merge, {
				items: [
					naming({ type: 'Host', summary: 'a.example', rating: 1, confidence: 50, tags: 'C2' }),
					naming({ type: 'Host', summary: 'A.example', rating: 5, tags: 'DGA' }),
					naming({ type: 'Host', summary: 'a.example' }, { type: 'URL', summary: 'http://a.example/A' }),
					naming({ type: 'URL', summary: 'http://a.example/a' }, { type: 'Mutex', summary: 'a.example' }),
				],
			});
			const file = server.requests.find(({ target }) => /\/v2\/batch\/\d+$/.test(target))?.body ?? '';
			expect(JSON.parse(file)).toMatchObject({
				indicator: [
					{ type: 'Host', rating: 5, confidence: 50, tag: [{ name: 'C2' }, { name: 'DGA' }] },
					{ type: 'URL', summary: 'http://a.example/A' },
					{ type: 'URL', summary: 'http://a.example/a' },
					{ type: 'Mutex', summary: 'a.example' },
				],
			});
		});
	});

	test('say before the import what would become of the group', async () => {
		await withThreatConnect({}, async (server, node) => {
			const preview = { ...merge, options: { ...merge.options, preview: true } };
			const { items } = await node('bulkImport', preview, {
				items: [finding('a.example.com', ['Web']), finding('b.example.com', ['DB'])],
			});
			const tags = ['Nessus', 'Web', 'DB'];
			expect(jsonOf(items)).toMatchObject([
				{ _preview: true, _outcome: 'merged' },
				{ _preview: true, _outcome: 'created', _changes: { tags: { added: tags, removed: [] } } },
			]);
			expect(server.groups()).toEqual([]);
		});
	});

	test('fail if they are of different types, or if one of them is not to be merged', async () => {
		await withThreatConnect({}, async (server, node) => {
			const { errors } = await node(
				'bulkImport',
				{ ...autoMap, options: { repeatedXids: '={{ $json.xids }}' } },
				{
					items: [
						{ name: 'One', xid: 'x', xids: 'merge' },
						{ name: 'Two', xid: 'x', xids: 'merge', type: 'Campaign' },
						{ name: 'Three', xid: 'x', xids: 'last' },
					],
					...goOn,
				},
			);
			const same = 'Item 0 of this run has the same XID "x"';
			expect(jsonOf(errors).map(({ error }) => error)).toEqual([same, same]);
			expect(server.groups().map(({ name }) => name)).toEqual(['One']);
		});
	});
});

test('attributes that replace those of the same types exist once, however often they are imported', async () => {
	await withThreatConnect({}, async (server, node) => {
		for (const value of ['old', 'new', 'new']) {
			const { error } = await node(
				'bulkImport',
				{ ...autoMap, options: { attributeWriteType: 'Singleton' } },
				{ items: [{ name: 'a', xid: 'a', attributes: attribute(value) }] },
			);
			expect(error).toBeUndefined();
		}
		expect(server.groups()[0]?.attributes).toMatchObject([{ value: 'new' }]);
	});
});

test('events with their type, and indicators with their rating, are imported', async () => {
	await withThreatConnect({}, async (server, node) => {
		const { error } = await node(
			'bulkImport',
			{ dataMode: 'autoMap', type: 'Event' },
			{
				items: [
					{
						name: 'a',
						eventType: 'Breach',
						ownerName: 'Demo Organization',
						ownerId: 2,
						associatedIndicators: [{ type: 'Host', summary: 'new.example', rating: 4, confidence: 50 }],
					},
				],
			},
		);
		expect(error).toBeUndefined();
		expect(server.groups()[0]?.fields).toMatchObject({ eventType: 'Breach' });
		expect(server.indicators().at(-1)).toMatchObject({ summary: 'new.example', rating: 4, confidence: 50 });
	});
});
