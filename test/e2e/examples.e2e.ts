import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { StoredGroup as Customer } from '../simulators/attackforge';
import type { LoggedRequest } from '../simulators/shared/server';
import { withHttpServer } from '../support/httpServer';
import { checkAttackForge, checkThreatConnect, type Finding } from './expected';
import type { Execution, Item, Workflow } from './n8n';
import { openStage, type Stage } from './stage';
import { addCredentials, example, EXAMPLES, failuresOf, itemsOf, runByHand } from './workflows';

/** Every workflow in `examples/`, imported into a real n8n and run unchanged. */

let stage: Stage;
beforeAll(async () => {
	stage = await openStage();
	await addCredentials(stage);
});
afterAll(async () => await stage?.close());

async function run(workflow: Workflow): Promise<Execution> {
	const execution = await runByHand(stage.session, workflow);
	expect(failuresOf(execution)).toEqual([]);
	expect(execution.status).toBe('success');
	return execution;
}

const json = (items: Item[]) => items.map((item) => item.json);
const namesOf = (rows: Array<Record<string, unknown>>) => rows.map(({ name }) => String(name)).sort();
const threatConnectGroup = (name: string) =>
	stage.threatConnect.groups().filter((group) => group.name === name);
const customer = (name: string) => stage.attackForge.groups().find((group) => group.name === name);

/** Requests that change something. */
const writes = (requests: LoggedRequest[]) =>
	requests.filter(({ method }) => method !== 'GET').map(({ method, target }) => `${method} ${target}`);

const TESTED = [
	'agent-customers', // agents.e2e.ts
	'agent-reporting', // agents.e2e.ts
	'agent-tools', // mcp.e2e.ts
	'agent-triage', // agents.e2e.ts
	'alert-enrichment',
	'blocklist',
	'bulk-import',
	'customers-to-attackforge',
	'errors-to-tickets',
	'findings-to-groups',
	'groups-to-customers',
	'new-incidents',
	'offboarding',
	'report-with-pdf',
	'retag',
	'ticket-numbers',
	'vulnerabilities-to-threatconnect',
	'yara-to-signatures',
];

test('every example is tested, explained on the canvas and listed in docs/recipes.md', () => {
	const names = readdirSync(EXAMPLES).map((file) => file.replace(/\.json$/, ''));
	expect(names.sort()).toEqual(TESTED);
	const recipes = readFileSync(join(EXAMPLES, '../docs/recipes.md'), 'utf8');
	for (const name of names) {
		expect(recipes).toContain(`(../examples/${name}.json)`);
		const { nodes } = example(name);
		expect(nodes.filter(({ type }) => type.endsWith('.stickyNote')).length).toBeGreaterThanOrEqual(2);
	}
});

test('findings-to-groups: findings become incidents with indicators, and customers become groups', async () => {
	const workflow = example('findings-to-groups');
	const { parameters } = workflow.nodes.find(({ name }) => name === 'Findings and customers') as {
		parameters?: { jsonOutput: string };
	};
	const { findings } = JSON.parse(parameters?.jsonOutput ?? '') as { findings: Finding[] };
	await run(workflow);
	expect(checkThreatConnect(stage.threatConnect, findings)).toEqual([]);
	expect(checkAttackForge(stage.attackForge)).toEqual([]);
});

test('report-with-pdf: the report has its PDF, and a second run makes no second report', async () => {
	const workflow = example('report-with-pdf');
	await run(workflow);
	await run(workflow);
	const [report, ...others] = threatConnectGroup('Ransomware in week 47, 2026');
	expect(others).toEqual([]);
	expect(report).toMatchObject({ type: 'Report', xid: 'report:2026-W47' });
	expect(report?.fields).toMatchObject({ publishDate: '2026-11-20T15:30:00Z' });
	expect(namesOf(report?.tags ?? [])).toEqual(['Ransomware', 'Weekly Report']);
	expect(namesOf(report?.securityLabels ?? [])).toEqual(['TLP:AMBER']);
	const file = stage.threatConnect.file(report?.id ?? '');
	expect(file?.fileName).toBe('ransomware-2026-w47.pdf');
	expect(file?.bytes?.toString('latin1')).toMatch(/^%PDF-1\.4[^]*week 47, 2026[^]*trailer/);
});

