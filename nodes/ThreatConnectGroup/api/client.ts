import { pathOf, type Query } from '../../shared/http/url';
import type { Connection } from '../../shared/http/connection';
import { asError, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject, stringifyJson } from '../../shared/core/json';
import { KeyedMutex } from '../../shared/http/keyedMutex';
import { LookupCache } from '../../shared/http/lookupCache';
import type { ServiceRequest } from '../../shared/http/exchange';
import { send } from '../../shared/http/jsonRequests';
import { inQuotes, readLong } from '../../shared/core/readValue';
import { incomplete } from '../../shared/http/response';
import { groupOf, isOwnRefusal, readEnvelope } from './responses';
import { type GroupReference, groupPath, ownerQuery } from './references';
import { allOf } from '../query/clauses';

/** What a response should hold, and what the server should note. */
export type ResponseOptions = {
	/** Values of the `fields` parameter. */
	fields?: readonly string[];
	createActivityLog?: boolean;
};

/** One page of a list. */
export type Page = {
	data: JsonObject[];
	/** Whether the server has more rows. Its link is never followed, because it may lead to another host. */
	more: boolean;
	/** How many rows the list has, if the server tells it. */
	count?: number;
};

export type Direction = 'asc' | 'desc';

export type SortKey = {
	/** TQL keyword to sort by. */
	by: string;
	direction: Direction;
};

/** A query for groups, or for other records of a list of the v3 API. */
export type ListQuery = SortKey & {
	tql?: string;
	/** Further keys, for records that are alike in `by`. */
	thenBy?: readonly SortKey[];
	pageSize: number;
	/** The number of records to read, if the query finds so many. Default: all. */
	limit?: number;
	/** Whether the first page tells how many records the query finds. */
	counted?: boolean;
	fields?: readonly string[];
};

/** The maximum according to ThreatConnect's documentation, Enable Pagination. */
export const MAX_PAGE_SIZE = 10_000;

export const GROUPS = '/v3/groups';
const POSTS = '/v3/posts';
const REPLIES = '/v3/posts/reply';

export const BY_ID: SortKey = { by: 'id', direction: 'asc' };

/** ThreatConnect's API, as far as groups need it. */
export class ThreatConnect {
	/** Look-ups that are made once per run. */
	readonly lookups = new LookupCache();

	constructor(readonly connection: Connection) {}

	/** Groups of this name, or of one like it, that a preview would create. */
	readonly plannedGroups: (name: string) => readonly JsonObject[] = () => [];

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#create-groups */
	async createGroup(body: JsonObject, options: ResponseOptions): Promise<JsonObject> {
		return await this.group({ method: 'POST', path: GROUPS, query: queryOf(options), body });
	}

	/**
	 * @param more `maxAttempts` 1 for a body that depends on the group, see `readThenWrite`
	 * @returns the group; `undefined` when ThreatConnect says that it was updated, but does not show it
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#update-groups
	 */
	async updateGroup(
		reference: GroupReference,
		body: JsonObject,
		options: ResponseOptions,
		more: Pick<ServiceRequest, 'maxAttempts'> = {},
	): Promise<JsonObject | undefined> {
		const idempotent = isIdempotent(body);
		const { data } = await this.request({
			method: 'PUT',
			...(await this.target(reference, options)),
			body,
			idempotent,
			...more,
		});
		return isJsonObject(data) && data.id !== undefined ? data : undefined;
	}

	/**
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#retrieve-groups
	 * @throws ServiceFailure also when there is no such group
	 */
	async getGroup(reference: GroupReference, options: ResponseOptions): Promise<JsonObject> {
		return await this.group({ method: 'GET', ...(await this.target(reference, options)) });
	}

