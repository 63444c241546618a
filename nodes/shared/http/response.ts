import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { type Certainty, certaintyOfLost, PAGE_ADVICE, ServiceFailure } from '../core/errors';
import { parseJson, stringifyJson } from '../core/json';
import { masked, maskedJson } from './masking';

/** A response, whatever its status. */
export type ServiceResponse = {
	status: number;
	statusText: string;
	headers: Record<string, unknown>;
	/** Parsed without losing a digit; `undefined` when the body is not JSON. */
	json: unknown;
	text: string;
	/** For messages, e.g. `POST /api/v3/groups`. */
	request: string;
	/** Milliseconds by which the time in its signature was corrected. */
	correction: number;
	/** What earlier attempts of the same request may have done, whatever this response says. Default: `notDone`. */
	earlierAttempts?: Certainty;
};

/**
 * A response's body as text and, if it is JSON, parsed. A server or proxy that repeats the request must not bring a
 * secret into items and messages. The secret is hidden in both, and in the JSON after it was parsed.
 */
export function readBody(
	body: unknown,
	credentials: ICredentialDataDecryptedObject,
): Pick<ServiceResponse, 'text' | 'json'> {
	const given = typeof body === 'string' ? body : isNothing(body) ? '' : stringifyJson(body);
	const text = masked(given, credentials);
	if (!/^\s*[[{]/.test(given)) return { text, json: undefined };
	try {
		return { text, json: maskedJson(parseJson(given), given, text !== given, credentials) };
	} catch {
		return { text, json: undefined };
	}
}

const isNothing = (value: unknown) => value === undefined || value === null;

/**
 * What is known of a request whose response is not a success. A server error does not tell whether a write was done. A
 * success without the service's JSON, such as a proxy's page or an empty body, does not tell it either.
 */
export function failureState({
	request,
	status,
	json,
	headers,
	earlierAttempts = 'notDone',
}: ServiceResponse): Pick<ServiceFailure, 'certainty' | 'unanswered'> & { retryAfterMs?: number } {
	const isUnclear = status < 300 ? json === undefined : status >= 500 && status !== 503;
	if (!isUnclear) {
		const retryAfterMs = [429, 503].includes(status) ? readRetryAfter(headers['retry-after']) : undefined;
		return {
			certainty: earlierAttempts,
			unanswered: undefined,
			...(retryAfterMs !== undefined && { retryAfterMs }),
		};
	}
	// 504 comes from a gateway that gave up waiting. The service behind it may go on.
	return { certainty: certaintyOfLost(request), unanswered: status === 504 ? 'timeout' : 'connection' };
}

/** @returns milliseconds, from seconds or a date */
export function readRetryAfter(value: unknown): number | undefined {
	if (value === undefined) return undefined;
	const text = String(value).trim();
	const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
	return Number.isFinite(milliseconds) && milliseconds > 0 ? milliseconds : undefined;
}

/** A success without the record that it should hold. */
export function incomplete(message: string, { status, request }: ServiceResponse): ServiceFailure {
	const details = { httpCode: String(status), request };
	return new ServiceFailure(message, PAGE_ADVICE, details, {
		certainty: certaintyOfLost(request),
		unanswered: 'connection',
	});
}

/** The start of a response that is not JSON, for messages: markup removed, white space collapsed. */
export function excerpt(text: string): string {
	const plain = text
		.slice(0, 4000)
		.replace(/<(style|script)[^]*?<\/\1>|<[^>]*>/gi, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return plain.length > 200 ? `${plain.slice(0, 200)} (cut)` : plain;
}
