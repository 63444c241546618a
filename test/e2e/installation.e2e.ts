import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_NAME, Session, startN8n, type RunningN8n, type Workflow } from './n8n';
import { type Registry, repack, startRegistry } from './registry';
import { credentialsOf, hmacCredentialOf, openStage, type Stage } from './stage';
import { failuresOf, itemsOf, TRIGGER } from './workflows';

/**
 * The package as users get it. It is published to a registry, and n8n itself installs, updates and uninstalls it,
 * through the requests of its page Settings > Community Nodes.
 */

const THREATCONNECT = `${PACKAGE_NAME}.threatConnectGroup`;
const ATTACKFORGE = `${PACKAGE_NAME}.attackForgeGroup`;

type Installed = {
	packageName: string;
	installedVersion: string;
	updateAvailable?: string;
	failedLoading?: boolean;
	installedNodes: Array<{ name: string; type: string }>;
};

let folder: string;
let registry: Registry;
let stage: Stage;
let n8n: RunningN8n;
let session: Session;
let workflowId: string;
let current: string;
let next: string;
const endings: Array<() => unknown> = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-registry-'));
	endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
	registry = await startRegistry(folder);
	endings.push(async () => await registry.stop());
	stage = await openStage({ withoutPackage: true, env: registry.env });
	endings.push(async () => await stage.close());
	({ n8n, session } = stage);

	const tarball = process.env.E2E_TARBALL ?? '';
	current = manifestOf(join(__dirname, '../..')).version;
	next = current.replace(/\d+$/, (patch) => String(Number(patch) + 1));
	await registry.publish(tarball);
}, 600_000);
afterAll(async () => {
	for (const end of endings.reverse()) await end();
});

const manifestOf = (path: string) =>
	JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<string, unknown> & {
		version: string;
	};
const packageFolder = () => join(stage.folder, '.n8n', 'nodes', 'node_modules', PACKAGE_NAME);

const install = async () =>
	(await session.call('POST', '/rest/community-packages', { name: PACKAGE_NAME })) as unknown as Installed;
const update = async () =>
	(await session.call('PATCH', '/rest/community-packages', { name: PACKAGE_NAME })) as unknown as Installed;
const uninstall = async () =>
	await session.call('DELETE', `/rest/community-packages?name=${encodeURIComponent(PACKAGE_NAME)}`);
const installedPackages = async () =>
	(await session.call('GET', '/rest/community-packages')) as unknown as Installed[];
const ourNodes = async () =>
	(await session.nodeTypes()).filter((type) => type.startsWith(PACKAGE_NAME)).sort();

