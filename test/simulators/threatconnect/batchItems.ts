import { deleteIndicator, indicatorId, saveIndicator } from './batchIndicators';
import { requireFields, type Context, type Entry, type EntryList } from './context';
import { refusal, ServiceError } from './errors';
import { GROUP_TYPES, type GroupType, type Mode } from './fields';
import { createGroup, findByXid, removeGroup, updateGroup } from './groups';
import { inWords, type Violation } from './refusals';
import type { GroupRow } from './state';

type WriteType = 'Append' | 'Replace';

export type BatchSettings = {
	owner: string;
	haltOnError: boolean;
	action: 'Create' | 'Delete';
	attributeWriteType: WriteType | 'Singleton' | 'Static';
	tagWriteType: WriteType;
	securityLabelWriteType: WriteType;
	fileMergeMode: string;
	hashCollisionMode: string;
};

/** docs: `errorSource` is the XID of a group, the summary of an indicator, or the item's place in the file. */
export type BatchError = { errorReason: string; errorSource: string };

export type BatchResult = { successCount: number; unprocessCount: number; errors: BatchError[] };

/** The faults that a schema finds in an entry. */
export type Validate = (entry: Entry) => unknown[];
export type Validators = Record<'group' | 'indicator' | 'association', Validate>;

type Batch = { context: Context; settings: BatchSettings; validators: Validators };

type Item = {
	kind: keyof Validators;
	source: string;
	run(): void;
};

function check({ validators }: Batch, kind: keyof Validators, entry: Entry, entity: string): void {
	const [violation] = validators[kind](entry);
	if (violation !== undefined) throw inWords(violation as Violation, entity);
}

// --- groups -------------------------------------------------------------------

/** docs: v2_batch_api, "Group Fields": required here, though optional in v3. */
const REQUIRED: Partial<Record<GroupType, string[]>> = { Email: ['subject', 'header', 'body'] };

/** Fields that no body of v3 may have. */
const BATCH_ONLY = ['to', 'insights', 'aiProvider', 'aiLastRetrievalDate'];
const NOT_SCALAR = ['attribute', 'tag', 'securityLabel', 'associatedGroupXid', 'associatedIndicators'];

const modeOf = (type: WriteType): Mode => (type === 'Replace' ? 'replace' : 'append');

const entriesOf = (entry: Entry, name: string) => entry[name] as Entry[] | undefined;

/** docs: a label that does not exist is created when its color and description are given. */
function ensureLabels({ state, now }: Context, labels: readonly Entry[]): void {
	for (const { name, color, description } of labels) {
		if (state.securityLabels.findByKey(String(name)) || color === undefined || description === undefined)
			continue;
		state.securityLabels.put({
			id: state.securityLabels.newId(),
			name: String(name),
			color: String(color),
			description: String(description),
			owner: 'System',
			dateAdded: now,
		});
	}
}

const labelList = (labels: readonly Entry[], mode?: Mode): EntryList => ({
	data: labels.map(({ name }) => ({ name })),
	...(mode && { mode }),
});

/** v2 and batch call the flag `displayed`, v3 calls it `default`. */
function attributeOfBatch({ displayed, securityLabel, ...rest }: Entry): Entry {
	return {
		...rest,
		...(displayed !== undefined && { default: displayed }),
		...(securityLabel !== undefined && { securityLabels: labelList(securityLabel as Entry[]) }),
	};
}

/** An entry of the file as a body of v3. A list that the entry does not have stays unchanged. */
function bodyOf({ settings }: Batch, entry: Entry): Entry {
	const { attribute, tag, securityLabel } = entry as Record<string, Entry[] | undefined>;
	const { attributeWriteType: write, tagWriteType, securityLabelWriteType } = settings;
	const scalars = Object.entries(entry).filter(([name]) => ![...NOT_SCALAR, ...BATCH_ONLY].includes(name));
	return {
		...Object.fromEntries(scalars),
		...(attribute &&
			write !== 'Static' && {
				attributes: {
					data: attribute.map(attributeOfBatch),
					mode: write === 'Replace' ? 'replace' : 'append',
				},
			}),
		...(tag && { tags: { data: tag, mode: modeOf(tagWriteType) } }),
		...(securityLabel && { securityLabels: labelList(securityLabel, modeOf(securityLabelWriteType)) }),
	};
}

/** docs: Singleton. Attributes of the incoming types are removed. */
function withoutTypesOf(group: GroupRow, attributes: readonly Entry[]): GroupRow {
	const types = attributes.map(({ type }) => type);
	return { ...group, attributes: group.attributes.filter(({ type }) => !types.includes(type)) };
}

function saveGroup(batch: Batch, entry: Entry): GroupRow {
	const { context, settings } = batch;
	const known = findByXid(context, settings.owner, String(entry.xid));
	const body = bodyOf(batch, entry);
	if (!known) return createGroup(context, body, { owner: settings.owner });
	if (known.type !== entry.type) {
		throw refusal('BadRequest', `The existing group with this XID is of the type "${known.type}"`);
	}
	const { type: _type, ...changes } = body;
	const singleton = settings.attributeWriteType === 'Singleton';
	const group = singleton ? withoutTypesOf(known, entriesOf(entry, 'attribute') ?? []) : known;
	return updateGroup(context, group, changes);
}

