import { InvalidInput } from '../../shared/core/errors';
import { inQuotes, optionalText } from '../../shared/core/readValue';
import type { FieldType } from '../../shared/fields/field';
import { text } from '../../shared/fields/fieldTypes';

/** @throws InvalidInput when it is not an ID */
export function checkId(value: unknown, label: string): string {
	const id = optionalText(value, label)?.trim() ?? '';
	if (id === '') throw new InvalidInput(`${label} is empty`, 'Give its ID.');
	// In lower case, as AttackForge writes IDs, because IDs are compared.
	if (/^[0-9a-f]{24}$/i.test(id)) return id.toLowerCase();
	throw new InvalidInput(
		`${label} cannot be ${inQuotes(id)}`,
		'An ID has 24 hexadecimal digits, e.g. 5eab99471e18050942c7607a.',
	);
}

/** The ID of a user or group. */
export const id = (): FieldType => ({ ...text(), read: (value, { label }) => checkId(value, label) });
