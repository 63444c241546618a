import { notice } from '../../../shared/form';
import type { OperationFile } from '../../../shared/operation';
import { optionsCollection } from '../../../shared/options';
import type { AttackForge } from '../../api';
import { groupParameter, readGroupId } from '../common';
import { readBack } from './updating';

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
