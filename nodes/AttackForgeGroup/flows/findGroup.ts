import { ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import type { AttackForge, Scope } from '../api/client';
import { customFieldOf, normalizeGroup, showsCustomFields } from '../fields/receivedGroup';
import { lookalike, matchText, textsOfSeveral } from '../fields/matching';

/** Finds a group in the list by its name or by a custom field, because the API has no search. */

export type Search = {
	scope: Scope;
	/** Default: the name. */
	customField?: string;
	/** In the form that `matchText` returns. */
	value: string;
};

/** Milliseconds. Before a group is created, a list that is older than this is read again. */
const LIST_AGE_MS = 10_000;

/**
 * The group that a search finds. The list is read once per run.
 *
 * @throws ServiceFailure when there are several, or when the list does not show the field
 */
export async function findGroup(api: AttackForge, search: Search): Promise<JsonObject | undefined> {
	const { scope } = search;
	const groups = await api.lookups.getOrLoad(`groups ${scope}`, async () => await api.getGroups(scope));
	return onlyOne(groups, search);
}

/**
 * Searches in a list that is read again, because a list may lag, and because another client may have created the group
 * since. Items share that list for a short while.
 */
export const findGroupAgain = async (api: AttackForge, search: Search): Promise<JsonObject | undefined> =>
	onlyOne(await api.recentGroups(search.scope, LIST_AGE_MS), search);

/** IDs of other groups than the given one that have the value now, and of those that have it in another spelling. */
export async function othersLike(
	api: AttackForge,
	search: Search,
	id: unknown,
): Promise<{ same: string[]; alike: string[] }> {
	const { found, inAnySpelling } = indexOf(await api.currentGroups(search.scope), search);
	const idsOf = (groups: readonly JsonObject[] = []) =>
		groups.map((group) => String(group.id)).filter((other) => other !== String(id));
	const same = idsOf(found.get(search.value));
	const alike = idsOf(inAnySpelling.get(lookalike(search.value)));
	return { same, alike: alike.filter((other) => !same.includes(other)) };
}

const valueIn = (group: JsonObject, { customField }: Pick<Search, 'customField'>): unknown =>
	customField === undefined ? group.name : customFieldOf(group, customField);

/**
 * Refuses a group that no longer has what the list shows. A list may lag, and it is as old as the run, so that the group
 * may meanwhile be one that the item does not name.
 *
 * @param group as it is now
 * @throws ServiceFailure
 */
export function requireStillFound(search: Search, group: JsonObject): void {
	const isShown = search.customField === undefined || showsCustomFields(group);
	if (!isShown || matchText(valueIn(group, search)) === search.value) return;
	throw new ServiceFailure(
		`The list of groups shows an old state: the group ${String(group.id)} no longer has the ${described(search)}`,
		'Nothing was written. Run the item again once AttackForge lists the change, or match by Group ID.',
	);
}

export const described = ({ customField, value }: Search): string =>
	`${customField === undefined ? 'name' : `custom field ${customField}`} "${value}"`;

function onlyOne(groups: JsonObject[], search: Search): JsonObject | undefined {
	const { found, listing } = indexOf(groups, search);
	const [group, ...others] = found.get(search.value) ?? [];
	if (others.length > 0) {
		const ids = [group, ...others].map((one) => String(one?.id)).join(', ');
		throw new ServiceFailure(
			`Several groups have the ${described(search)}: ${ids}`,
			'Nothing was written. Match by Group ID, or make it unique in AttackForge.',
		);
	}
	if (group && isUnset(group.id)) {
		throw new ServiceFailure(
			`AttackForge lists the group that has the ${described(search)} without its ID`,
			'Nothing was written. Match by Group ID.',
		);
	}
	const holder = listing.get(search.value);
	if (group === undefined && holder) {
		throw new ServiceFailure(
			`The group ${String(holder.id)} has several values in the custom field ${inQuotes(search.customField)}, and ${inQuotes(search.value)} is one of them`,
			'Nothing was written. Match by a custom field that holds one value, or by Group ID.',
		);
	}
	return group;
}

type Index = {
	/** Groups by the value that finds them. */
	found: Map<string, JsonObject[]>;
	/** Groups by the same values, whatever their case and white space. */
	inAnySpelling: Map<string, JsonObject[]>;
	/** Groups that have several values, by each of these values. */
	listing: Map<string, JsonObject>;
};

/** The index of each list, because each of thousands of items would otherwise go through thousands of groups. */
const indexes = new WeakMap<JsonObject[], Map<string, Index>>();

function indexOf(groups: JsonObject[], { customField }: Search): Index {
	const ofList = indexes.get(groups) ?? new Map<string, Index>();
	indexes.set(groups, ofList);
	const what = customField === undefined ? 'name' : `custom field ${customField}`;
	const index = ofList.get(what) ?? makeIndex(groups.map(normalizeGroup), customField);
	ofList.set(what, index);
	return index;
}

function makeIndex(groups: JsonObject[], customField: string | undefined): Index {
	requireFieldInList(groups, customField);
	const index: Index = { found: new Map(), inAnySpelling: new Map(), listing: new Map() };
	for (const group of groups) {
		const value = valueIn(group, { customField });
		const text = matchText(value);
		if (text !== undefined) {
			add(index.found, text, group);
			add(index.inAnySpelling, lookalike(text), group);
		}
		for (const one of textsOfSeveral(value)) index.listing.set(one, group);
	}
	return index;
}

function add(groups: Map<string, JsonObject[]>, text: string, group: JsonObject): void {
	const same = groups.get(text);
	if (same) same.push(group);
	else groups.set(text, [group]);
}

/**
 * Refuses a list that does not show the searched field, because a search in it finds nothing, whatever the groups hold.
 *
 * @param groups with the keys of a single group
 * @throws ServiceFailure
 */
export function requireFieldInList(groups: readonly JsonObject[], customField: string | undefined): void {
	const isShown = customField === undefined ? (group: JsonObject) => 'name' in group : showsCustomFields;
	if (groups.length === 0 || groups.some(isShown)) return;
	throw new ServiceFailure(
		`AttackForge does not show the ${customField === undefined ? 'names' : 'custom fields'} of groups in its list`,
		'Check that the user of the key may see them, or give the ID of the group.',
	);
}
