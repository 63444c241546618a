import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NODE, NODE_FOLDER, n8nScript } from './install';
import { hasEnded, kill, plainEnvironment, start, stop } from './processes';

export { installN8n, n8nVersion } from './install';
export { installPackage, packPackage, PACKAGE_NAME } from './tarball';
export { stopAll } from './processes';

// --- the process -------------------------------------------------------------------------------------------

export type N8nOptions = {
	/** Default: any free port. */
	port?: number;
	/** An empty folder, or the folder of an earlier start. */
	userFolder: string;
	env?: NodeJS.ProcessEnv;
	/** Default: the version of `test/e2e/package.json`. */
	version?: string;
	/** Milliseconds until it must respond. */
	timeout?: number;
};

export type RunningN8n = {
	url: string;
	pid: number;
	/** The file with all that n8n printed. */
	logFile: string;
	stop(): Promise<void>;
	/** Ends it at once, like a crash. */
	kill(): Promise<void>;
};

/**
 * A free port. For a minute the system does not give it to another test that asks for any port, because a connection
 * has just ended there, and the server closed it first. A process that names the port still gets it.
 */
export async function freePort(): Promise<number> {
	const server = createServer((socket) => socket.end());
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	await once(connect(port, '127.0.0.1').resume(), 'close');
	server.close();
	await once(server, 'close');
	return port;
}

/**
 * Settings that are not passed on: those of an n8n in the shell, proxies, and jest's, which would make n8n believe that
 * it is tested.
 */
const FOREIGN =
	/^(n8n_|db_|executions_|queue_|credentials_|generic_|webhook_|node_options$|node_env$|jest_|(https?|all|no)_proxy$)/i;

/** The environment of n8n's commands. */
export async function environment(
	{ userFolder, env }: Pick<N8nOptions, 'userFolder' | 'env'>,
	port: number,
): Promise<NodeJS.ProcessEnv> {
	const own = Object.entries(plainEnvironment()).filter(([name]) => !FOREIGN.test(name));
	return {
		...Object.fromEntries(own),
		PATH: [NODE_FOLDER, process.env.PATH].join(delimiter),
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		// Otherwise the cookie of a login is marked secure, but this is plain HTTP.
		N8N_SECURE_COOKIE: 'false',
		// On a busy machine a ping to SQLite may take five seconds while n8n starts. n8n would then take the database for
		// lost, and end.
		DB_PING_INTERVAL_SECONDS: '600',
		// n8n must not send anything to the internet.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		...env,
	};
}

/** Starts n8n and waits until its REST API answers. */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	// The health check answers before the REST API does.
	return await startProcess('n8n', ['start'], options, ['/healthz', '/rest/settings']);
}

/** Starts a worker of n8n's queue mode and waits until it takes executions. */
export async function startWorker(options: N8nOptions & { concurrency: number }): Promise<RunningN8n> {
	const port = options.port ?? (await freePort());
	const env = {
		...options.env,
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
	const args = ['worker', `--concurrency=${options.concurrency}`];
	return await startProcess('n8n-worker', args, { ...options, port, env }, ['/healthz/readiness']);
}

async function startProcess(
	name: string,
	args: string[],
	options: N8nOptions,
	ready: string[],
): Promise<RunningN8n> {
	const port = options.port ?? (await freePort());
	const url = `http://127.0.0.1:${port}`;
	const logFile = join(options.userFolder, `${name}.log`);
	const log = openSync(logFile, 'a');
	const child = start(NODE, [n8nScript(options.version), ...args], {
		cwd: options.userFolder,
		env: await environment(options, port),
		log,
	});
	closeSync(log);
	try {
		const urls = ready.map((path) => url + path);
		await untilReady(urls, options.timeout ?? 300_000, () => hasEnded(child));
	} catch (error) {
		await stop(child);
		const tail = readFileSync(logFile, 'utf8').trim().split('\n').slice(-20).join('\n');
		throw new Error(`${(error as Error).message} The end of its log:\n${tail}`);
	}
	return {
		url,
		pid: child.pid ?? 0,
		logFile,
		stop: async () => await stop(child),
		kill: async () => await kill(child),
	};
}

async function untilReady(urls: string[], timeout: number, ended: () => boolean): Promise<void> {
	const giveUpAt = Date.now() + timeout;
	for (const url of urls) {
		while (!(await isJson(url))) {
			if (ended()) throw new Error('n8n ended while it was starting.');
			if (Date.now() > giveUpAt) throw new Error(`n8n did not answer within ${timeout / 1000} s.`);
			await sleep(250);
		}
	}
}

async function isJson(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
		await response.json();
		return response.ok;
	} catch {
		return false;
	}
}

// --- the REST API that the editor uses ---------------------------------------------------------------------

type Json = Record<string, unknown>;

export type Owner = { email: string; password: string };

export type Item = {
	json: Json;
	error?: unknown;
	pairedItem?: number | { item: number } | Array<{ item: number }>;
};

export type NodeRun = {
	executionStatus: string;
	error?: { message: string; description?: string };
	/** Milliseconds. */
	executionTime: number;
	data?: { main: Array<Item[] | null> };
};

export type Execution = {
	id: string;
	status: string;
	error?: { message: string; description?: string };
	/** The runs of each node, by its name. */
	nodes: Record<string, NodeRun[]>;
};

export type Workflow = { name: string; nodes: Array<{ name: string; type: string } & Json> } & Json;

