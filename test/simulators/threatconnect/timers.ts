/** Work that happens later. None of it happens after `stop`. */
export class Timers {
	private readonly pending = new Set<NodeJS.Timeout>();

	/** Runs at once if the time is 0. */
	after(milliseconds: number, work: () => void): void {
		if (milliseconds <= 0) return work();
		const timer = setTimeout(() => {
			this.pending.delete(timer);
			work();
		}, milliseconds);
		this.pending.add(timer);
	}

	stop(): void {
		for (const timer of this.pending) clearTimeout(timer);
		this.pending.clear();
	}
}
