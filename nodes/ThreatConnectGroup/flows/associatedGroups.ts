import { InvalidInput } from '../../shared/core/errors';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import type { ThreatConnect } from '../api/client';
import { readXid } from '../api/references';
import { plainSpelling } from '../query/matching';
import { isOneOf } from '../query/clauses';
import { rowsOf } from './compareGroup';
import { findByName, idsOf, ownerClause } from './findByName';
import { ownerNameOf } from './oneOwner';

/**
 * Writes a body whose associated groups are linked if they exist. A group that the body gives by XID, or by name, type
 * and owner, is sent by its ID, because ThreatConnect itself would create another group each time.
 *
 * Items that would create the same group wait for each other, so that it is created once per run.
 *
 * @param write with whether an item of this run may have created the body's own group, as an associated one of its group
 * @param isNew whether the body is that of a group which is created only if there is none yet
 * @throws InvalidInput when several groups have the name, or the XID belongs to a group of another type. Nothing was
 *   sent then.
 */
export async function withLinkedGroups<T>(
	api: ThreatConnect,
	body: JsonObject,
	write: (linked: JsonObject, mayExist: boolean) => Promise<T>,
	isNew = false,
): Promise<T> {
	const linked = await linkGroups(api, body);
	const created = [...newGroups(linked), ...(isNew ? [body] : [])];
	if (created.length === 0) return await write(linked, false);
	return await api.mutex.runExclusive(created.flatMap(namesOf), async () => {
		const mayExist = namesOf(body).some((name) => api.associatedNames.has(name));
		const latest = await linkGroups(api, linked);
		for (const name of newGroups(latest).flatMap(namesOf)) api.associatedNames.add(name);
		return await write(latest, mayExist);
	});
}

/** What the items of a run call a group. Without the owner, because one item may name it and another may leave it out. */
const namesOf = ({ xid, name, type }: JsonObject): string[] => [
	`group ${JSON.stringify([plainSpelling(String(name)), type])}`,
	...(isUnset(xid) ? [] : [`group ${JSON.stringify(plainSpelling(String(xid)))}`]),
];

const newGroups = ({ associatedGroups: list }: JsonObject): JsonObject[] =>
	isJsonObject(list) && list.mode !== 'delete' ? rowsOf(list).filter(({ id }) => id === undefined) : [];

const keyOf = ({ xid, name, type, ownerName, ownerId }: JsonObject) =>
	`group ${JSON.stringify([
		isUnset(xid) ? [plainSpelling(String(name)), type] : plainSpelling(String(xid)),
		String(ownerName ?? ''),
		String(ownerId ?? ''),
	])}`;

async function linkGroups(api: ThreatConnect, body: JsonObject): Promise<JsonObject> {
	if (newGroups(body).length === 0) return body;
	const list = body.associatedGroups as JsonObject & { data: unknown[] };
	const data: unknown[] = [];
	for (const entry of list.data) {
		const group =
			isJsonObject(entry) && entry.id === undefined ? await findAssociated(api, entry) : undefined;
		data.push(group ? { id: group.id } : entry);
	}
	return { ...body, associatedGroups: { ...list, data } };
}

/** The group that an entry names, looked up once per run; `undefined` when there is none yet. */
async function findAssociated(api: ThreatConnect, entry: JsonObject): Promise<JsonObject | undefined> {
	const key = keyOf(entry);
	const group = await api.lookups.getOrLoad(key, async () =>
		isUnset(entry.xid) ? await findNamed(api, entry) : await findByXid(api, entry),
	);
	// The result is forgotten, because the item itself is about to create the group.
	if (group === undefined) api.lookups.invalidate(key);
	return group;
}

async function findNamed(api: ThreatConnect, entry: JsonObject): Promise<JsonObject | undefined> {
	if (isUnset(entry.name) || isUnset(entry.type)) return undefined;
	const [name, type] = [String(entry.name), String(entry.type)];
	let owner = ownerClause(entry);
	if (owner === undefined) {
		const own = await api.findOwnOrganization();
		// A search in all owners could find another owner's group of that name.
		if (own === undefined) return undefined;
		owner = isOneOf('ownerName', [own]);
	}
	const groups = await findByName(api, name, type, owner);
	if (groups.length < 2) return groups[0];
	throw new InvalidInput(
		`"Associated Groups" (associatedGroups): ${groups.length} groups of the type ${type} have the name ${inQuotes(name)}: ${idsOf(groups)}`,
		'Nothing was written for this item. Give the ID of the right one.',
	);
}

async function findByXid(api: ThreatConnect, entry: JsonObject): Promise<JsonObject | undefined> {
	const xid = readXid(entry.xid, '"Associated Groups" (associatedGroups): the XID');
	if (xid === undefined) return await findNamed(api, entry);
	const ownerName = await ownerNameOf(api, entry);
	const group = await api.findGroup({ xid, ...(ownerName !== undefined && { ownerName }) }, {});
	if (group === undefined && (isUnset(entry.name) || isUnset(entry.type))) {
		throw new InvalidInput(
			`"Associated Groups" (associatedGroups): there is no group with the XID ${inQuotes(xid)}`,
			'Nothing was written for this item. Check the XID and its owner, or give a name and a type too, to create it.',
		);
	}
	if (group === undefined || isUnset(entry.type) || group.type === entry.type) return group;
	throw new InvalidInput(
		`"Associated Groups" (associatedGroups): the group ${String(group.id)} with the XID ${inQuotes(xid)} is of the type ${String(group.type)}, not ${String(entry.type)}`,
		'Nothing was written for this item. Check the type, or the XID.',
	);
}
