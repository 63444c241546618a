import { isJsonObject } from '../../shared/core/json';
import type { AttackForge } from '../api/client';

/** In the place of AttackForge's sentence, when its answer was lost and the change has been found made. */
export const FOUND = 'Done (found so, since the answer was lost)';

/** @returns whether the user is a member of the group, of this access if one is given */
export async function isMember(
	api: AttackForge,
	groupId: string,
	userId: string,
	access?: string,
): Promise<boolean> {
	const { members } = await api.getGroup(groupId);
	if (!Array.isArray(members)) throw new Error('AttackForge does not show the members of the group');
	return members.some(
		(member: unknown) =>
			isJsonObject(member) &&
			member.userId === userId &&
			(access === undefined || member.accessLevel === access),
	);
}
