import { asAsset, page } from './answers';
import { belongingsOfFirstProject } from './projects';
import { hour, newId, type StoredAsset } from './records';
import * as schemas from './schemas';
import type { AttackForgeOptions, Method } from './service';
import type { State } from './state';

/** The n-th asset of a project, from 0. */
function newAsset(n: number): StoredAsset {
	return { id: newId(), asset: `host-${n + 1}.example.com`, created: hour(n), last_updated: hour(n) };
}

export function seedAssets(state: State, groupId: string, count: number): StoredAsset[] {
	const list = belongingsOfFirstProject(state, groupId, state.assets);
	for (let n = 0; n < count; n++) list.push(newAsset(list.length));
	return list.slice(list.length - count);
}

/** The assets of a group are those of its projects. A user sees those of the projects that they are on. */
export function assetMethods(
	state: State,
	{ pageCap = 500 }: AttackForgeOptions,
): Record<'GetAssetsByGroup', Method> {
	return {
		GetAssetsByGroup: {
			params: schemas.idInPath,
			querystring: schemas.assetsQuery,
			handle({ params, query }) {
				const found = state.assetsOf(state.group(params.id ?? ''));
				const assets = page(found, query, pageCap).map(([asset, project]) => asAsset(asset, project));
				return { count: assets.length, assets };
			},
		},
	};
}
