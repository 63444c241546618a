import { linkOperation } from './linkOperation';

export const unlink = linkOperation({
	operation: 'unlink',
	name: 'Unlink From Group',
	action: 'Unlink project from group',
	description: 'Take a group off the groups of a project, so that its members lose access to the project',
	links: false,
});
