import type {
	IAuthenticate,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { errorMessage } from '../core/errors';
import { explainNetworkCode, networkCode } from '../http/networkErrors';
import { masked } from '../http/masking';
import { readBody, type ServiceResponse } from '../http/response';

type LegacyAnswer = {
	statusCode: number;
	statusMessage?: string;
	headers: Record<string, unknown>;
	body: unknown;
};

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/**
 * Tests a credential with one GET, and says in plain words what is wrong.
 *
 * A function of the node, because n8n's declarative credential test shows only HTTP's status text and the network's
 * code. The request helper of such a function is n8n's older one: it gets no other.
 *
 * @param authenticate the credential type's own
 * @param url the full URL, made from the credential's data
 * @param judge what the answer says about the credential
 */
export async function testCredential(
	helpers: ICredentialTestFunctions['helpers'],
	{ data = {} }: ICredentialsDecrypted,
	authenticate: IAuthenticate,
	url: (baseUrl: unknown) => string,
	judge: (reply: ServiceResponse) => INodeCredentialTestResult,
): Promise<INodeCredentialTestResult> {
	let host = '';
	try {
		const uri = url(data.baseUrl);
		host = new URL(uri).host;
		const options = {
			method: 'GET',
			uri,
			url: uri,
			headers: { Accept: 'application/json' },
			json: false,
			simple: false,
			resolveWithFullResponse: true,
			followRedirect: false,
			timeout: 20_000,
		} as unknown as IHttpRequestOptions;
		const signed = typeof authenticate === 'function' ? await authenticate(data, options) : options;
		const answer = (await helpers.request(signed)) as LegacyAnswer;
		if (answer.statusCode >= 300 && answer.statusCode < 400) {
			const target = masked(String(answer.headers.location ?? 'another address'), data);
			return failed(
				`${host} redirects to ${target}. Enter the address that the service really has as Base URL.`,
			);
		}
		return judge({
			status: answer.statusCode,
			statusText: masked(answer.statusMessage ?? '', data),
			headers: answer.headers,
			...readBody(answer.body, data),
			request: `GET ${new URL(uri).pathname}`,
			correction: 0,
		});
	} catch (error) {
		const code = networkCode(error);
		if (code === '') return failed(errorMessage(error));
		if (code === 'ECONNABORTED' || code === 'ETIMEDOUT')
			return failed(`${host} did not answer within 20 seconds.`);
		const { message, description } = explainNetworkCode(code, host);
		return failed(`${message}. ${description}`);
	}
}
