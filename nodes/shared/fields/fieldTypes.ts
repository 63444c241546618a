import type { INodePropertyOptions } from 'n8n-workflow';

import { normalizeDate } from './dates';
import { errorMessage, InvalidInput } from '../core/errors';
import type { FormOperation, FieldType } from './field';
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

/**
 * One of several values.
 *
 * @param open whether an administrator or another version may add further values, which the service then checks
 */
export function choice(options: readonly INodePropertyOptions[], open = false): FieldType {
	return {
		control: () => ({ type: 'options', options: inOrder(options), default: options[0]?.value ?? '' }),
		read(value, { label }) {
			const read = readText(value, label);
			const allowed = options.map((option) => String(option.value));
			if (open || allowed.includes(read)) return read;
			const alike = allowed.find((candidate) => candidate.toLowerCase() === read.trim().toLowerCase());
			throw new InvalidInput(
				`${label} cannot be ${inQuotes(value)}`,
				alike !== undefined
					? `Did you mean "${alike}"?`
					: `Allowed values: ${allowed.map((candidate) => `"${candidate}"`).join(', ')}.`,
			);
		},
	};
}

/** What may stand between the words of a name, and characters without width, such as the mark at the start of a CSV file. */
const BETWEEN_WORDS = /[\s_\u00AD\u200B-\u200F\u2010-\u2015\u2060\uFEFF-]+/g;

/** A name without what its spellings differ in: case, and what stands between its words. */
export const bareName = (name: string) => name.normalize('NFC').toLowerCase().replace(BETWEEN_WORDS, '');

/**
 * One of several names, also in the spelling of another system: `intrusion-set`, as STIX has it, is `Intrusion Set`. No two
 * of the names may differ in their spelling alone.
 */
export function nameChoice(options: readonly INodePropertyOptions[]): FieldType {
	const kind = choice(options);
	return {
		...kind,
		read(value, context) {
			const bare = bareName(readText(value, context.label));
			return (
				options.find((option) => bareName(String(option.value)) === bare)?.value ?? kind.read(value, context)
			);
		},
	};
}

/**
 * The value of a parameter that is not a field. An expression may give any value.
 *
 * @throws InvalidInput for a value that is not allowed, because the default in its place would do something that the
 *   user did not ask for
 */
export const oneOf = <T extends string>(value: unknown, label: string, ...allowed: T[]): T =>
	choice(allowed.map((one) => ({ name: one, value: one }))).read(value, {
		label,
		operation: 'create',
		zone: '',
	}) as T;

/** Few options stay in the order of their meaning. Many options are sorted by name, as n8n's convention asks. */
const inOrder = (options: readonly INodePropertyOptions[]): INodePropertyOptions[] =>
	options.length < 5 ? [...options] : [...options].sort((a, b) => a.name.localeCompare(b.name));

/** A choice whose options depend on the record type. All options are offered while the type is unknown. */
export function choiceByType(byType: Readonly<Record<string, FieldType>>): FieldType {
	const controls = (operation: FormOperation) => Object.values(byType).map((kind) => kind.control(operation));
	return {
		control(operation, type) {
			if (type !== undefined && byType[type]) return byType[type].control(operation);
			const options = controls(operation).flatMap(
				(control) => (control.options ?? []) as INodePropertyOptions[],
			);
			const unique = [...new Map(options.map((option) => [option.value, option])).values()];
			return { type: 'options', options: inOrder(unique), default: unique[0]?.value ?? '' };
		},
		read: (value, context) => (byType[context.type ?? '']?.read ?? readAnyText)(value, context),
	};
}

const readAnyText: FieldType['read'] = (value, context) => readText(value, context.label);

const DATE_HINT = "A time from the picker is in the workflow's time zone";

/** A date, in the form that `normalizeDate` returns. */
export function date(): FieldType {
	return {
		control: () => ({ type: 'dateTime', default: '', hint: DATE_HINT }),
		read(value, { label, zone }) {
			try {
				return normalizeDate(value, zone);
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
