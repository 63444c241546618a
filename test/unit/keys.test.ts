import fc from 'fast-check';

import { table as attackForge } from '../../nodes/AttackForgeGroup/fields/groupFields';
import { table as threatConnect } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { OutputHints } from '../../nodes/shared/execution/outputHints';
import type { Field, Operation, Table } from '../../nodes/shared/fields/field';
import { fieldLike, gatherByKey, misspelledKey, suggestion } from '../../nodes/shared/fields/keys';
import { readRecord } from '../../nodes/shared/fields/record';
import { refusal } from './refusal';

/** In Auto-Map mode, people's headings are the fields that they name. */

const PLAUSIBLE: unknown[] = [
	'2026-11-20',
	'12',
	'a',
	'New',
	'Needs Review',
	'YARA',
	false,
	{ client_code: 'x' },
	[{ id: 1 }],
	[{ type: 'Description', value: 'x' }],
	[{ type: 'Assigned', user: { id: 1 } }],
	[{ rating: 5, reviewHelpful: true }],
];

/** A value that the field takes. */
function valueFor(field: Field, operation: Operation, type: string | undefined): unknown {
	return PLAUSIBLE.find((value) => {
		try {
			return field.kind.read(value, { label: '', operation, zone: 'UTC', type }) !== undefined;
		} catch {
			return false;
		}
	});
}

const operations = ['create', 'update'] as const;

/** Each field of a table, in each type that has it and each operation that sends it. */
const places = (table: Table) =>
	(table.types ?? [{ value: undefined }]).flatMap(({ value }) => {
		const type = value === undefined ? undefined : String(value);
		return table.fields
			.filter(({ name, types }) => name !== 'type' && (type === undefined || types?.includes(type) !== false))
			.flatMap((field) =>
				operations
					.filter((operation) => field[operation] !== 'no')
					.map((operation) => ({ table, type, field, operation })),
			);
	});

const all = [...places(threatConnect), ...places(attackForge)];

/** Spellings of a heading: other case, and other characters between its words and around them. */
const spelling = (heading: string): fc.Arbitrary<string> => {
	const between = fc.constantFrom('', ' ', '_', '-', '  ', '\u00A0', ' - ', '\u200B');
	const parts = heading.split(/[\s_-]+|(?<=[a-z])(?=[A-Z])/);
	return fc
		.tuple(
			fc.constantFrom('', '\uFEFF', ' '),
			fc.constantFrom('', ' ', '\t', '_'),
			fc.array(fc.tuple(between, fc.constantFrom('same', 'upper', 'lower')), {
				minLength: parts.length,
				maxLength: parts.length,
			}),
		)
		.map(([start, end, choices]) => {
			const words = parts.map((part, index) => {
				const [gap = '', form] = choices[index] ?? [];
				const word = form === 'upper' ? part.toUpperCase() : form === 'lower' ? part.toLowerCase() : part;
				return index === 0 ? word : gap + word;
			});
			return start + words.join('') + end;
		});
};

const read = (table: Table, operation: Operation, values: object, type?: string) =>
	readRecord(table, operation, { mode: 'autoMap', values: { ...values }, type }, 'UTC');

const autoMap = (operation: Operation, values: object, type = 'Event') =>
	read(threatConnect, operation, values, type);

test('a key in another spelling gives the same body as the name of the API, for every field of both services', () => {
	expect(all.length).toBeGreaterThan(500);
	fc.assert(
		fc.property(
			fc
				.constantFrom(...all.filter(({ field }) => field.exactKey !== true))
				.chain((place) =>
					fc.tuple(
						fc.constant(place),
						fc.oneof(spelling(place.field.name), spelling(place.field.displayName)),
					),
				),
			([{ table, type, field, operation }, key]) => {
				const value = valueFor(field, operation, type);
				const { body } = read(table, operation, { [field.name]: value }, type);
				const other = read(table, operation, { [key]: value }, type);
				const isAttribute = operation === 'create' && ['description', 'source'].includes(field.name);
				expect(body).toHaveProperty(isAttribute ? 'attributes' : field.name);
				expect(other.body).toEqual(body);
				expect(other.ignored).toEqual([]);
			},
		),
		{ seed: 20261129, numRuns: 1000 },
	);
});

test('no two fields of a service are alike but for their spelling', () => {
	for (const table of [threatConnect, attackForge]) {
		const headings = table.fields.flatMap(({ name, displayName }) => {
			const bare = [name, displayName].map((one) => one.toLowerCase().replace(/[\s_-]/g, ''));
			return [...new Set(bare)].map((one) => `${one} ${name}`);
		});
		const bare = [...new Set(headings)].map((heading) => heading.split(' ')[0]);
		expect(bare).toEqual([...new Set(bare)]);
	}
});

