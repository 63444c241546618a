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
import { errorMessage, InvalidInput, withoutMarkup } from '../core/errors';
import { CircuitBreaker } from './circuitBreaker';
import { refuseProxy } from './proxy';
import { type ConcurrencyLimiter, limiterFor, type Slot } from './concurrencyLimiter';
import type { ServiceResponse } from './response';

/** The contexts in which n8n calls a node: to run it, to fill its form, or to poll. */
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
	/** @throws InvalidInput when a proxy would see the secret. Call this before a request that carries the secret. */
	ensureDirect(): Promise<void>;
	/** Whether the service has answered with JSON. */
	hasAnswered: boolean;
	/** Of a preview: a request that writes is not sent. */
	isReadOnly?: true;
	/** Whether a response is final although its status suggests a repetition. */
	isFinal?(response: ServiceResponse): boolean;
	/** Removes the cause of a refusal. @returns `true` when the request is worth sending again */
	recover?(response: ServiceResponse): boolean;
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

/** Checks once per run that no proxy of n8n's environment sees the secret. */
function directCheck({ helpers }: Connection['context'], root: string): () => Promise<void> {
	let check: Promise<void> | undefined;
	const ask = async (url: string) =>
		await helpers.httpRequest({ url, ignoreHttpStatusErrors: true, disableFollowRedirect: true });
	return async () => await (check ??= refuseProxy(root, ask));
}

/** Each node has its own limiter, because its operation determines how long the service takes. */
function limiterKey(context: ConnectionContext, credentialType: string, root: string): string {
	const { id, credentials } = context.getNode();
	return JSON.stringify([context.getWorkflow().id, id, credentials?.[credentialType]?.id, root]);
}

/**
 * Decrypts the credential for a run and checks it before anything is sent.
 *
 * @param rootOf the root of the API, from the credential's Base URL
 * @throws NodeOperationError when the address or a secret cannot be used
 * @throws InvalidInput when the credential is not the same for all items
 */
export async function connect(
	context: ConnectionContext,
	{ name, authenticate }: ICredentialType,
	rootOf: (baseUrl: unknown) => string,
	{ timeout, maxConcurrentRequests }: ConnectionOptions,
): Promise<Connection> {
	const credentials = await context.getCredentials(name);
	if ('getInputData' in context) await requireSameCredentialForAllItems(context, name, credentials);
	try {
		const root = rootOf(credentials.baseUrl);
		if (typeof authenticate === 'function') await authenticate(credentials, { url: root });
		return {
			context,
			credentialType: name,
			credentials,
			root,
			timeout,
			limiter: limiterFor(limiterKey(context, name, root), maxConcurrentRequests),
			breaker: new CircuitBreaker(),
			clock: new Clock(),
			deadlines: new Deadlines(context, timeout),
			ensureDirect: directCheck(context, root),
			hasAnswered: false,
		};
	} catch (error) {
		throw new NodeOperationError(context.getNode(), withoutMarkup(errorMessage(error)), {
			level: 'warning',
			failure: { cause: 'credential-invalid' },
		});
	}
}

/**
 * A credential may hold expressions, which n8n resolves for one item. All items of a run are sent with the same
 * credential. If an expression gave another value for some item, that item would be written with the rights of the
 * wrong client.
 *
 * Items are compared one by one only if an expression depends on the item, because n8n reads its database for each
 * comparison. To find this out, the credential is resolved for an index that no item has. An expression that depends on
 * the item then gives another value, or none.
 */
async function requireSameCredentialForAllItems(
	context: IExecuteFunctions,
	name: string,
	credentials: ICredentialDataDecryptedObject,
): Promise<void> {
	const { length } = context.getInputData();
	if (length < 2) return;
	const first = JSON.stringify(credentials);
	const isFirst = (other: unknown) => JSON.stringify(other) === first;
	const ofNoItem = await context.getCredentials(name, length).catch(() => undefined);
	if (isFirst(ofNoItem)) return;
	for (let index = 1; index < length && !context.getExecutionCancelSignal()?.aborted; index++) {
		if (isFirst(await context.getCredentials(name, index))) continue;
		throw new InvalidInput(
			`The credential has other values for item ${index} than for item 0`,
			'It holds an expression that depends on the item, but all items of a run are sent with one credential. Use a credential and a node for each, behind a Switch, or Loop Over Items with a batch size of 1.',
		);
	}
}
