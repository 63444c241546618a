import { InvalidInput } from '../../../shared/core/errors';
import { optionalText } from '../../../shared/core/readValue';
import type { Item } from '../../../shared/execution/item';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { oneOf } from '../../../shared/fields/fieldTypes';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { deletePost as deleteOnce } from '../../flows/posts';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { postIdParameter, readPostId } from './parameters';

export const deletePost = defineOperation<ThreatConnect>({
	resource: 'post',
	operation: 'delete',
	name: 'Delete',
	action: 'Delete post of group',
	description:
		'Delete a post of a group with its replies, or one reply, for good; needs ThreatConnect 7.12 or later, and in an Organization an API user with the role Organization Administrator',
	parameters: [
		...groupParameters('searchWritableOwners'),
		postIdParameter,
		{
			displayName: 'What to Delete',
			name: 'deletes',
			type: 'options',
			options: [
				{ name: 'Post', value: 'post', description: 'The post with all replies to it' },
				{ name: 'Reply', value: 'reply', description: 'One reply to the post' },
			],
			default: 'post',
		},
		{
			displayName: 'Reply Sequence ID',
			name: 'sequenceId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 12345.1',
			description: 'The sequenceId of the reply, as Get Many returns it among the replies of the post',
			displayOptions: { show: { deletes: ['reply'] } },
		},
		optionsCollection(activityLogOption),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const postId = readPostId(item);
		const deletes = oneOf(item.parameter('deletes'), '"What to Delete" (deletes)', 'post', 'reply');
		const named = { postId, ...(deletes === 'reply' && { sequenceId: readSequenceId(item) }) };
		const options = { createActivityLog: readActivityLog(item) };
		return {
			orderKey: referenceKey(reference),
			run: async () => await deleteOnce(api, reference, named, options),
		};
	},
});

/** @throws InvalidInput when it is empty, because the whole post would be deleted */
function readSequenceId(item: Item): string {
	const label = '"Reply Sequence ID" (sequenceId)';
	const given = item.parameter('sequenceId');
	if (typeof given === 'number') {
		throw new InvalidInput(
			`${label} is ${given}, a number, and 1.1 and 1.10 are two replies`,
			'Give it as text.',
		);
	}
	const sequenceId = optionalText(given, label)?.trim();
	if (sequenceId !== undefined) return sequenceId;
	throw new InvalidInput(`${label} is empty`, 'Give the sequenceId of the reply.');
}
