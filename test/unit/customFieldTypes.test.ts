import {
	asDefined,
	definedKey,
	definitionsOf,
	isDoubtful,
} from '../../nodes/AttackForgeGroup/fields/customFieldTypes';

const custom = (config: object) => ({ type: 'custom', config });
const ofType = (custom_field_type: unknown, more: object = {}) =>
	definitionsOf([custom({ custom_field_key: 'a', custom_field_type, ...more })]);
const CONTEXT = { label: '"Custom Fields" (custom_fields)', zone: 'America/New_York' };
const stored = (value: unknown, type: unknown, more?: object) =>
	asDefined({ key: 'a', value }, ofType(type, more).get('a'), CONTEXT).value;

describe('the definitions of a form', () => {
	test('leave out what is no custom field', () => {
		const form = [
			null,
			'x',
			{},
			{ config: {} },
			custom({ custom_field_key: '' }),
			{ config: { fields: [7] } },
		];
		expect(definitionsOf(form).size).toBe(0);
	});

	test.each([
		[
			['EMEA', '', 7],
			[
				{ name: 'EMEA', value: 'EMEA' },
				{ name: '7', value: '7' },
			],
		],
		[[{ label: 'Europe', value: 'EMEA' }], [{ name: 'Europe', value: 'EMEA' }]],
		[[{ name: 'Europe', id: 'EMEA' }], [{ name: 'Europe', value: 'EMEA' }]],
		[[{ key: 'EMEA' }, { label: 'Europe' }], [{ name: 'EMEA', value: 'EMEA' }]],
		['EMEA', []],
	])('find the choices %j', (options, choices) => {
		for (const key of ['custom_field_options', 'options', 'custom_field_values']) {
			expect(ofType('select', { [key]: options }).get('a')?.choices).toEqual(choices);
		}
		expect(ofType('select', { custom_field_view_roles: options }).get('a')?.choices).toEqual([]);
	});
});

test.each([
	['A', 'a'],
	['_a', 'a'],
	// What is left of it without underscores is no name.
	['_', '_'],
	['b', 'b'],
])('the key %j means the custom field %j', (key, meant) => {
	expect(definedKey(key, ofType('input'))).toBe(meant);
});

test.each([
	['Yes', undefined, true],
	['yes', '', true],
	['No', undefined, undefined],
	[undefined, undefined, undefined],
	// The form may hide it, and requires nothing then.
	['Yes', 'region = "EMEA"', undefined],
])('a field whose form says %j with the condition %j is required: %j', (required, hidden, isRequired) => {
	const more = { custom_field_required: required, custom_field_hide_condition: hidden };
	expect(ofType('input', more).get('a')?.isRequired).toBe(isRequired);
});

test.each([
	['datetimepicker', '2027-01-31T10:00:00Z', false],
	['date-time', 'next week', true],
	['datepicker', 'next week', false],
	['ui-user-select', 'Ann Lee', true],
	['ui-user-select', 'ann, lee@acme.example; 7,', false],
	['ui-user-select', '[{"id', false],
	['ui-user-select', [null, { name: 'Ann Lee' }], false],
	[undefined, 'Ann Lee', false],
])('of the type %j, the value %j is doubtful: %j', (type, value, isIt) => {
	expect(isDoubtful({ key: 'a', value }, ofType(type).get('a'), 'UTC')).toBe(isIt);
	expect(isDoubtful({ key: 'b', value }, undefined, 'UTC')).toBe(false);
});

describe('a value', () => {
	test.each([
		['without a type', [1], undefined],
		['of a type that is not known', { a: 1 }, 'group-select'],
		['that is null', null, 'select'],
		['that is no JSON', '[1', 'table'],
	])('%s stays as it is', (_what, value, type) => expect(stored(value, type)).toEqual(value));

	test('of a select whose choices are not known is not checked', () => {
		expect(stored(' any ', 'select')).toBe(' any ');
		expect(stored('any, more', 'ui-select-multiple')).toEqual(['any', 'more']);
	});

	test('may be the label of a choice, and is stored as its value', () => {
		const more = { options: [{ label: 'Europe', value: 'EMEA' }] };
		expect(stored('Europe', 'select', more)).toBe('EMEA');
		expect(stored('EMEA', 'SELECT', more)).toBe('EMEA');
	});

	test('may be a choice that holds a comma', () => {
		const more = { options: ['Red, or purple', 'Blue'] };
		expect(stored('Red, or purple', 'ui-select-multiple', more)).toEqual(['Red, or purple']);
		expect(stored(['Red, or purple', 'Blue'], 'ui-select-multiple', more)).toEqual([
			'Red, or purple',
			'Blue',
		]);
	});

	test('keeps what else stands beside it', () => {
		const field = { key: 'a', value: 'x', note: 'y' };
		expect(asDefined(field, ofType('input').get('a'), CONTEXT)).toEqual(field);
		expect(asDefined(field, undefined, CONTEXT)).toEqual(field);
	});

	test('that is a time is a day in the time zone', () => {
		expect(stored('2027-01-31T23:30:00-05:00', 'datepicker')).toBe('2027-01-31');
		expect(stored('2027-02-01T04:30:00Z', 'datepicker')).toBe('2027-01-31');
		expect(stored('2027-01-31T23:30:00', 'datepicker')).toBe('2027-01-31');
	});
});

test('a value of a choice comes before the name of another one', () => {
	const choices = [
		{ name: '2', value: '1' },
		{ name: '1', value: '2' },
	];
	const definition = { key: 'k', type: 'select', choices };
	expect(asDefined({ key: 'k', value: '2' }, definition, { label: 'L', zone: 'UTC' }).value).toBe('2');
});
