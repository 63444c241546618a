import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkAttackForge, checkThreatConnect } from './expected';
import { installN8n, n8nVersion, OTHER_VERSIONS } from './install';
import { PACKAGE_NAME, type Workflow } from './n8n';
import {
	activate,
	ATTACKFORGE_TRIGGER,
	startRecorder,
	THREATCONNECT_TRIGGER,
	triggerWorkflow,
} from './polling';
import { until } from './running';
import { credentialsOf, hmacCredentialOf, openStage, type Stage } from './stage';
import { example, failuresOf, findingsOf, runByHand } from './workflows';

/** The same tarball in each version of n8n that docs/compatibility.md names. */

const MINUTE = 60_000;

/** Chooses the credentials, as a user does in the editor after the import. Only newer versions find them by name. */
function choose(workflow: Workflow, ids: Record<string, string>): Workflow {
	const nodes = workflow.nodes.map((node) => {
		const given = (node.credentials ?? {}) as Record<string, { name: string }>;
		const chosen = Object.entries(given).map(([type, { name }]) => [type, { id: ids[type], name }]);
		return { ...node, credentials: Object.fromEntries(chosen) as object };
	});
	return { ...workflow, nodes };
}

describe.each([n8nVersion(), ...OTHER_VERSIONS])('n8n %s', (version) => {
	let stage: Stage;
	/** The IDs of the saved credentials, by type. */
	const ids: Record<string, string> = {};
	beforeAll(async () => {
		await installN8n((line) => console.log(line), version);
		stage = await openStage({ version });
	}, 45 * MINUTE);
	afterAll(async () => await stage?.close());

	test('is the version that runs, and is named in docs/compatibility.md', async () => {
		const settings = await stage.session.call('GET', '/rest/settings');
		expect(settings.versionCli ?? settings.n8nMetadata).toBe(version);
		const table = readFileSync(join(__dirname, '../../docs/compatibility.md'), 'utf8');
		expect(table).toContain(`| ${version} `);
	});

	test('loads both nodes', async () => {
		expect(await stage.session.nodeTypes()).toEqual(
			expect.arrayContaining([`${PACKAGE_NAME}.threatConnectGroup`, `${PACKAGE_NAME}.attackForgeGroup`]),
		);
	});

	test('each credential passes its test, and says what is wrong if its secret is wrong', async () => {
		for (const { name, type, data } of [...credentialsOf(stage), hmacCredentialOf(stage)]) {
			const id = await stage.session.addCredential(name, type, data);
			ids[type] = id;
			expect(await stage.session.testCredential(name, type, data, id)).toMatchObject({ status: 'OK' });
			const secrets = Object.keys(data).filter((key) => key !== 'baseUrl' && key !== 'accessId');
			const wrong = { ...data, ...Object.fromEntries(secrets.map((key) => [key, 'wrong'])) };
			const refused = await stage.session.testCredential(name, type, wrong, id);
			expect(refused.status).toBe('Error');
			expect(refused.message).not.toBe('');
		}
	});

	test('with these credentials, the workflow of the demo writes all of its records, and none for the item that failed', async () => {
		const workflow = choose(example('findings-to-groups'), ids);
		const execution = await runByHand(stage.session, workflow);
		expect(failuresOf(execution)).toEqual([]);
		expect(execution.status).toBe('success');
		expect(checkThreatConnect(stage.threatConnect, findingsOf(workflow))).toEqual([]);
		expect(checkAttackForge(stage.attackForge)).toEqual([]);
	});

	test('its triggers bring each group once', async () => {
		const recorder = await startRecorder();
		try {
			for (const [type, credential, service] of [
				[THREATCONNECT_TRIGGER, 'threatConnectApi', stage.threatConnect],
				[ATTACKFORGE_TRIGGER, 'attackForgeApi', stage.attackForge],
			] as const) {
				const credentials = { [credential]: { id: ids[credential], name: credential } };
				const workflow = triggerWorkflow(type, { type, parameters: {}, credentials }, recorder);
				await activate(stage.session, await stage.session.addWorkflow(workflow), service);
			}
			const due: string[] = [];
			for (let round = 0; round < 3; round++) {
				const { id } = stage.threatConnect.seedGroup({ type: 'Threat', name: `Threat ${round}` });
				due.push(`${id}-created`, `${stage.attackForge.seedGroup({ name: `Customer ${round}` }).id}-created`);
				await until(() => due.every((one) => recorder.counts.has(one)), 5 * MINUTE);
			}
			expect(Object.fromEntries(recorder.counts)).toEqual(Object.fromEntries(due.map((one) => [one, 1])));
		} finally {
			await recorder.stop();
		}
	});
});
