import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { answerCalls } from './calls';
import { readCertificate } from './certificate';

/**
 * The servers of the benchmark, in a process of their own. The simulator runs where its checks matter. Otherwise a bare
 * server responds in ThreatConnect's envelopes, at so little cost that only the client is measured.
 */

export type Behaviour = {
	/** HTTPS instead of plain HTTP. */
	tls?: boolean;
	/** How a request fails. */
	sick?: 'refuses' | 'unavailable' | 'hangs';
	/** One request in this number succeeds although the service is sick; default: none. */
	goodOneIn?: number;
	/** Milliseconds until a response. */
	latency?: number;
	/** Requests that are accepted at once. More are refused with 429 and Retry-After: 1. */
	capacity?: number;
	/** With more requests than this under way, a response takes longer, and its time grows faster than their number. */
	knee?: number;
	/** The number of existing groups, and of the indicators of each group. */
	groups?: number;
	/** ID of the first of them, default 1. */
	firstId?: number;
};

export type Simulation = Pick<ThreatConnectOptions, 'latency'>;

/** What a server has seen since its behaviour was set. */
export type Seen = {
	requests: number;
	/** Different XIDs that groups were created with. */
	records: number;
	refused: number;
	/** Milliseconds in which nothing should have been sent, because the server had asked for a pause. */
	pausedMs: number;
	mostAtOnce: number;
	/** Milliseconds from a request to its response. */
	latency: { median: number; p95: number };
};

export type Calls = {
	behave(behaviour: Behaviour): { url: string; apiToken: string };
	seen(): Seen;
	/** The simulator, with an empty state each time. */
	simulate(options: Simulation): Promise<{ url: string; apiToken: string }>;
};

const API_TOKEN = 'APIV2:benchmark';
/** An exponent above 1, so that the throughput falls as the load grows above the knee. */
const STEEPNESS = 1.5;

const DEFAULTS: Required<Omit<Behaviour, 'sick'>> & Pick<Behaviour, 'sick'> = {
	tls: false,
	sick: undefined,
	goodOneIn: Infinity,
	latency: 0,
	capacity: Infinity,
	knee: Infinity,
	groups: 0,
	firstId: 1,
};
let behaviour = DEFAULTS;
let url = '';
let requests = 0;
const xids = new Set<unknown>();
let refused = 0;
let pausedMs = 0;
let pauseUntil = 0;
let underWay = 0;
let mostAtOnce = 0;
let latencies: number[] = [];
const pages = new Map<string, Buffer>();
let simulator: ThreatConnectSimulator | undefined;

const DATE = '2026-11-20T09:30:00Z';
const USER = { id: 7, userName: 'api-user', firstName: 'Api', lastName: 'User', pseudonym: 'Api User' };

/** A group as in a response. */
function group(id: number, { type, name, ...rest }: Record<string, unknown>): string {
	return JSON.stringify({
		id,
		ownerId: 1,
		ownerName: 'Demo Organization',
		dateAdded: DATE,
		webLink: `https://threatconnect.example/#/details/groups/${id}/overview`,
		type,
		name,
		createdBy: { ...USER, owner: 'Demo Organization' },
		upVoteCount: '0',
		downVoteCount: '0',
		...rest,
		lastModified: DATE,
		legacyLink: `https://threatconnect.example/auth/incident/incident.xhtml?incident=${id}`,
	});
}

/** The group that a request names by its XID, as the clients create it. */
function groupAt(target: string): string | undefined {
	const xid = /^\/api\/v3\/groups\/(bench:\d+)/.exec(decodeURIComponent(target))?.[1];
	if (xid === undefined) return undefined;
	const number = Number(xid.slice('bench:'.length));
	const fields = { type: 'Incident', name: `Incident ${number}`, xid, status: 'New' };
	return `{"data":${group(number + 1, fields)},"status":"Success"}`;
}

/** A page of the list in the order asked for, by its number or by the ID before it. Each page is rendered once. */
function page(target: string): Buffer {
	const query = new URL(target, 'http://localhost').searchParams;
	const limit = Number(query.get('resultLimit') ?? 100);
	const [, sign, last] = /id ([<>]) (\d+)/.exec(query.get('tql') ?? '') ?? [];
	const isDescending = query.get('sorting') === 'id desc';
	if (sign !== undefined && (sign === '<') !== isDescending)
		throw new Error(`A page against the order: ${target}`);
	const offset = Number(last) - behaviour.firstId;
	const after = isDescending ? behaviour.groups - offset : offset + 1;
	const start = last === undefined ? Number(query.get('resultStart') ?? 0) : after;
	const list = /\/v3\/(\w+)/.exec(target)?.[1] ?? '';
	const key = [url, list, behaviour.firstId, behaviour.groups, isDescending, start, limit].join();
	const present = pages.get(key);
	if (present) return present;
	const rendered = render(list, start, Math.min(start + limit, behaviour.groups), isDescending);
	pages.set(key, rendered);
	return rendered;
}

