import type { IDataObject } from 'n8n-workflow';

import { poll } from '../engine/harness';
import { refusal } from '../simulators/threatconnect/errors';
import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import type { FaultOptions } from '../simulators/shared/faults';

/**
 * A history of groups in ThreatConnect on a clock of its own, with polls of the trigger in between, and the count of
 * what came out.
 */

export type Action =
	/** `late`: seconds until the groups become visible after their creation. */
	| { do: 'create'; count: number; late: number; matches: boolean }
	| { do: 'edit'; pick: number; late: number }
	| { do: 'delete'; pick: number }
	| { do: 'wait'; seconds: number }
	| {
			do: 'poll';
			/** The number of the request that is refused. */
			refused?: number;
			/** Whether n8n dies after the poll and loses what it did not save. */
			restart?: boolean;
			/** Whether n8n begins a second poll at the same time. */
			twice?: boolean;
			/** Whether there is time only for the first requests. */
			hurried?: boolean;
			/** Whether other clients create and edit groups between the requests of the poll. */
			busy?: boolean;
	  };

export type HistoryOptions = {
	event: 'created' | 'updated' | 'createdOrUpdated';
	maxItems: number;
	/** Minutes. */
	overlap: number;
	ignoresSeconds?: boolean;
	pageCap?: ThreatConnectOptions['pageCap'];
	faults?: FaultOptions;
	/** Whether the trigger begins with groups since this time; default: from now on. */
	since?: boolean;
	/** The poller under test; default: the trigger. */
	poller?: (world: World) => Poller;
};

/** @returns what came out. A poll that throws leaves no trace. */
export type Poller = (options: {
	hurried: boolean;
	staticData: IDataObject;
}) => Promise<IDataObject[] | null>;

export type Account = {
	/** Events that were due, and events that were due but not delivered. */
	events: number;
	missed: number;
	doubled: number;
	outOfOrder: number;
	polls: number;
	requests: number;
	/** The largest size of the state. */
	stateBytes: number;
	/** The longest poll, in milliseconds. */
	slowestPoll: number;
};

type Row = {
	id: string;
	created: number;
	modified: number;
	/** Whether the group becomes visible later than its time says. */
	late: boolean;
	matches: boolean;
	/** Whether the group was created, and last changed, after the trigger began. */
	isNew: boolean;
	isChanged: boolean;
};

const START = Date.parse('2026-11-02T08:00:17Z');
const iso = (time: number) => new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
const second = (time: number) => time - (time % 1000);

export class World {
	readonly rows: Row[] = [];
	private readonly byId = new Map<string, Row>();
	private now = START;
	private staticData: IDataObject = {};
	private hasBegun = false;
	private requestOfPoll = 0;
	private current: Extract<Action, { do: 'poll' }> | undefined;
	private readonly delivered = new Map<string, number>();
	private readonly versions = new Map<string, number>();
	private newest = 0;
	private readonly account: Account = {
		events: 0,
		missed: 0,
		doubled: 0,
		outOfOrder: 0,
		polls: 0,
		requests: 0,
		stateBytes: 0,
		slowestPoll: 0,
	};
	private service!: ThreatConnectSimulator;

	private constructor(readonly options: HistoryOptions) {}

	static async begin(options: HistoryOptions): Promise<World> {
		const world = new World(options);
		world.service = await startThreatConnect({
			clock: () => world.now,
			ignoresSeconds: options.ignoresSeconds,
			pageCap: options.pageCap,
			faults: options.faults,
			firstId: '1125899906842624',
			hooks: { beforeRequest: () => world.onRequest() },
		});
		return world;
	}

	get time(): number {
		return this.now;
	}

	get url(): string {
		return this.service.url;
	}

	get credentials() {
		const { apiToken } = this.service.credentials;
		return { threatConnectApi: { baseUrl: this.service.url, apiToken } };
	}

	async stop(): Promise<void> {
		await this.service.stop();
	}

	async act(action: Action): Promise<void> {
		if (action.do === 'wait') this.now += action.seconds * 1000;
		else if (action.do === 'create') this.create(action);
		else if (action.do === 'edit') this.edit(action);
		else if (action.do === 'delete') this.delete(action);
		else await this.poll(action);
	}

	/** Polls until nothing more comes, and counts the events that have not come. */
	async settle(): Promise<Account> {
		for (let quiet = 0; quiet < 3;) {
			this.now += 61_000;
			const came = await this.poll({ do: 'poll' });
			quiet = came === 0 ? quiet + 1 : 0;
		}
		const { event } = this.options;
		for (const { id, matches, isNew, isChanged, created, modified } of this.rows) {
			if (!matches) continue;
			if (event !== 'updated' && isNew) this.due(this.delivered.has(`${id}-created`));
			if (event !== 'created' && isChanged && modified !== created) {
				this.due(this.versions.has(`${id} ${modified}`));
			}
		}
		for (const count of this.delivered.values()) this.account.doubled += count - 1;
		if (event === 'createdOrUpdated') {
			for (const count of this.versions.values()) this.account.doubled += count - 1;
		}
		return this.account;
	}

