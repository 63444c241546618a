import fc from 'fast-check';
import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';

import { table } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { ThreatConnectGroup } from '../../nodes/ThreatConnectGroup/ThreatConnectGroup.node';
import { type LoggedRequest, stringifyJson } from '../simulators/shared/server';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { NASTY_TEXTS } from './anything';
import { run } from './harness';
import {
	casesOf,
	checkOperation,
	checkTally,
	type Faults,
	type Plausible,
	records,
	type Subject,
	type Tally,
} from './properties';

/** Each operation of the node does its work or says what is wrong, whatever the items hold. */

const { description } = new ThreatConnectGroup();

const SEEDED = ['Incident', 'Document', 'Threat', 'Report', 'Event', 'Signature'] as const;
/** Groups that items may be about. Other groups must not change: no item has their IDs by chance. */
const TARGETS = SEEDED.map((_, index) => `46116860184273800${10 + index}`);
const BYSTANDERS = SEEDED.map((_, index) => `46116860184273900${10 + index}`);

let server: ThreatConnectSimulator;
beforeAll(async () => {
	server = await startThreatConnect({ firstId: '4611686018427387904', bulkDelete: true });
});
afterAll(async () => await server.stop());

async function seed(): Promise<void> {
	for (const { id } of server.groups()) server.deleteGroup(id);
	for (const [index, type] of SEEDED.entries()) {
		const attributes = [{ type: 'Description', value: 'seeded' }];
		server.seedGroup({ type, name: `the ${type}`, xid: `xid of ${type}`, id: TARGETS[index], attributes });
		const post = { objectId: TARGETS[index] ?? '', id: `90${index + 1}`, text: 'Seen', replies: ['Yes'] };
		if (!server.posts().some((one) => one.id === post.id)) server.seedPost(post);
		server.seedGroup({ type, name: 'Bystander', xid: `bystander ${type}`, id: BYSTANDERS[index] });
		if (type === 'Document' || type === 'Report')
			await server.seedFile(TARGETS[index] ?? '', Buffer.from('file'));
	}
}

const TYPES = ['Incident', 'Threat', 'Document', 'Report', 'Event', 'Email', 'Task', 'Signature'];
const HASH = 'a'.repeat(32);

const DATES = ['eventDate', 'publishDate', 'dueDate', 'firstSeen', 'lastSeen', 'externalDateAdded'];

const plausible: Plausible = {
	groupId: fc.nat(5).map((index) => TARGETS[index]),
	'groupId by url': fc.constantFrom(...TARGETS).map((id) => `${server.url}/#/details/groups/${id}/overview`),
	json: fc.constantFrom<unknown>('', '[]', []),
	groupXid: fc.constantFrom(
		'xid of Incident',
		'xid of Document',
		'xid of Report',
		'new & xid/1',
		'a b',
		'n1',
		'n2',
		'n3',
	),
	xid: fc.constantFrom(undefined, 'xid-1', 'xid/2?', 'ü'),
	groupOwner: fc.constantFrom(undefined, 'Demo Organization'),
	...Object.fromEntries(
		DATES.map((name) => [name, fc.constantFrom('2026-11-20', '2026-11-20T08:15:00+01:00')]),
	),
	ownerName: fc.constantFrom('Demo Organization', 'Demo Community', 'Nobody'),
	ownerId: fc.constantFrom('2', 2, 10n),
	type: fc.constantFrom(...TYPES),
	name: fc.constantFrom('Phishing', 'Ransomware, again', 'ü "quoted" \\ 👾'),
	// Only signatures have this field, and most items are not signatures.
	fileName: fc.constantFrom(undefined, undefined, undefined, 'a.yar'),
	fileType: fc.constantFrom(undefined, undefined, undefined, 'YARA'),
	fileText: fc.constantFrom(undefined, undefined, undefined, 'rule a {}'),
	technique: fc.constantFrom('T1566', 'Phishing'),
	attributeType: fc.constantFrom('Description', 'Source'),
	postId: fc.constantFrom('901', 902, '903'),
	sequenceId: fc.constantFrom('901.1', '902.1'),
	presentValue: fc.constantFrom('seeded', 'a b'),
	securityLabels: fc.constantFrom<unknown>('TLP:RED', ['TLP:RED']),
	securityLabel: fc.constant('TLP:RED'),
	securityLabelNames: fc.constantFrom<unknown>(undefined, 'TLP:RED', ['TLP:RED']),
	tagNames: fc.constantFrom<unknown>(undefined, 'Phishing\nRobbery', ['a']),
	indicators: fc.constantFrom<unknown>(undefined, 'badguy[.]com, 203.0.113.7', [
		HASH,
		'hxxp://badguy.com/a,b',
	]),
	eventType: fc.constantFrom('Breach', 'Phishing'),
	status: fc.constantFrom('New', 'Closed', 'Needs Review'),
	summary: fc.constantFrom('badguy.com', '203.0.113.7', HASH, `${HASH} : ${HASH}`),
	id: fc.constantFrom('101', '101, 102', [101]),
	value: fc.constantFrom('some text', 'a b'),
	techniqueId: fc.constantFrom('T1566', 'T1566, T1059'),
	techniqueIds: fc.constantFrom(undefined, 'T1566'),
	tag: fc.constantFrom('Ransomware', ['Ransomware', 'Robbery']),
	tags: fc.constantFrom<unknown>('Phishing, Robbery', ['a'], { data: [{ name: 'b' }], mode: 'replace' }, [
		{ id: 41 },
	]),
	attributes: fc.constantFrom<unknown>([{ type: 'Description', value: 'x' }], { data: [], mode: 'replace' }),
	associatedIndicators: fc.constantFrom<unknown>([{ type: 'Host', summary: 'badguy.com' }], '[{"id":101}]'),
	tql: fc.constantFrom('', 'id > 0', 'typeName = "Threat"'),
	createdBy: fc.constant('jsmith'),
	indicator: fc.constantFrom('badguy.com', HASH),
	fields: fc.subarray(['tags', 'attributes', 'associatedIndicators']),
	sortBy: fc.constantFrom('id', 'summary', 'dateAdded'),
	limit: fc.integer({ min: 1, max: 100 }),
	inputField: fc.constant('data'),
	additionalJson: fc.constantFrom('{}', '{"name":"merged"}', '{"__proto__":{"polluted":true}}'),
	maxConcurrentRequests: fc.constantFrom(1, 8, 32),
	timeout: fc.constant(30),
	processingLimit: fc.constant(1),
	timeLimit: fc.constant(5),
	maxBytes: fc.constantFrom(1000, 100_000),
};

