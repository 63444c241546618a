import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ThreatConnectOptions } from '../simulators/threatconnect';
import { ALONE, installPackage, PACKAGE_NAME, type RunningN8n, startWorker, type Workflow } from './n8n';
import { type Services, startServices } from './services';
import { openStage, type Stage } from './stage';
import { addCredentials } from './workflows';

/**
 * n8n's queue mode with a real Redis and PostgreSQL. There are one main process and two workers, and one worker dies
 * during its work. docs/scaling.md describes this setup.
 */

const CALLS = 500;
/** Every fifth call goes to the workflow that only creates. */
const isPlain = (index: number) => index % 5 === 4;
/** Calls that are sent to n8n at the same time. */
const CALLERS = 16;
const KILL_AFTER = 150;
const CONCURRENCY = 10;

const MINUTE = 60_000;

let services: Services;
let stage: Stage;
let env: NodeJS.ProcessEnv;
let workers: RunningN8n[];
const hooks: NonNullable<ThreatConnectOptions['hooks']> = {};
const endings: Array<() => unknown> = [];

beforeAll(async () => {
	services = await startServices();
	endings.push(async () => await services.stop());
	env = {
		...services.env,
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
		// n8n notices a dead worker after the time of a lock and a check, by default 60 s and 30 s. An execution that keeps
		// this lock keeps the default one too.
		QUEUE_WORKER_LOCK_DURATION: '20000',
		QUEUE_WORKER_LOCK_RENEW_TIME: '5000',
		QUEUE_WORKER_STALLED_INTERVAL: '10000',
	};
	stage = await openStage({ env, latency: 50, hooks });
	endings.push(async () => await stage.close());
	await addCredentials(stage);
	workers = await Promise.all([addWorker(), addWorker()]);
}, 10 * MINUTE);
afterAll(async () => {
	for (const end of endings.reverse()) await end();
});

/** A worker as on a machine of its own: it has its own folder with the package. */
async function addWorker(): Promise<RunningN8n> {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-worker-'));
	endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
	const userFolder = join(folder, 'n8n');
	mkdirSync(userFolder);
	await installPackage(process.env.E2E_TARBALL ?? '', userFolder);
	const worker = await startWorker({ userFolder, env, concurrency: CONCURRENCY });
	endings.push(async () => await worker.stop());
	return worker;
}

// --- the workflows -----------------------------------------------------------------------------------------

const node = (name: string, type: string, column: number, rest: Record<string, unknown>) => ({
	id: name,
	name,
	type,
	typeVersion: 1,
	position: [column * 200, 0],
	...rest,
});

const webhook = (path: string) =>
	node('Webhook', 'n8n-nodes-base.webhook', 0, {
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, options: {} },
	});

const threatConnect = (parameters: Record<string, unknown>) =>
	node('ThreatConnect', `${PACKAGE_NAME}.threatConnectGroup`, 1, {
		credentials: { threatConnectApi: { id: null, name: 'ThreatConnect account' } },
		parameters: { authentication: 'apiToken', resource: 'group', dataMode: 'json', ...parameters },
	});

/** An item for each of the names that a call brings. */
const splitNames = node('Split', 'n8n-nodes-base.splitOut', 1, {
	parameters: { fieldToSplitOut: 'body.names', include: 'noOtherFields', options: {} },
});

const group = "type: 'Incident', name: 'Alert ' + $json.body.call";

function chain(name: string, nodes: Array<{ name: string }>): Workflow {
	const links = nodes
		.slice(1)
		.map((to, index): [string, unknown] => [
			nodes[index]?.name ?? '',
			{ main: [[{ node: to.name, type: 'main', index: 0 }]] },
		]);
	return { name, nodes, connections: Object.fromEntries(links) } as unknown as Workflow;
}

