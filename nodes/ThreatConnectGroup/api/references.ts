import { InvalidInput } from '../../shared/core/errors';
import { inQuotes, optionalText } from '../../shared/core/values';
import { pathOf, type Query } from '../../shared/http/url';

/** How a user names one group. */
export type GroupReference = { id: string } | { xid: string; ownerName?: string };

/** Names the group as the item does: items with the same key run in their order. */
export function referenceKey(reference: GroupReference): string {
	return 'id' in reference ? `id ${reference.id}` : `xid ${reference.ownerName ?? ''} ${reference.xid}`;
}

/** The path to a group, or to what belongs to it. */
export const groupPath = (reference: GroupReference, ...rest: string[]): string =>
	pathOf('v3', 'groups', 'id' in reference ? reference.id : reference.xid, ...rest);

/** The owner that an XID belongs to. */
export function ownerQuery(reference: GroupReference): Query {
	return 'id' in reference || reference.ownerName === undefined ? [] : [['owner', reference.ownerName]];
}

/**
 * An external ID; `undefined` when it is empty or blank.
 *
 * @throws InvalidInput when it would address something else
 */
export function readXid(value: unknown): string | undefined {
	const xid = optionalText(value, '"Group XID" (groupXid)') ?? '';
	if (xid.trim() === '') return undefined;
	if (/^\d+$/.test(xid)) {
		throw new InvalidInput(
			`"Group XID" (groupXid) is ${inQuotes(xid)}, which ThreatConnect would read as an ID`,
			'Find the group by its ID, or use XIDs that are not only digits.',
		);
	}
	if (xid === '.' || xid === '..') {
		throw new InvalidInput(
			`"Group XID" (groupXid) cannot be "${xid}": it would change the path of the request`,
			'Find the group by its ID.',
		);
	}
	return xid;
}
