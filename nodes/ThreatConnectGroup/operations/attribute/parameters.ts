import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import type { RecordFields } from '../../../shared/execution/recordOutput';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { byName, locator } from '../../../shared/fields/locators';
import { isBlank, optionalText, readLong, readText } from '../../../shared/core/readValue';
import type { AttributeName } from '../../flows/groupAttributes';

/** How the operations on attributes name a type of attribute, and one attribute of the group. */

export const attributeTypeParameter = (more: Partial<INodeProperties> = {}): INodeProperties => ({
	displayName: 'Attribute Type',
	name: 'attributeType',
	...locator('searchAttributeTypes', [byName('e.g. Additional Analysis and Context')]),
	required: true,
	description: 'Name of an attribute type that is valid for the type of the group',
	...more,
});

const TYPE = '"Attribute Type" (attributeType)';
const ID = '"Attribute ID" (attributeId)';
const VALUE = '"Present Value" (presentValue)';
const FIND_BY = '"Find Attribute By" (findAttributeBy)';

/** @throws InvalidInput when it is empty */
export function readAttributeType(item: Item): string {
	const type = optionalText(item.parameter('attributeType'), TYPE)?.trim();
	if (type !== undefined) return type;
	throw new InvalidInput(`${TYPE} is empty`, 'Give the name of the type, such as Description.');
}

export const attributeParameters: INodeProperties[] = [
	{
		displayName: 'Find Attribute By',
		name: 'findAttributeBy',
		type: 'options',
		options: [
			{ name: 'ID', value: 'id', description: 'As Get Many and Add return it' },
			{ name: 'Type', value: 'type', description: 'The only attribute of its type that the group has' },
			{ name: 'Type and Value', value: 'typeAndValue', description: 'By what it says now' },
		],
		default: 'id',
	},
	{
		displayName: 'Attribute ID',
		name: 'attributeId',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. 12345',
		description: 'The ID of an attribute of this group',
		displayOptions: { show: { findAttributeBy: ['id'] } },
	},
	attributeTypeParameter({
		description: 'Name of the type that the attribute has',
		displayOptions: { show: { findAttributeBy: ['type', 'typeAndValue'] } },
	}),
	{
		displayName: 'Present Value',
		name: 'presentValue',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		required: true,
		description: 'The value that the attribute has now',
		displayOptions: { show: { findAttributeBy: ['typeAndValue'] } },
	},
];

/** @throws InvalidInput when nothing names the attribute */
export function readAttributeName(item: Item): AttributeName {
	const by = oneOf(item.parameter('findAttributeBy'), FIND_BY, 'id', 'type', 'typeAndValue');
	if (by === 'id') {
		const id = item.parameter('attributeId');
		// An empty ID would address the list of all attributes.
		if (isBlank(id)) throw new InvalidInput(`${ID} is empty`, 'Give the ID of the attribute.');
		return { id: String(readLong(id, ID)) };
	}
	const type = readAttributeType(item);
	if (by === 'type') return { type };
	const value = item.parameter('presentValue');
	if (!isBlank(value)) return { type, value: readText(value, VALUE) };
	throw new InvalidInput(
		`${VALUE} is empty`,
		'Give the value that the attribute has now, or find it by its type alone.',
	);
}

/** Attributes as ThreatConnect answers them, with the ID of their group. */
export const attributeRecords: RecordFields = {
	id: 'id',
	simple: ['id', 'groupId', 'type', 'value', 'source', 'default', 'pinned', 'securityLabels'],
	others: ['createdBy', 'dateAdded', 'lastModified', 'settings'],
	simplify: false,
};
