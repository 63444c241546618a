/** What is to happen later, none of it after `stop`. */
export class Timers {
	private readonly pending = new Set<NodeJS.Timeout>();

	/** At once when there is nothing to wait for. */
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