test('yara-to-signatures: each rule of the file becomes a signature of its own, with its technique', async () => {
	const outcomes = async () =>
		json(itemsOf(await run(example('yara-to-signatures')), 'Write the signatures')).map((group) => [
			group.name,
			group._outcome,
		]);
	expect(await outcomes()).toEqual([
		['RansomNote', 'created'],
		['LockpickLoader', 'created'],
	]);
	expect(await outcomes()).toEqual([
		['RansomNote', 'unchanged'],
		['LockpickLoader', 'unchanged'],
	]);
	const [loader, ...others] = threatConnectGroup('LockpickLoader');
	expect(others).toEqual([]);
	expect(loader).toMatchObject({ type: 'Signature', xid: 'yara:LockpickLoader' });
	expect(loader?.fields).toMatchObject({ fileName: 'LockpickLoader.yar', fileType: 'YARA' });
	expect(String(loader?.fields.fileText)).toMatch(/^rule LockpickLoader\n\{[^]*\$mz at 0 and \$b\n\}$/);
	expect(loader?.tags).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ name: 'Lockpick' }),
			expect.objectContaining({ techniqueId: 'T1027' }),
		]),
	);
});

test('bulk-import: two thousand advisories arrive, with few requests and one outcome each', async () => {
	const before = stage.threatConnect.requests.length;
	const items = json(itemsOf(await run(example('bulk-import')), 'Import all'));
	expect(items).toHaveLength(2000);
	const advisories = stage.threatConnect.groups().filter(({ xid }) => xid?.startsWith('advisory:2026-'));
	expect(new Set(advisories.map(({ xid }) => xid)).size).toBe(2000);
	expect(advisories).toHaveLength(2000);
	expect(namesOf(advisories[41]?.tags ?? [])).toEqual(['Advisory', 'Product 1']);
	expect(stage.threatConnect.requests.length - before).toBeLessThan(20);
});

test('alert-enrichment: known alerts bring their groups and leave a post, unknown ones continue without them', async () => {
	const seed = (name: string, lastModified: string) =>
		stage.threatConnect.seedGroup({
			type: 'Campaign',
			name,
			associatedIndicators: ['101'],
			dateAdded: '2026-01-01T00:00:00Z',
			lastModified,
		});
	seed('Quiet campaign', '2026-02-01T00:00:00Z');
	const { id } = seed('Loud campaign', daysAgo(-1));
	const execution = await run(example('alert-enrichment'));
	const alerts = json(itemsOf(execution, 'Alerts with their groups'));
	expect(alerts.map((alert) => [alert.id, alert.known])).toEqual([
		['SIEM-5501', true],
		['SIEM-5502', false],
		['SIEM-5503', false],
	]);
	expect((alerts[0]?.groups as Array<{ name: string }>)[0]?.name).toBe('Loud campaign');
	expect(stage.threatConnect.posts()).toEqual([
		expect.objectContaining({ objectId: id, text: 'Seen again: badguy.com on WS-0533, alert SIEM-5501' }),
	]);
});

/** A time some days ago, as the API writes it. */
const daysAgo = (days: number) =>
	new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d{3}Z$/, 'Z');

test('blocklist: the active indicators of the incidents of a week are one file, each of them once', async () => {
	const host = (summary: string, more: Record<string, unknown> = {}) =>
		stage.threatConnect.seedEntity('indicators', { type: 'Host', summary, hostName: summary, ...more });
	const shared = host('c2.example');
	const inactive = host('parked.example', { active: false });
	const old = host('old.example');
	const ofOther = host('of-another-type.example');
	const seed = (type: 'Incident' | 'Event', days: number, associatedIndicators: string[]) =>
		stage.threatConnect.seedGroup({
			type,
			name: `${type} of ${days} days ago`,
			dateAdded: daysAgo(days),
			associatedIndicators,
		});
	seed('Incident', 1, [shared, inactive]);
	// The second one is the same value in another owner.
	seed('Incident', 6, [shared, host('c2.example', { ownerName: 'Demo Community' }), host('a.example')]);
	seed('Incident', 9, [old, shared]);
	seed('Event', 1, [ofOther]);

	const expected = stage.threatConnect
		.groups()
		.filter(({ type, dateAdded }) => type === 'Incident' && dateAdded >= daysAgo(7))
		.flatMap(({ associatedIndicators }) => associatedIndicators)
		.filter(({ active }) => active !== false)
		.map(({ summary }) => String(summary));
	expect(expected.filter((value) => value === 'c2.example')).toHaveLength(3);
	const lines = [...new Set(expected)].sort();
	expect(lines).toEqual(expect.arrayContaining(['a.example', 'c2.example']));
	for (const absent of ['parked.example', 'old.example', 'of-another-type.example']) {
		expect(lines).not.toContain(absent);
	}

	const before = writes(stage.threatConnect.requests).length;
	for (let time = 0; time < 2; time++) {
		const execution = await run(example('blocklist'));
		const text = `${lines.join('\n')}\n`;
		expect(json(itemsOf(execution, 'One list'))).toEqual([{ count: lines.length, text }]);
		expect(itemsOf(execution, 'Text file')).toMatchObject([
			{ binary: { data: { fileName: 'blocklist.txt', mimeType: 'text/plain' } } },
		]);
	}
	expect(writes(stage.threatConnect.requests)).toHaveLength(before);
});

