import { canRead } from './context';
import { GENERIC_VALUES, GROUP_TYPES, INDICATOR_TYPES, type Association } from './fields';
import {
	ATTRIBUTE_TYPES,
	OWNERS,
	USERS,
	VICTIMS,
	type ApiUser,
	type AttributeType,
	type Entity,
	type Owner,
	type SecurityLabel,
} from './seeds';
import { keyIn, type AttributeRow, type GroupRow, type State } from './state';
import {
	compile,
	type Keyword,
	type Keywords,
	type Kind,
	type NestedKeyword,
	type Scope,
	type ValueKeyword,
} from './tql';
import type { Expression } from './tqlGrammar';
import { ownerId } from './view';

type Get<Row> = ValueKeyword<Row>['get'];

const value =
	(kind: Kind) =>
	<Row>(description: string, get: Get<Row>): Keyword<Row> => ({ kind, description, get });
const integer = value('Integer');
const text = value('String');
const lower = value('StringLower');
const date = value('Date');
const flag = value('Boolean');

const word = (found: unknown): string | undefined => (typeof found === 'string' ? found : undefined);

/** A scalar field of a group, as stored. */
const field =
	(name: string): Get<GroupRow> =>
	({ fields }) =>
		word(fields[name]);

/** A scalar field of the groups of some types. */
const fieldOf =
	(name: string, ...types: string[]): Get<GroupRow> =>
	(group) =>
		types.includes(group.type) ? word(group.fields[name]) : undefined;

const DOCUMENTS = ['Document', 'Report'];

/** For keywords without data in the simulator. */
const never = () => undefined;

const owned = <Row extends { ownerName: string }>(): Keywords<Row> => ({
	owner: integer('The owner ID', ({ ownerName }: Row) => ownerId(ownerName)),
	ownerName: text('The owner name', ({ ownerName }: Row) => ownerName),
});

/** The position in a list of names, as the numeric ID of a type. */
const position = (names: readonly string[], name: unknown) => names.indexOf(String(name)) + 1;

const tagNames = ({ tags }: GroupRow, { state }: Scope, ofTechniques: boolean) =>
	tags
		.map((id) => state.tags.get(id))
		.filter((tag) => !ofTechniques || tag?.techniqueId !== undefined)
		.map((tag) => word(tag?.name));

const assignees = (group: GroupRow, name: 'userName' | 'pseudonym') =>
	group.assignments.map(({ userId }) => USERS.find(({ id }) => id === userId)?.[name]);

/** Returns only rows that the user may see. */
const readable = <Row extends { ownerName: string }>(rows: readonly Row[], { user }: Scope) =>
	rows.filter(({ ownerName }) => canRead(user, ownerName));

type Find = NestedKeyword<unknown>['find'];

const findBy =
	<Row extends { id: string }>(keywords: () => Keywords<Row>, rows: (scope: Scope) => readonly Row[]): Find =>
	(scope: Scope, query: Expression) =>
		new Set(
			rows(scope)
				.filter(compile(query, keywords(), scope))
				.map(({ id }) => id),
		);

/** Nothing that the simulator has; what the query says is checked all the same. */
const noneOf = <Row extends { id: string }>(keywords: () => Keywords<Row>): Find =>
	findBy(keywords, () => []);

