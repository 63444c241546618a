import { readRecord, type Source } from '../../nodes/shared/fields/record';
import type { Operation } from '../../nodes/shared/fields/field';
import { table } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { refusal } from './refusal';

/** The plain inputs of the form, beside the finer inputs of the same lists. */

const read = (
	plain: Record<string, unknown>,
	values: Record<string, unknown> = {},
	operation: Operation = 'update',
) => {
	const source: Source = {
		mode: 'define',
		values: { name: 'x', ...values },
		plain,
		type: 'Incident',
		typeIsFixed: true,
	};
	return readRecord(table, operation, source, 'UTC').body;
};

test('names are separated by commas or line breaks, or come as an array or JSON', () => {
	const tags = { data: [{ name: 'One' }, { name: 'Two words' }], mode: 'append' };
	for (const given of ['One, Two words', 'One\r\nTwo words\n', ['One', 'Two words'], '["One", "Two words"]'])
		expect(read({ tags: given })).toEqual({ name: 'x', tags });
	expect(read({ tags: [{ name: 'One' }, 'Two, with a comma', 7] }).tags).toEqual({
		data: [{ name: 'One' }, { name: 'Two, with a comma' }, { name: '7' }],
		mode: 'append',
	});
	expect(read({ securityLabels: 'TLP:RED' }, {}, 'create').securityLabels).toEqual({
		data: [{ name: 'TLP:RED' }],
	});
});

test('a blank plain input says nothing, and the list beside it is read as before', () => {
	for (const blank of [undefined, null, '', ' \n ', ',', ' , \u200b', [], {}, ['']]) {
		expect(read({ tags: blank, securityLabels: blank, associatedIndicators: blank })).toEqual({ name: 'x' });
		const tags = { list: { mode: 'replace', name: 'Alone' } };
		expect(read({ tags: blank }, { tags }).tags).toEqual({ data: [{ name: 'Alone' }], mode: 'replace' });
	}
});

test('both are one list without doubles, of which the finer entry stays', () => {
	const tag = [{ name: 'phishing', description: 'Mails' }, { name: 'Other' }];
	expect(
		read({ tags: 'Phishing, New, new' }, { tags: { list: { data: { tag }, techniqueId: 'T1566' } } }).tags,
	).toEqual({
		data: [{ name: 'new' }, { techniqueId: 'T1566' }, ...tag],
		mode: 'append',
	});
	const indicator = [{ type: 'Host', summary: 'BADGUY.com', rating: 5 }];
	expect(
		read(
			{ associatedIndicators: 'badguy[.]com\n192.0.2.17\n192.0.2.17' },
			{ associatedIndicators: { list: { id: '9007199254740993', data: { indicator } } } },
		).associatedIndicators,
	).toEqual({
		data: [
			{ type: 'Address', ip: '192.0.2.17' },
			{ id: 9007199254740993n },
			{ type: 'Host', hostName: 'BADGUY.com', rating: 5 },
		],
		mode: 'append',
	});
});

test('an array of indicators holds values, each whole, or entries of the API', () => {
	expect(
		read({ associatedIndicators: ['http://badguy.com/a,b', { type: 'Mutex', summary: 'a, b' }] })
			.associatedIndicators,
	).toEqual({
		data: [
			{ type: 'URL', text: 'http://badguy.com/a,b' },
			{ type: 'Mutex', Mutex: 'a, b' },
		],
		mode: 'append',
	});
});

test.each([
	[{ list: { mode: 'delete', name: 'Old' } }, 'delete'],
	[{ list: { mode: 'replace' } }, 'replace'],
	[{ data: [], mode: 'replace' }, 'replace'],
])('a list with another mode, %j, beside a plain input is refused', (tags, mode) => {
	const [message, description] = refusal(() => read({ tags: 'New' }, { tags }));
	expect(message).toBe(`"Tags" (tags) has the mode "${mode}", but "Tag Names" (tagNames) only adds`);
	expect(description).toBe(
		'Leave "Tag Names" (tagNames) empty, or choose the mode Append: one request has one mode for a list.',
	);
});

test('a mode in the plain input itself is refused, and so is what cannot be recognized, by the name of the input', () => {
	expect(() => read({ tags: { data: [{ name: 'A' }], mode: 'replace' } })).toThrow(
		'"Tag Names" (tagNames) has the mode "replace", but "Tag Names" (tagNames) only adds',
	);
	expect(() => read({ associatedIndicators: 'badguy.com, report.pdf' })).toThrow(
		'"Indicators" (indicators) cannot be recognized: "report.pdf"',
	);
	expect(() => read({ tags: 'x'.repeat(129) })).toThrow('"Tag Names" (tagNames), entry 1: "Name" (name)');
});

describe('the rows of Attributes, with the inputs among the additional fields', () => {
	const row = { type: 'Ticket Number', value: '7' };
	/** As the form gives them: the rows in sight, and the other box as a list from the input. */
	const form = (finer: unknown, ...attribute: object[]) =>
		read({}, { attributes: { list: { data: { attribute }, json: finer } } });

	test('add to the group, unless the box says another mode', () => {
		expect(form(undefined, row).attributes).toEqual({ data: [row], mode: 'append' });
		for (const mode of ['append', 'replace']) {
			expect(form({ list: { mode, json: '' } }, row).attributes).toEqual({ data: [row], mode });
		}
		expect(form({ list: { mode: 'delete', id: '7, 8' } }).attributes).toEqual({
			data: [{ id: 7 }, { id: 8 }],
			mode: 'delete',
		});
		expect(form({ list: { mode: 'append', json: '' } })).toEqual({ name: 'x' });
	});

	test('are one list with that of the input', () => {
		const other = { type: 'Source', value: 'feed' };
		for (const finer of [[other], JSON.stringify([other]), { list: { mode: 'append', json: [other] } }]) {
			expect(form(finer, row).attributes).toEqual({ data: [row, other], mode: 'append' });
		}
		expect(form({ list: { mode: 'append', data: [other] } }, row).attributes).toEqual({
			data: [row, other],
			mode: 'append',
		});
	});

	test('are not made to replace the others by a list of the input', () => {
		const list = { data: [row], mode: 'replace' };
		for (const finer of [list, { list: { mode: 'append', json: list } }]) {
			expect(() => form(finer, row)).toThrow(
				'"Attributes" (attributes) has two modes: "append" and, in the list from the input, "replace"',
			);
		}
	});
});
