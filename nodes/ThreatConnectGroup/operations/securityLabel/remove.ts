import { SECURITY_LABELS } from '../../fields/groupLists';
import { namesOperation } from '../namesOperation';
import { labelInputs } from './parameters';

export const removeSecurityLabels = namesOperation({
	resource: 'securityLabel',
	operation: 'remove',
	name: 'Remove',
	action: 'Remove security labels from group',
	description: 'Remove security labels from a group, and leave its other labels as they are',
	list: 'securityLabels',
	kind: SECURITY_LABELS,
	mode: 'delete',
	inputs: labelInputs,
	nothingToDo: 'The group has none of these security labels.',
});