const FIND = {
	victims: findBy(
		() => VICTIM_KEYWORDS,
		(scope) => readable(VICTIMS, scope),
	),
	commonGroups: findBy(
		() => COMMON_GROUP_KEYWORDS,
		({ state }) => state.groups.all().filter(isCommon),
	),
	profiles: noneOf(() => PROFILE_KEYWORDS),
	requirements: noneOf(() => REQUIREMENT_KEYWORDS),
	groups: findBy(
		() => GROUP_KEYWORDS,
		(scope) => readable(scope.state.groups.all(), scope),
	),
	tags: findBy(
		() => TAG_KEYWORDS,
		(scope) => readable(scope.state.tags.all(), scope),
	),
	labels: findBy(
		() => LABEL_KEYWORDS,
		({ state }) => state.securityLabels.all(),
	),
	attributes: findBy(
		() => ATTRIBUTE_KEYWORDS,
		(scope) => readable(scope.state.groups.all(), scope).flatMap(attributesOf),
	),
	indicators: findBy(
		() => INDICATOR_KEYWORDS,
		(scope) => readable(scope.state.indicators.all(), scope),
	),
	cases: findBy(
		() => CASE_KEYWORDS,
		(scope) => readable(scope.state.cases.all(), scope),
	),
	artifacts: findBy(
		() => ARTIFACT_KEYWORDS,
		(scope) => readable(scope.state.artifacts.all(), scope),
	),
	victimAssets: findBy(
		() => VICTIM_ASSET_KEYWORDS,
		(scope) => readable(scope.state.victimAssets.all(), scope),
	),
} satisfies Record<string, Find>;

/** Groups that have one of the found objects, by the IDs in one of their lists. */
const having = (
	description: string,
	find: Find,
	idsOf: (group: GroupRow) => readonly string[],
): NestedKeyword<GroupRow> => ({
	kind: 'Query',
	description,
	find,
	link: (found) => (group) => idsOf(group).some((id) => found.has(id)),
});

/** What stands on a group as one of its attributes. */
export type AttributeOfGroup = AttributeRow & { groupId: string; ownerName: string };

export const attributesOf = ({ id: groupId, ownerName, attributes }: GroupRow): AttributeOfGroup[] =>
	attributes.map((row) => ({ ...row, groupId, ownerName }));

/** Groups that have each of the found objects. */
const havingAll = (
	description: string,
	find: Find,
	idsOf: (group: GroupRow) => readonly string[],
): NestedKeyword<GroupRow> => ({
	kind: 'Query',
	description,
	find,
	link: (found) => (group) => found.size > 0 && [...found].every((id) => idsOf(group).includes(id)),
});

/** Rows of which one of their own lists holds one of the found objects, by ID or by name. */
const linked = <Row>(
	description: string,
	find: Find,
	isLinked: (row: Row, found: ReadonlySet<string>, scope: Scope) => boolean,
): NestedKeyword<Row> => ({
	kind: 'Query',
	description,
	find,
	link: (found, scope) => (row) => isLinked(row, found, scope),
});

/** Keywords of which the simulator has no data: a comparison with them is never true. */
const unknown = <Row>(kind: Kind, ...names: string[]): Keywords<Row> =>
	Object.fromEntries(names.map((name) => [name, value(kind)<Row>(`The ${name}`, never)]));

/** docs: unified_view_vulnerabilities, threat_actor_profiles. Only a vulnerability has common data here. */
export const isCommon = ({ type }: GroupRow): boolean => type === 'Vulnerability';

/** Objects that one of the found groups has. */
const ofGroups = (listOf: (group: GroupRow) => readonly string[]): Keywords<{ id: string }> => {
	const members = (state: State, groupIds: Iterable<string>) =>
		new Set([...groupIds].map((id) => state.groups.get(id)).flatMap((group) => (group ? listOf(group) : [])));
	return {
		hasGroup: {
			kind: 'Query',
			description: 'A nested query for association to groups',
			find: FIND.groups,
			link: (found, { state }) => {
				const ids = members(state, found);
				return ({ id }) => ids.has(id);
			},
		},
	};
};

const associatedTo = (kind: Association) => ofGroups((group) => group[kind]);

