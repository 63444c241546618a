import { InvalidInput, ServiceFailure } from '../core/errors';

/**
 * Plain HTTP is allowed for loopback addresses only. If n8n's environment names a proxy, n8n's HTTP layer sends even
 * these requests to the proxy, which would read the secret. n8n has no option to go past such a proxy, and nodes may
 * not read the environment. Therefore a request without the secret is sent first, to a port where nothing can listen.
 * Only a proxy can answer it.
 */

/** Nothing can listen at it. */
const UNUSABLE_PORT = 0;

/**
 * @param root the address that the secret will go to
 * @param ask sends a GET without any credential
 * @throws InvalidInput when plain HTTP to that host goes through a proxy
 */
export async function refuseProxy(root: string, ask: (url: string) => Promise<unknown>): Promise<void> {
	const { protocol, hostname, host } = new URL(root);
	if (protocol !== 'http:') return;
	let proxy = '';
	try {
		await ask(`http://${hostname}:${UNUSABLE_PORT}/`);
	} catch (error) {
		const tried = connectionOf(error);
		// The request was not even tried, e.g. because n8n's own rules forbid the address. The real request will report
		// this.
		if (tried === undefined || (tried.connects && !tried.port)) return;
		proxy = tried.port ? ` at ${tried.name}:${tried.port}` : ` at ${tried.name}`;
	}
	throw new InvalidInput(
		`Plain HTTP to ${host} goes through a proxy${proxy}, which would see the secret`,
		`Nothing was sent. Add ${hostname} to NO_PROXY in the environment of n8n, or use HTTPS.`,
	);
}

/**
 * @param target the URL that was asked for
 * @returns the proxy that could not be reached, e.g. `10.0.0.1:3128`; `undefined` when it was the target itself
 */
export function proxyOf(error: unknown, target: string): string | undefined {
	const { hostname, port, protocol } = new URL(target);
	const tried = connectionOf(error);
	if (tried === undefined) return undefined;
	const own = Number(port || (protocol === 'http:' ? 80 : 443));
	if (tried.connects) return tried.port && tried.port !== own ? `${tried.name}:${tried.port}` : undefined;
	return tried.name !== '' && tried.name !== hostname ? tried.name : undefined;
}

/**
 * What a proxy says instead of a tunnel to the service. Its words are left out: it may repeat the name and the password that
 * n8n's environment has for it, and nodes cannot know these.
 *
 * @param target the URL that was asked for
 * @param request the request line, for messages
 * @returns `undefined` when the answer is not a proxy's
 */
export function proxyRefusal(
	target: string,
	{ status, headers }: { status: number; headers: object },
	request: string,
): ServiceFailure | undefined {
	const { host, protocol } = new URL(target);
	// A tunnel that was refused leaves no headers. A service always sends some.
	const isTunnel = protocol === 'https:' && status >= 400 && Object.keys(headers).length === 0;
	if (status !== 407 && !isTunnel) return undefined;
	return new ServiceFailure(
		`A proxy between n8n and ${host} refused the way to it with ${status}`,
		'Check HTTPS_PROXY and ALL_PROXY in the environment of n8n, or add the host to NO_PROXY.',
		{ httpCode: String(status), request },
		{ ...(status >= 500 && { unanswered: 'connection' }) },
	);
}

type Tried = {
	/** Whether an address was tried; otherwise a name was looked up. */
	connects: boolean;
	name: string;
	port: number;
};

/** What the HTTP layer tried to connect to when it failed, according to the innermost error. */
function connectionOf(error: unknown): Tried | undefined {
	for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as Error).cause) {
		const [first] = (cause as { errors?: unknown[] }).errors ?? [];
		const { syscall, address, hostname, port } = (first ?? cause) as Record<string, unknown>;
		if (syscall === 'connect') return { connects: true, name: String(address), port: Number(port ?? 0) };
		if (syscall === 'getaddrinfo') return { connects: false, name: String(hostname ?? ''), port: 0 };
	}
	return undefined;
}
