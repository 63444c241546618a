import { asError } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import { sleepUntilCancelled } from '../../shared/http/sleep';
import { isRefusal } from '../api/responses';
import type { AttackForge } from '../api/client';
import { customFieldOf, customFieldsOf, isSame, normalizeGroup } from '../fields/group';

/** Creating a group once, although AttackForge has no key by which a group whose answer was lost could be found. */

/** Items that create a group of the same name run one after the other, so that each is found again as its own. */
export const nameLane = (name: unknown): string => `name ${String(name)}`;

/**
 * @returns the new group, also when only its answer was lost
 * @throws ServiceFailure in doubt when it cannot be known whether it was created
 */
export async function createGroup(api: AttackForge, body: JsonObject): Promise<JsonObject> {
	let sentAt = 0;
	const group = await onceOnly({
		signal: api.signal,
		async act() {
			sentAt = Date.now();
			return await api.createGroup(body);
		},
		find: async () => await findCreated(api, body, sentAt, Date.now()),
		doubt: `The group may or may not have been created: look for the name "${String(body.name)}" before you send it again.`,
		// Nothing but the list protects from a second one.
		lateMs: 2 * api.timeout,
	});
	api.made.set(String(group.id), sentAt);
	return group;
}

/** Times that a group is looked for which the list does not show, and milliseconds between them: the list may lag. */
const LIST_ATTEMPTS = 4;
const LIST_RETRY_MS = 1000;

/**
 * The group that was sent, if it was made: of its name and content, newer than the request, and not known from another
 * item. A new one of its name that is not quite it leaves open which it is. That the list does not show it says something only if the list does show what this run has made besides: once, if
 * that was sent later; otherwise after several looks.
 *
 * @param failedAt milliseconds since the epoch
 * @returns `undefined` when it surely was not made
 * @throws when that cannot be known
 */
async function findCreated(
	api: AttackForge,
	body: JsonObject,
	sentAt: number,
	failedAt: number,
): Promise<JsonObject | undefined> {
	for (let looks = 1; ; looks++) {
		const listed = (await currentGroups(api)).map(normalizeGroup);
		const [group, ...others] = await candidates(api, listed, body, sentAt);
		if (others.length > 0) throw new Error('several new groups have this name');
		// Somebody else's, or ours as AttackForge rewrote it: made again, it could be there twice.
		if (group && !isWhatWasSent(body, group)) {
			throw new Error(`the new group ${String(group.id)} has this name, but not all that was sent`);
		}
		if (group) return group;
		const shown = listed.flatMap(({ id }) => api.made.get(String(id)) ?? []);
		if (shown.some((time) => time > failedAt)) return undefined;
		if (looks === LIST_ATTEMPTS) {
			if (shown.length > 0) return undefined;
			throw new Error('the list of groups shows none that this run has created');
		}
		await sleepUntilCancelled(LIST_RETRY_MS, api.signal);
	}
}

/** Those of all groups where the key may see them, otherwise of the user's own. */
async function currentGroups(api: AttackForge): Promise<JsonObject[]> {
	try {
		return await api.currentGroups('all');
	} catch (error) {
		if (isRefusal(error)) return await api.currentGroups('mine');
		throw asError(error);
	}
}

/** A service may trim a name, or write it in another case. */
const folded = (name: unknown): string => String(name).trim().toLowerCase();

/** New groups that may be the one that was sent. */
async function candidates(
	api: AttackForge,
	listed: readonly JsonObject[],
	body: JsonObject,
	sentAt: number,
): Promise<JsonObject[]> {
	const since = api.toServiceTime(sentAt) - SLACK;
	const found: JsonObject[] = [];
	for (const { id, name } of listed) {
		if (folded(name) !== folded(body.name) || api.made.has(String(id))) continue;
		// When it was created does not change: it is read once a run.
		const group = await api.lookups.getOrLoad(
			`group ${String(id)}`,
			async () => await api.getGroup(String(id)),
		);
		const created = Date.parse(String(group.created));
		if (Number.isNaN(created))
			throw new Error(`AttackForge does not say when the group ${String(id)} was created`);
		if (created >= since) found.push(group);
	}
	return found;
}

/** Milliseconds: Date headers are whole seconds. */
const SLACK = 2000;

/** What a group shows as it was sent: texts, switches and custom fields. */
const isWhatWasSent = (body: JsonObject, group: JsonObject): boolean =>
	Object.entries(body).every(([key, value]) => {
		if (typeof value === 'object' || typeof value === 'bigint') return true;
		return !(key in group) || isSame(value, group[key]);
	}) && customFieldsOf(body).every(({ key, value }) => isSame(value, customFieldOf(group, key)));
