import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import type { Control } from './field';
import { isJsonObject, type JsonObject } from '../core/json';
import { readEntries, saysNothing } from '../core/readValue';

/** Parts of forms that both nodes have. */

/** A line that says what surprises, shown only where it applies. */
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
 * A field of a collection that is several inputs, which are shown as soon as it is added. Its value is
 * `{ list: { [name]: value } }`.
 */
export const fixedCollection = (displayName: string, values: INodeProperties[]): Control => ({
	type: 'fixedCollection',
	// Empty, n8n's editor would drop it as soon as another field is added; it is, if it takes multiple values.
	default: {
		list: Object.fromEntries(
			values.filter(({ type }) => type !== 'notice').map((value) => [value.name, value.default]),
		),
	},
	placeholder: `Add ${displayName}`,
	options: [{ displayName, name: 'list', values }],
});

/** Any number of rows, `{ entry: [{ [name]: value }] }`, with a button to add one. */
export const repeatableRows = (
	name: string,
	displayName: string,
	entry: string,
	values: INodeProperties[],
	description?: string,
): INodeProperties => ({
	displayName,
	name,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	default: {},
	placeholder: `Add ${entry}`,
	...(description !== undefined && { description }),
	options: [{ displayName: entry, name: 'entry', values }],
});

/** What was entered in them. */
export const readRows = (given: unknown, label: string): unknown[] =>
	readEntries(isJsonObject(given) ? given.entry : given, label);

/** What an expression takes from the item, beside what is entered by hand. */
export const fromInput = (placeholder: string, description: string): INodeProperties => ({
	displayName: 'From Input',
	name: 'json',
	type: 'string',
	default: '',
	placeholder,
	description,
});

/**
 * @param names of the rows in the box
 * @returns `undefined` for anything else than a box: a custom field, too, may have the key `list`
 */
export function readFixedCollection(value: unknown, names: readonly string[]): JsonObject | undefined {
	const list = isJsonObject(value) ? value.list : undefined;
	return isJsonObject(list) && [...names, 'json'].some((name) => name in list) ? list : undefined;
}

export const fromInputOf = ({ json }: JsonObject): unknown[] => (saysNothing(json) ? [] : [json]);
