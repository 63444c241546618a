import type { INodePropertyOptions } from 'n8n-workflow';

import { field, type FieldType, type Table } from '../../shared/fields/field';
import { choice, choiceByType, date, flag, longId, text } from '../../shared/fields/fieldTypes';
import { byName, located } from '../../shared/fields/locators';
import { finalizeBody } from './defaultAttributes';
import {
	ASSIGNMENTS,
	ASSOCIATED_ARTIFACTS,
	ASSOCIATED_CASES,
	ASSOCIATED_GROUPS,
	ASSOCIATED_INDICATORS,
	ASSOCIATED_VICTIM_ASSETS,
	ATTRIBUTES,
	FINER_ATTRIBUTES,
	REVIEWS,
	SECURITY_LABELS,
	SEPARATED,
	TAGS,
	WRITABLE_OWNER,
} from './groupLists';
import { isListOfApi } from './listType';
import { EVENT_STATUS, GROUP_TYPES, INCIDENT_STATUS, SIGNATURE_FILE_TYPE } from './groupTypes';

/** Text of an e-mail. Mail parsers give `false` for a part that a mail does not have. */
const mailText = (limits: Parameters<typeof text>[0]): FieldType => {
	const kind = text(limits);
	return { ...kind, read: (value, context) => (value === false ? undefined : kind.read(value, context)) };
};

/**
 * THE table of ThreatConnect's group fields.
 *
 * Names, types and limits come from https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html and from
 * servers' responses to OPTIONS /v3/groups. The `status` of Task, Document and Report is left out, because servers
 * describe it as read-only (the documentation lists values for Task).
 */
