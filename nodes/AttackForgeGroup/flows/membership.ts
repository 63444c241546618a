import { asError } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import type { AttackForge } from '../api/client';
import { isRejected } from '../api/responses';

/** Replaces AttackForge's sentence when its response was lost and a look-up has found the change made. */
const FOUND = 'Done (the response was lost; a look-up confirmed it)';

/** Whether an entry among the members of a group is that of a user. */
export const isMember =
	(userId: string) =>
	(member: JsonObject): boolean =>
		String(member.userId).toLowerCase() === userId.toLowerCase();

export type Membership = { groupId: string; userId: string };

type Change = Membership & {
	/** @returns the sentence in AttackForge's response */
	act(): Promise<unknown>;
	/** Whether the group is as the change makes it. @param member `undefined` for a user who is not a member */
	isDone(member: JsonObject | undefined): boolean;
};

/**
 * Changes a membership once.
 *
 * @returns the sentence in AttackForge's response; `undefined` when it refused a change that had been made before
 */
export async function changeOnce(
	api: AttackForge,
	{ groupId, userId, act, isDone }: Change,
): Promise<{ status: unknown } | undefined> {
	const isAsWanted = async () => {
		const members = await api.getMembers(groupId, { identified: false });
		const member = members.find(isMember(userId));
		// A member without an ID may be the one who seems to be missing.
		return isDone(member ?? (await api.getMembers(groupId, { identified: true })).find(isMember(userId)));
	};
	try {
		const status = await onceOnly({
			signal: api.signal,
			// The response may have no sentence.
			act: async () => ({ said: await act() }),
			find: async () => ((await isAsWanted()) ? { said: FOUND } : undefined),
		});
		return { status: status.said };
	} catch (error) {
		// AttackForge may refuse a repetition. Any other refusal is an error, also if the members cannot be read.
		if (isRejected(error) && (await isAsWanted().catch(() => false))) return undefined;
		throw asError(error);
	}
}