/** tcex: groups/group_filter. There is neither `name` nor `xid`. */
export const GROUP_KEYWORDS: Keywords<GroupRow> = {
	...owned<GroupRow>(),
	aiProvider: text('The AI provider of the insights', field('aiProvider')),
	associatedIndicator: integer('The IDs of associated indicators', (group) => group.associatedIndicators),
	attackTag: lower('The name of an ATT&CK tag', (group, scope) => tagNames(group, scope, true)),
	childGroup: integer('The IDs of child groups', (group) => group.associatedGroups),
	createdBy: text(
		'The user who created the group',
		({ createdBy }) => USERS.find(({ id }) => id === createdBy)?.userName,
	),
	dateAdded: date('The date the group was added', ({ dateAdded }) => dateAdded),
	documentDateAdded: date('The date the document was added', fieldOf('documentDateAdded', ...DOCUMENTS)),
	documentFilename: text('The file name of the document', fieldOf('fileName', ...DOCUMENTS)),
	documentFilesize: integer('The file size of the document', ({ fields }) =>
		typeof fields.fileSize === 'number' ? fields.fileSize : undefined,
	),
	documentStatus: text('The status of the document', fieldOf('status', ...DOCUMENTS)),
	documentType: text('The type of the document', fieldOf('documentType', ...DOCUMENTS)),
	downvoteCount: integer('The number of downvotes', () => 0),
	emailDate: date('The date of the email', never),
	emailFrom: text("The 'from' field of the email", field('from')),
	emailScore: integer('The score of the email', never),
	emailScoreIncludesBody: flag('Whether the body is included in the score', never),
	emailSubject: text('The subject of the email', field('subject')),
	eventDate: date('The event date', field('eventDate')),
	eventType: text('The event type', field('eventType')),
	externalDateAdded: date('The date the group was added externally', field('externalDateAdded')),
	externalDateExpires: date('The date the group expires externally', field('externalDateExpires')),
	externalLastModified: date('The date the group was modified externally', field('externalLastModified')),
	firstSeen: date('The date the group was first seen', field('firstSeen')),
	generatedReport: flag('Whether the report was generated', never),
	associatedGroupSource: text('Where an association to a group comes from', ({ associatedGroups }) =>
		associatedGroups.map(() => 'API'),
	),
	associatedIndicatorSource: text('Where an association to an indicator comes from', (group) =>
		group.associatedIndicators.map(() => 'API'),
	),
	hasAllTags: havingAll('All of the tags', FIND.tags, (group) => group.tags),
	hasCommonGroup: having('The common group', FIND.commonGroups, ({ id }) => [id]),
	hasIntelQuery: integer('The ID of an Intel Query', never),
	hasIntelRequirement: having('Intelligence Requirements', FIND.requirements, () => []),
	hasThreatActorProfile: having('Threat Actor Profiles', FIND.profiles, () => []),
	hasVictim: linked('Victims of associated victim assets', FIND.victims, (group, found, { state }) =>
		group.associatedVictimAssets.some((id) => found.has(String(state.victimAssets.get(id)?.victimId))),
	),
	hasArtifact: having('Associated artifacts', FIND.artifacts, (group) => group.associatedArtifacts),
	hasAttribute: having('Attributes', FIND.attributes, ({ attributes }) => attributes.map(({ id }) => id)),
	hasCase: having('Associated cases', FIND.cases, (group) => group.associatedCases),
	// tcex, group.py: the result of `hasGroup(id = X)` contains X itself.
	hasGroup: having('Associated groups', FIND.groups, (group) => [group.id, ...group.associatedGroups]),
	hasIndicator: having('Associated indicators', FIND.indicators, (group) => group.associatedIndicators),
	hasSecurityLabel: having('Security labels', FIND.labels, (group) => group.securityLabels),
	hasTag: having('Tags', FIND.tags, (group) => group.tags),
	hasVictimAsset: having('Victim assets', FIND.victimAssets, (group) => group.associatedVictimAssets),
	id: integer('The ID of the group', ({ id }) => id),
	insights: text('The AI insights of the group', field('insights')),
	isGroup: flag('Whether the object is a group', () => true),
	lastModified: date('The date the group was last modified', ({ lastModified }) => lastModified),
	lastSeen: date('The date the group was last seen', field('lastSeen')),
	parentGroup: integer('The IDs of parent groups', (group) => group.associatedGroups),
	publishDate: date('The publish date of the report', field('publishDate')),
	securityLabel: text('The name of a security label', ({ securityLabels }, { state }) =>
		securityLabels.map((id) => state.securityLabels.get(id)?.name),
	),
	signatureDateAdded: date('The date the signature was added', (group) =>
		group.type === 'Signature' ? group.dateAdded : undefined,
	),
	signatureFilename: text('The file name of the signature', fieldOf('fileName', 'Signature')),
	signatureType: text('The type of the signature', fieldOf('fileType', 'Signature')),
	status: text('The status of the group', field('status')),
	// docs: "summary" is the group's name.
	summary: lower('The summary (name) of the group', ({ name }) => name),
	tag: lower('The name of a tag', (group, scope) => tagNames(group, scope, false)),
	tagOwner: integer('The owner ID of a tag', ({ tags }, { state }) =>
		tags.map((id) => ownerId(state.tags.get(id)?.ownerName ?? '')),
	),
	tagOwnerName: text('The owner name of a tag', ({ tags }, { state }) =>
		tags.map((id) => state.tags.get(id)?.ownerName),
	),
	taskAssignee: text('The assignee of the task', (group) => assignees(group, 'userName')),
	taskAssigneePseudo: text("The assignee's pseudonym", (group) => assignees(group, 'pseudonym')),
	taskDateAdded: date('The date the task was added', (group) =>
		group.type === 'Task' ? group.dateAdded : undefined,
	),
	taskDueDate: date('The due date of the task', field('dueDate')),
	taskEscalated: flag('Whether the task is escalated', never),
	taskEscalationDate: date('The escalation date of the task', field('escalationDate')),
	taskOverdue: flag('Whether the task is overdue', never),
	taskReminded: flag('Whether the task was reminded of', never),
	taskReminderDate: date('The reminder date of the task', field('reminderDate')),
	taskStatus: text('The status of the task', fieldOf('status', 'Task')),
	type: integer('The ID of the group type', ({ type }) => position(GROUP_TYPES, type)),
	typeName: text('The name of the group type', ({ type }) => type),
	upvoteCount: integer('The number of upvotes', () => 0),
	victimAsset: text('The value of an associated victim asset', (group, { state }) =>
		group.associatedVictimAssets.map((id) => victimAssetSummary(state.victimAssets.get(id))),
	),
};

