import { isUnset, readLong } from '../../shared/core/readValue';
import type { JsonObject } from '../../shared/core/json';
import { MAX_PAGE_SIZE, type ThreatConnect, unlessRefused } from '../api/client';
import { isSameText, plainSpelling, spellingsOf, withName } from '../query/matching';
import { allOf, isOneOf } from '../query/clauses';

/** The owner that an item names, as a clause; `undefined` when it names none. */
export function ownerClause({ ownerName, ownerId }: JsonObject): string | undefined {
	if (!isUnset(ownerId)) return `owner = ${readLong(ownerId, '"Owner ID" (ownerId)')}`;
	return isUnset(ownerName) ? undefined : isOneOf('ownerName', [String(ownerName)]);
}

/** The groups of an owner that have a name and a type. */
export const findByName = async (
	api: ThreatConnect,
	name: string,
	type: string,
	owner: string,
): Promise<JsonObject[]> => (await searchByName(api, name, type, owner)).groups;

/**
 * The groups of an owner that have a name and a type, and those that have the name in other case, as far as the query
 * finds them: all of them if the database ignores case, otherwise those in lower case or in capital letters.
 */
export async function searchByName(
	api: ThreatConnect,
	name: string,
	type: string,
	owner: string,
): Promise<{ groups: JsonObject[]; otherCase: JsonObject[] }> {
	const spellings = [...spellingsOf(name), name.toLowerCase(), name.toUpperCase()];
	const tql = allOf([isOneOf('summary', [...new Set(spellings)]), isOneOf('typeName', [type]), owner]);
	const query = { tql, by: 'id', direction: 'asc', pageSize: MAX_PAGE_SIZE } as const;
	const found = await plannedIn(api, name, type, owner);
	for await (const page of api.groups(query)) found.push(...page);
	// Databases may ignore upper and lower case or accents.
	const groups = withName(found, name);
	const inLowerCase = (text: unknown) => plainSpelling(String(text)).toLowerCase();
	const otherCase = found.filter(
		(group) => inLowerCase(group.name) === inLowerCase(name) && !isSameText(group.name, name),
	);
	return { groups, otherCase };
}

/** Groups that earlier items of a preview would create in an owner, which they may name in another way. */
async function plannedIn(
	api: ThreatConnect,
	name: string,
	type: string,
	owner: string,
): Promise<JsonObject[]> {
	const planned = api.plannedGroups(name).filter((group) => group.type === type);
	// All of them have the name of their owner, but not all have its ID.
	const isById = owner.startsWith('owner =');
	const owners = planned.length > 0 && isById ? await unlessRefused(api.owners()) : undefined;
	return planned.filter((group) => {
		const { ownerName } = group;
		const ownerId = owners?.find((one) => one.name === ownerName)?.id;
		return [group, { ownerName }, { ownerId }].some((one) => ownerClause(one) === owner);
	});
}

/** @param groups at least two */
export function idsOf(groups: readonly JsonObject[]): string {
	const shown = groups.slice(0, 20).map(({ id }) => String(id));
	return shown.join(', ') + (groups.length > 20 ? ` and ${groups.length - 20} more` : '');
}
