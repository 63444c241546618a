import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { inQuotes, readText } from '../../shared/core/readValue';
import { storedSummary } from './indicatorSummaries';

/**
 * The body fields that carry an indicator's value, by its type. Any other type is a custom one.
 *
 * @see https://docs.threatconnect.com/en/latest/rest_api/v3/indicators/indicators.html
 */
const SUMMARY_FIELDS: Readonly<Record<string, readonly string[]>> = {
	Host: ['hostName'],
	Address: ['ip'],
	ASN: ['AS Number'],
	CIDR: ['Block'],
	'Email Subject': ['Subject'],
	EmailAddress: ['address'],
	File: ['md5', 'sha1', 'sha256'],
	Hashtag: ['Hashtag'],
	Mutex: ['Mutex'],
	'Registry Key': ['Key Name', 'Value Name', 'Value Type'],
	URL: ['text'],
	'User Agent': ['User Agent String'],
};

export const INDICATOR_TYPES = Object.keys(SUMMARY_FIELDS);

/** The name of a type that is not a custom one, whatever its case. `Email Address` may be a custom one. */
export function typeNamed(text: string): string {
	const name = text.trim().toLowerCase();
	return INDICATOR_TYPES.find((one) => one.toLowerCase() === name) ?? text;
}

const HASH_FIELDS: Readonly<Record<number, string>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/**
 * The body fields for an indicator that is given by its summary, as ThreatConnect prints it. The parts of a File's or a
 * Registry Key's summary are separated by ` : `.
 *
 * @throws InvalidInput when the summary cannot belong to that type
 */
export function indicatorBody(given: string, summary: string, label: string): JsonObject {
	const type = typeNamed(given);
	const fields = Object.hasOwn(SUMMARY_FIELDS, type) ? SUMMARY_FIELDS[type] : undefined;
	const text = summary.trim();
	if (text === '')
		throw new InvalidInput(`${label}: the indicator has no summary`, 'Give its summary or its ID.');
	if (!fields) return { type, ...customValues(text, label) };
	if (fields.length === 1 && fields[0] !== undefined) return { type, [fields[0]]: storedSummary(type, text) };
	return type === 'File'
		? { type, ...fileHashes(text, label) }
		: { type, ...registryKey(summary, fields, label) };
}

const HASHES =
	'Give an MD5 (32), SHA-1 (40) or SHA-256 (64 hexadecimal digits), each once, separated by " : ".';

function fileHashes(summary: string, label: string): JsonObject {
	const hashes: JsonObject = {};
	const parts = summary.split(':').map((part) => part.trim());
	for (const part of parts.filter((one) => one !== '')) {
		const field = /^[0-9a-f]+$/i.test(part) ? HASH_FIELDS[part.length] : undefined;
		if (!field) throw new InvalidInput(`${label}: ${inQuotes(part)} is no file hash`, HASHES);
		if (hashes[field] !== undefined)
			throw new InvalidInput(`${label}: there are two ${field} hashes`, HASHES);
		hashes[field] = part;
	}
	if (Object.keys(hashes).length === 0) throw new InvalidInput(`${label}: the file has no hash`, HASHES);
	return hashes;
}

/** An empty value name must be sent as a space, according to ThreatConnect's documentation, Common Errors. */
function registryKey(summary: string, fields: readonly string[], label: string): JsonObject {
	const [key = '', name = '', type = '', ...others] = summary.split(' : ').map((part) => part.trim());
	if (key === '' || type === '' || others.length > 0) {
		throw new InvalidInput(
			`${label}: ${inQuotes(summary)} is not the summary of a Registry Key`,
			'Write it as "HKEY_LOCAL_MACHINE\\Path : Value Name : REG_SZ".',
		);
	}
	return Object.fromEntries(
		[fullHive(key), name === '' ? ' ' : name, type].map((value, index) => [fields[index], value]),
	);
}

const HIVES: Readonly<Record<string, string>> = {
	HKCC: 'HKEY_CURRENT_CONFIG',
	HKCR: 'HKEY_CLASSES_ROOT',
	HKCU: 'HKEY_CURRENT_USER',
	HKLM: 'HKEY_LOCAL_MACHINE',
	HKPD: 'HKEY_PERFORMANCE_DATA',
	HKU: 'HKEY_USERS',
};

/**
 * A key with the full name of its hive. Windows writes `HKLM\\…` and PowerShell `HKLM:\\…`, but ThreatConnect refuses
 * both, according to its documentation, Common Errors.
 */
function fullHive(key: string): string {
	const [, short = '', rest = ''] = /^([a-z]+):?(\\.*)?$/is.exec(key) ?? [];
	const hive = HIVES[short.toUpperCase()];
	return hive === undefined ? key : hive + rest;
}

/** The values that ThreatConnect takes, for an indicator that is given by the API's own fields. */
export function storedValues(type: unknown, entry: JsonObject): JsonObject {
	const [name = ''] = summaryFields(String(type));
	const value = entry[name];
	if (typeof value !== 'string') return {};
	return { [name]: type === 'Registry Key' ? fullHive(value) : storedSummary(String(type), value) };
}

/** Custom types take up to three values under generic names. */
function customValues(summary: string, label: string): JsonObject {
	const parts = summary.split(' : ');
	if (parts.length > 3) {
		throw new InvalidInput(
			`${label}: ${inQuotes(summary)} has ${parts.length} values, but an indicator has at most three`,
			'Separate its values by " : ".',
		);
	}
	return Object.fromEntries(parts.map((part, index) => [`value${index + 1}`, part]));
}

const CUSTOM_FIELDS = ['value1', 'value2', 'value3'];

/** The fields that carry an indicator's value, in the order of its summary. */
export const summaryFields = (type: string): readonly string[] =>
	(Object.hasOwn(SUMMARY_FIELDS, type) ? SUMMARY_FIELDS[type] : undefined) ?? CUSTOM_FIELDS;

/** The same for two entries that mean one indicator. In a URL and in what is in the registry, upper and lower case count. */
export function indicatorKey({ id, type, ...entry }: JsonObject): string {
	const values = id === undefined ? summaryFields(String(type)).map((name) => entry[name]) : [];
	const key = JSON.stringify([id === undefined ? undefined : String(id), type, ...values]);
	return ['URL', 'Registry Key'].includes(String(type)) ? key : key.toLowerCase();
}

/** An indicator as a person names it. */
export type IndicatorName = { type: string; summary: string; ownerName?: string };

/**
 * The name of an indicator that is given by its type and its summary, or by the API's own fields of its type. Anything
 * else in the entry, such as a rating, is not part of the name.
 *
 * @returns `undefined` when it is given in another form
 * @throws InvalidInput when the summary cannot belong to that type
 */
export function indicatorName(entry: JsonObject, label: string): IndicatorName | undefined {
	const { type: given, summary, ownerName, ...others } = entry;
	if (typeof given !== 'string') return undefined;
	const type = typeNamed(given);
	const body =
		summary === undefined
			? { ...others, ...storedValues(type, others) }
			: indicatorBody(type, readText(summary, label), label);
	const values = summaryFields(type)
		.map((name) => body[name])
		.filter((value) => value !== undefined);
	if (values.length === 0) return undefined;
	return {
		type,
		summary: values.map((value) => readText(value, label)).join(' : '),
		...(ownerName !== undefined && { ownerName: readText(ownerName, label) }),
	};
}
