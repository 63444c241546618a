import type { FastifyInstance, FastifyRequest, HTTPMethods, RouteHandlerMethod } from 'fastify';
import { authenticate } from './auth';
import { canRead, requestedOwner, type Behaviour, type Context } from './context';
import { formatDate } from './dates';
import { refusal, refusalAbout, type ServiceError } from './errors';
import type { FileStore } from './fileStore';
import { findByXid } from './groups';
import { answerJson, canonicalId, idsToDigits } from './identifiers';
import { parameter, type PageCap } from './queries';
import { parseJson } from '../shared/server';
import { asServiceError } from './refusals';
import type { ApiUser } from './seeds';
import type { GroupRow, State } from './state';
import type { Timers } from './timers';
import type { Scope } from './tql';

/** Actions of tests during requests. `beforeRequest` runs after the sender is known, and before the endpoint. */
export type Hooks = {
	beforeRequest?(request: { method: string; target: string }): void | Promise<void>;
};

export type Service = {
	app: FastifyInstance;
	state: State;
	behaviour: Behaviour;
	files: FileStore;
	timers: Timers;
	hooks: Hooks;
	/** Whether a firewall in front of the service answers OPTIONS. */
	optionsBlocked: boolean;
	pageCap: PageCap | undefined;
	/** The service's time in milliseconds. */
	now: () => number;
};

/** Properties in which an endpoint differs from others. */
type EndpointKind = {
	/** Whether the body is a file: it has the type application/octet-stream, and the endpoint reads it. */
	file?: true;
	/** Whether the endpoint itself refuses users and bodies, with its own messages. */
	ownRefusals?: true;
	/** Whether it is a list that not every key may read. */
	metadata?: true;
};

declare module 'fastify' {
	interface FastifyRequest {
		threatConnectUser: ApiUser;
		/** The parameters that came in the body of a GET, as a query. */
		inBody?: string;
	}
	interface FastifyContextConfig {
		threatConnect?: EndpointKind;
	}
}

export function contextOf({ state, behaviour, now }: Service, request: FastifyRequest): Context {
	return { state, behaviour, user: request.threatConnectUser, now: formatDate(now()) };
}

export function scopeOf({ state, behaviour, now }: Service, request: FastifyRequest): Scope {
	return { state, user: request.threatConnectUser, now: now(), ignoresSeconds: behaviour.ignoresSeconds };
}

const kindOf = (request: FastifyRequest): EndpointKind => request.routeOptions.config.threatConnect ?? {};

export function hasMediaType(request: FastifyRequest, expected: string): boolean {
	return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() === expected;
}

/** Refuses a body of another content type than the endpoint's. */
function checkBody(request: FastifyRequest): void {
	if (request.method !== 'POST' && request.method !== 'PUT') return;
	const expected = kindOf(request).file ? 'application/octet-stream' : 'application/json';
	if (!hasMediaType(request, expected)) {
		throw refusalAbout('ImproperFormat', `The Content-Type must be ${expected}.`);
	}
	if (request.body === undefined) throw refusalAbout('ImproperFormat', 'The body is not valid JSON.');
}

const mayWrite = ({ permissions }: ApiUser): boolean => {
	const held = Object.values(permissions);
	return held.length === 0 || held.includes('FULL');
};

/** docs: http_status_codes, 401 also for "permissions to perform the operation". This is checked before the body. */
function checkRole(request: FastifyRequest): void {
	const { method, threatConnectUser: user } = request;
	// The field descriptors of OPTIONS are metadata too.
	if ((kindOf(request).metadata || method === 'OPTIONS') && user.cannotList) throw refusal('Unauthorized');
	if (['POST', 'PUT', 'DELETE'].includes(method) && !mayWrite(user)) throw refusal('Unauthorized');
}

const FIREWALL_PAGE =
	'<!DOCTYPE html><html><head><title>403 Forbidden</title></head>' +
	'<body><h1>Request blocked</h1><p>The method OPTIONS is not allowed by the web application firewall.</p></body></html>';

/**
 * tcex, object_collection_abc.py: a query of 2,000 characters or more comes as the body of the GET, `{"data": {…}}`, whose
 * members are the parameters. Any other body is ignored: object_abc.py sends the object, or `null`, with each GET by ID.
 */
