import { createHash } from 'crypto';

import { type JsonObject, stringifyJson } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { plainSpelling } from '../query/matching';
import type { BatchGroup } from './batchGroups';

/** Packs groups into jobs. Each job is a file with as many groups as the limits allow. */

/** A group to import. Its JSON is written once. */
export type BatchItem = {
	index: number;
	xid: string;
	/** What the output item says of the group. */
	output: JsonObject;
	json: string;
	indicators: ReadonlyArray<{ summary: string; json: string }>;
	/** What the group is associated with by ID, in batch's form. */
	associations: readonly string[];
	/** The length of `json` and of the associations in bytes. It is counted once, though a refused file is packed again. */
	bytes: number;
};

/**
 * The XID for a group that has none. It is the same each time, so that importing the group again updates it. It is made
 * as ThreatConnect's own SDK makes reproducible XIDs, from the same parts, so that the SDK finds the group too.
 */
export const derivedXid = (ownerName: string, type: unknown, name: unknown): string =>
	createHash('sha256').update([ownerName, type, name].map(String).join('-')).digest('hex');

/** The XID that a group is imported with. */
export const xidIn = (ownerName: string, { xid, type, name }: JsonObject): string =>
	isUnset(xid) ? derivedXid(ownerName, type, name) : plainSpelling(String(xid));

export function batchItem(
	index: number,
	ownerName: string,
	{ group, indicators, associations }: Pick<BatchGroup, 'group' | 'indicators' | 'associations'>,
): BatchItem {
	const { name, type } = group;
	const xid = xidIn(ownerName, group);
	const json = stringifyJson({ ...group, xid });
	const ends = associations.map((one) => stringifyJson({ ref_1: xid, type_1: type, ...one }));
	return {
		index,
		xid,
		output: { xid, name, type, ownerName },
		json,
		bytes: [json, ...ends].reduce((sum, text) => sum + Buffer.byteLength(text) + 1, -1),
		associations: ends,
		indicators: indicators.map((one) => ({ summary: String(one.summary), json: stringifyJson(one) })),
	};
}

/**
 * A group to be deleted. A batch job deletes what "matches any of the incoming data" (documentation, V2 Batch API), and
 * an item of a file must have a name: the XID stands there too, so that no group is taken for its name.
 */
export function deletedItem(index: number, ownerName: string, type: string, xid: string): BatchItem {
	const group = { type, name: xid, xid };
	const item = batchItem(index, ownerName, { group, indicators: [], associations: [] });
	return { ...item, output: { deleted: true, xid, type, ownerName } };
}

type JobLimits = {
	/** Groups and indicators together. */
	objects: number;
	bytes: number;
};

/** The documented maximum of indicators in one job. The documentation names no maximum of groups. */
export const MAX_OBJECTS = 25_000;
export const DEFAULT_MAX_BYTES = 75_000_000;

const FRAME = '{"indicator":[],"group":[],"association":[]}'.length;

/**
 * Jobs in the order of the items, each as full as the limits allow. An item that exceeds the limits has a job of its
 * own.
 */
export function pack(items: readonly BatchItem[], limits: JobLimits): BatchItem[][] {
	const jobs: BatchItem[][] = [];
	let objects = Infinity;
	let bytes = 0;
	let known = new Set<string>();
	for (const item of items) {
		const own = [...new Set(item.indicators.map(({ json }) => json))];
		let added = own.filter((one) => !known.has(one));
		let size = sizeOf(item, added);
		if (objects + 1 + added.length > limits.objects || bytes + size > limits.bytes) {
			jobs.push([]);
			known = new Set();
			added = own;
			size = sizeOf(item, added);
			objects = 0;
			bytes = FRAME;
		}
		jobs.at(-1)?.push(item);
		for (const one of added) known.add(one);
		objects += 1 + added.length;
		bytes += size;
	}
	return jobs;
}

/** Bytes that an item adds to a file, with the commas. */
const sizeOf = (item: BatchItem, added: readonly string[]): number =>
	added.reduce((sum, one) => sum + Buffer.byteLength(one) + 1, item.bytes + 1);

/** The indicators of all groups of a job in batch's form, each once. */
export const indicatorsOf = (job: readonly BatchItem[]) => [
	...new Set(job.flatMap(({ indicators }) => indicators.map(({ json }) => json))),
];

/** The file of a job. */
export function fileOf(job: readonly BatchItem[]): Buffer {
	const indicators = indicatorsOf(job);
	const list = indicators.length > 0 ? `"indicator":[${indicators.join(',')}],` : '';
	const associations = job.flatMap((item) => item.associations);
	// Documentation, V2 Batch API: it must come after the others.
	const last = associations.length > 0 ? `,"association":[${associations.join(',')}]` : '';
	return Buffer.from(`{${list}"group":[${job.map(({ json }) => json).join(',')}]${last}}`);
}
