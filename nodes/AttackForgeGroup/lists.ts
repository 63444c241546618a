import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../shared/errors';
import {
	type Field,
	type FormOperation,
	type Kind,
	labelOf,
	type Operation,
	type Place,
} from '../shared/fields';
import { isJsonObject, type JsonObject, mergeJson } from '../shared/json';
import { choice, flag, json, text } from '../shared/kinds';
import { fieldProperty } from '../shared/parameters';
import { readObject } from '../shared/record';
import {
	inQuotes,
	isUnset,
	optionalText,
	readEntries,
	readJson,
	readText,
	unlocated,
} from '../shared/values';

const levels = (...values: string[]): INodePropertyOptions[] =>
	values.map((value) => ({ name: value[0]?.toUpperCase() + value.slice(1), value }));

const field = (
	name: string,
	displayName: string,
	kind: Kind,
	description: string,
	placeholder?: string,
): Field => ({
	name,
	displayName,
	kind,
	description,
	...(placeholder && { placeholder }),
	create: 'optional',
	update: 'optional',
});

/** On update, access is a list of operations, not a replacement: AttackForge documentation, UpdateGroup. */
const ACTION = field(
	'action',
	'Action',
	choice([
		{ name: 'Create or Update', value: 'upsert' },
		{ name: 'Remove', value: 'remove' },
	]),
	'Whether this entry is to be there as given here, or not at all',
);

const SSO_ENTRY: readonly Field[] = [
	field(
		'group_name',
		'SSO Group Name',
		text(),
		'Name of the group at your identity provider',
		'e.g. AD-GROUP-1',
	),
	field(
		'project_access_level',
		'Project Access',
		choice(levels('none', 'view', 'upload', 'edit')),
		'Access of its members to the projects of the group',
	),
	field(
		'project_request_access_level',
		'Project Request Access',
		// The documentation's rule says none, view, upload, edit; its examples and answers say action. All are offered,
		// and the server judges.
		choice(levels('none', 'view', 'upload', 'edit', 'action')),
		'Access of its members to the project requests of the group',
	),
];

const MEMBER_ADMIN_ENTRY: readonly Field[] = [
	field(
		'add_user_method',
		'Add Users By',
		choice(levels('list', 'email')),
		'How the administrator picks users: from a list, or by e-mail address',
	),
	field('allow_user_invite', 'Allow User Invite', flag(), 'Whether the administrator may invite new users'),
	field(
		'project_limit',
		'Project Limit',
		choice(levels('none', 'view', 'upload', 'edit')),
		'The most access to projects that the administrator may give',
	),
	field(
		'project_request_limit',
		'Project Request Limit',
		choice(levels('none', 'view', 'edit', 'action')),
		'The most access to project requests that the administrator may give',
	),
	field('user_id', 'User ID', text(), 'The administrator, if it is a user', 'e.g. 668ba6b1be6510000f78f79e'),
	field('group_id', 'Group ID', text(), 'The administrators, if they are the members of a group'),
];

type EntryList = { name: string; displayName: string; fields: readonly Field[]; identity: readonly string[] };

/** In the order of the documented examples. What `sso_2` is for is undocumented; it takes entries like `sso_1`. */
const LISTS: readonly EntryList[] = [
	{
		name: 'member_admins',
		displayName: 'Member Administrator',
		fields: MEMBER_ADMIN_ENTRY,
		identity: ['user_id', 'group_id'],
	},
	{ name: 'sso_1', displayName: 'SSO 1 Group', fields: SSO_ENTRY, identity: ['group_name'] },
	{ name: 'sso_2', displayName: 'SSO 2 Group', fields: SSO_ENTRY, identity: ['group_name'] },
];

