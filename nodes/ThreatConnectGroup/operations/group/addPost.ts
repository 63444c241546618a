import { InvalidInput } from '../../../shared/core/errors';
import { text } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { activityLogOption, answerOptions, groupParameters, readReference } from '../parameters';

export const addPost = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'addPost',
	name: 'Add Post',
	action: 'Add post to group',
	description:
		'Write a post, that is a comment, on a group; needs ThreatConnect 7.12 or later, and in an Organization an API user with the role Organization Administrator',
	parameters: [
		...groupParameters('searchWritableOwners'),
		{
			displayName: 'Text',
			name: 'text',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			required: true,
			placeholder: 'e.g. Seen again in the mail gateway',
			description: 'What the post says',
		},
		optionsCollection(activityLogOption),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const options = answerOptions(item);
		const label = '"Text" (text)';
		const post = String(
			text().read(item.parameter('text') ?? '', { label, operation: 'create', zone: item.zone }),
		);
		if (post.trim() === '') throw new InvalidInput(`${label} is empty`, 'Give the text of the post.');
		return {
			orderKey: referenceKey(reference),
			run: async () => await api.addPost(String(await api.idOf(reference)), post, options),
		};
	},
});
