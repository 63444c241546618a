import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes } from '../../shared/core/readValue';
import type { Occurrence } from '../../shared/polling/timeline';

/** Pure functions over groups as events. */

export type GroupEvent = 'created' | 'updated';

/** What dates an event, both as TQL's keyword and in answers. */
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

/** @throws ServiceFailure when the answer does not tell the time */
export function occurrenceOf(event: GroupEvent, record: JsonObject): Occurrence<JsonObject> {
	return { id: String(record.id), time: timeOf(record, KEYWORDS[event]), record };
}

function timeOf(record: JsonObject, name: string): number {
	const time = Date.parse(String(record[name]));
	if (!Number.isNaN(time)) return time;
	throw new ServiceFailure(
		`ThreatConnect answered with a group whose ${name} is no date: ${inQuotes(record[name])}`,
		`Look at the group ${String(record.id)} in ThreatConnect, or leave it out by a filter.`,
	);
}

/** A group that is as it was created has not been updated. */
export const isUpdated = ({ dateAdded, lastModified }: JsonObject): boolean =>
	Date.parse(String(dateAdded)) !== Date.parse(String(lastModified));

/** When the group was last changed, where its answer tells. */
export const lastModifiedOf = ({ lastModified }: JsonObject): number => Date.parse(String(lastModified));

export function creatorOf({ createdBy }: JsonObject): string | undefined {
	if (isJsonObject(createdBy)) return typeof createdBy.userName === 'string' ? createdBy.userName : undefined;
	return typeof createdBy === 'string' ? createdBy : undefined;
}

/** ThreatConnect's own form of dates. */
export const isoSeconds = (time: number): string => new Date(time).toISOString().replace(/\.000Z$/, 'Z');

/** The item that comes out. Its `eventId` is the same whenever the same event comes out. */
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
