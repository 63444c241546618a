import fc from 'fast-check';
import { type IncomingHttpHeaders, type IncomingMessage, request as forward } from 'node:http';
import type { Socket } from 'node:net';

import { type HttpServer, startHttpServer } from '../support/httpServer';
import { ENCODERS } from '../support/spellings';

/** A server that answers hostile things: before a simulator, or in its place. */

/** Texts that are more than text where they are rendered as HTML. */
export const MARKUP = [
	'<a href="https://evil.example/login">Log in again</a>',
	'<img src=https://evil.example/pixel.png>',
	'<IMG/SRC="//evil.example">',
	'</div><script>alert(1)</script>',
	'<!-- <a href=x>',
	'<svg/onload=alert(1)>',
	'&lt;img src=x&gt;',
	'<<a href=//evil.example>x',
	'<\0a href=x>',
	'<b',
];

/** What an answer says of the request: a part of it, spelled in some way. */
const SAYS = ['secret', 'header', 'request', 'markup', 'secret and markup'] as const;

type Words = { says: (typeof SAYS)[number]; spelling: string; markup: string };

/** JSON that no client expects. Each is written as it is. */
const ODD_JSON: Record<string, (said: string) => string> = {
	deep: (said) => `${'['.repeat(3000)}${JSON.stringify(said)}${']'.repeat(3000)}`,
	'deep objects': (said) => `${'{"a":'.repeat(3000)}${JSON.stringify(said)}${'}'.repeat(3000)}`,
	large: (said) => JSON.stringify({ status: 'Success', data: Array.from({ length: 800 }, () => ({ said })) }),
	'large escapes': () => `{"message":"${'\\u0026'.repeat(20_000)}"}`,
	prototype: (said) => `{"__proto__":{"message":${JSON.stringify(said)}},"constructor":{"prototype":1}}`,
	numbers: () => '{"status":"Success","data":{"id":1e999,"a":-0,"b":123456789012345678901234567890}}',
	duplicates: (said) => `{"status":"Error","status":"Success","data":${JSON.stringify(said)}}`,
	'byte order mark': (said) => `\uFEFF${JSON.stringify({ message: said })}`,
	surrogate: () => '{"message":"\\ud83d half","status":"Failure"}',
	null: () => 'null',
	text: (said) => JSON.stringify(said),
	'wrong types': (said) =>
		JSON.stringify({ status: [said], data: { id: { a: said }, name: [said] }, message: { said } }),
	list: (said) => JSON.stringify([[said], null, 1, { [said]: said }]),
	'nulls in lists': (said) =>
		JSON.stringify({
			status: 'Success',
			data: [null, 1, said, {}, []],
			groups: [null, said, 1],
			group: null,
		}),
	failed: (said) => JSON.stringify({ status: 'Failure', message: said, description: said, errCode: said }),
	errors: (said) => JSON.stringify({ status: 'error', error: { message: [said] }, errors: [said, { said }] }),
	empty: () => '',
	half: (said) => `{"status":"Success","data":{"name":${JSON.stringify(said).slice(0, -1)}`,
};

const pageOf = (said: string) =>
	`<html><head><title>${said}</title></head><body><pre>${said}</pre></body></html>`;

