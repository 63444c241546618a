import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import {
	accessLevelParameter,
	groupParameter,
	readAccessLevel,
	readGroupId,
	readUser,
	userParameter,
} from '../parameters';

export const changeAccess = defineOperation<AttackForge>({
	resource: 'member',
	operation: 'changeAccess',
	name: 'Change Access',
	action: 'Change the access of a member',
	description: 'Change the access that a member of a group has to its projects',
	parameters: [groupParameter(), userParameter(), accessLevelParameter(), optionsCollection()],
	prepare(item, api) {
		const groupId = readGroupId(item);
		const user = readUser(item);
		const access = readAccessLevel(item);
		return {
			record: groupId,
			async run() {
				const userId = await api.userId(user);
				const status = await api.changeMember(groupId, userId, access);
				return { group_id: groupId, user_id: userId, access_level: access, status };
			},
		};
	},
});
