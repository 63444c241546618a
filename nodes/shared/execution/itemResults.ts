import type { IBinaryKeyData, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import { ServiceFailure, toErrorItem, toNodeError } from '../core/errors';
import { FileOutput, type Output } from './operation';

/** What became of each input item: exactly one outcome, its result or one error item. */
export class ItemResults {
	private readonly items: Array<INodeExecutionData[] | undefined>;
	private firstFailure: { index: number; error: Error } | undefined;
	private succeeded = 0;

	/**
	 * @param goOn whether a failure becomes an error item; otherwise it ends the run
	 * @param filesOf the files of an input item. Its error item keeps them, so that they can be sent again. An output
	 *   item with files of its own keeps them too.
	 */
	constructor(
		private readonly length: number,
		private readonly goOn: boolean,
		private readonly filesOf: (index: number) => IBinaryKeyData | undefined = () => undefined,
	) {
		this.items = new Array<INodeExecutionData[] | undefined>(length);
	}

	/** Call this once per item. */
	settle(index: number, outcome: Output | Error): void {
		if (!(outcome instanceof Error)) {
			this.items[index] = toItems(outcome, index, this.filesOf(index));
			this.succeeded += 1;
		} else if (this.goOn) this.items[index] = [this.toErrorItem(outcome, index)];
		else if (!this.firstFailure || index < this.firstFailure.index) {
			this.firstFailure = { index, error: outcome };
		}
	}

	/** Whether an item has no output yet. */
	isOpen(index: number): boolean {
		return this.items[index] === undefined;
	}

	/** Whether there is a failure that ends the run. */
	get hasFailed(): boolean {
		return this.firstFailure !== undefined;
	}

	get areAllGood(): boolean {
		return this.succeeded === this.length;
	}

	/**
	 * All outcomes in the order of the input.
	 *
	 * @throws the error that n8n shows, for the first item that ends the run
	 */
	toOutput(node: INode): INodeExecutionData[] {
		if (this.firstFailure) {
			const { index, error } = this.firstFailure;
			const written = `Before this, ${this.succeeded} of ${this.length} items had gone through; they stay as they are.`;
			throw toNodeError(node, error, index, this.length > 1 ? written : '');
		}
		return Array.from(this.items, (items, index) => items ?? [this.toErrorItem(CANCELLED, index)]).flat();
	}

	private toErrorItem(error: Error, index: number): INodeExecutionData {
		const binary = this.filesOf(index);
		return { ...toErrorItem(error, index), ...(binary && { binary }) };
	}
}

const CANCELLED = new ServiceFailure(
	'Not sent: the execution was cancelled',
	'Run the workflow again for this item.',
);

function toItems(output: Output, index: number, files: IBinaryKeyData | undefined): INodeExecutionData[] {
	const pairedItem = { item: index };
	if (output instanceof FileOutput) {
		return [{ json: output.json as IDataObject, binary: { ...files, ...output.binary }, pairedItem }];
	}
	return (Array.isArray(output) ? output : [output]).map((json) => ({
		json: json as IDataObject,
		pairedItem,
	}));
}
