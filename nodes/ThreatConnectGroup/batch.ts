import { createHash } from 'crypto';

import { pathOf } from '../shared/addresses';
import { cancelSignal } from '../shared/connection';
import { errorMessage, InvalidInput, ServiceFailure } from '../shared/errors';
import { labelOf } from '../shared/fields';
import type { BulkRun } from '../shared/items';
import { isJsonObject, type JsonObject, stringifyJson } from '../shared/json';
import { excerpt, outcomeOf, type Reply } from '../shared/replies';
import { send, sendBytes } from '../shared/requests';
import { isUnset, optionalText, readText } from '../shared/values';
import { failure, readEnvelope, type ThreatConnect } from './api';
import { table } from './fields';
import { indicatorName } from './indicators';
import { poll } from './polling';

/**
 * Bulk import: groups in ThreatConnect's V2 batch jobs. A job belongs to one owner and takes a file with many groups.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v2/batch_api/batch_api.html
 */

// --- from the fields of v3 to those of batch -------------------------------------------------------------------------

/** A group as batch takes it, and what it needs to travel with. */
export type BatchGroup = {
	ownerName?: string;
	/** Without `xid` where none was given. */
	group: JsonObject;
	/** The indicators that it is associated with, in batch's form. */
	indicators: JsonObject[];
};

const CREATE_INSTEAD = 'Leave it out, or use Create for this item.';

/** What v3 has and batch has not, with the way out. */
const NOT_IN_BATCH: Readonly<Record<string, string>> = {
	ownerId: 'Give the owner by its name, as Owner Name (ownerName).',
	eventType: CREATE_INSTEAD,
	reviews: CREATE_INSTEAD,
	assignments: CREATE_INSTEAD,
	dueDate: CREATE_INSTEAD,
	escalationDate: CREATE_INSTEAD,
	reminderDate: CREATE_INSTEAD,
	associatedArtifacts: CREATE_INSTEAD,
	associatedCases: CREATE_INSTEAD,
	associatedVictimAssets: CREATE_INSTEAD,
};

/** What batch needs of an Email, though v3 does not. */
const NEEDED: Readonly<Record<string, readonly string[]>> = { Email: ['subject', 'header', 'body'] };

const label = (name: string): string => {
	const field = table.fields.find((one) => one.name === name);
	return field ? labelOf(field) : name;
};

/**
 * A group of batch from the body that would create it in v3. Fields that neither this function nor the table knows pass
 * as they are, among them batch's own.
 *
 * @throws InvalidInput naming what batch cannot carry
 */
export function toBatchGroup(body: JsonObject): BatchGroup {
	const { ownerName, ...fields } = body;
	const owner = optionalText(ownerName, label('ownerName'));
	// What "Additional Fields (JSON)" brings is unchecked, and these name the group.
	for (const name of ['xid', 'name', 'type']) optionalText(fields[name], label(name));
	const group: JsonObject = {};
	const indicators: JsonObject[] = [];
	for (const [name, value] of Object.entries(fields)) {
		const wayOut = Object.hasOwn(NOT_IN_BATCH, name) ? NOT_IN_BATCH[name] : undefined;
		if (wayOut) throw new InvalidInput(`${label(name)} cannot be imported in bulk`, wayOut);
		const entries = (read: (entry: JsonObject, place: string) => unknown) =>
			entriesOf(name, value).map((entry, index) => read(entry, `${label(name)}, entry ${index + 1}`));
		if (name === 'tags') add(group, 'tag', entries(tag));
		else if (name === 'attributes') add(group, 'attribute', entries(attribute));
		else if (name === 'securityLabels') add(group, 'securityLabel', entries(securityLabel));
		else if (name === 'associatedGroups') add(group, 'associatedGroupXid', entries(groupXid));
		else if (name === 'associatedIndicators') {
			const named = entriesOf(name, value).map((entry, index) =>
				indicator(entry, owner, `${label(name)}, entry ${index + 1}`),
			);
			indicators.push(...named);
			add(
				group,
				name,
				named.map(({ type, summary }) => ({ indicatorType: type, summary })),
			);
		} else if (!isUnset(value)) group[name] = value;
	}
	const type = String(group.type);
	const needed = Object.hasOwn(NEEDED, type) ? NEEDED[type] : undefined;
	const missing = needed?.find((name) => isUnset(group[name]));
	if (missing !== undefined) {
		throw new InvalidInput(
			`${label(missing)} is missing`,
			`A bulk import needs it of every group of the type ${type}. Set it, or use Create for this item.`,
		);
	}
	return { ...(owner !== undefined && { ownerName: owner }), group, indicators };
}

