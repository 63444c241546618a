import type { INodeExecutionData, INodeType, INodeTypeDescription, IPollFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { runPoll } from '../shared/polling/poll';
import { hmacTest, tokenTest } from './methods/credentialTests';
import { listSearch } from './methods/listSearch';
import { loadOptions } from './methods/loadOptions';
import { authenticationParameter } from './operations/parameters';
import { triggerParameters } from './trigger/parameters';
import { prepareTrigger } from './trigger/trigger';

export class ThreatConnectGroupTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ThreatConnect Group Trigger',
		name: 'threatConnectGroupTrigger',
		icon: { light: 'file:threatConnect.svg', dark: 'file:threatConnect.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ ({ created: "group created", updated: "group updated", createdOrUpdated: "group created or updated" })[$parameter["event"]] }}',
		description: 'Starts the workflow when a group is created or changed in ThreatConnect',
		defaults: { name: 'ThreatConnect Group Trigger' },
		builderHint: {
			searchHint:
				'Polls ThreatConnect for new and changed groups (incidents, reports, campaigns, adversaries and other types); each event is emitted once, with an eventId.',
		},
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{
				name: 'threatConnectApi',
				required: true,
				testedBy: 'tokenTest',
				displayOptions: { show: { authentication: ['apiToken'] } },
			},
			{
				name: 'threatConnectHmacApi',
				required: true,
				testedBy: 'hmacTest',
				displayOptions: { show: { authentication: ['hmac'] } },
			},
		],
		properties: [authenticationParameter, ...triggerParameters],
	};

	methods = { credentialTest: { hmacTest, tokenTest }, listSearch, loadOptions };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await runPoll(this, prepareTrigger);
	}
}
