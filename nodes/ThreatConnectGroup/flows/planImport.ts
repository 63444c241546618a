import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { Plan } from '../../shared/http/plan';
import type { ThreatConnect } from '../api/client';
import type { BatchItem } from '../batch/packJobs';
import { fieldsShowing } from './compareGroup';
import { noteChanges, recordAfter } from './plannedGroup';
import type { JobSettings } from './runBatchJob';

/** What a bulk import would do with one group: batch has no way to ask for it, so that the group is read and compared. */

type Import = {
	owner: string;
	item: BatchItem;
	/** The body that would create the group in v3. */
	body: JsonObject;
	settings: JobSettings;
};

/** @throws InvalidInput when the XID belongs to a group of another type */
export async function planImport(
	api: ThreatConnect,
	{ owner, item, body, settings }: Import,
): Promise<JsonObject> {
	// The job names the owner.
	const fields = Object.entries(body).filter(([name]) => !['ownerName', 'ownerId'].includes(name));
	const wanted = withModes({ ...Object.fromEntries(fields), xid: item.xid }, settings);
	const reference = { xid: item.xid, ownerName: owner };
	const group = await api.findGroup(reference, { fields: fieldsShowing(wanted) });
	if (group && group.type !== body.type) {
		throw new InvalidInput(
			`"Type" (type) is "${String(body.type)}", but the group ${String(group.id)} with this XID is of the type ${String(group.type)}`,
			'A type cannot be changed: check the type, or the XID.',
		);
	}
	const plan = new Plan(item.index);
	const before = group ?? {};
	noteChanges(plan, before, recordAfter(before, wanted), wanted);
	plan.writes = true;
	if (!group) plan.outcome = 'created';
	return plan.outputOf({ ...(group && { id: group.id }), ...item.output });
}

/** A body whose lists have the modes that the write types of a job give them. A list that the item does not have stays. */
function withModes(
	body: JsonObject,
	{ attributeWriteType, tagWriteType, securityLabelWriteType }: JobSettings,
): JsonObject {
	const types = {
		attributes: attributeWriteType,
		tags: tagWriteType,
		securityLabels: securityLabelWriteType,
	};
	const lists = Object.entries(types).flatMap(([name, type]): Array<[string, unknown]> => {
		const list = body[name];
		if (!isJsonObject(list)) return [];
		if (type === 'Static') return [[name, undefined]];
		const mode = type === 'Singleton' ? type : type === 'Replace' ? 'replace' : 'append';
		return [[name, { data: list.data, mode }]];
	});
	return { ...body, ...Object.fromEntries(lists) };
}
