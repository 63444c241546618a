import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { simplifyGroup } from '../../fields/receivedGroup';
import {
	customFieldFilterOptions,
	groupParameter,
	readCustomFieldFilter,
	readGroupId,
	readSimplify,
	simplifyParameter,
} from '../parameters';

export const get = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'get',
	name: 'Get',
	action: 'Get a group',
	description:
		'Retrieve a group with its contacts and custom fields; without Simplify also its access, members and projects',
	parameters: [groupParameter(), simplifyParameter(), optionsCollection(...customFieldFilterOptions)],
	prepare(item, api) {
		const id = readGroupId(item);
		const filter = readCustomFieldFilter(item);
		const simplify = readSimplify(item);
		return {
			async run() {
				const group = await api.getGroup(id, filter);
				return simplify ? simplifyGroup(group) : group;
			},
		};
	},
});
