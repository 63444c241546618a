/** How much of the time the event loop has been at work, and not waiting for anything. */
type Load = Pick<ReturnType<typeof performance.eventLoopUtilization>, 'active' | 'idle' | 'utilization'>;

/** A place that was given. */
export type Slot = {
	kind?: string;
	/** How often the limit had been halved: who was sent in the same round met the same load. */
	round: number;
	/** Milliseconds since the epoch: when its request may go. */
	turn?: number;
	/** When it went: the time that is spent waiting is not the service's. */
	at?: number;
	/** How busy this process was until then. */
	load?: Load;
};

/** How long answers to one kind of request take, as logarithms, so that a single long one counts for little. */
type Latency = {
	answers: number;
	/** Running mean. */
	mean: number;
	/** The mean when there is little load. */
	usual: number;
};

/** What became of a request, as far as it tells how the service bears the load. */
type Signal = 'well' | 'overloaded' | 'unanswered';

/**
 * How many requests may be under way at once, found while they run: it starts low, grows by half each round while answers
 * come well, halves when the service says that it is too much or answers ever more slowly, and then feels its way up again,
 * not to what was too much before long.
 */
export class ConcurrencyLimiter {
	/** Requests that may be under way; fractions add up to whole ones. */
	private limit: number;
	/** Places that are taken, also by those who wait for their turn. */
	private taken = 0;
	/** Requests that have gone. */
	private underWay = 0;
	private readonly waiting: Array<() => void> = [];
	/** Milliseconds since the epoch before which nothing is sent: Retry-After holds for all. */
	private resumeAt = 0;
	/** Milliseconds since the epoch: the turn of whoever comes next. */
	private nextTurn = 0;
	/** The most that was not too much. */
	private ceiling = Infinity;
	/** How many were under way when the last round was refused, and how many of them were. */
	private tooMany = 0;
	private refused = 0;
	/** Milliseconds since the epoch from which on the ceiling is tried again. */
	private tryAgainAt = 0;
	/** Rises with each halving. */
	private round = 0;
	/** Milliseconds since the epoch: the first request that the service did not answer, of those after its last answer. */
	private silentSince = Infinity;
	/** Milliseconds since the epoch. */
	private nextProbeAt = 0;
	private probing: Slot | undefined;
	private readonly latencies = new Map<string, Latency>();

	/**
	 * @param max never exceeded; 1 means one after the other
	 * @param loadSince the load now, or since an earlier one
	 */
	constructor(
		private readonly max: number,
		private readonly loadSince: (earlier?: Load) => Load = eventLoopUtilization,
	) {
		this.limit = Math.min(max, START);
	}

