import { InvalidInput } from '../../shared/core/errors';
import { inQuotes, optionalText } from '../../shared/core/readValue';
import { pathOf, type Query } from '../../shared/http/url';
import { plainSpelling } from '../query/matching';

/** How a user names one group. Without an owner's name, the API user's organization is the owner. */
export type GroupReference = { id: string } | { xid: string; ownerName?: string };

/**
 * A key for the group that an item names. Items with the same key run in their order. An XID is a key without its
 * owner, because one item may name the API user's organization and another may leave it out. An ID and an XID of one
 * group are two keys, because only the service knows that they belong together.
 */
export function referenceKey(reference: GroupReference): string {
	return 'id' in reference ? `id ${reference.id}` : `xid ${plainSpelling(reference.xid)}`;
}

/** The path to a group, or to something that belongs to it. */
export const groupPath = (reference: GroupReference, ...rest: string[]): string =>
	pathOf('v3', 'groups', 'id' in reference ? reference.id : reference.xid, ...rest);

/** The owner that an XID belongs to. */
export function ownerQuery(reference: GroupReference): Query {
	return 'id' in reference || reference.ownerName === undefined ? [] : [['owner', reference.ownerName]];
}

/**
 * An external ID, without blanks around it; `undefined` when it is empty or blank.
 *
 * @throws InvalidInput when it would address something else
 */
export function readXid(value: unknown, label = '"Group XID" (groupXid)'): string | undefined {
	const xid = plainSpelling(optionalText(value, label) ?? '');
	if (xid === '') return undefined;
	if (/^\d+$/.test(xid)) {
		throw new InvalidInput(
			`${label} is ${inQuotes(xid)}, which ThreatConnect would read as an ID`,
			'Find the group by its ID, or use XIDs that are not only digits.',
		);
	}
	if (xid === '.' || xid === '..') {
		throw new InvalidInput(
			`${label} cannot be "${xid}": it would change the path of the request`,
			'Find the group by its ID.',
		);
	}
	// An XID that no address can hold is refused before the owner is looked up.
	pathOf(xid);
	return xid;
}

/**
 * Types whose groups have a page on ThreatConnect's former web site. `task.xhtml` is left out, because workflow tasks,
 * which are not groups, have a page of that name.
 */
const FORMER_PAGES = [
	'adversary',
	'attackpattern',
	'campaign',
	'courseofaction',
	'document',
	'email',
	'event',
	'incident',
	'intrusionset',
	'malware',
	'report',
	'signature',
	'tactic',
	'threat',
	'tool',
	'vulnerability',
];

/** e.g. `https://app.threatconnect.com/#/details/groups/12345/overview` */
const PAGE = /^[^?#]*\/(?:#\/)?details\/groups\/(\d+)(?:[/?#&]|$)/i;
/** e.g. `https://app.threatconnect.com/auth/incident/incident.xhtml?incident=12345` */
const FORMER_PAGE = /^[^?#]*\/auth\/([a-z]+)\/\1\.xhtml\?\1=(\d+)(?:[&#]|$)/i;

/**
 * The ID in the address of a group's page. Pages of indicators, victims, users and workflow tasks have similar
 * addresses, but their numbers may be the IDs of other groups.
 *
 * @param host the host of the credential's Base URL, because another instance has other groups under the same IDs
 * @throws InvalidInput when it is not the page of a group of this instance
 */
export function idInPageAddress(address: string, host: string): string {
	const given = URL.canParse(address) ? new URL(address) : undefined;
	const [, id] = PAGE.exec(address) ?? [];
	const [, type = '', formerId] = FORMER_PAGE.exec(address) ?? [];
	const found = id ?? (FORMER_PAGES.includes(type.toLowerCase()) ? formerId : undefined);
	const isWeb = given?.protocol === 'https:' || given?.protocol === 'http:';
	if (!given || !isWeb || given.username !== '' || given.password !== '' || found === undefined) {
		throw new InvalidInput(
			`"Group ID" (groupId) is ${inQuotes(address)}, which is not the address of a group`,
			"Copy the address of the group's page in ThreatConnect, or choose By ID.",
		);
	}
	if (given.host !== host) {
		throw new InvalidInput(
			`"Group ID" (groupId) is the address of a group on ${given.host}, but the credential is for ${host}`,
			'Choose the credential of that instance, or choose By ID.',
		);
	}
	return found;
}
