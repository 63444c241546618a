import type { INodePropertyOptions } from 'n8n-workflow';

import { normalizeDate } from './dates';
import { errorMessage, InvalidInput } from '../core/errors';
import type { FieldType } from './field';
import { inQuotes, readLong, readSwitch, readText } from '../core/readValue';

/** The types of the fields in a field table. */

/** Text. A number becomes its digits, and any other value is refused. */
export function text({
	maxLength,
	...typeOptions
}: { maxLength?: number; rows?: number; password?: boolean } = {}): FieldType {
	return {
		control: () => ({
			type: 'string',
			default: '',
			...(Object.keys(typeOptions).length > 0 && { typeOptions }),
		}),
		read(value, { label }) {
			const read = readText(value, label);
			if (maxLength !== undefined && read.length > maxLength && [...read].length > maxLength) {
				throw new InvalidInput(
					`${label} has ${[...read].length} characters, but at most ${maxLength} are allowed: ${inQuotes(read)}`,
					'Shorten it.',
				);
			}
			return read;
		},
	};
}

/** What may stand between the words of a name, and characters without width, such as the mark at the start of a CSV file. */
const BETWEEN_WORDS = /[\s_\u00AD\u200B-\u200F\u2010-\u2015\u2060\uFEFF-]+/g;

/** A name without what its spellings differ in: case, and what stands between its words. */
export const bareName = (name: string) => name.normalize('NFC').toLowerCase().replace(BETWEEN_WORDS, '');

/**
 * One of several values, also in the spelling of another system: ` OPEN ` is `Open`, and `intrusion-set`, as STIX has it, is
 * `Intrusion Set`. No two of the values may differ in their spelling alone.
 *
 * @param open whether an administrator or another version may add further values, which the service then checks. A value
 *   may then differ from a known one only in case, because `Open IOC` may be another one than `OpenIOC`.
 */
export function choice(options: readonly INodePropertyOptions[], open = false): FieldType {
	const allowed = options.map(({ value }) => String(value));
	const nameOf = open ? inLowerCase : bareName;
	return {
		control: () => ({ type: 'options', options: inOrder(options), default: options[0]?.value ?? '' }),
		read(value, { label }) {
			const read = readText(value, label);
			const known = allowed.includes(read) ? read : alike(read, allowed, nameOf);
			if (known !== undefined || open) return known ?? read;
			throw notAllowed(value, label, allowed);
		},
	};
}

const inLowerCase = (name: string) => name.trim().toLowerCase();

const alike = (given: string, allowed: readonly string[], nameOf = bareName): string | undefined =>
	allowed.find((one) => one !== '' && nameOf(one) === nameOf(given));

const notAllowed = (value: unknown, label: string, allowed: readonly string[], meant?: string) =>
	new InvalidInput(
		`${label} cannot be ${inQuotes(value)}`,
		meant === undefined
			? `Allowed values: ${allowed.map((one) => `"${one}"`).join(', ')}.`
			: `Did you mean "${meant}"?`,
	);

/**
 * The value of a parameter that is not a field. An expression may give any value. It must be exact, because n8n decides by
 * it which other parameters the form shows.
 *
 * @throws InvalidInput for a value that is not allowed, because the default in its place would do something that the
 *   user did not ask for
 */
export function oneOf<T extends string>(value: unknown, label: string, ...allowed: T[]): T {
	const read = readText(value, label);
	const chosen = allowed.find((one) => one === read);
	if (chosen !== undefined) return chosen;
	throw notAllowed(value, label, allowed, alike(read, allowed));
}

/** Few options stay in the order of their meaning. Many options are sorted by name, as n8n's convention asks. */
const inOrder = (options: readonly INodePropertyOptions[]): INodePropertyOptions[] =>
	options.length < 5 ? [...options] : [...options].sort((a, b) => a.name.localeCompare(b.name));

/** A choice whose options depend on the record type. While the type is unknown, all options are offered, and any text is taken. */
export function choiceByType(byType: Readonly<Record<string, FieldType>>): FieldType {
	const options = Object.values(byType).flatMap(
		(kind) => (kind.control('create').options ?? []) as INodePropertyOptions[],
	);
	const anyType = choice([...new Map(options.map((option) => [option.value, option])).values()], true);
	const ofType = (type = ''): FieldType => byType[type] ?? anyType;
	return {
		control: (operation, type) => ofType(type).control(operation),
		read: (value, context) => ofType(context.type).read(value, context),
	};
}

const DATE_HINT = "A time from the picker is in the workflow's time zone";

/** A date. @param normalize gives its form */
export function date(normalize = normalizeDate): FieldType {
	return {
		control: () => ({ type: 'dateTime', default: '', hint: DATE_HINT }),
		read(value, { label, zone }) {
			try {
				return normalize(value, zone);
			} catch (error) {
				throw badDate(value, label, error);
			}
		},
	};
}

const badDate = (value: unknown, label: string, error: unknown) =>
	new InvalidInput(
		`${label}: ${inQuotes(value)} ${errorMessage(error)}`,
		'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
	);

/** True or false. */
export function flag(): FieldType {
	return {
		control: () => ({ type: 'boolean', default: false }),
		read: (value, { label }) => readSwitch(value, label),
	};
}

/** A 64-bit record number. It is sent as a number with all its digits. */
export function longId(): FieldType {
	return {
		control: () => ({ type: 'string', default: '' }),
		read: (value, { label }) => readLong(value, label),
	};
}
