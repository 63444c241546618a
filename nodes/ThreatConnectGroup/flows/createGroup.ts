import { cancelSignal } from '../../shared/http/connection';
import { asError, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import type { Item } from '../../shared/execution/item';
import type { JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import { isUnset } from '../../shared/core/values';
import type { AnswerOptions, ThreatConnect } from '../api/client';
import { addedAttributes, checkAttributes } from './attributes';
import { readXid } from '../api/references';
import { withOneOwner } from './oneOwner';

/** Creating a group once, although answers are lost and n8n repeats items: by its XID it is found again. */

/** What an operation takes from its item, besides the body, to create a group. */
export type Creation = {
	options: AnswerOptions;
	assignsXid: boolean;
	item: Item;
};

/**
 * @returns the new group, also when only its answer was lost
 * @throws InvalidInput when an attribute cannot have its value
 * @throws ServiceFailure in doubt when it cannot be known whether it was created
 */
export async function createGroup(
	api: ThreatConnect,
	given: JsonObject,
	{ options, assignsXid, item }: Creation,
): Promise<JsonObject> {
	const body = await withOneOwner(api, given);
	await checkAttributes(api, addedAttributes(body));
	const { retryLog, index } = item;
	const isOurXid = assignsXid && isUnset(body.xid);
	const named = isOurXid ? { ...body, xid: `n8n:${retryLog.idempotencyKey(index, body)}` } : body;
	const since = retryLog.isRepeat ? retryLog.startedAt : Date.now();

	const find = async (): Promise<JsonObject | undefined> => {
		const group = await findByXid(api, named, options);
		if (!group || isOurXid) return group;
		const isThat = isThatOf(named, group, api.connection.clock.toService(since));
		return isThat && !retryLog.isOfAnother(index, group.id) ? group : undefined;
	};
	let attempts = 0;
	const act = async (): Promise<JsonObject> => {
		attempts += 1;
		try {
			return await api.createGroup(named, options);
		} catch (error) {
			// An earlier attempt may be what it conflicts with. Without one, the user's XID is somebody else's.
			const mayBeOurs = isOurXid || retryLog.isRepeat || attempts > 1;
			const present = isConflict(error) && mayBeOurs && isFindable(named) ? await find() : undefined;
			if (present) return present;
			throw asError(error);
		}
	};
	const certainty = isFindable(named) ? 'findable' : 'unknown';
	const doubt = doubtOf(named);
	if (retryLog.isRepeat && certainty === 'findable') {
		// An earlier try may have made it: as long as it cannot be looked up, that stays so.
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

/** An XID that is only digits would be read as an ID. */
function isFindable({ xid }: JsonObject): boolean {
	try {
		return readXid(xid) !== undefined;
	} catch {
		return false;
	}
}

async function findByXid(
	api: ThreatConnect,
	{ xid, ownerName, ownerId }: JsonObject,
	{ fields }: AnswerOptions,
): Promise<JsonObject | undefined> {
	const known = readXid(xid);
	if (known === undefined) throw new InvalidInput('it has no XID', 'Switch on Options > Assign XID.');
	const owner = isUnset(ownerName)
		? isUnset(ownerId)
			? undefined
			: await api.ownerName(ownerId)
		: String(ownerName);
	const reference = { xid: known, ...(owner !== undefined && { ownerName: owner }) };
	return await api.findGroup(reference, { fields });
}

/** Milliseconds: Date headers and dates of groups are whole seconds. */
const SLACK = 2000;

/** Whether a group with the user's XID is what was sent, not one that had it before. */
const isThatOf = ({ name, type }: JsonObject, group: JsonObject, since: number) =>
	group.type === type && group.name === name && Date.parse(String(group.dateAdded)) >= since - SLACK;

function doubtOf({ type, name, xid }: JsonObject): string {
	const by = isUnset(xid) ? '' : ` and the XID "${String(xid)}"`;
	return `The group may or may not have been created: look for the ${String(type)} with the name "${String(name)}"${by} before you send it again.`;
}
