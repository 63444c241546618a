import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A hundredth of the time is enough where nobody but the node waits. */
const SHARE = 0.01;

/**
 * Shortens the pauses between the attempts of a request, of all nodes that are loaded in this process. The laws judge what
 * is sent and what comes of it, not how long it takes, and most of a run with faults would be waiting.
 */
export function shortenPauses(): void {
	const folder = process.env.PACKAGE_FOLDER ?? join(__dirname, '../..');
	// The built file, which n8n's engine loads: what imports it reads the function from it at each call.
	const pauses = createRequire(__filename)(join(folder, 'dist/nodes/shared/http/sleep.js')) as {
		sleepUntilCancelled(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
	};
	const { sleepUntilCancelled } = pauses;
	pauses.sleepUntilCancelled = async (milliseconds, signal) =>
		await sleepUntilCancelled(milliseconds * SHARE, signal);
}
