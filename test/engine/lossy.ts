import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import type { INodeParameters } from 'n8n-workflow';

import type { AttackForgeSimulator } from '../simulators/attackforge';
import type { ThreatConnectSimulator } from '../simulators/threatconnect';
import { type Credentials, run, type RunOptions } from './harness';

/**
 * How the answer to a request is lost: before the service has seen it, or after it has done it. Or a proxy that knows no
 * way to the service answers with a page of its own. Or the request is refused with a status.
 */
export type Loss = 'before' | 'after' | 'page' | number | Instead;

/** An answer with the status of success in the place of the service's, which has been asked if `of` takes its answer. */
export type Instead = { body: string } | { of(body: string): string };

/** Asked for each request that arrives, with how many of the same method have arrived before, and how long its body is. */
export type Losses = (method: string, path: string, earlier: number, length: number) => Loss | undefined;

/** Loses the first answer to a method. */
export const first =
	(method: string, loss: Loss): Losses =>
	(one, _path, earlier) =>
		one === method && earlier === 0 ? loss : undefined;

/** Stands between a node and a simulator, and breaks connections. */
export async function startLossy(
	target: string,
	lose: Losses,
): Promise<{ url: string; stop(): Promise<void> }> {
	const seen = new Map<string, number>();
	const server: Server = createServer((incoming, outgoing) => {
		const { method = 'GET', url = '', headers } = incoming;
		const earlier = seen.get(method) ?? 0;
		seen.set(method, earlier + 1);
		const loss = lose(method, url, earlier, Number(headers['content-length'] ?? 0));
		if (loss === 'before') return (incoming.socket as Socket).resetAndDestroy();
		if (loss === 'page') {
			incoming.resume();
			return outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404 page not found</h1>');
		}
		if (typeof loss === 'number') {
			outgoing.writeHead(loss, { 'content-type': 'application/json' });
			outgoing.end(JSON.stringify({ status: 'Error', message: `Refused with ${loss}` }));
			return;
		}
		const answerWith = (body: string) => {
			outgoing.writeHead(200, { 'content-type': 'application/json' });
			outgoing.end(body);
		};
		if (typeof loss === 'object' && 'body' in loss) {
			incoming.resume();
			return answerWith(loss.body);
		}
		const onward = forward(target + url, { method, headers, agent: false }, (answer) => {
			if (loss === 'after') {
				answer.resume().on('end', () => (incoming.socket as Socket).resetAndDestroy());
				return;
			}
			if (typeof loss === 'object' && answer.statusCode === 200) {
				const pieces: Buffer[] = [];
				answer.on('data', (piece: Buffer) => pieces.push(piece));
				answer.on('end', () => answerWith(loss.of(Buffer.concat(pieces).toString())));
				return;
			}
			outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
			answer.pipe(outgoing);
		});
		onward.on('error', () => incoming.socket.destroy());
		incoming.on('error', () => onward.destroy());
		incoming.pipe(onward);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		async stop() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

type Given = Partial<RunOptions> & Pick<RunOptions, 'parameters'>;
type Simulator = AttackForgeSimulator | ThreatConnectSimulator;

/** Of each node: runs Create, or what the parameters say, through a connection that loses answers. */
const throughTo =
	<Server extends Simulator>(
		type: string,
		credentials: (baseUrl: string, server: Server) => Credentials,
		defaults: INodeParameters = {},
	) =>
	/** @returns also the creates that arrived */
	async (server: Server, lose: Losses, { parameters, ...more }: Given) => {
		const between = await startLossy(server.url, lose);
		const from = server.requests.length;
		try {
			const result = await run({
				type,
				credentials: credentials(between.url, server),
				onError: 'continueErrorOutput',
				parameters: { resource: 'group', operation: 'create', ...defaults, ...parameters },
				...more,
			});
			const posts = server.requests.slice(from).filter(({ method }) => method === 'POST');
			return { ...result, posts };
		} finally {
			await between.stop();
		}
	};

export const throughThreatConnect = throughTo<ThreatConnectSimulator>(
	'threatConnectGroup',
	(baseUrl, { credentials: { apiToken } }) => ({ threatConnectApi: { baseUrl, apiToken } }),
);

export const throughAttackForge = throughTo<AttackForgeSimulator>(
	'attackForgeGroup',
	(baseUrl, { credentials: { apiKey } }) => ({ attackForgeApi: { baseUrl, apiKey } }),
	{ dataMode: 'autoMap' },
);
