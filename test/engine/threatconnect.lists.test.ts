import { type IDataObject, jsonParse } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { jsonOf } from './harness';
import { type RunNode, threatConnectNode } from './support';

/** Lists of a group: what an item does not name stays as it is, and a Get's response can be sent back. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

const ORG = 'Demo Organization';
const LISTS = [
	'tags',
	'attributes',
	'securityLabels',
	'associatedArtifacts',
	'associatedCases',
	'associatedGroups',
	'associatedIndicators',
	'associatedVictimAssets',
] as const;

const seed = () =>
	server.seedGroup({
		type: 'Incident',
		name: 'Seeded',
		xid: `lists:${server.groups().length}`,
		tags: ['Phishing', 'Ransomware'],
		attributes: [
			{ type: 'Description', value: 'What it is', default: true },
			{ type: 'Source', value: 'Feed', source: 'analyst' },
		],
		securityLabels: ['TLP:AMBER'],
		associatedArtifacts: ['201'],
		associatedCases: ['301'],
		associatedGroups: [server.seedGroup({ type: 'Adversary', name: 'FIN7', tags: ['APT'] }).id],
		associatedIndicators: ['101'],
		associatedVictimAssets: ['501'],
	});
type Seeded = ReturnType<typeof seed>;

/** The lists of a group, without the time at which the service last gave a tag to any group. */
const listsOf = (group: Seeded | undefined): Record<string, unknown> => {
	const lists = Object.fromEntries(LISTS.map((name) => [name, group?.[name]]));
	return jsonParse(JSON.stringify(lists, (key, value: unknown) => (key === 'lastUsed' ? undefined : value)));
};

const update = async (id: string, item: IDataObject) =>
	await node('update', { groupId: id, dataMode: 'autoMap' }, { items: [{ name: 'Renamed', ...item }] });

const BLANKS: Array<[string, unknown]> = [
	['null', null],
	['an empty text', ''],
	['a space', ' '],
	['a tab', '\t'],
	['a no-break space', '\u00a0'],
	['a zero-width space', '\u200b'],
	['a comma', ','],
	['an empty array', []],
	['an array of blanks', [null, ' ', {}]],
	['an empty object', {}],
	['JSON text of an empty array', '[]'],
	['the mode Replace without entries', { mode: 'replace' }],
	['the mode Replace and null', { data: null, mode: 'replace' }],
	['the mode Replace and a blank entry', { data: [' '], mode: 'replace' }],
	['the mode Replace and an empty object', { data: [{}], mode: 'replace' }],
];

describe.each(BLANKS)('%s for a list says nothing', (_what, blank) => {
	test('in Auto-Map', async () => {
		const group = seed();
		const { error } = await update(group.id, Object.fromEntries(LISTS.map((name) => [name, blank])) as never);
		expect(error).toBeUndefined();
		expect(server.group(group.id)?.name).toBe('Renamed');
		expect(listsOf(server.group(group.id))).toEqual(listsOf(group));
	});

	test('in the form with the mode Replace', async () => {
		const group = seed();
		const { error } = await node(
			'update',
			{
				groupId: group.id,
				updateFields: {
					name: 'Renamed',
					...Object.fromEntries(
						LISTS.map((name) => [name, { list: { mode: 'replace', json: '={{ $json.value }}' } }]),
					),
				},
			},
			{ items: [{ value: blank as never }] },
		);
		expect(error).toBeUndefined();
		expect(listsOf(server.group(group.id))).toEqual(listsOf(group));
	});
});

test('a list is emptied only by {"data": [], "mode": "replace"}: in Auto-Map, as JSON text and in From Input', async () => {
	for (const tags of [{ data: [], mode: 'replace' }, '{"data": [], "mode": "replace"}']) {
		const group = seed();
		await update(group.id, { tags });
		expect(server.group(group.id)?.tags).toEqual([]);
	}
	const group = seed();
	await node('update', {
		groupId: group.id,
		updateFields: { tags: { list: { mode: 'append', json: '{"data": [], "mode": "replace"}' } } },
	});
	expect(server.group(group.id)?.tags).toEqual([]);
});

test('a row whose value is empty is left out, whatever its other inputs hold', async () => {
	const entry = (row: IDataObject) => ({ list: { data: { tag: [row] } } });
	const { error, items } = await node(
		'create',
		{
			type: 'Incident',
			name: 'Rows',
			additionalFields: {
				attributes: entry({ type: 'Description', value: '={{ $json.none }}', default: true, source: 'form' }),
				associatedArtifacts: entry({ summary: '={{ $json.none }}', type: 'Host', caseId: '301' }),
				associatedCases: entry({ name: '={{ $json.none }}', severity: 'Low', status: 'Open' }),
				associatedGroups: entry({ name: '={{ $json.none }}', type: 'Adversary' }),
				associatedIndicators: entry({ type: 'Host', summary: '={{ $json.none }}', rating: '3' }),
				associatedVictimAssets: entry({ type: 'Phone', victimId: '601', value: '={{ $json.none }}' }),
			} as never,
		},
		{ items: [{}] },
	);
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toMatchObject([{ name: 'Rows' }]);
	expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({
		type: 'Incident',
		name: 'Rows',
		xid: expect.stringContaining('n8n:'),
	});
});

