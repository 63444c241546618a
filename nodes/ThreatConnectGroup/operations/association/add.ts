import { associationOperation } from './associationOperation';

export const addAssociations = associationOperation({
	operation: 'add',
	name: 'Add',
	action: 'Add associations to group',
	description: 'Associate objects to a group; those that it has already stay as they are',
	builderHint:
		'For many objects or many items at once: items of one group go in one request, so that no loop and no Aggregate node is needed.',
	mode: 'append',
	ofIndicator:
		'The indicator itself. It is created when its owner does not have it yet. An array from an expression names several. Several hashes of one file: "md5 : sha1 : sha256".',
	ofOwner: 'Organization, Community or Source of the indicator; if empty, the organization of the API user',
	keys: ['added', 'alreadyAssociated'],
});
