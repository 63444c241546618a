import { randomBytes } from 'node:crypto';

/** The records that the simulator stores, and the values that methods may set. */

export type CustomField = { key: string; value: unknown };

export type StoredProject = {
	/** 24 hexadecimal characters. */
	id: string;
	name: string;
	code: string;
	organization_code: string;
	vulnerability_code: string;
	/** The ids of the groups that the project is linked to. */
	groups: string[];
	status: string;
	on_hold: 'Yes' | 'No';
	on_hold_reason: string;
	start_date: string;
	end_date: string;
	scope: string[];
	scoring_system: 'Manual' | 'CVSSv3.1';
	/**
	 * The ids of the users who are invited to the project; default: the user of the key. The members of its groups are on
	 * the project too.
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
	/** Pending vulnerabilities are listed only with `pendingVulnerabilities=true`. */
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
	/** An entry has exactly one of `group_id` and `user_id`. */
	group_id?: string;
	project_limit: Level;
	project_request_limit: 'none' | 'view' | 'edit' | 'action';
	user_id?: string;
};

export type Access = { sso_1: SsoEntry[]; sso_2: SsoEntry[]; member_admins: MemberAdmin[] };

/** The user endpoints of groups write levels with a capital letter; the `access` object does not. */
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
	/** The projects that are linked to the group. `seedProject` and UpdateProjectById maintain them. */
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

/** The fields of CreateGroup. Its schema has checked the shape. */
export type NewGroup = Partial<Omit<StoredGroup, 'access'>> & { access?: Partial<Access> };
/** The fields of UpdateGroup. Its schema has checked the shape. */
export type GroupChanges = Partial<Omit<StoredGroup, 'access'>> & { access?: AccessOperations };

export type ProjectChanges = Partial<Omit<StoredProject, 'id'>>;

export const newId = (): string => randomBytes(12).toString('hex');

/** The date of the n-th seeded vulnerability or asset: one per hour, from the start of 2025. */
export const hour = (n: number): string => new Date(Date.UTC(2025, 0, 1, n)).toISOString();

export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Two changes within the same millisecond have different dates. */
export function touch(changed: { last_modified: string }): void {
	const earliest = Date.parse(changed.last_modified) + 1;
	changed.last_modified = new Date(Math.max(Date.now(), earliest)).toISOString();
}
