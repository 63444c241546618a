import type { INodeExecutionData, INodeType, INodeTypeDescription, IPollFunctions } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { runPoll } from '../shared/polling/poll';
import { keyTest } from './methods/credentialTests';
import { loadOptions } from './methods/loadOptions';
import { triggerParameters } from './trigger/parameters';
import { prepareTrigger } from './trigger/trigger';

export class AttackForgeGroupTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AttackForge Group Trigger',
		name: 'attackForgeGroupTrigger',
		icon: { light: 'file:attackForge.svg', dark: 'file:attackForge.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].map((event) => ({ changed: "group changed", created: "group created", removed: "group removed", vulnerabilityCreated: "vulnerability created", vulnerabilityUpdated: "vulnerability updated" })[event]).join(", ") }}',
		description:
			'Starts the workflow when a customer group appears, changes or goes in AttackForge, or gets a vulnerability',
		defaults: { name: 'AttackForge Group Trigger' },
		builderHint: {
			searchHint:
				'Polls AttackForge for new, changed and removed customer groups, and for new and updated vulnerabilities (findings) of chosen ones; each event is emitted once, with an eventId.',
		},
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'attackForgeApi', required: true, testedBy: 'keyTest' }],
		properties: triggerParameters,
	};

	methods = { credentialTest: { keyTest }, loadOptions };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await runPoll(this, prepareTrigger);
	}
}
