import type { User } from './state';

/** 256 letters and digits, like the keys printed in AttackForge's documentation. */
export const API_KEY = 'SimulatorKey0123'.repeat(16);

const account = {
	status: 'Active',
	mfa_enabled: 'Yes',
	last_logged_in: '2025-10-14T22:17:40.512Z',
	created: '2024-07-06T02:06:09.000Z',
} as const;

export const person = (id: string, first_name: string, last_name: string, role: User['role']): User => ({
	status: account.status,
	role,
	first_name,
	last_name,
	email_address: `${first_name}.${last_name}@attackforge.com`.toLowerCase(),
	username: `${first_name}.${last_name}`.toLowerCase(),
	mfa_enabled: account.mfa_enabled,
	last_logged_in: account.last_logged_in,
	created: account.created,
	id,
});

/**
 * The tenant's users. The API key belongs to the first; the next two appear in the examples of CreateGroup
 * and UpdateGroup in AttackForge's documentation.
 */
export const tenantUsers = (admin: boolean): [User, ...User[]] => [
	person('66d0000000000000000000a1', 'Robin', 'Automation', admin ? 'admin' : 'client'),
	person('668ba6b1be6510000f78f79e', 'John', 'Citizen', 'client'),
	person('66d2308ba99324532079e111', 'Paul', 'Citizen', 'client'),
	person('66d0000000000000000000a4', 'Alex', "O'Neil+Ops", 'consultant'),
];

const systemField = (key: string, label: string) => ({ type: 'system', config: { key, label } });

/**
 * What `config` of a custom field holds is documented for an older method (UpdateCustomFieldsConfig), along
 * with the types `input, textarea, select, ui-select-multiple, datepicker, table`. The name of the user
 * select and the key of the options are not documented; those below are this simulator's own.
 */
const customField = (key: string, label: string, type: string, more: object = {}) => ({
	type: 'custom',
	config: {
		custom_field_key: key,
		custom_field_label: label,
		custom_field_type: type,
		custom_field_required: 'No',
		...more,
	},
});

const options = (...names: string[]) => ({ custom_field_options: names });

/**
 * The form of groups: sections as documented, and a custom field outside any section, as clients met it.
 */
export const GROUP_FORM = {
	config: [
		{
			config: {
				fields: [
					systemField('name', 'Name'),
					systemField('group_owner', 'Group Owner'),
					customField('client_code', 'Client Code', 'input', { custom_field_required: 'Yes' }),
					customField('region', 'Region', 'select', options('APAC', 'EMEA', 'Americas')),
				],
				label: 'Details',
			},
			type: 'section',
		},
		{
			config: {
				fields: [
					customField('contract_end', 'Contract End', 'datepicker'),
					customField('contract_notes', 'Contract Notes', 'textarea'),
					customField('escalation_contacts', 'Escalation Contacts', 'table'),
					customField('account_manager', 'Account Manager', 'user-select'),
				],
				label: 'Contract',
			},
			type: 'section',
		},
		customField(
			'services',
			'Services',
			'ui-select-multiple',
			options('Penetration Test', 'Red Team', 'Code Review'),
		),
	],
	type: 'group',
};
