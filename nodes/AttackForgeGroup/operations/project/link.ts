import { linkOperation } from './linkOperation';

export const link = linkOperation({
	operation: 'link',
	name: 'Link to Group',
	action: 'Link project to group',
	description: 'Add a group to the groups of a project, so that its members get access to the project',
	links: true,
});