test('a field that deletes, revokes or has another meaning elsewhere is sent only under exactly its name', () => {
	const exact = all.filter(({ field }) => field.exactKey);
	expect(new Set(exact.map(({ field }) => field.name))).toEqual(new Set(['ownerId', 'is_deleted', 'access']));
	for (const { table, type, field, operation } of exact) {
		const given = { name: 'a', [field.displayName]: true, [field.name.toUpperCase()]: true };
		const { body, ignored } = read(table, operation, given, type);
		expect(body).not.toHaveProperty(field.name);
		expect(ignored).toEqual([field.displayName, field.name.toUpperCase()]);
	}
});

test('keys that match nothing are not sent, and named', () => {
	fc.assert(
		fc.property(fc.string(), fc.string(), (key, value) => {
			fc.pre(!/^type$/i.test(key) && !Object.hasOwn({ name: 1 }, key));
			const { body, ignored, spelled } = autoMap('create', { name: 'a', [`${key}x9`]: value });
			expect(body).toEqual({ type: 'Event', name: 'a' });
			expect(ignored).toEqual([`${key}x9`]);
			expect(spelled.size).toBe(0);
		}),
		{ seed: 20261129 },
	);
	expect(autoMap('create', { name: 'a', id: 5, ID: 6 }).ignored).toEqual(['id', 'ID']);
});

test('the type may be spelled in another way too, and is named as the item has it', () => {
	expect(autoMap('create', { Type: 'campaign', Name: 'a' }).body).toEqual({ type: 'Campaign', name: 'a' });
	expect(refusal(() => autoMap('create', { TYPE: 'Customer', Name: 'a' }))[1]).toMatch(
		/It is the key "TYPE" of the input, which comes before the Type of the node: correct it there/,
	);
	expect(autoMap('create', { type: 'Threat', Type: 'Campaign', name: 'a' }).body.type).toBe('Threat');
});

describe('several keys that are one field', () => {
	test('the name of the API comes first, and the others are named as not sent', () => {
		const { body, ignored } = autoMap('create', { Name: 'b', name: 'a', NAME: 'a' });
		expect(body.name).toBe('a');
		expect(ignored).toEqual(['Name']);
	});

	test('a blank one says nothing', () => {
		expect(autoMap('create', { name: ' ', Name: 'b', NAME: '' })).toMatchObject({
			body: { name: 'b' },
			ignored: [],
		});
	});

	test('in other spellings with different values are refused by their names', () => {
		expect(
			refusal(() => autoMap('create', { 'Event Date': '2026-11-20', name: 'a', event_date: '2026' })),
		).toEqual([
			'"Event Date" (eventDate): the keys "Event Date" and "event_date" of the item are both this field, with different values',
			'Remove one of them, or name the right one eventDate.',
		]);
		expect(autoMap('create', { Name: 'a', NAME: 'a' }).body.name).toBe('a');
		// An incident has no such field, and an update does not send the owner.
		expect(autoMap('create', { name: 'a', From: 'b', from_: 'c' }).ignored).toEqual(['From', 'from_']);
		expect(autoMap('update', { name: 'a', 'Owner Name': 'b', owner_name: 'c' }).ignored).toHaveLength(2);
	});
});

test('a message about a missing field names keys that may be meant for it', () => {
	const missing = (values: object) => read(attackForge, 'create', values).missing?.description;
	expect(missing({ 'Customer Name': 'ACME', 'Contact Name': 'P', Phone: '1' })).toBe(
		'Set it, or check that the expression or the input gives a value for this item. Your item has "Customer Name": if that is meant, rename it to name, or choose Define Below.',
	);
	expect(missing({ Name: 'ACME', Owner: 'J' })).toContain('Your item has "Owner": ');
	expect(missing({ Name: 'ACME', Phone: '1' })).toContain(
		'No key of the item is named like it: rename the one that is meant to group_owner, or choose Define Below.',
	);
	// The key is there, and blank.
	for (const key of ['group_owner', 'Group Owner']) {
		expect(missing({ Name: 'ACME', [key]: '' })).toBe(
			'Set it, or check that the expression or the input gives a value for this item.',
		);
	}
	const meant = (values: Record<string, unknown>, name: string) => suggestion(values, { name }, attackForge);
	expect(meant({ 'E-Mail': 'a@b.example' }, 'primary_contact_email')).toContain('"E-Mail"');
	expect(meant({ eMail: '' }, 'primary_contact_email')).toBe('');
	expect(meant({ Contact: 'P' }, 'primary_contact_name')).toContain('"Contact"');
});

test('a key that is a field itself is not meant for another field', () => {
	const others = { primary_contact_name: 'P', 'Group Owner': 'J' };
	expect(suggestion(others, { name: 'name' }, attackForge)).toBe('');
	expect(suggestion({ 'File Name': 'a.txt' }, { name: 'name' }, threatConnect)).toBe('');
});

