import { isIP } from 'node:net';
import {
	allowOnly,
	canRead,
	requestedOwner,
	requireFields,
	requireWrite,
	textOf,
	type Context,
	type Entry,
	type EntryList,
} from './context';
import { refusal, refusalAbout } from './errors';
import {
	GENERIC_VALUES,
	INDICATOR_DATES,
	INDICATOR_FLAGS,
	INDICATOR_TYPES,
	isCustomIndicator,
	REGISTRY_VALUE_TYPES,
	VICTIM_ASSET_TYPES,
	type Association,
	indicatorKey,
} from './fields';
import { identifyTag, mergeIds, resolveTag } from './lists';
import { ARTIFACT_TYPES, VICTIMS, WORKFLOW_TASKS, type Entity } from './seeds';
import { keyIn, type GroupRow, type State } from './state';

/** The existing object that an association names. */
const FIND: Record<Association, (state: State, id: string) => { ownerName: string } | undefined> = {
	associatedArtifacts: (state, id) => state.artifacts.get(id),
	associatedCases: (state, id) => state.cases.get(id),
	associatedGroups: (state, id) => state.groups.get(id),
	associatedIndicators: (state, id) => state.indicators.get(id),
	associatedVictimAssets: (state, id) => state.victimAssets.get(id),
};

/** Creates the object that an entry without an ID describes, or finds it. Returns its ID. */
type Create = (context: Context, entry: Entry, where: string) => string;

/** docs: "Artifacts ... The new Artifact will be created in the Organization to which your API user belongs." */
function createArtifact({ state, user }: Context, entry: Entry, where: string): string {
	requireFields(entry, ['summary', 'type'], where);
	const parent = artifactParent(state, entry, where);
	if (!parent || !canRead(user, parent.ownerName)) throw refusal('NotFound');
	if (ARTIFACT_TYPES[String(entry.type)] === 'File') {
		requireFields(entry, ['fileData'], where);
		if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(String(entry.fileData))) {
			throw refusalAbout('ImproperFormat', `The field "fileData" must be Base64 (${where})`);
		}
	}
	requireWrite(user, user.owner);
	return state.artifacts.put({ ...entry, id: state.artifacts.newId(), ownerName: user.owner }).id;
}

/** The Case or workflow task on which an Artifact is created. */
function artifactParent(state: State, entry: Entry, where: string): Entity | undefined {
	const { caseId, caseXid, taskId, taskXid } = entry;
	if (caseId !== undefined) return state.cases.get(String(caseId));
	if (caseXid !== undefined) return state.cases.find(({ xid }) => xid === caseXid);
	if (taskId !== undefined) return WORKFLOW_TASKS.find(({ id }) => id === taskId);
	if (taskXid !== undefined) return WORKFLOW_TASKS.find(({ xid }) => xid === taskXid);
	throw refusalAbout('MissingData', `Missing from ${where}: caseId or caseXid`);
}

function createCase(context: Context, entry: Entry, where: string): string {
	const { state, user } = context;
	requireFields(entry, ['name', 'severity', 'status'], where);
	requireWrite(user, user.owner);
	if (entry.xid !== undefined && state.cases.find(({ xid }) => xid === entry.xid)) throw refusal('Conflict');
	const tags = entry.tags as EntryList | undefined;
	const at = (index: number) => `${where}.tags.data[${index}]`;
	return state.cases.put({
		...entry,
		...(tags && {
			tags: mergeIds(
				[],
				tags,
				(tag, index) => resolveTag(context, user.owner, tag, at(index)),
				(tag, index) => identifyTag(context, user.owner, tag, at(index)),
			),
		}),
		id: state.cases.newId(),
		ownerName: user.owner,
	}).id;
}

const HEX_LENGTHS: Record<string, number> = { md5: 32, sha1: 40, sha256: 64 };
export const HASHES = Object.keys(HEX_LENGTHS);

