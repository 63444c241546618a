import { membershipOperation } from './membershipOperation';

export const add = membershipOperation({
	operation: 'add',
	name: 'Add',
	action: 'Add member to group',
	description: 'Make a user a member of a group, with access to all its projects',
	act: async (api, { groupId, userId }, level) => await api.addMember(groupId, userId, level),
	isDone: (member, level) => member?.accessLevel === level,
	output: () => ({}),
	nothingToDo: 'The user is a member of the group with this access already.',
});
