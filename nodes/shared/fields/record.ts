import { asError, InvalidInput } from '../core/errors';
import { type Field, labelOf, type Operation, type FieldContext, type Table } from './field';
import { type JsonObject, mergeJson, stringifyJson } from '../core/json';
import { choice } from './fieldTypes';
import { gatherByKey, misspelledKey, plainKeys, spelledKeys, suggestion, valueOf } from './keys';
import {
	inQuotes,
	isBlank,
	isUnset,
	readEntries,
	readJson,
	readJsonObject,
	readText,
	saysNothing,
	saysNothingInList,
} from '../core/readValue';

/** What an item gives, by data mode. */
export type Source =
	| {
			mode: 'define';
			/** Values by field name, of the required fields and the collection together. */
			values: JsonObject;
			/** Values of the plain inputs that are in sight, by field name. */
			plain?: JsonObject;
			/** The item that expressions take values from. */
			item?: JsonObject;
			type?: unknown;
			/** Whether the type is fixed in the node. The user does not see fields of other types then. */
			typeIsFixed: boolean;
	  }
	| { mode: 'autoMap'; values: JsonObject; type?: unknown }
	| {
			mode: 'json';
			values: unknown;
			/**
			 * Whether the body is for a create-or-update. A field that an update cannot change is left out then, and not
			 * refused.
			 */
			forBoth?: boolean;
	  };

export type ReadRecord = {
	/** The request body, in the table's order; in JSON mode in the user's. */
	body: JsonObject;
	/** Keys of the input that are no field of this type (Auto-Map only). */
	ignored: string[];
	/** Keys of the input that are a field in another spelling, with the name of the field (Auto-Map only). */
	spelled: ReadonlyMap<string, string>;
	/** What a new record still needs. */
	missing?: InvalidInput;
};

/**
 * The request body of an item.
 *
 * @param extra JSON that is merged over the body last, unchecked
 * @param cleared names of fields that an update clears. Blanks say nothing, so this is the only way to clear a field.
 * @throws InvalidInput naming the first field that cannot be sent
 */
export function readRecord(
	table: Table,
	operation: Operation,
	source: Source,
	zone: string,
	extra?: unknown,
	cleared?: unknown,
): ReadRecord {
	const read = readValues(source);
	const isAutoMap = source.mode === 'autoMap';
	const given = isAutoMap ? gatherByKey(read, table.fields) : read;
	const spelled = isAutoMap ? spelledKeys(given, table.fields) : NONE;
	const plainOnes = isAutoMap ? plainKeys(given, table) : NONE;
	const context: FieldContext = {
		label: '',
		operation,
		zone,
		type: readType(table, operation, source, given, spelled),
	};
	const fields = fieldsOfType(table, context.type);
	const values = spelled.size > 0 ? withFieldNames(given, fields, operation, spelled) : given;
	if (source.mode === 'define' && !source.typeIsFixed) refuseOtherTypes(table, fields, values, context);
	const body =
		source.mode === 'json'
			? readJsonFields(values, source, table, fields, context)
			: readFields(values, readPlain(source, table, plainOnes), table, fields, context);
	if (operation === 'update') clearFields(body, cleared, fields, context);
	const ignored = isAutoMap
		? ignoredKeys(given, values, fields, operation, spelled).filter(
				(key) => !isSent(fields.get(plainOnes.get(key) ?? ''), operation),
			)
		: [];
	const merged = isBlank(extra) ? body : mergeJson(body, readExtra(extra));
	const finished = table.finalizeBody ? table.finalizeBody(merged, context) : merged;
	const misspelled = (...missing: Field[]): string =>
		source.mode === 'define' ? misspelledKey(source.item ?? {}, missing) : '';
	if (operation === 'create') {
		const keysFor = (field: Field): string =>
			isAutoMap
				? suggestion(pick(given, ignored), field, table) || wantedKey(given, spelled, field)
				: misspelled(field);
		return {
			body: finished,
			ignored,
			spelled: new Map([...spelled, ...plainOnes]),
			missing: findMissing(table, fields, finished, keysFor),
		};
	}
	if (Object.keys(finished).length === 0) {
		throw new InvalidInput(
			'There is nothing to update: no field is set',
			isAutoMap
				? 'Name the keys of the input like the fields of the API, for instance with an Edit Fields node before this one.'
				: `Set at least one field. ${misspelled()}`.trim(),
		);
	}
	return { body: finished, ignored, spelled: new Map([...spelled, ...plainOnes]) };
}

