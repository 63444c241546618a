import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { encodeComponent } from '../../../credentials/request';
import { type Certainty, certaintyOfLost, PAGE_ADVICE, ServiceFailure } from '../core/errors';
import { parseJson, stringifyJson } from '../core/json';

/** An answer, whatever its status. */
export type ServiceResponse = {
	status: number;
	statusText: string;
	headers: Record<string, unknown>;
	/** Parsed without losing a digit; `undefined` when the answer is no JSON. */
	json: unknown;
	text: string;
	/** For messages, e.g. `POST /api/v3/groups`. */
	request: string;
	/** Milliseconds by which the time that it was signed with was corrected. */
	correction: number;
	/** What earlier attempts of the same request may have done, whatever this response says. Default: `notDone`. */
	earlierAttempts?: Certainty;
};

/**
 * An answer's body as text and, where it is JSON, parsed. A server or proxy that echoes the request must not bring a
 * secret into items and messages: it is masked.
 */
export function readBody(
	body: unknown,
	secrets: ICredentialDataDecryptedObject,
): Pick<ServiceResponse, 'text' | 'json'> {
	const given = typeof body === 'string' ? body : isNothing(body) ? '' : stringifyJson(body);
	const text = masked(given, secrets);
	if (!/^\s*[[{]/.test(text)) return { text, json: undefined };
	try {
		return { text, json: parseJson(text) };
	} catch {
		return { text, json: undefined };
	}
}

/** The credential fields that must never be seen. */
const SECRET_FIELDS = ['apiToken', 'secretKey', 'apiKey'];

/** Text of a server without the credential's secrets, as they are or in the forms of JSON and URLs. */
export function masked(text: string, secrets: ICredentialDataDecryptedObject): string {
	return SECRET_FIELDS.reduce((rest, name) => {
		const secret = secrets[name];
		return typeof secret === 'string' && secret.length > 3 ? withoutSecret(rest, secret) : rest;
	}, text);
}

function withoutSecret(text: string, secret: string): string {
	// The same in all forms: a large answer is searched once, and not for each of them.
	const core = (secret.match(/[a-z\d]+/gi) ?? []).reduce(
		(longest, run) => (run.length > longest.length ? run : longest),
		'',
	);
	if (!text.includes(core)) return text;
	const inJson = JSON.stringify(secret).slice(1, -1);
	const forms = [
		secret,
		inJson,
		inJson.replaceAll('/', '\\/'),
		encodeURIComponent(secret),
		encodeComponent(secret),
	];
	return forms.reduce((rest, form) => rest.replaceAll(form, '*****'), text);
}

const isNothing = (value: unknown) => value === undefined || value === null;

/**
 * What is known of a request whose response is no success. A server error does not tell whether a write was done, and
 * neither does a success without the service's JSON: a proxy's page, or an empty body.
 */
export function failureState({
	request,
	status,
	json,
	earlierAttempts = 'notDone',
}: ServiceResponse): Pick<ServiceFailure, 'certainty' | 'unanswered'> {
	const isUnclear = status < 300 ? json === undefined : status >= 500 && status !== 503;
	if (!isUnclear) return { certainty: earlierAttempts, unanswered: undefined };
	// 504 comes from a gateway that gave up waiting. The service behind it may go on.
	return { certainty: certaintyOfLost(request), unanswered: status === 504 ? 'timeout' : 'connection' };
}

/** A success without the record that it should hold. */
export function incomplete(message: string, { status, request }: ServiceResponse): ServiceFailure {
	const details = { httpCode: String(status), request };
	return new ServiceFailure(message, PAGE_ADVICE, details, {
		certainty: certaintyOfLost(request),
		unanswered: 'connection',
	});
}

/** The start of an answer that is no JSON, for messages: markup removed, white space collapsed. */
export function excerpt(text: string): string {
	const plain = text
		.slice(0, 4000)
		.replace(/<(style|script)[^]*?<\/\1>|<[^>]*>/gi, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return plain.length > 200 ? `${plain.slice(0, 200)} (cut)` : plain;
}
