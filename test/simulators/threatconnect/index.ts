import type { FastifyInstance, FastifyRequest, HTTPMethods, RouteHandlerMethod } from 'fastify';
import { createServer, type RunningServer, type ServerOptions } from '../shared/server';
import { authenticate } from './auth';
import { canRead, requestedOwner, type Behaviour, type Context, type Entry } from './context';
import { formatDate } from './dates';
import { refusal, refusalAbout, type ServiceError } from './errors';
import { REQUESTABLE_FIELDS, type GroupType } from './fields';
import { createGroup, findByXid, removeGroup, updateGroup } from './groups';
import { canonicalId, idsToDigits, idsToNumbers } from './identifiers';
import { resolveLabel, resolveTag } from './lists';
import { page, parameter, requestedFields, sorted } from './queries';
import { asServiceError } from './refusals';
import { groupSchemas } from './schemas';
import {
	API_USER,
	ATTRIBUTE_TYPES,
	CREDENTIALS,
	OWNERS,
	SECURITY_LABELS,
	USERS,
	type ApiUser,
	type AttributeType,
	type Entity,
	type Owner,
} from './seeds';
import { State, type AttributeRow, type GroupRow } from './state';
import { noTql, tqlFilter } from './tql';
import { describe, stored, type StoredGroup } from './view';

export * from './seeds';
export { GROUP_TYPES } from './fields';
export type { StoredGroup } from './view';

export type ThreatConnectOptions = ServerOptions & {
	/** The ID of the first object of each kind, in digits; IDs count up from here and may exceed 2^53. Default `1`. */
	firstId?: string;
	/** Seconds the server's clock is ahead. */
	clockSkew?: number;
	/** The longest group name; default 200 (older servers: 100). */
	nameLimit?: number;
	/** 4: the Event statuses of servers before 7.12.2. Default 8. */
	eventStatuses?: 4 | 8;
	/** What POST does with an `xid` that the owner already has; default `conflict`. */
	knownXid?: 'conflict' | 'overwrite' | 'duplicate';
	/** The instance allows associations across owners; default `false`. */
	crossOwner?: boolean;
};

/** A group to put straight into the state, without the checks of the API. */
export type GroupSeed = {
	type: GroupType;
	name: string;
	id?: string;
	ownerName?: string;
	xid?: string;
	/** As stored: dates in the form of answers. */
	fields?: Record<string, unknown>;
	/** Names. */
	tags?: string[];
	attributes?: Array<{ type: string; value: string; source?: string; default?: boolean; pinned?: boolean }>;
	/** Names. */
	securityLabels?: string[];
	/** IDs. */
	associatedArtifacts?: string[];
	associatedCases?: string[];
	associatedGroups?: string[];
	associatedIndicators?: string[];
	associatedVictimAssets?: string[];
	dateAdded?: string;
	lastModified?: string;
};

export type ThreatConnectSimulator = RunningServer & {
	credentials: typeof CREDENTIALS;
	/** In the order of their creation. */
	groups(): StoredGroup[];
	group(id: string): StoredGroup | undefined;
	seedGroup(seed: GroupSeed): StoredGroup;
	tags(): Entity[];
	indicators(): Entity[];
	cases(): Entity[];
	artifacts(): Entity[];
	victimAssets(): Entity[];
};

declare module 'fastify' {
	interface FastifyRequest {
		threatConnectUser: ApiUser;
	}
}

type Service = { app: FastifyInstance; state: State; behaviour: Behaviour; now: () => number };

function contextOf({ state, behaviour, now }: Service, request: FastifyRequest): Context {
	return { state, behaviour, user: request.threatConnectUser, now: formatDate(now()) };
}

/** A body is JSON and says so. */
function checkBody(request: FastifyRequest): void {
	if (request.method !== 'POST' && request.method !== 'PUT') return;
	const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
	if (mediaType !== 'application/json') {
		throw refusalAbout('ImproperFormat', 'The Content-Type must be application/json.');
	}
	if (request.body === undefined) throw refusalAbout('ImproperFormat', 'The body is not valid JSON.');
}

/** docs: http_status_codes, 401 also for "permissions to perform the operation": before the body is looked at. */
function checkRole({ method, threatConnectUser }: FastifyRequest): void {
	if (!['POST', 'PUT', 'DELETE'].includes(method)) return;
	const permissions = Object.values(threatConnectUser.permissions);
	if (permissions.length > 0 && !permissions.includes('FULL')) throw refusal('Unauthorized');
}

/** What happens to every request before its endpoint, and to every failure after it. */
function prepare({ app, now }: Service): void {
	app.decorateRequest('threatConnectUser', null as unknown as ApiUser);
	app.addHook('onRequest', async (_request, reply) => {
		reply.header('date', new Date(now()).toUTCString());
	});
	// Once the body has arrived, so that the log of a refused request holds it too.
	app.addHook('preValidation', async (request) => {
		request.threatConnectUser = authenticate(request, now());
		if (request.is404) return;
		checkRole(request);
		checkBody(request);
		request.body = idsToDigits(request.body);
	});
	app.addHook('preSerialization', async (_request, _reply, payload) => idsToNumbers(payload));
	app.setErrorHandler<ServiceError>(async (error, request, reply) => {
		const failure = asServiceError(error, request.body);
		await reply.code(failure.status).send(failure.body);
	});
	app.setNotFoundHandler(async () => {
		throw refusal('NotFound');
	});
}

