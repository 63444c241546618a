import { randomUUID } from 'node:crypto';

/** The fields that hold a Long, anywhere in a body or a response. */
const ID_FIELDS = new Set([
	'objectId',
	'id',
	'ownerId',
	'caseId',
	'taskId',
	'victimId',
	'groupId',
	'batchId',
	'id_1',
	'id_2',
]);

type Convert = (value: unknown) => unknown;

function convertIds(value: unknown, convert: Convert): unknown {
	if (Array.isArray(value)) return value.map((entry) => convertIds(entry, convert));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => [
			key,
			ID_FIELDS.has(key) && (typeof entry !== 'object' || entry === null)
				? convert(entry)
				: convertIds(entry, convert),
		]),
	);
}

/** An ID in one spelling: no leading zeros. */
export function canonicalId(digits: string): string {
	return BigInt(digits).toString();
}

/**
 * Turns each ID of a body into a string of digits. docs: IDs have the type Long. Clients send them as a JSON integer of
 * any size or as a string of digits. Any other value stays unchanged and fails validation.
 */
export function idsToDigits(body: unknown): unknown {
	return convertIds(body, (value) => {
		if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) {
			return value.toString();
		}
		return typeof value === 'string' && /^\d+$/.test(value) ? canonicalId(value) : value;
	});
}

/** Marks the digits whose quotes are removed. No text of a client holds this mark. */
const MARK = `#${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(\\d+)"`, 'g');

/**
 * A response as JSON, in which each ID is a number with all its digits. The engine's own serializer does the work,
 * because it is much faster on large pages, but it has no such numbers.
 */
export function answerJson(answer: unknown): string {
	let marked = false;
	const json = JSON.stringify(answer, (key, value: unknown) => {
		if (typeof value !== 'string' || !ID_FIELDS.has(key) || !/^\d+$/.test(value)) return value;
		if (Number.isSafeInteger(Number(value))) return Number(value);
		marked = true;
		return MARK + canonicalId(value);
	});
	return marked ? json.replace(MARKED, '$1') : json;
}
