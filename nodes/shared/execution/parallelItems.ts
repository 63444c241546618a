import { TimeSlices } from './timeSlices';

/** One piece of work. */
type Work = {
	/** Pieces with the same key run one after the other, in the order in which they were made. */
	orderKey?: string;
	/** Must not reject. */
	run(): Promise<void>;
};

/**
 * Runs pieces of work 0 to count - 1 in order, at most `limit` at once. n8n's event loop gets its turn while they are
 * made.
 *
 * @param limit how many pieces may be under way at once; 1 means strictly one after the other
 * @param halted asked before each start. Once it returns true, nothing more is started, and what is under way ends by
 *   itself.
 * @param next makes piece n, synchronously and in order; `undefined` when there is nothing to run
 */
export async function runConcurrently(
	count: number,
	limit: number,
	halted: () => boolean,
	next: (index: number) => Work | undefined,
): Promise<void> {
	/** The last piece with each key, while it waits or runs. */
	const lastByKey = new Map<string, Promise<void>>();
	const slices = new TimeSlices();
	let index = 0;

	const afterPrevious = async (work: Work, previous: Promise<void> | undefined): Promise<void> => {
		if (previous) {
			await previous;
			if (halted()) return;
		}
		await work.run();
	};

	const worker = async (): Promise<void> => {
		while (index < count && !halted()) {
			if (slices.isOver) {
				await slices.pause();
				continue;
			}
			const work = next(index++);
			if (!work) continue;
			const { orderKey } = work;
			if (orderKey === undefined) {
				await work.run();
				continue;
			}
			const running = afterPrevious(work, lastByKey.get(orderKey));
			lastByKey.set(orderKey, running);
			await running;
			if (lastByKey.get(orderKey) === running) lastByKey.delete(orderKey);
		}
	};

	await Promise.all(Array.from({ length: Math.max(1, Math.min(Math.floor(limit) || 1, count)) }, worker));
}
