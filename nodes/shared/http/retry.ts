import { sleep } from 'n8n-workflow';

import { DOUBT, ServiceFailure } from '../core/errors';
import type { ConcurrencyLimiter, Slot } from './concurrencyLimiter';

/**
 * The one place that decides what is sent again. What surely did not happen is; what may have happened is only where
 * doing it twice is the same as once.
 */

/** An answer as far as a retry depends on it. */
type Answer = {
	status: number;
	headers: Record<string, unknown>;
	/** An earlier attempt may have been done, whatever this answer says. */
	mayBeDone?: boolean;
};

export type RetryRules<T extends Answer> = {
	pace: ConcurrencyLimiter;
	/** Requests that take about the same time when there is little load; without it, their time says nothing. */
	kind?: string;
	signal: AbortSignal | undefined;
	/** The request changes something. */
	writes: boolean;
	/** The request may be repeated although it may have been done. */
	idempotent: boolean;
	/** An answer that no repetition will change, whatever its status. */
	isFinal?(answer: T): boolean;
	/** A success without what a success holds: a proxy's page, or nothing. */
	isGarbled?(answer: T): boolean;
	/** The service has answered in its own way before, so that such a page is not there for good. */
	isKnown?(): boolean;
	/** Changes what a refusal was about; `true` when the request is worth sending again. */
	mend?(answer: T): boolean;
};

export const MAX_ATTEMPTS = 6;
/** As long as nothing but a page has answered: the address may be wrong. */
const GARBLED_ATTEMPTS = 3;
/** Milliseconds for all attempts together. */
const TIME_BUDGET_MS = 180_000;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 20_000;
/** Waits are slept in slices, so that a cancelled execution does not wait for their end. */
const SLICE = 100;

/**
 * Sends until an answer comes that is worth keeping, an attempt fails for good, or the limits are reached.
 *
 * @param attempt sends once, signed anew each time
 * @throws ServiceFailure of the last attempt
 */
export async function withRetries<T extends Answer>(
	rules: RetryRules<T>,
	attempt: () => Promise<T>,
): Promise<T> {
	const { pace, signal } = rules;
	let deadline = Infinity;
	let mayBeDone = false;
	for (let attempts = 1; ; attempts++) {
		const ticket = await pace.enter(rules.kind);
		let answer: T | undefined;
		let failure: unknown;
		try {
			if (pace.pause > TIME_BUDGET_MS) throw retryAfterTooLongError(pace.pause);
			if (attempts === 1) await untilHeard(pace, ticket, signal);
			for (let rest = pace.untilTurn(ticket); rest > 0 && !signal?.aborted; rest = pace.untilTurn(ticket)) {
				await wait(rest, signal);
			}
			if (signal?.aborted && attempts > 1) throw cancelled();
			// From the first attempt on: waiting for a place is not trying.
			if (attempts === 1) deadline = Date.now() + TIME_BUDGET_MS;
			answer = await attempt();
		} catch (error) {
			failure = error;
		}
		if (answer !== undefined || isUnanswered(failure)) pace.hear(isFromService(answer));
		const again = answer ? shouldRetryResponse(answer, rules, attempts) : shouldRetryError(failure, rules);
		const fared = again.overloaded ? 'overloaded' : answer ? 'well' : 'unanswered';
		pace.leave(ticket, fared, again.retryAfter);
		const pause = Math.max(again.retryAfter ?? 0, retryDelay(attempts));
		const isLast = attempts === MAX_ATTEMPTS || Date.now() + pause > deadline || signal?.aborted === true;
		if (!again.retry || isLast) {
			if (answer) return mayBeDone ? { ...answer, mayBeDone } : answer;
			if (mayBeDone && failure instanceof ServiceFailure && !failure.outcome.doubt) {
				throw failure.inDoubt(DOUBT);
			}
			throw failure;
		}
		mayBeDone ||= rules.writes && again.mayBeDone === true;
		await wait(retryDelay(attempts), signal);
	}
}

/**
 * A service that is gone would cost each of thousands of items all of its attempts. But it may be a few requests alone
 * that it does not answer: once a minute one looks, and the others wait for what it finds.
 *
 * @throws ServiceFailure when it found the service still silent
 */
async function untilHeard(
	pace: ConcurrencyLimiter,
	ticket: Slot,
	signal: AbortSignal | undefined,
): Promise<void> {
	while (pace.silence > TIME_BUDGET_MS && !signal?.aborted) {
		if (!pace.isProbing) {
			if (pace.probe(ticket)) return;
			throw gone();
		}
		await wait(SLICE, signal);
	}
}

/** A gateway's word for a service that is not there is none of the service. */
const isFromService = (answer: Answer | undefined) =>
	answer !== undefined && ![502, 503, 504].includes(answer.status);

const isUnanswered = (failure: unknown) =>
	failure instanceof ServiceFailure && failure.outcome.certainty !== undefined;

type Verdict = { retry: boolean; overloaded: boolean; retryAfter?: number; mayBeDone?: boolean };

function shouldRetryResponse<T extends Answer>(answer: T, rules: RetryRules<T>, attempts: number): Verdict {
	const { status, headers } = answer;
	const { idempotent, isFinal, isGarbled, isKnown, mend } = rules;
	if (status < 300) {
		const mayPass = isKnown?.() === true || attempts < GARBLED_ATTEMPTS;
		return {
			retry: idempotent && mayPass && isGarbled?.(answer) === true,
			overloaded: false,
			mayBeDone: true,
		};
	}
	if (status < 429 || isFinal?.(answer)) return { retry: mend?.(answer) === true, overloaded: false };
	// Not accepted, and so not done.
	if (status === 429 || status === 503) {
		return { retry: true, overloaded: true, retryAfter: readRetryAfter(headers['retry-after']) };
	}
	return { retry: status >= 500 && idempotent, overloaded: status === 504, mayBeDone: true };
}

function shouldRetryError<T extends Answer>(failure: unknown, { idempotent }: RetryRules<T>): Verdict {
	const { certainty, isTimeout = false } = failure instanceof ServiceFailure ? failure.outcome : {};
	return {
		retry: certainty === 'notDone' || (certainty === 'unknown' && idempotent),
		overloaded: isTimeout,
		mayBeDone: certainty === 'unknown',
	};
}

/** @returns milliseconds, from seconds or a date */
function readRetryAfter(value: unknown): number | undefined {
	if (value === undefined) return undefined;
	const text = String(value).trim();
	const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
	return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}

/** Doubled each time, and jittered, so that those who failed together do not come back together. */
export function retryDelay(attempts: number): number {
	return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
}

/** Waits, in slices: nobody waits for the end when the execution is cancelled. */
export async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
	const end = Date.now() + milliseconds;
	while (Date.now() < end && !signal?.aborted) await sleep(Math.min(SLICE, end - Date.now()));
}

const cancelled = () =>
	new ServiceFailure(
		'The execution was cancelled before this request was answered',
		'Run it again for this item.',
	);

const retryAfterTooLongError = (pause: number) =>
	new ServiceFailure(
		`The service has asked for no more requests for the next ${Math.ceil(pause / 1000)} seconds`,
		'This request was not sent. Run the item again after that time.',
		{ httpCode: '429' },
	);

const gone = () =>
	new ServiceFailure(
		`The service has been out of reach or unavailable for ${TIME_BUDGET_MS / 60_000} minutes`,
		'This request was not sent. Run the item again once the service is back.',
	);
