import { pathOf, queryString } from '../../nodes/shared/http/url';
import { refusal } from './refusal';

/** The address of a request, from IDs and values as users give them. */

test.each([
	[['v3', 'groups', '12'], '/v3/groups/12'],
	[['groups', 'a/b?c#d'], '/groups/a%2Fb%3Fc%23d'],
	[['groups', '...', ' '], '/groups/.../%20'],
	[["it's (a) *!"], '/it%27s%20%28a%29%20%2A%21'],
	[[], ''],
])('an ID is one segment of the path, whatever it holds: %j', (segments, path) => {
	expect(pathOf(...segments)).toBe(path);
});

test.each(['', '.', '..'])('an ID that would lead to another path is refused: "%s"', (segment) => {
	expect(refusal(() => pathOf('groups', segment, 'tags'))).toEqual([
		`"${segment}" cannot stand in the path of a request`,
		'Give an ID.',
	]);
});

test('parameters keep their order, and a name may repeat', () => {
	expect(queryString([])).toBe('');
	const query = [
		['fields', 'tags'],
		['fields', 'a&b=c'],
		['tql', 'summary = "x y"'],
	] as const;
	expect(queryString(query)).toBe('?fields=tags&fields=a%26b%3Dc&tql=summary%20%3D%20%22x%20y%22');
});

test('a value that is too long for an address is refused, with its beginning', () => {
	expect(pathOf('x'.repeat(16_000))).toHaveLength(16_001);
	const long = 'x'.repeat(16_001);
	const tooLong = `"${'x'.repeat(80)}…" has 16001 characters, too many for the address of a request`;
	expect(refusal(() => pathOf(long))).toEqual([`The ID ${tooLong}`, 'Shorten it.']);
	expect(refusal(() => queryString([['tql', long]]))).toEqual([
		`The parameter "tql" ${tooLong}`,
		'Shorten it.',
	]);
});

test('half a character is refused', () => {
	const [message, description] = refusal(() => pathOf('a\ud83d'));
	expect(message).toMatch(/^The ID "a.*": /);
	expect(description).toBe('Cut texts between characters.');
});
