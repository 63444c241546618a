import type { INodeProperties } from 'n8n-workflow';

import { notice } from '../../shared/fields/fixedCollection';
import { pollOptions } from '../../shared/polling/parameters';
import { customFieldFilterOptions, scopeParameter, simplifyParameter } from '../operations/parameters';

export const triggerParameters: INodeProperties[] = [
	notice(
		'grantNotice',
		'Each poll asks for the list of groups, which needs the API method GetGroups. AttackForge lists no dates of groups: the trigger compares each list with the last one.',
	),
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
		],
		default: ['created'],
		required: true,
		description: 'What starts the workflow',
	},
	scopeParameter('Groups', 'Which groups to look at'),
	{
		displayName: 'Start',
		name: 'start',
		type: 'options',
		options: [
			{
				name: 'From Now On',
				value: 'now',
				description: 'What is there already when the workflow is activated does not come out',
			},
			{
				name: 'With Existing Groups',
				value: 'existing',
				description: 'What is there already comes out too, as created',
			},
		],
		default: 'now',
		description:
			'Where to begin when the workflow is activated for the first time. Later the trigger goes on where it was, also after days without a poll.',
	},
	simplifyParameter(),
	pollOptions(...customFieldFilterOptions),
];
