import fc from 'fast-check';
import type { IDataObject, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { operations as ofAttackForge } from '../../nodes/AttackForgeGroup/operations';
import { operations as ofThreatConnect } from '../../nodes/ThreatConnectGroup/operations';
import { sizesTable } from '../docs/answerSizes';
import { read } from '../docs/pages';
import { outputSchemas } from '../docs/schemas';
import { afresh, usualCase } from '../laws/judge';
import { OPERATIONS } from '../laws/operations';
import { type Case, World } from '../laws/worlds';
import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { callAsTool, callFromAgents } from './callers';
import { jsonOf, run } from './harness';
import { CONTACTS } from './support';

/** What a node returns to the model of an AI agent, and which of its fields. */

let threatConnect: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
beforeAll(async () => {
	[threatConnect, attackForge] = await Promise.all([startThreatConnect(), startAttackForge()]);
});
afterAll(async () => await Promise.all([threatConnect.stop(), attackForge.stop()]));

const ofThreat = () => ({
	type: 'threatConnectGroup' as const,
	credentials: {
		threatConnectApi: { baseUrl: threatConnect.url, apiToken: threatConnect.credentials.apiToken },
	},
});
const ofCustomer = () => ({
	type: 'attackForgeGroup' as const,
	credentials: { attackForgeApi: { baseUrl: attackForge.url, apiKey: attackForge.credentials.apiKey } },
});

const seed = () =>
	threatConnect.seedGroup({
		type: 'Incident',
		name: 'Phishing',
		xid: `x:${threatConnect.groups().length}`,
		fields: { status: 'New', eventDate: '2026-01-01T00:00:00Z' },
	}).id;

/** @returns the output of one call */
async function fromAgents(parameters: INodeParameters, json: IDataObject = {}): Promise<IDataObject[]> {
	return jsonOf(
		await callFromAgents({ ...ofThreat(), parameters: { resource: 'group', ...parameters } }, json),
	);
}

const SIMPLE = [
	'id',
	'name',
	'type',
	'ownerName',
	'xid',
	'status',
	'eventDate',
	'dateAdded',
	'lastModified',
	'webLink',
];

test('an agent gets ten fields of a ThreatConnect group, among them all that the next call needs', async () => {
	const [group] = await fromAgents({ operation: 'get', groupId: seed() });
	expect(Object.keys(group ?? {})).toEqual(SIMPLE);
});

test('an agent gets all fields where Output is Raw', async () => {
	const [group] = await fromAgents({ operation: 'get', groupId: seed(), output: 'raw' });
	expect(Object.keys(group ?? {}).length).toBeGreaterThan(SIMPLE.length);
	expect(group).toHaveProperty('createdBy');
});

test('a workflow gets all fields of a ThreatConnect group, unless it simplifies them', async () => {
	const of = async (more: INodeParameters) => {
		const { items } = await run({
			...ofThreat(),
			parameters: { resource: 'group', operation: 'get', groupId: seed(), ...more },
		});
		return Object.keys(items[0]?.json ?? {});
	};
	expect(await of({})).toContain('createdBy');
	expect(await of({ simplify: true })).toEqual(SIMPLE);
});

test('a selected field that ThreatConnect only gives where it is asked for is asked for', async () => {
	const id = seed();
	const selectedFields = ['name', 'tags', 'firstSeen'];
	const parameters = { operation: 'update', groupId: id, output: 'fields', selectedFields };
	const [group] = await fromAgents({
		...parameters,
		updateFields: { firstSeen: '2026-02-01T00:00:00Z', tags: { list: { name: 'Phishing' } } },
	});
	expect(group).toEqual({
		id: expect.anything(),
		name: 'Phishing',
		tags: { data: [expect.objectContaining({ name: 'Phishing' })] },
		firstSeen: '2026-02-01T00:00:00Z',
	});
	const put = threatConnect.requests.filter(({ method }) => method === 'PUT').at(-1);
	expect(put?.target).toContain('fields=tags&fields=sightings');
});

test('an agent gets ten fields at most of what is associated to a group, and more where it asks', async () => {
	const { id } = threatConnect.seedGroup({ type: 'Incident', name: 'x', associatedIndicators: ['101'] });
	const parameters = { resource: 'association', operation: 'getAll', groupId: id, objectType: 'indicator' };
	const [indicator] = await fromAgents(parameters);
	expect(indicator).toEqual({ id: 101, type: 'Host', summary: 'badguy.com', ownerName: 'Demo Organization' });
	const selectedFields = ['summary', 'associatedGroups'];
	const [selected] = await fromAgents({ ...parameters, output: 'fields', selectedFields });
	expect(selected).toEqual({
		id: 101,
		summary: 'badguy.com',
		associatedGroups: { data: [expect.objectContaining({ name: 'x' })] },
	});
});

test('what Output Field Names asks for is in the simplified output', async () => {
	const options = { fields: ['tags'] };
	const [group] = await fromAgents({ operation: 'get', groupId: seed(), options });
	expect(Object.keys(group ?? {})).toEqual([...SIMPLE, 'tags']);
});

test('an output by expression is read for each call', async () => {
	const parameters = {
		operation: 'getAll',
		limit: 1,
		output: "={{ $fromAI('output') }}",
		selectedFields: "={{ $fromAI('fields', '', 'string', '') }}",
	};
	const keys = async (json: IDataObject) => Object.keys((await fromAgents(parameters, json))[0] ?? {});
	seed();
	expect(await keys({ output: 'simple' })).toEqual(SIMPLE);
	expect(await keys({ output: 'fields', fields: 'name, type' })).toEqual(['id', 'name', 'type']);
	expect(await keys({ output: 'fields' })).toEqual(['id']);
	expect(await keys({ output: 'raw' })).toContain('createdBy');
});

test('in a workflow, items choose for themselves, and a failed item says what it always says', async () => {
	const { items, errors } = await run({
		...ofThreat(),
		parameters: {
			resource: 'group',
			operation: 'get',
			groupId: '={{ $json.id }}',
			simplify: '={{ $json.simplify }}',
		},
		items: [
			{ id: seed(), simplify: true },
			{ id: '999999', simplify: true },
			{ id: seed(), simplify: false },
			{ id: seed(), simplify: 'perhaps' },
		],
		onError: 'continueErrorOutput',
	});
	expect(Object.keys(items[0]?.json ?? {})).toEqual(SIMPLE);
	expect(items[1]?.json).toHaveProperty('createdBy');
	expect(errors.map(({ json }) => json.error)).toEqual([
		expect.stringContaining('not found'),
		'"Simplify" (simplify) cannot be "perhaps"',
	]);
});

test.each([
	['a name that is none', 'nmae'],
	['a field within a field', 'createdBy.userName'],
])('%s is refused before a group is made, with the names that there are', async (_what, name) => {
	const parameters = {
		operation: 'create',
		type: 'Threat',
		name: 'Unmade',
		output: 'fields',
		selectedFields: [name],
	};
	await expect(fromAgents(parameters)).rejects.toThrow(
		new RegExp(
			`"Selected Fields" \\(selectedFields\\) cannot hold "${name}"[^]*Choose complete names among these: id, name, `,
		),
	);
	expect(threatConnect.groups().filter((group) => group.name === 'Unmade')).toEqual([]);
});

test('an agent gets ten fields of an AttackForge group that it creates, and what happened', async () => {
	const [group] = jsonOf(
		await callFromAgents({
			...ofCustomer(),
			parameters: { resource: 'group', operation: 'upsert', ...CONTACTS, name: 'Harbor Bank' },
		}),
	);
	expect(group).toMatchObject({ name: 'Harbor Bank', _outcome: 'created' });
	expect(group).not.toHaveProperty('access');
	const [changed] = jsonOf(
		await callFromAgents({
			...ofCustomer(),
			parameters: {
				resource: 'group',
				operation: 'update',
				groupId: String(group?.id),
				updateFields: { name: 'Harbor Bank AG' },
				output: 'fields',
				selectedFields: ['members'],
			},
		}),
	);
	expect(changed).toEqual({ id: group?.id, members: [], _outcome: 'updated' });
});

test('the type of an input item may be spelled as in STIX, and one that is none is said to come from the input', async () => {
	const create = { resource: 'group', operation: 'create', type: 'Incident', dataMode: 'autoMapInputData' };
	const { items, errors } = await run({
		...ofThreat(),
		parameters: create,
		items: [
			{ name: 'Lazarus', type: 'intrusion-set' },
			{ name: 'Lazarus', type: 'threat-actor' },
		],
		onError: 'continueErrorOutput',
	});
	expect(jsonOf(items)).toEqual([expect.objectContaining({ name: 'Lazarus', type: 'Intrusion Set' })]);
	expect(jsonOf(errors)).toEqual([
		expect.objectContaining({
			error: '"Type" (type) cannot be "threat-actor"',
			message: expect.stringContaining('comes before the Type of the node'),
		}),
	]);
});

test('a way to log in that there is not is refused, and no other is taken instead', async () => {
	const { error } = await run({
		...ofThreat(),
		parameters: { resource: 'group', operation: 'getAll', authentication: 'HMAC' },
	});
	expect(error?.message).toContain('"Authentication" (authentication) cannot be "HMAC"');
});

/** A failure says to a model what to do, whichever way it is called: n8n gives it the message only. */
test.each<[string, (parameters: INodeParameters) => Promise<unknown>]>([
	['its Agents', async (parameters) => await callFromAgents({ ...ofThreat(), parameters })],
	[
		'a sub-agent',
		async (parameters) =>
			await callAsTool({ ...ofThreat(), parameters }, async (tool) => {
				await tool.invoke({});
			}),
	],
])('a failure tells %s what to do, once', async (_who, call) => {
	const failed = call({ resource: 'group', operation: 'create', type: 'Nothing', name: 'Unmade' });
	const { message } = await failed.then(
		() => new Error('no failure'),
		(error: Error) => error,
	);
	expect(message).toContain('"Type" (type) cannot be "Nothing"');
	expect(message.match(/Allowed values: "Adversary"/g)).toHaveLength(1);
});

test('docs/agents.md says what each answer costs: `npm run docs` writes it', async () => {
	const page = read('docs/agents.md').replace(/ +/g, ' ');
	for (const row of (await sizesTable()).split('\n').slice(2)) expect(page).toContain(row);
});

test('every operation whose records have more than ten fields lets a tool choose among them', async () => {
	const schemas = await outputSchemas();
	const choosing = [
		...ofThreatConnect.map((operation) => ({ folder: 'ThreatConnectGroup', ...operation })),
		...ofAttackForge.map((operation) => ({ folder: 'AttackForgeGroup', ...operation })),
	].filter(({ parameters }) => parameters.some(({ name }) => name === 'output'));
	const large = Object.entries(schemas).filter(([path, schema]) => {
		// A trigger starts workflows and is no tool.
		if (path.endsWith('/output.json')) return false;
		const { properties = {} } = schema as { properties?: object };
		return Object.keys(properties).filter((name) => !name.startsWith('_')).length > 10;
	});
	expect(large.length).toBeGreaterThan(8);
	const paths = choosing.map(
		({ folder, resource, operation }) => `nodes/${folder}/__schema__/v1.0.0/${resource}/${operation}.json`,
	);
	expect(paths).toEqual(expect.arrayContaining(large.map(([path]) => path)));
});

const TABLES = { threatConnect: ofThreatConnect, attackForge: ofAttackForge };
/** The operations that let a tool select fields, each with the name of its ID. */
const selecting = OPERATIONS.flatMap((operation) => {
	const { resource, operation: name } = operation.parameters as { resource: string; operation: string };
	const found = TABLES[operation.service].find((one) => one.resource === resource && one.operation === name);
	const selected = found?.parameters.find((parameter) => parameter.name === 'selectedFields');
	const offered = (selected?.options ?? []).map((option) => String((option as INodePropertyOptions).value));
	return found && 'records' in found && found.records
		? [{ ...operation, offered, id: found.records.id }]
		: [];
});

test.each(selecting)(
	'$name: a tool gets the fields that Selected Fields offers, and no others',
	async (operation) => {
		const { service, modes, offered, id } = operation;
		const world = await World.start(service);
		try {
			const [usual] = fc.sample(usualCase(operation, modes[0]), { numRuns: 1, seed: 1 });
			const { parameters, ...items } = usual?.one as Case;
			const selected = { ...parameters, output: 'fields', selectedFields: offered };
			const { result } = await afresh(world, { parameters: selected, ...items }, { asTool: true });
			expect(result.error).toBeUndefined();
			const keys = new Set(jsonOf(result.items).flatMap((record) => Object.keys(record)));
			const fields = [...keys].filter((key) => !key.startsWith('_'));
			expect(fields.length).toBeGreaterThan(1);
			// Archive and Restore always say what they did.
			expect([id, 'archived', ...offered]).toEqual(expect.arrayContaining(fields));
		} finally {
			await world.stop();
		}
	},
);
