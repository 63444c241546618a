import { sleep } from 'n8n-workflow';

/** Milliseconds of work after which everything else in n8n gets its turn. */
const SLICE_MS = 50;

const { eventLoopUtilization } = performance;

/**
 * Cuts long work into slices. Between two slices n8n's event loop serves what waits: webhooks, the editor, health checks,
 * the lock of an execution in queue mode, and cancelling.
 *
 * All time counts in which the event loop is at work, because a task that awaits only what is known already leaves no gap
 * either. Time in which the event loop waits for responses does not count.
 */
export class TimeSlices {
	private start = eventLoopUtilization();
	private pausing: Promise<void> | undefined;

	/** Whether the slice is used up. The caller then awaits `pause` before the next piece. */
	get isOver(): boolean {
		return eventLoopUtilization(this.start).active >= SLICE_MS;
	}

	/** Lets n8n's event loop run once. All callers that wait share this turn. */
	async pause(): Promise<void> {
		this.pausing ??= this.turn();
		await this.pausing;
	}

	private async turn(): Promise<void> {
		await sleep(0);
		this.start = eventLoopUtilization();
		this.pausing = undefined;
	}
}

/**
 * Does pieces 0 to count - 1 of the work in order, and leaves n8n's event loop free in between.
 *
 * @param halted asked before each piece. Once it returns true, no further piece is done.
 */
export async function inSlices(
	count: number,
	piece: (index: number) => void,
	halted: () => boolean = () => false,
): Promise<void> {
	const slices = new TimeSlices();
	for (let index = 0; index < count && !halted(); index++) {
		piece(index);
		if (slices.isOver) await slices.pause();
	}
}
