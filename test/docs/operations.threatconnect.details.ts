import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { byId, byName, fromList } from './locators';
import { PHISHING, seedPhishing, type ThreatConnectExamples } from './threatconnect';

/** Examples of the operations on the tags, labels, attributes and posts of a group, for the page in docs/. */

const groupId = byId('={{ $json.groupId }}');
const ofPhishing = { findBy: 'id', groupId };
const noSuchGroup = {
	what: 'There is no such group',
	items: [{ groupId: '1125899906842651' }],
	todo: 'Take the ID from the node that created or found the group.',
};

const tagExamples: ThreatConnectExamples = {
	'tag/add': {
		purpose:
			'Puts tags on a group, and leaves the tags that it has as they are, whoever added them. Tags that do not exist are created.',
		parameters: { ...ofPhishing, tags: '=Contained, {{ $json.campaign }}', techniqueIds: 'T1566' },
		items: [{ groupId: PHISHING.id, campaign: 'Winter wave' }],
		before: seedPhishing,
		notes: [
			'A tag that the group has already is no failure: it is listed under `alreadyThere`, and if that is true of all, nothing is sent and `_outcome` is `unchanged`. Upper and lower case do not count. ThreatConnect may keep a tag under another name, because a rule of the instance says so: `_notice` then tells.',
		],
		failures: [
			noSuchGroup,
			{
				what: 'The expression gives no tag',
				parameters: { tags: '={{ $json.labels }}', techniqueIds: '' },
				todo: 'Correct the expression, or keep such items out with an If node.',
			},
		],
	},

	'tag/remove': {
		purpose:
			'Takes tags off a group, and leaves its other tags as they are. The tags themselves stay, and so do those of other groups.',
		parameters: { ...ofPhishing, tags: 'Targeted Attack, Needs Review' },
		items: [{ groupId: PHISHING.id }],
		before: seedPhishing,
		notes: [
			'A tag that the group does not have is no failure: it is listed under `notThere`. To change a campaign’s tag on many groups, find them with **Group: Get Many**, then put Tag: Remove and Tag: Add behind it.',
		],
		failures: [noSuchGroup],
	},

	'securityLabel/add': {
		purpose: 'Puts security labels on a group, such as a TLP level, and leaves the labels that it has.',
		parameters: { ...ofPhishing, securityLabels: 'TLP:AMBER' },
		items: [{ groupId: PHISHING.id }],
		before: seedPhishing,
		notes: [
			'Labels are those of the instance, exactly as they are written there. A label that the group has already is no failure: `_outcome` is then `unchanged`. To go from one TLP level to another, remove the former one with **Security Label: Remove**.',
		],
		failures: [
			{
				what: 'The instance has no such label',
				parameters: { securityLabels: 'TLP: AMBER' },
				todo: 'Write it as the instance does: TLP levels have no space.',
			},
			noSuchGroup,
		],
	},

	'securityLabel/remove': {
		purpose: 'Takes security labels off a group, and leaves its other labels as they are.',
		parameters: {
			findBy: 'xid',
			groupXid: '=siem:{{ $json.id }}',
			groupOwner: byName('Demo Organization'),
			securityLabels: 'TLP:RED, TLP:AMBER',
		},
		items: [{ id: 4711 }],
		before: (server) => server.seedGroup({ ...PHISHING, securityLabels: ['TLP:AMBER'] }),
		notes: [
			'A label that the group does not have is no failure: it is listed under `notThere`, and nothing is sent for it.',
		],
		failures: [
			{
				what: 'There is no such group',
				items: [{ id: 9999 }],
				todo: 'Check the XID and its owner.',
			},
		],
	},
};

/** The incident with a ticket number. */
const TICKETED = {
	...PHISHING,
	attributes: [
		{ type: 'Description', value: 'Mail to the finance team', default: true },
		{ type: 'Ticket Number', value: 'INC-100', source: 'Service desk' },
	],
};
const seedTicketed = (server: ThreatConnectSimulator) => server.seedGroup(TICKETED);
const ticketNumber = fromList('Ticket Number', 'Ticket Number');

