import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { runConcurrently } from './parallelItems';
import { asError, escapeHtml, InvalidInput, toNodeError, withoutMarkup } from '../core/errors';
import { Item, Parameters } from './item';
import {
	type BulkEntry,
	type BulkOperation,
	type BulkRun,
	FileOutput,
	mapRecords,
	type Output,
	type Service,
	type SingleOperation,
	type Task,
} from './operation';
import { readConnectionOptions, readIncludeInput } from './options';
import { ItemResults } from './itemResults';
import { OutputHints } from './outputHints';
import { RetryOnFailLog } from './retryOnFailLog';
import { inSlices } from './timeSlices';

/**
 * A node's `execute`: runs the chosen operation for every input item, several at once. The output is in the order of
 * the input. Each item has exactly one outcome: its result, or one error item.
 *
 * In stop mode all items are checked before the first is sent. An item that cannot be sent then stops the run while
 * nothing has been written.
 */
export async function runItems<Api>(
	context: IExecuteFunctions,
	service: Service<Api>,
): Promise<INodeExecutionData[][]> {
	const node = context.getNode();
	const input = context.getInputData();
	const { length } = input;
	const operation = chosenOperation(context, service, node);
	const continueOnFail = context.continueOnFail();
	const outcomes = new ItemResults(length, continueOnFail, input);
	let connected: Awaited<ReturnType<typeof connect<Api>>>;
	try {
		connected = await connect(context, service);
	} catch (error) {
		if (!continueOnFail)
			throw error instanceof InvalidInput ? toNodeError(node, error, 0, NOTHING_SENT) : asError(error);
		// The error is not thrown, because n8n would pass the items to the regular output as if they had been sent.
		for (let index = 0; index < length; index++) outcomes.settle(index, asError(error));
		return [outcomes.toOutput(node)];
	}

	const retryLog = new RetryOnFailLog<Output>(context);
	const parameters = new Parameters(context);
	const hints = new OutputHints(service.table);
	const signal = context.getExecutionCancelSignal();
	const previewed = new Set<number>();
	const run: Run<Api> = {
		...connected,
		context,
		node,
		length,
		continueOnFail,
		outcomes,
		retryLog,
		previewed,
		previewOf: service.preview(connected.api),
		settle(index, outcome) {
			const name = outcome instanceof Error ? 'failed' : outcomeName(outcome);
			if (previewed.has(index)) hints.notePreview(name);
			else {
				retryLog.note(index, outcome);
				hints.noteOutcome(name);
			}
			outcomes.settle(index, outcome);
		},
		signal,
		itemAt: (index) => new Item(context, parameters, service.table, index, hints, retryLog),
		halted: () => outcomes.hasFailed || signal?.aborted === true,
	};
	if ('runAll' in operation) await runTogether(operation, run);
	else await runEach(operation, run);

	if (outcomes.areAllGood) retryLog.end();
	if (signal?.aborted) {
		for (let index = 0; index < length; index++) if (outcomes.isOpen(index)) hints.noteOutcome('not sent');
	}
	const output = outcomes.toOutput(node, previewed);
	for (const message of hints.messages()) context.addExecutionHints({ message, location: 'outputPane' });
	return [output];
}

/** What became of an item's record, or in a preview what would. Not all operations say it. */
function outcomeName(outcome: Output): string {
	const output = outcome instanceof FileOutput ? outcome.json : outcome;
	const record = Array.isArray(output) ? output[0] : output;
	return String(record?._outcome ?? (record?.deleted === true ? 'deleted' : 'done'));
}

const NOTHING_SENT = 'Nothing was sent for any item.';

