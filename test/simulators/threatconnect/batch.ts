import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { parseJson, stringifyJson } from '../shared/server';
import { processBatch, type BatchError, type BatchSettings, type Validate } from './batchItems';
import { canRead, type Entry } from './context';
import { invalidBatch, V2Error, v2NotFound } from './errors';
import { canonicalId, idsToDigits } from './identifiers';
import { parameter } from './queries';
import { BATCH_ASSOCIATION_SCHEMA, BATCH_INDICATOR_SCHEMA, batchGroupSchema } from './schemas';
import { OWNERS } from './seeds';
import { contextOf, forFiles, hasMediaType, serve, type Service } from './service';

type Status = 'Created' | 'Queued' | 'Running' | 'Completed';
type Job = BatchSettings & {
	id: string;
	status: Status;
	errorCount: number;
	successCount: number;
	unprocessCount: number;
	errors: BatchError[];
};

const WRITE_TYPES = ['Append', 'Replace'];

/** docs: v2_batch_api, "Create a Batch Job": the accepted values of each parameter. */
const PARAMETERS: Record<string, { required?: true; values?: readonly string[] }> = {
	version: { required: true, values: ['V2'] },
	owner: { required: true },
	// The SDK sends these two as text.
	haltOnError: { required: true, values: ['true', 'false'] },
	playbookTriggersEnabled: { values: ['true', 'false'] },
	action: { required: true, values: ['Create', 'Delete'] },
	attributeWriteType: { required: true, values: [...WRITE_TYPES, 'Singleton', 'Static'] },
	tagWriteType: { values: WRITE_TYPES },
	securityLabelWriteType: { values: WRITE_TYPES },
	fileMergeMode: { values: ['Distribute', 'Merge'] },
	hashCollisionMode: {
		values: ['FavorExisting', 'FavorIncoming', 'IgnoreExisting', 'IgnoreIncoming', 'Split'],
	},
};

/** docs: "Insufficient Privileges" and "Incorrect Settings", both in plain text. */
const NO_PERMISSION =
	'Unable to perform the requested operation due to the following error(s): You do not have permission to create ' +
	'Indicators; Groups; Attributes; Tags; Security Labels;';
const NOT_AVAILABLE =
	'Batch job api is not available.  Ensure that batchJobEnabled is true and document storage is enabled and configured;';

/** docs: "make sure the parameter names in the request body are correct and that an accepted value is provided". */
function checkParameters(body: unknown): Record<string, string> {
	if (typeof body !== 'object' || body === null || Array.isArray(body)) {
		throw invalidBatch('The body is not a JSON object');
	}
	const given = Object.entries(body).map(([name, value]) => [name, String(value)] as const);
	for (const [name, value] of given) {
		const known = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined;
		if (!known) throw invalidBatch(`Unknown parameter: ${name}`);
		if (known.values && !known.values.includes(value)) {
			throw invalidBatch(`Invalid value of ${name}: ${value}`);
		}
	}
	const missing = Object.keys(PARAMETERS).find((name) => PARAMETERS[name]?.required && !(name in body));
	if (missing !== undefined) throw invalidBatch(`Missing parameter: ${missing}`);
	return Object.fromEntries(given);
}

function settingsOf(parameters: Record<string, string>): BatchSettings {
	const {
		owner = '',
		haltOnError,
		action,
		attributeWriteType,
		tagWriteType,
		securityLabelWriteType,
		fileMergeMode = 'Merge',
		hashCollisionMode = 'FavorIncoming',
	} = parameters;
	return {
		owner,
		haltOnError: haltOnError === 'true',
		action: action as BatchSettings['action'],
		attributeWriteType: attributeWriteType as BatchSettings['attributeWriteType'],
		tagWriteType: (tagWriteType ?? 'Replace') as BatchSettings['tagWriteType'],
		securityLabelWriteType: (securityLabelWriteType ?? 'Replace') as BatchSettings['securityLabelWriteType'],
		fileMergeMode,
		hashCollisionMode,
	};
}

/** Reads a file, and keeps no more of it than the service takes. */
async function readFile(body: Readable, limit: number): Promise<string> {
	const pieces: Buffer[] = [];
	let size = 0;
	for await (const piece of body as AsyncIterable<Buffer>) {
		size += piece.length;
		if (size <= limit) pieces.push(piece);
	}
	if (size > limit) throw invalidBatch(`File size greater than allowable limit of ${limit}`);
	return Buffer.concat(pieces).toString('utf8');
}

