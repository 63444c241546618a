import type { INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import {
	type Field,
	type FormOperation,
	type FieldType,
	labelOf,
	type Operation,
	type FieldContext,
	field,
} from '../../shared/fields/field';
import {
	fixedCollection,
	readFixedCollection,
	fromInput,
	repeatableRows,
	rowsOf,
} from '../../shared/fields/fixedCollection';
import { isJsonObject, type JsonObject, mergeJson } from '../../shared/core/json';
import { choice, flag } from '../../shared/fields/fieldTypes';
import { located } from '../../shared/fields/locators';
import { fieldProperty } from '../../shared/fields/parameters';
import { readObject } from '../../shared/fields/record';
import { readAllEntries, readJson, saysNothing, saysNothingInList } from '../../shared/core/readValue';
import { CLEAR_LIST, NOBODY, withoutRepetitions } from './changes';
import { id } from './ids';
import { line } from './line';

const levels = (...values: string[]): INodePropertyOptions[] =>
	values.map((value) => ({ name: value[0]?.toUpperCase() + value.slice(1), value }));

/** Levels in the order of what they allow, because n8n's rule would sort five or more of them alphabetically. */
const level = (...values: string[]): FieldType => {
	const kind = choice(levels(...values));
	return {
		...kind,
		control: (operation) => ({ ...kind.control(operation), options: levels(...values) }),
	};
};

/**
 * In an update, access is a list of operations and not a replacement, according to AttackForge's documentation,
 * UpdateGroup.
 *
 * @param of the list. The labels of all inputs differ, because n8n names the values that a model gives by them. They are short,
 *   because the editor cuts them.
 */
const action = (of: string): Field =>
	field(
		'action',
		`${of} Action`,
		choice([
			{ name: 'Create or Update', value: 'upsert' },
			{ name: 'Remove', value: 'remove' },
		]),
		'Whether this entry is to be there as given here, or not at all',
	);

const ssoEntry = (of: string): readonly Field[] => [
	action(of),
	field('group_name', of, line(), 'Name of the group at your identity provider', {
		placeholder: 'e.g. AD-GROUP-1',
	}),
	field(
		'project_access_level',
		`${of} Project`,
		level('none', 'view', 'upload', 'edit'),
		'Access of its members to the projects of the group',
	),
	field(
		'project_request_access_level',
		`${of} Request`,
		// The documentation's rule lists none, view, upload and edit, but its examples and responses have action. All are
		// offered, and the server decides.
		level('none', 'view', 'upload', 'edit', 'action'),
		'Access of its members to the project requests of the group',
	),
];

const MEMBER_ADMIN_ENTRY: readonly Field[] = [
	action('Admin'),
	field(
		'add_user_method',
		'Adds Users By',
		choice(levels('list', 'email')),
		'How the administrator picks users: from a list, or by e-mail address',
	),
	field('allow_user_invite', 'May Invite', flag(), 'Whether the administrator may invite new users'),
	field(
		'project_limit',
		'Project Limit',
		level('none', 'view', 'upload', 'edit'),
		'The most access to projects that the administrator may give',
	),
	field(
		'project_request_limit',
		'Request Limit',
		level('none', 'view', 'edit', 'action'),
		'The most access to project requests that the administrator may give',
	),
	field(
		'user_id',
		'Admin User',
		located(
			id(),
			'searchUsers',
			{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 668ba6b1be6510000f78f79e' },
			'Select a user…',
		),
		'The administrator, from the list or by ID; give a user or a group',
	),
	field(
		'group_id',
		'Admin Group',
		located(
			id(),
			'searchGroups',
			{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 5eab99471e18050942c7607a' },
			'Select a group…',
		),
		'The group whose members are administrators, from the list or by ID; give a user or a group',
	),
];

type EntryList = {
	name: string;
	displayName: string;
	description: string;
	fields: readonly Field[];
	/** The keys that may name the user or group of an entry. An entry has one of them. */
	identity: readonly string[];
};

/** In the order of the documented examples. The purpose of `sso_2` is not documented; it takes entries like `sso_1`. */
const LISTS: readonly EntryList[] = [
	{
		name: 'member_admins',
		displayName: 'Member Administrator',
		description: 'Users, or all members of another group, who may manage the members of this one',
		fields: MEMBER_ADMIN_ENTRY,
		identity: ['user_id', 'group_id'],
	},
	{
		name: 'sso_1',
		displayName: 'SSO 1 Group',
		description:
			"Groups of your identity provider (single sign-on) whose members get access: AttackForge's list sso_1. AttackForge has two such lists, probably one for each way to sign in. Use SSO 1 unless your tenant fills SSO 2.",
		fields: ssoEntry('SSO 1'),
		identity: ['group_name'],
	},
	{
		name: 'sso_2',
		displayName: 'SSO 2 Group',
		description: "The same for AttackForge's second list, sso_2. What sets it apart is not documented.",
		fields: ssoEntry('SSO 2'),
		identity: ['group_name'],
	},
];

/** The fields in the order of the form: first the user or group of the entry, then what applies to it. */
const whoFirst = ({ fields, identity }: EntryList): readonly Field[] => {
	const isWho = ({ name }: Field) => identity.includes(name);
	return [...fields.filter(isWho), ...fields.filter((one) => !isWho(one))];
};

/** Other users and groups that have access to the group: SSO groups and member administrators. */
export const access: FieldType = {
	control: (operation) =>
		fixedCollection('Access', [
			...LISTS.map((list) =>
				repeatableRows(
					list.name,
					`${list.displayName}s`,
					list.displayName,
					entryFields(whoFirst(list), operation).map((one) => fieldProperty(one, operation)),
					list.description,
				),
			),
			{
				...fromInput('e.g. {{ $json.access }}', 'Further entries from the input, with the names of the API'),
				displayName: 'Access Lists',
			},
		]),
	read(value, context) {
		const form = readFixedCollection(
			value,
			LISTS.map(({ name }) => name),
		);
		const objects = form ? [rowsByList(form, context.label), form.json] : [value];
		const read: JsonObject = {};
		const unnamed = new Set<string>();
		for (const given of objects) {
			if (saysNothingInList(given)) {
				if (isJsonObject(given)) for (const { name } of LISTS) if (name in given) unnamed.add(name);
				continue;
			}
			const object = readJson(given, context.label);
			if (!isJsonObject(object)) {
				throw new InvalidInput(
					`${context.label} must be an object with sso_1, sso_2 or member_admins`,
					'Give it in the form of the API, e.g. {"sso_1": [{"group_name": "AD-GROUP-1", …}]}.',
				);
			}
			readLists(object, read, unnamed, context);
		}
		if (context.operation === 'update') {
			for (const name of unnamed) if (name in read) read[name] = [...(read[name] as unknown[]), NOBODY];
		}
		return Object.keys(read).length > 0 ? read : undefined;
	},
	clear(names, wire, { label }) {
		const lists = LISTS.map(({ name }) => name);
		const example = `Name ${lists.map((name) => `access.${name}`).join(', ')}.`;
		if (names.length === 0) {
			throw new InvalidInput(`${label}: which list is to be cleared is not said`, example);
		}
		const other = names.find((name) => !lists.includes(name));
		if (other !== undefined) {
			throw new InvalidInput(`${label}: there is no list "${other}" to clear`, example);
		}
		const access: JsonObject = isJsonObject(wire) ? { ...wire } : {};
		for (const name of names) {
			if (name in access) {
				throw new InvalidInput(
					`${label}: ${name} is set, and is to be cleared`,
					'Leave it out of one of the two.',
				);
			}
			access[name] = [CLEAR_LIST];
		}
		return access;
	},
};

/** The rows of the form, in the API's form. */
const rowsByList = (form: JsonObject, label: string): JsonObject =>
	Object.fromEntries(
		LISTS.map(({ name }) => [name, readAllEntries(rowsOf(form[name]), label)] as const).filter(
			([, rows]) => rows.length > 0,
		),
	);

/** @param unnamed takes the names of lists in which an entry names nobody */
function readLists(given: JsonObject, read: JsonObject, unnamed: Set<string>, context: FieldContext): void {
	for (const list of LISTS.filter(({ name }) => name in given)) {
		const label = `${context.label}: ${list.name}`;
		const listed = readAllEntries(given[list.name], label);
		const entries = listed
			.filter((entry) => !saysNothingInList(entry))
			.flatMap((entry, index) =>
				readEntry(entry, list, { ...context, label: `${label}, entry ${index + 1}` }),
			);
		if (entries.length === 0 || entries.length < listed.length) unnamed.add(list.name);
		// An empty list would remove everybody, but an input without entries says nothing.
		if (entries.length === 0) continue;
		const all = [...((read[list.name] as unknown[] | undefined) ?? []), ...entries];
		read[list.name] = withoutRepetitions(all, label);
	}
	const known = new Set(LISTS.map(({ name }) => name));
	const others = Object.entries(given).filter(([name, value]) => !known.has(name) && !saysNothing(value));
	Object.assign(read, mergeJson({}, Object.fromEntries(others)));
}

/** @returns the entry; nothing if it names nobody, or if it would remove something from a new group */
function readEntry(entry: unknown, { fields, identity }: EntryList, context: FieldContext): JsonObject[] {
	const { label, operation } = context;
	if (isJsonObject(entry) && isRemovedFromNew(entry, fields, context)) return [];
	const given = isJsonObject(entry) ? withAction(withoutBlanks(entry, identity), operation) : entry;
	const taken = entryFields(fields, operation);
	const read = readObject(given, taken, context);
	const named = identity.filter((name) => read[name] !== undefined);
	if (named.length === 0) return [];
	if (named.length > 1) {
		const labels = fields.filter(({ name }) => identity.includes(name)).map(labelOf);
		throw new InvalidInput(
			`${label}: ${labels.join(' and ')} are both set`,
			'Give exactly one of them: AttackForge takes a user or a group, not both.',
		);
	}
	if (read.action === 'remove') return [keep(read, ['action', ...named])];
	// Entries must be complete, because it is not documented whether the service fills in missing values.
	const missing = taken.find(({ name }) => !identity.includes(name) && read[name] === undefined);
	if (missing) {
		throw new InvalidInput(
			`${label}: ${labelOf(missing)} is missing`,
			'Entries are sent with all their levels, so that no level is left to chance.',
		);
	}
	return [read];
}

/** @param names of members in which commas say nothing either: they are boxes of a list's row */
const withoutBlanks = (entry: JsonObject, names: readonly string[]): JsonObject =>
	Object.fromEntries(
		Object.entries(entry).filter(([name, value]) => !names.includes(name) || !saysNothingInList(value)),
	);

/** Whether an entry is to be removed from a new group, which does not have it. @throws InvalidInput for an unknown action */
function isRemovedFromNew(
	{ action: given }: JsonObject,
	fields: readonly Field[],
	context: FieldContext,
): boolean {
	const own = fields.find(({ name }) => name === 'action');
	if (context.operation !== 'create' || !own || saysNothing(given)) return false;
	return own.kind.read(given, { ...context, label: `${context.label}: ${labelOf(own)}` }) === 'remove';
}

/** A new group takes plain entries, according to AttackForge's documentation, CreateGroup. */
const withAction = (entry: JsonObject, operation: Operation): JsonObject =>
	operation === 'update'
		? { action: 'upsert', ...entry }
		: Object.fromEntries(Object.entries(entry).filter(([name]) => name !== 'action'));

const entryFields = (fields: readonly Field[], operation: FormOperation) =>
	operation === 'create' ? fields.filter(({ name }) => name !== 'action') : fields;

const keep = (object: JsonObject, names: string[]): JsonObject =>
	Object.fromEntries(names.map((name) => [name, object[name]]));
