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

/** The kinds of values that stand in the rows of lists. */

/** A switch in a row is always there; off means unset. */
export const rowFlag = (): FieldType => {
	const { control, read } = flag();
	return { control, read: (value, context) => (read(value, context) === true ? true : undefined) };
};

/** Yes, no, or nothing said. A switch could not say nothing. */
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

/** A number within limits; an empty box means unset. */
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

/** Text with a least length, too. */
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

/** A user reference, on the wire `{ id }`. A user that a Get answered has further, read-only parts. */
export function userReference(): FieldType {
	return {
		control: () => ({ type: 'string', default: '' }),
		read(value, { label }) {
			if (!isJsonObject(value)) return { id: readLong(value, label) };
			return saysNothingInList(value.id) ? value : { id: readLong(value.id, label) };
		},
	};
}

/** The user or user group of a case, on the wire `{ type, data }`; as text, the name of a user. */
export function caseAssignee(): FieldType {
	return {
		control: () => ({ type: 'string', default: '' }),
		read: (value, { label }) =>
			isJsonObject(value) ? value : { type: 'User', data: { userName: readText(value, label) } },
	};
}

/** A list without a mode inside an entry, on the wire `{ data: [...] }`; plain values become entries. */
const nestedList = (readEntry: (entry: unknown, label: string) => JsonObject): FieldType => ({
	control: () => ({ type: 'string', default: '' }),
	read(value, { label }) {
		const given = isJsonObject(value) && 'data' in value ? value.data : value;
		const entries = readEntries(given, label).filter((entry) => !saysNothingInList(entry));
		return entries.length === 0 ? undefined : { data: entries.map((entry) => readEntry(entry, label)) };
	},
});

/** Tags or labels inside an entry. One with a name is given by its name alone, as a Get may have answered it. */
export const nestedNames = (): FieldType =>
	nestedList((entry, label) => {
		if (!isJsonObject(entry)) return { name: readText(entry, label) };
		return saysNothingInList(entry.name) ? withoutBlanks(entry) : { name: readText(entry.name, label) };
	});

/** Read-only parts of the attributes that a Get answers. */
export const READ_ONLY_OF_ATTRIBUTES = ['createdBy', 'dateAdded', 'lastModified'];

/** Attributes inside an entry, as an array or JSON text. */
export const nestedAttributes = (): FieldType =>
	nestedList((entry, label) => {
		const attribute = isJsonObject(entry) ? withoutBlanks(entry) : {};
		if (attribute.type === undefined || attribute.value === undefined) {
			throw new InvalidInput(
				`${label} needs a type and a value for each attribute, but has ${inQuotes(entry)}`,
				'Write it as [{"type": "Description", "value": "…"}].',
			);
		}
		// The ID is that of an attribute that exists already; here each is a new one.
		const left = [...READ_ONLY_OF_ATTRIBUTES, 'id'];
		return Object.fromEntries(Object.entries(attribute).filter(([name]) => !left.includes(name)));
	});
