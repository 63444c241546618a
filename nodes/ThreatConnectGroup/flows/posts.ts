import { cancelSignal } from '../../shared/http/connection';
import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { inQuotes } from '../../shared/core/readValue';
import { onceOnly } from '../../shared/http/onceOnly';
import type { ResponseOptions, ThreatConnect } from '../api/client';
import type { GroupReference } from '../api/references';
import { isSameText } from '../query/matching';

/** Posts of a group, and the replies to them. A post is taken only if it is one of the group that the item names. */

const repliesOf = ({ replies }: JsonObject): JsonObject[] =>
	Array.isArray(replies) ? replies.filter(isJsonObject) : [];

async function findPost(
	api: ThreatConnect,
	groupId: string,
	postId: string,
): Promise<JsonObject | undefined> {
	return (await api.posts(groupId)).find(({ id }) => String(id) === postId);
}

/**
 * Writes a reply once, although its response is lost.
 *
 * @returns the reply
 * @throws InvalidInput when the group has no such post
 * @throws ServiceFailure in doubt when it cannot be known whether it was written
 */
export async function replyToPost(
	api: ThreatConnect,
	reference: GroupReference,
	{ postId, text }: { postId: string; text: string },
	options: ResponseOptions,
): Promise<JsonObject> {
	const groupId = await api.idOf(reference);
	const id = String(groupId);
	// A reply that is looked up must not be that of another item.
	return await api.mutex.runExclusive([`posts ${id}`], async () => {
		const before = await findPost(api, id, postId);
		if (!before) {
			throw new InvalidInput(
				`The group has no post ${inQuotes(postId)}`,
				'Nothing was sent for this item. Post > Get Many shows the posts of the group.',
			);
		}
		const known = repliesOf(before).map(({ sequenceId }) => String(sequenceId));
		const newReply = (post: JsonObject = {}) =>
			repliesOf(post)
				.filter((one) => !known.includes(String(one.sequenceId)) && isSameText(one.text, text))
				.at(-1);
		const written = await onceOnly({
			signal: cancelSignal(api.connection),
			act: async () => newReply(await api.replyToPost({ groupId: id, postId }, text, options)) ?? { text },
			find: async () => newReply(await findPost(api, id, postId)),
			doubt: 'The reply may or may not have been written: look at the post before you send it again.',
		});
		return { ...written, postId: before.id, groupId, _outcome: 'created' };
	});
}

/**
 * Deletes a post of a group, or a reply to it. What is not there is deleted already.
 *
 * @param sequenceId of the reply; without it, the post is deleted with all its replies
 */
export async function deletePost(
	api: ThreatConnect,
	reference: GroupReference,
	{ postId, sequenceId }: { postId: string; sequenceId?: string },
	options: ResponseOptions,
): Promise<JsonObject> {
	const groupId = await api.idOf(reference);
	const find = async () => {
		const post = await findPost(api, String(groupId), postId);
		if (!post || sequenceId === undefined) return { post, doomed: post };
		return { post, doomed: repliesOf(post).find((one) => String(one.sequenceId) === sequenceId) };
	};
	const { post, doomed } = await find();
	const named = { postId: post?.id ?? postId, ...(sequenceId !== undefined && { sequenceId }), groupId };
	if (!doomed) {
		const notice = post ? 'The post has no such reply.' : 'The group has no such post.';
		return { deleted: false, ...named, _outcome: 'unchanged', _notice: notice };
	}
	await onceOnly({
		signal: cancelSignal(api.connection),
		act: async () => {
			await api.deletePost(postId, sequenceId, options);
			return true;
		},
		async find() {
			const left = (await find()).doomed;
			// A later reply may have got the sequence ID of the one that was deleted.
			return left && isSameText(left.text, doomed.text) ? undefined : true;
		},
	});
	return { deleted: true, ...named, text: doomed.text, _outcome: 'deleted' };
}
