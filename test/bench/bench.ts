import { type Helper, startHelper } from './calls';
import { writeCertificate } from './certificate';
import type { Job, Target } from './clients';
import type { Calls as ProbeCalls, Measured } from './probe';
import type { Behaviour, Calls as ServerCalls, Seen, Simulation } from './server';
import type { Snapshot } from './snapshot';

/** One figure, with the requirement that it checks. */
export type Figure = {
	scenario: string;
	/** By plain HTTP; otherwise by HTTPS, except for the simulator. */
	plain: boolean;
	ours: number;
	unit: string;
	peers: Record<string, number>;
	bar: string;
	met: boolean;
	/** The peak of the process that ran our node. */
	peakRssMiB: number;
};

/** Medians of all rounds, with the number of failures in the worst round. */
export type Result = Measured & { seen: Seen };

/** A result of a process of its own, with its peak memory compared to an empty run's. */
export type Fresh = Result & { grownMiB: number };

export type Client = Omit<Job, keyof Target>;

export type Options = {
	/** Measurements of which the median is taken. */
	rounds: number;
	/** For a trial: fewer items, and figures that prove nothing. */
	quick: boolean;
	/** Plain HTTP instead of HTTPS. */
	plain: boolean;
};

type Probe = Helper<ProbeCalls>;

export const median = (values: number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
	return (low + high) / 2;
};

/** What scenarios measure with. */
export class Bench {
	private target: Target = { url: '', apiToken: '' };

	private constructor(
		readonly options: Options,
		private readonly snapshot: Snapshot,
		private readonly server: Helper<ServerCalls>,
		/** Path of the authority that the measured processes trust. */
		readonly authority: string,
		private readonly add: (figure: Figure) => void,
		readonly note: (text: string) => void,
	) {}

	static async start(
		options: Options,
		snapshot: Snapshot,
		add: (figure: Figure) => void,
		note: (text: string) => void,
	): Promise<Bench> {
		const authority = await writeCertificate(snapshot.folder);
		const server = await startHelper<ServerCalls>(snapshot.bench('server'), snapshot.folder);
		return new Bench(options, snapshot, server, authority, add, note);
	}

	stop(): void {
		this.server.stop();
	}

	figure(figure: Omit<Figure, 'plain'>): void {
		this.add({ ...figure, plain: this.options.plain });
	}

	/** HTTPS, unless it was asked for plain HTTP. */
	async behave(behaviour: Behaviour): Promise<Target> {
		this.target = await this.server.call.behave({ tls: !this.options.plain, ...behaviour });
		return this.target;
	}

	/** What the server saw since it was last told how to behave. */
	async seen(): Promise<Seen> {
		return await this.server.call.seen();
	}

	/** A process that runs the measured clients. */
	async probe(): Promise<Probe> {
		const variables = { NODE_EXTRA_CA_CERTS: this.authority };
		return await startHelper<ProbeCalls>(this.snapshot.bench('probe'), this.snapshot.folder, variables);
	}

	async measure(probe: Probe, client: Client): Promise<Result> {
		const measured = await probe.call.measure({ ...client, ...this.target });
		return { ...measured, seen: await this.server.call.seen() };
	}

	/**
	 * Measures in a process of its own. Its memory is compared with its memory after the first step.
	 *
	 * @param steps the last one is measured; those before load the engine and have the code compiled
	 */
	async measureFresh(...steps: Array<[Behaviour | { simulator: Simulation }, Client]>): Promise<Fresh> {
		const probe = await this.probe();
		const results: Result[] = [];
		try {
			for (const [server, client] of steps) {
				if ('simulator' in server) this.target = await this.server.call.simulate(server.simulator);
				else await this.behave(server);
				results.push(await this.measure(probe, client));
			}
		} finally {
			probe.stop();
		}
		const [first, last] = [results[0], results.at(-1)];
		if (!first || !last) throw new Error('Nothing to measure');
		return { ...last, grownMiB: last.maxRssMiB - first.maxRssMiB };
	}

	/** Measures against the simulator with a large file, in one process for each client. */
	async withFile<T>(
		mib: number,
		use: (measure: (client: Client) => Promise<Result>) => Promise<T>,
	): Promise<T> {
		const probe = await this.probe();
		try {
			this.target = await this.server.call.simulate({});
			await probe.call.prepareFile(this.target, mib);
			return await use(async (client) => await this.measure(probe, client));
		} finally {
			await probe.call.removeFile();
			probe.stop();
		}
	}

