import { setTimeout as sleep } from 'node:timers/promises';
import { type LossRule, startLossyProxy } from '../support/lossyProxy';
import { type ScriptedModel, startScriptedModel, type Step, type Turn } from '../support/scriptedModel';
import { ALONE, type Execution, type Workflow } from './n8n';
import { openStage, type Stage } from './stage';
import {
	addCredentials,
	ATTACKFORGE,
	example,
	failuresOf,
	THREATCONNECT,
	TRIGGER,
	workflowOf,
} from './workflows';

/**
 * Both nodes as tools of n8n's agents, driven by a model whose answers are written down: the AI Agent node, a sub-agent, and
 * n8n's Agents. The MCP Server Trigger is in mcp.e2e.ts.
 */

let stage: Stage;
let model: ScriptedModel;
let openAi: string;
beforeAll(async () => {
	model = await startScriptedModel();
	stage = await openStage();
	await addCredentials(stage);
	openAi = await stage.session.addCredential('OpenAi account', 'openAiApi', {
		apiKey: 'scripted',
		url: model.url,
	});
});
afterAll(async () => {
	await stage?.close();
	await model?.close();
});

type Node = Workflow['nodes'][number] & { parameters?: Record<string, unknown> };
type Connections = Record<
	string,
	Record<string, Array<Array<{ node: string; type: string; index: number }>>>
>;

/** A node of a workflow, with credentials that n8n finds by their names. */
const node = (name: string, type: string, typeVersion: number, more: Record<string, unknown> = {}): Node => ({
	id: name,
	name,
	type,
	typeVersion,
	position: [0, 0],
	parameters: {},
	...more,
});

const withCredential = (type: string, name: string) => ({
	credentials: { [type]: { id: `unknown-${type}`, name } },
});

const chatModel = (name: string, of: string): Node =>
	node(name, '@n8n/n8n-nodes-langchain.lmChatOpenAi', 1.3, {
		parameters: { model: { __rl: true, mode: 'id', value: of }, options: {} },
		...withCredential('openAiApi', 'OpenAi account'),
	});

const agent = (text: string, options = {}): Node =>
	node('AI Agent', '@n8n/n8n-nodes-langchain.agent', 3.1, {
		parameters: { promptType: 'define', text, options },
	});

/** A workflow that starts an agent by hand. @param wires from each node to the node that uses it, with the connection's type */
function agentWorkflow(name: string, nodes: Node[], wires: Array<[string, string, string]>): Workflow {
	const connections: Connections = {
		[TRIGGER]: { main: [[{ node: 'AI Agent', type: 'main', index: 0 }]] },
	};
	for (const [from, to, type] of wires) connections[from] = { [type]: [[{ node: to, type, index: 0 }]] };
	const start = node(TRIGGER, 'n8n-nodes-base.manualTrigger', 1);
	return { name, nodes: [start, ...nodes], connections, settings: { executionOrder: 'v1' } };
}

async function run(workflow: Workflow): Promise<Execution> {
	return await stage.session.runWorkflow(await stage.session.addWorkflow(workflow), TRIGGER);
}

const answerOf = ({ nodes }: Execution) => nodes['AI Agent']?.at(-1)?.data?.main[0]?.[0]?.json.output;

