import { ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import {
	type Batch,
	CLOCK_DIFFERENCE_MS,
	drain,
	type DrainedEvent,
	type Stream,
} from '../../shared/polling/drain';
import type { PollRun } from '../../shared/polling/poll';
import { beginAt, byTimeAndId, readTimeline, Seen, type Timeline } from '../../shared/polling/timeline';
import type { AttackForge } from '../api/client';

/** Vulnerabilities of chosen groups as events. Unlike groups, they have times, and a filter for these. */

export type VulnerabilityEvent = 'vulnerabilityCreated' | 'vulnerabilityUpdated';

export const VULNERABILITY_EVENTS: readonly VulnerabilityEvent[] = [
	'vulnerabilityCreated',
	'vulnerabilityUpdated',
];

/** What dates an event: the field of the filter `q`, and the key in answers. */
const TIMES: Readonly<Record<VulnerabilityEvent, { field: string; key: string }>> = {
	vulnerabilityCreated: { field: 'created', key: 'vulnerability_created' },
	vulnerabilityUpdated: { field: 'modified', key: 'vulnerability_modified' },
};

export type VulnerabilitySettings = {
	events: readonly VulnerabilityEvent[];
	/** IDs of the groups. */
	groups: readonly string[];
	/** Milliseconds. */
	overlap: number;
};

/** Plain JSON. */
export type VulnerabilityState = Partial<Record<VulnerabilityEvent, Timeline>>;

/** @returns milliseconds since the epoch; `NaN` where the answer does not tell */
const timeOf = (record: JsonObject, event: VulnerabilityEvent): number =>
	Date.parse(String(record[TIMES[event].key]));

/** `datetime` of a query knows no seconds (AttackForge documentation, Advanced Query Filter). */
const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** The filter for what was created or changed since a time. */
function sinceFilter(events: readonly VulnerabilityEvent[], time: number): string {
	const clauses = events.map((event) => `{ ${TIMES[event].field}: { $gte: datetime("${minuteOf(time)}") } }`);
	const [only = ''] = clauses;
	return clauses.length === 1 ? only : `{ $or: [ ${clauses.join(', ')} ] }`;
}

/** What one poll may do. */
type Limits = {
	/** Whether what is there already is not emitted when the trigger starts over. */
	isFromNow: boolean;
	maxItems: number;
	run: PollRun;
};

/** Polls the vulnerabilities of the groups. @param known where the last poll ended; `undefined` starts over */
export async function pollVulnerabilities(
	api: AttackForge,
	settings: VulnerabilitySettings,
	known: VulnerabilityState | undefined,
	{ isFromNow, maxItems, run }: Limits,
): Promise<{ events: Array<DrainedEvent<JsonObject>>; state: VulnerabilityState }> {
	const { events, groups, overlap } = settings;
	const timelines = known ?? (await begin(api, settings, isFromNow));
	const entries = events.map((event) => [event, timelines[event] ?? beginAt(0, 0)] as const);
	const from = Math.min(...entries.map(([, timeline]) => timeline.readFrom));
	/** One reading for both kinds of events, when the first of them is asked for. */
	let reading: Promise<Reading> | undefined;
	let readAt = 0;
	const readOnce = async () => {
		const read = await (reading ??= readSince(api, settings, from));
		readAt = read.lastAt;
		return read;
	};
	const streams = entries.map(([event, timeline]): Stream<JsonObject> => ({
		name: event,
		timeline,
		read: (since) => oneBatch(event, since, readOnce, groups.length > 1),
		newest: async () => readAt,
		isEvent: ({ record }) =>
			event === 'vulnerabilityCreated' || timeOf(record, event) !== timeOf(record, 'vulnerabilityCreated'),
		timeOf: (record) => timeOf(record, event),
	}));
	const { hasTime } = run;
	const drained = await drain(streams, { maxItems, overlap, hasTime, serviceTime: () => readAt });
	return {
		events: drained.events,
		state: Object.fromEntries(events.map((event, index) => [event, drained.timelines[index]])),
	};
}

/** Timelines from now on, by AttackForge's clock; what is there already is no event. */
async function begin(
	api: AttackForge,
	settings: VulnerabilitySettings,
	isFromNow: boolean,
): Promise<VulnerabilityState> {
	const { events, overlap } = settings;
	if (!isFromNow) return Object.fromEntries(events.map((event) => [event, beginAt(0, 0)]));
	// Only an answer tells AttackForge's time.
	await readSince(api, { ...settings, groups: settings.groups.slice(0, 1) }, Date.now());
	const now = api.toServiceTime(Date.now());
	const lookBack = overlap + CLOCK_DIFFERENCE_MS;
	const { records } = await readSince(api, settings, now - lookBack);
	return Object.fromEntries(
		events.map((event): [VulnerabilityEvent, Timeline] => {
			const timeline = beginAt(now, lookBack);
			const seen = new Seen({});
			for (const one of occurrencesOf(event, records)) if (one.time >= timeline.readFrom) seen.add(one);
			return [event, { ...timeline, seen: seen.toState(timeline.doneBefore) }];
		}),
	);
}

/** What has been read of the groups, each vulnerability once. */
type Reading = {
	records: JsonObject[];
	/** AttackForge's time when the first group had been read, and when the last one had. */
	firstAt: number;
	lastAt: number;
};

/** What was created or changed since a time. */
async function readSince(
	api: AttackForge,
	{ events, groups }: VulnerabilitySettings,
	time: number,
): Promise<Reading> {
	const found = new Map<string, JsonObject>();
	const readAt: number[] = [];
	for (const groupId of groups) {
		const query = time > 0 ? [['q', sinceFilter(events, time)] as const] : [];
		for (const record of await api.getVulnerabilities(groupId, query, Infinity)) {
			const id = String(record.vulnerability_id);
			if (!found.has(id)) found.set(id, { ...record, groupId });
		}
		readAt.push(api.toServiceTime(Date.now()));
	}
	return { records: [...found.values()], firstAt: Math.min(...readAt), lastAt: Math.max(...readAt) };
}

/**
 * The complete list as one batch, because nothing documents in which order AttackForge lists vulnerabilities.
 *
 * What appeared after the first of several groups was read is left for the next poll. If it were emitted now, the next poll
 * would begin at its time, and miss what appeared earlier in the first group, after that group was read.
 */
async function* oneBatch(
	event: VulnerabilityEvent,
	since: number,
	read: () => Promise<Reading>,
	isSeveral: boolean,
): AsyncGenerator<Batch<JsonObject>, undefined> {
	const { records, firstAt, lastAt } = await read();
	const isLeft = (time: number) => firstAt < time && time <= lastAt + CLOCK_DIFFERENCE_MS;
	const occurrences = occurrencesOf(event, records)
		.filter(({ time }) => time >= since && !(isSeveral && isLeft(time)))
		.sort(byTimeAndId);
	yield { occurrences, upTo: Infinity };
}

/** A vulnerability without `vulnerability_modified` has not been updated. */
const occurrencesOf = (event: VulnerabilityEvent, records: readonly JsonObject[]) =>
	records
		.filter((record) => event === 'vulnerabilityCreated' || !isUnset(record[TIMES[event].key]))
		.map((record) => occurrenceOf(event, record));

function occurrenceOf(event: VulnerabilityEvent, record: JsonObject) {
	if (isUnset(record.vulnerability_id)) throw withoutId();
	const id = String(record.vulnerability_id);
	const time = timeOf(record, event);
	if (!Number.isNaN(time)) return { id, time, record };
	const { key } = TIMES[event];
	throw new ServiceFailure(
		`AttackForge answered with a vulnerability whose ${key} is no date: ${inQuotes(record[key])}`,
		`Look at the vulnerability ${id} in AttackForge.`,
	);
}

const withoutId = () =>
	new ServiceFailure(
		'AttackForge listed a vulnerability without its ID',
		'Nothing has been handed over. Report the version of AttackForge to the maintainers of this node.',
	);

/** The newest few of the groups, each as the event that it was last. */
export async function sampleVulnerabilities(
	api: AttackForge,
	{ events, groups }: VulnerabilitySettings,
	count: number,
): Promise<Array<DrainedEvent<JsonObject>>> {
	const [event = 'vulnerabilityCreated'] = events;
	const found: JsonObject[] = [];
	for (const groupId of groups) {
		const records = await api.getVulnerabilities(groupId, [], SAMPLE_SIZE);
		found.push(...records.map((record) => ({ ...record, groupId })));
	}
	return occurrencesOf(event, found)
		.map((one) => ({ ...one, stream: event }))
		.sort(byTimeAndId)
		.slice(-count);
}

const SAMPLE_SIZE = 100;

const SIMPLE_KEYS = [
	'vulnerability_id',
	'vulnerability_title',
	'vulnerability_priority',
	'vulnerability_status',
	'vulnerability_created',
	'vulnerability_modified',
	'vulnerability_affected_asset_name',
	'vulnerability_projects',
	'groupId',
];

const simplify = (record: JsonObject): JsonObject =>
	Object.fromEntries(SIMPLE_KEYS.filter((key) => key in record).map((key) => [key, record[key]]));

/** The output item of an event. Its `eventId` is the same whenever the same event is emitted. */
export function vulnerabilityItem(
	{ id, time, record, stream }: DrainedEvent<JsonObject>,
	isSimplified: boolean,
): JsonObject {
	const eventTime = new Date(time).toISOString();
	return {
		event: stream,
		eventId: `${id}-${stream}${stream === 'vulnerabilityUpdated' ? `-${eventTime}` : ''}`,
		eventTime,
		...(isSimplified ? simplify(record) : record),
	};
}

/** @returns `undefined` for anything but timelines of these events */
export function readVulnerabilityState(
	value: unknown,
	events: readonly VulnerabilityEvent[],
): VulnerabilityState | undefined {
	const kept = (value ?? {}) as Record<string, unknown>;
	const read = events.map((event) => [event, readTimeline(kept[event])] as const);
	return read.every(([, timeline]) => timeline !== undefined) ? Object.fromEntries(read) : undefined;
}
