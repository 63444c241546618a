import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { encodeComponent } from '../../credentials/request';
import { Clock } from './clock';
import { Deadline } from './deadline';
import { DOUBT, errorMessage, explainNetworkCode, InvalidInput, isWrite, ServiceFailure } from './errors';
import { parseJson, stringifyJson } from './json';
import { Pace } from './pace';
import { type RetryRules, withRetries } from './retry';
import { inQuotes } from './values';

/** A service as one run of a node sees it; its credential is decrypted once. */
export type Connection = {
	context: IExecuteFunctions | ILoadOptionsFunctions;
	credentialType: string;
	credentials: ICredentialDataDecryptedObject;
	/** e.g. `https://app.threatconnect.com/api/v3` */
	root: string;
	/** Milliseconds that one request may take. */
	timeout: number;
	pace: Pace;
	clock: Clock;
	/** JSON has come: it is the service that answers. */
	hasAnswered: boolean;
	/** An answer that no repetition will change, although its status looks so. */
	isFinal?(reply: Reply): boolean;
	/** Changes what a refusal was about; `true` when the request is worth sending again. */
	mend?(reply: Reply): boolean;
};

export type ServiceRequest = {
	/** n8n's type lacks OPTIONS; its HTTP layer sends any method. */
	method: IHttpRequestMethods | 'OPTIONS';
	/** Built by `pathOf`. */
	path: string;
	/** Pairs in order; a name may repeat. */
	query?: ReadonlyArray<readonly [name: string, value: string]>;
	/** Sent as JSON. */
	body?: unknown;
	/** Done twice it is the same as done once, so that it may be sent again when its answer was lost. Default: reads. */
	idempotent?: boolean;
};

export type ConnectionOptions = {
	/** Milliseconds that one request may take. */
	timeout: number;
	/** The most requests that are under way at once. */
	maxConcurrentRequests: number;
};

/** Aborted when the execution is cancelled. */
export const cancelSignal = ({ context }: Connection): AbortSignal | undefined =>
	'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;

/** The credential fields that must never be seen. */
const SECRET_FIELDS = ['apiToken', 'secretKey', 'apiKey'];

/** An answer, whatever its status. */
export type Reply = {
	status: number;
	statusText: string;
	headers: Record<string, unknown>;
	/** Parsed without losing a digit; `undefined` when the answer is no JSON. */
	json: unknown;
	text: string;
	/** For messages, e.g. `POST /api/v3/groups`. */
	request: string;
	/** Milliseconds by which the time that it was signed with was corrected. */
	correction: number;
	/** An earlier attempt may have been done, whatever this answer says. */
	mayBeDone?: boolean;
};

/**
 * A path from its segments, each percent-encoded.
 *
 * @throws InvalidInput for a segment that would make it another path: an empty one, `.` or `..`
 */
export function pathOf(...segments: string[]): string {
	return segments
		.map((segment) => {
			if (segment === '' || segment === '.' || segment === '..') {
				throw new InvalidInput(`"${segment}" cannot stand in the path of a request`, 'Give an ID.');
			}
			return `/${encoded(segment, 'The ID')}`;
		})
		.join('');
}

/** Servers refuse longer addresses without a word, or break the connection. */
const LONGEST_IN_ADDRESS = 16_000;

function encoded(text: string, what: string): string {
	if (text.length > LONGEST_IN_ADDRESS) {
		throw new InvalidInput(
			`${what} ${inQuotes(text)} has ${text.length} characters, too many for the address of a request`,
			'Shorten it.',
		);
	}
	try {
		return encodeComponent(text);
	} catch (error) {
		throw notEncodable(`${what} ${inQuotes(text)}`, error);
	}
}

const notEncodable = (what: string, error: unknown) =>
	new InvalidInput(`${what}: ${errorMessage(error)}`, 'Cut texts between characters.');

/**
 * Decrypts the credential once for a run and checks it before anything is sent.
 *
 * @param rootOf the root of the API, from the credential's Base URL
 * @throws NodeOperationError when the address or a secret cannot be used
 */
