import { person } from './data';
import { Listing } from './lag';
import {
	newAsset,
	newId,
	newProject,
	newVulnerability,
	type CustomField,
	type StoredAsset,
	type StoredProject,
	type StoredVulnerability,
} from './projects';
import { refusals } from './refusals';

type Level = 'none' | 'view' | 'upload' | 'edit';

export type SsoEntry = {
	group_name: string;
	project_access_level: Level;
	project_request_access_level: Level | 'action';
};

export type MemberAdmin = {
	add_user_method: 'list' | 'email';
	allow_user_invite: boolean;
	/** Exactly one of `group_id` and `user_id` is there. */
	group_id?: string;
	project_limit: Level;
	project_request_limit: 'none' | 'view' | 'edit' | 'action';
	user_id?: string;
};

export type Access = { sso_1: SsoEntry[]; sso_2: SsoEntry[]; member_admins: MemberAdmin[] };

/** The user endpoints of groups write levels with a capital, the `access` object without. */
export type MemberLevel = 'View' | 'Upload' | 'Edit';

export type Member = {
	name: string;
	userId: string;
	accessLevel: MemberLevel;
	created: string;
	last_updated: string;
};

export type StoredGroup = {
	/** 24 hexadecimal characters. */
	id: string;
	name: string;
	group_owner: string;
	primary_contact_name: string;
	primary_contact_number: string;
	primary_contact_email: string;
	is_deleted: boolean;
	is_archived: boolean;
	custom_fields: CustomField[];
	access: Access;
	auto_add_project_request: boolean;
	enable_project_team_notifications: boolean;
	created: string;
	/** The id of a user. */
	created_by: string;
	last_modified: string;
	members: Member[];
	/** The projects linked to the group; `seedProject` and UpdateProjectById keep them. */
	projects: Array<{ name: string; id: string }>;
	/** Only with `acceptLinkedGroups`. */
	linked_groups_view?: string[];
	linked_groups_upload?: string[];
	linked_groups_edit?: string[];
};

export type User = {
	status: 'Active' | 'Inactive';
	role: 'admin' | 'librarymod' | 'client' | 'consultant' | 'projectoperator';
	first_name: string;
	last_name: string;
	email_address: string;
	username: string;
	mfa_enabled: 'Yes' | 'No';
	last_logged_in: string;
	created: string;
	id: string;
};

type Operation<Entry> = { action: 'upsert' | 'remove' } & Partial<Entry>;
type AccessOperations = { [List in keyof Access]?: Array<Operation<Access[List][number]>> };

/** What CreateGroup may say; its schema has checked the shape. */
export type NewGroup = Partial<Omit<StoredGroup, 'access'>> & { access?: Partial<Access> };
/** What UpdateGroup may say; its schema has checked the shape. */
export type GroupChanges = Partial<Omit<StoredGroup, 'access'>> & { access?: AccessOperations };

export type ProjectChanges = Partial<Omit<StoredProject, 'id'>>;

const ACCESS_LISTS = ['sso_1', 'sso_2', 'member_admins'] as const;

const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const fullName = (user: User): string => `${user.first_name} ${user.last_name}`;

/** What names an entry of `access`: two entries with the same name are the same entry. */
function nameOf(entry: Partial<SsoEntry & MemberAdmin>): string {
	if (entry.user_id !== undefined) return `user_id ${entry.user_id.toLowerCase()}`;
	if (entry.group_id !== undefined) return `group_id ${entry.group_id.toLowerCase()}`;
	return `group_name ${entry.group_name}`;
}

/** The responses list the keys of an access entry alphabetically, in whatever order they were sent. */
function inDocumentedOrder<Entry extends object>(entry: Entry): Entry {
	return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))) as Entry;
}

/** The listings of one group's projects: the group's own, in GetGroup, and that of GetProjectsByGroup. */
type ProjectListings = { ofGroup: Listing<StoredGroup['projects']>; byGroup: Listing<StoredProject[]> };

export type StoreOptions = {
	/** How many listings after a change still show the old state. */
	listingLag: number;
	/** Whether UpdateGroup merges `custom_fields` by key instead of replacing the list. */
	customFieldsMerge: boolean;
};

