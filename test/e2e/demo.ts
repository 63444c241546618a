import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { credentialLines } from '../simulators/shared/credentials';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import {
	checkAttackForge,
	checkThreatConnect,
	FAILED_FINDING,
	type Finding,
	updatedCustomers,
	updatedGroups,
} from './expected';
import {
	type Execution,
	installN8n,
	installPackage,
	n8nVersion,
	type Owner,
	PACKAGE_NAME,
	packPackage,
	type RunningN8n,
	Session,
	startN8n,
	stopAll,
	type Workflow,
} from './n8n';
import { temporaryFolder } from './processes';
import { attackForgeTable, type Failure, failureTable, threatConnectTable } from './report';
import { credentialsOf } from './stage';
import { findingsOf } from './workflows';

const USAGE = `Runs examples/findings-to-groups.json in a real n8n, against the simulators of ThreatConnect
and AttackForge, and checks there what has been written.

  --keep   leave n8n running, print how to open it, and the URLs and keys for
           credentials; Ctrl+C ends it
  --json   end with one line of JSON
  --help   print this text`;

const OPTIONS = { keep: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean' } } as const;

const EXAMPLE = resolve(__dirname, '../../examples/findings-to-groups.json');
const CREATE_NODE = 'Create incidents';

type Services = { threatConnect: ThreatConnectSimulator; attackForge: AttackForgeSimulator };
type Demo = Services & {
	findings: Finding[];
	failures: Failure[];
	problems: string[];
	editor: string;
	owner: Owner;
};

// --- ending ------------------------------------------------------------------------------------------------

/** What is undone after all our processes have ended, last first. */
const endings: Array<() => unknown> = [];
let ending: Promise<void> | undefined;

function end(): Promise<void> {
	return (ending ??= (async () => {
		await stopAll();
		for (const undo of endings.reverse()) await undo();
	})());
}

/** @returns a promise that is fulfilled by Ctrl+C */
function untilInterrupted(): Promise<void> {
	return new Promise((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
	});
}

// --- the steps ---------------------------------------------------------------------------------------------

const started = Date.now();

function say(line = ''): void {
	console.log(line);
}

function step(text: string): void {
	say(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}

async function startServices(): Promise<Services> {
	const threatConnect = await startThreatConnect();
	endings.push(() => threatConnect.stop());
	const attackForge = await startAttackForge();
	endings.push(() => attackForge.stop());
	return { threatConnect, attackForge };
}

/** A real n8n with the package, installed as n8n's Community Nodes page would install it. */
async function startWithPackage(): Promise<RunningN8n> {
	const folder = await temporaryFolder('n8n-demo-');
	const userFolder = join(folder, 'n8n');
	const work = join(folder, 'package');
	for (const path of [userFolder, work]) mkdirSync(path);

	step('Building and packing the package');
	const tarball = await packPackage(work);
	step(`Installing ${basename(tarball)} into n8n`);
	await installPackage(tarball, userFolder);
	step('Starting n8n');
	return await startN8n({ userFolder });
}

async function checkNodeTypes(session: Session): Promise<void> {
	const wanted = ['threatConnectGroup', 'attackForgeGroup'].map((name) => `${PACKAGE_NAME}.${name}`);
	const known = await session.nodeTypes();
	const missing = wanted.filter((type) => !known.includes(type));
	if (missing.length > 0) throw new Error(`n8n did not load ${missing.join(' and ')}.`);
	step('n8n has loaded both nodes');
}

/** Adds the credentials under the names that the example looks for. */
async function addCredentials(session: Session, services: Services): Promise<void> {
	for (const { name, type, data } of credentialsOf(services)) {
		const { status, message } = await session.testCredential(name, type, data);
		if (status !== 'OK') throw new Error(`n8n's test of the credential "${name}" failed: ${message}`);
		await session.addCredential(name, type, data);
	}
	step('Both credentials are added and pass their tests in n8n');
}

function failuresOf({ nodes }: Execution): Failure[] {
	const items = nodes[CREATE_NODE]?.[0]?.data?.main[1] ?? [];
	return items.map(({ json, pairedItem }) => ({
		item: (pairedItem as { item: number }).item,
		finding: String(json.id),
		title: String(json.title),
		error: String(json.error),
		advice: String(json.message),
	}));
}

// --- checks -----------------------------------------------------------------------------------------------

function checkExecution({ status, error, nodes }: Execution, workflow: Workflow): string[] {
	const failed = Object.entries(nodes)
		.flatMap(([name, runs]) => runs.map((run) => ({ name, error: run.error })))
		.filter((run) => run.error !== undefined);
	const idle = workflow.nodes.filter(({ name, type }) => !type.endsWith('.stickyNote') && !nodes[name]);
	return [
		...(status === 'success'
			? []
			: [`The execution ended with "${status}": ${error?.message ?? 'no message'}`]),
		...failed.map(
			(run) => `The node "${run.name}" failed: ${run.error?.message} ${run.error?.description ?? ''}`,
		),
		...idle.map(({ name }) => `The node "${name}" did not run`),
	];
}

function checkFailures(failures: Failure[]): string[] {
	const { item, id, words } = FAILED_FINDING;
	const [first] = failures;
	if (failures.length !== 1 || first?.item !== item || first.finding !== id) {
		return [`Item ${item} (${id}), and no other, should have come out of the error output`];
	}
	const absent = words.filter((word) => !first.error.includes(word));
	return absent.map((word) => `The error of item ${item} should name ${word}: ${first.error}`);
}

function jsonLine({ threatConnect, attackForge, findings, failures }: Demo): string {
	return JSON.stringify({
		n8n: n8nVersion(),
		items: findings.length,
		threatConnect: {
			created: threatConnect.groups().map(({ id }) => id),
			updated: updatedGroups(threatConnect),
		},
		attackForge: {
			created: attackForge.groups().map(({ id }) => id),
			updated: updatedCustomers(attackForge),
		},
		failed: failures.map(({ item, error }) => ({ item, error })),
	});
}

// --- the demo ----------------------------------------------------------------------------------------------

async function runDemo(): Promise<Demo> {
	if (!(await installN8n(say))) say(`n8n ${n8nVersion()} is installed in test/e2e/node_modules.`);
	const services = await startServices();
	const n8n = await startWithPackage();
	const owner = { email: 'demo@example.com', password: `Demo1-${randomBytes(6).toString('hex')}` };
	const session = await Session.setUp(n8n.url, owner);
	await checkNodeTypes(session);
	await addCredentials(session, services);

	const workflow = JSON.parse(readFileSync(EXAMPLE, 'utf8')) as Workflow;
	const findings = findingsOf(workflow);
	const id = await session.addWorkflow(workflow);
	step(`Running the workflow "${workflow.name}" with ${findings.length} findings`);
	const trigger = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger')?.name ?? '';
	const execution = await session.runWorkflow(id, trigger);
	step(`n8n says: ${execution.status}`);

	const failures = failuresOf(execution);
	const problems = [
		...checkExecution(execution, workflow),
		...checkThreatConnect(services.threatConnect, findings),
		...checkAttackForge(services.attackForge),
		...checkFailures(failures),
	];
	return { ...services, findings, failures, problems, editor: `${n8n.url}/workflow/${id}`, owner };
}

function print(demo: Demo): void {
	const { threatConnect, attackForge, findings, failures, problems } = demo;
	const tables = [
		threatConnectTable(threatConnect, findings),
		attackForgeTable(attackForge),
		failureTable(failures),
	];
	for (const lines of tables) say(`\n${lines.join('\n')}`);
	say();
	if (problems.length === 0) {
		say('Every record and every change stands in the simulators as it should.');
		return;
	}
	say('Not all of it happened:');
	for (const problem of problems) say(` - ${problem}`);
}

function printEditor(demo: Demo): void {
	const { editor, owner } = demo;
	say();
	say(`n8n is running. Open  ${editor}`);
	say(`             e-mail   ${owner.email}`);
	say(`             password ${owner.password}`);
	say('Its credentials for both services are there already. To make your own, as README.md says:');
	say();
	for (const line of credentialLines(demo)) say(line);
	say();
	say('Press Ctrl+C to end them.');
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) return say(USAGE);
	const interrupted = untilInterrupted();
	const demo = await Promise.race([runDemo(), interrupted.then(() => undefined)]);
	if (!demo) {
		process.exitCode = 130;
		return;
	}
	if (demo.problems.length > 0) process.exitCode = 1;
	print(demo);
	if (values.keep) printEditor(demo);
	if (values.json) say(jsonLine(demo));
	if (values.keep) await interrupted;
}

main()
	.catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	})
	.finally(end)
	// Otherwise an interrupted step would continue.
	.finally(() => process.exit());
