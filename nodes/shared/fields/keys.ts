import { InvalidInput } from '../core/errors';
import { isJsonObject, type JsonObject, stringifyJson } from '../core/json';
import { inQuotes, saysNothing } from '../core/readValue';
import { type Field, labelOf, type Table } from './field';
import { bareName } from './fieldTypes';

/** Which keys of an item are which fields, in Auto-Map mode: people's headings are not spelled like the API's names. */

/** The spellings of each field without case and spaces: of its name, and of its label in the form. */
const bareNames = new WeakMap<Field, string[]>();

function bareNamesOf(field: Field): string[] {
	const known = bareNames.get(field) ?? [field.name, field.displayName].map(bareName);
	bareNames.set(field, known);
	return known;
}

/**
 * The keys of an item that are a field in another spelling, with the name of that field. They differ from its name, or
 * from its label in the form, only in case, spaces, hyphens, underscores and characters without width.
 */
export function spelledKeys(values: JsonObject, fields: readonly Field[]): Map<string, string> {
	const spelled = new Map<string, string>();
	for (const key of Object.keys(values)) {
		if (fields.some(({ name }) => name === key)) continue;
		const bare = bareName(key);
		const field = fields.find((one) => one.exactKey !== true && bareNamesOf(one).includes(bare));
		if (field) spelled.set(key, field.name);
	}
	return spelled;
}

/** Whether a key, such as `custom_fields` or `Custom Fields.region`, names a field or a part of it. */
export const isOf = (name: string, key: string): boolean =>
	bareName(key.split('.', 1)[0] ?? '') === bareName(name);

/** The values of an item, with those of keys such as `custom_fields.region` in one object under the name of the field. */
export function gatherByKey(values: JsonObject, fields: readonly Field[]): JsonObject {
	const field = fields.find(({ byKey }) => byKey === true);
	if (!field) return values;
	const { name } = field;
	const partOf = (key: string) =>
		key.includes('.') && isOf(name, key) ? key.slice(key.indexOf('.') + 1).trim() : '';
	const entries = Object.entries(values);
	const parts = entries.filter(([key]) => partOf(key) !== '');
	const isWhole = ([key, value]: [string, unknown]) =>
		isOf(name, key) && !key.includes('.') && !saysNothing(value);
	const [whole = name] = saysNothing(values[name]) ? (entries.find(isWhole) ?? []) : [];
	const present = values[whole];
	if (parts.length === 0 || (!saysNothing(present) && !isJsonObject(present))) return values;
	const gathered = new Map(isJsonObject(present) ? Object.entries(present) : []);
	for (const [key, value] of parts) {
		const part = partOf(key);
		if (saysNothing(value)) continue;
		const before = gathered.get(part);
		if (!saysNothing(before) && stringifyJson(before) !== stringifyJson(value)) {
			const [other] = parts.find(([one]) => one !== key && partOf(one) === part) ?? [whole];
			throw inTwoKeys(field, other, key, '');
		}
		gathered.set(part, value);
	}
	return Object.fromEntries([
		...entries.filter(([key]) => partOf(key) === '' && key !== name && key !== whole),
		[name, Object.fromEntries(gathered)],
	]);
}

/** The keys of an item that are named like a plain input of the form, such as `Tag Names`, with the name of its field. */
export function plainKeys(values: JsonObject, { fields, inSight = [] }: Table): Map<string, string> {
	const keys = new Map<string, string>();
	for (const { field, parameter, plain, isMeant } of inSight) {
		if (!plain) continue;
		const names = [parameter, plain.displayName].map(bareName);
		for (const key of Object.keys(values)) {
			const isPlain = names.includes(bareName(key)) && !fields.some(({ name }) => name === key);
			if (isPlain && (isMeant === undefined || saysNothing(values[key]) || isMeant(values[key])))
				keys.set(key, field);
		}
	}
	return keys;
}

/**
 * The value that an item gives a field. A key that is exactly the name of the field comes first.
 *
 * @param spelled as `spelledKeys` returns it
 * @throws InvalidInput when keys in other spellings have different values
 */
export function valueOf(
	values: JsonObject,
	field: Pick<Field, 'name' | 'displayName'>,
	spelled: ReadonlyMap<string, string>,
): unknown {
	const exact = values[field.name];
	if (spelled.size === 0 || !saysNothing(exact)) return exact;
	const keys = [...spelled]
		.filter(([key, name]) => name === field.name && !saysNothing(values[key]))
		.map(([key]) => key);
	const [key] = keys;
	if (key === undefined) return exact;
	const other = keys.find((one) => stringifyJson(values[one]) !== stringifyJson(values[key]));
	if (other === undefined) return values[key];
	throw inTwoKeys(field, key, other, `, or name the right one ${field.name}`);
}

