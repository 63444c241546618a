import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import type { ThreatConnect } from '../api/client';
import type { GroupReference } from '../api/references';
import type { AttributeChange } from './attributes';
import { rowsOf } from './compareGroup';

/** Attributes that an item gives with their IDs, as a Get returns them. */

const CHANGEABLE = ['value', 'source', 'default', 'pinned'];

/**
 * Separates attributes that the group already has from an update that appends, because ThreatConnect would add each of
 * them again. An attribute that the user has changed is changed in place. The ID of an attribute of another group or
 * another instance is ignored: its type and value are appended.
 *
 * @param present the group with its attributes, if it was read before
 */
export async function separateExistingAttributes(
	api: ThreatConnect,
	reference: GroupReference,
	body: JsonObject,
	present: JsonObject | undefined,
): Promise<{ body: JsonObject; changed: AttributeChange[] }> {
	const { attributes: list, ...others } = body;
	const entries = isJsonObject(list) && list.mode === 'append' ? rowsOf(list) : [];
	if (!isJsonObject(list) || entries.every(({ id }) => isUnset(id))) return { body, changed: [] };
	const group =
		present?.attributes === undefined ? await api.getGroup(reference, { fields: ['attributes'] }) : present;
	const known = new Map(rowsOf(group.attributes).map((row) => [String(row.id), row]));
	const changed: AttributeChange[] = [];
	const data: JsonObject[] = [];
	for (const entry of entries) {
		const { id, ...rest } = entry;
		const row = isUnset(id) ? undefined : known.get(String(id));
		if (!row) {
			data.push(isUnset(rest.type) || isUnset(rest.value) ? entry : rest);
			continue;
		}
		const more = Object.fromEntries(
			CHANGEABLE.filter((name) => rest[name] !== undefined && rest[name] !== row[name]).map((name) => [
				name,
				rest[name],
			]),
		);
		if (Object.keys(more).length === 0) continue;
		changed.push({ id: String(id), type: String(row.type), value: rest.value ?? row.value, more });
	}
	return {
		body: data.length === 0 ? others : { ...body, attributes: { ...list, data } },
		changed,
	};
}
