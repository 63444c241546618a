import type { IBinaryKeyData, IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { ConnectionOptions } from '../http/connection';
import type { Plan } from '../http/plan';
import type { Table } from '../fields/field';
import type { Item } from './item';
import { outputParameters, readOutput, type RecordFields } from './recordOutput';
import type { JsonObject } from '../core/json';

/** An output item that has files besides its fields. */
export class FileOutput {
	constructor(
		readonly json: JsonObject,
		readonly binary: IBinaryKeyData,
	) {}
}

/** The output of one input item: any number of items. */
export type Output = JsonObject | JsonObject[] | FileOutput;

/** What an operation will do for one item: everything is read and checked, nothing is sent yet. */
export type Task = {
	/** Tasks with the same key run in the order of their items. In most cases it names the record that they address. */
	orderKey?: string;
	/** The fields of the record that show what the item sets. In a workflow, a simplified output has them too. */
	sets?: readonly string[];
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
	/** `defineOperation` shows each of them for this operation only. */
	parameters: INodeProperties[];
};

/** The parameter that options stand in; what chooses the fields of the output stands before it. */
const OPTIONS = 'options';

/** An operation that sends each item on its own. */
export type SingleOperation<Api> = OperationHead & {
	/** Loads what `prepare` needs of the service, once per run, if an item needs it. */
	load?: {
		isNeededFor(item: Item): boolean;
		/** What cannot be loaded is an error of the items that need it, so this must not reject. */
		from(api: Api): Promise<void>;
	};
	/**
	 * Reads and checks one item.
	 *
	 * @throws InvalidInput
	 */
	prepare(item: Item, api: Api): Task;
	/**
	 * For operations that return records with more than ten fields. `defineOperation` adds the parameters that choose among
	 * the fields, and only the chosen ones are returned.
	 */
	records?: RecordFields;
};

/** An operation that sends many items in one request. */
export type BulkOperation<Api> = OperationHead & {
	/**
	 * Reads and checks one item.
	 *
	 * @throws InvalidInput
	 */
	prepareEntry(item: Item, api: Api): unknown;
	/** Sends all entries that could be read, and settles each. */
	runAll(entries: ReadonlyArray<BulkEntry>, api: Api, run: BulkRun): Promise<void>;
	/** Says what `runAll` would do, where its requests cannot be held back one by one. Default: `runAll`. */
	previewAll?(entries: ReadonlyArray<BulkEntry>, api: Api, run: BulkRun): Promise<void>;
};

export type BulkEntry = { index: number; entry: unknown };

export type BulkRun = {
	/** Call this once for each entry. */
	settle(index: number, outcome: Output | Error): void;
	/** The item from which the parameters of the run are read. */
	first: Item;
	/** The items that an earlier try has sent, with the values that they have in this try. They are not sent again. */
	earlier(): Promise<readonly BulkEntry[]>;
	signal: AbortSignal | undefined;
	/** Whether nothing more may be sent: an item failed and the execution stops at failures, or it was cancelled. */
	halted(): boolean;
	/** Does pieces 0 to count - 1 of synchronous work in order, and leaves n8n's event loop free in between. */
	inSlices(count: number, piece: (index: number) => void): Promise<void>;
	/** Does work 0 to count - 1, several at once, until the run is halted. */
	concurrently(count: number, work: (index: number) => Promise<void>): Promise<void>;
	/** Shows the progress to the user who runs the workflow by hand. */
	progress(message: string): void;
	/** Shows a hint beside the node's output. */
	hint(message: string): void;
};

/** One operation of a node: its parameters and its behavior. */
export type OperationFile<Api> = SingleOperation<Api> | BulkOperation<Api>;

/**
 * An operation whose parameters are shown for it only. Each parameter gets the operation's condition before its own.
 */
export function defineOperation<Api>(operation: SingleOperation<Api>): SingleOperation<Api>;
export function defineOperation<Api>(operation: BulkOperation<Api>): BulkOperation<Api>;
export function defineOperation<Api>(operation: OperationFile<Api>): OperationFile<Api> {
	const own = { resource: [operation.resource], operation: [operation.operation] };
	const complete = 'prepare' in operation ? withRecords(operation) : operation;
	const parameters = complete.parameters.map((parameter) => ({
		...parameter,
		displayOptions: {
			...parameter.displayOptions,
			show: { ...own, ...parameter.displayOptions?.show },
		},
	}));
	return { ...complete, parameters };
}

/** Adds what chooses the fields of the output, before the options. */
function withRecords<Api>(operation: SingleOperation<Api>): SingleOperation<Api> {
	const { records, parameters } = operation;
	if (!records) return operation;
	const place = parameters.findIndex(({ name }) => name === OPTIONS);
	return {
		...operation,
		parameters: [...parameters.slice(0, place), ...outputParameters(records), ...parameters.slice(place)],
		prepare(item, api) {
			const task = operation.prepare(item, api);
			const chosen = readOutput(item, records, task.sets);
			return { ...task, run: async () => mapRecords(await task.run(), chosen) };
		},
	};
}

export function mapRecords(output: Output, change: (record: JsonObject) => JsonObject): Output {
	if (output instanceof FileOutput) return new FileOutput(change(output.json), output.binary);
	return Array.isArray(output) ? output.map(change) : change(output);
}

/** A service as its node describes it. */
export type Service<Api> = {
	table: Table;
	operations: ReadonlyArray<OperationFile<Api>>;
	/** Called once per run. */
	connect(context: IExecuteFunctions, options: ConnectionOptions): Promise<Api>;
	/**
	 * The service as the previews of a run see it. Nothing is written: each item's writes are noted in its plan, and later
	 * items see the records as they would be then.
	 */
	preview(api: Api): (index: number) => { api: Api; plan: Plan };
};

/** The Operation drop-down of each resource, and all operations' own parameters. */
export function operationParameters<Api>(operations: ReadonlyArray<OperationFile<Api>>): INodeProperties[] {
	const resources = [...new Set(operations.map(({ resource }) => resource))];
	const dropDowns = resources.map((resource): INodeProperties => {
		const own = operations.filter((one) => one.resource === resource);
		// The first operation in alphabetical order may be rarely used.
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
