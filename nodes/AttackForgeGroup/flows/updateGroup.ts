import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { readThenWrite } from '../../shared/http/readThenWrite';
import { isArchived } from '../fields/receivedGroup';
import { isRefusal } from '../api/responses';
import type { AttackForge } from '../api/client';
import type { CheckedBody } from './checkBody';
import { canGoUnread, changesOf, completeBody, dependsOnGroup, type UpdateModes } from '../fields/changes';

/** The parts that Update and Create or Update share. */

type Update = {
	id: string;
	/** Access entries have actions. */
	checked: CheckedBody;
	modes: UpdateModes;
	/**
	 * The group as Create or Update has just read it. What it already has is not written. Update writes all that it is
	 * given.
	 */
	present?: JsonObject;
	/** Whether the group cannot be read again. */
	unreadable?: boolean;
};

/**
 * Updates a group. An update may depend on what the group holds, because it merges lists or removes entries. It then
 * reads the group again before each attempt, so that it does not write back what somebody else has changed meanwhile.
 * Any other update holds only what the item names, so it can be sent again unchanged.
 *
 * @returns what was written; `undefined` when the group already had all of it
 */
export async function updateGroup(
	api: AttackForge,
	{ id, checked, modes, present, unreadable = false }: Update,
): Promise<JsonObject | undefined> {
	const body = checked.of(present);
	if (unreadable || !(checked.dependsOnGroup || dependsOnGroup(body, modes))) {
		const changes = present ? changesOf(body, present, modes) : body;
		if (Object.keys(changes).length === 0) return undefined;
		await api.updateGroup(id, changes);
		return changes;
	}
	const toWrite = present ? changesOf : completeBody;
	let known = present ?? (await readGroup(api, id, body, modes));
	if (known === undefined) {
		await api.updateGroup(id, body);
		return body;
	}
	return await readThenWrite({
		signal: api.signal,
		async read() {
			const group = known ?? (await api.getGroup(id));
			known = undefined;
			const changes = toWrite(checked.of(group), group, modes);
			return Object.keys(changes).length > 0 ? changes : undefined;
		},
		write: async (changes) => await api.updateGroup(id, changes, 1),
	});
}

/**
 * @returns `undefined` if the group cannot be read or does not show its access, and the update can be sent as it is
 *   given
 */
async function readGroup(
	api: AttackForge,
	id: string,
	body: JsonObject,
	modes: UpdateModes,
): Promise<JsonObject | undefined> {
	if (!canGoUnread(body, modes)) return await api.getGroup(id);
	try {
		const group = await api.getGroup(id);
		return isJsonObject(body.access) && !isJsonObject(group.access) ? undefined : group;
	} catch (error) {
		if (isRefusal(error)) return undefined;
		return await Promise.reject(error);
	}
}

/** How an operation changed a group, for the output's notice. */
type Done = 'archived' | 'restored' | 'updated';

/**
 * The group after a change, because the responses to changes hold only a status. The change has been made, so a key
 * that may not read groups must not fail the item.
 */
export async function readBack(
	api: AttackForge,
	id: string,
	sent: JsonObject,
	done: Done = 'updated',
): Promise<JsonObject> {
	try {
		return await api.getGroup(id);
	} catch (error) {
		const reason = isRefusal(error) ? 'the key may not use GetGroup' : (error as Error).message;
		const fields = Object.keys(sent).length > 0 ? ': these are the fields as they were sent' : '';
		return {
			id,
			...sent,
			_notice: `The group was ${done}, but could not be read back (${reason})${fields}.`,
		};
	}
}

/** Adds a notice to a group that is deleted or archived, because an update does not change that. */
export function withState(group: JsonObject, given: JsonObject = {}): JsonObject {
	if ('_notice' in group || given.is_deleted === true) return group;
	if (group.is_deleted === true) {
		return {
			...group,
			_notice: 'This group is deleted in AttackForge. Is Deleted, set to off, brings it back.',
		};
	}
	return isArchived(group)
		? { ...group, _notice: 'This group is archived in AttackForge. Restore brings it back.' }
		: group;
}
