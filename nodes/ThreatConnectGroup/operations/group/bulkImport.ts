import { type INodeProperties, sleep } from 'n8n-workflow';

import { asError, InvalidInput } from '../../../shared/core/errors';
import type { JsonObject } from '../../../shared/core/json';
import { notice } from '../../../shared/fields/fixedCollection';
import type { Item } from '../../../shared/execution/item';
import { oneOf } from '../../../shared/fields/fieldTypes';
import {
	type BulkEntry,
	type BulkRun,
	defineOperation,
	type Output,
} from '../../../shared/execution/operation';
import { extraJsonOption, previewOption } from '../../../shared/execution/options';
import { recordParameters } from '../../../shared/fields/parameters';
import { isUnset, readEntries, readText } from '../../../shared/core/readValue';
import type { ThreatConnect } from '../../api/client';
import { type BatchGroup, hasDetails, NOT_IN_BATCH, toBatchGroup } from '../../batch/batchGroups';
import { rowsOf } from '../../flows/compareGroup';
import { runGroupJobs } from '../../flows/groupJobs';
import { jobOptions, readJobOptions } from '../jobOptions';
import { mergeBodies } from '../../batch/mergeBodies';
import { type BatchItem, batchItem, xidIn } from '../../batch/packJobs';
import { indicatorTypes } from '../../flows/indicatorTypes';
import { planImport } from '../../flows/planImport';
import { JobOwners } from '../../flows/jobOwners';
import type { JobSettings } from '../../flows/runBatchJob';
import { table } from '../../fields/groupFields';

const APPEND = { name: 'Append', value: 'Append', description: 'Add to those that the group has' };
const replaceAll = (what: string) => ({
	name: 'Replace',
	value: 'Replace',
	description: `Remove all ${what} of the group that the item does not give`,
});

const REPLACEABLE = [
	{ displayName: 'Attributes', name: 'attributeWriteType', what: 'attributes' },
	{ displayName: 'Security Labels', name: 'securityLabelWriteType', what: 'security labels' },
	{ displayName: 'Tags', name: 'tagWriteType', what: 'tags' },
];

/** Batch has this write type only for attributes. */
const REPLACE_TYPES = {
	name: 'Replace Same Types',
	value: 'Singleton',
	description:
		'Replace those of the types that the item gives, and keep those of other types. Importing the same items again changes nothing.',
};

/** Batch has it for attributes alone. */
const KEEP = {
	name: 'Keep',
	value: 'Static',
	description: 'Ignore the attributes of the item, and leave those of an existing group as they are',
};

/** Documentation, V2 Batch API, "Create a Batch Job": `standard` is the server's own default. */
const FILE_MODES = [
	{
		displayName: 'File Hash Collisions',
		name: 'hashCollisionMode',
		standard: 'FavorIncoming',
		description:
			'What happens where a file of an item shares one hash with a file in the owner, and has another of its own',
		options: [
			{
				name: 'Favor Existing',
				value: 'FavorExisting',
				description: 'Keep the hashes of the file in the owner',
			},
			{
				name: 'Favor Incoming',
				value: 'FavorIncoming',
				description: 'Overwrite the other hashes of the file in the owner',
			},
			{
				name: 'Ignore Existing',
				value: 'IgnoreExisting',
				description:
					'Import the file without the hashes that others have. Files in the owner that collide with each other are deleted.',
			},
			{ name: 'Ignore Incoming', value: 'IgnoreIncoming', description: 'Leave the file of the item out' },
			{
				name: 'Split',
				value: 'Split',
				description:
					'Merge nothing, and give ratings, tags and attributes to all matching files in the owner',
			},
		],
	},
	{
		displayName: 'File Merges',
		name: 'fileMergeMode',
		standard: 'Merge',
		description: 'What happens where the hashes of a file of an item belong to several files in the owner',
		options: [
			{
				name: 'Distribute',
				value: 'Distribute',
				description:
					'Merge nothing, and give ratings, tags and attributes to all matching files in the owner',
			},
			{
				name: 'Merge',
				value: 'Merge',
				description: 'Make one of the files in the owner, with all hashes, attributes, tags and labels',
			},
		],
	},
];

