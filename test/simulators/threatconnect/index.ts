import { createServer, type RunningServer, type ServerOptions } from '../shared/server';
import { serveBatch } from './batch';
import type { Behaviour, Context, Position } from './context';
import { formatDate } from './dates';
import { serveEntities } from './entities';
import type { GroupType } from './fields';
import { seedFile, serveFiles, storedFile } from './files';
import { FileStore, type StoredFile } from './fileStore';
import { serveGroupAttributes } from './groupAttributes';
import { Posts, servePosts, type PostSeed, type StoredPost } from './posts';
import { serveGroups } from './groupEndpoints';
import { eraseGroup } from './groups';
import { resolveLabel, resolveTag } from './lists';
import { serveMetadata } from './metadata';
import { serveOwnOwner } from './ownOwner';
import { groupSchemas } from './schemas';
import { API_USER, CREDENTIALS, type Entity } from './seeds';
import { prepare, type Hooks, type Service } from './service';
import { State, type AttributeRow, type GroupRow } from './state';
import { Timers } from './timers';
import { stored, type StoredGroup } from './view';

export { POSITIONS } from './context';
export * from './seeds';
export { EVENT_TYPES, GROUP_TYPES } from './fields';
export type { StoredFile } from './fileStore';
export type { PostSeed, StoredPost } from './posts';
export type { Hooks } from './service';
export type { StoredGroup } from './view';

export type ThreatConnectOptions = ServerOptions & {
	/** The ID of the first object of each kind, in digits. IDs count up from here and may exceed 2^53. Default `1`. */
	firstId?: string;
	/** Seconds that the server's clock is ahead. */
	clockSkew?: number;
	/** The service's clock, in milliseconds; default: that of the machine. */
	clock?: () => number;
	/** Whether queries compare dates by whole minutes. The vendor says that some servers do (tcex, pull request 266). */
	ignoresSeconds?: boolean;
	/** The longest group name; default 200 (older servers: 100). */
	nameLimit?: number;
	/** Whether names are stored without the white space around them. The documentation does not say it. */
	trimsNames?: boolean;
	/** 4: the Event statuses of servers before 7.12.2. Default 8. */
	eventStatuses?: Position<'eventStatuses'>;
	/** What POST does with an `xid` that the owner already has; default `conflict`. */
	knownXid?: Position<'knownXid'>;
	/**
	 * What happens to a request for an XID without an owner. docs: "you must use the owner query parameter"; the
	 * behaviour of a server without it is not documented. Default `lenient`: it looks in the Organization of the API
	 * user.
	 */
	xidWithoutOwner?: Position<'xidWithoutOwner'>;
	/** Whether the v2 API lacks `GET /v2/owners/mine` and `GET /v2/whoami`, which tell who the API user is. */
	withoutOwnOwner?: boolean;
	/** The most rows of a page, whatever `resultLimit` is, and whether such a page says that there are more. */
	pageCap?: { rows: number; saysMore: boolean };
	/** Whether the instance allows associations across owners; default `false`. */
	crossOwner?: boolean;
	/** Whether an administrator has allowed `DELETE /v3/groups?tql=`; default `false`. */
	bulkDelete?: boolean;
	/**
	 * Milliseconds that the service takes to process an uploaded file. With the default 0 it is processed before the
	 * response.
	 */
	processing?: number;
	/** Whether every uploaded file stays in memory, and not only those of up to 8 MiB, so that `file()` has its bytes. */
	keepFiles?: boolean;
	/** Whether batch is turned on; default `true`. */
	batchEnabled?: boolean;
	/**
	 * Milliseconds that a batch job stays Queued, and then Running. With the default 0 it is completed before the
	 * response.
	 */
	batchDelay?: number;
	/** The largest file of a batch job in bytes; default 75,000,000. */
	batchSizeLimit?: number;
	/** The most groups and indicators of a batch job; default 25,000. */
	batchItemLimit?: number;
	/**
	 * What a batch job's Delete takes for the group of an entry. docs: "matches any of the incoming data". Default `xid`;
	 * `anyData`: also a group of the same type and name.
	 */
	batchDelete?: Position<'batchDelete'>;
	/** From before March 2026: there is no `GET /v3/groups/eventTypeCategories`. */
	olderServer?: boolean;
	/** Whether a firewall in front of the service answers OPTIONS with a page and 403. */
	optionsBlocked?: boolean;
	hooks?: Hooks;
};

/** A group to put into the state, without the checks of the API. */
export type GroupSeed = {
	type: GroupType;
	name: string;
	id?: string;
	ownerName?: string;
	xid?: string;
	/** As stored: dates have the form of responses. */
	fields?: Record<string, unknown>;
	/** Names of tags. */
	tags?: string[];
	attributes?: Array<{ type: string; value: string; source?: string; default?: boolean; pinned?: boolean }>;
	/** Names of security labels. */
	securityLabels?: string[];
	/** IDs of artifacts. */
	associatedArtifacts?: string[];
	associatedCases?: string[];
	associatedGroups?: string[];
	associatedIndicators?: string[];
	associatedVictimAssets?: string[];
	dateAdded?: string;
	lastModified?: string;
	/** ID of a user; default: the API user. */
	createdBy?: string;
};

