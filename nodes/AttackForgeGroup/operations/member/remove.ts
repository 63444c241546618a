import { notice } from '../../../shared/fields/fixedCollection';
import { onceOnly } from '../../../shared/http/onceOnly';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { groupParameter, readGroupId, readUser, userParameter } from '../parameters';
import { FOUND, isMember } from '../../flows/membership';

export const remove = defineOperation<AttackForge>({
	resource: 'member',
	operation: 'remove',
	name: 'Remove',
	action: 'Remove a member from a group',
	builderHint:
		'Takes the user off the group and off all its projects. To lower the access only, use changeAccess.',
	description: 'Remove a user from a group and from all projects of the group',
	parameters: [
		notice('removeNotice', 'The user is removed from the group <b>and from all its projects</b>'),
		groupParameter(),
		userParameter(),
		optionsCollection(),
	],
	prepare(item, api) {
		const groupId = readGroupId(item);
		const user = readUser(item);
		return {
			record: groupId,
			async run() {
				const userId = await api.userId(user);
				// There is no DELETE: this access level removes (AttackForge documentation, UpdateUserAccessOnGroup).
				const status = await onceOnly({
					signal: api.signal,
					act: async () => await api.changeMember(groupId, userId, 'Delete'),
					find: async () => ((await isMember(api, groupId, userId)) ? undefined : FOUND),
				});
				return { removed: true, group_id: groupId, user_id: userId, status };
			},
		};
	},
});