const writeTypes = REPLACEABLE.map(({ displayName, name, what }): INodeProperties => ({
	displayName,
	name,
	type: 'options',
	options: [
		name === 'attributeWriteType'
			? {
					...APPEND,
					description: `${APPEND.description}. ThreatConnect does not compare them: importing an item again adds its attributes again.`,
				}
			: APPEND,
		replaceAll(what),
		...(name === 'attributeWriteType' ? [REPLACE_TYPES, KEEP] : []),
	],
	default: 'Append',
	description: `What happens to the ${what} of a group that exists already. Items with other settings go in jobs of their own.`,
}));

const ownOptions: INodeProperties[] = [
	extraJsonOption,
	previewOption,
	{
		displayName: 'Associated Group XIDs',
		name: 'associatedGroupXid',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.related_xids }}',
		description:
			'XIDs of groups to associate, of this run or in the same owner: comma-separated, or an array from an expression',
	},
	{
		displayName: 'Repeated XIDs',
		name: 'repeatedXids',
		type: 'options',
		options: [
			{
				name: 'Last Wins',
				value: 'last',
				description:
					'Import the last of the items that have the same XID. The earlier ones are returned as "superseded".',
			},
			{
				name: 'Merge',
				value: 'merge',
				description:
					'Import the items that have the same XID as one group, with the tags, attributes, labels and associations of all of them. Of other values the last one stays. The earlier items are returned as "merged".',
			},
			{
				name: 'Refuse',
				value: 'refuse',
				description: 'Import the first item, and fail those after it with the same XID',
			},
		],
		default: 'refuse',
		description: 'What happens to items of one run that have the same XID and owner',
	},
	...writeTypes,
	...FILE_MODES.map(({ standard, ...mode }): INodeProperties => ({
		...mode,
		type: 'options',
		default: standard,
	})),
	...jobOptions,
];

export const bulkImport = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'bulkImport',
	name: 'Bulk Import',
	action: 'Import groups in bulk',
	builderHint:
		'For more than some hundred items in one run: they go in few batch jobs. It creates or updates by XID, and does not return the IDs of the groups. Do not put it into a loop: give it all items at once.',
	description:
		'Create or update many groups with few requests, by XID, in batch jobs; associations only within one owner',
	parameters: [
		notice(
			'bulkImportNotice',
			'All items go in as few batch jobs as possible, per owner. A group whose XID its owner has is updated; an item without XID gets one made of owner, type and name. Batch jobs associate within one owner only, and return no IDs.',
		),
		...recordParameters(table, 'create', Object.keys(NOT_IN_BATCH)),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [...ownOptions].sort((a, b) => a.displayName.localeCompare(b.displayName)),
		},
		...REPLACEABLE.map(({ name, what }) =>
			notice(`${name}Notice`, `All ${what} of an existing group that its item does not give are removed`, {
				show: { [`/options.${name}`]: ['Replace'] },
			}),
		),
	],
	prepareEntry(item): Entry {
		const settings = readSettings(item);
		const body = item.body('create');
		const group = withGroupXids(toBatchGroup(body), item.options.associatedGroupXid);
		const { repeatedXids } = item.options;
		refuseLostDetails(group.indicators, settings);
		return {
			settings,
			repeated: oneOf(repeatedXids ?? 'refuse', '"Repeated XIDs" (repeatedXids)', 'refuse', 'last', 'merge'),
			group,
			body: withAssociatedXids(body, group),
		};
	},
	async runAll(entries, api, run) {
		const { imports, settle } = await placed(entries, api, run);
		for (const { owner, settings, items } of imports.jobs()) {
			if (run.halted()) return;
			await runGroupJobs(api, owner, items, settings, { ...run, settle });
		}
	},
	async previewAll(entries, api, run) {
		const { imports, settle } = await placed(entries, api, run);
		for (const { owner, settings, items } of imports.jobs()) {
			await run.concurrently(items.length, async (place) => {
				const item = items[place];
				if (!item) return;
				const body = imports.bodyOf(item.index);
				settle(item.index, await planImport(api, { owner, item, body, settings }).catch(asError));
			});
		}
	},
});