/** Who else gets at the group: SSO groups and member administrators. */
export const access: Kind = {
	control: (operation) => ({
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		default: {},
		placeholder: 'Add Access Entry',
		options: [
			...LISTS.map(({ name, displayName, fields }) => ({
				displayName,
				name,
				values: entryFields(fields, operation).map((one) => fieldProperty(one, operation)),
			})),
			jsonGroup('Access as an object in the form of the API, for instance from an expression'),
		],
	}),
	read(value, place) {
		const objects = isJsonObject(value) ? [value, ...jsonGroupValues(value, place.label)] : [value];
		const read: JsonObject = {};
		for (const given of objects) {
			const object = readJson(given, place.label);
			if (!isJsonObject(object)) {
				throw new InvalidInput(
					`${place.label} must be an object with sso_1, sso_2 or member_admins`,
					'Give it in the form of the API, e.g. {"sso_1": [{"group_name": "AD-GROUP-1", …}]}.',
				);
			}
			readLists(object, read, place);
		}
		return Object.keys(read).length > 0 ? read : undefined;
	},
};

function readLists(given: JsonObject, read: JsonObject, place: Place): void {
	for (const list of LISTS) {
		if (isUnset(given[list.name])) continue;
		const label = `${place.label}: ${list.name}`;
		const entries = readEntries(given[list.name], label).flatMap((entry, index) =>
			readEntry(entry, list, { ...place, label: `${label}, entry ${index + 1}` }),
		);
		read[list.name] = [...((read[list.name] as unknown[] | undefined) ?? []), ...entries];
	}
	const known = new Set([...LISTS.map(({ name }) => name), 'json']);
	const others = Object.entries(given).filter(([name]) => !known.has(name));
	Object.assign(read, mergeJson({}, Object.fromEntries(others)));
}

/** @returns the entry, or none where there is nothing to remove from */
function readEntry(entry: unknown, { fields, identity }: EntryList, place: Place): JsonObject[] {
	const { label, operation } = place;
	// A new group takes plain entries: AttackForge documentation, CreateGroup.
	if (operation === 'create' && isJsonObject(entry) && entry.action === 'remove') return [];
	const given = isJsonObject(entry) ? withAction(entry, operation) : entry;
	const read = readObject(given, entryFields(fields, operation), place);
	const named = identity.filter((name) => read[name] !== undefined);
	const labels = fields.filter(({ name }) => identity.includes(name)).map(labelOf);
	if (named.length === 0) {
		throw new InvalidInput(`${label}: ${labels.join(' or ')} is missing`, 'Say whom the entry is about.');
	}
	if (named.length > 1) {
		throw new InvalidInput(
			`${label}: ${labels.join(' and ')} are both set`,
			'Give exactly one of them: AttackForge takes a user or a group, not both.',
		);
	}
	if (read.action === 'remove') return [keep(read, ['action', ...named])];
	// Complete on create and on upsert: whether the service fills in what is left out is undocumented.
	const missing = fields.find(({ name }) => !identity.includes(name) && read[name] === undefined);
	if (missing) {
		throw new InvalidInput(
			`${label}: ${labelOf(missing)} is missing`,
			'Entries are sent whole, so that no level is left to chance.',
		);
	}
	return [read];
}

function withAction(entry: JsonObject, operation: Operation): JsonObject {
	if (operation === 'update') return { action: 'upsert', ...entry };
	const { action, ...plain } = entry;
	return action === undefined || action === 'upsert' ? plain : entry;
}

const entryFields = (fields: readonly Field[], operation: FormOperation) =>
	operation === 'create' ? fields : [ACTION, ...fields];

const keep = (object: JsonObject, names: string[]): JsonObject =>
	Object.fromEntries(names.map((name) => [name, object[name]]));

// --- custom fields ---------------------------------------------------------------------------------------------------

const VALUE_TYPES: INodePropertyOptions[] = [
	{ name: 'JSON', value: 'json', description: 'For lists, tables and users: sent as it is' },
	{ name: 'Text', value: 'text' },
];

