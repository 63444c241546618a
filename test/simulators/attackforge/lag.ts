/**
 * A listing that catches up late: each change stays hidden from the next `lag` calls. With a lag of 0 it
 * always shows the present state and never takes a copy of it.
 */
export class Listing<State> {
	private hidden: Array<{ before: State; callsLeft: number }> = [];

	constructor(private readonly lag: number) {}

	/** To be called before each change; `before` copies the state the listing is to go on showing. */
	changing(before: () => State): void {
		// After a change that no call has followed yet, what this change finds will never be shown.
		if (this.lag === 0 || this.hidden.at(-1)?.callsLeft === this.lag) return;
		this.hidden.push({ before: before(), callsLeft: this.lag });
	}

	/** What one call of the listing shows. */
	show(present: () => State): State {
		const [oldest] = this.hidden;
		for (const change of this.hidden) change.callsLeft -= 1;
		this.hidden = this.hidden.filter(({ callsLeft }) => callsLeft > 0);
		return oldest ? oldest.before : present();
	}
}
