import { pathOf, type Query } from '../../shared/http/url';
import type { Connection } from '../../shared/http/connection';
import { InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { LookupCache } from '../../shared/http/lookupCache';
import type { ServiceRequest } from '../../shared/http/exchange';
import { send } from '../../shared/http/requests';
import { readLong } from '../../shared/core/values';
import { groupOf, isOwnRefusal, readEnvelope } from './responses';
import { type GroupReference, groupPath, ownerQuery } from './references';
import { allOf } from '../query/tql';

/** What an answer should hold, and what the server should note. */
export type AnswerOptions = {
	/** Values of the `fields` parameter. */
	fields?: readonly string[];
	createActivityLog?: boolean;
};

/** One page of a list. */
export type Page = {
	data: JsonObject[];
	/** The server has more. Its link is never followed: it may lead to another host. */
	more: boolean;
};

export type Direction = 'asc' | 'desc';

export type GroupQuery = {
	tql?: string;
	/** TQL keyword to sort by. */
	by: string;
	direction: Direction;
	pageSize: number;
	/** Groups that are surely read, if there are so many. Default: all. */
	limit?: number;
	fields?: readonly string[];
};

/** ThreatConnect documentation, Enable Pagination. */
export const MAX_PAGE_SIZE = 10_000;

const GROUPS = '/v3/groups';

/** ThreatConnect's API, as far as groups need it. */
export class ThreatConnect {
	/** What is looked up once a run. */
	readonly lookups = new LookupCache();

	constructor(readonly connection: Connection) {}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#create-groups */
	async createGroup(body: JsonObject, options: AnswerOptions): Promise<JsonObject> {
		return await this.group({ method: 'POST', path: GROUPS, query: queryOf(options), body });
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#update-groups */
	async updateGroup(
		reference: GroupReference,
		body: JsonObject,
		options: AnswerOptions,
	): Promise<JsonObject> {
		const idempotent = isIdempotent(body);
		return await this.group({ method: 'PUT', ...target(reference, options), body, idempotent });
	}

	/**
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#retrieve-groups
	 * @throws ServiceFailure also when there is none
	 */
	async getGroup(reference: GroupReference, options: AnswerOptions): Promise<JsonObject> {
		return await this.group({ method: 'GET', ...target(reference, options) });
	}

	/** The group, or `undefined` when ThreatConnect itself says that there is none. */
	async findGroup(reference: GroupReference, options: AnswerOptions): Promise<JsonObject | undefined> {
		const reply = await send(this.connection, { method: 'GET', ...target(reference, options) });
		// A 404 in other words is of a proxy or of a wrong address: nothing is known of the group then.
		if (reply.status === 404 && isOwnRefusal(reply.json)) return undefined;
		return groupOf(reply);
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#delete-groups */
	async deleteGroup(id: string): Promise<void> {
		await this.request({ method: 'DELETE', ...target({ id }, {}) });
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/group_attributes/group_attributes.html */
	async changeAttribute(id: string, body: JsonObject, options: AnswerOptions): Promise<void> {
		const query = queryOf({ createActivityLog: options.createActivityLog });
		const path = pathOf('v3', 'groupAttributes', id);
		await this.request({ method: 'PUT', path, query, body, idempotent: true });
	}

	/** The ID of a group as a number where it is safe, otherwise as text; looked up where an XID is given. */
	async idOf(reference: GroupReference): Promise<unknown> {
		if (!('id' in reference)) return (await this.getGroup(reference, {})).id;
		const number = Number(reference.id);
		return Number.isSafeInteger(number) ? number : reference.id;
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/posts/posts.html */
	async addPost(groupId: string, text: string): Promise<JsonObject> {
		const body = { text, objectType: 'Group', objectId: readLong(groupId, 'The ID of the group') };
		const { data } = await this.request({ method: 'POST', path: pathOf('v3', 'posts'), body });
		return isJsonObject(data) ? data : {};
	}

	/**
	 * One page of a list of the v3 API.
	 *
	 * @param path built by `pathOf`
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/enable_pagination.html
	 */
	async page(path: string, query: Query): Promise<Page> {
		const { data, next } = await this.request({ method: 'GET', path, query });
		return {
			data: Array.isArray(data) ? data.filter(isJsonObject) : [],
			more: typeof next === 'string' && next !== '',
		};
	}

	/** A whole list of the v3 API. */
	async list(path: string, query: Query): Promise<JsonObject[]> {
		const rows: JsonObject[] = [];
		for (;;) {
			const start: Query = rows.length > 0 ? [['resultStart', String(rows.length)]] : [];
			const { data, more } = await this.page(path, [
				...query,
				...start,
				['resultLimit', String(MAX_PAGE_SIZE)],
			]);
			rows.push(...data);
			if (!more || data.length === 0) return rows;
		}
	}

	/** The owners that the API user sees, looked up once a run. */
	async owners(): Promise<JsonObject[]> {
		return await this.lookups.getOrLoad('owners', async () => await this.list('/v3/security/owners', []));
	}

	/** Names of the organizations among them. New groups without an owner go into the API user's, but no endpoint says which that is. */
	async organizations(): Promise<string[]> {
		return (await this.owners())
			.filter(({ type }) => type === 'Organization')
			.map(({ name }) => String(name));
	}

	/** @throws InvalidInput when the API user sees no owner with this ID */
	async ownerName(id: unknown): Promise<string> {
		const owner = (await this.owners()).find((one) => String(one.id) === String(id));
		if (owner) return String(owner.name);
		throw new InvalidInput(`There is no owner ${String(id)}`, 'Give the name of the owner instead.');
	}

	/**
	 * The groups that a query finds, page by page.
	 *
	 * Sorted by ID, each page asks for what comes after the last: what others create or delete meanwhile shifts nothing.
	 * By anything else pages are counted off, and a shift can hide a group.
	 *
	 * @throws ServiceFailure when the pages do not go on where the last ended
	 */
	async *groups(query: GroupQuery): AsyncGenerator<JsonObject[]> {
		const { by, direction, pageSize, limit = Infinity } = query;
		let seen = 0;
		let last: string | undefined;
		let coming: Promise<Page> | undefined;
		for (;;) {
			const { data, more } = await (coming ?? this.groupsPage(query, seen, last));
			const before = last;
			seen += data.length;
			last = data.length > 0 ? String(data.at(-1)?.id) : undefined;
			const isEnd = data.length === 0 || (!more && data.length < pageSize);
			// The next page comes while this one is handled. If it fails, that shows when it is its turn.
			coming = isEnd || seen >= limit ? undefined : this.groupsPage(query, seen, last);
			coming?.catch(() => {});
			if (by === 'id') checkOrder(data, direction, before);
			yield data;
			if (isEnd) return;
		}
	}

	/** The first page of what a query finds, sorted by any keyword and then by ID. */
	async firstGroups(query: GroupQuery): Promise<Page> {
		return await this.groupsPage(query, 0, undefined);
	}

	/** One of our times, in milliseconds, by ThreatConnect's clock. */
	toServiceTime(milliseconds: number): number {
		return this.connection.clock.toService(milliseconds);
	}

	private async groupsPage(
		{ tql, by, direction, pageSize, fields }: GroupQuery,
		seen: number,
		last: string | undefined,
	): Promise<Page> {
		const byId = by === 'id';
		const after = byId && last !== undefined ? `id ${direction === 'asc' ? '>' : '<'} ${last}` : undefined;
		const where = allOf([tql, after]);
		return await this.page(GROUPS, [
			...(where === undefined ? [] : [['tql', where] as const]),
			['sorting', byId ? `id ${direction}` : `${by} ${direction} id asc`],
			...(byId || seen === 0 ? [] : [['resultStart', String(seen)] as const]),
			['resultLimit', String(pageSize)],
			...queryOf({ fields }),
		]);
	}

	/**
	 * Any request that is answered with ThreatConnect's envelope.
	 *
	 * @throws ServiceFailure in ThreatConnect's own words
	 */
	async request(request: ServiceRequest): Promise<JsonObject> {
		return readEnvelope(await send(this.connection, request));
	}

	private async group(request: ServiceRequest): Promise<JsonObject> {
		return groupOf(await send(this.connection, request));
	}
}

/** A server that ignored the sorting or the window would make groups come twice or never. */
function checkOrder(groups: readonly JsonObject[], direction: Direction, last: string | undefined): void {
	let before: unknown = last;
	for (const { id } of groups) {
		const isRight = direction === 'asc' ? isLess(before, id) : isLess(id, before);
		if (before !== undefined && !isRight) {
			throw new ServiceFailure(
				'ThreatConnect did not keep to the sorting by ID, so that groups could be missing or come twice',
				'Choose another value for Sort By.',
			);
		}
		before = id;
	}
}

/** Of two IDs, each a number, or its digits. */
function isLess(one: unknown, other: unknown): boolean {
	if (typeof one === 'number' && typeof other === 'number') return one < other;
	const [a, b] = [String(one), String(other)];
	return a.length < b.length || (a.length === b.length && a < b);
}

/**
 * Whether an update done twice is the same as done once. Attributes are not de-duplicated, and objects that are given by
 * their fields are new ones each time (an indicator is found again: an owner has each only once).
 */
function isIdempotent(body: JsonObject): boolean {
	return Object.entries(body).every(([name, list]) => {
		if (!isJsonObject(list) || !Array.isArray(list.data) || list.mode === 'delete') return true;
		if (name === 'attributes') return list.mode === 'replace';
		if (!name.startsWith('associated') || name === 'associatedIndicators') return true;
		return list.data.every((entry: unknown) => isJsonObject(entry) && entry.id !== undefined);
	});
}

/** The path and query of a request about one group. */
function target(reference: GroupReference, options: AnswerOptions): Pick<ServiceRequest, 'path' | 'query'> {
	return {
		path: groupPath(reference),
		query: [...ownerQuery(reference), ...queryOf(options)],
	};
}

/** `fields` is repeated for each value: comma-joined values are not understood. */
function queryOf({ fields = [], createActivityLog }: AnswerOptions): Query {
	return [
		...fields.map((field) => ['fields', field] as const),
		...(createActivityLog ? [['createActivityLog', 'true'] as const] : []),
	];
}