const WORKFLOWS = {
	upsert: chain('Create or Update, by the XID of the call', [
		webhook('upsert'),
		threatConnect({
			operation: 'upsert',
			matchBy: 'xid',
			groupXid: '={{ $json.body.call }}',
			jsonBody: `={{ JSON.stringify({ ${group} }) }}`,
		}),
		node('AttackForge', `${PACKAGE_NAME}.attackForgeGroup`, 2, {
			credentials: { attackForgeApi: { id: null, name: 'AttackForge account' } },
			parameters: {
				resource: 'group',
				operation: 'upsert',
				matchBy: 'name',
				dataMode: 'json',
				jsonBody: `={{ JSON.stringify({
					name: $('Webhook').item.json.body.call,
					group_owner: 'John Citizen',
					primary_contact_name: 'Paul Citizen',
					primary_contact_number: '(555)555-5555',
					primary_contact_email: 'paul.citizen@example.com',
				}) }}`,
			},
		}),
	]),
	create: chain('Create, with the XID of the call', [
		webhook('create'),
		threatConnect({
			operation: 'create',
			jsonBody: `={{ JSON.stringify({ ${group}, xid: $json.body.call }) }}`,
		}),
	]),
	long: chain('Many groups, a few at a time', [
		webhook('long'),
		splitNames,
		threatConnect({
			operation: 'create',
			jsonBody: "={{ JSON.stringify({ type: 'Threat', name: $json['body.names'] }) }}",
			options: { maxConcurrentRequests: 4 },
		}),
	]),
	large: chain('Many groups, each from twelve expressions', [
		webhook('large'),
		splitNames,
		threatConnect({
			operation: 'create',
			dataMode: 'defineBelow',
			type: 'Incident',
			name: "={{ $json['body.names'] }}",
			status: '={{ "New" }}',
			tagNames: '={{ "large" }}',
			additionalFields: {
				xid: "={{ $json['body.names'].toLowerCase() }}",
				ownerName: '={{ "Demo Organization" }}',
				eventDate: '={{ $now.toISO() }}',
				externalId: "={{ $json['body.names'].toUpperCase() }}",
				externalDateAdded: '={{ "2026-01-02T03:04:05Z" }}',
				externalDateExpires: '={{ "2026-01-03T03:04:05Z" }}',
				externalLastModified: '={{ "2026-01-04T03:04:05Z" }}',
				firstSeen: '={{ "2026-01-05T03:04:05Z" }}',
				lastSeen: '={{ "2026-01-06T03:04:05Z" }}',
			},
		}),
	]),
};

/** Activates a workflow and waits until n8n accepts its calls, which takes a moment. The first of them is `call`. */
async function activate(workflow: Workflow, call: string): Promise<void> {
	const { id, versionId } = await stage.session.call('POST', '/rest/workflows', workflow);
	await stage.session.call('POST', `/rest/workflows/${String(id)}/activate`, { versionId });
	const giveUpAt = Date.now() + 3 * MINUTE;
	for (let status = await send(call); status !== 200; status = await send(call)) {
		if (Date.now() > giveUpAt) throw new Error(`The webhook answers ${status}.`);
		await sleep(500);
	}
}

// --- calls and their records -------------------------------------------------------------------------------

const callId = (index: number) => `call-${isPlain(index) ? 'create' : 'upsert'}-${index}`;
const pathOf = (call: string) => (call.startsWith('call-create') ? 'create' : 'upsert');

/** n8n responds when the execution is in the queue. */
async function send(call: string): Promise<number> {
	const response = await fetch(`${stage.n8n.url}/webhook/${pathOf(call)}`, {
		method: 'POST',
		headers: { ...ALONE, 'content-type': 'application/json' },
		body: JSON.stringify({ call }),
		signal: AbortSignal.timeout(2 * MINUTE),
	});
	await response.text();
	return response.status;
}

/** Adds a workflow and starts it once, with an item for each name. */
async function beginWith(path: 'long' | 'large', names: string[]): Promise<void> {
	await stage.session.publishWorkflow(await stage.session.addWorkflow(WORKFLOWS[path]));
	const begin = async () =>
		await fetch(`${stage.n8n.url}/webhook/${path}`, {
			method: 'POST',
			headers: { ...ALONE, 'content-type': 'application/json' },
			body: JSON.stringify({ names }),
		});
	const giveUpAt = Date.now() + 3 * MINUTE;
	while (!(await begin()).ok) {
		if (Date.now() > giveUpAt) throw new Error(`The webhook ${path} does not answer.`);
		await sleep(500);
	}
}