	/**
	 * Waits for a place.
	 *
	 * @param kind requests of one kind take about the same time when there is little load; without it, the time that the
	 *   request takes says nothing
	 */
	async enter(kind?: string): Promise<Slot> {
		if (this.taken >= Math.floor(this.limit) || this.waiting.length > 0) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		} else this.taken += 1;
		return { kind, round: this.round };
	}

	/** @param answered by the service itself, whatever it said */
	hear(answered: boolean): void {
		this.silentSince = answered ? Infinity : Math.min(this.silentSince, Date.now());
	}

	/** Milliseconds for which the service has answered nothing. */
	get silence(): number {
		return Math.max(0, Date.now() - this.silentSince);
	}

	/** Makes a request the one that looks if a silent service is back. @returns false within a minute of the last one */
	probe(ticket: Slot): boolean {
		const now = Date.now();
		if (now < this.nextProbeAt) return false;
		this.nextProbeAt = now + BETWEEN_PROBES;
		this.probing = ticket;
		return true;
	}

	/** A request is looking if the service is back. */
	get isProbing(): boolean {
		return this.probing !== undefined;
	}

	/** Milliseconds to wait before sending, because the service asked for it. */
	get pause(): number {
		return Math.max(0, this.resumeAt - Date.now());
	}

	/**
	 * Milliseconds that one who has a place still has to wait; 0 when the request is to be sent now. To be asked again after
	 * them: the service may have asked for a pause meanwhile.
	 *
	 * Requests are spread. Otherwise answers that come together would be followed by requests that go together, ever more
	 * of them, until client and service only wait for each other in turns.
	 */
	untilTurn(ticket: Slot): number {
		const now = Date.now();
		if (this.pause > 0) {
			ticket.round = this.round;
			ticket.turn = undefined;
			return this.pause;
		}
		if (ticket.turn === undefined) {
			ticket.turn = Math.max(now, this.nextTurn);
			this.nextTurn = ticket.turn + this.apart(ticket);
		}
		const rest = Math.floor(ticket.turn - now);
		if (rest > 0) return rest;
		ticket.at = now;
		ticket.load = this.loadSince();
		this.underWay += 1;
		return 0;
	}

	/** Milliseconds from one request to the next, if all places are to be used. */
	private apart({ kind }: Slot): number {
		const latency = kind === undefined ? undefined : this.latencies.get(kind);
		if (latency === undefined) return 0;
		return Math.min(MOST_APART, (Math.exp(latency.mean) - SLACK) / this.limit);
	}

	/**
	 * Gives the place back.
	 *
	 * @param retryAfter milliseconds that the service asked to wait
	 */
	leave(ticket: Slot, signal: Signal, retryAfter = 0): void {
		const now = Date.now();
		if (ticket === this.probing) this.probing = undefined;
		if (retryAfter > 0) this.resumeAt = Math.max(this.resumeAt, now + retryAfter);
		if (signal === 'overloaded') {
			this.lowerCeiling(ticket);
			this.halve(ticket);
			this.tryAgainAt = Math.max(this.tryAgainAt, now + PATIENCE * Math.max(LEAST_PAUSE, retryAfter));
		} else if (signal === 'well') {
			const times = this.timesUsual(ticket, now);
			if (times.mean > TOO_SLOW && this.limit > FEW) this.halve(ticket);
			else this.grow(times.answer <= SLOW, now);
		}
		if (ticket.at !== undefined) this.underWay -= 1;
		this.taken -= 1;
		while (this.waiting.length > 0 && this.taken < Math.floor(this.limit)) {
			this.taken += 1;
			this.waiting.shift()?.();
		}
	}

	/**
	 * Of those under way together, as many were too much as are refused: the first tells how many there were. A little is
	 * left free, since each refusal may cost all a pause; not below half of them, since more may have been sent meanwhile.
	 */
	private lowerCeiling({ round }: Slot): void {
		if (round === this.round) {
			this.tooMany = this.underWay;
			this.refused = 0;
		}
		this.refused += 1;
		const bearable = Math.min(this.tooMany * MARGIN, this.tooMany - this.refused);
		this.ceiling = Math.min(this.ceiling, Math.max(1, Math.floor(Math.max(bearable, this.tooMany / 2))));
	}

	/** Once for all requests of a round: they all met the same load. */
	private halve({ round }: Slot): void {
		this.limit = Math.min(this.limit, this.ceiling);
		if (round < this.round) return;
		this.round += 1;
		for (const latency of this.latencies.values()) latency.mean = latency.usual;
		this.limit = Math.max(1, this.limit / 2);
	}

	/** How many times the usual this answer took, and the last ones in the mean; 1 while too little is known. */
	private timesUsual({ at, kind, load, round }: Slot, now: number): { answer: number; mean: number } {
		// What was sent before the last halving met another load.
		if (kind === undefined || at === undefined || round < this.round) return { answer: 1, mean: 1 };
		const answer = Math.log(now - at + SLACK);
		const known = this.latencies.get(kind) ?? { answers: 0, mean: answer, usual: answer };
		// An answer that comes while this process is busy waits for it: that is no slowness of the service.
		if (known.answers >= START && this.loadSince(load).utilization >= BUSY) {
			return { answer: Math.exp(answer - known.usual), mean: 1 };
		}
		const answers = known.answers + 1;
		const mean = known.mean + (answer - known.mean) / Math.min(answers, SAMPLE);
		// In the first round and with little load, what is measured is the usual. Otherwise it rises only in the long run.
		const isLittleLoad = mean < known.usual || this.limit <= FEW;
		const usual = known.usual + (mean - known.usual) / (isLittleLoad ? SAMPLE : FORGETTING);
		this.latencies.set(kind, { answers, mean, usual: answers <= START ? mean : usual });
		return { answer: Math.exp(answer - usual), mean: Math.exp(mean - usual) };
	}

	/** @param more the limit may rise; otherwise answers are slower than usual, and more requests would not help */
	private grow(more: boolean, now: number): void {
		// What was too much once may be bearable now.
		if (now > this.tryAgainAt) this.ceiling = Infinity;
		if (!more) return;
		const step = this.round === 0 ? 0.5 : 2 / this.limit;
		this.limit = Math.min(this.limit + step, this.max, this.ceiling);
	}
}

const { eventLoopUtilization } = performance;

const START = 16;
/** So few are not slow because of their number. */
const FEW = 8;
/** Times the usual: from the first on there are no more requests, from the second on half of them. */
const SLOW = 1.5;
const TOO_SLOW = 2;
/** Part of an answer's time: if this process was less busy, waiting for it did not make the answer that much too slow. */
const BUSY = 1 - 1 / TOO_SLOW;
/** Milliseconds that are added to all: an answer may well take so much longer. */
const SLACK = 25;
/** Of what was too much. */
const MARGIN = 0.95;
/** Milliseconds between requests that would otherwise go at the same moment. */
const MOST_APART = 2;
/** Answers in a running mean, and in one over a long time. */
const SAMPLE = 32;
const FORGETTING = 4096;
/** Times a pause, and milliseconds that it counts as at least, before what was too much is tried again. */
const PATIENCE = 60;
const LEAST_PAUSE = 1000;
/** Milliseconds. */
const BETWEEN_PROBES = 60_000;
