import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { FieldType } from '../../shared/fields/field';
import {
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
	isUnset,
	optionalText,
	readJson,
	readText,
	refuseInexactNumbers,
	saysNothing,
	saysNothingInList,
	unlocated,
} from '../../shared/core/readValue';

export const keyLocator = locator(
	'searchCustomFields',
	[{ displayName: 'By Key', name: 'key', placeholder: 'e.g. client_code' }],
	'Select a custom field…',
);

/** A custom field and its value. @param description of the value */
export const customFieldRow = (description: string): INodeProperties[] => [
	{
		displayName: 'Custom Field',
		name: 'key',
		...keyLocator,
		description: 'The custom field, from the list or by its key: letters, numbers and underscores',
	},
	{
		displayName: 'Field Value',
		name: 'value',
		...locator(
			'searchChoices',
			[{ displayName: 'By Value', name: 'value', placeholder: 'e.g. CLIENT001' }],
			'Select a choice…',
		),
		default: { __rl: true, mode: 'value', value: '' },
		description,
	},
];

const VALUE =
	'What the custom field is to hold. Several choices are separated by commas. A date without a zone is in the time zone of the workflow. A blank value changes nothing: Options > Clear Fields empties the field.';

/**
 * Custom fields: a list of keys and values. Text stays text ("007"), lists and objects are sent unchanged, and blank values are
 * left out. What a custom field takes is checked later, by its definition in AttackForge.
 */
export const customFields: FieldType = {
	control: () => repeatableRows('custom_fields', 'Custom Fields', 'Custom Field', customFieldRow(VALUE)),
	read(value, { label }) {
		const fields = entriesOf(value, label).filter((field) => !saysNothing(field.value));
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

/** The input for the custom fields of an input item. */
export const CUSTOM_FIELDS_FROM_INPUT = {
	...fromInput(
		'e.g. {{ $json.custom_fields }}',
		'Further custom fields from the input: an object with their values by key, or an array of keys and values',
	),
	displayName: 'Custom Fields From Input',
};

/** AttackForge's own flows clear a custom field with `null`: github.com/AttackForge/Flows. */
const clearedField = (key: string): CustomField => ({ key, value: null });

export type CustomField = { key: string; value: unknown };

/** Whether the value of a row was chosen in the editor, from the choices of the custom field that the row named then. */
export const isChosen = (value: unknown): boolean =>
	isJsonObject(value) && value.mode === 'list' && !isUnset(value.cachedResultName);

/** The keys of the rows whose value was chosen. */
export const chosenKeys = (form: unknown, label: string): Set<unknown> =>
	new Set(
		readRows(form, label)
			.filter(isJsonObject)
			.filter(({ value }) => isChosen(value))
			.map(({ key }) => unlocated(key)),
	);

/** The rows of the form, and what comes from the input. */
function entriesOf(value: unknown, label: string): CustomField[] {
	const form = readFixedCollection(value, ['data']);
	if (!form) return readKeyValues(value, label);
	const rows = readRows(form.data, label).map((row) => readRow(row, label));
	return [...rows, ...fromInputOf(form).flatMap((one) => entriesOf(one, label))];
}

function readRow(row: unknown, label: string): CustomField {
	const { key, value } = isJsonObject(row) ? row : ({} as JsonObject);
	const name = optionalText(unlocated(key), `${label}: a key`) ?? '';
	const given = unlocated(value);
	const isText = typeof given !== 'object' && !saysNothing(given);
	return { key: name, value: isText ? readText(given, `${label}: the value of "${name}"`) : given };
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
function refuseBadKeys(fields: readonly CustomField[], label: string): void {
	for (const { key } of fields) {
		if (/^\w+$/.test(key)) continue;
		throw new InvalidInput(
			`${label}: the key ${inQuotes(key)} may hold letters, numbers and underscores only`,
			'Give the key as it stands in the custom field, not its label.',
		);
	}
	refuseRepeatedKeys(fields, label);
}

export function refuseRepeatedKeys(fields: readonly CustomField[], label: string): void {
	const seen = new Set<string>();
	for (const { key } of fields) {
		if (seen.has(key)) {
			throw new InvalidInput(
				`${label}: the key ${inQuotes(key)} stands there twice`,
				'Give each key once, in one spelling. Several choices of one field are separated by commas.',
			);
		}
		seen.add(key);
	}
}
