import { randomBytes } from 'node:crypto';
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

export type CustomField = { key: string; value: unknown };

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

const ACCESS_LISTS = ['sso_1', 'sso_2', 'member_admins'] as const;

const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const newId = (): string => randomBytes(12).toString('hex');
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

/** The groups and users of one AttackForge tenant. */
export class Store {
	private readonly byId = new Map<string, StoredGroup>();

	constructor(
		readonly users: readonly User[],
		/** The user the API key belongs to. */
		readonly keyUser: User,
	) {}

	groups(): StoredGroup[] {
		return [...this.byId.values()];
	}

	findGroup(id: string): StoredGroup | undefined {
		return this.byId.get(id.toLowerCase());
	}

	group(id: string): StoredGroup {
		const group = this.findGroup(id);
		if (!group) throw refusals.groupUnknown(id);
		return group;
	}

	findUser(id: string): User | undefined {
		return this.users.find((user) => sameId(user.id, id));
	}

	user(id: string): User {
		const user = this.findUser(id);
		if (!user) throw refusals.userUnknown(id);
		return user;
	}

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
		this.byId.set(group.id.toLowerCase(), group);
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
		return this.seed({ ...input, access });
	}

	/** All or nothing: a refused operation leaves the group as it was. */
	update(group: StoredGroup, changes: GroupChanges): void {
		checkKeysUnique(changes.custom_fields);
		const access = this.accessAfter(group.access, changes.access ?? {});
		Object.assign(group, structuredClone(changes), { access });
		this.touch(group);
	}

	setArchived(group: StoredGroup, isArchived: boolean): void {
		group.is_archived = isArchived;
		this.touch(group);
	}

	addMember(group: StoredGroup, user: User, accessLevel: MemberLevel): void {
		if (findMember(group, user)) throw refusals.alreadyAMember(user.id);
		const now = new Date().toISOString();
		group.members.push({
			name: fullName(user),
			userId: user.id,
			accessLevel,
			created: now,
			last_updated: now,
		});
	}

	updateMember(group: StoredGroup, user: User, accessLevel: MemberLevel | 'Delete'): void {
		const member = findMember(group, user);
		if (!member) throw refusals.notAMember(user.id);
		if (accessLevel === 'Delete') group.members.splice(group.members.indexOf(member), 1);
		else Object.assign(member, { accessLevel, last_updated: new Date().toISOString() });
	}

	/** Two changes within a millisecond still have two dates. */
	private touch(group: StoredGroup): void {
		const earliest = Date.parse(group.last_modified) + 1;
		group.last_modified = new Date(Math.max(Date.now(), earliest)).toISOString();
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
}

export function findMember(group: StoredGroup, user: User): Member | undefined {
	return group.members.find(({ userId }) => sameId(userId, user.id));
}

/** "Key must be unique" (AttackForge documentation, CreateGroup and UpdateGroup). */
function checkKeysUnique(fields: CustomField[] = []): void {
	const keys = fields.map(({ key }) => key);
	const repeated = keys.findIndex((key, n) => keys.indexOf(key) < n);
	if (repeated >= 0) throw refusals.invalid(`custom_fields[${repeated}].key`, 'must be unique');
}

/**
 * UpdateGroup addresses an entry by its name alone, so CreateGroup cannot sensibly store two of one name.
 */
function checkNamesUnique(list: string, entries: Array<SsoEntry | MemberAdmin>): void {
	const names = entries.map(nameOf);
	const repeated = names.findIndex((name, n) => names.indexOf(name) < n);
	if (repeated >= 0) throw refusals.invalid(`access.${list}[${repeated}]`, `repeats ${names[repeated]}`);
}
