import { type JsonObject, parseJson, stringifyJson } from '../core/json';

/** What becomes of one field, or of one list. An absent `from` is not known, and `null` is nothing. */
type Change = { from?: unknown; to: unknown } | { added: unknown[]; removed: unknown[] };

/** What one item of a preview would write. A service in read-only mode notes its writes here, and sends none of them. */
export class Plan {
	/** By the name of the field or of the list. An item may give any name, such as `__proto__`. */
	private readonly changesByName = new Map<string, Change>();
	/** Set where the operation's own output does not say it. */
	outcome: string | undefined;
	/** What the user should know. It replaces the notice of the operation. */
	notice: string | undefined;
	/** Whether there was a request to write, also one that would change nothing. */
	writes = false;

	/** @param index of the item */
	constructor(readonly index: number) {}

	/** The ID of the record that the item would create. */
	get newId(): string {
		return `(new, of item ${this.index})`;
	}

	/** The ID of a record that the item would create as a row of a list. */
	readonly newRowId = (list: string, place: number): string =>
		`(new, ${list} ${place + 1} of item ${this.index})`;

	/** @param from `undefined` where it is not known */
	set(field: string, from: unknown, to: unknown): void {
		const before = this.changesByName.get(field);
		const first = before && 'to' in before ? before.from : from;
		this.changesByName.set(field, {
			...(first !== undefined && { from: plain(first) }),
			to: plain(to ?? null),
		});
	}

	change(list: string, added: readonly unknown[], removed: readonly unknown[]): void {
		if (added.length === 0 && removed.length === 0) return;
		const before = this.changesByName.get(list);
		const all = before && 'added' in before ? before : { added: [], removed: [] };
		this.changesByName.set(list, {
			added: [...all.added, ...added.map(plain)],
			removed: [...all.removed, ...removed.map(plain)],
		});
	}

	get changes(): Record<string, Change> {
		return Object.fromEntries(this.changesByName);
	}

	/** The output of the item, from the output that the operation would have after its writes. */
	outputOf(record: JsonObject): JsonObject {
		const isUnchanged = this.writes && this.changesByName.size === 0;
		const { notice } = this;
		return {
			...record,
			// Nothing is gone yet.
			...Object.fromEntries(
				['deleted', 'removed'].filter((key) => record[key] === true).map((key) => [key, false]),
			),
			_preview: true,
			_outcome:
				this.outcome ??
				(isUnchanged ? 'unchanged' : (record._outcome ?? (this.writes ? 'updated' : 'unchanged'))),
			_changes: this.changes,
			...(notice !== undefined && { _notice: notice }),
		};
	}
}

/** Whether it stands in place of the ID of a record that does not exist yet. No service takes it for an ID. */
export const isNewId = (id: unknown): boolean => typeof id === 'string' && id.startsWith('(new, ');

/** A value as an output item can hold it: a number beyond 2^53 as its digits. */
const plain = (value: unknown): unknown => parseJson(stringifyJson(value));
