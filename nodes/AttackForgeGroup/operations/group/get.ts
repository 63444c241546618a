import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import {
	customFieldFilterOptions,
	groupParameter,
	groupRecords,
	readCustomFieldFilter,
	readGroupId,
} from '../parameters';

export const get = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'get',
	name: 'Get',
	action: 'Get group',
	description:
		'Retrieve a group with its contacts and custom fields; without Simplify also its access, members and projects',
	parameters: [groupParameter(), optionsCollection(...customFieldFilterOptions)],
	records: groupRecords,
	prepare(item, api) {
		const id = readGroupId(item);
		const filter = readCustomFieldFilter(item);
		return { run: async () => await api.getGroup(id, filter) };
	},
});
