import { field, type Table } from '../../shared/fields/field';
import { flag } from '../../shared/fields/fieldTypes';
import { access } from './access';
import { CUSTOM_FIELDS_FROM_INPUT, customFields } from './customFields';
import { line } from './line';

const required = { create: 'required' } as const;

/**
 * THE table of AttackForge's group fields, in the order of the documented examples.
 *
 * @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/creategroup
 * @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/updategroup
 */
export const table: Table = {
	noun: 'Group',
	qualifiers: [
		'Account',
		'Client',
		'Company',
		'Customer',
		'Display',
		'Legal',
		'Organisation',
		'Organization',
		'Team',
	],
	fields: [
		field('name', 'Name', line(), 'Name that the group has in AttackForge', {
			...required,
			placeholder: 'e.g. ACME Corp. Technology Team',
		}),
		// Free text, because the owner is not a user of AttackForge.
		field(
			'group_owner',
			'Group Owner',
			line(),
			'Name of the person who owns the group: free text, not a user',
			{
				...required,
				placeholder: 'e.g. John Citizen',
			},
		),
		field('primary_contact_name', 'Primary Contact Name', line(), 'Name of the person to contact', {
			...required,
			placeholder: 'e.g. Paul Citizen',
		}),
		field('primary_contact_number', 'Primary Contact Number', line(), 'Phone number of the primary contact', {
			...required,
			placeholder: 'e.g. (555)555-5555',
		}),
		field('primary_contact_email', 'Primary Contact Email', line(), 'E-mail address of the primary contact', {
			...required,
			placeholder: 'e.g. paul.citizen@example.com',
		}),
		// Archive and Restore are other calls. It is not documented whether they change the same thing.
		field(
			'is_deleted',
			'Is Deleted',
			flag(),
			'Whether the group is to be deleted; off brings back one that is given by ID or still listed',
			{
				create: 'no',
				keepsValue: true,
				// Records of a CRM have an `IsDeleted` of their own, which is not to delete a group.
				exactKey: true,
			},
		),
		field(
			'custom_fields',
			'Custom Fields',
			customFields,
			'Fields that your administrator has added to groups. A blank value changes nothing.',
			{ byKey: true },
		),
		field('access', 'Access', access, 'Single sign-on (SSO) groups and member administrators', {
			exactKey: true,
		}),
		// The documentation does not call these switches optional, but the service accepts a request without them. They are
		// not sent when unset, because false would switch the setting off.
		field(
			'auto_add_project_request',
			'Auto-Add Project Requests',
			flag(),
			'Whether project requests created by members are added to the group',
			{ keepsValue: true },
		),
		// The documentation's list of parameters says enable_project_team_notification. Its examples and both documented
		// responses have the plural, so the plural is sent.
		field(
			'enable_project_team_notifications',
			'Enable Project Team Notifications',
			flag(),
			'Whether members receive the team notifications that are configured on a project',
			{ keepsValue: true },
		),
	],
	inSight: [{ field: 'custom_fields', parameter: 'custom_fields', finer: () => CUSTOM_FIELDS_FROM_INPUT }],
};

/** The example in the option that clears fields. */
export const CLEAR_EXAMPLE = 'access.sso_1, custom_fields.contract_end';
