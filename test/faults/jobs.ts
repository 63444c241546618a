import type { INodeExecutionData } from 'n8n-workflow';

import { load, run, type RunOptions, type RunResult } from '../engine/harness';
import { LATE, type FaultKind, type FaultOptions } from '../simulators/shared/faults';
import { account, type Figures, type Outcome } from './account';
import { type Operation, type ServiceName, SERVICES, type ServerSettings, type Stage } from './services';

export type Job = {
	service: ServiceName;
	operation: Operation;
	items: number;
	faults: FaultOptions;
	tls?: boolean;
	/** The client: our node, or n8n's HTTP Request with Retry On Fail. */
	by: 'node' | 'httpRequest';
	/** Whether our node runs with n8n's Retry On Fail. It stops at failures then, as by default. */
	retried?: boolean;
};

export type JobResult = {
	figures: Figures;
	/** The requests that arrived at the service, and how many of them met a fault. */
	requests: number;
	faults: Partial<Record<FaultKind, number>>;
	/** The messages of the error items, each once. */
	errors: string[];
	/** What stopped the execution. */
	error?: Error;
	seconds: number;
};

/** Seconds. Shorter than each stall of the simulator, and longer than a busy machine takes. */
const TIMEOUT = 2;

/** The outcome that n8n's item stands for. */
function outcomeOf({ json, pairedItem }: INodeExecutionData, isError: boolean): Outcome {
	const paired = Array.isArray(pairedItem) ? pairedItem[0] : pairedItem;
	const item = typeof paired === 'object' ? paired.item : (paired ?? -1);
	if (isError) return { item, says: /may or may not/.test(wordsOf(json)) ? 'unknown' : 'failed' };
	// HTTP Request returns the service's envelope.
	const { id, data, group } = json as { id?: unknown; data?: { id?: unknown }; group?: { id?: unknown } };
	return { item, says: 'done', id: String(id ?? data?.id ?? group?.id) };
}

const wordsOf = ({ error, message }: INodeExecutionData['json']): string =>
	`${typeof error === 'string' ? error : JSON.stringify(error)} | ${String(message)}`;

export function outcomesOf({ items, errors }: RunResult): Outcome[] {
	return [...items.map((item) => outcomeOf(item, false)), ...errors.map((item) => outcomeOf(item, true))];
}

const ourNode = ({ node, credentials, parameters }: Stage, { operation, retried }: Job): RunOptions => ({
	type: node,
	parameters: { resource: 'group', operation, ...parameters[operation], options: { timeout: TIMEOUT } },
	credentials,
	...(retried ? { retryOnFail: true, maxTries: 5 } : { onError: 'continueErrorOutput' }),
});

/** The workflow of a user who does not have our nodes. */
async function httpRequest({ server, credentials, post }: Stage): Promise<RunOptions> {
	const { base } = await load();
	const { type } = base.nodeTypes.httpRequest ?? {};
	return {
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: Math.max(...Object.keys((type as { nodeVersions: object }).nodeVersions).map(Number)),
		parameters: {
			method: 'POST',
			url: server.url + post.path,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: Object.keys(credentials)[0] ?? '',
			sendBody: true,
			contentType: 'json',
			specifyBody: 'json',
			jsonBody: post.body,
			options: {
				timeout: TIMEOUT * 1000,
				allowUnauthorizedCerts: true,
				batching: { batch: { batchSize: 50, batchInterval: 100 } },
			},
		},
		credentials,
		onError: 'continueErrorOutput',
		retryOnFail: true,
		maxTries: 3,
	};
}

/** Runs a job against a simulator of its own, and counts the outcomes in the simulator's records. */
export async function runJob(job: Job): Promise<JobResult> {
	const settings: ServerSettings = { faults: job.faults, tls: job.tls };
	const stage = await SERVICES[job.service](settings);
	try {
		const sent = Array.from({ length: job.items }, (_, n) => stage.item(job.operation, n));
		const options = job.by === 'node' ? ourNode(stage, job) : await httpRequest(stage);
		const start = Date.now();
		const result = await run({ ...options, items: sent.map(({ json }) => json) });
		const seconds = (Date.now() - start) / 1000;
		if (stage.server.faults.late) await new Promise((resolve) => setTimeout(resolve, LATE));
		if (result.error && job.by === 'node' && !job.retried) throw result.error;
		const { requests, faults } = stage.server;
		return {
			figures: account(sent, outcomesOf(result), stage.stored()),
			requests: requests.length,
			faults: { ...faults },
			error: result.error,
			errors: [
				...new Set(
					result.errors.map(({ json }) => wordsOf(json).replaceAll(/127\.0\.0\.1:\d+/g, 'the host')),
				),
			],
			seconds,
		};
	} finally {
		await stage.server.stop();
	}
}
