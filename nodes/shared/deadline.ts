/** In multiples of the time-out, within which an answer has to begin: how long it may take as a whole. */
const WHOLE_ANSWER = 5;

/** Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** n8n's functions take the signal that ends a request from the context. */
type Context = { getExecutionCancelSignal?(): AbortSignal | undefined };

/** Ends an answer that trickles in for ever: the HTTP layer's time-out bounds its pauses only. */
export class Deadline<T extends object> {
	private readonly controller = new AbortController();
	private readonly cancelled: AbortSignal | undefined;
	private readonly time: AbortSignal;
	private readonly abort = () => this.controller.abort();
	/** The given context, in which requests also end at the deadline. */
	readonly context: T;
	/** Milliseconds. */
	readonly total: number;

	/** @param timeout milliseconds */
	constructor(context: T, timeout: number) {
		const { signal } = this.controller;
		this.total = Math.min(timeout * WHOLE_ANSWER, LONGEST_TIMER);
		this.context = Object.create(context, { getExecutionCancelSignal: { value: () => signal } }) as T;
		this.cancelled = (context as Context).getExecutionCancelSignal?.();
		this.time = AbortSignal.timeout(this.total);
		if (this.cancelled?.aborted) this.abort();
		for (const reason of [this.cancelled, this.time]) reason?.addEventListener('abort', this.abort);
	}

	/** It was the deadline that ended the request. */
	get isPast(): boolean {
		return this.time.aborted && this.cancelled?.aborted !== true;
	}

	/** To be called when the request has ended. */
	end(): void {
		for (const reason of [this.cancelled, this.time]) reason?.removeEventListener('abort', this.abort);
	}
}
