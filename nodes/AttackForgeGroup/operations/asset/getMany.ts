import { limitParameters, readLimit, returnAllNotice } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { AttackForge } from '../../api/client';
import { groupParameter, readGroupId } from '../parameters';

export const getMany = defineOperation<AttackForge>({
	resource: 'asset',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many assets of group',
	description: 'Retrieve the assets in the projects of a group',
	parameters: [groupParameter(), ...limitParameters(), returnAllNotice(), optionsCollection()],
	prepare(item, api) {
		const id = readGroupId(item);
		const limit = readLimit(item);
		return { run: async () => await api.getAssets(id, limit) };
	},
});
