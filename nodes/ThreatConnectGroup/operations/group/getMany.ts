import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import type { JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { limitParameters, readLimit, returnAllNotice } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { inQuotes, optionalText } from '../../../shared/core/readValue';
import { type Direction, type GroupQuery, MAX_PAGE_SIZE, type ThreatConnect } from '../../api/client';
import { plainSpelling } from '../../query/matching';
import { splittableList } from '../../query/splittableList';
import { compareIds, differInIdsOnly, inIdOrder, split, tqlOf } from '../../query/split';
import { answerOptions, fieldsOption, groupRecords } from '../parameters';
import { filterParameters, readFilters } from '../../query/filters';

/** n8n's guidelines: sorting is a collection of its own, below the options. */
const sort: INodeProperties = {
	displayName: 'Sort',
	name: 'sort',
	type: 'collection',
	placeholder: 'Add Sort Option',
	default: {},
	description: 'In which order the groups come; without any, in that of their IDs',
	options: [
		{
			displayName: 'Sort By',
			name: 'sortBy',
			type: 'options',
			options: [
				{ name: 'Date Added', value: 'dateAdded' },
				{ name: 'Event Date', value: 'eventDate' },
				{ name: 'ID', value: 'id' },
				{ name: 'Last Modified', value: 'lastModified' },
				{ name: 'Name', value: 'summary' },
				{ name: 'Owner Name', value: 'ownerName' },
				{ name: 'Type', value: 'typeName' },
			],
			default: 'id',
			description:
				'Sorted by ID, each group is returned exactly once, also when others create and delete groups meanwhile. Sorted by anything else, such changes can make groups be missed when there are several pages.',
		},
		{
			displayName: 'Sort Direction',
			name: 'sortDirection',
			type: 'options',
			options: [
				{ name: 'Ascending', value: 'asc' },
				{ name: 'Descending', value: 'desc' },
			],
			default: 'asc',
			description: 'Descending by Date Added gives the newest first',
		},
	],
};

export const getMany = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many groups',
	builderHint:
		'Prefer filters to tql: their values are escaped. Associations, attributes and tags are returned only if options.fields asks for them.',
	description: 'Retrieve groups, by filters or by a TQL query',
	parameters: [
		...limitParameters(),
		returnAllNotice(),
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			description: 'Only groups that match all of the filters',
			options: filterParameters,
		},
		{
			displayName: 'TQL Query',
			name: 'tql',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: 'e.g. hasAttribute(typeName = "Description" and text contains "loader")',
			description:
				'A query in ThreatConnect Query Language (TQL), for what the filters lack; groups match it and all of the filters. Quotes and backslashes in values that an expression puts into it need a backslash before them: filters do that for you.',
		},
		optionsCollection(fieldsOption),
		sort,
	],
	records: groupRecords,
	prepare(item, api) {
		const filters = readFilters(
			(item.parameter('filters') ?? {}) as JsonObject,
			item.parameter('tql'),
			item.zone,
		);
		const limit = readLimit(item);
		const { fields = [] } = answerOptions(item);
		const { by, direction } = readSorting(item);
		const pageSize = Math.min(limit, fields.every(isLight) ? MAX_PAGE_SIZE : HEAVY_PAGE_SIZE);
		const list = filters.query === undefined ? undefined : splittableList(filters.query);
		const query = list ? undefined : filters.query;
		const parts = split([...inIdOrder(filters.any, direction), ...(list ? [list] : [])], query);
		const queries = parts.map((any) => ({
			...{ by, direction, pageSize, limit, fields },
			tql: tqlOf(any, query),
		}));
		// Queries for one range of IDs after another return the groups in the order of their IDs.
		const isMixed = queries.length > 1 && (by !== 'id' || !differInIdsOnly(parts));
		return {
			async run() {
				const groups = await collect(api, queries, isMixed ? Infinity : limit, filters.names);
				return (isMixed ? sortGroups(groups, by, direction) : groups).slice(0, limit);
			},
		};
	},
});

/** Associations and attributes can make a group many times larger. */
const HEAVY_PAGE_SIZE = 1000;
const isLight = (field: string) => ['externalDates', 'securityLabels', 'sightings', 'tags'].includes(field);

function readSorting(item: Item): { by: string; direction: Direction } {
	const { sortBy, sortDirection } = (item.parameter('sort') ?? {}) as JsonObject;
	const by = optionalText(sortBy, '"Sort By" (sortBy)') ?? 'id';
	if (!/^[a-z]+$/i.test(by)) {
		throw new InvalidInput(
			`"Sort By" (sortBy) cannot be ${inQuotes(by)}`,
			'Give one keyword of TQL, e.g. dateAdded.',
		);
	}
	const label = '"Sort Direction" (sortDirection)';
	return { by, direction: oneOf<Direction>(sortDirection ?? 'asc', label, 'asc', 'desc') };
}

/**
 * Reads pages until there are enough groups. A group may match several queries, and a page that shifted may repeat it.
 */
async function collect(
	api: ThreatConnect,
	queries: readonly GroupQuery[],
	limit: number,
	names: readonly string[] | undefined,
): Promise<JsonObject[]> {
	const groups: JsonObject[] = [];
	const seen = new Set<unknown>();
	const plainNames = names && new Set(names.map(plainSpelling));
	for (const query of queries) {
		for await (const page of api.groups(query)) {
			for (const group of page) {
				if (plainNames && !plainNames.has(plainSpelling(String(group.name)))) continue;
				if (seen.has(group.id)) continue;
				seen.add(group.id);
				groups.push(group);
			}
			if (groups.length >= limit) return groups;
		}
	}
	return groups;
}

/** Sorts the groups of several queries. */
function sortGroups(groups: JsonObject[], by: string, direction: Direction): JsonObject[] {
	const key = { summary: 'name', typeName: 'type' }[by] ?? by;
	const sign = direction === 'asc' ? 1 : -1;
	const textOf = (group: JsonObject) => String(group[key] ?? '');
	const compare = by === 'id' ? compareIds : (a: string, b: string) => a.localeCompare(b);
	return groups.sort((a, b) => sign * compare(textOf(a), textOf(b)));
}