/** All items of one execution of the node. */
type Run<Api> = {
	context: IExecuteFunctions;
	node: INode;
	api: Api;
	atOnce: number;
	length: number;
	/** Whether items that fail become error items; otherwise the first failure ends the run. */
	continueOnFail: boolean;
	outcomes: ItemResults;
	retryLog: RetryOnFailLog<Output>;
	/** Items that only say what they would do. */
	previewed: Set<number>;
	previewOf: ReturnType<Service<Api>['preview']>;
	/** Call this once per item. */
	settle(index: number, outcome: Output | Error): void;
	signal: AbortSignal | undefined;
	itemAt(index: number): Item;
	/** Whether nothing more may be sent. */
	halted(): boolean;
};

function chosenOperation<Api>(context: IExecuteFunctions, { operations }: Service<Api>, node: INode) {
	const resource = context.getNodeParameter('resource', 0);
	const name = context.getNodeParameter('operation', 0);
	const chosen = operations.find((one) => one.resource === resource && one.operation === name);
	if (chosen) return chosen;
	const unknown = new InvalidInput(
		`There is no operation "${name}" for "${resource}"`,
		'Choose one in the node.',
	);
	throw toNodeError(node, unknown, 0);
}

async function connect<Api>(context: IExecuteFunctions, service: Service<Api>) {
	const options = readConnectionOptions(readRunOptions(context));
	return { api: await service.connect(context, options), atOnce: options.maxConcurrentRequests };
}

/**
 * Reads the options of the run from the first item. All other options are read for each item, so that
 * an expression that fails for the first item fails only that item.
 */
function readRunOptions(context: IExecuteFunctions): IDataObject {
	const written = context.getNode().parameters.options;
	// One expression may give all options.
	if (typeof written === 'string') return context.getNodeParameter('options', 0, {});
	const read = (name: string) => context.getNodeParameter(`options.${name}`, 0, null) as unknown;
	return { maxConcurrentRequests: read('maxConcurrentRequests'), timeout: read('timeout') } as IDataObject;
}

/**
 * An item, and what its options say of its result.
 *
 * @throws InvalidInput
 */
function readItem<Api>({ itemAt, outcomes, previewed }: Run<Api>, index: number): Item {
	const item = itemAt(index);
	if (item.isPreview) previewed.add(index);
	if (readIncludeInput(item.options.includeInput)) outcomes.includeInput(index);
	return item;
}

/** What an earlier try has done stays done, also where the item cannot be read any more. */
function settleAgain<Api>(run: Run<Api>, index: number, earlier: Output | Error): void {
	try {
		readItem(run, index);
	} catch {
		// Its result is returned without the input.
	}
	run.settle(index, earlier);
}

async function load<Api>({ load }: SingleOperation<Api>, run: Run<Api>): Promise<void> {
	let isNeeded = false;
	const look = (index: number) => {
		isNeeded = load?.isNeededFor(run.itemAt(index)) === true;
	};
	if (load) await inSlices(run.length, look, () => isNeeded || run.halted());
	if (isNeeded) await load?.from(run.api);
}

/** Each item on its own, several at once. */
async function runEach<Api>(operation: SingleOperation<Api>, run: Run<Api>): Promise<void> {
	const { settle, retryLog } = run;
	await load(operation, run);
	const prepare = (index: number) => prepareItem(operation, run, index);
	const prepared = run.continueOnFail ? undefined : await prepareAll(run, prepare);
	await runConcurrently(run.length, run.atOnce, run.halted, (index) => {
		const earlier = retryLog.earlier(index);
		if (earlier !== undefined) {
			settleAgain(run, index, earlier);
			return undefined;
		}
		let task: Task;
		try {
			task = prepared?.[index] ?? prepare(index);
		} catch (error) {
			settle(index, asError(error));
			return undefined;
		}
		return {
			orderKey: task.orderKey,
			async run() {
				settle(index, await task.run().catch(asError));
			},
		};
	});
}

