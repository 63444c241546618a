import {
	ExecutionLifecycleHooks,
	LoadOptionsContext,
	PackageDirectoryLoader,
	PollContext,
	WorkflowExecute,
} from 'n8n-core';
import type {
	IBinaryKeyData,
	ICredentialDataDecryptedObject,
	IDataObject,
	ICredentialsExpressionResolveValues,
	IExecuteContextData,
	IExecuteData,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	INodeTypes,
	IRun,
	IVersionedNodeType,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
	NodeExecutionHint,
} from 'n8n-workflow';
import {
	createRunExecutionData,
	ICredentialsHelper,
	NodeConnectionTypes,
	NodeHelpers,
	Workflow,
} from 'n8n-workflow';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Runs workflow JSON through n8n's own engine, with the built package loaded as n8n loads it. */

/** The combined package, or one of the packages that are split from it. */
const ROOT = process.env.PACKAGE_FOLDER ?? join(__dirname, '../..');
const { name: PACKAGE } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };

export class Start implements INodeType {
	description = {
		displayName: 'Start',
		name: 'start',
		group: ['trigger'],
		version: 1,
		description: '',
		defaults: { name: 'Start' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	} satisfies Partial<INodeType['description']> as unknown as INodeType['description'];

	async execute(this: { getInputData(): INodeExecutionData[] }): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

type Loaded = { ours: PackageDirectoryLoader; base: PackageDirectoryLoader };
let loaded: Promise<Loaded> | undefined;

/** The package and n8n's own nodes, loaded once a test file. */
export async function load(): Promise<Loaded> {
	loaded ??= (async () => {
		const ours = new PackageDirectoryLoader(ROOT);
		await ours.loadAll();
		const base = new PackageDirectoryLoader(dirname(require.resolve('n8n-nodes-base/package.json')));
		// The tests need one of n8n's several hundred nodes.
		for (const path of ['dist/nodes/HttpRequest/HttpRequest.node.js']) base.loadNodeFromFile(path);
		return { ours, base };
	})();
	return await loaded;
}

export class TestNodeTypes implements INodeTypes {
	constructor(private readonly loaders: Loaded) {}

	getByName(type: string): INodeType | IVersionedNodeType {
		if (type === 'test.start') return new Start();
		const name = type.slice(type.lastIndexOf('.') + 1);
		const loader = type.startsWith(PACKAGE) ? this.loaders.ours : this.loaders.base;
		const found = loader.nodeTypes[name];
		if (!found) throw new Error(`No node type ${type}`);
		return found.type;
	}

	getByNameAndVersion(type: string, version?: number): INodeType {
		return NodeHelpers.getVersionedNodeType(this.getByName(type), version);
	}

	getKnownTypes(): IDataObject {
		return {};
	}
}

export type Credentials = Record<string, ICredentialDataDecryptedObject>;

/** Credentials as plain objects, applied as n8n applies them. Counts how often one is decrypted. */
export class TestCredentials extends ICredentialsHelper {
	decrypted = 0;

	constructor(
		private readonly loader: PackageDirectoryLoader,
		private readonly data: Credentials,
	) {
		super();
	}

	getParentTypes(): string[] {
		return [];
	}

	getCredentialsProperties(type: string) {
		return this.loader.credentialTypes[type]?.type.properties ?? [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		type: string,
		options: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const authenticate = this.loader.credentialTypes[type]?.type.authenticate;
		return typeof authenticate === 'function' ? await authenticate(credentials, options) : options;
	}

	async preAuthentication() {
		return undefined;
	}

	async runPreAuthentication() {
		return undefined;
	}

	async getCredentials(): Promise<never> {
		throw new Error('not used');
	}

	/** Resolves expressions as n8n does, for one item. */
	async getDecrypted(
		_additionalData: unknown,
		_node: unknown,
		type: string,
		mode: WorkflowExecuteMode,
		executeData?: IExecuteData,
		_raw?: boolean,
		at?: ICredentialsExpressionResolveValues,
	) {
		this.decrypted += 1;
		const data = this.data[type];
		if (!data) throw new Error(`No credential of type ${type}`);
		if (!at) return { ...data };
		return at.workflow.expression.getParameterValue(
			data as INodeParameters,
			at.runExecutionData,
			at.runIndex,
			at.itemIndex,
			at.node.name,
			at.connectionInputData,
			mode,
			{},
			executeData,
			false,
			{},
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials() {}

	async updateCredentialsOauthTokenData() {}
}

export type RunOptions = {
	/** `threatConnectGroup`, `attackForgeGroup`, or a full type of n8n's own. */
	type: string;
	typeVersion?: number;
	parameters: INodeParameters;
	items?: IDataObject[];
	/** The files of each item. */
	binary?: IBinaryKeyData[];
	binaryMode?: 'separate' | 'combined';
	/** Default `trigger`: no user watches the execution. */
	mode?: 'manual' | 'trigger';
	/** Called with each message of a node to the user who runs it by hand. */
	onMessage?: (message: string) => void;
	credentials: Credentials;
	onError?: INode['onError'];
	retryOnFail?: boolean;
	maxTries?: number;
	timezone?: string;
	/** What n8n has kept of a failed execution that is run again. */
	contextData?: IExecuteContextData;
	/** Default: another one for each run, so that a run does not know what an earlier one has learnt of the service. */
	workflowId?: string;
	/** Called with a function that cancels the execution, once it has begun. */
	onStart?: (cancel: () => void) => void;
};

export type RunResult = {
	/** Items of the first output. */
	items: INodeExecutionData[];
	/** Items of the error output. */
	errors: INodeExecutionData[];
	/** The error that stopped the execution. */
	error?: Error & { description?: string; httpCode?: string; context?: IDataObject };
	hints: NodeExecutionHint[];
	status: string;
	decrypted: number;
	/** What n8n saves of the nodes with the execution. */
	contextData?: IExecuteContextData;
};

export async function run({
	type,
	typeVersion = 1,
	parameters,
	items = [{}],
	binary,
	binaryMode,
	mode = 'trigger',
	onMessage,
	credentials,
	onError,
	retryOnFail,
	maxTries,
	timezone = 'Europe/Berlin',
	contextData,
	workflowId = randomUUID(),
	onStart,
}: RunOptions): Promise<RunResult> {
	const loaders = await load();
	const nodes: INode[] = [
		{ id: '1', name: 'Start', type: 'test.start', typeVersion: 1, position: [0, 0], parameters: {} },
		{
			id: '2',
			name: 'Node',
			type: type.includes('.') ? type : `${PACKAGE}.${type}`,
			typeVersion,
			position: [200, 0],
			parameters,
			credentials: Object.fromEntries(
				Object.keys(credentials).map((name) => [name, { id: name, name: `The ${name}` }]),
			),
			...(onError && { onError }),
			...(retryOnFail && { retryOnFail, maxTries, waitBetweenTries: 0 }),
		},
	];
	const connections = { Start: { main: [[{ node: 'Node', type: NodeConnectionTypes.Main, index: 0 }]] } };
	const nodeTypes = new TestNodeTypes(loaders);
	const settings = { timezone, ...(binaryMode && { binaryMode }) };
	const workflow = new Workflow({ id: workflowId, nodes, connections, active: false, nodeTypes, settings });
	const workflowData = { id: workflowId, nodes, connections } as unknown as IWorkflowBase;
	const credentialsHelper = new TestCredentials(loaders.ours, credentials);
	const url = 'http://localhost';
	const additionalData = {
		executionId: '1',
		hooks: new ExecutionLifecycleHooks(mode, '1', workflowData),
		credentialsHelper,
		currentNodeExecutionIndex: 0,
		restApiUrl: url,
		instanceBaseUrl: url,
		webhookBaseUrl: url,
		webhookWaitingBaseUrl: url,
		formWaitingBaseUrl: url,
		variables: {},
		setExecutionStatus() {},
		sendDataToUI(_type: string, { messages = [] }: { messages?: string[] }) {
			for (const message of messages) onMessage?.(message);
		},
	} as unknown as IWorkflowExecuteAdditionalData;
	const start = workflow.getNode('Start');
	if (!start) throw new Error('No start node');
	const input = {
		main: [items.map((json, index): INodeExecutionData => ({ json, binary: binary?.[index] }))],
	};
	const execution = new WorkflowExecute(
		additionalData,
		mode,
		createRunExecutionData({
			executionData: { contextData, nodeExecutionStack: [{ node: start, data: input, source: null }] },
		}),
	);
	let finished: IRun;
	try {
		const running = execution.processRunExecutionData(workflow);
		onStart?.(() => running.cancel());
		finished = await running;
	} catch (error) {
		// n8n refuses to start a workflow whose required parameters are empty.
		return { items: [], errors: [], error: error as Error, hints: [], status: 'refused', decrypted: 0 };
	}
	const { data, status } = finished;
	const result = data.resultData.runData.Node?.at(-1);
	const [first = [], second = []] = result?.data?.main ?? [];
	return {
		items: first ?? [],
		errors: second ?? [],
		error: (result?.error ?? data.resultData.error) as RunResult['error'],
		hints: result?.hints ?? [],
		status,
		decrypted: credentialsHelper.decrypted,
		contextData: data.executionData?.contextData,
	};
}

/** The context with which n8n calls a node's drop-downs and search lists. */
export async function loadOptions(
	type: string,
	credentials: Credentials,
	parameters: INodeParameters = {},
	/** Of the input that asks, e.g. `parameters.custom_fields.entry[0].value`. */
	path = '',
): Promise<{ context: ILoadOptionsFunctions; type: INodeType }> {
	const loaders = await load();
	const nodeTypes = new TestNodeTypes(loaders);
	const node: INode = {
		id: '1',
		name: 'Node',
		type: `${PACKAGE}.${type}`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(Object.keys(credentials).map((name) => [name, { id: name, name }])),
	};
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const credentialsHelper = new TestCredentials(loaders.ours, credentials);
	const additionalData = {
		credentialsHelper,
		variables: {},
		currentNodeParameters: parameters,
	} as unknown as IWorkflowExecuteAdditionalData;
	const context = new LoadOptionsContext(workflow, node, additionalData, path);
	return { context, type: nodeTypes.getByNameAndVersion(node.type) };
}

export type PollOptions = {
	/** `threatConnectGroupTrigger` or `attackForgeGroupTrigger`. */
	type: string;
	parameters: INodeParameters;
	credentials: Credentials;
	/** What n8n keeps of the node; it is changed in place. */
	staticData?: IDataObject;
	/** Default `trigger`; `manual` is Fetch Test Event. */
	mode?: 'manual' | 'trigger';
	/** Milliseconds that n8n allows; `null` as in versions that do not tell it. */
	budget?: number | null;
	nodeId?: string;
	/** `activate`: the workflow was inactive; default: `update`, another version of it, or a later poll. */
	activation?: 'init' | 'activate' | 'update';
};

/** One poll of a trigger node, as n8n calls it. */
export async function poll({
	type,
	parameters,
	credentials,
	staticData = {},
	mode = 'trigger',
	budget = 300_000,
	nodeId = '1',
	activation = 'update',
}: PollOptions): Promise<IDataObject[] | null> {
	const loaders = await load();
	const nodeTypes = new TestNodeTypes(loaders);
	const node: INode = {
		id: nodeId,
		name: 'Trigger',
		type: `${PACKAGE}.${type}`,
		typeVersion: 1,
		position: [0, 0],
		parameters,
		credentials: Object.fromEntries(Object.keys(credentials).map((name) => [name, { id: name, name }])),
	};
	const workflow = new Workflow({
		id: 'test',
		nodes: [node],
		connections: {},
		active: true,
		nodeTypes,
		settings: { timezone: 'Europe/Berlin' },
	});
	const written = workflow.getNode('Trigger');
	if (!written) throw new Error('No trigger');
	const additionalData = {
		credentialsHelper: new TestCredentials(loaders.ours, credentials),
		variables: {},
	} as unknown as IWorkflowExecuteAdditionalData;
	const context = new PollContext(
		workflow,
		written,
		additionalData,
		mode,
		activation,
		...([undefined, undefined, undefined, undefined] as const),
		() => staticData,
		() => budget ?? 0,
	);
	if (budget === null) Object.defineProperty(context, 'getPollBudgetMs', { value: undefined });
	const output = await nodeTypes.getByNameAndVersion(node.type).poll?.call(context);
	return output?.[0]?.map(({ json }) => json) ?? null;
}

/** The `json` of each item. */
export const jsonOf = (items: INodeExecutionData[]): IDataObject[] => items.map(({ json }) => json);
