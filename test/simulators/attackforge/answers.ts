import type {
	CustomField,
	StoredAsset,
	StoredGroup,
	StoredProject,
	StoredVulnerability,
	User,
} from './records';

/**
 * The responses of the methods, with the documented keys in the documented order. The documentation lists about a
 * hundred keys each for a project and for a vulnerability. Here are those for which the simulator has values.
 */

export type Query = Record<string, string | string[] | undefined>;
type Link = { id: string; name: string };

/** The custom fields that a request asks for. A list without a value (`cf_key_allowlist=`) allows none of them. */
export function fieldFilter(query: Query, prefix = ''): (fields: CustomField[]) => CustomField[] {
	const allowlist = query[`${prefix}cf_key_allowlist`];
	const allowed = allowlist === undefined ? undefined : [allowlist].flat();
	const blocked = [query[`${prefix}cf_key_blocklist`]].flat();
	return (fields) => fields.filter(({ key }) => allowed?.includes(key) !== false && !blocked.includes(key));
}

/**
 * A page of a list, with its `count`. The documentation does not say whether it counts the page or all pages; here it
 * counts the page.
 */
export function page<Thing>(things: Thing[], { skip = '0', limit = '500' }: Query, cap: number): Thing[] {
	return things.slice(Number(skip), Number(skip) + Math.min(cap, Number(limit)));
}

// --- groups -------------------------------------------------------------------

export function asCreatedGroup(group: StoredGroup) {
	const { sso_1, sso_2, member_admins } = group.access;
	return {
		access: { member_admins, sso_1, sso_2 },
		created: group.created,
		group_owner: group.group_owner,
		id: group.id,
		last_modified: group.last_modified,
		name: group.name,
		primary_contact_email: group.primary_contact_email,
		primary_contact_name: group.primary_contact_name,
		primary_contact_number: group.primary_contact_number,
		auto_add_project_request: group.auto_add_project_request,
		enable_project_team_notifications: group.enable_project_team_notifications,
		custom_fields: group.custom_fields,
	};
}

export function asGroup(group: StoredGroup, projects: Link[], query: Query) {
	const { sso_1, sso_2, member_admins } = group.access;
	return {
		name: group.name,
		id: group.id,
		group_owner: group.group_owner,
		primary_contact_name: group.primary_contact_name,
		primary_contact_number: group.primary_contact_number,
		primary_contact_email: group.primary_contact_email,
		is_deleted: group.is_deleted,
		created: group.created,
		created_by: group.created_by,
		last_modified: group.last_modified,
		projects,
		members: group.members,
		custom_fields: fieldFilter(query)(group.custom_fields),
		access: { member_admins, sso_1, sso_2 },
		auto_add_project_request: group.auto_add_project_request,
		enable_project_team_notifications: group.enable_project_team_notifications,
	};
}

/** The groups in the list of GetGroups: other keys than in GetGroup. */
export function asListedGroups(groups: StoredGroup[], query: Query) {
	const shown = fieldFilter(query);
	return groups.map((group) => ({
		group_name: group.name,
		group_owner: group.group_owner,
		group_primary_contact_name: group.primary_contact_name,
		group_primary_contact_number: group.primary_contact_number,
		group_primary_contact_email: group.primary_contact_email,
		group_id: group.id,
		group_custom_fields: shown(group.custom_fields),
	}));
}

// --- projects -----------------------------------------------------------------

/** Custom fields of records that, unlike groups, give each custom field a type. */
const typed = (fields: CustomField[]) => fields.map(({ key, value }) => ({ key, value, type: 'Field' }));

type ProjectFilters = Record<'fields' | 'reporting' | 'summary', (fields: CustomField[]) => CustomField[]>;

/** A project as GetProjectById and GetProjectsByGroup show it. */
export function asProject(
	project: StoredProject,
	groups: Link[],
	team: User[],
	{ fields, reporting, summary }: ProjectFilters,
) {
	return {
		project_id: project.id,
		project_name: project.name,
		project_code: project.code,
		project_organization_code: project.organization_code,
		project_vulnerability_code: project.vulnerability_code,
		project_groups: groups,
		project_status: project.status,
		project_on_hold: project.on_hold,
		project_start_date: project.start_date,
		project_end_date: project.end_date,
		project_scope: project.scope,
		project_scoring: project.scoring_system,
		project_team: team.map((user) => ({
			user_id: user.id,
			first_name: user.first_name,
			last_name: user.last_name,
			role: user.role,
		})),
		project_created: project.created,
		project_last_modified: project.last_modified,
		project_custom_fields: typed(fields(project.custom_fields)),
		project_reporting_custom_fields: reporting(project.reporting_custom_fields),
		project_summary_custom_fields: summary(project.summary_custom_fields),
	};
}

/** A project in the response of UpdateProjectById, which has other keys than GetProjectById, and no status. */
export function asUpdatedProject(project: StoredProject, groups: Link[]) {
	return {
		id: project.id,
		name: project.name,
		code: project.code,
		organization_code: project.organization_code,
		vulnerability_code: project.vulnerability_code,
		groups,
		isOnHold: project.on_hold,
		startDate: project.start_date,
		endDate: project.end_date,
		scoring_system: project.scoring_system,
		custom_fields: typed(project.custom_fields),
	};
}

// --- vulnerabilities and assets -----------------------------------------------

/** AttackForge manual, GetVulnerabilitiesByGroup: fields and tags apart, each an object with a member for each key. */
const alternative = (fields: CustomField[]) => ({
	fields: Object.fromEntries(fields.map(({ key, value }) => [key, value])),
	tags: {},
});

/** Makes the response for a vulnerability, for one request. */
export function vulnerabilityAnswer(query: Query) {
	const written = query.altCustomFields === 'true' ? alternative : typed;
	const ofVulnerability = fieldFilter(query, 'vulnerability_');
	const ofWriteup = fieldFilter(query, 'writeup_');
	const ofAsset = fieldFilter(query, 'asset_');
	const ofProject = fieldFilter(query, 'project_');
	return (vulnerability: StoredVulnerability, project: StoredProject, groups: Link[]) => ({
		vulnerability_id: vulnerability.id,
		vulnerability_created: vulnerability.created,
		vulnerability_modified: vulnerability.modified,
		vulnerability_title: vulnerability.title,
		vulnerability_priority: vulnerability.priority,
		vulnerability_status: vulnerability.status,
		vulnerability_status_updated: vulnerability.modified,
		vulnerability_retest: 'No',
		vulnerability_likelihood_of_exploitation: 10,
		vulnerability_tags: [],
		vulnerability_is_zeroday: 'No',
		vulnerability_description: `What ${vulnerability.title} is`,
		vulnerability_affected_asset_name: vulnerability.asset,
		vulnerability_projects: [
			{
				code: project.code,
				custom_fields: written(ofProject(project.custom_fields)),
				groups,
				id: project.id,
				name: project.name,
			},
		],
		vulnerability_custom_fields: written(ofVulnerability(vulnerability.custom_fields)),
		vulnerability_library_custom_fields: written(ofWriteup(vulnerability.writeup_custom_fields)),
		vulnerability_affected_asset_custom_fields: written(ofAsset(vulnerability.asset_custom_fields)),
	});
}

export function asAsset({ id, asset, created, last_updated }: StoredAsset, project: StoredProject) {
	return {
		asset,
		created,
		last_updated,
		belongs_to_projects: [{ id: project.id, name: project.name }],
		id,
	};
}
