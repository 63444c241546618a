import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { searchGroups } from './listSearch';

export const loadOptions = {
	async getGroups(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const { results } = await searchGroups.call(this);
		return results.map(({ name, value }) => ({ name, value }));
	},
};