/** The groups, users and projects of one AttackForge tenant. */
export class Store {
	private readonly groupsById = new Map<string, StoredGroup>();
	private readonly projectsById = new Map<string, StoredProject>();
	private readonly usersById = new Map<string, User>();
	private readonly vulnerabilities = new Map<string, StoredVulnerability[]>();
	private readonly assets = new Map<string, StoredAsset[]>();
	private groupListing: Listing<StoredGroup[]>;
	private readonly projectListings = new Map<string, ProjectListings>();
	private readonly firstUsers: number;

	constructor(
		readonly users: User[],
		/** The user the API key belongs to. */
		readonly keyUser: User,
		private readonly options: StoreOptions,
	) {
		this.firstUsers = users.length;
		for (const user of users) this.usersById.set(user.id.toLowerCase(), user);
		this.groupListing = new Listing(options.listingLag);
	}

	/** As it was in the beginning: the first users alone. */
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

	/** The groups as GetGroups has them: possibly those of a while ago. */
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

	seedUser(input: Partial<User>): User {
		const { first_name = 'User', last_name = String(this.users.length + 1) } = input;
		const user = { ...person(newId(), first_name, last_name, 'client'), ...input };
		this.users.push(user);
		this.usersById.set(user.id.toLowerCase(), user);
		return user;
	}

	// --- groups ---

	/** Puts a group into the store without asking whether the service would take it. */
	seed(input: NewGroup): StoredGroup {
		const now = new Date().toISOString();
		const group: StoredGroup = {
			id: newId(),
			name: 'A group',
			group_owner: 'An owner',
			primary_contact_name: 'A contact',
			primary_contact_number: '(555)555-5555',
			primary_contact_email: 'contact@example.com',
			is_deleted: false,
			is_archived: false,
			custom_fields: [],
			auto_add_project_request: false,
			enable_project_team_notifications: false,
			created: now,
			created_by: this.keyUser.id,
			last_modified: now,
			members: [],
			projects: [],
			...structuredClone(input),
			access: { sso_1: [], sso_2: [], member_admins: [], ...structuredClone(input.access) },
		};
		this.groupsById.set(group.id.toLowerCase(), group);
		return group;
	}

	create(input: NewGroup): StoredGroup {
		checkKeysUnique(input.custom_fields);
		const upserts: AccessOperations = {};
		for (const list of ACCESS_LISTS) {
			const entries: Array<SsoEntry | MemberAdmin> = input.access?.[list] ?? [];
			checkNamesUnique(list, entries);
			Object.assign(upserts, { [list]: entries.map((entry) => ({ action: 'upsert', ...entry })) });
		}
		const access = this.accessAfter({ sso_1: [], sso_2: [], member_admins: [] }, upserts);
		this.groupsAreChanging();
		return this.seed({ ...input, access });
	}

	/** All or nothing: a refused operation leaves the group as it was. */
	update(group: StoredGroup, changes: GroupChanges): void {
		checkKeysUnique(changes.custom_fields);
		const access = this.accessAfter(group.access, changes.access ?? {});
		const custom_fields = this.customFieldsAfter(group.custom_fields, changes.custom_fields);
		this.groupsAreChanging();
		Object.assign(group, structuredClone({ ...changes, custom_fields }), { access });
		touch(group);
	}

	private customFieldsAfter(before: CustomField[], sent: CustomField[] | undefined): CustomField[] {
		if (!sent || !this.options.customFieldsMerge) return sent ?? before;
		return [...new Map([...before, ...sent].map((field) => [field.key, field])).values()];
	}

	setArchived(group: StoredGroup, isArchived: boolean): void {
		this.groupsAreChanging();
		group.is_archived = isArchived;
		touch(group);
	}

	addMember(group: StoredGroup, user: User, accessLevel: MemberLevel): void {
		if (findMember(group, user)) throw refusals.alreadyAMember(user.id);
		const now = new Date().toISOString();
		const member = { name: fullName(user), userId: user.id, accessLevel, created: now, last_updated: now };
		this.groupsAreChanging();
		group.members = [...group.members, member];
	}

