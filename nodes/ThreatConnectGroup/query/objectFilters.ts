import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { readNumber } from '../../shared/core/readValue';
import { labelOf } from '../../shared/fields/field';
import { choice } from '../../shared/fields/fieldTypes';
import { byName, locator } from '../../shared/fields/locators';
import { OBJECT_TYPES, type ObjectType } from '../fields/associations';
import { VICTIM_ASSET_TYPES } from '../fields/groupLists';
import { GROUP_TYPES, sameOptions } from '../fields/groupTypes';
import {
	anyOf,
	dateFilters,
	type Disjunction,
	type Filter,
	type Filters,
	indicatorClause,
	readFiltersOf,
	several,
	textFilter,
	type Texts,
} from './filters';
import { spellingsOf } from './matching';
import { ACTIVE_OR_NOT, isOneOf, quote } from './clauses';

/** The filters of what is associated to a group, and the query that they make. */

type ObjectFilter = Filter & {
	/** The types of objects that have it. */
	of: readonly ObjectType[];
	/** The clause, where it depends on the type. */
	clauseOf?(texts: Texts, type: ObjectType): string;
};

const ALL = Object.keys(OBJECT_TYPES) as ObjectType[];

const locatedFilter = (
	name: string,
	displayName: string,
	searchListMethod: string,
	placeholder: string,
	description: string,
	keyword: string,
): Filter => ({
	parameter: {
		displayName,
		name,
		...locator(searchListMethod, [byName(placeholder)]),
		description: several(description),
	},
	clause: (texts) => isOneOf(keyword, texts),
});

const chosenFilter = (
	name: string,
	displayName: string,
	options: INodePropertyOptions[],
	description: string,
	keyword: string,
): Filter => ({
	parameter: { displayName, name, type: 'multiOptions', options, default: [], description },
	// A value that does not exist would find nothing.
	clause: (texts) =>
		isOneOf(
			keyword,
			texts.map((text) => known(text, options, `"${displayName}" (${name})`)),
		),
});

const known = (text: string, options: readonly INodePropertyOptions[], label: string): string =>
	String(choice(options).read(text, { label, operation: 'create', zone: '' }));

/** @param most the greatest value */
const least = (name: string, displayName: string, most: number, description: string): Filter => ({
	parameter: {
		displayName: `Minimum ${displayName}`,
		name,
		type: 'number',
		typeOptions: { minValue: 0, maxValue: most, numberPrecision: 0 },
		default: 0,
		description,
	},
	clause: ([text = '']) => `${name} >= ${readNumber(text, `"Minimum ${displayName}" (${name})`, 0)}`,
});

const STATUS = [
	{ name: 'Active', value: 'active' },
	{ name: 'Inactive', value: 'inactive' },
];

const nameClause = (texts: Texts, type: ObjectType): string => {
	if (type === 'indicator') return indicatorClause(texts);
	return isOneOf(OBJECT_TYPES[type].nameKeyword, [...new Set(texts.flatMap(spellingsOf))]);
};

