import type { IBinaryKeyData } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf, type RunOptions } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** What holds for the whole run, what holds for each item, and what an item keeps. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const byName = { type: 'Threat', name: '={{ $json.name }}' };
const named = (...names: string[]) => names.map((name) => ({ name }));
const writes = () => server.requests.filter(({ method }) => method !== 'GET').length;
const goOn: Partial<RunOptions> = { onError: 'continueErrorOutput' };

test('an option whose expression fails for the first item fails only that item', async () => {
	const { items, errors } = await node(
		'create',
		{
			...byName,
			options: { additionalJson: '={{ $json.name === "bad" ? $("Nowhere").first().json : "{}" }}' },
		},
		{ items: named('bad', 'good', 'good too'), ...goOn },
	);
	expect(jsonOf(items).map(({ name }) => name)).toEqual(['good', 'good too']);
	expect(jsonOf(errors).map(({ name }) => name)).toEqual(['bad']);
});

describe('a credential with an expression', () => {
	const tokens = (...values: string[]) => values.map((token, index) => ({ token, name: `Token ${index}` }));
	const right = () => server.credentials.apiToken;
	const withExpression = async (items: RunOptions['items'], more: Partial<RunOptions> = {}) =>
		await node('create', byName, {
			credentials: { threatConnectApi: { baseUrl: server.url, apiToken: '={{ $json.token }}' } },
			items,
			...more,
		});

	test('that depends on the item is refused before anything is sent, where items differ', async () => {
		const before = server.requests.length;
		const { error } = await withExpression(tokens(right(), right(), 'of another client'));
		expect(error?.message).toContain('The credential has other values for item 2 than for item 0');
		expect(error?.description).toContain('Nothing was sent for any item.');
		expect(JSON.stringify(error)).not.toContain('of another client');
		const { items, errors } = await withExpression(tokens(right(), 'of another client'), goOn);
		expect(items).toEqual([]);
		expect(errors).toHaveLength(2);
		expect(server.requests).toHaveLength(before);
	});

	test('is used if it is the same for all items, or if there is one item', async () => {
		expect((await withExpression(tokens(right(), right()))).items).toHaveLength(2);
		expect((await withExpression(tokens(right()))).items).toHaveLength(1);
	});

	test('that does not depend on the item is resolved once for all items', async () => {
		const { items, decrypted } = await node('create', byName, {
			credentials: { threatConnectApi: { baseUrl: server.url, apiToken: `={{ "${right()}" }}` } },
			items: named('a', 'b', 'c', 'd'),
		});
		expect(items).toHaveLength(4);
		expect(decrypted).toBe(2);
	});
});

describe("an item's files", () => {
	const file = (text: string): IBinaryKeyData => ({
		data: { data: Buffer.from(text).toString('base64'), mimeType: 'text/plain', fileName: 'a.txt' },
	});

	test('go with it to the error output, so that it can be sent again', async () => {
		const { errors } = await node(
			'create',
			{ ...byName, additionalFields: { ownerName: 'Nobody' } },
			{ items: named('a', ''), binary: [file('first'), file('second')], ...goOn },
		);
		expect(errors.map(({ binary }) => binary)).toEqual([file('first'), file('second')]);
	});

	test('stay beside the file that is downloaded', async () => {
		const { id } = server.seedGroup({ type: 'Document', name: 'Doc' });
		await server.seedFile(id, Buffer.from('text'), 'd.txt');
		const { items } = await node(
			'download',
			{ resource: 'file', findBy: 'id', groupId: id, outputField: 'report' },
			{ binary: [file('mine')] },
		);
		expect(Object.keys(items[0]?.binary ?? {}).sort()).toEqual(['data', 'report']);
		expect(items[0]?.binary?.data).toEqual(file('mine').data);
	});
});

describe("the data mode in n8n's own words", () => {
	test('defineBelow takes the fields of the form', async () => {
		const { items, error } = await node('create', {
			...byName,
			name: 'Below',
			dataMode: 'defineBelow',
			additionalFields: { xid: 'below-1' },
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ name: 'Below', xid: 'below-1' }]);
	});

	test("autoMapInputData takes the item's own keys", async () => {
		const { items } = await node(
			'create',
			{ type: 'Threat', dataMode: 'autoMapInputData' },
			{ items: named('Mapped') },
		);
		expect(jsonOf(items)).toMatchObject([{ name: 'Mapped' }]);
	});

	test('another mode is refused with the list of modes, and nothing is sent', async () => {
		const before = writes();
		const { error } = await node('create', { ...byName, name: 'Never', dataMode: 'automatic' });
		expect(`${error?.message} ${error?.description}`).toMatch(/dataMode.*automatic.*define.*autoMap.*json/s);
		expect(writes()).toBe(before);
	});
});
