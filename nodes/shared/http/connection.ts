import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { Clock } from './clock';
import { Deadlines } from './deadline';
import { errorMessage } from '../core/errors';
import { CircuitBreaker } from './circuitBreaker';
import { ConcurrencyLimiter, type Slot } from './concurrencyLimiter';
import type { ServiceResponse } from './response';

/** What n8n calls a node with: to run it, to fill its form, or to poll. */
export type ConnectionContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

/** A service as one run of a node sees it; its credential is decrypted once. */
export type Connection = {
	context: ConnectionContext;
	credentialType: string;
	credentials: ICredentialDataDecryptedObject;
	/** e.g. `https://app.example.com/api` */
	root: string;
	/** Milliseconds that one request may take. */
	timeout: number;
	limiter: ConcurrencyLimiter;
	breaker: CircuitBreaker<Slot>;
	clock: Clock;
	deadlines: Deadlines<Connection['context']>;
	/** JSON has come: it is the service that answers. */
	hasAnswered: boolean;
	/** An answer that no repetition will change, although its status looks so. */
	isFinal?(reply: ServiceResponse): boolean;
	/** Removes the cause of a refusal. @returns `true` when the request is worth sending again */
	recover?(reply: ServiceResponse): boolean;
};

export type ConnectionOptions = {
	/** Milliseconds that one request may take. */
	timeout: number;
	/** The most requests that are under way at once. */
	maxConcurrentRequests: number;
};

/** Aborted when the execution is cancelled. */
export const cancelSignal = ({ context }: Connection): AbortSignal | undefined =>
	'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;

/**
 * Decrypts the credential once for a run and checks it before anything is sent.
 *
 * @param rootOf the root of the API, from the credential's Base URL
 * @throws NodeOperationError when the address or a secret cannot be used
 */
export async function connect(
	context: ConnectionContext,
	{ name, authenticate }: ICredentialType,
	rootOf: (baseUrl: unknown) => string,
	{ timeout, maxConcurrentRequests }: ConnectionOptions,
): Promise<Connection> {
	const credentials = await context.getCredentials(name);
	try {
		const root = rootOf(credentials.baseUrl);
		if (typeof authenticate === 'function') await authenticate(credentials, { url: root });
		return {
			context,
			credentialType: name,
			credentials,
			root,
			timeout,
			limiter: new ConcurrencyLimiter(maxConcurrentRequests),
			breaker: new CircuitBreaker(),
			clock: new Clock(),
			deadlines: new Deadlines(context, timeout),
			hasAnswered: false,
		};
	} catch (error) {
		throw new NodeOperationError(context.getNode(), errorMessage(error), { level: 'warning' });
	}
}
