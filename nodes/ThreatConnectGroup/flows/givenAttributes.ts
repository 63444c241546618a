import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import type { ThreatConnect } from '../api/client';
import type { GroupReference } from '../api/references';
import { withoutOff } from '../fields/groupLists';
import type { AttributeChange } from './attributes';
import { isEntry, rowsOf } from './compareGroup';
import { LABELS, missingLabels, withPresentLabels } from './groupAttributes';

/** Attributes that a group has already: an item gives them with their IDs, as a Get returns them, or with labels. */

const CHANGEABLE = ['value', 'source', 'default', 'pinned'];

/**
 * Separates attributes that the group already has from an update that appends, because ThreatConnect would add each of
 * them again. An attribute that the user has changed is changed in place, and labels that it lacks are added to it. The ID
 * of an attribute of another group or another instance is ignored: its type and value are appended.
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
	const withLabels = entries.some(({ securityLabels }) => securityLabels !== undefined);
	if (!isJsonObject(list) || (!withLabels && entries.every(({ id }) => isUnset(id)))) {
		return { body, changed: [] };
	}
	// A group shows the labels of its attributes only if they are asked for.
	const fields = ['attributes', ...(withLabels ? [LABELS] : [])];
	const group =
		present?.attributes === undefined || withLabels ? await api.getGroup(reference, { fields }) : present;
	const rows = rowsOf(group.attributes);
	const known = new Map(rows.map((row) => [String(row.id), row]));
	const changed: AttributeChange[] = [];
	const data: JsonObject[] = [];
	for (const entry of entries) {
		const { id, ...rest } = entry;
		const isNamedById = !isUnset(id);
		const row = isNamedById
			? known.get(String(id))
			: rest.securityLabels === undefined
				? undefined
				: meantRow(rows, rest);
		if (!row) {
			data.push(isUnset(rest.type) || isUnset(rest.value) ? entry : withoutOff(rest));
			continue;
		}
		const labels = missingLabels(rest.securityLabels, row);
		const names = isNamedById ? CHANGEABLE.filter((name) => isChanged(rest[name], row[name])) : [];
		const more = {
			...Object.fromEntries(names.map((name) => [name, rest[name]])),
			...(labels.length > 0 && { securityLabels: { data: labels, mode: 'append' } }),
		};
		if (Object.keys(more).length === 0) continue;
		changed.push({ id: String(row.id), type: String(row.type), more: withPresentLabels(more, row) });
	}
	return {
		body: data.length === 0 ? others : { ...body, attributes: { ...list, data } },
		changed,
	};
}

/** A switch that a server does not show is off. */
const isChanged = (given: unknown, shown: unknown): boolean =>
	given !== undefined && given !== (shown ?? (given === false ? false : undefined));

/** Of several attributes alike, the one that has the labels already. */
function meantRow(rows: readonly JsonObject[], entry: JsonObject): JsonObject | undefined {
	const alike = rows.filter((one) => isEntry('attributes', entry, one, 'named'));
	return alike.find((one) => missingLabels(entry.securityLabels, one).length === 0) ?? alike[0];
}
