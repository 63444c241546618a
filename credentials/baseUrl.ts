import { UserError } from 'n8n-workflow';

/**
 * Whether a text may be a secret that was pasted by mistake, which no message may repeat. A label of a host name is rarely
 * as long as this. A host of one such label is refused, because a look-up of its address would show the secret.
 */
const mayBeSecret = (text: string) => text.includes('@') || /[^\s./:?#[\]-]{20,}/.test(text);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The root to which a service's API paths are appended, made from any form of the address that a user pasted: with or
 * without a scheme, trailing slashes, or the API's own path.
 *
 * @param pasted e.g. `app.example.com/`, `https://app.example:8443/api/v3`
 * @param apiPaths the API paths that users leave on the end, longest first, e.g. `['/api/v3', '/api']`
 * @returns origin and any path before the API's, without a trailing slash, e.g. `https://app.example:8443`
 * @throws UserError when it is not an address that a secret may be sent to
 */
export function normalizeBaseUrl(pasted: unknown, apiPaths: readonly string[]): string {
	const text = typeof pasted === 'string' ? pasted.trim() : '';
	if (text === '') {
		throw new UserError('The Base URL is empty. Enter the address of your instance in the credential.');
	}
	// `URL` is not used here, because it is lenient: "https:/host" or a line break would make it another host.
	const [, scheme, rest = ''] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text) ?? [undefined, 'https', text];
	const shown = mayBeSecret(text) ? '' : ` "${text}"`;
	const [host = ''] = rest.split(/[/?#]/);
	const isAddress =
		/^[^\s\\/@]/.test(rest) &&
		!/\s/.test(rest) &&
		!/^https?([:/\\]|$)/i.test(rest) &&
		(host.includes('.') || host.includes('@') || !mayBeSecret(host));
	if (!isAddress || !URL.canParse(`https://${rest}`)) {
		throw new UserError(`The Base URL${shown} is not an address. Write it like https://app.example.com.`);
	}
	const url = new URL(`${scheme?.toLowerCase() === 'http' ? 'http' : 'https'}://${rest}`);
	if (url.username || url.password) {
		throw new UserError('The Base URL holds a user name or password. Leave them out of the address.');
	}
	const secure = scheme?.toLowerCase() === 'https';
	if (!secure && !(scheme?.toLowerCase() === 'http' && LOOPBACK.test(url.hostname))) {
		throw new UserError(
			`The Base URL${shown} does not use HTTPS, which protects the secret on its way. Write https:// instead.`,
		);
	}
	if (url.search || url.hash) {
		throw new UserError(`The Base URL${shown} goes on after the path. Remove everything from "?" or "#" on.`);
	}
	let path = url.pathname.replace(/\/+$/, '');
	const apiPath = apiPaths.find((candidate) => path.toLowerCase().endsWith(candidate));
	if (apiPath) path = path.slice(0, -apiPath.length).replace(/\/+$/, '');
	return url.origin + path;
}
