import { readFilter } from '../../nodes/shared/fields/filters';
import { refusal } from './refusal';

/** Filters of lists. A filter that an expression leaves empty must not find everything. */

test('a filter that was not added has no value', () => {
	expect(readFilter({}, 'name', 'Name')).toBeUndefined();
});

test.each(['x', ' x ', 0, false])('a filter may be %j', (value) => {
	expect(readFilter({ name: value }, 'name', 'Name')).toBe(value);
});

test.each([undefined, null, '', '  '])('a filter that was added cannot be %j', (value) => {
	expect(refusal(() => readFilter({ name: value }, 'name', '"Name" (name)'))).toEqual([
		'The filter "Name" (name) is empty',
		'Remove it to find records whatever they have there, or check its expression.',
	]);
});
