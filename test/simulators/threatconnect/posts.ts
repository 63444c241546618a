import type { FastifyRequest } from 'fastify';
import { canRead, requireWrite, type Context, type Entry } from './context';
import { refusal, refusalAbout } from './errors';
import { canonicalId } from './identifiers';
import { page, parameter, requestedFields } from './queries';
import { USERS } from './seeds';
import { contextOf, hasMediaType, serve, type Service } from './service';
import type { GroupRow } from './state';

export type StoredReply = { sequenceId: string; text: string; authorId: string };
export type StoredPost = {
	id: string;
	text: string;
	objectType: 'Group';
	objectId: string;
	authorId: string;
	dateAdded: string;
	replies: StoredReply[];
};

/** A post to put into the state, without the checks of the API. */
export type PostSeed = {
	id?: string;
	objectId: string;
	text: string;
	replies?: string[];
	dateAdded?: string;
};

/** Posts in the order in which they were written. */
export class Posts {
	private rows: StoredPost[] = [];
	private last = 0;

	all(): StoredPost[] {
		return structuredClone(this.rows);
	}

	get(id: string): StoredPost | undefined {
		return this.rows.find((row) => row.id === id);
	}

	add(seed: PostSeed, authorId: string, now: string): StoredPost {
		const { objectId, text, replies = [], dateAdded = now } = seed;
		while (seed.id === undefined && this.get(String(++this.last)) !== undefined);
		const id = seed.id ?? String(this.last);
		const post: StoredPost = { id, text, objectType: 'Group', objectId, authorId, dateAdded, replies: [] };
		this.rows.push(post);
		for (const reply of replies) this.reply(post, reply, authorId);
		return post;
	}

	reply(post: StoredPost, text: string, authorId: string): void {
		const last = post.replies.at(-1)?.sequenceId.split('.')[1] ?? '0';
		post.replies.push({ sequenceId: `${post.id}.${Number(last) + 1}`, text, authorId });
	}

	remove(id: string): void {
		this.rows = this.rows.filter((row) => row.id !== id);
	}

	reset(): void {
		this.rows = [];
		this.last = 0;
	}
}

/** docs: posts, "Schemas". Any other field is refused. */
function bodyOf(request: FastifyRequest, fields: readonly string[]): Entry {
	const body = (request.body ?? {}) as Entry;
	for (const name of Object.keys(body)) {
		if (!fields.includes(name)) throw refusalAbout('ImproperFormat', `Unrecognized field "${name}"`);
	}
	for (const name of fields) {
		if (body[name] === undefined) throw refusalAbout('MissingData', `Missing from the post: ${name}`);
	}
	return body;
}

/** The body of a DELETE says what is deleted. */
function bodyOfDelete(request: FastifyRequest, fields: readonly string[]): Entry {
	if (!hasMediaType(request, 'application/json')) {
		throw refusalAbout('ImproperFormat', 'The Content-Type must be application/json.');
	}
	return bodyOf(request, fields);
}

function idIn(body: Entry, name: string): string {
	if (!/^\d+$/.test(String(body[name]))) {
		throw refusalAbout('ImproperFormat', `The field "${name}" must be an ID`);
	}
	return canonicalId(String(body[name]));
}

function textIn({ text }: Entry): string {
	if (typeof text === 'string' && text !== '') return text;
	throw refusalAbout('MissingData', 'Missing from the post: text');
}

/** The one reply of a body. The documentation shows one, in a list. */
function replyIn(body: Entry, field: string): Entry {
	const [reply, ...more] = Array.isArray(body.replies) ? (body.replies as Entry[]) : [];
	if (reply === undefined || more.length > 0 || Object.keys(reply).join() !== field) {
		throw refusalAbout('ImproperFormat', `The field "replies" must hold one object with "${field}"`);
	}
	return reply;
}

function checkObjectType(objectType: unknown): void {
	if (objectType === 'Group') return;
	throw refusalAbout('ImproperFormat', 'The field "objectType" is not one of its allowed values');
}

function groupOf({ state, user }: Context, id: string): GroupRow {
	const group = state.groups.get(id);
	if (!group || !canRead(user, group.ownerName)) throw refusal('NotFound');
	return group;
}

const authorOf = (id: string) => {
	const {
		permissions: _permissions,
		cannotList: _cannotList,
		systemRole: _role,
		...author
	} = USERS.find((user) => user.id === id) ?? { id };
	return author;
};

