import { isJsonObject } from '../core/json';

/**
 * What a polling trigger remembers of records that are read in ascending order of a time. The times are the service's
 * own: n8n's clock may differ from the service's.
 */

/** One record at one of its times: its creation, or one of its changes. */
export type Occurrence<T> = {
	/** Of the record, as text: an ID may exceed 2^53. */
	id: string;
	/** Milliseconds since the epoch. */
	time: number;
	record: T;
};

/** Plain JSON. All times are milliseconds since the epoch. */
export type Timeline = {
	/** The next poll reads from here on. */
	readFrom: number;
	/** Records before this time are not emitted any more. Those that were emitted since then are in `seen`. */
	doneBefore: number;
	/** While a backlog is read: the service's newest time just before its first record was read. */
	backlogStartedAt?: number;
	/** Times, and for each the IDs of the records that were emitted with it, joined by commas. */
	seen: Record<string, string>;
};

/** How far one poll has read. */
export type Progress = {
	/** Everything before it has been emitted. `Infinity`: everything that the service had has been emitted. */
	position: number;
	/** The newest time that has been read, and at most the service's present time. */
	newest: number;
};

/** A timeline that begins at a time. @param overlap milliseconds before it that are read again */
export function beginAt(time: number, overlap: number): Timeline {
	const readFrom = Math.max(0, time - overlap);
	return { readFrom, doneBefore: readFrom, seen: {} };
}

/** Which records have been emitted, as a poll looks them up. */
export class Seen {
	private readonly times = new Map<number, Set<string>>();
	/** How many there are. */
	size = 0;

	constructor(seen: Timeline['seen']) {
		for (const [time, ids] of Object.entries(seen)) {
			for (const id of ids.split(',')) this.add({ id, time: Number(time) });
		}
	}

	has({ id, time }: { id: string; time: number }): boolean {
		return this.times.get(time)?.has(id) === true;
	}

	add({ id, time }: { id: string; time: number }): void {
		const ids = this.times.get(time) ?? new Set<string>();
		this.times.set(time, ids);
		if (!ids.has(id)) this.size += 1;
		ids.add(id);
	}

	/** How many have this time, or a later one. */
	countFrom(time: number): number {
		let count = 0;
		for (const [other, ids] of this.times) if (other >= time) count += ids.size;
		return count;
	}

	/** @param doneBefore records before this time are left out */
	toState(doneBefore: number): Timeline['seen'] {
		return Object.fromEntries(
			[...this.times]
				.filter(([time]) => time >= doneBefore)
				.sort(([a], [b]) => a - b)
				.map(([time, ids]) => [String(time), [...ids].join(',')]),
		);
	}
}

/**
 * The timeline after a poll.
 *
 * Records become visible late, by the overlap at most. If a poll has read up to the present, the next poll reads the
 * last overlap again. A backlog is read first, over several polls. Then reading goes back to the overlap before
 * `backlogStartedAt`, because all that was visible at that time has been read by then.
 */
export function advance(
	{ doneBefore, backlogStartedAt }: Timeline,
	progress: Progress,
	overlap: number,
	seen: Seen,
): Timeline {
	const { position, newest } = progress;
	/** Records before this time cannot become visible any more. */
	const completeUntil = (backlogStartedAt ?? newest) - overlap;
	if (position === Infinity) {
		// Never before `doneBefore`, because what was emitted before it is forgotten and would be emitted again.
		const readFrom = Math.max(doneBefore, Math.min(newest - overlap, completeUntil));
		return { readFrom, doneBefore: readFrom, seen: seen.toState(readFrom) };
	}
	const lowest = Math.max(doneBefore, Math.min(position, completeUntil));
	return {
		readFrom: Math.max(doneBefore, position),
		doneBefore: lowest,
		backlogStartedAt: backlogStartedAt ?? newest,
		seen: seen.toState(lowest),
	};
}

/** By time, and then by ID: of two IDs in digits, the longer one is the greater. */
export const byTimeAndId = <T>(a: Occurrence<T>, b: Occurrence<T>): number =>
	a.time - b.time || a.id.length - b.id.length || (a.id < b.id ? -1 : Number(a.id > b.id));

/** @returns `undefined` for anything but a timeline as `advance` leaves it */
export function readTimeline(value: unknown): Timeline | undefined {
	const { readFrom, doneBefore, backlogStartedAt, seen } = (value ?? {}) as Partial<Timeline>;
	if (!isTime(readFrom) || !isTime(doneBefore) || readFrom < doneBefore) return undefined;
	if (!isJsonObject(seen) || !Object.values(seen).every((ids) => typeof ids === 'string')) return undefined;
	return { readFrom, doneBefore, ...(isTime(backlogStartedAt) && { backlogStartedAt }), seen };
}

const isTime = (value: unknown): value is number =>
	typeof value === 'number' && value >= 0 && !Number.isNaN(new Date(value).getTime());
