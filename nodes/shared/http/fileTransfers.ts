import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from './connection';
import { asError } from '../core/errors';
import { MAX_TIMER_MS, stoppable, wholeAnswerTime } from './deadline';
import { exchange, retryRulesOf, type ServiceRequest } from './exchange';
import { withoutSecret } from './masking';
import { readBody, type ServiceResponse } from './response';
import { withRetries } from './retry';

/** Bytes as n8n hands them out: all of them, or a stream, so that a file need not fit into memory. */
export type Bytes = Buffer | Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;
type ByteStream = Exclude<Bytes, Buffer>;

/** Bytes a millisecond, at the least. */
const SLOWEST = 128;
/** Milliseconds, of a file whose length is not told. */
const LONGEST_DOWNLOAD = 3_600_000;
/** @returns milliseconds that so many bytes may take: the time-out, and a second for each 128 kB */
const timeForBytes = (timeout: number, length: number) =>
	Math.min(timeout + Math.round((length || 0) / SLOWEST), MAX_TIMER_MS);

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
): Promise<ServiceResponse> {
	const { method, idempotent = false } = request;
	return await withRetries(retryRulesOf(connection, method, idempotent), async () => {
		const { bytes, length } = await open();
		const stop = stoppable(connection.context);
		const total = timeForBytes(wholeAnswerTime(connection.timeout), length);
		stop.endAfter(total);
		const headers = {
			Accept: 'application/json',
			'Content-Type': 'application/octet-stream',
			'Content-Length': length,
		};
		try {
			// The HTTP layer's time-out runs from the first byte that is sent until the answer begins.
			const sending = { ...connection, timeout: timeForBytes(connection.timeout, length) };
			const content = { headers, body: bytes, encoding: 'text' as const };
			const { context } = stop;
			const reply = await exchange(sending, request, content, {
				context,
				total,
				get isPast() {
					return stop.isLate();
				},
			});
			return { ...reply, ...readBody(reply.body, connection.credentials) };
		} finally {
			stop.end();
			// A server that refuses need not have read to the end.
			if (!Buffer.isBuffer(bytes)) bytes.destroy();
		}
	});
}

/** An answer with bytes: a stream on success, otherwise text like any other answer. */
type BytesResponse = ServiceResponse & {
	stream?: ByteStream;
	/** @returns the milliseconds after which the stream was ended before its end; `undefined` if it was not */
	lateAfter?(): number | undefined;
};

/**
 * Fetches bytes as a stream, which ends with InvalidInput where it holds a secret.
 *
 * @throws ServiceFailure as `send`
 */
export async function fetchBytes(
	connection: Connection,
	request: Omit<ServiceRequest, 'body'>,
): Promise<BytesResponse> {
	return await withRetries<BytesResponse>(
		{ ...retryRulesOf(connection, request.method, true), isGarbled: ({ stream }) => stream === undefined },
		async () => {
			const { context, endAfter, end, isLate } = stoppable(connection.context);
			const begin = wholeAnswerTime(connection.timeout);
			endAfter(begin);
			// As it is: compressed, its length would not be known.
			const headers = { Accept: 'application/octet-stream', 'Accept-Encoding': 'identity' };
			let reply;
			try {
				const deadline = {
					context,
					total: begin,
					get isPast() {
						return isLate();
					},
				};
				reply = await exchange(connection, request, { headers, encoding: 'stream' }, deadline);
			} catch (error) {
				end();
				throw asError(error);
			}
			const stream = reply.body as ByteStream;
			const length = reply.headers['content-length'];
			const total =
				length === undefined ? LONGEST_DOWNLOAD : timeForBytes(connection.timeout, Number(length));
			endAfter(total, stream);
			// With a status of success too: a proxy's login page, or an error that is none by its status.
			const isText = /^(text\/html|application\/json)/i.test(String(reply.headers['content-type'] ?? ''));
			if (reply.status >= 200 && reply.status < 300 && !isText) {
				const lateAfter = () => (isLate() ? total : undefined);
				const file = stream.compose<ByteStream>((chunks: AsyncIterable<unknown>) =>
					withoutSecret(chunks, connection.credentials),
				);
				return { ...reply, stream: file, lateAfter, text: '', json: undefined };
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
