import type { OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { simplifyGroup } from '../../fields/group';
import {
	customFieldFilterOptions,
	groupParameter,
	readCustomFieldFilter,
	readGroupId,
	readSimplify,
	simplifyParameter,
} from '../parameters';

const show = { resource: ['group'], operation: ['get'] };

export const get: OperationFile<AttackForge> = {
	resource: 'group',
	operation: 'get',
	name: 'Get',
	action: 'Get a group',
	description:
		'Retrieve a group with its contacts and custom fields; without Simplify also its access, members and projects',
	parameters: [
		groupParameter(show),
		simplifyParameter(show),
		optionsCollection(show, ...customFieldFilterOptions),
	],
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
};
