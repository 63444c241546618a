import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { readPostText, textParameter } from './parameters';

export const addPost = defineOperation<ThreatConnect>({
	resource: 'post',
	operation: 'add',
	name: 'Add',
	action: 'Add post to group',
	description:
		'Write a post, that is a comment, on a group; needs ThreatConnect 7.12 or later, and in an Organization an API user with the role Organization Administrator',
	parameters: [
		...groupParameters('searchWritableOwners'),
		textParameter('What the post says'),
		optionsCollection(activityLogOption),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const options = { createActivityLog: readActivityLog(item) };
		const post = readPostText(item);
		return {
			orderKey: referenceKey(reference),
			async run() {
				const groupId = await api.idOf(reference);
				return { ...(await api.addPost(String(groupId), post, options)), groupId };
			},
		};
	},
});