export async function connect(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	{ name, authenticate }: ICredentialType,
	rootOf: (baseUrl: unknown) => string,
	{ timeout, maxConcurrentRequests }: ConnectionOptions,
): Promise<Connection> {
	const credentials = await context.getCredentials(name);
	try {
		const root = rootOf(credentials.baseUrl);
		if (typeof authenticate === 'function') await authenticate(credentials, { url: root });
		const pace = new Pace(maxConcurrentRequests);
		return {
			context,
			credentialType: name,
			credentials,
			root,
			timeout,
			pace,
			clock: new Clock(),
			hasAnswered: false,
		};
	} catch (error) {
		throw new NodeOperationError(context.getNode(), errorMessage(error), { level: 'warning' });
	}
}

/**
 * Sends one request and returns its answer, whatever its status; sends it again where the rules of `withRetries` say so.
 *
 * @throws ServiceFailure when no answer came, or one that leads elsewhere
 */
export async function send(connection: Connection, request: ServiceRequest): Promise<Reply> {
	const { body, method, idempotent = method === 'GET' || method === 'OPTIONS' } = request;
	const content = {
		headers: {
			Accept: 'application/json',
			...(body !== undefined && { 'Content-Type': 'application/json' }),
		},
		...(body !== undefined && { body: stringifyJson(body) }),
		encoding: 'text' as const,
	};
	return await withRetries({ ...rulesOf(connection, method, idempotent), kind: method }, async () => {
		// Files may take as long as they take; this must not.
		const deadline = new Deadline(connection.context, connection.timeout);
		try {
			const reply = await exchange(connection, request, content, deadline);
			const read = readBody(reply.body, connection.credentials);
			if (read.json !== undefined) connection.hasAnswered = true;
			return { ...reply, ...read };
		} finally {
			deadline.end();
		}
	});
}

const rulesOf = (
	connection: Connection,
	method: ServiceRequest['method'],
	idempotent: boolean,
): RetryRules<Reply> => ({
	pace: connection.pace,
	signal: cancelSignal(connection),
	writes: isWrite(method),
	idempotent,
	isFinal: connection.isFinal,
	isGarbled: ({ json }) => json === undefined,
	isKnown: () => connection.hasAnswered,
	mend: connection.mend,
});

/** Bytes as n8n hands them out: all of them, or a stream, so that a file need not fit into memory. */
export type Bytes = Buffer | Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;
export type ByteStream = Exclude<Bytes, Buffer>;

/**
 * Sends bytes as the body, and returns the answer as `send` does.
 *
 * @param open gives the bytes from the first on, and how many there are: asked for each attempt, since a stream can be
 *   sent once
 * @throws ServiceFailure as `send`
 */
export async function sendBytes(
	connection: Connection,
	request: Omit<ServiceRequest, 'body'>,
	open: () => Promise<{ bytes: Bytes; length: number }>,
): Promise<Reply> {
	const { method, idempotent = false } = request;
	return await withRetries(rulesOf(connection, method, idempotent), async () => {
		const { bytes, length } = await open();
		const headers = {
			Accept: 'application/json',
			'Content-Type': 'application/octet-stream',
			'Content-Length': length,
		};
		try {
			const reply = await exchange(connection, request, { headers, body: bytes, encoding: 'text' });
			return { ...reply, ...readBody(reply.body, connection.credentials) };
		} finally {
			// A server that refuses need not have read to the end.
			if (!Buffer.isBuffer(bytes)) bytes.destroy();
		}
	});
}

/** An answer with bytes: a stream on success, otherwise text like any other answer. */
export type BytesReply = Reply & { stream?: ByteStream };

/**
 * Fetches bytes as a stream.
 *
 * @throws ServiceFailure as `send`
 */
