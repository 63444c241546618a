import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { INodeTypeDescription } from 'n8n-workflow';
import { type Half, HALVES, packHalf, writeHalf } from '../package/split';
import { environment, freePort, PACKAGE_NAME, Session, startN8n, type Workflow } from './n8n';
import { run } from './processes';
import { type Registry, startRegistry } from './registry';
import { credentialsOf, hmacCredentialOf, openStage, type Stage } from './stage';
import {
	ATTACKFORGE,
	example,
	failuresOf,
	itemsOf,
	runByHand,
	THREATCONNECT,
	TRIGGER,
	workflowOf,
} from './workflows';

/** The packages of a single service: each alone, and both in place of the combined package. */

const ROOT = resolve(__dirname, '../..');

let folder: string;
let registry: Registry;
let stage: Stage;
let session: Session;
const endings: Array<() => unknown> = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-split-'));
	endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
	registry = await startRegistry(folder);
	endings.push(async () => await registry.stop());
	await registry.publish(process.env.E2E_TARBALL ?? '');
	for (const half of HALVES) {
		const source = join(folder, 'sources', half.name);
		writeHalf(half, source);
		await registry.publish(await packHalf(source, join(folder, 'tarballs')));
	}
	stage = await openStage({ withoutPackage: true, env: registry.env });
	endings.push(async () => await stage.close());
	({ session } = stage);
}, 900_000);
afterAll(async () => {
	for (const end of endings.reverse()) await end();
});

const install = async (name: string) => await session.call('POST', '/rest/community-packages', { name });
const uninstall = async (name: string) =>
	await session.call('DELETE', `/rest/community-packages?name=${encodeURIComponent(name)}`);

const readJson = async (path: string) => await (await session.request('GET', path)).json();
const nodeTypes = async () => (await readJson('/types/nodes.json')) as INodeTypeDescription[];
type CredentialType = { name: string; supportedNodes: string[]; iconUrl: unknown };
const credentialTypes = async () =>
	((await readJson('/types/credentials.json')) as CredentialType[]).filter(({ name }) =>
		/^(threatConnect|attackForge)/.test(name),
	);
const ourTypes = async () =>
	(await nodeTypes())
		.map(({ name }) => name)
		.filter((name) => /^n8n-nodes-(threatconnect|attackforge)/.test(name))
		.sort();

/** The beginning of the type names of nodes and credentials. */
const prefixOf = ({ service }: Half) => `${service[0]?.toLowerCase()}${service.slice(1)}`;
const typeOf = (half: Half) => `${half.name}.${prefixOf(half)}Group`;
const withToolAndTrigger = (types: string[]) =>
	types.flatMap((type) => [type, `${type}Tool`, `${type}Trigger`]).sort();
const OF_HALVES = HALVES.map(typeOf);

/** A workflow for the combined package, with the type names of the split packages. */
function moved(workflow: Workflow): Workflow {
	const names = JSON.stringify(workflow)
		.replaceAll(THREATCONNECT, OF_HALVES[0] ?? '')
		.replaceAll(ATTACKFORGE, OF_HALVES[1] ?? '');
	return JSON.parse(names) as Workflow;
}

const INCIDENT = {
	name: 'Incident',
	type: THREATCONNECT,
	parameters: {
		operation: 'upsert',
		matchBy: 'xid',
		groupXid: 'split:1',
		dataMode: 'json',
		jsonBody: JSON.stringify({ type: 'Incident', name: 'Found by a split package' }),
	},
};
const CUSTOMER = {
	name: 'Customer',
	type: ATTACKFORGE,
	parameters: {
		operation: 'upsert',
		matchBy: 'name',
		dataMode: 'json',
		jsonBody: JSON.stringify({
			name: 'ACME Corp.',
			group_owner: 'John Citizen',
			primary_contact_name: 'Paul Citizen',
			primary_contact_number: '(555)555-5555',
			primary_contact_email: 'paul.citizen@example.com',
		}),
	},
};

const NODES: Record<string, typeof INCIDENT | typeof CUSTOMER> = {
	ThreatConnect: INCIDENT,
	AttackForge: CUSTOMER,
};

type Item = { error?: string; message?: string };
/** Parameters that cause the failed items of the READMEs. */
const FAILING: Record<string, Record<string, unknown>> = {
	ThreatConnect: {
		operation: 'create',
		dataMode: 'json',
		jsonBody: JSON.stringify({ type: 'Incident', name: 'No owner', ownerName: 'Nobody' }),
	},
	AttackForge: {
		operation: 'update',
		groupId: { __rl: true, mode: 'id', value: '6082a4d0eb2b35001ed52ea2' },
		dataMode: 'json',
		jsonBody: JSON.stringify({ name: 'No such group' }),
	},
};

