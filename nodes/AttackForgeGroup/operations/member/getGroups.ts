import { limitParameters, readLimit } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { normalizeGroup } from '../../fields/receivedGroup';
import { readSimplify, readUser, simplifyParameter, userParameter } from '../parameters';

export const getGroups = defineOperation<AttackForge>({
	resource: 'member',
	operation: 'getGroups',
	name: 'Get Groups of User',
	action: 'Get groups of user',
	description: 'Retrieve the groups that a user is a member of, with the access that it has there',
	parameters: [userParameter(), ...limitParameters(), simplifyParameter(), optionsCollection()],
	prepare(item, api) {
		const user = readUser(item);
		const limit = readLimit(item);
		const simplify = readSimplify(item);
		return {
			async run() {
				const groups = (await api.getUserGroups(await api.userId(user))).slice(0, limit);
				return simplify ? groups.map(normalizeGroup) : groups;
			},
		};
	},
});