/** docs: filter_results has these two. What `OPTIONS` lists is what the vendor's client knows, and it lacks them. */
export const UNLISTED_KEYWORDS = ['associatedGroupSource', 'associatedIndicatorSource'];

/** tcex: group_attributes/group_attribute_filter. */
export const ATTRIBUTE_KEYWORDS: Keywords<AttributeOfGroup> = {
	...owned<AttributeOfGroup>(),
	...unknown('Boolean', 'associable'),
	...unknown('Date', 'dateVal'),
	...unknown('Integer', 'intVal', 'maxSize'),
	dateAdded: date('The date the attribute was added', ({ dateAdded }) => dateAdded),
	default: flag('Whether the attribute is the default', (row) => row.default),
	displayed: flag('Whether the attribute is displayed', (row) => row.default),
	groupId: integer('The ID of the group', ({ groupId }) => groupId),
	hasGroup: linked('The group of the attribute', FIND.groups, ({ groupId }, found) => found.has(groupId)),
	hasSecurityLabel: linked('Security labels', FIND.labels, ({ securityLabels }, found) =>
		securityLabels.some((id) => found.has(id)),
	),
	id: integer('The ID of the attribute', ({ id }) => id),
	lastModified: date('The date the attribute was last modified', ({ lastModified }) => lastModified),
	pinned: flag('Whether the attribute is pinned', ({ pinned }) => pinned),
	shortText: text('The text of the attribute', (row) => row.value),
	source: text('The source of the attribute', ({ source }) => source),
	text: text('The text of the attribute', (row) => row.value),
	type: integer(
		'The ID of the attribute type',
		({ type }) => ATTRIBUTE_TYPES.find(({ name }) => name === type)?.id,
	),
	typeName: text('The name of the attribute type', ({ type }) => type),
	user: text(
		'Who created the attribute',
		({ createdBy }) => USERS.find(({ id }) => id === createdBy)?.userName,
	),
};