/** The parts of a form (RFC 7578) by their names. */
function formParts(contentType: string, form: string): Record<string, string> {
	const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType)?.[1];
	if (boundary === undefined) return {};
	const parts = form.split(`--${boundary}`).flatMap((part) => {
		const [, head = '', body = ''] = /^\r\n(.*?)\r\n\r\n(.*)\r\n$/s.exec(part) ?? [];
		const name = /name="([^"]*)"/.exec(head)?.[1];
		return name === undefined ? [] : [[name, body] as const];
	});
	return Object.fromEntries(parts);
}

/** docs: JSON with the lists `indicator`, `group` and `association`. */
function contentOf(text: string): unknown {
	try {
		return idsToDigits(parseJson(text));
	} catch {
		return undefined;
	}
}

const counts = ({ id, status, errorCount, successCount, unprocessCount }: Job) => ({
	id,
	status,
	errorCount,
	successCount,
	unprocessCount,
});

/** docs: the bare status. The SDK requests `includeAdditional` and reads the counts inside an envelope. */
function describeJob(job: Job, request: FastifyRequest): unknown {
	if (parameter(request, 'includeAdditional') === 'true') {
		return { status: 'Success', data: { batchStatus: counts(job) } };
	}
	const { id: _id, status, ...numbers } = counts(job);
	return job.status === 'Completed' ? { status, ...numbers } : { status };
}

class BatchJobs {
	private readonly jobs = new Map<string, Job>();
	private readonly groupSchema: Record<string, unknown>;

	constructor(private readonly service: Service) {
		this.groupSchema = batchGroupSchema(service.behaviour.nameLimit);
	}

	/** Any user who may use the API has access. */
	checkAccess({ threatConnectUser: user }: FastifyRequest): void {
		if (!this.service.behaviour.batchEnabled) throw new V2Error(503, NOT_AVAILABLE);
		if (!Object.values(user.permissions).includes('FULL')) throw new V2Error(401, NO_PERMISSION);
	}

	create(request: FastifyRequest): Job {
		if (!hasMediaType(request, 'application/json'))
			throw invalidBatch('The Content-Type must be application/json');
		return this.add(request, request.body);
	}

	private add(request: FastifyRequest, parameters: unknown): Job {
		const user = request.threatConnectUser;
		const settings = settingsOf(checkParameters(parameters));
		const owner = OWNERS.find(({ name }) => name === settings.owner);
		if (!owner || !canRead(user, owner.name)) throw invalidBatch('The requested owner was not found');
		if (user.permissions[owner.name] !== 'FULL') throw new V2Error(401, NO_PERMISSION);
		const id = this.service.state.batchIds.newId();
		const job: Job = {
			...settings,
			id,
			status: 'Created',
			errorCount: 0,
			successCount: 0,
			unprocessCount: 0,
			errors: [],
		};
		this.jobs.set(id, job);
		return job;
	}

	find(request: FastifyRequest): Job {
		const { id } = request.params as { id: string };
		const job = /^\d+$/.test(id) ? this.jobs.get(canonicalId(id)) : undefined;
		if (!job || !canRead(request.threatConnectUser, job.owner)) throw v2NotFound();
		return job;
	}

	/** The job is Queued, then Running, then Completed. */
	async upload(request: FastifyRequest): Promise<unknown> {
		const { behaviour } = this.service;
		const job = this.find(request);
		if (!hasMediaType(request, 'application/octet-stream')) {
			throw invalidBatch('The Content-Type must be application/octet-stream');
		}
		if (job.status !== 'Created') throw invalidBatch(`Batch already in ${job.status} state`);
		const text = await readFile(request.body as Readable, behaviour.batchSizeLimit);
		request.logged.body = text;
		this.begin(job, text, request);
		return { status: 'Queued' };
	}

	/** tcex, batch_submit.py: a form with the parts `config` and `content`. The status comes in its envelope. */
	async createAndUpload(request: FastifyRequest): Promise<unknown> {
		const form = await readFile(request.body as Readable, this.service.behaviour.batchSizeLimit);
		request.logged.body = form;
		const { config, content } = formParts(request.headers['content-type'] ?? '', form);
		if (config === undefined || content === undefined) {
			throw invalidBatch('The body must be a form with the parts config and content');
		}
		const job = this.add(request, contentOf(config));
		this.begin(job, content, request);
		return describeJob(job, request);
	}

	private begin(job: Job, text: string, request: FastifyRequest): void {
		const { behaviour, timers } = this.service;
		job.status = 'Queued';
		timers.after(behaviour.batchDelay, () => {
			job.status = 'Running';
			timers.after(behaviour.batchDelay, () => this.complete(job, text, request));
		});
	}

