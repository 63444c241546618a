import { isJsonObject, type JsonObject } from '../../../shared/core/json';
import { defineOperation } from '../../../shared/execution/operation';
import { extraJsonOption, optionsCollection } from '../../../shared/execution/options';
import { clearFieldsOption, recordParameters } from '../../../shared/fields/parameters';
import type { AttackForge } from '../../api/client';
import {
	accessChanges,
	type AccessMode,
	type CustomFieldsMode,
	isCustomFields,
	withPresentFields,
} from '../../fields/changes';
import { CLEAR_EXAMPLE, table } from '../../fields';
import { groupParameter, readGroupId, readModes, updatingNotices, updatingOptions } from '../parameters';
import { readBack, writeGroup } from '../../flows/updateGroup';

export const update = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'update',
	name: 'Update',
	action: 'Update a group',
	builderHint:
		'Changes one known group by its ID. access entries are changes (action upsert or remove), unless options.accessMode is exact.',
	description: 'Change fields, custom fields and access of a group, or delete it by its "Is Deleted" field',
	parameters: [
		groupParameter(),
		...recordParameters(table, 'update'),
		optionsCollection(extraJsonOption, clearFieldsOption(table, CLEAR_EXAMPLE), ...updatingOptions),
		...updatingNotices('updateFields'),
	],
	prepare(item, api) {
		const id = readGroupId(item);
		const body = item.record('update');
		const modes = readModes(item);
		return {
			record: id,
			async run() {
				const complete = await completeBody(api, id, body, modes);
				if (Object.keys(complete).length > 0) await writeGroup(api, id, complete);
				return await readBack(api, id, body);
			},
		};
	},
});

/** The body with what depends on the group as it is: other custom fields, and access that is to be exactly as given. */
async function completeBody(
	api: AttackForge,
	id: string,
	body: JsonObject,
	modes: { access: AccessMode; customFields: CustomFieldsMode },
): Promise<JsonObject> {
	const { custom_fields: fields, access: wanted } = body;
	const mergesFields = isCustomFields(fields) && modes.customFields === 'merge';
	const comparesAccess =
		isJsonObject(wanted) && (modes.access === 'exact' || Object.values(wanted).some(isEmptyList));
	if (!mergesFields && !comparesAccess) return body;
	const present = await api.getGroup(id);
	const complete: JsonObject = { ...body };
	if (mergesFields) {
		complete.custom_fields = withPresentFields(fields, present, 'merge');
	}
	if (comparesAccess) {
		const access = accessChanges(wanted, present.access, modes.access);
		if (access) complete.access = access;
		else delete complete.access;
	}
	return complete;
}

const isEmptyList = (list: unknown): boolean => Array.isArray(list) && list.length === 0;
