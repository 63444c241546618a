import { limitParameters, readLimit } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { customFieldFilterOptions, groupParameter, readCustomFieldFilter, readGroupId } from '../parameters';

export const getMany = defineOperation<AttackForge>({
	resource: 'project',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many projects of group',
	description: 'Retrieve the projects of a group that your user is a member of',
	parameters: [groupParameter(), ...limitParameters(), optionsCollection(...customFieldFilterOptions)],
	records: {
		id: 'project_id',
		simple: [
			'project_id',
			'project_name',
			'project_code',
			'project_status',
			'project_on_hold',
			'project_start_date',
			'project_end_date',
			'project_groups',
			'project_created',
			'project_last_modified',
		],
		others: [
			'project_custom_fields',
			'project_organization_code',
			'project_reporting_custom_fields',
			'project_scope',
			'project_scoring',
			'project_summary_custom_fields',
			'project_team',
			'project_vulnerability_code',
		],
		simplify: false,
	},
	prepare(item, api) {
		const id = readGroupId(item);
		const limit = readLimit(item);
		const filter = readCustomFieldFilter(item);
		return { run: async () => (await api.getProjects(id, filter)).slice(0, limit) };
	},
});