test.each([
	['attributes', [{ type: 'Description', value: false }], '"Value" (value)'],
	['tags', [{ name: false }], '"Name" (name)'],
	['associatedIndicators', [{ type: 'Host', summary: false, rating: 3 }], '"Summary" (summary)'],
])('a value that is false is refused among the %s, as elsewhere', async (list, rows, label) => {
	const from = server.requests.length;
	const { error } = await node(
		'create',
		{ dataMode: 'autoMap', type: 'Incident' },
		{ items: [{ name: 'False', [list]: rows }] },
	);
	expect(error?.message).toContain(`${label} must be text, but is a boolean: "false"`);
	expect(server.requests.slice(from)).toEqual([]);
});

test('a mail whose body is false, as parsers give it, has no body', async () => {
	const { error } = await node(
		'create',
		{ dataMode: 'autoMap', type: 'Email' },
		{ items: [{ name: 'Mail', body: false, subject: 'S' }] },
	);
	expect(error).toBeUndefined();
	expect(server.groups().at(-1)?.fields).toEqual({ subject: 'S' });
});

test.each([
	['attributes', [{ type: 'Description', value: Number('7615917337495251231') }], '"Value" (value)'],
	['tags', [Number('7615917337495251231')], '"Name" (name)'],
	['associatedGroups', [{ type: 'Threat', name: 'x', xid: 4.9e22 }], '"XID" (xid)'],
	['associatedVictimAssets', [{ type: 'Phone', victimId: 601, value: 4.9e22 }], '"Value" (value)'],
	['associatedIndicators', [{ type: 'Wallet', own: Number('7615917337495251231') }], '"own"'],
])('a number that has lost digits is refused by name in %s', async (name, list, field) => {
	const before = server.requests.length;
	const { error } = await update('1', { [name]: list });
	expect(error?.message).toContain(`entry 1: ${field} is `);
	expect(error?.message).toContain('a number that JavaScript cannot hold exactly');
	expect(server.requests).toHaveLength(before);
});

test.each([
	['associatedIndicators', 'a type and a summary. Values alone go in "Indicators" (indicators).'],
	['associatedGroups', 'name, type.'],
])('a value where an ID belongs says what else to give, in %s', async (name, otherwise) => {
	const before = server.requests.length;
	const { error } = await update('1', { [name]: ['badguy.com'] });
	expect(error?.message).toContain('entry 1: "ID" (id) must be an ID (a whole number), but is "badguy.com"');
	expect(error?.description).toContain(`or an object with ${otherwise}`);
	expect(server.requests).toHaveLength(before);
});

describe('an associated group', () => {
	const byXid = (xid: string) => ({ associatedGroups: [{ xid }] });

	test('is given by its XID alone', async () => {
		const actor = server.seedGroup({ type: 'Adversary', name: 'FIN7', xid: 'actor:alone' });
		const { id } = server.seedGroup({ type: 'Incident', name: 'Theirs' });
		const { error } = await update(id, byXid('actor:alone'));
		expect(error).toBeUndefined();
		expect(server.group(id)?.associatedGroups).toMatchObject([{ id: actor.id }]);
	});

	test('is given by its XID alone in a bulk import', async () => {
		const actor = server.seedGroup({ type: 'Adversary', name: 'FIN7', xid: 'actor:bulk' });
		const { error } = await node(
			'bulkImport',
			{ dataMode: 'autoMap', type: 'Incident' },
			{ items: [{ name: 'Theirs', xid: 'theirs:bulk', ...byXid('actor:bulk') }] },
		);
		expect(error).toBeUndefined();
		const group = server.groups().find(({ xid }) => xid === 'theirs:bulk');
		expect(group?.associatedGroups).toMatchObject([{ id: actor.id }]);
	});

	test('is not there under its XID: nothing is written', async () => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'Theirs' });
		const before = server.requests.length;
		const { error } = await update(id, byXid('actor:none'));
		expect(error?.message).toContain(
			'"Associated Groups" (associatedGroups): there is no group with the XID "actor:none"',
		);
		expect(server.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
	});
});