	/** The group, or `undefined` when ThreatConnect itself says that there is none. */
	async findGroup(reference: GroupReference, options: ResponseOptions): Promise<JsonObject | undefined> {
		const request = { method: 'GET' as const, ...(await this.target(reference, options)) };
		const response = await send(this.connection, request);
		// A 404 in other words comes from a proxy or a wrong address, and tells nothing about the group.
		if (response.status === 404 && isOwnRefusal(response.json)) return undefined;
		return groupOf(response, request);
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#delete-groups */
	async deleteGroup(id: string, options: ResponseOptions): Promise<void> {
		await this.request({ method: 'DELETE', ...(await this.target({ id }, options)) });
	}

	/**
	 * @returns the new attribute
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/group_attributes/group_attributes.html
	 */
	async addAttribute(groupId: string, body: JsonObject, options: ResponseOptions): Promise<JsonObject> {
		const path = pathOf('v3', 'groupAttributes');
		const attribute = { groupId: readLong(groupId, 'The ID of the group'), ...body };
		const query = queryOf(options);
		const response = await send(this.connection, { method: 'POST', path, query, body: attribute });
		const { data } = readEnvelope(response, { body: attribute });
		if (isJsonObject(data) && data.id !== undefined) return data;
		throw incomplete('ThreatConnect answered with success, but without the attribute', response);
	}

	/**
	 * @param more `maxAttempts` 1 for a body that depends on the attribute, see `readThenWrite`
	 * @returns the attribute; `undefined` when ThreatConnect says that it was changed, but does not show it
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/group_attributes/group_attributes.html
	 */
	async changeAttribute(
		id: string,
		body: JsonObject,
		options: ResponseOptions,
		more: Pick<ServiceRequest, 'maxAttempts'> = {},
	): Promise<JsonObject | undefined> {
		const { data } = await this.request({
			method: 'PUT',
			path: pathOf('v3', 'groupAttributes', id),
			query: queryOf(options),
			body,
			idempotent: true,
			...more,
		});
		return isJsonObject(data) && data.id !== undefined ? data : undefined;
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/group_attributes/group_attributes.html */
	async deleteAttribute(id: string, options: ResponseOptions): Promise<void> {
		const path = pathOf('v3', 'groupAttributes', id);
		await this.request({ method: 'DELETE', path, query: queryOf(options) });
	}

	/** The ID of a group, as a number if it is a safe integer, otherwise as text. For an XID the ID is looked up. */
	async idOf(reference: GroupReference): Promise<unknown> {
		if (!('id' in reference)) return (await this.getGroup(reference, {})).id;
		const number = Number(reference.id);
		return Number.isSafeInteger(number) ? number : reference.id;
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/posts/posts.html */
	async addPost(groupId: string, text: string, options: ResponseOptions): Promise<JsonObject> {
		const body = { text, objectType: 'Group', objectId: readLong(groupId, 'The ID of the group') };
		const { data } = await this.request({ method: 'POST', path: POSTS, query: queryOf(options), body });
		return isJsonObject(data) ? data : {};
	}

	/**
	 * The posts of a group with their replies.
	 *
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/posts/posts.html#retrieve-posts
	 */
	async posts(groupId: string): Promise<JsonObject[]> {
		const query: Query = [
			['objectId', groupId],
			['objectType', 'Group'],
		];
		return await this.list(POSTS, query, true);
	}

	/**
	 * @returns the post with its replies, as far as ThreatConnect shows it
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/posts/posts.html#create-post-replies
	 */
	async replyToPost(
		{ groupId, postId }: { groupId: string; postId: string },
		text: string,
		options: ResponseOptions,
	): Promise<JsonObject> {
		const body = {
			id: readLong(postId, 'The ID of the post'),
			objectType: 'Group',
			objectId: readLong(groupId, 'The ID of the group'),
			replies: [{ text }],
		};
		const { data } = await this.request({ method: 'POST', path: REPLIES, query: queryOf(options), body });
		return isJsonObject(data) ? data : {};
	}

	/**
	 * The body of the DELETE says what is deleted.
	 *
	 * @param sequenceId of a reply; without it, the post is deleted with all its replies
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/posts/posts.html#delete-posts
	 */
	async deletePost(postId: string, sequenceId: string | undefined, options: ResponseOptions): Promise<void> {
		const id = readLong(postId, 'The ID of the post');
		const isReply = sequenceId !== undefined;
		const path = isReply ? REPLIES : POSTS;
		const body = { id, ...(isReply && { replies: [{ sequenceId }] }) };
		await this.request({ method: 'DELETE', path, query: queryOf(options), body });
	}

	/**
	 * One page of a list of the v3 API.
	 *
	 * @param path built by `pathOf`
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/enable_pagination.html
	 */
	async page(path: string, query: Query): Promise<Page> {
		const response = await send(this.connection, { method: 'GET', path, query });
		const { data, next, count } = readEnvelope(response);
		// A response without its list does not prove that there are no records.
		if (!Array.isArray(data))
			throw incomplete('ThreatConnect answered with success, but without the list', response);
		return {
			data: data.filter(isJsonObject),
			more: typeof next === 'string' && next !== '',
			...(typeof count === 'number' && { count }),
		};
	}

	/**
	 * A complete list of the v3 API. A server may send fewer rows in a page than were asked for: see `PageEnd`.
	 *
	 * @param counted whether the server is asked for the number of rows, which often spares the request for a second page
	 */
	async list(path: string, query: Query, counted = false): Promise<JsonObject[]> {
		const rows = new Map<string, JsonObject>();
		const end = new PageEnd(MAX_PAGE_SIZE);
		for (let read = 0; ;) {
			// The number comes with the first page only.
			const start: Query = read > 0 ? [['resultStart', String(read)]] : counted ? [['count', 'true']] : [];
			const page = await this.page(path, [...query, ...start, ['resultLimit', String(MAX_PAGE_SIZE)]]);
			const before = rows.size;
			for (const row of page.data) rows.set(stringifyJson(row.id ?? row), row);
			read += page.data.length;
			// A server that ignores `resultStart` sends the same page again.
			const isWhole = !page.more && page.count !== undefined && rows.size >= page.count;
			if (isWhole || end.isReached(page) || isRepeated(page, rows.size > before)) return [...rows.values()];
		}
	}

	/** The owners that the API user sees, looked up once per run. */
	async owners(): Promise<JsonObject[]> {
		return await this.lookups.getOrLoad('owners', async () => await this.list('/v3/security/owners', []));
	}

	/**
	 * The organization of the API user, looked up once per run. Groups without an owner belong to it.
	 *
	 * @returns `undefined` when the server does not tell it, and the API user does not see exactly one organization
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v2/owners/owners.html
	 */
	async findOwnOrganization(): Promise<string | undefined> {
		return await this.lookups.getOrLoad('own organization', async () => {
			const own = await this.dataOf('/v2/owners/mine', 'owner');
			if (typeof own?.name === 'string' && own.name !== '') return own.name;
			const owners = await unlessRefused(this.owners());
			const organizations = (owners ?? []).filter(({ type }) => type === 'Organization');
			return organizations.length === 1 ? String(organizations[0]?.name) : undefined;
		});
	}

	/**
	 * @param why why the operation needs the owner's name, for the message
	 * @throws InvalidInput when the organization cannot be found out
	 */
	async ownOrganization(why: string): Promise<string> {
		const own = await this.findOwnOrganization();
		if (own !== undefined) return own;
		throw new InvalidInput(
			'"Owner Name" (ownerName) is missing',
			`${why}, and ThreatConnect does not tell which organization is that of the API user: give the owner.`,
		);
	}

	/** The user name of the API user, looked up once per run; `undefined` when the server does not tell it. */
	async userName(): Promise<string | undefined> {
		return await this.lookups.getOrLoad('user name', async () => {
			const user = await this.dataOf('/v2/whoami', 'user');
			return typeof user?.userName === 'string' ? user.userName : undefined;
		});
	}

	/** An object of the v2 API; `undefined` when the server refuses it or has another shape. */
	private async dataOf(path: string, name: string): Promise<JsonObject | undefined> {
		const answer = await unlessRefused(this.request({ method: 'GET', path }));
		const data = isJsonObject(answer?.data) ? answer.data[name] : undefined;
		// Some lists of the v2 API hold an array there.
		const [object]: unknown[] = Array.isArray(data) ? data : [data];
		return isJsonObject(object) ? object : undefined;
	}

	/** A reference that names its owner, because ThreatConnect's documentation requires the owner with an XID. */
	async withOwner(reference: GroupReference): Promise<GroupReference> {
		if ('id' in reference || reference.ownerName !== undefined) return reference;
		const ownerName = await this.findOwnOrganization();
		return ownerName === undefined ? reference : { ...reference, ownerName };
	}

	/** For work that must not overlap with other work of the run on the same records. */
	readonly mutex = new KeyedMutex();

	/** Keys that `namesOf` makes, of the groups that this run has created as associated groups of others. */
	readonly associatedNames = new Set<string>();

	/** The path and query of a request about one group. */
	private async target(
		reference: GroupReference,
		options: ResponseOptions,
	): Promise<Pick<ServiceRequest, 'path' | 'query'>> {
		const named = await this.withOwner(reference);
		return { path: groupPath(named), query: [...ownerQuery(named), ...queryOf(options)] };
	}

	/** @throws InvalidInput when the API user sees no owner with this ID */
	async ownerName(id: unknown): Promise<string> {
		const owner = (await this.owners()).find((one) => String(one.id) === String(id));
		if (owner) return String(owner.name);
		throw new InvalidInput(
			`"Owner ID" (ownerId) is ${inQuotes(id)}, but the API user sees no owner with this ID`,
			'Give the name of the owner instead.',
		);
	}

	/**
	 * The records that a query finds, page by page.
	 *
	 * Sorted by ID, each page asks for the records after the last one, so that records which others create or delete
	 * meanwhile shift nothing. With any other sorting, a page begins at a count of records, and a shift can hide a record.
	 *
	 * @param path built by `pathOf`
	 * @throws ServiceFailure when a page does not continue where the last page ended
	 */
	async *records(path: string, query: ListQuery): AsyncGenerator<JsonObject[]> {
		const { by, direction, pageSize, limit = Infinity } = query;
		const end = new PageEnd(pageSize);
		const known = new Set<string>();
		let seen = 0;
		let last: string | undefined;
		let coming: Promise<Page> | undefined;
		for (;;) {
			const page = await (coming ?? this.pageOf(path, query, seen, last));
			const { data } = page;
			const before = last;
			seen += data.length;
			last = data.length > 0 ? String(data.at(-1)?.id) : undefined;
			const isEnd = end.isReached(page);
			// The next page is fetched while this one is handled. If the fetch fails, the error is thrown when that page is
			// needed.
			coming = isEnd || seen >= limit ? undefined : this.pageOf(path, query, seen, last);
			coming?.catch(() => {});
			if (by === 'id') checkOrder(data, direction, before);
			else if (!isEnd && isRepeated(page, addsAny(known, data))) return;
			yield data;
			if (isEnd) return;
		}
	}

	/** The groups that a query finds, page by page. */
	groups(query: ListQuery): AsyncGenerator<JsonObject[]> {
		return this.records(GROUPS, query);
	}

	/** The first page of what a query finds, sorted by any keyword and then by ID. */
	async firstGroups(query: ListQuery): Promise<Page> {
		return await this.pageOf(GROUPS, query, 0, undefined);
	}

	/**
	 * How many records a query finds, without fetching more than one of them.
	 *
	 * @param path built by `pathOf`
	 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/return_count.html
	 * @throws ServiceFailure when ThreatConnect does not tell it
	 */
	async count(path: string, tql: string | undefined): Promise<number> {
		const query: Query = [
			...(tql === undefined ? [] : [['tql', tql] as const]),
			['count', 'true'],
			['resultLimit', '1'],
		];
		const response = await send(this.connection, { method: 'GET', path, query });
		const { count } = readEnvelope(response);
		if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
		throw incomplete('ThreatConnect answered with success, but without the count', response);
	}

	/** One of our times on ThreatConnect's clock, in milliseconds. */
	toServiceTime(milliseconds: number): number {
		return this.connection.clock.toService(milliseconds);
	}

	private async pageOf(
		path: string,
		{ tql, by, direction, thenBy = [], pageSize, counted, fields }: ListQuery,
		seen: number,
		last: string | undefined,
	): Promise<Page> {
		const byId = by === 'id';
		const after = byId && last !== undefined ? `id ${direction === 'asc' ? '>' : '<'} ${last}` : undefined;
		const where = allOf([tql, after]);
		const keys = byId ? [{ by, direction }] : [{ by, direction }, ...thenBy, BY_ID];
		return await this.page(path, [
			...(where === undefined ? [] : [['tql', where] as const]),
			['sorting', keys.map((key) => `${key.by} ${key.direction}`).join(' ')],
			...(byId || seen === 0 ? [] : [['resultStart', String(seen)] as const]),
			...(counted && seen === 0 ? [['count', 'true'] as const] : []),
			['resultLimit', String(pageSize)],
			...queryOf({ fields }),
		]);
	}

	/**
	 * Any request whose response has ThreatConnect's envelope.
	 *
	 * @throws ServiceFailure in ThreatConnect's own words
	 */
	async request(request: ServiceRequest): Promise<JsonObject> {
		return readEnvelope(await send(this.connection, request), request);
	}

	private async group(request: ServiceRequest): Promise<JsonObject> {
		return groupOf(await send(this.connection, request), request);
	}
}

/** Whether a page adds records. A server that ignores `resultStart` would send the same page for ever. */
function addsAny(known: Set<string>, records: readonly JsonObject[]): boolean {
	const before = known.size;
	for (const { id } of records) known.add(String(id));
	return known.size > before;
}

/**
 * Whether a page repeats what was read, so that the list ends.
 *
 * @throws ServiceFailure when the server has more rows, which would be missing
 */
function isRepeated({ more }: Page, isNew: boolean): boolean {
	if (isNew || !more) return !isNew;
	throw new ServiceFailure(
		'ThreatConnect gave the same page twice, so that what comes after it cannot be read',
		'Look at what answers at the Base URL: a proxy may keep answers. Groups that are sorted by ID do not need its pages.',
	);
}

/**
 * Refuses a page in the wrong order. A server that ignores the sorting or the window would make records come twice or
 * never.
 */
function checkOrder(records: readonly JsonObject[], direction: Direction, last: string | undefined): void {
	let before: unknown = last;
	for (const { id } of records) {
		const isRight = direction === 'asc' ? isLess(before, id) : isLess(id, before);
		if (before !== undefined && !isRight) {
			throw new ServiceFailure(
				'ThreatConnect did not keep to the sorting by ID, so that records could be missing or come twice',
				'Choose another value for Sort By.',
			);
		}
		before = id;
	}
}

/** Compares two IDs, each of them a number or its digits. */
function isLess(one: unknown, other: unknown): boolean {
	if (typeof one === 'number' && typeof other === 'number') return one < other;
	const [a, b] = [String(one), String(other)];
	return a.length < b.length || (a.length === b.length && a < b);
}

/**
 * Whether an update that is done twice is the same as one that is done once. It is not if it adds attributes, because
 * these are not de-duplicated, or objects that are given by their fields, because these are new each time. An indicator
 * is found again, because an owner has each indicator only once.
 */
function isIdempotent(body: JsonObject): boolean {
	return Object.entries(body).every(([name, list]) => {
		if (!isJsonObject(list) || !Array.isArray(list.data) || list.mode === 'delete') return true;
		if (name === 'attributes') return list.mode === 'replace';
		if (!name.startsWith('associated') || name === 'associatedIndicators') return true;
		return list.data.every((entry: unknown) => isJsonObject(entry) && entry.id !== undefined);
	});
}

/**
 * Finds the end of a list. A server may send smaller pages than were asked for, without saying that there is more. So a
 * first page that is not full proves nothing. Only a page that is empty, or shorter than an earlier one, is the last.
 */
class PageEnd {
	private longest = 0;

	constructor(private readonly pageSize: number) {}

	/** @param page each page, in order */
	isReached({ data, more }: Page): boolean {
		const isShorter = data.length < Math.min(this.longest, this.pageSize);
		this.longest = Math.max(this.longest, data.length);
		return data.length === 0 || (!more && isShorter);
	}
}

/** @returns `undefined` when the service has refused the request, so that another try would be refused too */
export async function unlessRefused<T>(asking: Promise<T>): Promise<T | undefined> {
	try {
		return await asking;
	} catch (error) {
		if (error instanceof ServiceFailure && isRefusal(error)) return undefined;
		throw asError(error);
	}
}

const isRefusal = ({ unanswered, details: { httpCode } }: ServiceFailure) =>
	unanswered === undefined && /^(2|4(?!29))/.test(httpCode ?? '');

/** `fields` is repeated for each value, because servers do not understand values joined by commas. */
function queryOf({ fields = [], createActivityLog }: ResponseOptions): Query {
	return [
		...fields.map((field) => ['fields', field] as const),
		...(createActivityLog ? [['createActivityLog', 'true'] as const] : []),
	];
}