test('ticket-numbers: each group has one number, that of its ticket, also after further runs', async () => {
	const description = { type: 'Description', value: 'Mail to the finance team', default: true };
	const seed = (number: number, attributes: Array<{ type: string; value: string; source?: string }>) =>
		stage.threatConnect.seedGroup({
			type: 'Incident',
			name: `Alert ${number}`,
			xid: `siem:${number}`,
			attributes: [description, ...attributes],
		}).id;
	const ids = [
		seed(4711, [{ type: 'Ticket Number', value: 'INC-100', source: 'Service desk' }]),
		seed(4712, []),
	];
	const recorded = () =>
		ids.map((id) => stage.threatConnect.group(id)?.attributes.map(({ type, value }) => [type, value]));
	const both = (first: string, second: string) =>
		[first, second].map((number) => [
			['Description', description.value],
			['Ticket Number', number],
		]);
	const workflow = example('ticket-numbers');
	const outcomes = async (changed: Workflow = workflow) => {
		const execution = await run(changed);
		// The group of the third ticket does not exist.
		expect(json(itemsOf(execution, 'Get the group', 1))).toMatchObject([{ ticket: 'INC-206' }]);
		return ['Update the number', 'Add the number'].map((node) =>
			json(itemsOf(execution, node)).map(({ value, _outcome }) => [value, _outcome]),
		);
	};

	expect(await outcomes()).toEqual([[['INC-204', 'updated']], [['INC-205', 'created']]]);
	expect(recorded()).toEqual(both('INC-204', 'INC-205'));
	const after = writes(stage.threatConnect.requests).length;

	expect(await outcomes()).toEqual([
		[
			['INC-204', 'unchanged'],
			['INC-205', 'unchanged'],
		],
		[],
	]);
	expect(recorded()).toEqual(both('INC-204', 'INC-205'));
	expect(writes(stage.threatConnect.requests)).toHaveLength(after);

	const later = JSON.parse(JSON.stringify(workflow).replace('INC-205', 'INC-307')) as Workflow;
	expect(await outcomes(later)).toEqual([
		[
			['INC-204', 'unchanged'],
			['INC-307', 'updated'],
		],
		[],
	]);
	expect(recorded()).toEqual(both('INC-204', 'INC-307'));
	expect(writes(stage.threatConnect.requests)).toHaveLength(after + 1);
});

test('retag: the groups of each campaign lose the former tag and get the new one, and keep their others', async () => {
	const seed = (type: 'Campaign' | 'Event' | 'Incident', name: string, tags: string[], of?: string) =>
		stage.threatConnect.seedGroup({ type, name, tags, ...(of && { associatedGroups: [of] }) }).id;
	const winter = seed('Campaign', 'Winter wave', ['Unattributed 17']);
	const parcel = seed('Campaign', 'Parcel scam', []);
	const other = seed('Incident', 'Of no campaign', ['Smishing', 'Unattributed 17']);
	const tagged = {
		[seed('Incident', 'First of winter', ['Phishing', 'Unattributed 17'], winter)]: [
			'Midnight Lynx',
			'Phishing',
		],
		[seed('Event', 'Second of winter', ['Midnight Lynx', 'Smishing'], winter)]: ['Midnight Lynx', 'Smishing'],
		[seed('Incident', 'First of parcels', ['Smishing'], parcel)]: ['Postal Fraud'],
		[winter]: ['Unattributed 17'],
		[other]: ['Smishing', 'Unattributed 17'],
	};
	const recorded = () =>
		Object.fromEntries(
			Object.keys(tagged).map((id) => [id, namesOf(stage.threatConnect.group(id)?.tags ?? [])]),
		);
	const outcomes = async () => {
		const execution = await run(example('retag'));
		return ['Add the new tag', 'Remove the former tag'].map((node) =>
			json(itemsOf(execution, node)).map(({ _outcome }) => _outcome),
		);
	};

	expect(await outcomes()).toEqual([
		['updated', 'unchanged', 'updated'],
		['updated', 'unchanged', 'updated'],
	]);
	expect(recorded()).toEqual(tagged);
	const after = writes(stage.threatConnect.requests).length;

	expect((await outcomes()).flat()).toEqual(Array(6).fill('unchanged'));
	expect(recorded()).toEqual(tagged);
	expect(writes(stage.threatConnect.requests)).toHaveLength(after);
});

