import type { IBinaryKeyData, IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { ServiceFailure, toErrorItem, toNodeError } from '../core/errors';
import { FileOutput, type Output } from './operation';

/** What became of each input item: exactly one outcome, its result or one error item. */
export class ItemResults {
	private readonly items: Array<INodeExecutionData[] | undefined>;
	private firstFailure: { index: number; error: Error } | undefined;
	private succeeded = 0;
	/** Items whose result keeps the fields and files of the input. */
	private readonly includingInput = new Set<number>();

	/**
	 * @param continueOnFail a failure becomes an error item; otherwise it ends the run
	 * @param input its items: an error item keeps their files, so that they can be sent again, and so does a result that
	 *   brings files of its own
	 */
	constructor(
		private readonly length: number,
		private readonly continueOnFail: boolean,
		private readonly input: readonly INodeExecutionData[] = [],
	) {
		this.items = new Array<INodeExecutionData[] | undefined>(length);
	}

	/** To be called before the item is settled. */
	includeInput(index: number): void {
		this.includingInput.add(index);
	}

	/** To be called once an item. */
	settle(index: number, outcome: Output | Error): void {
		if (!(outcome instanceof Error)) {
			const items = toItems(outcome, index, this.input[index]?.binary);
			this.items[index] = this.includingInput.has(index) ? this.withInput(items, index) : items;
			this.succeeded += 1;
		} else if (this.continueOnFail) this.items[index] = [this.toErrorItem(outcome, index)];
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
	 * @param previewed items that only say what they would do
	 * @throws the error that n8n shows, for the first item that ends the run
	 */
	toOutput(node: INode, previewed: ReadonlySet<number> = NONE): INodeExecutionData[] {
		if (this.firstFailure) {
			const { index, error } = this.firstFailure;
			throw toNodeError(node, error, index, this.length > 1 ? this.written(previewed) : '');
		}
		return Array.from(this.items, (items, index) => items ?? [this.toErrorItem(CANCELLED, index)]).flat();
	}

	/** What had been written when the run ended. */
	private written(previewed: ReadonlySet<number>): string {
		const written = this.items.filter((items, index) => items && !previewed.has(index)).length;
		if (previewed.size === this.length) {
			return 'This was a preview: nothing was written. Set On Error to Continue to see all items that would fail.';
		}
		return written === 0
			? `Before this, none of ${this.length} items had gone through.`
			: `Before this, ${written} of ${this.length} items had gone through; they stay as they are.`;
	}

	private withInput(items: INodeExecutionData[], index: number): INodeExecutionData[] {
		const { json = {}, binary } = this.input[index] ?? {};
		return items.map((item) => ({
			...item,
			json: { ...deepCopy(json), ...item.json },
			...((binary ?? item.binary) && { binary: { ...binary, ...item.binary } }),
		}));
	}

	private toErrorItem(error: Error, index: number): INodeExecutionData {
		const binary = this.input[index]?.binary;
		return { ...toErrorItem(error, index), ...(binary && { binary }) };
	}
}

const NONE: ReadonlySet<number> = new Set();

const CANCELLED = new ServiceFailure(
	'Not sent: the execution was canceled',
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
