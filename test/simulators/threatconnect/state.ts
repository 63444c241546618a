import type { GroupType } from './fields';
import { ARTIFACTS, CASES, INDICATORS, TAGS, VICTIM_ASSETS, type Entity } from './seeds';

export type AttributeRow = {
	id: string;
	type: string;
	value: string;
	source?: string;
	default: boolean;
	pinned: boolean;
	/** IDs. */
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
};

export type AssignmentRow = { type: 'Assigned' | 'Escalate'; userId: string };

/** Lists without a type of their own hold IDs. Rows are never changed: a new one takes the place of the old. */
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

/** Rows of one kind in the order in which they were added. */
export class Table<Row extends { id: string }> {
	private readonly rows = new Map<string, Row>();

	constructor(
		private next: bigint,
		private readonly journal: Undo[],
		seeds: readonly Row[] = [],
	) {
		for (const row of seeds) this.rows.set(row.id, row);
	}

	/** An ID that no row has; as in a database, it is not used again when the request fails. */
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

	find(matches: (row: Row) => boolean): Row | undefined {
		for (const row of this.rows.values()) if (matches(row)) return row;
		return undefined;
	}

	put(row: Row): Row {
		const before = this.rows.get(row.id);
		this.journal.push(() => (before ? this.rows.set(row.id, before) : this.rows.delete(row.id)));
		this.rows.set(row.id, row);
		return row;
	}

	remove(id: string): void {
		const before = this.rows.get(id);
		if (before) this.journal.push(() => this.rows.set(id, before));
		this.rows.delete(id);
	}
}

/** Everything a server remembers. */
export class State {
	private readonly journal: Undo[] = [];
	readonly groups: Table<GroupRow>;
	/** Attributes and reviews live in their groups; these only number them. */
	readonly attributeIds: Table<{ id: string }>;
	readonly reviewIds: Table<{ id: string }>;
	readonly tags: Table<Entity>;
	readonly indicators: Table<Entity>;
	readonly cases: Table<Entity>;
	readonly artifacts: Table<Entity>;
	readonly victimAssets: Table<Entity>;

	constructor(firstId: string) {
		const first = BigInt(firstId);
		const table = (seeds: readonly Entity[]) => new Table<Entity>(first, this.journal, seeds);
		this.groups = new Table<GroupRow>(first, this.journal);
		this.attributeIds = new Table(first, this.journal);
		this.reviewIds = new Table(first, this.journal);
		this.tags = table(TAGS);
		this.indicators = table(INDICATORS);
		this.cases = table(CASES);
		this.artifacts = table(ARTIFACTS);
		this.victimAssets = table(VICTIM_ASSETS);
	}

	/** Does `work` whole or not at all: a refused request leaves nothing behind, nested objects included. */
	transaction<Result>(work: () => Result): Result {
		this.journal.length = 0;
		try {
			return work();
		} catch (error) {
			for (const undo of this.journal.reverse()) undo();
			throw error;
		} finally {
			this.journal.length = 0;
		}
	}
}