/** Runs a workflow from its trigger, as Execute Workflow does: with what Fetch Test Event shows. */
async function runFrom(trigger: string, workflow: Workflow): Promise<Execution> {
	const id = await stage.session.addWorkflow(workflow);
	const execution = await stage.session.runWorkflow(id, trigger);
	expect(failuresOf(execution)).toEqual([]);
	expect(execution.status).toBe('success');
	return execution;
}

test('new-incidents: each becomes a message and a ticket with its link, its tags and the ID of the event', async () => {
	const { id } = stage.threatConnect.seedGroup({
		type: 'Incident',
		name: 'Phishing of payroll',
		tags: ['Phishing'],
		dateAdded: daysAgo(-1),
	});
	const sent: Record<string, Array<Record<string, unknown>>> = {};
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			(sent[request.url ?? ''] ??= []).push(JSON.parse(body) as Record<string, unknown>);
			response.setHeader('content-type', 'application/json').end('{}');
		});
	};
	await withHttpServer(listener, async (url) => {
		const text = JSON.stringify(example('new-incidents')).replace(
			/https:\/\/(chat|tickets)\.example\.com/g,
			url,
		);
		await runFrom('New incidents', JSON.parse(text) as Workflow);
	});
	expect(sent['/hooks/security']?.at(-1)).toEqual({
		text: expect.stringMatching(
			/^New incident in Demo Organization: <http.*\|Phishing of payroll>$/,
		) as string,
	});
	expect(sent['/api/tickets']?.at(-1)).toMatchObject({
		key: `${id}-created`,
		summary: 'Incident: Phishing of payroll',
		description: expect.stringContaining('Tags: Phishing') as string,
	});
});

test('groups-to-customers: a group with the tag becomes a customer, and a second run changes nothing', async () => {
	const { id } = stage.threatConnect.seedGroup({
		type: 'Event',
		name: 'Initech',
		tags: ['Pentest Customer'],
	});
	const outcomes = async () =>
		json(
			itemsOf(await runFrom('Customers', example('groups-to-customers')), 'Create or update customers'),
		).map(({ _outcome }) => _outcome);
	expect(await outcomes()).toEqual(['created']);
	expect(customer('Initech')).toMatchObject({ custom_fields: [{ key: 'threatconnect_id', value: id }] });
	expect(await outcomes()).toEqual(['unchanged']);
});

test('vulnerabilities-to-threatconnect: each becomes one group with its priority and where it was found', async () => {
	const group = stage.attackForge.seedGroup({ name: 'Umbrella' }).id;
	const [found] = stage.attackForge.seedVulnerabilities(group, 1, {
		title: 'SQL injection',
		priority: 'High',
	});
	const workflow = example('vulnerabilities-to-threatconnect');
	const chosen = {
		...workflow,
		nodes: workflow.nodes.map((node) =>
			node.name === 'Vulnerabilities'
				? { ...node, parameters: { ...(node.parameters as object), vulnerabilityGroups: [group] } }
				: node,
		),
	};
	for (let run = 0; run < 2; run++) await runFrom('Vulnerabilities', chosen);
	expect(threatConnectGroup('SQL injection')).toMatchObject([
		{ type: 'Vulnerability', xid: `attackforge:${found?.id}` },
	]);
	expect(namesOf(threatConnectGroup('SQL injection')[0]?.tags ?? [])).toEqual(['Pentest', 'Priority High']);
});