function createOrUpdateGroup(batch: Batch, entry: Entry): void {
	const { context } = batch;
	check(batch, 'group', entry, String(entry.type ?? 'Group'));
	const type = entry.type as GroupType;
	requireFields(entry, REQUIRED[type] ?? [], `the ${type}`);
	const attributes = entriesOf(entry, 'attribute') ?? [];
	ensureLabels(context, [
		...(entriesOf(entry, 'securityLabel') ?? []),
		...attributes.flatMap((attribute) => entriesOf(attribute, 'securityLabel') ?? []),
	]);
	const group = saveGroup(batch, entry);
	const more = Object.entries(entry).filter(([name]) => BATCH_ONLY.includes(name));
	if (more.length > 0) {
		context.state.groups.put({ ...group, fields: { ...group.fields, ...Object.fromEntries(more) } });
	}
}

function groupOf({ context, settings }: Batch, xid: unknown): GroupRow {
	const group = findByXid(context, settings.owner, String(xid));
	if (!group) throw refusal('NotFound', `The group with the XID "${String(xid)}" was not found`);
	return group;
}

/** docs: "existing data in the specified owner that matches any of the incoming data"; what matches is an option. */
function deleteGroup(batch: Batch, entry: Entry): void {
	const { context, settings } = batch;
	check(batch, 'group', entry, String(entry.type ?? 'Group'));
	const known = findByXid(context, settings.owner, String(entry.xid));
	const named =
		context.behaviour.batchDelete === 'anyData'
			? context.state.groups
					.all()
					.filter(
						({ ownerName, name, type, id }) =>
							ownerName === settings.owner && name === entry.name && type === entry.type && id !== known?.id,
					)
			: [];
	const found = [...(known && known.type === entry.type ? [known] : []), ...named];
	if (found.length === 0) {
		throw refusal('NotFound', `The ${String(entry.type)} with the XID "${String(entry.xid)}" was not found`);
	}
	for (const group of found) removeGroup(context, group);
}

// --- indicators ---------------------------------------------------------------

function createIndicator(batch: Batch, entry: Entry): void {
	check(batch, 'indicator', entry, String(entry.type ?? 'Indicator'));
	saveIndicator(batch.context, batch.settings, entry);
}

function removeIndicator(batch: Batch, entry: Entry): void {
	check(batch, 'indicator', entry, String(entry.type ?? 'Indicator'));
	deleteIndicator(batch.context, batch.settings.owner, entry);
}

// --- associations -------------------------------------------------------------

function associate(
	{ context }: Batch,
	group: GroupRow,
	kind: 'associatedGroups' | 'associatedIndicators',
	id: string,
) {
	const current = context.state.groups.get(group.id) ?? group;
	updateGroup(context, current, { [kind]: { data: [{ id }], mode: 'append' } });
}

/** A list of an entry that has not been checked yet. */
const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const isEntry = (value: unknown): value is Entry =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** docs: "the API does not support cross-owner associations": XIDs and summaries are those of the job's owner. */
function associationsOfGroup(batch: Batch, entry: Entry, source: string): Item[] {
	const xids = arrayOf(entry.associatedGroupXid);
	const indicators = arrayOf(entry.associatedIndicators).filter(isEntry);
	return [
		...xids.map(
			(xid) => () => associate(batch, groupOf(batch, entry.xid), 'associatedGroups', groupOf(batch, xid).id),
		),
		...indicators.map(({ indicatorType, summary }) => () => {
			const id = indicatorId(batch.context, batch.settings.owner, String(indicatorType), String(summary));
			associate(batch, groupOf(batch, entry.xid), 'associatedIndicators', id);
		}),
	].map((run) => ({ kind: 'association', source, run }));
}

function associationsOfIndicator(batch: Batch, entry: Entry, source: string): Item[] {
	const groups = arrayOf(entry.associatedGroups).filter(isEntry);
	return groups.map(({ groupXid }) => ({
		kind: 'association',
		source,
		run() {
			for (const id of saveIndicator(batch.context, batch.settings, { ...entry, attribute: undefined }))
				associate(batch, groupOf(batch, groupXid), 'associatedIndicators', id);
		},
	}));
}

const isGroupType = (type: unknown) => (GROUP_TYPES as readonly unknown[]).includes(type);

/** One end of an association, given by its ID or by its reference in the file. */
function endOf(batch: Batch, entry: Entry, number: 1 | 2): { isGroup: boolean; id: string } {
	const { [`type_${number}`]: type, [`ref_${number}`]: ref, [`id_${number}`]: id } = entry;
	// docs: an association without `type_2` is an association to a group.
	const isGroup = type === undefined || isGroupType(type);
	if (id !== undefined) return { isGroup, id: String(id) };
	requireFields(entry, [`ref_${number}`], 'the association');
	return {
		isGroup,
		id: isGroup
			? groupOf(batch, ref).id
			: indicatorId(batch.context, batch.settings.owner, String(type), String(ref)),
	};
}

