import { asError } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { onceOnly } from '../../shared/http/onceOnly';
import type { AttackForge } from '../api/client';
import { isRejected } from '../api/responses';

/** In the place of AttackForge's sentence, when its answer was lost and the change has been found made. */
const FOUND = 'Done (found so, since the answer was lost)';

export type Membership = { groupId: string; userId: string };

type Change = Membership & {
	/** @returns the sentence that AttackForge answers with */
	act(): Promise<unknown>;
	/** Whether the group is as the change makes it. @param member `undefined` for a user who is no member */
	isDone(member: JsonObject | undefined): boolean;
};

/**
 * Changes a membership once.
 *
 * @returns the sentence that AttackForge answered with; `undefined` when it refused what had been done before
 */
export async function changeOnce(
	api: AttackForge,
	{ groupId, userId, act, isDone }: Change,
): Promise<{ status: unknown } | undefined> {
	const isAsWanted = async () => {
		const members = await api.getMembers(groupId);
		return isDone(members.find((member) => String(member.userId).toLowerCase() === userId.toLowerCase()));
	};
	try {
		const status = await onceOnly({
			signal: api.signal,
			// AttackForge may answer without a sentence.
			act: async () => ({ said: await act() }),
			find: async () => ((await isAsWanted()) ? { said: FOUND } : undefined),
		});
		return { status: status.said };
	} catch (error) {
		// AttackForge may refuse a repetition. What it refuses otherwise stays refused, also where nobody can look.
		if (isRejected(error) && (await isAsWanted().catch(() => false))) return undefined;
		throw asError(error);
	}
}
