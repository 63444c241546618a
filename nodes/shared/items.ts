import type {
	IBinaryKeyData,
	IDataObject,
	IDisplayOptions,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeProperties,
	NodeParameterValue,
} from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { runConcurrently } from './concurrency';
import type { ConnectionOptions } from './connection';
import { asError, InvalidInput, ServiceFailure, toErrorItem, toNodeError } from './errors';
import type { FormOperation, Operation, Table } from './fields';
import { isJsonObject, type JsonObject } from './json';
import { collectionName, formPlace } from './parameters';
import { readRecord, type Source } from './record';
import { Tries } from './tries';
import { isUnset, readNumber, unlocated } from './values';

/** An output item that has files besides its fields. */
export class FileOutput {
	constructor(
		readonly json: JsonObject,
		readonly binary: IBinaryKeyData,
	) {}
}

/** What comes out for one input item: any number of items. */
export type Output = JsonObject | JsonObject[] | FileOutput;

/** What an operation will do for one item: everything is read and checked, nothing is sent yet. */
export type Task = {
	/** The record it addresses: tasks for the same one run in the order of their items. */
	record?: string;
	run(): Promise<Output>;
};

type OperationHead = {
	resource: string;
	operation: string;
	name: string;
	action: string;
	description: string;
	/** For n8n's AI that builds workflows: when to choose this operation. */
	builderHint?: string;
	/** Each shown for this operation only. */
	parameters: INodeProperties[];
};

/** An operation that sends each item on its own. */
type SingleOperation<Api> = OperationHead & {
	/**
	 * Reads and checks one item.
	 *
	 * @throws InvalidInput
	 */
	prepare(item: Item, api: Api): Task;
};

/** An operation that sends many items in one request. */
type BulkOperation<Api> = OperationHead & {
	/**
	 * Reads and checks one item.
	 *
	 * @throws InvalidInput
	 */
	prepareEntry(item: Item, api: Api): unknown;
	/** Sends all entries that could be read, and settles each. */
	runAll(entries: ReadonlyArray<BulkEntry>, api: Api, run: BulkRun): Promise<void>;
};

export type BulkEntry = { index: number; entry: unknown };

export type BulkRun = {
	/** To be called once for each entry. */
	settle(index: number, outcome: Output | Error): void;
	/** Parameters that hold for the whole run. */
	first: Item;
	signal: AbortSignal | undefined;
	/** Nothing more is to be sent: an item failed and the execution stops at failures, or it was cancelled. */
	halted(): boolean;
	/** Tells whoever runs the workflow by hand how far it is. */
	progress(message: string): void;
	/** Tells whoever looks at the output. */
	hint(message: string): void;
};

/** One operation of a node: its parameters and its behavior. */
export type OperationFile<Api> = SingleOperation<Api> | BulkOperation<Api>;

/** A service as its node describes it. */
export type Service<Api> = {
	table: Table;
	operations: ReadonlyArray<OperationFile<Api>>;
	/** Called once a run. */
	connect(context: IExecuteFunctions, options: ConnectionOptions): Promise<Api>;
};

export const DEFAULT_CONCURRENT_REQUESTS = 32;
export const DEFAULT_TIMEOUT_SECONDS = 60;

/** The options that every operation has, for its `options` collection. */
export const runOptions: INodeProperties[] = [
	{
		displayName: 'Max Concurrent Requests',
		name: 'maxConcurrentRequests',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_CONCURRENT_REQUESTS,
		description:
			'The most requests under way at the same time. The node starts with few, and finds how many the service bears. 1 sends one after the other, in order. Items for the same record always keep their order.',
	},
	{
		displayName: 'Timeout',
		name: 'timeout',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_TIMEOUT_SECONDS,
		description: 'How many seconds to wait for the answer to one request',
	},
];

/**
 * Options that hold for a whole run, from the `options` collection.
 *
 * @throws InvalidInput
 */
