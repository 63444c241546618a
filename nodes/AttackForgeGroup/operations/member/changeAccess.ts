import { membershipOperation } from './membershipOperation';

export const changeAccess = membershipOperation({
	operation: 'changeAccess',
	name: 'Change Access',
	action: 'Change access of member',
	description: 'Change the access that a member of a group has to its projects',
	act: async (api, { groupId, userId }, level) => await api.changeMember(groupId, userId, level),
	isDone: (member, level) => member?.accessLevel === level,
	output: () => ({}),
	nothingToDo: 'The user is a member of the group with this access already.',
});
