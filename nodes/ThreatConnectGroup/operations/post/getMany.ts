import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { limitParameters, readLimit } from '../../../shared/execution/returnLimit';
import type { ThreatConnect } from '../../api/client';
import { groupParameters, readReference } from '../parameters';
import { postRecords } from './parameters';

export const getPosts = defineOperation<ThreatConnect>({
	resource: 'post',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many posts of group',
	description: 'Retrieve the posts of a group with their replies; needs ThreatConnect 7.12 or later',
	parameters: [...groupParameters('searchOwners'), ...limitParameters(), optionsCollection()],
	records: postRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const limit = readLimit(item);
		return {
			async run() {
				const groupId = await api.idOf(reference);
				const posts = await api.posts(String(groupId));
				return posts.slice(0, limit).map((post) => ({ ...post, groupId }));
			},
		};
	},
});
