import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { encodeComponent } from '../../../credentials/request';
import { DOUBT, isWrite, PAGE_ADVICE, ServiceFailure } from '../core/errors';
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
	/** An earlier attempt may have been done, whatever this answer says. */
	mayBeDone?: boolean;
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
 * What is known of a request that was answered without success. A server error, or a success without the service's JSON
 * (a proxy's page, an empty body), does not tell whether a write was done.
 */
export function outcomeOf({ request, status, json, mayBeDone }: ServiceResponse): ServiceFailure['outcome'] {
	const isUnclear = status < 300 ? json === undefined : status >= 500 && status !== 503;
	if (!isUnclear) return mayBeDone ? { certainty: 'unknown', doubt: DOUBT } : {};
	// A gateway that gave up waiting: what is behind it may go on.
	const isTimeout = status === 504;
	return { certainty: 'unknown', isTimeout, ...(isWrite(request) && { doubt: DOUBT }) };
}

/** A success without the record that it should hold. */
export function incomplete(message: string, { status, request }: ServiceResponse): ServiceFailure {
	return new ServiceFailure(
		message,
		PAGE_ADVICE,
		{ httpCode: String(status), request },
		{ certainty: 'unknown', ...(isWrite(request) && { doubt: DOUBT }) },
	);
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