describe('what a Get answers, with all its lists,', () => {
	const FIELDS = [...LISTS, 'sightings', 'externalDates'];
	const got = async (id: string) => {
		const { items } = await node('get', { groupId: id, options: { fields: FIELDS } });
		return jsonOf(items)[0] ?? {};
	};

	test('can be sent back with one thing changed: nothing else changes', async () => {
		const group = seed();
		const friend = server.group(String(group.associatedGroups[0]?.id));
		const { error } = await update(group.id, { ...(await got(group.id)), name: 'Changed' });
		expect(error).toBeUndefined();
		expect(server.group(group.id)?.name).toBe('Changed');
		expect(listsOf(server.group(group.id))).toEqual(listsOf(group));
		expect({ ...server.group(String(friend?.id)) }).toEqual(friend);
	});

	test('and an attribute whose labels were added in it has them, beside those that it had', async () => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'Labels',
			attributes: [{ type: 'Description', value: 'First' }],
		});
		const attribute = {
			id: String(server.group(id)?.attributes[0]?.id),
			type: 'Description',
			value: 'First',
		};
		for (const label of ['TLP:RED', 'TLP:AMBER']) {
			await update(id, { name: 'Labels', attributes: [{ ...attribute, securityLabels: [label] }] });
		}
		expect(server.group(id)?.attributes).toMatchObject([
			{ securityLabels: { data: [{ name: 'TLP:RED' }, { name: 'TLP:AMBER' }] } },
		]);
		const before = server.requests.length;
		const again = {
			type: 'Incident',
			name: 'Labels',
			attributes: [{ ...attribute, securityLabels: 'TLP:RED' }],
		};
		const { items } = await node('upsert', { dataMode: 'json', jsonBody: JSON.stringify(again) });
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'unchanged' }]);
		expect(server.requests.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
	});

	test.each(['update', 'upsert'])(
		'and an attribute that the group has gets the labels that it lacks: %s',
		async (operation) => {
			const attribute = { type: 'Ticket Number', value: 'T-1' };
			const name = `Labelled by ${operation}`;
			const { id } = server.seedGroup({ type: 'Incident', name, attributes: [attribute] });
			const send = async (label: string) =>
				await node(
					operation,
					{ groupId: id, dataMode: 'autoMap', type: 'Incident' },
					{ items: [{ name, attributes: [{ ...attribute, value: 'T-1 ', securityLabels: [label] }] }] },
				);
			await send('TLP:RED');
			await send('TLP:AMBER');
			const before = server.requests.length;
			await send('TLP:RED');
			expect(server.group(id)?.attributes).toMatchObject([
				{ value: 'T-1', securityLabels: { data: [{ name: 'TLP:RED' }, { name: 'TLP:AMBER' }] } },
			]);
			const paths = server.requests.slice(before).map(({ target }) => target);
			expect(paths.filter((path) => path.includes('groupAttributes'))).toEqual([]);
		},
	);

	test('and an attribute that was pinned is not pinned any more where it says so', async () => {
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'Pins',
			attributes: [
				{ type: 'Description', value: 'First', pinned: true },
				{ type: 'Ticket Number', value: 'T-1', pinned: true },
			],
		});
		const [first, second] = server.group(id)?.attributes ?? [];
		const attributes = [
			{ id: String(first?.id), type: 'Description', value: 'First', pinned: false },
			{ id: String(second?.id), type: 'Ticket Number', value: 'T-1' },
		];
		await update(id, { attributes });
		expect(server.group(id)?.attributes).toMatchObject([{ pinned: false }, { pinned: true }]);
		const before = server.requests.length;
		await update(id, { attributes });
		const paths = server.requests.slice(before).map(({ target }) => target);
		expect(paths.filter((path) => path.includes('groupAttributes'))).toEqual([]);
	});

	test('and an attribute that was changed in it is changed in place', async () => {
		const group = seed();
		const answer = (await got(group.id)) as unknown as { attributes: { data: IDataObject[] } };
		const [first, second] = answer.attributes.data;
		await update(group.id, { attributes: { data: [first, { ...second, value: 'New feed' }] } });
		expect(server.group(group.id)?.attributes).toMatchObject([
			{ id: first?.id?.toString(), value: 'What it is' },
			{ id: second?.id?.toString(), value: 'New feed' },
		]);
	});

	test('makes the same lists in another group, and changes nothing in the first', async () => {
		const group = seed();
		const answer = await got(group.id);
		const { error } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Incident' },
			{ items: [{ ...answer, xid: `${group.xid}:copy` }] },
		);
		expect(error).toBeUndefined();
		const copy = server.groups().find(({ xid }) => xid === `${group.xid}:copy`);
		expect(copy?.ownerName).toBe(ORG);
		expect(copy?.attributes.map(({ type, value }) => [type, value])).toEqual(
			group.attributes.map(({ type, value }) => [type, value]),
		);
		expect(copy?.tags.map(({ name }) => name)).toEqual(['Phishing', 'Ransomware']);
		expect(server.group(group.id)?.attributes).toEqual(group.attributes);
	});

	test('goes through Create or Update by XID, though it names its owner by name and by ID', async () => {
		const group = seed();
		const { error, items } = await node(
			'upsert',
			{ dataMode: 'autoMap', type: 'Incident', matchBy: 'xid', groupXid: '' },
			{ items: [{ ...(await got(group.id)), name: 'Synced' }] },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'updated', name: 'Synced' }]);
		expect(listsOf(server.group(group.id))).toEqual(listsOf(group));
	});

	test('is refused if its name and its ID belong to two owners', async () => {
		const groups = server.groups().length;
		const { error } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Threat' },
			{ items: [{ name: 'Two owners', ownerName: 'Demo Community', ownerId: 2 }] },
		);
		expect(error?.message).toContain(
			'"Owner Name" (ownerName) is "Demo Community", but "Owner ID" (ownerId) is that of "Demo Organization"',
		);
		expect(server.groups()).toHaveLength(groups);
	});
});

