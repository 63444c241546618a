import type { IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { normalizeDate } from './dates';
import { errorMessage, InvalidInput } from './errors';
import { isJsonObject, mergeJson, type JsonObject, parseJson, stringifyJson } from './json';

export type Operation = 'create' | 'update';

/** A form also for create-or-update: it has what either needs. */
export type FormOperation = Operation | 'upsert';

/** Where a value stands, for messages and for what depends on it. */
export type Place = {
	/** The field as the user sees it with its API name, e.g. `"Event Date" (eventDate)`. */
	label: string;
	operation: Operation;
	/** Record type of the item, where the service has types. */
	type?: string;
	/** IANA time zone for dates that name none. */
	zone: string;
};

/** The part of an n8n parameter that depends on the kind of value. */
export type Control = Pick<INodeProperties, 'type' | 'default'> & Partial<INodeProperties>;

/** How a value is entered and how it goes on the wire. */
export type Kind = {
	control(operation: FormOperation, type?: string): Control;
	/**
	 * @param value what the user gave: from a parameter, an input item, or JSON
	 * @returns the wire value; `undefined` when nothing was set
	 * @throws InvalidInput
	 */
	read(value: unknown, place: Place): unknown;
};

/** One row of a service's field table: all that is known about one API field. */
export type Field = {
	/** The API's name, verbatim. */
	name: string;
	displayName: string;
	description: string;
	placeholder?: string;
	kind: Kind;
	/** Record types that have the field; absent: all. */
	types?: readonly string[];
	/** Its control differs from type to type. */
	perType?: boolean;
	create: 'required' | 'optional' | 'no';
	update: 'optional' | 'no';
};

/** A service's field table and what only a whole record shows. */
export type Table = {
	/** Rows in wire order. */
	fields: readonly Field[];
	/** What the service calls a record, e.g. `Group`. */
	noun: string;
	/** The record types, where the service has them. */
	types?: readonly INodePropertyOptions[];
	defaultType?: string;
	/** Rules over several fields, and fields that travel inside another; gets and returns the body. */
	finish?(body: JsonObject, place: Place): JsonObject;
};

/** Of a resource locator the value alone; anything else as it is. */
export const unlocated = (value: unknown): unknown =>
	isJsonObject(value) && value.__rl === true ? value.value : value;

export const isUnset = (value: unknown): boolean => value === undefined || value === null || value === '';

/** A value for messages, shortened: it may be a whole document. */
export const inQuotes = (value: unknown): string => {
	const text = typeof value === 'string' ? value : (stringifyJson(value) ?? String(value));
	return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;
};

// --- kinds -----------------------------------------------------------------------------------------------------------

/** Text. A number becomes its digits; anything else that is no text is refused. */
export function text({
	maxLength,
	...typeOptions
}: { maxLength?: number; rows?: number; password?: boolean } = {}): Kind {
	return {
		control: () => ({
			type: 'string',
			default: '',
			...(Object.keys(typeOptions).length > 0 && { typeOptions }),
		}),
		read(value, { label }) {
			const read = readText(value, label);
			if (maxLength !== undefined && read.length > maxLength && [...read].length > maxLength) {
				throw new InvalidInput(
					`${label} has ${[...read].length} characters, but at most ${maxLength} are allowed: ${inQuotes(read)}`,
					'Shorten it.',
				);
			}
			return read;
		},
	};
}

/**
 * A text, or a number's digits.
 *
 * @throws InvalidInput for anything else: as text, an object would be "[object Object]"
 */
export function readText(value: unknown, label: string): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value)))
		return String(value);
	if (isUnset(value)) throw new InvalidInput(`${label} is empty`, 'Check that its expression gives a value.');
	throw new InvalidInput(
		`${label} must be text, but is ${describe(value)}: ${inQuotes(value)}`,
		'Give it text, for instance with an expression such as {{ JSON.stringify($json.value) }}.',
	);
}

/** @returns `undefined` when nothing is set; otherwise as `readText` */
export const optionalText = (value: unknown, label: string): string | undefined =>
	isUnset(value) ? undefined : readText(value, label);

