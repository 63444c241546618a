import { type Certainty, DOUBT, ServiceFailure } from '../core/errors';
import { type CircuitBreaker, unreachableError } from './circuitBreaker';
import type { ConcurrencyLimiter, Slot } from './concurrencyLimiter';
import { sleepUntilCancelled } from './sleep';
import { readRetryAfter } from './response';

/**
 * Decides whether one request is sent again. A request that certainly did nothing is sent again. A request that may have
 * done something is sent again only if doing it twice is the same as doing it once. `onceOnly`, `readThenWrite` and
 * `downloadFile` may start the request again.
 */

/** A response as far as a retry depends on it. */
type RetryableResponse = {
	status: number;
	headers: Record<string, unknown>;
	/** What earlier attempts may have done, whatever this response says. Default: `notDone`. */
	earlierAttempts?: Certainty;
};

export type RetryRules<T extends RetryableResponse> = {
	limiter: ConcurrencyLimiter;
	breaker: CircuitBreaker<Slot>;
	/** Requests of one kind have about the same latency under little load. Without a kind, their latency is ignored. */
	kind?: string;
	signal: AbortSignal | undefined;
	/** The request changes something. */
	writes: boolean;
	/** The request may be repeated although it may have been done. */
	idempotent: boolean;
	/** A response that no repetition will change, whatever its status. */
	isFinal?(response: T): boolean;
	/** A success without what a success holds, such as a proxy's page or an empty body. */
	isGarbled?(response: T): boolean;
	/** The service has responded in its own format before, so that a garbled response will not last. */
	isKnown?(): boolean;
	/** Removes the cause of a refusal. @returns `true` when the request is worth sending again */
	recover?(response: T): boolean;
	/** Default: `MAX_ATTEMPTS`. */
	maxAttempts?: number;
};

export const MAX_ATTEMPTS = 6;
/** The most attempts while every response has been garbled, because the address may be wrong. */
const MAX_GARBLED_ATTEMPTS = 3;
/** Milliseconds for all attempts together. */
export const TIME_BUDGET_MS = 180_000;
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 20_000;

/**
 * Sends until a response comes that is worth keeping, an attempt fails for good, or the limits are reached.
 *
 * @param attempt sends once, with a new signature each time
 * @throws ServiceFailure of the last attempt
 */
export async function withRetries<T extends RetryableResponse>(
	rules: RetryRules<T>,
	attempt: () => Promise<T>,
): Promise<T> {
	const { limiter, breaker, signal, maxAttempts = MAX_ATTEMPTS } = rules;
	let deadline = Infinity;
	let earlierAttempts: Certainty = 'notDone';
	let response: T | undefined;
	let error: unknown;
	const result = (): T => {
		if (response) return earlierAttempts === 'notDone' ? response : { ...response, earlierAttempts };
		throw withEarlierAttempts(error, earlierAttempts);
	};
	for (let attempts = 1; ; attempts++) {
		const slot = await limiter.acquire(rules.kind);
		let mayTry = true;
		try {
			mayTry = await waitForTurn(rules, slot, attempts);
			// The budget begins with the first attempt, because waiting for a slot is not trying.
			if (attempts === 1) deadline = Date.now() + TIME_BUDGET_MS;
			if (mayTry) [response, error] = [await attempt(), undefined];
		} catch (reason) {
			[response, error] = [undefined, reason];
		}
		if (!mayTry) {
			breaker.end(slot);
			limiter.release(slot, 'unanswered');
			if (attempts === 1) throw unreachableError();
			return result();
		}
		if (response !== undefined || isUnanswered(error)) breaker.record(isFromService(response));
		breaker.end(slot);
		const decision = response
			? shouldRetryResponse(response, rules, attempts)
			: shouldRetryError(error, rules);
		limiter.release(slot, loadSignal(response, decision), decision.retryAfterMs);

		const delay = retryDelay(attempts);
		const nextAttemptAt = Date.now() + Math.max(decision.retryAfterMs ?? 0, delay);
		const isLast =
			attempts === maxAttempts || nextAttemptAt > deadline || isGivenUp(rules) || signal?.aborted === true;
		if (!decision.retry || isLast) return result();
		if (rules.writes && decision.mayBeDone) earlierAttempts = 'unknown';
		await sleepUntilCancelled(delay, signal);
	}
}

