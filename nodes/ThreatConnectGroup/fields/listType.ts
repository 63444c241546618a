import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import {
	type Field,
	type FormOperation,
	type FieldType,
	labelOf,
	type Operation,
	type FieldContext,
} from '../../shared/fields/field';
import {
	fixedCollection,
	fromInput,
	notice,
	repeatableRows,
	readRows,
} from '../../shared/fields/fixedCollection';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { choice } from '../../shared/fields/fieldTypes';
import { fieldProperty } from '../../shared/fields/parameters';
import { readObject } from '../../shared/fields/record';
import { isUnset, readEntries, readLong } from '../../shared/core/values';

/** How a list in an update meets the entries that the group has already. */
const MODES: INodePropertyOptions[] = [
	{ name: 'Append', value: 'append', description: 'Add to the present entries' },
	{ name: 'Delete', value: 'delete', description: 'Remove these entries' },
	{ name: 'Replace', value: 'replace', description: 'Remove all present entries that are not given here' },
];

type ListShape = {
	/** What one entry is called, e.g. `Tag`. */
	entry: string;
	/** Inputs that take many entries at once, as comma-separated text or an array: each value becomes `{[name]: value}`. */
	shorthands: ReadonlyArray<Field & { only?: Operation }>;
	/** What an object entry may hold; further keys pass as they are. */
	fields: readonly Field[];
	/** Keys that one entry needs; checked where it is not given by ID. */
	needs?: readonly string[];
	/** The key that an entry is deleted by, besides `id`. */
	deletedBy?: string;
	/** What names an entry that is to be removed where its ID is not known: the operation looks it up. */
	identify?(entry: JsonObject, label: string): JsonObject | undefined;
	/** The most entries that the API takes in one request. */
	maxSize?: number;
	/** Lines in the form of one entry. */
	rowNotices?: readonly INodeProperties[];
	/** The API knows no mode for this list. */
	withoutMode?: boolean;
	/** Turns a checked entry into its wire form. */
	finalizeEntry?(entry: JsonObject, label: string): JsonObject;
};

/**
 * A list with a mode, on the wire `{ data: [...], mode }`.
 *
 * Taken in every form: the parameter's own, the API's, an array, JSON text, comma-separated text. A plain value stands
 * for the first shorthand, so that `["Phishing"]` is a list of tags and `[12, 13]` one of IDs.
 *
 * In an update the mode is always sent: ThreatConnect's documentation says that it defaults to append, its own field
 * description says that tags and labels are replaced.
 */
export function listType(shape: ListShape): FieldType {
	return {
		control: (operation) => fixedCollection(`${shape.entry}s`, listValues(shape, operation)),
		read(value, context) {
			const { mode, entries } = readList(value, shape, context);
			if (entries.length === 0 && mode !== 'replace') return undefined;
			if (shape.maxSize !== undefined && entries.length > shape.maxSize) {
				throw new InvalidInput(
					`${context.label} has ${entries.length} entries, but one request takes at most ${shape.maxSize}`,
					'Send the rest in a second update with the mode Append.',
				);
			}
			const data = entries.map((entry, index) =>
				readEntry(entry, mode, shape, { ...context, label: `${context.label}, entry ${index + 1}` }),
			);
			if (context.operation === 'create' || shape.withoutMode) return { data, ...(mode && { mode }) };
			return { data, mode: mode ?? 'append' };
		},
		clear(_parts, wire, { label }) {
			if (wire !== undefined) {
				throw new InvalidInput(`${label} is set, and is to be cleared`, 'Leave it out of one of the two.');
			}
			return { data: [], ...(!shape.withoutMode && { mode: 'replace' }) };
		},
	};
}

function listValues(shape: ListShape, operation: FormOperation): INodeProperties[] {
	const { entry } = shape;
	const values: INodeProperties[] = [];
	if (operation !== 'create' && !shape.withoutMode) values.push(...modeParameters(shape));
	for (const field of shape.shorthands) {
		if (field.only === undefined || field.only === operation) values.push(fieldProperty(field, operation));
	}
	if (shape.fields.length > 0) {
		const fields = shape.fields.map((field) => fieldProperty(field, operation));
		values.push(repeatableRows('data', `${entry}s`, entry, [...fields, ...(shape.rowNotices ?? [])]));
	}
	values.push(
		fromInput(
			`e.g. {{ $json.${entry.toLowerCase().replace(' ', '_')}s }}`,
			'Further entries: an expression that gives an array, or JSON text. An entry is an object in the form of the API.',
		),
	);
	return values;
}

