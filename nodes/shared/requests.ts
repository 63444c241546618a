import type { IExecuteFunctions, IHttpRequestMethods, IHttpRequestOptions } from 'n8n-workflow';

import { type Query, queryString } from './addresses';
import { cancelSignal, type Connection } from './connection';
import { type Deadline, LONGEST_TIMER, stoppable } from './deadline';
import { isWrite } from './errors';
import { stringifyJson } from './json';
import { networkFailure, redirectFailure, timeoutFailure } from './network';
import { masked, readBody, type Reply } from './replies';
import { type RetryRules, withRetries } from './retry';

export type ServiceRequest = {
	/** n8n's type lacks OPTIONS; its HTTP layer sends any method. */
	method: IHttpRequestMethods | 'OPTIONS';
	/** Built by `pathOf`. */
	path: string;
	query?: Query;
	/** Sent as JSON. */
	body?: unknown;
	/** Done twice it is the same as done once, so that it may be sent again when its answer was lost. Default: reads. */
	idempotent?: boolean;
};

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
		// Files take as long as they take; this must not.
		const deadline = connection.deadlines.next();
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
type ByteStream = Exclude<Bytes, Buffer>;

/** Bytes a millisecond, at the least. */
const SLOWEST = 128;
/** Milliseconds, of a file whose length is not told. */
const LONGEST_DOWNLOAD = 3_600_000;
/** @returns milliseconds that so many bytes may take: the time-out, and a second for each 128 kB */
const timeForBytes = (timeout: number, length: number) =>
	Math.min(timeout + Math.round((length || 0) / SLOWEST), LONGEST_TIMER);

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
			// The HTTP layer's time-out runs from the first byte that is sent until the answer begins.
			const sending = { ...connection, timeout: timeForBytes(connection.timeout, length) };
			const reply = await exchange(sending, request, { headers, body: bytes, encoding: 'text' });
			return { ...reply, ...readBody(reply.body, connection.credentials) };
		} finally {
			// A server that refuses need not have read to the end.
			if (!Buffer.isBuffer(bytes)) bytes.destroy();
		}
	});
}

/** An answer with bytes: a stream on success, otherwise text like any other answer. */
type BytesReply = Reply & {
	stream?: ByteStream;
	/** @returns the milliseconds after which the stream was ended before its end; `undefined` if it was not */
	lateAfter?(): number | undefined;
};

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
			const { context, endAfter, isLate } = stoppable(connection.context);
			const reply = await exchange({ ...connection, context }, request, {
				// As it is: compressed, its length would not be known.
				headers: { Accept: 'application/octet-stream', 'Accept-Encoding': 'identity' },
				encoding: 'stream',
			});
			const stream = reply.body as ByteStream;
			const length = reply.headers['content-length'];
			const total =
				length === undefined ? LONGEST_DOWNLOAD : timeForBytes(connection.timeout, Number(length));
			endAfter(total, stream);
			// With a status of success too: a proxy's login page, or an error that is none by its status.
			const isText = /^(text\/html|application\/json)/i.test(String(reply.headers['content-type'] ?? ''));
			if (reply.status >= 200 && reply.status < 300 && !isText) {
				const lateAfter = () => (isLate() ? total : undefined);
				return { ...reply, stream, lateAfter, text: '', json: undefined };
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
	try {
		for await (const chunk of stream) {
			chunks.push(Buffer.from(chunk as Buffer));
			length += (chunk as Buffer).length;
			if (length > MESSAGE_BYTES) break;
		}
	} catch {
		// What has come says enough.
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
	const url = `${root}${path}${queryString(query)}`;
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
		throw redirectFailure(status, request, target);
	}
	return { status, statusText, headers, body, request, correction };
}
