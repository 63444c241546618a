import type { FastifyRequest } from 'fastify';
import { canRead, requireWrite, type Entry } from './context';
import { refusal, refusalAbout } from './errors';
import { canonicalId } from './identifiers';
import { contextOf, serve, type Service } from './service';

export type StoredPost = { id: string; text: string; objectType: 'Group'; objectId: string };

const FIELDS = ['text', 'objectType', 'objectId'];

/** docs: posts, for comments on a group (7.12). Other objects that can have posts are not simulated. */
export function servePosts(service: Service, posts: StoredPost[]): void {
	serve(service.app, '/posts', {
		POST: async (request: FastifyRequest, reply) => {
			const context = contextOf(service, request);
			const body = (request.body ?? {}) as Entry;
			for (const name of Object.keys(body)) {
				if (!FIELDS.includes(name)) throw refusalAbout('ImproperFormat', `Unrecognized field "${name}"`);
			}
			const { text, objectType, objectId } = body;
			if (typeof text !== 'string' || text === '')
				throw refusalAbout('MissingData', 'Missing from the post: text');
			if (objectType !== 'Group') {
				throw refusalAbout('ImproperFormat', 'The field "objectType" is not one of its allowed values');
			}
			if (!/^\d+$/.test(String(objectId))) {
				throw refusalAbout('ImproperFormat', 'The field "objectId" must be an ID');
			}
			const group = service.state.groups.get(canonicalId(String(objectId)));
			if (!group || !canRead(context.user, group.ownerName)) throw refusal('NotFound');
			requireWrite(context.user, group.ownerName);
			const post: StoredPost = { id: String(posts.length + 1), text, objectType, objectId: group.id };
			posts.push(post);
			reply.code(201);
			return { data: post, message: 'Created', status: 'Success' };
		},
	});
}
