import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IDataObject, INodePropertyOptions } from 'n8n-workflow';

import { table } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { GROUP_TYPES, startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { everyField } from './everyField';
import { jsonOf, run } from './harness';
import { type RunNode, threatConnectNode } from './support';

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	// An XID that the node adds is tested in threatconnect.onceOnly.test.ts.
	const plain = threatConnectNode(server);
	node = async (operation, { options = {}, ...parameters }, more) =>
		await plain(
			operation,
			{
				...parameters,
				options: { ...(operation === 'create' && { assignXid: false }), ...(options as object) },
			},
			more,
		);
});
afterAll(async () => await server.stop());

const lastBody = () => server.requests.at(-1)?.body ?? '';
const lastGroup = () => server.groups().at(-1);

/** The documented example request of a page, as the one line that is sent. */
const documented = (name: string) =>
	JSON.stringify(JSON.parse(readFileSync(join(__dirname, '../fixtures', name), 'utf8')));

describe("the documentation's example", () => {
	test('goes out byte for byte from the form', async () => {
		const { items, error } = await node('create', {
			type: 'Incident',
			name: 'Bad Incident',
			status: 'New',
			tagNames: 'Targeted Attack, Robbery',
			additionalFields: { eventDate: '2021-11-03' },
			options: { fields: ['tags'] },
		});
		expect(error).toBeUndefined();
		expect(lastBody()).toBe(documented('threatconnect-create.json'));
		expect(items).toMatchObject([
			{
				json: {
					type: 'Incident',
					name: 'Bad Incident',
					eventDate: '2021-11-03T00:00:00Z',
					status: 'New',
					tags: { data: [{ name: 'Targeted Attack' }, { name: 'Robbery' }] },
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	test('goes out byte for byte from the input, and as JSON', async () => {
		const body = documented('threatconnect-create.json');
		const { tags, ...rest } = JSON.parse(body);
		await node('create', { dataMode: 'autoMap' }, { items: [{ tags: 'Targeted Attack,Robbery', ...rest }] });
		expect(lastBody()).toBe(body);
		await node('create', { dataMode: 'autoMap' }, { items: [{ tags, ...rest }] });
		expect(lastBody()).toBe(body);
		await node('create', { dataMode: 'json', jsonBody: body });
		expect(lastBody()).toBe(body);
	});

	test('in its minimal form holds a name and a type, and nothing else', async () => {
		await node('create', { type: 'Adversary', name: 'Group name goes here' });
		expect(lastBody()).toBe('{"type":"Adversary","name":"Group name goes here"}');
	});

	test('of associations: existing ones by ID, indicators by type and summary', async () => {
		await node('create', {
			type: 'Incident',
			name: 'Associated',
			additionalFields: {
				associatedArtifacts: { list: { id: '201' } },
				associatedIndicators: { list: { data: { indicator: [{ type: 'Host', summary: 'badguy.com' }] } } },
			},
		});
		expect(JSON.parse(lastBody())).toMatchObject({
			associatedArtifacts: { data: [{ id: 201 }] },
			associatedIndicators: { data: [{ type: 'Host', hostName: 'badguy.com' }] },
		});
		expect(lastGroup()?.associatedIndicators).toMatchObject([{ id: '101' }]);
	});
});

describe('a workflow with 17 items, one per group type, each with all its fields', () => {
	test('covers every field of the table', () => {
		const fixed = new Set(['type', 'name', 'ownerId', 'ownerName', 'xid']);
		for (const type of GROUP_TYPES) {
			const given = new Set([...Object.keys(everyField(type).given), ...fixed]);
			const missing = table.fields
				.filter((field) => !field.types || field.types.includes(type))
				.filter(({ name }) => !given.has(name));
			expect(missing.map(({ name }) => `${type}: ${name}`)).toEqual([]);
		}
	});

	test('goes through Create and then Update with no error, and every field is stored as sent', async () => {
		const items = GROUP_TYPES.map((type) => ({
			type,
			name: `${type} from a finding`,
			ownerName: 'Demo Organization',
			xid: `finding:${type}`,
			...(everyField(type).given as object),
		}));
		const created = await node('create', { dataMode: 'autoMap' }, { items });
		expect(created.error).toBeUndefined();
		expect(created.items).toHaveLength(17);
		for (const [index, type] of GROUP_TYPES.entries()) {
			const group = server.group(String(created.items[index]?.json.id));
			expect(group).toMatchObject({
				type,
				name: `${type} from a finding`,
				xid: `finding:${type}`,
				ownerName: 'Demo Organization',
				fields: everyField(type).stored,
				tags: [{ name: 'Robbery' }, { name: 'Ransomware' }, { techniqueId: 'T1566' }],
				attributes: [
					{ type: 'Description', value: 'What it is', default: true },
					{ type: 'Source', value: 'https://example.com/feed', default: true },
					{ type: 'Description', value: 'Another one', pinned: true, source: 'analyst' },
				],
				securityLabels: [{ name: 'TLP:GREEN' }],
				associatedArtifacts: [{ id: '201' }],
				associatedCases: [{ id: '301' }, { name: 'New case' }],
				associatedGroups: [{ name: 'New threat' }],
				associatedIndicators: [{ id: '101' }, { ip: '203.0.113.7' }],
				associatedVictimAssets: [{ id: '501' }],
				...(type === 'Task' && { assignments: [{ type: 'Assigned', user: { id: '12' } }] }),
				...(type === 'Report' && { reviews: [{ rating: 4, reviewHelpful: true, comments: 'Good' }] }),
			});
		}

		const changes = items.map(({ ownerName: _ownerName, ...item }, index) => ({
			...item,
			id: created.items[index]?.json.id,
			name: `${item.type}, changed`,
			firstSeen: '2025-12-31',
			tags: { data: [{ name: 'Changed' }], mode: 'replace' },
		}));
		const updated = await node(
			'update',
			{ dataMode: 'autoMap', groupId: '={{ $json.id }}' },
			{ items: changes },
		);
		expect(updated.error).toBeUndefined();
		expect(updated.items).toHaveLength(17);
		for (const [index, type] of GROUP_TYPES.entries()) {
			const group = server.group(String(created.items[index]?.json.id));
			expect(group).toMatchObject({
				type,
				name: `${type}, changed`,
				fields: { ...everyField(type).stored, firstSeen: '2025-12-31T00:00:00Z' },
				tags: [{ name: 'Changed' }],
			});
			expect(group?.tags).toHaveLength(1);
		}
	});

	test.each(GROUP_TYPES)('%s goes out the same from the form as from the input', async (type) => {
		const { given } = everyField(type);
		const required = table.fields
			.filter((field) => field.create === 'required' && field.types?.includes(type))
			.map(({ name }) => name);
		const parameters = Object.fromEntries(required.map((name) => [name, given[name]]));
		const elsewhere = [...required, 'status', 'description', 'tags', 'securityLabels', 'attributes'];
		const additionalFields = Object.fromEntries(
			Object.entries(given).filter(([name]) => !elsewhere.includes(name)),
		);
		const inSight = {
			status: given.status,
			groupDescription: given.description,
			attributes: (given.attributes as { list: { data: object } }).list.data,
			tagNames: 'Robbery, Ransomware',
			securityLabelNames: 'TLP:GREEN',
			indicators: '203.0.113[.]7',
		};
		const form = {
			...{ type, name: 'Same', ...parameters, ...inSight },
			additionalFields: { ...additionalFields, tags: { list: { techniqueId: 'T1566' } } },
		} as never;
		const { error } = await node('create', form);
		expect(error).toBeUndefined();
		const fromForm = lastBody();
		await node('create', { dataMode: 'autoMap' }, { items: [{ ...given, name: 'Same', type }] as never });
		expect(lastBody()).toBe(fromForm);
	});
});

describe('lists', () => {
	const tagsOf = async (tags: unknown) => {
		await node('create', { dataMode: 'autoMap', type: 'Threat' }, { items: [{ name: 'T', tags }] as never });
		return JSON.parse(lastBody()).tags;
	};
	test.each([
		['comma-separated text', 'A, B ,', { data: [{ name: 'A' }, { name: 'B' }] }],
		['an array of names', ['A', 'B, C'], { data: [{ name: 'A' }, { name: 'B, C' }] }],
		[
			'an array of objects',
			[{ name: 'A', description: 'd' }, { techniqueId: 'T1566' }],
			{ data: [{ name: 'A', description: 'd' }, { techniqueId: 'T1566' }] },
		],
		[
			'JSON text of an array',
			'["A", {"techniqueId": "T1566"}]',
			{ data: [{ name: 'A' }, { techniqueId: 'T1566' }] },
		],
		["the API's own form", { data: [{ name: 'A' }] }, { data: [{ name: 'A' }] }],
		['one number', 7, { data: [{ name: '7' }] }],
		['a name in brackets', '[draft]', { data: [{ name: '[draft]' }] }],
		['nothing', [], undefined],
	])('can be %s', async (_form, given, expected) => {
		expect(await tagsOf(given)).toEqual(expected);
	});

	test('in the form can come from an expression that gives an array', async () => {
		await node(
			'create',
			{ type: 'Threat', name: 'T', tagNames: '={{ $json.labels }}' },
			{ items: [{ labels: ['One', 'Two, with a comma'] }] },
		);
		expect(JSON.parse(lastBody()).tags).toEqual({ data: [{ name: 'One' }, { name: 'Two, with a comma' }] });
	});

	test('of new objects carry the fields that the API needs', async () => {
		const { error } = await node('create', {
			type: 'Incident',
			name: 'With new objects',
			additionalFields: {
				associatedArtifacts: {
					list: { data: { artifact: [{ summary: 'evil.example', type: 'Host', caseId: '301' }] } },
				},
				associatedVictimAssets: {
					list: {
						data: {
							victimAsset: [
								{ type: 'EmailAddress', victimId: '601', value: 'a@example.com', addressType: 'Work' },
							],
						},
					},
				},
				associatedGroups: {
					list: {
						json: '[{"type": "Signature", "name": "S", "fileName": "s", "fileText": "s", "fileType": "Snort"}]',
					},
				},
			},
		});
		expect(error).toBeUndefined();
		expect(lastGroup()?.name).toBe('S');
		expect(server.groups().find(({ name }) => name === 'With new objects')).toMatchObject({
			associatedArtifacts: [{ summary: 'evil.example', type: 'Host' }],
			associatedVictimAssets: [{ address: 'a@example.com' }],
			associatedGroups: [{ name: 'S', type: 'Signature' }],
		});
	});

	test('of indicators in another owner name that owner', async () => {
		const { error } = await node('create', {
			type: 'Incident',
			name: 'In the community',
			additionalFields: {
				ownerName: 'Demo Community',
				associatedIndicators: {
					list: {
						data: { indicator: [{ type: 'Host', summary: 'shared.example', ownerName: 'Demo Community' }] },
					},
				},
			},
		});
		expect(error).toBeUndefined();
		expect(lastGroup()).toMatchObject({
			ownerName: 'Demo Community',
			associatedIndicators: [{ id: '103' }],
		});
	});
});

describe('the fields of the answer', () => {
	test('are repeated in the query, and so is the activity log', async () => {
		await node('create', {
			type: 'Threat',
			name: 'T',
			options: { fields: ['tags', 'associatedGroups'], createActivityLog: true },
		});
		expect(server.requests.at(-1)?.target).toBe(
			'/api/v3/groups?fields=tags&fields=associatedGroups&createActivityLog=true',
		);
	});
});

describe('the type by expression, per item', () => {
	const items = [
		{ kind: 'Signature', title: 'S', rule: 'alert tcp' },
		{ kind: 'Adversary', title: 'A' },
		{ kind: 'Event', title: 'E', state: 'Escalated' },
	];
	test('takes from each item what its type needs', async () => {
		const { error, items: created } = await node(
			'create',
			{
				type: '={{ $json.kind }}',
				name: '={{ $json.title }}',
				fileName: '={{ $json.rule && "a.rules" }}',
				fileType: '={{ $json.rule && "Snort" }}',
				fileText: '={{ $json.rule }}',
				status: '={{ $json.state }}',
			},
			{ items },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(created)).toMatchObject([
			{ type: 'Signature', fileText: 'alert tcp' },
			{ type: 'Adversary' },
			{ type: 'Event', status: 'Escalated' },
		]);
	});

	test('requires no field of a type that no item has', async () => {
		const { error, items: created } = await node(
			'create',
			{ type: '={{ $json.kind }}', name: 'Plain' },
			{ items: [{ kind: 'Incident' }, { kind: 'Adversary' }] },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(created)).toMatchObject([{ type: 'Incident' }, { type: 'Adversary' }]);
	});

	test('refuses a field that an item of another type has set, and names both', async () => {
		const { error } = await node(
			'create',
			{ type: '={{ $json.kind }}', name: 'x', additionalFields: { eventDate: '2026-01-01' } },
			{ items: [{ kind: 'Adversary' }] },
		);
		expect(error?.message).toBe(
			'"Event Date" (eventDate) does not belong to the type Adversary, only to Event, Incident [item 0]',
		);
	});
});

describe('a choice in another spelling', () => {
	/** Each spelling of each value that a drop-down of the type offers. */
	const spellings = GROUP_TYPES.flatMap((type) =>
		table.fields
			.filter((field) => field.name !== 'type' && (field.types?.includes(type) ?? true))
			.flatMap(({ name, kind }) => {
				const options = (kind.control('create', type).options ?? []) as INodePropertyOptions[];
				return options
					.map(({ value }) => String(value))
					.filter((value) => kind.control('create', type).type === 'options' && value !== '')
					.flatMap((value) =>
						[value.toUpperCase(), ` ${value.toLowerCase()}\u00A0`].map((given) => ({
							type,
							name,
							given,
							value,
						})),
					);
			}),
	);

	test.each([
		['an expression', { status: '={{ $json.status }}', fileType: '={{ $json.fileType }}' }],
		['the input', { dataMode: 'autoMap' }],
	])("from %s goes out in ThreatConnect's own", async (_from, more) => {
		expect(new Set(spellings.map(({ name }) => name))).toEqual(new Set(['status', 'fileType']));
		const file = { fileName: 'a.yar', fileText: 'rule a {}' };
		const inForm = { fileName: '={{ $json.fileName }}', fileText: '={{ $json.fileText }}' };
		const { error, items } = await node(
			'create',
			{ type: '={{ $json.type }}', name: 'x', ...inForm, ...more },
			{
				items: spellings.map(({ type, name, given }) => ({
					type,
					name: 'x',
					[name]: given,
					...(type === 'Signature' && file),
				})),
			},
		);
		expect(error).toBeUndefined();
		for (const [index, { name, value }] of spellings.entries()) expect(items[index]?.json[name]).toBe(value);
	});

	test('of a type that is not known is sent so too', async () => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'x' });
		await node('update', { groupId: id, status: 'CLOSED' });
		expect(lastBody()).toBe('{"status":"Closed"}');
	});
});

describe('Auto-Map', () => {
	test("sends an item's own fields, and says which keys it did not send", async () => {
		const { items, hints } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Adversary' },
			{
				items: [
					{ name: 'A', cvss: 9.8, eventDate: '2026-01-01', tags: null, xid: '' },
					{ name: 'B', cvss: 1 },
				],
			},
		);
		expect(items).toHaveLength(2);
		expect(server.requests.slice(-2).map(({ body }) => body)).toEqual(
			expect.arrayContaining(['{"type":"Adversary","name":"A"}', '{"type":"Adversary","name":"B"}']),
		);
		expect(hints[0]?.message).toContain('"cvss" (2 items), "eventDate" (1 item)');
	});

	test("takes people's headings for the fields that they name, and says so", async () => {
		const { hints } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Incident' },
			{
				items: [
					{ '\uFEFFName': 'A', event_date: '2026-01-01', 'Owner Name ': 'Demo Community', OwnerId: '005x' },
					{ NAME: 'B', 'Event Date': '2026-01-02', Type: 'event', Owner: 'Demo Community' },
				],
			},
		);
		expect(server.requests.slice(-2).map(({ body }) => body)).toEqual(
			expect.arrayContaining([
				expect.stringContaining(
					'{"type":"Incident","name":"A","ownerName":"Demo Community","eventDate":"2026-01-01"',
				),
				expect.stringContaining('{"type":"Event","name":"B","eventDate":"2026-01-02"'),
			]),
		);
		expect(hints.map(({ message }) => message)).toEqual([
			expect.stringMatching(
				/^Keys that were taken for fields: .*"event_date" as eventDate \(1 item\), "Owner Name " as ownerName.*"Type" as type/,
			),
			expect.stringMatching(/^Not sent.*"OwnerId" \(1 item\), "Owner" \(1 item, perhaps ownerName\)/),
		]);
	});

	test('takes the headings of the plain inputs, with a list of indicators as it is pasted', async () => {
		const { error, hints } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Incident' },
			{
				items: [
					{
						Name: 'Pasted',
						'Tag Names': 'Robbery, Ransomware',
						security_label_names: 'TLP:AMBER',
						Indicators: 'hxxp://badguy[.]com/a\n203.0.113[.]7',
					},
				],
			},
		);
		expect(error).toBeUndefined();
		expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toMatchObject({
			name: 'Pasted',
			tags: { data: [{ name: 'Robbery' }, { name: 'Ransomware' }] },
			securityLabels: { data: [{ name: 'TLP:AMBER' }] },
			associatedIndicators: { data: [{ type: 'URL' }, { type: 'Address' }] },
		});
		expect(hints.map(({ message }) => message)).toEqual([
			expect.stringContaining('"Indicators" as associatedIndicators (1 item)'),
		]);
	});

	test.each<[unknown, boolean]>([
		[3, true],
		[0, true],
		[true, true],
		[{ count: 3 }, true],
		[{ data: [] }, false],
		[[], false],
		[null, false],
	])(
		'does not take %j under the key indicators for a list, and says so of a value: %s',
		async (indicators, leftOut) => {
			const { error, items, hints } = await node(
				'create',
				{ dataMode: 'autoMap', type: 'Incident' },
				{ items: [{ name: 'Alert', indicators } as IDataObject] },
			);
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1);
			expect(JSON.parse(lastBody())).toEqual({ type: 'Incident', name: 'Alert' });
			expect(hints.map(({ message }) => message)).toEqual(
				leftOut ? [expect.stringContaining('Not sent')] : [],
			);
		},
	);

	test('suggests a key of the item for a required field that is missing', async () => {
		const { error } = await node(
			'create',
			{ dataMode: 'autoMap', type: 'Incident' },
			{ items: [{ 'Incident Name': 'A' }] },
		);
		expect(error?.message).toBe('"Name" (name) is missing [item 0]');
		expect(error?.description).toContain('Your item has "Incident Name": ');
	});

	test.each([
		['create', {}],
		['upsert', { matchBy: 'name', status: 'New' }],
	])('names the key that an expression of %s does not find', async (operation, more) => {
		for (const key of ['\uFEFFName', 'NAME', '\uFEFFTitle']) {
			const { error } = await node(
				operation,
				{ type: 'Incident', name: '={{ $json.Name }}', ...more },
				{ items: [{ [key]: 'A', Other: 'B' }] },
			);
			expect(error?.message).toBe('"Name" (name) is missing [item 0]');
			expect(error?.description).toContain(
				`Your item has the key "${key.replace('\uFEFF', '\\uFEFF')}", which an expression must spell exactly so`,
			);
		}
	});
});