export const table: Table = {
	noun: 'Group',
	qualifiers: ['Actor', 'Alert', 'Case', 'Display', 'Ticket'],
	types: GROUP_TYPES,
	defaultType: 'Incident',
	fields: [
		field('type', 'Type', choice(GROUP_TYPES), 'What kind of group it is', {
			create: 'required',
			update: 'no',
		}),
		// Servers limit the name to 100 or 200 characters, depending on their version. So the server checks the length.
		field('name', 'Name', text(), 'Name that the group has in ThreatConnect', {
			create: 'required',
			placeholder: 'e.g. Phishing campaign against finance',
		}),
		field('ownerId', 'Owner ID', longId(), 'ID of the owner, instead of its name', {
			update: 'no',
			// Records of a CRM have an `OwnerId` of their own.
			exactKey: true,
			placeholder: 'e.g. 1125899906842625',
		}),
		field(
			'ownerName',
			'Owner Name',
			WRITABLE_OWNER,
			'Organization, Community or Source that the group is created in; if empty, the organization of the API user',
			{ update: 'no' },
		),
		// The documentation calls it not updatable, but a server's own description and the vendor's client allow updates.
		field(
			'xid',
			'XID',
			text(),
			'External ID: your own key for the group, unique in its owner, by which it is found again',
			{
				placeholder: 'e.g. crm:INC-2041',
			},
		),
		field('eventDate', 'Event Date', date(), 'When the event or incident happened', {
			types: ['Event', 'Incident'],
		}),
		field(
			'eventType',
			'Event Type',
			located(text({ maxLength: 35 }), 'searchEventTypes', byName('e.g. Breach')),
			'Category of the event',
			{ types: ['Event'] },
		),
		field(
			'status',
			'Status',
			choiceByType({ Event: EVENT_STATUS, Incident: INCIDENT_STATUS }),
			'Where the incident or event stands. The status of an event can be changed, but not cleared.',
			{ types: ['Event', 'Incident'], perType: true },
		),
		field('fileName', 'File Name', text({ maxLength: 255 }), 'Name of the signature file', {
			types: ['Signature'],
			create: 'required',
			placeholder: 'e.g. emotet.yar',
		}),
		field(
			'fileName',
			'File Name',
			text({ maxLength: 255 }),
			'Name of the file. Give it even if the file is uploaded later: without it, ThreatConnect does not recognize the type of the file.',
			{ types: ['Document', 'Report'], placeholder: 'e.g. report.pdf' },
		),
		field('fileType', 'File Type', SIGNATURE_FILE_TYPE, 'Language of the signature', {
			types: ['Signature'],
			create: 'required',
		}),
		field('fileText', 'File Text', text({ rows: 6 }), 'The signature itself', {
			types: ['Signature'],
			create: 'required',
		}),
		field(
			'malware',
			'Malware',
			flag(),
			'Whether the document is a password-protected ZIP file with malware',
			{
				types: ['Document'],
			},
		),
		field('password', 'Password', text({ password: true }), 'Password of the ZIP file; needed for malware', {
			types: ['Document'],
		}),
		field('publishDate', 'Publish Date', date(), 'When the report was published', { types: ['Report'] }),
		field('reviews', 'Reviews', REVIEWS, 'Your review of the report; sending it again edits it', {
			types: ['Report'],
			keepsValue: true,
		}),
		field(
			'subject',
			'Subject',
			mailText({ maxLength: 255 }),
			'Subject of the e-mail that the group is about',
			{
				placeholder: 'e.g. Your invoice is overdue',
				types: ['Email'],
			},
		),
		field('from', 'From', mailText({ maxLength: 100 }), 'Sender of the e-mail', {
			placeholder: 'e.g. billing@badguy.com',
			types: ['Email'],
		}),
		field('header', 'Header', mailText({ maxLength: 65535, rows: 4 }), 'Header of the e-mail', {
			types: ['Email'],
		}),
		field('body', 'Body', mailText({ maxLength: 65535, rows: 4 }), 'Body of the e-mail', {
			types: ['Email'],
		}),
		field('assignments', 'Assignments', ASSIGNMENTS, 'Users who do the task or are told when it is overdue', {
			types: ['Task'],
		}),
		field('dueDate', 'Due Date', date(), 'When the task is due', { types: ['Task'] }),
		field('escalationDate', 'Escalation Date', date(), 'When the task is escalated', { types: ['Task'] }),
		field('reminderDate', 'Reminder Date', date(), 'When its users are reminded of the task', {
			types: ['Task'],
		}),
		field('firstSeen', 'First Seen', date(), 'When it was first seen'),
		field('lastSeen', 'Last Seen', date(), 'When it was last seen'),
		field(
			'externalDateAdded',
			'External Date Added',
			date(),
			'When it was created in the system it comes from',
		),
		field(
			'externalDateExpires',
			'External Date Expires',
			date(),
			'When it expires in the system it comes from',
		),
		field(
			'externalLastModified',
			'External Last Modified',
			date(),
			'When it was last changed in the system it comes from',
		),
		field(
			'tags',
			'Tags',
			TAGS,
			'Tags by ATT&CK technique ID or with a description, and in an update tags to replace or remove. Names to add go in Tag Names; if both are filled, all are added.',
		),
		// The API has no such fields. They are default attributes, which `finalizeBody` makes from these fields.
		field(
			'description',
			'Description',
			text({ rows: 3 }),
			'Default Description attribute: added, or changed where the group has one',
			{ keepsValue: true },
		),
		field('source', 'Source', text(), 'Default Source attribute: added, or changed where the group has one', {
			keepsValue: true,
			placeholder: 'e.g. Mail gateway',
		}),
		field(
			'attributes',
			'Attributes',
			ATTRIBUTES,
			'Further details by type, such as Additional Analysis and Context. A list from the input, and in an update its mode, go in Add Field; all are one list.',
		),
		field(
			'securityLabels',
			'Security Labels',
			SECURITY_LABELS,
			'Markings such as TLP:AMBER chosen from a list, and in an update labels to replace or remove. Names to add go in Security Label Names; if both are filled, all are added.',
		),
		field(
			'associatedArtifacts',
			'Associated Artifacts',
			ASSOCIATED_ARTIFACTS,
			'Artifacts of Case Management: existing ones by ID, or new ones of a case or task',
		),
		field(
			'associatedCases',
			'Associated Cases',
			ASSOCIATED_CASES,
			'Cases of Case Management: existing ones by ID, or new ones',
		),
		field(
			'associatedGroups',
			'Associated Groups',
			ASSOCIATED_GROUPS,
			'Other groups, e.g. the adversary of an incident: existing ones by ID, or new ones',
		),
		field(
			'associatedIndicators',
			'Associated Indicators',
			ASSOCIATED_INDICATORS,
			'Indicators (IOCs) by ID, or by type and summary with a rating and more, and in an update indicators to remove. A pasted list goes in Indicators; if both are filled, all are associated.',
		),
		field(
			'associatedVictimAssets',
			'Associated Victim Assets',
			ASSOCIATED_VICTIM_ASSETS,
			'Assets of victims, such as e-mail addresses: existing ones by ID, or new ones',
		),
	],
	inSight: [
		// The description is an attribute of the API, and `groupDescription` is the form's own name for it.
		{ field: 'description', parameter: 'groupDescription' },
		{ field: 'status', parameter: 'status' },
		{
			field: 'tags',
			parameter: 'tagNames',
			plain: {
				displayName: 'Tag Names',
				placeholder: 'e.g. Targeted Attack, Robbery',
				description: `Names of tags to add, created where they do not exist: ${SEPARATED}. For technique IDs, or to replace or remove tags, use Add Field > Tags; if both are filled, all are added.`,
			},
		},
		{
			field: 'securityLabels',
			parameter: 'securityLabelNames',
			plain: {
				displayName: 'Security Label Names',
				placeholder: 'e.g. TLP:AMBER',
				description: `Names of labels to add: ${SEPARATED}. To choose them from a list, or to replace or remove labels, use Add Field > Security Labels; if both are filled, all are added.`,
			},
		},
		{
			field: 'associatedIndicators',
			parameter: 'indicators',
			// Alerts of other systems have a number or an object of their own under this key.
			isMeant: (value) => typeof value === 'string' || Array.isArray(value) || isListOfApi(value),
			plain: {
				displayName: 'Indicators',
				rows: 2,
				placeholder: 'e.g. badguy[.]com, 192.0.2.17',
				description:
					'Indicators (IOCs) to associate, and to create where they do not exist: addresses, CIDR blocks, hosts, URLs, e-mail addresses, ASNs, file hashes (several of one file as md5 : sha1 : sha256) and registry keys. Also defanged; one per line, separated by commas, or an array from an expression. For other types, IDs or ratings, or to remove indicators, use Add Field > Associated Indicators; if both are filled, all are associated.',
			},
		},
		{ field: 'attributes', parameter: 'attributes', finer: FINER_ATTRIBUTES },
	],
	finalizeBody,
};

/** The example in the option that clears fields. */
export const CLEAR_EXAMPLE = 'eventDate, tags';

/** What `fields` may request besides what a response always holds. */
export const OUTPUT_FIELDS: INodePropertyOptions[] = [
	{ name: 'Associated Artifacts', value: 'associatedArtifacts' },
	{ name: 'Associated Cases', value: 'associatedCases' },
	{ name: 'Associated Groups', value: 'associatedGroups' },
	{ name: 'Associated Indicators', value: 'associatedIndicators' },
	{ name: 'Associated Victim Assets', value: 'associatedVictimAssets' },
	{ name: 'Attributes', value: 'attributes' },
	{ name: 'External Dates', value: 'externalDates' },
	{ name: 'Intelligence Reviews', value: 'intelReviews' },
	{ name: 'Security Labels', value: 'securityLabels' },
	{ name: 'Sightings', value: 'sightings', description: 'First seen and last seen' },
	{ name: 'Tags', value: 'tags' },
];