const VICTIM_KEYWORDS: Keywords<Entity> = {
	...owned<Entity>(),
	id: integer('The ID of the victim', ({ id }) => id),
	name: text('The name of the victim', ({ name }) => word(name)),
	summary: lower('The name of the victim', ({ name }) => word(name)),
};

/** docs: unified_view_vulnerabilities. */
const COMMON_GROUP_KEYWORDS: Keywords<GroupRow> = {
	name: text('The name of the common group', ({ name }) => name),
	summary: lower('The name of the common group', ({ name }) => name),
	typeName: text('The type of the common group', ({ type }) => type),
};

/** docs: threat_actor_profiles. */
const PROFILE_KEYWORDS: Keywords<{ id: string }> = unknown('String', 'mitre_id', 'mitreId', 'name');
/** tcex: intel_requirements/intel_requirement_filter. */
const REQUIREMENT_KEYWORDS: Keywords<{ id: string }> = {
	...unknown('Integer', 'id'),
	...unknown('String', 'requirement', 'requirementText', 'ownerName', 'uniqueId', 'summary'),
};

/** docs: tags/retrieve. `name` depends on upper and lower case, `summary` does not. */
export const TAG_KEYWORDS: Keywords<Entity> = {
	...owned<Entity>(),
	...ofGroups(({ tags }) => tags),
	description: text('The description of the tag', ({ description }) => word(description)),
	id: integer('The ID of the tag', ({ id }) => id),
	lastUsed: date('The date the tag was last used', ({ lastUsed }) => word(lastUsed)),
	name: text('The name of the tag, in its case', ({ name }) => word(name)),
	summary: lower('The name of the tag', ({ name }) => word(name)),
	techniqueId: text('The ATT&CK technique of the tag', ({ techniqueId }) => word(techniqueId)),
};

/** tcex: security_labels/security_label_filter. */
export const LABEL_KEYWORDS: Keywords<SecurityLabel> = {
	...ofGroups(({ securityLabels }) => securityLabels),
	color: text('The color of the label', ({ color }) => color),
	dateAdded: date('The date the label was added', ({ dateAdded }) => dateAdded),
	description: text('The description of the label', ({ description }) => description),
	id: integer('The ID of the label', ({ id }) => id),
	name: text('The name of the label', ({ name }) => name),
	ownerName: text('The owner of the label', ({ owner }) => owner),
	summary: lower('The name of the label', ({ name }) => name),
};

const kept =
	(name: string): Get<Entity> =>
	(row) =>
		word(row[name]);

const switched =
	(name: string): Get<Entity> =>
	(row) =>
		typeof row[name] === 'boolean' ? row[name] : undefined;

/** Lists of an indicator hold what was sent. */
const namesIn = (row: Entity, list: string): string[] =>
	((row[list] as { data?: Array<{ name?: unknown }> } | undefined)?.data ?? []).map(({ name }) =>
		String(name),
	);

