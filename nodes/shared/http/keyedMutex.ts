/** Work that shares a key runs one piece after the other, in the order of the calls. */
export class KeyedMutex {
	/** The last work of each key, until it has ended. It never rejects. */
	private readonly last = new Map<string, Promise<unknown>>();

	/**
	 * @param keys all are taken in one step, so that no two pieces of work wait for each other
	 * @returns what the work returns; its error is thrown here only
	 */
	async runExclusive<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
		const running = Promise.all(keys.map(async (key) => await this.last.get(key))).then(work);
		const ended = running.catch(() => undefined);
		for (const key of keys) this.last.set(key, ended);
		try {
			return await running;
		} finally {
			for (const key of keys) if (this.last.get(key) === ended) this.last.delete(key);
		}
	}
}
