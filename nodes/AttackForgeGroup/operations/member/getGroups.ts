import { limitParameters, readLimit } from '../../../shared/limit';
import type { OperationFile } from '../../../shared/operation';
import { optionsCollection } from '../../../shared/options';
import type { AttackForge } from '../../api';
import { normalizeGroup } from '../../groups';
import { readSimplify, readUser, simplifyParameter, userParameter } from '../common';

const show = { resource: ['member'], operation: ['getGroups'] };

export const getGroups: OperationFile<AttackForge> = {
	resource: 'member',
	operation: 'getGroups',
	name: 'Get Groups of User',
	action: 'Get the groups of a user',
	description: 'Retrieve the groups that a user is a member of, with the access that it has there',
	parameters: [
		userParameter(show),
		...limitParameters(show),
		simplifyParameter(show),
		optionsCollection(show),
	],
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
};
