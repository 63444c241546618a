import { notice } from '../../../shared/fields/fixedCollection';
import { membershipOperation } from './membershipOperation';

export const remove = membershipOperation({
	operation: 'remove',
	name: 'Remove',
	action: 'Remove member from group',
	builderHint:
		'Takes the user off the group and off all its projects. To lower the access only, use changeAccess.',
	description: 'Remove a user from a group and from all projects of the group',
	notices: [notice('removeNotice', 'The user is removed from the group <b>and from all its projects</b>')],
	// The API has no DELETE. This access level removes the member (AttackForge documentation, UpdateUserAccessOnGroup).
	level: 'Delete',
	act: async (api, { groupId, userId }, level) => await api.changeMember(groupId, userId, level),
	isDone: (member) => member === undefined,
	output: (_level, wasDone) => ({ removed: !wasDone }),
	nothingToDo: 'The user is no member of the group.',
});
