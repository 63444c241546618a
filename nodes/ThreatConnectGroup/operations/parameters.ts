import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { Item } from '../../shared/execution/item';
import type { JsonObject } from '../../shared/core/json';
import { oneOf } from '../../shared/fields/fieldTypes';
import { byName, locator } from '../../shared/fields/locators';
import { extraJsonOption, optionsCollection, previewOption } from '../../shared/execution/options';
import { type RecordFields, selectedFields } from '../../shared/execution/recordOutput';
import {
	isUnset,
	optionalSwitch,
	optionalText,
	readEntries,
	readLong,
	readText,
} from '../../shared/core/readValue';
import type { ResponseOptions, ThreatConnect } from '../api/client';
import { type GroupReference, idInPageAddress, readXid } from '../api/references';
import { OBJECT_TYPES, type ObjectType, OTHER_OBJECT_KEYS, SIMPLE_OBJECT_KEYS } from '../fields/associations';
import { fieldsBringing, keysAddedBy, OTHER_KEYS, SIMPLE_KEYS } from '../fields/receivedGroup';
import { fieldsShowing } from '../flows/compareGroup';
import type { Creation } from '../flows/createGroup';
import { filterParameters, type Filters, readFilters } from '../query/filters';

type Show = NonNullable<IDisplayOptions['show']>;

/** `searchWritableOwners` is for operations that write a group. */
type OwnerList = 'searchOwners' | 'searchWritableOwners';

/**
 * Which of the two credentials is used. The nodes still list the credentials themselves, because n8n's linter reads them
 * in the source of each node.
 */
export const authenticationParameter: INodeProperties = {
	displayName: 'Authentication',
	name: 'authentication',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'API Token', value: 'apiToken' },
		{ name: 'HMAC (Access ID and Secret Key)', value: 'hmac' },
	],
	default: 'apiToken',
};

/** The parameters that name the group of an operation. */
export function groupParameters(owners: OwnerList): INodeProperties[] {
	return [
		{
			displayName: 'Find Group By',
			name: 'findBy',
			type: 'options',
			options: [
				{ name: 'ID', value: 'id', description: 'From a list, by its ID, or by the address of its page' },
				{ name: 'XID', value: 'xid', description: 'By the external ID that it was given, within one owner' },
			],
			default: 'id',
		},
		{
			displayName: 'Group ID',
			name: 'groupId',
			...locator('searchGroups', [
				{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 1125899906842625' },
				{
					displayName: 'By URL',
					name: 'url',
					placeholder: 'e.g. https://app.threatconnect.com/#/details/groups/1125899906842625/overview',
				},
			]),
			required: true,
			description:
				'The group: chosen from a list of names, or given by the ID that ThreatConnect shows and Create returns',
			displayOptions: { show: { findBy: ['id'] } },
		},
		...xidParameters({ findBy: ['xid'] }, owners, {
			required: true,
			description: 'External ID that the group was created with',
		}),
	];
}

/** An external ID and the owner that it belongs to. */
export const xidParameters = (
	show: Show,
	owners: OwnerList,
	xid: Partial<INodeProperties>,
): INodeProperties[] => [
	{
		displayName: 'Group XID',
		name: 'groupXid',
		type: 'string',
		default: '',
		placeholder: 'e.g. crm:INC-2041',
		displayOptions: { show },
		...xid,
	},
	{
		displayName: 'Group Owner',
		name: 'groupOwner',
		...locator(owners, [byName('e.g. Demo Organization')]),
		description:
			'Organization, Community or Source that has the group; if empty, the organization of the API user',
		displayOptions: { show },
	},
];

const GROUP_ID = '"Group ID" (groupId)';

/** @throws InvalidInput when no group is named, or when the reference would address something else */
export function readReference(item: Item, api: ThreatConnect): GroupReference {
	if (oneOf(item.parameter('findBy'), '"Find Group By" (findBy)', 'id', 'xid') === 'id') {
		const given = item.parameter('groupId');
		const id = item.locatorMode('groupId') === 'url' ? idInUrl(given, api) : given;
		// An empty ID would address the list of all groups.
		if (isUnset(id) || (typeof id === 'string' && id.trim() === '')) {
			throw new InvalidInput(`${GROUP_ID} is empty`, 'Give the ID of the group.');
		}
		return { id: String(readLong(id, GROUP_ID)) };
	}
	const xid = readXid(item.parameter('groupXid'));
	if (xid === undefined) {
		throw new InvalidInput('"Group XID" (groupXid) is empty', 'Give the external ID of the group.');
	}
	const ownerName = readOwner(item);
	return { xid, ...(ownerName !== undefined && { ownerName }) };
}

const idInUrl = (value: unknown, { connection }: ThreatConnect): unknown =>
	isUnset(value) ? value : idInPageAddress(readText(value, GROUP_ID).trim(), new URL(connection.root).host);

export const readOwner = (item: Item): string | undefined =>
	optionalText(item.parameter('groupOwner'), '"Group Owner" (groupOwner)');

/** The filters of groups. */
export const groupFilters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	description: 'Only groups that match all of the filters',
	options: filterParameters,
};

/** A query of the user's own, beside the filters. @param nouns what it finds */
export const tqlParameter = (
	nouns = 'groups',
	placeholder = 'e.g. hasAttribute(typeName = "Description" and text contains "loader")',
): INodeProperties => ({
	displayName: 'TQL Query',
	name: 'tql',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	placeholder,
	description: `A query in ThreatConnect Query Language (TQL), for what the filters lack; ${nouns} match it and all of the filters. Quotes and backslashes in values that an expression puts into it need a backslash before them: filters do that for you.`,
});

