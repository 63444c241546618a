import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { runItems } from '../shared/execution/runItems';
import { operationParameters } from '../shared/execution/operation';
import { connectThreatConnect } from './api/connect';
import { preview } from './flows/preview';
import { hmacTest, tokenTest } from './methods/credentialTests';
import { table } from './fields/groupFields';
import { listSearch } from './methods/listSearch';
import { loadOptions } from './methods/loadOptions';
import { operations } from './operations';
import { authenticationParameter } from './operations/parameters';

export class ThreatConnectGroup implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'ThreatConnect Group',
		name: 'threatConnectGroup',
		icon: { light: 'file:threatConnect.svg', dark: 'file:threatConnect.dark.svg' },
		group: ['transform'],
		version: 1,
		// The operation in words, e.g. "create or update: group". The linter requires the expression to stand here.
		subtitle:
			'={{ ({ getAll: "get many", upsert: "create or update" })[$parameter["operation"]] ?? $parameter["operation"].replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase() }}: {{ $parameter["resource"].replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase() }}',
		description:
			'Create, update, find and delete ThreatConnect groups, which are objects of threat intelligence: incidents, adversaries, reports and all other types',
		defaults: { name: 'ThreatConnect Group' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Groups are the objects of threat intelligence in ThreatConnect: incidents, campaigns, adversaries, reports, signatures and 12 other types. Use it instead of HTTP Request: it signs, retries without creating twice, and takes all input items at once, so that no loop is needed. Use upsert for syncing and bulkImport for thousands of items.',
		},
		inputs: [NodeConnectionTypes.Main],
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
		properties: [
			authenticationParameter,
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Association', value: 'association' },
					{ name: 'Attribute', value: 'attribute' },
					{ name: 'File', value: 'file' },
					{ name: 'Group', value: 'group' },
					{ name: 'Post', value: 'post' },
					{ name: 'Security Label', value: 'securityLabel' },
					{ name: 'Tag', value: 'tag' },
				],
				default: 'group',
			},
			...operationParameters(operations),
		],
	};

	methods = { credentialTest: { hmacTest, tokenTest }, listSearch, loadOptions };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runItems(this, { table, operations, connect: connectThreatConnect, preview });
	}
}
