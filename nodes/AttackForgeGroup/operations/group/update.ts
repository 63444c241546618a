import { recordParameters } from '../../../shared/fields';
import { extraJsonOption, type OperationFile, optionsCollection } from '../../../shared/items';
import type { JsonObject } from '../../../shared/json';
import { type AttackForge, isRefusal } from '../../api';
import { table } from '../../fields';
import { groupParameter, readGroupId } from './common';

const show = { resource: ['group'], operation: ['update'] };

export const update: OperationFile<AttackForge> = {
	resource: 'group',
	operation: 'update',
	name: 'Update',
	action: 'Update group',
	description: 'Change fields, custom fields and access of a group, or delete it by its "Is Deleted" field',
	parameters: [
		groupParameter(show),
		...recordParameters(table, 'update', show),
		optionsCollection(show, extraJsonOption),
	],
	prepare(item, api) {
		const id = readGroupId(item);
		const body = item.record('update');
		return {
			record: id,
			async run() {
				await api.updateGroup(id, body);
				return await readBack(api, id, body);
			},
		};
	},
};

/** UpdateGroup answers with a status only. The update stands, so a read that is not granted must not fail the item. */
async function readBack(api: AttackForge, id: string, sent: JsonObject): Promise<JsonObject> {
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
