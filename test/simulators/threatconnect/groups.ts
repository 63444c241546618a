import { mergeAssociation } from './associations';
import {
	requestedOwner,
	requireFields,
	requireWrite,
	textOf,
	type Behaviour,
	type Context,
	type Entry,
	type EntryList,
} from './context';
import { formatDate, normaliseDate } from './dates';
import { refusal, refusalAbout } from './errors';
import {
	ASSOCIATIONS,
	EVENT_STATUSES,
	IDENTITY_FIELDS,
	INCIDENT_STATUSES,
	SCALAR_FIELDS,
	TYPED_LISTS,
	type GroupType,
} from './fields';
import {
	identifyTag,
	mergeAssignments,
	mergeAttributes,
	mergeIds,
	mergeLabels,
	mergeReviews,
	resolveTag,
} from './lists';
import { keyIn, type GroupRow } from './state';

/** Refuses a field that the group's type does not have, or that only the service writes. */
function checkFieldsOfType(type: GroupType, body: Entry): void {
	for (const name of Object.keys(body)) {
		const field = SCALAR_FIELDS[name];
		if (field?.readOnlyFor?.includes(type)) {
			throw refusalAbout('ImproperFormat', `The field "${name}" is read-only for the group type "${type}"`);
		}
		const types = field?.types ?? TYPED_LISTS[name];
		if (types && !types.includes(type)) {
			throw refusalAbout('ImproperFormat', `The field "${name}" does not apply to the group type "${type}"`);
		}
	}
}

function statusesOf(type: GroupType, { eventStatuses }: Behaviour): readonly string[] {
	return type === 'Event' ? EVENT_STATUSES.slice(0, eventStatuses) : INCIDENT_STATUSES;
}

function scalarValue(behaviour: Behaviour, type: GroupType, name: string, value: unknown): unknown {
	if (name === 'status' && !statusesOf(type, behaviour).includes(String(value))) {
		throw refusal('BadRequest', `The status "${value}" is invalid for the group type "${type}"`);
	}
	return SCALAR_FIELDS[name]?.kind === 'date' ? normaliseDate(name, String(value)) : value;
}

/** `null` clears an optional field. docs: event_status, a status cannot be set back to None. */
function checkClearable(type: GroupType, name: string, before: unknown): void {
	if (SCALAR_FIELDS[name]?.requiredFor?.includes(type)) {
		throw refusal('BadRequest', `The field "${name}" of the group type "${type}" cannot be empty`);
	}
	if (type === 'Event' && name === 'status' && before !== undefined) {
		throw refusal('BadRequest', 'The status of an Event cannot be set back to None');
	}
}

/** The type-specific and common scalar fields after a body was applied. */
function mergeScalars(
	behaviour: Behaviour,
	type: GroupType,
	before: Record<string, unknown>,
	body: Entry,
): Record<string, unknown> {
	const fields = { ...before };
	for (const [name, value] of Object.entries(body)) {
		if (!SCALAR_FIELDS[name] || IDENTITY_FIELDS.includes(name)) continue;
		if (value === null) {
			checkClearable(type, name, before[name]);
			delete fields[name];
		} else {
			fields[name] = scalarValue(behaviour, type, name, value);
		}
	}
	// docs: note 5, "if malware is true, password is required".
	if (fields.malware === true) requireFields(fields, ['password'], 'a Document with "malware": true');
	return fields;
}

/** The values that the service itself gives a new group. */
function initialFields(type: GroupType): Record<string, unknown> {
	if (type === 'Document' || type === 'Report') return { status: 'Awaiting Upload' };
	if (type === 'Event') return { eventType: 'NONE' };
	return type === 'Task' ? { status: 'Not Started' } : {};
}

const list = (body: Entry, name: string) => body[name] as EntryList | undefined;

/** Associations between groups are visible from both ends. */
function linkBack({ state }: Context, id: string, before: readonly string[], after: readonly string[]): void {
	const others = (otherId: string, change: (ids: string[]) => string[]) => {
		const other = state.groups.get(otherId);
		if (other) state.groups.put({ ...other, associatedGroups: change(other.associatedGroups) });
	};
	for (const added of after.filter((other) => !before.includes(other))) {
		others(added, (ids) => [...new Set([...ids, id])]);
	}
	for (const removed of before.filter((other) => !after.includes(other))) {
		others(removed, (ids) => ids.filter((other) => other !== id));
	}
}

function mergeTags(context: Context, group: GroupRow, tags: EntryList): string[] {
	const at = (index: number) => `tags.data[${index}]`;
	return mergeIds(
		group.tags,
		tags,
		(entry, index) => resolveTag(context, group.ownerName, entry, at(index)),
		(entry, index) => identifyTag(context, group.ownerName, entry, at(index)),
	);
}