test("a tag from MISP is sent by its name, because its ID is not ThreatConnect's", async () => {
	const { id } = seed();
	await update(id, { tags: [{ id: '1', name: 'tlp:amber', colour: '#FFC000', exportable: true }] });
	expect(JSON.parse(server.requests.at(-1)?.body ?? '').tags).toEqual({
		data: [{ name: 'tlp:amber' }],
		mode: 'append',
	});
});

describe('rows', () => {
	test('of new objects have all fields of the API', async () => {
		const { error } = await node('create', {
			type: 'Incident',
			name: 'With details',
			additionalFields: {
				associatedGroups: {
					list: {
						data: {
							group: [
								{
									name: 'Rule',
									type: 'Signature',
									fileName: 'a.yar',
									fileType: 'YARA',
									fileText: 'rule a {}',
								},
							],
						},
					},
				},
				associatedCases: {
					list: {
						data: {
							case: [
								{
									name: 'Case with details',
									severity: 'Low',
									status: 'Open',
									resolution: 'False Positive',
									assignee: 'jane@example.com',
									tags: 'A, B',
								},
							],
						},
					},
				},
				associatedIndicators: {
					list: {
						data: {
							indicator: [
								{
									type: 'Registry Key',
									summary: 'HKLM\\Software\\Bad : Run : REG_SZ',
									rating: '4',
									confidence: '80',
									active: 'false',
									tags: 'C2',
									attributes: '[{"type": "Description", "value": "d"}]',
									firstSeen: '2026-01-01',
								},
							],
						},
					},
				},
			},
		});
		expect(error).toBeUndefined();
		expect(server.groups().at(-1)).toMatchObject({ name: 'Rule', type: 'Signature' });
		expect(server.cases().at(-1)).toMatchObject({
			resolution: 'False Positive',
			assignee: { type: 'User', data: { userName: 'jane@example.com' } },
		});
		expect(server.indicators().at(-1)).toMatchObject({
			summary: 'HKEY_LOCAL_MACHINE\\Software\\Bad : Run : REG_SZ',
			rating: 4,
			confidence: 80,
			active: false,
		});
	});

	test.each([
		[
			'a signature without its file',
			{ associatedGroups: [{ name: 'x', type: 'Signature', fileName: 'a' }] },
			'entry 1: "File Type" (fileType) is missing',
		],
		[
			'a review that does not say whether the report helped',
			{ type: 'Report', reviews: [{ rating: 4 }] },
			'entry 1: "Helpful" (reviewHelpful) is missing',
		],
		[
			'a case XID that is too short',
			{ associatedCases: [{ name: 'x', severity: 'Low', status: 'Open', xid: 'short' }] },
			'"XID" (xid) has 5 characters, but at least 10 are needed',
		],
		[
			'a resolution that does not exist',
			{ associatedCases: [{ name: 'x', severity: 'Low', status: 'Open', resolution: 'Done' }] },
			'"Resolution" (resolution) cannot be "Done"',
		],
	])('refuse %s by name', async (_what, item, message) => {
		const { error } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Incident' },
			{ items: [{ name: 'Refused', ...item }] },
		);
		expect(error?.message).toContain(message);
	});

	test('of assignments have a mode, and by default the other assignments stay', async () => {
		const { items } = await node('create', {
			type: 'Task',
			name: 'Task',
			additionalFields: {
				assignments: { list: { data: { assignment: [{ type: 'Assigned', user: '12' }] } } },
			},
		});
		const id = String(jsonOf(items)[0]?.id);
		const change = async (mode: string, type: string) =>
			await node('update', {
				groupId: id,
				updateFields: { assignments: { list: { mode, data: { assignment: [{ type, user: '12' }] } } } },
			});
		await change('append', 'Escalate');
		expect(server.group(id)?.assignments).toHaveLength(2);
		await change('delete', 'Assigned');
		expect(server.group(id)?.assignments).toMatchObject([{ type: 'Escalate' }]);
	});
});
