import { byId, byName, byUrl, fromList } from './locators';
import { associationExamples, countExample } from './operations.threatconnect.associations';
import { detailExamples } from './operations.threatconnect.details';
import { fileExamples } from './operations.threatconnect.files';
import { PHISHING, seedPhishing, type ThreatConnectExamples } from './threatconnect';

/** Examples of the operations of ThreatConnect Group, for its page in docs/. */

const groupExamples: ThreatConnectExamples = {
	'group/bulkDelete': {
		purpose:
			'Deletes many groups for good with few requests. Each item names its group by XID and type, and gets its outcome back: deleted, or its own error.',
		parameters: { type: 'Threat', groupXid: '={{ $json.xid }}' },
		before: (server) =>
			['feed:emotet', 'feed:cobalt-strike'].forEach((xid) =>
				server.seedGroup({ type: 'Threat', name: 'From the feed', xid }),
			),
		items: [{ xid: 'feed:emotet' }, { xid: 'feed:cobalt-strike' }],
		notes: [
			'- Nothing but the XID, type and owner decides which group is deleted: its name is not sent, so that no group of the same name can be taken for it. Without an XID use **Delete**.\n' +
				'- What a batch job takes for a match is not documented exactly. Try it with one group of your instance first.\n' +
				'- **Options > Halt on Error** leaves all that comes after the first error as it is.',
		],
		failures: [
			{
				what: 'There is no such group in the owner',
				items: [{ xid: 'feed:unknown' }],
			},
		],
	},

	'group/bulkImport': {
		purpose:
			'Creates or updates thousands of groups with few requests. All items go into as few batch jobs as possible, one or more for each owner, and each item gets its outcome back: imported, or its own error.',
		parameters: { dataMode: 'autoMap', type: 'Threat', options: { tagWriteType: 'Append' } },
		items: [
			{
				name: 'Emotet',
				xid: 'feed:emotet',
				description: 'Loader sold as a service',
				tags: ['Botnet', 'Loader'],
			},
			{ name: 'Cobalt Strike', xid: 'feed:cobalt-strike', tags: ['Loader'] },
		],
		notes: [
			'- Items without an XID get one made from owner, type and name, so that importing them again changes the same groups.\n' +
				'- Batch jobs take no associations across owners. Existing groups and indicators can be given by ID from ThreatConnect 7.8.2 on.\n' +
				'- **Options > Halt on Error** leaves all that comes after the first error as it is, and each item says whether it was reached.\n' +
				'- **Options > File Hash Collisions** and **File Merges** say what becomes of files that share hashes with others. Where they are not set, ThreatConnect overwrites and merges.\n' +
				'- Nor do they take **Reviews**, **Assignments**, **Due Date**, **Escalation Date**, **Reminder Date**, **Associated Artifacts**, **Associated Cases** or **Associated Victim Assets**, nor an **Owner ID** in the place of the owner’s name. An item that has one is refused, and the message names it.\n' +
				'- An **Email** needs Subject, Header and Body here.\n' +
				'- A batch job does not tell the IDs of its groups. Find them by XID with **Get**.',
		],
		failures: [
			{
				what: 'Two items have the same XID',
				items: [
					{ name: 'Emotet', xid: 'feed:emotet' },
					{ name: 'Emotet (new)', xid: 'feed:emotet' },
				],
			},
			{
				what: 'ThreatConnect refuses one of the groups',
				items: [
					{ name: 'Emotet', xid: 'feed:emotet' },
					{ name: 'Cobalt Strike', xid: 'feed:cobalt-strike', securityLabels: ['TLP:PINK'] },
				],
				todo: 'Correct the value that the message names. The groups of the other items have been imported, and importing them again does no harm.',
			},
		],
	},

	'group/create': {
		purpose:
			'Creates a group, ThreatConnect’s word for a record such as an incident, a report, a threat or a signature, with its tags, attributes, labels and what it is associated with. The example records an incident from an alert.',
		parameters: {
			dataMode: 'define',
			type: 'Incident',
			name: '={{ $json.title }}',
			status: 'New',
			tagNames: '=Targeted Attack, {{ $json.customer }}',
			indicators: '={{ $json.domain }}',
			additionalFields: {
				xid: '=siem:{{ $json.id }}',
				eventDate: '={{ $json.detectedAt }}',
				tags: { list: { techniqueId: 'T1566' } },
			},
			options: { fields: ['tags', 'associatedIndicators'] },
		},
		items: [
			{
				id: 4711,
				title: 'Phishing mail opened',
				detectedAt: '2026-03-01T08:15:00Z',
				customer: 'ACME',
				domain: 'login-portal.example',
			},
		],
		notes: [
			'- The **type** may be an expression: each item then takes the fields of its own type.\n' +
				'- **Dates** may be ISO 8601, what n8n’s date picker gives, epoch seconds or milliseconds, or written like `Nov 3, 2021`; a time without a zone is in the workflow’s time zone. A date that could be two days is refused.\n' +
				'- **Lists** (tags, attributes, labels, associations) take comma-separated text, an array from an expression, or rows. Existing objects are given by ID, new ones by their required fields.\n' +
				'- **Owner**: by name or ID; without it, the group is created in the organization of the API user.\n' +
				'- **XID**: a group without one gets one from the node (`n8n:…`), by which it is found again if the answer to its creation is lost. **Options > Assign XID** switches that off.\n' +
				'- **Description** and **Source** are added as default attributes.\n' +
				'- ThreatConnect leaves tags, attributes, labels and associations out of its answers unless they are asked for: choose them under **Options > Output Field Names or IDs**.',
		],
		failures: [
			{
				what: 'The owner does not exist, or the API user may not see it',
				parameters: { additionalFields: { ownerName: byName('Nowhere') } },
				todo: 'Choose the owner from the list: it holds those that the API user may write to.',
			},
			{
				what: 'A status that incidents do not have',
				parameters: { status: '={{ $json.state }}' },
				items: [{ title: 'Phishing mail opened', state: 'Sleeping' }],
				todo: 'Translate the states of your source in the expression.',
			},
			{
				what: 'A date that could be two days',
				items: [{ id: 4711, title: 'Phishing mail opened', detectedAt: '03/04/2026', domain: 'a.example' }],
			},
		],
	},

	'group/upsert': {
		purpose:
			'Keeps groups in step with another system: a group that is there already is updated, one that is not is created. Run it as often as you like; it makes no duplicates.',
		parameters: {
			matchBy: 'xid',
			groupXid: '=siem:{{ $json.id }}',
			groupOwner: byName('Demo Organization'),
			dataMode: 'define',
			type: 'Incident',
			name: '={{ $json.title }}',
			status: '={{ $json.closed ? "Closed" : "Open" }}',
			tagNames: '={{ $json.tags }}',
			options: { fields: ['tags'] },
		},
		items: [
			{ id: 4711, title: 'Phishing mail opened', closed: true, tags: ['Contained'] },
			{ id: 4712, title: 'Malware on laptop-17', closed: false, tags: ['Malware'] },
		],
		before: seedPhishing,
		notes: [
			'- **Match By** XID and owner, or name, type and owner. A new group gets the XID.\n' +
				'- Two items with the same key in one run make one group.\n' +
				'- `_outcome` in the output says `created`, `updated` or `unchanged`: what is as the item says is not written.\n' +
				'- Names match without blanks around them, upper and lower case included. A group keeps the spelling that it has.\n' +
				'- An associated group that is given by its XID, or by its name, type and owner, is linked where it exists.',
		],
		failures: [
			{
				what: 'Several groups have the name',
				items: [{ id: 4711, title: 'Phishing mail opened', closed: true, tags: ['Contained'] }],
				parameters: { matchBy: 'name' },
				before: (server) => server.seedGroup({ type: 'Incident', name: PHISHING.name }),
				todo: 'Match by XID and owner where your source has an identifier of its own.',
			},
			{
				what: 'The XID is only digits',
				parameters: { groupXid: '={{ $json.id }}' },
				todo: 'Put the name of the source before it, as in the example.',
			},
		],
	},

	'group/delete': {
		purpose: 'Deletes a group for good. ThreatConnect has no bin to take it back from.',
		parameters: {
			findBy: 'xid',
			groupXid: '=siem:{{ $json.id }}',
			groupOwner: byName('Demo Organization'),
		},
		items: [{ id: 4711 }],
		before: seedPhishing,
		notes: [
			'Takes a group from the list, by ID, by the address of its page, or by XID and owner. An empty ID is refused, since ThreatConnect would take it for all groups.',
		],
		failures: [
			{
				what: 'There is no such group',
				items: [{ id: 9999 }],
				todo: 'If it is deleted already, nothing is left to do. To go on in that case, set **On Error** to **Continue (using error output)**.',
			},
			{
				what: 'The expression gives no ID',
				parameters: { findBy: 'id', groupId: byId('={{ $json.groupId }}') },
				todo: 'Correct the expression, or keep such items out with an If node.',
			},
		],
	},

	'group/get': {
		purpose:
			'Reads one group with all its fields, and with its tags, attributes and associations if you want them.',
		parameters: {
			findBy: 'id',
			groupId: fromList(PHISHING.id, PHISHING.name),
			options: { fields: ['tags', 'securityLabels'] },
		},
		items: [{}],
		before: (server) => server.seedGroup({ ...PHISHING, securityLabels: ['TLP:AMBER'] }),
		notes: [
			'Takes a group from the list, by ID, by the address of its page, or by XID and owner. **Options > Output Field Names or IDs** says what the answer holds besides the fields that it always has.',
		],
		failures: [
			{
				what: 'There is no such group, or the API user may not see it',
				parameters: { groupId: byId('1125899906842651') },
				todo: 'To look whether there is a group, use **Get Many**: it returns none instead of failing.',
			},
			{
				what: 'The address is not that of a group',
				parameters: {
					groupId: byUrl('https://app.threatconnect.com/#/details/indicators/17'),
				},
			},
		],
	},

	'group/getAll': {
		purpose:
			'Finds groups: by type, tag, name, status, date, associated indicator and more, or by a query in TQL, ThreatConnect’s query language.',
		parameters: {
			returnAll: false,
			limit: 10,
			filters: {
				typeName: ['Incident'],
				tag: byName('Targeted Attack'),
				nameContains: '={{ $json.word }}',
			},
			tql: 'status != "Closed"',
			sort: { sortBy: 'dateAdded', sortDirection: 'desc' },
			options: { fields: ['tags'] },
		},
		items: [{ word: 'phishing' }],
		before(server) {
			seedPhishing(server);
			server.seedGroup({
				...PHISHING,
				id: '1125899906842652',
				xid: 'siem:4712',
				name: 'Malware on laptop-17',
			});
		},
		notes: [
			'The filters and the query are joined with `and`, and every value of a filter is escaped. Without a sort key the newest come first. In this order, and in any by ID, each group that was there comes exactly once, however many pages there are and whoever writes meanwhile.',
		],
		failures: [
			{
				what: 'The query is not TQL',
				parameters: { tql: 'status is not "Closed"' },
				todo: 'Try the query in ThreatConnect, in the advanced search of its Browse screen.',
			},
			{
				what: 'The expression of a filter gives nothing',
				items: [{ other: 'phishing' }],
				todo: 'Nothing was asked for: an empty filter would have found all groups.',
			},
		],
	},

	'group/update': {
		purpose:
			'Changes fields of a group, and adds, replaces or removes its tags, attributes, labels and associations. What you do not set stays as it is.',
		parameters: {
			findBy: 'xid',
			groupXid: '=siem:{{ $json.id }}',
			groupOwner: byName('Demo Organization'),
			dataMode: 'define',
			type: 'Incident',
			status: 'Containment Achieved',
			updateFields: { tags: { list: { mode: 'append', name: 'Contained' } } },
			options: { fields: ['tags'] },
		},
		items: [{ id: 4711 }],
		before: seedPhishing,
		notes: [
			'Finds the group by **ID**, or by **XID** and owner, and sends only the fields that you set. Each list has a **mode**:',
			'| Mode | What happens |\n| --- | --- |\n' +
				'| Append (default) | The entries are added |\n' +
				'| Replace | Present entries that are not given are removed |\n' +
				'| Delete | The given entries are removed: tags and labels by name, everything else by ID |',
			'The mode is always sent, because servers and documentation disagree on what they do without it. An indicator to be removed may also be given by type and summary. **Description** and **Source** change the group’s default attribute, or add one.',
		],
		failures: [
			{
				what: 'There is no such group',
				items: [{ id: 9999 }],
				todo: 'Use **Create or Update** for records that may be new.',
			},
			{
				what: 'No field has a value',
				parameters: { status: '', updateFields: { source: '={{ $json.source }}' } },
			},
			{
				what: 'An attribute to be removed is given by its type',
				parameters: {
					attributes: { attribute: [{ type: fromList('Ticket Number', 'Ticket Number'), value: '4711' }] },
					updateFields: { attributes: { list: { mode: 'delete' } } },
				},
			},
		],
	},
};

export const examples: ThreatConnectExamples = {
	...groupExamples,
	...countExample,
	...fileExamples,
	...associationExamples,
	...detailExamples,
};
