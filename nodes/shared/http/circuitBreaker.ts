import { ServiceFailure } from '../core/errors';
import { sleepUntilCancelled } from './sleep';

/**
 * Stops requests to a service that does not respond. Without it, each of thousands of items would spend all its
 * attempts.
 *
 * The breaker opens when every request of OPEN_AFTER_MS got no response, or only 429, 502, 503 or 504. While it is open, a
 * request is sent as a probe, because the service may fail to respond to a few requests only. All others wait for the
 * result of the probe. If it finds no service, they are not sent, and neither is any other within a minute of it.
 */
export class CircuitBreaker<Request extends object> {
	/** Milliseconds since the epoch: the first unanswered request since the last response. */
	private unansweredSince = Infinity;
	/** Milliseconds since the epoch. */
	private nextProbeAt = 0;
	private probe: Request | undefined;

	/** @param answered whether the service itself responded, with another status than 429, 502, 503 or 504 */
	record(answered: boolean): void {
		this.unansweredSince = answered ? Infinity : Math.min(this.unansweredSince, Date.now());
	}

	/** Milliseconds since the first request without a response; 0 after a response. */
	get unansweredFor(): number {
		return Math.max(0, Date.now() - this.unansweredSince);
	}

	get isOpen(): boolean {
		return this.unansweredFor > OPEN_AFTER_MS;
	}

	get isProbing(): boolean {
		return this.probe !== undefined;
	}

	/** Makes a request the probe. @returns false within a minute of the end of the last probe */
	tryProbe(request: Request): boolean {
		if (Date.now() < this.nextProbeAt) return false;
		this.probe = request;
		return true;
	}

	/** Call this when a request has ended. */
	end(request: Request): void {
		if (request !== this.probe) return;
		this.probe = undefined;
		// A probe may itself take a minute. If its end did not count, each waiting request would be the next probe.
		this.nextProbeAt = Date.now() + PROBE_INTERVAL_MS;
	}

	/**
	 * Returns at once while the breaker is closed, and for the request that becomes the probe. Other requests wait until
	 * the probe has ended.
	 *
	 * @returns false when the probe found no service
	 */
	async waitUntilClosed(request: Request, signal: AbortSignal | undefined): Promise<boolean> {
		while (this.isOpen && !signal?.aborted) {
			if (!this.isProbing) return this.tryProbe(request);
			await sleepUntilCancelled(PROBE_CHECK_MS, signal);
		}
		return true;
	}
}

const OPEN_AFTER_MS = 180_000;
const PROBE_INTERVAL_MS = 60_000;
const PROBE_CHECK_MS = 100;

export const unreachableError = () =>
	new ServiceFailure(
		`The service has been out of reach or unavailable for ${OPEN_AFTER_MS / 60_000} minutes`,
		'This request was not sent. Run the item again once the service is back.',
	);
