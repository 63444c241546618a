import type { ThreatConnect } from '../api/client';
import { ACTIVE_OR_NOT } from '../query/clauses';

/** How many IDs one query asks for: an address stays shorter than 2,000 characters. */
const IDS_PER_QUERY = 60;

/**
 * The types of indicators that are given by their IDs: an association of a batch job must name them (documentation, V2
 * Batch API, `type_2`).
 *
 * @returns by ID; without those that the API user does not see
 * @throws ServiceFailure
 */
export async function indicatorTypes(
	api: ThreatConnect,
	ids: Iterable<string>,
): Promise<Map<string, string>> {
	const left = [...new Set(ids)];
	const types = new Map<string, string>();
	while (left.length > 0) {
		const tql = `id in (${left.splice(0, IDS_PER_QUERY).join(',')}) and ${ACTIVE_OR_NOT}`;
		const found = await api.list('/v3/indicators', [['tql', tql]]);
		for (const { id, type } of found) types.set(String(id), String(type));
	}
	return types;
}