/** Batch's own field may be there too, in JSON. */
function add(group: JsonObject, name: string, entries: unknown[]): void {
	const present = Array.isArray(group[name]) ? (group[name] as unknown[]) : [];
	if (entries.length > 0) group[name] = [...present, ...entries];
}

function entriesOf(name: string, value: unknown): JsonObject[] {
	const { data, mode } = isJsonObject(value) ? value : {};
	if (mode !== undefined && mode !== 'append') {
		throw new InvalidInput(
			`${label(name)} has the mode "${String(mode)}", but a bulk import has one mode for all groups`,
			'Choose it under Options, where the write types of attributes, tags and security labels are.',
		);
	}
	return Array.isArray(data) ? data.filter(isJsonObject) : [];
}

/** @throws InvalidInput for an entry with something else than these keys: it would be lost */
function only(entry: JsonObject, keys: readonly string[], place: string, wayOut: string): JsonObject {
	const other = Object.keys(entry).find((key) => !keys.includes(key) && !isUnset(entry[key]));
	if (other === undefined) return entry;
	throw new InvalidInput(`${place}: "${other}" cannot be imported in bulk`, wayOut);
}

const tag = (entry: JsonObject, place: string) =>
	only(entry, ['name'], place, 'Give the tag by its name alone, or use Create for this item.');

const securityLabel = (entry: JsonObject, place: string) =>
	only(
		entry,
		['name', 'color', 'description'],
		place,
		'Give the label by its name, or use Create for this item.',
	);

function attribute(entry: JsonObject, place: string): JsonObject {
	const keys = [
		'type',
		'value',
		'source',
		'default',
		'displayed',
		'pinned',
		'securityLabels',
		'securityLabel',
	];
	const { default: displayed, securityLabels, ...others } = only(entry, keys, place, CREATE_INSTEAD);
	const labels = entriesOf('securityLabels', securityLabels);
	return {
		...others,
		// v3's `default` is batch's `displayed`.
		...(displayed !== undefined && { displayed }),
		...(labels.length > 0 && {
			securityLabel: labels.map((one) => securityLabel(one, `${place}, security labels`)),
		}),
	};
}

function groupXid(entry: JsonObject, place: string): string {
	const { xid } = only(
		entry,
		['xid'],
		place,
		'In a bulk import, groups are associated by XID: list the XIDs under Options > Associated Group XIDs. A new group is an item of its own.',
	);
	return readText(xid, `${place}: "XID" (xid)`);
}

function indicator(entry: JsonObject, owner: string | undefined, place: string): JsonObject {
	const { id, ownerId, ownerName, ...named } = entry;
	if (!isUnset(id)) {
		throw new InvalidInput(
			`${place}: an indicator cannot be given by its ID in a bulk import`,
			'Give its type and summary, or use Create for this item.',
		);
	}
	if (!isUnset(ownerId) || (!isUnset(ownerName) && ownerName !== owner)) {
		throw new InvalidInput(
			`${place}: a bulk import cannot associate across owners`,
			'Leave the owner of the indicator out to have it in the owner of the group, or use Create for this item.',
		);
	}
	const name = indicatorName(named, place);
	if (!name) {
		throw new InvalidInput(`${place}: the indicator has no type and summary`, 'Give both.');
	}
	return { type: name.type, summary: name.summary };
}

/**
 * The XID of a group that has none: the same each time, so that importing it again updates it. Made as ThreatConnect's
 * own SDK makes reproducible XIDs, from the same parts: it finds the group too.
 */
