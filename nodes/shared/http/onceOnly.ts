import { asError, type Certainty, DOUBT, errorMessage, isInDoubt } from '../core/errors';
import { MAX_ATTEMPTS, retryDelay } from './retry';
import { sleepUntilCancelled } from './sleep';

type OnceOnly<T> = {
	signal: AbortSignal | undefined;
	/** Does it. Throws a failure in doubt when nobody knows whether it was done. */
	act(): Promise<T>;
	/**
	 * Looks whether it was done.
	 *
	 * @returns what was done, or `undefined` when it was certainly not done
	 * @throws when this cannot be known
	 */
	find(): Promise<T | undefined>;
	/** For the error when the result stays unknown: what may have been done, and where to look. */
	doubt?: string;
	/** `findable` if a later try of the item looks before it acts. Default: `unknown`. */
	certainty?: Exclude<Certainty, 'notDone'>;
	/** Milliseconds within which a service that did not respond in time may still act. */
	lateMs?: number;
};

/** A look-up that failed is repeated once, after the pause that follows this number of attempts. */
const LOOKUP_RETRY_STEP = 3;

/**
 * Does what must not be done twice. After a response was lost, it looks whether the action was done. If it was, the
 * result is taken over. If it was not, the action is done again.
 *
 * @throws ServiceFailure in doubt, with the words of `doubt`, only if the result cannot be known
 */
export async function onceOnly<T>({
	signal,
	act,
	find,
	doubt = DOUBT,
	certainty,
	lateMs = 5000,
}: OnceOnly<T>): Promise<T> {
	for (let attempts = 1; ; attempts++) {
		try {
			return await act();
		} catch (error) {
			if (!isInDoubt(error)) {
				// An earlier attempt may have been done after it was looked up, so that this one is refused.
				const late = attempts > 1 ? await find().catch(() => undefined) : undefined;
				if (late !== undefined) return late;
				throw asError(error);
			}
			let found: T | undefined;
			try {
				await sleepUntilCancelled(retryDelay(attempts), signal);
				found = await find().catch(async () => {
					// A failed look-up is repeated, because many items may share it.
					await sleepUntilCancelled(retryDelay(LOOKUP_RETRY_STEP), signal);
					return await find();
				});
				if (found === undefined && error.unanswered === 'timeout') {
					await sleepUntilCancelled(lateMs, signal);
					found = await find();
				}
			} catch (reason) {
				throw error.inDoubt(`${doubt} It could not be looked up: ${errorMessage(reason)}.`, certainty);
			}
			if (found !== undefined) return found;
			if (attempts === MAX_ATTEMPTS) throw error.provenNotDone();
		}
	}
}
