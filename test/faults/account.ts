/** Compares what the node said of each item of a run with what the service really holds. */

/** The fields of a record that are compared, as text. */
export type Fields = Record<string, string>;

/** One input item. Its marker shows which record belongs to it. */
export type Sent = {
	marker: string;
	/** The record before the run, if it existed. */
	before?: Fields;
	/** The record after the run. */
	after: Fields;
};

/** What the node said of an item: done, certainly not done, or unknown. */
export type Outcome = { item: number; says: 'done' | 'failed' | 'unknown'; id?: string };

/** A record in the service. */
export type Stored = { id: string; marker: string; fields: Fields };

export type Figures = {
	sent: number;
	succeeded: number;
	reportedFailed: number;
	reportedUnknown: number;
	/** Items reported as done, although the service has no such record, or nothing of the change. */
	lost: number;
	/** Records in addition to the one that an item may have. */
	doubled: number;
	/** Items without exactly one outcome, and records that belong to no item. */
	unaccounted: number;
	/** Records with other fields than were sent, and items that came out with another item's record. */
	wrongContent: number;
};

export const NOTHING: Figures = {
	sent: 0,
	succeeded: 0,
	reportedFailed: 0,
	reportedUnknown: 0,
	lost: 0,
	doubled: 0,
	unaccounted: 0,
	wrongContent: 0,
};

export const FIGURES = Object.keys(NOTHING) as Array<keyof Figures>;

export function sum(all: readonly Figures[]): Figures {
	const total = { ...NOTHING };
	for (const figures of all) for (const name of FIGURES) total[name] += figures[name];
	return total;
}

/** Whether nothing was lost, nothing was done twice, and at least 99 of 100 items were done. */
export const isGood = ({ sent, succeeded, lost, doubled, unaccounted, wrongContent }: Figures): boolean =>
	sent > 0 && lost + doubled + unaccounted + wrongContent === 0 && succeeded >= 0.99 * sent;

export const isSame = (left: Fields, right: Fields): boolean =>
	Object.keys({ ...left, ...right }).every((name) => left[name] === right[name]);

function group<Value>(values: readonly Value[], key: (value: Value) => unknown): Map<unknown, Value[]> {
	const groups = new Map<unknown, Value[]>();
	for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
	return groups;
}

export function account(
	sent: readonly Sent[],
	outcomes: readonly Outcome[],
	stored: readonly Stored[],
): Figures {
	const figures = { ...NOTHING, sent: sent.length };
	const byItem = group(outcomes, ({ item }) => item);
	const byMarker = group(stored, ({ marker }) => marker);
	sent.forEach(({ marker, before, after }, item) => {
		const [outcome, ...more] = byItem.get(item) ?? [];
		const records = byMarker.get(marker) ?? [];
		byMarker.delete(marker);
		figures.doubled += Math.max(0, records.length - 1);
		const record = records.find(({ id }) => id === outcome?.id) ?? records[0];
		if (outcome === undefined || more.length > 0) {
			figures.unaccounted += 1;
			return;
		}
		const isUntouched = record ? before !== undefined && isSame(record.fields, before) : before === undefined;
		const isDone = record !== undefined && isSame(record.fields, after);
		if (outcome.says === 'done') {
			figures.succeeded += 1;
			if (isUntouched && !isDone) figures.lost += 1;
			else if (!isDone || outcome.id !== record?.id) figures.wrongContent += 1;
		} else if (outcome.says === 'failed') {
			figures.reportedFailed += 1;
			if (!isUntouched) figures.unaccounted += 1;
		} else {
			figures.reportedUnknown += 1;
			if (!isUntouched && !isDone) figures.wrongContent += 1;
		}
	});
	// Records and outcomes that belong to no sent item.
	for (const records of byMarker.values()) figures.unaccounted += records.length;
	figures.unaccounted += outcomes.filter(({ item }) => sent[item] === undefined).length;
	return figures;
}
