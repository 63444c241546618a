import type { OperationFile } from '../../../shared/items';
import { type GroupReference, referenceKey, type ThreatConnect } from '../../api';
import { groupParameters, readReference } from './common';

const show = { resource: ['group'], operation: ['delete'] };

export const deleteGroup: OperationFile<ThreatConnect> = {
	resource: 'group',
	operation: 'delete',
	name: 'Delete',
	action: 'Delete group',
	description: 'Delete a group for good, found by its ID, or by its XID and owner',
	parameters: groupParameters(show, 'searchWritableOwners'),
	prepare(item, api) {
		const reference = readReference(item);
		return {
			record: referenceKey(reference),
			async run() {
				const id = await idOf(reference, api);
				await api.deleteGroup(String(id));
				return { deleted: true, id };
			},
		};
	},
};

/** The answer to a delete does not say which group it was. */
async function idOf(reference: GroupReference, api: ThreatConnect): Promise<unknown> {
	if (!('id' in reference)) return (await api.getGroup(reference, {})).id;
	const number = Number(reference.id);
	return Number.isSafeInteger(number) ? number : reference.id;
}
