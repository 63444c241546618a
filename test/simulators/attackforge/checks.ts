import type { CustomField } from './records';
import { refusals } from './refusals';

/** The place of the first value that occurs for the second time, or -1. */
export function firstRepeated(values: string[]): number {
	const seen = new Set<string>();
	return values.findIndex((value) => seen.size === seen.add(value).size);
}

/** "Key must be unique" (AttackForge documentation, CreateGroup and UpdateGroup). */
export function checkKeysUnique(fields: CustomField[] = []): void {
	const repeated = firstRepeated(fields.map(({ key }) => key));
	if (repeated >= 0) throw refusals.invalid(`custom_fields[${repeated}].key`, 'must be unique');
}
