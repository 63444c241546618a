import { onceOnly } from '../../../shared/onceOnly';
import type { OperationFile } from '../../../shared/operation';
import { optionsCollection } from '../../../shared/options';
import type { AttackForge } from '../../api';
import { groupParameter, readGroupId, readUser, userParameter } from '../common';
import { accessLevelParameter, readAccessLevel } from './accessLevel';
import { FOUND, isMember } from './common';

const show = { resource: ['member'], operation: ['add'] };

export const add: OperationFile<AttackForge> = {
	resource: 'member',
	operation: 'add',
	name: 'Add',
	action: 'Add a member to a group',
	description: 'Make a user a member of a group, with access to all its projects',
	parameters: [
		groupParameter(show),
		userParameter(show),
		accessLevelParameter(show),
		optionsCollection(show),
	],
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
};