function modeParameters({ entry, deletedBy, identify }: ListShape): INodeProperties[] {
	const entries = `${entry.toLowerCase()}s`;
	return [
		{
			displayName: 'Mode',
			name: 'mode',
			type: 'options',
			options: MODES,
			default: 'append',
			description: `What happens to the ${entries} that the group has already`,
		},
		notice('replaceNotice', `All ${entries} of the group that are not given here are removed from it`, {
			show: { mode: ['replace'] },
		}),
		...(deletedBy === undefined && identify === undefined
			? [
					notice(
						'deleteNotice',
						`Only IDs say which ${entries} to remove: Group > Get shows them, with Options > Output Field Names`,
						{ show: { mode: ['delete'] } },
					),
				]
			: []),
	];
}

/** Mode and entries of a list, in the parameter's form, the API's, or any that `readEntries` takes. */
function readList(
	value: unknown,
	shape: ListShape,
	context: FieldContext,
): { mode: string | undefined; entries: unknown[] } {
	const parameter = isJsonObject(value) && isJsonObject(value.list) ? value.list : undefined;
	if (parameter) {
		const mode = readMode(parameter.mode, context);
		const entries = parameterEntries(parameter, shape, context);
		if (mode === 'replace' && entries.length === 0) throw nothingLeft(context);
		return { mode, entries };
	}
	if (isJsonObject(value) && ('data' in value || 'mode' in value)) {
		const mode = readMode(value.mode, context);
		const entries = readEntries(value.data, context.label);
		const isEmpty = Array.isArray(value.data) && value.data.length === 0;
		if (mode === 'replace' && entries.length === 0 && !isEmpty) throw nothingLeft(context);
		return { mode, entries };
	}
	// An untouched parameter is an empty object.
	const isEmpty = isJsonObject(value) && Object.keys(value).length === 0;
	return { mode: undefined, entries: isEmpty ? [] : readEntries(value, context.label) };
}

/** An expression may have left it empty. */
const nothingLeft = ({ label }: FieldContext) =>
	new InvalidInput(
		`${label}: the mode is Replace, but there are no entries, so all that the group has would be removed`,
		'Give at least one entry. To remove all on purpose, send {"data": [], "mode": "replace"} as JSON.',
	);

function readMode(mode: unknown, context: FieldContext): string | undefined {
	if (isUnset(mode)) return undefined;
	return choice(MODES).read(mode, { ...context, label: `${context.label}, mode` }) as string;
}

function parameterEntries(parameter: JsonObject, shape: ListShape, context: FieldContext): unknown[] {
	const { data, json } = parameter;
	return [
		...shape.shorthands.flatMap((field) =>
			readEntries(parameter[field.name], context.label).map((entry) =>
				isJsonObject(entry) ? entry : { [field.name]: entry },
			),
		),
		...readRows(data, context.label),
		...readEntries(json, context.label),
	];
}

function readEntry(
	entry: unknown,
	mode: string | undefined,
	shape: ListShape,
	context: FieldContext,
): JsonObject {
	const { label } = context;
	const [shorthand] = shape.shorthands;
	const object = isJsonObject(entry) || !shorthand ? entry : { [shorthand.name]: entry };
	const shorthands = shape.shorthands.filter((field) => !shape.fields.some((one) => one.name === field.name));
	const read = readObject(object, [...shorthands, ...shape.fields], context);
	if (mode === 'delete') return identity(read, shape, label);
	if (read.id !== undefined) return read;
	const finished = shape.finalizeEntry ? shape.finalizeEntry(read, label) : read;
	const missing = shape.needs?.find((name) => isUnset(finished[name]));
	if (missing !== undefined) {
		const field = shape.fields.find((one) => one.name === missing);
		throw new InvalidInput(
			`${label}: ${field ? labelOf(field) : missing} is missing`,
			`A new ${shape.entry.toLowerCase()} needs ${shape.needs?.join(', ')}; an existing one is given by its ID.`,
		);
	}
	return finished;
}

/** What names an entry that is to be removed: ThreatConnect takes the ID, for tags and labels the name too. */
function identity(
	entry: JsonObject,
	{ deletedBy, identify, entry: noun }: ListShape,
	label: string,
): JsonObject {
	if (entry.id !== undefined) return { id: entry.id };
	if (deletedBy !== undefined && entry[deletedBy] !== undefined) return { [deletedBy]: entry[deletedBy] };
	const name = identify?.(entry, label);
	if (name !== undefined) return name;
	const orElse = identify
		? ', or a type and a summary,'
		: deletedBy === undefined
			? ''
			: ` or a ${deletedBy}`;
	throw new InvalidInput(
		`${label}: only an ID${orElse} says what to remove`,
		`Give the ID of the ${noun.toLowerCase()}; Options > Output Field Names shows the IDs of those that the group has.`,
	);
}

/** A user reference, on the wire `{ id }`. */
export function userReference(): FieldType {
	return {
		control: () => ({ type: 'string', default: '' }),
		read: (value, { label }) => (isJsonObject(value) ? value : { id: readLong(value, label) }),
	};
}
