import type { ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';

/** Milliseconds: a `created` time may be cut to whole seconds. */
const SECOND = 1000;
/** Milliseconds: a `Date` header is cut to whole seconds, and an answer has been on its way. */
const HEADER_SLACK = 2000;
/** Milliseconds by which the clocks of n8n, of a proxy and of AttackForge are trusted to differ at most. */
const CLOCK_DIFFERENCE = 300_000;

/** What a run knows of the groups that it has created or written. */
export class RunState {
	/** When each group that this run has created was sent, by its ID: milliseconds by n8n's clock. */
	private readonly createdAt = new Map<string, number>();
	/** The least number of milliseconds that the clock of AttackForge's `created` is ahead of n8n's clock. */
	private ahead: number | undefined;
	private readonly known = new Map<string, JsonObject | ServiceFailure>();
	private readonly creating = new Map<string, Promise<unknown>>();

	/** @param toServiceTime one of n8n's times by the clock of the `Date` header, which may be that of a proxy */
	constructor(private readonly toServiceTime: (milliseconds: number) => number) {}

	/**
	 * A group whose creation was answered, or that was found to be the one that was sent. No other item can get it from now on.
	 */
	noteCreated(group: JsonObject, sentAt: number): void {
		this.createdAt.set(String(group.id), sentAt);
	}

	/** The answer to a creation tells how the clock of `created` differs from n8n's clock. */
	noteClock({ created }: JsonObject, answeredAt: number): void {
		const time = Date.parse(String(created));
		if (!Number.isNaN(time)) this.ahead = Math.max(this.ahead ?? -Infinity, time - answeredAt);
	}

	/** This run has created the group. */
	hasCreated(id: unknown): boolean {
		return this.createdAt.has(String(id));
	}

	/** When this run sent a group that it has created. */
	sentAt(id: unknown): number | undefined {
		return this.createdAt.get(String(id));
	}

	/**
	 * Whether a group was created before a request was sent. Only times of one clock can be compared exactly: `created` and the
	 * times of n8n can, once a creation of this run was answered. Until then the clock of the `Date` header and n8n's own stand
	 * for AttackForge's clock, and what only one of them says stays unclear.
	 *
	 * @param created milliseconds, by AttackForge's clock
	 * @param sentAt milliseconds, by n8n's clock
	 */
	ageOf(created: number, sentAt: number): 'older' | 'newer' | 'unclear' {
		if (this.ahead !== undefined) return created >= sentAt + this.ahead - SECOND ? 'newer' : 'older';
		const estimates = [sentAt, this.toServiceTime(sentAt)];
		if (created >= Math.max(...estimates) - HEADER_SLACK) return 'newer';
		return created < Math.min(...estimates) - CLOCK_DIFFERENCE ? 'older' : 'unclear';
	}

	/**
	 * Creates groups of one name one after the other, whatever items they come from: of two that are under way, neither could
	 * tell whose a new group is.
	 */
	async inTurn<T>(name: string, create: () => Promise<T>): Promise<T> {
		const turn = (this.creating.get(name) ?? Promise.resolve()).then(create);
		const ended = turn.catch(() => undefined);
		this.creating.set(name, ended);
		try {
			return await turn;
		} finally {
			if (this.creating.get(name) === ended) this.creating.delete(name);
		}
	}

	/** What Create or Update knows of a group that this run has written, or may have created, by what finds it. */
	knownBy(key: string): JsonObject | ServiceFailure | undefined {
		return this.known.get(key);
	}

	remember(key: string, group: JsonObject | ServiceFailure): void {
		this.known.set(key, group);
	}
}
