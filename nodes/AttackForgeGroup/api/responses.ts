import { certaintyOfLost, isWrite, PAGE_ADVICE, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { excerpt, failureState, type ServiceResponse } from '../../shared/http/response';
import { isUnset } from '../../shared/core/readValue';

/** The API's own names of its methods. An administrator grants each of them separately. */
export type MethodName =
	| 'AddUserToGroup'
	| 'ArchiveGroup'
	| 'CreateGroup'
	| 'GetAssetsByGroup'
	| 'GetFormConfig'
	| 'GetGroup'
	| 'GetGroups'
	| 'GetProjectById'
	| 'GetProjects'
	| 'GetProjectsByGroup'
	| 'GetUserByEmail'
	| 'GetUserByUsername'
	| 'GetUserGroups'
	| 'GetUsers'
	| 'GetVulnerabilitiesByGroup'
	| 'RestoreGroup'
	| 'UpdateGroup'
	| 'UpdateProjectById'
	| 'UpdateUserAccessOnGroup';

/**
 * A success is 2xx with JSON that can be a success. The JSON holds no error in any of the forms below. The response to
 * a write says what was done, by its status or by the record.
 *
 * @param body of the request, so that the advice for a refusal can name its fields
 * @throws ServiceFailure in AttackForge's own words
 */
export function successful(method: MethodName, response: ServiceResponse, body?: unknown): ServiceResponse {
	const { status, json, request } = response;
	if (status < 200 || status >= 300 || !isJsonObject(json) || saysFailure(json))
		throw failure(method, response, body);
	if (isWrite(request) && isUnset(json.status) && !RECORDS.some((name) => isJsonObject(json[name]))) {
		throw failure(method, response);
	}
	return response;
}

/** The names under which the response to a write holds the record. */
const RECORDS = ['group', 'project', 'user'];

/**
 * Whether a body says that the request failed, whatever its status code. AttackForge's own flows test for
 * `jsonBody.status === 'error'` in addition to the status code. The documentation of other methods has `error`. A
 * status may be a sentence, such as "User Not Found".
 */
function saysFailure(json: JsonObject): boolean {
	const { error, errors, status } = json;
	return (
		!isNone(error) ||
		!isNone(errors) ||
		isFailureStatus(status) ||
		json.success === false ||
		json.ok === false
	);
}

/** Whether a value means no error: nothing, false, 0, or a list or object that holds nothing. */
const isNone = (value: unknown): boolean =>
	isUnset(value) ||
	value === false ||
	value === 0 ||
	(typeof value === 'object' && Object.keys(value as object).length === 0);

/**
 * Whether a status is a sentence of failure, which denies something or names a fault. The sentences of success cannot
 * be listed, because they differ between methods and versions ("ok", "Group Updated").
 */
function isFailureStatus(status: unknown): boolean {
	if (status === false) return true;
	if (typeof status === 'number') return status >= 400;
	return typeof status === 'string' && FAILURE_WORDS.test(status);
}

const FAILURE_WORDS =
	/\b(error|errors|fail|fails|failed|failure|not|no(?! changes?\b)|none|cannot|can't|couldn't|unable|invalid|denied|unauthori[sz]ed|forbidden|missing|refused|rejected|unknown|already|exists?|required|must|unsuccessful|expired|wrong|bad)\b/i;

export function failure(method: MethodName, response: ServiceResponse, body?: unknown): ServiceFailure {
	const { status, statusText, json, text, request } = response;
	const words = isJsonObject(json) ? wordsOf(json) : undefined;
	const message =
		words ??
		`AttackForge did not answer with the JSON of its API, but with ${status} ${statusText}${text && `: ${excerpt(text)}`}`;
	const details = { httpCode: String(status), request };
	const isPage = words === undefined && (status < 300 || status === 404);
	const todo = isPage ? PAGE_ADVICE : advice(method, status, body);
	return new ServiceFailure(message, todo, details, stateOf(response));
}

/**
 * What is known of a failed request. A success whose JSON neither says what was done nor names a fault does not tell
 * whether a write was done.
 */
function stateOf(response: ServiceResponse) {
	const { status, json, request } = response;
	const isClear = isJsonObject(json) && (saysFailure(json) || wordsOf(json) !== undefined);
	if (status >= 300 || json === undefined || isClear) return failureState(response);
	return { certainty: certaintyOfLost(request), unanswered: 'connection' as const };
}

/** What a response says of its failure. The key that says most comes first. */
export function wordsOf({ error, message, detail, errors, status }: JsonObject): string | undefined {
	return [error, message, detail, errors, status].map(textOf).find((words) => words !== undefined);
}

/** The text of a value: a text itself, the texts of a list, or the message of an object. */
function textOf(value: unknown): string | undefined {
	if (typeof value === 'string') return value.trim() === '' ? undefined : value;
	if (Array.isArray(value)) {
		const texts = value.map(textOf).filter((one) => one !== undefined);
		return texts.length > 0 ? texts.join('; ') : undefined;
	}
	if (!isJsonObject(value)) return undefined;
	return [value.message, value.error, value.detail, value.msg].map(textOf).find((one) => one !== undefined);
}

function advice(method: MethodName, status: number, body: unknown): string {
	const grant = `ask an administrator to grant ${method} to your user under Users > your user > Access > Self-Service RESTful API`;
	if (status === 401) {
		return `Check the Self-Service API Key in the credential. If it is right, ${grant}: each method is granted on its own, to administrators too.`;
	}
	if (status === 403) {
		const all =
			method === 'GetGroups'
				? ' All groups are shown to administrators alone: use the key of one, or, if the groups of this user are enough, choose Groups That I Am a Member Of.'
				: '';
		return `The key is not allowed to do this: ${grant}. Each method is granted on its own, to administrators too.${all}`;
	}
	if (status === 404) return 'Check the ID, and that your user may see the record.';
	if (status === 429) return 'AttackForge asks for fewer requests: lower Options > Max Concurrent Requests.';
	if (status >= 500) return 'Run it again later; if it stays, ask the administrator of the tenant.';
	if (method === 'AddUserToGroup') {
		return 'If the user is a member of the group already, use Change Access to give it another access. Otherwise look at the user, the group and the access level.';
	}
	const names = isJsonObject(body) ? Object.keys(body).join(', ') : '';
	return names === ''
		? 'The message says what AttackForge does not take: correct it among the parameters of the node.'
		: `The request sets ${names}: look at the one that the message is about.`;
}

/** @returns whether the service said that the key must not use the method */
export const isRefusal = (error: unknown): error is ServiceFailure =>
	error instanceof ServiceFailure && ['401', '403'].includes(error.details.httpCode ?? '');

/** @returns whether the service refused this request without a statement about the key. A page with 200 is no refusal. */
export const isRejected = (error: unknown): error is ServiceFailure =>
	error instanceof ServiceFailure &&
	error.certainty === 'notDone' &&
	error.unanswered === undefined &&
	['200', '400', '404', '409', '422'].includes(error.details.httpCode ?? '');

/**
 * @returns whether AttackForge itself said that there is no such record. AttackForge has its words under `error` or
 *   `status`. A proxy that cannot find the address sends a page, or other words.
 */
export const isMissing = ({ status, json }: ServiceResponse): boolean =>
	status === 404 &&
	isJsonObject(json) &&
	[json.error, json.status].some((words) => typeof words === 'string' && words !== '');