test('errors-to-tickets: what cannot be sent becomes a ticket that says why, the others are recorded', async () => {
	const tickets: Array<Record<string, unknown>> = [];
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			tickets.push(JSON.parse(body) as Record<string, unknown>);
			response.setHeader('content-type', 'application/json').end('{"ticket":1}');
		});
	};
	await withHttpServer(listener, async (url) => {
		const text = JSON.stringify(example('errors-to-tickets'));
		const address = 'https://tickets.example.com/api/tickets';
		expect(text).toContain(address);
		await run(JSON.parse(text.replace(address, `${url}/api/tickets`)) as Workflow);
	});
	expect(tickets).toEqual([
		{
			summary: expect.stringMatching(/^EDR-2 is not in ThreatConnect: .*03\/04\/2026/) as string,
			description: expect.stringContaining('YYYY-MM-DD') as string,
			finding: 'EDR-2',
			httpCode: null,
		},
		{
			summary: expect.stringMatching(/^EDR-3 is not in ThreatConnect: .*Almost done/) as string,
			description: expect.stringContaining('Containment Achieved') as string,
			finding: 'EDR-3',
			httpCode: null,
		},
	]);
	const recorded = stage.threatConnect.groups().filter(({ xid }) => xid?.startsWith('finding:EDR-'));
	expect(recorded.map(({ xid }) => xid)).toContain('finding:EDR-1');
	expect(recorded.map(({ xid }) => xid)).not.toContain('finding:EDR-2');
	expect(recorded.map(({ xid }) => xid)).not.toContain('finding:EDR-3');
});

describe('with customers that AttackForge has already', () => {
	beforeAll(async () => {
		await stage.close();
		stage = await openStage();
		await addCredentials(stage);
	});

	const seed = (name: string, client_code: string, more: Partial<Customer> = {}) =>
		stage.attackForge.seedGroup({
			name,
			group_owner: 'Ines Okafor',
			custom_fields: [{ key: 'client_code', value: client_code }],
			...more,
		});

	test('customers-to-attackforge: new ones are created, changed ones updated, the others not written', async () => {
		seed('Harbor Bank', '0071', {
			primary_contact_name: 'Tom Reyes',
			primary_contact_number: '+1 555 0100',
			primary_contact_email: 'tom.reyes@harborbank.example',
			custom_fields: [
				{ key: 'client_code', value: '0071' },
				{ key: 'region', value: 'EMEA' },
			],
		});
		const { id } = seed('Meridian Health', '0072', {
			primary_contact_name: 'Dr. Lena Voss',
			primary_contact_number: '+1 555 0199',
			primary_contact_email: 'lena.voss@meridian-clinics.example',
			custom_fields: [
				{ key: 'client_code', value: '0072' },
				{ key: 'region', value: 'EMEA' },
				{ key: 'contract_notes', value: 'Renewed' },
			],
		});
		const execution = await run(example('customers-to-attackforge'));
		expect(json(itemsOf(execution, 'Create or update groups')).map(({ _outcome }) => _outcome)).toEqual([
			'unchanged',
			'updated',
			'created',
		]);
		expect(json(itemsOf(execution, 'What changed')).map(({ name }) => name)).toEqual([
			'Meridian Clinics',
			'Alder Logistics',
		]);
		expect(writes(stage.attackForge.requests).sort()).toEqual([
			'POST /api/ss/group',
			`PUT /api/ss/group/${id}`,
		]);
		const [update] = stage.attackForge.requests.filter(({ method }) => method === 'PUT');
		expect(JSON.parse(update?.body ?? '')).toEqual({
			name: 'Meridian Clinics',
			primary_contact_number: '+1 555 0101',
		});
		expect(customer('Meridian Clinics')?.custom_fields).toContainEqual({
			key: 'contract_notes',
			value: 'Renewed',
		});

		await run(example('customers-to-attackforge'));
		expect(writes(stage.attackForge.requests)).toHaveLength(2);
	});

	test('offboarding: members are removed and the group is archived, only for this customer', async () => {
		const [, john, paul] = stage.attackForge.users;
		if (!john || !paul) throw new Error('The simulator has too few users.');
		const at = '2026-01-01T00:00:00.000Z';
		const memberOf = (user: typeof john): Customer['members'][number] => ({
			name: `${user.first_name} ${user.last_name}`,
			userId: user.id,
			accessLevel: 'View',
			created: at,
			last_updated: at,
		});
		seed('Gone Ltd', '0042', { members: [memberOf(john), memberOf(paul)] });
		seed('Left Inc', '0043', { members: [memberOf(paul)] });
		seed('Stays AG', '0044', { members: [memberOf(john)] });
		const execution = await run(example('offboarding'));
		expect(json(itemsOf(execution, 'Remove each member'))).toHaveLength(3);
		for (const name of ['Gone Ltd', 'Left Inc']) {
			expect(customer(name)).toMatchObject({ is_archived: true, is_deleted: false, members: [] });
		}
		expect(customer('Stays AG')).toMatchObject({ is_archived: false });
		expect(customer('Stays AG')?.members).toHaveLength(1);
	});
});
