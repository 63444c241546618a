import { pathOf, type Query } from '../../shared/http/url';
import { cancelSignal, type Connection } from '../../shared/http/connection';
import { ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { LookupCache } from '../../shared/http/lookupCache';
import { incomplete, type ServiceResponse } from '../../shared/http/response';
import type { ServiceRequest } from '../../shared/http/exchange';
import { send } from '../../shared/http/requests';
import { sleepUntilCancelled } from '../../shared/http/sleep';
import { isUnset } from '../../shared/core/values';
import { isMissing, type MethodName, successful } from './responses';
import { removesAccess } from '../fields/changes';

/** Which custom fields an answer should hold; by default all. */
export type CustomFieldFilter = { allow?: readonly string[]; block?: readonly string[] };

/** Whose groups a list holds: all of the tenant's (administrators only), or those that the key's user is a member of. */
export type Scope = 'all' | 'mine';

/** How a user of AttackForge is named. */
export type UserReference = { by: 'id' | 'email' | 'username'; value: string };

/** The most entries of one page where the API has pages. */
const PAGE_SIZE = 500;

/** Milliseconds that a listing waits for others who need it too. */
const LIST_WINDOW_MS = 200;

/** AttackForge's Self-Service API, as far as groups need it. */
export class AttackForge {
	/** Look-ups of this run. */
	readonly lookups = new LookupCache();

	/** IDs of the groups that this run has created, with the time at which each was sent. */
	readonly made = new Map<string, number>();

	/** What Create or Update knows of the groups that this run has written, or may have created, by what finds them. */
	readonly written = new Map<string, JsonObject | ServiceFailure>();

	private readonly listings = new Map<Scope, Promise<JsonObject[]>>();

	constructor(private readonly connection: Connection) {}

	/** Aborted when the execution is cancelled. */
	get signal(): AbortSignal | undefined {
		return cancelSignal(this.connection);
	}

	/** The address of the API. */
	get root(): string {
		return this.connection.root;
	}

	/** Milliseconds that one request may take. */
	get timeout(): number {
		return this.connection.timeout;
	}

	/** One of our times, in milliseconds, by AttackForge's clock. */
	toServiceTime(milliseconds: number): number {
		return this.connection.clock.toService(milliseconds);
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/creategroup */
	async createGroup(body: JsonObject): Promise<JsonObject> {
		return identified(await this.call('CreateGroup', { method: 'POST', path: '/group', body }), 'group');
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/updategroup */
	async updateGroup(id: string, body: JsonObject): Promise<void> {
		const idempotent = !removesAccess(body);
		await this.call('UpdateGroup', { method: 'PUT', path: pathOf('group', id), body, idempotent });
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/getgroup */
	async getGroup(id: string, filter: CustomFieldFilter = {}): Promise<JsonObject> {
		const query = customFieldQuery(filter);
		return await this.one('GetGroup', { method: 'GET', path: pathOf('group', id), query }, 'group');
	}

	/** @returns `undefined` when there is none */
	async findGroup(id: string): Promise<JsonObject | undefined> {
		const reply = await send(this.connection, { method: 'GET', path: pathOf('group', id) });
		return isMissing(reply) ? undefined : recordOf(successful('GetGroup', reply), 'group');
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

	/** Groups as they are from now on. Who asks while a listing is about to be sent shares it: it is the whole tenant. */
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

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/archivegroup */
	async archiveGroup(id: string): Promise<void> {
		await this.call('ArchiveGroup', { method: 'PUT', path: pathOf('group', id, 'archive'), body: {} });
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/restoregroup */
	async restoreGroup(id: string): Promise<void> {
		await this.call('RestoreGroup', { method: 'PUT', path: pathOf('group', id, 'restore'), body: {} });
	}

	/** @returns the sentence that the service answers with */
	async addMember(groupId: string, userId: string, access: string): Promise<unknown> {
		const body = { group_id: groupId, user_id: userId, access_level: access };
		return await this.status('AddUserToGroup', { method: 'POST', path: pathOf('group', 'user'), body });
	}

	/**
	 * @param access `View`, `Upload`, `Edit`, or `Delete`, which removes the user from the group and all its projects
	 * @returns the sentence that the service answers with
	 */
	async changeMember(groupId: string, userId: string, access: string): Promise<unknown> {
		// The user is documented in the path and in the body.
		const body = { group_id: groupId, user_id: userId, access_level: access };
		return await this.status('UpdateUserAccessOnGroup', {
			method: 'PUT',
			path: pathOf('group', 'user', userId),
			body,
			// A user who is gone already cannot be removed.
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

	async getUsers(): Promise<JsonObject[]> {
		return await this.many('GetUsers', { method: 'GET', path: '/users' }, 'users');
	}

	/** The ID of a user, looked up once a run when it is given by e-mail address or user name. */
	async userId({ by, value }: UserReference): Promise<string> {
		if (by === 'id') return value;
		const method = by === 'email' ? 'GetUserByEmail' : 'GetUserByUsername';
		const user = await this.lookups.getOrLoad(`user ${by} ${value}`, async () =>
			identified(await this.call(method, { method: 'GET', path: pathOf('users', by, value) }), 'user'),
		);
		return String(user.id);
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
	 * @throws ServiceFailure when the answer does not show them all: who writes them back would take the others away
	 */
	async getProjectGroups(projectId: string): Promise<string[]> {
		const request = { method: 'GET', path: pathOf('project', projectId) } as const;
		const reply = await this.call('GetProjectById', request);
		const { project_groups: groups } = recordOf(reply, 'project');
		const ids = Array.isArray(groups)
			? groups.map((group: unknown) => (isJsonObject(group) ? group.id : undefined))
			: [undefined];
		if (ids.some(isUnset)) throw without('project_groups', reply);
		return ids.map(String);
	}

	/** @param groups the full list: it replaces the present one */
	async setProjectGroups(projectId: string, groups: readonly string[]): Promise<void> {
		await this.call('UpdateProjectById', {
			method: 'PUT',
			path: pathOf('project', projectId),
			body: { groups },
			idempotent: true,
		});
	}

	/** The definition of the group form, which names the custom fields. */
	async getGroupForm(): Promise<unknown[]> {
		const request = { method: 'GET', path: pathOf('config', 'form', 'group') } as const;
		const { json } = await this.call('GetFormConfig', request);
		return isJsonObject(json) && Array.isArray(json.config) ? json.config : [];
	}

	/**
	 * All pages, or as many as the limit needs. The documentation does not say what `count` counts: a short page ends.
	 * What is added to the list while it is read moves others to the next page: each comes once.
	 */
	private async paged(
		method: MethodName,
		path: string,
		filters: Query,
		{ key, id }: { key: string; id: string },
		limit: number,
	): Promise<JsonObject[]> {
		const all: JsonObject[] = [];
		const seen = new Set<unknown>();
		const keyOf = (entry: JsonObject) => entry[id] ?? JSON.stringify(entry);
		let skip = 0;
		while (all.length < limit) {
			const size = Math.min(PAGE_SIZE, limit - all.length);
			const query: Query = [...filters, ['skip', String(skip)], ['limit', String(size)]];
			const page = await this.many(method, { method: 'GET', path, query }, key);
			const added = page.filter((entry) => !seen.has(keyOf(entry)));
			for (const entry of added) {
				seen.add(keyOf(entry));
				all.push(entry);
			}
			// More than was asked for is everything, of a service that knows no pages.
			if (page.length !== size) break;
			// It would go on for ever.
			if (added.length === 0) throw samePage();
			skip += size;
		}
		return all.slice(0, limit);
	}

	private async one(method: MethodName, request: ServiceRequest, key: string): Promise<JsonObject> {
		return recordOf(await this.call(method, request), key);
	}

	private async many(method: MethodName, request: ServiceRequest, key: string): Promise<JsonObject[]> {
		const reply = await this.call(method, request);
		const records = isJsonObject(reply.json) ? reply.json[key] : undefined;
		if (Array.isArray(records)) return records.filter(isJsonObject);
		throw without(`its ${key}`, reply);
	}

	private async status(method: MethodName, request: ServiceRequest): Promise<unknown> {
		const { json } = await this.call(method, request);
		return isJsonObject(json) ? json.status : undefined;
	}

	private async call(method: MethodName, request: ServiceRequest): Promise<ServiceResponse> {
		return successful(method, await send(this.connection, request));
	}
}

function recordOf(reply: ServiceResponse, key: string): JsonObject {
	const record = isJsonObject(reply.json) ? reply.json[key] : undefined;
	if (isJsonObject(record)) return record;
	throw without(`the ${key}`, reply);
}

/** A record that later requests are about. */
function identified(reply: ServiceResponse, key: string): JsonObject {
	const record = recordOf(reply, key);
	if (isUnset(record.id)) throw without('the ID', reply);
	return record;
}

const without = (what: string, reply: ServiceResponse) =>
	incomplete(`AttackForge answered with success, but without ${what}`, reply);

const samePage = () =>
	new ServiceFailure(
		'AttackForge gave the same page twice, so that what comes after it cannot be read',
		'Set a limit of up to 500 instead of Return All, or add filters.',
	);

function customFieldQuery({ allow = [], block = [] }: CustomFieldFilter): Query {
	return [
		...allow.map((key) => ['cf_key_allowlist', key] as const),
		...block.map((key) => ['cf_key_blocklist', key] as const),
	];
}
