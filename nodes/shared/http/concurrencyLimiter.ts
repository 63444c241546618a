/** How much of the time the event loop has been at work, and not waiting for anything. */
type Load = Pick<ReturnType<typeof performance.eventLoopUtilization>, 'active' | 'idle' | 'utilization'>;

/** The right to send one request. */
export type Slot = {
	kind?: string;
	/** How often the limit had been halved. Requests with the same number meet the same load. */
	halvings: number;
	/** Milliseconds since the epoch: when the request may be sent. */
	turn?: number;
	/** Milliseconds since the epoch: when it was sent. Time spent in the queue does not count as latency. */
	sentAt?: number;
	/** How busy this process was until then. */
	load?: Load;
};

/** The latency of one kind of request, as logarithms, so that a single slow response counts for little. */
type Latency = {
	responses: number;
	/** Running mean. */
	mean: number;
	/** The mean under little load. */
	usual: number;
};

/** What a finished request says about the load of the service. */
type LoadSignal = 'ok' | 'overloaded' | 'unanswered';

/**
 * Limits how many requests are in flight, and adapts the limit while they run. The limit starts low. It grows by half with
 * each `limit` responses, while the service responds in time. It halves when the service refuses or slows down. After that
 * it grows slowly, and stays for a while below what was too much.
 */
export class ConcurrencyLimiter {
	/** Requests that may be in flight. Fractions add up to whole ones. */
	private limit: number;
	/** Slots in use, also by requests that wait for their turn. */
	private acquired = 0;
	/** Requests that have been sent and not finished. */
	private inFlight = 0;
	private readonly waiting: Array<() => void> = [];
	/** Milliseconds since the epoch before which nothing is sent, because Retry-After applies to all requests. */
	private resumeAt = 0;
	/** Milliseconds since the epoch: the turn of the next request. */
	private nextTurn = 0;
	/** The upper bound of the limit, below the load that was last refused; Infinity if none was. */
	private ceiling = Infinity;
	/** How many requests were in flight at the refusal that last caused a halving, and how many of them were refused. */
	private tooMany = 0;
	private refused = 0;
	/** Milliseconds since the epoch: from then on the limit may pass the ceiling again. */
	private ceilingUntil = 0;
	private halvings = 0;
	private readonly latencies = new Map<string, Latency>();
	/** The most requests that were in flight when one of them was answered well. */
	private borne = 0;
	/** Milliseconds since the epoch: when the last request was finished. */
	private releasedAt = Date.now();

	/**
	 * @param max never exceeded; 1 means one after the other
	 * @param loadSince the load now, or since an earlier one
	 */
	constructor(
		private readonly max: number,
		private readonly loadSince: (earlier?: Load) => Load = eventLoopUtilization,
	) {
		this.limit = Math.min(max, START_LIMIT);
	}

	/**
	 * Whether a later run may begin with what was learnt. After a while the service may bear another load. A request that was
	 * refused although it was alone does not tell how many are too many.
	 */
	get isInstructive(): boolean {
		return Date.now() - this.releasedAt <= LEARNT_FOR_MS && this.ceiling > 1;
	}

	/**
	 * A limiter for a later run against the same service. It starts where this one stands, but with no more requests than the
	 * service has borne at once, and stays below what was refused.
	 */
	next(max: number): ConcurrencyLimiter {
		const next = new ConcurrencyLimiter(max, this.loadSince);
		// A limit at the maximum was not set by the service.
		const bearable = this.limit < this.max ? this.limit : Infinity;
		next.limit = Math.min(max, bearable, this.ceiling, Math.max(START_LIMIT, this.borne));
		[next.borne, next.releasedAt] = [this.borne, this.releasedAt];
		for (const [kind, { responses, usual }] of this.latencies) {
			next.latencies.set(kind, { responses, mean: usual, usual });
		}
		[next.ceiling, next.ceilingUntil] = [this.ceiling, this.ceilingUntil];
		return next;
	}

