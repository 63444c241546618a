import type { OperationFile } from '../../../shared/items';
import { referenceKey, type ThreatConnect } from '../../api';
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
				// The answer to a delete does not say which group it was.
				const id = await api.idOf(reference);
				await api.deleteGroup(String(id));
				return { deleted: true, id };
			},
		};
	},
};
