import { limitParameters, readLimit } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { simplifyMember } from '../../fields/receivedGroup';
import { groupParameter, readGroupId, readSimplify, simplifyParameter } from '../parameters';

export const getMany = defineOperation<AttackForge>({
	resource: 'member',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many members of group',
	description: 'Retrieve the members of a group with their access',
	parameters: [groupParameter(), ...limitParameters(), simplifyParameter(), optionsCollection()],
	prepare(item, api) {
		const id = readGroupId(item);
		const limit = readLimit(item);
		const simplify = readSimplify(item);
		return {
			async run() {
				const members = (await api.getMembers(id, { identified: false })).slice(0, limit);
				return simplify ? members.map(simplifyMember) : members;
			},
		};
	},
});