/** A service that has only asked for pauses for minutes, and asks for one now. Each waiting request would get another one. */
const isGivenUp = ({ breaker, limiter }: Pick<RetryRules<RetryableResponse>, 'breaker' | 'limiter'>) =>
	breaker.isOpen && limiter.pause > 0;

/**
 * @returns false when the service was given up meanwhile
 * @throws ServiceFailure when the request is not to be sent at all
 */
async function waitForTurn<T extends RetryableResponse>(
	rules: RetryRules<T>,
	slot: Slot,
	attempts: number,
): Promise<boolean> {
	const { limiter, breaker, signal } = rules;
	if (limiter.pause > TIME_BUDGET_MS) throw retryAfterTooLongError(limiter.pause);
	// A probe would wait until the pause ends, and then each of the other items would wait again.
	if (isGivenUp(rules) || !(await breaker.waitUntilClosed(slot, signal))) return false;
	for (let rest = limiter.untilTurn(slot); rest > 0 && !signal?.aborted; rest = limiter.untilTurn(slot)) {
		if (isGivenUp(rules)) return false;
		await sleepUntilCancelled(rest, signal);
	}
	if (signal?.aborted && attempts > 1) throw cancelledError();
	return true;
}

/**
 * 502, 503 and 504 come from a gateway. They do not prove that the service is up. 429 comes from a service that does not
 * serve: if nothing else comes for minutes, the items would wait for hours.
 */
const isFromService = (response: RetryableResponse | undefined) =>
	response !== undefined && ![429, 502, 503, 504].includes(response.status);

const isUnanswered = (error: unknown) => error instanceof ServiceFailure && error.unanswered !== undefined;

/** The last attempt may certainly have done nothing, but an earlier attempt may have done it. */
function withEarlierAttempts(error: unknown, earlierAttempts: Certainty): unknown {
	if (earlierAttempts === 'notDone' || !(error instanceof ServiceFailure)) return error;
	return error.certainty === 'notDone' ? error.inDoubt(DOUBT) : error;
}

type Decision = {
	retry: boolean;
	/** The service has too much to do. */
	overloaded: boolean;
	/** Milliseconds that the service asked to wait. */
	retryAfterMs?: number;
	/** The attempt may have done what it was to do. */
	mayBeDone?: boolean;
};

const loadSignal = (response: RetryableResponse | undefined, { overloaded }: Decision) =>
	overloaded ? 'overloaded' : response ? 'ok' : 'unanswered';

function shouldRetryResponse<T extends RetryableResponse>(
	response: T,
	rules: RetryRules<T>,
	attempts: number,
): Decision {
	const { status, headers } = response;
	const { idempotent, isFinal, isGarbled, isKnown, recover } = rules;
	if (status < 300) {
		const isTransient = isKnown?.() === true || attempts < MAX_GARBLED_ATTEMPTS;
		return {
			retry: idempotent && isTransient && isGarbled?.(response) === true,
			overloaded: false,
			mayBeDone: true,
		};
	}
	if (status < 429 || isFinal?.(response)) return { retry: recover?.(response) === true, overloaded: false };
	// The service did not accept the request, so it was not done.
	if (status === 429 || status === 503) {
		return { retry: true, overloaded: true, retryAfterMs: readRetryAfter(headers['retry-after']) };
	}
	return { retry: status >= 500 && idempotent, overloaded: status === 504, mayBeDone: true };
}

function shouldRetryError<T extends RetryableResponse>(
	error: unknown,
	{ idempotent }: RetryRules<T>,
): Decision {
	if (!(error instanceof ServiceFailure)) return { retry: false, overloaded: false };
	const mayBeDone = error.certainty !== 'notDone';
	return {
		retry: error.unanswered !== undefined && (!mayBeDone || idempotent),
		overloaded: error.unanswered === 'timeout',
		mayBeDone,
	};
}

/** Milliseconds. Doubled each time, and jittered, so that requests that failed together do not come back together. */
export function retryDelay(attempts: number): number {
	return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1)) * (0.5 + Math.random() / 2);
}

const cancelledError = () =>
	new ServiceFailure(
		'The execution was canceled before this request was answered',
		'Run it again for this item.',
	);

const retryAfterTooLongError = (pause: number) =>
	new ServiceFailure(
		`The service has asked for no more requests for the next ${Math.ceil(pause / 1000)} seconds`,
		'This request was not sent. Run the item again after that time.',
		{ httpCode: '429' },
		{ retryAfterMs: pause },
	);