	/**
	 * Waits for a slot.
	 *
	 * @param kind requests of one kind have about the same latency under little load. Without a kind, the latency of the
	 *   request is ignored.
	 */
	async acquire(kind?: string): Promise<Slot> {
		if (this.acquired >= Math.floor(this.limit) || this.waiting.length > 0) {
			await new Promise<void>((resolve) => this.waiting.push(resolve));
		} else this.acquired += 1;
		return { kind, halvings: this.halvings };
	}

	/** Milliseconds to wait before sending, because the service asked for it. */
	get pause(): number {
		return Math.max(0, this.resumeAt - Date.now());
	}

	/**
	 * The milliseconds that a request with a slot still has to wait. 0 means: send it now. Ask again after the wait, because
	 * the service may have asked for a pause meanwhile.
	 *
	 * Requests are spread over time. Otherwise responses that arrive together would be followed by requests that leave
	 * together, until client and service only wait for each other in turns.
	 */
	untilTurn(slot: Slot): number {
		const now = Date.now();
		if (this.pause > 0) {
			slot.halvings = this.halvings;
			slot.turn = undefined;
			return this.pause;
		}
		if (slot.turn === undefined) {
			slot.turn = Math.max(now, this.nextTurn);
			this.nextTurn = slot.turn + this.interval(slot);
		}
		const rest = Math.floor(slot.turn - now);
		if (rest > 0) return rest;
		slot.sentAt = now;
		slot.load = this.loadSince();
		this.inFlight += 1;
		return 0;
	}

	/** Milliseconds from one request to the next, so that all slots are used. */
	private interval({ kind }: Slot): number {
		const latency = kind === undefined ? undefined : this.latencies.get(kind);
		if (latency === undefined) return 0;
		return Math.min(MAX_INTERVAL_MS, (Math.exp(latency.mean) - SLACK_MS) / this.limit);
	}

	/**
	 * Gives the slot back.
	 *
	 * @param retryAfter milliseconds that the service asked to wait
	 */
	release(slot: Slot, signal: LoadSignal, retryAfter = 0): void {
		const now = Date.now();
		if (retryAfter > 0) this.resumeAt = Math.max(this.resumeAt, now + retryAfter);
		this.releasedAt = now;
		if (signal === 'overloaded') this.slowDown(slot, now, retryAfter);
		else if (signal === 'ok') this.speedUp(slot, now);
		if (slot.sentAt !== undefined) this.inFlight -= 1;
		this.acquired -= 1;
		this.wakeWaiting();
	}

	private slowDown(slot: Slot, now: number, retryAfter: number): void {
		this.lowerCeiling(slot);
		this.halve(slot);
		const pause = Math.max(MIN_PAUSE_MS, retryAfter);
		this.ceilingUntil = Math.max(this.ceilingUntil, now + CEILING_PAUSES * pause);
	}

	private speedUp(slot: Slot, now: number): void {
		this.borne = Math.max(this.borne, this.inFlight);
		const { last, mean } = this.latencyRatios(slot, now);
		if (mean > MUCH_SLOWER && this.limit > LITTLE_LOAD) this.halve(slot);
		else this.grow(last <= SLOWER, now);
	}

	private wakeWaiting(): void {
		while (this.waiting.length > 0 && this.acquired < Math.floor(this.limit)) {
			this.acquired += 1;
			this.waiting.shift()?.();
		}
	}

	/**
	 * The service can carry as many requests as were in flight, less those that were refused. They are counted at the refusal
	 * that causes a halving. The ceiling is a little lower, because each refusal may cost all requests a pause. It is at
	 * least half, because more requests may have been sent meanwhile.
	 */
	private lowerCeiling({ halvings }: Slot): void {
		if (halvings === this.halvings) {
			this.tooMany = this.inFlight;
			this.refused = 0;
		}
		this.refused += 1;
		const accepted = Math.min(this.tooMany * MARGIN, this.tooMany - this.refused);
		this.ceiling = Math.min(this.ceiling, Math.max(1, Math.floor(Math.max(accepted, this.tooMany / 2))));
	}

	/** Halves the limit once for all requests that had been sent until then, because they met the same load. */
	private halve({ halvings }: Slot): void {
		this.limit = Math.min(this.limit, this.ceiling);
		if (halvings < this.halvings) return;
		this.halvings += 1;
		for (const latency of this.latencies.values()) latency.mean = latency.usual;
		this.limit = Math.max(1, this.limit / 2);
	}

