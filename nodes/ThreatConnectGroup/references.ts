import { pathOf, type Query } from '../shared/addresses';

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