function associateEnds(batch: Batch, entry: Entry): void {
	check(batch, 'association', entry, 'association');
	const [one, two] = [endOf(batch, entry, 1), endOf(batch, entry, 2)];
	const [group, other] = one.isGroup ? [one, two] : [two, one];
	if (!group.isGroup) throw refusal('BadRequest', 'An association between indicators is not simulated');
	const row = batch.context.state.groups.get(group.id);
	if (!row) throw refusal('NotFound');
	associate(batch, row, other.isGroup ? 'associatedGroups' : 'associatedIndicators', other.id);
}

// --- the whole file -----------------------------------------------------------

const listOf = (content: Entry, name: string): Entry[] | undefined => {
	const list = content[name] ?? [];
	return Array.isArray(list) && list.every(isEntry) ? list : undefined;
};

const LISTS = ['indicator', 'group', 'association'] as const;

/** The error of a whole file, of which no item is processed. docs: its words, "Last known JSON path". */
const wholeFile = (what: string, path: string, unprocessCount: number): BatchResult => ({
	successCount: 0,
	unprocessCount,
	errors: [
		{
			errorReason: `Encountered an unexpected Exception while processing batch job. ${what}. Last known JSON path: '${path}'`,
			errorSource: path,
		},
	],
});

function itemsOf(batch: Batch, lists: Record<(typeof LISTS)[number], Entry[]>): Item[] {
	const deletes = batch.settings.action === 'Delete';
	const place = (entry: Entry, name: string, key: string, index: number) =>
		typeof entry[key] === 'string' ? entry[key] : `${name}[${index}]`;
	const indicators = lists.indicator.map((entry, i) => ({
		entry,
		source: place(entry, 'indicator', 'summary', i),
	}));
	const groups = lists.group.map((entry, i) => ({ entry, source: place(entry, 'group', 'xid', i) }));
	const items: Item[] = [
		...indicators.map(({ entry, source }): Item => ({
			kind: 'indicator',
			source,
			run: () => (deletes ? removeIndicator : createIndicator)(batch, entry),
		})),
		...groups.map(({ entry, source }): Item => ({
			kind: 'group',
			source,
			run: () => (deletes ? deleteGroup : createOrUpdateGroup)(batch, entry),
		})),
	];
	if (deletes) return items;
	return [
		...items,
		...groups.flatMap(({ entry, source }) => associationsOfGroup(batch, entry, source)),
		...indicators.flatMap(({ entry, source }) => associationsOfIndicator(batch, entry, source)),
		...lists.association.map((entry, index): Item => ({
			kind: 'association',
			source: `association[${index}]`,
			run: () => associateEnds(batch, entry),
		})),
	];
}

/** Processes each item completely or not at all. Associations are made last and count only when they fail. */
function runItems({ context, settings }: Batch, items: readonly Item[]): BatchResult {
	const errors: BatchError[] = [];
	const failed = new Set<string>();
	let successCount = 0;
	let done = 0;
	for (const { kind, source, run } of items) {
		done++;
		// The group or indicator of this association was not saved. This has been reported.
		if (kind === 'association' && failed.has(source)) continue;
		try {
			context.state.transaction(run);
			if (kind !== 'association') successCount++;
		} catch (error) {
			if (!(error instanceof ServiceError)) throw error;
			errors.push({ errorReason: error.message, errorSource: source });
			failed.add(source);
			if (settings.haltOnError) break;
		}
	}
	const unprocessCount = items.slice(done).filter(({ kind }) => kind !== 'association').length;
	return { successCount, unprocessCount, errors };
}

export function processBatch(
	context: Context,
	settings: BatchSettings,
	content: unknown,
	validators: Validators,
): BatchResult {
	if (!isEntry(content)) return wholeFile('com.google.gson.JsonSyntaxException: Not a JSON Object', '$', 0);
	const names = Object.keys(content);
	const unknown = names.find((name) => !LISTS.some((list) => list === name));
	if (unknown !== undefined) return wholeFile(`Unknown list: ${unknown}`, `$.${unknown}`, 0);
	const bad = LISTS.find((name) => listOf(content, name) === undefined);
	if (bad)
		return wholeFile(
			`com.google.gson.JsonSyntaxException: Not a JSON Array of objects: ${bad}`,
			`$.${bad}`,
			0,
		);
	const [indicator, group, association] = LISTS.map((name) => listOf(content, name) ?? []) as [
		Entry[],
		Entry[],
		Entry[],
	];
	const count = indicator.length + group.length;
	const { batchItemLimit } = context.behaviour;
	// docs: "The maximum number of Indicators ... in one batch job is 25,000". There is no statement about groups.
	if (count > batchItemLimit) {
		return wholeFile(
			`${count} items would exceed the number of allowed indicators: ${batchItemLimit}`,
			'$',
			count,
		);
	}
	// docs: since 7.8.2 `association` comes last, because the file is read from its start to its end.
	if (association.length > 0 && names.at(-1) !== 'association') {
		return wholeFile('The list "association" must be the last one', '$.association', count);
	}
	const batch = { context, settings, validators };
	return runItems(batch, itemsOf(batch, { indicator, group, association }));
}
