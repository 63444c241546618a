import { limitParameters, readLimit, returnAllNotice } from '../../../shared/limit';
import type { OperationFile } from '../../../shared/operation';
import { optionsCollection } from '../../../shared/options';
import type { AttackForge } from '../../api';
import { groupParameter, readGroupId } from '../common';

const show = { resource: ['asset'], operation: ['getAll'] };

export const getMany: OperationFile<AttackForge> = {
	resource: 'asset',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many assets of a group',
	description: 'Retrieve the assets in the projects of a group',
	parameters: [
		groupParameter(show),
		...limitParameters(show),
		returnAllNotice(show),
		optionsCollection(show),
	],
	prepare(item, api) {
		const id = readGroupId(item);
		const limit = readLimit(item);
		return { run: async () => await api.getAssets(id, limit) };
	},
};
