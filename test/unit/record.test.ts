import { type Operation, field, type Table } from '../../nodes/shared/fields/field';
import { flag, text } from '../../nodes/shared/fields/fieldTypes';
import { readObject, readRecord, type Source } from '../../nodes/shared/fields/record';
import { refusal } from './refusal';

/** From an item's values to the body of the request: what is sent, what is not sent, and the messages. */

const table: Table = {
	noun: 'Group',
	types: [
		{ name: 'Event', value: 'Event' },
		{ name: 'Task', value: 'Task' },
		{ name: 'Campaign', value: 'Campaign' },
	],
	fields: [
		field('type', 'Type', text(), '', { create: 'required', update: 'no' }),
		field('name', 'Name', text({ maxLength: 5 }), '', { create: 'required' }),
		field('status', 'Status', text(), '', { types: ['Event', 'Task'] }),
		field('due', 'Due Date', text(), '', { types: ['Task'], create: 'required' }),
		field('xid', 'XID', text(), '', { update: 'no' }),
		field('done', 'Done', flag(), '', { create: 'no' }),
	],
};
/** A table without record types. */
const plain: Table = {
	noun: 'Customer',
	fields: [field('name', 'Name', text(), '', { create: 'required' })],
};

const define = (values: object, type: unknown = 'Event', typeIsFixed = false): Source => ({
	mode: 'define',
	values: { ...values },
	type,
	typeIsFixed,
});
const autoMap = (values: object, type?: unknown): Source => ({
	mode: 'autoMap',
	values: { ...values },
	type,
});
const json = (values: unknown, forBoth = false): Source => ({ mode: 'json', values, forBoth });

const read = (operation: Operation, source: Source, extra?: unknown, of = table) =>
	readRecord(of, operation, source, 'UTC', extra);

describe('fields that are given one by one', () => {
	test('are sent in the order of the API, and unset fields are not sent', () => {
		const { body, ignored, missing } = read(
			'create',
			define({ xid: 'x', status: '', name: 'a', done: null }),
		);
		expect(JSON.stringify(body)).toBe('{"type":"Event","name":"a","xid":"x"}');
		expect(ignored).toEqual([]);
		expect(missing).toBeUndefined();
	});

	test('are sent if the operation takes them', () => {
		expect(read('create', define({ name: 'a', done: true })).body).toEqual({ type: 'Event', name: 'a' });
		expect(read('update', define({ name: 'a', done: 'yes', xid: 'x' })).body).toEqual({
			name: 'a',
			done: true,
		});
	});

	test('are refused with their name', () => {
		expect(refusal(() => read('create', define({ name: 'abcdef' })))[0]).toMatch(
			/^"Name" \(name\) has 6 characters/,
		);
	});

	test('of another type are refused if the type comes from the item, and left out if the user cannot see them', () => {
		expect(refusal(() => read('create', define({ name: 'a', due: 'soon' })))).toEqual([
			'"Due Date" (due) does not belong to the type Event, only to Task',
			'Leave it empty for items of this type, or change the type.',
		]);
		expect(refusal(() => read('create', define({ name: 'a', status: 'New' }, 'Campaign')))[0]).toBe(
			'"Status" (status) does not belong to the type Campaign, only to Event, Task',
		);
		expect(read('create', define({ name: 'a', due: '' })).body).toEqual({ type: 'Event', name: 'a' });
		expect(read('create', define({ name: 'a', due: 'soon' }, 'Event', true)).body).toEqual({
			type: 'Event',
			name: 'a',
		});
	});

	test('may be of any type if an update does not know the type', () => {
		expect(read('update', define({ name: 'a', due: 'soon', status: 'New' }, '')).body).toEqual({
			name: 'a',
			status: 'New',
			due: 'soon',
		});
	});
});

describe('the type', () => {
	test('is required by a create', () => {
		expect(refusal(() => read('create', define({ name: 'a' }, '')))).toEqual([
			'"Type" (type) is missing',
			'Choose one of the group types.',
		]);
	});

	test('is one of the service’s', () => {
		expect(refusal(() => read('create', define({ name: 'a' }, 'Events')))).toEqual([
			'"Type" (type) cannot be "Events"',
			'Allowed values: "Event", "Task", "Campaign".',
		]);
		expect(read('create', define({ name: 'a' }, ' event ')).body.type).toBe('Event');
	});

	test('of the input that is none of the service’s is said to come before that of the node', () => {
		expect(refusal(() => read('create', autoMap({ type: 'Events', name: 'a' }, 'Event')))).toEqual([
			'"Type" (type) cannot be "Events"',
			'Allowed values: "Event", "Task", "Campaign". It is the key "type" of the input, which comes before the Type of the node: correct it there, or remove the key to use the Type of the node.',
		]);
		expect(refusal(() => read('create', autoMap({ name: 'a' }, 'Events')))[1]).toBe(
			'Allowed values: "Event", "Task", "Campaign".',
		);
	});

	test('of the input is used before that of the node', () => {
		expect(read('create', autoMap({ type: 'Campaign', name: 'a' }, 'Event')).body.type).toBe('Campaign');
		expect(read('create', autoMap({ type: '', name: 'a' }, 'Event')).body.type).toBe('Event');
		expect(read('create', define({ type: 'Campaign', name: 'a' }, 'Event')).body.type).toBe('Event');
	});

	test('of the JSON is the only one that counts in JSON mode', () => {
		expect(read('create', json({ type: 'Campaign', name: 'a' })).body.type).toBe('Campaign');
		expect(refusal(() => read('create', json({ name: 'a' })))[0]).toBe('"Type" (type) is missing');
	});

	test('is not required by a service without types', () => {
		expect(read('create', define({ name: 'a' }, ''), undefined, plain).body).toEqual({ name: 'a' });
	});
});