async function sendAll(calls: string[]): Promise<number[]> {
	const waiting = [...calls];
	const statuses: number[] = [];
	const caller = async () => {
		for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
			statuses.push(await send(call));
		}
	};
	await Promise.all(Array.from({ length: CALLERS }, caller));
	return statuses;
}

type Page = { count: number; results: Array<{ id: string; status: string }> };

/**
 * Reads one page with its count, because n8n's pages lose rows if executions did not start in the order of their IDs.
 */
async function executions(...status: string[]): Promise<Page> {
	const filter = encodeURIComponent(JSON.stringify({ status }));
	const page = await stage.session.call('GET', `/rest/executions?limit=100&filter=${filter}`);
	return page as unknown as Page;
}

const UNDER_WAY = ['new', 'running', 'waiting'];
const FAILED = ['error', 'crashed', 'canceled'];
const countOf = async (...status: string[]) => (await executions(...status)).count;
const countAll = async () => await countOf('success', ...FAILED, ...UNDER_WAY);

/** Waits until each of `count` executions has ended. */
async function settled(count: number, minutes = 8): Promise<void> {
	const giveUpAt = Date.now() + minutes * MINUTE;
	for (;;) {
		const [all, left] = [await countAll(), await countOf(...UNDER_WAY)];
		if (all >= count && left === 0) return;
		if (Date.now() > giveUpAt) {
			throw new Error(`${left} of ${all} executions (${count} expected) have not ended.`);
		}
		await sleep(1_000);
	}
}

/** How often each name occurs. */
function tally(names: Array<string | undefined>): Map<string, number> {
	const counts = new Map<string, number>();
	for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
}
const groups = () => tally(stage.threatConnect.groups().map(({ xid }) => xid));
const customers = () => tally(stage.attackForge.groups().map(({ name }) => name));
const twice = (counts: Map<string, number>) => [...counts].filter(([, count]) => count > 1);

/** Calls that do not have all of their records. */
function unfinished(calls: string[]): string[] {
	const [there, alsoThere] = [groups(), customers()];
	return calls.filter((call) => !there.has(call) || (pathOf(call) === 'upsert' && !alsoThere.has(call)));
}

// --- the tests ---------------------------------------------------------------------------------------------

const calls = Array.from({ length: CALLS }, (_, index) => callId(index));