export type ThreatConnectSimulator = RunningServer & {
	credentials: typeof CREDENTIALS;
	/** Resets the simulator to its first state, so that a test need not start another one. */
	reset(): Promise<void>;
	/** The groups in the order of their creation. */
	groups(): StoredGroup[];
	group(id: string): StoredGroup | undefined;
	seedGroup(seed: GroupSeed): StoredGroup;
	/** Adds many groups and returns their IDs. */
	seedGroups(count: number, template: GroupSeed | ((index: number) => GroupSeed)): string[];
	/** Adds an indicator, case, artifact or victim asset of the Organization of the API user, and returns its ID. */
	seedEntity(
		kind: 'indicators' | 'cases' | 'artifacts' | 'victimAssets',
		fields: Record<string, unknown>,
	): string;
	/** Deletes a group as another client does. Nothing happens if there is none. */
	deleteGroup(id: string): void;
	/** Comments, in the order in which they were written. */
	posts(): StoredPost[];
	seedPost(seed: PostSeed): StoredPost;
	/** The file of a group. */
	file(groupId: string): StoredFile | undefined;
	/** Gives a group a file, which is processed at once. */
	seedFile(groupId: string, bytes: Buffer, fileName?: string): Promise<void>;
	tags(): Entity[];
	indicators(): Entity[];
	cases(): Entity[];
	artifacts(): Entity[];
	victimAssets(): Entity[];
};

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
		securityLabels: (seed.securityLabels ?? []).map((name) => resolveLabel(context, { name }, 'the seed')),
		assignments: [],
		reviews: [],
		dateAdded,
		lastModified: seed.lastModified ?? dateAdded,
		createdBy: seed.createdBy ?? user.id,
	});
}

function behaviourOf(options: ThreatConnectOptions): Behaviour {
	return {
		nameLimit: options.nameLimit ?? 200,
		trimsNames: options.trimsNames ?? false,
		eventStatuses: options.eventStatuses ?? 8,
		knownXid: options.knownXid ?? 'conflict',
		xidWithoutOwner: options.xidWithoutOwner ?? 'lenient',
		crossOwner: options.crossOwner ?? false,
		bulkDelete: options.bulkDelete ?? false,
		processing: options.processing ?? 0,
		batchEnabled: options.batchEnabled ?? true,
		batchDelay: options.batchDelay ?? 0,
		batchSizeLimit: options.batchSizeLimit ?? 75_000_000,
		batchItemLimit: options.batchItemLimit ?? 25_000,
		ignoresSeconds: options.ignoresSeconds ?? false,
		batchDelete: options.batchDelete ?? 'xid',
	};
}

/** The functions with which tests act without the API. */
function testAccess(
	service: Service,
): Omit<ThreatConnectSimulator, keyof RunningServer | 'posts' | 'seedPost' | 'reset'> {
	const { state, behaviour, now } = service;
	const context = (): Context => ({ state, behaviour, user: API_USER, now: formatDate(now()) });
	const view = (group: GroupRow) => stored(state, group);
	return {
		credentials: CREDENTIALS,
		groups: () => state.groups.all().map(view),
		group(id) {
			const group = state.groups.get(id);
			return group && view(group);
		},
		seedGroup: (seed) => view(seedGroup(context(), seed)),
		seedGroups(count, template) {
			const seeding = context();
			const seedOf = typeof template === 'function' ? template : () => template;
			return Array.from({ length: count }, (_, index) => seedGroup(seeding, seedOf(index)).id);
		},
		seedEntity: (kind, fields) =>
			state[kind].put({ id: state[kind].newId(), ownerName: API_USER.owner, ...fields }).id,
		deleteGroup(id) {
			const group = state.groups.get(id);
			if (group) eraseGroup(context(), group);
		},
		file: (groupId) => storedFile(service, groupId),
		seedFile: async (groupId, bytes, fileName) => await seedFile(service, groupId, bytes, fileName),
		tags: () => state.tags.all(),
		indicators: () => state.indicators.all(),
		cases: () => state.cases.all(),
		artifacts: () => state.artifacts.all(),
		victimAssets: () => state.victimAssets.all(),
	};
}

/** Starts a strict stand-in for ThreatConnect's API for groups. */
export async function startThreatConnect(
	options: ThreatConnectOptions = {},
): Promise<ThreatConnectSimulator> {
	const { app, listen } = await createServer(options);
	const service: Service = {
		app,
		state: new State(options.firstId ?? '1'),
		behaviour: behaviourOf(options),
		files: new FileStore(options.keepFiles ?? false),
		timers: new Timers(),
		hooks: options.hooks ?? {},
		optionsBlocked: options.optionsBlocked ?? false,
		pageCap: options.pageCap,
		now: () => (options.clock ?? Date.now)() + (options.clockSkew ?? 0) * 1000,
	};
	for (const schema of groupSchemas(service.behaviour.nameLimit)) app.addSchema(schema);
	prepare(service);
	serveGroups(service);
	serveGroupAttributes(service);
	const posts = new Posts();
	servePosts(service, posts);
	serveFiles(service);
	serveEntities(service);
	serveMetadata(service, options.olderServer ?? false);
	if (!options.withoutOwnOwner) serveOwnOwner(service);
	serveBatch(service);

	const { stop, ...running } = await listen();
	return {
		...running,
		...testAccess(service),
		posts: () => posts.all(),
		seedPost: (seed) => posts.add(seed, API_USER.id, formatDate(service.now())),
		async reset() {
			service.state.reset();
			posts.reset();
			running.requests.length = 0;
			await service.files.clear();
		},
		async stop() {
			service.timers.stop();
			await stop();
			await service.files.stop();
		},
	};
}
