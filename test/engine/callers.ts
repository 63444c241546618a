import { ExecuteContext, ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import type {
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypeDescription,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
} from 'n8n-workflow';
import {
	createEmptyRunExecutionData,
	createRunExecutionData,
	NodeConnectionTypes,
	Workflow,
} from 'n8n-workflow';

import { type Credentials, load, TestCredentials, TestNodeTypes } from './harness';

/** The ways in which n8n calls a node, besides the main connection. */

type Called = {
	type: 'attackForgeGroup' | 'threatConnectGroup';
	parameters: INodeParameters;
	credentials: Credentials;
};

const references = (credentials: Credentials): INode['credentials'] =>
	Object.fromEntries(Object.keys(credentials).map((name) => [name, { id: name, name }]));

/** The tool that an agent calls. */
export type Tool = { invoke(args: IDataObject): Promise<string> };

class NodeTypesWithTool extends TestNodeTypes {
	private readonly agent: INodeType;

	constructor(
		loaded: Awaited<ReturnType<typeof load>>,
		script: (tool: Tool) => Promise<void> = async () => {},
	) {
		super(loaded);
		this.agent = {
			description: {
				...super.getByName('test.start').description,
				name: 'agent',
				inputs: [NodeConnectionTypes.Main, NodeConnectionTypes.AiTool],
			} as INodeTypeDescription,
			async execute(this: IExecuteFunctions) {
				const [tool] = (await this.getInputConnectionData(NodeConnectionTypes.AiTool, 0)) as Tool[];
				if (tool) await script(tool);
				return [[]];
			},
		};
	}

	/** Makes a tool of a node that is usable as one, as n8n does. */
	override getByName(type: string): INodeType {
		if (type === 'test.agent') return this.agent;
		if (!type.endsWith('Tool')) return super.getByName(type) as INodeType;
		const { description, execute } = super.getByName(type.slice(0, -'Tool'.length)) as INodeType;
		return {
			description: {
				...description,
				name: `${description.name}Tool`,
				inputs: [],
				outputs: [NodeConnectionTypes.AiTool],
			},
			execute,
		};
	}
}

/**
 * Runs a script that calls the node as a tool, as a sub-agent and the MCP Server Trigger do.
 *
 * @param item the item that the agent receives, and from which the tool's expressions read
 */
export async function callAsTool(
	{
		type,
		parameters,
		credentials,
		item = { json: {} },
		...settings
	}: Called & { item?: INodeExecutionData } & Pick<INode, 'maxTries' | 'retryOnFail'>,
	script: (tool: Tool) => Promise<void>,
): Promise<void> {
	const loaded = await load();
	const { packageName } = loaded.ours;
	const node = (id: string, name: string, nodeType: string, more: Partial<INode> = {}): INode => ({
		id,
		name,
		type: nodeType,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...more,
	});
	const nodes = [
		node('1', 'Start', 'test.start'),
		node('2', 'Agent', 'test.agent'),
		node('3', 'Tool', `${packageName}.${type}Tool`, {
			parameters,
			credentials: references(credentials),
			waitBetweenTries: 1,
			...settings,
		}),
	];
	const connections = {
		Start: { main: [[{ node: 'Agent', type: NodeConnectionTypes.Main, index: 0 }]] },
		Tool: { ai_tool: [[{ node: 'Agent', type: NodeConnectionTypes.AiTool, index: 0 }]] },
	};
	const workflow = new Workflow({
		id: 'test',
		nodes,
		connections,
		active: false,
		nodeTypes: new NodeTypesWithTool(loaded, script),
	});
	const start = workflow.getNode('Start');
	if (!start) throw new Error('No start node');
	const additionalData = {
		executionId: '1',
		hooks: new ExecutionLifecycleHooks('trigger', '1', {
			id: 'test',
			nodes,
			connections,
		} as unknown as IWorkflowBase),
		credentialsHelper: new TestCredentials(loaded.ours, credentials),
		currentNodeExecutionIndex: 0,
		webhookWaitingBaseUrl: 'http://localhost',
		formWaitingBaseUrl: 'http://localhost',
		variables: {},
		setExecutionStatus() {},
	} as unknown as IWorkflowExecuteAdditionalData;
	const stack = [{ node: start, data: { main: [[item]] }, source: null }];
	const { data } = await new WorkflowExecute(
		additionalData,
		'trigger',
		createRunExecutionData({ executionData: { nodeExecutionStack: stack } }),
	).processRunExecutionData(workflow);
	if (data.resultData.error) throw data.resultData.error;
}

/** Runs the node as n8n's Agents do: without an execution, so that n8n keeps nothing of the run. */
export async function callFromAgents(
	{ type, parameters, credentials }: Called,
	json: IDataObject = {},
): Promise<INodeExecutionData[]> {
	const loaded = await load();
	const nodeTypes = new NodeTypesWithTool(loaded);
	const node: INode = {
		id: '1',
		name: 'Target Node',
		type: `${loaded.ours.packageName}.${type}Tool`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: references(credentials),
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const additionalData = {
		credentialsHelper: new TestCredentials(loaded.ours, credentials),
		variables: {},
	} as unknown as IWorkflowExecuteAdditionalData;
	const items = [{ json }];
	const data = { main: [items] };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		createEmptyRunExecutionData(),
		0,
		items,
		data,
		{ node, data, source: null },
		[],
	);
	const { execute } = nodeTypes.getByNameAndVersion(node.type);
	if (!execute) throw new Error('No execute');
	const output = await execute.call(context);
	return Array.isArray(output) ? (output[0] ?? []) : [];
}
