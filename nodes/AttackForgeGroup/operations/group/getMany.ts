import { deepCopy, type INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/core/errors';
import { labelOf } from '../../../shared/fields/field';
import { emptyFilter, readFilter } from '../../../shared/fields/filters';
import {
	fixedCollection,
	readFixedCollection,
	readRows,
	repeatableRows,
} from '../../../shared/fields/fixedCollection';
import type { Item } from '../../../shared/execution/item';
import { isJsonObject, type JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { limitParameters, readLimit } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { inQuotes, isUnset, optionalText, readText, unlocated } from '../../../shared/core/readValue';
import type { AttackForge, Scope } from '../../api/client';
import { type CustomField, customFieldRow, isChosen } from '../../fields/customFields';
import { customFieldOf, normalizeGroup, simplifyGroup } from '../../fields/receivedGroup';
import { comparable, hasText } from '../../fields/matching';
import { checkChoices } from '../../flows/checkBody';
import { requireFieldInList } from '../../flows/findGroup';
import {
	customFieldFilterOptions,
	readCustomFieldFilter,
	readSimplify,
	scopeParameter,
	simplifyParameter,
} from '../parameters';

const text = (name: string, displayName: string, description: string, placeholder = ''): INodeProperties => ({
	displayName,
	name,
	type: 'string',
	default: '',
	...(placeholder && { placeholder }),
	description,
});

/** The filters are applied to the API's list, because the API has no filters. */
const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	description: 'Only groups that meet all of these',
	options: [
		text(
			'contact',
			'Contact Contains',
			'Text in the name, number or e-mail address of the primary contact',
			'e.g. paul.citizen',
		),
		{
			displayName: 'Custom Fields',
			name: 'customFields',
			...fixedCollection('Custom Fields', [
				repeatableRows(
					'data',
					'Conditions',
					'Condition',
					customFieldRow('Value that the custom field must have, from the choices or typed'),
				),
			]),
			description:
				'Custom fields with these values, upper and lower case included; white space around them does not count',
		},
		text('nameContains', 'Name Contains', 'Text in the name, in upper or lower case', 'e.g. acme'),
		text(
			'nameIs',
			'Name Is',
			'The name, upper and lower case included; white space around it does not count',
			'e.g. ACME Corp.',
		),
		text(
			'owner',
			'Owner Contains',
			'Text in the name of the group owner, in upper or lower case',
			'e.g. citizen',
		),
	],
};

export const getMany = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many groups',
	description: 'Retrieve groups, by name, owner, contact or custom field',
	parameters: [
		scopeParameter('Groups', 'Which groups the list is to hold'),
		...limitParameters(),
		filters,
		simplifyParameter(),
		optionsCollection(...customFieldFilterOptions),
	],
	prepare(item, api) {
		const scope = oneOf<Scope>(item.parameter('scope'), '"Groups" (scope)', 'all', 'mine');
		const limit = readLimit(item);
		const { matches, byCustomField, chosen } = readFilters(item);
		const filter = readCustomFieldFilter(item);
		const simplify = readSimplify(item);
		return {
			async run() {
				await checkChoices(chosen, item, api);
				const key = `list ${scope} ${JSON.stringify(filter)}`;
				const groups = await api.lookups.getOrLoad(key, async () => await api.getGroups(scope, filter));
				if (byCustomField !== undefined) requireFieldInList(groups, byCustomField);
				const found: JsonObject[] = [];
				for (const group of groups) {
					if (found.length >= limit) break;
					if (matches(normalizeGroup(group))) found.push(simplify ? simplifyGroup(group) : group);
				}
				// A copy, because items must not share an object of the same list.
				return deepCopy(found);
			},
		};
	},
});

type Matches = (group: JsonObject) => boolean;

function readFilters(item: Item): { matches: Matches; byCustomField?: string; chosen: CustomField[] } {
	const given = (item.parameter('filters') ?? {}) as JsonObject;
	const wanted = (displayName: string, name: string) => {
		const label = labelOf({ displayName, name });
		return optionalText(readFilter(given, name, label), `The filter ${label}`);
	};
	const contains = (needle: string | undefined, ...names: string[]): Matches[] => {
		if (needle === undefined) return [];
		const sought = comparable(needle).toLowerCase();
		return [
			(group) =>
				names.some((name) =>
					comparable(String(group[name] ?? ''))
						.toLowerCase()
						.includes(sought),
				),
		];
	};
	const name = wanted('Name Is', 'nameIs');
	const fields = readFieldFilters(given, item);
	const all: Matches[] = [
		...(name === undefined ? [] : [(group: JsonObject) => hasText(group.name, name)]),
		...contains(wanted('Name Contains', 'nameContains'), 'name'),
		...contains(wanted('Owner Contains', 'owner'), 'group_owner'),
		...contains(
			wanted('Contact Contains', 'contact'),
			'primary_contact_name',
			'primary_contact_number',
			'primary_contact_email',
		),
		...fields.map(
			({ key, value }): Matches =>
				(group) =>
					hasText(customFieldOf(group, key), value),
		),
	];
	return {
		matches: (group) => all.every((matches) => matches(group)),
		...('customFields' in given && { byCustomField: 'customFields' }),
		chosen: fields.filter(({ isChosen }) => isChosen).map(({ key, value }) => ({ key, value })),
	};
}

type FieldFilter = { key: string; value: string; isChosen: boolean };

function readFieldFilters(filtersGiven: JsonObject, item: Item): FieldFilter[] {
	if (!('customFields' in filtersGiven)) return [];
	const { customFields: given } = filtersGiven;
	const filterLabel = labelOf({ displayName: 'Custom Fields', name: 'customFields' });
	const form = readFixedCollection(given, ['data']);
	if (!form && !isUnset(given) && !isEmptyBox(given)) {
		throw new InvalidInput(
			`The filter ${filterLabel} cannot be ${inQuotes(given)}`,
			'Add a row with the key and the value to filter by.',
		);
	}
	const rows = form ? readRows(form.data, filterLabel) : [];
	// A filter without a row would find all groups.
	if (rows.every((row) => isJsonObject(row) && [row.key, row.value].map(unlocated).every(isUnset))) {
		throw emptyFilter(filterLabel);
	}
	const { cf_key_allowlist: allow, cf_key_blocklist: block } = item.options;
	return rows.map((row: unknown) => {
		const given = isJsonObject(row) ? row : ({} as JsonObject);
		const [key, value] = [given.key, given.value].map(unlocated);
		if (isUnset(key))
			throw new InvalidInput('"Custom Fields": a key is missing', 'Give the key to filter by.');
		const name = readText(key, '"Custom Fields": the key');
		const label = `"Custom Fields": the value of "${name}"`;
		const exact = optionalText(value, label) ?? '';
		// A filter without a value would find all groups that have no value.
		if (exact.trim() === '') throw emptyFilter(label);
		if (!isUnset(allow) || !isUnset(block)) {
			throw new InvalidInput(
				`"Custom Fields" filters by "${name}", but an option leaves custom fields out of the answer`,
				'Filter by custom fields, or choose which are returned, not both.',
			);
		}
		return { key: name, value: exact, isChosen: isChosen(given.value) };
	});
}

/** Whether a filter has no row. */
const isEmptyBox = (given: unknown): boolean =>
	isJsonObject(given) &&
	Object.values(given).every(
		(list) => isUnset(list) || (isJsonObject(list) && Object.keys(list).length === 0),
	);
