import type { FastifyError, FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import { createServer, type RunningServer, type ServerOptions } from '../shared/server';
import {
	asAsset,
	asCreatedGroup,
	asGroup,
	asListedGroups,
	asProject,
	asUpdatedProject,
	fieldFilter,
	vulnerabilityAnswer,
	type Query,
} from './answers';
import { API_KEY, GROUP_FORM, tenantUsers } from './data';
import { METHOD_NAMES, METHODS, type MethodName } from './methods';
import type { CustomField, StoredAsset, StoredProject, StoredVulnerability } from './projects';
import { Refusal, refusals, refuseInvalid } from './refusals';
import * as schemas from './schemas';
import {
	findMember,
	Store,
	type GroupChanges,
	type MemberLevel,
	type NewGroup,
	type ProjectChanges,
	type StoredGroup,
	type User,
} from './state';

export type { MethodName } from './methods';
export type { StoredAsset, StoredProject, StoredVulnerability } from './projects';
export type { MemberAdmin, SsoEntry, StoredGroup, User } from './state';

export type AttackForgeOptions = ServerOptions & {
	/** The API methods granted to the key; default: all of them. */
	grants?: readonly MethodName[];
	/** Whether the key belongs to an administrator; default: yes. Others are refused `allGroups=true`. */
	admin?: boolean;
	/**
	 * Answer CreateGroup, UpdateGroup and UpdateProjectById requests that fail validation with 200 and
	 * `{"error": "..."}`.
	 */
	errorsInSuccess?: boolean;
	/** UpdateGroup answers `{"status":"Group Updated"}`, as the oldest documented version does. */
	oldStatusSentences?: boolean;
	/**
	 * CreateGroup and UpdateGroup take `linked_groups_view`, `_upload`, `_edit`, as versions before `access`.
	 */
	acceptLinkedGroups?: boolean;
	/**
	 * UpdateGroup merges `custom_fields` by key: a known key gets the new value where it is, a new one is
	 * added, one left out stays. Default: the list sent replaces the list stored. Which of the two the
	 * service does is not documented.
	 */
	customFieldsMerge?: boolean;
	/**
	 * How many calls after a change still show the state before it; default 0. Counted for each listing by
	 * itself: GetGroups, GetProjectsByGroup of a group, and the `projects` in GetGroup of a group. Seeding is
	 * no change.
	 */
	listingLag?: number;
	hooks?: {
		/**
		 * Called once a request has passed the gate of key and grant and before it is carried out, so that a
		 * test can act as another client in between. `path` is without the query. What the test then sends to
		 * the simulator comes through here too.
		 */
		beforeRequest?(request: { method: string; path: string }): void | Promise<void>;
	};
};

export type AttackForgeSimulator = RunningServer & {
	credentials: { apiKey: string };
	/** Forgets all that it was told, so that a test need not start another one. */
	reset(): void;
	/** Copies of the groups, oldest first. */
	groups(): StoredGroup[];
	/** A copy of one group. */
	group(id: string): StoredGroup | undefined;
	/** Stores a group without going through the API; what is left out gets a default. Returns a copy. */
	seedGroup(input?: Partial<StoredGroup>): StoredGroup;
	/** The API key belongs to the first. Seeded users are added at the end. */
	users: readonly User[];
	/** Adds a user; what is left out gets a default. Returns a copy. */
	seedUser(input?: Partial<User>): User;
	/** Copies of the projects, oldest first. */
	projects(): StoredProject[];
	/** A copy of one project. */
	project(id: string): StoredProject | undefined;
	/** Stores a project, by default with the key's user in its team; its groups have to exist. Returns a copy. */
	seedProject(input?: Partial<StoredProject>): StoredProject;
	/** Changes a project as another client would; `groups` is the full list. Returns a copy. */
	changeProject(id: string, changes: ProjectChanges): StoredProject;
	/**
	 * Adds vulnerabilities to the group's first project, or to one seeded for them. The n-th of a project,
	 * from 0, is created at hour n of 2025; the priorities take turns, Critical first. `input` is for all of
	 * them. Returns copies.
	 */
	seedVulnerabilities(
		groupId: string,
		count: number,
		input?: Omit<Partial<StoredVulnerability>, 'id'>,
	): StoredVulnerability[];
	/** Adds assets to the group's first project, or to one seeded for them. Returns copies. */
	seedAssets(groupId: string, count: number): StoredAsset[];
};

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
	const { listingLag = 0, customFieldsMerge = false } = options;
	const store = new Store(users, users[0], { listingLag, customFieldsMerge });

	addErrorHandlers(app, options);
	const methods = {
		...groupMethods(store, options),
		...memberMethods(store),
		...projectMethods(store),
		...userMethods(store),
	};
	for (const name of METHOD_NAMES) addRoute(app, name, methods[name], options);

	const running = await listen();
	return {
		...running,
		reset() {
			store.reset();
			running.requests.length = 0;
		},
		credentials: { apiKey: API_KEY },
		groups: () => structuredClone(store.groups()),
		group: (id) => structuredClone(store.findGroup(id)),
		seedGroup: (input = {}) => structuredClone(store.seed(input)),
		users,
		seedUser: (input = {}) => structuredClone(store.seedUser(input)),
		projects: () => structuredClone(store.projects()),
		project: (id) => structuredClone(store.findProject(id)),
		seedProject: (input = {}) => structuredClone(store.seedProject(input)),
		changeProject(id, changes) {
			const project = store.findProject(id);
			if (!project) throw refusals.projectUnknown(id);
			store.updateProject(project, changes);
			return structuredClone(project);
		},
		seedVulnerabilities: (groupId, count, input = {}) =>
			structuredClone(store.seedVulnerabilities(groupId, count, input)),
		seedAssets: (groupId, count) => structuredClone(store.seedAssets(groupId, count)),
	};
}

