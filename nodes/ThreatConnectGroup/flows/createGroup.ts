import { cancelSignal } from '../../shared/http/connection';
import { asError, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import type { Item } from '../../shared/execution/item';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import { isUnset } from '../../shared/core/readValue';
import type { ResponseOptions, ThreatConnect } from '../api/client';
import { readXid } from '../api/references';
import { plainSpelling } from '../query/matching';
import { withLinkedGroups } from './associatedGroups';
import { addedAttributes, checkAttributes } from './attributes';
import { showsNothingElse } from './compareGroup';
import { ownerNameOf, withOneOwner } from './oneOwner';

/** Creates a group once, although responses are lost and n8n repeats items. The group is found again by its XID. */

/** What an operation takes from its item, besides the body, to create a group. */
export type Creation = {
	/** Its `fields` show all that the body sets. */
	options: ResponseOptions;
	assignsXid: boolean;
	item: Item;
	/**
	 * Finds the group if another item has created it meanwhile, as an associated group of what that item creates. Without
	 * it, another group is created.
	 */
	findAgain?(): Promise<JsonObject | undefined>;
};

/**
 * @returns the group and whether it is new, also when only its response was lost
 * @throws InvalidInput when an attribute cannot have its value, or an associated group does not exist exactly once
 * @throws ServiceFailure in doubt when it cannot be known whether the group was created
 */
export async function createGroup(
	api: ThreatConnect,
	given: JsonObject,
	creation: Creation,
): Promise<{ group: JsonObject; isNew: boolean }> {
	const body = await withOneOwner(api, given);
	await checkAttributes(api, addedAttributes(body));
	const nodeAssignsXid = creation.assignsXid && isUnset(body.xid);
	const xid = nodeAssignsXid ? assignedXid(creation.item) : userXid(body.xid);
	const named = xid === undefined ? body : { ...body, xid };
	const { findAgain } = creation;
	const write = async (linked: JsonObject, mayExist: boolean) => {
		const present = mayExist ? await findAgain?.() : undefined;
		if (present) return { group: present, isNew: false };
		return { group: await createOnce(api, linked, nodeAssignsXid, creation), isNew: true };
	};
	return await withLinkedGroups(api, named, write, findAgain !== undefined);
}

/** @returns `undefined` in a preview, because each run assigns another one */
function assignedXid({ retryLog, index }: Item): string | undefined {
	const key = retryLog.idempotencyKey(index);
	return key === undefined ? undefined : `n8n:${key}`;
}

/**
 * A user's XID without blanks around it and with composed letters (NFC). The service decides about one of digits only, or
 * one that is not text.
 */
function userXid(value: unknown): unknown {
	return typeof value === 'string' && plainSpelling(value) !== '' ? plainSpelling(value) : value;
}

async function createOnce(
	api: ThreatConnect,
	named: JsonObject,
	nodeAssignsXid: boolean,
	{ options, item: { retryLog, index } }: Creation,
): Promise<JsonObject> {
	const since = retryLog.isRepeat ? retryLog.startedAt : Date.now();

	const find = async (): Promise<JsonObject | undefined> => {
		const group = await findByXid(api, named, options.fields ?? []);
		if (!group || nodeAssignsXid) return group;
		const isThat = await isThatOf(api, named, group, api.connection.clock.toService(since));
		return isThat && !retryLog.isMadeByOtherItem(index, group.id) ? group : undefined;
	};
	let attempts = 0;
	const act = async (): Promise<JsonObject> => {
		attempts += 1;
		try {
			return await api.createGroup(named, options);
		} catch (error) {
			// The conflict may be with a group of an earlier attempt. Without one, somebody else's group has the user's XID.
			const mayBeOurs = nodeAssignsXid || retryLog.isRepeat || attempts > 1;
			const present = isConflict(error) && mayBeOurs && isFindable(named) ? await find() : undefined;
			if (present) return present;
			throw asError(error);
		}
	};
	const certainty = isFindable(named) ? 'findable' : 'unknown';
	const doubt = doubtOf(named);
	if (retryLog.isRepeat && certainty === 'findable') {
		// An earlier try may have created the group. While it cannot be looked up, this stays in doubt.
		const present = await find().catch((error: unknown) => {
			throw error instanceof ServiceFailure ? error.inDoubt(doubt, certainty) : asError(error);
		});
		if (present) return present;
	}
	const signal = cancelSignal(api.connection);
	return await onceOnly({ signal, act, find, doubt, certainty });
}

export const isConflict = (error: unknown) =>
	error instanceof ServiceFailure && error.details.httpCode === '409';

/** The service would read an XID of digits only as an ID. */
export function isFindable({ xid }: JsonObject): boolean {
	try {
		return readXid(xid) !== undefined;
	} catch {
		return false;
	}
}

async function findByXid(
	api: ThreatConnect,
	body: JsonObject,
	fields: readonly string[],
): Promise<JsonObject | undefined> {
	const xid = readXid(body.xid);
	if (xid === undefined) throw new InvalidInput('it has no XID', 'Switch on Options > Assign XID.');
	const ownerName = await ownerNameOf(api, body);
	const reference = { xid, ...(ownerName !== undefined && { ownerName }) };
	return await api.findGroup(reference, { fields });
}

/** Date headers and dates of groups are in whole seconds. */
const SLACK_MS = 2000;

const scalarsOf = (body: JsonObject): JsonObject =>
	Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value !== 'object'));

/**
 * Whether a group with the user's XID is the one that was sent. Another group may have had the XID before, or another
 * client may have created one at the same moment. Such a group has other values or another creator.
 */
async function isThatOf(
	api: ThreatConnect,
	sent: JsonObject,
	group: JsonObject,
	since: number,
): Promise<boolean> {
	const isNew = Date.parse(String(group.dateAdded)) >= since - SLACK_MS;
	return isNew && showsNothingElse(scalarsOf(sent), group) && (await isCreatedByApiUser(api, group));
}

/**
 * Whether the API user created the group. It counts as true if the response or the server does not tell the creator.
 */
async function isCreatedByApiUser(api: ThreatConnect, { createdBy }: JsonObject): Promise<boolean> {
	const maker = isJsonObject(createdBy) ? createdBy.userName : undefined;
	if (typeof maker !== 'string') return true;
	const own = await api.userName();
	return own === undefined || own === maker;
}

function doubtOf({ type, name, xid }: JsonObject): string {
	const by = isUnset(xid) ? '' : ` and the XID "${String(xid)}"`;
	return `The group may or may not have been created: look for the ${String(type)} with the name "${String(name)}"${by} before you send it again.`;
}