/** The values of the plain inputs: of the form, or of keys of the item that are named like them. */
function readPlain(
	source: Source,
	{ inSight = [] }: Table,
	keys: ReadonlyMap<string, string>,
): JsonObject | undefined {
	if (source.mode !== 'autoMap') return source.mode === 'define' ? source.plain : undefined;
	if (keys.size === 0) return undefined;
	const values = inSight.flatMap(({ field, parameter, plain }) => {
		const names = new Map([...keys].filter(([, name]) => name === field).map(([key]) => [key, parameter]));
		const input = { name: parameter, displayName: plain?.displayName ?? parameter };
		const meant = pick(source.values, [...names.keys()]);
		return names.size === 0 ? [] : [[field, valueOf(meant, input, names)] as const];
	});
	return Object.fromEntries(values);
}

const NONE: ReadonlyMap<string, string> = new Map();

type FieldsByName = ReadonlyMap<string, Field>;

const pick = (values: JsonObject, keys: readonly string[]): JsonObject =>
	Object.fromEntries(keys.map((key) => [key, values[key]]));

const isSent = (field: Field | undefined, operation: Operation): field is Field =>
	field !== undefined && field[operation] !== 'no';

/** The values of an item, under the names of the fields that are sent. */
const withFieldNames = (
	values: JsonObject,
	fields: FieldsByName,
	operation: Operation,
	spelled: ReadonlyMap<string, string>,
): JsonObject => ({
	...values,
	...Object.fromEntries(
		[...fields.values()]
			.filter((field) => isSent(field, operation))
			.map((field) => [field.name, valueOf(values, field, spelled)]),
	),
});

/** @param used the values of the item under the names of the fields */
const ignoredKeys = (
	given: JsonObject,
	used: JsonObject,
	fields: FieldsByName,
	operation: Operation,
	spelled: ReadonlyMap<string, string>,
): string[] =>
	Object.keys(given).filter((key) => {
		const name = spelled.get(key) ?? key;
		if (name === 'type') return false;
		if (!isSent(fields.get(name), operation)) return true;
		return !saysNothing(given[key]) && stringifyJson(given[key]) !== stringifyJson(used[name]);
	});

function readValues(source: Source): JsonObject {
	if (source.mode !== 'json') return source.values;
	const label = 'The JSON body';
	return mergeJson({}, readJsonObject(readJson(source.values, label), label));
}

function readExtra(extra: unknown): JsonObject {
	const label = '"Additional Fields (JSON)"';
	return readJsonObject(readJson(extra, label), label);
}

function readType(
	table: Table,
	operation: Operation,
	source: Source,
	values: JsonObject,
	spelled: ReadonlyMap<string, string>,
): string | undefined {
	if (!table.types) return undefined;
	const own = source.mode === 'define' ? undefined : valueOf(values, TYPE, spelled);
	const isOwn = !isBlank(own);
	const value = isOwn ? own : source.mode === 'json' ? undefined : source.type;
	if (isBlank(value)) {
		if (operation === 'update') return undefined;
		throw new InvalidInput(
			`${labelOf(TYPE)} is missing`,
			`Choose one of the ${table.noun.toLowerCase()} types.`,
		);
	}
	try {
		return choice(table.types).read(value, { label: labelOf(TYPE), operation, zone: '' }) as string;
	} catch (error) {
		if (source.mode !== 'autoMap' || !isOwn) throw asError(error);
		const isOwnKey = (key: string) => (spelled.get(key) ?? key) === TYPE.name && values[key] === own;
		throw ofInput(error, Object.keys(values).find(isOwnKey));
	}
}

