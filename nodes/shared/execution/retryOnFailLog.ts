import { createHash, randomUUID } from 'crypto';
import type { IContextObject, IExecuteFunctions } from 'n8n-workflow';

import { isInDoubt } from '../core/errors';
import { isJsonObject } from '../core/json';

/** What n8n keeps of a node within one execution, and with the execution when it is saved. */
type Kept = { id: string; startedAt: number };

/** How the items of one run ended, over all tries of this process. */
type Memory<Outcome> = {
	outcomes: Map<number, Outcome | Error>;
	/** By the ID of a record, the item that has made it; `SEVERAL` where more than one item ended with it. */
	makers: Map<unknown, number>;
	/** Of items that failed half-way. */
	parts: Map<number, Set<string>>;
};

const SEVERAL = -1;

/**
 * One run of a node and its repetitions. n8n's Retry On Fail, and a failed execution that is run again, send all items
 * through the node once more, also those that had gone through: what was done before must not be done twice.
 */
export class RetryOnFailLog<Outcome> {
	private readonly memory: Memory<Outcome>;
	/** Milliseconds since the epoch: when the first try began. */
	readonly startedAt: number;
	/** Items may have been sent before. */
	readonly isRepeat: boolean;
	private readonly id: string;
	private readonly key: string;
	private readonly kept: IContextObject;

	constructor(context: IExecuteFunctions) {
		const { kept, key } = placeOf(context);
		this.kept = kept;
		this.key = key;
		const earlier = kept[key] as Kept | undefined;
		this.isRepeat = earlier !== undefined;
		const { id, startedAt } = earlier ?? { id: randomUUID(), startedAt: Date.now() };
		kept[key] = { id, startedAt } satisfies Kept;
		this.id = id;
		this.startedAt = startedAt;
		if (context.getNode().retryOnFail !== true) {
			// n8n does not run the node again by itself: nothing is to outlast this try.
			this.memory = emptyMemory();
			return;
		}
		const runs = (memoryOf.get(kept) ?? new Map()) as Map<string, Memory<Outcome>>;
		memoryOf.set(kept, runs);
		this.memory = runs.get(key) ?? emptyMemory();
		runs.set(key, this.memory);
	}

	/**
	 * A name for what an item makes: the same in each try, and never given to anything else. What the item sends has no
	 * part in it, because an expression such as `{{ $now }}` gives another value in each try.
	 */
	idempotencyKey(index: number): string {
		return createHash('sha256').update(`${this.id} ${index}`).digest('hex').slice(0, 32);
	}

	/** How an item ended in an earlier try, where it must not be sent again. */
	earlier(index: number): Outcome | Error | undefined {
		return this.memory.outcomes.get(index);
	}

	/**
	 * Parts of an item that this try or an earlier one has done. Whoever does a part adds its name, and leaves it out where
	 * the name stands there.
	 */
	partsDone(index: number): Set<string> {
		const done = this.memory.parts.get(index) ?? new Set<string>();
		this.memory.parts.set(index, done);
		return done;
	}

	/** Another item has made this record. */
	isOfAnother(index: number, id: unknown): boolean {
		const maker = this.memory.makers.get(id);
		return maker !== undefined && maker !== index;
	}

	/** How an item ended in this try: what is done, or may be done, is not sent again. */
	note(index: number, outcome: Outcome | Error): void {
		if (outcome instanceof Error && (!isInDoubt(outcome) || outcome.certainty === 'findable')) return;
		const { outcomes, makers } = this.memory;
		outcomes.set(index, outcome);
		if (!isJsonObject(outcome) || outcome.id === undefined) return;
		makers.set(outcome.id, this.isOfAnother(index, outcome.id) ? SEVERAL : index);
	}

	/** All items have gone through: nothing will be repeated. */
	end(): void {
		delete this.kept[this.key];
		memoryOf.get(this.kept)?.delete(this.key);
	}
}

const emptyMemory = <Outcome>(): Memory<Outcome> => ({
	outcomes: new Map(),
	makers: new Map(),
	parts: new Map(),
});

/** In memory only, for as long as n8n holds the execution. */
const memoryOf = new WeakMap<IContextObject, Map<string, unknown>>();

/** Where a run is found again by its repetitions. */
function placeOf(context: IExecuteFunctions): { kept: IContextObject; key: string } {
	// Tools of sub-agents and of the MCP Server Trigger, not those of the AI Agent node, which n8n runs as main nodes.
	if (context.isToolExecution?.() === true) return { kept: keptOfCall(context), key: 'call' };
	// Each turn of a loop is a run of its own.
	return { kept: keptOfNode(context), key: `run ${String(context.getWorkflowDataProxy(0).$runIndex)}` };
}

function keptOfNode(context: IExecuteFunctions): IContextObject {
	try {
		return context.getContext('node');
	} catch {
		// n8n's Agents run a node without an execution: there is nothing to keep, and no earlier try.
		return {};
	}
}

/**
 * One call of a tool. n8n gives each try of a call another run index, and parallel calls may have the same. Only the
 * object that holds the call's arguments is the same in each try, and another one for each call, also for equal arguments.
 */
function keptOfCall(context: IExecuteFunctions): IContextObject {
	const [item] = context.getInputData();
	if (item === undefined) return {};
	const kept = callsOf.get(item.json) ?? {};
	callsOf.set(item.json, kept);
	return kept;
}

const callsOf = new WeakMap<object, IContextObject>();