const attributeExamples: ThreatConnectExamples = {
	'attribute/getAll': {
		purpose:
			'Gets the attributes of a group, each as an item: descriptions, sources, ticket numbers and whatever types the instance has.',
		parameters: { ...ofPhishing, returnAll: true, filters: { attributeType: ticketNumber } },
		items: [{ groupId: PHISHING.id }],
		before: seedTicketed,
		notes: [
			'`id` is that of the attribute, by which Update and Delete find it, and `groupId` that of the group. **Options > Include Security Labels** brings the labels that each attribute has.',
		],
		failures: [
			noSuchGroup,
			{
				what: 'The expression of a filter gives nothing',
				parameters: { filters: { attributeType: byName('={{ $json.type }}') } },
				todo: 'Nothing was asked for: an empty filter would have found all attributes.',
			},
		],
	},

	'attribute/add': {
		purpose: 'Adds an attribute to a group, such as the number of the ticket that was opened for it.',
		parameters: {
			...ofPhishing,
			attributeType: ticketNumber,
			value: '={{ $json.ticket }}',
			additionalFields: { source: 'Service desk', pinned: true },
		},
		items: [{ groupId: PHISHING.id, ticket: 'INC-100' }],
		before: seedPhishing,
		notes: [
			'- ThreatConnect itself would take the same attribute any number of times. The node looks first: where the group has one of the same type, value and source, nothing is sent, and `_outcome` is `unchanged`. So the node may run again, and an answer that was lost makes no second attribute.\n' +
				'- To keep a number current, use **Update**, with Find Attribute By set to Type.\n' +
				'- Length and choices of a value are checked against the attribute types of the instance before anything is sent.',
		],
		failures: [
			{
				what: 'The type takes no such value',
				items: [{ groupId: PHISHING.id, ticket: 'The ticket of Monday morning' }],
			},
			{
				what: 'The instance has no such type, or not for this type of group',
				parameters: { attributeType: byName('Ticket') },
				todo: 'Choose the type from the list.',
			},
			{ ...noSuchGroup, items: [{ groupId: '1125899906842651', ticket: 'INC-100' }] },
		],
	},

	'attribute/update': {
		purpose:
			'Changes one attribute of a group: its value, source, labels, whether it is pinned, and whether it is the default of its type. The example keeps a ticket number current.',
		parameters: {
			...ofPhishing,
			findAttributeBy: 'type',
			attributeType: ticketNumber,
			updateFields: { value: '={{ $json.ticket }}' },
		},
		items: [{ groupId: PHISHING.id, ticket: 'INC-204' }],
		before: seedTicketed,
		notes: [
			'- Found by its **ID**; by its **type**, if the group has one of it; or by its **type and value**. An ID counts only if the attribute is one of this group.\n' +
				'- What is not set stays as it is. What the attribute has already is not sent, and if that is all, `_outcome` is `unchanged`.\n' +
				'- **Security Labels** has a mode of its own: Append, Delete or Replace.',
		],
		failures: [
			{
				what: 'The group has no attribute of the type',
				parameters: { attributeType: fromList('Source', 'Source') },
			},
			{
				what: 'The group has several',
				before: (server) =>
					server.seedGroup({
						...TICKETED,
						attributes: [...TICKETED.attributes, { type: 'Ticket Number', value: 'INC-101' }],
					}),
			},
			{
				what: 'No field has a value',
				parameters: { updateFields: { value: '={{ $json.number }}' } },
			},
		],
	},

	'attribute/delete': {
		purpose: 'Deletes one attribute of a group for good, and leaves its others as they are.',
		parameters: {
			...ofPhishing,
			findAttributeBy: 'typeAndValue',
			attributeType: ticketNumber,
			presentValue: '={{ $json.ticket }}',
		},
		items: [{ groupId: PHISHING.id, ticket: 'INC-100' }],
		before: seedTicketed,
		notes: [
			'An attribute that the group does not have is no failure: `deleted` is then false, and `_outcome` is `unchanged`. Where the same type and value stand there several times, the message lists the IDs, and nothing is deleted.',
		],
		failures: [
			{
				what: 'The expression gives no value',
				items: [{ groupId: PHISHING.id }],
				todo: 'Correct the expression, or keep such items out with an If node.',
			},
			{
				what: 'The group has the same one twice',
				before: (server) =>
					server.seedGroup({
						...TICKETED,
						attributes: [...TICKETED.attributes, { type: 'Ticket Number', value: 'INC-100' }],
					}),
			},
		],
	},
};

