import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';

/** The options of n8n's older request helper, which n8n's HTTP Request node and credential tests use. */
type LegacyOptions = {
	uri?: string;
	useQuerystring?: boolean;
	qsStringifyOptions?: { arrayFormat?: IHttpRequestOptions['arrayFormat'] };
	rejectUnauthorized?: boolean;
};

/** What stands before a secret in a header that was copied as a whole. */
const HEADER_PREFIX = /^(Authorization:|X-SSAPI-KEY:|Bearer\b|TC-Token\b)\s*:?\s/i;

/**
 * A secret that can be sent, without the white space that a careless paste leaves around it.
 *
 * @throws UserError when it is empty, begins like a header, or holds anything but visible ASCII, which would make a
 *   header invalid
 */
export function readSecret(value: unknown, label: string): string {
	const secret = typeof value === 'string' ? value.trim() : '';
	if (secret === '') throw new UserError(`The ${label} is empty. Enter it in the credential.`);
	const [, prefix] = HEADER_PREFIX.exec(secret) ?? [];
	if (prefix !== undefined) {
		throw new UserError(
			`The ${label} begins with "${prefix}", which is not a part of it. Enter only what follows.`,
		);
	}
	if (/[^!-~]/.test(secret)) {
		throw new UserError(
			`The ${label} holds a space, a line break or another character that no key has. Paste it again without it.`,
		);
	}
	return secret;
}

/**
 * Encodes a text by RFC 3986. `!'()*` are encoded too, so that no HTTP layer below has anything left to encode again.
 *
 * @throws UserError for half a character (a lone surrogate), which has no encoding
 */
export function encodeComponent(text: string): string {
	if (/\p{Surrogate}/u.test(text)) {
		throw new UserError(
			'A value for the URL holds half a character: it was cut in the middle of an emoji or the like.',
		);
	}
	return encodeURIComponent(text).replace(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

function queryPairs(
	key: string,
	value: unknown,
	arrayFormat: IHttpRequestOptions['arrayFormat'],
): Array<[string, string]> {
	if (value === undefined) return [];
	if (value === null) return [[key, '']];
	if (Array.isArray(value)) {
		if (arrayFormat === 'comma') return value.length > 0 ? [[key, value.map(scalar).join(',')]] : [];
		return value.flatMap((entry: unknown, index) => {
			const suffix = arrayFormat === 'repeat' ? '' : arrayFormat === 'brackets' ? '[]' : `[${index}]`;
			return queryPairs(key + suffix, entry, arrayFormat);
		});
	}
	if (typeof value === 'object' && !(value instanceof Date)) {
		return Object.entries(value).flatMap(([name, entry]) =>
			queryPairs(`${key}[${name}]`, entry, arrayFormat),
		);
	}
	return [[key, scalar(value)]];
}

const scalar = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value));

/**
 * The full URL of a request, including its query, so that what is signed is what is sent. n8n would add `qs` only after
 * the credential has signed.
 */
function fullUrl(options: IHttpRequestOptions & LegacyOptions): URL {
	const target = options.url ?? options.uri ?? '';
	const base = options.baseURL;
	const joined =
		base && !/^[a-z][a-z\d+.-]*:\/\//i.test(target)
			? `${base.replace(/\/+$/, '')}/${target.replace(/^\/+/, '')}`
			: target;
	if (!URL.canParse(joined))
		throw new UserError(`The URL "${joined}" is not complete. Write it with https://.`);
	const url = new URL(joined);
	const arrayFormat =
		options.arrayFormat ??
		options.qsStringifyOptions?.arrayFormat ??
		(options.useQuerystring ? 'repeat' : 'indices');
	const added = Object.entries(options.qs ?? {})
		.flatMap(([key, value]) => queryPairs(key, value, arrayFormat))
		.map(([key, value]) => `${encodeComponent(key)}=${encodeComponent(value)}`)
		.join('&');
	if (added !== '') url.search = url.search.length > 1 ? `${url.search}&${added}` : added;
	url.hash = '';
	// With a user name in the URL, the HTTP layer would replace the credential's header.
	url.username = '';
	url.password = '';
	return url;
}

