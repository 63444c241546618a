import type { FieldContext } from '../../nodes/shared/fields/field';
import { choice, choiceByType, date, flag, longId, oneOf, text } from '../../nodes/shared/fields/fieldTypes';
import { refusal } from './refusal';

/** The types of fields: how a value is entered, which values are accepted, and the messages for others. */

const context: FieldContext = { label: '"Field" (field)', operation: 'create', zone: 'Europe/Berlin' };

const options = (...names: string[]) => names.map((name) => ({ name, value: name }));

describe('text', () => {
	test('is an input of one line, unless another control is given', () => {
		expect(text().control('create')).toEqual({ type: 'string', default: '' });
		expect(text({ maxLength: 9, rows: 4 }).control('create')).toEqual({
			type: 'string',
			default: '',
			typeOptions: { rows: 4 },
		});
	});

	test('has any length, or at most the characters that the service accepts', () => {
		expect(text().read('x'.repeat(10_000), context)).toHaveLength(10_000);
		expect(text({ maxLength: 3 }).read('abc', context)).toBe('abc');
		// These are three characters, but six in JavaScript's count.
		expect(text({ maxLength: 3 }).read('😀😀😀', context)).toBe('😀😀😀');
		expect(refusal(() => text({ maxLength: 3 }).read('😀😀😀😀', context))).toEqual([
			'"Field" (field) has 4 characters, but at most 3 are allowed: "😀😀😀😀"',
			'Shorten it.',
		]);
	});

	test('is read from a number, and not from an object', () => {
		expect(text().read(12, context)).toBe('12');
		expect(refusal(() => text().read({}, context))[0]).toBe(
			'"Field" (field) must be text, but is an object: "{}"',
		);
	});
});

describe('a choice', () => {
	const few = options('Low', 'High');

	test('is sorted by meaning if it has few options, and otherwise by name', () => {
		expect(choice(few).control('create')).toEqual({ type: 'options', options: few, default: 'Low' });
		const four = options('d', 'c', 'b', 'a');
		expect(choice(four).control('create').options).toEqual(four);
		const five = options('e', 'd', 'c', 'b', 'a');
		expect(choice(five).control('create')).toEqual({
			type: 'options',
			options: options('a', 'b', 'c', 'd', 'e'),
			default: 'e',
		});
		expect(five).toEqual(options('e', 'd', 'c', 'b', 'a'));
		expect(choice([]).control('create').default).toBe('');
	});

	test('takes its values, also numbers', () => {
		expect(choice(few).read('High', context)).toBe('High');
		expect(choice([{ name: 'One', value: 1 }]).read(1, context)).toBe('1');
	});

	test('names the allowed values', () => {
		expect(refusal(() => choice(few).read('Medium', context))).toEqual([
			'"Field" (field) cannot be "Medium"',
			'Allowed values: "Low", "High".',
		]);
		const maybe = choice([{ name: '(Not Set)', value: '' }, ...few]);
		expect(refusal(() => maybe.read('-', context))[0]).toBe('"Field" (field) cannot be "-"');
	});

	test('that an administrator may extend takes any text', () => {
		expect(choice(few, true).read('Medium', context)).toBe('Medium');
		expect(choice(few, true).read(' HIGH ', context)).toBe('High');
		expect(choice(options('OpenIOC', 'Other'), true).read('Open IOC', context)).toBe('Open IOC');
		expect(refusal(() => choice(few, true).read([], context))[0]).toMatch(/must be text/);
	});
});

test.each([
	['Course of Action', 'Course of Action'],
	['course-of-action', 'Course of Action'],
	['COURSE_OF_ACTION', 'Course of Action'],
	[' courseOfAction ', 'Course of Action'],
	['tool', 'Tool'],
	['\uFEFFTOOL\u00A0', 'Tool'],
])('a value in the spelling of another system, %j, is %s', (given, name) => {
	expect(choice(options('Course of Action', 'Tool')).read(given, context)).toBe(name);
});

test('an option has one of its values, and another value is refused with their names', () => {
	expect(oneOf('desc', '"Sort Direction" (sortDirection)', 'asc', 'desc')).toBe('desc');
	expect(refusal(() => oneOf('DESC', '"Sort Direction" (sortDirection)', 'asc', 'desc'))).toEqual([
		'"Sort Direction" (sortDirection) cannot be "DESC"',
		'Did you mean "desc"?',
	]);
	expect(refusal(() => oneOf('up', '"Sort Direction" (sortDirection)', 'asc', 'desc'))).toEqual([
		'"Sort Direction" (sortDirection) cannot be "up"',
		'Allowed values: "asc", "desc".',
	]);
});

describe('a choice that depends on the type of the record', () => {
	const kind = choiceByType({ Event: choice(options('New', 'Open')), Task: choice(options('Open', 'Done')) });

	test('offers the options of the type, or all of them once if the type is not known', () => {
		expect(kind.control('create', 'Task').options).toEqual(options('Open', 'Done'));
		const all = { type: 'options', options: options('New', 'Open', 'Done'), default: 'New' };
		expect(kind.control('create')).toEqual(all);
		expect(kind.control('create', 'Other')).toEqual(all);
		expect(choiceByType({}).control('create').default).toBe('');
	});

	test('takes the options of the type, or any text if the type is not known', () => {
		expect(kind.read('Done', { ...context, type: 'Task' })).toBe('Done');
		expect(refusal(() => kind.read('Done', { ...context, type: 'Event' }))[0]).toBe(
			'"Field" (field) cannot be "Done"',
		);
		expect(kind.read('Done', context)).toBe('Done');
		expect(kind.read('x', { ...context, type: 'Other' })).toBe('x');
		expect(kind.read('done', context)).toBe('Done');
		expect(refusal(() => kind.read({}, context))[0]).toMatch(/^"Field" \(field\) must be text/);
	});
});

test('a date is chosen, read in the workflow’s zone, and a refusal names the field and how to write a date', () => {
	expect(date().control('create')).toMatchObject({
		type: 'dateTime',
		default: '',
		hint: expect.stringContaining("in the workflow's time zone") as string,
	});
	expect(date().read('2021-11-03 14:15', context)).toBe('2021-11-03T13:15:00Z');
	expect(refusal(() => date().read('soon', context))).toEqual([
		'"Field" (field): "soon" is not a date',
		'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ.',
	]);
});

describe('true or false', () => {
	test('is a switch that is off', () => {
		expect(flag().control('create')).toEqual({ type: 'boolean', default: false });
	});

	test.each([true, 'true', 'TRUE', ' Yes ', 1, '1'])('%p is true', (value) => {
		expect(flag().read(value, context)).toBe(true);
	});

	test.each([false, 'false', 'No', 0, '0'])('%p is false', (value) => {
		expect(flag().read(value, context)).toBe(false);
	});

	test.each([2, 'maybe', [true], {}, ''])('%p is neither', (value) => {
		const [message, description] = refusal(() => flag().read(value, context));
		expect(message).toMatch(/^"Field" \(field\) cannot be "/);
		expect(description).toBe('Give it true or false.');
	});
});

test('an ID is a text input, whose text is read', () => {
	expect(longId().control('create')).toEqual({ type: 'string', default: '' });
	expect(longId().read('9007199254740993', context)).toBe(9007199254740993n);
});
