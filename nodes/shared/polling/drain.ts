import { advance, type Occurrence, Seen, type Timeline } from './timeline';

/** A part of a list, in ascending order of time. */
export type Batch<T> = {
	occurrences: Array<Occurrence<T>>;
	/** Everything before this time has been read. `Infinity`: the service had nothing more. */
	upTo: number;
};

/** One kind of event. */
export type Stream<T> = {
	name: string;
	timeline: Timeline;
	/**
	 * Reads from a time on, batch by batch.
	 *
	 * @param known how many of the records from there on have already been emitted. A page should hold more than these.
	 */
	read(from: number, known: number): AsyncIterator<Batch<T>>;
	/** The newest time that the service has, whatever the filters. */
	newest(): Promise<number>;
	/** Whether a record is an event of this kind. */
	isEvent(occurrence: Occurrence<T>): boolean;
	/** The time of a record in this stream, also when another stream has read the record. `NaN` if the record has none. */
	timeOf(record: T): number;
};

export type DrainOptions = {
	/** The most events that may be emitted. */
	maxItems: number;
	/** Milliseconds that are read again in the next poll. */
	overlap: number;
	/** Whether there is time for another request. The first batch of each stream is read in any case. */
	hasTime(): boolean;
	/** The service's present time. */
	serviceTime(): number;
};

export type DrainedEvent<T> = Occurrence<T> & { stream: string };

/** A stream while it is read. */
class Head<T> {
	readonly seen: Seen;
	readonly timeline: Timeline;
	private batches: AsyncIterator<Batch<T>> | undefined;
	private waiting: Array<Occurrence<T>> = [];
	private index = 0;
	private upTo: number;
	private newest: number;
	/** The service's time when the last batch came. What appeared later is not in it. */
	private readAt = 0;

	constructor(
		readonly stream: Stream<T>,
		private readonly options: DrainOptions,
	) {
		this.timeline = { ...stream.timeline };
		this.seen = new Seen(stream.timeline.seen);
		this.upTo = stream.timeline.readFrom;
		this.newest = stream.timeline.readFrom;
	}

	/** The next event; `undefined` where the next batch must be read first, or where there is no more. */
	get next(): Occurrence<T> | undefined {
		for (;;) {
			const occurrence = this.waiting[this.index];
			if (!occurrence || !this.seen.has(occurrence)) return occurrence;
			this.index += 1;
		}
	}

	get isAtEnd(): boolean {
		return this.next === undefined && this.upTo === Infinity;
	}

	get isUnread(): boolean {
		return this.batches === undefined;
	}

	/** Whether a record with this time has not been emitted as an event of this stream, and may still be. */
	lacks(id: string, time: number): boolean {
		return time >= this.timeline.doneBefore && !this.seen.has({ id, time });
	}

	/**
	 * Whether something earlier may have appeared in this stream since it was read to its end, while another stream was
	 * still being read.
	 */
	mayPrecede(time: number, other: Head<T>): boolean {
		const isEarlier = this.isAtEnd && this.readAt < other.readAt;
		return isEarlier && this.readAt < time && time <= other.readAt + CLOCK_DIFFERENCE_MS;
	}

	/** Call this when the record has been emitted, as an event of this stream or of another. */
	note(id: string, time: number): void {
		if (time >= this.timeline.doneBefore) this.seen.add({ id, time });
	}

	async readBatch(): Promise<void> {
		const isFirst = this.batches === undefined;
		let batch = await this.begin();
		if (isFirst && batch.upTo !== Infinity && this.timeline.backlogStartedAt === undefined) {
			// The backlog is read again after this, so that what appears meanwhile does not count as read.
			this.timeline.backlogStartedAt = this.notInFuture(await this.stream.newest());
			this.batches = undefined;
			batch = await this.begin();
		}
		const { readFrom } = this.timeline;
		this.readAt = this.options.serviceTime();
		this.upTo = batch.upTo;
		this.newest = Math.max(this.newest, batch.occurrences.at(-1)?.time ?? 0);
		this.waiting = batch.occurrences.filter((one) => one.time >= readFrom && this.stream.isEvent(one));
		this.index = 0;
	}

