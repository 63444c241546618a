import { sleepUntilCancelled } from '../../shared/http/sleep';

type PollOptions = {
	/** Milliseconds after which nobody asks any more. */
	limit: number;
	signal: AbortSignal | undefined;
};

const FIRST_PAUSE_MS = 250;
/** Milliseconds. ThreatConnect's own client never waits longer between two questions. */
const MAX_PAUSE_MS = 20_000;

/**
 * Asks again and again: first after a quarter of a second, then less and less often, and a last time when the time is
 * up.
 *
 * @param ask returns `undefined` to be asked again
 * @returns `undefined` when the time is up or the execution was canceled
 */
export async function askUntilDone<T>(
	ask: () => Promise<T | undefined>,
	{ limit, signal }: PollOptions,
): Promise<T | undefined> {
	const end = Date.now() + limit;
	for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
		const left = end - Date.now();
		await sleepUntilCancelled(Math.min(pause, left), signal);
		if (signal?.aborted) return undefined;
		const answer = await ask();
		if (answer !== undefined || Date.now() >= end) return answer;
	}
}
