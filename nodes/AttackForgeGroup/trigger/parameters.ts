import type { INodeProperties } from 'n8n-workflow';

import { notice } from '../../shared/fields/fixedCollection';
import { overlapOption, pollOptions } from '../../shared/polling/parameters';
import { customFieldFilterOptions, scopeParameter, simplifyParameter } from '../operations/parameters';
import { VULNERABILITY_EVENTS } from './vulnerabilities';

const GROUP_EVENTS = ['changed', 'created', 'removed'];

export const triggerParameters: INodeProperties[] = [
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		noDataExpression: true,
		options: [
			{
				name: 'Group Changed',
				value: 'changed',
				description: 'What the list shows of a group has changed. Several changes between two polls are one.',
			},
			{
				name: 'Group Created',
				value: 'created',
				description: 'The list has a group that it did not have',
			},
			{
				name: 'Group Removed',
				value: 'removed',
				description: 'Two polls in a row, the list lacks a group that it had',
			},
			{
				name: 'Vulnerability Created',
				value: 'vulnerabilityCreated',
				description: 'A chosen group has a new vulnerability',
			},
			{
				name: 'Vulnerability Updated',
				value: 'vulnerabilityUpdated',
				description:
					'A vulnerability of a chosen group was changed, or released later than it was created. Several changes between two polls are one.',
			},
		],
		default: ['created'],
		required: true,
		description: 'What starts the workflow',
	},
	notice(
		'grantNotice',
		'For events of groups, each poll asks for the list of groups: one request, which needs the API method GetGroups. AttackForge lists no dates of groups, so that the trigger compares each list with the last one.',
		{ show: { events: GROUP_EVENTS } },
	),
	notice(
		'vulnerabilityGrantNotice',
		'For events of vulnerabilities, each poll asks once for each chosen group, which needs the API method GetVulnerabilitiesByGroup. It shows vulnerabilities of projects that the user of the key is a member of.',
		{ show: { events: [...VULNERABILITY_EVENTS] } },
	),
	{
		...scopeParameter('Groups', 'Which groups to look at'),
		displayOptions: { show: { events: GROUP_EVENTS } },
	},
	{
		displayName: 'Group Names or IDs',
		name: 'vulnerabilityGroups',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getGroups' },
		default: [],
		required: true,
		description:
			'The groups whose vulnerabilities start the workflow. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		displayOptions: { show: { events: [...VULNERABILITY_EVENTS] } },
	},
	{
		displayName: 'Start',
		name: 'start',
		type: 'options',
		options: [
			{
				name: 'From Now On',
				value: 'now',
				description: 'What is there already when the workflow is activated is not emitted',
			},
			{
				name: 'With What Is There',
				value: 'existing',
				description: 'What is there already is emitted too, as created',
			},
		],
		default: 'now',
		description:
			'Where to begin when the workflow is activated for the first time. Later the trigger goes on where it was, also after days without a poll.',
	},
	simplifyParameter(),
	pollOptions(...customFieldFilterOptions, overlapOption),
];