export const derivedXid = (ownerName: string, type: unknown, name: unknown): string =>
	createHash('sha256').update([ownerName, type, name].map(String).join('-')).digest('hex');

// --- packing into jobs -----------------------------------------------------------------------------------------------

/** A group on its way, written once. */
export type BatchItem = {
	index: number;
	xid: string;
	/** What the output says of it. */
	output: JsonObject;
	json: string;
	indicators: ReadonlyArray<{ summary: string; json: string }>;
};

export function batchItem(
	index: number,
	ownerName: string,
	{ group, indicators }: Pick<BatchGroup, 'group' | 'indicators'>,
): BatchItem {
	const { name, type } = group;
	const xid = isUnset(group.xid) ? derivedXid(ownerName, type, name) : String(group.xid);
	return {
		index,
		xid,
		output: { xid, name, type, ownerName },
		json: stringifyJson({ ...group, xid }),
		indicators: indicators.map((one) => ({ summary: String(one.summary), json: stringifyJson(one) })),
	};
}

export type JobLimits = {
	/** Groups and indicators together. */
	objects: number;
	bytes: number;
};

/** The documented maximum of indicators in one job; of groups the documentation says nothing. */
export const MAX_OBJECTS = 25_000;
export const DEFAULT_MAX_BYTES = 75_000_000;

const FRAME = '{"indicator":[],"group":[]}'.length;

/** Jobs in the order of the items, each as full as the limits allow; a larger item has a job of its own. */
export function pack(items: readonly BatchItem[], limits: JobLimits): BatchItem[][] {
	const jobs: BatchItem[][] = [];
	let objects = Infinity;
	let bytes = 0;
	let known = new Set<string>();
	for (const item of items) {
		let added = [...new Set(item.indicators.map(({ json }) => json))].filter((one) => !known.has(one));
		const size = () => [item.json, ...added].reduce((sum, one) => sum + Buffer.byteLength(one) + 1, 0);
		if (objects + 1 + added.length > limits.objects || bytes + size() > limits.bytes) {
			jobs.push([]);
			known = new Set();
			added = [...new Set(item.indicators.map(({ json }) => json))];
			objects = 0;
			bytes = FRAME;
		}
		jobs.at(-1)?.push(item);
		added.forEach((one) => known.add(one));
		objects += 1 + added.length;
		bytes += size();
	}
	return jobs;
}

const indicatorsOf = (job: readonly BatchItem[]) => [
	...new Set(job.flatMap(({ indicators }) => indicators.map(({ json }) => json))),
];

/** The file of a job. */
export function fileOf(job: readonly BatchItem[]): Buffer {
	const indicators = indicatorsOf(job);
	const list = indicators.length > 0 ? `"indicator":[${indicators.join(',')}],` : '';
	return Buffer.from(`{${list}"group":[${job.map(({ json }) => json).join(',')}]}`);
}

/** The limit that a server named when it refused a file, e.g. `File size greater than allowable limit of 2000000`. */
export function namedLimit(words: unknown): number | undefined {
	const digits = /allowable limit of ([\d,]+)/i.exec(String(words))?.[1]?.replaceAll(',', '');
	return digits === undefined ? undefined : Number(digits);
}

// --- what became of each group ---------------------------------------------------------------------------------------

export type BatchCounts = { errorCount?: number; successCount?: number; unprocessCount?: number };

export type Verdict = {
	/** The faults of items, by item index. */
	faults: Map<number, string[]>;
	/** Faults that name no item. */
	others: string[];
	/** Not all items without a fault were imported, and it is not said which. */
	unclear: boolean;
};

/** tcex calls these critical: they are about the job, though they may name what was processed last. */
const ABOUT_THE_JOB =
	/unexpected exception while processing batch job|would exceed the number of allowed indicators/i;

/**
 * What a finished job says about its items.
 *
 * @param errors entries of its error list: `{errorReason, errorSource}`. The source is an item's XID, an indicator's
 *   summary, a place in the file such as `group[3]`, or a sentence that holds one of these.
 */