async function readBodyOfGet(request: FastifyRequest): Promise<void> {
	if (request.headers['content-length'] === undefined && !request.headers['transfer-encoding']) return;
	const pieces: Buffer[] = [];
	for await (const piece of request.raw as AsyncIterable<Buffer>) pieces.push(piece);
	const text = Buffer.concat(pieces).toString('utf8');
	request.logged.body = text;
	const { data } = (parseOrUndefined(text) ?? {}) as { data?: unknown };
	if (typeof data !== 'object' || data === null) return;
	const pairs = Object.entries(data).flatMap(([name, value]) =>
		[value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`),
	);
	request.inBody = pairs.join('&');
	request.query = {
		...(request.query as object),
		...Object.fromEntries(
			Object.entries(data).map(([name, value]) => [
				name,
				Array.isArray(value) ? value.map(String) : String(value),
			]),
		),
	};
}

function parseOrUndefined(text: string): unknown {
	try {
		return parseJson(text);
	} catch {
		return undefined;
	}
}

/** What happens to every request before its endpoint, and to every failure after it. */
export function prepare({ app, now, hooks, optionsBlocked, pageCap }: Service): void {
	app.decorateRequest('pageCap', undefined);
	app.decorateRequest('inBody', undefined);
	app.decorateRequest('threatConnectUser', null as unknown as ApiUser);
	app.addHook('onRequest', async (request, reply) => {
		reply.header('date', new Date(now()).toUTCString());
		if (request.method === 'GET') await readBodyOfGet(request);
		if (!optionsBlocked || request.method !== 'OPTIONS') return undefined;
		return await reply.code(403).type('text/html; charset=utf-8').send(FIREWALL_PAGE);
	});
	// After the body has arrived, so that the log of a refused request has it too.
	app.addHook('preValidation', async (request) => {
		request.threatConnectUser = authenticate(request, now());
		request.pageCap = pageCap;
		await hooks.beforeRequest?.({ method: request.method, target: request.raw.url ?? '' });
		if (request.is404) return;
		const { file, ownRefusals } = kindOf(request);
		if (!ownRefusals) {
			checkRole(request);
			checkBody(request);
		}
		if (!file) request.body = idsToDigits(request.body);
	});
	// The vendor's client takes no other (tcex, batch_submit.py compares with `in`, others with `==`).
	app.addHook('onSend', async (_request, reply) => {
		if (/^application\/json;/.test(String(reply.getHeader('content-type')))) {
			reply.header('content-type', 'application/json');
		}
	});
	app.setReplySerializer(answerJson);
	app.setErrorHandler<ServiceError>(async (error, request, reply) => {
		const failure = asServiceError(error, request.body);
		await reply.code(failure.status).send(failure.body);
	});
	app.setNotFoundHandler(async () => {
		throw refusal('NotFound');
	});
}

const METHODS: HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

type Handlers = Partial<Record<string, RouteHandlerMethod>>;

type EndpointOptions = EndpointKind & {
	/** The schema of the body, by method. */
	bodies?: Record<string, string>;
	version?: 'v2' | 'v3';
};

const references = new Map<string, { $ref: string }>();

/** Compiled schemas are kept by the object that stands for them. */
function referenceTo(schema: string) {
	const reference = references.get(schema) ?? { $ref: `${schema}#` };
	references.set(schema, reference);
	return reference;
}

/** Serves a path. A method without a handler is answered with 405. */
export function serve(
	app: FastifyInstance,
	path: string,
	handlers: Handlers,
	options: EndpointOptions = {},
): void {
	const { bodies = {}, version = 'v3', ...threatConnect } = options;
	for (const method of METHODS) {
		const handler = handlers[method];
		const schema = bodies[method];
		app.route({
			method,
			url: `/api/${version}${path}`,
			config: { threatConnect },
			...(handler && schema !== undefined && { schema: { body: referenceTo(schema) } }),
			handler:
				handler ??
				(async () => {
					throw refusal('MethodNotAllowed');
				}),
		});
	}
}

/** An application for endpoints whose bodies are files. The handler gets each file as a stream, of any length. */
export function forFiles({ app }: Service, serveAll: (files: FastifyInstance) => void): void {
	const forFilesOnly = async (files: FastifyInstance) => {
		files.removeAllContentTypeParsers();
		files.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
		serveAll(files);
	};
	// Fastify looks for a plugin without a display name among all loaded modules.
	app.register(Object.assign(forFilesOnly, { [Symbol.for('fastify.display-name')]: 'files' }));
}

/** docs: the owner that the parameter `owner` names. */
export function ownerParameter(context: Context, request: FastifyRequest): string | undefined {
	const owner = parameter(request, 'owner');
	return owner === undefined ? undefined : requestedOwner(context.user, { query: owner });
}

function refuseWithoutOwner({ behaviour }: Context): void {
	if (behaviour.xidWithoutOwner === 'notFound') throw refusal('NotFound');
	if (behaviour.xidWithoutOwner === 'refused') {
		throw refusalAbout('MissingData', 'The parameter "owner" is required with an XID.');
	}
}

/** docs: `GET /v3/groups/{id}` or `/v3/groups/{xid}?owner=`. A segment of digits only is an ID. */
export function findGroup(context: Context, request: FastifyRequest): GroupRow {
	const { segment } = request.params as { segment: string };
	const ownerName = ownerParameter(context, request);
	if (ownerName === undefined && !/^\d+$/.test(segment)) refuseWithoutOwner(context);
	const group = /^\d+$/.test(segment)
		? context.state.groups.get(canonicalId(segment))
		: findByXid(context, ownerName ?? requestedOwner(context.user, {}), segment);
	if (!group || !canRead(context.user, group.ownerName)) throw refusal('NotFound');
	if (ownerName !== undefined && group.ownerName !== ownerName) throw refusal('NotFound');
	return group;
}
