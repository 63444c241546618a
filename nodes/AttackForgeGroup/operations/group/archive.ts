import { notice } from '../../../shared/fields/fixedCollection';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { changedGroupRecords, groupParameter, readGroupId } from '../parameters';
import { readBack } from '../../flows/updateGroup';

export const archive = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'archive',
	name: 'Archive',
	action: 'Archive group',
	description: 'Archive a group, without deleting it',
	parameters: [
		notice(
			'archiveNotice',
			'Restore brings the group back. What becomes of its members and projects meanwhile AttackForge does not document.',
		),
		groupParameter(),
		optionsCollection(),
	],
	records: changedGroupRecords,
	prepare(item, api) {
		const id = readGroupId(item);
		return {
			orderKey: id,
			async run() {
				await api.archiveGroup(id);
				return { ...(await readBack(api, id, {}, 'archived')), archived: true, _outcome: 'archived' };
			},
		};
	},
});
