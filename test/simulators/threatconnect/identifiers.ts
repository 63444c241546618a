/** The fields that hold a Long, wherever they are in a body or an answer. */
const ID_FIELDS = new Set([
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

/** Turns each ID of an answer into a JSON number with all its digits. */
export function idsToNumbers(answer: unknown): unknown {
	return convertIds(answer, (value) =>
		typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : value,
	);
}
