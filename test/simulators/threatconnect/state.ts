import { type GroupType, indicatorKey } from './fields';
import {
	ARTIFACTS,
	CASES,
	INDICATORS,
	SECURITY_LABELS,
	TAGS,
	VICTIM_ASSETS,
	type Entity,
	type SecurityLabel,
} from './seeds';

export type AttributeRow = {
	id: string;
	type: string;
	value: string;
	source?: string;
	default: boolean;
	pinned: boolean;
	/** IDs of security labels. */
	securityLabels: string[];
	dateAdded: string;
	lastModified: string;
	createdBy: string;
};

export type ReviewRow = {
	id: string;
	userId: string;
	rating: number;
	reviewHelpful?: boolean;
	comments?: string;
	dateAdded: string;
	lastModified: string;
};

export type AssignmentRow = { type: 'Assigned' | 'Escalate'; userId: string };

/** Lists without a type of their own hold IDs. Rows are never changed: a new row replaces the old one. */
export type GroupRow = {
	id: string;
	ownerName: string;
	type: GroupType;
	name: string;
	xid?: string;
	fields: Record<string, unknown>;
	tags: string[];
	attributes: AttributeRow[];
	securityLabels: string[];
	associatedArtifacts: string[];
	associatedCases: string[];
	associatedGroups: string[];
	associatedIndicators: string[];
	associatedVictimAssets: string[];
	assignments: AssignmentRow[];
	reviews: ReviewRow[];
	dateAdded: string;
	lastModified: string;
	createdBy: string;
};

type Undo = () => void;

/** How to undo the work of a transaction. Outside of a transaction nothing is noted. */
class Journal {
	private undos: Undo[] | undefined;

	note(undo: Undo): void {
		this.undos?.push(undo);
	}

	/** Does `work` completely or not at all. */
	transaction<Result>(work: () => Result): Result {
		this.undos = [];
		try {
			return work();
		} catch (error) {
			for (const undo of this.undos.reverse()) undo();
			throw error;
		} finally {
			this.undos = undefined;
		}
	}
}

/** IDs are digits without leading zeros, so the longer one is the greater one. */
const byId = (left: string, right: string) => left.length - right.length || (left < right ? -1 : 1);

/**
 * Rows of one kind in the order in which they were added. They are found by their ID and by a key of the table's own.
 */
export class Table<Row extends { id: string }> {
	private readonly rows = new Map<string, Row>();
	/** The IDs of the rows with a key. */
	private readonly keys = new Map<string, Set<string>>();
	/** Every ID in ascending order; `undefined` until it is needed. */
	private order: string[] | undefined;
	private next!: bigint;

	constructor(
		private readonly first: bigint,
		private readonly journal: Journal,
		private readonly options: { seeds?: readonly Row[]; keyOf?: (row: Row) => string | undefined } = {},
	) {
		this.reset();
	}

	/** Resets the table to its first state. */
	reset(): void {
		this.next = this.first;
		this.rows.clear();
		this.keys.clear();
		this.order = undefined;
		for (const row of this.options.seeds ?? []) this.set(row);
	}

	/** An ID that no row has. As in a database, it is not used again when the request fails. */
	newId(): string {
		while (this.rows.has(this.next.toString())) this.next++;
		return (this.next++).toString();
	}

	get(id: string): Row | undefined {
		return this.rows.get(id);
	}

	all(): Row[] {
		return [...this.rows.values()];
	}

	/** By ascending ID, without another sort for every page of a list. */
	inIdOrder(): Row[] {
		this.order ??= [...this.rows.keys()].sort(byId);
		return this.order.flatMap((id) => this.rows.get(id) ?? []);
	}

	find(matches: (row: Row) => boolean): Row | undefined {
		for (const row of this.rows.values()) if (matches(row)) return row;
		return undefined;
	}

	/** The first row with this key. */
	findByKey(key: string): Row | undefined {
		for (const id of this.keys.get(key) ?? []) return this.rows.get(id);
		return undefined;
	}

	put(row: Row): Row {
		const before = this.rows.get(row.id);
		this.journal.note(() => (before ? this.set(before) : this.unset(row.id)));
		this.set(row);
		return row;
	}

	remove(id: string): void {
		const before = this.rows.get(id);
		if (before) this.journal.note(() => this.set(before));
		this.unset(id);
	}

	private set(row: Row): void {
		const before = this.rows.get(row.id);
		if (!before) this.order = undefined;
		this.rows.set(row.id, row);
		const [old, key] = [before && this.options.keyOf?.(before), this.options.keyOf?.(row)];
		if (old === key) return;
		this.forget(old, row.id);
		if (key === undefined) return;
		const ids = this.keys.get(key);
		if (ids) ids.add(row.id);
		else this.keys.set(key, new Set([row.id]));
	}

	private unset(id: string): void {
		const before = this.rows.get(id);
		if (!before) return;
		this.rows.delete(id);
		this.order = undefined;
		this.forget(this.options.keyOf?.(before), id);
	}

	private forget(key: string | undefined, id: string): void {
		const ids = key === undefined ? undefined : this.keys.get(key);
		ids?.delete(id);
		if (key !== undefined && ids?.size === 0) this.keys.delete(key);
	}
}

/** The key of a row among those of its owner. */
export const keyIn = (ownerName: string, ...parts: string[]) => JSON.stringify([ownerName, ...parts]);

/** All that a server remembers. */
export class State {
	private readonly journal = new Journal();
	readonly groups: Table<GroupRow>;
	/** Attributes and reviews are stored in their groups. These tables only number them, and the batch jobs. */
	readonly attributeIds: Table<{ id: string }>;
	readonly reviewIds: Table<{ id: string }>;
	readonly batchIds: Table<{ id: string }>;
	readonly tags: Table<Entity>;
	readonly securityLabels: Table<SecurityLabel>;
	readonly indicators: Table<Entity>;
	readonly cases: Table<Entity>;
	readonly artifacts: Table<Entity>;
	readonly victimAssets: Table<Entity>;

	constructor(firstId: string) {
		const first = BigInt(firstId);
		const table = (seeds: readonly Entity[], keyOf?: (row: Entity) => string) =>
			new Table<Entity>(first, this.journal, { seeds, keyOf });
		this.groups = new Table<GroupRow>(first, this.journal, {
			keyOf: ({ ownerName, xid }) => (xid === undefined ? undefined : keyIn(ownerName, xid)),
		});
		this.attributeIds = new Table(first, this.journal);
		this.reviewIds = new Table(first, this.journal);
		this.batchIds = new Table(first, this.journal);
		this.tags = table(TAGS, ({ ownerName, name }) => keyIn(ownerName, String(name).toLowerCase()));
		this.securityLabels = new Table(first, this.journal, {
			seeds: SECURITY_LABELS,
			keyOf: ({ name }) => name,
		});
		this.indicators = table(INDICATORS, ({ ownerName, type, summary }) =>
			keyIn(ownerName, String(type), indicatorKey(String(type), String(summary))),
		);
		this.cases = table(CASES);
		this.artifacts = table(ARTIFACTS);
		this.victimAssets = table(VICTIM_ASSETS);
	}

	/** Resets the state to what each server has at its start. */
	reset(): void {
		for (const table of Object.values(this)) if (table instanceof Table) table.reset();
	}

	/** Does `work` completely or not at all: a refused request leaves nothing behind, including nested objects. */
	transaction<Result>(work: () => Result): Result {
		return this.journal.transaction(work);
	}
}
