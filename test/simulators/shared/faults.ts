import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Faults between a client and a service without faults. `Before`: the service never sees the request. `After`: the
 * service has done the request, but the client does not learn it.
 */

export type FaultOptions = {
	/** With the same seed, the n-th connection meets the same fault. */
	seed: number;
	/** The part of all requests that meets a fault, 0 to 1. */
	share: number;
	/** The kinds of faults; default: all. `tlsBroken` happens only on HTTPS. */
	kinds?: readonly FaultKind[];
	/** The most faults in total; default: no limit. */
	most?: number;
};

type Moment = 'connection' | 'before' | 'late' | 'after';

type Fault = {
	moment: Moment;
	/** How often it is drawn; default 1. It is lower for faults that delay a client for seconds. */
	weight?: number;
	/** Causes the fault. `answer` is the response that the service would have sent. */
	harm(response: ServerResponse, answer: Answer): void | Promise<void>;
};

/** `status` and `body` are empty if the service was not asked. */
type Answer = { status: number; body: string };

const HTML = (title: string) =>
	`<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center><hr>proxy</body></html>\n`;

const JSON_TYPE = 'application/json; charset=utf-8';

function send(response: ServerResponse, status: number, type: string, body: string, headers = {}): void {
	response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
	response.end(body);
}

const refusal =
	(status: number, words: string, headers = {}) =>
	(response: ServerResponse) =>
		send(response, status, JSON_TYPE, wordsOf(words), headers);
const page = (status: number, title: string) => (response: ServerResponse) =>
	send(response, status, 'text/html', HTML(title));
const reset = ({ socket }: ServerResponse) => resetSocket(socket);
const nothing = () => {};

/** A body with the keys of both services, each of which ignores the other's key. */
const wordsOf = (words: string) => JSON.stringify({ status: 'Error', message: words, error: words });

function resetSocket(socket: Socket | null): void {
	// A TLS socket can only be destroyed, which closes the socket below it.
	if (socket && 'encrypted' in socket) socket.destroy();
	else socket?.resetAndDestroy();
}

/** Half of the body. The headers announce all of it. */
function cutOff(response: ServerResponse, { status, body }: Answer): void {
	const bytes = Buffer.from(body);
	response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': bytes.length });
	response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.socket?.destroy());
}

const DRIPS = 8;
const DRIP_PAUSE = 40;

async function drip(response: ServerResponse, { status, body }: Answer): Promise<void> {
	const bytes = Buffer.from(body);
	response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': bytes.length });
	for (let drop = 0; drop < DRIPS; drop++) {
		const [start, end] = [drop, drop + 1].map((n) => Math.floor((bytes.length * n) / DRIPS));
		response.write(bytes.subarray(start, end));
		await new Promise((resolve) => setTimeout(resolve, DRIP_PAUSE));
	}
	response.end();
}

const RARE = 0.25;
/** Milliseconds after which a late request is done. */
export const LATE = 3000;

const FAULTS = {
	/** Closed as soon as it is accepted, before any byte was sent. */
	closedAtAccept: { moment: 'connection', harm: nothing },
	/** Closed after the handshake has begun. */
	tlsBroken: { moment: 'connection', harm: nothing },
	resetBefore: { moment: 'before', harm: reset },
	resetAfter: { moment: 'after', harm: reset },
	/** No response, however long the client waits. */
	stallBefore: { moment: 'before', weight: RARE, harm: nothing },
	stallAfter: { moment: 'after', weight: RARE, harm: nothing },
	/** Done long after the client has given up. */
	late: { moment: 'late', weight: RARE, harm: nothing },
	cutOff: { moment: 'after', harm: cutOff },
	status429: { moment: 'before', harm: refusal(429, 'Too many requests') },
	status429RetryAfter: {
		moment: 'before',
		weight: RARE,
		harm: refusal(429, 'Too many requests', { 'retry-after': '1' }),
	},
	status503: { moment: 'before', harm: refusal(503, 'Service unavailable') },
	status500Before: { moment: 'before', harm: refusal(500, 'Internal server error') },
	status500After: { moment: 'after', harm: refusal(500, 'Internal server error') },
	/** The response of a proxy after the service behind it has closed the connection. */
	status502Before: { moment: 'before', harm: page(502, '502 Bad Gateway') },
	status502After: { moment: 'after', harm: page(502, '502 Bad Gateway') },
	status504Before: { moment: 'before', harm: page(504, '504 Gateway Time-out') },
	status504After: { moment: 'after', harm: page(504, '504 Gateway Time-out') },
	/** A page with a status of success, from a proxy that asks to sign in, or from maintenance. */
	htmlBefore: { moment: 'before', harm: page(200, 'Sign in') },
	htmlAfter: { moment: 'after', harm: page(200, 'Sign in') },
	emptyBefore: { moment: 'before', harm: (response) => send(response, 200, JSON_TYPE, '') },
	emptyAfter: { moment: 'after', harm: (response) => send(response, 200, JSON_TYPE, '') },
	/** A status of success with a body that reports a failure. It is a refusal, which no repetition would change. */
	errorInSuccess: { moment: 'before', weight: 0.1, harm: refusal(200, 'The request could not be processed') },
	slowDrip: { moment: 'after', harm: drip },
	/** The right response with a wrong content type. */
	wrongType: {
		moment: 'after',
		harm: (response, { status, body }) => send(response, status, 'text/plain', body),
	},
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof FAULTS;
const faultOf = (kind: FaultKind): Fault => FAULTS[kind];

export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];
const isOfConnection = (kind: FaultKind) => faultOf(kind).moment === 'connection';

