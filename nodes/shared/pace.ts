/** A place that was given, and when its request was sent: the time that is spent waiting is not the service's. */
export type Ticket = { at: number };

/** What an answer says about how the service bears the load. */
export type Signal = 'well' | 'overloaded';

/**
 * How many requests may be under way at once, found while they run: it starts low, grows by half each round while answers
 * come well, halves when the service says that it is too much or answers ever more slowly, and then feels its way up
 * again, not above what was too much until much has gone well.
 */
export class Pace {
	/** Requests that may be under way; fractions add up to whole ones. */
	private limit: number;
	private underWay = 0;
	private readonly waiting: Array<() => void> = [];
	/** Milliseconds since the epoch before which nothing is sent: Retry-After holds for all. */
	private resumeAt = 0;
	/** The most that was not too much. */
	private ceiling = Infinity;
	private lowest = 1;
	private wellSinceHalving = 0;
	private lastHalving = 0;
	/** Milliseconds: the fastest answer seen, and a running mean. */
	private fastest = Infinity;
	private mean = 0;

	/** @param max never exceeded; 1 means one after the other */
	constructor(private readonly max: number) {
		this.limit = Math.min(max, START);
	}

	/** Waits for a place. */
	async enter(): Promise<Ticket> {
		if (this.underWay >= Math.floor(this.limit) || this.waiting.length > 0) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		} else this.underWay += 1;
		return { at: Date.now() };
	}

	/** Milliseconds to wait before sending, because the service asked for it. */
	get pause(): number {
		return Math.max(0, this.resumeAt - Date.now());
	}

	/**
	 * Gives the place back.
	 *
	 * @param retryAfter milliseconds that the service asked to wait
	 */
	leave(ticket: Ticket, signal: Signal, retryAfter = 0): void {
		const now = Date.now();
		if (retryAfter > 0) this.resumeAt = Math.max(this.resumeAt, now + retryAfter);
		if (signal === 'overloaded') {
			this.lowerCeiling(ticket);
			this.halve(ticket, now);
		} else this.grow(ticket, now);
		this.underWay -= 1;
		while (this.waiting.length > 0 && this.underWay < Math.floor(this.limit)) {
			this.underWay += 1;
			this.waiting.shift()?.();
		}
	}

	/**
	 * Of those under way together, as many were too much as are refused: the first tells how many there were. Not below
	 * half of them, since more may have been sent meanwhile.
	 */
	private lowerCeiling({ at }: Ticket): void {
		const isSameRound = at <= this.lastHalving;
		if (!isSameRound) this.lowest = Math.max(1, Math.floor(this.underWay / 2));
		const most = isSameRound ? this.ceiling : Math.min(this.ceiling, this.underWay);
		this.ceiling = Math.max(this.lowest, most - 1);
	}

	/** Once for all requests that were sent before the last halving: they all met the same load. */
	private halve({ at }: Ticket, now: number): void {
		this.limit = Math.min(this.limit, this.ceiling);
		if (at <= this.lastHalving) return;
		this.lastHalving = now;
		this.wellSinceHalving = 0;
		this.limit = Math.max(1, this.limit / 2);
	}

	private grow(ticket: Ticket, now: number): void {
		const latency = now - ticket.at;
		this.fastest = Math.min(this.fastest, latency);
		this.mean = this.mean === 0 ? latency : this.mean + (latency - this.mean) / 16;
		if (this.mean > this.fastest * SLOWER + SLACK && this.limit > START) return this.halve(ticket, now);
		this.wellSinceHalving += 1;
		// Much has gone well: what was too much once may be bearable now.
		if (this.wellSinceHalving > this.ceiling * PATIENCE) this.ceiling = Infinity;
		const step = this.lastHalving === 0 ? 0.5 : 2 / this.limit;
		this.limit = Math.min(this.limit + step, this.max, this.ceiling);
	}
}

const START = 4;
/** Answers that take so many times the fastest, and so many milliseconds more, are a sign of too much load. */
const SLOWER = 3;
const SLACK = 50;
/** Answers that must go well, in multiples of the ceiling, before it is tried again. */
const PATIENCE = 100;
