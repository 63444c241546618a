import { Listing } from './lag';
import {
	sameId,
	type Member,
	type StoredAsset,
	type StoredGroup,
	type StoredProject,
	type StoredVulnerability,
	type User,
} from './records';
import { refusals } from './refusals';

/** The two listings of a group's projects: the one in GetGroup, and the one of GetProjectsByGroup. */
type ProjectListings = { ofGroup: Listing<StoredGroup['projects']>; byGroup: Listing<StoredProject[]> };

export type StateOptions = {
	/** How many listings after a change still show the old state. */
	listingLag: number;
	/** Whether UpdateGroup merges `custom_fields` by key instead of replacing the list. */
	customFieldsMerge: boolean;
	/** Whether texts are trimmed, and values of custom fields stored as text. */
	storesText: boolean;
};

/** The groups, users and projects of one AttackForge tenant. */
export class State {
	private readonly groupsById = new Map<string, StoredGroup>();
	private readonly projectsById = new Map<string, StoredProject>();
	private readonly usersById = new Map<string, User>();
	readonly vulnerabilities = new Map<string, StoredVulnerability[]>();
	readonly assets = new Map<string, StoredAsset[]>();
	private groupListing: Listing<StoredGroup[]>;
	private readonly projectListings = new Map<string, ProjectListings>();
	private readonly firstUsers: number;

	constructor(
		readonly users: User[],
		/** The user whom the API key belongs to. */
		readonly keyUser: User,
		readonly options: StateOptions,
	) {
		this.firstUsers = users.length;
		for (const user of users) this.usersById.set(user.id.toLowerCase(), user);
		this.groupListing = new Listing(options.listingLag);
	}

	/** Resets to the first state, with only the first users. */
	reset(): void {
		for (const map of [this.groupsById, this.projectsById, this.projectListings]) map.clear();
		for (const map of [this.vulnerabilities, this.assets, this.usersById]) map.clear();
		this.users.length = this.firstUsers;
		for (const user of this.users) this.usersById.set(user.id.toLowerCase(), user);
		this.groupListing = new Listing(this.options.listingLag);
	}

	groups(): StoredGroup[] {
		return [...this.groupsById.values()];
	}

	/** The groups as GetGroups lists them, possibly in an older state. */
	listedGroups(): StoredGroup[] {
		return this.groupListing.show(() => this.groups());
	}

	findGroup(id: string): StoredGroup | undefined {
		return this.groupsById.get(id.toLowerCase());
	}

	group(id: string): StoredGroup {
		const group = this.findGroup(id);
		if (!group) throw refusals.groupUnknown(id);
		return group;
	}

	findUser(id: string): User | undefined {
		return this.usersById.get(id.toLowerCase());
	}

	user(id: string): User {
		const user = this.findUser(id);
		if (!user) throw refusals.userUnknown(id);
		return user;
	}

	/** Adds a user without the service's checks. */
	addUser(user: User): void {
		this.users.push(user);
		this.usersById.set(user.id.toLowerCase(), user);
	}

	addGroup(group: StoredGroup): void {
		this.groupsById.set(group.id.toLowerCase(), group);
	}

	addProject(project: StoredProject): void {
		this.projectsById.set(project.id.toLowerCase(), project);
	}

	/** Nested values are replaced and never changed, so that a shallow copy keeps the old state. */
	groupsAreChanging(): void {
		this.groupListing.changing(() => this.groups().map((group) => ({ ...group })));
	}

	projects(): StoredProject[] {
		return [...this.projectsById.values()];
	}

	findProject(id: string): StoredProject | undefined {
		return this.projectsById.get(id.toLowerCase());
	}

	/** A project that the key's user is on. Other projects are unknown to the user. */
	project(id: string): StoredProject {
		const project = this.findProject(id);
		if (!project || !this.isOn(project, this.keyUser)) throw refusals.projectUnknown(id);
		return project;
	}

	/** The projects in GetGroup, possibly in an older state. */
	projectsOfGroup(group: StoredGroup): StoredGroup['projects'] {
		return this.listingsOf(group.id).ofGroup.show(() => group.projects);
	}

	/** The projects in GetProjectsByGroup, which the key's user is on, possibly in an older state. */
	listedProjects(group: StoredGroup): StoredProject[] {
		return this.listingsOf(group.id)
			.byGroup.show(() => this.linkedProjects(group))
			.filter((project) => this.isOn(project, this.keyUser));
	}

	/** The vulnerabilities of a group are those of its projects. */
	vulnerabilitiesOf(group: StoredGroup): Array<[StoredVulnerability, StoredProject]> {
		return this.belongings(group, this.vulnerabilities);
	}

	/** The assets of a group are those of its projects. */
	assetsOf(group: StoredGroup): Array<[StoredAsset, StoredProject]> {
		return this.belongings(group, this.assets);
	}

	groupsOf(project: StoredProject): Array<{ id: string; name: string }> {
		return project.groups.flatMap((groupId) => {
			const group = this.findGroup(groupId);
			return group ? [{ id: group.id, name: group.name }] : [];
		});
	}

	teamOf(project: StoredProject): User[] {
		return project.team.flatMap((id) => this.findUser(id) ?? []);
	}

	/** A project's users are its team and the members of its groups. */
	isOn(project: StoredProject, user: User): boolean {
		return (
			project.team.some((id) => sameId(id, user.id)) ||
			project.groups.some((id) => {
				const group = this.findGroup(id);
				return group !== undefined && findMember(group, user) !== undefined;
			})
		);
	}

	linkedProjects(group: StoredGroup): StoredProject[] {
		return group.projects.flatMap(({ id }) => this.findProject(id) ?? []);
	}

	private belongings<Thing>(
		group: StoredGroup,
		byProject: Map<string, Thing[]>,
	): Array<[Thing, StoredProject]> {
		return this.linkedProjects(group)
			.filter((project) => this.isOn(project, this.keyUser))
			.flatMap((project) =>
				(byProject.get(project.id) ?? []).map((thing): [Thing, StoredProject] => [thing, project]),
			);
	}

	private listingsOf(groupId: string): ProjectListings {
		const { listingLag } = this.options;
		const listings = this.projectListings.get(groupId) ?? {
			ofGroup: new Listing(listingLag),
			byGroup: new Listing(listingLag),
		};
		this.projectListings.set(groupId, listings);
		return listings;
	}

	projectsAreChanging(groupId: string): void {
		const group = this.group(groupId);
		const { ofGroup, byGroup } = this.listingsOf(groupId);
		ofGroup.changing(() => group.projects);
		byGroup.changing(() => this.linkedProjects(group).map((project) => ({ ...project })));
	}
}

export function findMember(group: StoredGroup, user: User): Member | undefined {
	return group.members.find(({ userId }) => sameId(userId, user.id));
}
