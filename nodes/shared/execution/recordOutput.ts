import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../core/errors';
import type { JsonObject } from '../core/json';
import { inQuotes, isBlank, optionalSwitch, readEntries, readText } from '../core/readValue';
import { oneOf } from '../fields/fieldTypes';
import type { Item } from './item';

/**
 * Which fields of its records an operation returns. n8n's UX guidelines ask for it where records have more than ten fields: in
 * a workflow by the switch Simplify, and in a tool of an AI agent, whose model pays for each field, by the parameter Output.
 */

/** What is known of the records of an operation. */
export type RecordFields = {
	/** The field that names a record. It is always returned. */
	id: string;
	/** What Simplified returns, the most used first: ten at most, and all that the next operation needs. */
	simple: readonly string[];
	/** What Selected Fields can return besides. */
	others: readonly string[];
	/** Whether Simplify is on in a new node. */
	simplify: boolean;
	/** Further fields that an item asks the service for. Simplified and Selected Fields return them too. */
	asked?(item: Item): readonly string[];
};

const SIMPLIFY = '"Simplify" (simplify)';
const OUTPUT = '"Output" (output)';
const SELECTED_FIELDS = '"Selected Fields" (selectedFields)';

/** `primary_contact_name` and `primaryContactName` as `Primary Contact Name`. */
const title = (name: string) =>
	name
		.replace(/_/g, ' ')
		.replace(/[a-z](?=[A-Z])/g, '$& ')
		.replace(/(?<=^|\s)[a-z]/g, (letter) => letter.toUpperCase())
		.replace(/\b(Id|Xid|Url)\b/g, (word) => word.toUpperCase());

const SIMPLIFY_SWITCH: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: false,
	description: 'Whether to return a simplified version of the response instead of the raw data',
	displayOptions: { hide: { '@tool': [true] } },
};

/** The parameters that choose the fields. */
export function outputParameters({ id, simple, others, simplify }: RecordFields): INodeProperties[] {
	return [
		{ ...SIMPLIFY_SWITCH, default: simplify },
		{
			displayName: 'Output',
			name: 'output',
			type: 'options',
			options: [
				{ name: 'Simplified', value: 'simple', description: `Only ${simple.map(title).join(', ')}` },
				{ name: 'Raw', value: 'raw', description: 'All fields, as the service returns them' },
				{
					name: 'Selected Fields',
					value: 'fields',
					description: 'Only the ID and the fields that you choose',
				},
			],
			default: 'simple',
			description: 'What the model gets to read: each field costs it tokens',
			displayOptions: { show: { '@tool': [true] } },
		},
		{
			displayName: 'Selected Fields',
			name: 'selectedFields',
			type: 'multiOptions',
			options: [...simple, ...others]
				.filter((name) => name !== id)
				.map((name) => ({ name: title(name), value: name }))
				.sort((a, b) => a.name.localeCompare(b.name)),
			default: [],
			description: 'The fields to return besides the ID',
			displayOptions: { show: { '@tool': [true], output: ['fields'] } },
		},
	];
}

/**
 * The fields that an item chooses by Selected Fields, for operations that have to ask the service for some of them.
 *
 * @returns none where it chooses in another way
 * @throws InvalidInput for a field that the records do not have
 */
export function selectedFields(item: Item, fields: Pick<RecordFields, 'simple' | 'others'>): string[] {
	if (outputOf(item) !== 'fields') return [];
	const known = [...fields.simple, ...fields.others];
	return readEntries(item.parameter('selectedFields'), SELECTED_FIELDS).map((entry) => {
		const name = readText(entry, SELECTED_FIELDS).trim();
		if (known.includes(name)) return name;
		throw new InvalidInput(
			`${SELECTED_FIELDS} cannot hold ${inQuotes(name)}`,
			`Choose complete names among these: ${known.join(', ')}. Set Output to Raw for all that the service returns.`,
		);
	});
}

/** An expression that gives nothing means the default. */
function outputOf(item: Item): 'simple' | 'raw' | 'fields' | undefined {
	if (!item.isTool) return undefined;
	const given = item.parameter('output');
	return isBlank(given) ? 'simple' : oneOf(given, OUTPUT, 'simple', 'raw', 'fields');
}

/**
 * Reads which fields of a record an item wants.
 *
 * @param sets the fields that show what the item sets, if it writes. Simplify keeps them. A model knows them, and would pay
 *   for them once more.
 * @returns takes the record under the names of `RecordFields`; fields of the node's own, such as `_outcome`, are always returned
 * @throws InvalidInput
 */
export function readOutput(
	item: Item,
	fields: RecordFields,
	sets?: readonly string[],
): (record: JsonObject) => JsonObject {
	const output = outputOf(item);
	const simplifies = optionalSwitch(item.parameter('simplify'), SIMPLIFY, fields.simplify);
	if (output === 'raw' || (output === undefined && !simplifies)) {
		// The ID and the name come first, because people look for them first. A record that is only read stays as it is, because
		// copying 100,000 records takes a second.
		return (record) => (sets ? { ...pick(record, [fields.id, 'name']), ...record } : record);
	}
	const chosen = output === 'fields' ? selectedFields(item, fields) : fields.simple;
	const set = item.isTool ? [] : sets;
	const names = [...new Set([fields.id, ...chosen, ...(set ?? []), ...(fields.asked?.(item) ?? [])])];
	return (record) => pick(record, [...names, ...Object.keys(record).filter((name) => name.startsWith('_'))]);
}

const pick = (record: JsonObject, names: readonly string[]): JsonObject =>
	Object.fromEntries(names.filter((name) => Object.hasOwn(record, name)).map((name) => [name, record[name]]));
