import { randomBytes } from 'node:crypto';

/** What the simulator stores, and what the methods may say about it. */

export type CustomField = { key: string; value: unknown };

export type StoredProject = {
	/** 24 hexadecimal characters. */
	id: string;
	name: string;
	code: string;
	organization_code: string;
	vulnerability_code: string;
	/** The ids of the groups the project is linked to. */
	groups: string[];
	status: string;
	on_hold: 'Yes' | 'No';
	on_hold_reason: string;
	start_date: string;
	end_date: string;
	scope: string[];
	scoring_system: 'Manual' | 'CVSSv3.1';
	/**
	 * The ids of the users invited to the project; default: the user of the key. Besides them, the members of
	 * its groups are on the project.
	 */
	team: string[];
	created: string;
	last_modified: string;
	custom_fields: CustomField[];
	reporting_custom_fields: CustomField[];
	summary_custom_fields: CustomField[];
};

export const PRIORITIES = ['Critical', 'High', 'Medium', 'Low', 'Info'] as const;

export type StoredVulnerability = {
	/** 24 hexadecimal characters. */
	id: string;
	title: string;
	priority: (typeof PRIORITIES)[number];
	status: 'Open' | 'Closed';
	/** Pending vulnerabilities are listed with `pendingVulnerabilities=true`, and only then. */
	pending: boolean;
	created: string;
	modified: string;
	/** The name of the affected asset. */
	asset: string;
	custom_fields: CustomField[];
	writeup_custom_fields: CustomField[];
	asset_custom_fields: CustomField[];
};

export type StoredAsset = {
	/** 24 hexadecimal characters. */
	id: string;
	/** The name. */
	asset: string;
	created: string;
	last_updated: string;
};

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

export type AccessOperation<Entry> = { action: 'upsert' | 'remove' } & Partial<Entry>;
export type AccessOperations = { [List in keyof Access]?: Array<AccessOperation<Access[List][number]>> };

/** What CreateGroup may say; its schema has checked the shape. */
export type NewGroup = Partial<Omit<StoredGroup, 'access'>> & { access?: Partial<Access> };
/** What UpdateGroup may say; its schema has checked the shape. */
export type GroupChanges = Partial<Omit<StoredGroup, 'access'>> & { access?: AccessOperations };

export type ProjectChanges = Partial<Omit<StoredProject, 'id'>>;

export const newId = (): string => randomBytes(12).toString('hex');

/** The date of the n-th seeded vulnerability or asset: one an hour, from the start of 2025. */
export const hour = (n: number): string => new Date(Date.UTC(2025, 0, 1, n)).toISOString();

export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Two changes within a millisecond still have two dates. */
export function touch(changed: { last_modified: string }): void {
	const earliest = Date.parse(changed.last_modified) + 1;
	changed.last_modified = new Date(Math.max(Date.now(), earliest)).toISOString();
}