/** The same workflow, with a webhook that responds with the output of the last node. */
function withWebhook(workflow: Workflow, path: string): Workflow {
	const webhook = {
		id: path,
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		position: [0, 200],
		parameters: { path, responseMode: 'lastNode', responseData: 'allEntries', options: {} },
	};
	const connections = workflow.connections as Record<string, unknown>;
	return {
		...workflow,
		nodes: [...workflow.nodes, webhook],
		connections: { ...connections, ...(connections[TRIGGER] ? { Webhook: connections[TRIGGER] } : {}) },
	};
}

/** The outcomes of a workflow's nodes. */
async function outcomes(workflow: Workflow): Promise<unknown[]> {
	const execution = await runByHand(session, workflow);
	expect(failuresOf(execution)).toEqual([]);
	return workflow.nodes.slice(1).map(({ name }) => itemsOf(execution, name)[0]?.json._outcome);
}

describe.each(HALVES)('$name alone', (half) => {
	const { name, service, other } = half;
	const type = typeOf(half);
	const installed = () => join(stage.folder, '.n8n/nodes/node_modules', name);
	const isTheirs = (text: string) =>
		text.replaceAll(PACKAGE_NAME, '').toLowerCase().includes(other.toLowerCase());

	test('is installed by n8n, with its node, credential types, icons, search words and output schemas', async () => {
		expect(await install(name)).toMatchObject({ packageName: name });
		expect(await ourTypes()).toEqual(withToolAndTrigger([type]));
		const description = (await nodeTypes()).find((one) => one.name === type);
		expect(description).toMatchObject({ displayName: `${service} Group` });
		expect(description?.codex?.alias?.length).toBeGreaterThan(3);

		const credentials = await credentialTypes();
		expect(credentials.map((one) => one.name).sort()).toEqual(
			description?.credentials?.map((one) => one.name).sort(),
		);
		expect(credentials.map(({ supportedNodes }) => supportedNodes)).toEqual(
			credentials.map(() => [type, `${type}Trigger`]),
		);
		for (const { iconUrl } of [description, ...credentials] as Array<Pick<CredentialType, 'iconUrl'>>) {
			for (const theme of ['light', 'dark'] as const) {
				const path = (iconUrl as Record<'light' | 'dark', string>)[theme];
				const icon = await session.request('GET', `/${path}`);
				expect(icon.headers.get('content-type')).toContain('image/svg');
			}
		}
		expect(await readJson(`/schemas/${type}/1.0.0/group/create.json`)).toMatchObject({ type: 'object' });
	});

	test('has the version of the combined package, no other package, and nothing about the other service', async () => {
		const manifest = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8')) as object;
		const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
		expect(manifest).toMatchObject({ name, version, license: 'MIT' });
		expect(manifest).not.toHaveProperty('dependencies');
		const files = readdirSync(installed(), { recursive: true, encoding: 'utf8' });
		expect(files).toEqual(expect.arrayContaining(['README.md', 'LICENSE']));
		expect(files.filter((file) => isTheirs(file) || file.includes('node_modules'))).toEqual([]);
		const texts = files.filter((file) => /\.(md|json|svg)$/.test(file));
		expect(texts.filter((file) => isTheirs(readFileSync(join(installed(), file), 'utf8')))).toEqual([]);
		const description = (await nodeTypes()).find((one) => one.name === type);
		expect(isTheirs(JSON.stringify(description))).toBe(false);
	});

	test('its credentials pass their tests, and its node writes a group', async () => {
		const credentials = [...credentialsOf(stage), hmacCredentialOf(stage)].filter((one) =>
			one.type.startsWith(prefixOf(half)),
		);
		expect(credentials.length).toBe(half.credentials.filter((heading) => / API$/.test(heading)).length);
		for (const { name: title, type: credentialType, data } of credentials) {
			expect(await session.testCredential(title, credentialType, data)).toMatchObject({ status: 'OK' });
			await session.addCredential(title, credentialType, data);
		}
		expect(await outcomes(moved(workflowOf(name, NODES[service] ?? INCIDENT)))).toEqual(['created']);
	});

	test('an item that fails has the message of its README', async () => {
		const parameters = FAILING[service] ?? {};
		const node = {
			name: 'Fails',
			type: service === 'ThreatConnect' ? THREATCONNECT : ATTACKFORGE,
			parameters,
		};
		const execution = await runByHand(
			session,
			moved(workflowOf(`${name} fails`, { ...node, onError: 'continueErrorOutput' })),
		);
		const [{ json } = { json: {} }] = itemsOf(execution, 'Fails', 1);
		const readme = readFileSync(join(installed(), 'README.md'), 'utf8');
		const { error, message } = JSON.parse(
			/```json\n(\{\n {2}"error"[^]*?)```/.exec(readme)?.[1] ?? '{}',
		) as Item;
		expect(json).toMatchObject({ error, message });
	});

	test('is uninstalled without a trace', async () => {
		await uninstall(name);
		expect(await ourTypes()).toEqual([]);
		expect(await credentialTypes()).toEqual([]);
	});
});

