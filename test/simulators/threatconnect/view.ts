import { SCALAR_FIELDS } from './fields';
import { OWNERS, USERS, type ApiUser, type Entity } from './seeds';
import type { AttributeRow, GroupRow, State } from './state';

type Rows = Array<Record<string, unknown>>;

const SITE = 'https://threatconnect.example';

export const ownerId = (name: string) => OWNERS.find((owner) => owner.name === name)?.id ?? '0';

const USERS_BY_ID = new Map<string, Partial<ApiUser>>(USERS.map((user) => [user.id, user]));

/** docs: intelligence_reviews and groups/retrieve, `createdBy`. Its `systemRole` comes with `fields=userDetails`. */
function user(id: string, withDetails = false): Record<string, unknown> {
	const {
		permissions: _permissions,
		cannotList: _cannotList,
		systemRole,
		...known
	} = USERS_BY_ID.get(id) ?? { id };
	return { ...known, ...(withDetails && { systemRole }) };
}

/** docs: a list without entries is `{}`. */
export const wrap = (rows: Rows) => (rows.length > 0 ? { data: rows } : {});

const present = <Value>(value: Value | undefined): value is Value => value !== undefined;

const tagsOf = (state: State, ids: readonly string[]): Rows =>
	ids
		.map((id) => state.tags.get(id))
		.filter(present)
		.map(({ ownerName: _ownerName, ...tag }) => tag);

const labelsOf = (state: State, ids: readonly string[]): Rows =>
	ids.map((id) => state.securityLabels.get(id)).filter(present);

export function attribute(state: State, row: AttributeRow, withLabels: boolean): Record<string, unknown> {
	const { securityLabels, createdBy, ...rest } = row;
	return {
		...rest,
		createdBy: user(createdBy),
		...(withLabels && { securityLabels: wrap(labelsOf(state, securityLabels)) }),
	};
}

/** An associated object, without the content of an artifact's file. */
export function entity(row: Entity): Record<string, unknown> {
	const {
		fileData: _fileData,
		tags: _tags,
		attributes: _attributes,
		securityLabels: _labels,
		...shown
	} = row;
	return { ...shown, ownerId: ownerId(row.ownerName) };
}

function entities(table: { get(id: string): Entity | undefined }, ids: readonly string[]): Rows {
	return ids
		.map((id) => table.get(id))
		.filter(present)
		.map(entity);
}

/** The scalar fields that `shownBy` requests, or those that are always shown. */
function scalars(group: GroupRow, shownBy?: string): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(group.fields).filter(([name]) => SCALAR_FIELDS[name]?.shownBy === shownBy),
	);
}

const assignmentsOf = (group: GroupRow): Rows =>
	group.assignments.map(({ type, userId }) => ({ type, user: user(userId) }));

/** docs: intelligence_reviews, "Response Body". Who wrote it may change it. */
const reviewsOf = (group: GroupRow, reader?: ApiUser): Rows =>
	group.reviews.map(({ userId, ...review }) => ({
		...review,
		createdBy: user(userId),
		editable: userId === reader?.id,
		deletable: userId === reader?.id,
	}));

/** docs: groups/fields, `to`: filled by an associated victim asset of the type EmailAddress. */
function recipient(state: State, group: GroupRow): Record<string, unknown> {
	if (group.type !== 'Email' || group.fields.to !== undefined) return {};
	const to = group.associatedVictimAssets
		.map((id) => state.victimAssets.get(id))
		.find((asset) => asset?.type === 'EmailAddress')?.address;
	return to === undefined ? {} : { to };
}

/** docs: unified_view_vulnerabilities: data that all vulnerabilities of a name share. */
function commonGroup(state: State, group: GroupRow): Record<string, unknown> {
	if (group.type !== 'Vulnerability') return {};
	const first = state.groups.find(({ type, name }) => type === group.type && name === group.name) ?? group;
	return {
		commonGroup: {
			id: first.id,
			dateAdded: first.dateAdded,
			name: group.name,
			lastModified: first.lastModified,
			cvss_severity_v3: 'NONE',
		},
	};
}

function associatedGroups(state: State, group: GroupRow, fields: ReadonlySet<string>): Rows {
	const deeper = [...fields]
		.filter((name) => name.startsWith('associatedGroups.'))
		.map((name) => name.slice('associatedGroups.'.length));
	return group.associatedGroups
		.map((id) => state.groups.get(id))
		.filter(present)
		.map((other) => describe(state, other, new Set(deeper)));
}

