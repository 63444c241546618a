import {
	findOrCreateIndicator,
	HASHES,
	indicatorOfSummary,
	knownIndicator,
	sameFile,
	summaryOf,
} from './associations';
import type { BatchSettings } from './batchItems';
import { requireFields, type Context, type Entry, type EntryList } from './context';
import { refusal } from './errors';
import { INDICATOR_DATES, INDICATOR_TYPES, type Association } from './fields';
import type { Entity } from './seeds';

/** Fields of batch's indicators that v3 has too, by v3's name. */
const KEPT = ['rating', 'confidence', 'active', 'activeLocked', 'privateFlag', 'size', ...INDICATOR_DATES];

const hasHash = (entry: Entry, name: string) => entry[name] !== undefined;
const sameHash = (one: Entry, other: Entry, name: string) =>
	String(one[name]).toLowerCase() === String(other[name]).toLowerCase();

/** Two that share a hash, and each have another one of the same kind. */
const collide = (one: Entry, other: Entry) =>
	HASHES.some((name) => hasHash(one, name) && hasHash(other, name) && !sameHash(one, other, name));

/**
 * docs: "the presence of one or more of these fields will result in the Indicator's summary field being ignored", and
 * the summary is "required if the field that contains the Indicator's value is not used".
 */
function valuesOf(entry: Entry): Entry {
	const type = String(entry.type);
	const own = Object.entries(entry).filter(([name]) => (INDICATOR_TYPES[type] ?? []).includes(name));
	if (own.length > 0) return { type, ...Object.fromEntries(own) };
	requireFields(entry, ['summary'], 'the indicator');
	return indicatorOfSummary(type, String(entry.summary));
}

const dataOf = (value: unknown): Entry[] => (value as EntryList | undefined)?.data ?? [];

/** The metadata of an indicator after an entry: what is given takes the place of the old, lists by their write types. */
function withMetadata(
	row: Entity,
	entry: Entry,
	{ attributeWriteType, ...types }: BatchSettings,
	now: string,
): Entity {
	const list = (name: string, given: unknown, kept: (old: Entry) => boolean) =>
		given === undefined
			? {}
			: { [name]: { data: [...dataOf(row[name]).filter(kept), ...(given as Entry[])] } };
	const attributes = entry.attribute as Entry[] | undefined;
	const byName = (given: unknown, type: string) => (old: Entry) =>
		type !== 'Replace' && !((given ?? []) as Entry[]).some(({ name }) => name === old.name);
	return {
		...row,
		...Object.fromEntries(Object.entries(entry).filter(([name]) => KEPT.includes(name))),
		...(attributeWriteType !== 'Static' &&
			list(
				'attributes',
				attributes,
				(old) =>
					attributeWriteType === 'Append' ||
					(attributeWriteType === 'Singleton' && !attributes?.some(({ type }) => type === old.type)),
			)),
		...list('tags', entry.tag, byName(entry.tag, types.tagWriteType)),
		...list('securityLabels', entry.securityLabel, byName(entry.securityLabel, types.securityLabelWriteType)),
		lastModified: now,
	};
}

/** Groups that were associated with an indicator are associated with the one that took its place. */
function replaceInGroups({ state }: Context, gone: string, by: string | undefined): void {
	const kind: Association = 'associatedIndicators';
	for (const group of state.groups.all()) {
		if (!group[kind].includes(gone)) continue;
		const ids = group[kind].filter((id) => id !== gone);
		state.groups.put({ ...group, [kind]: [...new Set(by === undefined ? ids : [...ids, by])] });
	}
}

function removeFile(context: Context, id: string, by?: string): void {
	replaceInGroups(context, id, by);
	context.state.indicators.remove(id);
}

/** docs: `fileMergeMode: Merge`, the one with "the most recent lastModified date" is kept. */
function merge(context: Context, rows: readonly Entity[]): Entity {
	const [primary, ...others] = [...rows].sort((a, b) =>
		String(b.lastModified ?? '').localeCompare(String(a.lastModified ?? '')),
	) as [Entity, ...Entity[]];
	let merged = primary;
	for (const other of others) {
		removeFile(context, other.id, primary.id);
		const lists = Object.fromEntries(
			['attributes', 'tags', 'securityLabels'].map((name) => [
				name,
				{ data: [...dataOf(merged[name]), ...dataOf(other[name])] },
			]),
		);
		merged = { ...other, ...merged, ...lists };
	}
	return merged;
}

const withSummary = (row: Entity): Entity => ({ ...row, summary: summaryOf(row, 'the indicator') });

/**
 * docs: v2_batch_api, `fileMergeMode` and `hashCollisionMode`.
 *
 * @returns the IDs of the files that the entry stands for afterwards
 */
function saveFile(context: Context, settings: BatchSettings, entry: Entry, values: Entry): string[] {
	const { state, now } = context;
	const { owner, hashCollisionMode: collision, fileMergeMode } = settings;
	const put = (row: Entity) => state.indicators.put(withSummary(withMetadata(row, entry, settings, now))).id;
	const create = (hashes: Entry) => {
		const id = findOrCreateIndicator(context, { ...hashes, ownerName: owner }, 'the indicator');
		return put(state.indicators.get(id) as Entity);
	};
	const found = state.indicators
		.all()
		.filter((row) => row.ownerName === owner && row.type === 'File' && sameFile(row, values));
	if (found.length === 0) return [create(values)];
	const rivals = found.filter((row) => found.some((other) => collide(row, other)));
	const colliding = found.filter((row) => collide(row, values));
	if (rivals.length > 0 || colliding.length > 0) {
		if (collision === 'IgnoreIncoming') return [];
		if (collision === 'Split') return found.map(put);
		if (collision === 'IgnoreExisting') {
			for (const { id } of rivals) removeFile(context, id);
			const left = found.filter((row) => !rivals.includes(row));
			const free = HASHES.filter(
				(name) =>
					hasHash(values, name) && !left.some((row) => hasHash(row, name) && sameHash(row, values, name)),
			);
			if (free.length === 0) return [];
			return [create({ type: 'File', ...Object.fromEntries(free.map((name) => [name, values[name]])) })];
		}
	}
	if (found.length > 1 && fileMergeMode === 'Distribute') return found.map(put);
	const known = found.length > 1 ? merge(context, found) : (found[0] as Entity);
	return [put(collision === 'FavorExisting' ? { ...values, ...known } : { ...known, ...values })];
}

/** docs: "create new and update existing data". @returns the IDs of the indicators that the entry stands for */
export function saveIndicator(context: Context, settings: BatchSettings, entry: Entry): string[] {
	const values = valuesOf(entry);
	if (entry.type === 'File') return saveFile(context, settings, entry, values);
	const id = findOrCreateIndicator(context, { ...values, ownerName: settings.owner }, 'the indicator');
	const row = context.state.indicators.get(id) as Entity;
	return [context.state.indicators.put(withMetadata(row, entry, settings, context.now)).id];
}

export function indicatorId({ state }: Context, owner: string, type: string, summary: string): string {
	const known = knownIndicator(state, owner, type, summary);
	if (!known) throw refusal('NotFound', `The indicator "${summary}" (${type}) was not found`);
	return known.id;
}

export function deleteIndicator(context: Context, owner: string, entry: Entry): void {
	const values = valuesOf(entry);
	const summary = summaryOf(values, 'the indicator');
	removeFile(context, indicatorId(context, owner, String(entry.type), summary));
}
