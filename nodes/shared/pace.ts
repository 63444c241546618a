/** A place that was given, and when its request was sent: the time that is spent waiting is not the service's. */
export type Ticket = { at: number; kind?: string };

/** How long answers to one kind of request take, as logarithms, so that a single long one counts for little. */
type Latency = {
	answers: number;
	/** Running mean. */
	mean: number;
	/** The mean when there is little load. */
	usual: number;
};

/** What an answer says about how the service bears the load. */
export type Signal = 'well' | 'overloaded';

/**
 * How many requests may be under way at once, found while they run: it starts low, grows by half each round while answers
 * come well, halves when the service says that it is too much or answers ever more slowly, and then feels its way up again,
 * not above what was too much until much has gone well.
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
	private readonly latencies = new Map<string, Latency>();

	/** @param max never exceeded; 1 means one after the other */
	constructor(private readonly max: number) {
		this.limit = Math.min(max, START);
	}

	/**
	 * Waits for a place.
	 *
	 * @param kind requests of one kind take about the same time when there is little load; without it, the time that the
	 *   request takes says nothing
	 */
	async enter(kind?: string): Promise<Ticket> {
		if (this.underWay >= Math.floor(this.limit) || this.waiting.length > 0) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		} else this.underWay += 1;
		return { at: Date.now(), kind };
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
		} else {
			const times = this.timesUsual(ticket, now);
			if (times.mean > TOO_SLOW && this.limit > FEW) this.halve(ticket, now);
			else this.grow(times.answer <= SLOW);
		}
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
		for (const latency of this.latencies.values()) latency.mean = latency.usual;
		this.limit = Math.max(1, this.limit / 2);
	}

	/** How many times the usual this answer took, and the last ones in the mean; 1 while too little is known. */
	private timesUsual({ at, kind }: Ticket, now: number): { answer: number; mean: number } {
		// What was sent before the last halving met another load.
		if (kind === undefined || at <= this.lastHalving) return { answer: 1, mean: 1 };
		const answer = Math.log(now - at + SLACK);
		const known = this.latencies.get(kind) ?? { answers: 0, mean: answer, usual: answer };
		const answers = known.answers + 1;
		const mean = known.mean + (answer - known.mean) / Math.min(answers, SAMPLE);
		// In the first round and with little load, what is measured is the usual. Otherwise it rises only in the long run.
		const isLittleLoad = mean < known.usual || this.limit <= FEW;
		const usual = known.usual + (mean - known.usual) / (isLittleLoad ? SAMPLE : FORGETTING);
		this.latencies.set(kind, { answers, mean, usual: answers <= START ? mean : usual });
		return { answer: Math.exp(answer - usual), mean: Math.exp(mean - usual) };
	}

	/** @param more the limit may rise; otherwise answers are slower than usual, and more requests would not help */
	private grow(more: boolean): void {
		this.wellSinceHalving += 1;
		// Much has gone well: what was too much once may be bearable now.
		if (this.wellSinceHalving > this.ceiling * PATIENCE) this.ceiling = Infinity;
		if (!more) return;
		const step = this.lastHalving === 0 ? 0.5 : 2 / this.limit;
		this.limit = Math.min(this.limit + step, this.max, this.ceiling);
	}
}

const START = 16;
/** So few are not slow because of their number. */
const FEW = 8;
/** Times the usual: from the first on there are no more requests, from the second on half of them. */
const SLOW = 1.5;
const TOO_SLOW = 2;
/** Milliseconds that are added to all: an answer may well take so much longer. */
const SLACK = 25;
/** Answers in a running mean, and in one over a long time. */
const SAMPLE = 32;
const FORGETTING = 4096;
/** Answers that must go well, in multiples of the ceiling, before it is tried again. */
const PATIENCE = 100;
