import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { FieldType } from '../../shared/fields/field';
import {
	fixedCollection,
	readFixedCollection,
	fromInput,
	fromInputOf,
	repeatableRows,
	readRows,
} from '../../shared/fields/fixedCollection';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { locator } from '../../shared/fields/locators';
import {
	inQuotes,
	optionalText,
	readJson,
	readText,
	refuseInexactNumbers,
	saysNothing,
	saysNothingInList,
	unlocated,
} from '../../shared/core/readValue';

const VALUE_TYPES: INodePropertyOptions[] = [
	{ name: 'Text', value: 'text', description: 'Sent as text, even if it looks like a number' },
	{ name: 'JSON', value: 'json', description: 'For lists, tables and users: sent as it is' },
];

export const keyLocator = locator(
	'searchCustomFields',
	[{ displayName: 'By Key', name: 'key', placeholder: 'e.g. client_code' }],
	'Select a custom field…',
);

const CUSTOM_FIELD_ROW: INodeProperties[] = [
	{
		displayName: 'Key',
		name: 'key',
		...keyLocator,
		description: 'Key of the custom field: letters, numbers and underscores',
	},
	{
		displayName: 'Value Type',
		name: 'type',
		type: 'options',
		options: VALUE_TYPES,
		default: 'text',
		description: 'How the value is sent',
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		placeholder: 'e.g. CLIENT001',
		description:
			'What the custom field is to hold. A blank value leaves it as it is: Options > Clear Fields empties it.',
	},
];

/**
 * Custom fields: a list of keys and values. Text stays text ("007"), JSON is sent unchanged, and blank values are left
 * out.
 */
export const customFields: FieldType = {
	control: () =>
		fixedCollection('Custom Fields', [
			repeatableRows('data', 'Custom Fields', 'Custom Field', CUSTOM_FIELD_ROW),
			fromInput(
				'e.g. {{ $json.custom_fields }}',
				'Further custom fields: an array of keys and values, an object of values by key, or JSON text of either',
			),
		]),
	read(value, { label }) {
		const form = readFixedCollection(value, ['data']);
		const entered = form ? readRows(form.data, label).map((row) => readRow(row, label)) : [];
		const given = form ? fromInputOf(form) : [value];
		const all = [...entered, ...given.flatMap((one) => readKeyValues(one, label))];
		const fields = all.filter(({ value }) => !saysNothing(value));
		refuseBadKeys(fields, label);
		for (const { key, value } of fields) refuseInexactNumbers(value, `${label}: ${key}`);
		return fields.length > 0 ? fields : undefined;
	},
	clear(keys, wire, { label }) {
		if (keys.length === 0) {
			throw new InvalidInput(
				`${label}: which custom field is to be cleared is not said`,
				'Name it by its key, e.g. custom_fields.contract_end.',
			);
		}
		const fields = [...((wire as CustomField[] | undefined) ?? []), ...keys.map(clearedField)];
		refuseBadKeys(fields, label);
		return fields;
	},
};

/** AttackForge's own flows clear a custom field with `null`: github.com/AttackForge/Flows. */
const clearedField = (key: string): CustomField => ({ key, value: null });

export type CustomField = { key: string; value: unknown };

function readRow(row: unknown, label: string): CustomField {
	const { key, type, value } = isJsonObject(row) ? row : ({} as JsonObject);
	const name = optionalText(unlocated(key), `${label}: a key`) ?? '';
	if (saysNothing(value)) return { key: name, value: undefined };
	if (type === 'json') return { key: name, value: readJson(value, `${label}: ${name}`) };
	return { key: name, value: readText(value, `${label}: the value of "${name}"`) };
}

const isEntry = (entry: unknown): entry is CustomField =>
	isJsonObject(entry) && 'key' in entry && 'value' in entry;

/** Reads an array of `{key, value}`, a single `{key, value}`, or an object of values by key. */
function readKeyValues(given: unknown, label: string): CustomField[] {
	// The value of a field is text, in which a comma is text too.
	if (typeof given === 'string' ? saysNothingInList(given) : saysNothing(given)) return [];
	const json = readJson(given, label);
	const parsed = isEntry(json) ? [json] : json;
	if (isJsonObject(parsed)) return Object.entries(parsed).map(([key, value]) => ({ key, value }));
	if (!Array.isArray(parsed)) {
		throw new InvalidInput(
			`${label} must be an array of keys and values, or an object`,
			'Give it as [{"key": "client_code", "value": "CLIENT001"}] or {"client_code": "CLIENT001"}.',
		);
	}
	return parsed.map((entry: unknown, index) => {
		if (isEntry(entry)) {
			return {
				...entry,
				key: optionalText(entry.key, `${label}, entry ${index + 1}: the key`) ?? '',
				value: entry.value,
			};
		}
		throw new InvalidInput(
			`${label}, entry ${index + 1}: a custom field needs a key and a value`,
			'Write it as {"key": "client_code", "value": "CLIENT001"}.',
		);
	});
}

/** "Key must be unique and letters, number and underscores only": AttackForge documentation, CreateGroup. */
function refuseBadKeys(fields: CustomField[], label: string): void {
	const seen = new Set<string>();
	for (const { key } of fields) {
		if (!/^\w+$/.test(key)) {
			throw new InvalidInput(
				`${label}: the key ${inQuotes(key)} may hold letters, numbers and underscores only`,
				'Give the key as it stands in the custom field, not its label.',
			);
		}
		if (seen.has(key)) {
			throw new InvalidInput(`${label}: the key ${inQuotes(key)} stands there twice`, 'Give each key once.');
		}
		seen.add(key);
	}
}
