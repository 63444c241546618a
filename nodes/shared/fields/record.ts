import { InvalidInput } from '../core/errors';
import { type Field, labelOf, type Operation, type Place, type Table } from './field';
import { type JsonObject, mergeJson } from '../core/json';
import { choice } from './fieldTypes';
import { isUnset, readJson, readJsonObject } from '../core/values';

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

type ReadRecord = {
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
	const place: Place = { label: '', operation, zone, type: readType(table, operation, source, values) };
	const rows = rowsOf(table, place.type);
	if (source.mode === 'define' && !source.typeIsFixed) refuseOtherTypes(table, rows, values, place);
	const body =
		source.mode === 'json'
			? readJsonFields(values, source, table, rows, place)
			: readFields(values, table, rows, place);
	const ignored = source.mode === 'autoMap' ? ignoredKeys(values, rows, operation) : [];
	const merged = isUnset(extra) ? body : mergeJson(body, readExtra(extra));
	const finished = table.finish ? table.finish(merged, place) : merged;
	if (operation === 'create') {
		return { body: finished, ignored, missing: findMissing(table.noun, rows, finished) };
	}
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

type Rows = ReadonlyMap<string, Field>;

const isSent = (field: Field | undefined, operation: Operation): field is Field =>
	field !== undefined && field[operation] !== 'no';

const ignoredKeys = (values: JsonObject, rows: Rows, operation: Operation): string[] =>
	Object.keys(values).filter((name) => name !== 'type' && !isSent(rows.get(name), operation));

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
function rowsOf(table: Table, type: string | undefined): Rows {
	const rows = table.fields.filter(
		(field) => type === undefined || field.types === undefined || field.types.includes(type),
	);
	return new Map(rows.map((field) => [field.name, field]));
}

/** The fields in the table's order. */
function readFields(values: JsonObject, table: Table, rows: Rows, place: Place): JsonObject {
	const body: JsonObject = {};
	for (const field of rows.values()) {
		const value = field.name === 'type' && table.types ? place.type : values[field.name];
		if (!isSent(field, place.operation) || isUnset(value)) continue;
		const wire = field.kind.read(value, { ...place, label: labelOf(field) });
		if (wire !== undefined) body[field.name] = wire;
	}
	return body;
}

/** The fields in the user's order, and what the table lacks as it is. */
function readJsonFields(
	values: JsonObject,
	{ forBoth }: { forBoth?: boolean },
	table: Table,
	rows: Rows,
	place: Place,
): JsonObject {
	const body: JsonObject = {};
	for (const [name, value] of Object.entries(values)) {
		if (forBoth && rows.get(name)?.[place.operation] === 'no') continue;
		const wire = readJsonField(name, value, table, rows, place);
		if (wire !== undefined) body[name] = wire;
	}
	return body;
}

function readJsonField(name: string, value: unknown, table: Table, rows: Rows, place: Place): unknown {
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

function refuseOtherTypes(table: Table, rows: Rows, values: JsonObject, place: Place): void {
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

function findMissing(noun: string, rows: Rows, body: JsonObject): InvalidInput | undefined {
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
				? `Every ${noun.toLowerCase()} of the type ${field.types.join(' or ')} needs it.`
				: 'Set it, or check that the expression or the input gives a value for this item.',
		);
	}
	return undefined;
}

/**
 * An object checked by a small table of its own; keys that the table lacks pass as they are.
 *
 * @param value an object
 * @param place its label names the object in messages
 */
export function readObject(value: unknown, fields: readonly Field[], place: Place): JsonObject {
	const object = readJsonObject(value, place.label);
	const known = new Set(fields.map((field) => field.name));
	const read: JsonObject = {};
	for (const field of fields) {
		if (isUnset(object[field.name])) continue;
		const label = `${place.label}: ${labelOf(field)}`;
		const wire = field.kind.read(object[field.name], { ...place, label });
		if (wire !== undefined) read[field.name] = wire;
	}
	const others = Object.entries(object).filter(([key, entry]) => !known.has(key) && !isUnset(entry));
	return mergeJson({}, { ...read, ...Object.fromEntries(others) });
}