/** An indicator as in a response. */
const indicator = (id: number): string =>
	JSON.stringify({
		id,
		ownerId: 1,
		ownerName: 'Demo Organization',
		dateAdded: DATE,
		webLink: `https://threatconnect.example/#/details/indicators/${id}/overview`,
		type: 'Host',
		lastModified: DATE,
		rating: 3,
		confidence: 60,
		summary: `host-${id}.example`,
		privateFlag: false,
		active: true,
		activeLocked: false,
		hostName: `host-${id}.example`,
		dnsActive: false,
		whoisActive: false,
		legacyLink: `https://threatconnect.example/auth/indicators/details/host.xhtml?host=host-${id}.example`,
	});

function render(list: string, start: number, end: number, isDescending: boolean): Buffer {
	const rows = Array.from({ length: Math.max(0, end - start) }, (_, offset) => {
		const index = start + offset;
		const id = behaviour.firstId + (isDescending ? behaviour.groups - 1 - index : index);
		if (list === 'indicators') return indicator(id);
		return group(id, { type: 'Incident', name: `Incident ${id}`, xid: `bench:${id}`, status: 'New' });
	});
	const next = end < behaviour.groups ? `"next":"${url}/api/v3/${list}?resultStart=${end}",` : '';
	return Buffer.from(`{${next}"data":[${rows.join(',')}],"status":"Success"}`);
}

function created(body: string): string {
	const given = JSON.parse(body) as Record<string, unknown>;
	xids.add(given.xid);
	return `{"data":${group(requests, given)},"message":"Created","status":"Success"}`;
}

function reply(response: ServerResponse, status: number, body: string | Buffer, headers = {}): void {
	const length = Buffer.byteLength(body);
	response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': length, ...headers });
	response.end(body);
}

function answer(request: IncomingMessage, response: ServerResponse, body: string, told: Behaviour): void {
	// Requests of a cancelled client may still be under way.
	if (told === behaviour) underWay -= 1;
	if (request.method === 'POST') reply(response, 201, created(body));
	else reply(response, 200, groupAt(request.url ?? '') ?? page(request.url ?? ''));
}

const PAUSE_SECONDS = 1;

function refuse(response: ServerResponse): void {
	refused += 1;
	const [now, until] = [Date.now(), Date.now() + PAUSE_SECONDS * 1000];
	pausedMs += until - Math.max(now, pauseUntil);
	pauseUntil = until;
	reply(response, 429, '{"message":"Too many requests","status":"Error"}', { 'Retry-After': PAUSE_SECONDS });
}

/** Seconds that a service which refuses everything asks for. */
const LONG_PAUSE = '60';

/** @returns whether the request has met the service's sickness */
function isSick(response: ServerResponse): boolean {
	const { sick, goodOneIn } = behaviour;
	if (sick === undefined || requests % goodOneIn === 0) return false;
	refused += 1;
	if (sick === 'unavailable') reply(response, 503, '{"message":"Unavailable","status":"Error"}');
	if (sick === 'refuses') {
		reply(response, 429, '{"message":"Too many requests","status":"Error"}', { 'Retry-After': LONG_PAUSE });
	}
	return true;
}

function handle(request: IncomingMessage, response: ServerResponse): void {
	let body = '';
	request.setEncoding('utf8');
	request.on('data', (chunk: string) => (body += chunk));
	request.on('end', () => {
		requests += 1;
		if (isSick(response)) return;
		if (underWay >= behaviour.capacity) return refuse(response);
		underWay += 1;
		mostAtOnce = Math.max(mostAtOnce, underWay);
		const latency = behaviour.latency * Math.max(1, underWay / behaviour.knee) ** STEEPNESS;
		latencies.push(latency);
		if (latency === 0) answer(request, response, body, behaviour);
		else setTimeout(answer, latency, request, response, body, behaviour);
	});
}

const quantile = (sorted: number[], part: number) =>
	sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

const plain = createServer(handle);
const secure = createTlsServer(readCertificate(), handle);
// As many connections as HTTP Request may open at once.
const listen = async (server: Server) =>
	await new Promise<string>((listening) =>
		server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
			listening(`127.0.0.1:${(server.address() as AddressInfo).port}`),
		),
	);
const urls = Promise.all([listen(plain), listen(secure)]);

answerCalls<Calls>({
	async behave(given) {
		const [http, https] = await urls;
		url = given.tls ? `https://${https}` : `http://${http}`;
		behaviour = { ...DEFAULTS, ...given };
		xids.clear();
		[requests, refused, pausedMs, pauseUntil, underWay, mostAtOnce, latencies] = [0, 0, 0, 0, 0, 0, []];
		return { url, apiToken: API_TOKEN };
	},
	seen() {
		const sorted = latencies.sort((a, b) => a - b);
		const latency = { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
		return { requests, records: xids.size, refused, pausedMs, mostAtOnce, latency };
	},
	async simulate(options) {
		await simulator?.stop();
		simulator = await startThreatConnect(options);
		return { url: simulator.url, apiToken: simulator.credentials.apiToken };
	},
});
