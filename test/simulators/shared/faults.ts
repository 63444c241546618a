import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * What goes wrong between a client and a service that itself is well. `Before`: the service never sees the request.
 * `After`: it has done what was asked, and the client does not learn it.
 */

export type FaultOptions = {
	/** The same seed lets the n-th connection meet the same fault. */
	seed: number;
	/** Of all requests, 0 to 1. */
	share: number;
	/** Default: all of them; `tlsBroken` on HTTPS only. */
	kinds?: readonly FaultKind[];
	/** The most faults in all; default: no end. */
	most?: number;
};

type Moment = 'connection' | 'before' | 'late' | 'after';

type Fault = {
	moment: Moment;
	/** How often it is drawn; default 1. Less for what holds a client up for seconds. */
	weight?: number;
	/** Does the harm; what is given is the answer that the service would have sent. */
	harm(response: ServerResponse, answer: Answer): void | Promise<void>;
};

/** `status` and `body` are empty where the service was not asked. */
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

/** Both services put their words where they do, and each ignores the other's key. */
const wordsOf = (words: string) => JSON.stringify({ status: 'Error', message: words, error: words });

function resetSocket(socket: Socket | null): void {
	// A TLS socket can only be destroyed: what lies beneath is closed with it.
	if (socket && 'encrypted' in socket) socket.destroy();
	else socket?.resetAndDestroy();
}

/** Half of the body, of which the whole was announced. */
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
/** Milliseconds. */
export const LATE = 3000;

const FAULTS = {
	/** Closed as soon as it is accepted, before a byte has gone either way. */
	closedAtAccept: { moment: 'connection', harm: nothing },
	/** Closed once the handshake has begun. */
	tlsBroken: { moment: 'connection', harm: nothing },
	resetBefore: { moment: 'before', harm: reset },
	resetAfter: { moment: 'after', harm: reset },
	/** No answer, however long the client waits. */
	stallBefore: { moment: 'before', weight: RARE, harm: nothing },
	stallAfter: { moment: 'after', weight: RARE, harm: nothing },
	/** Done when the client has long given up waiting. */
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
	/** What a proxy says when the service behind it hung up. */
	status502Before: { moment: 'before', harm: page(502, '502 Bad Gateway') },
	status502After: { moment: 'after', harm: page(502, '502 Bad Gateway') },
	status504Before: { moment: 'before', harm: page(504, '504 Gateway Time-out') },
	status504After: { moment: 'after', harm: page(504, '504 Gateway Time-out') },
	/** A page that says it is well: of a proxy that asks to sign in, or of maintenance. */
	htmlBefore: { moment: 'before', harm: page(200, 'Sign in') },
	htmlAfter: { moment: 'after', harm: page(200, 'Sign in') },
	emptyBefore: { moment: 'before', harm: (response) => send(response, 200, JSON_TYPE, '') },
	emptyAfter: { moment: 'after', harm: (response) => send(response, 200, JSON_TYPE, '') },
	/** The status of success, and a body that says that it is none: a refusal, which no repetition would change. */
	errorInSuccess: { moment: 'before', weight: 0.1, harm: refusal(200, 'The request could not be processed') },
	slowDrip: { moment: 'after', harm: drip },
	/** The right answer, declared to be something else. */
	wrongType: {
		moment: 'after',
		harm: (response, { status, body }) => send(response, status, 'text/plain', body),
	},
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof FAULTS;
const faultOf = (kind: FaultKind): Fault => FAULTS[kind];

export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];
const isOfConnection = (kind: FaultKind) => faultOf(kind).moment === 'connection';

/** Numbers from 0 to below 1 that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** Draws the faults, and counts those that were met. */
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

	/** To be called before the service adds its own hooks. */
	addTo(app: FastifyInstance): void {
		/** The first request of each connection, by the client's port: drawn when it was accepted. */
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
		// Once the body has arrived, so that the log of a request that is never handled holds it too.
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
			// A file that is streamed out comes as it is.
			if (!kind || typeof payload !== 'string') return;
			await harm(kind, request, reply, { status: reply.statusCode, body: payload });
			// What is sent from here on is sent by the fault.
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
	// A client that has gone meanwhile is none of the fault's concern.
	reply.raw.on('error', () => {});
	await faultOf(kind).harm(reply.raw, answer);
	if (reply.raw.headersSent) request.logged.status = reply.raw.statusCode;
}

declare module 'fastify' {
	interface FastifyRequest {
		fault?: FaultKind;
	}
}
