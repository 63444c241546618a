import { createHash, randomUUID } from 'crypto';
import type { IContextObject, IExecuteFunctions } from 'n8n-workflow';

import { isInDoubt } from '../core/errors';
import { isJsonObject, stringifyJson } from '../core/json';

/** What n8n keeps of a node within one execution, and with the execution when it is saved. */
type Kept = { id: string; startedAt: number };

/**
 * One run of a node and its repetitions. n8n's Retry On Fail, and a failed execution that is run again, send all items
 * through the node once more, also those that had gone through: what was done before must not be done twice.
 */
export class RetryOnFailLog<Outcome> {
	/** ItemResults by item, of this try and of this process' earlier ones. */
	private readonly outcomes: Map<number, Outcome | Error>;
	/** Milliseconds since the epoch: when the first try began. */
	readonly startedAt: number;
	/** Items may have been sent before. */
	readonly isRepeat: boolean;
	private readonly id: string;
	private readonly key: string;
	private readonly kept: IContextObject;

	constructor(context: IExecuteFunctions) {
		this.kept = context.getContext('node');
		// Each turn of a loop is a run of its own.
		this.key = `run ${String(context.getWorkflowDataProxy(0).$runIndex)}`;
		const earlier = this.kept[this.key] as Kept | undefined;
		this.isRepeat = earlier !== undefined;
		const { id, startedAt } = earlier ?? { id: randomUUID(), startedAt: Date.now() };
		this.kept[this.key] = { id, startedAt } satisfies Kept;
		this.id = id;
		this.startedAt = startedAt;
		if (context.getNode().retryOnFail !== true) {
			// n8n does not run it again by itself: nothing is to outlast this try.
			this.outcomes = new Map();
			return;
		}
		const runs = (outcomesOf.get(this.kept) ?? new Map()) as Map<string, Map<number, Outcome | Error>>;
		outcomesOf.set(this.kept, runs);
		this.outcomes = runs.get(this.key) ?? new Map();
		runs.set(this.key, this.outcomes);
	}

	/** A name for what an item sends: the same in each try, and never given to anything else. */
	idempotencyKey(index: number, content: unknown): string {
		return createHash('sha256')
			.update(stringifyJson([this.id, index, content]))
			.digest('hex')
			.slice(0, 32);
	}

	/** How an item ended in an earlier try, where it must not be sent again. */
	earlier(index: number): Outcome | Error | undefined {
		return this.outcomes.get(index);
	}

	/** Another item has made this record. */
	isOfAnother(index: number, id: unknown): boolean {
		return [...this.outcomes].some(
			([other, outcome]) => other !== index && isJsonObject(outcome) && outcome.id === id,
		);
	}

	/** How an item ended in this try: what is done, or may be done, is not sent again. */
	note(index: number, outcome: Outcome | Error): void {
		if (outcome instanceof Error && (!isInDoubt(outcome) || outcome.certainty === 'findable')) return;
		this.outcomes.set(index, outcome);
	}

	/** All items have gone through: nothing will be repeated. */
	end(): void {
		delete this.kept[this.key];
		outcomesOf.get(this.kept)?.delete(this.key);
	}
}

/** In memory only, for as long as n8n holds the execution. */
const outcomesOf = new WeakMap<IContextObject, Map<string, unknown>>();