const inTwoKeys = (field: Pick<Field, 'name' | 'displayName'>, key: string, other: string, orElse: string) =>
	new InvalidInput(
		`${labelOf(field)}: the keys ${inQuotes(key)} and ${inQuotes(other)} of the item are both this field, with different values`,
		`Remove one of them${orElse}.`,
	);

/** `primary_contact_email`, `Primary Contact E-Mail` and `primaryContactEmailAddress` as their three words. */
const wordsOf = (name: string): string[] =>
	name
		.replace(/\be-?mail/gi, 'email')
		.replace(/email[\s_-]?address/gi, 'email')
		.replace(/(?<=\p{Ll})\p{Lu}/gu, ' $&')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== '');

type TableWords = {
	fields: ReadonlyArray<{ name: string; words: string[] }>;
	/** Those of any field. Most keys of an item have none of them, and need no closer look. */
	all: ReadonlySet<string>;
	qualifiers: readonly string[];
};

const tableWords = new WeakMap<Table, TableWords>();

function wordsOfTable(table: Table): TableWords {
	const known = tableWords.get(table);
	if (known) return known;
	const { noun, qualifiers = [], types = [] } = table;
	const fields = table.fields
		.filter(({ exactKey }) => exactKey !== true)
		.map(({ name }) => ({ name, words: wordsOf(name) }));
	const words = {
		fields,
		all: new Set(fields.flatMap((field) => field.words)),
		qualifiers: [noun, ...qualifiers, ...types.map(({ value }) => String(value))].flatMap(wordsOf),
	};
	tableWords.set(table, words);
	return words;
}

/**
 * How many words of a key are those of a field: of a part of its name, as in `Owner`, or of all of it with others around.
 * A name of one word means something else with another word, as in `First Name`, unless that word only names the record.
 *
 * @returns 0 for a key that is not like the field
 */
function likeness(key: readonly string[], field: readonly string[], qualifiers: readonly string[]): number {
	const others = key.filter((word) => !field.includes(word));
	const isPart = others.length === 0;
	const isWhole =
		field.every((word) => key.includes(word)) &&
		(field.length > 1 || others.every((word) => qualifiers.includes(word)));
	return isPart || isWhole ? key.length - others.length : 0;
}

/** The names of the fields that a key is most like; none for a key that is a field itself. */
function fieldsLike(key: string, table: Table): string[] {
	const { fields, all, qualifiers } = wordsOfTable(table);
	const words = wordsOf(key);
	if (!words.some((word) => all.has(word)) || words.every((word) => qualifiers.includes(word))) return [];
	const bare = bareName(key);
	if (table.fields.some((field) => bareNamesOf(field).includes(bare))) return [];
	const like = fields.map((field) => ({ ...field, common: likeness(words, field.words, qualifiers) }));
	const most = Math.max(1, ...like.map(({ common }) => common));
	return [...new Set(like.filter(({ common }) => common === most).map(({ name }) => name))];
}

/** The field that may be meant by a key; `undefined` where there is none, or more than one. */
export function fieldLike(key: string, table: Table): string | undefined {
	const [name, ...others] = fieldsLike(key, table);
	return others.length === 0 ? name : undefined;
}

/** Characters that nobody sees, such as the mark at the start of a CSV file. */
const UNSEEN = /[\u00A0\u00AD\u200B-\u200F\u2060\uFEFF]/g;

const withEscapes = (key: string): string =>
	key.replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);

/**
 * What to say of a key that an expression for a missing field may have misspelled: it is named like the field, or nobody
 * sees all of it. Empty where there is none.
 *
 * @param fields those that are missing
 */
export function misspelledKey(values: JsonObject, fields: readonly Field[]): string {
	const names = new Set(fields.flatMap(bareNamesOf));
	const given = Object.keys(values).filter((one) => !saysNothing(values[one]));
	const key = given.find((one) => names.has(bareName(one))) ?? given.find((one) => withEscapes(one) !== one);
	return key === undefined
		? ''
		: `Your item has the key ${inQuotes(withEscapes(key))}, which an expression must spell exactly so: drag it from the input into the box, or choose Auto-Map Input Data.`;
}

/** What to say of keys that may be meant for a field that is missing; empty where there are none. */
export function suggestion(values: JsonObject, { name }: Pick<Field, 'name'>, table: Table): string {
	const keys = Object.keys(values)
		.filter((key) => !saysNothing(values[key]) && fieldsLike(key, table).includes(name))
		.slice(0, 3);
	return keys.length === 0
		? ''
		: `Your item has ${keys.map(inQuotes).join(', ')}: if that is meant, rename it to ${name}, or choose Define Below.`;
}
