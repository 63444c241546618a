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

/** Puts a group into the store without the service's checks. */
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

function createGroup(state: State, given: NewGroup): StoredGroup {
	const input = asStored(state, given);
	checkKeysUnique(input.custom_fields);
	const access = accessOfNewGroup(state, input.access);
	state.groupsAreChanging();
	return seedGroup(state, { ...input, access });
}

/** Updates all or nothing: a refused operation leaves the group as it was. */
function updateGroup(state: State, group: StoredGroup, given: GroupChanges): void {
	const changes = asStored(state, given);
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
	// `null` removes a field: AttackForge's own flows send it for projects and vulnerabilities.
	return [...new Map([...before, ...sent].map((field) => [field.key, field])).values()].filter(
		({ value }) => value !== null,
	);
}

/** Texts and values of custom fields in the form in which the service stores them. */
function asStored<Given extends NewGroup | GroupChanges>(state: State, given: Given): Given {
	if (!state.options.storesText) return given;
	const texts = Object.entries(given).map(([name, value]) => [
		name,
		typeof value === 'string' ? value.trim() : value,
	]);
	const custom_fields = given.custom_fields?.map(({ key, value }) => ({ key, value: storedText(value) }));
	return { ...(Object.fromEntries(texts) as Given), ...(custom_fields && { custom_fields }) };
}

function storedText(value: unknown): unknown {
	if (value === null || value === undefined) return value;
	if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'string') return value[0].trim();
	return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}

function setArchived(state: State, group: StoredGroup, isArchived: boolean): void {
	state.groupsAreChanging();
	group.is_archived = isArchived;
	touch(group);
}

type GroupMethod = 'CreateGroup' | 'UpdateGroup' | 'GetGroup' | 'GetGroups' | 'ArchiveGroup' | 'RestoreGroup';

export function groupMethods(state: State, options: AttackForgeOptions): Record<GroupMethod, Method> {
	const bodies = options.acceptLinkedGroups ? schemas.groupBodiesWithLinkedGroups : schemas.groupBodies;
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
				const shown = asGroup(group, state.projectsOfGroup(group), query);
				const { hidesCustomFields, showsArchived } = options;
				return {
					group: {
						...shown,
						// JSON leaves out keys whose value is undefined.
						...(hidesCustomFields && { custom_fields: undefined }),
						...(showsArchived && { [showsArchived]: group.is_archived }),
					},
				};
			},
		},
		GetGroups: {
			querystring: schemas.groupsQuery,
			handle({ query }) {
				const groups = visibleGroups(state, query.allGroups === 'true', options.listsDeleted);
				const { hidesCustomFields, showsArchived } = options;
				const listed = asListedGroups(groups, query).map(({ group_custom_fields, ...others }, index) => ({
					...others,
					...(!hidesCustomFields && { group_custom_fields }),
					...(showsArchived && { [showsArchived]: groups[index]?.is_archived }),
				}));
				return { count: groups.length, groups: listed };
			},
		},
		ArchiveGroup: archiveMethod(true),
		RestoreGroup: archiveMethod(false),
	};
}

/**
 * "All groups, instead of groups you are a member of. Available to admins only" (AttackForge documentation, GetGroups).
 * The documentation does not say whether archived and deleted groups are listed. Here archived groups are listed, and
 * deleted ones are not.
 */
function visibleGroups(state: State, all: boolean, listsDeleted = false): StoredGroup[] {
	if (all && state.keyUser.role !== 'admin') throw refusals.adminsOnly('allGroups');
	return state
		.listedGroups()
		.filter(
			(group) =>
				(listsDeleted || !group.is_deleted) && (all || findMember(group, state.keyUser) !== undefined),
		);
}
