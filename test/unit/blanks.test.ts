import { table as attackForge } from '../../nodes/AttackForgeGroup/fields/groupFields';
import type { Table } from '../../nodes/shared/fields/field';
import { readRecord, type Source } from '../../nodes/shared/fields/record';
import { table as threatConnect } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { isBlank, readEntries, saysNothing, saysNothingInList } from '../../nodes/shared/core/readValue';
import * as fc from 'fast-check';

/** Blanks say nothing, in every field of both tables and in every data mode. */

const invisible = fc.stringMatching(/^[\s\u200B-\u200D\u2060\uFEFF]{0,4}$/);
const blank = fc.letrec((tie) => ({
	value: fc.oneof(
		{ maxDepth: 3 },
		fc.constantFrom(undefined, null, ''),
		invisible,
		fc.array(tie('value'), { maxLength: 3 }),
		fc.dictionary(fc.constantFrom('a', 'name', 'value'), tie('value'), { maxKeys: 3 }),
	),
})).value;

test('an invisible value says nothing, but a zero, a switch that is off and a date do say something', () => {
	fc.assert(fc.property(invisible, (text) => isBlank(text)));
	fc.assert(fc.property(blank, (value) => saysNothing(value)));
	for (const said of [0, false, 'x', ',', [0], { a: [false] }, new Date(0), 0n]) {
		expect(saysNothing(said)).toBe(false);
	}
});

test('a comma says something as a text, and nothing where a list is read', () => {
	for (const commas of [',', ' , ', ',,', [','], { name: ',' }]) {
		expect(saysNothing(commas)).toBe(false);
		expect(saysNothingInList(commas)).toBe(true);
		expect(readEntries([commas], 'Tags')).toEqual([]);
	}
	fc.assert(fc.property(blank, (value) => saysNothingInList(value)));
	expect(readEntries(['a,b', ','], 'Tags')).toEqual(['a,b']);
});

const fieldsOf = (table: Table) => table.fields.map((field) => ({ table, field }));

const sources = (values: Record<string, unknown>, type: unknown): Source[] => [
	{ mode: 'define', values, type, typeIsFixed: true },
	{ mode: 'autoMap', values, type },
	{ mode: 'json', values },
];

test.each([...fieldsOf(threatConnect), ...fieldsOf(attackForge)])(
	'$field.name that is blank is left out of an update, in each data mode',
	({ table, field }) => {
		const type = table.types ? (field.types?.[0] ?? 'Incident') : undefined;
		const said = { name: 'Renamed' };
		fc.assert(
			fc.property(blank, (value) => {
				if (field.name === 'name' || field.name === 'type') return;
				for (const source of sources({ ...said, [field.name]: value }, type)) {
					expect(readRecord(table, 'update', source, 'UTC').body).toEqual(said);
				}
			}),
			{ numRuns: 50 },
		);
	},
);