	private due(hasCome: boolean): void {
		this.account.events += 1;
		if (!hasCome) this.account.missed += 1;
	}

	private put(row: Row): void {
		this.service.seedGroup({
			id: row.id,
			type: row.matches ? 'Incident' : 'Threat',
			name: `Group ${row.id}`,
			dateAdded: iso(row.created),
			lastModified: iso(row.modified),
		});
	}

	private create({ count, late, matches }: Extract<Action, { do: 'create' }>): void {
		for (let index = 0; index < count; index++) {
			const created = second(this.now - late * 1000);
			const id = this.service.seedGroup({ type: 'Threat', name: 'n' }).id;
			const isNew = this.hasBegun || this.options.since === true;
			const row = { id, created, modified: created, late: late > 0, matches, isNew, isChanged: isNew };
			this.rows.push(row);
			this.byId.set(id, row);
			this.put(row);
		}
	}

	private edit({ pick, late }: Extract<Action, { do: 'edit' }>): void {
		const row = this.rows[pick % Math.max(1, this.rows.length)];
		const modified = second(this.now - late * 1000);
		// Two changes within one second cannot be told apart.
		if (!row || modified <= row.modified) return;
		Object.assign(row, { modified, late: row.late || late > 0, isChanged: row.isChanged || this.hasBegun });
		this.put(row);
	}

	private delete({ pick }: Extract<Action, { do: 'delete' }>): void {
		const [row] = this.rows.splice(pick % Math.max(1, this.rows.length), 1);
		if (row) this.service.deleteGroup(row.id);
	}

	private onRequest(): void {
		this.account.requests += 1;
		this.requestOfPoll += 1;
		if (this.current?.refused === this.requestOfPoll) throw refusal('BadRequest');
		if (!this.current?.busy) return;
		this.now += 1000;
		this.create({ do: 'create', count: 1, late: 0, matches: true });
		this.edit({ do: 'edit', pick: this.now / 1000, late: 0 });
	}

	/** @returns the number of events that came out; -1 if the poll failed */
	private async poll(action: Extract<Action, { do: 'poll' }>): Promise<number> {
		const before = JSON.stringify(this.staticData);
		this.current = action;
		this.requestOfPoll = 0;
		this.account.polls += 1;
		const poller = this.options.poller?.(this) ?? this.trigger;
		const startedAt = Date.now();
		const once = async () =>
			await poller({ hurried: action.hurried === true, staticData: this.staticData }).catch(
				() => 'failed' as const,
			);
		const [items, second] = await Promise.all([once(), action.twice ? once() : null]);
		this.account.slowestPoll = Math.max(this.account.slowestPoll, Date.now() - startedAt);
		this.current = undefined;
		const handedOver = [items, second].flatMap((one) => (one === 'failed' || one === null ? [] : one));
		if (items === 'failed' && second === null) {
			// A naive poller may change its state at any time.
			if (!this.options.poller && JSON.stringify(this.staticData) !== before)
				throw new Error('A poll that failed has moved the state');
			return -1;
		}
		this.hasBegun = true;
		this.note(handedOver);
		const after = JSON.stringify(this.staticData);
		this.account.stateBytes = Math.max(this.account.stateBytes, after.length);
		// n8n saves the state together with the events that it hands over. It also saves after the first poll, which
		// belongs to the activation.
		const isSaved = handedOver.length > 0 || before === '{}' || !action.restart;
		if (action.restart) this.staticData = JSON.parse(isSaved ? after : before) as IDataObject;
		return handedOver.length;
	}

	private note(items: IDataObject[]): void {
		for (const { eventId, eventTime, id, lastModified } of items) {
			const key = String(eventId);
			this.delivered.set(key, (this.delivered.get(key) ?? 0) + 1);
			const version = `${String(id)} ${Date.parse(String(lastModified))}`;
			this.versions.set(version, (this.versions.get(version) ?? 0) + 1);
			const time = Date.parse(String(eventTime));
			if (time < this.newest && this.byId.get(String(id))?.late !== true) this.account.outOfOrder += 1;
			this.newest = Math.max(this.newest, time);
		}
	}

	private readonly trigger: Poller = async ({ hurried, staticData }) =>
		await poll({
			type: 'threatConnectGroupTrigger',
			parameters: {
				event: this.options.event,
				filters: { typeName: ['Incident'] },
				...(this.options.since && { start: 'since', since: iso(START - 86_400_000) }),
				options: { maxItems: this.options.maxItems, overlap: this.options.overlap },
			},
			credentials: this.credentials,
			staticData,
			budget: hurried ? 0 : 300_000,
		});
}

/** Plays a history to its end. */
export async function play(actions: Iterable<Action>, options: HistoryOptions): Promise<Account> {
	const world = await World.begin(options);
	try {
		for (const action of actions) await world.act(action);
		return await world.settle();
	} finally {
		await world.stop();
	}
}