/** docs: common_errors, "Format rules" of the indicator types. */
const FORMATS: Record<string, (value: string) => boolean> = {
	ip: (value) => isIP(value) !== 0,
	hostName: (value) => /^[\x21-\x7e]+$/.test(value),
	'AS Number': (value) => /^ASN\d+$/.test(value),
	// docs: common_errors, "Registry Key": the hive by its full name.
	'Key Name': (value) => /^HKEY_/.test(value),
	'Value Type': (value) => REGISTRY_VALUE_TYPES.includes(value),
	...Object.fromEntries(
		Object.entries(HEX_LENGTHS).map(([field, length]) => [
			field,
			(value: string) => new RegExp(`^[0-9a-f]{${length}}$`, 'i').test(value),
		]),
	),
};

const COMMON_INDICATOR_FIELDS = [
	...['type', 'ownerName', 'ownerId', 'rating', 'confidence', 'tags', 'attributes', 'securityLabels'],
	...INDICATOR_FLAGS,
	...INDICATOR_DATES,
];

/** The values of an indicator's summary fields, in the order of its summary. */
function summaryValues(entry: Entry, where: string): string[] {
	requireFields(entry, ['type'], where);
	const type = String(entry.type);
	const fields = INDICATOR_TYPES[type] ?? [];
	const allowed = [...COMMON_INDICATOR_FIELDS, ...fields, ...(type === 'File' ? ['size'] : [])];
	allowOnly(entry, allowed, `does not apply to the indicator type "${type}" (${where})`);
	const given = fields.filter((field) => entry[field] !== undefined);
	if (given.length === 0 || type !== 'File') requireFields(entry, fields, where);
	return given.map((field) => {
		const value = String(entry[field]);
		if (FORMATS[field]?.(value) === false) {
			throw refusal('BadRequest', `"${value}" is not a valid ${field} (${where})`);
		}
		return value;
	});
}

/** The summary of what is stored of an indicator, or of the values of one. */
export function summaryOf(row: Entry, where: string): string {
	const names = INDICATOR_TYPES[String(row.type)] ?? [];
	const values = Object.entries(row).filter(([name]) => name === 'type' || names.includes(name));
	return summaryValues(Object.fromEntries(values), where).join(' : ');
}

/** The entry of an indicator of which only the summary is known: its parts are joined by ` : `. */
export function indicatorOfSummary(type: string, summary: string): Entry {
	const fields = INDICATOR_TYPES[type] ?? [];
	if (fields.length === 1) return { type, [fields[0] ?? '']: summary };
	const parts = summary.split(' : ');
	if (type !== 'File') return { type, ...Object.fromEntries(fields.map((field, i) => [field, parts[i]])) };
	const hashes = parts.map((part) => [
		fields.find((field) => HEX_LENGTHS[field] === part.trim().length) ?? 'md5',
		part.trim(),
	]);
	return { type, ...Object.fromEntries(hashes) };
}

/** A custom type's values under the names of its own fields. */
function withOwnNames(entry: Entry): Entry {
	const type = String(entry.type);
	if (!isCustomIndicator(type)) return entry;
	const names = INDICATOR_TYPES[type] ?? [];
	return Object.fromEntries(
		Object.entries(entry).map(([key, value]) => [names[GENERIC_VALUES.indexOf(key)] ?? key, value]),
	);
}

/** A File is the same one when any of its hashes is. */
export function sameFile(known: Entity, entry: Entry): boolean {
	return HASHES.some(
		(field) =>
			entry[field] !== undefined && String(known[field]).toLowerCase() === String(entry[field]).toLowerCase(),
	);
}

function findIndicator(state: State, ownerName: string, entry: Entry, summary: string): Entity | undefined {
	const type = String(entry.type);
	return type === 'File'
		? state.indicators.find((row) => row.ownerName === ownerName && row.type === type && sameFile(row, entry))
		: state.indicators.findByKey(keyIn(ownerName, type, indicatorKey(type, summary)));
}

/** The indicator of an owner with this summary. */
export function knownIndicator(state: State, ownerName: string, type: string, summary: string) {
	return findIndicator(state, ownerName, indicatorOfSummary(type, summary), summary);
}

