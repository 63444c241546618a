import AjvCompiler from '@fastify/ajv-compiler';
import fastify, { type FastifyInstance } from 'fastify';
import { isSafeNumber, parse, stringify } from 'lossless-json';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { type FaultKind, type FaultOptions, Faults } from './faults';

/** One request as it arrived, with the status of its response. */
export type LoggedRequest = {
	method: string;
	/** The request target, byte for byte as in the request line. */
	target: string;
	headers: Record<string, string | string[] | undefined>;
	/** The raw body as text; `''` when there was none. */
	body: string;
	/** Milliseconds since the epoch. */
	at: number;
	/** `undefined` until a response has been sent. */
	status?: number;
	/** The fault that the request or its response met. */
	fault?: FaultKind;
};

export type ServerOptions = {
	/** Port to listen on; default: any free one. */
	port?: number;
	/** Serve HTTPS with a self-signed certificate. */
	tls?: boolean;
	/** Milliseconds to wait before each response. */
	latency?: number;
	/** Faults between the client and the service. The service itself stays strict. */
	faults?: FaultOptions;
};

export type RunningServer = {
	url: string;
	requests: LoggedRequest[];
	/** How many faults of each kind happened. */
	faults: Partial<Record<FaultKind, number>>;
	stop(): Promise<void>;
};

/** Parses JSON without losing a digit: an integer beyond 2^53 becomes a bigint. */
export function parseJson(text: string): unknown {
	return parse(text, undefined, (digits) =>
		/^-?\d+$/.test(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits),
	);
}

/** Writes JSON; a bigint becomes a number with all its digits. */
export function stringifyJson(value: unknown): string {
	return stringify(value) ?? 'null';
}

declare module 'fastify' {
	interface FastifyRequest {
		logged: LoggedRequest;
	}
}

/** Compiled schemas, for all servers of a process: compiling them takes longer than most tests. */
const buildValidator = AjvCompiler();

/**
 * A Fastify server for both simulators: lossless JSON, the raw body kept, every request logged with its raw target,
 * loopback only. The service adds its routes before `listen`.
 */
export async function createServer(options: ServerOptions): Promise<{
	app: FastifyInstance;
	requests: LoggedRequest[];
	listen(): Promise<RunningServer>;
}> {
	const requests: LoggedRequest[] = [];
	const certificate = options.tls
		? await generate([{ name: 'commonName', value: 'localhost' }], { keySize: 2048 })
		: undefined;
	const app = fastify({
		// A server must accept the form for proxies too: RFC 9112, 3.2.2.
		rewriteUrl: ({ url = '' }) => url.replace(/^https?:\/\/[^/]*/, ''),
		...(certificate && { https: { key: certificate.private, cert: certificate.cert } }),
		bodyLimit: 64 * 1024 * 1024,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 4096 },
		schemaController: { compilersFactory: { buildValidator } },
		ajv: {
			customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: false },
		},
	}) as unknown as FastifyInstance;

	app.decorateRequest('logged', null as unknown as LoggedRequest);
	app.addHook('onRequest', async (request) => {
		request.logged = {
			method: request.method,
			target: request.raw.url ?? '',
			headers: { ...request.headers },
			body: '',
			at: Date.now(),
		};
		requests.push(request.logged);
		if (options.latency) await new Promise((resolve) => setTimeout(resolve, options.latency));
	});
	app.addHook('onResponse', async (request, reply) => {
		request.logged.status = reply.statusCode;
	});
	const faults = options.faults && new Faults(options.faults, options.tls ?? false);
	faults?.addTo(app);
	app.removeAllContentTypeParsers();
	// An empty or malformed JSON body reaches the handler as `undefined`, because each service has its own message for
	// it.
	app.addContentTypeParser(/^application\/json/, { parseAs: 'string' }, (request, body, done) => {
		request.logged.body = String(body);
		try {
			done(null, body === '' ? undefined : parseJson(String(body)));
		} catch {
			done(null, undefined);
		}
	});
	app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
		request.logged.body = body.toString('latin1');
		done(null, body);
	});
	app.setReplySerializer(stringifyJson);

	return {
		app,
		requests,
		async listen() {
			await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
			const { port } = app.server.address() as AddressInfo;
			return {
				url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
				requests,
				faults: faults?.met ?? {},
				stop: async () => await app.close(),
			};
		},
	};
}