/** @throws InvalidInput */
function prepareItem<Api>(operation: SingleOperation<Api>, run: Run<Api>, index: number): Task {
	const item = readItem(run, index);
	if (!item.isPreview) return operation.prepare(item, run.api);
	const { api, plan } = run.previewOf(index);
	const task = operation.prepare(item, api);
	return {
		...task,
		run: async () => mapRecords(await task.run(), (record) => plan.outputOf(record)),
	};
}

/**
 * Reads and checks all items before the first is sent.
 *
 * @returns fewer tasks than items only when the execution was canceled meanwhile; nothing is sent then
 * @throws the error that n8n shows, for the first item that cannot be sent
 */
async function prepareAll<Api>(run: Run<Api>, prepare: (index: number) => Task): Promise<Task[]> {
	const tasks: Task[] = [];
	const read = (index: number) => {
		try {
			tasks.push(prepare(index));
		} catch (error) {
			throw toNodeError(run.node, error, index, NOTHING_SENT);
		}
	};
	await inSlices(run.length, read, run.halted);
	return tasks;
}

/** Sends many items in one request. */
async function runTogether<Api>(operation: BulkOperation<Api>, run: Run<Api>): Promise<void> {
	const { api, context, halted, itemAt, outcomes, previewed, settle, signal, retryLog } = run;
	const entries: BulkEntry[] = [];
	const read = (index: number) => {
		const earlier = retryLog.earlier(index);
		if (earlier !== undefined) return settleAgain(run, index, earlier);
		try {
			entries.push({ index, entry: operation.prepareEntry(readItem(run, index), api) });
		} catch (error) {
			if (!run.continueOnFail) throw toNodeError(run.node, error, index, NOTHING_SENT);
			settle(index, asError(error));
		}
	};
	await inSlices(run.length, read, halted);
	if (entries.length === 0 || halted()) return;
	const bulkRun: BulkRun = {
		settle,
		first: itemAt(0),
		earlier: () => entriesSentBefore(operation, run),
		signal,
		halted,
		inSlices,
		concurrently: async (count, work) =>
			await runConcurrently(count, run.atOnce, halted, (index) => ({
				run: async () => await work(index),
			})),
		progress: (message) => context.sendMessageToUI(withoutMarkup(message)),
		hint: (message) => context.addExecutionHints({ message: escapeHtml(message), location: 'outputPane' }),
	};
	const planned = entries.filter(({ index }) => previewed.has(index));
	const meant = entries.filter(({ index }) => !previewed.has(index));
	try {
		if (planned.length > 0) await previewTogether(operation, planned, run, bulkRun);
		if (meant.length > 0 && !halted()) await operation.runAll(meant, api, bulkRun);
	} catch (error) {
		for (const { index } of entries) if (outcomes.isOpen(index)) settle(index, asError(error));
	}
}

/** What an operation for many items says of its changes is all that is known of them. */
async function previewTogether<Api>(
	operation: BulkOperation<Api>,
	entries: readonly BulkEntry[],
	run: Run<Api>,
	bulkRun: BulkRun,
): Promise<void> {
	const { api } = run.previewOf(0);
	const settle = (index: number, outcome: Output | Error) =>
		run.settle(
			index,
			outcome instanceof Error ? outcome : mapRecords(outcome, (record) => ({ ...record, _preview: true })),
		);
	const previewRun = { ...bulkRun, settle };
	await (operation.previewAll?.(entries, api, previewRun) ?? operation.runAll(entries, api, previewRun));
}

/** An item that can no longer be read is left out, because its outcome is already known. */
async function entriesSentBefore<Api>(
	operation: BulkOperation<Api>,
	{ api, halted, itemAt, length, retryLog }: Run<Api>,
): Promise<BulkEntry[]> {
	const entries: BulkEntry[] = [];
	const read = (index: number) => {
		if (retryLog.earlier(index) === undefined) return;
		try {
			entries.push({ index, entry: operation.prepareEntry(itemAt(index), api) });
		} catch {
			// Left out.
		}
	};
	await inSlices(length, read, halted);
	return entries;
}
