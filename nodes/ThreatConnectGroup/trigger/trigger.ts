import type { IPollFunctions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { optionalSwitch, readEntries, readText } from '../../shared/core/readValue';
import { drain, type Stream } from '../../shared/polling/drain';
import {
	readMaxItems,
	readOverlap,
	readPollConnection,
	readStart,
	settingsHash,
	startsOver,
} from '../../shared/polling/parameters';
import type { PollRun, Trigger } from '../../shared/polling/poll';
import { beginAt, byTimeAndId, readTimeline, Seen, type Timeline } from '../../shared/polling/timeline';
import { MAX_PAGE_SIZE, type ThreatConnect } from '../api/client';
import { connectForPoll } from '../api/connect';
import { simplifyGroup } from '../fields/receivedGroup';
import { type Filters, readFilters } from '../query/filters';
import { isSameText } from '../query/matching';
import { split, tqlOf } from '../query/split';
import { allOf } from '../query/clauses';
import {
	creatorOf,
	eventsOf,
	type GroupEvent,
	isUpdated,
	KEYWORDS,
	occurrenceOf,
	timeOf,
	toEventItem,
} from './events';
import { readMinutes } from './read';

type State = {
	/** A fingerprint of what the trigger looks for. If it changes, the trigger starts over from that moment. */
	lookedFor: string;
	/** A fingerprint of where the trigger begins. If it changes, the trigger starts over from there. */
	start: string;
	timelines: Partial<Record<GroupEvent, Timeline>>;
};

const LOOKED_FOR = ['event', 'filters', 'tql'];
const START = ['start', 'since'];

/** Associations and attributes can make a group many times larger. */
const HEAVY_PAGE_SIZE = 1000;
const MIN_PAGE_SIZE = 100;
/** How many groups Fetch Test Event shows. */
const SAMPLES = 3;
/** Among how many it looks for them. */
const SAMPLE_PAGE_SIZE = 100;

const OUTPUT_FIELD_NAMES = '"Output Field Names" (fields)';
const EXCLUDED = '"Ignore Groups Created By" (ignoreCreatedBy)';

type Settings = ReturnType<typeof readSettings>;

/** A poll sends one query. Unlike Get Many, it cannot split a list that is too long for one query. */
function clausesOf({ disjunctions, query }: Filters): string[] {
	const [part, ...others] = split(disjunctions, query);
	if (part === undefined || others.length > 0) {
		throw new InvalidInput(
			part === undefined ? 'A filter holds an empty list' : 'The filters hold too many values for one query',
			'Give the filters fewer values, or filter after the trigger.',
		);
	}
	const tql = tqlOf(part, query);
	return tql === undefined ? [] : [tql];
}

/** @throws InvalidInput */
function readSettings(context: IPollFunctions) {
	const options = context.getNodeParameter('options', {}) as JsonObject;
	const filters = readFilters(
		context.getNodeParameter('filters', {}) as JsonObject,
		context.getNodeParameter('tql', ''),
		context.getTimezone(),
	);
	const texts = (value: unknown, label: string) =>
		readEntries(value, label).map((one) => readText(one, label));
	return {
		events: eventsOf(context.getNodeParameter('event', 'created')),
		clauses: clausesOf(filters),
		names: filters.names,
		fields: texts(options.fields, OUTPUT_FIELD_NAMES),
		ignored: texts(options.ignoreCreatedBy, EXCLUDED),
		simplify: optionalSwitch(context.getNodeParameter('simplify', true), '"Simplify" (simplify)', true),
		maxItems: readMaxItems(options),
		overlap: readOverlap(options),
		since: readStart(context),
		options,
		parameters: context.getNode().parameters,
	};
}

/** Reads the node's parameters and connects. */
export async function prepareTrigger(context: IPollFunctions): Promise<Trigger> {
	const settings = readSettings(context);
	const connection = readPollConnection(settings.options);
	return new GroupTrigger(await connectForPoll(context, connection), settings);
}

class GroupTrigger implements Trigger {
	constructor(
		private readonly api: ThreatConnect,
		private readonly settings: Settings,
	) {}

	get nothingFound(): InvalidInput {
		const { clauses, events } = this.settings;
		const where = allOf(clauses);
		return new InvalidInput(
			`No group has been ${events.join(' or ')} that matches ${where ?? '(no filters)'}, among the newest ${SAMPLE_PAGE_SIZE}`,
			'Create one in ThreatConnect, or check the filters, whose groups are ignored, and which owners the API user sees. The trigger itself works.',
		);
	}

	async sample(): Promise<JsonObject[]> {
		const { events, clauses, fields } = this.settings;
		const found = [];
		for (const event of events) {
			// More groups are read than are shown, because some of them may not be events.
			const query = { tql: allOf(clauses), by: KEYWORDS[event], fields, pageSize: SAMPLE_PAGE_SIZE };
			const { data } = await this.api.firstGroups({ ...query, direction: 'desc' });
			for (const record of data) {
				if (this.isEvent(event, record)) found.push({ event, ...occurrenceOf(event, record) });
			}
		}
		return found
			.sort(byTimeAndId)
			.slice(-SAMPLES)
			.map(({ event, record, ...one }) => toEventItem(event, one, this.output(record)));
	}

	async poll(kept: unknown, run: PollRun): Promise<{ events: JsonObject[]; state: JsonObject }> {
		const { events, maxItems, overlap } = this.settings;
		const { timelines, ...fingerprints } = await this.stateOf(kept, run);
		const streams = events.map((event) => this.streamOf(event, timelines[event] ?? beginAt(0, 0)));
		const drained = await drain(streams, {
			maxItems,
			overlap,
			hasTime: run.hasTime,
			serviceTime: () => this.api.toServiceTime(Date.now()),
		});
		return {
			events: drained.events.map(({ stream, record, ...one }) =>
				toEventItem(stream as GroupEvent, one, this.output(record)),
			),
			state: {
				...fingerprints,
				timelines: Object.fromEntries(events.map((event, index) => [event, drained.timelines[index]])),
			} satisfies State,
		};
	}

	/** The state after the last poll. At first, and if the parameters have changed, a new beginning. */
	private async stateOf(kept: unknown, run: PollRun): Promise<State> {
		const { events, options, parameters, since } = this.settings;
		const lookedFor = settingsHash(parameters, LOOKED_FOR, this.api.connection.root);
		const start = settingsHash(parameters, START, '');
		const known = readState(kept, events);
		const wasInactive = known !== undefined && startsOver(options, run.isActivation);
		if (known?.lookedFor === lookedFor && known.start === start && !wasInactive) return known;
		const isSince = since !== undefined && known?.start !== start;
		if (wasInactive) run.log('Starts over, because the workflow was inactive');
		else if (kept !== undefined) run.log('Starts over, because its parameters have changed');
		const timelines: State['timelines'] = {};
		for (const event of events) timelines[event] = isSince ? beginAt(since, 0) : await this.fromNowOn(event);
		return { lookedFor, start, timelines };
	}

	private async fromNowOn(event: GroupEvent): Promise<Timeline> {
		const { overlap } = this.settings;
		const newest = await this.newest(event);
		const timeline = beginAt(Math.min(newest, this.api.toServiceTime(Date.now())), overlap);
		// Groups that were there before are not events.
		const seen = new Seen({});
		const query = { event, ...this.settings, fields: [], pageSize: MAX_PAGE_SIZE };
		for await (const { occurrences, upTo } of readMinutes(this.api, query, timeline.readFrom)) {
			for (const one of occurrences) if (one.time >= timeline.readFrom && one.time <= newest) seen.add(one);
			if (upTo > newest) break;
		}
		return { ...timeline, seen: seen.toState(timeline.doneBefore) };
	}

	private streamOf(event: GroupEvent, timeline: Timeline): Stream<JsonObject> {
		const { maxItems } = this.settings;
		return {
			name: event,
			timeline,
			read: (from, known) =>
				readMinutes(
					this.api,
					{ event, ...this.settings, pageSize: this.pageSize(maxItems + known + 1) },
					from,
				),
			newest: async () => await this.newest(event),
			isEvent: ({ record }) => this.isEvent(event, record),
			timeOf: (record) => timeOf(record, event),
		};
	}

	/**
	 * The newest time of all groups, or 0 if there are none. It ignores the filters, because it is then newer, and less
	 * is read again.
	 */
	private async newest(event: GroupEvent): Promise<number> {
		const { data } = await this.api.firstGroups({ by: KEYWORDS[event], direction: 'desc', pageSize: 1 });
		const [group] = data;
		return group ? occurrenceOf(event, group).time : 0;
	}

	private isEvent(event: GroupEvent, group: JsonObject): boolean {
		const { names, ignored } = this.settings;
		if (event === 'updated' && !isUpdated(group)) return false;
		if (names !== undefined && !names.some((name) => isSameText(name, group.name))) return false;
		return !ignored.includes(creatorOf(group) ?? '');
	}

	private output(group: JsonObject): JsonObject {
		const { simplify, fields } = this.settings;
		return simplify ? simplifyGroup(group, fields) : group;
	}

	private pageSize(wanted: number): number {
		const most = this.settings.fields.length > 0 ? HEAVY_PAGE_SIZE : MAX_PAGE_SIZE;
		return Math.min(most, Math.max(MIN_PAGE_SIZE, wanted));
	}
}

/**
 * @returns `undefined` for a state of another version of this node. A state of other events keeps only `start`, so that the
 *   trigger starts over, but not from Since again.
 */
function readState(kept: unknown, events: readonly GroupEvent[]): State | undefined {
	const { lookedFor, start, timelines } = (kept ?? {}) as Partial<State>;
	if (typeof lookedFor !== 'string' || typeof start !== 'string' || !isJsonObject(timelines)) {
		return undefined;
	}
	const read = events.map((event) => [event, readTimeline(timelines[event])] as const);
	const isComplete = read.every(([, timeline]) => timeline !== undefined);
	if (!isComplete) return { lookedFor: '', start, timelines: {} };
	return { lookedFor, start, timelines: Object.fromEntries(read) };
}
