import type { IDataObject, INodeExecutionData, IPollFunctions } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import { type InvalidInput, ServiceFailure } from '../core/errors';
import type { JsonObject } from '../core/json';
import { toPollError } from './pollError';

/** What one poll may use. */
export type PollRun = {
	/** Whether there is time for another request. */
	hasTime(): boolean;
	/** Writes to n8n's log. */
	log(message: string): void;
	/** The workflow was inactive, and this is the first poll since it was activated. */
	isActivation: boolean;
};

/** A trigger whose parameters are read and checked. */
export type Trigger = {
	/** A few of the newest events, in ascending order, as an example. Nothing is remembered of them. */
	sample(): Promise<JsonObject[]>;
	/** The error when a sample finds nothing. It says what was looked for. */
	nothingFound: InvalidInput;
	/**
	 * The events since the last poll, and the state after them.
	 *
	 * @param state as an earlier poll returned it; `undefined` at first
	 */
	poll(state: unknown, run: PollRun): Promise<{ events: JsonObject[]; state: JsonObject }>;
};

/** Milliseconds. */
const MAX_BUDGET_MS = 45_000;
/** The part of n8n's budget after which no request begins, because a request under way may take a while. */
const USABLE_PART = 0.75;

/** n8n 2.41 waits at least 1.25 times as long as it says. */
const WAITED_PART = 1.25;

/** Milliseconds within which a poll may begin requests, of what n8n allows it. */
const usableBudget = (allowed: number | undefined): number =>
	Math.min(MAX_BUDGET_MS, allowed === undefined ? Infinity : allowed * USABLE_PART);

/** n8n makes one context for each activation, and polls with it until the next one. */
const polled = new WeakSet<IPollFunctions>();

/** Polls that are under way, by workflow and node: n8n begins one although the last has not ended. */
const underWay = new Set<string>();

/**
 * A trigger node's `poll`.
 *
 * The state moves in one step when everything has been read, so that a poll that fails or dies has moved nothing.
 */
export async function runPoll(
	context: IPollFunctions,
	prepare: (context: IPollFunctions) => Promise<Trigger>,
): Promise<INodeExecutionData[][] | null> {
	if (context.getMode() === 'manual') {
		return await explained(context, async () => {
			const trigger = await prepare(context);
			const events = await trigger.sample();
			if (events.length === 0) throw trigger.nothingFound;
			return toOutput(events);
		});
	}
	const key = `${context.getWorkflow().id}:${context.getNode().id}`;
	if (underWay.has(key)) return null;
	underWay.add(key);
	try {
		return await explained(context, async () => await pollOnce(context, prepare));
	} finally {
		underWay.delete(key);
	}
}

async function pollOnce(
	context: IPollFunctions,
	prepare: (context: IPollFunctions) => Promise<Trigger>,
): Promise<INodeExecutionData[][] | null> {
	const startedAt = Date.now();
	// Versions of n8n before 2.41 have no such function.
	const allowed = (context as Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>).getPollBudgetMs?.();
	const usable = usableBudget(allowed);
	const trigger = await prepare(context);
	const kept = context.getWorkflowStaticData('node');
	const before = kept.state as IDataObject | undefined;
	const { events, state } = await trigger.poll(before && deepCopy(before), {
		hasTime: () => Date.now() - startedAt < usable,
		log: (message) => context.logger.info(`${context.getNode().name}: ${message}`),
		// A restart of n8n is `init`, another version of the workflow is `update`.
		isActivation: context.getActivationMode() === 'activate' && !polled.has(context),
	});
	// n8n may no longer wait for this poll, and would drop the events.
	if (allowed !== undefined && Date.now() - startedAt >= Math.max(allowed * WAITED_PART, 1000)) {
		throw tooSlow(allowed);
	}
	polled.add(context);
	if (JSON.stringify(before) !== JSON.stringify(state)) kept.state = state;
	return events.length > 0 ? toOutput(events) : null;
}

const toOutput = (events: JsonObject[]): INodeExecutionData[][] => [
	events.map((json) => ({ json: json as IDataObject })),
];

async function explained<T>(context: IPollFunctions, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw toPollError(context.getNode(), error);
	}
}

const tooSlow = (allowed: number) =>
	new ServiceFailure(
		`The poll took longer than the ${Math.round(allowed / 1000)} seconds that n8n gives it`,
		'Nothing is lost: the next poll begins where this one began. If it stays, lower Max Items per Poll or the overlap, or add filters.',
	);
