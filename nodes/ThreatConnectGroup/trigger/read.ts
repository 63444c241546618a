import { ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import type { Batch } from '../../shared/polling/drain';
import { byTimeAndId, type Occurrence } from '../../shared/polling/timeline';
import { MAX_PAGE_SIZE, type ThreatConnect } from '../api/client';
import { allOf, before, from } from '../query/clauses';
import { type GroupEvent, isoSeconds, KEYWORDS, occurrenceOf } from './events';

type EventQuery = {
	event: GroupEvent;
	/** Clauses of TQL. Groups must match all of them. */
	clauses: readonly string[];
	fields: readonly string[];
	pageSize: number;
};

const MINUTE_MS = 60_000;
const minuteOf = (time: number) => time - (time % MINUTE_MS);

/**
 * Groups in ascending order of the event's time. Queries use whole minutes, because a server may ignore seconds in a
 * query (vendor, tcex pull request 266).
 *
 * The next page begins with the minute in which the last page ended, and not at a count of groups. A group that is
 * edited meanwhile moves to the end, and would shift all that is counted.
 */
export async function* readMinutes(
	api: ThreatConnect,
	query: EventQuery,
	start: number,
): AsyncGenerator<Batch<JsonObject>, undefined> {
	const { event, clauses, fields, pageSize } = query;
	const keyword = KEYWORDS[event];
	for (let minute = minuteOf(start); ;) {
		const {
			data,
			more,
			count = Infinity,
		} = await api.firstGroups({
			tql: allOf([...clauses, from(keyword, isoSeconds(minute))]),
			by: keyword,
			direction: 'asc',
			pageSize,
			counted: true,
			fields,
		});
		const page = data.map((record) => occurrenceOf(event, record));
		checkSorting(page, keyword);
		const last = page.at(-1);
		// A server may send smaller pages than were asked for, without saying that there is more.
		const isWhole = !more && page.length >= count;
		if (!last || isWhole) {
			yield { occurrences: page.sort(byTimeAndId), upTo: Infinity };
			return;
		}
		const lastMinute = minuteOf(last.time);
		if (lastMinute > minute) {
			const complete = page.filter(({ time }) => time < lastMinute);
			minute = lastMinute;
			yield { occurrences: complete.sort(byTimeAndId), upTo: minute };
			continue;
		}
		const occurrences = await readMinute(api, query, minute);
		minute += MINUTE_MS;
		yield { occurrences, upTo: minute };
	}
}

/**
 * Reads a minute that has more groups than a page. It is read by ID, because edits do not change IDs, and sorted here.
 */
async function readMinute(
	api: ThreatConnect,
	{ event, clauses, fields, pageSize }: EventQuery,
	minute: number,
): Promise<Array<Occurrence<JsonObject>>> {
	const keyword = KEYWORDS[event];
	const pages = api.groups({
		tql: allOf([
			...clauses,
			from(keyword, isoSeconds(minute)),
			before(keyword, isoSeconds(minute + MINUTE_MS)),
		]),
		by: 'id',
		direction: 'asc',
		pageSize: Math.min(MAX_PAGE_SIZE, Math.max(pageSize, MIN_PAGE_SIZE)),
		fields,
	});
	const found: Array<Occurrence<JsonObject>> = [];
	for await (const page of pages) for (const record of page) found.push(occurrenceOf(event, record));
	return found.sort(byTimeAndId);
}

const MIN_PAGE_SIZE = 1000;

/** Refuses a page in the wrong order, because groups could be missed. The order within a minute does not matter. */
function checkSorting(page: ReadonlyArray<Occurrence<unknown>>, keyword: string): void {
	let last = 0;
	for (const { time } of page) {
		const minute = minuteOf(time);
		if (minute < last) {
			throw new ServiceFailure(
				`ThreatConnect did not keep to the sorting by ${keyword}, so that groups could be missed`,
				'Nothing has been handed over. Report the version of ThreatConnect to the maintainers of this node.',
			);
		}
		last = minute;
	}
}
