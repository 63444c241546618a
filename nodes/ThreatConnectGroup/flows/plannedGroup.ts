import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { HIDDEN } from '../../shared/http/masking';
import type { Plan } from '../../shared/http/plan';
import { isEntry, isSameValue, rowsOf, summaryOf } from './compareGroup';

/** What a group, or an attribute, would be after a write, for a preview. */

/** What no response shows. */
const NEVER_SHOWN = ['password'];

const isList = (value: unknown): value is JsonObject & { data: unknown[] } =>
	isJsonObject(value) && Array.isArray(value.data);

/**
 * @param record with the lists that the body changes
 * @param body of a creation or an update. Besides the modes of the API, a list may have batch's `Singleton`.
 */
export function recordAfter(record: JsonObject, body: JsonObject): JsonObject {
	const after = new Map(Object.entries(record));
	for (const [name, value] of Object.entries(body)) {
		if (isList(value)) after.set(name, { data: rowsAfter(name, rowsOf(record[name]), value) });
		else if (value === undefined || NEVER_SHOWN.includes(name)) continue;
		else if (value === null) after.delete(name);
		else after.set(name, value);
	}
	return Object.fromEntries(after);
}

/** Rows that stay are the same objects. */
function rowsAfter(name: string, rows: readonly JsonObject[], list: JsonObject): JsonObject[] {
	const entries = rowsOf(list);
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
	return [...kept.filter((row) => !isReplaced(row)), ...added.map((entry) => asRow(name, entry))];
}

/** An entry as a response shows it, as far as others are compared with it. */
const asRow = (list: string, entry: JsonObject): JsonObject =>
	list === 'associatedIndicators' && entry.id === undefined ? { summary: summaryOf(entry), ...entry } : entry;

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
			plan.change(
				field,
				now.filter((row) => !then.includes(row)).map((row) => shown(name, row)),
				then.filter((row) => !now.includes(row)).map((row) => shown(name, row)),
			);
		} else if (NEVER_SHOWN.includes(name)) plan.set(field, undefined, HIDDEN);
		else if (!isSameValue(name, value, present)) plan.set(field, present ?? null, value);
	}
}

/** What tells a row from others, in a list of a response or of a body. */
const TELLING = ['id', 'type', 'name', 'xid', 'summary', 'value', 'source', 'user', 'rating'];

function shown(list: string, row: JsonObject): unknown {
	if (list === 'tags' || list === 'securityLabels') return row.name ?? row.techniqueId ?? row.id;
	const telling = Object.entries(row).filter(([name, value]) => TELLING.includes(name) && !isUnset(value));
	return telling.length > (row.id === undefined ? 1 : 0) ? Object.fromEntries(telling) : row;
}
