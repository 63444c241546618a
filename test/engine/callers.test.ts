import { startAttackForge, type AttackForgeSimulator } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { callAsTool, callFromAgents, type Tool } from './callers';
import { run } from './harness';
import { type LossRule, startLossyProxy } from '../support/lossyProxy';
import { CONTACTS } from './support';

/**
 * All ways in which n8n calls a node. In each of them the node works, nothing is done twice, and two calls are not
 * taken for one.
 */

let threatConnect: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
beforeAll(async () => {
	[threatConnect, attackForge] = await Promise.all([startThreatConnect(), startAttackForge()]);
});
afterAll(async () => await Promise.all([threatConnect.stop(), attackForge.stop()]));

const ofThreatConnect = (baseUrl = threatConnect.url) => ({
	type: 'threatConnectGroup' as const,
	credentials: { threatConnectApi: { baseUrl, apiToken: threatConnect.credentials.apiToken } },
});
const ofAttackForge = (baseUrl = attackForge.url) => ({
	type: 'attackForgeGroup' as const,
	credentials: { attackForgeApi: { baseUrl, apiKey: attackForge.credentials.apiKey } },
});

const create = { resource: 'group', operation: 'create' };
const madeWith = (prefix: string) =>
	threatConnect
		.groups()
		.map(({ name }) => String(name))
		.filter((name) => name.startsWith(prefix));

describe("in n8n's Agents, which run a node without an execution,", () => {
	test('a ThreatConnect group is created', async () => {
		const [item] = await callFromAgents(
			{ ...ofThreatConnect(), parameters: { ...create, type: 'Threat', name: '={{ $json.name }}' } },
			{ name: 'From an agent' },
		);
		expect(item?.json).toMatchObject({ name: 'From an agent' });
		expect(madeWith('From an agent')).toHaveLength(1);
	});

	test('groups are read', async () => {
		const items = await callFromAgents({
			...ofThreatConnect(),
			parameters: { resource: 'group', operation: 'getAll', limit: 1 },
		});
		expect(items).toHaveLength(1);
	});

	test('an AttackForge group is created', async () => {
		const [item] = await callFromAgents(
			{ ...ofAttackForge(), parameters: { ...create, ...CONTACTS, name: '={{ $json.name }}' } },
			{ name: 'From an agent' },
		);
		expect(item?.json).toMatchObject({ name: 'From an agent' });
	});

	test('two equal calls make two groups', async () => {
		const call = { ...ofThreatConnect(), parameters: { ...create, type: 'Threat', name: 'Equal agent' } };
		await Promise.all([callFromAgents(call), callFromAgents(call)]);
		expect(madeWith('Equal agent')).toHaveLength(2);
	});
});

/** In the first try the group is created, its response is lost, and the look-up is refused twice. */
const lostAtFirst: LossRule = (method, _path, earlier) => {
	if (method === 'POST' && earlier === 0) return 'after';
	return method === 'GET' && earlier < 2 ? 400 : undefined;
};

/** The name is another one in each try. */
const changing = (prefix: string) => ({
	...create,
	type: 'Threat',
	name: `={{ "${prefix} " + $now.toMillis() + Math.random() }}`,
});

async function throughLossyProxy<T>(
	target: string,
	lose: LossRule,
	act: (url: string) => Promise<T>,
): Promise<T> {
	const between = await startLossyProxy(target, lose);
	try {
		return await act(between.url);
	} finally {
		await between.close();
	}
}

describe('with expressions that give another value in each try, one group is made', () => {
	test("by n8n's Retry On Fail", async () => {
		const { error, items } = await throughLossyProxy(
			threatConnect.url,
			lostAtFirst,
			async (url) =>
				await run({
					...ofThreatConnect(url),
					parameters: changing('Retried'),
					retryOnFail: true,
					maxTries: 2,
				}),
		);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(madeWith('Retried')).toHaveLength(1);
	});

	test('of each item that had succeeded, by the retry of a failed execution that n8n has saved', async () => {
		const parameters = {
			...create,
			type: 'Threat',
			name: '={{ "Saved " + $json.name + " " + Math.random() }}',
			additionalFields: { ownerName: '={{ $json.owner }}' },
			options: { maxConcurrentRequests: 1 },
		};
		const items = ['a', 'b', 'c'].map((name) => ({ name, owner: name === 'b' ? 'Nobody' : '' }));
		const failed = await run({ ...ofThreatConnect(), parameters, items });
		expect(failed.error?.message).toContain('[item 1]');
		expect(madeWith('Saved')).toHaveLength(1);

		// Another process has only what was saved. The owner has been corrected since.
		const contextData = JSON.parse(JSON.stringify(failed.contextData)) as typeof failed.contextData;
		const again = await run({
			...ofThreatConnect(),
			parameters: { ...parameters, additionalFields: {} },
			items,
			contextData,
		});
		expect(again.error).toBeUndefined();
		expect(again.items).toHaveLength(3);
		expect(madeWith('Saved').map((name) => name.slice(0, 'Saved a'.length))).toEqual([
			'Saved a',
			'Saved b',
			'Saved c',
		]);
	});
});

