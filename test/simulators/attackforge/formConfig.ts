import type { Method } from './service';

const systemField = (key: string, label: string) => ({ type: 'system', config: { key, label } });

/**
 * The content of `config` of a custom field is documented for an older method (UpdateCustomFieldsConfig), with the
 * types `input, textarea, select, ui-select-multiple, datepicker, table`. The name of the user select and the key of
 * the options are not documented; those below are this simulator's own.
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

/** The form of groups: sections as documented, and a custom field outside any section, as clients have met it. */
const GROUP_FORM = {
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

export function formConfigMethods(): Record<'GetFormConfig', Method> {
	return { GetFormConfig: { handle: () => GROUP_FORM } };
}
