import { crashOf, judge, liveHtmlIn, secretsIn } from '../fuzz/judge';
import { ENCODERS } from '../support/spellings';

/** The fuzzer's judge finds what is planted, and nothing else. */

const SECRET = 'x7Kp2mQ9vL4d/+=a8Zt3';

/** Each says something somewhere, as n8n stores it. */
const PLACES: Record<string, (said: string) => unknown> = {
	'a value of an item': (said) => [{ json: { a: [{ b: `see ${said}` }] } }],
	'a key of an item': (said) => [{ json: { [said]: 1 } }],
	'the message of an error': (said) => new Error(said),
	'the cause of an error': (said) => new Error('failed', { cause: new Error(said) }),
	'a property of an error that no JSON shows': (said) =>
		Object.defineProperty(new Error('failed'), 'config', { value: { headers: { authorization: said } } }),
	'the context of an error': (said) => Object.assign(new Error('failed'), { context: { request: said } }),
	bytes: (said) => ({ data: Buffer.from(`\0\u00ff${said}`) }),
	'a map': (said) => new Map([['a', said]]),
	'a hint': (said) => ({ hints: [{ message: said }] }),
};

test.each(Object.keys(PLACES))(
	'a planted secret is found in each place where n8n could store it: %s',
	(place) => {
		const value = PLACES[place] as (said: string) => unknown;
		expect(secretsIn(value(SECRET), [SECRET])).not.toEqual([]);
		expect(judge({ stored: { place: value(SECRET) }, rendered: {} }, [SECRET])).toContainEqual(
			expect.objectContaining({ kind: 'secret', where: 'place' }),
		);
		expect(secretsIn(value('*****(secret hidden)'), [SECRET])).toEqual([]);
	},
);

test.each(Object.keys(ENCODERS))('a planted secret is found in each spelling: %s', (name) => {
	expect(secretsIn([`Said ${ENCODERS[name]?.(SECRET)}.`], [SECRET])).toHaveLength(1);
});

test.each(['<a href="https://evil.example">', '<IMG/SRC=x>', '</div>', '<!-- x', '<?php', '1 < 2 <b'])(
	'a planted tag is found where the editor renders: %s',
	(text) => {
		expect(liveHtmlIn({ description: text })).toEqual([text]);
		expect(judge({ stored: {}, rendered: { hint: [text] } }, [])).toEqual([
			{ kind: 'html', where: 'hint', what: text },
		]);
		// Items are data: n8n shows them as text.
		expect(judge({ stored: { items: [text] }, rendered: {} }, [])).toEqual([]);
	},
);

test.each(['1 < 2 & 3 > 2', '&lt;a href=x&gt;', '‹a href=x>', 'a<', '<3', '< a>'])('%s is text', (text) => {
	expect(liveHtmlIn([text])).toEqual([]);
});

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

test.each([
	[named('NodeApiError', 'The item was refused [item 0]'), false],
	[named('NodeOperationError', '"Name" (name) is empty [item 0]'), false],
	[undefined, false],
	[new TypeError("Cannot read properties of undefined (reading 'id')"), true],
	[named('NodeOperationError', "Cannot read properties of null (reading 'id') [item 0]"), true],
	[named('NodeOperationError', ''), true],
	[named('NodeApiError', 'x is not a function'), true],
	[named('AxiosError', 'The item was refused'), true],
	['a text', true],
])('what was thrown is a crash if it is no error of ours: %p', (thrown, isCrash) => {
	expect(crashOf(thrown) !== undefined).toBe(isCrash);
	expect(judge({ stored: {}, rendered: {}, thrown }, []).some(({ kind }) => kind === 'crash')).toBe(isCrash);
});

test('an error item with words of JavaScript is a crash', () => {
	const words = ['refused', 'Maximum call stack size exceeded'];
	expect(judge({ stored: {}, rendered: {}, messages: words }, [])).toEqual([
		{ kind: 'crash', where: 'error item', what: 'Maximum call stack size exceeded' },
	]);
});
