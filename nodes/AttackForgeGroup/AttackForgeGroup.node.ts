import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { runItems } from '../shared/execution/runItems';
import { operationParameters } from '../shared/execution/operation';
import { connectAttackForge } from './api/connect';
import { keyTest } from './methods/credentialTests';
import { table } from './fields/groupFields';
import {
	searchChoices,
	searchCustomFields,
	searchGroups,
	searchProjects,
	searchUsers,
} from './methods/listSearch';
import { operations } from './operations';

export class AttackForgeGroup implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AttackForge Group',
		name: 'attackForgeGroup',
		icon: { light: 'file:attackForge.svg', dark: 'file:attackForge.dark.svg' },
		group: ['transform'],
		version: 1,
		// The operation in words, e.g. "create or update: group". The linter requires the expression to stand here.
		subtitle:
			'={{ ({ getAll: "get many", upsert: "create or update" })[$parameter["operation"]] ?? $parameter["operation"].replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase() }}: {{ $parameter["resource"] }}',
		description: 'Work with customer groups in AttackForge: their fields, access, members and projects',
		defaults: { name: 'AttackForge Group' },
		usableAsTool: true,
		builderHint: {
			searchHint:
				'Groups in AttackForge are the customers or teams that penetration tests (projects) are for. Use it instead of HTTP Request: it retries without creating twice, and takes all input items at once, so that no loop is needed. Use upsert for syncing from a CRM or directory. It does not create projects or vulnerabilities.',
		},
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'attackForgeApi', required: true, testedBy: 'keyTest' }],
		properties: [
			{
				displayName: 'Resource',
				name: 'resource',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Asset', value: 'asset' },
					{ name: 'Group', value: 'group' },
					{ name: 'Member', value: 'member' },
					{ name: 'Project', value: 'project' },
					{ name: 'User', value: 'user' },
					{ name: 'Vulnerability', value: 'vulnerability' },
				],
				default: 'group',
			},
			...operationParameters(operations),
		],
	};

	methods = {
		credentialTest: { keyTest },
		listSearch: { searchChoices, searchCustomFields, searchGroups, searchProjects, searchUsers },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runItems(this, { table, operations, connect: connectAttackForge });
	}
}
