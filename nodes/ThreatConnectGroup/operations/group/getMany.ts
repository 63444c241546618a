import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import { isJsonObject, type JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { readRows, repeatableRows } from '../../../shared/fields/fixedCollection';
import { limitParameters, readLimit, returnAllNotice } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { inQuotes, optionalText, saysNothing } from '../../../shared/core/readValue';
import { type Direction, GROUPS, type SortKey, type ThreatConnect } from '../../api/client';
import { searchFor } from '../../flows/findRecords';
import {
	readResponseOptions,
	fieldsOption,
	groupFilters,
	groupRecords,
	readGroupFilters,
	tqlParameter,
} from '../parameters';

const SORT_KEYS: INodeProperties[] = [
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
			'Sorted by ID, as without a sort key, each group is returned exactly once, also when others create and delete groups meanwhile. Sorted by anything else, such changes can make groups be missed when there are several pages.',
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
];

/** The same keys, for groups that are alike in the first one. Their labels differ, so that no two of a form are the same. */
const FURTHER_KEYS = SORT_KEYS.map((key): INodeProperties => ({
	...key,
	displayName: key.name === 'sortBy' ? 'Then By' : 'Direction',
	description:
		key.name === 'sortBy' ? 'What sorts groups that are alike so far' : 'Direction of this key alone',
}));

/** n8n's guidelines: sorting is a collection of its own, below the options. */
const sort: INodeProperties = {
	displayName: 'Sort',
	name: 'sort',
	type: 'collection',
	placeholder: 'Add Sort Option',
	default: {},
	description: 'In which order the groups come; without any, the newest first',
	options: [
		...SORT_KEYS,
		repeatableRows(
			'thenBy',
			'Then Sort By',
			'Key',
			FURTHER_KEYS,
			'Further keys, in their order, for groups that are alike in the first one',
		),
	],
};

export const getMany = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many groups',
	builderHint:
		'Prefer filters to tql: their values are escaped. Associations, attributes and tags are returned only if options.fields asks for them. For how many there are use count.',
	description: 'Retrieve groups, by filters or by a TQL query',
	parameters: [
		...limitParameters(),
		returnAllNotice(),
		groupFilters,
		tqlParameter(),
		optionsCollection(fieldsOption),
		sort,
	],
	records: groupRecords,
	prepare(item, api) {
		const find = searchFor({
			path: GROUPS,
			filters: readGroupFilters(item),
			order: readSorting(item) ?? [NEWEST_FIRST],
			limit: readLimit(item),
			fields: readResponseOptions(item).fields,
		});
		return { run: async () => await find(api) };
	},
});

/** IDs rise. So this order is as stable as that of rising IDs, which the pages follow. */
const NEWEST_FIRST: SortKey = { by: 'id', direction: 'desc' };

/**
 * @returns `undefined` when no key is given
 * @throws InvalidInput
 */
function readSorting(item: Item): SortKey[] | undefined {
	const { thenBy, ...first } = (item.parameter('sort') ?? {}) as JsonObject;
	const rows = readRows(thenBy, '"Then Sort By" (thenBy)').filter((row) => !saysNothing(row));
	const given = saysNothing(first) ? rows : [first, ...rows];
	if (given.length === 0) return undefined;
	const keys = given.map((row) => readSortKey(isJsonObject(row) ? row : { sortBy: row }));
	// A server may refuse a key that comes twice. Its second place changes nothing.
	return keys.filter(({ by }, index) => keys.findIndex((key) => key.by === by) === index);
}

function readSortKey({ sortBy, sortDirection }: JsonObject): SortKey {
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
