import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { HIDDEN } from '../../shared/http/masking';
import { isNewId, type Plan } from '../../shared/http/plan';
import { fieldsBringing } from '../fields/receivedGroup';
import { isEntry, isSameValue, rowsOf, summaryOf } from './compareGroup';

/** What a group, or an attribute, would be after a write, for a preview. */

/** What no response shows. */
const NEVER_SHOWN = ['password'];

const isList = (value: unknown): value is JsonObject & { data: unknown[] } =>
	isJsonObject(value) && Array.isArray(value.data);

/** Makes the ID of a row that a body adds. @param place in the list of the body */
type NewRowId = (list: string, place: number) => string;

/**
 * @param record with the lists that the body changes
 * @param body of a creation or an update. Besides the modes of the API, a list may have batch's `Singleton`, and `merge`:
 *   its entries are the new values of the rows with their IDs.
 */
export function recordAfter(record: JsonObject, body: JsonObject, newRowId?: NewRowId): JsonObject {
	const after = new Map(Object.entries(record));
	for (const [name, value] of Object.entries(body)) {
		if (isList(value)) {
			const rows = rowsOf(record[name]);
			after.set(name, { data: withOneDefault(rowsAfter(name, rows, value, newRowId), rows) });
		} else if (value === undefined || NEVER_SHOWN.includes(name)) continue;
		else if (value === null) after.delete(name);
		else after.set(name, value);
	}
	return Object.fromEntries(after);
}

/** Rows that stay are the same objects. */
function rowsAfter(
	name: string,
	rows: readonly JsonObject[],
	list: JsonObject,
	newRowId?: NewRowId,
): JsonObject[] {
	const entries = rowsOf(list);
	if (list.mode === 'merge') {
		return rows.map((row) => {
			const values = entries.find(({ id }) => String(id) === String(row.id));
			return values ? recordAfter(row, { ...values, id: row.id }) : row;
		});
	}
	const isMeant = (row: JsonObject) => entries.some((entry) => isEntry(name, entry, row, 'named'));
	if (list.mode === 'delete') return rows.filter((row) => !isMeant(row));
	const types = entries.map(({ type }) => type);
	// ThreatConnect replaces all assignments, whatever the mode.
	const kept =
		list.mode === 'replace' || name === 'assignments'
			? rows.filter(isMeant)
			: list.mode === 'Singleton'
				? rows.filter((row) => isMeant(row) || !types.includes(row.type))
				: rows;
	// ThreatConnect does not compare attributes that it appends.
	const isThere = (entry: JsonObject) =>
		!(name === 'attributes' && list.mode === 'append' && entry.id === undefined) &&
		kept.some((row) => isEntry(name, entry, row, 'complete'));
	const added = entries.filter((entry) => !isThere(entry));
	const isReplaced = (row: JsonObject) =>
		name !== 'attributes' && added.some((entry) => isEntry(name, entry, row, 'named'));
	const asRow = (entry: JsonObject) => rowOf(name, entry, newRowId?.(name, entries.indexOf(entry)));
	return [...kept.filter((row) => !isReplaced(row)), ...added.map(asRow)];
}

/** An attribute that becomes the default one of its type takes that from the one before it. */
function withOneDefault(rows: readonly JsonObject[], before: readonly JsonObject[]): JsonObject[] {
	const present = new Set(before);
	const isDefault = (row: JsonObject) => row.default === true;
	const types = rows.filter((row) => isDefault(row) && !present.has(row)).map(({ type }) => type);
	return rows.map((row) =>
		isDefault(row) && present.has(row) && types.includes(row.type) ? { ...row, default: false } : row,
	);
}

/** Lists whose rows later items name by their IDs. */
const NAMED_BY_ID = ['associatedGroups', 'attributes'];

/** An entry as a response shows it, as far as others are compared with it. */
function rowOf(list: string, entry: JsonObject, id: string | undefined): JsonObject {
	if (entry.id !== undefined) return entry;
	if (list === 'associatedIndicators') return { summary: summaryOf(entry), ...entry };
	return id !== undefined && NAMED_BY_ID.includes(list) ? { id, ...entry } : entry;
}

