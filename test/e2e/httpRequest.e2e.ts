import type { IncomingMessage } from 'node:http';
import { type HttpServer, startHttpServer } from '../support/httpServer';
import type { Execution } from './n8n';
import { openStage, type Stage } from './stage';
import { addCredentials, itemsOf, runByHand, workflowOf } from './workflows';

/** n8n's own HTTP Request node with our credentials, for what our nodes do not offer. */

let stage: Stage;
let elsewhere: HttpServer;
const strayed: IncomingMessage[] = [];

beforeAll(async () => {
	stage = await openStage();
	await addCredentials(stage);
	elsewhere = await startHttpServer((request, response) => {
		strayed.push(request);
		response.end('{}');
	});
});
afterAll(async () => {
	await elsewhere?.close();
	await stage?.close();
});

async function send(
	type: string,
	credential: string,
	parameters: Record<string, unknown>,
): Promise<Execution> {
	const node = {
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.5,
		parameters: { authentication: 'predefinedCredentialType', nodeCredentialType: type, ...parameters },
		credentials: { [type]: credential },
	};
	return await runByHand(stage.session, workflowOf('Call', node));
}

const answers = (execution: Execution) => itemsOf(execution, 'HTTP Request').map(({ json }) => json);

const query = (parameters: Record<string, string>) => ({
	sendQuery: true,
	queryParameters: {
		parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
	},
});

/** Pages of two entries until a page is not full. n8n evaluates both expressions for each response. */
const inPagesOfTwo = (offset: string, limit: string, list: string) => ({
	...query({ [limit]: '2' }),
	options: {
		pagination: {
			pagination: {
				paginationMode: 'updateAParameterInEachRequest',
				parameters: { parameters: [{ type: 'qs', name: offset, value: '={{ $pageCount * 2 }}' }] },
				paginationCompleteWhen: 'other',
				completeExpression: `={{ $response.body.${list}.length < 2 }}`,
			},
		},
	},
});

const isAsked = (requests: Array<{ target: string; status?: number }>, ...targets: string[]) => {
	for (const target of targets) {
		expect(requests).toContainEqual(expect.objectContaining({ target, status: 200 }));
	}
};

describe.each([
	{ type: 'threatConnectApi', credential: 'ThreatConnect account' },
	{ type: 'threatConnectHmacApi', credential: 'ThreatConnect HMAC account' },
])('$type', ({ type, credential }) => {
	const address = (path: string) => `${stage.threatConnect.url}/api/v3/${path}`;

	test('reads with a query that has to be encoded', async () => {
		const name = `It's 100% "odd" + (${type})`;
		stage.threatConnect.seedGroup({ type: 'Event', name });
		const tql = `summary = "${name.replace(/["']/g, '\\$&')}"`;
		const execution = await send(type, credential, { url: address('groups'), ...query({ tql }) });
		expect(answers(execution)).toEqual([
			expect.objectContaining({ status: 'Success', data: [expect.objectContaining({ name })] }),
		]);
	});

	test('writes a body', async () => {
		const name = `Written with ${type}`;
		const body = { sendBody: true, specifyBody: 'json', jsonBody: JSON.stringify({ type: 'Threat', name }) };
		await send(type, credential, { method: 'POST', url: address('groups'), ...body });
		expect(stage.threatConnect.groups()).toContainEqual(expect.objectContaining({ type: 'Threat', name }));
	});

	test('reads page after page', async () => {
		const prefix = `Page of ${type}`;
		stage.threatConnect.seedGroups(5, (index) => ({ type: 'Tool', name: `${prefix} ${index}` }));
		const parameters = inPagesOfTwo('resultStart', 'resultLimit', 'data');
		const tql = encodeURIComponent(`summary startswith "${prefix}"`);
		const execution = await send(type, credential, { url: address(`groups?tql=${tql}`), ...parameters });
		const names = answers(execution).flatMap(({ data }) =>
			(data as Array<{ name: string }>).map((one) => one.name),
		);
		expect(names.sort()).toEqual([0, 1, 2, 3, 4].map((index) => `${prefix} ${index}`));
		expect(answers(execution)).toHaveLength(3);
	});
});

describe('attackForgeApi', () => {
	const type = 'attackForgeApi';
	const credential = 'AttackForge account';
	const address = (path: string) => `${stage.attackForge.url}/api/ss/${path}`;

	test('reads with a query', async () => {
		const { name } = stage.attackForge.seedGroup({ name: 'Seen by HTTP Request' });
		const execution = await send(type, credential, {
			url: address('groups'),
			...query({ allGroups: 'true' }),
		});
		isAsked(stage.attackForge.requests, '/api/ss/groups?allGroups=true');
		const [{ groups } = {}] = answers(execution) as Array<{ groups?: unknown[] }>;
		expect(JSON.stringify(groups)).toContain(name);
	});

	test('writes a body', async () => {
		const group = {
			name: 'Written by HTTP Request',
			group_owner: 'A',
			primary_contact_name: 'B',
			primary_contact_number: '1',
			primary_contact_email: 'b@example.com',
		};
		const body = { sendBody: true, specifyBody: 'json', jsonBody: JSON.stringify(group) };
		await send(type, credential, { method: 'POST', url: address('group'), ...body });
		expect(stage.attackForge.groups()).toContainEqual(expect.objectContaining(group));
	});

	test('reads page after page', async () => {
		const { id } = stage.attackForge.seedGroup({ name: 'With vulnerabilities' });
		stage.attackForge.seedVulnerabilities(id, 5);
		const execution = await send(type, credential, {
			url: address(`groups/${id}/vulnerabilities`),
			...inPagesOfTwo('skip', 'limit', 'vulnerabilities'),
		});
		const found = answers(execution).flatMap(({ vulnerabilities }) => vulnerabilities as unknown[]);
		expect(found).toHaveLength(5);
	});
});

test.each([
	['threatConnectApi', 'ThreatConnect account'],
	['threatConnectHmacApi', 'ThreatConnect HMAC account'],
	['attackForgeApi', 'AttackForge account'],
])('%s: a request to another host is refused and not sent', async (type, credential) => {
	const { error } = await send(type, credential, { url: `${elsewhere.url}/api/v3/groups` });
	expect(`${error?.message} ${error?.description}`).toMatch(/This credential is for .*Nothing was sent/);
	expect(strayed).toEqual([]);
});
