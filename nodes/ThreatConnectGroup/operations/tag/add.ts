import { TAGS } from '../../fields/groupLists';
import { namesOperation } from '../namesOperation';
import { tagInputs } from './parameters';

export const addTags = namesOperation({
	resource: 'tag',
	operation: 'add',
	name: 'Add',
	action: 'Add tags to group',
	builderHint: 'Leaves all other tags of the group as they are, and creates tags that do not exist.',
	description: 'Add tags to a group, and leave its other tags as they are',
	list: 'tags',
	kind: TAGS,
	mode: 'append',
	inputs: tagInputs,
	nothingToDo: 'The group has these tags already.',
});