describe('a required field of a new record', () => {
	test.each([
		[
			{},
			'"Name" (name) is missing',
			'Set it, or check that the expression or the input gives a value for this item.',
		],
		[
			{ name: ' ' },
			'"Name" (name) is missing',
			'Set it, or check that the expression or the input gives a value for this item.',
		],
		[{ name: 'a' }, '"Due Date" (due) is missing', 'Every group of the type Task needs it.'],
	])('is named: with %j', (values, message, description) => {
		const { missing } = read('create', define(values, 'Task'));
		expect([missing?.message, missing?.description]).toEqual([message, description]);
	});

	test('may come from the additional JSON', () => {
		const { body, missing } = read('create', define({}, 'Task'), '{"name":"a","due":"soon","more":{"x":1}}');
		expect(missing).toBeUndefined();
		expect(read('create', define({}), { name: 5 }).missing).toBeUndefined();
		expect(body).toEqual({ type: 'Task', name: 'a', due: 'soon', more: { x: 1 } });
	});
});

describe('Auto-Map', () => {
	test('sends the keys that the API knows, and counts the others', () => {
		const { body, ignored } = read(
			'create',
			autoMap({ color: 1, name: 'a', done: true, due: 'x', type: 'Event' }),
		);
		expect(body).toEqual({ type: 'Event', name: 'a' });
		expect(ignored).toEqual(['color', 'done', 'due']);
		expect(read('update', autoMap({ done: true, xid: 'x' })).ignored).toEqual(['xid']);
	});

	test('does not count the type, which an update cannot change', () => {
		expect(read('update', autoMap({ type: 'Event', name: 'a' })).ignored).toEqual([]);
	});

	test('without any field to update says how to name keys', () => {
		expect(refusal(() => read('update', autoMap({ color: 1 })))).toEqual([
			'There is nothing to update: no field is set',
			'Name the keys of the input like the fields of the API, for instance with an Edit Fields node before this one.',
		]);
		expect(refusal(() => read('update', define({}, '')))[1]).toBe('Set at least one field.');
	});
});

describe('JSON', () => {
	test('is sent in its own order, with keys that the node does not know', () => {
		const { body, ignored } = read('create', json('{"new":{"a":1},"name":"a","type":"Event","status":null}'));
		expect(JSON.stringify(body)).toBe('{"new":{"a":1},"name":"a","type":"Event"}');
		expect(ignored).toEqual([]);
	});

	test('is checked by the same fields, and refused with their names', () => {
		expect(refusal(() => read('update', json({ name: 'abcdef' })))[0]).toMatch(
			/^"Name" \(name\) has 6 characters/,
		);
	});

	test('leaves out blank values: null and an empty text clear nothing', () => {
		expect(read('update', json({ name: 'a', due: null })).body).toEqual({ name: 'a' });
		expect(read('update', json({ name: 'a', due: '' })).body).toEqual({ name: 'a' });
		expect(read('create', json({ type: 'Event', name: 'a', xid: '' })).body).toEqual({
			type: 'Event',
			name: 'a',
		});
	});

	test('with a field that cannot be changed is refused by an update, and sent without it by a create-or-update', () => {
		expect(refusal(() => read('update', json({ name: 'a', xid: 'x' })))).toEqual([
			'"XID" (xid) cannot be changed by an update',
			'Remove it from the JSON body.',
		]);
		expect(read('update', json({ name: 'a', xid: 'x', new: 1 }, true)).body).toEqual({ name: 'a', new: 1 });
	});

	test('with a field of another type is refused', () => {
		expect(refusal(() => read('create', json({ type: 'Event', name: 'a', due: 'x' })))[0]).toBe(
			'"Due Date" (due) does not belong to the type Event, only to Task',
		);
	});

	test.each([
		['[1]', /^The JSON body must be an object/],
		['{', /^The JSON body is not valid JSON/],
	])('that is no object is refused: %s', (values, message) => {
		expect(refusal(() => read('create', json(values)))[0]).toMatch(message);
	});
});