describe('raw JSON', () => {
	test('is merged last, objects key by key, and reaches fields that the node does not know', async () => {
		const { error } = await node('create', {
			type: 'Incident',
			name: 'Raw',
			tagNames: 'A',
			options: { additionalJson: '{"tags": {"mode": "append"}, "futureField": 1}' },
		});
		expect(lastBody()).toBe(
			'{"type":"Incident","name":"Raw","tags":{"data":[{"name":"A"}],"mode":"append"},"futureField":1}',
		);
		expect(error?.message).toContain('Unrecognized field "futureField"');
	});
});

test('a group whose ID is 9007199254740993 is created, updated and shown with every digit', async () => {
	const big = await startThreatConnect({ firstId: '9007199254740993' });
	try {
		const bigNode = threatConnectNode(big);
		const created = await bigNode('create', {
			type: 'Threat',
			name: 'Big',
			additionalFields: { ownerId: '2' },
		});
		expect(created.items[0]?.json.id).toBe('9007199254740993');
		const updated = await bigNode(
			'update',
			{
				groupId: '={{ $json.id }}',
				updateFields: { name: 'Bigger', associatedIndicators: { list: { id: '9007199254741011' } } },
				options: { fields: ['associatedIndicators'] },
			},
			{ items: [{ id: '9007199254740993' }] },
		);
		expect(updated.error).toBeUndefined();
		expect(big.requests.at(-1)?.target).toContain('/api/v3/groups/9007199254740993?');
		expect(big.requests.at(-1)?.body).toContain('{"id":9007199254741011}');
		expect(updated.items[0]?.json).toMatchObject({
			id: '9007199254740993',
			name: 'Bigger',
			associatedIndicators: { data: [{ id: '9007199254741011' }] },
		});
	} finally {
		await big.stop();
	}
});