/**
 * A number that is at least `least`.
 *
 * @throws InvalidInput
 */
export function readNumber(value: unknown, label: string, least: number): number {
	const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
	if (typeof number === 'number' && Number.isFinite(number) && number >= least) return number;
	throw new InvalidInput(`${label} cannot be ${inQuotes(value)}`, `Give it a number from ${least} on.`);
}

function describe(value: unknown): string {
	if (isUnset(value)) return 'empty';
	if (Array.isArray(value)) return 'an array';
	if (typeof value === 'bigint') return 'a number';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * One of several values.
 *
 * @param open whether an administrator or another version may know further values: then the server judges
 */
export function choice(options: readonly INodePropertyOptions[], open = false): Kind {
	return {
		control: () => ({ type: 'options', options: inOrder(options), default: options[0]?.value ?? '' }),
		read(value, { label }) {
			const read = readText(value, label);
			const allowed = options.map((option) => String(option.value));
			if (open || allowed.includes(read)) return read;
			const alike = allowed.find((candidate) => candidate.toLowerCase() === read.trim().toLowerCase());
			throw new InvalidInput(
				`${label} cannot be ${inQuotes(value)}`,
				alike !== undefined
					? `Did you mean "${alike}"?`
					: `Allowed values: ${allowed.map((candidate) => `"${candidate}"`).join(', ')}.`,
			);
		},
	};
}

/** Few options stand in the order of their meaning, many in alphabetical order: n8n's convention. */
const inOrder = (options: readonly INodePropertyOptions[]): INodePropertyOptions[] =>
	options.length < 5 ? [...options] : [...options].sort((a, b) => a.name.localeCompare(b.name));

/** A choice whose options depend on the record type; where the type is not known yet, all of them are offered. */
export function choiceByType(byType: Readonly<Record<string, Kind>>): Kind {
	const controls = (operation: FormOperation) => Object.values(byType).map((kind) => kind.control(operation));
	return {
		control(operation, type) {
			if (type !== undefined && byType[type]) return byType[type].control(operation);
			const options = controls(operation).flatMap(
				(control) => (control.options ?? []) as INodePropertyOptions[],
			);
			const unique = [...new Map(options.map((option) => [option.value, option])).values()];
			return { type: 'options', options: inOrder(unique), default: unique[0]?.value ?? '' };
		},
		read: (value, place) => (byType[place.type ?? '']?.read ?? readAnyText)(value, place),
	};
}

const readAnyText: Kind['read'] = (value, place) => readText(value, place.label);

/** A date, in the form that `normalizeDate` returns. */
export function date(): Kind {
	return {
		control: () => ({ type: 'dateTime', default: '' }),
		read(value, { label, zone }) {
			try {
				return normalizeDate(value, zone);
			} catch (error) {
				throw badDate(value, label, error);
			}
		},
	};
}

const badDate = (value: unknown, label: string, error: unknown) =>
	new InvalidInput(
		`${label}: ${inQuotes(value)} ${errorMessage(error)}`,
		'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
	);

/** True or false; also the words, and 1 or 0, that spreadsheets give. */
export function flag(): Kind {
	return {
		control: () => ({ type: 'boolean', default: false }),
		read(value, { label }) {
			const word = typeof value === 'object' ? '' : String(value).trim().toLowerCase();
			if (['true', '1', 'yes'].includes(word)) return true;
			if (['false', '0', 'no'].includes(word)) return false;
			throw new InvalidInput(`${label} cannot be ${inQuotes(value)}`, 'Give it true or false.');
		},
	};
}

/** A 64-bit record number: a number on the wire, all its digits kept. */
export function longId(): Kind {
	return {
		control: () => ({ type: 'string', default: '' }),
		read: (value, { label }) => readLong(value, label),
	};
}

/** @returns a number where it is safe, otherwise a bigint */
export function readLong(value: unknown, label: string): number | bigint {
	if (typeof value === 'number' && !Number.isSafeInteger(value)) {
		throw new InvalidInput(
			`${label} is ${value}, a number that JavaScript cannot hold exactly, so its last digits may be wrong already`,
			'Give the ID as text.',
		);
	}
	const digits = ['string', 'number', 'bigint'].includes(typeof value) ? String(value).trim() : '';
	if (!/^\d{1,19}$/.test(digits) || /^0+$/.test(digits)) {
		throw new InvalidInput(
			`${label} must be an ID (a whole number), but is ${inQuotes(value)}`,
			'Give the number that the service shows as ID.',
		);
	}
	const number = Number(digits);
	return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/** Any JSON, sent as it is. Text is parsed. */
export function json(): Kind {
	return {
		control: () => ({ type: 'json', default: '' }),
		read: (value, { label }) => (typeof value === 'string' ? readJsonText(value, label) : value),
	};
}

export function readJsonText(value: string, label: string): unknown {
	try {
		return parseJson(value);
	} catch (error) {
		throw badJson(label, error);
	}
}

const badJson = (label: string, error: unknown) =>
	new InvalidInput(
		`${label} is not valid JSON: ${errorMessage(error)}`,
		'Check quotes, commas and brackets; insert values with {{ JSON.stringify($json.value) }}.',
	);

/**
 * The entries of a list however it is given: an array, JSON text, comma-separated text, or one entry.
 *
 * @returns entries as given; empty ones left out
 */
export function readEntries(value: unknown, label: string): unknown[] {
	if (isUnset(value)) return [];
	if (Array.isArray(value)) return value.filter((entry) => !isUnset(entry));
	if (typeof value !== 'string') return [value];
	const trimmed = value.trim();
	if (/^(\{|\[\s*[[{"\]])/.test(trimmed)) return readEntries(readJsonText(trimmed, label), label);
	return trimmed
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
}

/**
 * An object checked by a small table of its own; keys that the table lacks pass as they are.
 *
 * @param value an object
 * @param label names the object in messages
 */
export function readObject(value: unknown, fields: readonly Field[], place: Place): JsonObject {
	if (!isJsonObject(value)) {
		throw notAnObject(place.label, value);
	}
	const known = new Set(fields.map((field) => field.name));
	const read: JsonObject = {};
	for (const field of fields) {
		if (isUnset(value[field.name])) continue;
		const wire = field.kind.read(value[field.name], { ...place, label: `${place.label}: ${labelOf(field)}` });
		if (wire !== undefined) read[field.name] = wire;
	}
	const others = Object.entries(value).filter(([key, entry]) => !known.has(key) && !isUnset(entry));
	return mergeJson({}, { ...read, ...Object.fromEntries(others) });
}

const notAnObject = (label: string, value: unknown) =>
	new InvalidInput(
		`${label} must be an object, but is ${describe(value)}: ${inQuotes(value)}`,
		'Write it in braces, with the field names of the API: {"name": "…"}.',
	);

export const labelOf = (field: Pick<Field, 'name' | 'displayName'>): string =>
	`"${field.displayName}" (${field.name})`;

// --- parameters ------------------------------------------------------------------------------------------------------

/**
 * Matches every other type, an expression, and what n8n's editor makes of an expression while there is no data:
 * `undefined`.
 */
const otherThan = (type: string) => [{ _cnd: { not: type } }];

export const collectionName = (operation: FormOperation) =>
	operation === 'update' ? 'updateFields' : 'additionalFields';

/** How a form has a field: in create-or-update whatever create needs stands at the top, though an update can do without. */
export const formPlace = (field: Field, operation: FormOperation): Field['create'] => {
	if (operation !== 'upsert') return field[operation];
	return field.create === 'no' ? field.update : field.create;
};

/** The parameters of one field as n8n lists them inside a collection or a row of one. */
export function fieldProperty(field: Field, operation: FormOperation, type?: string): INodeProperties {
	const control = field.kind.control(operation, type);
	return {
		displayName: field.displayName,
		name: field.name,
		...control,
		...(field.placeholder && { placeholder: field.placeholder }),
		description: control.description ?? field.description,
	};
}

/**
 * All parameters that fill a record: the data mode, the required fields, the rest in a collection, and the JSON body.
 *
 * @param show displayOptions of the operation, e.g. `{ resource: ['group'], operation: ['create'] }`
 */
export function recordParameters(
	table: Table,
	operation: FormOperation,
	show: NonNullable<IDisplayOptions['show']>,
): INodeProperties[] {
	const { noun, types } = table;
	const inModes = (...dataMode: string[]) => ({ show: { ...show, dataMode } });
	const offered = table.fields.filter((field) => formPlace(field, operation) !== 'no');
	const typed = (field: Field) => types !== undefined && field.types !== undefined;
	const all = (types ?? []).map((type) => String(type.value));
	const otherTypes = (field: Field) => all.filter((type) => !field.types?.includes(type));

	const required = offered
		.filter((field) => formPlace(field, operation) === 'required' && !(types && field.name === 'type'))
		.flatMap((field): INodeProperties[] => {
			const property = fieldProperty(field, operation);
			const displayOptions = inModes('define');
			if (!typed(field)) return [{ ...property, required: true, displayOptions }];
			// Several of the same name: n8n shows a parameter whenever its condition is an expression, and would then
			// demand it of every type.
			return [
				...(field.types ?? []).map((type) => ({
					...property,
					required: true,
					displayOptions: { ...displayOptions, hide: { type: otherThan(type) } },
				})),
				{
					...property,
					...unset(property),
					displayOptions: { ...displayOptions, hide: { type: all } },
					description: `${property.description}. Needed when the type is ${field.types?.join(' or ')}.`,
				},
			];
		});

	const optional = offered
		.filter((field) => formPlace(field, operation) === 'optional')
		.flatMap((field): INodeProperties[] => {
			if (!typed(field)) return [fieldProperty(field, operation)];
			const hide = (others: unknown[]) =>
				({ displayOptions: { hide: { '/type': others } } }) as IDisplayOptions;
			if (!field.perType) {
				return [
					{ ...fieldProperty(field, operation), ...(hide(otherTypes(field)) as Partial<INodeProperties>) },
				];
			}
			return [
				...(field.types ?? []).map((type) => ({
					...fieldProperty(field, operation, type),
					...(hide(otherThan(type)) as Partial<INodeProperties>),
				})),
				{ ...fieldProperty(field, operation), ...(hide(all) as Partial<INodeProperties>) },
			];
		})
		.sort((a, b) => a.displayName.localeCompare(b.displayName));

	return [
		{
			displayName: 'Fields',
			name: 'dataMode',
			type: 'options',
			noDataExpression: true,
			options: [
				{
					name: 'Auto-Map Input Data',
					value: 'autoMap',
					description: `Send each item's own keys that are named like fields of a ${noun.toLowerCase()}`,
				},
				{
					name: 'Define Below',
					value: 'define',
					description: 'Set each field here, with fixed values or expressions',
				},
				{
					name: 'JSON',
					value: 'json',
					description: 'Write the body of the request yourself',
				},
			],
			default: 'define',
			description: 'How the fields are filled',
			displayOptions: { show },
		},
		...(types ? [typeParameter(table, operation, inModes('define', 'autoMap'))] : []),
		...required,
		{
			displayName: operation === 'update' ? 'Update Fields' : 'Additional Fields',
			name: collectionName(operation),
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			displayOptions: inModes('define'),
			options: optional,
		},
		{
			displayName: `Keys of each item that are named like a field of the API are sent: ${offered
				.map((field) => `<code>${field.name}</code>`)
				.filter((name, index, all) => all.indexOf(name) === index)
				.join(', ')}. Empty values and other keys are left out.`,
			name: 'autoMapNotice',
			type: 'notice',
			default: '',
			displayOptions: inModes('autoMap'),
		},
		{
			displayName: `${noun} (JSON)`,
			name: 'jsonBody',
			type: 'json',
			typeOptions: { rows: 8 },
			default: '{}',
			required: true,
			displayOptions: inModes('json'),
			description:
				operation === 'create'
					? "The body of the request, with the API's own field names. Fields that the node knows are checked; others are sent as they are."
					: "The body of the request, with the API's own field names. Fields that the node knows are checked; others are sent as they are. Use null to ask the service to clear a field.",
		},
	];
}

/** The default of a parameter that may stay empty: a drop-down then needs an entry for that. */
function unset({ type, options }: INodeProperties): Partial<INodeProperties> {
	if (type !== 'options') return { default: '' };
	return {
		default: '',
		options: [{ name: '(None)', value: '' }, ...((options ?? []) as INodePropertyOptions[])],
	};
}

function typeParameter(
	table: Table,
	operation: FormOperation,
	displayOptions: IDisplayOptions,
): INodeProperties {
	const { types = [], defaultType = '' } = table;
	const options = [...types];
	if (operation !== 'update') {
		return {
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options,
			default: defaultType,
			required: true,
			displayOptions,
			description: `Type of the ${table.noun.toLowerCase()}. In Auto-Map mode, an item's own "type" comes first.`,
		};
	}
	return {
		displayName: 'Type',
		name: 'type',
		type: 'options',
		options: [
			{ name: '(Any Type)', value: '', description: 'Offer the fields of all types; the service judges' },
			...options,
		],
		default: '',
		displayOptions,
		description: `Type that the ${table.noun.toLowerCase()} has. It decides which fields are offered and checked; it is not sent and cannot be changed.`,
	};
}

// --- reading ---------------------------------------------------------------------------------------------------------

/** What an item brings, by data mode. */
export type Source =
	| {
			mode: 'define';
			/** Values by field name, of the required fields and the collection together. */
			values: JsonObject;
			type?: unknown;
			/** The type is fixed in the node, so that fields of other types are out of the user's sight. */
			typeIsFixed: boolean;
	  }
	| { mode: 'autoMap'; values: JsonObject; type?: unknown }
	| {
			mode: 'json';
			values: unknown;
			/** The body is for a create-or-update: what an update cannot change is left out of it, not refused. */
			forBoth?: boolean;
	  };

export type ReadRecord = {
	/** The request body, in the table's order; in JSON mode in the user's. */
	body: JsonObject;
	/** Keys of the input that no field of this type has (Auto-Map only). */
	ignored: string[];
	/** What a new record still needs. */
	missing?: InvalidInput;
};

/**
 * The request body of an item.
 *
 * @param extra JSON that is merged over the body last, unchecked
 * @throws InvalidInput naming the first field that cannot be sent
 */
export function readRecord(
	table: Table,
	operation: Operation,
	source: Source,
	zone: string,
	extra?: unknown,
): ReadRecord {
	const values = readValues(source);
	const where: Place = { label: '', operation, zone, type: readType(table, operation, source, values) };
	const rows = rowsOf(table, where.type);
	const ignored: string[] = [];
	const body: JsonObject = {};

	if (source.mode === 'json') {
		// The user's order, and what the table lacks as it is.
		for (const [name, value] of Object.entries(values)) {
			if (source.forBoth && rows.get(name)?.[operation] === 'no') continue;
			body[name] = readJsonField(name, value, table, rows, where);
			if (body[name] === undefined) delete body[name];
		}
	} else {
		if (source.mode === 'autoMap') {
			ignored.push(
				...Object.keys(values).filter((name) => name !== 'type' && !isSent(rows.get(name), operation)),
			);
		} else if (!source.typeIsFixed) {
			refuseOtherTypes(table, rows, values, where);
		}
		for (const field of rows.values()) {
			const value = field.name === 'type' && table.types ? where.type : values[field.name];
			if (!isSent(field, operation) || isUnset(value)) continue;
			const wire = field.kind.read(value, { ...where, label: labelOf(field) });
			if (wire !== undefined) body[field.name] = wire;
		}
	}
	const merged = isUnset(extra) ? body : mergeJson(body, readExtra(extra));
	const finished = table.finish ? table.finish(merged, where) : merged;
	if (operation === 'create') return { body: finished, ignored, missing: findMissing(rows, finished) };
	if (Object.keys(finished).length === 0) {
		throw new InvalidInput(
			'There is nothing to update: no field is set',
			source.mode === 'autoMap'
				? 'Name the keys of the input like the fields of the API, for instance with an Edit Fields node before this one.'
				: 'Set at least one field.',
		);
	}
	return { body: finished, ignored };
}

const isSent = (field: Field | undefined, operation: Operation): field is Field =>
	field !== undefined && field[operation] !== 'no';

function readValues(source: Source): JsonObject {
	if (source.mode !== 'json') return source.values;
	const label = 'The JSON body';
	const values = typeof source.values === 'string' ? readJsonText(source.values, label) : source.values;
	if (!isJsonObject(values)) {
		throw notAnObject(label, values);
	}
	return mergeJson({}, values);
}

function readExtra(extra: unknown): JsonObject {
	const label = '"Additional Fields (JSON)"';
	const read = typeof extra === 'string' ? readJsonText(extra, label) : extra;
	if (!isJsonObject(read)) {
		throw notAnObject(label, read);
	}
	return read;
}

function readType(
	table: Table,
	operation: Operation,
	source: Source,
	values: JsonObject,
): string | undefined {
	if (!table.types) return undefined;
	const own = source.mode === 'define' ? undefined : values.type;
	const value = isUnset(own) ? (source.mode === 'json' ? undefined : source.type) : own;
	if (isUnset(value)) {
		if (operation === 'update') return undefined;
		throw new InvalidInput(
			'"Type" (type) is missing',
			`Choose one of the ${table.noun.toLowerCase()} types.`,
		);
	}
	return choice(table.types).read(value, { label: '"Type" (type)', operation, zone: '' }) as string;
}

/** The rows that a record of this type has, by name. */
function rowsOf(table: Table, type: string | undefined): Map<string, Field> {
	const rows = table.fields.filter(
		(field) => type === undefined || field.types === undefined || field.types.includes(type),
	);
	return new Map(rows.map((field) => [field.name, field]));
}

function readJsonField(
	name: string,
	value: unknown,
	table: Table,
	rows: Map<string, Field>,
	place: Place,
): unknown {
	const field = rows.get(name);
	if (!field) {
		const elsewhere = table.fields.find((candidate) => candidate.name === name);
		if (elsewhere) throw ofAnotherType(elsewhere, place);
		return value;
	}
	const label = labelOf(field);
	if (place.operation === 'create' && isUnset(value)) return undefined;
	if (value === null) return null;
	if (field[place.operation] === 'no') {
		throw new InvalidInput(`${label} cannot be changed by an update`, 'Remove it from the JSON body.');
	}
	if (value === '') {
		throw new InvalidInput(
			`${label} is empty`,
			'Remove it to keep the present value, or write null to clear it.',
		);
	}
	return field.kind.read(value, { ...place, label });
}

function refuseOtherTypes(table: Table, rows: Map<string, Field>, values: JsonObject, place: Place): void {
	for (const [name, value] of Object.entries(values)) {
		const elsewhere = table.fields.find((field) => field.name === name);
		if (elsewhere && !rows.has(name) && !isUnset(value)) throw ofAnotherType(elsewhere, place);
	}
}

const ofAnotherType = (field: Field, { type }: Place) =>
	new InvalidInput(
		`${labelOf(field)} does not belong to the type ${type}, only to ${field.types?.join(', ')}`,
		'Leave it empty for items of this type, or change the type.',
	);

function findMissing(rows: Map<string, Field>, body: JsonObject): InvalidInput | undefined {
	for (const field of rows.values()) {
		const value = body[field.name];
		if (
			field.create !== 'required' ||
			!(isUnset(value) || (typeof value === 'string' && value.trim() === ''))
		) {
			continue;
		}
		return new InvalidInput(
			`${labelOf(field)} is missing`,
			field.types
				? `Every group of the type ${field.types.join(' or ')} needs it.`
				: 'Set it, or check that the expression or the input gives a value for this item.',
		);
	}
	return undefined;
}
