import { TAGS } from '../../fields/groupLists';
import { namesOperation } from '../namesOperation';
import { tagInputs } from './parameters';

export const removeTags = namesOperation({
	resource: 'tag',
	operation: 'remove',
	name: 'Remove',
	action: 'Remove tags from group',
	builderHint: 'Takes the given tags off the group; the tags themselves and those of other groups stay.',
	description: 'Remove tags from a group, and leave its other tags as they are',
	list: 'tags',
	kind: TAGS,
	mode: 'delete',
	inputs: tagInputs,
	nothingToDo: 'The group has none of these tags.',
});
