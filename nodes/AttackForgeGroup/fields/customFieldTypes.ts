import { tryToParseDateTime } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject, parseJson } from '../../shared/core/json';
import { inQuotes, isBlank, readEntries, readText, saysNothing } from '../../shared/core/readValue';
import { bareName, date } from '../../shared/fields/fieldTypes';
import type { CustomField } from './customFields';
import { isEmail } from './email';
import { comparable } from './matching';

/**
 * The custom fields of groups as an administrator has defined them, and the values that they take.
 *
 * AttackForge's documentation names the types `input`, `textarea`, `select`, `ui-select-multiple`, `datepicker` and `table`
 * (UpdateCustomFieldsConfig). Its forms have more types, whose names in the API are not documented. Values of a type that is
 * not known here are sent as they are given.
 */

type Choice = { name: string; value: string };

type Definition = {
	key: string;
	label?: string;
	type: string;
	/** What a select offers; empty if the form does not say it. */
	choices: readonly Choice[];
	/** Whether the form requires it whatever the group holds. */
	isRequired?: boolean;
};

export type Definitions = ReadonlyMap<string, Definition>;

/** The custom fields of a form by their keys. They stand in sections or beside them. */
export const definitionsOf = (form: readonly unknown[]): Definitions =>
	new Map(form.flatMap(definitionsIn).map((one) => [one.key, one]));

function definitionsIn(entry: unknown): Definition[] {
	if (!isJsonObject(entry) || !isJsonObject(entry.config)) return [];
	const { fields, custom_field_key: key, custom_field_label: label, custom_field_type: type } = entry.config;
	const { custom_field_required: required, custom_field_hide_condition: hideCondition } = entry.config;
	if (Array.isArray(fields)) return fields.flatMap(definitionsIn);
	if (typeof key !== 'string' || key === '') return [];
	return [
		{
			key,
			...(typeof label === 'string' && label !== '' && { label }),
			type: typeof type === 'string' ? type.toLowerCase() : '',
			choices: choicesOf(entry.config),
			...(/^(yes|true)$/i.test(String(required)) && isBlank(hideCondition) && { isRequired: true }),
		},
	];
}

/**
 * @returns the key of the definition whose key or label differs from the given key only in case, spaces, hyphens and
 *   underscores; the given key if there is none or more than one
 */
export function definedKey(key: string, definitions: Definitions): string {
	const bare = bareName(key);
	if (bare === '' || definitions.has(key)) return key;
	const [alike, ...others] = [...definitions.values()].filter((one) =>
		[one.key, one.label ?? ''].some((name) => bareName(name) === bare),
	);
	return alike && others.length === 0 ? alike.key : key;
}

/** The name of the key that holds the choices is not documented, but the names of the others are. */
const CHOICES_KEY = /^(custom_field_)?(options|choices|values|list|items)$/;

function choicesOf(config: JsonObject): Choice[] {
	const lists = Object.entries(config).filter(([key]) => CHOICES_KEY.test(key));
	return lists.flatMap(([, list]) => (Array.isArray(list) ? list.flatMap(choiceOf) : []));
}

const isPlain = (value: unknown): value is string | number =>
	typeof value === 'number' || (typeof value === 'string' && value !== '');

function choiceOf(entry: unknown): Choice[] {
	if (isPlain(entry)) return [{ name: String(entry), value: String(entry) }];
	if (!isJsonObject(entry)) return [];
	const value = entry.value ?? entry.key ?? entry.id;
	const name = entry.label ?? entry.name ?? value;
	return isPlain(value) && isPlain(name) ? [{ name: String(name), value: String(value) }] : [];
}

const TEXT_TYPES = ['input', 'textarea'];
const SELECT = 'select';
const MULTI_SELECT = 'ui-select-multiple';
const DATE_PICKER = 'datepicker';

/**
 * A custom field as its definition wants it.
 *
 * @param label of the field that holds all custom fields
 * @param zone IANA time zone whose day counts for a date with a time
 * @param isChosen whether the value is a choice from the list in the editor
 * @throws InvalidInput for a value that the custom field does not take
 */
export function asDefined(
	{ key, value, ...more }: CustomField,
	definition: Definition | undefined,
	{ label, zone, isChosen = false }: { label: string; zone: string; isChosen?: boolean },
): CustomField {
	const own = `${label}: ${definition?.label === undefined ? `"${key}"` : `"${definition.label}" (${key})`}`;
	if (isChosen && !definition?.choices.length) {
		throw new InvalidInput(
			`${own} has no choice ${inQuotes(value)}`,
			'It has no choices in AttackForge, and so this is one of another custom field. Choose By Value instead of From List, and give what this one is to hold.',
		);
	}
	// Null clears the field.
	if (!definition || value === null) return { ...more, key, value };
	return { ...more, key, value: valueOf(value, definition, own, zone) };
}

