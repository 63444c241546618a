import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installN8n, installPackage, n8nVersion, packPackage, Session, startN8n, stopAll } from '../e2e/n8n';
import { temporaryFolder } from '../e2e/processes';
import { THREATCONNECT, TRIGGER, workflowOf } from '../e2e/workflows';
import { type Bench, median } from './bench';
import { LONG_FORM, type Target } from './clients';

/** Workflows in a real n8n, each measurement in a process of its own. */

const FIELDS = { type: 'Incident', name: '={{ $json.name }}', xid: '={{ $json.xid }}', status: 'New' };
const CREDENTIAL = { threatConnectApi: 'ThreatConnect' };

const ourNode = {
	name: 'Node',
	type: THREATCONNECT,
	credentials: CREDENTIAL,
	parameters: {
		resource: 'group',
		operation: 'create',
		type: FIELDS.type,
		name: FIELDS.name,
		status: FIELDS.status,
		additionalFields: { xid: FIELDS.xid },
	},
};

/** The longest work before the first item is sent. */
const ofTwelveExpressions = {
	...ourNode,
	parameters: { resource: 'group', operation: 'create', ...LONG_FORM },
};

const httpRequest = ({ url }: Target) => ({
	name: 'Node',
	type: 'n8n-nodes-base.httpRequest',
	typeVersion: 4.2,
	credentials: CREDENTIAL,
	parameters: {
		method: 'POST',
		url: `${url}/api/v3/groups`,
		authentication: 'predefinedCredentialType',
		nodeCredentialType: 'threatConnectApi',
		sendBody: true,
		bodyParameters: { parameters: Object.entries(FIELDS).map(([name, value]) => ({ name, value })) },
	},
});

const noOperation = { name: 'Node', type: 'n8n-nodes-base.noOp' };

const NODES = {
	'this node': () => ourNode,
	'this node, twelve expressions': () => ofTwelveExpressions,
	'HTTP Request': httpRequest,
	'No Operation': () => noOperation,
} satisfies Record<string, (target: Target) => Parameters<typeof workflowOf>[1]>;

type Client = keyof typeof NODES;

type InN8n = {
	seconds: number;
	/** Of n8n's main process. */
	cpuSeconds: number;
	peakMiB: number;
	/** The longest time that n8n's health check took to answer. */
	longestPauseMs: number;
	status: string;
	requests: number;
	/** Different groups that the service was asked to make. */
	records: number;
};

/** Ticks of the kernel's clock in a second, on each Linux that n8n runs on. */
const TICKS = 100;

/** CPU time of a process in seconds, and the most memory that it had. Linux only. */
function usageOf(pid: number): { cpuSeconds: number; peakMiB: number } {
	// The name of the program stands in brackets and may hold blanks.
	const [, fields = ''] = /\)\s(.*)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
	const [user, system] = fields.split(' ').slice(11, 13).map(Number);
	const [, peak] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
	return { cpuSeconds: ((user ?? 0) + (system ?? 0)) / TICKS, peakMiB: Number(peak) / 1024 };
}

/** Asks n8n's health check again and again. @returns ends the asking, and gives the longest answer in milliseconds */
function watchHealth(url: string): () => Promise<number> {
	let longest = 0;
	let ended = false;
	const watching = (async () => {
		while (!ended) {
			const asked = performance.now();
			await fetch(`${url}/healthz`).then(async (response) => await response.text());
			longest = Math.max(longest, performance.now() - asked);
			await sleep(10);
		}
	})();
	return async () => {
		ended = true;
		await watching;
		return longest;
	};
}

type Execution = { status: string; startedAt: string; stoppedAt: string };

/** Without the items, which would take n8n longer to give than some workflows take to run. */
async function untilEnded(session: Session, id: string): Promise<Execution> {
	for (;;) {
		const { results } = await session.call('GET', '/rest/executions?limit=10');
		const execution = (results as Array<Execution & { id: string }>).find((one) => String(one.id) === id);
		if (execution && !['new', 'running', 'waiting'].includes(execution.status)) return execution;
		await sleep(250);
	}
}