/**
 * Enforces n8n's "Allowed HTTP Request Domains", because n8n enforces it only in its HTTP Request node and in
 * declarative nodes. `*.example.com` is any subdomain of example.com. "None" concerns only the HTTP Request node, as
 * n8n's own text says.
 *
 * @throws UserError when the list does not hold the host
 */
function refuseOtherDomains(credentials: ICredentialDataDecryptedObject, { hostname }: URL): void {
	const { allowedHttpRequestDomains: mode, allowedDomains } = credentials;
	if (mode !== 'domains') return;
	const plain = (domain: string) => domain.trim().toLowerCase().replace(/\.$/, '');
	const allowed = (typeof allowedDomains === 'string' ? allowedDomains : '').split(',').map(plain);
	const host = plain(hostname);
	const isAllowed = allowed.some((domain) =>
		domain.startsWith('*.') ? domain.length > 2 && host.endsWith(domain.slice(1)) : domain === host,
	);
	if (isAllowed) return;
	throw new UserError(
		`The credential does not allow requests to ${hostname}. Nothing was sent. Add it to Allowed Domains in the credential, or correct the Base URL.`,
	);
}

/**
 * The service itself as a proxy. A server accepts requests in the form for proxies too, as RFC 9112, 3.2.2 requires.
 */
function asProxy({ origin, hostname, port }: URL, isLegacy: boolean) {
	if (isLegacy) return origin as unknown as IHttpRequestOptions['proxy'];
	return { protocol: 'http', host: hostname, port: Number(port || 80) };
}

/**
 * A request with a credential's headers, for all callers in n8n: our nodes, the HTTP Request node and credential tests.
 * The caller's object is not changed. Each attempt needs another call, because each attempt gets a new signature.
 *
 * @param baseUrl the root from the credential; the secret goes to no other origin
 * @param headers makes the credential's headers from the upper-case method and the path with query exactly as it is
 *   sent
 * @throws UserError when the request goes to another origin than the credential's, or to a domain that it does not
 *   allow
 */
export function authenticatedRequest(
	credentials: ICredentialDataDecryptedObject,
	options: IHttpRequestOptions,
	baseUrl: string,
	headers: (method: string, pathAndQuery: string) => Record<string, string>,
): IHttpRequestOptions {
	const legacy: IHttpRequestOptions & LegacyOptions = options;
	const url = fullUrl(legacy);
	const { origin } = new URL(baseUrl);
	if (url.origin !== origin) {
		throw new UserError(
			`This credential is for ${origin}, but the request goes to ${url.origin}. Nothing was sent. Change the URL, or the Base URL in the credential.`,
		);
	}
	refuseOtherDomains(credentials, url);
	const added = headers((options.method ?? 'GET').toUpperCase(), url.pathname + url.search);
	const replaced = new Set(Object.keys(added).map((name) => name.toLowerCase()));
	const kept = Object.entries(options.headers ?? {}).filter(([name]) => !replaced.has(name.toLowerCase()));
	const insecure = credentials.ignoreSslIssues === true;
	const isPlain = url.protocol === 'http:';
	if (isPlain && options.proxy) {
		throw new UserError(
			`The request to ${url.host} has a proxy, which would see the secret, because the Base URL does not use HTTPS. Nothing was sent. Remove the proxy, or use HTTPS.`,
		);
	}
	const authenticated = {
		...legacy,
		url: url.href,
		...(legacy.uri !== undefined && { uri: url.href }),
		headers: { ...Object.fromEntries(kept), ...added },
		// A redirect would carry the secret along, because n8n drops only the Authorization header. A signature would not
		// fit the new address either. Each of n8n's two request helpers has its own option.
		disableFollowRedirect: true,
		followRedirect: false,
		followAllRedirects: false,
		maxRedirects: 0,
		// Our nodes have checked that there is no proxy. Other callers, such as HTTP Request, get the service itself as the
		// proxy. Otherwise n8n's HTTP layer would use the proxy of its environment, which would see the secret.
		...(isPlain && credentials.isDirect !== true && { proxy: asProxy(url, legacy.uri !== undefined) }),
		...(insecure && { skipSslCertificateValidation: true, rejectUnauthorized: false }),
	};
	// Both are part of the URL now.
	delete authenticated.qs;
	delete authenticated.baseURL;
	return authenticated;
}
