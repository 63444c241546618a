import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { threatConnectBaseUrl } from '../../credentials/baseUrl';
import { ThreatConnectApi } from '../../credentials/ThreatConnectApi.credentials';
import { ThreatConnectHmacApi } from '../../credentials/ThreatConnectHmacApi.credentials';
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

/** How a user names one group. */
export type GroupReference = { id: string } | { xid: string; ownerName?: string };

/** What an answer should hold, and what the server should note. */
export type AnswerOptions = {
	/** Values of the `fields` parameter. */
	fields?: readonly string[];
	createActivityLog?: boolean;
};

/** ThreatConnect's v3 API, as far as groups need it. */
export class ThreatConnect {
	constructor(private readonly connection: Connection) {}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#create-groups */
	async createGroup(body: JsonObject, options: AnswerOptions): Promise<JsonObject> {
		return await this.group({ method: 'POST', path: '/groups', query: queryOf(options), body });
	}

	/** @see https://docs.threatconnect.com/en/latest/rest_api/v3/groups/groups.html#update-groups */
	async updateGroup(
		reference: GroupReference,
		body: JsonObject,
		options: AnswerOptions,
	): Promise<JsonObject> {
		return await this.group({
			method: 'PUT',
			path: pathOf('groups', 'id' in reference ? reference.id : reference.xid),
			query: [...ownerQuery(reference), ...queryOf(options)],
			body,
		});
	}

	private async group(request: ServiceRequest): Promise<JsonObject> {
		const reply = await send(this.connection, request);
		const envelope = readEnvelope(reply);
		if (isJsonObject(envelope.data) && envelope.data.id !== undefined) return envelope.data;
		throw new ServiceFailure(
			'ThreatConnect answered with success, but without the group',
			'The change may have been made: look the group up before you send it again.',
			{ httpCode: String(reply.status), request: reply.request },
		);
	}
}

/** A key in a reference to one record, for keeping the order of items. */
export function referenceKey(reference: GroupReference): string {
	return 'id' in reference ? `id ${reference.id}` : `xid ${reference.ownerName ?? ''} ${reference.xid}`;
}

function ownerQuery(reference: GroupReference): Array<[string, string]> {
	return 'id' in reference || reference.ownerName === undefined ? [] : [['owner', reference.ownerName]];
}

/** `fields` is repeated for each value: comma-joined values are not understood. */
function queryOf({ fields = [], createActivityLog }: AnswerOptions): Array<[string, string]> {
	return [
		...fields.map((field): [string, string] => ['fields', field]),
		...(createActivityLog ? [['createActivityLog', 'true'] as [string, string]] : []),
	];
}

/**
 * The envelope of a successful answer: HTTP ok, JSON, and the status that says so.
 *
 * @throws ServiceFailure in ThreatConnect's own words
 */
export function readEnvelope(reply: Reply): JsonObject {
	const { status, json } = reply;
	if (status >= 200 && status < 300 && isJsonObject(json) && json.status === 'Success') return json;
	throw failure(reply);
}

/**
 * v3 says `message`, batch says `description`; proxies answer with HTML or text.
 *
 * @param otherwise what to do where the words are not about the credential
 */
export function failure(
	{ status, statusText, json, text, request }: Reply,
	otherwise?: string,
): ServiceFailure {
	const body: IDataObject = isJsonObject(json) ? (json as IDataObject) : {};
	const words = [body.message, body.description].find((one) => typeof one === 'string' && one !== '');
	const errCode = typeof body.errCode === 'string' ? body.errCode : undefined;
	const message = words
		? String(words)
		: `ThreatConnect did not answer with JSON, but with ${status} ${statusText}${text && `: ${excerpt(text)}`}`;
	return new ServiceFailure(
		message,
		credentialAdvice(status, String(words ?? '')) ?? otherwise ?? advice(status),
		{
			httpCode: String(status),
			...(errCode && { errCode }),
			request,
		},
	);
}

/** What to do about a key, by the service's words first: it uses 401 for keys and for permissions alike. */
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
		return 'The owner does not exist or the API user has no access to it: check its name. Requests must use HTTPS.';
	}
	if (status === 404) {
		return 'Check the ID, or the XID and its owner, and that the API user may see the group.';
	}
	if (status === 409) return 'A group with this XID exists already: update that one, or choose another XID.';
	if (status === 429)
		return 'ThreatConnect asks for fewer requests: lower Options > Max Concurrent Requests.';
	if (status >= 500) return 'Run it again later; if it stays, ask the administrator of the instance.';
	return 'Check the fields of this item against the message.';
}

/** Connects with the credential that the node's Authentication parameter names. */
export async function connectThreatConnect(
	context: IExecuteFunctions,
	{ timeout }: RunOptions,
): Promise<ThreatConnect> {
	const credential =
		context.getNodeParameter('authentication', 0) === 'hmac'
			? new ThreatConnectHmacApi()
			: new ThreatConnectApi();
	const root = (baseUrl: unknown) => `${threatConnectBaseUrl(baseUrl)}/api/v3`;
	return new ThreatConnect(await connect(context, credential, root, timeout));
}