async function measure(bench: Bench, tarball: string, client: Client, items: number): Promise<InN8n> {
	const target = await bench.behave({});
	const userFolder = await temporaryFolder('n8n-bench-run-');
	await installPackage(tarball, userFolder);
	const n8n = await startN8n({ userFolder, env: { NODE_EXTRA_CA_CERTS: bench.authority } });
	try {
		const owner = { email: 'bench@example.com', password: `Bench1-${randomBytes(6).toString('hex')}` };
		const session = await Session.setUp(n8n.url, owner);
		const { url: baseUrl, apiToken } = target;
		await session.addCredential(CREDENTIAL.threatConnectApi, 'threatConnectApi', { baseUrl, apiToken });
		const generate = {
			name: 'Items',
			type: 'n8n-nodes-base.code',
			typeVersion: 2,
			parameters: {
				jsCode: `return Array.from({ length: ${items} }, (_, i) => ({ json: { name: 'Incident ' + i, xid: 'bench:' + i } }));`,
			},
		};
		const workflow = workflowOf(`${client} ${items}`, generate, NODES[client](target));
		const id = await session.addWorkflow(workflow);
		const before = usageOf(n8n.pid);
		const stopWatching = watchHealth(n8n.url);
		const started = await session.call('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: TRIGGER },
		});
		const execution = await untilEnded(session, String(started.executionId));
		const longestPauseMs = await stopWatching();
		const after = usageOf(n8n.pid);
		const seen = await bench.seen();
		return {
			seconds: (Date.parse(execution.stoppedAt) - Date.parse(execution.startedAt)) / 1000,
			cpuSeconds: after.cpuSeconds - before.cpuSeconds,
			peakMiB: after.peakMiB,
			longestPauseMs,
			status: execution.status,
			requests: seen.requests,
			records: seen.records,
		};
	} finally {
		await n8n.stop();
	}
}

const summary = (all: InN8n[]): InN8n => {
	const of = (value: (one: InN8n) => number) => median(all.map(value));
	return {
		seconds: of(({ seconds }) => seconds),
		cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
		peakMiB: of(({ peakMiB }) => peakMiB),
		longestPauseMs: of(({ longestPauseMs }) => longestPauseMs),
		status: all.find(({ status }) => status !== 'success')?.status ?? 'success',
		requests: Math.max(...all.map(({ requests }) => requests)),
		records: Math.min(...all.map(({ records }) => records)),
	};
};

/** Milliseconds that n8n may stand still longer than with No Operation. */
const MOST_PAUSE = 250;

/** How much more an item may cost in the largest run than in the one before. */
const MOST_GROWTH = 1.2;

type Summaries = Record<Client, InN8n>;

/** This node, HTTP Request and No Operation in turns, with growing numbers of items. */
export async function inN8n(bench: Bench): Promise<void> {
	await installN8n(bench.note);
	const folder = join(await temporaryFolder('n8n-bench-package-'), 'package');
	mkdirSync(folder);
	const tarball = await packPackage(folder);
	const all = new Map<number, Summaries>();
	try {
		for (const items of bench.options.quick ? [100, 1000] : [1000, 10_000, 50_000]) {
			const results = Object.fromEntries(
				Object.keys(NODES).map((client) => [client, []]),
			) as unknown as Record<Client, InN8n[]>;
			for (let round = 0; round < bench.options.rounds; round++) {
				for (const client of Object.keys(NODES) as Client[]) {
					const result = await measure(bench, tarball, client, items);
					bench.note(`${items} items, ${client}: ${JSON.stringify(result)}`);
					results[client].push(result);
				}
			}
			const summaries = Object.fromEntries(
				Object.entries(results).map(([client, each]) => [client, summary(each)]),
			) as Summaries;
			all.set(items, summaries);
			report(bench, items, summaries);
		}
		reportGrowth(bench, all);
	} finally {
		await stopAll();
	}
}

