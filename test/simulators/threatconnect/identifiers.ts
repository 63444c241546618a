import { randomUUID } from 'node:crypto';

/** The fields that hold a Long, wherever they are in a body or an answer. */
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
 * Turns each ID of a body into a string of digits. docs: IDs are of the type Long; clients send them as a JSON
 * integer of any size or as a string of digits. Anything else stays as it is and fails validation.
 */
export function idsToDigits(body: unknown): unknown {
	return convertIds(body, (value) => {
		if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) {
			return value.toString();
		}
		return typeof value === 'string' && /^\d+$/.test(value) ? canonicalId(value) : value;
	});
}

/** Marks the digits that have to lose their quotes; no text of a client holds it. */
const MARK = `#${randomUUID()}:`;
const MARKED = new RegExp(`"${MARK}(\\d+)"`, 'g');

/**
 * An answer as JSON, each ID in it a number with all its digits. Large pages make it worth while to let the engine's own
 * serializer do the work, which knows no such numbers.
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