const names = table.fields.map(({ name }) => name);
const fieldsBesides = (...left: string[]) =>
	records(
		names.filter((name) => !left.includes(name)),
		plausible,
	);
/** An update changes neither type nor owner. */
const updates = fieldsBesides('type', 'ownerId', 'ownerName').map((own) => ({ name: 'Phishing', ...own }));
const creations = fieldsBesides().map((own) => ({ type: 'Incident', name: 'Phishing', ...own }));

// Methods and paths of each operation. `REF` is one segment with any content.
const REF = '[\\w.~%-]+';
const ONE = new RegExp(`(GET|PUT) /api/v3/groups/${REF}`);
const READ = new RegExp(`GET /api/v3/groups/${REF}`);
const LIST = /GET \/api\/v3\/groups/;
const CREATE = /POST \/api\/v3\/groups/;
const LOOKUPS =
	/GET \/api\/(v3\/(attributeTypes|securityLabels|indicators|artifacts|cases|victimAssets|security\/owners)|v2\/(owners\/mine|whoami))/;
const ATTRIBUTE = /PUT \/api\/v3\/groupAttributes\/\d+/;

const dataModes = ['define', 'autoMap', 'json'];
const withFind = (structure: INodeParameters): INodeParameters[] =>
	['id', 'xid'].map((findBy) => ({ ...structure, findBy }));
const group = (operation: string): INodeParameters => ({ resource: 'group', operation });
const file = (operation: string): INodeParameters => ({ resource: 'file', operation });
const part = (resource: string, operation: string): INodeParameters => ({ resource, operation });

