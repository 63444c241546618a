/**
 * How much the service's clock differs from ours, by the Date header of its responses. Signatures need the service's
 * time. Only one clock can tell whether a record is newer than a request.
 */
export class Clock {
	/** Milliseconds that the service's clock is ahead of ours, as far as responses have shown. */
	private ahead = 0;
	/** Milliseconds to add to our time in what is signed: 0 until the service has refused our time. */
	correction = 0;

	/** @param date the Date header of a response that has just come */
	note(date: unknown): void {
		this.ahead = aheadOf(date) ?? this.ahead;
	}

	/** One of our times on the service's clock. It is early by at most a second and the time that a response travels. */
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
		if (ahead === undefined || Math.abs(ahead - used) < MIN_CORRECTION_MS) return false;
		this.correction = ahead;
		return true;
	}
}

/** A smaller difference would not have made the service refuse. */
const MIN_CORRECTION_MS = 60_000;

function aheadOf(date: unknown): number | undefined {
	const time = typeof date === 'string' ? Date.parse(date) : NaN;
	return Number.isNaN(time) ? undefined : time - Date.now();
}
