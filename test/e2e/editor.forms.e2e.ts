import { Editor } from './browser';
import { eventually } from './running';
import { openStage, type Stage } from './stage';
import { addCredentials, ATTACKFORGE, THREATCONNECT, workflowOf } from './workflows';

/** The forms of both nodes in n8n's editor, used by clicks in a real Chromium. */

let stage: Stage;
let editor: Editor;
beforeAll(async () => {
	stage = await openStage();
	await addCredentials(stage);
	editor = await Editor.open(stage);
});
afterAll(async () => {
	await editor?.close();
	await stage?.close();
});

async function open(type: string, parameters: Record<string, unknown> = {}): Promise<void> {
	const id = await stage.session.addWorkflow(workflowOf('Form', { name: 'Node', type, parameters }));
	await editor.openWorkflow(id);
	await editor.openNode('Node');
}

/** The labels. A required parameter that is empty has an asterisk. */
const labels = async () => (await editor.form()).map(({ label, marked }) => `${label}${marked ? '*' : ''}`);

/** The form follows a choice after a short time. */
const expectForm = async (expected: string[], what = '') =>
	await eventually(async () => expect([what, ...(await labels())]).toEqual([what, ...expected]));

const HEAD = ['Credential', 'Resource', 'Operation'];
const IN_SIGHT = [
	'Description',
	'Status',
	'Tag Names',
	'Security Label Names',
	'Indicators',
	'Attributes One by One',
];
const BATCH = ['Fields', 'Type', 'Name*', ...IN_SIGHT, 'Additional Fields', 'Options'];
const RECORD = [...BATCH.slice(0, -1), 'Simplify', 'Options'];
const ONE_GROUP = ['Find Group By', 'Group ID*'];
const ONE_ATTRIBUTE = ['Find Attribute By', 'Attribute ID*'];
const MANY = ['Return All', 'Limit'];
const CUSTOMER = [
	'Fields',
	'Name*',
	'Group Owner*',
	'Primary Contact Name*',
	'Primary Contact Number*',
	'Primary Contact Email*',
	'Custom Fields',
	'Additional Fields',
	'Simplify',
	'Options',
];

type Form = [operation: string, shown: string[]];
type Forms = Array<[resource: string, forms: Form[]]>;

const THREATCONNECT_FORMS: Forms = [
	[
		'Group',
		[
			['Bulk Delete', ['Type', 'Group XID*', 'Group Owner', 'Options']],
			['Bulk Import', BATCH],
			['Count', ['Filters', 'TQL Query', 'Options']],
			['Create', RECORD],
			['Create or Update', ['Match By', ...RECORD]],
			['Delete', [...ONE_GROUP, 'Options']],
			['Get', [...ONE_GROUP, 'Simplify', 'Options']],
			['Get Many', [...MANY, 'Filters', 'TQL Query', 'Simplify', 'Options', 'Sort']],
			['Update', [...ONE_GROUP, 'Fields', 'Type', ...IN_SIGHT, 'Update Fields', 'Simplify', 'Options']],
		],
	],
	[
		'File',
		[
			[
				'Upload',
				[
					...ONE_GROUP,
					'Input Binary Field',
					'If the Group Has a File Already',
					'Wait Until Processed',
					'Options',
				],
			],
			['Download', [...ONE_GROUP, 'Put Output File in Field', 'Simplify', 'Options']],
			['Download PDF Report', [...ONE_GROUP, 'Put Output File in Field', 'Simplify', 'Options']],
		],
	],
	[
		'Association',
		[
			['Add', [...ONE_GROUP, 'Object Type', 'Object IDs', 'Indicators by Value', 'Options']],
			[
				'Get Groups of Indicator',
				[
					'Find Indicator By',
					'Indicator Type*',
					'Value*',
					'Indicator Owner',
					...MANY,
					'Filters',
					'Simplify',
					'Options',
				],
			],
			['Get Many', [...ONE_GROUP, 'Object Type', ...MANY, 'Filters', 'TQL Query', 'Simplify', 'Options']],
			['Remove', [...ONE_GROUP, 'Object Type', 'Object IDs', 'Indicators by Value', 'Options']],
		],
	],
	[
		'Attribute',
		[
			['Add', [...ONE_GROUP, 'Attribute Type*', 'Value*', 'Additional Fields', 'Simplify', 'Options']],
			['Delete', [...ONE_GROUP, ...ONE_ATTRIBUTE, 'Options']],
			['Get Many', [...ONE_GROUP, ...MANY, 'Filters', 'Simplify', 'Options']],
			['Update', [...ONE_GROUP, ...ONE_ATTRIBUTE, 'Update Fields', 'Simplify', 'Options']],
		],
	],
	[
		'Post',
		[
			['Add', [...ONE_GROUP, 'Text*', 'Options']],
			['Delete', [...ONE_GROUP, 'Post ID*', 'What to Delete', 'Options']],
			['Get Many', [...ONE_GROUP, ...MANY, 'Simplify', 'Options']],
			['Reply', [...ONE_GROUP, 'Post ID*', 'Text*', 'Options']],
		],
	],
	[
		'Security Label',
		[
			['Add', [...ONE_GROUP, 'Security Labels*', 'Options']],
			['Remove', [...ONE_GROUP, 'Security Labels*', 'Options']],
		],
	],
	[
		'Tag',
		[
			['Add', [...ONE_GROUP, 'Tags', 'Technique IDs', 'Options']],
			['Remove', [...ONE_GROUP, 'Tags', 'Technique IDs', 'Options']],
		],
	],
];