const OPERATIONS: Array<[name: string, structures: INodeParameters[], allowed: RegExp[]]> = [
	['Create', dataModes.map((dataMode) => ({ ...group('create'), dataMode })), [CREATE, READ, LIST, LOOKUPS]],
	[
		'Update',
		dataModes.flatMap((dataMode) => withFind({ ...group('update'), dataMode })),
		[ONE, LIST, ATTRIBUTE, LOOKUPS],
	],
	[
		'Create or Update',
		dataModes.flatMap((dataMode) =>
			['xid', 'name'].map((matchBy) => ({ ...group('upsert'), dataMode, matchBy })),
		),
		[CREATE, LIST, ONE, ATTRIBUTE, LOOKUPS],
	],
	['Get', withFind(group('get')), [READ, LOOKUPS]],
	['Delete', withFind(group('delete')), [READ, LOOKUPS, new RegExp(`DELETE /api/v3/groups/${REF}`)]],
	['Get Many', [{ ...group('getAll'), returnAll: false }], [LIST]],
	['Add Post', withFind(part('post', 'add')), [READ, LOOKUPS, /POST \/api\/v3\/posts/]],
	['Get Many Posts', withFind(part('post', 'getAll')), [READ, LOOKUPS, /GET \/api\/v3\/posts/]],
	[
		'Reply to Post',
		[
			{ ...part('post', 'reply'), findBy: 'id', groupId: TARGETS[0] ?? '', postId: '901' },
			...withFind(part('post', 'reply')),
		],
		[READ, LOOKUPS, /GET \/api\/v3\/posts/, /POST \/api\/v3\/posts\/reply/],
	],
	[
		'Delete Post',
		['post', 'reply'].flatMap((deletes) => withFind({ ...part('post', 'delete'), deletes })),
		[READ, LOOKUPS, /(GET|DELETE) \/api\/v3\/posts/, /DELETE \/api\/v3\/posts\/reply/],
	],
	[
		'Bulk Import',
		dataModes.map((dataMode) => ({ ...group('bulkImport'), dataMode })),
		[
			/POST \/api\/v2\/batch/,
			/(GET|POST) \/api\/v2\/batch\/\d+/,
			/GET \/api\/v2\/batch\/\d+\/errors/,
			LOOKUPS,
			// A preview reads the groups.
			READ,
			LIST,
		],
	],
	['Get Many Attributes', withFind(part('attribute', 'getAll')), [READ, LOOKUPS]],
	['Add Attribute', withFind(part('attribute', 'add')), [READ, LOOKUPS, /POST \/api\/v3\/groupAttributes/]],
	[
		'Update Attribute',
		withFind({ ...part('attribute', 'update'), findAttributeBy: 'type' }),
		[READ, LOOKUPS, ATTRIBUTE],
	],
	[
		'Delete Attribute',
		withFind({ ...part('attribute', 'delete'), findAttributeBy: 'typeAndValue' }),
		[READ, LOOKUPS, /DELETE \/api\/v3\/groupAttributes\/\d+/],
	],
	['Add Tags', withFind(part('tag', 'add')), [ONE, LOOKUPS]],
	['Remove Tags', withFind(part('tag', 'remove')), [ONE, LOOKUPS]],
	['Add Security Labels', withFind(part('securityLabel', 'add')), [ONE, LOOKUPS]],
	['Remove Security Labels', withFind(part('securityLabel', 'remove')), [ONE, LOOKUPS]],
	[
		'Upload',
		withFind(file('upload')),
		[READ, LOOKUPS, new RegExp(`(POST|PUT) /api/v3/groups/${REF}/upload`)],
	],
	['Download', withFind(file('download')), [READ, LOOKUPS, new RegExp(`GET /api/v3/groups/${REF}/download`)]],
	[
		'Download PDF Report',
		withFind(file('downloadPdf')),
		[READ, LOOKUPS, new RegExp(`GET /api/v3/groups/${REF}/pdf`)],
	],
];

/** Checks that the requests name the groups that the items name. */
function checkReferences(
	faults: Faults,
	items: readonly IDataObject[],
	requests: readonly LoggedRequest[],
): void {
	const texts: string[] = [];
	const collect = (value: unknown): void => {
		if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
		else texts.push(String(value), String(value).trim(), String(value).normalize('NFC').trim());
	};
	items.forEach(collect);
	const meant = new Set(texts);
	for (const { method, target } of requests) {
		const segment = /^\/api\/v3\/groups\/([^/?]+)/.exec(target)?.[1];
		if (segment === undefined) continue;
		const reference = decodeURIComponent(segment);
		// Or a group that the run itself has created, or the XID that a bulk import makes of the owner, the type and the name.
		const isMeant =
			meant.has(reference) ||
			TARGETS.includes(reference) ||
			/^[0-9a-f]{64}$/.test(reference) ||
			(server.group(reference)?.name ?? 'Bystander') !== 'Bystander';
		faults.expect(isMeant, `a group that no item names: ${method} ${target}`);
	}
}

const subject: Subject = {
	get requests() {
		return server.requests;
	},
	seed,
	bystanders: () => BYSTANDERS.map((id) => server.group(id)),
	async run({ parameters }, items, round) {
		const { url: baseUrl, credentials: keys } = server;
		const { apiToken, accessId, secretKey } = keys;
		const isHmac = round % 2 === 1;
		return await run({
			type: 'threatConnectGroup',
			parameters: { authentication: isHmac ? 'hmac' : 'apiToken', ...parameters },
			items,
			binary: items.map((_, index) => binaryOf(index)),
			credentials: isHmac
				? { threatConnectHmacApi: { baseUrl, accessId, secretKey } }
				: { threatConnectApi: { baseUrl, apiToken } },
			onError: 'continueErrorOutput',
		});
	},
};

describe.each(OPERATIONS)('%s with any items', (name, structures, allowed) => {
	const tally: Tally = { succeeded: 0, failed: 0 };

	test.each(
		structures.map((structure) => [Object.values(structure).slice(2).join(', '), structure] as const),
	)('(%s)', async (_modes, structure) => {
		const fields = name === 'Update' ? updates : creations;
		const jsonBody = fc.oneof(
			fields,
			fields.map((one) => stringifyJson(one)),
		);
		const own = structure.dataMode === 'autoMap' ? fields : fc.constant({});
		const cases = casesOf(description, structure, { ...plausible, jsonBody }, own);
		await checkOperation(
			subject,
			cases,
			{
				allowed,
				oneEach: !name.startsWith('Get Many'),
				...(name === 'Create' && { count: () => server.groups().length }),
				also: checkReferences,
			},
			tally,
		);
	});

	test('some items succeed, and some fail', () => checkTally(tally));
});

function binaryOf(index: number): IBinaryKeyData {
	const fileName = NASTY_TEXTS[index % NASTY_TEXTS.length];
	return { data: { data: Buffer.from('text').toString('base64'), mimeType: 'text/plain', fileName } };
}
