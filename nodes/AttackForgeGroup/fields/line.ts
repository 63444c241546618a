import { trimmed } from '../../shared/core/readValue';
import type { FieldType } from '../../shared/fields/field';
import { text } from '../../shared/fields/fieldTypes';

/** One line of text. Spreadsheets pad their cells, and a blank behind an address or a name breaks it. */
export const line = (): FieldType => {
	const kind = text();
	return { ...kind, read: (value, context) => trimmed(String(kind.read(value, context))) };
};