const POST = '1125899906842680';
const seedPosted = (server: ThreatConnectSimulator) => {
	seedPhishing(server);
	server.seedPost({
		id: POST,
		objectId: PHISHING.id,
		text: 'Seen again on laptop-17.',
		replies: ['Contained.'],
		dateAdded: '2026-03-01T10:00:00Z',
	});
};
const noSuchPost = { groupId: PHISHING.id, postId: '1125899906842681' };

const postExamples: ThreatConnectExamples = {
	'post/add': {
		purpose:
			'Writes a comment on a group. Colleagues see it on the page of the group in ThreatConnect, with the name of the API user. Needs ThreatConnect 7.12 or later.',
		parameters: { ...ofPhishing, text: '=Seen again on {{ $json.host }}.' },
		items: [{ groupId: PHISHING.id, host: 'laptop-17' }],
		before: seedPhishing,
		notes: [
			'Each item writes a post of its own, also when the same text stands there already. After an answer that was lost, nothing says whether the post was written: the error says so, and the post is not sent again.',
		],
		failures: [
			{ ...noSuchGroup, items: [{ groupId: '1125899906842651', host: 'laptop-17' }] },
			{
				what: 'The expression gives no text',
				parameters: { text: '={{ $json.comment }}' },
				todo: 'Correct the expression, or keep such items out with an If node.',
			},
		],
	},

	'post/getAll': {
		purpose:
			'Gets the posts of a group with their replies, for instance to bring what colleagues wrote into a ticket. Needs ThreatConnect 7.12 or later.',
		parameters: { ...ofPhishing, returnAll: true },
		items: [{ groupId: PHISHING.id }],
		before: seedPosted,
		notes: [
			'`id` is that of the post, by which Reply and Delete find it, and each reply has a `sequenceId`. `replies` is missing where there are none.',
		],
		failures: [noSuchGroup],
	},

	'post/reply': {
		purpose: 'Writes a reply to a post of a group. Needs ThreatConnect 7.12 or later.',
		parameters: {
			...ofPhishing,
			postId: '={{ $json.postId }}',
			text: '=Ticket {{ $json.ticket }} is closed.',
		},
		items: [{ groupId: PHISHING.id, postId: POST, ticket: 'INC-100' }],
		before: seedPosted,
		notes: [
			'The post must be one of the group: the node looks before it writes. Each item writes a reply of its own. After an answer that was lost the post is read again, so that no reply is written twice.',
		],
		failures: [
			{
				what: 'The group has no such post',
				items: [{ ...noSuchPost, ticket: 'INC-100' }],
				todo: 'Take the ID from **Post: Get Many** or **Post: Add**.',
			},
			{
				what: 'The expression gives no text',
				parameters: { text: '={{ $json.comment }}' },
			},
		],
	},

	'post/delete': {
		purpose:
			'Deletes a post of a group with all replies to it, or one of its replies, for good. Needs ThreatConnect 7.12 or later.',
		parameters: {
			...ofPhishing,
			postId: '={{ $json.postId }}',
			deletes: 'reply',
			sequenceId: '={{ $json.sequenceId }}',
		},
		items: [{ groupId: PHISHING.id, postId: POST, sequenceId: `${POST}.1` }],
		before: seedPosted,
		notes: [
			'What the group does not have is no failure: `deleted` is then false, and `_outcome` is `unchanged`. A post of another group is not deleted, even if its ID is given.',
		],
		failures: [
			{
				what: 'The expression gives no sequence ID',
				items: [{ groupId: PHISHING.id, postId: POST }],
				todo: 'Nothing was deleted: without it, the whole post would be.',
			},
			{
				...noSuchGroup,
				items: [{ groupId: '1125899906842651', postId: POST, sequenceId: `${POST}.1` }],
			},
		],
	},
};

export const detailExamples: ThreatConnectExamples = {
	...attributeExamples,
	...postExamples,
	...tagExamples,
};