/** Who looks at the node sees a type that is right. */
const ofInput = (error: unknown, key: string | undefined): Error =>
	error instanceof InvalidInput
		? new InvalidInput(
				error.message,
				`${error.description} It is the key ${inQuotes(key)} of the input, which comes before the Type of the node: correct it there, or remove the key to use the Type of the node.`,
			)
		: asError(error);

const TYPE = { name: 'type', displayName: 'Type' };

/** The fields that a record of this type has, by name. */
function fieldsOfType(table: Table, type: string | undefined): FieldsByName {
	const fields = table.fields.filter(
		(field) => type === undefined || field.types === undefined || field.types.includes(type),
	);
	return new Map(fields.map((field) => [field.name, field]));
}

/** Reads the fields in the table's order. */
function readFields(
	values: JsonObject,
	plainValues: JsonObject = {},
	table: Table,
	fields: FieldsByName,
	context: FieldContext,
): JsonObject {
	const body: JsonObject = {};
	for (const field of fields.values()) {
		const value = field.name === 'type' && table.types ? context.type : values[field.name];
		if (!isSent(field, context.operation)) continue;
		const ownContext = { ...context, label: labelOf(field) };
		const plain = plainValues[field.name];
		const wire =
			!saysNothingInList(plain) && field.kind.readWithPlain
				? field.kind.readWithPlain(plain, value, { ...ownContext, plainLabel: plainLabel(table, field) })
				: saysNothing(value)
					? undefined
					: field.kind.read(value, ownContext);
		if (wire !== undefined) body[field.name] = wire;
	}
	return body;
}

function plainLabel({ inSight = [] }: Table, { name }: Field): string {
	const { parameter = name, plain } = inSight.find(({ field }) => field === name) ?? {};
	return labelOf({ name: parameter, displayName: plain?.displayName ?? name });
}

/** Reads the fields in the user's order. Keys that the table lacks are kept unchanged. */
function readJsonFields(
	values: JsonObject,
	{ forBoth }: { forBoth?: boolean },
	table: Table,
	fields: FieldsByName,
	context: FieldContext,
): JsonObject {
	const body: JsonObject = {};
	for (const [name, value] of Object.entries(values)) {
		if (forBoth && fields.get(name)?.[context.operation] === 'no') continue;
		const wire = readJsonField(name, value, table, fields, context);
		if (wire !== undefined) body[name] = wire;
	}
	return body;
}

function readJsonField(
	name: string,
	value: unknown,
	table: Table,
	fields: FieldsByName,
	context: FieldContext,
): unknown {
	const field = fields.get(name);
	if (!field) {
		const elsewhere = table.fields.find((candidate) => candidate.name === name);
		if (elsewhere) throw ofAnotherType(elsewhere, context);
		return value;
	}
	const label = labelOf(field);
	if (saysNothing(value)) return undefined;
	if (field[context.operation] === 'no') {
		throw new InvalidInput(`${label} cannot be changed by an update`, 'Remove it from the JSON body.');
	}
	return field.kind.read(value, { ...context, label });
}

const CLEAR_FIELDS = '"Clear Fields" (clearFields)';