/** tcex: indicators/indicator_filter. */
export const INDICATOR_KEYWORDS: Keywords<Entity> = {
	...owned<Entity>(),
	...associatedTo('associatedIndicators'),
	...unknown('Boolean', 'addressIsIpv6', 'dtStatus'),
	...unknown('Date', 'dtLastUpdated', 'lastFalsePositive', 'lastObserved', 'vtLastUpdated'),
	...unknown(
		'Integer',
		'addressAsn',
		'addressIpVal',
		'calScore',
		'commonId',
		'dtMalwareScore',
		'dtOverallScore',
	),
	...unknown('Integer', 'dtPhishingScore', 'dtSpamScore', 'falsePositiveCount', 'observationCount'),
	...unknown('Integer', 'threatAssessScore', 'vtMaliciousCount'),
	...unknown(
		'String',
		'addressCidr',
		'addressCity',
		'addressCountryCode',
		'addressCountryName',
		'addressState',
	),
	...unknown('String', 'addressTimezone', 'attackTag', 'description', 'source'),
	activeLocked: flag('Whether the status is locked', switched('activeLocked')),
	associatedGroup: integer('The IDs of associated groups', ({ id }, { state }) =>
		state.groups
			.all()
			.filter((group) => group.associatedIndicators.includes(id))
			.map((group) => group.id),
	),
	confidence: integer('The confidence', ({ confidence }) => Number(confidence ?? 0)),
	dateAdded: date('The date the indicator was added', kept('dateAdded')),
	externalDateAdded: date('The date the indicator was added externally', kept('externalDateAdded')),
	externalDateExpires: date('The date the indicator expires externally', kept('externalDateExpires')),
	fileSize: integer('The size of the file', ({ size }) => (typeof size === 'number' ? size : undefined)),
	firstSeen: date('The date the indicator was first seen', kept('firstSeen')),
	hasSecurityLabel: linked('Security labels', FIND.labels, (row, found, { state }) =>
		namesIn(row, 'securityLabels').some((name) => found.has(state.securityLabels.findByKey(name)?.id ?? '')),
	),
	hasTag: linked('Tags', FIND.tags, (row, found, { state }) =>
		namesIn(row, 'tags').some((name) =>
			found.has(state.tags.findByKey(keyIn(row.ownerName, name.toLowerCase()))?.id ?? ''),
		),
	),
	hostDnsActive: flag('Whether DNS is looked up', switched('dnsActive')),
	hostWhoisActive: flag('Whether WHOIS is looked up', switched('whoisActive')),
	id: integer('The ID of the indicator', ({ id }) => id),
	indicatorActive: flag('Whether the indicator is active', ({ active }) => active !== false),
	lastModified: date('The date the indicator was last modified', kept('lastModified')),
	lastSeen: date('The date the indicator was last seen', kept('lastSeen')),
	rating: integer('The threat rating', ({ rating }) => Math.trunc(Number(rating ?? 0))),
	securityLabel: text('The name of a security label', (row) => namesIn(row, 'securityLabels')),
	summary: lower('The summary of the indicator', ({ summary }) => word(summary)),
	tag: lower('The name of a tag', (row) => namesIn(row, 'tags')),
	type: integer('The ID of the indicator type', ({ type }) => position(Object.keys(INDICATOR_TYPES), type)),
	typeName: text('The name of the indicator type', ({ type }) => word(type)),
	...Object.fromEntries(
		GENERIC_VALUES.map((name, index) => [
			name,
			text<Entity>(`The ${name} of the indicator`, (row) =>
				word(row[(INDICATOR_TYPES[String(row.type)] ?? [])[index] ?? '']),
			),
		]),
	),
};

export const CASE_KEYWORDS: Keywords<Entity> = {
	...owned<Entity>(),
	...associatedTo('associatedCases'),
	dateAdded: date('The date the case was added', kept('dateAdded')),
	tag: lower('The name of a tag', (row, { state }) =>
		(Array.isArray(row.tags) ? row.tags : []).map((id) => word(state.tags.get(String(id))?.name)),
	),
	caseOpenTime: date('The time the case was opened', kept('caseOpenTime')),
	caseCloseTime: date('The time the case was closed', kept('caseCloseTime')),
	description: text('The description of the case', kept('description')),
	resolution: text('The resolution of the case', kept('resolution')),
	id: integer('The ID of the case', ({ id }) => id),
	name: text('The name of the case', ({ name }) => word(name)),
	severity: text('The severity of the case', ({ severity }) => word(severity)),
	status: text('The status of the case', ({ status }) => word(status)),
	summary: lower('The name of the case', ({ name }) => word(name)),
	xid: text('The XID of the case', ({ xid }) => word(xid)),
};

