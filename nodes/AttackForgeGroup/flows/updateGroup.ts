import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import { isRefusal } from '../api/responses';
import type { AttackForge } from '../api/client';
import { accessChanges, removesAccess } from '../fields/changes';

/** What Update and Create or Update share. */

/**
 * Updates a group. After an answer that was lost it looks at the access of the group: an entry that is gone already
 * cannot be removed again. All else may be written twice, and so needs no look-up.
 */
export async function writeGroup(api: AttackForge, id: string, body: JsonObject): Promise<void> {
	let left = body;
	if (removesAccess(left)) {
		await onceOnly({
			signal: api.signal,
			async act() {
				await api.updateGroup(id, left);
				left = {};
				return true;
			},
			async find() {
				const { access, ...others } = left;
				const { access: present } = await api.getGroup(id);
				const changes = isJsonObject(access) ? accessChanges(access, present, 'operations') : undefined;
				left = changes ? { ...others, access: changes } : others;
				return removesAccess(left) ? undefined : true;
			},
		});
	}
	if (Object.keys(left).length > 0) await api.updateGroup(id, left);
}

/** UpdateGroup answers with a status only. The update stands, so a read that is not granted must not fail the item. */
export async function readBack(api: AttackForge, id: string, sent: JsonObject): Promise<JsonObject> {
	try {
		return await api.getGroup(id);
	} catch (error) {
		const reason = isRefusal(error) ? 'the key may not use GetGroup' : (error as Error).message;
		return {
			id,
			...sent,
			_notice: `The group was updated, but could not be read back (${reason}): these are the fields as they were sent.`,
		};
	}
}
