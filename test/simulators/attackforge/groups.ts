import { accessAfter, accessOfNewGroup } from './access';
import { asCreatedGroup, asGroup, asListedGroups } from './answers';
import { checkKeysUnique } from './checks';
import {
	newId,
	touch,
	type CustomField,
	type GroupChanges,
	type NewGroup,
	type StoredGroup,
} from './records';
import { refusals } from './refusals';
import * as schemas from './schemas';
import type { AttackForgeOptions, Method } from './service';
import { findMember, type State } from './state';

/** Puts a group into the store without asking whether the service would take it. */
export function seedGroup(state: State, input: NewGroup): StoredGroup {
	const now = new Date().toISOString();
	const group: StoredGroup = {
		id: newId(),
		name: 'A group',
		group_owner: 'An owner',
		primary_contact_name: 'A contact',
		primary_contact_number: '(555)555-5555',
		primary_contact_email: 'contact@example.com',
		is_deleted: false,
		is_archived: false,
		custom_fields: [],
		auto_add_project_request: false,
		enable_project_team_notifications: false,
		created: now,
		created_by: state.keyUser.id,
		last_modified: now,
		members: [],
		projects: [],
		...structuredClone(input),
		access: { sso_1: [], sso_2: [], member_admins: [], ...structuredClone(input.access) },
	};
	state.addGroup(group);
	return group;
}

function createGroup(state: State, input: NewGroup): StoredGroup {
	checkKeysUnique(input.custom_fields);
	const access = accessOfNewGroup(state, input.access);
	state.groupsAreChanging();
	return seedGroup(state, { ...input, access });
}

/** All or nothing: a refused operation leaves the group as it was. */
function updateGroup(state: State, group: StoredGroup, changes: GroupChanges): void {
	checkKeysUnique(changes.custom_fields);
	const access = accessAfter(state, group.access, changes.access ?? {});
	const custom_fields = customFieldsAfter(state, group.custom_fields, changes.custom_fields);
	state.groupsAreChanging();
	Object.assign(group, structuredClone({ ...changes, custom_fields }), { access });
	touch(group);
}

function customFieldsAfter(
	state: State,
	before: CustomField[],
	sent: CustomField[] | undefined,
): CustomField[] {
	if (!sent || !state.options.customFieldsMerge) return sent ?? before;
	return [...new Map([...before, ...sent].map((field) => [field.key, field])).values()];
}

function setArchived(state: State, group: StoredGroup, isArchived: boolean): void {
	state.groupsAreChanging();
	group.is_archived = isArchived;
	touch(group);
}

type GroupMethod = 'CreateGroup' | 'UpdateGroup' | 'GetGroup' | 'GetGroups' | 'ArchiveGroup' | 'RestoreGroup';

export function groupMethods(state: State, options: AttackForgeOptions): Record<GroupMethod, Method> {
	const bodies = schemas.groupBodies(options.acceptLinkedGroups ?? false);
	const updated = { status: options.oldStatusSentences ? 'Group Updated' : 'ok' };
	const archiveMethod = (isArchived: boolean): Method => ({
		params: schemas.idInPath,
		body: schemas.emptyBody,
		handle({ params }) {
			setArchived(state, state.group(params.id ?? ''), isArchived);
			return { status: 'ok' };
		},
	});
	return {
		CreateGroup: {
			body: bodies.create,
			handle: ({ body }) => ({ group: asCreatedGroup(createGroup(state, body as NewGroup)), status: 'ok' }),
		},
		UpdateGroup: {
			params: schemas.idInPath,
			body: bodies.update,
			handle({ params, body }) {
				updateGroup(state, state.group(params.id ?? ''), body as GroupChanges);
				return updated;
			},
		},
		GetGroup: {
			params: schemas.idInPath,
			querystring: schemas.groupQuery,
			handle({ params, query }) {
				const group = state.group(params.id ?? '');
				return { group: asGroup(group, state.projectsOfGroup(group), query) };
			},
		},
		GetGroups: {
			querystring: schemas.groupsQuery,
			handle({ query }) {
				const groups = visibleGroups(state, query.allGroups === 'true');
				return { count: groups.length, groups: asListedGroups(groups, query) };
			},
		},
		ArchiveGroup: archiveMethod(true),
		RestoreGroup: archiveMethod(false),
	};
}

/**
 * "All groups, instead of groups you are a member of. Available to admins only" (AttackForge documentation,
 * GetGroups). Whether archived and deleted groups are listed is not documented; here the archived are and
 * the deleted are not.
 */
function visibleGroups(state: State, all: boolean): StoredGroup[] {
	if (all && state.keyUser.role !== 'admin') throw refusals.adminsOnly('allGroups');
	return state
		.listedGroups()
		.filter((group) => !group.is_deleted && (all || findMember(group, state.keyUser) !== undefined));
}
