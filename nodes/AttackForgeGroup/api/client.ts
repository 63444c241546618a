import { pathOf, type Query } from '../../shared/http/url';
import { cancelSignal, type Connection } from '../../shared/http/connection';
import { ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { KeyedMutex } from '../../shared/http/keyedMutex';
import { LookupCache } from '../../shared/http/lookupCache';
import { incomplete, type ServiceResponse } from '../../shared/http/response';
import type { ServiceRequest } from '../../shared/http/exchange';
import { send } from '../../shared/http/jsonRequests';
import { sleepUntilCancelled } from '../../shared/http/sleep';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import { readPages } from './pages';
import { isMissing, type MethodName, successful } from './responses';
import { WrittenGroups } from './writtenGroups';
import { removesAccess } from '../fields/changes';
import { type Definitions, definitionsOf } from '../fields/customFieldTypes';
import { comparable } from '../fields/matching';
import { identifiedMembers, membersOf } from '../fields/receivedGroup';

/** The custom fields that a response should hold; by default all. */
export type CustomFieldFilter = { allow?: readonly string[]; block?: readonly string[] };

/**
 * The groups that a list holds: all of the tenant's (administrators only), or those that the key's user is a member of.
 */
export type Scope = 'all' | 'mine';

/** How a user of AttackForge is named. */
export type UserReference = { by: 'id' | 'email' | 'username'; value: string };

/** Milliseconds that a listing waits for other items that need it too. */
const LIST_WINDOW_MS = 200;

/** AttackForge's Self-Service API, as far as groups need it. */
export class AttackForge {
	/** Look-ups of this run. */
	readonly lookups = new LookupCache();

	/** How AttackForge defines the custom fields of groups; absent if it has not been read, or may not be. */
	definitions?: Definitions | Error;

	/** What this run knows of the groups that it has created or written. */
	readonly writtenGroups: WrittenGroups;

	/** For work that must not overlap with other work of the run on the same group, or on groups of the same name. */
	readonly mutex = new KeyedMutex();

	private readonly listings = new Map<Scope, Promise<JsonObject[]>>();
	private readonly recent = new Map<Scope, { at: number; listing: Promise<JsonObject[]> }>();

	constructor(readonly connection: Connection) {
		this.writtenGroups = new WrittenGroups((milliseconds) => connection.clock.toService(milliseconds));
	}

	/** Aborted when the execution is cancelled. */
	get signal(): AbortSignal | undefined {
		return cancelSignal(this.connection);
	}

	/** The address of the API. */
	get root(): string {
		return this.connection.root;
	}

	/** One of n8n's times on the clock of AttackForge's responses, in milliseconds. */
	toServiceTime(milliseconds: number): number {
		return this.connection.clock.toService(milliseconds);
	}

	/** Milliseconds that one request may take. */
	get timeout(): number {
		return this.connection.timeout;
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/creategroup */
	async createGroup(body: JsonObject): Promise<JsonObject> {
		return identified(await this.call('CreateGroup', { method: 'POST', path: '/group', body }), 'group');
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/updategroup */
	async updateGroup(id: string, body: JsonObject, maxAttempts?: number): Promise<void> {
		const idempotent = !removesAccess(body);
		await this.call('UpdateGroup', {
			method: 'PUT',
			path: pathOf('group', id),
			body,
			idempotent,
			...(maxAttempts !== undefined && { maxAttempts }),
		});
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/getgroup */
	async getGroup(id: string, filter: CustomFieldFilter = {}): Promise<JsonObject> {
		const request = { method: 'GET', path: pathOf('group', id), query: customFieldQuery(filter) } as const;
		return groupOf(await this.call('GetGroup', request), id);
	}

	/** @returns `undefined` when there is no such group */
	async findGroup(id: string): Promise<JsonObject | undefined> {
		const response = await send(this.connection, { method: 'GET', path: pathOf('group', id) });
		return isMissing(response) ? undefined : groupOf(successful('GetGroup', response), id);
	}

	/**
	 * Groups under the list's own key names (`group_id`, `group_name`, …). The API has no pages here.
	 *
	 * @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/getgroups
	 */
	async getGroups(scope: Scope, filter: CustomFieldFilter = {}): Promise<JsonObject[]> {
		const query: Query = [
			...(scope === 'all' ? [['allGroups', 'true'] as const] : []),
			...customFieldQuery(filter),
		];
		return await this.many('GetGroups', { method: 'GET', path: '/groups', query }, 'groups');
	}

	/**
	 * The groups as they are now. Items that ask before the listing is sent share it, because it lists all groups of the tenant.
	 */
	async currentGroups(scope: Scope): Promise<JsonObject[]> {
		const present = this.listings.get(scope);
		if (present) return await present;
		const listing = sleepUntilCancelled(LIST_WINDOW_MS, this.signal).then(async () => {
			this.listings.delete(scope);
			return await this.getGroups(scope);
		});
		this.listings.set(scope, listing);
		return await listing;
	}

	/** The groups as they were a short while ago. Otherwise each of thousands of items would list the tenant. */
	async recentGroups(scope: Scope, maxAge: number): Promise<JsonObject[]> {
		const recent = this.recent.get(scope);
		if (recent && Date.now() - recent.at < maxAge) return await recent.listing;
		const listing = this.getGroups(scope);
		this.recent.set(scope, { at: Date.now(), listing });
		listing.catch(() => this.recent.delete(scope));
		return await listing;
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/archivegroup */
	async archiveGroup(id: string): Promise<void> {
		await this.call('ArchiveGroup', { method: 'PUT', path: pathOf('group', id, 'archive'), body: {} });
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/restoregroup */
	async restoreGroup(id: string): Promise<void> {
		await this.call('RestoreGroup', { method: 'PUT', path: pathOf('group', id, 'restore'), body: {} });
	}

	/** @returns the sentence in the service's response */
	async addMember(groupId: string, userId: string, access: string): Promise<unknown> {
		const body = { group_id: groupId, user_id: userId, access_level: access };
		return await this.status('AddUserToGroup', { method: 'POST', path: pathOf('group', 'user'), body });
	}

	/**
	 * @param access `View`, `Upload`, `Edit`, or `Delete`, which removes the user from the group and all its projects
	 * @returns the sentence in the service's response
	 */
	async changeMember(groupId: string, userId: string, access: string): Promise<unknown> {
		// The documentation has the user in the path and in the body.
		const body = { group_id: groupId, user_id: userId, access_level: access };
		return await this.status('UpdateUserAccessOnGroup', {
			method: 'PUT',
			path: pathOf('group', 'user', userId),
			body,
			// The service refuses to remove a user who is not a member.
			idempotent: access !== 'Delete',
		});
	}

	async getUserGroups(userId: string): Promise<JsonObject[]> {
		return await this.many(
			'GetUserGroups',
			{ method: 'GET', path: pathOf('user', userId, 'groups') },
			'groups',
		);
	}

	/** @param filters `firstName`, `lastName`, `email` and `username`. The API has no pages here. */
	async getUsers(filters: Query = []): Promise<JsonObject[]> {
		return await this.many('GetUsers', { method: 'GET', path: '/users', query: filters }, 'users');
	}

	/**
	 * The members of a group.
	 *
	 * @param identified whether each must have the ID of its user, because somebody is looked for among them
	 * @throws ServiceFailure when the response does not show them, because that does not mean that the group has no
	 *   members
	 */
	async getMembers(groupId: string, { identified }: { identified: boolean }): Promise<JsonObject[]> {
		const group = await this.getGroup(groupId);
		const members = identified ? identifiedMembers(group) : membersOf(group);
		if (members) return members;
		throw new ServiceFailure(
			'AttackForge does not show the members of the group',
			'Check that the user of the key may see them.',
		);
	}

	/** The ID of a user, looked up once per run when it is given by e-mail address or user name. */
	async userId({ by, value }: UserReference): Promise<string> {
		if (by === 'id') return value;
		return await this.lookups.getOrLoad(`user ${by} ${value}`, async () => await this.findUser(by, value));
	}

	/** @throws ServiceFailure when the response is about another user than the requested one */
	private async findUser(by: 'email' | 'username', value: string): Promise<string> {
		const [method, key] =
			by === 'email'
				? (['GetUserByEmail', 'email_address'] as const)
				: (['GetUserByUsername', 'username'] as const);
		const response = await this.call(method, { method: 'GET', path: pathOf('users', by, value) });
		const user = identified(response, 'user');
		if (isUnset(user[key])) throw without(`the ${key}`, response);
		const [asked, shown] = [value, user[key]].map((one) => comparable(String(one)).toLowerCase());
		if (asked === shown) return String(user.id);
		throw new ServiceFailure(
			`AttackForge was asked for the user ${inQuotes(value)}, but answered with ${inQuotes(user[key])}`,
			'Nothing was changed. Choose the user from the list, or give the ID.',
		);
	}

	/** All projects that the key's user is a member of. */
	async getAllProjects(): Promise<JsonObject[]> {
		const lists = { key: 'projects', id: 'project_id' };
		// An empty list leaves out the custom fields, which nobody reads here.
		return await this.paged('GetProjects', '/projects', [['cf_key_allowlist', '']], lists, Infinity);
	}

	/** Projects of a group that the key's user is a member of. */
	async getProjects(groupId: string, filter: CustomFieldFilter): Promise<JsonObject[]> {
		const path = pathOf('groups', groupId, 'projects');
		const query = customFieldQuery(filter);
		return await this.many('GetProjectsByGroup', { method: 'GET', path, query }, 'projects');
	}

	/** @param limit the most vulnerabilities to return; `Infinity` for all */
	async getVulnerabilities(groupId: string, filters: Query, limit: number): Promise<JsonObject[]> {
		const path = pathOf('groups', groupId, 'vulnerabilities');
		const lists = { key: 'vulnerabilities', id: 'vulnerability_id' };
		return await this.paged('GetVulnerabilitiesByGroup', path, filters, lists, limit);
	}

	/** @param limit the most assets to return; `Infinity` for all */
	async getAssets(groupId: string, limit: number): Promise<JsonObject[]> {
		const path = pathOf('assets', 'group', groupId);
		return await this.paged('GetAssetsByGroup', path, [], { key: 'assets', id: 'id' }, limit);
	}

	/**
	 * IDs of the groups that a project is linked to.
	 *
	 * @throws ServiceFailure when the response does not show them all, because the next write would remove those that are
	 *   not shown
	 */
	async getProjectGroups(projectId: string): Promise<string[]> {
		const request = { method: 'GET', path: pathOf('project', projectId) } as const;
		const response = await this.call('GetProjectById', request);
		const { project_id: id = projectId, project_groups: groups } = recordOf(response, 'project');
		if (String(id).toLowerCase() !== projectId.toLowerCase()) throw without('the project', response);
		const ids = Array.isArray(groups)
			? groups.map((group: unknown) => (isJsonObject(group) ? group.id : undefined))
			: [undefined];
		if (ids.some(isUnset)) throw without('project_groups', response);
		return ids.map(String);
	}

	/**
	 * Sent once, because the list replaces the present one, which may have changed before the request could be sent
	 * again.
	 */
	async setProjectGroups(projectId: string, groups: readonly string[]): Promise<void> {
		await this.call('UpdateProjectById', {
			method: 'PUT',
			path: pathOf('project', projectId),
			body: { groups },
			idempotent: true,
			maxAttempts: 1,
		});
	}

	/** The custom fields of groups, as the form of groups defines them. */
	async getDefinitions(): Promise<Definitions> {
		const request = { method: 'GET', path: pathOf('config', 'form', 'group') } as const;
		const response = await this.call('GetFormConfig', request);
		const { json } = response;
		if (isJsonObject(json) && Array.isArray(json.config)) return definitionsOf(json.config);
		throw without('the form of groups', response);
	}

	/** All pages, or as many as the limit needs. See `readPages`. */
	private async paged(
		method: MethodName,
		path: string,
		filters: Query,
		{ key, id }: { key: string; id: string },
		limit: number,
	): Promise<JsonObject[]> {
		const page = async (skip: number, size: number) => {
			const query: Query = [...filters, ['skip', String(skip)], ['limit', String(size)]];
			return await this.many(method, { method: 'GET', path, query }, key);
		};
		return await readPages(page, id, limit);
	}

	private async many(method: MethodName, request: ServiceRequest, key: string): Promise<JsonObject[]> {
		const response = await this.call(method, request);
		const records = isJsonObject(response.json) ? response.json[key] : undefined;
		if (Array.isArray(records) && records.every(isJsonObject)) return records;
		throw without(`its ${key}`, response);
	}

	private async status(method: MethodName, request: ServiceRequest): Promise<unknown> {
		const { json } = await this.call(method, request);
		return isJsonObject(json) ? json.status : undefined;
	}

	private async call(method: MethodName, request: ServiceRequest): Promise<ServiceResponse> {
		return successful(method, await send(this.connection, request), request.body);
	}
}

function recordOf(response: ServiceResponse, key: string): JsonObject {
	const record = isJsonObject(response.json) ? response.json[key] : undefined;
	if (isJsonObject(record)) return record;
	throw without(`the ${key}`, response);
}

/** A record with an ID, because later requests need the ID. */
function identified(response: ServiceResponse, key: string): JsonObject {
	const record = recordOf(response, key);
	if (isUnset(record.id)) throw without('the ID', response);
	return record;
}

/** @throws ServiceFailure when the response is about another group than the requested one, which nobody has named */
function groupOf(response: ServiceResponse, id: string): JsonObject {
	const group = identified(response, 'group');
	if (String(group.id).toLowerCase() === id.toLowerCase()) return group;
	throw new ServiceFailure(
		`AttackForge was asked for the group ${inQuotes(id)}, but answered with ${inQuotes(group.id)}`,
		'Run the item again. If it stays, look at what answers at the Base URL.',
	);
}

const without = (what: string, response: ServiceResponse) =>
	incomplete(`AttackForge answered with success, but without ${what}`, response);

function customFieldQuery({ allow = [], block = [] }: CustomFieldFilter): Query {
	return [
		...allow.map((key) => ['cf_key_allowlist', key] as const),
		...block.map((key) => ['cf_key_blocklist', key] as const),
	];
}