	/** The latency of this response and of the last ones in the mean, as multiples of the usual. 1 while too little is known. */
	private latencyRatios({ sentAt, kind, load, halvings }: Slot, now: number): { last: number; mean: number } {
		// A request from before the last halving met another load.
		if (kind === undefined || sentAt === undefined || halvings < this.halvings) return { last: 1, mean: 1 };
		const latency = Math.log(now - sentAt + SLACK_MS);
		const known = this.latencies.get(kind) ?? { responses: 0, mean: latency, usual: latency };
		// A response that arrives while this process is busy has to wait for it. That is no slowness of the service.
		if (known.responses >= START_LIMIT && this.loadSince(load).utilization >= BUSY_UTILIZATION) {
			return { last: Math.exp(latency - known.usual), mean: 1 };
		}
		const responses = known.responses + 1;
		const mean = known.mean + (latency - known.mean) / Math.min(responses, SAMPLE);
		// The first responses and little load show the usual latency. Under more load the usual rises only in the long run.
		const isLittleLoad = mean < known.usual || this.limit <= LITTLE_LOAD;
		const usual = known.usual + (mean - known.usual) / (isLittleLoad ? SAMPLE : LONG_SAMPLE);
		this.latencies.set(kind, { responses, mean, usual: responses <= START_LIMIT ? mean : usual });
		return { last: Math.exp(latency - usual), mean: Math.exp(mean - usual) };
	}

	/** @param mayRise false where responses are slower than usual: more requests would not help */
	private grow(mayRise: boolean, now: number): void {
		// What was too much before may be possible now.
		if (now > this.ceilingUntil) this.ceiling = Infinity;
		if (!mayRise) return;
		const step = this.halvings === 0 ? 0.5 : 2 / this.limit;
		this.limit = Math.min(this.limit + step, this.max, this.ceiling);
	}
}

/** The limiter of the last run with each key. The last one used comes last. */
const lastLimiters = new Map<string, ConcurrencyLimiter>();

/**
 * A limiter for a run. It begins with what the last run with the same key has learnt in the same process of n8n.
 *
 * @param key tells services, credentials and operations apart
 */
export function limiterFor(key: string, max: number): ConcurrencyLimiter {
	const last = lastLimiters.get(key);
	const limiter = last?.isInstructive ? last.next(max) : new ConcurrencyLimiter(max);
	lastLimiters.delete(key);
	lastLimiters.set(key, limiter);
	const [oldest] = lastLimiters.keys();
	if (lastLimiters.size > MOST_KEYS && oldest !== undefined) lastLimiters.delete(oldest);
	return limiter;
}

const { eventLoopUtilization } = performance;

const START_LIMIT = 16;
/** With so few requests in flight, slowness does not come from their number. */
const LITTLE_LOAD = 8;
/** Multiples of the usual latency: from SLOWER on the limit does not grow, from MUCH_SLOWER on it is halved. */
const SLOWER = 1.5;
const MUCH_SLOWER = 2;
/** Below this utilization of the event loop, this process itself cannot have doubled the latency. */
const BUSY_UTILIZATION = 1 - 1 / MUCH_SLOWER;
/** Added to each latency, because a few milliseconds more mean nothing. */
const SLACK_MS = 25;
/** Part of what was too much. */
const MARGIN = 0.95;
/** The most between requests that could be sent at the same moment. */
const MAX_INTERVAL_MS = 2;
/** Responses in a running mean, and in one over a long time. */
const SAMPLE = 32;
const LONG_SAMPLE = 4096;
/** For so many pauses of the service the ceiling stays. A pause counts as at least MIN_PAUSE_MS. */
const CEILING_PAUSES = 60;
const MIN_PAUSE_MS = 1000;
/** For so long a later run begins with what an earlier one has learnt. */
const LEARNT_FOR_MS = 3_600_000;
/** The most keys whose last limiter is kept. */
const MOST_KEYS = 500;
