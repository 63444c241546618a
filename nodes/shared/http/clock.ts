/**
 * The service's clock beside ours, from the Date header of its answers: signatures need the service's time, and whether a
 * record is newer than a request can only be said by one clock.
 */
export class Clock {
	/** Milliseconds that the service's clock is ahead, as far as answers have told. */
	private ahead = 0;
	/** Milliseconds to add to our time in what is signed: 0 until the service has refused our time. */
	correction = 0;

	/** @param date the Date header of an answer that has just come */
	note(date: unknown): void {
		this.ahead = aheadOf(date) ?? this.ahead;
	}

	/** One of our times by the service's clock; at most a second and the answer's way too early. */
	toService(milliseconds: number): number {
		return milliseconds + this.ahead;
	}

	/**
	 * Takes over the service's time, because it refused a signature with ours.
	 *
	 * @param date the Date header of the refusal
	 * @param used the correction that the refused request was signed with
	 * @returns whether the request is worth sending again
	 */
	correct(date: unknown, used: number): boolean {
		const ahead = aheadOf(date);
		if (ahead === undefined || Math.abs(ahead - used) < WORTHWHILE) return false;
		this.correction = ahead;
		return true;
	}
}

/** Milliseconds: less would not have made the service refuse. */
const WORTHWHILE = 60_000;

function aheadOf(date: unknown): number | undefined {
	const time = typeof date === 'string' ? Date.parse(date) : NaN;
	return Number.isNaN(time) ? undefined : time - Date.now();
}
