import { notice } from '../../../shared/fields/fixedCollection';
import { cancelSignal } from '../../../shared/http/connection';
import { onceOnly } from '../../../shared/http/onceOnly';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';

export const deleteGroup = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'delete',
	name: 'Delete',
	action: 'Delete group',
	description: 'Delete a group for good, found by its ID, or by its XID and owner',
	parameters: [
		notice('deleteNotice', 'Each group is deleted for good, for everybody who works in its owner'),
		...groupParameters('searchWritableOwners'),
		optionsCollection(activityLogOption, previewOption),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const options = { createActivityLog: readActivityLog(item) };
		return {
			orderKey: referenceKey(reference),
			async run() {
				// The response to a delete does not say which group was deleted.
				const id = await api.idOf(reference);
				await onceOnly({
					signal: cancelSignal(api.connection),
					act: async () => {
						await api.deleteGroup(String(id), options);
						return true;
					},
					find: async () => ((await api.findGroup({ id: String(id) }, {})) ? undefined : true),
				});
				return { deleted: true, id };
			},
		};
	},
});
