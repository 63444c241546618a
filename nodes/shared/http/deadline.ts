/** In multiples of the time-out, within which an answer has to begin: how long it may take as a whole. */
const WHOLE_ANSWER = 5;

/** Milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
/** Milliseconds, and part of the whole, within which requests begin together. */
const TOGETHER = 1000;
const TOGETHER_PART = 0.1;

/** n8n's functions take the signal that ends a request from the context. */
type Context = { getExecutionCancelSignal?(): AbortSignal | undefined };

/** The given context, in which requests end with another signal. */
const under = <T extends object>(context: T, signal: AbortSignal): T =>
	Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as T;

/** What the deadlines of requests share that begin together. */
type Shared = {
	/** Milliseconds since the epoch: what begins from then on has another deadline. */
	until: number;
	/** Milliseconds that each of them may take. */
	total: number;
	time: AbortSignal;
	cancelled: AbortSignal | undefined;
	underWay: Set<AbortController>;
};

/**
 * Ends answers that trickle in for ever: the HTTP layer's time-out bounds its pauses only. Requests that begin within the
 * same second share a timer: one for each of thousands is dear.
 */
export class Deadlines<T extends object> {
	private shared: Shared | undefined;

	/** @param timeout milliseconds */
	constructor(
		private readonly context: T,
		private readonly timeout: number,
	) {}

	/** For a request that begins now. */
	next(): Deadline<T> {
		if (!this.shared || Date.now() >= this.shared.until) this.shared = this.begin();
		return new Deadline(this.context, this.shared);
	}

	private begin(): Shared {
		const total = Math.min(this.timeout * WHOLE_ANSWER, MAX_TIMER_MS - TOGETHER);
		const together = Math.min(TOGETHER, total * TOGETHER_PART);
		const time = AbortSignal.timeout(total + together);
		const cancelled = (this.context as Context).getExecutionCancelSignal?.();
		const underWay = new Set<AbortController>();
		const abort = () => {
			cancelled?.removeEventListener('abort', abort);
			for (const controller of underWay) controller.abort();
		};
		for (const reason of [cancelled, time]) reason?.addEventListener('abort', abort);
		return { until: Date.now() + together, total, time, cancelled, underWay };
	}
}

export class Deadline<T extends object> {
	private readonly controller = new AbortController();
	/** The given context, in which requests also end at the deadline. */
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

	/** Milliseconds. */
	get total(): number {
		return this.shared.total;
	}

	/** It was the deadline that ended the request. */
	get isPast(): boolean {
		return this.controller.signal.aborted && this.shared.cancelled?.aborted !== true;
	}

	/** To be called when the request has ended. */
	end(): void {
		this.shared.underWay.delete(this.controller);
	}
}

/**
 * A context in which a request of bytes can be ended, also after its answer has begun to be read as a stream. The HTTP
 * layer's time-out bounds pauses only: an answer that trickles would go on for ever.
 *
 * @returns `endAfter` ends it so many milliseconds from then on, instead of what was said before, unless the stream has
 *   closed; `end` has to be called when a request without a stream has ended
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
	return {
		context: under(context, controller.signal),
		endAfter(total: number, stream?: { once(event: 'close', listener: () => void): unknown }) {
			late?.removeEventListener('abort', abort);
			late = AbortSignal.timeout(Math.min(total, MAX_TIMER_MS));
			late.addEventListener('abort', abort);
			stream?.once('close', end);
		},
		end,
		isLate: () => late?.aborted === true,
	};
}

/** @returns milliseconds within which an answer without a file has to be there as a whole */
export const wholeAnswerTime = (timeout: number) => Math.min(timeout * WHOLE_ANSWER, MAX_TIMER_MS);
