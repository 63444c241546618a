/**
 * The API methods that this simulator serves, by the names by which an administrator grants them, with their HTTP
 * method and path (AttackForge documentation, Self-Service RESTful API). The singular and plural paths are the
 * service's own.
 */
export const METHODS = {
	CreateGroup: ['POST', '/api/ss/group'],
	UpdateGroup: ['PUT', '/api/ss/group/:id'],
	GetGroup: ['GET', '/api/ss/group/:id'],
	GetGroups: ['GET', '/api/ss/groups'],
	ArchiveGroup: ['PUT', '/api/ss/group/:id/archive'],
	RestoreGroup: ['PUT', '/api/ss/group/:id/restore'],
	AddUserToGroup: ['POST', '/api/ss/group/user'],
	UpdateUserAccessOnGroup: ['PUT', '/api/ss/group/user/:user_id'],
	GetUserGroups: ['GET', '/api/ss/user/:id/groups'],
	GetProjects: ['GET', '/api/ss/projects'],
	GetProjectsByGroup: ['GET', '/api/ss/groups/:id/projects'],
	GetVulnerabilitiesByGroup: ['GET', '/api/ss/groups/:id/vulnerabilities'],
	GetAssetsByGroup: ['GET', '/api/ss/assets/group/:id'],
	GetProjectById: ['GET', '/api/ss/project/:id'],
	UpdateProjectById: ['PUT', '/api/ss/project/:id'],
	GetUsers: ['GET', '/api/ss/users'],
	GetUserById: ['GET', '/api/ss/users/:id'],
	GetUserByEmail: ['GET', '/api/ss/users/email/:email'],
	GetUserByUsername: ['GET', '/api/ss/users/username/:username'],
	GetFormConfig: ['GET', '/api/ss/config/form/group'],
} as const;

export type MethodName = keyof typeof METHODS;

export const METHOD_NAMES = Object.keys(METHODS) as MethodName[];