	/**
	 * Measures a client that mostly waits. All rounds run at the same time, each in a process of its own.
	 *
	 * @returns the median of their wall times in seconds
	 */
	async sideBySide(behaviour: Behaviour, client: Client): Promise<number> {
		await this.behave(behaviour);
		const probes = await Promise.all(
			Array.from({ length: this.options.rounds }, async () => await this.probe()),
		);
		const measureAll = async (items?: number) =>
			await Promise.all(
				probes.map(async (probe) => await probe.call.measure({ ...client, ...this.target, items })),
			);
		try {
			await measureAll(1);
			const results = await measureAll(client.items);
			const failed = results.find(({ error }) => error !== undefined);
			if (failed) throw new Error(failed.error);
			return median(results.map(({ ms }) => ms)) / 1000;
		} finally {
			for (const probe of probes) probe.stop();
		}
	}

	async offers(operation: string): Promise<boolean> {
		const probe = await this.probe();
		try {
			return await probe.call.offers(operation);
		} finally {
			probe.stop();
		}
	}

	/**
	 * Measures clients in turns in one warm process, so that disturbances of the machine affect all of them alike.
	 *
	 * @param mayFail whether items that fail are part of the figure
	 * @param times measurements for each requested round
	 * @returns medians
	 */
	async compare<Name extends string>(
		behaviour: Behaviour,
		clients: Record<Name, Client>,
		{ mayFail = false, times = 1 } = {},
	): Promise<Record<Name, Result>> {
		const results = mapRecord(clients, (): Result[] => []);
		const probe = await this.probe();
		try {
			await this.behave({ ...behaviour, latency: 0, capacity: undefined, knee: undefined });
			for (const client of Object.values<Client>(clients)) {
				await this.measure(probe, {
					...client,
					items: Math.min(client.items ?? 0, WARM_UP),
					batch: undefined,
					workflowId: undefined,
				});
			}
			// The first run of a workflow that runs again is not measured.
			for (const client of Object.values<Client>(clients)) {
				if (client.workflowId === undefined) continue;
				await this.behave(behaviour);
				await this.measure(probe, client);
			}
			const names = Object.keys(clients) as Name[];
			for (let round = 0; round < this.options.rounds * times; round++) {
				for (let turn = 0; turn < names.length; turn++) {
					const name = names[(round + turn) % names.length] as Name;
					await this.behave(behaviour);
					const result = await this.measure(probe, clients[name]);
					if (result.error !== undefined && !mayFail) throw new Error(`${name}: ${result.error}`);
					results[name].push(result);
				}
			}
		} finally {
			probe.stop();
		}
		return mapRecord(results, summary);
	}
}

const mapRecord = <Name extends string, From, To>(record: Record<Name, From>, map: (value: From) => To) =>
	Object.fromEntries(Object.entries<From>(record).map(([name, value]) => [name, map(value)])) as Record<
		Name,
		To
	>;

/** Items that a process handles before it is measured, because by then the compiler has optimised most of the code. */
const WARM_UP = 500;

export function summary(results: Result[]): Result {
	const of = (value: (result: Result) => number) => median(results.map(value));
	const worst = [...results].sort((a, b) => b.failed - a.failed)[0];
	return {
		succeeded: of(({ succeeded }) => succeeded),
		failed: worst?.failed ?? 0,
		error: worst?.error,
		ms: of(({ ms }) => ms),
		cpuMs: of(({ cpuMs }) => cpuMs),
		startMiB: of(({ startMiB }) => startMiB),
		peakMiB: Math.max(...results.map(({ peakMiB }) => peakMiB)),
		maxRssMiB: of(({ maxRssMiB }) => maxRssMiB),
		longestPauseMs: of(({ longestPauseMs }) => longestPauseMs),
		seen: {
			requests: of(({ seen }) => seen.requests),
			refused: of(({ seen }) => seen.refused),
			pausedMs: of(({ seen }) => seen.pausedMs),
			records: of(({ seen }) => seen.records),
			mostAtOnce: of(({ seen }) => seen.mostAtOnce),
			latency: {
				median: of(({ seen }) => seen.latency.median),
				p95: of(({ seen }) => seen.latency.p95),
			},
		},
	};
}

export const freshSummary = (results: Fresh[]): Fresh => ({
	...summary(results),
	grownMiB: median(results.map(({ grownMiB }) => grownMiB)),
});
