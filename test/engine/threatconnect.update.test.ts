import {
	startThreatConnect,
	type StoredGroup,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const lastBody = () => JSON.parse(server.requests.at(-1)?.body ?? 'null');
const seed = (): StoredGroup =>
	server.seedGroup({
		type: 'Incident',
		name: 'Seeded',
		xid: `seed:${server.groups().length}/a b`,
		tags: ['Old', 'Older'],
		attributes: [{ type: 'Description', value: 'Old' }],
		securityLabels: ['TLP:GREEN'],
		associatedIndicators: ['101', '102'],
	});
const names = (id: string) => (server.group(id)?.tags ?? []).map(({ name }) => name);

describe('a group is found', () => {
	test('by its ID, also with blanks around it', async () => {
		const { id } = seed();
		const { items, error } = await node('update', { groupId: ` ${id} `, updateFields: { name: 'By ID' } });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: Number(id), name: 'By ID' }]);
	});

	test('by its XID and owner, every character encoded', async () => {
		const { id, xid = '' } = seed();
		const { error } = await node('update', {
			findBy: 'xid',
			groupXid: xid,
			groupOwner: 'Demo Organization',
			updateFields: { name: 'By XID' },
		});
		expect(error).toBeUndefined();
		expect(server.group(id)?.name).toBe('By XID');
		expect(server.requests.at(-1)?.target).toBe(
			`/api/v3/groups/${encodeURIComponent(xid)}?owner=Demo%20Organization`,
		);
	});
});

describe.each([
	['append', undefined, ['Old', 'Older', 'New']],
	['append', 'append', ['Old', 'Older', 'New']],
	['replace', 'replace', ['New']],
	['delete', 'delete', ['Older']],
])('tags with the mode %s (chosen: %s)', (sent, chosen, expected) => {
	test('leave the group with what the user expects', async () => {
		const { id } = seed();
		const name = chosen === 'delete' ? 'Old' : 'New';
		const { error } = await node('update', {
			groupId: id,
			updateFields: { tags: { list: { ...(chosen && { mode: chosen }), name } } },
		});
		expect(error).toBeUndefined();
		expect(lastBody()).toEqual({ tags: { data: [{ name }], mode: sent } });
		expect(names(id)).toEqual(expected);
	});
});

test('each list has its mode, always sent', async () => {
	const { id } = seed();
	const group = server.group(id);
	const { error } = await node('update', {
		groupId: id,
		updateFields: {
			attributes: { list: { mode: 'delete', id: String(group?.attributes[0]?.id) } },
			securityLabels: { list: { mode: 'replace', name: 'TLP:AMBER' } },
			associatedIndicators: { list: { mode: 'delete', id: '101' } },
			associatedCases: { list: { id: '302' } },
		},
	});
	expect(error).toBeUndefined();
	expect(lastBody()).toMatchObject({
		attributes: { mode: 'delete' },
		securityLabels: { mode: 'replace' },
		associatedIndicators: { mode: 'delete', data: [{ id: 101 }] },
		associatedCases: { mode: 'append', data: [{ id: 302 }] },
	});
	expect(server.group(id)).toMatchObject({
		attributes: [],
		securityLabels: [{ name: 'TLP:AMBER' }],
		associatedIndicators: [{ id: '102' }],
		associatedCases: [{ id: '302' }],
		tags: [{ name: 'Old' }, { name: 'Older' }],
	});
});

test('a field that is not set is not sent, and stays as it is', async () => {
	const { id } = seed();
	const before = server.group(id);
	await node('update', { groupId: id, status: 'Open', updateFields: { eventDate: '', tags: {} } });
	expect(lastBody()).toEqual({ status: 'Open' });
	expect(server.group(id)).toMatchObject({
		name: before?.name,
		tags: before?.tags,
		attributes: before?.attributes,
	});
});

test('only Clear Fields clears a field, and null in JSON leaves it as it is', async () => {
	const { id } = seed();
	await node('update', { groupId: id, updateFields: { eventDate: '2026-01-01' } });
	expect(server.group(id)?.fields.eventDate).toBe('2026-01-01T00:00:00Z');
	const body = { groupId: id, dataMode: 'json', jsonBody: '{"eventDate": null, "status": "Open"}' };
	await node('update', body);
	expect(server.group(id)?.fields.eventDate).toBe('2026-01-01T00:00:00Z');
	const { error } = await node('update', { ...body, options: { clearFields: 'eventDate, tags' } });
	expect(error).toBeUndefined();
	expect(server.group(id)).toMatchObject({ tags: [], fields: { status: 'Open' } });
	expect(server.group(id)?.fields.eventDate).toBeUndefined();
});

