import { linking } from './linking';

export const unlink = linking({
	operation: 'unlink',
	name: 'Unlink From Group',
	action: 'Unlink project from group',
	description: 'Take a group off the groups of a project, so that its members lose access to the project',
	links: false,
});
