import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { errorMessage, InvalidInput, withoutMarkup } from '../core/errors';
import { Clock } from '../http/clock';
import { hasPlainSecret, masked, maskedHeaders } from '../http/masking';
import { explainNetworkCode, networkCode } from '../http/networkErrors';
import { proxyOf, proxyRefusal, refuseProxy } from '../http/proxy';
import { excerpt, readBody, type ServiceResponse } from '../http/response';

type LegacyResponse = {
	statusCode: number;
	statusMessage?: string;
	headers: Record<string, unknown>;
	body: unknown;
};

const failed = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** The result of a credential test, and whether the time in the signature has to be corrected first. */
type Verdict = INodeCredentialTestResult & { isClockOff?: boolean };

/** What a response of a host says about the credential. JSON is left out of its text, because it says nothing to a person. */
type CredentialVerdict = (response: ServiceResponse, host: string) => Verdict;

const isJson = (text: string) => /^\s*[[{]/.test(text);

/** The status of an answer that does not come from the service, and what its page says. */
export const describeResponse = ({ status, statusText, text }: ServiceResponse): string =>
	`${status} ${statusText}${text && `: ${excerpt(text)}`}`.replace(/\.$/, '');

/** Whether a response without words shows that the service is not there. A gateway may refuse, or find the service gone. */
export const isForeign = ({ status }: ServiceResponse): boolean =>
	status < 500 && ![401, 403, 407, 429].includes(status);

const PLAIN_SECRET =
	'The key is short or looks like words: it cannot be hidden where the service repeats it. Use a longer, random one.';

/**
 * Tests a credential with one GET, and says in plain words what is wrong.
 *
 * This is a function of the node, because n8n's declarative credential test shows only HTTP's status text and the
 * network's code. n8n gives such a function only its older request helper.
 *
 * @param authenticate the credential type's own
 * @param url the full URL, made from the credential's data
 * @param credentialVerdict what the response says about the credential
 */
export async function testCredential(
	helpers: ICredentialTestFunctions['helpers'],
	{ data = {} }: ICredentialsDecrypted,
	authenticate: IAuthenticate,
	url: (baseUrl: unknown) => string,
	credentialVerdict: CredentialVerdict,
): Promise<INodeCredentialTestResult> {
	const { status, message } = await runTest(helpers, data, authenticate, url, credentialVerdict);
	return { status, message: withoutMarkup(message) };
}

async function runTest(
	helpers: ICredentialTestFunctions['helpers'],
	data: ICredentialDataDecryptedObject,
	authenticate: IAuthenticate,
	url: (baseUrl: unknown) => string,
	credentialVerdict: CredentialVerdict,
): Promise<INodeCredentialTestResult> {
	let uri = '';
	try {
		uri = url(data.baseUrl);
		// This reports a secret that cannot be sent, before anything else is tried.
		if (typeof authenticate === 'function') await authenticate(data, { url: uri });
		await refuseProxy(uri, async (nowhere) => await get(helpers, nowhere));
		const first = await ask(helpers, data, authenticate, uri);
		const clock = new Clock();
		const verdict = verdictOn(first, uri, credentialVerdict);
		if (verdict.isClockOff !== true || !clock.correct(first.headers.date, 0))
			return withWarning(verdict, data);
		// The nodes correct the time in the same way.
		const { correction } = clock;
		const second = await ask(helpers, { ...data, clockCorrection: correction }, authenticate, uri);
		const corrected = verdictOn(second, uri, credentialVerdict);
		if (corrected.status !== 'OK') return corrected;
		return withWarning({ status: 'OK', message: clockWarning(correction) }, data);
	} catch (error) {
		if (error instanceof InvalidInput) return failed(`${error.message}. ${error.description}`);
		const code = networkCode(error);
		if (code === '') return failed(masked(errorMessage(error), data));
		const { host } = new URL(uri);
		if (code === 'ECONNABORTED' || code === 'ETIMEDOUT')
			return failed(`${host} did not answer within 20 seconds.`);
		const { message, description } = explainNetworkCode(code, host, proxyOf(error, uri));
		return failed(`${message}. ${description}`);
	}
}

const get = async (helpers: ICredentialTestFunctions['helpers'], uri: string, more: object = {}) =>
	(await helpers.request({
		method: 'GET',
		uri,
		url: uri,
		json: false,
		simple: false,
		resolveWithFullResponse: true,
		followRedirect: false,
		timeout: 20_000,
		...more,
	})) as LegacyResponse;

async function ask(
	helpers: ICredentialTestFunctions['helpers'],
	data: ICredentialDataDecryptedObject,
	authenticate: IAuthenticate,
	uri: string,
): Promise<ServiceResponse> {
	const options = { uri, url: uri, method: 'GET', headers: { Accept: 'application/json' } } as const;
	const credentials = { ...data, isDirect: true };
	const signed = typeof authenticate === 'function' ? await authenticate(credentials, options) : options;
	const { statusCode, statusMessage, headers, body } = await get(helpers, uri, signed);
	return {
		status: statusCode,
		statusText: masked(statusMessage ?? '', data),
		headers: maskedHeaders(headers, data),
		...readBody(body, data),
		request: `GET ${new URL(uri).pathname}`,
		correction: 0,
	};
}

function verdictOn(response: ServiceResponse, uri: string, credentialVerdict: CredentialVerdict): Verdict {
	const { host } = new URL(uri);
	const { status, headers, request } = response;
	const refusal = proxyRefusal(uri, response, request);
	if (refusal) return failed(`${refusal.message}. ${refusal.description}`);
	if (status >= 300 && status < 400) {
		const target = String(headers.location ?? 'another address');
		return failed(
			`${host} redirects to ${target}. Enter the address that the service really has as Base URL.`,
		);
	}
	return credentialVerdict(isJson(response.text) ? { ...response, text: '' } : response, host);
}

function withWarning(verdict: Verdict, data: ICredentialDataDecryptedObject): INodeCredentialTestResult {
	const { status, message } = verdict;
	if (status !== 'OK' || !hasPlainSecret(data)) return verdict;
	return { status, message: `${message} ${PLAIN_SECRET}` };
}

function clockWarning(correction: number): string {
	const minutes = Math.round(Math.abs(correction) / 60_000);
	const side = correction > 0 ? 'behind' : 'ahead of';
	return `Connection successful! But the clock of the machine that runs n8n is ${minutes} minutes ${side} the clock of the service. The node signs with the service's time. Synchronize the clock.`;
}
