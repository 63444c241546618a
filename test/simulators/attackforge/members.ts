import { sameId, type MemberLevel, type StoredGroup, type User } from './records';
import { refusals } from './refusals';
import * as schemas from './schemas';
import type { Method } from './service';
import { findMember, type State } from './state';
import { fullName } from './users';

function addMember(state: State, group: StoredGroup, user: User, accessLevel: MemberLevel): void {
	if (findMember(group, user)) throw refusals.alreadyAMember(user.id);
	const now = new Date().toISOString();
	const member = { name: fullName(user), userId: user.id, accessLevel, created: now, last_updated: now };
	state.groupsAreChanging();
	group.members = [...group.members, member];
}

function updateMember(
	state: State,
	group: StoredGroup,
	user: User,
	accessLevel: MemberLevel | 'Delete',
): void {
	const member = findMember(group, user);
	if (!member) throw refusals.notAMember(user.id);
	state.groupsAreChanging();
	if (accessLevel === 'Delete') {
		group.members = group.members.filter((other) => other !== member);
		takeOffProjects(state, group, user);
	} else {
		const changed = { ...member, accessLevel, last_updated: new Date().toISOString() };
		group.members = group.members.map((other) => (other === member ? changed : other));
	}
}

/** "The user will be removed from the group and all group projects." */
function takeOffProjects(state: State, group: StoredGroup, user: User): void {
	for (const { id } of group.projects) {
		const project = state.findProject(id);
		if (project) project.team = project.team.filter((other) => !sameId(other, user.id));
	}
}

type MemberMethod = 'AddUserToGroup' | 'UpdateUserAccessOnGroup' | 'GetUserGroups';
type MemberBody = { group_id: string; user_id?: string; access_level: MemberLevel | 'Delete' };

export function memberMethods(state: State): Record<MemberMethod, Method> {
	return {
		AddUserToGroup: {
			body: schemas.addUserBody,
			handle({ body }) {
				const { group_id, user_id = '', access_level } = body as MemberBody;
				addMember(state, state.group(group_id), state.user(user_id), access_level as MemberLevel);
				return { status: 'User Added To Group' };
			},
		},
		UpdateUserAccessOnGroup: {
			params: schemas.userIdInPath,
			body: schemas.updateUserBody,
			handle({ params, body }) {
				const { group_id, user_id, access_level } = body as MemberBody;
				const user = state.user(params.user_id ?? '');
				if (user_id !== undefined && state.findUser(user_id) !== user) throw refusals.userIdDiffers();
				updateMember(state, state.group(group_id), user, access_level);
				return { status: 'User Access Updated On Group' };
			},
		},
		GetUserGroups: {
			params: schemas.idInPath,
			handle({ params }) {
				const user = state.user(params.id ?? '');
				const groups = state.groups().flatMap((group) => asMembership(group, user));
				return { count: groups.length, groups };
			},
		},
	};
}

function asMembership(group: StoredGroup, user: User) {
	const member = findMember(group, user);
	if (!member) return [];
	const { accessLevel: access_level, created, last_updated } = member;
	return [{ group_name: group.name, group_id: group.id, access_level, created, last_updated }];
}
