import { asError, DOUBT, errorMessage, ServiceFailure } from '../core/errors';
import { MAX_ATTEMPTS, retryDelay, TIME_BUDGET_MS } from './retry';
import { sleepUntilCancelled } from './sleep';

type ReadThenWrite<T> = {
	signal: AbortSignal | undefined;
	/**
	 * Reads the record as it is.
	 *
	 * @returns what is to be written; `undefined` when nothing is left to do
	 */
	read(): Promise<T | undefined>;
	/** Writes once: a request with `maxAttempts: 1`. */
	write(change: T): Promise<void>;
};

/**
 * Writes what depends on the present record, such as a list that replaces the old one. The record is read again before each further
 * attempt, because somebody else may have changed it, and because the attempt without a response may have been done.
 *
 * @returns what was written; `undefined` when there was nothing to do
 * @throws ServiceFailure in doubt only if it cannot be known whether it was done
 */
export async function readThenWrite<T>({ signal, read, write }: ReadThenWrite<T>): Promise<T | undefined> {
	const deadline = Date.now() + TIME_BUDGET_MS;
	/** The failure of an attempt that may have been done, and the change that it sent. */
	let lost: { failure: ServiceFailure; change: T } | undefined;
	for (let attempts = 1; ; attempts++) {
		let change: T | undefined;
		try {
			change = await read();
		} catch (reason) {
			if (!lost) throw asError(reason);
			throw lost.failure.inDoubt(`${DOUBT} It could not be looked up: ${errorMessage(reason)}.`);
		}
		// The record already has what was to be written, so the attempt without a response did it.
		if (change === undefined) return lost?.change;
		try {
			await write(change);
			return change;
		} catch (error) {
			if (!(error instanceof ServiceFailure)) throw asError(error);
			if (error.certainty !== 'notDone') lost = { failure: error, change };
			const isLast = attempts === MAX_ATTEMPTS || Date.now() > deadline || signal?.aborted === true;
			// A refusal may mean that the attempt without a response has been done meanwhile.
			const isWorthAnother = isTransient(error) || (lost !== undefined && lost.failure !== error);
			if (isLast && lost) return await lastLook(read, lost);
			if (isLast || !isWorthAnother) throw asError(error);
			await sleepUntilCancelled(retryDelay(attempts), signal);
		}
	}
}

async function lastLook<T>(
	read: () => Promise<T | undefined>,
	lost: { failure: ServiceFailure; change: T },
): Promise<T> {
	const left = await read().catch((reason: unknown) => {
		throw lost.failure.inDoubt(`${DOUBT} It could not be looked up: ${errorMessage(reason)}.`);
	});
	if (left === undefined) return lost.change;
	throw lost.failure;
}

/** Whether asking again can help: no response came, or the service or a gateway was not able to carry it out. */
const isTransient = (error: ServiceFailure): boolean =>
	error.unanswered !== undefined || /^(429|5\d\d)$/.test(error.details.httpCode ?? '');