test.each([
	['tags.ransomware', '"Tags" (tags): "ransomware" alone cannot be cleared'],
	['attributes.Description', '"Attributes" (attributes): "Description" alone cannot be cleared'],
	['status.Open', '"Clear Fields" (clearFields): "status.Open" is no field that can be cleared'],
])('Clear Fields with %s does not clear all of the field', async (clearFields, message) => {
	const { id } = seed();
	const before = structuredClone(server.group(id));
	const { error } = await node('update', { groupId: id, updateFields: {}, options: { clearFields } });
	expect(error?.message).toContain(message);
	expect(server.group(id)).toEqual(before);
});

describe('is refused before anything is sent, with the way out:', () => {
	test.each([
		[
			'a group ID that an expression leaves empty',
			{ groupId: '={{ $json.id }}' },
			'"Group ID" (groupId) is empty',
		],
		[
			'a path for an ID',
			{ groupId: '../groups' },
			'"Group ID" (groupId) must be an ID (a whole number), but is "../groups"',
		],
		[
			'a query for an ID',
			{ groupId: '1?x=1' },
			'"Group ID" (groupId) must be an ID (a whole number), but is "1?x=1"',
		],
		[
			'an encoded path for an ID',
			{ groupId: '%2e%2e' },
			'"Group ID" (groupId) must be an ID (a whole number), but is "%2e%2e"',
		],
		[
			'a hexadecimal ID',
			{ groupId: '0x1' },
			'"Group ID" (groupId) must be an ID (a whole number), but is "0x1"',
		],
		['a blank XID', { findBy: 'xid', groupXid: '={{ "  " }}' }, '"Group XID" (groupXid) is empty'],
		[
			'an XID of digits only',
			{ findBy: 'xid', groupXid: '123' },
			'"Group XID" (groupXid) is "123", which ThreatConnect would read as an ID',
		],
		[
			'an XID that changes the path',
			{ findBy: 'xid', groupXid: '..' },
			'"Group XID" (groupXid) cannot be "..": it would change the path of the request',
		],
		['an update of nothing', { updateFields: {} }, 'There is nothing to update: no field is set'],
		[
			'a status of another type',
			{ type: 'Incident', status: 'Escalated' },
			'"Status" (status) cannot be "Escalated"',
		],
		[
			'a mode that does not exist',
			{ dataMode: 'json', jsonBody: '{"tags": {"data": ["A"], "mode": "add"}}' },
			'"Tags" (tags), mode cannot be "add"',
		],
		...['{"mode": "replace"}', '{"data": null, "mode": "replace"}', '{"data": [""], "mode": "replace"}'].map(
			(tags): [string, object, string] => [
				`an update of nothing but what an expression left empty, ${tags},`,
				{ dataMode: 'json', jsonBody: `{"tags": ${tags}}` },
				'There is nothing to update: no field is set',
			],
		),
		[
			'an update of nothing but a list that is replaced with nothing',
			{ updateFields: { tags: { list: { mode: 'replace', name: '' } } } },
			'There is nothing to update: no field is set',
		],
		[
			'deleting an attribute by its value',
			{
				attributes: { attribute: [{ type: 'Description', value: 'x' }] },
				updateFields: { attributes: { list: { mode: 'delete' } } },
			},
			'"Attributes" (attributes), entry 1: only an ID says what to remove',
		],
		[
			'a new type in JSON',
			{ dataMode: 'json', jsonBody: '{"type": "Threat"}' },
			'"Type" (type) cannot be changed by an update',
		],
		[
			'nothing but an empty text in JSON',
			{ dataMode: 'json', jsonBody: '{"eventDate": ""}' },
			'There is nothing to update: no field is set',
		],
		['broken JSON', { dataMode: 'json', jsonBody: '{"name": }' }, 'The JSON body is not valid JSON'],
	])('%s', async (_what, parameters, message) => {
		const { id } = seed();
		const before = server.requests.length;
		const { error } = await node('update', {
			groupId: id,
			updateFields: { name: 'x' },
			...parameters,
		});
		expect(error?.message).toContain(message);
		expect(error?.description).toMatch(/\w{4}.*Nothing was sent for any item\.$/);
		expect(server.requests).toHaveLength(before);
	});
});
