import { SECURITY_LABELS } from '../../fields/groupLists';
import { namesOperation } from '../namesOperation';
import { labelInputs } from './parameters';

export const addSecurityLabels = namesOperation({
	resource: 'securityLabel',
	operation: 'add',
	name: 'Add',
	action: 'Add security labels to group',
	description: 'Add security labels to a group, and leave its other labels as they are',
	list: 'securityLabels',
	kind: SECURITY_LABELS,
	mode: 'append',
	inputs: labelInputs,
	nothingToDo: 'The group has these security labels already.',
});