test(
	'a worker dies during 500 calls: no loss is unnoticed, and a second run creates nothing twice',
	async () => {
		await activate(WORKFLOWS.upsert, callId(0));
		await activate(WORKFLOWS.create, callId(4));
		const rest = calls.filter((call) => call !== callId(0) && call !== callId(4));
		const started = Date.now();
		const sending = sendAll(rest);

		while (stage.threatConnect.groups().length < KILL_AFTER) await sleep(20);
		// More requests wait for ThreatConnect than one worker sends, so both workers have some.
		const waiting = new Set<() => void>();
		hooks.beforeRequest = async () => await new Promise<void>((go) => waiting.add(go));
		while (waiting.size <= CONCURRENCY) await sleep(20);
		await workers[0]?.kill();
		delete hooks.beforeRequest;
		for (const go of waiting) go();
		const replacing = addWorker();

		const answers = await sending;
		const allSent = Date.now();
		await replacing;
		await settled(CALLS);
		const ended = Date.now();

		const { results: failed } = await executions(...FAILED);
		const missing = unfinished(calls);
		expect(answers).toEqual(rest.map(() => 200));
		expect(await countAll()).toBe(CALLS);
		expect(await countOf('success')).toBe(CALLS - failed.length);
		// This proves that the test would see a loss.
		expect(failed.length).toBeGreaterThan(0);
		expect(missing.length).toBeLessThanOrEqual(failed.length);
		expect(twice(groups())).toEqual([]);
		expect(twice(customers())).toEqual([]);

		// Failed executions run again by "Retry" in the list of executions. Calls that are still unfinished are sent again.
		const retries: string[] = [];
		for (const { id } of failed) {
			const retry = stage.session.call('POST', `/rest/executions/${id}/retry`, { loadWorkflow: false });
			retries.push(
				await retry.then(
					({ status, finished }) => `${String(status)}, finished: ${String(finished)}`,
					(error: Error) => error.message.slice(0, 200),
				),
			);
		}
		const retried = (await countAll()) - CALLS;
		const again = unfinished(calls);
		await sendAll(again);
		await settled(CALLS + retried + again.length);
		expect(unfinished(calls)).toEqual([]);
		expect(twice(groups())).toEqual([]);
		expect(twice(customers())).toEqual([]);

		const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
		console.log(
			[
				`calls: ${CALLS}, all accepted after ${seconds(started, allSent)}, all ended after ${seconds(started, ended)}`,
				`done the first time: ${CALLS - failed.length}; failed with the worker: ${failed.length}, of which ${missing.length} had not written all`,
				`statuses: ${JSON.stringify(Object.fromEntries(tally(failed.map(({ status }) => status))))}`,
				`n8n's Retry: ${JSON.stringify(Object.fromEntries(tally(retries)))}; then sent again: ${again.length}`,
				`groups: ${stage.threatConnect.groups().length}, customers: ${stage.attackForge.groups().length}, twice: 0`,
			].join('\n'),
		);
	},
	20 * MINUTE,
);

test(
	'calls that were done before are sent again: nothing is created a second time',
	async () => {
		const [group, customer] = [groups(), customers()];
		const [before, failedBefore] = [await countAll(), await countOf(...FAILED)];
		const repeated = calls.slice(0, 40);
		expect(await sendAll(repeated)).toEqual(repeated.map(() => 200));
		await settled(before + repeated.length);
		expect(groups()).toEqual(group);
		expect(customers()).toEqual(customer);
		// Create reports that the group already exists. Create or Update uses the existing group.
		const plain = repeated.filter((call) => pathOf(call) === 'create');
		expect(await countOf(...FAILED)).toBe(failedBefore + plain.length);
	},
	10 * MINUTE,
);

test(
	'an execution that is stopped by hand sends nothing more from its worker, and is shown as canceled',
	async () => {
		const names = Array.from({ length: 2_000 }, (_, index) => `Long ${index}`);
		await beginWith('long', names);
		const giveUpAt = Date.now() + 3 * MINUTE;
		const made = () => stage.threatConnect.groups().filter(({ name }) => name.startsWith('Long ')).length;
		while (made() < 20 && Date.now() < giveUpAt) await sleep(20);
		const { results } = await executions('running');
		const id = String(results[0]?.id);
		await stage.session.call('POST', `/rest/executions/${id}/stop`);
		let before = -1;
		while (made() !== before) {
			before = made();
			await sleep(2_000);
		}
		expect(made()).toBeGreaterThanOrEqual(20);
		expect(made()).toBeLessThan(names.length);
		expect((await stage.session.execution(id)).status).toBe('canceled');
	},
	10 * MINUTE,
);

test(
	'an execution of 15,000 items of twelve expressions keeps its lock, succeeds, and creates each group once',
	async () => {
		const [before, good] = [await countAll(), await countOf('success')];
		const names = Array.from({ length: 15_000 }, (_, index) => `Large ${index}`);
		const started = Date.now();
		await beginWith('large', names);
		await settled(before + 1, 18);
		expect(await countOf('success')).toBe(good + 1);
		const made = stage.threatConnect.groups().filter(({ name }) => name.startsWith('Large '));
		expect(made).toHaveLength(names.length);
		expect(new Set(made.map(({ xid }) => xid)).size).toBe(names.length);
		console.log(`15,000 items: ended after ${Math.round((Date.now() - started) / 1000)} s`);
	},
	20 * MINUTE,
);
