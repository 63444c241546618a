import type { IHttpRequestMethods, IHttpRequestOptions } from 'n8n-workflow';

import { isWrite } from '../core/errors';
import { cancelSignal, type Connection } from './connection';
import type { Deadline } from './deadline';
import { networkFailure, redirectFailure, timeoutFailure } from './networkErrors';
import { masked, type ServiceResponse } from './response';
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
	/** Done twice it is the same as done once, so that it may be sent again when its answer was lost. Default: reads. */
	idempotent?: boolean;
	/** 1 for a body that depends on the record: `readThenWrite` reads it again before it sends again. */
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
 * One request and its answer, with the body as it came.
 *
 * The URL is complete, so that n8n has nothing left to encode; redirects are not followed, since they would carry the
 * credential elsewhere; and n8n's second try on a 401 is off, since it would write twice.
 */
export async function exchange(
	{ context, credentialType, credentials, root, timeout, clock }: Connection,
	{ method, path, query = [] }: ServiceRequest,
	content: Pick<IHttpRequestOptions, 'headers' | 'body' | 'encoding'>,
	deadline?: Deadline<Connection['context']>,
): Promise<Omit<ServiceResponse, 'json' | 'text'> & { body: unknown }> {
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
	// For what signs with the time: the credential that is stored stays as it is.
	const data = correction === 0 ? credentials : { ...credentials, clockCorrection: correction };
	let answer;
	try {
		const caller = deadline?.context ?? context;
		answer = (await context.helpers.httpRequestWithAuthentication.call(caller, credentialType, options, {
			credentialsDecrypted: { id: '', name: '', type: credentialType, data },
			preAuthenticationRetryStatusCode: [],
		})) as { statusCode: number; statusMessage?: string; headers: Record<string, unknown>; body: unknown };
	} catch (error) {
		if (deadline?.isPast) throw timeoutFailure(new URL(url).host, request, deadline.total);
		throw networkFailure(error, new URL(url).host, request, timeout);
	}
	const { statusCode: status, headers, body } = answer;
	const statusText = masked(answer.statusMessage ?? '', credentials);
	clock.note(headers.date);
	if (status >= 300 && status < 400) {
		const target = masked(String(headers.location ?? 'another address'), credentials);
		throw redirectFailure(status, request, target);
	}
	return { status, statusText, headers, body, request, correction };
}
