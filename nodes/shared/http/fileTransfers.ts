import type { IExecuteFunctions } from 'n8n-workflow';

import type { Connection } from './connection';
import { asError } from '../core/errors';
import { MAX_TIMER_MS, stoppable, wholeResponseMs } from './deadline';
import { exchange, retryRulesOf, type ServiceRequest } from './exchange';
import { withoutSecret } from './masking';
import { readBody, type ServiceResponse } from './response';
import { withRetries } from './retry';

/** Bytes as n8n gives them: all of them, or a stream, so that a file need not fit into memory. */
export type Bytes = Buffer | Awaited<ReturnType<IExecuteFunctions['helpers']['getBinaryStream']>>;
type ByteStream = Exclude<Bytes, Buffer>;

/** The slowest transfer that is allowed. */
const MIN_BYTES_PER_MS = 128;
/** For a file whose length is unknown. */
const MAX_DOWNLOAD_MS = 3_600_000;
/** @returns milliseconds that so many bytes may take: the time-out, and a second for each 128 kB */
const timeForBytes = (timeout: number, length: number) =>
	Math.min(timeout + Math.round((length || 0) / MIN_BYTES_PER_MS), MAX_TIMER_MS);

/**
 * Sends bytes as the body, and returns the response as `send` does.
 *
 * @param open gives the bytes from the start, and their number. It is called for each attempt, because a stream can be
 *   sent only once.
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
		const deadline = stop.endAfter(timeForBytes(wholeResponseMs(connection.timeout), length));
		const headers = {
			Accept: 'application/json',
			'Content-Type': 'application/octet-stream',
			'Content-Length': length,
		};
		try {
			// The HTTP layer's time-out runs from the first byte that is sent until the answer begins.
			const sending = { ...connection, timeout: timeForBytes(connection.timeout, length) };
			const content = { headers, body: bytes, encoding: 'text' as const };
			const response = await exchange(sending, request, content, deadline);
			return { ...response, ...readBody(response.body, connection.credentials) };
		} finally {
			stop.end();
			// A server that refuses may not have read the stream to its end.
			if (!Buffer.isBuffer(bytes)) bytes.destroy();
		}
	});
}

/** A response with bytes: a stream on success, otherwise text like any other response. */
type BytesResponse = ServiceResponse & {
	stream?: ByteStream;
	/** @returns the milliseconds after which the stream was ended too early; `undefined` if it was not */
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
			const { endAfter, end, isLate } = stoppable(connection.context);
			const deadline = endAfter(wholeResponseMs(connection.timeout));
			// Compression is refused, because the length of the file would be unknown.
			const headers = { Accept: 'application/octet-stream', 'Accept-Encoding': 'identity' };
			let response;
			try {
				response = await exchange(connection, request, { headers, encoding: 'stream' }, deadline);
			} catch (error) {
				end();
				throw asError(error);
			}
			const stream = response.body as ByteStream;
			const length = response.headers['content-length'];
			const total = length === undefined ? MAX_DOWNLOAD_MS : timeForBytes(connection.timeout, Number(length));
			endAfter(total, stream);
			// A proxy may send its login page with a status of success, and a service may send an error with one.
			const isText = /^(text\/html|application\/json)/i.test(String(response.headers['content-type'] ?? ''));
			if (response.status >= 200 && response.status < 300 && !isText) {
				const lateAfter = () => (isLate() ? total : undefined);
				const file = streamOf(withoutSecret(stream, connection.credentials), stream);
				return { ...response, stream: file, lateAfter, text: '', json: undefined };
			}
			return { ...response, ...readBody(await beginningOf(stream), connection.credentials) };
		},
	);
}

/**
 * A stream of bytes that are made from another stream. Nothing is read before the reader asks, because n8n's file storage
 * first makes a folder, and an error that nobody hears ends n8n. For the same reason `compose` is not used: it begins at
 * once.
 */
function streamOf(bytes: AsyncIterable<Buffer>, source: ByteStream): ByteStream {
	// The class of streams, because this package imports nothing.
	const { from } = source.constructor as unknown as { from(bytes: AsyncIterable<Buffer>): ByteStream };
	const stream = from(bytes);
	// The reader gets the errors too. n8n's file storage stops listening before Node.js 24 emits them.
	for (const one of [source, stream]) one.on('error', () => {});
	stream.on('close', () => source.destroy());
	return stream;
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
		// The part that has arrived is enough for a message.
	}
	return Buffer.concat(chunks).toString();
}