/** docs: posts, "Response Body". The links come only with the posts of an object. */
function describe({ state, user }: Context, post: StoredPost, withLinks: boolean): Record<string, unknown> {
	const group = state.groups.get(post.objectId);
	const deleteAvailable = group !== undefined && user.permissions[group.ownerName] === 'FULL';
	const page = `https://threatconnect.example/#/details/groups/${post.objectId}`;
	return {
		id: post.id,
		author: authorOf(post.authorId),
		authorType: 'full',
		dateAdded: post.dateAdded,
		text: post.text,
		linkedItems: [
			{ id: `B${post.objectId}`, type: group?.type, display: group?.name, owner: group?.ownerName },
		],
		...(withLinks && {
			linkedText: post.text,
			aboutLinkedText: `<a href="${page}">${group?.name}</a>`,
			linkedAuthor: `${group?.ownerName}&nbsp;/&nbsp;John Smith`,
		}),
		deleteAvailable,
		...(post.replies.length > 0 && {
			replies: post.replies.map(({ sequenceId, text, authorId }) => ({
				sequenceId,
				author: authorOf(authorId),
				authorType: 'full',
				text,
				deleteAvailable,
			})),
		}),
	};
}

/** docs: posts, for comments on a group (7.12). Other objects that can have posts are not simulated. */
export function servePosts(service: Service, posts: Posts): void {
	const { app } = service;
	function postOf(context: Context, id: string): { post: StoredPost; group: GroupRow } {
		const post = posts.get(id);
		if (!post) throw refusal('NotFound');
		return { post, group: groupOf(context, post.objectId) };
	}
	serve(app, '/posts', {
		GET: async (request) => {
			const context = contextOf(service, request);
			requestedFields(request, []);
			const [objectId, objectType] = [parameter(request, 'objectId'), parameter(request, 'objectType')];
			if (objectId === undefined || objectType === undefined) {
				throw refusalAbout('MissingData', 'The parameters "objectId" and "objectType" are required.');
			}
			checkObjectType(objectType);
			const { id } = groupOf(context, idIn({ objectId }, 'objectId'));
			const found = posts.all().filter((post) => post.objectId === id);
			return page(request, found, (post) => describe(context, post, true));
		},
		POST: async (request, reply) => {
			const context = contextOf(service, request);
			const body = bodyOf(request, ['text', 'objectType', 'objectId']);
			checkObjectType(body.objectType);
			const text = textIn(body);
			const group = groupOf(context, idIn(body, 'objectId'));
			requireWrite(context.user, group.ownerName);
			const post = posts.add({ objectId: group.id, text }, context.user.id, context.now);
			reply.code(201);
			return { data: describe(context, post, false), message: 'Created', status: 'Success' };
		},
		DELETE: async (request) => {
			const context = contextOf(service, request);
			const { post, group } = postOf(context, idIn(bodyOfDelete(request, ['id']), 'id'));
			requireWrite(context.user, group.ownerName);
			posts.remove(post.id);
			return { message: 'Deleted', status: 'Success' };
		},
	});
	serve(app, '/posts/reply', {
		POST: async (request, reply) => {
			const context = contextOf(service, request);
			const body = bodyOf(request, ['id', 'objectType', 'objectId', 'replies']);
			checkObjectType(body.objectType);
			const text = textIn(replyIn(body, 'text'));
			const { post, group } = postOf(context, idIn(body, 'id'));
			if (group.id !== idIn(body, 'objectId')) throw refusal('MismatchedItems');
			requireWrite(context.user, group.ownerName);
			posts.reply(post, text, context.user.id);
			reply.code(201);
			return { data: describe(context, post, false), message: 'Created', status: 'Success' };
		},
		DELETE: async (request) => {
			const context = contextOf(service, request);
			const body = bodyOfDelete(request, ['id', 'replies']);
			const { sequenceId } = replyIn(body, 'sequenceId');
			const { post, group } = postOf(context, idIn(body, 'id'));
			requireWrite(context.user, group.ownerName);
			const index = post.replies.findIndex((one) => one.sequenceId === sequenceId);
			if (index < 0) throw refusal('NotFound');
			post.replies.splice(index, 1);
			return { message: 'Deleted', status: 'Success' };
		},
	});
	serve(app, '/posts/:id', {
		GET: async (request) => {
			requestedFields(request, []);
			const { id } = request.params as { id: string };
			if (!/^\d+$/.test(id)) throw refusal('NotFound');
			const context = contextOf(service, request);
			const { post } = postOf(context, canonicalId(id));
			return { data: describe(context, post, false), status: 'Success' };
		},
	});
}
