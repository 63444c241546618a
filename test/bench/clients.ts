import axios from 'axios';
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import { NodeConnectionTypes } from 'n8n-workflow';
import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { load, run, type RunResult } from '../engine/harness';
import { bareStream, ourFile } from './files';

/** The clients: our node, and what users would take instead. */

export type Target = { url: string; apiToken: string };

export type Job = Target & {
	client: keyof typeof clients;
	/** Groups to create, for clients that create groups. */
	items?: number;
	/** Requests under way at once: Max Concurrent Requests for our node, and the number itself for `axios`. */
	max?: number;
	/** Batching of HTTP Request. */
	batch?: { batchSize: number; batchInterval: number };
	/** Whether the node continues after errors, instead of n8n's default. */
	goOn?: boolean;
	/** Milliseconds after which the execution is cancelled. */
	cancelAfter?: number;
	/** Runs of the same workflow know what an earlier one has learnt of the service. Default: a workflow of its own. */
	workflowId?: string;
};

/** The number of items that succeeded, and of items that failed. */
export type Outcome = { succeeded: number; failed: number; error?: string };

const groupsOf = (count = 0): IDataObject[] =>
	Array.from({ length: count }, (_, index) => ({ name: `Incident ${index}`, xid: `bench:${index}` }));

const credentialsOf = ({ url, apiToken }: Target) => ({ threatConnectApi: { baseUrl: url, apiToken } });

/**
 * Whether an item is a group: an envelope, or the group in it. Bulk Import learns no IDs, so its item is the group as
 * sent.
 */
const isGroup = ({ json }: INodeExecutionData) =>
	json.error === undefined &&
	(json.id ?? json.xid ?? (json.data as IDataObject | undefined)?.id) !== undefined;

function outcomeOf({ items, error }: RunResult): Outcome {
	const succeeded = items.filter(isGroup).length;
	const example = items.find((item) => !isGroup(item));
	const said = error?.message ?? (example && JSON.stringify(example.json).slice(0, 200));
	return { succeeded, failed: items.length - succeeded, ...(said && { error: said }) };
}

const execution = ({ goOn, cancelAfter }: Pick<Job, 'goOn' | 'cancelAfter'>) => ({
	...(goOn && ({ onError: 'continueRegularOutput' } as const)),
	...(cancelAfter !== undefined && { onStart: (cancel: () => void) => void setTimeout(cancel, cancelAfter) }),
});

async function ours(job: Job, operation: string, parameters: INodeParameters, items?: IDataObject[]) {
	const options = job.max === undefined ? {} : { maxConcurrentRequests: job.max };
	return await run({
		type: 'threatConnectGroup',
		parameters: { resource: 'group', operation, options, ...parameters },
		credentials: credentialsOf(job),
		items,
		workflowId: job.workflowId,
		...execution(job),
	});
}

const FORM: INodeParameters = {
	type: 'Incident',
	name: '={{ $json.name }}',
	status: 'New',
	additionalFields: { xid: '={{ $json.xid }}' },
};

/** Twelve expressions, as in a form that is filled from a feed. */
export const LONG_FORM: INodeParameters = {
	type: 'Incident',
	name: '={{ $json.name }}',
	status: '={{ "New" }}',
	tagNames: '={{ $json.name + "," + $json.xid }}',
	additionalFields: {
		xid: '={{ $json.xid }}',
		ownerName: '={{ "Demo Organization" }}',
		eventDate: '={{ $now.toISO() }}',
		externalId: '={{ $json.xid.toUpperCase() }}',
		externalDateAdded: '={{ "2026-01-02T03:04:05Z" }}',
		externalDateExpires: '={{ "2026-01-03T03:04:05Z" }}',
		externalLastModified: '={{ "2026-01-04T03:04:05Z" }}',
		firstSeen: '={{ "2026-01-05T03:04:05Z" }}',
		lastSeen: '={{ "2026-01-06T03:04:05Z" }}',
	},
};

/** Items of which all are read and checked in stop mode. The last one has no name, so nothing is sent. */
const withInvalid = (count = 0): IDataObject[] => [...groupsOf(count - 1), { name: '', xid: 'bench:last' }];