/** Adds to a body what clears the named fields, e.g. `eventDate` or `access.sso_1`. */
function clearFields(body: JsonObject, cleared: unknown, fields: FieldsByName, context: FieldContext): void {
	const partsByName = new Map<string, string[]>();
	for (const entry of readEntries(cleared, CLEAR_FIELDS)) {
		const text = readText(entry, CLEAR_FIELDS).trim();
		const [name = ''] = text.split('.', 1);
		const parts = name === text ? [] : [text.slice(name.length + 1).trim()];
		partsByName.set(name, [...(partsByName.get(name) ?? []), ...parts]);
	}
	for (const [name, all] of partsByName) {
		const parts = [...new Set(all)];
		const field = fields.get(name);
		// A field without parts is not cleared as a whole because somebody has named a part.
		if (!field || !isClearable(field) || (parts.length > 0 && !field.kind.clear)) {
			throw new InvalidInput(
				`${CLEAR_FIELDS}: "${[name, ...parts.slice(0, 1)].join('.')}" is no field that can be cleared`,
				`These can be: ${clearableNames([...fields.values()]).join(', ')}.`,
			);
		}
		const label = labelOf(field);
		const wire = body[name];
		if (wire !== undefined && !field.kind.clear) {
			throw new InvalidInput(`${label} is set, and is to be cleared`, 'Leave it out of one of the two.');
		}
		body[name] = field.kind.clear ? field.kind.clear(parts, wire, { ...context, label }) : null;
	}
}

const isClearable = (field: Field): boolean =>
	field.update !== 'no' && field.create !== 'required' && field.keepsValue !== true;

/** Names of the fields that an update can clear. */
const clearableNames = (fields: readonly Field[]): string[] => [
	...new Set(fields.filter(isClearable).map(({ name }) => name)),
];

function refuseOtherTypes(
	table: Table,
	fields: FieldsByName,
	values: JsonObject,
	context: FieldContext,
): void {
	for (const [name, value] of Object.entries(values)) {
		const elsewhere = table.fields.find((field) => field.name === name);
		if (elsewhere && !fields.has(name) && !saysNothing(value)) throw ofAnotherType(elsewhere, context);
	}
}

const ofAnotherType = (field: Field, { type }: FieldContext) =>
	new InvalidInput(
		`${labelOf(field)} does not belong to the type ${type}, only to ${field.types?.join(', ')}`,
		'Leave it empty for items of this type, or change the type.',
	);

/** What to say where no key of the item is named like a field that is missing; nothing where its value is blank. */
const wantedKey = (item: JsonObject, spelled: ReadonlyMap<string, string>, { name }: Field): string =>
	name in item || [...spelled.values()].includes(name)
		? ''
		: `No key of the item is named like it: rename the one that is meant to ${name}, or choose Define Below.`;

/** @param keysFor what to say of the item's keys where a field is missing */
function findMissing(
	table: Table,
	fields: FieldsByName,
	body: JsonObject,
	keysFor: (field: Field) => string,
): InvalidInput | undefined {
	for (const field of fields.values()) {
		const value = body[field.name];
		if (field.create !== 'required' || !isBlank(value)) {
			continue;
		}
		return new InvalidInput(
			`${labelOf(field)} is missing`,
			`${
				field.types
					? `Every ${table.noun.toLowerCase()} of the type ${field.types.join(' or ')} needs it.`
					: 'Set it, or check that the expression or the input gives a value for this item.'
			} ${keysFor(field)}`.trim(),
		);
	}
	return undefined;
}

/**
 * An object checked by a small table of its own. Keys that the table lacks are kept unchanged.
 *
 * @param value an object
 * @param context its label names the object in messages
 */
export function readObject(value: unknown, fields: readonly Field[], context: FieldContext): JsonObject {
	const object = readJsonObject(value, context.label);
	const known = new Set(fields.map((field) => field.name));
	const read: JsonObject = {};
	for (const field of fields) {
		if (saysNothing(object[field.name])) continue;
		const label = `${context.label}: ${labelOf(field)}`;
		const wire = field.kind.read(object[field.name], { ...context, label });
		if (wire !== undefined) read[field.name] = wire;
	}
	const others = Object.entries(object).filter(([key, entry]) => !known.has(key) && !isUnset(entry));
	return mergeJson({}, { ...read, ...Object.fromEntries(others) });
}
