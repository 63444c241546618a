import { onceOnly } from '../../../shared/http/onceOnly';
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
import { FOUND, isMember } from '../../flows/membership';

export const add = defineOperation<AttackForge>({
	resource: 'member',
	operation: 'add',
	name: 'Add',
	action: 'Add a member to a group',
	description: 'Make a user a member of a group, with access to all its projects',
	parameters: [groupParameter(), userParameter(), accessLevelParameter(), optionsCollection()],
	prepare(item, api) {
		const groupId = readGroupId(item);
		const user = readUser(item);
		const access = readAccessLevel(item);
		return {
			record: groupId,
			async run() {
				const userId = await api.userId(user);
				const status = await onceOnly({
					signal: api.signal,
					act: async () => await api.addMember(groupId, userId, access),
					find: async () => ((await isMember(api, groupId, userId, access)) ? FOUND : undefined),
				});
				return { group_id: groupId, user_id: userId, access_level: access, status };
			},
		};
	},
});
