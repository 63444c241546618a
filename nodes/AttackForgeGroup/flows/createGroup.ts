import { asError } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import { sleepUntilCancelled } from '../../shared/http/sleep';
import { isRefusal } from '../api/responses';
import type { AttackForge } from '../api/client';
import { hasAccess } from '../fields/changes';
import { customFieldOf, customFieldsOf, normalizeGroup } from '../fields/receivedGroup';
import { comparable, isStored } from '../fields/matching';

/**
 * Creates a group once. If the response is lost, the group is searched in the list, because AttackForge has no key for
 * it.
 */

/** The key with which items that create a group of the same name run in their order. */
export const nameOrderKey = (name: unknown): string => `name ${String(name)}`;

/** A name for comparison, because a service may trim a name or change its upper and lower case. */
const folded = (name: unknown): string => comparable(String(name)).toLowerCase();

/**
 * Groups of one name are created one after the other. If two were created at the same time, neither item could tell which
 * new group is its own.
 *
 * @returns the new group, also when only its response was lost
 * @throws ServiceFailure in doubt when it cannot be known whether the group was created
 */
export const createGroup = async (api: AttackForge, body: JsonObject): Promise<JsonObject> =>
	await api.mutex.runExclusive([`name ${folded(body.name)}`], async () => await createOnce(api, body));

async function createOnce(api: AttackForge, body: JsonObject): Promise<JsonObject> {
	let sentAt = 0;
	const group = await onceOnly({
		signal: api.signal,
		async act() {
			sentAt = Date.now();
			const created = await api.createGroup(body);
			api.writtenGroups.noteClock(created, Date.now());
			return created;
		},
		find: async () => await findCreated(api, body, sentAt, Date.now()),
		doubt: `The group may or may not have been created: look for the name "${String(body.name)}" before you send it again.`,
		// Only the list shows whether the group exists, so a creation that arrives late has to be waited for.
		lateMs: 2 * api.timeout,
	});
	api.writtenGroups.noteCreated(group, sentAt);
	return group;
}

/**
 * How often the list is read when it does not show the group, and the milliseconds between, because the list may lag.
 */
const LIST_ATTEMPTS = 4;
const LIST_RETRY_MS = 1000;

/**
 * The group that was sent, if it was created. It has the name and the content that were sent, is newer than the
 * request, and belongs to no other item. A new group that has the name but other content leaves open which group it is.
 *
 * A list without the group proves something only if it shows other groups that this run has created. It is read once if
 * one of those was sent after the failure, and several times otherwise.
 *
 * @param failedAt milliseconds since the epoch
 * @returns `undefined` when the group was certainly not created
 * @throws when this cannot be known
 */
async function findCreated(
	api: AttackForge,
	body: JsonObject,
	sentAt: number,
	failedAt: number,
): Promise<JsonObject | undefined> {
	for (let looks = 1; ; looks++) {
		const listed = (await currentGroups(api)).map(normalizeGroup);
		const { newer, unclear } = await candidates(api, listed, body, sentAt);
		const [group, ...others] = newer;
		if (others.length > 0) throw new Error('several new groups have this name');
		// It is another client's group, or AttackForge has changed ours. If it is ours, another attempt would create a
		// second one.
		if (group && !isWhatWasSent(body, group)) {
			throw new Error(`the new group ${String(group.id)} has this name, but not all that was sent`);
		}
		if (group) return group;
		if (unclear.length > 0) {
			throw new Error(
				`the clocks do not tell whether the group ${String(unclear[0]?.id)} of this name is older than the request`,
			);
		}
		const shown = listed.flatMap(({ id }) => api.writtenGroups.sentAt(id) ?? []);
		if (shown.some((time) => time > failedAt)) return undefined;
		if (looks === LIST_ATTEMPTS) {
			if (shown.length > 0) return undefined;
			throw new Error('the list of groups shows none that this run has created');
		}
		await sleepUntilCancelled(LIST_RETRY_MS, api.signal);
	}
}

/** All groups if the key may list them, otherwise those that the user is a member of. */
async function currentGroups(api: AttackForge): Promise<JsonObject[]> {
	try {
		return await api.currentGroups('all');
	} catch (error) {
		if (isRefusal(error)) return await api.currentGroups('mine');
		throw asError(error);
	}
}

/** Groups with the name that may be the one that was sent. */
async function candidates(
	api: AttackForge,
	listed: readonly JsonObject[],
	body: JsonObject,
	sentAt: number,
): Promise<{ newer: JsonObject[]; unclear: JsonObject[] }> {
	const found = { newer: [] as JsonObject[], unclear: [] as JsonObject[] };
	for (const { id, name } of listed) {
		if (folded(name) !== folded(body.name) || api.writtenGroups.hasCreated(id)) continue;
		// The group is read once per run, because the time of its creation does not change.
		const group = await api.lookups.getOrLoad(
			`group ${String(id)}`,
			async () => await api.getGroup(String(id)),
		);
		const created = Date.parse(String(group.created));
		if (Number.isNaN(created))
			throw new Error(`AttackForge does not say when the group ${String(id)} was created`);
		const age = api.writtenGroups.ageOf(created, sentAt);
		if (age !== 'older') found[age].push(group);
	}
	return found;
}

/** Whether a group shows what was sent: texts, switches, custom fields and access. */
const isWhatWasSent = (body: JsonObject, group: JsonObject): boolean =>
	Object.entries(body).every(([key, value]) => {
		if (key === 'access') return !isJsonObject(value) || hasAccess(value, group.access);
		if (typeof value === 'object' || typeof value === 'bigint') return true;
		return !(key in group) || isStored(value, group[key]);
	}) && customFieldsOf(body).every(({ key, value }) => isStored(value, customFieldOf(group, key)));
