import type { IExecuteFunctions, INodeParameters } from 'n8n-workflow';

import { table } from '../../nodes/AttackForgeGroup/fields/groupFields';
import { operations as attackForge } from '../../nodes/AttackForgeGroup/operations';
import { fieldsBringing, keysAddedBy } from '../../nodes/ThreatConnectGroup/fields/receivedGroup';
import { operations as threatConnect } from '../../nodes/ThreatConnectGroup/operations';
import type { JsonObject } from '../../nodes/shared/core/json';
import { Item, Parameters } from '../../nodes/shared/execution/item';
import { OutputHints } from '../../nodes/shared/execution/outputHints';
import { outputParameters, readOutput, type RecordFields } from '../../nodes/shared/execution/recordOutput';

/** Which fields of its records an operation returns. */

const fields: RecordFields = {
	id: 'id',
	simple: ['id', 'name', 'type'],
	others: ['createdBy', 'long_text'],
	simplify: false,
};

const record = {
	type: 'Threat',
	createdBy: { userName: 'a' },
	id: 7,
	name: 'N',
	long_text: 'L',
	unknown: 1,
	_outcome: 'created',
};

/** @param sets null for what is only read */
function output(
	parameters: INodeParameters,
	isTool = true,
	of = fields,
	sets: string[] | null = [],
): JsonObject {
	const node = { type: isTool ? 'package.groupTool' : 'package.group', parameters };
	const context = {
		getNode: () => node,
		getNodeParameter: (name: string) => parameters[name] ?? null,
		getInputData: () => [{ json: {} }],
	} as unknown as IExecuteFunctions;
	const retryLog = {
		isRepeat: false,
		startedAt: 0,
		idempotencyKey: () => '',
		isMadeByOtherItem: () => false,
		partsDone: () => new Set<string>(),
	};
	const item = new Item(context, new Parameters(context), table, 0, new OutputHints(table), retryLog);
	return readOutput(item, of, sets ?? undefined)(record);
}

/** All fields, with those that people look for first. */
const all = {
	id: 7,
	name: 'N',
	type: 'Threat',
	createdBy: { userName: 'a' },
	long_text: 'L',
	unknown: 1,
	_outcome: 'created',
};

const simple = { id: 7, name: 'N', type: 'Threat', _outcome: 'created' };

test.each<[string, INodeParameters, boolean, object]>([
	['a tool returns the simple fields, in their order', {}, true, simple],
	['a tool of which an expression gives nothing does too', { output: '' }, true, simple],
	['a tool may return all', { output: 'raw' }, true, all],
	['a switch that a tool does not show changes nothing', { simplify: false }, true, simple],
	['a workflow returns all', {}, false, all],
	['a workflow may simplify', { simplify: true }, false, simple],
	['an output of tools changes nothing in a workflow', { output: 'simple' }, false, all],
	['no field selected', { output: 'fields' }, true, { id: 7, _outcome: 'created' }],
	[
		'selected fields come with the ID',
		{ output: 'fields', selectedFields: ['createdBy', 'type'] },
		true,
		{ id: 7, createdBy: { userName: 'a' }, type: 'Threat', _outcome: 'created' },
	],
	[
		'selected fields as text, one of them twice',
		{ output: 'fields', selectedFields: 'long_text, id, long_text' },
		true,
		{ id: 7, long_text: 'L', _outcome: 'created' },
	],
])('%s', (_what, parameters, isTool, expected) => {
	const found = output(parameters, isTool);
	expect(found).toEqual(expected);
	expect(Object.keys(found)).toEqual(Object.keys(expected));
});

test('a field that is asked for comes out of Simplified and of Selected Fields', () => {
	const asking = { ...fields, asked: () => ['long_text', 'absent'] };
	expect(output({}, true, asking)).toEqual({ ...simple, long_text: 'L' });
	expect(output({ output: 'fields' }, true, asking)).toEqual({ id: 7, long_text: 'L', _outcome: 'created' });
});

test('a field that the item sets comes out of Simplify; a model, which has just sent it, does not pay for it', () => {
	const of = (parameters: INodeParameters, isTool = true) =>
		output(parameters, isTool, fields, ['type', 'long_text', 'absent']);
	expect(of({})).toEqual(simple);
	expect(of({ simplify: true }, false)).toEqual({ ...simple, long_text: 'L' });
	expect(of({ output: 'fields' })).toEqual({ id: 7, _outcome: 'created' });
});

test('all of a record that is only read is that record itself, because a list may hold a hundred thousand', () => {
	expect(output({}, false, fields, null)).toBe(record);
	expect(output({ output: 'raw' }, true, fields, null)).toBe(record);
});

test.each(['nmae', 'createdBy.userName', 'unknown', '__proto__'])(
	'%s is no field that can be selected',
	(name) => {
		expect(() => output({ output: 'fields', selectedFields: [name] })).toThrow(
			`"Selected Fields" (selectedFields) cannot hold "${name}"`,
		);
	},
);

test('an output that there is not names those that there are', () => {
	expect(() => output({ output: 'Simplified' })).toThrow('"Output" (output) cannot be "Simplified"');
});

test('the fields to choose from stand in the order of their names, without the ID', () => {
	const [, , selection] = outputParameters(fields);
	expect(selection?.options).toEqual([
		{ name: 'Created By', value: 'createdBy' },
		{ name: 'Long Text', value: 'long_text' },
		{ name: 'Name', value: 'name' },
		{ name: 'Type', value: 'type' },
	]);
});

test('what brings a field of ThreatConnect, and what it brings', () => {
	expect(fieldsBringing(['id', 'tags', 'lastSeen', 'firstSeen', 'reviews'])).toEqual([
		'tags',
		'sightings',
		'intelReviews',
	]);
	expect(keysAddedBy(['sightings', 'associatedGroups.tags'])).toEqual([
		'firstSeen',
		'lastSeen',
		'associatedGroups',
	]);
});

const withRecords = [...threatConnect, ...attackForge].flatMap((operation) =>
	'records' in operation && operation.records ? [{ ...operation, records: operation.records }] : [],
);

test.each(
	withRecords.map((operation) => [`${operation.resource} ${operation.operation}`, operation] as const),
)(
	'%s: Simplified has the ID and at most ten fields, and no field stands twice',
	(_name, { records: { id, simple: names, others } }) => {
		expect(names[0]).toBe(id);
		expect(names.length).toBeLessThanOrEqual(10);
		expect(others.length).toBeGreaterThan(0);
		expect(new Set([...names, ...others]).size).toBe(names.length + others.length);
	},
);
