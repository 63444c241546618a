import type { ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';

/** A `created` time may be cut to whole seconds. */
const CREATED_PRECISION_MS = 1000;
/** A `Date` header is cut to whole seconds, and a response takes time to arrive. */
const HEADER_SLACK_MS = 2000;
/** The clocks of n8n, of a proxy and of AttackForge are expected to differ by this at most. */
const MAX_CLOCK_DIFFERENCE_MS = 300_000;

/** What a run knows of the groups that it has created or written. */
export class WrittenGroups {
	/** When this run sent each group that it has created, by the group's ID, in milliseconds on n8n's clock. */
	private readonly createdAt = new Map<string, number>();
	/** Milliseconds that the clock of AttackForge's `created` is at least ahead of n8n's clock. */
	private ahead: number | undefined;
	private readonly known = new Map<string, JsonObject | ServiceFailure>();

	/** @param toServiceTime one of n8n's times on the clock of the `Date` header, which may be a proxy's clock */
	constructor(private readonly toServiceTime: (milliseconds: number) => number) {}

	/**
	 * Notes a group whose creation got a response, or that was found to be the one that was sent. From now on no other
	 * item can get it.
	 */
	noteCreated(group: JsonObject, sentAt: number): void {
		this.createdAt.set(String(group.id), sentAt);
	}

	/** Learns from the response to a creation how much the clock of `created` differs from n8n's clock. */
	noteClock({ created }: JsonObject, answeredAt: number): void {
		const time = Date.parse(String(created));
		if (!Number.isNaN(time)) this.ahead = Math.max(this.ahead ?? -Infinity, time - answeredAt);
	}

	/** Whether this run has created the group. */
	hasCreated(id: unknown): boolean {
		return this.createdAt.has(String(id));
	}

	/** When this run sent a group that it has created, in milliseconds on n8n's clock. */
	sentAt(id: unknown): number | undefined {
		return this.createdAt.get(String(id));
	}

	/**
	 * Whether a group was created before a request was sent. Only times of one clock can be compared exactly. After the
	 * first creation of this run, the difference between the clock of `created` and n8n's clock is known. Until then,
	 * AttackForge's clock is estimated by the clock of the `Date` header and by n8n's own. If the two estimates lead to
	 * different answers, the result is unclear.
	 *
	 * @param created milliseconds on AttackForge's clock
	 * @param sentAt milliseconds on n8n's clock
	 */
	ageOf(created: number, sentAt: number): 'older' | 'newer' | 'unclear' {
		if (this.ahead !== undefined)
			return created >= sentAt + this.ahead - CREATED_PRECISION_MS ? 'newer' : 'older';
		const estimates = [sentAt, this.toServiceTime(sentAt)];
		if (created >= Math.max(...estimates) - HEADER_SLACK_MS) return 'newer';
		return created < Math.min(...estimates) - MAX_CLOCK_DIFFERENCE_MS ? 'older' : 'unclear';
	}

	/**
	 * What Create or Update knows of a group that this run has written, or may have created. @param key what finds the
	 * group
	 */
	knownBy(key: string): JsonObject | ServiceFailure | undefined {
		return this.known.get(key);
	}

	remember(key: string, group: JsonObject | ServiceFailure): void {
		this.known.set(key, group);
	}
}
