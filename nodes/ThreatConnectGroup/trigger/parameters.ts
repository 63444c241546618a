import type { INodeProperties } from 'n8n-workflow';

import { overlapOption, pollOptions, startParameters } from '../../shared/polling/parameters';
import { fieldsOption } from '../operations/parameters';
import { filterParameters } from '../query/filters';

/**
 * The filters of Get Many, without those that name single groups, and without dates, because the trigger has its own.
 */
const OWN_FILTERS = filterParameters.filter(({ name, type }) => type !== 'dateTime' && name !== 'id');

export const triggerParameters: INodeProperties[] = [
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Group Created',
				value: 'created',
				description: 'A group was created: each is emitted once',
			},
			{
				name: 'Group Created or Updated',
				value: 'createdOrUpdated',
				description: 'Both: each state of a group is emitted once',
			},
			{
				name: 'Group Updated',
				value: 'updated',
				description:
					'A group was changed after its creation. Several changes between two polls are emitted as one. Not every change counts in ThreatConnect: see the documentation.',
			},
		],
		default: 'created',
		description: 'What starts the workflow',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add Filter',
		default: {},
		description:
			'Only groups that match all of the filters. Without any, groups of all types in all owners that the API user sees.',
		options: OWN_FILTERS,
	},
	{
		displayName: 'TQL Query',
		name: 'tql',
		type: 'string',
		typeOptions: { rows: 3 },
		default: '',
		placeholder: 'e.g. hasAttribute(typeName = "Description" and text contains "loader")',
		description:
			'A query in ThreatConnect Query Language (TQL), for what the filters lack; groups match it and all of the filters',
	},
	...startParameters,
	{
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	},
	pollOptions(
		fieldsOption,
		{
			displayName: 'Ignore Groups Created By',
			name: 'ignoreCreatedBy',
			type: 'string',
			default: '',
			placeholder: 'e.g. 22222222222222222222',
			description:
				'User names whose groups are left out, comma-separated: of the API user that your own workflows write with, so that a sync in both directions does not feed itself. ThreatConnect tells who created a group, but not who changed it last.',
		},
		overlapOption,
	),
];
