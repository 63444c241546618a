import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ALONE } from './n8n';
import { openStage, type Stage } from './stage';
import { addCredentials, example } from './workflows';

/** Both nodes as tools of an AI agent: `examples/agent-tools.json` is published, and a real MCP client uses it. */

const TOKEN = randomBytes(16).toString('hex');
let stage: Stage;
let client: Client;

const address = () => new URL(`${stage.n8n.url}/mcp/threatconnect-attackforge`);

async function connect(token: string): Promise<Client> {
	const agent = new Client({ name: 'agent', version: '1.0.0' });
	const headers = { ...ALONE, authorization: `Bearer ${token}` };
	await agent.connect(new StreamableHTTPClientTransport(address(), { requestInit: { headers } }));
	return agent;
}

/** Waits until the workflow listens, because n8n publishes in the background. */
async function untilListening(): Promise<void> {
	for (let attempt = 0; attempt < 60; attempt++) {
		const { status } = await fetch(address(), { method: 'POST', headers: ALONE });
		if (status !== 404) return;
		await sleep(500);
	}
	throw new Error('The MCP Server Trigger does not listen.');
}

beforeAll(async () => {
	stage = await openStage();
	await addCredentials(stage);
	await stage.session.addCredential('MCP clients', 'httpBearerAuth', { token: TOKEN });
	await stage.session.publishWorkflow(await stage.session.addWorkflow(example('agent-tools')));
	await untilListening();
	client = await connect(TOKEN);
});
afterAll(async () => {
	await client?.close();
	await stage?.close();
});

/** Calls a tool as an agent does. */
async function call(name: string, args: Record<string, unknown>): Promise<{ failed: boolean; text: string }> {
	const { content, isError } = await client.callTool({ name, arguments: args });
	const text = (content as Array<{ text?: string }>).map((part) => part.text ?? '').join('\n');
	return { failed: isError === true, text };
}

/** The record in the response of a tool. */
function recordIn(text: string): Record<string, unknown> {
	const answer = JSON.parse(text) as unknown;
	const [first] = (Array.isArray(answer) ? answer : [answer]) as Array<Record<string, unknown>>;
	if (!first) throw new Error(`No record in the answer of the tool: ${text}`);
	return first;
}

test('without the token an agent gets nothing', async () => {
	await expect(connect('wrong')).rejects.toThrow();
});

test('an agent sees the tools with their descriptions, and a schema that it can fill', async () => {
	const { tools } = await client.listTools();
	const listed = tools.map(({ name, description, inputSchema }) => ({
		name,
		description,
		parameters: Object.keys(inputSchema.properties ?? {}).sort(),
	}));
	expect(listed.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
		{
			name: 'Change_the_contact_of_a_customer',
			description: 'Change the primary contact of a customer group in AttackForge.',
			parameters: ['Contact_Email', 'Contact_Name', 'Group_ID'],
		},
		{
			name: 'Create_a_customer',
			description: 'Create a customer group in AttackForge. Returns the group with its ID.',
			parameters: ['Contact_Email', 'Contact_Name', 'Contact_Number', 'Group_Owner', 'Name'],
		},
		{
			name: 'Record_an_incident',
			description: 'Record an incident in ThreatConnect. Returns the incident with its ID.',
			parameters: ['Description', 'Event_Date', 'Name'],
		},
		{
			name: 'Set_the_status_of_an_incident',
			description: 'Change the status of an incident in ThreatConnect.',
			parameters: ['Group_ID', 'Status'],
		},
	]);
	const incident = tools.find(({ name }) => name === 'Record_an_incident');
	expect(incident?.inputSchema.properties?.Event_Date).toEqual({
		type: 'string',
		description: 'When it happened, as YYYY-MM-DDTHH:mm:ssZ',
	});
	expect(incident?.inputSchema.required).toEqual(expect.arrayContaining(['Name', 'Event_Date']));
});

test('an agent records an incident in ThreatConnect, and sets its status by the ID that it got', async () => {
	const created = await call('Record_an_incident', {
		Name: 'Beacon on WS-0533',
		Event_Date: '2026-11-21T08:00:00Z',
		Description: 'One connection every 60 seconds.',
	});
	expect(created.failed).toBe(false);
	const { id } = recordIn(created.text);
	expect(stage.threatConnect.group(String(id))).toMatchObject({
		type: 'Incident',
		name: 'Beacon on WS-0533',
		fields: { eventDate: '2026-11-21T08:00:00Z', status: 'New' },
		attributes: [expect.objectContaining({ type: 'Description', value: 'One connection every 60 seconds.' })],
	});
	const updated = await call('Set_the_status_of_an_incident', {
		Group_ID: String(id),
		Status: 'Containment Achieved',
	});
	expect(updated.failed).toBe(false);
	expect(stage.threatConnect.group(String(id))?.fields.status).toBe('Containment Achieved');
});

test('an agent creates a customer in AttackForge, and changes its contact', async () => {
	const created = await call('Create_a_customer', {
		Name: 'Harbor Bank',
		Group_Owner: 'Ines Okafor',
		Contact_Name: 'Tom Reyes',
		Contact_Number: '+1 555 0100',
		Contact_Email: 'tom.reyes@harborbank.example',
	});
	const { id } = recordIn(created.text);
	const updated = await call('Change_the_contact_of_a_customer', {
		Group_ID: String(id),
		Contact_Name: 'Ada Reyes',
		Contact_Email: 'ada.reyes@harborbank.example',
	});
	expect(recordIn(updated.text).primary_contact_name).toBe('Ada Reyes');
	expect(stage.attackForge.group(String(id))).toMatchObject({
		name: 'Harbor Bank',
		primary_contact_name: 'Ada Reyes',
		primary_contact_email: 'ada.reyes@harborbank.example',
		primary_contact_number: '+1 555 0100',
	});
});

test.each([
	{
		mistake: 'a date that could be two days',
		tool: 'Record_an_incident',
		args: { Name: 'X', Event_Date: '03/04/2026', Description: 'Y' },
		says: ['eventDate', '03/04/2026', 'YYYY-MM-DD'],
	},
	{
		mistake: 'a status that incidents do not have',
		tool: 'Set_the_status_of_an_incident',
		args: { Group_ID: '1', Status: 'Almost done' },
		says: ['status', 'Almost done', 'Containment Achieved'],
	},
	{
		mistake: 'an incident that does not exist',
		tool: 'Set_the_status_of_an_incident',
		args: { Group_ID: '999999', Status: 'Open' },
		says: ['not found', 'Check the ID'],
	},
	{
		mistake: 'an ID that is none',
		tool: 'Change_the_contact_of_a_customer',
		args: { Group_ID: 'Harbor Bank', Contact_Name: 'A', Contact_Email: 'a@b.example' },
		says: ['groupId', 'Harbor Bank', '24 hexadecimal digits'],
	},
])('$mistake: the agent is told what is wrong and what would be right', async ({ tool, args, says }) => {
	const { text } = await call(tool, args);
	for (const words of says) expect(text).toContain(words);
});
