import { access, conditions, customFields } from '../engine/support';
import {
	acme,
	ACME,
	type AttackForgeExamples,
	CONTACT,
	fromItem,
	HARBOR,
	noSuchGroup,
	notGranted,
	seedAcme,
	seedHarbor,
} from './attackforge';
import { byId, byKey } from './locators';
import { otherExamples } from './operations.attackforge.others';

/** Examples of the operations of AttackForge Group, for its page in docs/. */

const groupExamples: AttackForgeExamples = {
	'group/archive': {
		purpose:
			'Puts a group into the archive, for instance that of a customer who left. Nothing is deleted: **Restore** brings it back.',
		parameters: { groupId: fromItem },
		items: [{ groupId: ACME }],
		before: seedAcme,
		notes: ['The group is read back and returned as it is now, where the key may use `GetGroup`.'],
		failures: [noSuchGroup, notGranted('ArchiveGroup')],
	},

	'group/create': {
		purpose: 'Creates a group, for instance for a new customer, with its contact, custom fields and access.',
		parameters: {
			dataMode: 'define',
			name: '={{ $json.company }}',
			group_owner: '={{ $json.accountManager }}',
			primary_contact_name: '={{ $json.contact.name }}',
			primary_contact_number: '={{ $json.contact.phone }}',
			primary_contact_email: '={{ $json.contact.email }}',
			custom_fields: customFields({ key: byKey('client_code'), value: '={{ $json.code }}' }),
			additionalFields: {
				access: access({
					sso_1: [
						{
							group_name: '=AD-{{ $json.code }}',
							project_access_level: 'view',
							project_request_access_level: 'none',
						},
					],
				}),
			},
		},
		items: [
			{
				company: 'ACME Corp.',
				code: 'CLIENT001',
				accountManager: 'John Citizen',
				contact: { name: 'Paul Citizen', phone: '(555) 555-5555', email: 'paul.citizen@example.com' },
			},
		],
		notes: [
			'Name, Group Owner (free text, not a user) and the three contact fields are required. **Custom Fields** are chosen from a list of their labels, and so are the choices of a select (mode **From List** of the value). Where the key may use `GetFormConfig`, values are checked before anything is sent: a choice must be one of those of the field, several are a list or a text with commas, and a date picker gets a day. Otherwise they are sent as they are given. Text stays text (`007` is not a number). Under **Additional Fields**:',
			'- **Access**: SSO groups with their levels, and member administrators (a user or a group, not both).\n' +
				'- **Auto-Add Project Requests** and **Enable Project Team Notifications**: sent only if you add them.',
		],
		failures: [
			{
				what: 'The item lacks a required field',
				items: [
					{
						company: 'ACME Corp.',
						code: 'CLIENT001',
						accountManager: 'John Citizen',
						contact: { name: 'Paul Citizen', phone: '(555) 555-5555' },
					},
				],
				todo: 'Complete the record in its source, or give a default in the expression: `{{ $json.contact.email ?? "security@example.com" }}`.',
			},
			{
				what: 'A label in the place of a key',
				parameters: {
					custom_fields: customFields({ key: byKey('Client Code'), value: 'CLIENT001' }),
				},
			},
			notGranted('CreateGroup'),
		],
	},

	'group/upsert': {
		purpose:
			'Mirrors a directory or CRM: a customer that has a group already is updated in what differs, one that has none gets one. Run it as often as you like; it makes no duplicates of groups that AttackForge lists, and writes nothing where nothing has changed.',
		parameters: {
			matchBy: 'customField',
			matchKey: byKey('client_code'),
			dataMode: 'autoMap',
		},
		items: [
			{
				name: 'ACME Corporation',
				...CONTACT,
				custom_fields: { client_code: 'CLIENT001' },
			},
			{
				name: 'Harbor Bank',
				group_owner: 'Mary Miller',
				primary_contact_name: 'Tom Taylor',
				primary_contact_number: '(555) 555-7777',
				primary_contact_email: 'tom.taylor@example.com',
				custom_fields: { client_code: 'CLIENT002' },
			},
		],
		before: seedAcme,
		notes: [
			'- **Match By** name, a custom field such as a customer code, or ID.\n' +
				'- By name or custom field, all groups are searched unless you choose otherwise, which needs the key of an **administrator**; **Options > Search In** limits it to the groups that the user is a member of.\n' +
				'- By ID, an item whose **ID is empty**, or not that of a group that the user may see, gets a new group **on every run**: write the new ID back to where the items come from.\n' +
				'- White space around a name or a custom field does not count in the comparison, nor does whether a number is stored as text; upper and lower case count. What differs in these alone is not written.\n' +
				'- Two executions at the same time may each create a group of the same name. The group that is created is looked for once more, and `_notice` names another one.\n' +
				'- A group that AttackForge lists late, or hides because it is deleted, is created again. An archived group is updated as any other.\n' +
				'- An item that sets **Is Deleted** creates no group where there is none.\n' +
				'- The list of groups is read once per run, and again around a creation; two items with the same key make one group.\n' +
				'- `_outcome` in the output says what happened: `created`, `updated` or `unchanged`.',
		],
		failures: [
			{
				what: 'Several groups have the same value',
				items: [{ name: 'ACME Corporation', ...CONTACT, custom_fields: { client_code: 'CLIENT001' } }],
				before: (server) =>
					server.seedGroup({
						id: HARBOR,
						name: 'ACME (old)',
						custom_fields: [{ key: 'client_code', value: 'CLIENT001' }],
					}),
			},
			{
				what: 'The item has no value to match by',
				items: [{ name: 'ACME Corp.', ...CONTACT }],
			},
			{
				what: 'The key is not an administrator’s',
				items: [{ name: 'ACME Corporation', ...CONTACT, custom_fields: { client_code: 'CLIENT001' } }],
				service: { admin: false },
				todo: 'Only an administrator sees all groups. With **Options > Search In** set to **Groups That I Am a Member Of**, a group that you are no member of is taken for missing and created again.',
			},
		],
	},

	'group/get': {
		purpose: 'Reads one group with its contact and custom fields.',
		parameters: { groupId: acme, simplify: true },
		items: [{}],
		before: seedAcme,
		notes: [
			'**Simplify** gives the keys of **Get Many**, and besides `is_deleted`, `created` and `last_modified`. Off, the answer comes as AttackForge sent it, with access, members and projects.',
		],
		failures: [
			noSuchGroup,
			{
				what: 'A name in the place of the ID',
				parameters: { groupId: byId('ACME Corp.') },
				todo: 'To find a group by its name, use **Get Many** with the filter **Name Is**.',
			},
			notGranted('GetGroup'),
		],
	},

	'group/getAll': {
		purpose: 'Finds groups by name, owner, contact or custom field, or returns all of them.',
		parameters: {
			scope: 'all',
			returnAll: true,
			filters: { customFields: conditions({ key: 'client_code', value: '={{ $json.code }}' }) },
			simplify: true,
		},
		items: [{ code: 'CLIENT002' }],
		before(server) {
			seedAcme(server);
			seedHarbor(server);
		},
		notes: [
			'AttackForge has no filters of its own for groups: the list is read, and the filters are applied to it. **Simplify** names the keys as **Get** does, which has `is_deleted`, `created` and `last_modified` besides; off, the answer comes as AttackForge sent it.',
		],
		failures: [
			{
				what: 'The key is not an administrator’s',
				service: { admin: false },
				todo: 'Use an administrator’s key, or set **Groups** to **Groups That I Am a Member Of**.',
			},
			notGranted('GetGroups'),
		],
	},

	'group/restore': {
		purpose: 'Takes a group out of the archive.',
		parameters: { groupId: fromItem },
		items: [{ groupId: ACME }],
		before(server) {
			seedAcme(server);
		},
		notes: ['The group is read back and returned as it is now, where the key may use `GetGroup`.'],
		failures: [noSuchGroup, notGranted('RestoreGroup')],
	},

	'group/update': {
		purpose:
			'Changes fields of a group: its contact, custom fields, or who has access. What you do not set stays as it is.',
		parameters: {
			groupId: fromItem,
			dataMode: 'define',
			custom_fields: customFields({ key: byKey('region'), value: 'Americas' }),
			updateFields: { primary_contact_email: '={{ $json.email }}' },
			options: { customFieldsMode: 'merge' },
		},
		items: [{ groupId: ACME, email: 'security@acme.example' }],
		before: seedAcme,
		notes: [
			'Sends only the fields that you set, then reads the group back and returns it. If the key may not use `GetGroup`, what was sent is returned, with a `_notice` that says so. Where custom fields are merged or access is given, the group is read before, and `_outcome` is `unchanged` if it is so already. Access entries carry an **action**: Create or Update, or Remove. **Is Deleted** deletes the group or brings it back.',
			'- **Options > Other Custom Fields**: _Set These, Keep the Others_ (default) reads the group first and writes all of its custom fields, since AttackForge does not document whether it merges or replaces them; _Send Only These_ writes those that differ, for a tenant that keeps the others; _Replace All_ writes only those given.\n' +
				'- **Options > Other Access**: _Change Entries_ (default), or _Make Exactly Like This_, which compares the group with the lists that you give, and removes what is not in them.',
		],
		failures: [
			noSuchGroup,
			{
				what: 'No field has a value',
				parameters: {
					custom_fields: {},
					updateFields: { primary_contact_email: '={{ $json.mail }}' },
				},
			},
			notGranted('UpdateGroup'),
		],
	},
};

export const examples: AttackForgeExamples = { ...groupExamples, ...otherExamples };
