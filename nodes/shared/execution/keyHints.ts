import { escapeHtml } from '../core/errors';
import type { Table } from '../fields/field';
import { fieldLike } from '../fields/keys';
import type { KeyUse, ListHint } from './item';

/** What became of the items' keys, for the hints beside the node's output. */

/** Characters of a key in a hint. */
const LONGEST_KEY = 80;
const MOST_KEYS = 20;

export class KeyHints {
	private readonly ignored = new Map<string, number>();
	private readonly spelled = new Map<string, number>();
	private readonly names = new Map<string, string>();
	private readonly lists = new Map<ListHint, Map<string, number>>();

	constructor(private readonly table: Table) {}

	readonly note = ({ ignored, spelled, listed }: KeyUse): void => {
		for (const key of ignored) count(this.ignored, key);
		for (const [key, name] of spelled) {
			count(this.spelled, key);
			this.names.set(key, name);
		}
		if (!listed) return;
		const counts = this.lists.get(listed.hint) ?? new Map<string, number>();
		this.lists.set(listed.hint, counts);
		for (const name of listed.names) count(counts, name);
	};

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
			...(sent.length > 0
				? [`Sent although spelled differently from the field of the API: ${listed(sent)}.`]
				: []),
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
export const count = (counts: Map<string, number>, name: string) =>
	counts.set(name, (counts.get(name) ?? 0) + 1);

const quoted = (key: string) => `"${escapeHtml(key, LONGEST_KEY)}"`;

const itemsOf = (items: number) => `${items} ${items === 1 ? 'item' : 'items'}`;

const listed = (entries: readonly string[]): string =>
	entries.slice(0, MOST_KEYS).join(', ') +
	(entries.length > MOST_KEYS ? ` and ${entries.length - MOST_KEYS} more` : '');
