import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ThreatConnectOptions } from '../simulators/threatconnect';
import { installPackage, type RunningN8n, Session, startN8n, startWorker } from './n8n';
import {
	activate,
	ATTACKFORGE_TRIGGER,
	deactivate,
	type Recorder,
	startRecorder,
	THREATCONNECT_TRIGGER,
	triggerWorkflow,
} from './polling';
import { repack } from './registry';
import { until } from './running';
import { startServices } from './services';
import { openStage, type Stage, type StageOptions } from './stage';
import { addCredentials, failuresOf } from './workflows';

/**
 * Published workflows whose triggers poll while groups appear all the time: n8n is killed between polls and within one, the
 * workflows are deactivated and activated again, and the package is updated. Each group comes out, and comes out once.
 */

const MINUTE = 60_000;
/** Milliseconds between two groups, while n8n is there. */
const PACE = 500;
/** How many groups appear while it is not. */
const MEANWHILE = 15;

/** Whatever happens to n8n, in one place. */
class Scene {
	/** `eventId`s that are to come. */
	private readonly due = new Set<string>();
	private timer: NodeJS.Timeout | undefined;
	private customer = '';
	private count = 0;
	readonly hooks: NonNullable<ThreatConnectOptions['hooks']>;

	private constructor(
		readonly stage: Stage,
		readonly recorder: Recorder,
		private n8n: RunningN8n,
		public session: Session,
		private readonly options: StageOptions,
	) {
		this.hooks = options.hooks ?? {};
	}

	static async open(options: StageOptions, endings: Array<() => unknown>): Promise<Scene> {
		const hooks: NonNullable<ThreatConnectOptions['hooks']> = {};
		const recorder = await startRecorder();
		endings.push(async () => await recorder.stop());
		const stage = await openStage({ ...options, hooks });
		endings.push(async () => await stage.close());
		await addCredentials(stage);
		const scene = new Scene(stage, recorder, stage.n8n, stage.session, { ...options, hooks });
		endings.push(async () => await scene.n8n.stop());
		return scene;
	}

	/** @returns the workflow's ID */
	async publish(type: string, parameters: Record<string, unknown>): Promise<string> {
		const isThreatConnect = type === THREATCONNECT_TRIGGER;
		const [credential, name] = isThreatConnect
			? ['threatConnectApi', 'ThreatConnect account']
			: ['attackForgeApi', 'AttackForge account'];
		const credentials = { [credential ?? '']: { id: null, name } };
		const workflow = triggerWorkflow(name ?? '', { type, parameters, credentials }, this.recorder);
		const id = await this.session.addWorkflow(workflow);
		await this.activate(id, isThreatConnect);
		return id;
	}

	async activate(id: string, isThreatConnect: boolean): Promise<void> {
		const { threatConnect, attackForge } = this.stage;
		await activate(this.session, id, isThreatConnect ? threatConnect : attackForge);
	}

	async publishAttackForge(): Promise<string> {
		const { attackForge } = this.stage;
		this.customer = attackForge.seedGroup({ name: 'ACME Corp.' }).id;
		return await this.publish(ATTACKFORGE_TRIGGER, {
			events: ['created', 'vulnerabilityCreated'],
			vulnerabilityGroups: [this.customer],
		});
	}

	/** Groups, customers and vulnerabilities from now on. */
	begin(): void {
		this.timer = setInterval(() => this.appear(), PACE);
	}

	private appearMeanwhile(): void {
		for (let count = 0; count < MEANWHILE; count++) this.appear();
	}

	/** @returns the `eventId`s of what appears */
	appear(): string[] {
		const { threatConnect, attackForge } = this.stage;
		this.count += 1;
		const group = threatConnect.seedGroup({ type: 'Incident', name: `Incident ${this.count}` });
		const ids = [`${group.id}-created`];
		if (this.customer !== '') {
			ids.push(`${attackForge.seedGroup({ name: `Customer ${this.count}` }).id}-created`);
			const now = new Date().toISOString();
			const input = { created: now, modified: now };
			const [found] = attackForge.seedVulnerabilities(this.customer, 1, input);
			ids.push(`${found?.id}-vulnerabilityCreated`);
		}
		for (const id of ids) this.due.add(id);
		return ids;
	}

	/** Waits until something that appears now has come out. */
	async progress(): Promise<void> {
		const ids = this.appear();
		const isOut = () => ids.every((id) => this.recorder.counts.has(id));
		await until(isOut, 3 * MINUTE);
		expect(isOut()).toBe(true);
	}

	/** Nothing is on its way: what has come out has been recorded, and n8n has saved what its triggers know. */
	async quiet(milliseconds = 700): Promise<void> {
		for (let before = -1; before !== this.recorder.counts.size;) {
			before = this.recorder.counts.size;
			await sleep(milliseconds);
		}
	}

	private missing(): string[] {
		return [...this.due].filter((id) => !this.recorder.counts.has(id));
	}

	/**
	 * Ends the appearing, and waits until all events have been recorded. n8n does not run an execution again that it is
	 * killed in, so that an event on its way would be lost there.
	 */
	private async stopAppearing(): Promise<void> {
		clearInterval(this.timer);
		await until(() => this.missing().length === 0, 3 * MINUTE);
		expect(this.missing()).toEqual([]);
		await this.quiet();
	}