/** docs: indicators/create, "each owner can have only one copy of a given Indicator". */
export function findOrCreateIndicator(context: Context, given: Entry, where: string): string {
	const { state, user } = context;
	const entry = withOwnNames(given);
	const summary = summaryValues(entry, where).join(' : ');
	const ownerName = requestedOwner(user, { name: entry.ownerName, id: entry.ownerId });
	const known = findIndicator(state, ownerName, entry, summary);
	if (known) return known.id;
	requireWrite(user, ownerName);
	const { ownerId: _ownerId, ...fields } = entry;
	return state.indicators.put({ ...fields, id: state.indicators.newId(), ownerName, summary }).id;
}

function createVictimAsset({ state, user }: Context, entry: Entry, where: string): string {
	requireFields(entry, ['type', 'victimId'], where);
	const type = String(entry.type);
	const { required = [], optional = [] } = VICTIM_ASSET_TYPES[type] ?? {};
	allowOnly(
		entry,
		['type', 'victimId', ...required, ...optional],
		`does not apply to the victim asset type "${type}" (${where})`,
	);
	requireFields(entry, required, where);
	const victim = VICTIMS.find(({ id }) => id === entry.victimId);
	if (!victim || !canRead(user, victim.ownerName)) throw refusal('NotFound');
	requireWrite(user, victim.ownerName);
	return state.victimAssets.put({ ...entry, id: state.victimAssets.newId(), ownerName: victim.ownerName }).id;
}

const CREATE: Record<Exclude<Association, 'associatedGroups'>, Create> = {
	associatedArtifacts: createArtifact,
	associatedCases: createCase,
	associatedIndicators: findOrCreateIndicator,
	associatedVictimAssets: createVictimAsset,
};

/** docs: associations. Both ends must belong to one owner, unless the instance allows cross-owner associations. */
function checkOwners(context: Context, kind: Association, group: GroupRow, id: string): void {
	const other = FIND[kind](context.state, id);
	if (!other || !canRead(context.user, other.ownerName)) throw refusal('NotFound');
	if (!context.behaviour.crossOwner && other.ownerName !== group.ownerName) {
		throw refusalAbout('MismatchedItems', 'The owners of the requested objects were different');
	}
	if (kind === 'associatedGroups' && id === group.id) {
		throw refusal('BadRequest', 'A group cannot be associated to itself');
	}
}

/** docs: to dissociate, "you must identify the object by its ID". */
function dissociated(entry: Entry, where: string): string {
	requireFields(entry, ['id'], where);
	allowOnly(entry, ['id'], `is not for the mode "delete": an association is removed by its ID (${where})`);
	return String(entry.id);
}

/** How associations create and change other groups. */
type NestedGroups = { create: Create; change(context: Context, id: string, entry: Entry): void };

/** What may be given beside an ID, as in the vendor's own tests. It changes the existing object. */
function changeExisting(
	context: Context,
	kind: Association,
	entry: Entry,
	nested: NestedGroups,
	where: string,
): void {
	const id = String(entry.id);
	if (kind === 'associatedGroups') {
		nested.change(context, id, entry);
	} else if (kind === 'associatedVictimAssets') {
		const asset = context.state.victimAssets.get(id);
		if (asset) context.state.victimAssets.put({ ...asset, ...entry, id });
	} else {
		// "the indicator fields cannot be provided (updateable is false) or the API request will fail"
		allowOnly(entry, ['id'], `cannot be given along with "id", which names an existing object (${where})`);
	}
}

/** The IDs of an association after a body's list was applied. New objects are created. */
export function mergeAssociation(
	context: Context,
	kind: Association,
	group: GroupRow,
	list: EntryList,
	nested: NestedGroups,
): string[] {
	const create = kind === 'associatedGroups' ? nested.create : CREATE[kind];
	const at = (index: number) => `${kind}.data[${index}]`;
	const resolve = (entry: Entry, index: number) => {
		const existing = textOf(entry.id);
		const id = existing ?? create(context, entry, at(index));
		checkOwners(context, kind, group, id);
		if (existing !== undefined) changeExisting(context, kind, entry, nested, at(index));
		return id;
	};
	return mergeIds(group[kind], list, resolve, (entry, index) => dissociated(entry, at(index)));
}
