import { notice } from '../../../shared/fields/fixedCollection';
import type { OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { groupParameter, readGroupId } from '../parameters';
import { readBack } from '../../flows/updateGroup';

const show = { resource: ['group'], operation: ['archive'] };

export const archive: OperationFile<AttackForge> = {
	resource: 'group',
	operation: 'archive',
	name: 'Archive',
	action: 'Archive a group',
	description: 'Archive a group, without deleting it',
	parameters: [
		notice(
			'archiveNotice',
			'Restore brings the group back. What becomes of its members and projects meanwhile AttackForge does not document.',
			{ show },
		),
		groupParameter(show),
		optionsCollection(show),
	],
	prepare(item, api) {
		const id = readGroupId(item);
		return {
			record: id,
			async run() {
				await api.archiveGroup(id);
				return await readBack(api, id, {});
			},
		};
	},
};