const ATTACKFORGE_FORMS: Forms = [
	[
		'Group',
		[
			['Archive', ['Group*', 'Simplify', 'Options']],
			['Create', CUSTOMER],
			['Create or Update', ['Match By', ...CUSTOMER]],
			['Get', ['Group*', 'Simplify', 'Options']],
			['Get Many', ['Groups', ...MANY, 'Filters', 'Simplify', 'Options']],
			['Restore', ['Group*', 'Simplify', 'Options']],
			['Update', ['Group*', 'Fields', 'Custom Fields', 'Update Fields', 'Simplify', 'Options']],
		],
	],
	['Asset', [['Get Many', ['Group*', ...MANY, 'Options']]]],
	[
		'Member',
		[
			['Add', ['Group*', 'User*', 'Access Level', 'Options']],
			['Change Access', ['Group*', 'User*', 'Access Level', 'Options']],
			['Get Groups of User', ['User*', ...MANY, 'Simplify', 'Options']],
			['Get Many', ['Group*', ...MANY, 'Simplify', 'Options']],
			['Remove', ['Group*', 'User*', 'Options']],
		],
	],
	[
		'Project',
		[
			['Get Many', ['Group*', ...MANY, 'Simplify', 'Options']],
			['Link to Group', ['Project*', 'Group*', 'Options']],
			['Unlink From Group', ['Project*', 'Group*', 'Options']],
		],
	],
	['User', [['Get Many', [...MANY, 'Filters', 'With Groups', 'Simplify', 'Options']]]],
	['Vulnerability', [['Get Many', ['Group*', ...MANY, 'Filters', 'Simplify', 'Options']]]],
];