// --- the gate every request passes -------------------------------------------

function addRoute(
	app: FastifyInstance,
	name: MethodName,
	method: Method,
	{ grants = METHOD_NAMES, hooks }: AttackForgeOptions,
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
			await hooks?.beforeRequest?.({ method: request.method, path: pathOf(request) });
		},
		preValidation: async (request) => {
			if (schema.body) checkIsJson(request, schema.body === schemas.emptyBody);
		},
		handler: async (request) =>
			handle({ params: request.params as Params, query: request.query as Query, body: request.body }),
	});
}

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '';

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

/** The methods `errorsInSuccess` is about. */
const WRITES: MethodName[] = ['CreateGroup', 'UpdateGroup', 'UpdateProjectById'];

function addErrorHandlers(app: FastifyInstance, options: AttackForgeOptions): void {
	app.setErrorHandler<FastifyError | Refusal>(async (error, request, reply) => {
		const { status, message } = asRefusal(error);
		const method = request.routeOptions.config.attackForgeMethod;
		const hidden = options.errorsInSuccess && status === 400 && method && WRITES.includes(method);
		await reply.code(hidden ? 200 : status).send({ error: message });
	});
	app.setNotFoundHandler(async (request) => {
		throw refusals.noSuchEndpoint(request.method, pathOf(request));
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
			handle: ({ body }) => ({ group: asCreatedGroup(store.create(body as NewGroup)), status: 'ok' }),
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
			handle({ params, query }) {
				const group = store.group(params.id ?? '');
				return { group: asGroup(group, store.projectsOfGroup(group), query) };
			},
		},
		GetGroups: {
			querystring: schemas.groupsQuery,
			handle({ query }) {
				const groups = visibleGroups(store, query.allGroups === 'true');
				return { count: groups.length, groups: asListedGroups(groups, query) };
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
		.listedGroups()
		.filter((group) => !group.is_deleted && (all || findMember(group, store.keyUser) !== undefined));
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

// --- projects, vulnerabilities and assets -------------------------------------

type ProjectMethod =
	| 'GetProjectsByGroup'
	| 'GetVulnerabilitiesByGroup'
	| 'GetAssetsByGroup'
	| 'GetProjectById'
	| 'UpdateProjectById';

type ProjectBody = {
	name?: string;
	code?: string;
	groups?: string[];
	startDate?: string;
	endDate?: string;
	scoringSystem?: StoredProject['scoring_system'];
	isOnHold?: StoredProject['on_hold'];
	isOnHoldReason?: string;
	organization_code?: string;
	vulnerability_code?: string;
	custom_fields?: CustomField[];
};

/**
 * "Restricted to what that user can see": of a group, a user sees the projects they are on, and the
 * vulnerabilities and assets of these. How the lists are sorted is not documented; here as they came into
 * being, project by project.
 */
function projectMethods(store: Store): Record<ProjectMethod, Method> {
	return {
		GetProjectsByGroup: {
			params: schemas.idInPath,
			querystring: schemas.projectsQuery,
			handle({ params, query }) {
				const fields = fieldFilter(query);
				const projects = store.listedProjects(store.group(params.id ?? '')).map((project) =>
					asProject(project, store.groupsOf(project), store.teamOf(project), {
						fields,
						reporting: fields,
						summary: fields,
					}),
				);
				return { count: projects.length, projects };
			},
		},
		GetVulnerabilitiesByGroup: {
			params: schemas.idInPath,
			querystring: schemas.vulnerabilitiesQuery,
			handle({ params, query }) {
				const answer = vulnerabilityAnswer(query);
				const found = store
					.vulnerabilitiesOf(store.group(params.id ?? ''))
					.filter(([vulnerability]) => isAskedFor(vulnerability, query));
				const vulnerabilities = page(found, query).map(([vulnerability, project]) =>
					answer(vulnerability, project, store.groupsOf(project)),
				);
				return { count: vulnerabilities.length, vulnerabilities };
			},
		},
		GetAssetsByGroup: {
			params: schemas.idInPath,
			querystring: schemas.assetsQuery,
			handle({ params, query }) {
				const found = store.assetsOf(store.group(params.id ?? ''));
				const assets = page(found, query).map(([asset, project]) => asAsset(asset, project));
				return { count: assets.length, assets };
			},
		},
		GetProjectById: {
			params: schemas.idInPath,
			querystring: schemas.projectQuery,
			handle({ params, query }) {
				const project = store.project(params.id ?? '');
				const answer = asProject(project, store.groupsOf(project), store.teamOf(project), {
					fields: fieldFilter(query, 'project_'),
					reporting: fieldFilter(query, 'project_reporting_'),
					summary: fieldFilter(query, 'project_summary_'),
				});
				return { project: answer };
			},
		},
		UpdateProjectById: {
			params: schemas.idInPath,
			body: schemas.projectBody,
			handle({ params, body }) {
				const project = store.project(params.id ?? '');
				store.updateProject(project, asChanges(body as ProjectBody));
				return { project: asUpdatedProject(project, store.groupsOf(project)) };
			},
		},
	};
}

/** `count` of a paged answer: whether of the page or of all pages is not documented; here of the page. */
function page<Thing>(things: Thing[], { skip = '0', limit = '500' }: Query): Thing[] {
	return things.slice(Number(skip), Number(skip) + Number(limit));
}

/** Whether the two dates belong to the period is not documented; here they do. */
function isAskedFor(
	{ created, priority, pending }: StoredVulnerability,
	{ startDate, endDate, ...query }: Query,
): boolean {
	const time = Date.parse(created);
	return (
		pending === (query.pendingVulnerabilities === 'true') &&
		(query.priority === undefined || query.priority === priority) &&
		(startDate === undefined || time >= Date.parse(String(startDate))) &&
		(endDate === undefined || time <= Date.parse(String(endDate)))
	);
}

/** The body of UpdateProjectById writes some names otherwise than the answers do. */
function asChanges(body: ProjectBody): ProjectChanges {
	const { startDate, endDate, scoringSystem, isOnHold, isOnHoldReason, ...same } = body;
	return {
		...same,
		...(startDate !== undefined && { start_date: startDate }),
		...(endDate !== undefined && { end_date: endDate }),
		...(scoringSystem !== undefined && { scoring_system: scoringSystem }),
		...(isOnHold !== undefined && { on_hold: isOnHold }),
		...(isOnHoldReason !== undefined && { on_hold_reason: isOnHoldReason }),
	};
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
