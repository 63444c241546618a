import { pathOf } from '../../shared/http/url';
import { cancelSignal } from '../../shared/http/connection';
import { errorMessage, isInDoubt, ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { failureState } from '../../shared/http/response';
import { sendBytes } from '../../shared/http/fileTransfers';
import { send } from '../../shared/http/jsonRequests';
import { isUnset } from '../../shared/core/readValue';
import { batchRefusal, isBatchSuccess, TOO_LARGE } from '../api/batchResponses';
import { failure, readEnvelope } from '../api/responses';
import type { ThreatConnect } from '../api/client';
import { askUntilDone } from '../api/askUntilDone';
import type { BatchCounts } from '../batch/assignErrors';

/** What can be chosen for each job, whatever it does. */
export type JobOptions = {
	haltOnError: boolean;
	/** Bytes of a job's file. */
	maxBytes: number;
	/** Milliseconds to wait for one job. */
	timeLimit: number;
};

/** What a job does, and how. What is not given is left to the server. */
export type JobSettings = JobOptions & {
	action: 'Create' | 'Delete';
	attributeWriteType?: string;
	tagWriteType?: string;
	securityLabelWriteType?: string;
	fileMergeMode?: string;
	hashCollisionMode?: string;
};

/** How a job ended. */
export type Ended = {
	/** The largest file that the server takes, if it refused this one. */
	limit?: number;
	counts?: BatchCounts;
	errors?: JsonObject[];
	/** A failure that applies to all items of the job. */
	failure?: ServiceFailure;
};

/**
 * @returns the ID of a new job
 * @throws ServiceFailure never in doubt, because a job without a file imports nothing
 */
export async function createJob(api: ThreatConnect, owner: string, settings: JobSettings): Promise<string> {
	const chosen = Object.fromEntries(
		Object.entries(settings).filter(([name]) => !['maxBytes', 'timeLimit'].includes(name)),
	);
	try {
		const response = await send(api.connection, {
			method: 'POST',
			path: pathOf('v2', 'batch'),
			body: {
				version: 'V2',
				owner,
				// Required, also where no attribute is sent.
				attributeWriteType: 'Static',
				...chosen,
			},
			idempotent: true,
		});
		const { json } = response;
		const data = isJsonObject(json) && isJsonObject(json.data) ? json.data : json;
		if (isBatchSuccess(response) && isJsonObject(data) && !isUnset(data.batchId)) return String(data.batchId);
		throw batchRefusal(response);
	} catch (error) {
		throw asFailure(error).withoutDoubt();
	}
}

/** Uploads the file of a job and waits for its end. */
export async function runJob(
	api: ThreatConnect,
	batchId: string,
	file: Buffer,
	settings: JobSettings,
	progress: (state: string) => void,
): Promise<Ended> {
	let lost: ServiceFailure | undefined;
	try {
		progress('uploading');
		const request = { method: 'POST' as const, path: pathOf('v2', 'batch', batchId) };
		const response = await sendBytes(api.connection, request, async () => ({
			bytes: file,
			length: file.length,
		}));
		const named = namedLimit(isJsonObject(response.json) ? response.json.description : response.text);
		// A proxy does not say how much it takes.
		const limit = named ?? (response.status === TOO_LARGE ? Math.floor(file.length / 2) : undefined);
		if (!isBatchSuccess(response)) {
			if (failureState(response).certainty === 'notDone') {
				return { failure: batchRefusal(response), ...(limit !== undefined && { limit }) };
			}
			lost = batchRefusal(response);
		}
	} catch (error) {
		if (!isInDoubt(error)) {
			return { failure: asFailure(error) };
		}
		// The response is lost. The job's status will tell whether the file arrived.
		lost = error;
	}
	try {
		const counts = await finished(api, batchId, settings.timeLimit, lost, progress);
		return { counts, errors: counts.errorCount === 0 ? [] : await errorsOf(api, batchId) };
	} catch (error) {
		// The file may have arrived, so the job may have been done.
		return {
			failure: error instanceof ServiceFailure ? error : unknownOutcome(batchId, errorMessage(error)),
		};
	}
}

/** The limit that a server named when it refused a file, e.g. `File size greater than allowable limit of 2000000`. */
export function namedLimit(words: unknown): number | undefined {
	const digits = /allowable limit of ([\d,]+)/i.exec(String(words))?.[1]?.replaceAll(',', '');
	return digits === undefined ? undefined : Number(digits);
}

const asFailure = (error: unknown): ServiceFailure =>
	error instanceof ServiceFailure ? error : new ServiceFailure(errorMessage(error), '');

const STILL_RUNNING =
	'The job may still be running, or have finished: look the group up by its XID before you run it again. Options > Time Limit says how long to wait.';

async function finished(
	api: ThreatConnect,
	batchId: string,
	limit: number,
	lost: ServiceFailure | undefined,
	progress: (state: string) => void,
): Promise<BatchCounts> {
	const signal = cancelSignal(api.connection);
	let trouble = '';
	const counts = await askUntilDone(
		async () => {
			let job: JsonObject;
			try {
				job = await statusOf(api, batchId);
			} catch (error) {
				if (!isTransient(error)) throw unknownOutcome(batchId, errorMessage(error));
				trouble = ` (${errorMessage(error)})`;
				return undefined;
			}
			const status = String(job.status);
			progress(status);
			if (lost && status === 'Created') throw lost;
			return status === 'Completed' ? readCounts(job) : undefined;
		},
		{ limit, signal },
	);
	if (counts) return counts;
	if (signal?.aborted) throw unknownOutcome(batchId, 'the execution was canceled');
	throw unknownOutcome(batchId, `it had not finished within ${limit / 1000} s${trouble}`);
}

export const unknownOutcome = (batchId: string, why: string) =>
	new ServiceFailure(
		`What became of the batch job is unknown: ${why} [batch ${batchId}]`,
		'',
		{ request: `GET /api/v2/batch/${batchId}` },
		// The error is in doubt, so that Retry On Fail does not import the job again, which would append attributes twice.
		{
			certainty: 'unknown',
			doubt: STILL_RUNNING,
		},
	);

/** Whether asking again can help. */
const isTransient = (error: unknown) =>
	error instanceof ServiceFailure &&
	(error.unanswered !== undefined ||
		Number(error.details.httpCode) >= 500 ||
		error.details.httpCode === '429');

/** The bare status, or the status in an envelope, because servers send either. */
async function statusOf(api: ThreatConnect, batchId: string): Promise<JsonObject> {
	const response = await send(api.connection, {
		method: 'GET',
		path: pathOf('v2', 'batch', batchId),
		query: [['includeAdditional', 'true']],
	});
	if (!isBatchSuccess(response)) throw failure(response);
	const { json } = response;
	if (isJsonObject(json) && json.status === 'Success') {
		const { data } = readEnvelope(response);
		if (isJsonObject(data) && isJsonObject(data.batchStatus)) return data.batchStatus;
	}
	return isJsonObject(json) ? json : {};
}

function readCounts(job: JsonObject): BatchCounts {
	const count = (...names: string[]) => {
		const value = names.map((name) => job[name]).find((one) => !isUnset(one));
		return value === undefined ? undefined : Number(value);
	};
	return {
		errorCount: count('errorCount'),
		successCount: count('successCount'),
		unprocessCount: count('unprocessCount', 'unprocessedCount'),
	};
}

async function errorsOf(api: ThreatConnect, batchId: string): Promise<JsonObject[]> {
	const response = await send(api.connection, {
		method: 'GET',
		path: pathOf('v2', 'batch', batchId, 'errors'),
	});
	if (response.status === 404) return [];
	if (response.status === 200 && Array.isArray(response.json)) return response.json.filter(isJsonObject);
	throw unknownOutcome(batchId, `its list of errors could not be read: ${failure(response).message}`);
}