/** The groups of all entries that can be imported. The others are settled. */
async function placed(entries: readonly BulkEntry[], api: ThreatConnect, run: BulkRun) {
	const owners = new JobOwners(api, 'A bulk import must name the owner');
	const imports = new Imports();
	const ids = entries.flatMap(({ entry }) => (entry as Entry).group.indicatorIds.map(String));
	let types: Promise<Map<string, string>> | undefined;
	const typesOf = async ({ indicatorIds }: BatchGroup) => {
		if (indicatorIds.length === 0) return [];
		const known = await (types ??= indicatorTypes(api, ids));
		return indicatorIds.map((id) => ({ id_2: id, type_2: known.get(String(id)) ?? noIndicator(id) }));
	};
	const add = async (index: number, owner: string, entry: Entry, earlier: number[] = []) => {
		const { group, settings, repeated, body } = entry;
		const typed = { ...group, associations: [...group.associations, ...(await typesOf(group))] };
		imports.add(itemOf(index, owner, typed, settings), { owner, settings, repeated, body }, earlier);
	};
	// What an earlier try has imported keeps its XID: another item with it would overwrite that group.
	for (const { index, entry } of await run.earlier()) {
		const { group, settings } = entry as Entry;
		const owner = await owners.of(group).catch(() => undefined);
		if (owner !== undefined) imports.occupy(itemOf(index, owner, group, settings), owner);
	}
	for (const [count, { index, entry }] of entries.entries()) {
		// n8n's event loop gets its turn.
		if (count % ITEMS_PER_SLICE === ITEMS_PER_SLICE - 1) await sleep(0);
		try {
			const { group } = entry as Entry;
			const owner = await owners.of(group);
			if ((entry as Entry).repeated === 'merge') imports.collect(index, owner, entry as Entry);
			else await add(index, owner, entry as Entry);
		} catch (error) {
			run.settle(index, asError(error));
		}
	}
	for (const { owner, entries: parts, indexes } of imports.collected()) {
		try {
			await add(indexes.at(-1) ?? 0, owner, mergedEntry(parts), indexes.slice(0, -1));
		} catch (error) {
			for (const index of indexes) run.settle(index, asError(error));
		}
	}
	const settle = (index: number, outcome: Output | Error) => {
		const { repeated, earlier } = imports.earlierOf(index);
		for (const one of earlier) run.settle(one, notAlone(outcome, repeated, index));
		run.settle(index, outcome);
	};
	return { imports, settle };
}

const ITEMS_PER_SLICE = 500;

/** @throws InvalidInput */
function noIndicator(id: number | bigint): never {
	throw new InvalidInput(
		`There is no indicator ${id} that the API user can see`,
		'Check the ID, or give the type and summary of the indicator instead.',
	);
}

/** What an item is imported with. Each item has its own options. `body` would create the group in v3. */
type Entry = { group: BatchGroup; settings: JobSettings; repeated: Repeated; body: JsonObject };

/** What happens to items that have the same XID. */
type Repeated = 'refuse' | 'last' | 'merge';

function withGroupXids(group: BatchGroup, given: unknown): BatchGroup {
	const label = '"Associated Group XIDs" (associatedGroupXid)';
	const xids = readEntries(given, label).map((xid) => readText(xid, label));
	if (xids.length === 0) return group;
	const present = (group.group.associatedGroupXid ?? []) as unknown[];
	return { ...group, group: { ...group.group, associatedGroupXid: [...present, ...xids] } };
}

