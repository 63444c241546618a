import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import {
	type Field,
	type FormOperation,
	type FieldType,
	labelOf,
	type FieldContext,
	type FieldInSight,
} from '../../shared/fields/field';
import {
	fixedCollection,
	fromInput,
	notice,
	repeatableRows,
	readRows,
} from '../../shared/fields/fixedCollection';
import { isJsonObject, type JsonObject, stringifyJson } from '../../shared/core/json';
import { choice } from '../../shared/fields/fieldTypes';
import { fieldProperty } from '../../shared/fields/parameters';
import { readObject } from '../../shared/fields/record';
import {
	inQuotes,
	isUnset,
	readEntries,
	readJson,
	readJsonObject,
	readLong,
	readText,
	refuseInexactNumbers,
	saysNothingInList,
	unlocated,
} from '../../shared/core/readValue';
import { withoutBlanks } from './blank';

/** How an update treats the entries that the group already has. */
const MODES: INodePropertyOptions[] = [
	{ name: 'Append', value: 'append', description: 'Add to the present entries' },
	{ name: 'Delete', value: 'delete', description: 'Remove these entries' },
	{ name: 'Replace', value: 'replace', description: 'Remove all present entries that are not given here' },
];

export type ListShape = {
	/** What one entry is called, e.g. `Tag`. */
	entry: string;
	/** The same in fewer letters, for labels: n8n's editor cuts long ones. */
	short?: string;
	/**
	 * Inputs that take many entries at once, as comma-separated text or an array. Each value becomes `{[name]: value}`. The
	 * form shows one for its `forms`, or for all.
	 */
	shorthands: ReadonlyArray<Field & { forms?: readonly FormOperation[] }>;
	/** Makes entries of a text in the plain input. Without it, a text is a value of the first shorthand. */
	readPlain?(text: string, label: string): JsonObject[];
	/** The plain input, for whoever gives its texts where IDs belong. */
	plainLabel?: string;
	/** Equal for an entry of the plain input and the same entry of the list; `undefined` for one that says all it means. */
	keyOf?(entry: JsonObject): string | undefined;
	/** What an object entry may hold. Further keys pass unchanged. A row shows a field only for its `types`. */
	fields: readonly Field[];
	/**
	 * The fields that identify an entry. A row is left out when they are blank, because its other inputs have defaults.
	 */
	values: readonly string[];
	/** Fields in which a single space has a meaning. */
	verbatim?: readonly string[];
	/** Keys that one entry needs. They are checked if the entry has no ID, nor the key that names it instead. */
	needs?: readonly string[];
	/** The key that names an existing object, besides `id`. */
	namedBy?: string;
	/** An entry with an ID names an existing object. Only its ID is sent, so that the object stays as it is. */
	byId?: boolean;
	/** Leaves out what ThreatConnect does not take, such as read-only parts of an entry that was copied from a Get. */
	writable?(entry: JsonObject, context: FieldContext & { mode: string | undefined }): JsonObject | undefined;
	/** The key that may name a deleted entry, besides `id`. */
	deletedBy?: string;
	/** What names an entry that is to be removed if its ID is not known. */
	identify?(entry: JsonObject, label: string): JsonObject | undefined;
	/** What `identify` needs, for messages. */
	identifiedBy?: string;
	/** The most entries that the API takes in one request. */
	maxSize?: number;
	/** Notices in the form of one entry. */
	rowNotices?: readonly INodeProperties[];
	/** Whether the form shows the rows without Add Field. Then `finerInputs` has the other inputs. */
	rowsInSight?: boolean;
	/** The API knows no mode for this list. */
	withoutMode?: boolean;
	/** Turns a checked entry into its wire form. */
	finalizeEntry?(entry: JsonObject, label: string): JsonObject;
};

/**
 * A list with a mode; in the request it is `{ data: [...], mode }`.
 *
 * It may be given in every form: the parameter's own, the API's, an array, JSON text, or comma-separated text. A plain
 * value is a value of the first shorthand, so that `["Phishing"]` is a list of tags and `[12, 13]` a list of IDs.
 *
 * A blank value and a row without a value say nothing. Only `{"data": [], "mode": "replace"}` empties a list.
 *
 * In an update the mode is always sent, because the sources disagree: ThreatConnect's documentation says that the mode
 * defaults to append, and its own field description says that tags and labels are replaced.
 */