describe('Additional Fields (JSON)', () => {
	test('replace other values, objects key by key, and are optional', () => {
		expect(read('update', define({ name: 'a' }, ''), { name: 'b', xid: 'x' }).body).toEqual({
			name: 'b',
			xid: 'x',
		});
		expect(read('update', json({ o: { a: 1, b: 1 } }), { o: { b: 2 } }).body).toEqual({ o: { a: 1, b: 2 } });
		for (const extra of ['', null, undefined])
			expect(read('update', json({ a: 1 }), extra).body).toEqual({ a: 1 });
	});

	test.each([
		['[1]', /^"Additional Fields \(JSON\)" must be an object/],
		['{', /^"Additional Fields \(JSON\)" is not valid JSON/],
	])('that are not an object are refused: %s', (extra, message) => {
		expect(refusal(() => read('update', define({ name: 'a' }, ''), extra))[0]).toMatch(message);
	});
});

describe('a field that is to be cleared', () => {
	const lists = field(
		'lists',
		'Lists',
		{
			...text(),
			clear: (parts, wire, { label }) => ({ parts, wire, label }),
		},
		'',
		{ types: ['Event'] },
	);
	const kept = field('kept', 'Kept', text(), '', { keepsValue: true });
	const clear = (values: object, names: unknown, operation: Operation = 'update') =>
		readRecord(
			{ ...table, fields: [...table.fields, lists, kept] },
			operation,
			define(values),
			'UTC',
			undefined,
			names,
		).body;

	test('is sent as null', () => {
		expect(clear({ name: 'a' }, 'status')).toEqual({ name: 'a', status: null });
		expect(clear({}, ['status', ' done '])).toEqual({ status: null, done: null });
	});

	test('is cleared in its own way if it has one, by the named parts', () => {
		expect(clear({}, 'lists.a, lists.b')).toEqual({
			lists: { parts: ['a', 'b'], wire: undefined, label: '"Lists" (lists)' },
		});
		// A part may hold a dot: it is not two parts.
		expect(clear({}, 'lists.a.b')).toEqual({
			lists: { parts: ['a.b'], wire: undefined, label: '"Lists" (lists)' },
		});
		expect(clear({ lists: 'x' }, 'lists')).toEqual({
			lists: { parts: [], wire: 'x', label: '"Lists" (lists)' },
		});
	});

	test('changes nothing if no name is given, and in a new record', () => {
		for (const names of [undefined, '', ' ', ',', []])
			expect(clear({ name: 'a' }, names)).toEqual({ name: 'a' });
		expect(clear({ name: 'a' }, 'status', 'create')).toEqual({ type: 'Event', name: 'a' });
	});

	test('names what was given, of several parts of one field', () => {
		expect(refusal(() => clear({}, 'status.a, status.b'))[0]).toBe(
			'"Clear Fields" (clearFields): "status.a" is no field that can be cleared',
		);
	});

	test.each(['name', 'xid', 'kept', 'due', 'other', 'status.a'])(
		'is refused if it cannot be cleared: %s',
		(name) => {
			expect(refusal(() => clear({}, name))).toEqual([
				`"Clear Fields" (clearFields): "${name}" is no field that can be cleared`,
				'These can be: status, done, lists.',
			]);
		},
	);

	test('is refused if the item sets it too', () => {
		expect(refusal(() => clear({ status: 'x' }, 'status'))).toEqual([
			'"Status" (status) is set, and is to be cleared',
			'Leave it out of one of the two.',
		]);
	});
});

test('the service can change the finished body, and knows the type and the operation', () => {
	const finalizeBody: Table['finalizeBody'] = (body, { type, operation, zone }) => ({
		...body,
		seen: [type, operation, zone],
	});
	expect(read('create', define({ name: 'a' }), undefined, { ...table, finalizeBody }).body).toEqual({
		type: 'Event',
		name: 'a',
		seen: ['Event', 'create', 'UTC'],
	});
});

describe('an object inside a record', () => {
	const place = { label: '"Tags" (tags), entry 1', operation: 'create' as const, zone: 'UTC' };
	const fields = [field('name', 'Name', text({ maxLength: 3 }), ''), field('on', 'On', flag(), '')];

	test('is checked by its own fields, and other keys pass', () => {
		expect(readObject({ more: 1, on: 'yes', name: 'a', empty: '' }, fields, place)).toEqual({
			name: 'a',
			on: true,
			more: 1,
		});
		expect(readObject({ name: null }, fields, place)).toEqual({});
	});

	test('is refused with the name of its entry and field', () => {
		expect(refusal(() => readObject({ name: 'abcd' }, fields, place))[0]).toMatch(
			/^"Tags" \(tags\), entry 1: "Name" \(name\) has 4 characters/,
		);
		expect(refusal(() => readObject('x', fields, place))[0]).toMatch(
			/^"Tags" \(tags\), entry 1 must be an object/,
		);
	});
});
