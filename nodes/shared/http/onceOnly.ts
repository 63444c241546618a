import { asError, DOUBT, errorMessage, isInDoubt } from '../core/errors';
import { retryDelay, MAX_ATTEMPTS, wait } from './retry';

type OnceOnly<T> = {
	signal: AbortSignal | undefined;
	/** Does it; throws a failure in doubt when nobody knows whether it was done. */
	act(): Promise<T>;
	/**
	 * Looks whether it was done.
	 *
	 * @returns what was done, or `undefined` when it surely was not
	 * @throws when that cannot be known
	 */
	find(): Promise<T | undefined>;
	/** For the error when it stays unknown: what may have been done, and where to look. */
	doubt?: string;
	/** A later try of the item looks before it does it. */
	repeatable?: boolean;
	/** Milliseconds within which a service that did not answer in time may still do it. */
	late?: number;
};

/** As long a pause as after so many attempts. */
const ONCE_MORE = 3;

/**
 * Does what must not be done twice: after an answer that was lost, it looks whether it was done, takes that over if it
 * was, and does it again if it was not.
 *
 * @throws ServiceFailure in doubt, with the words of `doubt`, only if it cannot be known
 */
export async function onceOnly<T>({
	signal,
	act,
	find,
	doubt = DOUBT,
	repeatable,
	late = 5000,
}: OnceOnly<T>): Promise<T> {
	for (let attempts = 1; ; attempts++) {
		try {
			return await act();
		} catch (error) {
			if (!isInDoubt(error)) throw asError(error);
			let found: T | undefined;
			try {
				await wait(retryDelay(attempts), signal);
				found = await find().catch(async () => {
					// Many may share a look-up: one that fails is worth another.
					await wait(retryDelay(ONCE_MORE), signal);
					return await find();
				});
				if (found === undefined && error.outcome.isTimeout) {
					await wait(late, signal);
					found = await find();
				}
			} catch (reason) {
				throw error.inDoubt(`${doubt} It could not be looked up: ${errorMessage(reason)}.`, repeatable);
			}
			if (found !== undefined) return found;
			if (attempts === MAX_ATTEMPTS) throw error.notDone();
		}
	}
}