export function listType(shape: ListShape): FieldType {
	return {
		control: (operation) =>
			shape.rowsInSight
				? entryRows(shape, operation)
				: fixedCollection(`${shape.entry}s`, listValues(shape, operation)),
		read: (value, context) => wireOf(readList(value, shape, context), [], shape, context),
		readWithPlain(plain, value, { plainLabel, ...context }) {
			const own = { ...context, label: plainLabel };
			const added = readPlain(plain, shape, own);
			const list = readList(value, shape, context);
			for (const [label, mode] of [
				[plainLabel, added.mode],
				[context.label, list.mode],
			]) {
				if (mode === undefined || mode === 'append') continue;
				throw new InvalidInput(
					`${label} has the mode ${inQuotes(mode)}, but ${plainLabel} only adds`,
					`Leave ${plainLabel} empty, or choose the mode Append: one request has one mode for a list.`,
				);
			}
			return wireOf(list, readGiven(added.entries, undefined, shape, own), shape, context);
		},
		clear(parts, wire, { label }) {
			if (parts.length > 0) {
				throw new InvalidInput(
					`${label}: ${inQuotes(parts[0])} alone cannot be cleared`,
					'Clear Fields empties the whole list. To take single entries out, give them in the list with the mode Delete.',
				);
			}
			if (wire !== undefined) {
				throw new InvalidInput(`${label} is set, and is to be cleared`, 'Leave it out of one of the two.');
			}
			return { data: [], ...(!shape.withoutMode && { mode: 'replace' }) };
		},
	};
}

function readGiven(
	entries: readonly unknown[],
	mode: string | undefined,
	shape: ListShape,
	context: FieldContext,
): JsonObject[] {
	return entries
		.filter((entry) => saysSomething(entry, shape))
		.flatMap((entry, index) => {
			const label = `${context.label}, entry ${index + 1}`;
			const read = readEntry(entry, mode, shape, { ...context, label });
			return read === undefined ? [] : [read];
		});
}

/** @param plain entries of the plain input. Those that the list gives too are left out, because the list says more of them. */
function wireOf(
	{ mode, entries, isEmptied }: GivenList,
	plain: readonly JsonObject[],
	shape: ListShape,
	context: FieldContext,
): JsonObject | undefined {
	const listed = readGiven(entries, mode, shape, context);
	const keyOf = (entry: JsonObject) => shape.keyOf?.(entry) ?? stringifyJson(entry);
	const keys = new Set(listed.map(keyOf));
	const unlisted = new Map(plain.map((entry) => [keyOf(entry), entry] as const));
	const data = [...[...unlisted].flatMap(([key, entry]) => (keys.has(key) ? [] : [entry])), ...listed];
	if (data.length === 0 && !isEmptied) return undefined;
	if (shape.maxSize !== undefined && data.length > shape.maxSize) {
		throw new InvalidInput(
			`${context.label} has ${data.length} entries, but one request takes at most ${shape.maxSize}`,
			'Send the rest in a second update with the mode Append.',
		);
	}
	if (context.operation === 'create' || shape.withoutMode) return { data, ...(mode && { mode }) };
	return { data, mode: mode ?? 'append' };
}

