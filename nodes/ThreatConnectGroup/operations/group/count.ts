import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { GROUPS, type ThreatConnect } from '../../api/client';
import { countOf } from '../../flows/findRecords';
import { groupFilters, readGroupFilters, tqlParameter } from '../parameters';

export const countGroups = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'count',
	name: 'Count',
	action: 'Count groups',
	builderHint: 'How many groups the filters of getAll find, without fetching them.',
	description: 'Count the groups that filters or a TQL query find, without fetching them',
	parameters: [groupFilters, tqlParameter(), optionsCollection()],
	prepare(item, api) {
		const count = countOf(GROUPS, readGroupFilters(item));
		return { run: async () => ({ count: await count(api) }) };
	},
});