export async function fetchBytes(
	connection: Connection,
	request: Omit<ServiceRequest, 'body'>,
): Promise<BytesReply> {
	return await withRetries<BytesReply>(
		{ ...rulesOf(connection, request.method, true), isGarbled: ({ stream }) => stream === undefined },
		async () => {
			const reply = await exchange(connection, request, {
				// As it is: compressed, its length would not be known.
				headers: { Accept: 'application/octet-stream', 'Accept-Encoding': 'identity' },
				encoding: 'stream',
			});
			const stream = reply.body as ByteStream;
			// With a status of success too: a proxy's login page, or an error that is none by its status.
			const isText = /^(text\/html|application\/json)/i.test(String(reply.headers['content-type'] ?? ''));
			if (reply.status >= 200 && reply.status < 300 && !isText) {
				return { ...reply, stream, text: '', json: undefined };
			}
			return { ...reply, ...readBody(await beginningOf(stream), connection.credentials) };
		},
	);
}

/** Enough for any message. */
const MESSAGE_BYTES = 64 * 1024;

async function beginningOf(stream: ByteStream): Promise<string> {
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream) {
		chunks.push(Buffer.from(chunk as Buffer));
		length += (chunk as Buffer).length;
		if (length > MESSAGE_BYTES) break;
	}
	return Buffer.concat(chunks).toString();
}

/**
 * One request and its answer, with the body as it came.
 *
 * The URL is complete, so that n8n has nothing left to encode; redirects are not followed, since they would carry the
 * credential elsewhere; and n8n's second try on a 401 is off, since it would write twice.
 */
async function exchange(
	{ context, credentialType, credentials, root, timeout, clock }: Connection,
	{ method, path, query = [] }: ServiceRequest,
	content: Pick<IHttpRequestOptions, 'headers' | 'body' | 'encoding'>,
	deadline?: Deadline<Connection['context']>,
): Promise<Omit<Reply, 'json' | 'text'> & { body: unknown }> {
	const search = query
		.map(([name, value]) => `${encodeComponent(name)}=${encoded(value, `The parameter "${name}"`)}`)
		.join('&');
	const url = `${root}${path}${search && `?${search}`}`;
	const request = `${method} ${new URL(root + path).pathname}`;
	const options: IHttpRequestOptions = {
		method: method as IHttpRequestMethods,
		url,
		...content,
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		disableFollowRedirect: true,
		timeout,
	};
	const { correction } = clock;
	// For what signs with the time: the credential that is stored stays as it is.
	const data = correction === 0 ? credentials : { ...credentials, clockCorrection: correction };
	let answer;
	try {
		const caller = deadline?.context ?? context;
		answer = (await context.helpers.httpRequestWithAuthentication.call(caller, credentialType, options, {
			credentialsDecrypted: { id: '', name: '', type: credentialType, data },
			preAuthenticationRetryStatusCode: [],
		})) as { statusCode: number; statusMessage?: string; headers: Record<string, unknown>; body: unknown };
	} catch (error) {
		if (deadline?.isPast) throw timeoutFailure(new URL(url).host, request, deadline.total);
		throw networkFailure(error, new URL(url).host, request, timeout);
	}
	const { statusCode: status, headers, body } = answer;
	const statusText = masked(answer.statusMessage ?? '', credentials);
	clock.note(headers.date);
	if (status >= 300 && status < 400) {
		const target = masked(String(headers.location ?? 'another address'), credentials);
		throw redirectFailure({ status, request }, target);
	}
	return { status, statusText, headers, body, request, correction };
}

/**
 * An answer's body as text and, where it is JSON, parsed. A server or proxy that echoes the request must not bring a
 * secret into items and messages: it is masked.
 */
