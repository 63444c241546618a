import { createServer, type RunningServer } from '../shared/server';
import { assetMethods, seedAssets } from './assets';
import { formConfigMethods } from './formConfig';
import { groupMethods, seedGroup } from './groups';
import { memberMethods } from './members';
import { METHOD_NAMES } from './methods';
import { projectMethods, seedProject, updateProject } from './projects';
import type {
	ProjectChanges,
	StoredAsset,
	StoredGroup,
	StoredProject,
	StoredVulnerability,
	User,
} from './records';
import { refusals } from './refusals';
import { addErrorHandlers, addRoute, API_KEY, type AttackForgeOptions } from './service';
import { State } from './state';
import { seedUser, tenantUsers, userMethods } from './users';
import { changeVulnerability, seedVulnerabilities, vulnerabilityMethods } from './vulnerabilities';

export type { MethodName } from './methods';
export type {
	MemberAdmin,
	SsoEntry,
	StoredAsset,
	StoredGroup,
	StoredProject,
	StoredVulnerability,
	User,
} from './records';
export type { AttackForgeOptions, FailureForm } from './service';

export type AttackForgeSimulator = RunningServer & {
	credentials: { apiKey: string };
	/** Resets the simulator to its first state, so that a test need not start another one. */
	reset(): void;
	/** Copies of the groups, oldest first. */
	groups(): StoredGroup[];
	/** A copy of one group. */
	group(id: string): StoredGroup | undefined;
	/** Stores a group without going through the API; what is left out gets a default. Returns a copy. */
	seedGroup(input?: Partial<StoredGroup>): StoredGroup;
	/** The API key belongs to the first. Seeded users are added at the end. */
	users: readonly User[];
	/** Adds a user; what is left out gets a default. Returns a copy. */
	seedUser(input?: Partial<User>): User;
	/** Copies of the projects, oldest first. */
	projects(): StoredProject[];
	/** A copy of one project. */
	project(id: string): StoredProject | undefined;
	/** Stores a project, by default with the key's user in its team; its groups have to exist. Returns a copy. */
	seedProject(input?: Partial<StoredProject>): StoredProject;
	/** Changes a project as another client would; `groups` is the full list. Returns a copy. */
	changeProject(id: string, changes: ProjectChanges): StoredProject;
	/**
	 * Adds vulnerabilities to the group's first project, or to a new one if the group has none. The n-th of a project,
	 * from 0, is created at hour n of 2025. The priorities take turns, Critical first. `input` applies to all of them.
	 * Returns copies.
	 */
	seedVulnerabilities(
		groupId: string,
		count: number,
		input?: Omit<Partial<StoredVulnerability>, 'id'>,
	): StoredVulnerability[];
	/** Changes a vulnerability as another client would. Returns a copy. */
	changeVulnerability(id: string, changes: Partial<StoredVulnerability>): StoredVulnerability;
	/** Adds assets to the group's first project, or to one seeded for them. Returns copies. */
	seedAssets(groupId: string, count: number): StoredAsset[];
};

export async function startAttackForge(options: AttackForgeOptions = {}): Promise<AttackForgeSimulator> {
	const { app, listen } = await createServer(options);
	const users = tenantUsers(options.admin ?? true);
	const { listingLag = 0, customFieldsMerge = true, storesText = false } = options;
	const state = new State(users, users[0], { listingLag, customFieldsMerge, storesText });

	addErrorHandlers(app, options);
	const { clock } = options;
	if (clock) {
		app.addHook('onRequest', async (_request, reply) => {
			reply.header('date', new Date(clock()).toUTCString());
		});
	}
	const methods = {
		...groupMethods(state, options),
		...memberMethods(state),
		...projectMethods(state, options),
		...vulnerabilityMethods(state, options),
		...assetMethods(state, options),
		...userMethods(state),
		...formConfigMethods(),
	};
	for (const name of METHOD_NAMES) addRoute(app, name, methods[name], options);

	const running = await listen();
	return {
		...running,
		reset() {
			state.reset();
			running.requests.length = 0;
		},
		credentials: { apiKey: API_KEY },
		groups: () => structuredClone(state.groups()),
		group: (id) => structuredClone(state.findGroup(id)),
		seedGroup: (input = {}) => structuredClone(seedGroup(state, input)),
		users,
		seedUser: (input = {}) => structuredClone(seedUser(state, input)),
		projects: () => structuredClone(state.projects()),
		project: (id) => structuredClone(state.findProject(id)),
		seedProject: (input = {}) => structuredClone(seedProject(state, input)),
		changeProject(id, changes) {
			const project = state.findProject(id);
			if (!project) throw refusals.projectUnknown(id);
			updateProject(state, project, changes);
			return structuredClone(project);
		},
		seedVulnerabilities: (groupId, count, input = {}) =>
			structuredClone(seedVulnerabilities(state, groupId, count, input)),
		changeVulnerability: (id, changes) => structuredClone(changeVulnerability(state, id, changes)),
		seedAssets: (groupId, count) => structuredClone(seedAssets(state, groupId, count)),
	};
}
