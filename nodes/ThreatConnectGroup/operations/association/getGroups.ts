import { InvalidInput } from '../../../shared/core/errors';
import { isBlank, optionalText, readLong, unlocated } from '../../../shared/core/readValue';
import { limitParameters, readLimit, returnAllNotice } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { Item } from '../../../shared/execution/item';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { byName, locator } from '../../../shared/fields/locators';
import { GROUPS, type ThreatConnect } from '../../api/client';
import { OBJECT_TYPES } from '../../fields/associations';
import { indicatorName } from '../../fields/indicators';
import { indicatorQuery } from '../../flows/findIndicator';
import { searchFor } from '../../flows/findRecords';
import { readFilters } from '../../query/filters';
import { ACTIVE_OR_NOT } from '../../query/clauses';
import { readResponseOptions, fieldsOption, filterValues, groupFilters, groupRecords } from '../parameters';

export const getGroupsOfIndicator = defineOperation<ThreatConnect>({
	resource: 'association',
	operation: 'getGroups',
	name: 'Get Groups of Indicator',
	action: 'Get groups of indicator',
	builderHint:
		'Which incidents, campaigns and other groups have an indicator, e.g. a host of an alert. No group is returned where the indicator is unknown.',
	description: 'Get the groups that have an indicator, which is given by its value or by its ID',
	parameters: [
		{
			displayName: 'Find Indicator By',
			name: 'indicatorBy',
			type: 'options',
			options: [
				{ name: 'ID', value: 'id', description: 'By the ID that ThreatConnect shows' },
				{ name: 'Type and Value', value: 'value', description: 'By what it is, such as a host name' },
			],
			default: 'value',
		},
		{
			displayName: 'Indicator ID',
			name: 'indicatorId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 12345',
			description: 'The ID of the indicator, which Get Many returns',
			displayOptions: { show: { indicatorBy: ['id'] } },
		},
		{
			displayName: 'Indicator Type',
			name: 'indicatorType',
			...locator('searchIndicatorTypes', [byName('e.g. Host')]),
			required: true,
			description: 'Type of the indicator, also a custom one of the instance',
			displayOptions: { show: { indicatorBy: ['value'] } },
		},
		{
			displayName: 'Value',
			name: 'summary',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. badguy.com',
			description: 'The indicator itself. A file is found by any of its hashes.',
			displayOptions: { show: { indicatorBy: ['value'] } },
		},
		{
			displayName: 'Indicator Owner',
			name: 'indicatorOwner',
			...locator('searchOwners', [byName('e.g. Demo Organization')]),
			description:
				'Organization, Community or Source that has the indicator. If empty, the groups of all indicators of this value are found.',
			displayOptions: { show: { indicatorBy: ['value'] } },
		},
		...limitParameters(),
		returnAllNotice(),
		groupFilters,
		optionsCollection(fieldsOption),
	],
	records: groupRecords,
	prepare(item, api) {
		const indicator = readIndicator(item);
		const filters = readFilters(filterValues(item), '', item.zone);
		const clause = () => `hasIndicator(${indicator.tql})`;
		const find = searchFor({
			path: GROUPS,
			filters: {
				...filters,
				disjunctions: [...filters.disjunctions, { filter: 'indicator', texts: [''], clause }],
			},
			limit: readLimit(item),
			fields: readResponseOptions(item).fields,
		});
		return {
			async run() {
				const groups = await find(api);
				// An ID that does not exist is a mistake. A value that nobody has recorded is a result.
				if (groups.length === 0 && indicator.id !== undefined)
					await checkIndicator(api, indicator.id, indicator.tql);
				return groups;
			},
		};
	},
});

/** @throws InvalidInput */
function readIndicator(item: Item): { tql: string; id?: string } {
	if (oneOf(item.parameter('indicatorBy'), '"Find Indicator By" (indicatorBy)', 'id', 'value') === 'id') {
		const id = String(readLong(item.parameter('indicatorId'), '"Indicator ID" (indicatorId)'));
		return { id, tql: `id = ${id} and ${ACTIVE_OR_NOT}` };
	}
	const type = optionalText(unlocated(item.parameter('indicatorType')), '"Indicator Type" (indicatorType)');
	if (type === undefined) {
		throw new InvalidInput('"Indicator Type" (indicatorType) is empty', 'Give the type, e.g. Host.');
	}
	const label = '"Value" (summary)';
	const summary = item.parameter('summary');
	if (isBlank(summary)) throw new InvalidInput(`${label} is empty`, 'Give the value of the indicator.');
	const ownerName = optionalText(item.parameter('indicatorOwner'), '"Indicator Owner" (indicatorOwner)');
	const name = indicatorName({ type, summary, ...(ownerName !== undefined && { ownerName }) }, label);
	if (name === undefined) throw new InvalidInput(`${label} is empty`, 'Give the value of the indicator.');
	return { tql: indicatorQuery(name) };
}

/** @throws InvalidInput when there is no such indicator */
async function checkIndicator(api: ThreatConnect, id: string, tql: string): Promise<void> {
	if ((await api.count(OBJECT_TYPES.indicator.path, tql)) > 0) return;
	throw new InvalidInput(
		`There is no indicator ${id}, or the API user does not see it`,
		'Check its ID, or find it by its type and value.',
	);
}
