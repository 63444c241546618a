import { InvalidInput } from '../../shared/core/errors';
import { labelOf } from '../../shared/fields/field';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset, optionalText, readLong, readText } from '../../shared/core/readValue';
import { table } from '../fields/groupFields';
import { indicatorName, summaryFields } from '../fields/indicators';

/** Converts the fields of v3 to those of batch. */

/** A group in batch's form, with all that belongs to it. */
export type BatchGroup = {
	ownerName?: string;
	/** May be given beside the name. Both must then name the same owner. */
	ownerId?: unknown;
	/** Without `xid` if the item gave none. */
	group: JsonObject;
	/** The indicators that the group is associated with, in batch's form. */
	indicators: JsonObject[];
	/** The other ends of associations with existing groups, by ID: entries of `association`, which 7.8.2 brought. */
	associations: JsonObject[];
	/** Existing indicators to associate, by ID. An association must name their types, which only the server knows. */
	indicatorIds: Array<number | bigint>;
};

const CREATE_INSTEAD = 'Leave it out, or use Create for this item.';

/** Fields that v3 has and batch does not have, each with what the user can do instead. */
export const NOT_IN_BATCH: Readonly<Record<string, string>> = {
	ownerId: 'Give the owner by its name, as Owner Name (ownerName).',
	reviews: CREATE_INSTEAD,
	assignments: CREATE_INSTEAD,
	dueDate: CREATE_INSTEAD,
	escalationDate: CREATE_INSTEAD,
	reminderDate: CREATE_INSTEAD,
	associatedArtifacts: CREATE_INSTEAD,
	associatedCases: CREATE_INSTEAD,
	associatedVictimAssets: CREATE_INSTEAD,
};

/** Fields that batch requires of an Email, although v3 does not. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { Email: ['subject', 'header', 'body'] };

const label = (name: string): string => {
	const field = table.fields.find((one) => one.name === name);
	return field ? labelOf(field) : name;
};

/**
 * A group in batch's form, from the body that would create it in v3. Fields that neither this function nor the table
 * knows pass unchanged, among them batch's own.
 *
 * @throws InvalidInput naming what batch cannot carry
 */
export function toBatchGroup(body: JsonObject): BatchGroup {
	const { ownerName, ...given } = body;
	const owner = optionalText(ownerName, label('ownerName'));
	const { ownerId, ...named } = given;
	// A Get returns the owner's name and its ID.
	const fields = owner === undefined ? given : named;
	// "Additional Fields (JSON)" is unchecked, and these fields name the group.
	for (const name of ['xid', 'name', 'type']) optionalText(fields[name], label(name));
	const group: JsonObject = {};
	const indicators: JsonObject[] = [];
	const associations: JsonObject[] = [];
	const indicatorIds: Array<number | bigint> = [];
	for (const [name, value] of Object.entries(fields)) {
		const wayOut = Object.hasOwn(NOT_IN_BATCH, name) ? NOT_IN_BATCH[name] : undefined;
		if (wayOut) throw new InvalidInput(`${label(name)} cannot be imported in bulk`, wayOut);
		const entries = <T>(read: (entry: JsonObject, entryLabel: string) => T): T[] =>
			entriesOf(name, value).map((entry, index) => read(entry, `${label(name)}, entry ${index + 1}`));
		if (name === 'tags') add(group, 'tag', entries(tag));
		else if (name === 'attributes') add(group, 'attribute', entries(attribute));
		else if (name === 'securityLabels') add(group, 'securityLabel', entries(securityLabel));
		else if (name === 'associatedGroups') {
			const others = entries(otherGroup);
			add(
				group,
				'associatedGroupXid',
				others.flatMap(({ xid }) => xid ?? []),
			);
			associations.push(...others.filter(({ id_2 }) => id_2 !== undefined));
		} else if (name === 'associatedIndicators') {
			const named = entries((entry, entryLabel) => {
				if (isUnset(entry.id)) return [indicator(entry, owner, entryLabel)];
				indicatorIds.push(
					readLong(only(entry, ['id'], entryLabel, CREATE_INSTEAD).id, `${entryLabel}: "ID" (id)`),
				);
				return [];
			}).flat();
			indicators.push(...named);
			add(
				group,
				name,
				named.map(({ type, summary }) => ({ indicatorType: type, summary })),
			);
		} else if (!isUnset(value)) group[name] = value;
	}
	refuseIncomplete(group);
	return {
		...(owner !== undefined && { ownerName: owner, ...(!isUnset(ownerId) && { ownerId }) }),
		group,
		indicators,
		associations,
		indicatorIds,
	};
}

function refuseIncomplete(group: JsonObject): void {
	const type = String(group.type);
	const needed = Object.hasOwn(NEEDED, type) ? NEEDED[type] : undefined;
	const missing = needed?.find((name) => isUnset(group[name]));
	if (missing !== undefined) {
		throw new InvalidInput(
			`${label(missing)} is missing`,
			`A bulk import needs it of every group of the type ${type}. Set it, or use Create for this item.`,
		);
	}
}