export function judge(
	job: readonly BatchItem[],
	counts: BatchCounts,
	errors: readonly JsonObject[],
): Verdict {
	const byKey = new Map<string, BatchItem[]>();
	const addKey = (key: string, item: BatchItem) => byKey.set(key, [...(byKey.get(key) ?? []), item]);
	for (const item of job) item.indicators.forEach(({ summary }) => addKey(summary, item));
	for (const item of job) byKey.set(item.xid, [item]);

	const faults = new Map<number, string[]>();
	const others: string[] = [];
	const sources = new Set<string>();
	for (const { errorReason, errorSource } of errors) {
		const reason = String(errorReason ?? 'ThreatConnect gives no reason');
		const source = String(errorSource ?? '').trim();
		const items = ABOUT_THE_JOB.test(reason) ? [] : affected(source, job, byKey);
		if (items.length === 0) others.push(reason);
		else sources.add(source);
		for (const { index } of items) faults.set(index, [...new Set([...(faults.get(index) ?? []), reason])]);
	}
	const expected = job.length + indicatorsOf(job).length - sources.size;
	const complete = (counts.successCount ?? 0) >= expected;
	const suspicious = others.length > 0 || (counts.unprocessCount ?? 0) > 0 || isSilent(counts, errors);
	return { faults, others, unclear: suspicious && !complete };
}

/** Errors were counted, but none is told. */
const isSilent = ({ errorCount = 0 }: BatchCounts, errors: readonly JsonObject[]) =>
	errorCount > 0 && errors.length === 0;

function affected(
	source: string,
	job: readonly BatchItem[],
	byKey: ReadonlyMap<string, BatchItem[]>,
): readonly BatchItem[] {
	const exact = byKey.get(source);
	if (exact) return exact;
	const place = /^(?:\$\.)?group\[(\d+)\]$/.exec(source);
	if (place) return job.slice(Number(place[1]), Number(place[1]) + 1);
	const key = longestWords(source.slice(0, LONGEST_SENTENCE), (words) => byKey.has(words));
	return key === undefined ? [] : (byKey.get(key) ?? []);
}

const LONGEST_SENTENCE = 300;

/** The longest part of a sentence that is a key, and not a part of another word; the longest, since one may hold another. */
function longestWords(sentence: string, isKey: (words: string) => boolean): string | undefined {
	const inWord = [...sentence].map((character) => /[\p{L}\p{N}_[\]-]/u.test(character));
	const characters = [...sentence];
	let longest: string | undefined;
	for (let start = 0; start < characters.length; start++) {
		if (inWord[start - 1]) continue;
		for (let end = characters.length; end > start + (longest?.length ?? 0); end--) {
			const words = inWord[end] ? '' : characters.slice(start, end).join('');
			if (words !== '' && isKey(words)) longest = words;
		}
	}
	return longest;
}

// --- running jobs ----------------------------------------------------------------------------------------------------

export type ImportSettings = {
	attributeWriteType: string;
	tagWriteType: string;
	securityLabelWriteType: string;
	/** Bytes of a job's file. */
	maxBytes: number;
	/** Milliseconds to wait for one job. */
	timeLimit: number;
};

/**
 * Imports groups into one owner, in as few jobs as possible, one after the other, and settles each.
 *
 * @throws nothing: what goes wrong is the outcome of the items that it concerns
 */
export async function importGroups(
	api: ThreatConnect,
	owner: string,
	items: readonly BatchItem[],
	settings: ImportSettings,
	run: BulkRun,
): Promise<void> {
	const limits = { objects: MAX_OBJECTS, bytes: settings.maxBytes };
	let jobs = pack(items, limits);
	for (let job = jobs.shift(); job && !run.halted(); job = jobs.shift()) {
		let batchId: string;
		try {
			batchId = await createJob(api, owner, settings);
		} catch (error) {
			// It is about the owner or the instance, and so about the jobs to come.
			for (const { index } of [job, ...jobs].flat()) run.settle(index, error as Error);
			return;
		}
		const where = `Batch ${batchId} for "${owner}" (groups: ${job.length})`;
		const file = fileOf(job);
		const ended = await runJob(api, batchId, file, settings, (state) => run.progress(`${where}: ${state}`));
		if (ended.limit !== undefined && job.length > 1) {
			// Nothing of it was taken. A server that refuses less than it names must not be asked for ever.
			limits.bytes = ended.limit < file.length ? ended.limit : Math.floor(file.length / 2);
			run.progress(`${where}: too large; split into files of at most ${limits.bytes} bytes`);
			jobs = pack([...job, ...jobs.flat()], limits);
			continue;
		}
		settleJob(job, batchId, ended, run);
	}
}