describe('as a tool of a sub-agent or of the MCP Server Trigger, with Retry On Fail,', () => {
	const retried = { retryOnFail: true, maxTries: 3 };
	const byModel = { ...create, type: 'Threat', name: "={{ $fromAI('name') }}" };

	test('a group is made once, although each try has a run index of its own', async () => {
		let answer = '';
		await throughLossyProxy(threatConnect.url, lostAtFirst, async (url) => {
			await callAsTool({ ...ofThreatConnect(url), parameters: byModel, ...retried }, async (tool) => {
				answer = await tool.invoke({ name: 'Tool retried' });
			});
		});
		expect(answer).toContain('Tool retried');
		expect(madeWith('Tool retried')).toHaveLength(1);
	});

	test('a post whose answer is lost is not added again', async () => {
		const { id } = threatConnect.seedGroup({ type: 'Threat', name: 'Posted' });
		const lose: LossRule = (method, _path, earlier) =>
			method === 'POST' && earlier === 0 ? 'after' : undefined;
		const parameters = {
			resource: 'post',
			operation: 'add',
			findBy: 'id',
			groupId: id,
			text: "={{ $fromAI('text') }}",
		};
		let message = '';
		await throughLossyProxy(threatConnect.url, lose, async (url) => {
			await callAsTool({ ...ofThreatConnect(url), parameters, ...retried }, async (tool) => {
				message = await tool.invoke({ text: 'By a tool' }).catch((error: Error) => error.message);
			});
		});
		expect(message).toContain('may or may not');
		expect(threatConnect.posts().filter(({ text }) => text === 'By a tool')).toHaveLength(1);
	});

	test('an AttackForge group whose creation is in doubt is not made again', async () => {
		// The response to the create is lost, and so is every response that could show the group.
		const lose: LossRule = (method, _path, earlier) => {
			if (method === 'POST' && earlier === 0) return 'after';
			return method === 'GET' ? 400 : undefined;
		};
		const parameters = { ...create, ...CONTACTS, name: "={{ $fromAI('name') }}" };
		await throughLossyProxy(attackForge.url, lose, async (url) => {
			await callAsTool({ ...ofAttackForge(url), parameters, ...retried }, async (tool) => {
				await tool.invoke({ name: 'Tool customer' }).catch(() => undefined);
			});
		});
		expect(attackForge.groups().filter(({ name }) => name === 'Tool customer')).toHaveLength(1);
	});

	test.each<[string, (tool: Tool, name: string) => Promise<unknown>]>([
		[
			'one after the other',
			async (tool, name) => {
				await tool.invoke({ name });
				await tool.invoke({ name });
			},
		],
		[
			'at the same time',
			async (tool, name) => await Promise.all([tool.invoke({ name }), tool.invoke({ name })]),
		],
	])('two equal calls %s make two groups', async (how, script) => {
		const name = `Twice ${how}`;
		await callAsTool({ ...ofThreatConnect(), parameters: byModel, ...retried }, async (tool) => {
			await script(tool, name);
		});
		expect(madeWith(name)).toHaveLength(2);
	});

	test('a call after a failed call is not a repetition of it', async () => {
		const parameters = { ...byModel, type: "={{ $fromAI('type') }}" };
		await callAsTool({ ...ofThreatConnect(), parameters, ...retried }, async (tool) => {
			await tool.invoke({ name: 'Corrected', type: 'Nothing' }).catch(() => undefined);
			await tool.invoke({ name: 'Corrected', type: 'Threat' });
			await tool.invoke({ name: 'Corrected', type: 'Threat' });
		});
		expect(madeWith('Corrected')).toHaveLength(2);
	});
});
