import { certaintyOfLost, errorMessage, ServiceFailure } from '../core/errors';

/** Node's codes for a certificate that it does not accept. The request is not sent then. */
const CERTIFICATE_CODE =
	/^(CERT_|CRL_|DEPTH_ZERO_|ERR_TLS_CERT_|ERROR_IN_C|HOSTNAME_MISMATCH$|INVALID_(CA|PURPOSE)$|PATH_LENGTH_|SELF_SIGNED_|UNABLE_TO_)/;

/**
 * What a network's error code means, in plain words. The words leave the code out, because n8n replaces a message that
 * holds a code by its own message, which may invite the user to send the request again at once.
 *
 * @param code Node's or axios' code, e.g. `ENOTFOUND`
 * @param host the host that was asked
 * @param proxy the proxy that could not be reached, if it was not the host
 * @returns what happened, what to do, whether a repetition can help, and whether the request may have arrived
 */
export function explainNetworkCode(
	code: string,
	host: string,
	proxy?: string,
): { message: string; description: string; isTransient: boolean; mayHaveArrived: boolean } {
	if (proxy !== undefined) {
		return {
			message: `The proxy ${proxy} was not reached, through which n8n sends requests to ${host}`,
			description: `Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY in the environment of n8n, and that the proxy is up; or add the host to NO_PROXY.`,
			isTransient: code !== 'ENOTFOUND',
			mayHaveArrived: false,
		};
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return {
			message: `The host ${host} was not found`,
			description: 'Check the Base URL in the credential, and that n8n can reach that host.',
			// EAI_AGAIN comes from a name server that may be busy. ENOTFOUND means that the name does not exist.
			isTransient: code === 'EAI_AGAIN',
			mayHaveArrived: false,
		};
	}
	if (CERTIFICATE_CODE.test(code)) {
		return {
			message: `The certificate of ${host} is not trusted`,
			description:
				'Have the certificate fixed or its authority trusted by n8n (NODE_EXTRA_CA_CERTS). Only if you know why it cannot be verified, switch on "Ignore SSL Issues" in the credential.',
			isTransient: false,
			mayHaveArrived: false,
		};
	}
	if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
		return {
			message: `${host} could not be reached`,
			description: 'Check the Base URL and its port, and that the service is up and reachable from n8n.',
			isTransient: true,
			mayHaveArrived: false,
		};
	}
	if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
		return {
			message: `${host} does not speak HTTPS on this port`,
			description: 'Check the port in the Base URL.',
			isTransient: false,
			mayHaveArrived: false,
		};
	}
	return {
		message: `The connection to ${host} broke before an answer came`,
		description: 'Run it again once the network and the service are well.',
		isTransient: true,
		mayHaveArrived: true,
	};
}

/** The network's code. n8n wraps the HTTP layer's error, sometimes twice, and only the innermost error has the code. */
export function networkCode(error: unknown): string {
	for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
		const { code } = cause as { code?: unknown };
		if (typeof code === 'string' && code !== '') return code;
	}
	return '';
}

/**
 * The failure for an error of the HTTP layer, in plain words.
 *
 * @param mask takes secrets out of the HTTP layer's own words
 * @param proxy the proxy that could not be reached, if it was not the host
 */
export function networkFailure(
	error: unknown,
	host: string,
	request: string,
	timeout: number,
	{ mask = (text) => text, proxy }: { mask?: (text: string) => string; proxy?: string } = {},
): ServiceFailure {
	const code = networkCode(error);
	const details = { ...(code && { httpCode: code }), request };
	const certainty = certaintyOfLost(request);
	if (code === 'ERR_CANCELED') {
		const message = 'The execution was canceled while this request was under way';
		return new ServiceFailure(message, '', details, { certainty });
	}
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') return timeoutFailure(host, request, timeout, code);
	if (code === '') return new ServiceFailure(mask(errorMessage(error)), '', details, { certainty });
	const { message, description, isTransient, mayHaveArrived } = explainNetworkCode(code, host, proxy);
	return new ServiceFailure(message, description, details, {
		...(isTransient && { unanswered: 'connection' }),
		...(mayHaveArrived && { certainty }),
	});
}

/** @param timeout milliseconds */
export function timeoutFailure(
	host: string,
	request: string,
	timeout: number,
	httpCode = 'ETIMEDOUT',
): ServiceFailure {
	return new ServiceFailure(
		`${host} did not answer within ${seconds(timeout)}`,
		'Raise Options > Timeout if the service needs longer.',
		{ httpCode, request },
		{ certainty: certaintyOfLost(request), unanswered: 'timeout' },
	);
}

export function redirectFailure(status: number, request: string, target: string): ServiceFailure {
	return new ServiceFailure(
		`The server redirected the request to ${target}`,
		'Redirects are not followed, since they would carry the credential elsewhere. Enter the address that the service really has as Base URL in the credential.',
		{ httpCode: String(status), request },
	);
}

/** Milliseconds as seconds, for messages. */
export const seconds = (milliseconds: number) =>
	`${milliseconds < 10_000 ? milliseconds / 1000 : Math.round(milliseconds / 1000)} second${milliseconds === 1000 ? '' : 's'}`;
