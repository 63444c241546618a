import type { IExecuteFunctions } from 'n8n-workflow';

import { AttackForgeApi } from '../../credentials/AttackForgeApi.credentials';
import { attackForgeBaseUrl } from '../../credentials/baseUrl';
import { ServiceFailure } from '../shared/errors';
import type { RunOptions } from '../shared/items';
import { isJsonObject, type JsonObject } from '../shared/json';
import {
	type Connection,
	connect,
	excerpt,
	pathOf,
	type Reply,
	send,
	type ServiceRequest,
} from '../shared/requests';

/** The API's own names of its methods, which an administrator grants one by one. */
export type MethodName = 'CreateGroup' | 'GetGroup' | 'GetGroups' | 'UpdateGroup';

/** AttackForge's Self-Service API, as far as groups need it. */
export class AttackForge {
	constructor(private readonly connection: Connection) {}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/creategroup */
	async createGroup(body: JsonObject): Promise<JsonObject> {
		return await this.group('CreateGroup', { method: 'POST', path: '/group', body });
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/updategroup */
	async updateGroup(id: string, body: JsonObject): Promise<void> {
		await this.call('UpdateGroup', { method: 'PUT', path: pathOf('group', id), body });
	}

	/** @see https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/getgroup */
	async getGroup(id: string): Promise<JsonObject> {
		return await this.group('GetGroup', { method: 'GET', path: pathOf('group', id) });
	}

	private async group(method: MethodName, request: ServiceRequest): Promise<JsonObject> {
		const reply = await this.call(method, request);
		const group = isJsonObject(reply.json) ? reply.json.group : undefined;
		if (isJsonObject(group) && group.id !== undefined) return group;
		throw new ServiceFailure(
			'AttackForge answered with success, but without the group',
			request.method === 'GET'
				? 'Run it again later.'
				: 'The change may have been made: look the group up before you send it again.',
			{ httpCode: String(reply.status), request: reply.request },
		);
	}

	private async call(method: MethodName, request: ServiceRequest): Promise<Reply> {
		return successful(method, await send(this.connection, request));
	}
}

/**
 * An answer that is a success: 2xx, JSON, and no `error` in it. Its `status` does not tell: the sentence there differs
 * from method to method and from version to version.
 *
 * @throws ServiceFailure in AttackForge's own words
 */
export function successful(method: MethodName, reply: Reply): Reply {
	const { status, json } = reply;
	const refused =
		isJsonObject(json) && json.error !== undefined && json.error !== null && json.error !== false;
	if (status >= 200 && status < 300 && isJsonObject(json) && !refused) return reply;
	throw failure(method, reply);
}

export function failure(
	method: MethodName,
	{ status, statusText, json, text, request }: Reply,
): ServiceFailure {
	const words = isJsonObject(json)
		? [json.error, json.message, json.detail, json.status].find(
				(one) => typeof one === 'string' && one !== '',
			)
		: undefined;
	const message =
		typeof words === 'string'
			? words
			: `AttackForge did not answer with the JSON of its API, but with ${status} ${statusText}${text && `: ${excerpt(text)}`}`;
	return new ServiceFailure(message, advice(method, status), { httpCode: String(status), request });
}

function advice(method: MethodName, status: number): string {
	const grant = `ask an administrator to grant ${method} to your user under Users > your user > Access > Self-Service RESTful API`;
	if (status === 401) {
		return `Check the Self-Service API Key in the credential. If it is right, ${grant}: each method is granted on its own, to administrators too.`;
	}
	if (status === 403) {
		return `The key is not allowed to do this: ${grant}. Each method is granted on its own, to administrators too.`;
	}
	if (status === 404) return 'Check the ID of the group, and that your user may see it.';
	if (status === 429) return 'AttackForge asks for fewer requests: lower Options > Max Concurrent Requests.';
	if (status >= 500) return 'Run it again later; if it stays, ask the administrator of the tenant.';
	return 'Check the fields of this item against the message.';
}

/** @returns whether the service said that the key may not use the method */
export const isRefusal = (error: unknown): error is ServiceFailure =>
	error instanceof ServiceFailure && ['401', '403'].includes(error.details.httpCode ?? '');

export async function connectAttackForge(
	context: IExecuteFunctions,
	{ timeout }: RunOptions,
): Promise<AttackForge> {
	const root = (baseUrl: unknown) => `${attackForgeBaseUrl(baseUrl)}/api/ss`;
	return new AttackForge(await connect(context, new AttackForgeApi(), root, timeout));
}