const isComplete = ({ status, records, requests }: InN8n, items: number) =>
	status === 'success' && records === items && requests === items;

const scenarioOf = (items: number) => `n8n ${n8nVersion()}: ${items.toLocaleString('en')} creates`;

function report(bench: Bench, items: number, summaries: Summaries): void {
	const {
		'this node': ours,
		'this node, twelve expressions': long,
		'HTTP Request': http,
		'No Operation': nothing,
	} = summaries;
	const row = (unit: string, value: (one: InN8n) => number, bar: string, met: boolean) =>
		bench.figure({
			scenario: scenarioOf(items),
			peakRssMiB: ours.peakMiB,
			ours: value(ours),
			unit,
			peers: { 'HTTP Request': value(http), 'No Operation': value(nothing) },
			bar,
			met,
		});
	row('s', (one) => one.seconds, 'no longer than HTTP Request', ours.seconds <= http.seconds);
	row('s of CPU', (one) => one.cpuSeconds, 'no more than HTTP Request', ours.cpuSeconds <= http.cpuSeconds);
	row('MiB peak', (one) => one.peakMiB, 'no more than HTTP Request', ours.peakMiB <= http.peakMiB);
	row(
		'ms longest answer of the health check',
		(one) => one.longestPauseMs,
		`at most ${MOST_PAUSE} ms more than with No Operation`,
		ours.longestPauseMs <= nothing.longestPauseMs + MOST_PAUSE,
	);
	row('groups in the service', (one) => one.records, 'each item once', isComplete(ours, items));
	const ofTwelve = {
		scenario: `${scenarioOf(items)} of twelve expressions`,
		peakRssMiB: long.peakMiB,
	};
	bench.figure({
		...ofTwelve,
		ours: long.longestPauseMs,
		unit: 'ms longest answer of the health check',
		peers: { 'No Operation': nothing.longestPauseMs },
		bar: `at most ${MOST_PAUSE} ms more than with No Operation`,
		met: long.longestPauseMs <= nothing.longestPauseMs + MOST_PAUSE,
	});
	bench.figure({
		...ofTwelve,
		ours: long.records,
		unit: 'groups in the service',
		peers: { 's until the execution ends': long.seconds, 's of CPU': long.cpuSeconds },
		bar: 'each item once',
		met: isComplete(long, items),
	});
}

function reportGrowth(bench: Bench, all: Map<number, Summaries>): void {
	const [base = NaN, last = NaN] = [...all.keys()].slice(-2);
	/** What n8n needs without any work. */
	const empty = Math.min(...[...all.values()].map((summaries) => summaries['No Operation'].peakMiB));
	for (const [unit, value] of [
		['ms/item', ({ seconds }) => seconds * 1000],
		['ms of CPU/item', ({ cpuSeconds }) => cpuSeconds * 1000],
		['KiB/item', ({ peakMiB }) => (peakMiB - empty) * 1024],
	] satisfies Array<[string, (one: InN8n) => number]>) {
		const each = (client: Client, items: number) => {
			const one = all.get(items)?.[client];
			return one ? value(one) / items : NaN;
		};
		const of = (items: number) => each('this node', items);
		bench.figure({
			scenario: `${scenarioOf(last)}, cost of an item`,
			ours: of(last),
			unit,
			peers: {
				[`of ${base.toLocaleString('en')}`]: of(base),
				'HTTP Request': each('HTTP Request', last),
			},
			bar: `linear: an item costs at most ${MOST_GROWTH}x that of ${base.toLocaleString('en')}`,
			met: of(last) <= MOST_GROWTH * of(base),
			peakRssMiB: all.get(last)?.['this node'].peakMiB ?? NaN,
		});
	}
}