/** Batch's own field may already be there, from JSON. */
function add(group: JsonObject, name: string, entries: unknown[]): void {
	const present = Array.isArray(group[name]) ? (group[name] as unknown[]) : [];
	if (entries.length > 0) group[name] = [...present, ...entries];
}

function entriesOf(name: string, value: unknown): JsonObject[] {
	const { data, mode } = isJsonObject(value) ? value : {};
	if (mode !== undefined && mode !== 'append') {
		throw new InvalidInput(
			`${label(name)} has the mode "${String(mode)}", but a bulk import has one mode for all groups`,
			'Choose it under Options, where the write types of attributes, tags and security labels are.',
		);
	}
	return Array.isArray(data) ? data.filter(isJsonObject) : [];
}

/** @throws InvalidInput for an entry with other keys, because batch would lose their values */
function only(entry: JsonObject, keys: readonly string[], entryLabel: string, wayOut: string): JsonObject {
	const other = Object.keys(entry).find((key) => !keys.includes(key) && !isUnset(entry[key]));
	if (other === undefined) return entry;
	throw new InvalidInput(`${entryLabel}: "${other}" cannot be imported in bulk`, wayOut);
}

const tag = (entry: JsonObject, entryLabel: string) =>
	only(entry, ['name'], entryLabel, 'Give the tag by its name alone, or use Create for this item.');

const securityLabel = (entry: JsonObject, entryLabel: string) =>
	only(
		entry,
		['name', 'color', 'description'],
		entryLabel,
		'Give the label by its name, or use Create for this item.',
	);

function attribute(entry: JsonObject, entryLabel: string): JsonObject {
	const keys = [
		'type',
		'value',
		'source',
		'default',
		'displayed',
		'pinned',
		'securityLabels',
		'securityLabel',
	];
	const { default: displayed, securityLabels, ...others } = only(entry, keys, entryLabel, CREATE_INSTEAD);
	const labels = entriesOf('securityLabels', securityLabels);
	return {
		...others,
		// v3's `default` is batch's `displayed`.
		...(displayed !== undefined && { displayed }),
		...(labels.length > 0 && {
			securityLabel: labels.map((one) => securityLabel(one, `${entryLabel}, security labels`)),
		}),
	};
}

/** @returns `{xid}`, or the end of an association by ID */
function otherGroup(entry: JsonObject, entryLabel: string): JsonObject {
	const { xid, id } = only(
		entry,
		['xid', 'id', 'type'],
		entryLabel,
		'In a bulk import, groups are associated by ID or XID: list the XIDs under Options > Associated Group XIDs. A new group is an item of its own.',
	);
	if (!isUnset(id)) return { id_2: readLong(id, `${entryLabel}: "ID" (id)`) };
	return { xid: readText(xid, `${entryLabel}: "XID" (xid)`) };
}

function indicator(entry: JsonObject, owner: string | undefined, entryLabel: string): JsonObject {
	const { ownerId, ownerName, ...named } = entry;
	if (!isUnset(ownerId) || (!isUnset(ownerName) && ownerName !== owner)) {
		throw new InvalidInput(
			`${entryLabel}: a bulk import cannot associate across owners`,
			'Leave the owner of the indicator out to have it in the owner of the group, or use Create for this item.',
		);
	}
	const { type, summary } = named;
	only(
		named,
		[
			'type',
			...(isUnset(summary) ? summaryFields(String(type)) : ['summary']),
			...SAME_IN_BATCH,
			...Object.keys(LISTS_IN_BATCH),
		],
		entryLabel,
		'Leave it out, or use Create for this item.',
	);
	const name = indicatorName(named, entryLabel);
	if (!name) {
		throw new InvalidInput(`${entryLabel}: the indicator has no type and summary`, 'Give both.');
	}
	const details = Object.entries(named).filter(
		([key, value]) => SAME_IN_BATCH.includes(key) && !isUnset(value),
	);
	const lists = Object.entries(LISTS_IN_BATCH).map(([key, { as, read }]): [string, unknown[]] => [
		as,
		entriesOf(key, named[key]).map((one) => read(one, `${entryLabel}: ${label(key)}`)),
	]);
	return {
		type: name.type,
		summary: name.summary,
		...Object.fromEntries(details),
		...Object.fromEntries(lists.filter(([, entries]) => entries.length > 0)),
	};
}

/**
 * What batch takes of an indicator besides its value, under the same name, according to ThreatConnect's documentation,
 * V2 Batch API, Indicator Fields.
 */
const SAME_IN_BATCH = [
	'active',
	'activeLocked',
	'confidence',
	'externalDateAdded',
	'externalDateExpires',
	'externalLastModified',
	'fileOccurrence',
	'firstSeen',
	'lastSeen',
	'privateFlag',
	'rating',
	'size',
];

const LISTS_IN_BATCH = {
	attributes: { as: 'attribute', read: attribute },
	securityLabels: { as: 'securityLabel', read: securityLabel },
	tags: { as: 'tag', read: tag },
};

/** Whether an indicator has more than its value. */
export const hasDetails = (indicator: JsonObject): boolean => Object.keys(indicator).length > 2;
