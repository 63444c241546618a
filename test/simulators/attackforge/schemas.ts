import { PRIORITIES } from './records';

/**
 * The parameters of each method as JSON Schemas (AttackForge documentation, CreateGroup, UpdateGroup, GetGroup,
 * GetGroups, AddUserToGroup, UpdateUserAccessOnGroup, GetUsers, GetProjectsByGroup, GetVulnerabilitiesByGroup,
 * GetAssetsByGroup, GetProjectById, UpdateProjectById). "Where a parameter is optional, it will be indicated. Otherwise
 * treat all parameters as mandatory." The two booleans are not marked as optional either, but clients leave them out.
 * An undocumented field or parameter is refused, to catch misspellings.
 */

export const TEXT_PATTERN = '\\S';
export const KEY_PATTERN = '^[A-Za-z0-9_]+$';
export const ID_PATTERN = '^[0-9a-fA-F]{24}$';
export const DATE_PATTERN = '^.{10}T.{8}(\\.\\d{1,3})?Z$';
export const CODE_PATTERN = '^.{3,8}$';
export const SKIP_PATTERN = '^\\d{1,9}$';
export const LIMIT_PATTERN = '^([1-9]\\d?|[1-4]\\d\\d|500)$';

type Schema = Record<string, unknown>;
type Properties = Record<string, Schema>;

const text = { type: 'string', pattern: TEXT_PATTERN };
const id = { type: 'string', pattern: ID_PATTERN };
const flag = { type: 'boolean' };
const utcDate = { type: 'string', pattern: DATE_PATTERN, format: 'date-time' };
const anyJson = {};
const oneWord = (...words: string[]) => ({ type: 'string', enum: words });

/** An object with only these properties. */
function record(properties: Properties, required: readonly string[] = [], rules: Schema = {}): Schema {
	return { type: 'object', additionalProperties: false, properties, required, ...rules };
}

const listOf = (items: Schema): Schema => ({ type: 'array', items });

const customFields = listOf(
	record({ key: { type: 'string', pattern: KEY_PATTERN }, value: anyJson }, ['key', 'value']),
);

// --- access -----------------------------------------------------------------

/** The two kinds of entries in `access`: the name of an entry, and its other values. */
const SSO_NAME = { group_name: text };
const SSO_LEVELS = {
	project_access_level: oneWord('none', 'view', 'upload', 'edit'),
	// The documentation's rule lists none, view, upload and edit, but the examples of the same page also have "action".
	project_request_access_level: oneWord('none', 'view', 'upload', 'edit', 'action'),
};
const ADMIN_NAME = { user_id: id, group_id: id };
const ADMIN_LIMITS = {
	project_limit: oneWord('none', 'view', 'upload', 'edit'),
	project_request_limit: oneWord('none', 'view', 'edit', 'action'),
	add_user_method: oneWord('list', 'email'),
	allow_user_invite: flag,
};

const namedByGroup: Schema = { required: ['group_name'] };
/** "specify either user_id or group_id but not both" */
const namedByUserOrGroup: Schema = { oneOf: [{ required: ['user_id'] }, { required: ['group_id'] }] };

/** An entry of CreateGroup: complete. */
function entry(name: Properties, rest: Properties, naming: Schema): Schema {
	return { ...naming, ...record({ ...name, ...rest }, [...requiredBy(naming), ...Object.keys(rest)]) };
}

/** An entry of UpdateGroup is an operation. `upsert` has the complete entry, `remove` only its name. */
function operation(name: Properties, rest: Properties, naming: Schema): Schema {
	const named = { action: oneWord('upsert', 'remove'), ...name };
	const namingAction = { ...naming, required: ['action', ...requiredBy(naming)] };
	return {
		type: 'object',
		if: { type: 'object', properties: { action: { const: 'remove' } }, required: ['action'] },
		then: entry(named, {}, namingAction),
		else: entry(named, rest, namingAction),
	};
}

function requiredBy(naming: Schema): string[] {
	return (naming.required as string[] | undefined) ?? [];
}

const access = (make: typeof entry): Schema =>
	record({
		sso_1: listOf(make(SSO_NAME, SSO_LEVELS, namedByGroup)),
		sso_2: listOf(make(SSO_NAME, SSO_LEVELS, namedByGroup)),
		member_admins: listOf(make(ADMIN_NAME, ADMIN_LIMITS, namedByUserOrGroup)),
	});