	updateMember(group: StoredGroup, user: User, accessLevel: MemberLevel | 'Delete'): void {
		const member = findMember(group, user);
		if (!member) throw refusals.notAMember(user.id);
		this.groupsAreChanging();
		if (accessLevel === 'Delete') {
			group.members = group.members.filter((other) => other !== member);
			this.takeOffProjects(group, user);
		} else {
			const changed = { ...member, accessLevel, last_updated: new Date().toISOString() };
			group.members = group.members.map((other) => (other === member ? changed : other));
		}
	}

	/** "The user will be removed from the group and all group projects." */
	private takeOffProjects(group: StoredGroup, user: User): void {
		for (const { id } of group.projects) {
			const project = this.findProject(id);
			if (project) project.team = project.team.filter((other) => !sameId(other, user.id));
		}
	}

	/** Nested values are replaced, never changed, so that a shallow copy keeps the old state. */
	private groupsAreChanging(): void {
		this.groupListing.changing(() => this.groups().map((group) => ({ ...group })));
	}

	/** `access` of UpdateGroup is a list of operations, carried out in order on the lists the group has. */
	private accessAfter(before: Access, operations: AccessOperations): Access {
		const after: Record<string, object[]> = {};
		for (const list of ACCESS_LISTS) {
			let entries: object[] = before[list];
			for (const [n, operation] of (operations[list] ?? []).entries())
				entries = this.entriesAfter(entries, operation, `access.${list}[${n}]`);
			after[list] = entries;
		}
		return after as Access;
	}

	private entriesAfter(entries: object[], operation: Operation<object>, path: string): object[] {
		const { action, ...entry } = operation;
		const at = entries.findIndex((other) => nameOf(other) === nameOf(entry));
		if (action === 'remove') {
			if (at < 0) throw refusals.invalid(path, `removes ${nameOf(entry)}, which the group does not have`);
			return entries.filter((_, n) => n !== at);
		}
		this.checkIdsKnown(entry, path);
		const stored = inDocumentedOrder(structuredClone(entry));
		return at < 0 ? [...entries, stored] : entries.map((other, n) => (n === at ? stored : other));
	}

	private checkIdsKnown(entry: Partial<MemberAdmin>, path: string): void {
		const { user_id: userId, group_id: groupId } = entry;
		if (userId !== undefined && !this.findUser(userId))
			throw refusals.invalid(`${path}.user_id`, `is not the id of a user: ${userId}`);
		if (groupId !== undefined && !this.findGroup(groupId))
			throw refusals.invalid(`${path}.group_id`, `is not the id of a group: ${groupId}`);
	}

	// --- projects ---

	projects(): StoredProject[] {
		return [...this.projectsById.values()];
	}

	findProject(id: string): StoredProject | undefined {
		return this.projectsById.get(id.toLowerCase());
	}

	/** A project the key's user is on. The others are unknown to them. */
	project(id: string): StoredProject {
		const project = this.findProject(id);
		if (!project || !this.isOn(project, this.keyUser)) throw refusals.projectUnknown(id);
		return project;
	}

	/** The projects in GetGroup: possibly those of a while ago. */
	projectsOfGroup(group: StoredGroup): StoredGroup['projects'] {
		return this.listingsOf(group.id).ofGroup.show(() => group.projects);
	}

	/** The projects in GetProjectsByGroup: those the key's user is on, possibly as of a while ago. */
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

	/** Puts a project into the store; its groups have to exist. */
	seedProject(input: Partial<StoredProject>): StoredProject {
		const groups = this.groupIds(input.groups ?? []);
		const project = newProject({ ...input, groups }, [this.keyUser.id]);
		this.projectsById.set(project.id.toLowerCase(), project);
		for (const id of groups) link(project, this.group(id));
		return project;
	}

	/** `groups` is the full list: a group it leaves out is unlinked. All or nothing. */
	updateProject(project: StoredProject, changes: ProjectChanges): void {
		checkKeysUnique(changes.custom_fields);
		const groups = this.groupIds(changes.groups ?? project.groups);
		const affected = new Set([...project.groups, ...groups]);
		for (const id of affected) this.projectsAreChanging(id);
		Object.assign(project, structuredClone(changes), { groups });
		touch(project);
		for (const id of affected) (groups.includes(id) ? link : unlink)(project, this.group(id));
	}