/** How a job ended. */
type Ended = {
	/** The largest file that the server takes: this one was refused. */
	limit?: number;
	counts?: BatchCounts;
	errors?: JsonObject[];
	/** Why nothing is known of its items. */
	failure?: ServiceFailure;
};

async function createJob(api: ThreatConnect, owner: string, settings: ImportSettings): Promise<string> {
	const { attributeWriteType, tagWriteType, securityLabelWriteType } = settings;
	const reply = await send(api.connection, {
		method: 'POST',
		path: pathOf('v2', 'batch'),
		body: {
			version: 'V2',
			owner,
			haltOnError: false,
			action: 'Create',
			attributeWriteType,
			tagWriteType,
			securityLabelWriteType,
		},
	});
	const { json } = reply;
	const data = isJsonObject(json) && isJsonObject(json.data) ? json.data : json;
	if (isGood(reply) && isJsonObject(data) && !isUnset(data.batchId)) return String(data.batchId);
	throw refusal(reply);
}

const isGood = ({ status, json }: Reply) =>
	status >= 200 &&
	status < 300 &&
	isJsonObject(json) &&
	!['Invalid', 'Failure', 'Error'].includes(String(json.status));

/** Batch says its refusals in plain text too. */
function refusal(reply: Reply): ServiceFailure {
	const { status, json, text, request } = reply;
	const advice =
		status === 503
			? 'An administrator can enable batch jobs and document storage. Until then use Create.'
			: status === 401 || status === 403
				? 'The API user needs the role Standard User in an Organization, or Editor in a Community or Source.'
				: 'Nothing was imported by this job. Check the owner and the options.';
	if (json === undefined && /^[^<\s]/.test(text)) {
		return new ServiceFailure(excerpt(text), advice, { httpCode: String(status), request });
	}
	return failure(reply, advice);
}

async function runJob(
	api: ThreatConnect,
	batchId: string,
	file: Buffer,
	settings: ImportSettings,
	progress: (state: string) => void,
): Promise<Ended> {
	let lost: ServiceFailure | undefined;
	try {
		progress('uploading');
		const request = { method: 'POST' as const, path: pathOf('v2', 'batch', batchId) };
		const reply = await sendBytes(api.connection, request, async () => ({
			bytes: file,
			length: file.length,
		}));
		const limit = namedLimit(isJsonObject(reply.json) ? reply.json.description : reply.text);
		if (!isGood(reply)) {
			if (outcomeOf(reply).certainty !== 'unknown') {
				return { failure: refusal(reply), ...(limit !== undefined && { limit }) };
			}
			lost = refusal(reply);
		}
	} catch (error) {
		if (!(error instanceof ServiceFailure) || error.outcome.certainty !== 'unknown') {
			return { failure: asFailure(error) };
		}
		// The answer is lost; whether the file arrived, the job's status tells.
		lost = error;
	}
	try {
		const counts = await finished(api, batchId, settings.timeLimit, lost, progress);
		return { counts, errors: counts.errorCount === 0 ? [] : await errorsOf(api, batchId) };
	} catch (error) {
		return { failure: asFailure(error) };
	}
}

const asFailure = (error: unknown): ServiceFailure =>
	error instanceof ServiceFailure ? error : new ServiceFailure(errorMessage(error), '');

const STILL_RUNNING =
	'The import may still be running, or have finished: look the group up by its XID before you import it again.';