export const ARTIFACT_KEYWORDS: Keywords<Entity> = {
	...owned<Entity>(),
	...associatedTo('associatedArtifacts'),
	hasCase: linked('The case of the artifact', FIND.cases, ({ caseId }, found) => found.has(String(caseId))),
	dateAdded: date('The date the artifact was added', kept('dateAdded')),
	source: text('The source of the artifact', kept('source')),
	caseId: integer('The ID of the case', ({ caseId }) => word(caseId)),
	id: integer('The ID of the artifact', ({ id }) => id),
	summary: lower('The summary of the artifact', ({ summary }) => word(summary)),
	typeName: text('The name of the artifact type', ({ type }) => word(type)),
};

const VICTIM_ASSET_VALUES = ['address', 'accountName', 'phone', 'website'];

/** The value that names a victim asset. */
export function victimAssetSummary(asset: Entity | undefined): string | undefined {
	return VICTIM_ASSET_VALUES.map((name) => word(asset?.[name])).find((found) => found !== undefined);
}

export const VICTIM_ASSET_KEYWORDS: Keywords<Entity> = {
	...owned<Entity>(),
	...associatedTo('associatedVictimAssets'),
	asset: text('The value of the victim asset', victimAssetSummary),
	hasVictim: linked('The victim', FIND.victims, ({ victimId }, found) => found.has(String(victimId))),
	victimName: text('The name of the victim', ({ victimId }) =>
		word(VICTIMS.find(({ id }) => id === victimId)?.name),
	),
	id: integer('The ID of the victim asset', ({ id }) => id),
	summary: lower('The value of the victim asset', victimAssetSummary),
	typeName: text('The name of the victim asset type', ({ type }) => word(type)),
	victimId: integer('The ID of the victim', ({ victimId }) => word(victimId)),
};

const permission: Get<Owner> = ({ name }, { user }) => user.permissions[name];

export const OWNER_KEYWORDS: Keywords<Owner> = {
	id: integer('The ID of the owner', ({ id }) => id),
	name: text('The name of the owner', ({ name }) => name),
	ownerName: text('The name of the owner', ({ name }) => name),
	permAttribute: text('The permission for attributes', permission),
	permGroup: text('The permission for groups', permission),
	permIndicator: text('The permission for indicators', permission),
	permTag: text('The permission for tags', permission),
	summary: lower('The name of the owner', ({ name }) => name),
	typeName: text('The type of the owner', ({ type }) => type),
};

export const USER_KEYWORDS: Keywords<ApiUser> = {
	firstName: text('The first name', ({ firstName }) => firstName),
	id: integer('The ID of the user', ({ id }) => id),
	lastName: text('The last name', ({ lastName }) => lastName),
	ownerName: text("The user's Organization", ({ owner }) => owner),
	pseudonym: text('The pseudonym', ({ pseudonym }) => pseudonym),
	summary: lower('The user name', ({ userName }) => userName),
	userName: text('The user name', ({ userName }) => userName),
};

export const ATTRIBUTE_TYPE_KEYWORDS: Keywords<AttributeType> = {
	associatedType: text('An object type that has the attribute', ({ groupTypes }) => groupTypes),
	id: integer('The ID of the attribute type', ({ id }) => id),
	name: text('The name of the attribute type', ({ name }) => name),
	ownerName: text('The owner of the attribute type', ({ ownerName }) => ownerName),
	summary: lower('The name of the attribute type', ({ name }) => name),
	system: flag('Whether the attribute type is of the system', ({ ownerName }) => ownerName === undefined),
};

export const ownersOf = (user: ApiUser) => OWNERS.filter(({ name }) => canRead(user, name));