	seedVulnerabilities(groupId: string, count: number, input: Partial<StoredVulnerability>) {
		const list = this.belongingsOfFirstProject(groupId, this.vulnerabilities);
		for (let n = 0; n < count; n++) list.push(newVulnerability(list.length, input));
		return list.slice(list.length - count);
	}

	seedAssets(groupId: string, count: number): StoredAsset[] {
		const list = this.belongingsOfFirstProject(groupId, this.assets);
		for (let n = 0; n < count; n++) list.push(newAsset(list.length));
		return list.slice(list.length - count);
	}

	/** On a project are its team and the members of its groups. */
	private isOn(project: StoredProject, user: User): boolean {
		return (
			project.team.some((id) => sameId(id, user.id)) ||
			project.groups.some((id) => {
				const group = this.findGroup(id);
				return group !== undefined && findMember(group, user) !== undefined;
			})
		);
	}

	private groupIds(ids: string[]): string[] {
		const known = ids.map((id, n) => {
			const group = this.findGroup(id);
			if (!group) throw refusals.invalid(`groups[${n}]`, `is not the id of a group: ${id}`);
			return group.id;
		});
		const repeated = firstRepeated(known);
		if (repeated >= 0) throw refusals.invalid(`groups[${repeated}]`, `repeats ${known[repeated]}`);
		return known;
	}

	private linkedProjects(group: StoredGroup): StoredProject[] {
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

	private belongingsOfFirstProject<Thing>(groupId: string, byProject: Map<string, Thing[]>): Thing[] {
		const group = this.group(groupId);
		const [first] = this.linkedProjects(group);
		const { id } = first ?? this.seedProject({ name: `A project of ${group.name}`, groups: [group.id] });
		const list = byProject.get(id) ?? [];
		byProject.set(id, list);
		return list;
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

	private projectsAreChanging(groupId: string): void {
		const group = this.group(groupId);
		const { ofGroup, byGroup } = this.listingsOf(groupId);
		ofGroup.changing(() => group.projects);
		byGroup.changing(() => this.linkedProjects(group).map((project) => ({ ...project })));
	}
}

/** Adds the project to the group's list, or changes its name there. */
function link({ id, name }: StoredProject, group: StoredGroup): void {
	const others = group.projects.filter((project) => project.id !== id);
	group.projects =
		others.length === group.projects.length
			? [...others, { name, id }]
			: group.projects.map((project) => (project.id === id ? { name, id } : project));
}

function unlink({ id }: StoredProject, group: StoredGroup): void {
	group.projects = group.projects.filter((project) => project.id !== id);
}

/** Two changes within a millisecond still have two dates. */
function touch(changed: { last_modified: string }): void {
	const earliest = Date.parse(changed.last_modified) + 1;
	changed.last_modified = new Date(Math.max(Date.now(), earliest)).toISOString();
}

export function findMember(group: StoredGroup, user: User): Member | undefined {
	return group.members.find(({ userId }) => sameId(userId, user.id));
}

/** The place of the first value that has been there before, or -1. */
function firstRepeated(values: string[]): number {
	const seen = new Set<string>();
	return values.findIndex((value) => seen.size === seen.add(value).size);
}

/** "Key must be unique" (AttackForge documentation, CreateGroup and UpdateGroup). */
function checkKeysUnique(fields: CustomField[] = []): void {
	const repeated = firstRepeated(fields.map(({ key }) => key));
	if (repeated >= 0) throw refusals.invalid(`custom_fields[${repeated}].key`, 'must be unique');
}

/**
 * UpdateGroup addresses an entry by its name alone, so CreateGroup cannot sensibly store two of one name.
 */
function checkNamesUnique(list: string, entries: Array<SsoEntry | MemberAdmin>): void {
	const names = entries.map(nameOf);
	const repeated = firstRepeated(names);
	if (repeated >= 0) throw refusals.invalid(`access.${list}[${repeated}]`, `repeats ${names[repeated]}`);
}
