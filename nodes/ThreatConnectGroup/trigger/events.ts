import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import type { Occurrence } from '../../shared/polling/timeline';

/** Pure functions that make events of groups. */

export type GroupEvent = 'created' | 'updated';

/** The time of an event, as TQL's keyword and as the key in responses. */
export const KEYWORDS: Readonly<Record<GroupEvent, 'dateAdded' | 'lastModified'>> = {
	created: 'dateAdded',
	updated: 'lastModified',
};

/** @throws InvalidInput for another value of the parameter */
export function eventsOf(choice: unknown): GroupEvent[] {
	if (choice === 'created' || choice === 'updated') return [choice];
	if (choice === 'createdOrUpdated') return ['created', 'updated'];
	throw new InvalidInput(`"Event" (event) cannot be ${inQuotes(choice)}`, 'Choose one in the node.');
}

/** @throws ServiceFailure when the response does not tell the ID or the time */
export function occurrenceOf(event: GroupEvent, record: JsonObject): Occurrence<JsonObject> {
	if (isUnset(record.id)) {
		throw new ServiceFailure(
			'ThreatConnect listed a group without its ID',
			'Nothing has been handed over. Report the version of ThreatConnect to the maintainers of this node.',
		);
	}
	const time = timeOf(record, event);
	if (!Number.isNaN(time)) return { id: String(record.id), time, record };
	const name = KEYWORDS[event];
	throw new ServiceFailure(
		`ThreatConnect answered with a group whose ${name} is no date: ${inQuotes(record[name])}`,
		`Look at the group ${String(record.id)} in ThreatConnect, or leave it out by a filter.`,
	);
}

/** Whether a group has been updated. A group that has not changed since its creation has not. */
export const isUpdated = ({ dateAdded, lastModified }: JsonObject): boolean =>
	Date.parse(String(dateAdded)) !== Date.parse(String(lastModified));

/** @returns milliseconds since the epoch; `NaN` where the answer does not tell */
export const timeOf = (record: JsonObject, event: GroupEvent): number =>
	Date.parse(String(record[KEYWORDS[event]]));

export function creatorOf({ createdBy }: JsonObject): string | undefined {
	if (isJsonObject(createdBy)) return typeof createdBy.userName === 'string' ? createdBy.userName : undefined;
	return typeof createdBy === 'string' ? createdBy : undefined;
}

/** ThreatConnect's own form of dates. */
export const isoSeconds = (time: number): string => new Date(time).toISOString().replace(/\.000Z$/, 'Z');

/** The output item of an event. Its `eventId` is the same whenever the same event is emitted. */
export function toEventItem(
	event: GroupEvent,
	{ id, time }: Pick<Occurrence<unknown>, 'id' | 'time'>,
	group: JsonObject,
): JsonObject {
	const eventTime = isoSeconds(time);
	return {
		event,
		eventId: event === 'created' ? `${id}-created` : `${id}-updated-${eventTime}`,
		eventTime,
		...group,
	};
}