/** Writes one group with each credential, always the same three groups. */
const workflow: Workflow = {
	name: 'Same groups every time',
	nodes: [
		{
			id: '1',
			name: TRIGGER,
			type: 'n8n-nodes-base.manualTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		},
		...[
			{ name: 'By token', authentication: 'apiToken', type: 'threatConnectApi' },
			{ name: 'By HMAC', authentication: 'hmac', type: 'threatConnectHmacApi' },
		].map(({ name, authentication, type }, index) => ({
			id: `${2 + index}`,
			name,
			type: THREATCONNECT,
			typeVersion: 1,
			position: [200, index * 200],
			credentials: {
				[type]: {
					id: null,
					name: authentication === 'hmac' ? 'ThreatConnect account (HMAC)' : 'ThreatConnect account',
				},
			},
			parameters: {
				authentication,
				resource: 'group',
				operation: 'upsert',
				matchBy: 'xid',
				groupXid: `installation:${type}`,
				dataMode: 'json',
				jsonBody: JSON.stringify({ type: 'Incident', name }),
			},
		})),
		{
			id: '4',
			name: 'Customer',
			type: ATTACKFORGE,
			typeVersion: 1,
			position: [200, 400],
			credentials: { attackForgeApi: { id: null, name: 'AttackForge account' } },
			parameters: {
				resource: 'group',
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
		},
	],
	connections: {
		[TRIGGER]: {
			main: [['By token', 'By HMAC', 'Customer'].map((node) => ({ node, type: 'main', index: 0 }))],
		},
	},
};

/** The outcomes of the workflow's three nodes. */
async function outcomes(): Promise<unknown[]> {
	const execution = await session.runWorkflow(workflowId, TRIGGER);
	expect(failuresOf(execution)).toEqual([]);
	return ['By token', 'By HMAC', 'Customer'].map((node) => itemsOf(execution, node)[0]?.json._outcome);
}

test('n8n installs the published package, loads its nodes and runs them with all three credentials', async () => {
	expect(await ourNodes()).toEqual([]);
	const installed = await install();
	expect(installed).toMatchObject({ packageName: PACKAGE_NAME, installedVersion: current });
	expect(installed.installedNodes.map(({ type }) => type).sort()).toEqual([
		ATTACKFORGE,
		`${ATTACKFORGE}Trigger`,
		THREATCONNECT,
		`${THREATCONNECT}Trigger`,
	]);
	expect(await ourNodes()).toEqual([
		ATTACKFORGE,
		`${ATTACKFORGE}Tool`,
		`${ATTACKFORGE}Trigger`,
		THREATCONNECT,
		`${THREATCONNECT}Tool`,
		`${THREATCONNECT}Trigger`,
	]);
	expect(manifestOf(packageFolder()).version).toBe(current);

	for (const { name, type, data } of [...credentialsOf(stage), hmacCredentialOf(stage)]) {
		expect(await session.testCredential(name, type, data)).toMatchObject({ status: 'OK' });
		await session.addCredential(name, type, data);
	}
	workflowId = await session.addWorkflow(workflow);
	expect(await outcomes()).toEqual(['created', 'created', 'created']);
});

test('the package installs its own code, and no other package', () => {
	expect(existsSync(join(packageFolder(), 'node_modules'))).toBe(false);
	expect(manifestOf(packageFolder())).not.toHaveProperty('dependencies');
});

test('n8n offers the next version, and after the update the same workflow runs with the same credentials', async () => {
	expect(await installedPackages()).toMatchObject([{ installedVersion: current, failedLoading: false }]);
	await registry.publish(await repack(process.env.E2E_TARBALL ?? '', next, folder));
	expect(await installedPackages()).toMatchObject([{ installedVersion: current, updateAvailable: next }]);

	expect(await update()).toMatchObject({ packageName: PACKAGE_NAME, installedVersion: next });
	expect(manifestOf(packageFolder()).version).toBe(next);
	expect(await installedPackages()).toMatchObject([{ installedVersion: next, failedLoading: false }]);
	expect(await outcomes()).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

test('after a restart of n8n the same workflow runs too', async () => {
	await n8n.stop();
	n8n = await startN8n({ userFolder: stage.folder, env: registry.env });
	endings.push(async () => await n8n.stop());
	session = await Session.logIn(n8n.url, stage.owner);
	expect(await installedPackages()).toMatchObject([{ installedVersion: next, failedLoading: false }]);
	expect(await outcomes()).toEqual(['unchanged', 'unchanged', 'unchanged']);
});

test('uninstalled, its nodes are gone; installed again, workflow and credentials are as they were', async () => {
	await uninstall();
	expect(await installedPackages()).toEqual([]);
	expect(await ourNodes()).toEqual([]);
	expect(existsSync(packageFolder())).toBe(false);

	expect(await install()).toMatchObject({ installedVersion: next });
	expect(await outcomes()).toEqual(['unchanged', 'unchanged', 'unchanged']);
	expect(stage.threatConnect.groups().map(({ name }) => name)).toEqual(['By token', 'By HMAC']);
	expect(stage.attackForge.groups().map(({ name }) => name)).toEqual(['ACME Corp.']);
});

test("only this package was requested from npm, and only n8n's usual requests went to n8n's hosts", () => {
	expect([...registry.refused].filter((host) => !/\.n8n\.io:443$/.test(host))).toEqual([]);
});