async function finished(
	api: ThreatConnect,
	batchId: string,
	limit: number,
	lost: ServiceFailure | undefined,
	progress: (state: string) => void,
): Promise<BatchCounts> {
	const signal = cancelSignal(api.connection);
	let trouble = '';
	const counts = await poll(
		async () => {
			let job: JsonObject;
			try {
				job = await statusOf(api, batchId);
			} catch (error) {
				if (!isPassing(error)) throw unknownOutcome(batchId, errorMessage(error));
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
	if (signal?.aborted) throw unknownOutcome(batchId, 'the execution was cancelled');
	throw unknownOutcome(batchId, `it had not finished within ${limit / 1000} s${trouble}`);
}

const unknownOutcome = (batchId: string, why: string) =>
	new ServiceFailure(
		`What became of the import is unknown: ${why} [batch ${batchId}]`,
		`${STILL_RUNNING} Options > Time Limit says how long to wait.`,
		{ request: `GET /api/v2/batch/${batchId}` },
	);

/** It may be answered the next time. */
const isPassing = (error: unknown) =>
	error instanceof ServiceFailure &&
	(error.outcome.certainty !== undefined ||
		Number(error.details.httpCode) >= 500 ||
		error.details.httpCode === '429');

/** The bare status, or the status in an envelope: servers answer both. */
async function statusOf(api: ThreatConnect, batchId: string): Promise<JsonObject> {
	const reply = await send(api.connection, {
		method: 'GET',
		path: pathOf('v2', 'batch', batchId),
		query: [['includeAdditional', 'true']],
	});
	if (!isGood(reply)) throw failure(reply);
	const { json } = reply;
	if (isJsonObject(json) && json.status === 'Success') {
		const { data } = readEnvelope(reply);
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
	const reply = await send(api.connection, {
		method: 'GET',
		path: pathOf('v2', 'batch', batchId, 'errors'),
	});
	if (reply.status === 404) return [];
	if (reply.status === 200 && Array.isArray(reply.json)) return reply.json.filter(isJsonObject);
	throw unknownOutcome(batchId, `its list of errors could not be read: ${failure(reply).message}`);
}

function unclearOutcome(batchId: string, { successCount }: BatchCounts, others: readonly string[]) {
	const words = others.slice(0, 3).join('; ') || 'it gives no reason';
	if (successCount !== 0) {
		return unknownOutcome(
			batchId,
			`the job reports faults without saying which groups they concern: ${words}`,
		);
	}
	return new ServiceFailure(
		`Batch ${batchId} imported none of its groups: ${words}`,
		'Check the owner, the options and the items. Smaller jobs show which items are at fault: lower Options > Max Bytes per Job.',
		{ request: `GET /api/v2/batch/${batchId}/errors` },
	);
}

function settleJob(job: readonly BatchItem[], batchId: string, ended: Ended, run: BulkRun): void {
	const { failure: failed, counts, errors = [] } = ended;
	if (failed || !counts) {
		for (const { index } of job) run.settle(index, failed ?? unknownOutcome(batchId, 'no status came'));
		return;
	}
	const { faults, others, unclear } = judge(job, counts, errors);
	const request = `GET /api/v2/batch/${batchId}/errors`;
	for (const { index, xid, output } of job) {
		const reasons = faults.get(index);
		if (reasons) {
			run.settle(
				index,
				new ServiceFailure(
					reasons.join('; '),
					`Mend the item and import it again. If the fault is in a part of the group alone, the rest of it was imported: its XID is "${xid}".`,
					{ request },
				),
			);
		} else if (unclear) run.settle(index, unclearOutcome(batchId, counts, others));
		else run.settle(index, { ...output, _outcome: 'imported' });
	}
	const imported = unclear ? 0 : job.length - faults.size;
	run.progress(`Batch ${batchId} has finished: ${imported} of ${job.length} groups imported`);
	if (others.length > 0 && !unclear) {
		run.hint(`Batch ${batchId} imported its groups, but reports: ${others.slice(0, 20).join('; ')}`);
	}
}
