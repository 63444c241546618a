import { associationOperation } from './associationOperation';

export const removeAssociations = associationOperation({
	operation: 'remove',
	name: 'Remove',
	action: 'Remove associations from group',
	description: 'Remove objects from a group; the objects themselves stay',
	builderHint:
		'Takes objects off a group and deletes none of them. Items of one group go in one request, so that no loop is needed.',
	mode: 'delete',
	ofIndicator:
		'The indicator itself. An array from an expression names several. Several hashes of one file: "md5 : sha1 : sha256".',
	ofOwner: 'Organization, Community or Source of the indicator; needed only if several owners have it',
	keys: ['removed', 'notAssociated'],
});