	/**
	 * The timeline after the emitted events; unchanged if nothing has been read.
	 *
	 * @param isHeld all has been read, but the rest must wait for the next poll. This is not a backlog.
	 */
	finish(isHeld: boolean): Timeline {
		if (this.isUnread) return { ...this.timeline, seen: this.seen.toState(this.timeline.doneBefore) };
		const left = this.next?.time ?? Infinity;
		const isComplete = isHeld && this.upTo === Infinity;
		const position = isComplete ? Infinity : Math.min(left, this.upTo);
		const newest = this.notInFuture(isComplete ? Math.min(this.newest, left) : this.newest);
		return advance(this.timeline, { position, newest }, this.options.overlap, this.seen);
	}

	/** With a time in the future, the next poll would not read the present again. */
	private notInFuture(time: number): number {
		return Math.min(time, Math.max(this.options.serviceTime(), this.timeline.doneBefore));
	}

	private async begin(): Promise<Batch<T>> {
		const { readFrom } = this.timeline;
		this.batches ??= this.stream.read(readFrom, this.seen.countFrom(readFrom));
		const { value, done } = await this.batches.next();
		return done ? { occurrences: [], upTo: Infinity } : value;
	}
}

/**
 * The events of several streams in ascending order of time, as many as room and time allow. The next poll brings the
 * rest.
 *
 * @returns also the timelines after it, in the order of the streams
 */
export async function drain<T>(
	streams: ReadonlyArray<Stream<T>>,
	options: DrainOptions,
): Promise<{ events: Array<DrainedEvent<T>>; timelines: Timeline[] }> {
	const heads = streams.map((stream) => new Head(stream, options));
	const events: Array<DrainedEvent<T>> = [];
	let isHeld = false;
	while (events.length < options.maxItems) {
		if (!(await fill(heads, options))) break;
		const first = earliest(heads);
		const occurrence = first?.next;
		if (!first || !occurrence) break;
		isHeld = heads.some((head) => head !== first && head.mayPrecede(occurrence.time, first));
		if (isHeld) break;
		events.push(takeOut(heads, first, occurrence));
	}
	return { events, timelines: heads.map((head) => head.finish(isHeld)) };
}

/** The clock of an answer's Date header may differ from that of the records' times. */
export const CLOCK_DIFFERENCE_MS = 60_000;

/**
 * One state of a record is emitted once, whichever streams have it. A record that became visible late may be an event of a
 * stream before this one in the list that has not emitted it. It is then emitted as that stream's event.
 */
function takeOut<T>(
	heads: ReadonlyArray<Head<T>>,
	first: Head<T>,
	{ id, record, time }: Occurrence<T>,
): DrainedEvent<T> {
	const earlier = heads.slice(0, heads.indexOf(first));
	const source = earlier.find((head) => head.lacks(id, head.stream.timeOf(record))) ?? first;
	const timeIn = (head: Head<T>) => (head === first ? time : head.stream.timeOf(record));
	source.note(id, timeIn(source));
	for (const head of heads) {
		if (head === first) head.note(id, time);
		else if (head !== source) noteAhead(head, id, timeIn(head));
	}
	return { id, record, time: timeIn(source), stream: source.stream.name };
}

/**
 * More entries would make the state large. A forgotten record is emitted again as another event, with an ID of its own.
 */
const MAX_AHEAD = 10_000;

function noteAhead<T>(head: Head<T>, id: string, time: number): void {
	if (head.seen.size < MAX_AHEAD) head.note(id, time);
}

/** @returns `false` when time is up before it is known which event is the next */
async function fill<T>(heads: ReadonlyArray<Head<T>>, { hasTime }: DrainOptions): Promise<boolean> {
	for (const head of heads) {
		while (head.next === undefined && !head.isAtEnd) {
			if (!head.isUnread && !hasTime()) return false;
			await head.readBatch();
		}
	}
	return true;
}

/** The earliest event. If two have the same time, the first stream's event. */
function earliest<T>(heads: ReadonlyArray<Head<T>>): Head<T> | undefined {
	let first: Head<T> | undefined;
	for (const head of heads) {
		if (!head.next) continue;
		if (!first?.next || head.next.time < first.next.time) first = head;
	}
	return first;
}
