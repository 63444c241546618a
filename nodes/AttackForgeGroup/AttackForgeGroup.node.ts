import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { operationParameters, runItems } from '../shared/items';
import { connectAttackForge } from './api';
import { keyTest } from './credentialTests';
import { table } from './fields';
import { searchCustomFields, searchGroups, searchUsers } from './lookups';
import { operations } from './operations';

export class AttackForgeGroup implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AttackForge Group',
		name: 'attackForgeGroup',
		icon: { light: 'file:attackForge.svg', dark: 'file:attackForge.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Work with customer groups in AttackForge: their fields, access, members and projects',
		defaults: { name: 'AttackForge Group' },
		usableAsTool: true,
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
					{ name: 'Vulnerability', value: 'vulnerability' },
				],
				default: 'group',
			},
			...operationParameters(operations),
		],
	};

	methods = { credentialTest: { keyTest }, listSearch: { searchCustomFields, searchGroups, searchUsers } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runItems(this, { table, operations, connect: connectAttackForge });
	}
}