/** The body with the associations that batch has under another name. */
function withAssociatedXids(body: JsonObject, { group }: BatchGroup): JsonObject {
	const xids = (group.associatedGroupXid ?? []) as unknown[];
	if (xids.length === 0) return body;
	const byId = rowsOf(body.associatedGroups).filter(({ id }) => !isUnset(id));
	const associatedGroups = { data: [...byId, ...xids.map((xid) => ({ xid }))] };
	return { ...body, associatedGroupXid: undefined, associatedGroups };
}

const itemOf = (index: number, owner: string, group: BatchGroup, settings: JobSettings) =>
	batchItem(index, owner, { ...group, indicators: createsIndicators(settings) ? group.indicators : [] });

/** The items of one group, whose items are merged. */
type Parts = { owner: string; entries: Entry[]; indexes: number[] };

/** @throws InvalidInput when the group cannot be imported as a whole */
function mergedEntry(parts: readonly Entry[]): Entry {
	const [first] = parts as [Entry, ...Entry[]];
	if (parts.length === 1) return first;
	const body = mergeBodies(parts.map((part) => part.body));
	const group = toBatchGroup(body);
	refuseLostDetails(group.indicators, first.settings);
	return { ...first, body, group };
}

type Placed = Omit<Entry, 'group'> & { owner: string; item: BatchItem };

/** The items to import. Each XID of an owner occurs once. Items with the same owner and settings share jobs. */
class Imports {
	private readonly placed = new Map<string, Placed | BatchItem>();
	private readonly places = new Map<number, Placed>();
	/** By the index of the item that is imported, those before it that have its XID. */
	private readonly earlier = new Map<number, number[]>();

	private readonly parts = new Map<string, Parts>();

	/** Marks the XID as taken by an item that an earlier try has sent. */
	occupy(item: BatchItem, owner: string): void {
		this.placed.set(keyOf(owner, item.xid), item);
	}

	/**
	 * Keeps an item until all that belong to its group are known.
	 *
	 * @throws InvalidInput when the items before it with its XID cannot be one group with it
	 */
	collect(index: number, owner: string, entry: Entry): void {
		const xid = xidIn(owner, entry.group.group);
		const key = keyOf(owner, xid);
		const known = this.parts.get(key);
		const [first] = known?.entries ?? [];
		if (!known || !first) {
			this.parts.set(key, { owner, entries: [entry], indexes: [index] });
			return;
		}
		const isAlike =
			first.body.type === entry.body.type &&
			JSON.stringify(first.settings) === JSON.stringify(entry.settings);
		if (!isAlike) throw sameXid({ xid }, { index: known.indexes[0] ?? 0 });
		known.entries.push(entry);
		known.indexes.push(index);
	}

	collected(): readonly Parts[] {
		const all = [...this.parts.values()];
		this.parts.clear();
		return all;
	}

	/** @throws InvalidInput when another item has the same XID, unless both say in the same way what happens then */
	add(item: BatchItem, place: Omit<Placed, 'item'>, merged: number[] = []): void {
		const key = keyOf(place.owner, item.xid);
		const [index] = this.parts.get(key)?.indexes ?? [];
		if (index !== undefined) throw sameXid(item, { index });
		if (merged.length > 0) this.earlier.set(item.index, merged);
		const first = this.placed.get(key);
		if (first !== undefined) {
			if (!('item' in first)) throw sameXid(item, first);
			if (first.repeated === 'refuse' || first.repeated !== place.repeated) throw sameXid(item, first.item);
			const { index } = first.item;
			const earlier = this.earlier.get(index) ?? [];
			earlier.push(index);
			this.earlier.delete(index);
			this.earlier.set(item.index, earlier);
			// A later item takes its own place in the order.
			this.placed.delete(key);
		}
		this.placed.set(key, { ...place, item });
		this.places.set(item.index, { ...place, item });
	}

	/** The items that are not imported themselves, because this later one has their XID. */
	earlierOf(index: number): { repeated: Repeated; earlier: readonly number[] } {
		return {
			repeated: this.places.get(index)?.repeated ?? 'refuse',
			earlier: this.earlier.get(index) ?? [],
		};
	}