describe('in place of the combined package', () => {
	const both = workflowOf('Both', INCIDENT, CUSTOMER);
	let ids: { published: string; agent: string; other: string };

	const workflow = async (id: string) => (await session.call('GET', `/rest/workflows/${id}`)) as Workflow;
	const typesIn = async (id: string) =>
		(await workflow(id)).nodes
			.map(({ type }) => type)
			.filter((type) => !/^(n8n-nodes-base\.|@n8n)/.test(type));

	test('n8n refuses them in addition to it, because its list of nodes has each name once', async () => {
		await install(PACKAGE_NAME);
		for (const { name } of HALVES) {
			await expect(install(name)).rejects.toThrow('UNIQUE constraint failed: installed_nodes.name');
		}
		expect(await ourTypes()).toEqual(withToolAndTrigger([THREATCONNECT, ATTACKFORGE]));
		expect(await outcomes(both)).toEqual(['unchanged', 'unchanged']);
	});

	test('the commands of docs/migration.md move the workflows, and only those that have the nodes', async () => {
		ids = {
			published: await session.addWorkflow(withWebhook(both, 'moved')),
			agent: await session.addWorkflow(example('agent-tools')),
			other: await session.addWorkflow(withWebhook(workflowOf('Other'), 'other')),
		};
		for (const id of Object.values(ids)) await session.publishWorkflow(id);

		const page = readFileSync(join(ROOT, 'docs/migration.md'), 'utf8');
		const [, commands = ''] = /^ *```sh\n([^]*?)^ *```/m.exec(page) ?? [];
		const work = join(folder, 'moving');
		mkdirSync(work);
		const env = await environment({ userFolder: stage.folder, env: registry.env }, await freePort());
		const inWork = async (shell: string) =>
			await run('sh', ['-euc', shell], { cwd: work, env, timeout: 240_000 });
		const said = await inWork(commands).catch(async (error: Error) => {
			// The page warns about this case: n8n was writing.
			expect(error.message).toContain('SQLITE_BUSY');
			await inWork(commands.trim().split('\n').at(-1) ?? '');
			return error.message;
		});
		const files = said.match(/^moved\/.*\.json$/gm) ?? [];
		const published = files.map(
			(file) => (JSON.parse(readFileSync(join(work, file), 'utf8')) as Workflow).id,
		);
		expect(published.sort()).toEqual([ids.published, ids.agent].sort());
		for (const id of [ids.published, ids.agent]) {
			expect((await workflow(id)).active).toBe(false);
			expect(new Set(await typesIn(id))).toEqual(new Set(OF_HALVES.map((type) => typeIn(type, id))));
		}
		expect((await workflow(ids.other)).active).toBe(true);
	});
	const typeIn = (type: string, id: string) => (id === ids.agent ? `${type}Tool` : type);

	test('once the packages are exchanged and n8n is restarted, they run as before', async () => {
		await uninstall(PACKAGE_NAME);
		for (const { name } of HALVES) await install(name);
		await stage.n8n.stop();
		const n8n = await startN8n({ userFolder: stage.folder, env: registry.env });
		endings.push(async () => await n8n.stop());
		session = await Session.logIn(n8n.url, stage.owner);
		expect(await ourTypes()).toEqual(withToolAndTrigger(OF_HALVES));
		await session.publishWorkflow(ids.published);
		await session.publishWorkflow(ids.agent);

		const execution = await session.runWorkflow(ids.published, TRIGGER);
		expect(failuresOf(execution)).toEqual([]);
		expect(itemsOf(execution, 'Incident')[0]?.json._outcome).toBe('unchanged');
		const called = await fetch(`${n8n.url}/webhook/moved`);
		expect(await called.json()).toMatchObject([{ name: 'ACME Corp.', _outcome: 'unchanged' }]);
		expect(stage.threatConnect.groups().map(({ name }) => name)).toEqual(['Found by a split package']);
		expect(stage.attackForge.groups().map(({ name }) => name)).toEqual(['ACME Corp.']);
	});
});