// --- groups -----------------------------------------------------------------

const GROUP_TEXTS = {
	name: text,
	group_owner: text,
	primary_contact_name: text,
	primary_contact_number: text,
	primary_contact_email: text,
};

const GROUP_OPTIONS = {
	custom_fields: customFields,
	auto_add_project_request: flag,
	// The heading of this parameter says "notification"; the request and every response say "notifications".
	enable_project_team_notifications: flag,
};

/** The fields of versions before `access`, which are no longer documented. */
const LINKED_GROUPS = {
	linked_groups_view: listOf(text),
	linked_groups_upload: listOf(text),
	linked_groups_edit: listOf(text),
};

const bodiesOf = (fields: Properties) => ({
	create: record({ ...fields, access: access(entry) }, Object.keys(GROUP_TEXTS)),
	update: record({ ...fields, access: access(operation), is_deleted: flag }, [], { minProperties: 1 }),
});

export const groupBodies = bodiesOf({ ...GROUP_TEXTS, ...GROUP_OPTIONS });
export const groupBodiesWithLinkedGroups = bodiesOf({ ...GROUP_TEXTS, ...GROUP_OPTIONS, ...LINKED_GROUPS });

// --- the other methods ------------------------------------------------------

export const idInPath = record({ id }, ['id']);
export const userIdInPath = record({ user_id: id }, ['user_id']);

/** Archive and restore take only the id in the path. Their example sends `{}`. */
export const emptyBody = record({});

export const addUserBody = record(
	{ group_id: id, user_id: id, access_level: oneWord('View', 'Upload', 'Edit') },
	['group_id', 'user_id', 'access_level'],
);

/** `user_id` is documented in the body although it is in the path too. Clients leave it out. */
export const updateUserBody = record(
	{ group_id: id, user_id: id, access_level: oneWord('View', 'Upload', 'Edit', 'Delete') },
	['group_id', 'access_level'],
);

/**
 * The fields of UpdateProjectById that the simulator supports. The documentation has another two dozen (emails,
 * notifications, portfolios, features, pages). They are refused, because clients of groups do not use them.
 */
export const projectBody = record(
	{
		name: text,
		code: text,
		groups: listOf(id),
		startDate: utcDate,
		endDate: utcDate,
		scoringSystem: oneWord('Manual', 'CVSSv3.1'),
		isOnHold: oneWord('Yes', 'No'),
		isOnHoldReason: text,
		organization_code: text,
		vulnerability_code: { type: 'string', pattern: CODE_PATTERN },
		custom_fields: customFields,
	},
	[],
	{ minProperties: 1 },
);

/** A list of keys is a text if it is given once, and a list if it is repeated. Both are valid. */
function customFieldFilters(...prefixes: string[]): Properties {
	const names = prefixes.flatMap((prefix) => [`${prefix}cf_key_allowlist`, `${prefix}cf_key_blocklist`]);
	return Object.fromEntries(names.map((name) => [name, anyJson]));
}

/** The two parameters of a paged method; "Default limit is 500. Max limit is 500." */
const paging = {
	skip: { type: 'string', pattern: SKIP_PATTERN },
	limit: { type: 'string', pattern: LIMIT_PATTERN },
};
const switchedOn = oneWord('true', 'false');

export const noQuery = record({});
export const groupQuery = record(customFieldFilters(''));
export const groupsQuery = record({ ...customFieldFilters(''), allGroups: switchedOn });
export const projectsQuery = record(customFieldFilters(''));
/** Of the documented filters, the simulator has the pages only. */
export const allProjectsQuery = record({ ...customFieldFilters(''), ...paging });
export const projectQuery = record(customFieldFilters('project_', 'project_reporting_', 'project_summary_'));
export const assetsQuery = record(paging);
export const vulnerabilitiesQuery = record({
	...customFieldFilters('asset_', 'project_', 'vulnerability_', 'writeup_'),
	...paging,
	startDate: utcDate,
	endDate: utcDate,
	priority: oneWord(...PRIORITIES),
	altCustomFields: switchedOn,
	pendingVulnerabilities: switchedOn,
	// The language of this filter is documented on a page of its own: queryFilter.ts.
	q: { type: 'string' },
});
export const usersQuery = record({
	firstName: { type: 'string' },
	lastName: { type: 'string' },
	email: { type: 'string' },
	username: { type: 'string' },
});