/** The entries of the plain input: text, an array of texts and entries, or a list in any form that the API has. */
function readPlain(plain: unknown, shape: ListShape, context: FieldContext): GivenList {
	const isText = typeof plain === 'string' && !/^\s*(\{|\[\s*[[{"])/.test(plain);
	const given: GivenList =
		isText && shape.readPlain ? { mode: undefined, entries: [plain] } : readList(plain, shape, context);
	return {
		...given,
		entries: given.entries.flatMap((entry) =>
			isJsonObject(entry) || !shape.readPlain
				? [entry]
				: shape.readPlain(readText(entry, context.label), context.label),
		),
	};
}

function listValues(shape: ListShape, operation: FormOperation): INodeProperties[] {
	const values: INodeProperties[] = [];
	if (operation !== 'create' && !shape.withoutMode) values.push(...modeParameters(shape));
	for (const field of shape.shorthands) {
		if (field.forms === undefined || field.forms.includes(operation))
			values.push(fieldProperty(field, operation));
	}
	if (shape.fields.length > 0 && !shape.rowsInSight) values.push(entryRows(shape, operation));
	return [...values, listFromInput(shape)];
}

function entryRows(shape: ListShape, operation: FormOperation): INodeProperties {
	const fields = shape.fields.map((field): INodeProperties => ({
		...fieldProperty(field, operation),
		...(field.types && { displayOptions: { show: { type: [...field.types] } } }),
	}));
	return repeatableRows(
		'data',
		`${shape.entry}s One by One`,
		shape.entry,
		[...fields, ...(shape.rowNotices ?? [])],
		undefined,
		rowNameOf(shape),
	);
}

const listFromInput = ({ entry, short = entry }: ListShape): INodeProperties => ({
	...fromInput(
		`e.g. {{ $json.${entry.toLowerCase().replace(' ', '_')}s }}`,
		`${entry}s of the input item: an expression that gives a list, such as the ${entry.toLowerCase()}s of another group, or JSON text`,
	),
	displayName: `${short} List`,
});

/** The inputs of a list whose rows stand in sight: its mode, and other ways to give entries. All are one list. */
export const finerInputs =
	(shape: ListShape): FieldInSight['finer'] =>
	(operation) => {
		if (operation === 'create') return listFromInput(shape);
		const displayName = `${shape.entry} Mode and List`;
		return { displayName, ...fixedCollection(displayName, listValues(shape, operation)) };
	};

/** Rows of different lists have different names, because n8n makes names for a model of them and of the labels. */
const rowNameOf = ({ entry }: ListShape): string =>
	`${entry.charAt(0).toLowerCase()}${entry.slice(1).replaceAll(' ', '')}`;

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

type GivenList = {
	mode: string | undefined;
	entries: unknown[];
	/** Whether the user empties the list on purpose. */
	isEmptied?: boolean;
};

/** Mode and entries of a list, in the parameter's form, in the API's, or in any form that `readEntries` takes. */
function readList(given: unknown, shape: ListShape, context: FieldContext): GivenList {
	const value = parsedObject(given, context.label);
	const parameter = isJsonObject(value) && isJsonObject(value.list) ? value.list : undefined;
	if (parameter) return readParameter(parameter, shape, context);
	if (!isListOfApi(value)) return { mode: undefined, entries: readEntries(value, context.label) };
	const mode = readMode(value.mode, context);
	const isEmptied = mode === 'replace' && Array.isArray(value.data) && value.data.length === 0;
	return { mode, entries: readEntries(value.data, context.label), isEmptied };
}

/** Parses text in braces as JSON. Returns anything else unchanged. */
const parsedObject = (value: unknown, label: string): unknown =>
	typeof value === 'string' && value.trimStart().startsWith('{') ? readJson(value, label) : value;

export const isListOfApi = (value: unknown): value is JsonObject =>
	isJsonObject(value) && ('data' in value || 'mode' in value);

/** What the form holds. Its input for a list may hold a list in the API's form, with a mode of its own. */
function readParameter(given: JsonObject, shape: ListShape, context: FieldContext): GivenList {
	const parameter = shape.rowsInSight ? asOneBox(given, shape, context) : given;
	const mode = readMode(parameter.mode, context);
	const entered = parameterEntries(parameter, shape, context);
	const { entries, isEmptied = false, ...fromInput } = readList(parameter.json, shape, context);
	const isEmpty = entered.every((entry) => saysNothingInList(entry));
	if (!isEmpty && fromInput.mode !== undefined && fromInput.mode !== (mode ?? 'append')) {
		throw new InvalidInput(
			`${context.label} has two modes: ${inQuotes(mode ?? 'append')} and, in the list from the input, ${inQuotes(fromInput.mode)}`,
			'Give all entries in the same mode: one request has one mode for a list.',
		);
	}
	return {
		mode: fromInput.mode ?? mode,
		entries: [...entered, ...entries],
		isEmptied: isEmptied && isEmpty,
	};
}

/** The rows in sight and the inputs of `finerInputs` as one box, so that they have one mode. */
function asOneBox(given: JsonObject, shape: ListShape, { label }: FieldContext): JsonObject {
	const { data, json } = given;
	if (!isJsonObject(json) || !isJsonObject(json.list)) return given;
	const rows = [data, json.list.data].flatMap((one) => readRows(one, label, rowNameOf(shape)));
	return { ...json.list, data: rows };
}

function readMode(mode: unknown, context: FieldContext): string | undefined {
	if (saysNothingInList(mode)) return undefined;
	return choice(MODES).read(mode, { ...context, label: `${context.label}, mode` }) as string;
}

const parameterEntries = (parameter: JsonObject, shape: ListShape, { label }: FieldContext): unknown[] => [
	...shape.shorthands.flatMap((field) =>
		readEntries(parameter[field.name], label).map((entry) =>
			isJsonObject(entry) ? entry : { [field.name]: entry },
		),
	),
	...readRows(parameter.data, label, rowNameOf(shape)),
];

/**
 * Whether a row has a value. A row without one says nothing, because its other fields are defaults of the form. An
 * unknown key counts as a value. So does `false` where a text is expected, because it is a value of another system.
 */
function saysSomething(entry: unknown, { fields, shorthands, values }: ListShape): boolean {
	if (saysNothingInList(entry)) return false;
	if (!isJsonObject(entry)) return true;
	const known = new Map([...shorthands, ...fields].map(({ name, kind }) => [name, kind]));
	const isValue = (name: string) => name === 'id' || values.includes(name) || !known.has(name);
	const isOff = (name: string, value: unknown) =>
		value === false && [undefined, 'boolean'].includes(known.get(name)?.control('update').type);
	return Object.entries(entry).some(
		([name, value]) => isValue(name) && !saysNothingInList(value) && !isOff(name, value),
	);
}

/** @returns `undefined` for an entry of which nothing is sent */
function readEntry(
	entry: unknown,
	mode: string | undefined,
	shape: ListShape,
	context: FieldContext,
): JsonObject | undefined {
	const { label } = context;
	const [shorthand] = shape.shorthands;
	const object = readJsonObject(
		isJsonObject(entry) || !shorthand ? entry : { [shorthand.name]: entry },
		label,
	);
	const given = withoutBlanks(object, shape.verbatim);
	if (shape.byId && given.id !== undefined) return { id: readId(given.id, shape, label) };
	const writable = shape.writable ? shape.writable(given, { ...context, mode }) : given;
	if (writable === undefined) return undefined;
	const shorthands = shape.shorthands.filter((field) => !shape.fields.some((one) => one.name === field.name));
	const fields = [...shorthands, ...shape.fields];
	for (const [name, value] of Object.entries(writable)) {
		const field = fields.find((one) => one.name === name);
		refuseInexactNumbers(value, `${label}: ${field ? labelOf(field) : `"${name}"`}`);
	}
	const spaces = Object.entries(writable).filter(([name]) => shape.verbatim?.includes(name));
	const read = { ...readObject(writable, fields, context), ...Object.fromEntries(spaces) };
	if (mode === 'delete') return identity(read, shape, label);
	if (read.id !== undefined && !shape.writable) return read;
	const finished = shape.finalizeEntry ? shape.finalizeEntry(read, label) : read;
	refuseMissing(finished, shape, label);
	return finished;
}

function readId(id: unknown, { needs = [], identifiedBy, plainLabel }: ListShape, label: string) {
	const advice = [
		`Give the number that the service shows as ID, or an object with ${identifiedBy ?? needs.join(', ')}.`,
		...(plainLabel === undefined ? [] : [`Values alone go in ${plainLabel}.`]),
	];
	return readLong(unlocated(id), `${label}: "ID" (id)`, advice.join(' '));
}

function refuseMissing(
	entry: JsonObject,
	{ entry: noun, fields, needs, namedBy = 'id' }: ListShape,
	label: string,
): void {
	const missing = needs?.find((name) => isUnset(entry[name]));
	if (missing === undefined || entry.id !== undefined || entry[namedBy] !== undefined) return;
	const field = fields.find((one) => one.name === missing);
	throw new InvalidInput(
		`${label}: ${field ? labelOf(field) : missing} is missing`,
		`A new ${noun.toLowerCase()} needs ${needs?.join(', ')}; an existing one is given by its ID.`,
	);
}

/** What names an entry that is to be removed. ThreatConnect takes the ID, and for tags and labels also the name. */
function identity(
	entry: JsonObject,
	{ deletedBy, identify, identifiedBy, entry: noun }: ListShape,
	label: string,
): JsonObject {
	// A name comes first, because an ID beside it may belong to another system.
	if (deletedBy !== undefined && entry[deletedBy] !== undefined) return { [deletedBy]: entry[deletedBy] };
	if (entry.id !== undefined) return { id: entry.id };
	const name = identify?.(entry, label);
	if (name !== undefined) return name;
	const orElse =
		identifiedBy !== undefined
			? `, or ${identifiedBy},`
			: deletedBy === undefined
				? ''
				: ` or a ${deletedBy}`;
	throw new InvalidInput(
		`${label}: only an ID${orElse} says what to remove`,
		`Give the ID of the ${noun.toLowerCase()}; Options > Output Field Names shows the IDs of those that the group has.`,
	);
}