export function readConnectionOptions({
	maxConcurrentRequests,
	timeout,
}: IDataObject = {}): ConnectionOptions {
	const most = maxConcurrentRequests ?? DEFAULT_CONCURRENT_REQUESTS;
	const seconds = readNumber(timeout ?? DEFAULT_TIMEOUT_SECONDS, '"Timeout" (timeout)', 0);
	return {
		maxConcurrentRequests: Math.floor(
			readNumber(most, '"Max Concurrent Requests" (maxConcurrentRequests)', 1),
		),
		// What a timer can hold.
		timeout: Math.min((seconds || DEFAULT_TIMEOUT_SECONDS) * 1000, 2 ** 31 - 1),
	};
}

/** The way to send what no parameter covers. */
export const extraJsonOption: INodeProperties = {
	displayName: 'Additional Fields (JSON)',
	name: 'additionalJson',
	type: 'json',
	default: '{}',
	description:
		'JSON that is merged over the body of the request last and sent unchecked: for fields that the node does not know',
};

/** The `options` collection of an operation, its entries in alphabetical order. */
export function optionsCollection(
	show: NonNullable<IDisplayOptions['show']>,
	...own: INodeProperties[]
): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show },
		options: [...own, ...runOptions].sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}

/** The Operation drop-down of each resource, and all operations' own parameters. */
export function operationParameters<Api>(operations: ReadonlyArray<OperationFile<Api>>): INodeProperties[] {
	const resources = [...new Set(operations.map(({ resource }) => resource))];
	const dropDowns = resources.map((resource): INodeProperties => {
		const own = operations.filter((one) => one.resource === resource);
		// In alphabetical order, the first may be a rare one.
		const usual = (own.find(({ operation }) => operation === 'create') ?? own[0])?.operation ?? '';
		return {
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [resource] } },
			options: own.map(({ name, operation, action, description, builderHint }) => ({
				name,
				value: operation,
				action,
				description,
				...(builderHint !== undefined && { builderHint: { propertyHint: builderHint } }),
			})),
			default: usual,
		};
	});
	return [...dropDowns, ...operations.flatMap(({ parameters }) => parameters)];
}

/**
 * A run's parameters. Most hold no expression, and so are the same for all items: each of these is read once. n8n decides
 * by the workflow as it stands, not by the item, whether a parameter is shown, so that this is the same for all too.
 */
class Parameters {
	private readonly fixed = new Map<string, NodeParameterValue>();
	private readonly written: INodeParameters;

	constructor(private readonly context: IExecuteFunctions) {
		// n8n copies the node each time.
		this.written = context.getNode().parameters;
	}

	/** @returns null when it is hidden */
	read(name: string, index: number): unknown {
		const known = this.fixed.get(name);
		// A copy, as n8n gives: it may come out in an item, and no item is to share with another.
		if (known !== undefined) return deepCopy(known);
		const value = this.context.getNodeParameter(name, index, null) as NodeParameterValue;
		if (!this.holdsExpression(name)) this.fixed.set(name, deepCopy(value));
		return value;
	}

	holdsExpression(name: string): boolean {
		return holdsExpression(this.written[name]);
	}
}

function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return typeof value === 'object' && value !== null && Object.values(value).some(holdsExpression);
}

/** One input item, as an operation sees it. */
export class Item {
	constructor(
		private readonly context: IExecuteFunctions,
		private readonly parameters: Parameters,
		private readonly table: Table,
		readonly index: number,
		private readonly notice: (ignoredKeys: string[]) => void,
		/** This run of the node and its repetitions. */
		readonly tries: Pick<Tries<Output>, 'isRepeat' | 'startedAt' | 'nameOf'>,
	) {}

	/** A parameter's value for this item, of a resource locator the value alone; `undefined` when it is hidden. */
	parameter(name: string): unknown {
		const value = unlocated(this.parameters.read(name, this.index));
		return value === null ? undefined : value;
	}

	/** The mode that a resource locator is in, e.g. `list` or `id`; `undefined` for a plain value. */
	locatorMode(name: string): unknown {
		const value = this.parameters.read(name, this.index);
		return isJsonObject(value) && value.__rl === true ? value.mode : undefined;
	}

	/** n8n's own functions, for what only they can do: files. */
	get helpers(): IExecuteFunctions['helpers'] {
		return this.context.helpers;
	}

	/** The workflow's time zone. */
	get zone(): string {
		return this.context.getTimezone();
	}

