import { createHash, randomUUID } from 'crypto';
import type { IContextObject, IExecuteFunctions } from 'n8n-workflow';

import { isInDoubt } from '../core/errors';
import { isJsonObject } from '../core/json';

/** What n8n keeps of a node within one execution. n8n saves it with the execution. */
type Kept = { id: string; startedAt: number };

/** How the items of one run ended, over all tries of this process. */
type Memory<Outcome> = {
	outcomes: Map<number, Outcome | Error>;
	/**
	 * The item that has made each record, by the record's ID; `SEVERAL` when more than one item ended with that record.
	 */
	makers: Map<unknown, number>;
	/** By item index: the completed parts of items that failed. */
	parts: Map<number, Set<string>>;
};

const SEVERAL = -1;

/**
 * One run of a node and its repetitions. n8n's Retry On Fail, and a failed execution that is run again, send all items
 * through the node once more, also those that succeeded. What was done before must not be done twice.
 */
export class RetryOnFailLog<Outcome> {
	private readonly memory: Memory<Outcome>;
	/** Milliseconds since the epoch: when the first try began. */
	readonly startedAt: number;
	/** Whether items may have been sent before. */
	readonly isRepeat: boolean;
	private readonly id: string;
	private readonly key: string;
	private readonly kept: IContextObject;

	constructor(context: IExecuteFunctions) {
		const { kept, key } = storageOf(context);
		this.kept = kept;
		this.key = key;
		const earlier = kept[key] as Kept | undefined;
		this.isRepeat = earlier !== undefined;
		const { id, startedAt } = earlier ?? { id: randomUUID(), startedAt: Date.now() };
		kept[key] = { id, startedAt } satisfies Kept;
		this.id = id;
		this.startedAt = startedAt;
		if (context.getNode().retryOnFail !== true) {
			// n8n does not repeat the node by itself, so the outcomes are not kept. The ID above is kept for an execution that
			// the user runs again.
			this.memory = emptyMemory();
			return;
		}
		const runs = (memoryOf.get(kept) ?? new Map()) as Map<string, Memory<Outcome>>;
		memoryOf.set(kept, runs);
		this.memory = runs.get(key) ?? emptyMemory();
		runs.set(key, this.memory);
	}

	/**
	 * A name for what an item makes. It is the same in each try, and is never given to anything else. It does not depend
	 * on what the item sends, because an expression such as `{{ $now }}` gives another value in each try.
	 */
	idempotencyKey(index: number): string {
		return createHash('sha256').update(`${this.id} ${index}`).digest('hex').slice(0, 32);
	}

	/** How an item ended in an earlier try, if it must not be sent again. */
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
	isMadeByOtherItem(index: number, id: unknown): boolean {
		const maker = this.memory.makers.get(id);
		return maker !== undefined && maker !== index;
	}

	/** Keeps how an item ended in this try, if it must not be sent again because it is done or may be done. */
	note(index: number, outcome: Outcome | Error): void {
		if (outcome instanceof Error && (!isInDoubt(outcome) || outcome.certainty === 'findable')) return;
		const { outcomes, makers } = this.memory;
		outcomes.set(index, outcome);
		if (!isJsonObject(outcome) || outcome.id === undefined) return;
		makers.set(outcome.id, this.isMadeByOtherItem(index, outcome.id) ? SEVERAL : index);
	}

	/** Call this when all items have succeeded, because nothing will be repeated then. */
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

/** Where a run keeps what its repetitions look for. */
function storageOf(context: IExecuteFunctions): { kept: IContextObject; key: string } {
	// True for tools of sub-agents and of the MCP Server Trigger. n8n runs the tools of the AI Agent node as main nodes.
	if (context.isToolExecution?.() === true) return { kept: keptOfCall(context), key: 'call' };
	// Each turn of a loop is a run of its own.
	return { kept: keptOfNode(context), key: `run ${String(context.getWorkflowDataProxy(0).$runIndex)}` };
}

function keptOfNode(context: IExecuteFunctions): IContextObject {
	try {
		return context.getContext('node');
	} catch {
		// n8n's Agents run a node without an execution, so there is nothing to keep and no earlier try.
		return {};
	}
}

/**
 * Where one call of a tool is kept. n8n gives each try of a call another run index, and parallel calls may have the
 * same run index. Only the object with the call's arguments is the same in each try. Each call has another object, even
 * when the arguments are equal.
 */
function keptOfCall(context: IExecuteFunctions): IContextObject {
	const [item] = context.getInputData();
	if (item === undefined) return {};
	const kept = callsOf.get(item.json) ?? {};
	callsOf.set(item.json, kept);
	return kept;
}

const callsOf = new WeakMap<object, IContextObject>();
