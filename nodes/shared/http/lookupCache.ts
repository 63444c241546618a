/**
 * Look-ups of one run. Each is made once, however many items ask for it at the same time. A failed look-up is
 * forgotten, so that the next item tries again.
 */
export class LookupCache {
	private readonly entries = new Map<string, Promise<unknown>>();

	async getOrLoad<T>(key: string, load: () => Promise<T>): Promise<T> {
		const known = this.entries.get(key) as Promise<T> | undefined;
		if (known) return await known;
		const loading = load();
		this.entries.set(key, loading);
		loading.catch(() => this.entries.delete(key));
		return await loading;
	}

	/** Forgets a look-up whose result the run itself has changed. */
	invalidate(key: string): void {
		this.entries.delete(key);
	}
}