	/** The `options` collection. */
	get options(): JsonObject {
		return (this.parameter('options') ?? {}) as JsonObject;
	}

	/**
	 * The body that creates or updates a record.
	 *
	 * @throws InvalidInput
	 */
	record(operation: Operation): JsonObject {
		const { body, ignored, missing } = this.read(operation, operation);
		if (missing) throw missing;
		if (ignored.length > 0) this.notice(ignored);
		return body;
	}

	/**
	 * The two bodies of a create-or-update: what creates the record and what changes it.
	 *
	 * @returns `create` throws InvalidInput when something that a new record needs is missing: it is asked for only when
	 *   there is no record yet; `draft` is the same without asking for it, to find the record by
	 * @throws InvalidInput when a value cannot be sent either way
	 */
	upsertRecords(): { create(): JsonObject; draft(): JsonObject; update: JsonObject } {
		const update = this.read('upsert', 'update');
		const create = new Set(
			this.table.fields.filter((field) => field.create !== 'no').map(({ name }) => name),
		);
		const ignored = update.ignored.filter((name) => !create.has(name));
		if (ignored.length > 0) this.notice(ignored);
		return {
			create: () => {
				const { body, missing } = this.read('upsert', 'create');
				if (missing) throw missing;
				return body;
			},
			draft: () => this.read('upsert', 'create').body,
			update: update.body,
		};
	}

	private read(form: FormOperation, operation: Operation) {
		return readRecord(this.table, operation, this.source(form), this.zone, this.options.additionalJson);
	}

	private source(operation: FormOperation): Source {
		const mode = this.parameter('dataMode');
		const type = this.table.types ? this.parameter('type') : undefined;
		if (mode === 'json') {
			return { mode, values: this.parameter('jsonBody'), forBoth: operation === 'upsert' };
		}
		if (mode === 'autoMap') {
			return { mode, values: this.context.getInputData()[this.index]?.json ?? {}, type };
		}
		const collection = Object.entries((this.parameter(collectionName(operation)) ?? {}) as JsonObject);
		const values: JsonObject = Object.fromEntries(
			collection.map(([field, value]) => [field, unlocated(value)]),
		);
		for (const field of this.table.fields) {
			if (formPlace(field, operation) !== 'required' || field.name === 'type') continue;
			const value = this.parameter(field.name);
			if (!isUnset(value)) values[field.name] = value;
		}
		return { mode: 'define', values, type, typeIsFixed: !this.parameters.holdsExpression('type') };
	}
}

/**
 * A node's `execute`: every input item through the chosen operation, concurrently, the output in input order, and
 * exactly one outcome an item: its result, or one error item.
 *
 * In stop mode all items are checked before the first is sent, so that an item that cannot be sent stops the run while
 * nothing has been written.
 */
