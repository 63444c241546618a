import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { replyToPost } from '../../flows/posts';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { postIdParameter, readPostId, readPostText, textParameter } from './parameters';

export const reply = defineOperation<ThreatConnect>({
	resource: 'post',
	operation: 'reply',
	name: 'Reply',
	action: 'Reply to post of group',
	description:
		'Write a reply to a post of a group; needs ThreatConnect 7.12 or later, and in an Organization an API user with the role Organization Administrator',
	parameters: [
		...groupParameters('searchWritableOwners'),
		postIdParameter,
		textParameter('What the reply says'),
		optionsCollection(activityLogOption),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const postId = readPostId(item);
		const text = readPostText(item);
		const options = { createActivityLog: readActivityLog(item) };
		return {
			orderKey: referenceKey(reference),
			run: async () => await replyToPost(api, reference, { postId, text }, options),
		};
	},
});
