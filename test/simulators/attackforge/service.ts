import type { FastifyError, FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { ServerOptions } from '../shared/server';
import type { Query } from './answers';
import { METHOD_NAMES, METHODS, type MethodName } from './methods';
import { Refusal, refusals, refuseInvalid } from './refusals';
import * as schemas from './schemas';

/** 256 letters and digits, like the keys printed in AttackForge's documentation. */
export const API_KEY = 'SimulatorKey0123'.repeat(16);

export type AttackForgeOptions = ServerOptions & {
	/** The API methods that are granted to the key; default: all of them. */
	grants?: readonly MethodName[];
	/** Whether the key belongs to an administrator; default: yes. Other keys are refused `allGroups=true`. */
	admin?: boolean;
	/**
	 * Whether failed validation of CreateGroup, UpdateGroup and UpdateProjectById is answered with 200 and `{"error":
	 * "..."}`.
	 */
	errorsInSuccess?: boolean;
	/**
	 * The form in which every refusal, except for an invalid key, is answered with 200. AttackForge's own flows test for
	 * `{"status": "error"}` in addition to the status code.
	 */
	failuresInSuccess?: FailureForm;
	/**
	 * Whether texts are trimmed, and values of custom fields are stored as text: a list of one value as that value,
	 * others as JSON.
	 */
	storesText?: boolean;
	/** Whether GetGroups lists deleted groups too. The documentation does not say it. */
	listsDeleted?: boolean;
	/** The key under which GetGroup and GetGroups show whether a group is archived. None is documented. */
	showsArchived?: false | 'archived' | 'is_archived';
	/** Whether GetGroup and GetGroups leave out custom fields, as for a user who may not view them. */
	hidesCustomFields?: boolean;
	/** The most entries of a page, whatever `limit` is. */
	pageCap?: number;
	/** Whether UpdateGroup responds with `{"status":"Group Updated"}`, as the oldest documented version does. */
	oldStatusSentences?: boolean;
	/**
	 * Whether CreateGroup and UpdateGroup take `linked_groups_view`, `_upload` and `_edit`, as versions before `access`
	 * do.
	 */
	acceptLinkedGroups?: boolean;
	/**
	 * UpdateGroup merges `custom_fields` by key: a known key gets the new value where it is, a new one is added, one left out
	 * stays, and `null` removes one. Default: `true`, as AttackForge's own flows count on for projects and vulnerabilities.
	 * `false`: the list sent replaces the list stored. Which of the two holds for groups is not documented.
	 */
	customFieldsMerge?: boolean;
	/**
	 * How many calls after a change still show the state before it; default 0. It is counted separately for each listing:
	 * GetGroups, GetProjectsByGroup of a group, and the `projects` in GetGroup of a group. Seeding does not count as a
	 * change. `Infinity`: until `listingsCatchUp()`, through as many executions as a test makes.
	 */
	listingLag?: number;
	/** Milliseconds since the epoch: the time of the Date header and of `now` in queries. Default: this machine's. */
	clock?: () => number;
	/** The filter `q` filters nothing, as in versions that do not know it. */
	ignoresQuery?: boolean;
	hooks?: {
		/**
		 * Called after a request has passed the checks of key and grant, and before it is carried out, so that a test can
		 * act as another client in between. `path` is without the query. Requests of the test itself are passed to the hook
		 * too.
		 */
		beforeRequest?(request: { method: string; path: string }): void | Promise<void>;
	};
};

const FAILURES = {
	error: (error: string) => ({ error }),
	'status and error': (error: string) => ({ status: 'error', error }),
	'status and message': (message: string) => ({ status: 'error', message }),
	status: () => ({ status: 'error' }),
	errors: (words: string) => ({ errors: [words] }),
	'error objects': (message: string) => ({ errors: [{ message }] }),
	sentence: (status: string) => ({ status }),
};

/** Where a failure that is answered with 200 has its message. */
export type FailureForm = keyof typeof FAILURES;
export const FAILURE_FORMS = Object.keys(FAILURES) as FailureForm[];

type Params = Record<string, string>;

type Call = { params: Params; query: Query; body: unknown };
type Handler = (call: Call) => unknown;
/** What one API method accepts and does. */
export type Method = FastifySchema & { handle: Handler };

declare module 'fastify' {
	interface FastifyContextConfig {
		/** The API method a route belongs to. */
		attackForgeMethod?: MethodName;
	}
}

/** Serves an API method after the checks that apply to every request: key, grant, and a body of JSON. */
export function addRoute(
	app: FastifyInstance,
	name: MethodName,
	method: Method,
	{ grants = METHOD_NAMES, hooks }: AttackForgeOptions,
): void {
	const [verb, url] = METHODS[name];
	const { handle, ...schema } = method;
	app.route({
		method: verb,
		url,
		exposeHeadRoute: false,
		schema: { querystring: schemas.noQuery, ...schema },
		config: { attackForgeMethod: name },
		onRequest: async (request) => {
			checkKey(request);
			if (!grants.includes(name)) throw refusals.notGranted(name);
			await hooks?.beforeRequest?.({ method: request.method, path: pathOf(request) });
		},
		preValidation: async (request) => {
			if (schema.body) checkIsJson(request, schema.body === schemas.emptyBody);
		},
		handler: async (request) =>
			handle({ params: request.params as Params, query: request.query as Query, body: request.body }),
	});
}

const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? '';

function checkKey(request: FastifyRequest): void {
	const key = request.headers['x-ssapi-key'];
	if (key === undefined || key === '') throw refusals.keyMissing();
	if (key !== API_KEY) throw refusals.keyWrong();
}

/** Every documented request declares its body as JSON. */
function checkIsJson(request: FastifyRequest, mayBeAbsent: boolean): void {
	if (mayBeAbsent && request.logged.body === '') {
		request.body = {};
		return;
	}
	const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
	if (mediaType !== 'application/json') throw refusals.notDeclaredJson();
	if (request.body === undefined) throw refusals.notJson();
}

/** The methods that `errorsInSuccess` applies to. */
const WRITES: MethodName[] = ['CreateGroup', 'UpdateGroup', 'UpdateProjectById'];

export function addErrorHandlers(app: FastifyInstance, options: AttackForgeOptions): void {
	app.setErrorHandler<FastifyError | Refusal>(async (error, request, reply) => {
		const { status, message } = asRefusal(error);
		const method = request.routeOptions.config.attackForgeMethod;
		if (options.failuresInSuccess && status !== 401) {
			await reply.code(200).send(FAILURES[options.failuresInSuccess](message));
			return;
		}
		const hidden = options.errorsInSuccess && status === 400 && method && WRITES.includes(method);
		await reply.code(hidden ? 200 : status).send({ error: message });
	});
	app.setNotFoundHandler(async (request) => {
		throw refusals.noSuchEndpoint(request.method, pathOf(request));
	});
}

function asRefusal(error: FastifyError | Refusal): Refusal {
	if (error instanceof Refusal) return error;
	if (error.validation) return refuseInvalid(error.validation, error.validationContext);
	return new Refusal(error.statusCode ?? 500, error.message);
}
