/** What came of a run: what the node said of each item, against what the service really holds. */

/** The fields of a record that are compared, as text. */
export type Fields = Record<string, string>;

/** One input item: by its marker a record is known as its own. */
export type Sent = {
	marker: string;
	/** The record that was there before. */
	before?: Fields;
	/** The record as it is to be. */
	after: Fields;
};

/** What the node said: done, surely not done, or that it cannot know. */
export type Outcome = { item: number; says: 'done' | 'failed' | 'unknown'; id?: string };

/** A record in the service. */
export type Stored = { id: string; marker: string; fields: Fields };

export type Figures = {
	sent: number;
	succeeded: number;
	reportedFailed: number;
	reportedUnknown: number;
	/** Said to be done, but the service has no such record, or none of the change. */
	lost: number;
	/** Records beyond the one that an item may have. */
	doubled: number;
	/** Items without exactly one outcome, and records that no item explains. */
	unaccounted: number;
	/** Records with other fields than were sent, and items that came out with the record of another. */
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

/** Nothing lost, nothing twice, and at least 99 of 100 items done. */
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
	// Of no item that was sent: stray records, and outcomes.
	for (const records of byMarker.values()) figures.unaccounted += records.length;
	figures.unaccounted += outcomes.filter(({ item }) => sent[item] === undefined).length;
	return figures;
}
