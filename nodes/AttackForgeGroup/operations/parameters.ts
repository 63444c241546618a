import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { Item } from '../../shared/execution/item';
import type { RecordFields } from '../../shared/execution/recordOutput';
import { locator } from '../../shared/fields/locators';
import { inQuotes, optionalSwitch, optionalText, readEntries, readText } from '../../shared/core/readValue';
import { notice } from '../../shared/fields/fixedCollection';
import { choice, oneOf } from '../../shared/fields/fieldTypes';
import { MODE_NAMES } from '../../shared/fields/parameters';
import type { UserReference } from '../api/client';
import type { UpdateModes } from '../fields/changes';
import { isEmail } from '../fields/email';
import { table } from '../fields/groupFields';
import { checkId } from '../fields/ids';
import { ARCHIVED_KEYS, COMMON_KEYS, OTHER_KEYS, SIMPLE_KEYS } from '../fields/receivedGroup';

type Show = NonNullable<IDisplayOptions['show']>;

/** The parameter that names the group of an operation. */
export const groupParameter = (): INodeProperties => ({
	...optionalGroupParameter(),
	required: true,
});

export const optionalGroupParameter = (show?: Show): INodeProperties => ({
	displayName: 'Group',
	name: 'groupId',
	...locator(
		'searchGroups',
		[{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 5eab99471e18050942c7607a' }],
		'Select a group…',
	),
	description: 'The group, from the list or by its ID',
	...(show && { displayOptions: { show } }),
});

/** Which groups a list holds. Its value is a `Scope`. */
export const scopeParameter = (displayName: string, description: string): INodeProperties => ({
	displayName,
	name: 'scope',
	type: 'options',
	options: [
		{ name: 'All Groups', value: 'all', description: 'Needs the key of an administrator' },
		{ name: 'Groups That I Am a Member Of', value: 'mine' },
	],
	default: 'all',
	description,
});

/** The parameter that names the user of an operation. */
export const userParameter = (): INodeProperties => ({
	displayName: 'User',
	name: 'userId',
	...locator(
		'searchUsers',
		[
			{ displayName: 'By Email', name: 'email', placeholder: 'e.g. paul.citizen@example.com' },
			{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 668ba6b1be6510000f78f79e' },
			{ displayName: 'By Username', name: 'username', placeholder: 'e.g. paul.citizen' },
		],
		'Select a user…',
	),
	required: true,
	description: 'The user, from the list, or by ID, e-mail address or user name',
});

export const projectParameter = (): INodeProperties => ({
	displayName: 'Project',
	name: 'projectId',
	...locator(
		'searchProjects',
		[{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 5f63da8b4a7e3f0018d3ce1b' }],
		'Select a project…',
	),
	required: true,
	description: 'The project, from the list, or by its ID, which stands in the address of its page',
});

export const simplifyParameter = (): INodeProperties => ({
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
});

export const readSimplify = (item: Item): boolean =>
	optionalSwitch(item.parameter('simplify'), '"Simplify" (simplify)', true);

const groupFields = { id: 'id', simple: SIMPLE_KEYS, others: OTHER_KEYS, asked: () => ARCHIVED_KEYS };

/** Of Get. */
export const groupRecords: RecordFields = { ...groupFields, simplify: true };

/** Of operations that change a group. Off in a new node, so that the output shows all that was changed. */
export const changedGroupRecords: RecordFields = { ...groupFields, simplify: false };

/**
 * Of Create or Update: what it knows of a group in each outcome, without another request. All items have the same
 * columns then.
 */
export const upsertRecords: RecordFields = {
	id: 'id',
	simple: COMMON_KEYS,
	others: table.fields.map(({ name }) => name).filter((name) => !COMMON_KEYS.includes(name)),
	simplify: false,
};

export const readGroupId = (item: Item): string => readId(item, 'groupId', 'Group');

/** @throws InvalidInput when it is not an ID, which has 24 hexadecimal digits wherever the documentation shows one */
export function readId(item: Item, name: string, displayName: string): string {
	return checkId(item.parameter(name), `"${displayName}" (${name})`);
}

/** The user, named in the mode of the locator. A plain value is an ID, or an e-mail address if it looks like one. */
export function readUser(item: Item): UserReference {
	const label = '"User" (userId)';
	const given = item.parameter('userId');
	const value = optionalText(given, label)?.trim() ?? '';
	const mode = item.locatorMode('userId') ?? (value.includes('@') ? 'email' : 'id');
	if (mode !== 'email' && mode !== 'username') return { by: 'id', value: checkId(given, label) };
	if (value === '') throw new InvalidInput(`${label} is empty`, 'Give the e-mail address or user name.');
	if (mode === 'email' && !isEmail(value)) {
		throw new InvalidInput(`${label} cannot be ${inQuotes(value)}`, 'Give an e-mail address.');
	}
	return { by: mode, value };
}

/** Keys of custom fields in one input, comma-separated or as an array. */
export const readKeys = (value: unknown, label: string): string[] =>
	readEntries(value, label).map((key) => readText(key, label));

/** Options that choose the custom fields of a response. */
export const customFieldFilterOptions: INodeProperties[] = [
	{
		displayName: 'Only Custom Fields',
		name: 'cf_key_allowlist',
		type: 'string',
		default: '',
		placeholder: 'e.g. client_code, region',
		description: 'Keys of the custom fields to return: comma-separated, or an array from an expression',
	},
	{
		displayName: 'Without Custom Fields',
		name: 'cf_key_blocklist',
		type: 'string',
		default: '',
		placeholder: 'e.g. notes',
		description: 'Keys of the custom fields to leave out: comma-separated, or an array from an expression',
	},
];

export function readCustomFieldFilter(item: Item) {
	const { cf_key_allowlist: allow, cf_key_blocklist: block } = item.options;
	return {
		allow: readKeys(allow, '"Only Custom Fields"'),
		block: readKeys(block, '"Without Custom Fields"'),
	};
}

export const updatingOptions: INodeProperties[] = [
	{
		displayName: 'Other Access',
		name: 'accessMode',
		type: 'options',
		options: [
			{
				name: 'Change Entries',
				value: 'operations',
				description: 'Each entry is added, changed or removed; others stay',
			},
			{
				name: 'Make Exactly Like This',
				value: 'exact',
				description:
					'Entries that are not given are removed from each list that is given; reads the group first',
			},
		],
		default: 'operations',
		description: 'What happens to access entries of the group that are not given',
	},
	{
		displayName: 'Other Custom Fields',
		name: 'customFieldsMode',
		type: 'options',
		options: [
			{
				name: 'Set These, Keep the Others',
				value: 'merge',
				description:
					'Reads the group first, and writes its other custom fields back with those given: what somebody else changes in the same moment may be lost',
			},
			{
				name: 'Send Only These',
				value: 'differing',
				description:
					'Reads the group first, and writes those given that differ: right for a tenant that keeps the others, which AttackForge does not document',
			},
			{
				name: 'Replace All',
				value: 'replace',
				description: 'Writes only those given; AttackForge does not document whether it then keeps others',
			},
		],
		default: 'merge',
		description: 'What happens to custom fields of the group that are not given',
	},
];

/**
 * Notices about what an update may remove. The names begin with a slash, because older versions of n8n do not find a
 * parameter inside a collection without it.
 */
export const updatingNotices = (collection: string): INodeProperties[] => [
	notice(
		'isDeletedNotice',
		'The group will be deleted in AttackForge. Sent as off, Is Deleted brings back a group that is given by ID or still listed.',
		{
			show: { dataMode: MODE_NAMES.define, [`/${collection}.is_deleted`]: [true] },
		},
	),
	notice(
		'accessModeNotice',
		'SSO groups and administrators that are not given are removed from each list that is given. An entry without a name keeps all that its list has.',
		{ show: { '/options.accessMode': ['exact'] } },
	),
	notice(
		'customFieldsModeNotice',
		'Only the custom fields that are given are written: AttackForge may remove all others',
		{ show: { '/options.customFieldsMode': ['replace'] } },
	),
];

export function readModes(item: Item): UpdateModes {
	const { accessMode, customFieldsMode } = item.options;
	return {
		access: oneOf(accessMode ?? 'operations', '"Other Access" (accessMode)', 'operations', 'exact'),
		customFields: oneOf(
			customFieldsMode ?? 'merge',
			'"Other Custom Fields" (customFieldsMode)',
			'merge',
			'differing',
			'replace',
		),
	};
}

/**
 * Access to projects by membership. The API capitalizes these values, unlike the levels of access entries (AttackForge
 * documentation).
 */
const LEVELS = choice(['View', 'Upload', 'Edit'].map((value) => ({ name: value, value })));

export const accessLevelParameter = (): INodeProperties => ({
	displayName: 'Access Level',
	name: 'accessLevel',
	...LEVELS.control('update'),
	description: 'Access that the member gets to all projects of the group',
});

/**
 * @throws InvalidInput when it is none of the three. `Delete` would remove the member, which is an operation of its
 *   own.
 */
export const readAccessLevel = (item: Item): string =>
	LEVELS.read(item.parameter('accessLevel'), {
		label: '"Access Level" (accessLevel)',
		operation: 'update',
		zone: '',
	}) as string;