export const asksFor = (fields: readonly string[], field: string): boolean =>
	fields.some((one) => one === field || one.startsWith(`${field}.`));

/**
 * A group that items of a preview change. It is kept as they have read it, so that each change is applied once and not
 * again for each item that reads the group.
 */
export class PlannedGroup {
	isDeleted = false;
	private readonly changes: Array<{ body: JsonObject; newRowId: NewRowId }> = [];
	/** By the fields that were asked for, because a response shows some lists only then. */
	private readonly views = new Map<string, { group: JsonObject; applied: number }>();

	/** @param created the group, if it does not exist yet. All of it is shown. */
	constructor(private readonly created?: JsonObject) {}

	get isNew(): boolean {
		return this.created !== undefined;
	}

	/** @param body of an update, see `recordAfter` */
	change(body: JsonObject, newRowId: NewRowId): void {
		this.changes.push({ body, newRowId });
	}

	/**
	 * The group after all changes.
	 *
	 * @param read the group as the service has it
	 * @returns `undefined` if the service is to be asked first
	 */
	shown(fields: readonly string[] | undefined, read: JsonObject): JsonObject;
	shown(fields?: readonly string[]): JsonObject | undefined;
	shown(fields: readonly string[] = [], read = this.created): JsonObject | undefined {
		const key = this.isNew ? '' : [...fields].sort().join();
		const view = this.views.get(key) ?? (read && { group: read, applied: 0 });
		if (!view) return undefined;
		this.views.set(key, view);
		for (const { body, newRowId } of this.changes.slice(view.applied)) {
			const seen = Object.entries(body).filter(([name]) => this.isShown(name, view.group, fields));
			view.group = recordAfter(view.group, Object.fromEntries(seen), newRowId);
		}
		view.applied = this.changes.length;
		return view.group;
	}

	private isShown(name: string, group: JsonObject, fields: readonly string[]): boolean {
		return (
			this.isNew ||
			Object.hasOwn(group, name) ||
			fieldsBringing([name]).every((field) => asksFor(fields, field))
		);
	}
}

/** Notes what a body changes. @param prefix before the names of the fields */
export function noteChanges(
	plan: Plan,
	before: JsonObject,
	after: JsonObject,
	body: JsonObject,
	prefix = '',
): void {
	for (const [name, value] of Object.entries(body)) {
		const field = `${prefix}${name}`;
		if (value === undefined) continue;
		const present = Object.hasOwn(before, name) ? before[name] : undefined;
		if (isList(value)) {
			const [then, now] = [rowsOf(present), rowsOf(after[name])];
			plan.change(field, shownRows(name, now, then), shownRows(name, then, now));
		} else if (NEVER_SHOWN.includes(name)) plan.set(field, undefined, HIDDEN);
		else if (!isSameValue(name, value, present)) plan.set(field, present ?? null, value);
	}
}

/** The keys by which a user recognizes a row of a list. */
const TELLING = ['id', 'type', 'name', 'xid', 'summary', 'value', 'source', 'user', 'rating'];

/** The rows that the other list does not have. */
function shownRows(list: string, rows: readonly JsonObject[], others: readonly JsonObject[]): unknown[] {
	const keyOf = (row: JsonObject) => row.id ?? row;
	const known = new Set(others.map(keyOf));
	return rows.filter((row) => !known.has(keyOf(row))).map((row) => shown(list, row));
}

function shown(list: string, row: JsonObject): unknown {
	if (list === 'tags' || list === 'securityLabels') return row.name ?? row.techniqueId ?? row.id;
	const { id, ...others } = row;
	const given = isNewId(id) && Object.keys(others).length > 0 ? others : row;
	const telling = Object.entries(given).filter(([name, value]) => TELLING.includes(name) && !isUnset(value));
	return telling.length > (given.id === undefined ? 1 : 0) ? Object.fromEntries(telling) : given;
}