/**
 * A header for each request, because n8n closes a connection that is idle for five seconds, and a request that is sent
 * at that moment is lost.
 */
export const ALONE = { connection: 'close' };

/** An owner's session with a running n8n. */
export class Session {
	/** n8n accepts a login only from the browser that logged in. */
	private readonly headers: Record<string, string> = {
		...ALONE,
		'browser-id': 'end-to-end',
		'content-type': 'application/json',
	};

	private constructor(private readonly url: string) {}

	/** Creates the first user of a fresh n8n and logs in. */
	static async setUp(url: string, { email, password }: Owner): Promise<Session> {
		const session = new Session(url);
		const person = { firstName: 'Demo', lastName: 'Owner' };
		await session.call('POST', '/rest/owner/setup', { email, password, ...person });
		return await Session.logIn(url, { email, password });
	}

	static async logIn(url: string, { email, password }: Owner): Promise<Session> {
		const session = new Session(url);
		const login = { emailOrLdapLoginId: email, password };
		const response = await session.request('POST', '/rest/login', login);
		session.headers.cookie = response.headers
			.getSetCookie()
			.map((cookie) => cookie.split(';')[0])
			.join('; ');
		return session;
	}

	/** The types of all nodes that n8n has loaded, e.g. `n8n-nodes-base.set`. */
	async nodeTypes(): Promise<string[]> {
		const response = await this.request('GET', '/types/nodes.json');
		return ((await response.json()) as Array<{ name: string }>).map(({ name }) => name);
	}

	/** @returns the ID of the credential */
	async addCredential(name: string, type: string, data: Json): Promise<string> {
		const { id } = await this.call('POST', '/rest/credentials', { name, type, data });
		return String(id);
	}

	/**
	 * The result of a credential's Test button.
	 *
	 * @param id the ID of the saved credential, because n8n 1.x and the first 2.x test only saved ones
	 */
	async testCredential(
		name: string,
		type: string,
		data: Json,
		id = '',
	): Promise<{ status: string; message: string }> {
		const credentials = { id, name, type, data };
		return (await this.call('POST', '/rest/credentials/test', { credentials })) as never;
	}

	/**
	 * Adds a workflow. n8n finds its credentials by name if it does not know their IDs.
	 *
	 * @returns the ID of the workflow
	 */
	async addWorkflow(workflow: Workflow): Promise<string> {
		// Older versions require these values, although they are the defaults.
		const { id } = await this.call('POST', '/rest/workflows', { active: false, ...workflow });
		return String(id);
	}

	/** Publishes a workflow, so that its triggers listen. */
	async publishWorkflow(id: string): Promise<void> {
		const { versionId } = await this.call('GET', `/rest/workflows/${id}`);
		await this.call('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	/** Runs a workflow as the editor's button does, and waits for its end. */
	async runWorkflow(id: string, trigger: string, timeout = 600_000): Promise<Execution> {
		const started = await this.call('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name: trigger },
			// n8n 1.x and the first 2.x run the workflow of the request.
			workflowData: await this.call('GET', `/rest/workflows/${id}`),
		});
		const giveUpAt = Date.now() + timeout;
		for (;;) {
			const execution = await this.execution(String(started.executionId));
			if (!['new', 'running', 'waiting'].includes(execution.status)) return execution;
			if (Date.now() > giveUpAt) throw new Error(`The workflow did not end within ${timeout / 1000} s.`);
			await sleep(250);
		}
	}

	async execution(id: string): Promise<Execution> {
		const { status, data } = await this.call('GET', `/rest/executions/${id}`);
		// The data is empty until the execution has ended.
		const { resultData } = (unflatten(String(data)) ?? {}) as {
			resultData?: { runData?: Execution['nodes']; error?: Execution['error'] };
		};
		return { id, status: String(status), error: resultData?.error, nodes: resultData?.runData ?? {} };
	}

	/** Calls any endpoint of the REST API, and returns the `data` of its response. */
	async call(method: string, path: string, body?: unknown): Promise<Json> {
		const response = await this.request(method, path, body);
		return ((await response.json()) as { data: Json }).data;
	}

	/** @throws an error with n8n's response, unless the status is 2xx */
	async request(method: string, path: string, body?: unknown): Promise<Response> {
		const response = await fetch(this.url + path, {
			method,
			headers: this.headers,
			signal: AbortSignal.timeout(180_000),
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		if (response.ok) return response;
		throw new Error(`n8n answered ${method} ${path} with ${response.status}: ${await response.text()}`);
	}
}

/**
 * Reads n8n's form of execution data, which is an array. Each text in an object is the index of its value in the array.
 */
function unflatten(text: string): unknown {
	const values = JSON.parse(text) as unknown[];
	const read: unknown[] = [];
	const valueOf = (reference: unknown): unknown => {
		if (typeof reference !== 'string') return reference;
		const index = Number(reference);
		if (!(index in read)) {
			const value = values[index];
			if (typeof value !== 'object' || value === null) read[index] = value;
			else if (Array.isArray(value)) (read[index] = [] as unknown[]).push(...value.map(valueOf));
			else fill((read[index] = {}), value as Json, valueOf);
		}
		return read[index];
	};
	return valueOf('0');
}

function fill(target: Json, source: Json, valueOf: (reference: unknown) => unknown): void {
	for (const [key, reference] of Object.entries(source)) target[key] = valueOf(reference);
}
