import { sleep } from 'n8n-workflow';

/** Sleeps are cut into pieces of this length, so that a cancelled execution does not wait for their end. */
const CANCEL_CHECK_MS = 100;

/** Sleeps for so many milliseconds, or until the execution is cancelled. */
export async function sleepUntilCancelled(
	milliseconds: number,
	signal: AbortSignal | undefined,
): Promise<void> {
	const end = Date.now() + milliseconds;
	while (Date.now() < end && !signal?.aborted) await sleep(Math.min(CANCEL_CHECK_MS, end - Date.now()));
}
