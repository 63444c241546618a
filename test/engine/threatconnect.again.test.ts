import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { loseFirst } from '../support/lossyProxy';
import { runThreatConnectWithLosses, threatConnectNode, type RunNode } from './support';

/** When the same items run again, nothing is added a second time, and what is already right is not written. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterEach(() => {
	for (const { id } of server.groups()) server.deleteGroup(id);
});
afterAll(async () => await server.stop());

const byXid = { matchBy: 'xid', groupXid: 'crm:1', type: 'Incident', name: 'From the CRM' };
const rows = (rowName: string, ...entries: INodeParameters[]) => ({
	list: { mode: 'append', data: { [rowName]: entries } },
});
const FIN7 = { name: 'FIN7', type: 'Adversary' };

const everything = {
	status: 'Open',
	eventDate: '2026-03-10',
	firstSeen: '2026-03-01T10:00:00+02:00',
	externalDateAdded: '2026-03-02',
	description: 'What happened',
	source: 'CRM',
	tags: { list: { mode: 'append', name: 'Phishing, Own tag', techniqueId: 'T1110' } },
	securityLabels: { list: { mode: 'append', name: 'TLP:AMBER' } },
	attributes: {
		attribute: [
			{ type: 'Ticket Number', value: '42' },
			{ type: 'Description', value: 'Other', source: 'Feed' },
		],
	},
	associatedGroups: rows('group', FIN7),
	associatedIndicators: rows(
		'indicator',
		{ type: 'Host', summary: 'Evil.example' },
		{ type: 'File', summary: '0123456789abcdef0123456789abcdef' },
	),
	associatedVictimAssets: rows('victimAsset', {
		type: 'EmailAddress',
		victimId: '601',
		value: 'a@example.com',
	}),
	associatedArtifacts: rows('artifact', { type: 'Host', summary: 'evil.example', caseId: '301' }),
	associatedCases: rows('case', { name: 'A case', severity: 'Low', status: 'Open' }),
} satisfies INodeParameters;

/** The fields as the form has them. */
const inForm = ({
	status,
	description,
	attributes,
	...additionalFields
}: INodeParameters): INodeParameters => ({
	status,
	groupDescription: description,
	attributes,
	additionalFields,
});

const columnsOf = (items: INodeExecutionData[]) => Object.keys(items[0]?.json ?? {});

/** They are shown among the attributes. */
const ATTRIBUTES = ['description', 'source'];

const writesOf = async (act: () => Promise<unknown>) => {
	const from = server.requests.length;
	await act();
	return server.requests.slice(from).filter(({ method }) => method !== 'GET');
};

test.each([
	['by XID', byXid],
	['by name', { matchBy: 'name', type: 'Incident', name: 'From the CRM' }],
])('Create or Update %s, three times: made once, and nothing is written after that', async (_how, match) => {
	const upsert = { ...match, ...inForm(everything) };
	const created = await node('upsert', upsert);
	expect(created.error).toBeUndefined();
	expect(jsonOf(created.items)).toMatchObject([{ _outcome: 'created' }]);
	// What the item sets is shown without an option.
	expect(columnsOf(created.items)).toEqual(
		expect.arrayContaining(Object.keys(everything).filter((name) => !ATTRIBUTES.includes(name))),
	);
	const before = JSON.stringify(server.groups());
	const cases = server.cases().length;
	const writes = await writesOf(async () => {
		for (let time = 0; time < 2; time += 1) {
			const { items, error } = await node('upsert', upsert);
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ _outcome: 'unchanged', status: 'Open' }]);
			expect(columnsOf(items)).toEqual(columnsOf(created.items));
		}
	});
	expect(writes).toEqual([]);
	expect(JSON.stringify(server.groups())).toBe(before);
	expect(server.cases()).toHaveLength(cases);
	expect(
		server
			.groups()
			.map(({ name }) => name)
			.sort(),
	).toEqual(['FIN7', 'From the CRM']);
});

test('one value that differs is written, and the lists are not added to', async () => {
	await node('upsert', { ...byXid, ...inForm(everything) });
	const writes = await writesOf(async () => {
		const { items } = await node('upsert', {
			...byXid,
			...inForm({
				...everything,
				status: 'Closed',
				attributes: { attribute: [{ type: 'Ticket Number', value: '43' }] },
			}),
			options: { fields: ['attributes'] },
		});
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated', status: 'Closed' }]);
	});
	expect(writes.map(({ body }) => Object.keys(JSON.parse(body) as object))).toEqual([
		expect.not.arrayContaining(['tags', 'associatedGroups', 'securityLabels']),
	]);
	const group = server.groups().find(({ xid }) => xid === 'crm:1');
	expect(group?.attributes.map(({ value }) => value).sort()).toEqual([
		'42',
		'43',
		'CRM',
		'Other',
		'What happened',
	]);
});

test.each([
	['a number', { subject: 42 }, { subject: '42' }],
	[
		'a date with an offset',
		{ firstSeen: '2026-01-01T02:00:00+02:00' },
		{ firstSeen: '2026-01-01T00:00:00Z' },
	],
	['blanks around a text', { subject: ' Hello ' }, { subject: 'Hello' }],
])('%s is no change where the service shows it in its own form', async (_what, given, stored) => {
	server.seedGroup({ type: 'Email', name: 'E', xid: 'x:1', fields: stored });
	const writes = await writesOf(async () => {
		const { items, error } = await node(
			'upsert',
			{ matchBy: 'xid', dataMode: 'autoMap', type: 'Email' },
			{ items: [{ xid: 'x:1', name: 'E', ...given }] },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'unchanged' }]);
	});
	expect(writes).toEqual([]);
});

