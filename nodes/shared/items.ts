import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';

import { runConcurrently } from './concurrency';
import type { ConnectionOptions } from './connection';
import { asError, InvalidInput, ServiceFailure, toErrorItem, toNodeError } from './errors';
import { Item, Parameters } from './item';
import { type BulkEntry, type BulkRun, FileOutput, type Output, type Service, type Task } from './operation';
import { readConnectionOptions } from './options';
import { Tries } from './tries';

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
