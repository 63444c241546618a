import { request as forward } from 'node:http';

import { type HttpServer, startHttpServer } from './httpServer';

/**
 * How the response to a request is lost. `before`: the connection breaks before the service receives the request.
 * `after`: the connection breaks after the service has carried the request out. `page`: the proxy responds with 404 and
 * a page of its own. A number: the proxy responds with this status. A `BodyFault`: another body replaces the service's.
 */
export type Loss = 'before' | 'after' | 'page' | number | BodyFault;

/** A response with a status of success and another body. The service receives the request only if `of` takes its body. */
export type BodyFault = { body: string } | { of(body: string): string };

/**
 * Says how the response to a request is lost, if it is.
 *
 * @param earlier how many requests of the same method have arrived before
 * @param length the length of the body in bytes
 */
export type LossRule = (method: string, path: string, earlier: number, length: number) => Loss | undefined;

/** Loses the response to the first request of a method. */
export const loseFirst =
	(method: string, loss: Loss): LossRule =>
	(one, _path, earlier) =>
		one === method && earlier === 0 ? loss : undefined;

/** Starts a proxy that forwards requests to a simulator and loses responses. */
export async function startLossyProxy(target: string, lose: LossRule): Promise<HttpServer> {
	const seen = new Map<string, number>();
	return await startHttpServer((incoming, outgoing) => {
		const { method = 'GET', url = '', headers } = incoming;
		const earlier = seen.get(method) ?? 0;
		seen.set(method, earlier + 1);
		const loss = lose(method, url, earlier, Number(headers['content-length'] ?? 0));
		if (loss === 'before') return incoming.socket.resetAndDestroy();
		if (loss === 'page') {
			incoming.resume();
			return outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404 page not found</h1>');
		}
		if (typeof loss === 'number') {
			outgoing.writeHead(loss, { 'content-type': 'application/json' });
			outgoing.end(JSON.stringify({ status: 'Error', message: `Refused with ${loss}` }));
			return;
		}
		const respondWith = (body: string) => {
			outgoing.writeHead(200, { 'content-type': 'application/json' });
			outgoing.end(body);
		};
		if (typeof loss === 'object' && 'body' in loss) {
			incoming.resume();
			return respondWith(loss.body);
		}
		const onward = forward(target + url, { method, headers, agent: false }, (answer) => {
			if (loss === 'after') {
				answer.resume().on('end', () => incoming.socket.resetAndDestroy());
				return;
			}
			if (typeof loss === 'object' && answer.statusCode === 200) {
				const pieces: Buffer[] = [];
				answer.on('data', (piece: Buffer) => pieces.push(piece));
				answer.on('end', () => respondWith(loss.of(Buffer.concat(pieces).toString())));
				return;
			}
			outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', () => incoming.socket.destroy());
		incoming.on('error', () => onward.destroy());
		incoming.pipe(onward);
	});
}
