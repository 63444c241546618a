import type { IExecuteFunctions, INodeExecutionData, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';

import { operationParameters, runItems } from '../shared/items';
import { connectAttackForge } from './api';
import { keyTest } from './credentialTests';
import { table } from './fields';
import { operations } from './operations';

export class AttackForgeGroup implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'AttackForge Group',
		name: 'attackForgeGroup',
		icon: { light: 'file:attackForge.svg', dark: 'file:attackForge.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Create and update customer groups in AttackForge',
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
				options: [{ name: 'Group', value: 'group' }],
				default: 'group',
			},
			...operationParameters(operations),
		],
	};

	methods = { credentialTest: { keyTest } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runItems(this, { table, operations, connect: connectAttackForge });
	}
}