export async function runItems<Api>(
	context: IExecuteFunctions,
	service: Service<Api>,
): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const { length } = context.getInputData();
	const { maxConcurrentRequests, timeout } = context.getNodeParameter('options', 0, {}) as IDataObject;
	const resource = context.getNodeParameter('resource', 0);
	const name = context.getNodeParameter('operation', 0);
	const operation = service.operations.find((one) => one.resource === resource && one.operation === name);
	if (!operation) {
		throw toNodeError(
			node,
			new InvalidInput(`There is no operation "${name}" for "${resource}"`, 'Choose one in the node.'),
			0,
		);
	}
	const goOn = context.continueOnFail();
	let connectionOptions: ConnectionOptions;
	let api: Api;
	try {
		connectionOptions = readConnectionOptions({ maxConcurrentRequests, timeout });
		api = await service.connect(context, connectionOptions);
	} catch (error) {
		if (!goOn)
			throw error instanceof InvalidInput ? toNodeError(node, error, 0, NOTHING_SENT) : asError(error);
		// Were it thrown, n8n would let the items pass by the regular output, as if they had been sent.
		return [Array.from({ length }, (_, index) => toErrorItem(error, index))];
	}

	const ignored = new Map<string, number>();
	const notice = (keys: string[]) => keys.forEach((key) => ignored.set(key, (ignored.get(key) ?? 0) + 1));
	const tries = new Tries<Output>(context);
	const parameters = new Parameters(context);
	const itemAt = (index: number) => new Item(context, parameters, service.table, index, notice, tries);

	const outcomes = new Array<INodeExecutionData[] | undefined>(length);
	const failures: Array<{ index: number; error: unknown }> = [];
	const signal = context.getExecutionCancelSignal();
	const halted = () => failures.length > 0 || signal?.aborted === true;
	let succeeded = 0;
	const settle = (index: number, outcome: Output | Error) => {
		if (!(outcome instanceof Error)) {
			outcomes[index] = toItems(outcome, index);
			succeeded += 1;
		} else if (goOn) outcomes[index] = [toErrorItem(outcome, index)];
		else failures.push({ index, error: outcome });
	};

	if ('runAll' in operation) {
		const entries: BulkEntry[] = [];
		for (let index = 0; index < length; index++) {
			try {
				entries.push({ index, entry: operation.prepareEntry(itemAt(index), api) });
			} catch (error) {
				if (!goOn) throw toNodeError(node, error, index, NOTHING_SENT);
				outcomes[index] = [toErrorItem(error, index)];
			}
		}
		const run: BulkRun = {
			settle,
			first: itemAt(0),
			signal,
			halted,
			progress: (message) => context.sendMessageToUI(message),
			hint: (message) => context.addExecutionHints({ message, location: 'outputPane' }),
		};
		try {
			if (length > 0) await operation.runAll(entries, api, run);
		} catch (error) {
			for (const { index } of entries) if (!outcomes[index]) settle(index, asError(error));
		}
	} else {
		const prepare = (index: number) => operation.prepare(itemAt(index), api);
		const prepared = goOn ? undefined : prepareAll(length, prepare, node);
		await runConcurrently(length, connectionOptions.maxConcurrentRequests, halted, (index) => {
			const earlier = tries.earlier(index);
			if (earlier !== undefined) {
				settle(index, earlier);
				return undefined;
			}
			let task: Task;
			try {
				task = prepared?.[index] ?? prepare(index);
			} catch (error) {
				outcomes[index] = [toErrorItem(error, index)];
				return undefined;
			}
			return {
				record: task.record,
				async run() {
					const outcome = await task.run().catch(asError);
					tries.note(index, outcome);
					settle(index, outcome);
				},
			};
		});
	}

	if (succeeded === length) tries.end();
	const first = failures.sort((a, b) => a.index - b.index)[0];
	if (first) {
		const written =
			length > 1
				? `Before this, ${succeeded} of ${length} items had gone through; they stay as they are.`
				: '';
		throw toNodeError(node, first.error, first.index, written);
	}
	if (ignored.size > 0) context.addExecutionHints({ message: ignoredHint(ignored), location: 'outputPane' });
	return [Array.from(outcomes, (items, index) => items ?? [toErrorItem(CANCELLED, index)]).flat()];
}

const CANCELLED = new ServiceFailure(
	'Not sent: the execution was cancelled',
	'Run the workflow again for this item.',
);

const NOTHING_SENT = 'Nothing was sent for any item.';

function prepareAll(length: number, prepare: (index: number) => Task, node: INode): Task[] {
	return Array.from({ length }, (_, index) => {
		try {
			return prepare(index);
		} catch (error) {
			throw toNodeError(node, error, index, NOTHING_SENT);
		}
	});
}

function toItems(output: Output, index: number): INodeExecutionData[] {
	const pairedItem = { item: index };
	if (output instanceof FileOutput) {
		return [{ json: output.json as IDataObject, binary: output.binary, pairedItem }];
	}
	return (Array.isArray(output) ? output : [output]).map((json) => ({
		json: json as IDataObject,
		pairedItem,
	}));
}

function ignoredHint(ignored: Map<string, number>): string {
	const keys = [...ignored].map(([key, count]) => `"${key}" (${count} ${count === 1 ? 'item' : 'items'})`);
	const shown = keys.slice(0, 20).join(', ');
	const more = keys.length > 20 ? ` and ${keys.length - 20} more` : '';
	return `Not sent, because no field of the record's type has this name: ${shown}${more}. Rename keys to send them.`;
}
