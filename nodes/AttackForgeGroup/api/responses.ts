import { PAGE_ADVICE, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject } from '../../shared/core/json';
import { excerpt, failureState, type ServiceResponse } from '../../shared/http/response';
import { isUnset } from '../../shared/core/values';

/** The API's own names of its methods, which an administrator grants one by one. */
export type MethodName =
	| 'AddUserToGroup'
	| 'ArchiveGroup'
	| 'CreateGroup'
	| 'GetAssetsByGroup'
	| 'GetFormConfig'
	| 'GetGroup'
	| 'GetGroups'
	| 'GetProjectById'
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
 * An answer that is a success: 2xx, JSON, and no `error` in it. Its `status` does not tell: the sentence there differs
 * from method to method and from version to version.
 *
 * @throws ServiceFailure in AttackForge's own words
 */
export function successful(method: MethodName, reply: ServiceResponse): ServiceResponse {
	const { status, json } = reply;
	const refused = isJsonObject(json) && !isUnset(json.error) && json.error !== false;
	if (status >= 200 && status < 300 && isJsonObject(json) && !refused) return reply;
	throw failure(method, reply);
}

export function failure(method: MethodName, reply: ServiceResponse): ServiceFailure {
	const { status, statusText, json, text, request } = reply;
	const words = isJsonObject(json)
		? [json.error, json.message, json.detail, json.status].find(
				(one) => typeof one === 'string' && one !== '',
			)
		: undefined;
	const message =
		typeof words === 'string'
			? words
			: `AttackForge did not answer with the JSON of its API, but with ${status} ${statusText}${text && `: ${excerpt(text)}`}`;
	const details = { httpCode: String(status), request };
	const isPage = words === undefined && (status < 300 || status === 404);
	const todo = isPage ? PAGE_ADVICE : advice(method, status);
	return new ServiceFailure(message, todo, details, failureState(reply));
}

function advice(method: MethodName, status: number): string {
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
	return 'Check the fields of this item against the message.';
}

/** @returns whether the service said that the key may not use the method */
export const isRefusal = (error: unknown): error is ServiceFailure =>
	error instanceof ServiceFailure && ['401', '403'].includes(error.details.httpCode ?? '');

/**
 * @returns whether AttackForge itself said that there is no such record: it gives its words under `error` or `status`,
 * a proxy that finds no way to it answers with a page or in other words
 */
export const isMissing = ({ status, json }: ServiceResponse): boolean =>
	status === 404 &&
	isJsonObject(json) &&
	[json.error, json.status].some((words) => typeof words === 'string' && words !== '');
