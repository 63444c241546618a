import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';

import { poll } from '../engine/harness';
import type { BacklogService } from './backlogService';

/** Milliseconds that n8n 2.41 gives a poll. */
const BUDGET_MS = 36_000;
const SAMPLE_MS = 10;

export type BacklogAccount = {
	/** Due, and due but not delivered. */
	events: number;
	missed: number;
	doubled: number;
	outOfOrder: number;
	polls: number;
	/** Polls that took longer than n8n waits: they move nothing. */
	lostPolls: number;
	/** Milliseconds of the longest poll. */
	slowestPoll: number;
	/** Megabytes of resident memory, before the first poll and at most. */
	memoryBefore: number;
	memoryPeak: number;
	/** The largest state, and the last one. */
	stateBytes: number;
	stateBytesAfter: number;
};

/** In a row: the service is too slow for this to end. */
const MOST_LOST = 5;

const MEGABYTE = 1024 * 1024;
const memory = () => Math.round(process.memoryUsage().rss / MEGABYTE);

/** Lets the trigger begin before a backlog, and polls until nothing more comes. */
export async function drainBacklog(groups: number, maxItems: number): Promise<BacklogAccount> {
	let timer: NodeJS.Timeout | undefined;
	const service = fork(join(__dirname, 'backlogService.ts'), [String(groups)]);
	try {
		const [{ url, apiToken }] = (await once(service, 'message')) as [BacklogService];
		const staticData: IDataObject = {};
		const onePoll = async (since?: string) =>
			await poll({
				type: 'threatConnectGroupTrigger',
				parameters: {
					event: 'createdOrUpdated',
					...(since !== undefined && { start: 'since', since }),
					options: { maxItems },
				},
				credentials: { threatConnectApi: { baseUrl: url, apiToken } },
				staticData,
				budget: BUDGET_MS,
			});
		const account: BacklogAccount = {
			...{ events: groups, missed: 0, doubled: 0, outOfOrder: 0, polls: 0, lostPolls: 0, slowestPoll: 0 },
			...{ memoryBefore: memory(), memoryPeak: 0, stateBytes: 0, stateBytesAfter: 0 },
		};
		timer = setInterval(() => {
			account.memoryPeak = Math.max(account.memoryPeak, memory());
		}, SAMPLE_MS);
		const delivered = new Set<unknown>();
		let newest = '';
		let lost = 0;
		for (let quiet = 0; quiet < 2;) {
			const startedAt = Date.now();
			const items = await onePoll('2026-09-01').catch((error: unknown) => {
				if (++lost > MOST_LOST) throw error;
				return undefined;
			});
			account.polls += 1;
			if (items === undefined) {
				account.lostPolls += 1;
				continue;
			}
			lost = 0;
			account.slowestPoll = Math.max(account.slowestPoll, Date.now() - startedAt);
			account.stateBytesAfter = JSON.stringify(staticData).length;
			account.stateBytes = Math.max(account.stateBytes, account.stateBytesAfter);
			quiet = items === null ? quiet + 1 : 0;
			for (const { eventId, eventTime } of items ?? []) {
				if (delivered.has(eventId)) account.doubled += 1;
				delivered.add(eventId);
				if (String(eventTime) < newest) account.outOfOrder += 1;
				newest = String(eventTime);
			}
		}
		account.missed = groups - delivered.size;
		return account;
	} finally {
		clearInterval(timer);
		service.disconnect();
	}
}
