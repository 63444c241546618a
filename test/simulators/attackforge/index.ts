import type { FastifyError, FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { createServer, type RunningServer, type ServerOptions } from '../shared/server';
import { API_KEY, GROUP_FORM, tenantUsers } from './data';
import { METHOD_NAMES, METHODS, type MethodName } from './methods';
import { Refusal, refusals, refuseInvalid } from './refusals';
import * as schemas from './schemas';
import {
	findMember,
	Store,
	type CustomField,
	type GroupChanges,
	type MemberLevel,
	type NewGroup,
	type StoredGroup,
	type User,
} from './state';

export type { MethodName } from './methods';
export type { MemberAdmin, SsoEntry, StoredGroup, User } from './state';

export type AttackForgeOptions = ServerOptions & {
	/** The API methods granted to the key; default: all of them. */
	grants?: readonly MethodName[];
	/** Whether the key belongs to an administrator; default: yes. Others are refused `allGroups=true`. */
	admin?: boolean;
	/** Answer CreateGroup and UpdateGroup requests that fail validation with 200 and `{"error": "..."}`. */
	errorsInSuccess?: boolean;
	/** UpdateGroup answers `{"status":"Group Updated"}`, as the oldest documented version does. */
	oldStatusSentences?: boolean;
	/**
	 * CreateGroup and UpdateGroup take `linked_groups_view`, `_upload`, `_edit`, as versions before `access`.
	 */
	acceptLinkedGroups?: boolean;
};

export type AttackForgeSimulator = RunningServer & {
	credentials: { apiKey: string };
	/** Copies of the groups, oldest first. */
	groups(): StoredGroup[];
	/** A copy of one group. */
	group(id: string): StoredGroup | undefined;
	/** Stores a group without going through the API; what is left out gets a default. Returns a copy. */
	seedGroup(input?: Partial<StoredGroup>): StoredGroup;
	/** The API key belongs to the first. */
	users: readonly User[];
};

type Query = Record<string, string | string[] | undefined>;
type Params = Record<string, string>;

type Call = { params: Params; query: Query; body: unknown };
type Handler = (call: Call) => unknown;
type Method = FastifySchema & { handle: Handler };

declare module 'fastify' {
	interface FastifyContextConfig {
		/** The API method a route belongs to. */
		attackForgeMethod?: MethodName;
	}
}

export async function startAttackForge(options: AttackForgeOptions = {}): Promise<AttackForgeSimulator> {
	const { app, listen } = await createServer(options);
	const users = tenantUsers(options.admin ?? true);
	const store = new Store(users, users[0]);

	addErrorHandlers(app, options);
	const methods = { ...groupMethods(store, options), ...memberMethods(store), ...userMethods(store) };
	for (const name of METHOD_NAMES) addRoute(app, name, methods[name], options.grants ?? METHOD_NAMES);

	return {
		...(await listen()),
		credentials: { apiKey: API_KEY },
		groups: () => structuredClone(store.groups()),
		group: (id) => structuredClone(store.findGroup(id)),
		seedGroup: (input = {}) => structuredClone(store.seed(input)),
		users,
	};
}

// --- the gate every request passes -------------------------------------------

function addRoute(
	app: FastifyInstance,
	name: MethodName,
	method: Method,
	grants: readonly MethodName[],
): void {
	const [verb, url] = METHODS[name];
	const { handle, ...schema } = method;
	app.route({
		method: verb,
		url,
		exposeHeadRoute: false,
		schema: { querystring: schemas.noQuery, ...schema },
		config: { attackForgeMethod: name },
		onRequest: async (request) => {
			checkKey(request);
			if (!grants.includes(name)) throw refusals.notGranted(name);
		},
		preValidation: async (request) => {
			if (schema.body) checkIsJson(request, schema.body === schemas.emptyBody);
		},
		handler: async (request) =>
			handle({ params: request.params as Params, query: request.query as Query, body: request.body }),
	});
}

function checkKey(request: FastifyRequest): void {
	const key = request.headers['x-ssapi-key'];
	if (key === undefined || key === '') throw refusals.keyMissing();
	if (key !== API_KEY) throw refusals.keyWrong();
}

/** Every documented request declares its body as JSON. */
function checkIsJson(request: FastifyRequest, mayBeAbsent: boolean): void {
	if (mayBeAbsent && request.logged.body === '') {
		request.body = {};
		return;
	}
	const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
	if (mediaType !== 'application/json') throw refusals.notDeclaredJson();
	if (request.body === undefined) throw refusals.notJson();
}

function addErrorHandlers(app: FastifyInstance, options: AttackForgeOptions): void {
	app.setErrorHandler<FastifyError | Refusal>(async (error, request, reply) => {
		const { status, message } = asRefusal(error);
		const method = request.routeOptions.config.attackForgeMethod;
		const writes = method === 'CreateGroup' || method === 'UpdateGroup';
		await reply
			.code(options.errorsInSuccess && writes && status === 400 ? 200 : status)
			.send({ error: message });
	});
	app.setNotFoundHandler(async (request) => {
		throw refusals.noSuchEndpoint(request.method, request.url.split('?')[0] ?? '');
	});
}

function asRefusal(error: FastifyError | Refusal): Refusal {
	if (error instanceof Refusal) return error;
	if (error.validation) return refuseInvalid(error.validation, error.validationContext);
	return new Refusal(error.statusCode ?? 500, error.message);
}

// --- groups -------------------------------------------------------------------

type GroupMethod = 'CreateGroup' | 'UpdateGroup' | 'GetGroup' | 'GetGroups' | 'ArchiveGroup' | 'RestoreGroup';

function groupMethods(store: Store, options: AttackForgeOptions): Record<GroupMethod, Method> {
	const bodies = schemas.groupBodies(options.acceptLinkedGroups ?? false);
	const updated = { status: options.oldStatusSentences ? 'Group Updated' : 'ok' };
	const setArchived = (isArchived: boolean): Method => ({
		params: schemas.idInPath,
		body: schemas.emptyBody,
		handle({ params }) {
			store.setArchived(store.group(params.id ?? ''), isArchived);
			return { status: 'ok' };
		},
	});
	return {
		CreateGroup: {
			body: bodies.create,
			handle: ({ body }) => ({ group: asCreated(store.create(body as NewGroup)), status: 'ok' }),
		},
		UpdateGroup: {
			params: schemas.idInPath,
			body: bodies.update,
			handle({ params, body }) {
				store.update(store.group(params.id ?? ''), body as GroupChanges);
				return updated;
			},
		},
		GetGroup: {
			params: schemas.idInPath,
			querystring: schemas.groupQuery,
			handle: ({ params, query }) => ({ group: asItem(store.group(params.id ?? ''), query) }),
		},
		GetGroups: {
			querystring: schemas.groupsQuery,
			handle({ query }) {
				const groups = visibleGroups(store, query.allGroups === 'true');
				return { count: groups.length, groups: groups.map((group) => asListed(group, query)) };
			},
		},
		ArchiveGroup: setArchived(true),
		RestoreGroup: setArchived(false),
	};
}

/**
 * "All groups, instead of groups you are a member of. Available to admins only" (AttackForge documentation,
 * GetGroups). Whether archived and deleted groups are listed is not documented; here the archived are and
 * the deleted are not.
 */
function visibleGroups(store: Store, all: boolean): StoredGroup[] {
	if (all && store.keyUser.role !== 'admin') throw refusals.adminsOnly('allGroups');
	return store
		.groups()
		.filter((group) => !group.is_deleted && (all || findMember(group, store.keyUser) !== undefined));
}

/** The keys of the documented response of CreateGroup, in its order. */
function asCreated(group: StoredGroup) {
	const { sso_1, sso_2, member_admins } = group.access;
	return {
		access: { member_admins, sso_1, sso_2 },
		created: group.created,
		group_owner: group.group_owner,
		id: group.id,
		last_modified: group.last_modified,
		name: group.name,
		primary_contact_email: group.primary_contact_email,
		primary_contact_name: group.primary_contact_name,
		primary_contact_number: group.primary_contact_number,
		auto_add_project_request: group.auto_add_project_request,
		enable_project_team_notifications: group.enable_project_team_notifications,
		custom_fields: group.custom_fields,
	};
}

/** The keys of the documented response of GetGroup, in its order. */
function asItem(group: StoredGroup, query: Query) {
	const { sso_1, sso_2, member_admins } = group.access;
	return {
		name: group.name,
		id: group.id,
		group_owner: group.group_owner,
		primary_contact_name: group.primary_contact_name,
		primary_contact_number: group.primary_contact_number,
		primary_contact_email: group.primary_contact_email,
		is_deleted: group.is_deleted,
		created: group.created,
		created_by: group.created_by,
		last_modified: group.last_modified,
		projects: group.projects,
		members: group.members,
		custom_fields: filteredFields(group.custom_fields, query),
		access: { member_admins, sso_1, sso_2 },
		auto_add_project_request: group.auto_add_project_request,
		enable_project_team_notifications: group.enable_project_team_notifications,
	};
}

/** A group in the list of GetGroups: other keys than in GetGroup. */
function asListed(group: StoredGroup, query: Query) {
	return {
		group_name: group.name,
		group_owner: group.group_owner,
		group_primary_contact_name: group.primary_contact_name,
		group_primary_contact_number: group.primary_contact_number,
		group_primary_contact_email: group.primary_contact_email,
		group_id: group.id,
		group_custom_fields: filteredFields(group.custom_fields, query),
	};
}

/** An allowlist with no value (`cf_key_allowlist=`) excludes every custom field. */
function filteredFields(fields: CustomField[], query: Query): CustomField[] {
	const { cf_key_allowlist: allowed, cf_key_blocklist: blocked } = query;
	return fields.filter(
		({ key }) => (allowed === undefined || [allowed].flat().includes(key)) && ![blocked].flat().includes(key),
	);
}

// --- members ------------------------------------------------------------------

type MemberMethod = 'AddUserToGroup' | 'UpdateUserAccessOnGroup' | 'GetUserGroups';
type MemberBody = { group_id: string; user_id?: string; access_level: MemberLevel | 'Delete' };

function memberMethods(store: Store): Record<MemberMethod, Method> {
	return {
		AddUserToGroup: {
			body: schemas.addUserBody,
			handle({ body }) {
				const { group_id, user_id = '', access_level } = body as MemberBody;
				store.addMember(store.group(group_id), store.user(user_id), access_level as MemberLevel);
				return { status: 'User Added To Group' };
			},
		},
		UpdateUserAccessOnGroup: {
			params: schemas.userIdInPath,
			body: schemas.updateUserBody,
			handle({ params, body }) {
				const { group_id, user_id, access_level } = body as MemberBody;
				const user = store.user(params.user_id ?? '');
				if (user_id !== undefined && store.findUser(user_id) !== user) throw refusals.userIdDiffers();
				store.updateMember(store.group(group_id), user, access_level);
				return { status: 'User Access Updated On Group' };
			},
		},
		GetUserGroups: {
			params: schemas.idInPath,
			handle({ params }) {
				const user = store.user(params.id ?? '');
				const groups = store.groups().flatMap((group) => asMembership(group, user));
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

// --- users and forms ----------------------------------------------------------

type UserMethod = 'GetUsers' | 'GetUserById' | 'GetUserByEmail' | 'GetUserByUsername' | 'GetFormConfig';

function userMethods(store: Store): Record<UserMethod, Method> {
	const userBy = (key: 'email_address' | 'username', value = '') => {
		const user = store.users.find((candidate) => sameText(candidate[key], value));
		if (!user) throw refusals.userUnknown(value);
		return { user };
	};
	return {
		GetUsers: {
			querystring: schemas.usersQuery,
			handle({ query }) {
				const users = store.users.filter((user) => matches(user, query));
				return { count: users.length, users };
			},
		},
		GetUserById: {
			params: schemas.idInPath,
			handle: ({ params }) => ({ user: store.user(params.id ?? '') }),
		},
		GetUserByEmail: { handle: ({ params }) => userBy('email_address', params.email) },
		GetUserByUsername: { handle: ({ params }) => userBy('username', params.username) },
		GetFormConfig: { handle: () => GROUP_FORM },
	};
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * Whether the filters of GetUsers match exactly or in part is not documented; here exactly, but for case.
 */
function matches(user: User, query: Query): boolean {
	const filters: Array<[string, string | string[] | undefined]> = [
		[user.first_name, query.firstName],
		[user.last_name, query.lastName],
		[user.email_address, query.email],
		[user.username, query.username],
	];
	return filters.every(([value, filter]) => filter === undefined || sameText(value, String(filter)));
}