test('lists that replace others, and what is to be removed, are written only where they differ', async () => {
	const { id } = server.seedGroup({
		type: 'Incident',
		name: 'From the CRM',
		xid: 'crm:1',
		tags: ['A', 'B'],
		associatedIndicators: ['101'],
	});
	const upsert = (tags: string, gone: string) => ({
		...byXid,
		additionalFields: {
			tags: { list: { mode: 'replace', name: tags } },
			associatedIndicators: { list: { mode: 'delete', id: gone } },
		},
	});
	expect(jsonOf((await node('upsert', upsert('b, A', '102'))).items)).toMatchObject([
		{ _outcome: 'unchanged' },
	]);
	expect(jsonOf((await node('upsert', upsert('A', '101'))).items)).toMatchObject([{ _outcome: 'updated' }]);
	expect(server.group(id)).toMatchObject({ tags: [{ name: 'A' }], associatedIndicators: [] });
	expect(jsonOf((await node('upsert', upsert('A', '101'))).items)).toMatchObject([{ _outcome: 'unchanged' }]);
});

describe('an associated group', () => {
	const actors = () => server.groups().filter(({ type }) => type === 'Adversary');

	test.each(['create', 'upsert'])('that exists is linked by its name and type (%s)', async (operation) => {
		const { id } = server.seedGroup({ type: 'Adversary', name: 'FIN7' });
		server.seedGroup({ type: 'Threat', name: 'FIN7' });
		server.seedGroup({ type: 'Adversary', name: 'FIN7', ownerName: 'Demo Community' });
		const { error } = await node(operation, {
			...byXid,
			additionalFields: { associatedGroups: rows('group', FIN7) },
		});
		expect(error).toBeUndefined();
		expect(actors()).toHaveLength(2);
		const incident = server.groups().find(({ type }) => type === 'Incident');
		expect(incident?.associatedGroups).toMatchObject([{ id }]);
	});

	test('that exists is linked by its XID, whatever its name has become', async () => {
		const { id } = server.seedGroup({ type: 'Adversary', name: 'Carbanak', xid: 'actor:1' });
		for (const outcome of ['created', 'unchanged']) {
			const { items, error } = await node('upsert', {
				...byXid,
				additionalFields: { associatedGroups: rows('group', { ...FIN7, xid: 'actor:1 ' }) },
			});
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ _outcome: outcome }]);
		}
		expect(actors()).toMatchObject([{ id, name: 'Carbanak' }]);
	});

	test('that does not exist is created once, however many items of a run name it', async () => {
		const { error } = await node(
			'upsert',
			{ ...byXid, groupXid: '={{ $json.xid }}', additionalFields: { associatedGroups: rows('group', FIN7) } },
			{ items: Array.from({ length: 12 }, (_, index) => ({ xid: `x:${index}` })) },
		);
		expect(error).toBeUndefined();
		expect(actors()).toHaveLength(1);
		expect(actors()[0]?.associatedGroups).toHaveLength(12);
	});

	test.each([
		['name', {}, {}],
		['xid', { xid: 'one' }, { xid: 'other' }],
	])('that is an item of the run too is created once, by %s', async (matchBy, one, other) => {
		const [first, second] = [
			{ type: 'Threat', name: 'One', ...one },
			{ type: 'Threat', name: 'Other', ...other },
		];
		const items = [
			{ ...first, associatedGroups: [second] },
			{ ...second, associatedGroups: [first] },
		];
		for (const outcomes of [
			['created', 'unchanged'],
			['unchanged', 'unchanged'],
		]) {
			const run = await node('upsert', { dataMode: 'autoMap', matchBy }, { items });
			expect(run.error).toBeUndefined();
			expect(jsonOf(run.items).map(({ _outcome }) => _outcome)).toEqual(outcomes);
		}
		expect(server.groups().map(({ name }) => name)).toEqual(['One', 'Other']);
	});

	test('that an update names is linked too, and its attributes are not added again', async () => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'I' });
		for (let time = 0; time < 3; time += 1) {
			const { error } = await node('update', {
				groupId: id,
				attributes: { attribute: [{ type: 'Ticket Number', value: '42' }] },
				updateFields: { associatedGroups: rows('group', FIN7) },
			});
			expect(error).toBeUndefined();
		}
		expect(actors()).toHaveLength(1);
		expect(server.group(id)?.attributes).toHaveLength(1);
	});

	test('whose name several groups have is refused, and so is an XID of another type', async () => {
		const ids = server.seedGroups(2, { type: 'Adversary', name: 'FIN7' });
		server.seedGroup({ type: 'Threat', name: 'T', xid: 'actor:2' });
		const writes = await writesOf(async () => {
			const several = await node('create', {
				...byXid,
				additionalFields: { associatedGroups: rows('group', FIN7) },
			});
			expect(several.error?.message).toContain(
				`2 groups of the type Adversary have the name "FIN7": ${ids.join(', ')}`,
			);
			const other = await node('create', {
				...byXid,
				additionalFields: { associatedGroups: rows('group', { ...FIN7, xid: 'actor:2' }) },
			});
			expect(other.error?.message).toContain('with the XID "actor:2" is of the type Threat, not Adversary');
		});
		expect(writes).toEqual([]);
	});

	test('is not made twice when the answer is lost', async () => {
		const { errors } = await runThreatConnectWithLosses(server, loseFirst('POST', 'after'), {
			parameters: {
				type: 'Incident',
				name: 'I',
				additionalFields: { associatedGroups: rows('group', FIN7) },
			},
		});
		expect(errors).toEqual([]);
		expect(actors()).toHaveLength(1);
	});
});
