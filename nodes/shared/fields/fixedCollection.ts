import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Control } from './field';
import { isJsonObject, type JsonObject } from '../core/json';
import { readEntries, saysNothing } from '../core/readValue';

/** Parts of forms that both nodes use. */

/** A line that explains something surprising. It is shown only where it applies. */
export const notice = (
	name: string,
	text: string,
	displayOptions: IDisplayOptions = {},
): INodeProperties => ({
	displayName: text,
	name,
	type: 'notice',
	default: '',
	displayOptions,
});

/**
 * A field of a collection that has several inputs. The inputs are shown as soon as the field is added. Its value is `{
 * list: { [name]: value } }`.
 */
export const fixedCollection = (displayName: string, values: INodeProperties[]): Control => ({
	type: 'fixedCollection',
	// If the default were empty, n8n's editor would drop this field when another one is added. `repeatableRows` does not
	// have this problem.
	default: {
		list: Object.fromEntries(
			values.filter(({ type }) => type !== 'notice').map((value) => [value.name, value.default]),
		),
	},
	placeholder: `Add ${displayName}`,
	options: [{ displayName, name: 'list', values }],
});

/** Any number of rows, `{ [rowName]: [{ [name]: value }] }`, with a button to add one. */
export const repeatableRows = (
	name: string,
	displayName: string,
	entry: string,
	values: INodeProperties[],
	description?: string,
	rowName = 'entry',
): INodeProperties => ({
	displayName,
	name,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	placeholder: `Add ${entry}`,
	...(description !== undefined && { description }),
	options: [{ displayName: entry, name: rowName, values }],
});

/** The rows that the user entered. */
export const readRows = (given: unknown, label: string, rowName = 'entry'): unknown[] =>
	readEntries(rowsOf(given, rowName), label);

/** The rows that a form holds, also those that say nothing. */
export const rowsOf = (given: unknown, rowName = 'entry'): unknown =>
	isJsonObject(given) ? given[rowName] : given;

/** An input for an expression that takes values from the item, in addition to values entered by hand. */
export const fromInput = (placeholder: string, description: string): INodeProperties => ({
	displayName: 'From Input',
	name: 'json',
	type: 'string',
	default: '',
	placeholder,
	description,
});

/**
 * @param names the names of the inputs
 * @returns `undefined` for a value without these inputs, because a custom field may have the key `list` too
 */
export function readFixedCollection(value: unknown, names: readonly string[]): JsonObject | undefined {
	const list = isJsonObject(value) ? value.list : undefined;
	return isJsonObject(list) && [...names, 'json'].some((name) => name in list) ? list : undefined;
}

export const fromInputOf = ({ json }: JsonObject): unknown[] => (saysNothing(json) ? [] : [json]);