/** Numbers from 0 to below 1 that depend only on the seed (mulberry32). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Draws the faults, and counts those that happened. */
export class Faults {
	readonly met: Partial<Record<FaultKind, number>> = {};
	private drawn = 0;
	private readonly random: () => number;
	private readonly kinds: readonly FaultKind[];

	constructor(
		private readonly options: FaultOptions,
		tls: boolean,
	) {
		this.random = randomOf(options.seed);
		this.kinds = (options.kinds ?? FAULT_KINDS).filter((kind) => tls || kind !== 'tlsBroken');
	}

	/** Called before the service adds its own hooks. */
	addTo(app: FastifyInstance): void {
		/**
		 * The fault of the first request of each connection, by the client's port. It was drawn when the connection was
		 * accepted.
		 */
		const first = new Map<number, FaultKind | undefined>();
		app.server.on('connection', (socket: Socket) => {
			const { remotePort } = socket;
			const kind = this.draw();
			if (kind && isOfConnection(kind)) return this.hangUp(kind, socket);
			if (remotePort === undefined) return;
			first.set(remotePort, kind);
			socket.once('close', () => first.delete(remotePort));
		});
		app.decorateRequest('fault', undefined);
		// After the body has arrived, so that the log has it even if the request is never handled.
		app.addHook('preValidation', async (request, reply) => {
			const port = request.socket.remotePort ?? 0;
			const kind = first.has(port) ? first.get(port) : this.draw();
			first.delete(port);
			if (!kind || isOfConnection(kind)) return;
			this.count(kind);
			request.logged.fault = kind;
			request.fault = kind;
			const { moment } = faultOf(kind);
			if (moment === 'late') await new Promise((resolve) => setTimeout(resolve, LATE));
			if (moment === 'before') await harm(kind, request, reply, { status: 0, body: '' });
		});
		app.addHook('onSend', async (request, reply, payload) => {
			const kind = request.fault;
			// A file that is sent as a stream is not changed.
			if (!kind || typeof payload !== 'string') return;
			await harm(kind, request, reply, { status: reply.statusCode, body: payload });
			// From here on the fault sends the response.
			await new Promise(() => {});
		});
	}

	private draw(): FaultKind | undefined {
		const [isMet, which] = [this.random() < this.options.share, this.random()];
		if (!isMet || this.drawn >= (this.options.most ?? Infinity)) return undefined;
		this.drawn += 1;
		const weights = this.kinds.map((kind) => faultOf(kind).weight ?? 1);
		let rest = which * weights.reduce((sum, weight) => sum + weight, 0);
		return this.kinds.find((_kind, index) => (rest -= weights[index] ?? 0) < 0) ?? this.kinds.at(-1);
	}

	private count(kind: FaultKind): void {
		this.met[kind] = (this.met[kind] ?? 0) + 1;
	}

	private hangUp(kind: FaultKind, socket: Socket): void {
		this.count(kind);
		if (kind === 'tlsBroken') setImmediate(() => socket.destroy());
		else socket.resetAndDestroy();
	}
}

async function harm(
	kind: FaultKind,
	request: FastifyRequest,
	reply: FastifyReply,
	answer: Answer,
): Promise<void> {
	reply.hijack();
	// A client that has gone meanwhile does not matter to the fault.
	reply.raw.on('error', () => {});
	await faultOf(kind).harm(reply.raw, answer);
	if (reply.raw.headersSent) request.logged.status = reply.raw.statusCode;
}

declare module 'fastify' {
	interface FastifyRequest {
		fault?: FaultKind;
	}
}