/** A node that only passes its items on, to measure n8n itself. */
class NoOp implements INodeType {
	description = {
		...new SequentialLoop().description,
		displayName: 'No Operation',
		name: 'noOp',
		credentials: [],
		properties: [],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

async function noOp({ items, ...target }: Job): Promise<Outcome> {
	const { base } = await load();
	base.nodeTypes.noOp ??= { type: new NoOp(), sourcePath: '' };
	const given = withInvalid(items);
	await run({ type: 'bench.noOp', parameters: {}, credentials: credentialsOf(target), items: given });
	return { succeeded: given.length, failed: 0 };
}

async function reading(job: Job): Promise<Outcome> {
	const given = withInvalid(job.items);
	const { error } = await ours(job, 'create', LONG_FORM, given);
	const isRead = error?.message.includes(`[item ${given.length - 1}]`) === true;
	return {
		succeeded: 0,
		failed: given.length,
		...(!isRead && { error: error?.message ?? 'nothing failed' }),
	};
}

async function httpRequest({ items, batch, goOn, cancelAfter, ...target }: Job): Promise<RunResult> {
	const { base } = await load();
	const { type } = base.nodeTypes.httpRequest ?? {};
	const typeVersion = Math.max(...Object.keys((type as { nodeVersions: object }).nodeVersions).map(Number));
	const body = { type: 'Incident', name: '={{ $json.name }}', xid: '={{ $json.xid }}', status: 'New' };
	return await run({
		type: 'n8n-nodes-base.httpRequest',
		typeVersion,
		parameters: {
			method: 'POST',
			url: `${target.url}/api/v3/groups`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'threatConnectApi',
			sendBody: true,
			contentType: 'json',
			specifyBody: 'keypair',
			bodyParameters: { parameters: Object.entries(body).map(([name, value]) => ({ name, value })) },
			options: batch ? { batching: { batch } } : {},
		},
		credentials: credentialsOf(target),
		items: groupsOf(items),
		...execution({ goOn, cancelAfter }),
	});
}

/** A node as most are written: one item after the other, each awaited. */
class SequentialLoop implements INodeType {
	description = {
		displayName: 'Sequential Loop',
		name: 'sequentialLoop',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Sequential Loop' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'threatConnectApi', required: true }],
		properties: ['url', 'name', 'xid'].map((name) => ({
			displayName: name,
			name,
			type: 'string',
			default: '',
		})),
	} as unknown as INodeType['description'];

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output: INodeExecutionData[] = [];
		for (let index = 0; index < this.getInputData().length; index++) {
			const answer = (await this.helpers.httpRequestWithAuthentication.call(this, 'threatConnectApi', {
				method: 'POST',
				url: `${this.getNodeParameter('url', index) as string}/api/v3/groups`,
				body: {
					type: 'Incident',
					name: this.getNodeParameter('name', index) as string,
					xid: this.getNodeParameter('xid', index) as string,
					status: 'New',
				},
				json: true,
			})) as { data: IDataObject };
			output.push({ json: answer.data, pairedItem: { item: index } });
		}
		return [output];
	}
}

async function sequential({ items, ...target }: Job): Promise<RunResult> {
	const { base } = await load();
	base.nodeTypes.sequentialLoop ??= { type: new SequentialLoop(), sourcePath: '' };
	return await run({
		type: 'bench.sequentialLoop',
		parameters: { url: target.url, name: '={{ $json.name }}', xid: '={{ $json.xid }}' },
		credentials: credentialsOf(target),
		items: groupsOf(items),
	});
}

/** Connect anew for each request, with a complete handshake, as n8n does. */
const AGENTS = {
	httpAgent: new Agent({ keepAlive: false }),
	httpsAgent: new TlsAgent({ keepAlive: false, maxCachedSessions: 0 }),
};
const headersOf = ({ apiToken }: Target) => ({ Authorization: `TC-Token ${apiToken}` });

/** The fastest possible client: HTTP without n8n. */
async function axiosLoop({ items, max = 1, ...target }: Job): Promise<Outcome> {
	const groups = groupsOf(items);
	const answers = new Array<unknown>(groups.length);
	const headers = headersOf(target);
	let next = 0;
	const worker = async () => {
		while (next < groups.length) {
			const index = next++;
			const body = { type: 'Incident', ...groups[index], status: 'New' };
			answers[index] = (await axios.post(`${target.url}/api/v3/groups`, body, { headers, ...AGENTS })).data;
		}
	};
	await Promise.all(Array.from({ length: Math.min(max, groups.length) }, worker));
	return { succeeded: answers.length, failed: 0 };
}

const PAGE = 10_000;

/** All pages of a list, one after the other, with nothing but JSON.parse. */
async function axiosPages(target: Job): Promise<Outcome> {
	return await axiosList(target, 'groups', { sorting: 'id desc' });
}

async function axiosList(target: Job, list: string, query: Record<string, string>): Promise<Outcome> {
	const rows: unknown[] = [];
	const headers = headersOf(target);
	for (;;) {
		const params = { ...query, resultStart: rows.length, resultLimit: PAGE };
		const { data: text } = await axios.get<string>(`${target.url}/api/v3/${list}`, {
			headers,
			...AGENTS,
			params,
			responseType: 'text',
			transformResponse: (body: string) => body,
		});
		const { data, next } = JSON.parse(text) as { data: unknown[]; next?: string };
		for (const row of data) rows.push(row);
		if (next === undefined) return { succeeded: rows.length, failed: 0 };
	}
}

/** All indicators of a group, page by page as one would write it first, with nothing but JSON.parse. */
async function axiosIndicators(target: Job): Promise<Outcome> {
	return await axiosList(target, 'indicators', { tql: 'hasGroup(id = 1)', sorting: 'id asc' });
}

/** All indicators of a group. Each counts once. */
async function associations(job: Job): Promise<Outcome> {
	const parameters = { resource: 'association', groupId: '1', objectType: 'indicator', returnAll: true };
	const result = await ours(job, 'getAll', parameters);
	const ids = new Set(result.items.map(({ json }) => json.id));
	return { ...outcomeOf(result), succeeded: ids.size };
}

/** The input item that an output item comes from. */
const inputOf = ({ pairedItem }: INodeExecutionData) => JSON.stringify(pairedItem);

/** Groups that share an indicator. The service refuses every fifth. */
const failingInPart = (count = 0): IDataObject[] =>
	groupsOf(count).map((group, index) => ({
		...group,
		type: 'Incident',
		associatedIndicators: { data: [{ type: 'Host', summary: 'shared.example' }] },
		...(index % 5 === 0 && { attributes: { data: [{ type: 'No Such Type', value: 'x' }] } }),
	}));

const clients = {
	associations,
	axiosIndicators,
	ours: async (job: Job) => outcomeOf(await ours(job, 'create', FORM, groupsOf(job.items))),
	getMany: async (job: Job) => outcomeOf(await ours(job, 'getAll', { returnAll: true })),
	getManyEach: async (job: Job) => {
		const result = await ours(job, 'getAll', { returnAll: true }, groupsOf(job.items));
		return { ...outcomeOf(result), succeeded: new Set(result.items.map(inputOf)).size };
	},
	upsert: async (job: Job) => {
		const additionalFields = { ownerName: 'Demo Organization' };
		const parameters = {
			...FORM,
			status: 'New',
			additionalFields,
			matchBy: 'xid',
			groupXid: '={{ $json.xid }}',
		};
		return outcomeOf(await ours(job, 'upsert', parameters, groupsOf(job.items)));
	},
	bulkImport: async (job: Job) => outcomeOf(await ours(job, 'bulkImport', FORM, groupsOf(job.items))),
	bulkFailing: async (job: Job) => {
		const parameters = { dataMode: 'json', jsonBody: '={{ JSON.stringify($json) }}' };
		return outcomeOf(await ours({ ...job, goOn: true }, 'bulkImport', parameters, failingInPart(job.items)));
	},
	httpRequest: async (job: Job) => outcomeOf(await httpRequest(job)),
	sequential: async (job: Job) => outcomeOf(await sequential(job)),
	axios: axiosLoop,
	axiosPages,
	reading,
	noOp,
	upload: async () => await ourFile('upload'),
	download: async () => await ourFile('download'),
	streamUp: async () => await bareStream('upload'),
	streamDown: async () => await bareStream('download'),
} satisfies Record<string, (job: Job) => Promise<Outcome>>;

export async function work(job: Job): Promise<Outcome> {
	const client: (job: Job) => Promise<Outcome> = clients[job.client];
	return await client(job);
}

/** Whether our node has an operation for groups. */
export async function offers(operation: string): Promise<boolean> {
	const { ours: loader } = await load();
	const { type } = loader.nodeTypes.threatConnectGroup ?? {};
	return (type as INodeType).description.properties.some(
		({ name, displayOptions, options }) =>
			name === 'operation' &&
			displayOptions?.show?.resource?.includes('group') &&
			options?.some((option) => 'value' in option && option.value === operation),
	);
}
