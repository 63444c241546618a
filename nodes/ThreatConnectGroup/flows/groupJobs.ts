import { ServiceFailure } from '../../shared/core/errors';
import type { BulkRun } from '../../shared/execution/operation';
import type { ThreatConnect } from '../api/client';
import { type BatchItem, fileOf, indicatorsOf, MAX_OBJECTS, pack } from '../batch/packJobs';
import { type BatchCounts, assignErrors } from '../batch/assignErrors';
import { createJob, type Ended, type JobSettings, runJob, unknownOutcome } from './runBatchJob';

/**
 * Bulk import and deletion: groups in ThreatConnect's V2 batch jobs. A job belongs to one owner and takes a file with many
 * groups.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v2/batch_api/batch_api.html
 */

/**
 * Imports groups into one owner, or deletes them there, in as few jobs as possible, one after the other, and settles each.
 *
 * @throws nothing, because a failure is the outcome of the items that it concerns
 */
export async function runGroupJobs(
	api: ThreatConnect,
	owner: string,
	items: readonly BatchItem[],
	settings: JobSettings,
	run: BulkRun,
): Promise<void> {
	const limits = { objects: MAX_OBJECTS, bytes: settings.maxBytes };
	let jobs = pack(items, limits);
	for (let job = jobs.shift(); job && !run.halted(); job = jobs.shift()) {
		let batchId: string;
		try {
			batchId = await createJob(api, owner, settings);
		} catch (error) {
			// A failure that remains after several attempts is about the owner or the instance, so the remaining jobs would
			// fail too.
			for (const { index } of [job, ...jobs].flat()) run.settle(index, error as Error);
			return;
		}
		const where = `Batch ${batchId} for "${owner}" (groups: ${job.length})`;
		const file = fileOf(job);
		const ended = await runJob(api, batchId, file, settings, (state) => run.progress(`${where}: ${state}`));
		if (ended.limit !== undefined && job.length > 1) {
			// The server took nothing of the file. The limit shrinks each time, so that a server that refuses less than it
			// names cannot cause an endless loop.
			limits.bytes = ended.limit < file.length ? ended.limit : Math.floor(file.length / 2);
			run.progress(`${where}: too large; split into files of at most ${limits.bytes} bytes`);
			jobs = pack([...job, ...jobs.flat()], limits);
			continue;
		}
		const hasFailed = await settleJob(job, batchId, ended, settings, run);
		if (settings.haltOnError && hasFailed) {
			for (const { index } of jobs.flat()) run.settle(index, notStarted(batchId));
			return;
		}
	}
}

const notStarted = (batchId: string) =>
	new ServiceFailure(
		`Not sent, because batch ${batchId} failed and Options > Halt on Error is on`,
		'Nothing was done for this item. Correct what failed, and run the node again.',
	);

/** The words for what a job does. */
const WORDS = {
	Create: {
		done: 'imported',
		again: 'Correct the item and import it again.',
		part: 'If only a part of the group is at fault, the rest was imported. XID:',
	},
	Delete: {
		done: 'deleted',
		again: 'Check the XID, the type and the owner.',
		part: 'Nothing of this item was deleted: its XID is',
	},
};

/** @returns whether an item failed */
async function settleJob(
	job: readonly BatchItem[],
	batchId: string,
	ended: Ended,
	{ action, haltOnError }: JobSettings,
	run: BulkRun,
): Promise<boolean> {
	const { failure: failed, counts, errors = [] } = ended;
	if (failed || !counts) {
		for (const { index } of job) run.settle(index, failed ?? unknownOutcome(batchId, 'no status came'));
		return true;
	}
	const words = WORDS[action];
	const { faults, others, complete, ...verdict } = assignErrors(job, counts, errors);
	// A server that finds no such group may count it neither as a success nor as an error.
	const unclear = verdict.unclear || (action === 'Delete' && !complete);
	const reached = haltOnError && unclear ? haltPlace(job, faults, counts) : undefined;
	const request = `GET /api/v2/batch/${batchId}/errors`;
	let done = 0;
	const settle = (place: number, { index, xid, output }: BatchItem) => {
		const reasons = faults.get(index);
		if (reasons) {
			const advice = `${words.again} ${words.part} "${xid}".`;
			run.settle(index, new ServiceFailure(reasons.join('; '), advice, { request }));
		} else if (reached !== undefined && place > reached) run.settle(index, notReached(batchId));
		else if (unclear && reached === undefined)
			run.settle(index, unclearOutcome(batchId, counts, others, words.done));
		else {
			run.settle(index, action === 'Create' ? { ...output, _outcome: 'imported' } : output);
			done += 1;
		}
	};
	await run.inSlices(job.length, (place) => settle(place, job[place] as BatchItem));
	run.progress(`Batch ${batchId} has finished: ${done} of ${job.length} groups ${words.done}`);
	if (others.length > 0 && !unclear) {
		run.hint(`Batch ${batchId} ${words.done} its groups, but reports: ${others.slice(0, 20).join('; ')}`);
	}
	return done < job.length;
}

/**
 * The place of the item at which a job halted. It goes through its file from the start, indicators first, so that what
 * stands before the one error is done.
 *
 * @returns `undefined` when the counts do not say so
 */
function haltPlace(
	job: readonly BatchItem[],
	faults: ReadonlyMap<number, unknown>,
	{ successCount, unprocessCount }: BatchCounts,
): number | undefined {
	const place = job.findIndex(({ index }) => faults.has(index));
	const isAlone = faults.size === 1 && place >= 0;
	const before = indicatorsOf(job).length + place;
	return isAlone && successCount === before && unprocessCount === job.length - place - 1 ? place : undefined;
}

const notReached = (batchId: string) =>
	new ServiceFailure(
		`Batch ${batchId} halted at an error before it came to this group`,
		'Nothing was done for this item. Correct the item that failed, or switch Options > Halt on Error off.',
	);

function unclearOutcome(
	batchId: string,
	{ successCount }: BatchCounts,
	others: readonly string[],
	done: string,
) {
	const words = others.slice(0, 3).join('; ') || 'it gives no reason';
	if (successCount !== 0) {
		return unknownOutcome(
			batchId,
			`the job reports faults without saying which groups they concern: ${words}`,
		);
	}
	return new ServiceFailure(
		`Batch ${batchId} ${done} none of its groups: ${words}`,
		'Check the owner, the options and the items. Smaller jobs show which items are at fault: lower Options > Max Bytes per Job.',
		{ request: `GET /api/v2/batch/${batchId}/errors` },
	);
}
