/**
 * A listing that shows changes late: each change stays hidden from the next `lag` calls. With a lag of 0 it always
 * shows the present state and never copies it.
 */
export class Listing<State> {
	private hidden: Array<{ before: State; callsLeft: number }> = [];

	constructor(private readonly lag: number) {}

	/** Called before each change. `before` copies the state that the listing continues to show. */
	changing(before: () => State): void {
		// If no call has followed the last change, the state before this change will never be shown.
		if (this.lag === 0 || this.hidden.at(-1)?.callsLeft === this.lag) return;
		this.hidden.push({ before: before(), callsLeft: this.lag });
	}

	catchUp(): void {
		this.hidden = [];
	}

	/** The state that one call of the listing shows. */
	show(present: () => State): State {
		const [oldest] = this.hidden;
		for (const change of this.hidden) change.callsLeft -= 1;
		this.hidden = this.hidden.filter(({ callsLeft }) => callsLeft > 0);
		return oldest ? oldest.before : present();
	}
}
