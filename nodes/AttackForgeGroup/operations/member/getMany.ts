import { isJsonObject } from '../../../shared/core/json';
import { limitParameters, readLimit } from '../../../shared/execution/limit';
import type { OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { simplifyMember } from '../../fields/group';
import { groupParameter, readGroupId, readSimplify, simplifyParameter } from '../parameters';

const show = { resource: ['member'], operation: ['getAll'] };

export const getMany: OperationFile<AttackForge> = {
	resource: 'member',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many members of a group',
	description: 'Retrieve the members of a group with their access',
	parameters: [
		groupParameter(show),
		...limitParameters(show),
		simplifyParameter(show),
		optionsCollection(show),
	],
	prepare(item, api) {
		const id = readGroupId(item);
		const limit = readLimit(item);
		const simplify = readSimplify(item);
		return {
			async run() {
				const { members } = await api.getGroup(id);
				const all = Array.isArray(members) ? members.filter(isJsonObject).slice(0, limit) : [];
				return simplify ? all.map(simplifyMember) : all;
			},
		};
	},
};
