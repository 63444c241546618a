import { escapeHtml } from '../core/errors';
import type { Table } from '../fields/field';
import { fieldLike } from '../fields/keys';

/** A hint that lists names, each with the number of its items. @param listed HTML */
export type ListHint = (listed: string) => string;

/** What became of an item's keys in Auto-Map mode. */
type KeyUse = {
	/** Keys that are no field. */
	ignored: readonly string[];
	/** Keys that are a field in another spelling, with the name of the field. */
	spelled: ReadonlyArray<readonly [key: string, name: string]>;
};

/** Characters of a key in a hint. */
const LONGEST_KEY = 80;
const MOST_KEYS = 20;

/** The hints beside the node's output, which count the items that they concern. */
export class OutputHints {
	private readonly ignored = new Map<string, number>();
	private readonly spelled = new Map<string, number>();
	/** The field of each key in another spelling. */
	private readonly names = new Map<string, string>();
	private readonly lists = new Map<ListHint, Map<string, number>>();
	/** By outcome. */
	private readonly outcomes = new Map<string, number>();
	private readonly previews = new Map<string, number>();

	constructor(private readonly table: Table) {}

	noteKeys({ ignored, spelled }: KeyUse): void {
		for (const key of ignored) count(this.ignored, key);
		for (const [key, name] of spelled) {
			count(this.spelled, key);
			this.names.set(key, name);
		}
	}

	/** @param names that one item adds to the list of the hint */
	noteListed(hint: ListHint, names: readonly string[]): void {
		const counts = this.lists.get(hint) ?? new Map<string, number>();
		this.lists.set(hint, counts);
		for (const name of names) count(counts, name);
	}

	/** @param outcome of one item */
	noteOutcome(outcome: string): void {
		count(this.outcomes, outcome);
	}

	/** @param outcome of one item that only says what it would do */
	notePreview(outcome: string): void {
		count(this.previews, outcome);
	}

	private get adviceByKey(): string {
		const field = this.table.fields.find(({ byKey }) => byKey === true);
		return field ? ` A value for ${field.displayName} needs a key such as ${field.name}.region.` : '';
	}

	/** @returns HTML */
	messages(): string[] {
		const sent = [...this.spelled].map(
			([key, items]) => `${quoted(key)} as ${this.names.get(key)} (${itemsOf(items)})`,
		);
		const left = [...this.ignored].map(([key, items]) => {
			const like = fieldLike(key, this.table);
			return `${quoted(key)} (${itemsOf(items)}${like === undefined ? '' : `, perhaps ${like}`})`;
		});
		return [
			// Not if all items of a run had the same outcome.
			...(this.outcomes.size > (this.previews.size > 0 ? 0 : 1)
				? [`${inputItems(sumOf(this.outcomes))}: ${summary(this.outcomes)}.`]
				: []),
			...(this.previews.size > 0
				? [
						`Preview of ${itemsOf(sumOf(this.previews))}, which wrote nothing. In a real run: ${summary(this.previews)}.`,
					]
				: []),
			...(sent.length > 0 ? [`Keys that were taken for fields: ${listed(sent)}.`] : []),
			...(left.length > 0
				? [
						`Not sent, because no field of the record's type has this name: ${listed(left)}. Rename keys to send them.${this.adviceByKey}`,
					]
				: []),
			...[...this.lists]
				.filter(([, counts]) => counts.size > 0)
				.map(([hint, counts]) =>
					hint(listed([...counts].map(([name, items]) => `${quoted(name)} (${itemsOf(items)})`))),
				),
		];
	}
}

/** Adds one to the count of a name. */
const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

const sumOf = (counts: Map<string, number>) => [...counts.values()].reduce((sum, items) => sum + items, 0);

/** Such as "3 created, 12 unchanged". @returns HTML */
const summary = (counts: Map<string, number>) =>
	[...counts]
		.sort()
		.map(([name, items]) => `${items} ${escapeHtml(name)}`)
		.join(', ');

const quoted = (key: string) => `"${escapeHtml(key, LONGEST_KEY)}"`;

const itemsOf = (items: number) => `${items} ${items === 1 ? 'item' : 'items'}`;

const inputItems = (items: number) => `${items} input ${items === 1 ? 'item' : 'items'}`;

const listed = (entries: readonly string[]): string =>
	entries.slice(0, MOST_KEYS).join(', ') +
	(entries.length > MOST_KEYS ? ` and ${entries.length - MOST_KEYS} more` : '');
