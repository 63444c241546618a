import type { IHttpRequestMethods, IHttpRequestOptions } from 'n8n-workflow';

import { InvalidInput, isWrite } from '../core/errors';
import { cancelSignal, type Connection } from './connection';
import type { RequestDeadline } from './deadline';
import { networkFailure, redirectFailure, timeoutFailure } from './networkErrors';
import { masked, maskedHeaders, refuseMaskedSecret } from './masking';
import { proxyOf, proxyRefusal } from './proxy';
import type { ServiceResponse } from './response';
import type { RetryRules } from './retry';
import { type Query, queryString } from './url';

export type ServiceRequest = {
	/** n8n's type lacks OPTIONS; its HTTP layer sends any method. */
	method: IHttpRequestMethods | 'OPTIONS';
	/** Built by `pathOf`. */
	path: string;
	query?: Query;
	/** Sent as JSON. */
	body?: unknown;
	/**
	 * Whether doing it twice is the same as doing it once, so that it may be sent again after a lost response. Default:
	 * reads.
	 */
	idempotent?: boolean;
	/** 1 for a body that depends on the record, because `readThenWrite` reads the record before it sends again. */
	maxAttempts?: number;
};

export const retryRulesOf = (
	connection: Connection,
	method: ServiceRequest['method'],
	idempotent: boolean,
): RetryRules<ServiceResponse> => ({
	limiter: connection.limiter,
	breaker: connection.breaker,
	signal: cancelSignal(connection),
	writes: isWrite(method),
	idempotent,
	isFinal: connection.isFinal,
	isGarbled: ({ json }) => json === undefined,
	isKnown: () => connection.hasAnswered,
	recover: connection.recover,
});

/**
 * One request and its response, with the body as it came.
 *
 * Each request goes through here, so that a preview writes nothing, whatever the operation does.
 *
 * The URL is complete, so that n8n has nothing left to encode. Redirects are not followed, because they would carry the
 * credential to another address. n8n's second try after a 401 is off, because it would write twice.
 */
export async function exchange(
	{ context, credentialType, credentials, root, timeout, clock, ensureDirect, isReadOnly }: Connection,
	{ method, path, query = [] }: ServiceRequest,
	content: Pick<IHttpRequestOptions, 'headers' | 'body' | 'encoding'>,
	deadline: RequestDeadline<Connection['context']>,
): Promise<Omit<ServiceResponse, 'json' | 'text'> & { body: unknown }> {
	if (isReadOnly && isWrite(method)) throw heldBack(method);
	refuseMaskedSecret(decodeURIComponent(path));
	refuseMaskedSecret(Object.fromEntries(query));
	await ensureDirect();
	const url = `${root}${path}${queryString(query)}`;
	const request = `${method} ${new URL(root + path).pathname}`;
	const options: IHttpRequestOptions = {
		method: method as IHttpRequestMethods,
		url,
		...content,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout,
	};
	const { correction } = clock;
	// `isDirect`: it has been checked that no proxy is used. `clockCorrection`: signatures depend on the time. The stored
	// credential is not changed.
	const data = { ...credentials, isDirect: true, ...(correction !== 0 && { clockCorrection: correction }) };
	let answer;
	try {
		const caller = deadline.context;
		answer = (await context.helpers.httpRequestWithAuthentication.call(caller, credentialType, options, {
			credentialsDecrypted: { id: '', name: '', type: credentialType, data },
			preAuthenticationRetryStatusCode: [],
		})) as { statusCode: number; statusMessage?: string; headers: Record<string, unknown>; body: unknown };
	} catch (error) {
		if (deadline.isPast) throw timeoutFailure(new URL(url).host, request, deadline.total);
		const mask = (text: string) => masked(text, credentials);
		throw networkFailure(error, new URL(url).host, request, timeout, { mask, proxy: proxyOf(error, url) });
	}
	const { statusCode: status, body } = answer;
	const refusal = proxyRefusal(url, { status, headers: answer.headers }, request);
	if (refusal) throw refusal;
	const statusText = masked(answer.statusMessage ?? '', credentials);
	const headers = maskedHeaders(answer.headers, credentials);
	clock.note(headers.date);
	if (status >= 300 && status < 400) {
		throw redirectFailure(status, request, String(headers.location ?? 'another address'));
	}
	return { status, statusText, headers, body, request, correction };
}

const heldBack = (method: string) =>
	new InvalidInput(
		`A preview does not send ${method} requests`,
		'Nothing was written. It is a fault of the node that it tried to: report it, and switch Options > Preview off to do it.',
	);
