import { asError, InvalidInput } from '../../../shared/core/errors';
import type { JsonObject } from '../../../shared/core/json';
import { isUnset } from '../../../shared/core/readValue';
import { previewOption } from '../../../shared/execution/options';
import { Plan } from '../../../shared/http/plan';
import { type BulkEntry, defineOperation, type Output } from '../../../shared/execution/operation';
import { choice } from '../../../shared/fields/fieldTypes';
import { notice } from '../../../shared/fields/fixedCollection';
import type { ThreatConnect } from '../../api/client';
import { readXid } from '../../api/references';
import { jobOptions, readJobOptions } from '../jobOptions';
import { type BatchItem, deletedItem } from '../../batch/packJobs';
import { GROUP_TYPES } from '../../fields/groupTypes';
import { runGroupJobs } from '../../flows/groupJobs';
import { JobOwners } from '../../flows/jobOwners';
import type { JobSettings } from '../../flows/runBatchJob';
import { readOwner, xidParameters } from '../parameters';

export const bulkDelete = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'bulkDelete',
	name: 'Bulk Delete',
	action: 'Delete groups in bulk',
	builderHint:
		'For more than some hundred groups whose XIDs are known. Deletes for good. Do not put it into a loop: give it all items at once.',
	description: 'Delete many groups for good with few requests, each found by its XID',
	parameters: [
		notice(
			'bulkDeleteNotice',
			'The group of each item is deleted for good, for everybody who works in its owner, in as few batch jobs as possible. Nothing but the XID, type and owner of the item decides which group that is. Try it with one group first.',
		),
		{
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options: GROUP_TYPES,
			default: 'Incident',
			required: true,
			description: 'Type of the group that is deleted',
		},
		...xidParameters({}, 'searchWritableOwners', {
			required: true,
			description: 'External ID of the group that is deleted',
		}),
		{
			displayName: 'Options',
			name: 'options',
			type: 'collection',
			placeholder: 'Add Option',
			default: {},
			options: [...jobOptions, previewOption].sort((a, b) => a.displayName.localeCompare(b.displayName)),
		},
	],
	prepareEntry(item): Entry {
		const xid = readXid(item.parameter('groupXid'));
		if (xid === undefined) {
			throw new InvalidInput('"Group XID" (groupXid) is empty', 'Give the external ID of the group.');
		}
		return {
			xid,
			type: readType(item.parameter('type')),
			ownerName: readOwner(item),
			settings: { action: 'Delete', ...readJobOptions(item.options) },
		};
	},
	async previewAll(entries, api, run) {
		const owners = new JobOwners(api, OWNER_NEEDED);
		await run.concurrently(entries.length, async (place) => {
			const { index, entry } = entries[place] as BulkEntry;
			run.settle(index, await planDeletion(index, entry as Entry, owners, api).catch(asError));
		});
	},
	async runAll(entries, api, run) {
		const owners = new JobOwners(api, OWNER_NEEDED);
		const jobs = new Map<string, { owner: string; settings: JobSettings; items: BatchItem[] }>();
		/** The first item of each group, with the others that name it too. They get the same result. */
		const firsts = new Map<string, number>();
		const others = new Map<number, number[]>();
		for (const { index, entry } of entries) {
			const { xid, type, ownerName, settings } = entry as Entry;
			try {
				const owner = await owners.of({ ownerName });
				const group = JSON.stringify([owner, xid, type]);
				const first = firsts.get(group);
				if (first !== undefined) {
					others.set(first, [...(others.get(first) ?? []), index]);
					continue;
				}
				firsts.set(group, index);
				const key = JSON.stringify([owner, settings]);
				const job = jobs.get(key) ?? { owner, settings, items: [] };
				job.items.push(deletedItem(index, owner, type, xid));
				jobs.set(key, job);
			} catch (error) {
				run.settle(index, asError(error));
			}
		}
		const settle = (index: number, outcome: Output | Error) => {
			for (const other of others.get(index) ?? []) run.settle(other, outcome);
			run.settle(index, outcome);
		};
		for (const { owner, settings, items } of jobs.values()) {
			if (run.halted()) return;
			await runGroupJobs(api, owner, items, settings, { ...run, settle });
		}
	},
});

const OWNER_NEEDED = 'A bulk deletion must name the owner';

async function planDeletion(
	index: number,
	{ xid, type, ownerName }: Entry,
	owners: JobOwners,
	api: ThreatConnect,
): Promise<JsonObject> {
	const owner = await owners.of({ ownerName });
	const group = await api.findGroup({ xid, ownerName: owner }, {});
	if (group?.type !== type) {
		throw new InvalidInput(
			'There is no group with this XID, type and owner',
			'Check the XID, the type and the owner.',
		);
	}
	const plan = new Plan(index);
	plan.outcome = 'deleted';
	return plan.outputOf({ deleted: false, xid, type, ownerName: owner });
}

type Entry = { xid: string; type: string; ownerName: string | undefined; settings: JobSettings };

const TYPE = '"Type" (type)';

/** @throws InvalidInput */
function readType(value: unknown): string {
	if (isUnset(value)) throw new InvalidInput(`${TYPE} is empty`, 'Give the type of the group.');
	return choice(GROUP_TYPES).read(value, { label: TYPE, operation: 'update', zone: '' }) as string;
}