/** The record in the answer of a tool, however n8n wraps it. */
function recordIn(result: string | undefined): Record<string, unknown> {
	const find = (value: unknown): Record<string, unknown> | undefined => {
		if (typeof value === 'string') return /^\s*[[{]/.test(value) ? find(JSON.parse(value)) : undefined;
		if (typeof value !== 'object' || value === null) return undefined;
		if ('id' in value && 'name' in value) return value;
		return Object.values(value)
			.map(find)
			.find((one) => one !== undefined);
	};
	const record = find(result);
	if (!record) throw new Error(`No record in the answer of a tool: ${result}`);
	return record;
}

const last = ({ results }: Turn, count: number) => results.slice(-count);

/** The tools of examples/agent-tools.json. */
const exampleTools = () => example('agent-tools').nodes.filter(({ type }) => type.endsWith('Tool'));

const SAID = 'A beacon was seen, and Harbor Bank is a new customer.';

const INCIDENT = { Event_Date: '2026-11-21T08:00:00Z', Description: 'One connection every 60 seconds.' };
const CUSTOMER = {
	Name: 'Harbor Bank',
	Group_Owner: 'Ines Okafor',
	Contact_Name: 'Tom Reyes',
	Contact_Number: '+1 555 0100',
	Contact_Email: 'tom.reyes@harborbank.example',
};

/**
 * Creates a group in each service at the same time, makes a mistake in an update, corrects it by what it is told, and ends.
 *
 * @returns what the model was told of its mistake
 */
function scriptOfWork(name: string, prefix: string): { told(): string } {
	let told = '';
	let incident: unknown;
	model.script(
		name,
		() => [
			{ tool: 'Record_an_incident', args: { ...INCIDENT, Name: `${prefix} beacon` } },
			{ tool: 'Create_a_customer', args: { ...CUSTOMER, Name: `${prefix} Bank` } },
		],
		(turn) => {
			const [created, customer] = last(turn, 2).map(recordIn);
			incident = created?.id;
			return [
				{
					tool: 'Set_the_status_of_an_incident',
					args: { Group_ID: String(incident), Status: 'Almost done' },
				},
				{
					tool: 'Change_the_contact_of_a_customer',
					args: {
						Group_ID: String(customer?.id),
						Contact_Name: 'Ada Reyes',
						Contact_Email: 'ada.reyes@harborbank.example',
					},
				},
			];
		},
		(turn) => {
			told = last(turn, 2).join('\n');
			return [
				{
					tool: 'Set_the_status_of_an_incident',
					args: { Group_ID: String(incident), Status: 'Containment Achieved' },
				},
			];
		},
		(turn) => `Done: ${String(recordIn(last(turn, 1)[0]).status)}`,
	);
	return { told: () => told };
}

function expectWorkDone(prefix: string): void {
	const incidents = stage.threatConnect.groups().filter((group) => group.name === `${prefix} beacon`);
	expect(incidents).toHaveLength(1);
	expect(incidents[0]?.fields).toMatchObject({
		status: 'Containment Achieved',
		eventDate: INCIDENT.Event_Date,
	});
	const customers = stage.attackForge.groups().filter((group) => group.name === `${prefix} Bank`);
	expect(customers).toEqual([
		expect.objectContaining({
			primary_contact_name: 'Ada Reyes',
			primary_contact_email: 'ada.reyes@harborbank.example',
			primary_contact_number: '+1 555 0100',
		}),
	]);
}

/** What a model needs to correct its call: the parameter, its value, and the values that are allowed. */
const TOLD = /Status\\?" \(status\) cannot be \\?"Almost done[^]*Allowed values: [^]*Containment Achieved/;

const TOOLS = [
	'Change_the_contact_of_a_customer',
	'Create_a_customer',
	'Record_an_incident',
	'Set_the_status_of_an_incident',
];

test('the AI Agent node creates and updates a group in each service, and corrects a call by what it is told', async () => {
	const tools = exampleTools();
	const { told } = scriptOfWork('worker', 'First');
	const execution = await run(
		agentWorkflow(
			'Agent',
			[agent(SAID), chatModel('Model', 'worker'), ...tools],
			[
				['Model', 'AI Agent', 'ai_languageModel'],
				...tools.map(({ name }): [string, string, string] => [name, 'AI Agent', 'ai_tool']),
			],
		),
	);
	expect(execution.error).toBeUndefined();
	expect(answerOf(execution)).toBe('Done: Containment Achieved');
	const [first] = model.turns('worker');
	expect(first?.said).toContain(SAID);
	expect(first?.tools.map(({ name }) => name).sort()).toEqual(TOOLS);
	expect(told()).toMatch(TOLD);
	expectWorkDone('First');
});

/** A tool whose groups get a name from the model, through a service that loses answers. */
const createTool = (name: string, more: Record<string, unknown>, credential: string): Node =>
	node(name, `${THREATCONNECT}Tool`, 1, {
		parameters: {
			descriptionType: 'manual',
			toolDescription: 'Create a threat.',
			authentication: 'apiToken',
			resource: 'group',
			operation: 'create',
			type: 'Threat',
			name: "={{ $fromAI('Name') }}",
		},
		...withCredential('threatConnectApi', credential),
		...more,
	});

const threats = (name: string) => stage.threatConnect.groups().filter((group) => group.name === name);

test('two calls at the same time make two groups, also where they are equal', async () => {
	model.script(
		'pair',
		() => [
			{ tool: 'Create_a_threat', args: { Name: 'Pair' } },
			{ tool: 'Create_a_threat', args: { Name: 'Pair' } },
		],
		(turn) =>
			last(turn, 2)
				.map((one) => recordIn(one).id)
				.join(' '),
	);
	const execution = await run(
		agentWorkflow(
			'Pair',
			[agent('Two'), chatModel('Model', 'pair'), createTool('Create a threat', {}, 'ThreatConnect account')],
			[
				['Model', 'AI Agent', 'ai_languageModel'],
				['Create a threat', 'AI Agent', 'ai_tool'],
			],
		),
	);
	expect(failuresOf(execution)).toEqual([]);
	const made = threats('Pair').map(({ id }) => id);
	expect(made).toHaveLength(2);
	expect(String(answerOf(execution)).split(' ').sort()).toEqual(made.sort());
});

/** In the first try the group is made, its answer is lost, and looking it up is refused, twice. */
const lostAtFirst: LossRule = (method, _path, earlier) => {
	if (method === 'POST' && earlier === 0) return 'after';
	return method === 'GET' && earlier < 2 ? 400 : undefined;
};

const RETRIED = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

test.each([
	{ way: 'the AI Agent node', hasSubAgent: false },
	{ way: 'a sub-agent', hasSubAgent: true },
])(
	'Retry On Fail of a tool of $way: a group whose answer is lost is made once',
	async ({ way, hasSubAgent }) => {
		let reads = 0;
		const proxy = await startLossyProxy(stage.threatConnect.url, (method, path, earlier, length) => {
			if (method === 'GET') reads += 1;
			return lostAtFirst(method, path, earlier, length);
		});
		try {
			const credential = `Through a proxy, for ${way}`;
			await stage.session.addCredential(credential, 'threatConnectApi', {
				baseUrl: proxy.url,
				apiToken: stage.threatConnect.credentials.apiToken,
			});
			const name = `Retried by ${way}`;
			const tool = createTool('Create a threat', RETRIED, credential);
			const calls = () => [{ tool: 'Create_a_threat', args: { Name: name } }];
			const says = (turn: Turn) => String(recordIn(last(turn, 1)[0]).name);
			const subAgent = node('Assistant', '@n8n/n8n-nodes-langchain.agentTool', 3, {
				parameters: { toolDescription: 'Does what it is told.', text: "={{ $fromAI('Task') }}", options: {} },
			});
			model.script(
				'retried',
				...(hasSubAgent ? [() => [{ tool: 'Assistant', args: { Task: 'Create it' } }]] : [calls]),
				(turn) => (hasSubAgent ? (last(turn, 1)[0] ?? '') : says(turn)),
			);
			model.script('child', calls, says);
			const execution = await run(
				agentWorkflow(
					`Retried ${way}`,
					[
						agent('One'),
						chatModel('Model', 'retried'),
						tool,
						...(hasSubAgent ? [subAgent, chatModel('Model of the assistant', 'child')] : []),
					],
					[
						['Model', 'AI Agent', 'ai_languageModel'],
						['Create a threat', hasSubAgent ? 'Assistant' : 'AI Agent', 'ai_tool'],
						...(hasSubAgent
							? ([
									['Assistant', 'AI Agent', 'ai_tool'],
									['Model of the assistant', 'Assistant', 'ai_languageModel'],
								] satisfies Array<[string, string, string]>)
							: []),
					],
				),
			);
			expect(execution.error).toBeUndefined();
			expect(String(answerOf(execution))).toContain(name);
			expect(threats(name)).toHaveLength(1);
			// The group was found in a later try.
			expect(reads).toBeGreaterThan(2);
		} finally {
			await proxy.close();
		}
	},
);

/** Asks an agent of n8n's Agents, made by the API of its editor. @returns what it says */
async function chat(message: string, ofModel: string, tools: Node[]): Promise<string> {
	const { session } = stage;
	const projects = (await session.call('GET', '/rest/projects/personal')) as { id: string };
	const base = `/rest/projects/${projects.id}/agents/v2`;
	const { id } = await session.call('POST', base, { name: ofModel });
	const { configHash } = await session.call('GET', `${base}/${String(id)}/config`);
	const credentials = (await session.call('GET', '/rest/credentials')) as unknown as Array<{
		id: string;
		name: string;
		type: string;
	}>;
	const credentialsOf = (type: string) => {
		const slot = type === `${ATTACKFORGE}Tool` ? 'attackForgeApi' : 'threatConnectApi';
		const found = credentials.find((one) => one.type === slot && one.name.endsWith('account'));
		return { [slot]: { id: found?.id, name: found?.name } };
	};
	await session.call('PUT', `${base}/${String(id)}/config`, {
		baseConfigHash: configHash,
		config: {
			name: ofModel,
			model: `openai/${ofModel}`,
			credential: openAi,
			instructions: 'Use the tools.',
			memory: { enabled: false, storage: 'n8n' },
			tools: tools.map(({ name, type, typeVersion, parameters }) => ({
				type: 'node',
				name,
				description: name,
				node: {
					// As its editor writes it.
					nodeType: type.replace(/Tool$/, ''),
					nodeTypeVersion: typeVersion,
					nodeParameters: parameters,
					credentials: credentialsOf(type),
				},
			})),
		},
	});
	const response = await session.request('POST', `${base}/${String(id)}/chat`, { message });
	const events = (await response.text()).split('\n').filter((line) => line.startsWith('data: {'));
	return events
		.map((line) => JSON.parse(line.slice('data: '.length)) as { type: string; delta?: string })
		.map(({ type, delta }) => (type === 'text-delta' ? delta : ''))
		.join('');
}

test("n8n's Agents create and update a group in each service, and correct a call by what they are told", async () => {
	const { told } = scriptOfWork('gpt-scripted', 'Second');
	expect(await chat(SAID, 'gpt-scripted', exampleTools())).toBe('Done: Containment Achieved');
	expect(told()).toMatch(TOLD);
	expectWorkDone('Second');
});

/**
 * Publishes an example, asks it by its chat, and answers in the place of its model.
 *
 * @returns what the assistant says
 */
async function askExample(workflow: Workflow, question: string, ...steps: Step[]) {
	const { session, n8n } = stage;
	const trigger: Node | undefined = workflow.nodes.find(({ type }) => type.endsWith('.chatTrigger'));
	const parameters = workflow.nodes.find(({ type }) => type.endsWith('.lmChatOpenAi'))?.parameters as {
		model: { value: string };
	};
	if (!trigger) throw new Error(`${workflow.name} has no chat`);
	// In the editor, nobody else may ask.
	trigger.parameters = { ...trigger.parameters, public: true };
	model.script(parameters.model.value, ...steps);
	await session.publishWorkflow(await session.addWorkflow(workflow));
	const address = `${n8n.url}/webhook/${String(trigger.webhookId)}/chat`;
	const body = JSON.stringify({ action: 'sendMessage', sessionId: workflow.name, chatInput: question });
	for (let attempt = 0; ; attempt++) {
		const headers = { ...ALONE, 'content-type': 'application/json' };
		const response = await fetch(address, { method: 'POST', headers, body });
		// n8n publishes in the background.
		if (response.status === 404 && attempt < 60) await sleep(500);
		else return { status: response.status, text: await response.text() };
	}
}

test('agent-triage: an indicator is looked up, and the incident is associated with the groups that know it', async () => {
	const { threatConnect } = stage;
	const known = threatConnect.seedGroup({ type: 'Adversary', name: 'Sable Fox' });
	await stage.session.runWorkflow(
		await stage.session.addWorkflow(
			workflowOf('Known', {
				name: 'Known',
				type: THREATCONNECT,
				parameters: {
					resource: 'group',
					operation: 'update',
					groupId: known.id,
					updateFields: {
						associatedIndicators: {
							list: { mode: 'append', data: { indicator: [{ type: 'Host', summary: 'files.badguy.com' }] } },
						},
					},
				},
			}),
		),
		TRIGGER,
	);
	let found: unknown;
	const { text } = await askExample(
		example('agent-triage'),
		'A beacon to files.badguy.com since eight.',
		() => [{ tool: 'Find_groups', args: { Indicator: 'files.badguy.com' } }],
		(turn) => {
			found = recordIn(last(turn, 1)[0]);
			return [{ tool: 'Record_an_incident', args: { ...INCIDENT, Name: 'Triaged beacon' } }];
		},
		(turn) => {
			const { id } = recordIn(last(turn, 1)[0]);
			const args = { Incident_ID: String(id), Group_IDs: known.id };
			return [
				{ tool: 'Associate_groups', args },
				{ tool: 'Associate_groups', args },
			];
		},
		(turn) => last(turn, 2).join(' '),
	);
	expect(Object.keys(found as object)).toEqual(['id', 'name', 'type', 'ownerName', 'webLink']);
	expect(text).toContain('Sable Fox');
	const [incident, ...others] = threats('Triaged beacon');
	expect(others).toEqual([]);
	expect(incident?.associatedGroups.map(({ name }) => name)).toEqual(['Sable Fox']);
});

test('agent-customers: a customer is made once although the call is repeated, and gets its member', async () => {
	const { attackForge } = stage;
	const user = attackForge.seedUser({ email_address: 'priya@harborbank.example' });
	const create = [{ tool: 'Create_or_update_customer', args: { ...CUSTOMER, Name: 'Asked Bank' } }];
	const { text } = await askExample(
		example('agent-customers'),
		'Asked Bank is a customer now.',
		() => [{ tool: 'Find_customers', args: { Name: 'asked' } }],
		() => create,
		() => create,
		(turn) => [
			{
				tool: 'Add_a_member',
				args: { Group_ID: String(recordIn(last(turn, 1)[0]).id), Email: 'priya@harborbank.example' },
			},
		],
		(turn) => last(turn, 1).join(''),
	);
	expect(text).toContain(user.id);
	const groups = attackForge.groups().filter(({ name }) => name === 'Asked Bank');
	expect(groups).toHaveLength(1);
	expect(groups[0]?.members).toEqual([expect.objectContaining({ userId: user.id, accessLevel: 'View' })]);
});

test('agent-reporting: the groups of a week come with their indicators, and one of them with its details', async () => {
	const today = String(threats('Triaged beacon')[0]?.dateAdded).slice(0, 10);
	let week = '';
	const { text } = await askExample(
		example('agent-reporting'),
		'What came in this week?',
		() => [{ tool: 'Groups_of_a_week', args: { From: today, To: today } }],
		(turn) => {
			week = last(turn, 1)[0] ?? '';
			const id = String(threats('Triaged beacon')[0]?.id);
			return [{ tool: 'One_group', args: { Group_ID: id } }];
		},
		(turn) => last(turn, 1).join(''),
	);
	expect(week).toContain('Triaged beacon');
	expect(week).toContain('associatedIndicators');
	expect(week).not.toContain('createdBy');
	expect(text).toContain('One connection every 60 seconds.');
});
