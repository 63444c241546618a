/**
 * How long a response may take until its end, in multiples of the time-out. The time-out itself ends when the response begins.
 */
const WHOLE_RESPONSE_TIMEOUTS = 5;

/** Milliseconds that a timer can hold at most. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
/** Requests that begin within so many milliseconds, or within this part of their time, share a timer. */
const SHARED_TIMER_MS = 1000;
const SHARED_TIMER_PART = 0.1;

/** The deadline for all of a request, from its start to the end of the response. */
export type RequestDeadline<T extends object> = {
	/** The given context, in which the request also ends at the deadline. */
	readonly context: T;
	/** Milliseconds that the request may take. */
	readonly total: number;
	/** Whether the deadline has ended the request. */
	readonly isPast: boolean;
};

/** n8n's functions take the signal that ends a request from the context. */
type Context = { getExecutionCancelSignal?(): AbortSignal | undefined };

/** The given context with another signal that ends its requests. */
const under = <T extends object>(context: T, signal: AbortSignal): T =>
	Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as T;

/** What requests that begin together share. */
type Shared = {
	/** Milliseconds since the epoch. Requests that begin later have another deadline. */
	until: number;
	/** Milliseconds that each request may take. */
	total: number;
	time: AbortSignal;
	cancelled: AbortSignal | undefined;
	underWay: Set<AbortController>;
};

/**
 * Ends responses that trickle for ever, because the HTTP layer's time-out limits only the pauses. Requests that begin
 * within the same second share a timer, because thousands of timers are expensive.
 */
export class Deadlines<T extends object> {
	private shared: Shared | undefined;

	/** @param timeout milliseconds */
	constructor(
		private readonly context: T,
		private readonly timeout: number,
	) {}

	/** The deadline of a request that begins now. */
	next(): Deadline<T> {
		if (!this.shared || Date.now() >= this.shared.until) this.shared = this.begin();
		return new Deadline(this.context, this.shared);
	}

	private begin(): Shared {
		const total = Math.min(this.timeout * WHOLE_RESPONSE_TIMEOUTS, MAX_TIMER_MS - SHARED_TIMER_MS);
		const sharedFor = Math.min(SHARED_TIMER_MS, total * SHARED_TIMER_PART);
		const time = AbortSignal.timeout(total + sharedFor);
		const cancelled = (this.context as Context).getExecutionCancelSignal?.();
		const underWay = new Set<AbortController>();
		const abort = () => {
			cancelled?.removeEventListener('abort', abort);
			for (const controller of underWay) controller.abort();
		};
		for (const reason of [cancelled, time]) reason?.addEventListener('abort', abort);
		return { until: Date.now() + sharedFor, total, time, cancelled, underWay };
	}
}

class Deadline<T extends object> implements RequestDeadline<T> {
	private readonly controller = new AbortController();
	readonly context: T;

	constructor(
		context: T,
		private readonly shared: Shared,
	) {
		const { signal } = this.controller;
		this.context = under(context, signal);
		if (shared.cancelled?.aborted) this.controller.abort();
		else shared.underWay.add(this.controller);
	}

	get total(): number {
		return this.shared.total;
	}

	get isPast(): boolean {
		return this.controller.signal.aborted && this.shared.cancelled?.aborted !== true;
	}

	/** Call this when the request has ended. */
	end(): void {
		this.shared.underWay.delete(this.controller);
	}
}

/**
 * A context whose request for bytes can be ended, also while the response is read as a stream. The HTTP layer's
 * time-out limits only the pauses, so a response that trickles would go on for ever.
 *
 * @returns `endAfter` ends the request after so many milliseconds, and replaces an earlier call, unless the stream has
 *   closed. It returns the deadline. Call `end` when a request without a stream has ended.
 */
export function stoppable<T extends object>(context: T) {
	const controller = new AbortController();
	const abort = () => controller.abort();
	const cancelled = (context as Context).getExecutionCancelSignal?.();
	if (cancelled?.aborted) abort();
	cancelled?.addEventListener('abort', abort);
	let late: AbortSignal | undefined;
	const end = () => {
		for (const reason of [late, cancelled]) reason?.removeEventListener('abort', abort);
	};
	const stopped = under(context, controller.signal);
	const isLate = () => late?.aborted === true;
	return {
		context: stopped,
		endAfter(
			total: number,
			stream?: { once(event: 'close', listener: () => void): unknown },
		): RequestDeadline<T> {
			late?.removeEventListener('abort', abort);
			late = AbortSignal.timeout(Math.min(total, MAX_TIMER_MS));
			late.addEventListener('abort', abort);
			stream?.once('close', end);
			return {
				context: stopped,
				total,
				get isPast() {
					return isLate();
				},
			};
		},
		end,
		isLate,
	};
}

/** @returns milliseconds within which all of a response without a file has to arrive */
export const wholeResponseMs = (timeout: number) => Math.min(timeout * WHOLE_RESPONSE_TIMEOUTS, MAX_TIMER_MS);
