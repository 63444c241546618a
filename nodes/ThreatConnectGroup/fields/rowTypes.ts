import { InvalidInput } from '../../shared/core/errors';
import type { FieldType } from '../../shared/fields/field';
import { flag, text } from '../../shared/fields/fieldTypes';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import {
	inQuotes,
	readEntries,
	readLong,
	readNumber,
	readText,
	saysNothingInList,
} from '../../shared/core/readValue';
import { withoutBlanks } from './blank';

/** The types of the fields in the rows of lists. */

/** Yes, no, or unset. A switch has no state for unset. */
export const yesNoOrUnset = (): FieldType => ({
	control: () => ({
		type: 'options',
		options: [
			{ name: '(Not Set)', value: '' },
			{ name: 'Yes', value: 'true' },
			{ name: 'No', value: 'false' },
		],
		default: '',
	}),
	read: flag().read,
});

/** A number within limits. An empty input means unset. */
export const numberWithin = (least: number, most: number, { whole = false } = {}): FieldType => ({
	control: () => ({ type: 'string', default: '' }),
	read(value, { label }) {
		const number = readNumber(value, label, least);
		if (number <= most && (!whole || Number.isInteger(number))) return number;
		throw new InvalidInput(
			`${label} cannot be ${inQuotes(value)}`,
			`Give a${whole ? ' whole' : ''} number from ${least} to ${most}.`,
		);
	},
});

/** Text with a minimum length as well. */
export const textWithin = (minLength: number, maxLength: number): FieldType => {
	const { control, read } = text({ maxLength });
	return {
		control,
		read(value, context) {
			const given = read(value, context) as string;
			if ([...given].length >= minLength) return given;
			throw new InvalidInput(
				`${context.label} has ${[...given].length} characters, but at least ${minLength} are needed: ${inQuotes(given)}`,
				'Lengthen it, for instance with the name of the source system before it.',
			);
		},
	};
};

/** A user reference; in the request it is `{ id }`. A user that was copied from a Get has further, read-only parts. */
export function userReference(): FieldType {
	return {
		control: () => ({ type: 'string', default: '' }),
		read(value, { label }) {
			if (!isJsonObject(value)) return { id: readLong(value, label) };
			return saysNothingInList(value.id) ? value : { id: readLong(value.id, label) };
		},
	};
}

/** The user or user group of a case; in the request it is `{ type, data }`. Text is the name of a user. */
export function caseAssignee(): FieldType {
	return {
		control: () => ({ type: 'string', default: '' }),
		read: (value, { label }) =>
			isJsonObject(value) ? value : { type: 'User', data: { userName: readText(value, label) } },
	};
}

/** A list without a mode inside an entry; in the request it is `{ data: [...] }`. Plain values become entries. */
const nestedList = (readEntry: (entry: unknown, label: string) => JsonObject): FieldType => ({
	control: () => ({ type: 'string', default: '' }),
	read(value, { label, operation }) {
		const isList = isJsonObject(value) && 'data' in value;
		// A new attribute has nothing that could be replaced.
		const refused = operation === 'create' ? ['delete'] : ['delete', 'replace'];
		if (isList && refused.includes(String(value.mode))) {
			throw new InvalidInput(
				`${label} cannot have the mode ${inQuotes(value.mode)}: what is given here is added`,
				'Leave the mode out. Attribute: Update removes labels of an attribute, and replaces them.',
			);
		}
		const given = isList ? value.data : value;
		const entries = readEntries(given, label).filter((entry) => !saysNothingInList(entry));
		return entries.length === 0 ? undefined : { data: entries.map((entry) => readEntry(entry, label)) };
	},
});

/**
 * Tags or labels inside an entry. If an entry has a name, only the name is sent, because it may be a copy from a Get.
 */
export const nestedNames = (): FieldType =>
	nestedList((entry, label) => {
		if (!isJsonObject(entry)) return { name: readText(entry, label) };
		return saysNothingInList(entry.name) ? withoutBlanks(entry) : { name: readText(entry.name, label) };
	});

/** Read-only parts of attributes in a Get's response. */
export const READ_ONLY_OF_ATTRIBUTES = ['createdBy', 'dateAdded', 'lastModified'];

/** Attributes inside an entry, as an array or JSON text. */
export const nestedAttributes = (): FieldType =>
	nestedList((entry, label) => {
		const attribute = isJsonObject(entry) ? withoutBlanks(entry) : {};
		if (attribute.type === undefined || attribute.value === undefined) {
			throw new InvalidInput(
				`${label} needs a type and a value for each attribute, but has ${inQuotes(entry)}`,
				'Give a list of objects, each with a type and a value.',
			);
		}
		// The ID belongs to an attribute that already exists, but each attribute here is a new one.
		const left = [...READ_ONLY_OF_ATTRIBUTES, 'id'];
		return Object.fromEntries(Object.entries(attribute).filter(([name]) => !left.includes(name)));
	});
