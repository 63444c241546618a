import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { byId, byName } from './locators';
import { PHISHING, seedPhishing, type ThreatConnectExamples } from './threatconnect';

/** Examples of the operations of the resource Association, for its page in docs/. */

const LOGIN = { type: 'Host', summary: 'login-portal.example', hostName: 'login-portal.example' };
const SENDER = { type: 'Address', summary: '203.0.113.24', ip: '203.0.113.24' };

/** The incident with two indicators, the second of them inactive. */
function seedWithIndicators(server: ThreatConnectSimulator): void {
	const associatedIndicators = [
		server.seedEntity('indicators', { ...LOGIN, id: '1125899906843101', rating: 4, confidence: 80 }),
		server.seedEntity('indicators', { ...SENDER, id: '1125899906843102', active: false }),
	];
	server.seedGroup({ ...PHISHING, associatedIndicators });
}

export const associationExamples: ThreatConnectExamples = {
	'association/add': {
		purpose:
			'Associates objects to a group: indicators, groups, cases, artifacts or victim assets. All items of a run that name the same group go in one request. What the group has already is not sent, and the output says so.',
		parameters: {
			findBy: 'xid',
			groupXid: '=siem:{{ $json.incident }}',
			groupOwner: byName('Demo Organization'),
			objectType: 'indicator',
			indicators: { entry: [{ type: byName('Host'), summary: '={{ $json.host }}' }] },
		},
		items: [
			{ incident: 4711, host: 'login-portal.example' },
			{ incident: 4711, host: 'cdn-portal.example' },
		],
		before: seedWithIndicators,
		notes: [
			'- **Object IDs** takes the IDs of existing objects: comma-separated, or an array, also the items of **Get Many** as they are. An empty array adds nothing.\n' +
				'- **Indicators by Value** names indicators by what they are. ThreatConnect creates an indicator that its owner does not have yet; for its rating, tags and the like use **Group > Update**.\n' +
				'- `_outcome` says `updated` or `unchanged`, `added` what was added, and `alreadyAssociated` what the group had.\n' +
				'- If ThreatConnect refuses the request of a group, its halves are sent, so that an item fails only for what it names itself.\n' +
				'- Associating across owners works only where the instance has it switched on.',
		],
		failures: [
			{
				what: 'There is no such object',
				parameters: { objectIds: '987654', indicators: {} },
				items: [{ incident: 4711 }],
				todo: 'Take the ID from the node that found or created the object.',
			},
			{
				what: 'The item names nothing',
				items: [{ incident: 4711, domain: 'login-portal.example' }],
				todo: 'Correct the expression, or keep such items out with an If node.',
			},
		],
	},

	'association/getGroups': {
		purpose:
			'Finds the groups that have an indicator: whether a host or a hash of an alert is known, and from which incidents, campaigns or reports.',
		parameters: {
			indicatorBy: 'value',
			indicatorType: byName('Host'),
			summary: '={{ $json.host }}',
			filters: { typeName: ['Incident', 'Campaign'] },
			options: { fields: ['tags'] },
		},
		items: [{ host: 'login-portal.example' }, { host: 'intranet.example' }],
		before: seedWithIndicators,
		notes: [
			'- An indicator that nobody has recorded has no groups, and none are returned. An ID that does not exist is an error.\n' +
				'- Several owners may have an indicator of the same value. The groups of all of them are returned, unless **Indicator Owner** names one.\n' +
				'- A file is found by any of its hashes, and an inactive indicator like an active one.',
		],
		failures: [
			{
				what: 'The hash of a file is cut off',
				parameters: { indicatorType: byName('File'), summary: '={{ $json.hash }}' },
				items: [{ hash: 'd41d8cd98f00b204' }],
			},
			{
				what: 'There is no such indicator',
				parameters: { indicatorBy: 'id', indicatorId: '987654' },
			},
		],
	},

	'association/getAll': {
		purpose:
			'Gives what hangs on a group, one item each: its indicators, groups, cases, artifacts or victim assets. However many there are, each comes once.',
		parameters: {
			findBy: 'id',
			groupId: byId('={{ $json.id }}'),
			objectType: 'indicator',
			returnAll: true,
			filters: { rating: 3 },
			options: { fields: ['tags'] },
		},
		items: [{ id: PHISHING.id }],
		before: seedWithIndicators,
		notes: [
			'- **Group > Get** with the field of the associations gives them all in one item, and with a few thousand of them a large one. Here they are read page by page, in the order of their IDs, so that none is missing or double while others write.\n' +
				'- Inactive indicators are returned too, although ThreatConnect leaves them out of its lists by default. **Filters > Indicator Status** chooses.\n' +
				'- The filters are those of the **Object Type**; they and the **TQL Query** are joined with `and`. Every value of a filter is escaped.\n' +
				'- **Options > Output Field Names or IDs** says what each object holds besides, such as its tags or its own groups.',
		],
		failures: [
			{
				what: 'There is no such group',
				items: [{ id: '1125899906842651' }],
				todo: 'Take the ID from the node that created or found the group. A group that has none gives no items, and no error.',
			},
			{
				what: 'The query is not TQL',
				parameters: { tql: 'rating above 3' },
				todo: 'Try the query in ThreatConnect, in the advanced search of its Browse screen.',
			},
		],
	},

	'association/remove': {
		purpose:
			'Takes objects off a group. The objects themselves stay. All items of a run that name the same group go in one request. What the group does not have is done already, and the output says so.',
		parameters: {
			findBy: 'id',
			groupId: byId(PHISHING.id),
			objectType: 'indicator',
			objectIds: '={{ $json.ids }}',
		},
		items: [{ ids: [1125899906843101, 1125899906843109] }],
		before: seedWithIndicators,
		notes: [
			'- Only what the group has is named in the request, by its ID.\n' +
				'- `removed` says what was taken off, and `notAssociated` what was not there.\n' +
				'- An indicator that is given by its type and value must be there once; **Indicator Owner** tells two owners apart.',
		],
		failures: [
			{
				what: 'There is no such group',
				parameters: { groupId: byId('1125899906842651') },
			},
			{
				what: 'An ID is none',
				items: [{ ids: 'login-portal.example' }],
				todo: 'Name indicators by their value under Indicators by Value.',
			},
		],
	},
};

export const countExample: ThreatConnectExamples = {
	'group/count': {
		purpose:
			'Counts the groups that the filters of Get Many find, without fetching them: for a number on a dashboard, or to decide what the workflow does.',
		parameters: {
			filters: { typeName: ['Incident'], dateAddedFrom: '={{ $json.since }}' },
			tql: 'status != "Closed"',
		},
		items: [{ since: '2026-03-01' }],
		before: seedPhishing,
		notes: [
			'One request, whatever the number is. Only where one query would be too long, or where **Name Is** has to be compared letter by letter, the groups are read to be counted.',
		],
		failures: [
			{
				what: 'The expression of a filter gives nothing',
				items: [{ from: '2026-03-01' }],
				todo: 'Nothing was counted: an empty filter would have counted all groups.',
			},
		],
	},
};