export function readBody(
	body: unknown,
	secrets: ICredentialDataDecryptedObject,
): Pick<Reply, 'text' | 'json'> {
	const given = typeof body === 'string' ? body : isNothing(body) ? '' : stringifyJson(body);
	const text = masked(given, secrets);
	if (!/^\s*[[{]/.test(text)) return { text, json: undefined };
	try {
		return { text, json: parseJson(text) };
	} catch {
		return { text, json: undefined };
	}
}

/** Text of a server without the credential's secrets, as they are or in the forms of JSON and URLs. */
export function masked(text: string, secrets: ICredentialDataDecryptedObject): string {
	return SECRET_FIELDS.reduce((rest, name) => {
		const secret = secrets[name];
		return typeof secret === 'string' && secret.length > 3 ? withoutSecret(rest, secret) : rest;
	}, text);
}

function withoutSecret(text: string, secret: string): string {
	// The same in all forms: a large answer is searched once, and not for each of them.
	const core = (secret.match(/[a-z\d]+/gi) ?? []).reduce(
		(longest, run) => (run.length > longest.length ? run : longest),
		'',
	);
	if (!text.includes(core)) return text;
	const inJson = JSON.stringify(secret).slice(1, -1);
	const forms = [
		secret,
		inJson,
		inJson.replaceAll('/', '\\/'),
		encodeURIComponent(secret),
		encodeComponent(secret),
	];
	return forms.reduce((rest, form) => rest.replaceAll(form, '*****'), text);
}

const isNothing = (value: unknown) => value === undefined || value === null;

function redirectFailure({ status, request }: Pick<Reply, 'status' | 'request'>, target: string) {
	return new ServiceFailure(
		`The server redirected the request to ${target}`,
		'Redirects are not followed, since they would carry the credential elsewhere. Enter the address that the service really has as Base URL in the credential.',
		{ httpCode: String(status), request },
	);
}

/** n8n wraps what the HTTP layer threw, sometimes twice; the code is on the innermost. */
export function networkCode(error: unknown): string {
	for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
		const { code } = cause as { code?: unknown };
		if (typeof code === 'string' && code !== '') return code;
	}
	return '';
}

function networkFailure(error: unknown, host: string, request: string, timeout: number): ServiceFailure {
	const code = networkCode(error);
	const details = { ...(code && { httpCode: code }), request };
	const doubt = isWrite(request) ? DOUBT : '';
	if (code === 'ERR_CANCELED') {
		const message = 'The execution was cancelled while this request was under way';
		return new ServiceFailure(message, '', details, { doubt });
	}
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT') return timeoutFailure(host, request, timeout, code);
	if (code === '') return new ServiceFailure(errorMessage(error), '', details, { doubt });
	const { message, description, certainty } = explainNetworkCode(code, host);
	const outcome = certainty === 'unknown' ? { certainty, doubt } : { certainty };
	return new ServiceFailure(message, description, details, outcome);
}

function timeoutFailure(
	host: string,
	request: string,
	timeout: number,
	httpCode = 'ETIMEDOUT',
): ServiceFailure {
	return new ServiceFailure(
		`${host} did not answer within ${seconds(timeout)}`,
		'Raise Options > Timeout if the service needs longer.',
		{ httpCode, request },
		{ certainty: 'unknown', isTimeout: true, doubt: isWrite(request) ? DOUBT : '' },
	);
}

/**
 * What is known of a request that was answered without success. A server error, or a success without the service's JSON
 * (a proxy's page, an empty body), does not tell whether a write was done.
 */
export function outcomeOf({ request, status, json, mayBeDone }: Reply): ServiceFailure['outcome'] {
	const isUnclear = status < 300 ? json === undefined : status >= 500 && status !== 503;
	if (!isUnclear) return mayBeDone ? { certainty: 'unknown', doubt: DOUBT } : {};
	// A gateway that gave up waiting: what is behind it may go on.
	const isTimeout = status === 504;
	return { certainty: 'unknown', isTimeout, ...(isWrite(request) && { doubt: DOUBT }) };
}

const seconds = (milliseconds: number) => `${milliseconds / 1000} second${milliseconds === 1000 ? '' : 's'}`;

/** The start of an answer that is no JSON, for messages: markup removed, white space collapsed. */
export function excerpt(text: string): string {
	const plain = text
		.slice(0, 4000)
		.replace(/<(style|script)[^]*?<\/\1>|<[^>]*>/gi, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	return plain.length > 200 ? `${plain.slice(0, 200)} (cut)` : plain;
}