const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Serves a path; a method without a handler is answered with 405. */
function serve(
	app: FastifyInstance,
	path: string,
	handlers: Partial<Record<string, RouteHandlerMethod>>,
	bodies: Record<string, string> = {},
): void {
	for (const method of METHODS) {
		const handler = handlers[method];
		const schema = bodies[method];
		app.route({
			method,
			url: `/api/v3${path}`,
			...(handler && schema !== undefined && { schema: { body: { $ref: `${schema}#` } } }),
			handler:
				handler ??
				(async () => {
					throw refusal('MethodNotAllowed');
				}),
		});
	}
}

/** docs: `GET /v3/groups/{id}` or `/v3/groups/{xid}?owner=`. A segment of digits alone is an ID. */
function findGroup(context: Context, request: FastifyRequest): GroupRow {
	const { segment } = request.params as { segment: string };
	const owner = parameter(request, 'owner');
	const ownerName = owner === undefined ? undefined : requestedOwner(context.user, { query: owner });
	const group = /^\d+$/.test(segment)
		? context.state.groups.get(canonicalId(segment))
		: findByXid(context, ownerName ?? requestedOwner(context.user, {}), segment);
	if (!group || !canRead(context.user, group.ownerName)) throw refusal('NotFound');
	if (ownerName !== undefined && group.ownerName !== ownerName) throw refusal('NotFound');
	return group;
}

function visibleGroups(context: Context, request: FastifyRequest): GroupRow[] {
	const owner = parameter(request, 'owner');
	const ownerName = owner === undefined ? undefined : requestedOwner(context.user, { query: owner });
	const tql = parameter(request, 'tql');
	const matches = tql === undefined ? () => true : tqlFilter(tql);
	const groups = context.state.groups
		.all()
		.filter((group) => canRead(context.user, group.ownerName))
		.filter((group) => ownerName === undefined || group.ownerName === ownerName)
		.filter(matches);
	return sorted(groups, parameter(request, 'sorting'));
}

function serveGroups(service: Service): void {
	const { app, state } = service;
	serve(
		app,
		'/groups',
		{
			GET: async (request) => {
				const fields = requestedFields(request);
				const groups = visibleGroups(contextOf(service, request), request);
				return page(request, groups, (group) => describe(state, group, fields));
			},
			POST: async (request, reply) => {
				const fields = requestedFields(request);
				const owner = parameter(request, 'owner');
				const context = contextOf(service, request);
				const group = state.transaction(() => createGroup(context, request.body as Entry, { owner }));
				reply.code(201);
				return { data: describe(state, group, fields), message: 'Created', status: 'Success' };
			},
		},
		{ POST: 'groupCreate' },
	);
	serve(
		app,
		'/groups/:segment',
		{
			GET: async (request) => {
				const fields = requestedFields(request);
				const group = findGroup(contextOf(service, request), request);
				return { data: describe(state, group, fields), status: 'Success' };
			},
			PUT: async (request) => {
				const fields = requestedFields(request);
				const context = contextOf(service, request);
				const group = findGroup(context, request);
				const changed = state.transaction(() => updateGroup(context, group, request.body as Entry));
				return { data: describe(state, changed, fields), message: 'Updated', status: 'Success' };
			},
			DELETE: async (request) => {
				const context = contextOf(service, request);
				const group = findGroup(context, request);
				state.transaction(() => removeGroup(context, group));
				return { message: 'Deleted', status: 'Success' };
			},
		},
		{ PUT: 'groupUpdate' },
	);
	serve(app, '/groups/fields', {
		OPTIONS: async () => {
			const data = Object.entries(REQUESTABLE_FIELDS).map(([name, description]) => ({
				name,
				description,
				includedByDefault: false,
			}));
			return { data, count: data.length, status: 'Success' };
		},
	});
}

const ROLES: Record<Owner['type'], string> = {
	Organization: 'Organization Administrator',
	Community: 'Editor',
	Source: 'Editor',
};

function describeOwner(user: ApiUser, owner: Owner): Record<string, unknown> {
	const permission = user.permissions[owner.name];
	return {
		...owner,
		ownerRole: permission === 'FULL' ? ROLES[owner.type] : 'Read Only',
		permApps: permission,
		permAttribute: permission,
		permGroup: permission,
		permIndicator: permission,
		permTag: permission,
		permVictim: permission,
	};
}