const FILTERS: readonly ObjectFilter[] = [
	{
		of: ['artifact'],
		...locatedFilter(
			'artifactType',
			'Artifact Type',
			'searchArtifactTypes',
			'e.g. Host, IP Address or File Hash',
			'Type of the artifact, in the words of the instance',
			'typeName',
		),
	},
	{
		of: ['case'],
		...chosenFilter(
			'caseStatus',
			'Case Status',
			sameOptions('Closed', 'Open'),
			'Cases in one of these states',
			'status',
		),
	},
	...dateFilters('dateAdded', 'Created', 'created in ThreatConnect', 'Objects').map(
		(filter): ObjectFilter => ({ of: ['artifact', 'case', 'group', 'indicator'], ...filter }),
	),
	{
		of: ['group'],
		...chosenFilter('groupType', 'Group Types', GROUP_TYPES, 'Groups of one of these types', 'typeName'),
	},
	{
		of: ALL,
		parameter: {
			displayName: 'IDs',
			name: 'id',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12345, 12346',
			description: 'Comma-separated, or an array from an expression; an empty array finds nothing',
		},
	},
	{
		of: ['indicator'],
		parameter: {
			displayName: 'Indicator Status',
			name: 'indicatorStatus',
			type: 'options',
			options: STATUS,
			default: 'active',
			description: 'Only active or only inactive indicators. Without it, both are found.',
		},
		clause: ([text = '']) =>
			`indicatorActive = ${String(
				choice(STATUS).read(text, {
					label: '"Indicator Status" (indicatorStatus)',
					operation: 'create',
					zone: '',
				}) === 'active',
			)}`,
	},
	{
		of: ['indicator'],
		...locatedFilter(
			'indicatorType',
			'Indicator Type',
			'searchIndicatorTypes',
			'e.g. Host',
			'Type of the indicator, also a custom one of the instance',
			'typeName',
		),
	},
	...dateFilters('lastModified', 'Modified', 'last changed', 'Objects').map((filter): ObjectFilter => ({
		of: ['group', 'indicator'],
		...filter,
	})),
	{ of: ['indicator'], ...least('confidence', 'Confidence', 100, 'From 0 to 100') },
	{ of: ['indicator'], ...least('rating', 'Rating', 5, 'Threat rating from 0 to 5') },
	{
		of: ['case', 'group', 'indicator', 'victimAsset'],
		...locatedFilter(
			'ownerName',
			'Object Owner',
			'searchOwners',
			'e.g. Demo Organization',
			'Organization, Community or Source that has the object',
			'ownerName',
		),
	},
	{
		of: ['group', 'indicator'],
		...locatedFilter(
			'securityLabel',
			'Security Label',
			'searchSecurityLabels',
			'e.g. TLP:AMBER',
			'Label that the object has',
			'securityLabel',
		),
	},
	{
		of: ['case'],
		...chosenFilter(
			'severity',
			'Severity',
			sameOptions('Critical', 'High', 'Low', 'Medium'),
			'Cases of one of these severities',
			'severity',
		),
	},
	{
		of: ['case', 'group', 'indicator'],
		...locatedFilter('tag', 'Tag', 'searchTags', 'e.g. Targeted Attack', 'Tag that the object has', 'tag'),
	},
	{
		of: ALL,
		...textFilter(
			'summaryContains',
			'Value or Name Contains',
			'Part of the value or name',
			'e.g. badguy',
			() => '',
		),
		clauseOf: (texts, type) =>
			anyOf(texts, (text) => `${OBJECT_TYPES[type].nameKeyword} contains ${quote(text)}`),
	},
	{
		of: ALL,
		...textFilter(
			'summary',
			'Value or Name Is',
			'The value of the object, or its name; of a file, any of its hashes',
			'e.g. badguy.com',
			() => '',
		),
		clauseOf: nameClause,
	},
	{
		of: ['victimAsset'],
		...chosenFilter(
			'victimAssetType',
			'Victim Asset Types',
			sameOptions(...VICTIM_ASSET_TYPES),
			'Victim assets of one of these types',
			'typeName',
		),
	},
];

const otherThan = (types: readonly ObjectType[]): string[] => ALL.filter((type) => !types.includes(type));

/** The entries of the collection: each is offered for the types of objects that have it. */
export const objectFilterParameters: INodeProperties[] = FILTERS.map(
	({ parameter, of }): INodeProperties => ({
		...parameter,
		...(of.length < ALL.length && { displayOptions: { hide: { '/objectType': otherThan(of) } } }),
	}),
).sort((a, b) => a.displayName.localeCompare(b.displayName));

/**
 * The query of an item for what is associated to a group.
 *
 * @param values filters by name, as the parameter holds them
 * @param tql the user's own query, which objects must match too
 * @throws InvalidInput for a filter that is empty, or that objects of the type do not have
 */
export function readObjectFilters(type: ObjectType, values: JsonObject, tql: unknown, zone: string): Filters {
	const foreign = FILTERS.find(({ parameter, of }) => parameter.name in values && !of.includes(type));
	if (foreign) {
		throw new InvalidInput(
			`The filter ${labelOf(foreign.parameter)} is not for ${OBJECT_TYPES[type].plural}`,
			'Remove it, or choose another Object Type.',
		);
	}
	const own = FILTERS.map(({ clauseOf, ...filter }): Filter =>
		clauseOf ? { ...filter, clause: (texts) => clauseOf(texts, type) } : filter,
	);
	return readFiltersOf(own, values, tql, zone);
}

/**
 * What is associated to a group. ThreatConnect leaves inactive indicators out unless the query says something of them
 * (documentation, Retrieve Indicators). Of groups, it returns the group itself too (tcex, group.py).
 */
export const associatedTo = (groupId: string, type: ObjectType): Disjunction => ({
	filter: 'group',
	texts: [groupId],
	clause: ([id = '']) =>
		`hasGroup(id = ${id})${type === 'group' ? ` and id != ${id}` : type === 'indicator' ? ` and ${ACTIVE_OR_NOT}` : ''}`,
});