/** The keys that each value of `fields` adds to a response. */
const ADDITIONS: Record<
	string,
	(state: State, group: GroupRow, fields: ReadonlySet<string>, reader?: ApiUser) => Record<string, unknown>
> = {
	tags: (state, group) => ({ tags: wrap(tagsOf(state, group.tags)) }),
	attributes: (state, group, fields) => ({
		attributes: wrap(
			group.attributes.map((row) => attribute(state, row, fields.has('attributes.securityLabels'))),
		),
	}),
	securityLabels: (state, group) => ({ securityLabels: wrap(labelsOf(state, group.securityLabels)) }),
	associatedArtifacts: (state, group) => ({
		associatedArtifacts: wrap(entities(state.artifacts, group.associatedArtifacts)),
	}),
	associatedCases: (state, group) => ({
		associatedCases: wrap(entities(state.cases, group.associatedCases)),
	}),
	associatedGroups: (state, group, fields) => ({
		associatedGroups: wrap(associatedGroups(state, group, fields)),
	}),
	associatedIndicators: (state, group) => ({
		associatedIndicators: wrap(entities(state.indicators, group.associatedIndicators)),
	}),
	associatedVictimAssets: (state, group) => ({
		associatedVictimAssets: wrap(entities(state.victimAssets, group.associatedVictimAssets)),
	}),
	sightings: (_state, group) => scalars(group, 'sightings'),
	externalDates: (_state, group) => scalars(group, 'externalDates'),
	intelReviews: (_state, group, _fields, reader) =>
		group.type === 'Report' ? { reviews: wrap(reviewsOf(group, reader)) } : {},
	common: commonGroup,
	userDetails: (_state, group) => ({ createdBy: user(group.createdBy, true) }),
};

/** A group as in a response. docs: "additional fields" are left out unless `fields` requests them. */
export function describe(
	state: State,
	group: GroupRow,
	fields: ReadonlySet<string> = new Set(),
	reader?: ApiUser,
): Record<string, unknown> {
	const asked = new Set([...fields].map((name) => name.split('.')[0] ?? name));
	return {
		id: group.id,
		ownerId: ownerId(group.ownerName),
		ownerName: group.ownerName,
		dateAdded: group.dateAdded,
		webLink: `${SITE}/#/details/groups/${group.id}/overview`,
		type: group.type,
		name: group.name,
		createdBy: user(group.createdBy),
		upVoteCount: '0',
		downVoteCount: '0',
		...(group.xid !== undefined && { xid: group.xid }),
		...scalars(group),
		...recipient(state, group),
		...(group.type === 'Task' && { assignments: wrap(assignmentsOf(group)) }),
		...Object.assign({}, ...[...asked].map((name) => ADDITIONS[name]?.(state, group, fields, reader) ?? {})),
		lastModified: group.lastModified,
	};
}

/** A group as tests see it, with every list in full and IDs as digits. */
export type StoredGroup = {
	id: string;
	ownerId: string;
	ownerName: string;
	type: string;
	name: string;
	xid?: string;
	fields: Record<string, unknown>;
	tags: Rows;
	attributes: Rows;
	securityLabels: Rows;
	associatedArtifacts: Rows;
	associatedCases: Rows;
	associatedGroups: Rows;
	associatedIndicators: Rows;
	associatedVictimAssets: Rows;
	assignments: Rows;
	reviews: Rows;
	dateAdded: string;
	lastModified: string;
	createdBy: Record<string, unknown>;
};

export function stored(state: State, group: GroupRow): StoredGroup {
	return {
		...group,
		ownerId: ownerId(group.ownerName),
		tags: tagsOf(state, group.tags),
		attributes: group.attributes.map((row) => attribute(state, row, true)),
		securityLabels: labelsOf(state, group.securityLabels),
		associatedArtifacts: entities(state.artifacts, group.associatedArtifacts),
		associatedCases: entities(state.cases, group.associatedCases),
		associatedGroups: associatedGroups(state, group, new Set()),
		associatedIndicators: entities(state.indicators, group.associatedIndicators),
		associatedVictimAssets: entities(state.victimAssets, group.associatedVictimAssets),
		assignments: assignmentsOf(group),
		reviews: reviewsOf(group),
		createdBy: user(group.createdBy),
	};
}