describe('the field that a heading of another system may be meant for', () => {
	/** The headings of CRMs, directories and spreadsheets, and the field of AttackForge and of ThreatConnect. */
	test.each<[string, string | undefined, string | undefined]>([
		['Customer Name', 'name', undefined],
		['AccountName', 'name', undefined],
		['displayName', 'name', 'name'],
		['Group Name', 'name', 'name'],
		['Incident Name', undefined, 'name'],
		['Threat Actor Name', undefined, 'name'],
		['Alert Status', undefined, 'status'],
		['First Name', undefined, undefined],
		['User Name', undefined, undefined],
		['Domain Name', undefined, undefined],
		['Owner', 'group_owner', 'ownerName'],
		['Owner Email', undefined, undefined],
		['primary_contact_name', undefined, undefined],
		['Contact Name', 'primary_contact_name', undefined],
		['Contact', undefined, undefined],
		['Contact Number', 'primary_contact_number', undefined],
		['Account Number', undefined, undefined],
		['E-Mail', 'primary_contact_email', undefined],
		['emailAddress', 'primary_contact_email', undefined],
		['Contact E-Mail Address', 'primary_contact_email', undefined],
		['Primary Contact Email 2', 'primary_contact_email', undefined],
		['group', undefined, undefined],
		['Team', undefined, undefined],
		['Account Type', undefined, undefined],
		['Lead Source', undefined, undefined],
		['Source URL', undefined, undefined],
		['Labels', undefined, 'securityLabels'],
		['Date', undefined, undefined],
		['Date of Event', undefined, 'eventDate'],
		['Deleted', undefined, undefined],
	])('%s', (key, ...fields) => {
		expect([attackForge, threatConnect].map((table) => fieldLike(key, table))).toEqual(fields);
	});
});

test('hints say which keys were sent under the name of a field, and which field may be meant by others', () => {
	const hints = new OutputHints(threatConnect);
	expect(hints.messages()).toEqual([]);
	const spelled = [['Event Date', 'eventDate'] as const];
	hints.noteKeys({ ignored: ['Owner', 'id'], spelled });
	hints.noteKeys({ ignored: ['<b>'], spelled });
	expect(hints.messages()).toEqual([
		'Keys that were taken for fields: "Event Date" as eventDate (2 items).',
		`Not sent, because no field of the record's type has this name: "Owner" (1 item, perhaps ownerName), "id" (1 item), "&lt;b>" (1 item). Rename keys to send them.`,
	]);
	expect(fieldLike('Date', threatConnect)).toBeUndefined();
	// It is a field of another type.
	expect(fieldLike('Event Date', threatConnect)).toBeUndefined();
	expect(fieldLike('IsDeleted', attackForge)).toBeUndefined();
	const many = new OutputHints(attackForge);
	many.noteKeys({ ignored: Array.from({ length: 22 }, (_, index) => `k${index}`), spelled: [] });
	expect(many.messages()[0]).toContain('"k19" (1 item) and 2 more');
});

test('a hint of an operation lists names with the number of their items, and is left out without any', () => {
	const hints = new OutputHints(attackForge);
	const hint = (listed: string) => `Odd: ${listed}.`;
	for (const names of [[], ['a', '<b>'], ['a']]) hints.noteListed(hint, names);
	hints.noteListed(() => 'none', []);
	expect(hints.messages()).toEqual(['Odd: "a" (2 items), "&lt;b>" (1 item).']);
});