const CUSTOM_FIELD_ROW: INodeProperties[] = [
	{
		displayName: 'Key',
		name: 'key',
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		description: 'Key of the custom field: letters, numbers and underscores',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select a custom field…',
				typeOptions: { searchListMethod: 'searchCustomFields', searchable: true },
			},
			{ displayName: 'By Key', name: 'key', type: 'string', placeholder: 'e.g. client_code' },
		],
	},
	{
		displayName: 'Value Type',
		name: 'type',
		type: 'options',
		options: VALUE_TYPES,
		default: 'text',
		description: 'Text is sent as text, even if it looks like a number',
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		default: '',
		description: 'Value of the custom field',
	},
];

/** Custom fields: a list of keys and values. Values are never coerced: "007" stays text. */
export const customFields: Kind = {
	control: () => ({
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		default: {},
		placeholder: 'Add Custom Field',
		options: [
			{ displayName: 'Custom Field', name: 'field', values: CUSTOM_FIELD_ROW },
			jsonGroup(
				'Custom fields as an array of keys and values, or as an object, for instance from an expression',
			),
		],
	}),
	read(value, { label }) {
		const isParameter = isJsonObject(value) && (Array.isArray(value.field) || Array.isArray(value.json));
		const rows = isParameter ? readEntries(value.field, label).map((row) => readRow(row, label)) : [];
		const given = isParameter ? jsonGroupValues(value, label) : [value];
		const fields = [...rows, ...given.flatMap((one) => readKeyValues(one, label))];
		refuseBadKeys(fields, label);
		return fields.length > 0 ? fields : undefined;
	},
};

type CustomField = { key: string; value: unknown };

function readRow(row: unknown, label: string): CustomField {
	const { key, type, value } = isJsonObject(row) ? row : ({} as JsonObject);
	const name = optionalText(unlocated(key), `${label}: a key`) ?? '';
	const read = type === 'json' ? readJson(value, `${label}: ${name}`) : value;
	return { key: name, value: read ?? '' };
}

/** An array of `{key, value}`, or an object of values by key. */
function readKeyValues(given: unknown, label: string): CustomField[] {
	const parsed = readJson(given, label);
	if (isJsonObject(parsed)) return Object.entries(parsed).map(([key, value]) => ({ key, value }));
	if (!Array.isArray(parsed)) {
		throw new InvalidInput(
			`${label} must be an array of keys and values, or an object`,
			'Give it as [{"key": "client_code", "value": "CLIENT001"}] or {"client_code": "CLIENT001"}.',
		);
	}
	return parsed.map((entry: unknown, index) => {
		if (isJsonObject(entry) && 'key' in entry && 'value' in entry) {
			return {
				...entry,
				key: readText(entry.key, `${label}, entry ${index + 1}: the key`),
				value: entry.value,
			};
		}
		throw new InvalidInput(
			`${label}, entry ${index + 1}: a custom field needs a key and a value`,
			'Write it as {"key": "client_code", "value": "CLIENT001"}.',
		);
	});
}

/** "Key must be unique and letters, number and underscores only": AttackForge documentation, CreateGroup. */
function refuseBadKeys(fields: CustomField[], label: string): void {
	const seen = new Set<string>();
	for (const { key } of fields) {
		if (!/^\w+$/.test(key)) {
			throw new InvalidInput(
				`${label}: the key ${inQuotes(key)} may hold letters, numbers and underscores only`,
				'Give the key as it stands in the custom field, not its label.',
			);
		}
		if (seen.has(key)) {
			throw new InvalidInput(`${label}: the key ${inQuotes(key)} stands there twice`, 'Give each key once.');
		}
		seen.add(key);
	}
}

// --- both ------------------------------------------------------------------------------------------------------------

/** A group of a fixedCollection that takes JSON, for lists that come from the item. */
function jsonGroup(description: string) {
	return {
		displayName: 'From JSON',
		name: 'json',
		values: [fieldProperty(field('value', 'JSON', json(), description), 'create')],
	};
}

const jsonGroupValues = (parameter: JsonObject, label: string): unknown[] =>
	readEntries(parameter.json, label).flatMap((row) => {
		const value = isJsonObject(row) ? row.value : undefined;
		return isUnset(value) ? [] : [value];
	});
