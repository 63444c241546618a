import { asError, errorMessage, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import type { ResponseOptions, ThreatConnect } from '../api/client';
import { addedAttributes, type AttributeChange, checkAttributes, planDefaults } from './attributes';
import { differences, listsThatCreate, rowsOf, withoutPresent } from './compareGroup';
import { separateExistingAttributes } from './givenAttributes';
import { defaultAttributes, withAttributes } from '../fields/defaultAttributes';
import type { IndicatorName } from '../fields/indicators';
import { indicatorId } from './findIndicator';
import type { GroupReference } from '../api/references';
import { plainSpelling } from '../query/matching';
import { withLinkedGroups } from './associatedGroups';

/** Changes a group. What only the instance knows is looked up before anything is sent. */

type Change = {
	options: ResponseOptions;
	/**
	 * The group with `fieldsShowing`, if it was read. Then only what differs from it is written. Without it, all plain
	 * values are written.
	 */
	present?: JsonObject;
	/** Parts of the change that an earlier try has made, by `partsDone` of the item. */
	done: Set<string>;
};

/**
 * Changes a group. What the group already has is not added again: attributes of the same type, value and source, and
 * associated objects that the body describes.
 *
 * @param given body of an update, with Description and Source as if they were fields
 * @returns the group, and whether anything was written. If the group could not be read back, what is known of it, with
 *   a `_notice`.
 * @throws InvalidInput when an indicator that is to be removed is not found, an attribute cannot have its value, or an
 *   associated group does not exist exactly once
 * @throws ServiceFailure in doubt when only a part of the change was certainly made
 */
export async function updateGroup(
	api: ThreatConnect,
	reference: GroupReference,
	given: JsonObject,
	{ options, present, done }: Change,
): Promise<{ group: JsonObject; isWritten: boolean }> {
	const kept = await separateExistingAttributes(api, reference, given, present);
	const { body } = kept;
	const wanted = defaultAttributes(body);
	await checkAttributes(api, [...wanted, ...addedAttributes(body)]);
	const named = withPlainXid(await withIndicatorIds(api, body));
	const lists = [...(wanted.length > 0 ? ['attributes'] : []), ...listsThatCreate(named)];
	const fields = [...new Set(lists)];
	const before = present ?? (fields.length > 0 ? await api.getGroup(reference, { fields }) : undefined);
	const plan = planDefaults(wanted, before ?? {});
	const changed = [...kept.changed, ...plan.changed];
	const complete = wanted.length > 0 ? appended(withAttributes(named, plan.added)) : named;
	const rest = before ? withoutPresent(complete, before) : complete;
	return await withLinkedGroups(api, rest, async (linked) => {
		const pending = present ? differences(linked, present) : before ? withoutPresent(linked, before) : linked;
		if (present && Object.keys(pending).length === 0 && changed.length === 0) {
			return { group: present, isWritten: false };
		}
		return await write(api, reference, { body: pending, changed, before, options, done });
	});
}

/** A body whose XID has no blanks around it, as in the look-up. */
const withPlainXid = (body: JsonObject): JsonObject =>
	typeof body.xid === 'string' ? { ...body, xid: plainSpelling(body.xid) } : body;

type Writing = {
	body: JsonObject;
	changed: AttributeChange[];
	/** The group as it was read before. */
	before: JsonObject | undefined;
	options: ResponseOptions;
	done: Set<string>;
};

/** The part of a change that the request about the group itself makes. */
const GROUP_PART = 'group';

async function write(
	api: ThreatConnect,
	reference: GroupReference,
	{ body, changed, before, options, done }: Writing,
): Promise<{ group: JsonObject; isWritten: boolean }> {
	const isBegun = done.has(GROUP_PART);
	const isUpdated = Object.keys(body).length > 0 && !isBegun;
	const isWritten = isBegun || isUpdated || changed.length > 0;
	// The group first: it is what can be refused.
	const updated = isUpdated ? await api.updateGroup(reference, body, options) : undefined;
	if (isUpdated) done.add(GROUP_PART);
	const after = await changeAttributes(api, changed, options, isBegun || isUpdated);
	// An attribute that becomes the default one changes others too. The answer to a change shows no labels.
	const isKnown = changed.every(
		({ more }) => more?.default === undefined && more?.securityLabels === undefined,
	);
	const isCurrent = isKnown || !options.fields?.includes('attributes');
	if (updated && isCurrent) return { group: withAttributesAfter(updated, after), isWritten };
	try {
		return { group: await api.getGroup(reference, { fields: options.fields }), isWritten };
	} catch (error) {
		if (!isWritten) throw asError(error);
		// The change has been made. These attributes are those from before the change.
		const known = Object.entries(updated ?? before ?? {}).filter(([name]) => name !== 'attributes');
		const notice = `The group was updated, but could not be read back (${errorMessage(error)}): some of its fields may be missing here.`;
		return { group: { ...Object.fromEntries(known), _notice: notice }, isWritten };
	}
}

/** A group that was answered before some of its attributes were changed, with these attributes as they are now. */
function withAttributesAfter(group: JsonObject, after: ReadonlyMap<string, JsonObject>): JsonObject {
	const { attributes } = group;
	if (!isJsonObject(attributes) || after.size === 0) return group;
	const data = rowsOf(attributes).map((row) => {
		const now = after.get(String(row.id));
		return now ? Object.fromEntries(Object.keys(row).map((key) => [key, now[key] ?? row[key]])) : row;
	});
	return { ...group, attributes: { ...attributes, data } };
}

/**
 * @param isBegun the group itself has been written already
 * @returns the attributes after the change, by ID
 */
async function changeAttributes(
	api: ThreatConnect,
	changed: readonly AttributeChange[],
	options: ResponseOptions,
	isBegun: boolean,
): Promise<Map<string, JsonObject>> {
	const after = new Map<string, JsonObject>();
	for (const [index, { id, value, more }] of changed.entries()) {
		const sent = { ...(value !== undefined && { value }), ...more };
		try {
			const { createActivityLog } = options;
			const attribute = await api.changeAttribute(id, sent, { createActivityLog });
			after.set(id, { ...sent, ...attribute });
		} catch (error) {
			if (!(error instanceof ServiceFailure) || (!isBegun && index === 0)) throw asError(error);
			const types = changed.slice(index).map(({ type }) => type);
			const done =
				error.certainty === 'notDone'
					? `The group was changed, but not its ${types.join(' and ')}. Send the item again: what the group has already is not added to it a second time.`
					: `The group was changed, but perhaps not its ${types.join(' and ')}. Send the item again: what the group has already is not added to it a second time.`;
			throw error.inDoubt(done, 'findable');
		}
	}
	return after;
}

/** Attributes that were added to a body without a mode of its own. */
function appended(body: JsonObject): JsonObject {
	const { attributes } = body;
	return isJsonObject(attributes) && attributes.mode === undefined
		? { ...body, attributes: { ...attributes, mode: 'append' } }
		: body;
}

/**
 * A body in which indicators that are to be removed have their IDs. ThreatConnect removes indicators only by ID, so
 * those given by type and summary are looked up.
 */
async function withIndicatorIds(api: ThreatConnect, body: JsonObject): Promise<JsonObject> {
	const { associatedIndicators: list } = body;
	if (!isJsonObject(list) || list.mode !== 'delete' || !Array.isArray(list.data)) return body;
	const data: unknown[] = [];
	for (const entry of list.data as JsonObject[]) {
		data.push(entry.id === undefined ? { id: await indicatorId(api, entry as IndicatorName) } : entry);
	}
	return { ...body, associatedIndicators: { ...list, data } };
}