/**
 * Whether a value is probably not what its custom field takes. AttackForge documents neither the names of the types of users
 * and times, nor their values, so that nothing is refused.
 */
export function isDoubtful(
	{ value }: CustomField,
	definition: Definition | undefined,
	zone: string,
): boolean {
	const type = definition?.type ?? '';
	if (type.includes('user')) return [value].flat().some((one) => typeof one !== 'object' && !areUsers(one));
	if (!/^date-?time/.test(type)) return false;
	try {
		date().read(value, { label: '', operation: 'create', zone });
		return false;
	} catch {
		return true;
	}
}

/** Whether a value may be IDs, e-mail addresses or user names. */
const areUsers = (value: unknown): boolean =>
	typeof value !== 'boolean' &&
	String(value)
		.split(/[,;\r\n]/)
		.map((text) => text.trim())
		.every((text) => !/\s/.test(text) && (!text.includes('@') || isEmail(text)));

function valueOf(value: unknown, { type, choices }: Definition, label: string, zone: string): unknown {
	if (TEXT_TYPES.includes(type)) return textOf(value, label);
	if (type === SELECT) return choiceIn(choices, textOf(onlyOne(value), label), label);
	if (type === MULTI_SELECT) {
		const wanted = severalOf(value, choices, label).map((one) => textOf(one, label));
		return [...new Set(wanted.map((one) => choiceIn(choices, one, label)))];
	}
	if (type === DATE_PICKER) return dayOf(value, label, zone);
	return structureOf(value);
}

/** A boolean becomes text, because a spreadsheet makes a boolean of the text "true". */
const textOf = (value: unknown, label: string): string =>
	typeof value === 'boolean' ? String(value) : readText(value, label);

/** A list of one value stands for the value. */
const onlyOne = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value);

/** The values of a multi-select: a list, or a text in which commas separate them. A choice may hold a comma itself. */
function severalOf(value: unknown, choices: readonly Choice[], label: string): unknown[] {
	const isChoice = typeof value === 'string' && choices.some((choice) => isNamed(choice, comparable(value)));
	return isChoice ? [value] : readEntries(value, label).filter((one) => !saysNothing(one));
}

const isNamed = ({ name, value }: Choice, sought: string): boolean =>
	[name, value].some((one) => comparable(one) === sought);

function choiceIn(choices: readonly Choice[], given: string, label: string): string {
	if (choices.length === 0) return given;
	const sought = comparable(given);
	const chosen =
		choices.find(({ value }) => comparable(value) === sought) ??
		choices.find((choice) => isNamed(choice, sought));
	if (chosen) return chosen.value;
	const bare = sought.toLowerCase();
	const [alike, ...others] = choices.filter(({ name, value }) =>
		[name, value].some((one) => comparable(one).toLowerCase() === bare),
	);
	if (alike && others.length === 0) return alike.value;
	const wanted = alike ? [alike, ...others] : choices;
	throw new InvalidInput(
		`${label} has no choice ${inQuotes(given)}`,
		`Its choices in AttackForge are ${wanted.map(({ name }) => `"${name}"`).join(', ')}. Several are separated by commas or line breaks.`,
	);
}

/** The end of a time in UTC as databases, mail and JavaScript write it, or all of a number of seconds or milliseconds. */
const IN_UTC =
	/^-?\d+$|(?<![a-z_])(?:Z|UTC|GMT)$|[+-]00?(?::?00)?(?:\s*\([^)]*\))?$|[([](?:Z|UTC|GMT)[)\]]$/i;

/** A date picker holds a day. A time is on that day in the given zone, and midnight UTC is that day in any zone. */
function dayOf(value: unknown, label: string, zone: string): string {
	const one = onlyOne(value);
	const read = String(date().read(one, { label, operation: 'create', zone }));
	const written = String(one instanceof Date ? one.toJSON() : one).trim();
	if (read.length === 10 || (read.endsWith('T00:00:00Z') && IN_UTC.test(written))) return read.slice(0, 10);
	return tryToParseDateTime(read, zone).setZone(zone).toFormat('yyyy-MM-dd');
}

/** A table, a list, users and groups are lists and objects, which a form can only give as their JSON text. */
function structureOf(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
	try {
		return parseJson(value);
	} catch {
		return value;
	}
}
