/**
 * Look-ups of one run: each is made once, however many items ask for it at the same time. A failed one is forgotten, so
 * that the next item tries again.
 */
export class Memo {
	private readonly made = new Map<string, Promise<unknown>>();

	async once<T>(key: string, make: () => Promise<T>): Promise<T> {
		const present = this.made.get(key) as Promise<T> | undefined;
		if (present) return await present;
		const making = make();
		this.made.set(key, making);
		making.catch(() => this.made.delete(key));
		return await making;
	}

	/** Forgets a look-up whose answer the run itself has changed. */
	forget(key: string): void {
		this.made.delete(key);
	}
}