test('HMAC credentials work as tokens do', async () => {
	const { accessId, secretKey } = server.credentials;
	const { items, error } = await run({
		type: 'threatConnectGroup',
		parameters: {
			authentication: 'hmac',
			resource: 'group',
			operation: 'create',
			type: 'Threat',
			name: 'Signed',
			options: { fields: ['tags', 'attributes'] },
		},
		credentials: { threatConnectHmacApi: { baseUrl: `${server.url}/api/`, accessId, secretKey } },
	});
	expect(error).toBeUndefined();
	expect(items[0]?.json.name).toBe('Signed');
});

describe('a refusal names what the item has given', () => {
	const refused = async (more: object) => {
		const { error } = await node(
			'create',
			{ type: 'Incident', name: 'x', dataMode: 'autoMap' },
			{
				items: [{ name: 'x', ...more }],
			},
		);
		return `${error?.message}\n${error?.description}`;
	};

	test.each([
		[
			'an owner that does not exist',
			{ ownerName: 'Nowhere' },
			'The requested owner was not found [item 0]\n"Owner Name" is "Nowhere": there is no such owner',
		],
		[
			'an associated group that does not exist',
			{ associatedGroups: [{ id: 987654 }] },
			'By ID, the item names: associatedGroups "987654". Check that they exist',
		],
		[
			'an attribute type that does not exist',
			{ attributes: [{ type: 'Nonsense', value: 'x' }] },
			'The requested attribute type was not found [item 0]\nThe item has attributes of the types: attributes "Nonsense".',
		],
		[
			'a field that ThreatConnect refuses',
			{ securityLabels: 'TLP:PINK' },
			'The item has securityLabels "TLP:PINK". Each must be a label of this instance',
		],
	])('%s', async (_what, more, message) => {
		expect(await refused(more)).toContain(message);
	});

	test('an owner in the address of a request', async () => {
		const { error } = await node('get', { findBy: 'xid', groupXid: 'x:1', groupOwner: 'Nowhere' });
		expect(error?.description).toContain('"Owner Name" is "Nowhere": ');
	});

	test('an attribute type of Attribute: Add', async () => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'x' });
		const { error } = await node('add', {
			resource: 'attribute',
			groupId: id,
			attributeType: 'Nonsense',
			value: 'x',
		});
		expect(error?.description).toContain('The item has attributes of the types: attributes "Nonsense".');
	});
});
