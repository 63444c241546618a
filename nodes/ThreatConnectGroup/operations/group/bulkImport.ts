import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/core/errors';
import { notice } from '../../../shared/fields/fixedCollection';
import type { Item } from '../../../shared/execution/item';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { extraJsonOption, runOptions } from '../../../shared/execution/options';
import { recordParameters } from '../../../shared/fields/parameters';
import { readEntries, readNumber, readText } from '../../../shared/core/values';
import type { ThreatConnect } from '../../api/client';
import { type BatchGroup, NOT_IN_BATCH, toBatchGroup } from '../../batch/groups';
import { importGroups } from '../../flows/importGroups';
import { type BatchItem, batchItem, DEFAULT_MAX_BYTES } from '../../batch/jobs';
import type { ImportSettings } from '../../flows/runBatchJob';
import { table } from '../../fields';

const DEFAULT_TIME_LIMIT_SECONDS = 3600;

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

const writeTypes = REPLACEABLE.map(({ displayName, name, what }): INodeProperties => ({
	displayName,
	name,
	type: 'options',
	options: [APPEND, replaceAll(what)],
	default: 'Append',
	description: `What happens to the ${what} of a group that exists already`,
}));

const ownOptions: INodeProperties[] = [
	extraJsonOption,
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
		displayName: 'Max Bytes per Job',
		name: 'maxBytes',
		type: 'number',
		typeOptions: { minValue: 1000 },
		default: DEFAULT_MAX_BYTES,
		description:
			'Size above which the groups are sent in several jobs. A smaller limit of the server is found by itself.',
	},
	...writeTypes,
	{
		displayName: 'Time Limit',
		name: 'timeLimit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_TIME_LIMIT_SECONDS,
		description: 'How many seconds to wait for the end of one job',
	},
	// Jobs run one after the other.
	...runOptions.filter(({ name }) => name === 'timeout'),
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
	prepareEntry(item) {
		const group = toBatchGroup(item.record('create'));
		const label = '"Associated Group XIDs" (associatedGroupXid)';
		const xids = readEntries(item.options.associatedGroupXid, label).map((xid) => readText(xid, label));
		if (xids.length === 0) return group;
		const present = (group.group.associatedGroupXid ?? []) as unknown[];
		return { ...group, group: { ...group.group, associatedGroupXid: [...present, ...xids] } };
	},
	async runAll(entries, api, run) {
		const settings = readSettings(run.first);
		const byOwner = new Map<string, Map<string, BatchItem>>();
		for (const { index, entry } of entries) {
			const { ownerName, group, indicators } = entry as BatchGroup;
			let owner: string;
			try {
				owner = ownerName ?? (await api.ownOrganization('A bulk import must name the owner'));
			} catch (error) {
				run.settle(index, error as Error);
				continue;
			}
			const item = batchItem(index, owner, {
				group,
				indicators: createsIndicators(settings) ? indicators : [],
			});
			const items = byOwner.get(owner) ?? new Map<string, BatchItem>();
			byOwner.set(owner, items);
			const first = items.get(item.xid);
			if (first) run.settle(index, sameXid(item, first));
			else items.set(item.xid, item);
		}
		for (const [owner, items] of byOwner) {
			if (run.halted()) return;
			await importGroups(api, owner, [...items.values()], settings, run);
		}
	},
});

const readWriteType = (value: unknown, label: string): string =>
	oneOf(value ?? 'Append', label, 'Append', 'Replace');

function readSettings({ options }: Item): ImportSettings {
	const { attributeWriteType, tagWriteType, securityLabelWriteType, maxBytes, timeLimit } = options;
	return {
		attributeWriteType: readWriteType(attributeWriteType, '"Attributes" (attributeWriteType)'),
		tagWriteType: readWriteType(tagWriteType, '"Tags" (tagWriteType)'),
		securityLabelWriteType: readWriteType(
			securityLabelWriteType,
			'"Security Labels" (securityLabelWriteType)',
		),
		maxBytes: readNumber(maxBytes ?? DEFAULT_MAX_BYTES, '"Max Bytes per Job" (maxBytes)', 1),
		timeLimit: 1000 * readNumber(timeLimit ?? DEFAULT_TIME_LIMIT_SECONDS, '"Time Limit" (timeLimit)', 0),
	};
}

/**
 * As in Create, indicators that do not exist are created with the group. Not where something is to be replaced: the
 * job's write types hold for the indicators too, which come without attributes, tags and labels.
 */
const createsIndicators = ({ attributeWriteType, tagWriteType, securityLabelWriteType }: ImportSettings) =>
	[attributeWriteType, tagWriteType, securityLabelWriteType].every((type) => type === 'Append');

const sameXid = (item: BatchItem, first: BatchItem) =>
	new InvalidInput(
		`Item ${first.index} of this run has the same XID "${item.xid}"`,
		'A batch job takes each XID once. Give the items XIDs of their own, merge them, or import them in two runs. Without XID, items of the same owner, type and name are the same group.',
	);
