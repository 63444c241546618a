import type { IDataObject } from 'n8n-workflow';

import { table } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { GROUP_TYPES, startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { everyField } from './everyField';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** What the operations that write a group return of it: all that the item sets, in the same columns for each outcome. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

type Values = Record<string, unknown>;

const pick = (values: Values, names: readonly string[]): Values =>
	Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));

/** An item with what each new group of the type needs, one for each further field, and one with all fields. */
function itemsOf(type: string, run: string): Values[] {
	const given: Values = { ownerName: 'Demo Organization', ...everyField(type).given };
	const required = table.fields
		.filter((field) => field.create === 'required' && field.types?.includes(type))
		.map(({ name }) => name);
	return [[], ...Object.keys(given).map((name) => [name]), Object.keys(given)].map((names, index) => ({
		type,
		name: `${type} ${index}`,
		xid: `${run}:${type}:${index}`,
		...pick(given, [...required, ...names, ...(names.includes('malware') ? ['password'] : [])]),
	}));
}

/** Description and Source are attributes, and no response shows a password. */
const keysThatShow = (item: Values): string[] =>
	Object.keys(item)
		.filter((name) => name !== 'password')
		.map((name) => (name === 'description' || name === 'source' ? 'attributes' : name));

async function outputOf(operation: string, items: Values[], parameters: IDataObject): Promise<IDataObject[]> {
	const { items: output, error } = await node(
		operation,
		{ dataMode: 'autoMap', ...parameters },
		{
			items: items as IDataObject[],
		},
	);
	expect(error).toBeUndefined();
	expect(output).toHaveLength(items.length);
	return jsonOf(output);
}

describe.each([false, true])('with Simplify %s', (simplify) => {
	test.each(GROUP_TYPES)('%s: each field that an item sets comes back, in each outcome', async (type) => {
		const items = itemsOf(type, `upsert ${simplify}`);
		const changed = items.map((item) => ({ ...item, name: `${String(item.name)}, changed` }));
		const columns: string[][][] = [];
		for (const given of [items, changed, changed]) {
			const output = await outputOf('upsert', given, { matchBy: 'xid', simplify });
			const expected = ['created', 'updated', 'unchanged'][columns.length];
			expect(output[0]?._outcome).toBe(expected);
			for (const [index, json] of output.entries())
				expect(Object.keys(json)).toEqual(expect.arrayContaining(keysThatShow(given[index] ?? {})));
			columns.push(output.map((json) => Object.keys(json)));
		}
		expect(columns[1]).toEqual(columns[0]);
		expect(columns[2]).toEqual(columns[0]);
		for (const [first, second] of columns[0] ?? []) expect([first, second]).toEqual(['id', 'name']);
	});

	test.each(GROUP_TYPES)('%s: each field that a Create or an Update sets comes back', async (type) => {
		const items = itemsOf(type, `create ${simplify}`);
		const created = await outputOf('create', items, { simplify });
		const updates = items.map(({ ownerName: _ownerName, ...item }) => item);
		const updated = await outputOf('update', updates, {
			findBy: 'xid',
			groupXid: '={{ $json.xid }}',
			simplify,
		});
		for (const [output, given] of [
			[created, items],
			[updated, updates],
		] as const) {
			for (const [index, json] of output.entries()) {
				expect(Object.keys(json)).toEqual(expect.arrayContaining(keysThatShow(given[index] ?? {})));
				expect(Object.keys(json).slice(0, 2)).toEqual(['id', 'name']);
			}
		}
	});
});
