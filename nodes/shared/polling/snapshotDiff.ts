import { createHash } from 'crypto';

import { isJsonObject, type JsonObject } from '../core/json';
import { inSlices } from '../execution/timeSlices';

/**
 * New, changed and removed records of a list that holds no times. Each listing is compared with short fingerprints of
 * the last one.
 */

/** Plain JSON. */
export type Snapshot = {
	/** Keys of the records, in the order in which their fingerprints stand. */
	keys: string[];
	/** For each ID a fingerprint of each key. */
	prints: Record<string, string>;
	/** IDs that the last listing lacked. */
	missing: Record<string, 1>;
	/** How many events there have been of a record, besides its first one. */
	counts: Record<string, number>;
};

export type Listed = { id: string; record: JsonObject };

export type Difference = {
	kind: 'created' | 'changed' | 'removed';
	id: string;
	/** Tells events of one record apart. The first `created` is not counted, so the event after it is 1 too. */
	count: number;
	/** What has changed. */
	keys?: string[];
	/** Absent for a removed record. */
	record?: JsonObject;
};

/** Base64 characters of a fingerprint: 24 bits. */
const PRINT_LENGTH = 4;
const NO_PRINT = '-'.repeat(PRINT_LENGTH);
/** Of a key that the service did not list when the record was listed. No value has this fingerprint. */
const NOT_LISTED = '?'.repeat(PRINT_LENGTH);

const printOf = (value: unknown): string =>
	value === undefined
		? NO_PRINT
		: createHash('sha256').update(canonical(value)).digest('base64').slice(0, PRINT_LENGTH);

/** JSON that is the same whatever the order of keys, and of objects in a list. */
function canonical(value: unknown): string {
	if (Array.isArray(value)) {
		const entries = value.map(canonical);
		return `[${(value.every(isJsonObject) ? entries.sort() : entries).join()}]`;
	}
	if (!isJsonObject(value)) return JSON.stringify(value) ?? 'null';
	const entries = Object.keys(value)
		.sort()
		.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
	return `{${entries.join()}}`;
}

const printsOf = (record: JsonObject, keys: readonly string[]): string =>
	keys.map((key) => printOf(record[key])).join('');

const printAt = (prints: string, index: number): string =>
	prints.slice(index * PRINT_LENGTH, (index + 1) * PRINT_LENGTH);

function keysOf(listed: readonly Listed[]): string[] {
	const keys = new Set<string>();
	for (const { record } of listed) for (const key of Object.keys(record)) keys.add(key);
	return [...keys].sort();
}

/** Does something with each entry, and leaves n8n's event loop free in between. A list may hold many thousands. */
const forEach = async <T>(entries: readonly T[], use: (entry: T) => void): Promise<void> =>
	await inSlices(entries.length, (index) => use(entries[index] as T));

/** The snapshot of a listing that brings no events. */
export async function snapshotOf(listed: readonly Listed[]): Promise<Snapshot> {
	const keys = keysOf(listed);
	const prints = new Map<string, string>();
	await forEach(listed, ({ id, record }) => {
		prints.set(id, printsOf(record, keys));
	});
	return { keys, prints: Object.fromEntries(prints), missing: {}, counts: {} };
}

/** A snapshot of nothing: whatever is listed is new. */
export const emptySnapshot = (): Snapshot => ({ keys: [], prints: {}, missing: {}, counts: {} });

/**
 * Compares a listing with the last one. A record is removed when two listings in a row lack it, because a list may lag
 * behind.
 *
 * @param most the most differences to return. The next comparison finds the rest again.
 */
export async function compare(
	before: Snapshot,
	listed: readonly Listed[],
	kinds: ReadonlyArray<Difference['kind']>,
	most: number,
): Promise<{ differences: Difference[]; after: Snapshot }> {
	const present = new Set(listed.map(({ id }) => id));
	/** An ID may be named like a member of each object, such as `constructor`. */
	const printsBefore = new Map(Object.entries(before.prints));
	const listedKeys = new Set(keysOf(listed));
	// What the listing lacks keeps its fingerprints, because a record or a key may come back changed.
	const keys = [...new Set([...listedKeys, ...before.keys])].sort();
	// Keys that the service has begun or ceased to list are not changes of the records.
	const common = keys.flatMap((key, index) =>
		listedKeys.has(key) && before.keys.includes(key) ? [{ key, index }] : [],
	);
	const reordered = reorder(before.keys, keys);
	const differences: Difference[] = [];
	const counts = new Map(Object.entries(before.counts));
	/** @returns whether the difference is settled, because it is emitted or because nobody asked for it */
	const report = (kind: Difference['kind'], id: string, more: Partial<Difference> = {}): boolean => {
		if (!kinds.includes(kind)) return true;
		if (differences.length >= most) return false;
		const count = (counts.get(id) ?? 0) + 1;
		if (kind !== 'created' || counts.has(id)) counts.set(id, count);
		differences.push({ kind, id, count, ...more });
		return true;
	};

	const prints = new Map<string, string>();
	await forEach(listed, ({ id, record }) => {
		const now = printsOf(record, keys);
		const known = printsBefore.get(id);
		const earlier = reordered(known ?? '');
		const left = keys.map((key, index) => printAt(listedKeys.has(key) ? now : earlier, index)).join('');
		if (known === undefined) {
			if (report('created', id, { record })) prints.set(id, left);
			return;
		}
		const changed = common.filter(
			({ index }) => ![printAt(now, index), NOT_LISTED].includes(printAt(earlier, index)),
		);
		const isSettled =
			changed.length === 0 || report('changed', id, { record, keys: changed.map(({ key }) => key) });
		prints.set(id, isSettled ? left : earlier);
	});

	const missing = new Map<string, 1>();
	await forEach([...printsBefore], ([id, earlier]) => {
		if (present.has(id)) return;
		if (Object.hasOwn(before.missing, id) && report('removed', id)) {
			// If the record comes back, that is another event.
			counts.set(id, counts.get(id) ?? 1);
			return;
		}
		prints.set(id, reordered(earlier));
		missing.set(id, 1);
	});
	const after = {
		keys,
		prints: Object.fromEntries(prints),
		missing: Object.fromEntries(missing),
		counts: Object.fromEntries(counts),
	};
	return { differences, after };
}

/** @returns puts fingerprints in the order of other keys */
function reorder(from: readonly string[], to: readonly string[]): (prints: string) => string {
	const places = to.map((key) => from.indexOf(key));
	return (prints) =>
		places.map((place) => (place < 0 ? NOT_LISTED : printAt(prints, place) || NOT_LISTED)).join('');
}

/** @returns `undefined` for anything but a snapshot */
export function readSnapshot(value: unknown): Snapshot | undefined {
	const { keys, prints, missing, counts } = (value ?? {}) as Partial<Snapshot>;
	if (!Array.isArray(keys) || !isJsonObject(prints) || !isJsonObject(missing) || !isJsonObject(counts)) {
		return undefined;
	}
	const isWhole =
		Object.values(prints).every((one) => typeof one === 'string') &&
		Object.values(counts).every((one) => typeof one === 'number');
	return isWhole ? { keys, prints, missing, counts } : undefined;
}

/** A hash of a record, for the ID of an event. */
export const shortHash = (record: JsonObject): string =>
	createHash('sha256').update(canonical(record)).digest('hex').slice(0, 8);