/** The values of the filters, by name. */
export const filterValues = (item: Item): JsonObject => (item.parameter('filters') ?? {}) as JsonObject;

/** @throws InvalidInput */
export const readGroupFilters = (item: Item): Filters =>
	readFilters(filterValues(item), item.parameter('tql'), item.zone);

/** What a response holds. The values come from the instance, if it lists them. */
export const fieldsOption: INodeProperties = {
	displayName: 'Output Field Names or IDs',
	name: 'fields',
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'getGroupFields' },
	default: [],
	description:
		'What the output should hold besides the fields that ThreatConnect always returns. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** The option of every request that writes. */
export const activityLogOption: INodeProperties = {
	displayName: 'Create Activity Log',
	name: 'createActivityLog',
	type: 'boolean',
	default: false,
	description: "Whether to write an entry to the Activity tab of the API user's organization",
};

/** The options of operations that write a group and return it. */
export const groupOptions = (...own: INodeProperties[]): INodeProperties =>
	optionsCollection(...own, extraJsonOption, activityLogOption, fieldsOption, previewOption);

const OUTPUT_FIELD_NAMES = '"Output Field Names" (fields)';

/** As `fieldsOption`, for what is associated to a group. */
export const objectFieldsOption: INodeProperties = {
	...fieldsOption,
	typeOptions: { loadOptionsMethod: 'getObjectFields', loadOptionsDependsOn: ['objectType'] },
};

/** What is associated to a group: the parameter of the operations of the resource Association. */
export const objectTypeParameter: INodeProperties = {
	displayName: 'Object Type',
	name: 'objectType',
	type: 'options',
	options: Object.entries(OBJECT_TYPES).map(([value, { displayName }]) => ({ name: displayName, value })),
	default: 'indicator',
	description: 'What is associated to the group',
};

/** @throws InvalidInput */
export const readObjectType = (item: Item): ObjectType =>
	oneOf(
		item.parameter('objectType'),
		'"Object Type" (objectType)',
		...(Object.keys(OBJECT_TYPES) as ObjectType[]),
	);

/** Off in a new node, as for groups. The keys are those of all types of objects. */
export const objectRecords: RecordFields = {
	id: 'id',
	simple: SIMPLE_OBJECT_KEYS,
	others: OTHER_OBJECT_KEYS,
	simplify: false,
	asked: (item) => keysAddedBy(outputFields(item)),
};

/** The values of `fields` for a request that reads what is associated to a group. */
export const objectFields = (item: Item): string[] => [
	...new Set([...outputFields(item), ...fieldsBringing(selectedFields(item, objectRecords))]),
];

const outputFields = (item: Item): string[] =>
	readEntries(item.options.fields, OUTPUT_FIELD_NAMES).map((name) => readText(name, OUTPUT_FIELD_NAMES));

/** Off in a new node: what the options ask for, and what a workflow reads by name, is there without another switch. */
export const groupRecords: RecordFields = {
	id: 'id',
	simple: SIMPLE_KEYS,
	others: OTHER_KEYS,
	simplify: false,
	asked: (item) => keysAddedBy(outputFields(item)),
};

/** Of operations that read no field but those that every answer holds. */
export const plainGroupRecords: RecordFields = {
	id: 'id',
	simple: SIMPLE_KEYS,
	others: OTHER_KEYS.filter((key) => fieldsBringing([key]).length === 0),
	simplify: false,
};

/** @throws InvalidInput */
export const readActivityLog = ({ options: { createActivityLog } }: Item): boolean =>
	optionalSwitch(createActivityLog, '"Create Activity Log" (createActivityLog)', false);

/**
 * For operations that return groups.
 *
 * @param body what the item sets: the answer shows it too
 * @throws InvalidInput
 */
export function readResponseOptions(item: Item, body: JsonObject = {}): ResponseOptions {
	const selected = fieldsBringing(selectedFields(item, groupRecords));
	return {
		fields: [...new Set([...outputFields(item), ...selected, ...fieldsShowing(body)])],
		createActivityLog: readActivityLog(item),
	};
}

/** The binary field for a downloaded file. */
export const outputField = (): INodeProperties => ({
	displayName: 'Put Output File in Field',
	name: 'outputField',
	type: 'string',
	default: 'data',
	required: true,
	hint: 'The name of the output binary field to put the file in',
});

/** @throws InvalidInput when it is empty */
export function readOutputField(item: Item): string {
	const label = '"Put Output File in Field" (outputField)';
	const field = optionalText(item.parameter('outputField'), label);
	if (field !== undefined) return field;
	throw new InvalidInput(`${label} is empty`, 'Give a name, such as data.');
}

export const assignXidOption: INodeProperties = {
	displayName: 'Assign XID',
	name: 'assignXid',
	type: 'boolean',
	default: true,
	description:
		'Whether a new group without an XID gets one from the node (n8n:…). By it the node finds the group when the answer to its creation is lost, instead of creating it twice.',
};

export const readCreation = (item: Item, options: ResponseOptions): Creation => ({
	options,
	assignsXid: optionalSwitch(item.options.assignXid, '"Assign XID" (assignXid)', true),
	item,
});