	/** The body that would create the group of an item in v3. */
	bodyOf(index: number): JsonObject {
		return this.places.get(index)?.body ?? {};
	}

	/** A job has one owner and one set of settings. */
	jobs(): Array<{ owner: string; settings: JobSettings; items: BatchItem[] }> {
		const jobs = new Map<string, { owner: string; settings: JobSettings; items: BatchItem[] }>();
		for (const placed of this.placed.values()) {
			if (!('item' in placed)) continue;
			const { owner, settings, item } = placed;
			const key = JSON.stringify([owner, settings]);
			const job = jobs.get(key);
			if (job) job.items.push(item);
			else jobs.set(key, { owner, settings, items: [item] });
		}
		return [...jobs.values()];
	}
}

const keyOf = (owner: string, xid: string) => JSON.stringify([owner, xid]);

/** An item that was not imported itself has the outcome of the later item with its XID. */
function notAlone(outcome: Output | Error, repeated: Repeated, by: number): Output | Error {
	if (outcome instanceof Error) return outcome;
	const merged = {
		_outcome: 'merged',
		_notice: `Item ${by} of this run has the same XID: both were imported as one group.`,
	};
	const superseded = {
		_outcome: 'superseded',
		_notice: `Item ${by} of this run has the same XID and was imported instead.`,
	};
	return { ...(outcome as JsonObject), ...(repeated === 'merge' ? merged : superseded) };
}

const readWriteType = (value: unknown, label: string, ...more: string[]): string =>
	oneOf(isUnset(value) ? 'Append' : value, label, 'Append', 'Replace', ...more);

function readSettings({ options }: Item): JobSettings {
	const { attributeWriteType, tagWriteType, securityLabelWriteType } = options;
	return {
		action: 'Create',
		attributeWriteType: readWriteType(
			attributeWriteType,
			'"Attributes" (attributeWriteType)',
			REPLACE_TYPES.value,
			KEEP.value,
		),
		tagWriteType: readWriteType(tagWriteType, '"Tags" (tagWriteType)'),
		securityLabelWriteType: readWriteType(
			securityLabelWriteType,
			'"Security Labels" (securityLabelWriteType)',
		),
		...readFileModes(options),
		...readJobOptions(options),
	};
}

/** Left to the server where they are not chosen: it has defaults of its own. */
const readFileModes = (options: JsonObject): Pick<JobSettings, 'fileMergeMode' | 'hashCollisionMode'> =>
	Object.fromEntries(
		FILE_MODES.filter(({ name }) => !isUnset(options[name])).map(({ name, displayName, options: modes }) => [
			name,
			oneOf(options[name], `"${displayName}" (${name})`, ...modes.map(({ value }) => value)),
		]),
	);

/**
 * Whether indicators that do not exist are created with the group, as in Create. They are not created if something is
 * replaced, because the job's write types apply to the indicators too, which come without attributes, tags and labels.
 */
const createsIndicators = ({ attributeWriteType, tagWriteType, securityLabelWriteType }: JobSettings) =>
	[attributeWriteType, tagWriteType, securityLabelWriteType].every(
		(type) => type === 'Append' || type === KEEP.value,
	);

/** @throws InvalidInput for an indicator that says more than its value, where indicators are not sent */
function refuseLostDetails(indicators: readonly JsonObject[], settings: JobSettings): void {
	if (createsIndicators(settings) || !indicators.some(hasDetails)) return;
	throw new InvalidInput(
		'"Associated Indicators" (associatedIndicators): a rating or other details cannot be imported together with Replace',
		'The write types of a job hold for indicators too. Choose Append under Options, or use Create for this item.',
	);
}

const sameXid = (item: Pick<BatchItem, 'xid'>, first: Pick<BatchItem, 'index'>) =>
	new InvalidInput(
		`Item ${first.index} of this run has the same XID "${item.xid}"`,
		'A batch job takes each XID once. Give the items XIDs of their own, choose Options > Repeated XIDs, or import them in two runs. Without XID, items of the same owner, type and name are the same group.',
	);