	private complete(job: Job, text: string, request: FastifyRequest): void {
		const schemas = {
			group: this.validator(request, this.groupSchema),
			indicator: this.validator(request, BATCH_INDICATOR_SCHEMA),
			association: this.validator(request, BATCH_ASSOCIATION_SCHEMA),
		};
		const result = processBatch(contextOf(this.service, request), job, contentOf(text), schemas);
		Object.assign(job, result, { status: 'Completed', errorCount: result.errors.length });
	}

	private validator(request: FastifyRequest, schema: Record<string, unknown>): Validate {
		const validate = request.compileValidationSchema(schema);
		return (entry: Entry) => (validate(entry) ? [] : (validate.errors ?? []));
	}
}

/** docs: "Retrieve Error Messages"; the SDK: "API does not return correct content type". */
function sendErrors(job: Job, reply: FastifyReply) {
	if (job.status !== 'Completed') throw invalidBatch(`Batch still in ${job.status} state`);
	if (job.errors.length === 0) throw v2NotFound();
	reply.header('content-encoding', 'gzip');
	return reply.type('application/octet-stream ; boundary=').send(gzipSync(stringifyJson(job.errors)));
}

/** docs: "Retrieve Error Details For a Batch Job", with its filters. */
function resultsOf(job: Job, request: FastifyRequest): unknown {
	if (job.status !== 'Completed') throw invalidBatch(`Batch still in ${job.status} state`);
	if (job.errors.length === 0) throw v2NotFound();
	const code = parameter(request, 'code');
	const contains = parameter(request, 'contains') ?? '';
	const severity = parameter(request, 'severity')?.toLowerCase();
	if (code !== undefined && !code.startsWith('0x')) throw invalidBatch(`Invalid value of code: ${code}`);
	if (severity !== undefined && !['err', 'error', 'info', 'warn', 'warning'].includes(severity)) {
		throw invalidBatch(`Invalid value of severity: ${severity}`);
	}
	return job.errors
		.map(({ errorReason, errorSource }) => ({
			code: codeOf(errorReason, errorSource),
			severity: 'Error',
			errorReason,
			errorMessage: `${errorReason} Last processed '${errorSource}'.`,
		}))
		.filter((row) => code === undefined || row.code === code)
		.filter((row) => row.errorMessage.includes(contains))
		.filter(() => severity === undefined || severity.startsWith('err'));
}

/** tcex names them: 0x1001 General, 0x1003 of the documentation's example, 0x1007 Item Not Found, 0x1009 Association. */
function codeOf(reason: string, source: string): string {
	if (/^Encountered an unexpected Exception/.test(reason)) return '0x1003';
	if (source.startsWith('association[')) return '0x1009';
	return /not found/.test(reason) ? '0x1007' : '0x1001';
}

export function serveBatch(service: Service): void {
	const jobs = new BatchJobs(service);
	const own = { version: 'v2', ownRefusals: true } as const;
	serve(
		service.app,
		'/batch',
		{
			POST: async (request, reply) => {
				jobs.checkAccess(request);
				const { id: batchId } = jobs.create(request);
				reply.code(201);
				return { status: 'Success', data: { batchId } };
			},
		},
		own,
	);
	forFiles(service, (app) =>
		serve(
			app,
			'/batch/:id',
			{
				POST: async (request, reply) => {
					jobs.checkAccess(request);
					const answer = await jobs.upload(request);
					reply.code(202);
					return answer;
				},
				GET: async (request) => {
					jobs.checkAccess(request);
					return describeJob(jobs.find(request), request);
				},
			},
			{ ...own, file: true },
		),
	);
	forFiles(service, (app) =>
		serve(
			app,
			'/batch/createAndUpload',
			{
				POST: async (request, reply) => {
					jobs.checkAccess(request);
					const answer = await jobs.createAndUpload(request);
					reply.code(202);
					return answer;
				},
			},
			{ ...own, file: true },
		),
	);
	serve(
		service.app,
		'/batch/:id/results',
		{
			GET: async (request) => {
				jobs.checkAccess(request);
				return resultsOf(jobs.find(request), request);
			},
		},
		own,
	);
	serve(
		service.app,
		'/batch/:id/errors',
		{
			GET: async (request, reply) => {
				jobs.checkAccess(request);
				return await sendErrors(jobs.find(request), reply);
			},
		},
		own,
	);
}
