import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { changedGroupRecords, groupParameter, readGroupId } from '../parameters';
import { readBack } from '../../flows/updateGroup';

export const restore = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'restore',
	name: 'Restore',
	action: 'Restore group',
	description: 'Restore a group from the archive',
	parameters: [groupParameter(), optionsCollection()],
	records: changedGroupRecords,
	prepare(item, api) {
		const id = readGroupId(item);
		return {
			orderKey: id,
			async run() {
				await api.restoreGroup(id);
				return { ...(await readBack(api, id, {}, 'restored')), archived: false, _outcome: 'restored' };
			},
		};
	},
});