/** Applies every list of a body to a stored group. */
function applyLists(context: Context, group: GroupRow, body: Entry): GroupRow {
	const { groups } = context.state;
	const change = (part: Partial<GroupRow>) => groups.put({ ...(groups.get(group.id) ?? group), ...part });
	const tags = list(body, 'tags');
	if (tags) change({ tags: mergeTags(context, group, tags) });
	const attributes = list(body, 'attributes');
	if (attributes) change({ attributes: mergeAttributes(context, group, attributes) });
	const labels = list(body, 'securityLabels');
	if (labels) {
		change({ securityLabels: mergeLabels(context, group.securityLabels, labels, 'securityLabels') });
	}
	const assignments = list(body, 'assignments');
	if (assignments) change({ assignments: mergeAssignments(group, assignments) });
	const reviews = list(body, 'reviews');
	if (reviews) change({ reviews: mergeReviews(context, group, reviews) });
	for (const kind of ASSOCIATIONS) {
		const entries = list(body, kind);
		if (!entries) continue;
		const ids = mergeAssociation(context, kind, group, entries, {
			create: createNestedGroup,
			change: changeNestedGroup,
		});
		change({ [kind]: ids });
		if (kind === 'associatedGroups') linkBack(context, group.id, group.associatedGroups, ids);
	}
	return groups.get(group.id) ?? group;
}

function createNestedGroup(context: Context, entry: Entry, where: string): string {
	return createGroup(context, entry, {}, where).id;
}

/** tcex's tests send an associated group's ID with other fields of it. */
function changeNestedGroup(context: Context, id: string, { id: _id, ...changes }: Entry): void {
	const group = context.state.groups.get(id);
	if (group && Object.keys(changes).length > 0) updateGroup(context, group, changes);
}

const NO_LISTS = {
	tags: [],
	attributes: [],
	securityLabels: [],
	associatedArtifacts: [],
	associatedCases: [],
	associatedGroups: [],
	associatedIndicators: [],
	associatedVictimAssets: [],
	assignments: [],
	reviews: [],
};

/** Not documented: what a POST does with an `xid` that the owner already has. It is an option of the simulator. */
function takeOver(context: Context, known: GroupRow | undefined, type: GroupType): GroupRow | undefined {
	if (!known || context.behaviour.knownXid === 'duplicate') return undefined;
	if (context.behaviour.knownXid === 'conflict' || known.type !== type) throw refusal('Conflict');
	linkBack(context, known.id, known.associatedGroups, []);
	return known;
}

const storedName = ({ trimsNames }: Behaviour, name: string): string => (trimsNames ? name.trim() : name);

export function findByXid({ state }: Context, ownerName: string, xid: string): GroupRow | undefined {
	return state.groups.findByKey(keyIn(ownerName, xid));
}

export function createGroup(
	context: Context,
	body: Entry,
	query: { owner?: string } = {},
	where = 'the group',
): GroupRow {
	const { state, user, behaviour, now } = context;
	requireFields(body, ['name', 'type'], where);
	const type = body.type as GroupType;
	checkFieldsOfType(type, body);
	if (type !== 'Event' && body.status === null) {
		throw refusalAbout('ImproperFormat', 'The field "status" must be of the type string');
	}
	requireFields(
		body,
		Object.keys(SCALAR_FIELDS).filter((name) => SCALAR_FIELDS[name]?.requiredFor?.includes(type)),
		`the ${type}`,
	);
	const fields = mergeScalars(behaviour, type, initialFields(type), body);
	const ownerName = requestedOwner(user, { query: query.owner, name: body.ownerName, id: body.ownerId });
	requireWrite(user, ownerName);
	const xid = textOf(body.xid);
	const known = takeOver(context, xid === undefined ? undefined : findByXid(context, ownerName, xid), type);
	const group: GroupRow = {
		id: known?.id ?? state.groups.newId(),
		ownerName,
		type,
		name: storedName(context.behaviour, String(body.name)),
		...(xid !== undefined && { xid }),
		fields,
		...NO_LISTS,
		dateAdded: known?.dateAdded ?? now,
		lastModified: now,
		createdBy: user.id,
	};
	return applyLists(context, state.groups.put(group), body);
}

/** Always later than before, so that a client sees a change within the same second. */
export function laterThan(before: string, now: string): string {
	return now > before ? now : formatDate(Date.parse(before) + 1000);
}

export function updateGroup(context: Context, group: GroupRow, body: Entry): GroupRow {
	const { state, user, behaviour, now } = context;
	requireWrite(user, group.ownerName);
	// tcex sends the unchanged type in a PUT too.
	if (body.type !== undefined && body.type !== group.type) {
		throw refusalAbout('ImproperFormat', 'The field "type" cannot be updated');
	}
	checkFieldsOfType(group.type, body);
	const fields = mergeScalars(behaviour, group.type, group.fields, body);
	const xid = body.xid === undefined ? group.xid : textOf(body.xid);
	if (xid !== undefined && xid !== group.xid && findByXid(context, group.ownerName, xid)) {
		throw refusal('Conflict');
	}
	const changed = {
		...group,
		name: storedName(context.behaviour, textOf(body.name) ?? group.name),
		xid,
		fields,
		lastModified: laterThan(group.lastModified, now),
	};
	return applyLists(context, state.groups.put(changed), body);
}

export function removeGroup(context: Context, group: GroupRow): void {
	requireWrite(context.user, group.ownerName);
	eraseGroup(context, group);
}

/** Deletes a group without a check of the user. */
export function eraseGroup(context: Context, group: GroupRow): void {
	linkBack(context, group.id, group.associatedGroups, []);
	context.state.groups.remove(group.id);
}
