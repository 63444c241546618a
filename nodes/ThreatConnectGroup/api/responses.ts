import { certaintyOfLost, PAGE_ADVICE, ServiceFailure } from '../../shared/core/errors';
import { adviceAbout, type Sent } from './advice';
import { isJsonObject, type JsonObject, stringifyJson } from '../../shared/core/json';
import { excerpt, incomplete, failureState, type ServiceResponse } from '../../shared/http/response';

/**
 * The envelope of a successful response: an HTTP status of success, JSON, and a status in it that says success.
 *
 * @param sent the request, so that the advice for a refusal can name its values
 * @throws ServiceFailure in ThreatConnect's own words
 */
export function readEnvelope(response: ServiceResponse, sent: Sent = {}): JsonObject {
	const { status, json } = response;
	if (status >= 200 && status < 300 && isJsonObject(json) && json.status === 'Success') return json;
	throw failure(response, undefined, sent);
}

/** @throws ServiceFailure also when the response is a success without a group */
export function groupOf(response: ServiceResponse, sent: Sent): JsonObject {
	const { data } = readEnvelope(response, sent);
	if (isJsonObject(data) && data.id !== undefined) return data;
	throw incomplete('ThreatConnect answered with success, but without the group', response);
}

/** Whether ThreatConnect itself refused. A proxy or a wrong address answers in other words. */
export const isOwnRefusal = (json: unknown) =>
	isJsonObject(json) &&
	(json.errCode !== undefined ||
		['Error', 'Failure'].includes(String(json.status)) ||
		errorsOf(json) !== undefined);

/** A list of what was wrong, where an answer has one. */
const errorsOf = ({ errors }: JsonObject): string | undefined =>
	Array.isArray(errors) && errors.length > 0
		? errors.map((one: unknown) => (typeof one === 'string' ? one : stringifyJson(one))).join('; ')
		: undefined;

/** What the body of a response says in words. */
export const wordsOf = (body: unknown): string | undefined =>
	isJsonObject(body)
		? [body.message, body.description, errorsOf(body)].find(
				(one): one is string => typeof one === 'string' && one !== '',
			)
		: undefined;

/**
 * The failure for a refusal. v3 has the words in `message`, batch in `description`; proxies answer with HTML or text.
 *
 * @param otherwise the advice for words that are not about the credential
 */
export function failure(response: ServiceResponse, otherwise?: string, sent: Sent = {}): ServiceFailure {
	const { status, statusText, json, text, request } = response;
	const body: JsonObject = isJsonObject(json) ? json : {};
	const words = wordsOf(body);
	const errCode = typeof body.errCode === 'string' ? body.errCode : undefined;
	const message =
		words ??
		`ThreatConnect did not answer with JSON, but with ${status} ${statusText}${text && `: ${excerpt(text)}`}`;
	// The page of a firewall, for instance, is not about the item.
	const isPage = words === undefined && status !== 404 && status !== 429 && status < 500;
	return new ServiceFailure(
		message,
		credentialAdvice(status, words ?? '') ??
			otherwise ??
			(words === undefined ? undefined : adviceAbout(status, String(words), sent)) ??
			(isTooLong(status) ? TOO_LONG_ADVICE : isPage ? PAGE_ADVICE : advice(status)),
		{
			httpCode: String(status),
			...(errCode && { errCode }),
			request,
		},
		words === undefined ? wordlessState(response) : failureState(response),
	);
}

/** The address, or all headers together. */
const isTooLong = (status: number) => status === 414 || status === 431;

/** Only a query makes an address long: filters are split, and of a query of one's own its longest list. */
const TOO_LONG_ADVICE =
	'The TQL query is too long for ThreatConnect or a proxy before it. Use filters, or a list such as summary in ("…", "…") without a NOT before it: these are asked for in several requests.';

/** A success without ThreatConnect's envelope and without a word does not tell whether a write was done. */
function wordlessState(response: ServiceResponse): ReturnType<typeof failureState> {
	const isUnclear = response.status < 300 && !isOwnRefusal(response.json);
	return isUnclear
		? { certainty: certaintyOfLost(response.request), unanswered: 'connection' }
		: failureState(response);
}

/**
 * Whether the service's words are about the credential, so that any other request would be refused too. "Access Denied"
 * is also said of one object.
 */
export const isAboutCredential = ({ message }: ServiceFailure): boolean =>
	!/access denied/i.test(message) && credentialAdvice(0, message) !== undefined;

/** Advice about a key, chosen by the service's words first, because it uses 401 for keys and for permissions alike. */
function credentialAdvice(status: number, words: string): string | undefined {
	if (/signature data did not match/i.test(words)) {
		return 'The secret key does not fit the access ID: enter both again in the credential. A proxy that rewrites URLs breaks the signature too.';
	}
	if (/timestamp/i.test(words)) {
		return 'The clock of the machine that runs n8n differs from the clock of ThreatConnect by more than five minutes: synchronize it.';
	}
	if (/^unauthorized$/i.test(words.trim())) {
		return 'The API token is wrong, has expired or was regenerated: enter a valid one in the credential.';
	}
	if (/access denied/i.test(words)) {
		return 'Check the access ID in the credential, and that the API user has access to the owner.';
	}
	if (/licensed/i.test(words))
		return 'The API is not part of the license of this instance: ask its administrator.';
	if (status === 401) {
		return 'Either the credential is wrong, or the API user may not do this: check its role in the owner.';
	}
	return undefined;
}

function advice(status: number): string {
	if (status === 403) {
		return 'The owner does not exist or the API user has no access to it: check its name.';
	}
	if (status === 404) {
		return 'Check the ID, or the XID and its owner, and that the API user may see the group.';
	}
	if (status === 409)
		return 'A group with this XID exists already: update that one, for instance with Create or Update, or choose another XID.';
	if (status === 429)
		return 'ThreatConnect asks for fewer requests: lower Options > Max Concurrent Requests.';
	if (status >= 500) return 'Run it again later; if it stays, ask the administrator of the instance.';
	return 'The message says what ThreatConnect does not take: correct it among the parameters of the node, or the values of the item.';
}