/** Bytes that are no HTTP, or hardly. */
const RAW: Record<string, (said: string) => string> = {
	garbage: (said) => `${said}\r\n\r\n`,
	'bad header': (said) => `HTTP/1.1 200 OK\r\n${said.replace(/[\r\n]/g, '')}\r\n\r\n`,
	'bad chunk': (said) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${said}\r\n`,
	'not compressed': (said) =>
		`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${Buffer.byteLength(said)}\r\n\r\n${said}`,
	'too short': (said) =>
		`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n${said}`,
	'two lengths': (said) => `HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n${said}`,
	'half a head': (said) => `HTTP/1.1 200 ${said.replace(/[\r\n]/g, '')}`,
	'odd status': (said) => `HTTP/1.1 999 ${said.replace(/[\r\n]/g, '')}\r\nContent-Length: 0\r\n\r\n`,
};

const STATUSES = [
	200, 200, 200, 201, 204, 206, 301, 302, 304, 307, 400, 400, 401, 401, 403, 403, 404, 404, 407, 409, 418,
	422, 429, 500, 502, 503, 504,
];

/** What happens to one request. */
export type Move = Words & {
	/** Which requests: the first so many pass. */
	from: number;
	/** How many of the following. */
	times: number;
	does: 'answer' | 'change' | 'raw' | 'break' | 'bytes';
	status: number;
	body: string;
	raw: string;
	/** Which text of the service's own answer is replaced. */
	pick: number;
	/** The status text and the headers say it too. */
	inHead: boolean;
	type: string;
};

export const moves: fc.Arbitrary<Move[]> = fc.array(
	fc.record<Move>({
		says: fc.constantFrom(...SAYS),
		spelling: fc.oneof(
			fc.constant('plain'),
			fc.constantFrom(...Object.keys(ENCODERS)),
			fc.constantFrom(...Object.keys(ENCODERS).filter((name) => name.includes('in lines'))),
		),
		markup: fc.constantFrom(...MARKUP),
		from: fc.oneof(fc.constant(0), fc.nat(4)),
		times: fc.constantFrom(1, 1, 2, 1000),
		does: fc.constantFrom(
			...(['answer', 'answer', 'answer', 'change', 'change', 'change', 'raw', 'break', 'bytes'] as const),
		),
		status: fc.constantFrom(...STATUSES),
		body: fc.constantFrom('page', 'text', ...Object.keys(ODD_JSON)),
		raw: fc.constantFrom(...Object.keys(RAW)),
		pick: fc.nat(1000),
		inHead: fc.boolean(),
		type: fc.constantFrom('application/json', 'text/html', 'text/plain; charset=utf-16', ''),
	}),
	{ minLength: 1, maxLength: 3 },
);

export type Hostile = HttpServer & {
	/** Begins anew. */
	plan(moves: readonly Move[], secrets: readonly string[]): void;
	/** The signatures of the requests that have come since then: they are good for some minutes. */
	readonly signatures: readonly string[];
};

/** As it may stand in a status text or a header. */
const inHead = (text: string) =>
	Buffer.from(text, 'utf8')
		.toString('latin1')
		.replace(/[^\t\x20-\x7e\x80-\xff]/g, ' ');

/**
 * @param target where requests that pass go on to
 * @param valid headers with which that server lets one in
 */
export async function startHostile(target: string, valid: Record<string, string>): Promise<Hostile> {
	let [planned, secrets, count]: [readonly Move[], readonly string[], number] = [[], [], 0];
	const signatures: string[] = [];
	const server = await startHttpServer((incoming, outgoing) => {
		const { method = 'GET', url = '', headers } = incoming;
		const nth = count++;
		const [, signature] = /^TC [^:]*:(.+)$/.exec(headers.authorization ?? '') ?? [];
		if (signature !== undefined) signatures.push(signature);
		const move = planned.find(({ from, times }) => nth >= from && nth < from + times);
		const said = move ? wordsOf(move, secrets, incoming) : '';
		const finish = (status: number, head: object, body: string | Buffer) => {
			outgoing.on('error', () => {});
			if (outgoing.destroyed) return;
			const more = move?.inHead
				? {
						location: `https://evil.example/?${inHead(said)}`,
						'x-said': inHead(said),
						'www-authenticate': inHead(said),
						'content-disposition': `attachment; filename="${inHead(said)}"`,
						date: inHead(said),
					}
				: {};
			outgoing.writeHead(status, move?.inHead ? inHead(said).slice(0, 2000) : undefined, {
				...head,
				...more,
				...(status === 429 && { 'retry-after': '1' }),
			});
			outgoing.end([204, 304].includes(status) ? undefined : body);
		};
		incoming.on('error', () => {});
		if (!move || move.does === 'change') {
			const sent = { ...headers, ...valid };
			delete sent['accept-encoding'];
			const onward = forward(target + url, { method, headers: sent, agent: false }, (answer) => {
				const pieces: Buffer[] = [];
				answer.on('error', () => incoming.socket.destroy());
				answer.on('data', (piece: Buffer) => pieces.push(piece));
				answer.on('end', () => {
					const body = Buffer.concat(pieces);
					const head = { 'content-type': answer.headers['content-type'] ?? 'application/json' };
					finish(
						answer.statusCode ?? 500,
						{ ...head, ...(answer.headers.date && { date: answer.headers.date }) },
						move ? changed(body, said, move.pick) : body,
					);
				});
			});
			onward.on('error', () => incoming.socket.destroy());
			incoming.pipe(onward);
			return;
		}
		incoming.resume();
		incoming.on('end', () => {
			const socket: Socket = incoming.socket;
			if (move.does === 'break') return socket.resetAndDestroy();
			if (move.does === 'raw') return socket.end(RAW[move.raw]?.(said) ?? '');
			// A file whose bytes repeat the request.
			if (move.does === 'bytes')
				return finish(200, { 'content-type': 'application/octet-stream' }, `%PDF-1.4\n${said}\n%%EOF`);
			const body = move.body === 'page' ? pageOf(said) : (ODD_JSON[move.body]?.(said) ?? said);
			finish(move.status, move.type ? { 'content-type': move.type } : {}, body);
		});
	});
	return {
		...server,
		signatures,
		plan(next, ofRun) {
			[planned, secrets, count] = [next, ofRun, 0];
			signatures.length = 0;
		},
	};
}

function wordsOf({ says, spelling, markup }: Move, secrets: readonly string[], request: IncomingMessage) {
	const { authorization, 'x-ssapi-key': key } = request.headers as IncomingHttpHeaders &
		Record<string, string>;
	const secret = (ENCODERS[spelling] ?? String)(secrets.join(' '));
	switch (says) {
		case 'secret':
			return `Said ${secret}.`;
		case 'header':
			return `Authorization: ${(ENCODERS[spelling] ?? String)(authorization ?? key ?? '')}`;
		case 'request':
			return `${request.method} ${request.url} ${JSON.stringify(request.headers)}`;
		case 'markup':
			return markup;
		case 'secret and markup':
			return `${markup} ${secret} ${markup}`;
	}
}

/** The service's own answer with another text in one place: the value of a field, or its name. */
function changed(body: Buffer, said: string, pick: number): string | Buffer {
	let json: unknown;
	try {
		json = JSON.parse(body.toString());
	} catch {
		return body;
	}
	const places: Array<() => void> = [];
	const look = (value: unknown) => {
		if (typeof value !== 'object' || value === null) return;
		const own = value as Record<string, unknown>;
		for (const [key, entry] of Object.entries(own)) {
			if (typeof entry === 'string') places.push(() => (own[key] = said));
			else if (!Array.isArray(value)) places.push(() => (own[key] = pick % 2 === 0 ? said : [said]));
			if (!Array.isArray(value)) places.push(() => (own[said] = entry));
			look(entry);
		}
	};
	look(json);
	places[pick % places.length]?.();
	return JSON.stringify(json);
}