describe('keys such as custom_fields.region', () => {
	const { fields } = attackForge;

	test.each<[Record<string, unknown>, Record<string, unknown>]>([
		[
			{ name: 'A', 'custom_fields.a': 1, 'custom_fields.b': 2 },
			{ name: 'A', custom_fields: { a: 1, b: 2 } },
		],
		[{ custom_fields: { a: 1 }, 'custom_fields.b': 2 }, { custom_fields: { a: 1, b: 2 } }],
		[{ custom_fields: '', 'custom_fields.b': 2 }, { custom_fields: { b: 2 } }],
		[{ 'Custom Fields': { a: 1 }, 'custom_fields.b': 2 }, { custom_fields: { a: 1, b: 2 } }],
		[
			{ custom_fields: ' ', 'Custom Fields': { a: 1 }, 'Custom Fields.b': 2 },
			{ custom_fields: { a: 1, b: 2 } },
		],
		// A blank cell takes nothing from the object beside it.
		[{ custom_fields: { b: 2 }, 'custom_fields.b': '' }, { custom_fields: { b: 2 } }],
		[{ '\uFEFFcustom_fields.b': 2 }, { custom_fields: { b: 2 } }],
		[{ 'Custom Fields. b\u00A0': 2, 'custom_fields.b': 2 }, { custom_fields: { b: 2 } }],
	])('%j are one object', (values, gathered) => expect(gatherByKey(values, fields)).toEqual(gathered));

	test('stay as they are beside a list, without a key, and where the service has no such field', () => {
		const beside = { custom_fields: [{ key: 'a', value: 1 }], 'custom_fields.b': 2 };
		expect(gatherByKey(beside, fields)).toBe(beside);
		const spelled = { 'Custom Fields': '[]x', 'custom_fields.b': 2 };
		expect(gatherByKey(spelled, fields)).toBe(spelled);
		const without = { 'custom_fields.': 1, 'access.sso_1': 2 };
		expect(gatherByKey(without, fields)).toBe(without);
		expect(gatherByKey(beside, threatConnect.fields)).toBe(beside);
	});

	test.each<[Record<string, unknown>, string]>([
		[{ custom_fields: { b: 1 }, 'custom_fields.b': 2 }, '"custom_fields" and "custom_fields.b"'],
		[{ 'custom_fields.b': 1, 'Custom Fields.b': 2 }, '"custom_fields.b" and "Custom Fields.b"'],
	])('%j are refused, because they contradict each other', (values, keys) => {
		expect(() => gatherByKey(values, fields)).toThrow(
			`"Custom Fields" (custom_fields): the keys ${keys} of the item are both this field, with different values`,
		);
	});
});

describe('the plain inputs of the form', () => {
	const bodyOf = (values: Record<string, unknown>) => {
		const source = { mode: 'autoMap' as const, values: { name: 'A', ...values }, type: 'Incident' };
		return readRecord(threatConnect, 'create', source, 'UTC');
	};

	test.each(['tagNames', 'Tag Names', 'tag_names', 'TAG NAMES '])(
		'are taken from a key such as %s',
		(key) => {
			const { body, ignored, spelled } = bodyOf({ [key]: 'A, B' });
			expect(body.tags).toEqual({ data: [{ name: 'A' }, { name: 'B' }] });
			expect(ignored).toEqual([]);
			expect([...spelled]).toEqual([[key, 'tags']]);
		},
	);

	test('come besides the list itself, and say nothing where they are blank', () => {
		expect(bodyOf({ tags: 'A', 'Tag Names': 'B' }).body.tags).toEqual({
			data: [{ name: 'B' }, { name: 'A' }],
		});
		expect(bodyOf({ tags: 'A', 'Tag Names': ' ' }).body.tags).toEqual({ data: [{ name: 'A' }] });
	});

	test('are refused in two spellings with different values', () => {
		expect(() => bodyOf({ 'Tag Names': 'A', tag_names: 'B' })).toThrow('are both this field');
	});

	test('are not meant by a key with a value that they cannot hold', () => {
		for (const indicators of [3, false, { count: 3 }]) {
			const { body, ignored } = bodyOf({ Indicators: indicators });
			expect(body).toEqual({ type: 'Incident', name: 'A' });
			expect(ignored).toEqual(['Indicators']);
		}
		expect(bodyOf({ indicators: 3, Indicators: 'badguy.com' }).body.associatedIndicators).toBeDefined();
		expect(bodyOf({ 'Tag Names': 2026 }).body.tags).toEqual({ data: [{ name: '2026' }] });
	});
});

describe('a key that an expression may have misspelled', () => {
	const names = threatConnect.fields.filter(({ name }) => name === 'name');

	test.each([
		['\uFEFFTitle', '\\uFEFFTitle'],
		['Case\u00A0Name', 'Case\\u00A0Name'],
		['NAME', 'NAME'],
	])('%j is named', (key, shown) => {
		expect(misspelledKey({ Other: 'A', [key]: 'B' }, names)).toContain(
			`Your item has the key "${shown}", which an expression must spell exactly so`,
		);
	});

	test('is the one that is named like the field, whatever stands before it', () => {
		const item = { 'Prix\u00A0TTC': 'A', '👩\u200D💻': 'B', NAME: 'C' };
		expect(misspelledKey(item, names)).toContain('Your item has the key "NAME"');
	});

	test('is not one that is blank, or another', () => {
		expect(misspelledKey({ Name: ' ', Title: 'A' }, names)).toBe('');
	});

	test('is named where an update has no field, if nobody sees all of it', () => {
		const nothing = (item: Record<string, unknown>) =>
			refusal(() =>
				readRecord(threatConnect, 'update', { mode: 'define', values: {}, item, typeIsFixed: true }, 'UTC'),
			);
		expect(nothing({ '\uFEFFTitle': 'A' })[1]).toMatch(/^Set at least one field. Your item has the key/);
		expect(nothing({ name: 'A' })[1]).toBe('Set at least one field.');
	});
});