	async killWithinPoll(): Promise<void> {
		await this.stopAppearing();
		let isHeld = false;
		let release = () => {};
		const held = new Promise<void>((go) => (release = go));
		this.hooks.beforeRequest = async () => {
			isHeld = true;
			await held;
		};
		const [inPoll, ...ofAttackForge] = this.appear();
		await until(() => isHeld && ofAttackForge.every((id) => this.recorder.counts.has(id)), 2 * MINUTE);
		expect({ isHeld, missing: this.missing() }).toEqual({ isHeld: true, missing: [inPoll] });
		await this.quiet();
		await this.n8n.kill();
		this.appearMeanwhile();
		delete this.hooks.beforeRequest;
		release();
	}

	async kill(): Promise<void> {
		await this.stopAppearing();
		await this.n8n.kill();
		this.appearMeanwhile();
	}

	async start(): Promise<void> {
		const { folder, owner } = this.stage;
		this.n8n = await startN8n({ ...this.options, userFolder: folder });
		this.session = await Session.logIn(this.n8n.url, owner);
		this.begin();
	}

	/** Ends the appearing, and compares what has come out with what was due. */
	async settle(): Promise<void> {
		clearInterval(this.timer);
		await until(() => this.missing().length === 0, 3 * MINUTE);
		await this.quiet();
		// What n8n could not run to its end says whether an event was not brought, or was not recorded.
		const unfinished = this.missing().length > 0 ? await this.unfinished() : [];
		expect({ missing: this.missing(), unfinished }).toEqual({ missing: [], unfinished: [] });
		expect([...this.recorder.counts].filter(([, count]) => count > 1)).toEqual([]);
		expect([...this.recorder.counts.keys()].filter((id) => !this.due.has(id))).toEqual([]);
		// Those that appeared while n8n was gone are among them, and no number depends on how long n8n takes to start.
		expect(this.due.size).toBeGreaterThan(MEANWHILE);
		console.log(`${this.due.size} events, each once`);
	}

	/** Executions that failed or crashed, each with its error. */
	private async unfinished(): Promise<unknown[]> {
		const filter = encodeURIComponent(JSON.stringify({ status: ['error', 'crashed'] }));
		const page = await this.session.call('GET', `/rest/executions?limit=20&filter=${filter}`);
		const { results } = page as unknown as { results: Array<{ id: string; status: string }> };
		return await Promise.all(
			results.map(async ({ id, status }) => ({
				status,
				failures: failuresOf(await this.session.execution(id)),
			})),
		);
	}

	end(): void {
		clearInterval(this.timer);
	}
}

describe('n8n as one process', () => {
	const endings: Array<() => unknown> = [];
	let scene: Scene;
	const workflows: string[] = [];
	beforeAll(async () => {
		scene = await Scene.open({}, endings);
		scene.stage.threatConnect.seedGroup({ type: 'Incident', name: 'There before' });
		workflows.push(await scene.publish(THREATCONNECT_TRIGGER, { filters: { typeName: ['Incident'] } }));
		workflows.push(await scene.publishAttackForge());
		scene.begin();
	}, 10 * MINUTE);
	afterAll(async () => {
		scene?.end();
		for (const end of endings.reverse()) await end();
	});

	test('polls while groups appear', async () => {
		await scene.progress();
	});

	test('is killed between two polls, and goes on where it was', async () => {
		await scene.kill();
		await scene.start();
		await scene.progress();
	});

	test('what appears while the workflows are inactive comes when they are activated again', async () => {
		for (const id of workflows) await deactivate(scene.session, id);
		await scene.quiet(3_000);
		const meanwhile = scene.appear();
		await sleep(4_000);
		expect(meanwhile.filter((id) => scene.recorder.counts.has(id))).toEqual([]);
		for (const [index, id] of workflows.entries()) await scene.activate(id, index === 0);
		await scene.progress();
		expect(meanwhile.filter((id) => !scene.recorder.counts.has(id))).toEqual([]);
	});

	test('is killed within a poll, and goes on where it was with the next version of the package', async () => {
		await scene.killWithinPoll();
		const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-update-'));
		endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
		const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as {
			version: string;
		};
		const next = version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
		await installPackage(await repack(process.env.E2E_TARBALL ?? '', next, folder), scene.stage.folder);
		await scene.start();
		await scene.progress();
	});

	test('and each event has come out once', async () => {
		await scene.settle();
	});
});

describe('n8n in queue mode', () => {
	const endings: Array<() => unknown> = [];
	let scene: Scene;
	beforeAll(async () => {
		const services = await startServices();
		endings.push(async () => await services.stop());
		const env = {
			...services.env,
			EXECUTIONS_MODE: 'queue',
			N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
		};
		scene = await Scene.open({ env }, endings);
		const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-worker-'));
		endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
		const userFolder = join(folder, 'n8n');
		mkdirSync(userFolder);
		await installPackage(process.env.E2E_TARBALL ?? '', userFolder);
		const worker = await startWorker({ userFolder, env, concurrency: 5 });
		endings.push(async () => await worker.stop());
		await scene.publish(THREATCONNECT_TRIGGER, { filters: { typeName: ['Incident'] } });
		scene.begin();
	}, 10 * MINUTE);
	afterAll(async () => {
		scene?.end();
		for (const end of endings.reverse()) await end();
	});

	test('the main process polls, is killed within a poll, and goes on where it was', async () => {
		await scene.progress();
		await scene.killWithinPoll();
		await scene.start();
		await scene.progress();
		await scene.settle();
	});
});
