import { ServiceFailure } from '../../shared/core/errors';
import type { BulkRun } from '../../shared/execution/operation';
import type { ThreatConnect } from '../api/client';
import { type BatchItem, fileOf, MAX_OBJECTS, pack } from '../batch/packJobs';
import { type BatchCounts, judge } from '../batch/assignErrors';
import { createJob, type Ended, type ImportSettings, runJob, unknownOutcome } from './runBatchJob';

/**
 * Bulk import: groups in ThreatConnect's V2 batch jobs. A job belongs to one owner and takes a file with many groups.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v2/batch_api/batch_api.html
 */

/**
 * Imports groups into one owner, in as few jobs as possible, one after the other, and settles each.
 *
 * @throws nothing, because a failure is the outcome of the items that it concerns
 */
export async function importGroups(
	api: ThreatConnect,
	owner: string,
	items: readonly BatchItem[],
	settings: ImportSettings,
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
		settleJob(job, batchId, ended, run);
	}
}

function settleJob(job: readonly BatchItem[], batchId: string, ended: Ended, run: BulkRun): void {
	const { failure: failed, counts, errors = [] } = ended;
	if (failed || !counts) {
		for (const { index } of job) run.settle(index, failed ?? unknownOutcome(batchId, 'no status came'));
		return;
	}
	const { faults, others, unclear } = judge(job, counts, errors);
	const request = `GET /api/v2/batch/${batchId}/errors`;
	for (const { index, xid, output } of job) {
		const reasons = faults.get(index);
		if (reasons) {
			run.settle(
				index,
				new ServiceFailure(
					reasons.join('; '),
					`Correct the item and import it again. If the fault is in a part of the group alone, the rest of it was imported: its XID is "${xid}".`,
					{ request },
				),
			);
		} else if (unclear) run.settle(index, unclearOutcome(batchId, counts, others));
		else run.settle(index, { ...output, _outcome: 'imported' });
	}
	const imported = unclear ? 0 : job.length - faults.size;
	run.progress(`Batch ${batchId} has finished: ${imported} of ${job.length} groups imported`);
	if (others.length > 0 && !unclear) {
		run.hint(`Batch ${batchId} imported its groups, but reports: ${others.slice(0, 20).join('; ')}`);
	}
}

function unclearOutcome(batchId: string, { successCount }: BatchCounts, others: readonly string[]) {
	const words = others.slice(0, 3).join('; ') || 'it gives no reason';
	if (successCount !== 0) {
		return unknownOutcome(
			batchId,
			`the job reports faults without saying which groups they concern: ${words}`,
		);
	}
	return new ServiceFailure(
		`Batch ${batchId} imported none of its groups: ${words}`,
		'Check the owner, the options and the items. Smaller jobs show which items are at fault: lower Options > Max Bytes per Job.',
		{ request: `GET /api/v2/batch/${batchId}/errors` },
	);
}