describe.each([
	{ node: 'ThreatConnect Group', type: THREATCONNECT, forms: THREATCONNECT_FORMS },
	{ node: 'AttackForge Group', type: ATTACKFORGE, forms: ATTACKFORGE_FORMS },
])('$node', ({ node, type, forms }) => {
	test('each operation of each resource shows its parameters, and marks those that are missing', async () => {
		await open(type);
		for (const [resource, own] of forms) {
			await editor.choose('resource', resource);
			// n8n adds the last operation: an HTTP Request node with the same credential.
			const operations = [...own.map(([operation]) => operation), 'Custom API Call'];
			expect(await editor.options('operation')).toEqual(operations);
			await editor.screenshot(`${node}-${resource}-operations`);
			await editor.page.keyboard.press('Escape');
			for (const [operation, shown] of own) {
				await editor.choose('operation', operation);
				await expectForm([...HEAD, ...shown], operation);
				await editor.screenshot(`${node}-${resource}-${operation}`);
				expect((await editor.form()).filter(({ cut }) => cut)).toEqual([]);
				expect(await editor.formText()).not.toMatch(/undefined|\[object|[{}]|n8n-nodes-/);
			}
		}
	});
});

const emptyRow = { entry: [{}] };
/** One empty row in each list. The name of its group of inputs is given by the list's name. */
const rows = (lists: Record<string, string>) =>
	Object.fromEntries(Object.entries(lists).map(([list, row]) => [list, { list: { data: { [row]: [{}] } } }]));

test.each([
	{
		node: 'ThreatConnect Group',
		type: THREATCONNECT,
		additionalFields: rows({
			associatedArtifacts: 'artifact',
			associatedCases: 'case',
			associatedGroups: 'group',
			associatedIndicators: 'indicator',
			associatedVictimAssets: 'victimAsset',
			securityLabels: 'securityLabel',
			tags: 'tag',
		}),
		last: 'Addr. Type',
	},
	{
		node: 'AttackForge Group',
		type: ATTACKFORGE,
		additionalFields: { access: { list: { member_admins: emptyRow, sso_1: emptyRow, sso_2: emptyRow } } },
		last: 'Access Lists',
	},
])(
	'the labels in lists of $node can be read, also beside a scroll bar',
	async ({ node, type, additionalFields, last }) => {
		await open(type, { operation: 'upsert', additionalFields });
		await eventually(async () => expect(await labels()).toContain(last));
		await editor.screenshot(`${node}-Labels in lists`);
		expect((await editor.form()).filter(({ cut }) => cut)).toEqual([]);
	},
);

describe('ThreatConnect Group', () => {
	test('a signature asks for its file, a report offers what reports have', async () => {
		await open(THREATCONNECT);
		expect(await editor.offered('Add Field')).toEqual(expect.arrayContaining(['Event Date', 'Tags']));
		await editor.choose('type', 'Signature');
		await expectForm([
			...HEAD,
			'Fields',
			'Type',
			'Name*',
			'File Name*',
			'File Type',
			'File Text*',
			...IN_SIGHT.filter((label) => label !== 'Status'),
			'Additional Fields',
			'Simplify',
			'Options',
		]);
		await editor.screenshot('ThreatConnect Group-Signature');
		await editor.choose('type', 'Report');
		const offered = await editor.offered('Add Field');
		expect(offered).toEqual(expect.arrayContaining(['Publish Date', 'Reviews', 'File Name']));
		expect(offered).not.toContain('Event Date');
	});

	test('while the type is an expression, the fields of all types are offered and none is required', async () => {
		await open(THREATCONNECT, { type: '={{ $json.type }}', name: 'X' });
		await expectForm([
			...HEAD,
			'Fields',
			'Type',
			'Name',
			'File Name',
			'File Type',
			'File Text',
			...IN_SIGHT,
			'Additional Fields',
			'Simplify',
			'Options',
		]);
		await editor.screenshot('ThreatConnect Group-Type by expression');
	});

	test('tags and indicators are entered as words and rows, and adding one leaves the other', async () => {
		await open(THREATCONNECT);
		await editor.add('Add Field', 'Tags');
		await editor.add('Add Field', 'Associated Indicators');
		const shown = await labels();
		await editor.screenshot('ThreatConnect Group-Lists');
		expect(shown).toEqual(
			expect.arrayContaining(['Technique IDs', 'Tag List', 'Indicator IDs', 'Indicator List']),
		);
	});

	test('a group can be found by its XID and owner instead', async () => {
		await open(THREATCONNECT, { operation: 'get' });
		await editor.choose('findBy', 'XID');
		await expectForm([...HEAD, 'Find Group By', 'Group XID*', 'Group Owner', 'Simplify', 'Options']);
	});
});

describe.each([
	{ node: 'ThreatConnect Group', type: THREATCONNECT, remaining: ['Type'], field: 'eventDate' },
	{ node: 'AttackForge Group', type: ATTACKFORGE, remaining: [], field: 'primary_contact_email' },
])('three ways to fill a record of $node', ({ node, type, remaining, field }) => {
	test('Auto-Map Input Data says which keys are sent', async () => {
		await open(type);
		await editor.choose('dataMode', 'Auto-Map Input Data');
		await expectForm([...HEAD, 'Fields', ...remaining, 'Simplify', 'Options']);
		expect(await editor.formText()).toContain(field);
		await editor.screenshot(`${node}-Auto-Map`);
	});

	test('JSON takes the body itself', async () => {
		await open(type);
		await editor.choose('dataMode', 'JSON');
		await expectForm([...HEAD, 'Fields', 'Group (JSON)', 'Simplify', 'Options']);
		await editor.screenshot(`${node}-JSON`);
	});
});
