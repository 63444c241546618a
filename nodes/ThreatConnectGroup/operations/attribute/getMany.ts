import type { JsonObject } from '../../../shared/core/json';
import { optionalSwitch, readText, unlocated } from '../../../shared/core/readValue';
import type { Item } from '../../../shared/execution/item';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { selectedFields } from '../../../shared/execution/recordOutput';
import { limitParameters, readLimit } from '../../../shared/execution/returnLimit';
import { readFilter } from '../../../shared/fields/filters';
import { byName, locator } from '../../../shared/fields/locators';
import type { ThreatConnect } from '../../api/client';
import { readAttributes } from '../../flows/groupAttributes';
import { groupParameters, readReference } from '../parameters';
import { attributeRecords } from './parameters';

export const getAttributes = defineOperation<ThreatConnect>({
	resource: 'attribute',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many attributes of group',
	description: 'Retrieve the attributes of a group, each as an item',
	parameters: [
		...groupParameters('searchOwners'),
		...limitParameters(),
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Type',
					name: 'attributeType',
					...locator('searchAttributeTypes', [byName('e.g. Description')]),
					description: 'Only attributes of this type',
				},
			],
		},
		optionsCollection({
			displayName: 'Include Security Labels',
			name: 'includeLabels',
			type: 'boolean',
			default: false,
			description: 'Whether each attribute comes with its security labels',
		}),
	],
	records: attributeRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const limit = readLimit(item);
		const type = readTypeFilter(item);
		const withLabels =
			optionalSwitch(item.options.includeLabels, '"Include Security Labels" (includeLabels)', false) ||
			selectedFields(item, attributeRecords).includes('securityLabels');
		return {
			async run() {
				const { groupId, attributes } = await readAttributes(api, reference, withLabels);
				return attributes
					.filter((one) => type === undefined || one.type === type)
					.slice(0, limit)
					.map((one) => ({ ...one, groupId }));
			},
		};
	},
});

/** @throws InvalidInput when the filter is there, but empty */
function readTypeFilter(item: Item): string | undefined {
	const label = '"Type" (attributeType)';
	const filters = (item.parameter('filters') ?? {}) as JsonObject;
	const plain = Object.fromEntries(Object.entries(filters).map(([name, value]) => [name, unlocated(value)]));
	const type = readFilter(plain, 'attributeType', label);
	return type === undefined ? undefined : readText(type, label).trim();
}