function describeAttributeType(type: AttributeType, withMapping: boolean): Record<string, unknown> {
	const { groupTypes, ownerName, selectOne, ...shown } = type;
	return {
		...shown,
		errorMessage: `Please enter a valid ${type.name}.`,
		system: ownerName === undefined,
		...(ownerName !== undefined && { ownerName }),
		...(selectOne && {
			validationRule: {
				id: `9${type.id}`,
				name: type.name,
				version: '1',
				description: `The values of ${type.name}`,
				text: `${selectOne.join(';')};`,
				type: 'SelectOne',
			},
		}),
		...(withMapping && {
			attributeTypeMappings: { data: groupTypes.map((associatedType) => ({ associatedType })) },
		}),
	};
}

const describeUser = ({ permissions: _permissions, ...shown }: ApiUser) => shown;

const describeTag = ({ ownerName, ...tag }: Entity) => ({ ...tag, owner: ownerName });

/** The lists from which clients fill their drop-downs. */
function serveMetadata(service: Service): void {
	const { app, state } = service;
	const list = <Row>(
		path: string,
		rows: (user: ApiUser) => readonly Row[],
		render: (row: Row, request: FastifyRequest) => unknown,
		options: { fields?: string[]; alwaysCount?: boolean } = {},
	) =>
		serve(app, path, {
			GET: async (request) => {
				const tql = parameter(request, 'tql');
				if (tql !== undefined) noTql(tql);
				requestedFields(request, options.fields ?? []);
				return page(request, rows(request.threatConnectUser), (row) => render(row, request), options);
			},
		});
	list(
		'/security/owners',
		(user) => OWNERS.filter(({ name }) => canRead(user, name)),
		(owner, request) => describeOwner(request.threatConnectUser, owner),
	);
	list('/security/users', () => USERS, describeUser);
	list(
		'/attributeTypes',
		(user) => ATTRIBUTE_TYPES.filter(({ ownerName }) => ownerName === undefined || canRead(user, ownerName)),
		(type, request) => describeAttributeType(type, requestedFields(request, ['mapping']).has('mapping')),
		{ fields: ['mapping'], alwaysCount: true },
	);
	list(
		'/securityLabels',
		() => SECURITY_LABELS,
		(label) => label,
	);
	list('/tags', (user) => state.tags.all().filter(({ ownerName }) => canRead(user, ownerName)), describeTag);
}

function seedAttribute(context: Context, seed: NonNullable<GroupSeed['attributes']>[number]): AttributeRow {
	return {
		id: context.state.attributeIds.newId(),
		default: false,
		pinned: false,
		...seed,
		securityLabels: [],
		dateAdded: context.now,
		lastModified: context.now,
		createdBy: context.user.id,
	};
}

function seedGroup(context: Context, seed: GroupSeed): GroupRow {
	const { state, now, user } = context;
	const ownerName = seed.ownerName ?? user.owner;
	const dateAdded = seed.dateAdded ?? now;
	return state.groups.put({
		associatedArtifacts: [],
		associatedCases: [],
		associatedGroups: [],
		associatedIndicators: [],
		associatedVictimAssets: [],
		...seed,
		id: seed.id ?? state.groups.newId(),
		ownerName,
		fields: seed.fields ?? {},
		tags: (seed.tags ?? []).map((name) => resolveTag(context, ownerName, { name }, 'the seed')),
		attributes: (seed.attributes ?? []).map((attribute) => seedAttribute(context, attribute)),
		securityLabels: (seed.securityLabels ?? []).map((name) => resolveLabel({ name }, 'the seed')),
		assignments: [],
		reviews: [],
		dateAdded,
		lastModified: seed.lastModified ?? dateAdded,
		createdBy: user.id,
	});
}

/** Starts a strict stand-in for ThreatConnect's v3 API, as far as groups are concerned. */
export async function startThreatConnect(
	options: ThreatConnectOptions = {},
): Promise<ThreatConnectSimulator> {
	const { app, listen } = await createServer(options);
	const state = new State(options.firstId ?? '1');
	const behaviour: Behaviour = {
		nameLimit: options.nameLimit ?? 200,
		eventStatuses: options.eventStatuses ?? 8,
		knownXid: options.knownXid ?? 'conflict',
		crossOwner: options.crossOwner ?? false,
	};
	const now = () => Date.now() + (options.clockSkew ?? 0) * 1000;
	const service: Service = { app, state, behaviour, now };
	for (const schema of groupSchemas(behaviour.nameLimit)) app.addSchema(schema);
	prepare(service);
	serveGroups(service);
	serveMetadata(service);

	const view = (group: GroupRow) => stored(state, group);
	return {
		...(await listen()),
		credentials: CREDENTIALS,
		groups: () => state.groups.all().map(view),
		group(id) {
			const group = state.groups.get(id);
			return group && view(group);
		},
		seedGroup: (seed) => view(seedGroup({ state, behaviour, user: API_USER, now: formatDate(now()) }, seed)),
		tags: () => state.tags.all(),
		indicators: () => state.indicators.all(),
		cases: () => state.cases.all(),
		artifacts: () => state.artifacts.all(),
		victimAssets: () => state.victimAssets.all(),
	};
}
