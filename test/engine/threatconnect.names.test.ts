import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { loseFirst, type LossRule } from '../support/lossyProxy';
import { jsonOf, run } from './harness';
import { type RunNode, runThreatConnectWithLosses, threatConnectNode } from './support';

/** Tags and security labels of a group, added and removed beside the others. */

let server: ThreatConnectSimulator;
let node: RunNode;
beforeAll(async () => {
	server = await startThreatConnect();
	node = threatConnectNode(server);
});
afterAll(async () => await server.stop());

let count = 0;
const seed = () =>
	server.seedGroup({
		type: 'Incident',
		name: 'Seeded',
		xid: `names:${++count}`,
		fields: { status: 'New' },
		tags: ['Old', 'Ransomware'],
		attributes: [{ type: 'Description', value: 'Old', default: true }],
		securityLabels: ['TLP:GREEN', 'TLP:AMBER'],
		associatedIndicators: ['101'],
	});
const namesOf = (id: string, list: 'tags' | 'securityLabels' = 'tags') =>
	(server.group(id)?.[list] ?? []).map(({ name }) => name);
/** A group without what the operation may change. */
const rest = (id: string, list: 'tags' | 'securityLabels' = 'tags') => ({
	...server.group(id),
	[list]: undefined,
	lastModified: undefined,
});
const writesSince = (from: number) =>
	server.requests.slice(from).filter(({ method }) => method !== 'GET').length;
const tag = { resource: 'tag' };
const label = { resource: 'securityLabel' };

describe('Tag: Add', () => {
	test('adds several at once, says which were there, and leaves the group otherwise as it is', async () => {
		const { id } = seed();
		const before = rest(id);
		const { items, error } = await node('add', {
			...tag,
			groupId: id,
			tags: 'Phishing wave, ransomware, Phishing wave',
			techniqueIds: 'T1059',
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				added: ['Phishing wave', 'Command and Scripting Interpreter'],
				alreadyThere: ['Ransomware'],
				tags: ['Old', 'Ransomware', 'Phishing wave', 'Command and Scripting Interpreter'],
				_outcome: 'updated',
			},
		]);
		expect(namesOf(id)).toEqual(['Old', 'Ransomware', 'Phishing wave', 'Command and Scripting Interpreter']);
		expect(rest(id)).toEqual(before);
		expect(JSON.parse(server.requests.at(-1)?.body ?? '')).toEqual({
			tags: {
				data: [{ name: 'Phishing wave' }, { techniqueId: 'T1059' }],
				mode: 'append',
			},
		});
	});

	test('done again sends no write, and says that there was nothing to do', async () => {
		const { xid, id } = seed();
		const parameters = { ...tag, findBy: 'xid', groupXid: xid ?? '', tags: 'New one', techniqueIds: 'T1566' };
		const first = await node('add', parameters);
		expect(jsonOf(first.items)).toMatchObject([{ added: ['New one', 'Phishing'], _outcome: 'updated' }]);
		const stored = server.group(id);
		const from = server.requests.length;
		const { items, error } = await node('add', parameters);
		expect(error).toBeUndefined();
		expect(writesSince(from)).toBe(0);
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				added: [],
				alreadyThere: ['New one', 'Phishing'],
				tags: ['Old', 'Ransomware', 'New one', 'Phishing'],
				_outcome: 'unchanged',
				_notice: 'The group has these tags already.',
			},
		]);
		expect(server.group(id)).toEqual(stored);
	});

	test('takes an array, a name with a comma, and the tags of another group as Get returns them', async () => {
		const source = server.seedGroup({ type: 'Threat', name: 'Source', tags: ['One, two', 'Three'] });
		const read = await node('get', { groupId: source.id, options: { fields: ['tags'] } });
		for (const value of ['={{ $json.tags }}', '={{ $json.tags.data }}', '={{ ["One, two", "Three"] }}']) {
			const { id } = seed();
			const { error } = await node(
				'add',
				{ ...tag, groupId: id, tags: value },
				{ items: jsonOf(read.items) },
			);
			expect(error).toBeUndefined();
			expect(namesOf(id)).toEqual(['Old', 'Ransomware', 'One, two', 'Three']);
		}
	});

	test('changes no description of a tag, which belongs to the instance', async () => {
		const { id } = seed();
		const { error } = await node(
			'add',
			{ ...tag, groupId: id, tags: '={{ $json.tags }}' },
			{ items: [{ tags: [{ name: 'Robbery', description: 'of another system', id: 7 }] }] },
		);
		expect(error).toBeUndefined();
		expect(server.tags().find(({ name }) => name === 'Robbery')).not.toHaveProperty('description');
		expect(namesOf(id)).toEqual(['Old', 'Ransomware', 'Robbery']);
	});

	test('of several items for one group loses none', async () => {
		const { id, xid } = seed();
		const items = ['a', 'b', 'c', 'd', 'e'].map((name, index) => ({
			name,
			findBy: index % 2 ? 'id' : 'xid',
		}));
		const { items: output, error } = await node(
			'add',
			{ ...tag, findBy: '={{ $json.findBy }}', groupId: id, groupXid: xid ?? '', tags: '={{ $json.name }}' },
			{ items },
		);
		expect(error).toBeUndefined();
		expect(output.map(({ json }) => json.added)).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
		expect(namesOf(id).sort()).toEqual(['Old', 'Ransomware', 'a', 'b', 'c', 'd', 'e']);
	});

	test('says so where ThreatConnect keeps a tag under another name', async () => {
		const { id } = seed();
		const renamed: LossRule = (method) =>
			method === 'PUT' ? { of: (body) => body.replace('"A rule"', '"The rule"') } : undefined;
		const { items } = await runThreatConnectWithLosses(server, renamed, {
			parameters: { ...tag, operation: 'add', groupId: id, tags: 'A rule' },
		});
		expect(jsonOf(items)).toMatchObject([
			{
				added: ['The rule'],
				_outcome: 'updated',
				_notice: 'The group does not show "A rule": ThreatConnect may keep it under another name.',
			},
		]);
	});
});

describe('Tag: Remove', () => {
	test('removes what is there, whatever its letter case, and says what was not', async () => {
		const { id } = seed();
		await node('add', { ...tag, groupId: id, tags: 'Kept', techniqueIds: 'T1566' });
		const before = rest(id);
		const { items, error } = await node('remove', {
			...tag,
			groupId: id,
			tags: 'RANSOMWARE, Never there',
			techniqueIds: 'T1566, T1027',
		});
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				removed: ['Ransomware', 'Phishing'],
				notThere: ['Never there', 'T1027'],
				tags: ['Old', 'Kept'],
				_outcome: 'updated',
			},
		]);
		expect(namesOf(id)).toEqual(['Old', 'Kept']);
		expect(rest(id)).toEqual(before);
	});

	test('of tags that the group does not have sends no write', async () => {
		const { id } = seed();
		const from = server.requests.length;
		const { items } = await node('remove', { ...tag, groupId: id, tags: 'Never there' });
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				removed: [],
				notThere: ['Never there'],
				tags: ['Old', 'Ransomware'],
				_outcome: 'unchanged',
				_notice: 'The group has none of these tags.',
			},
		]);
		expect(writesSince(from)).toBe(0);
	});
});

describe('Security Label', () => {
	test('Add and Remove leave the other labels as they are', async () => {
		const { id } = seed();
		const before = rest(id, 'securityLabels');
		const added = await node('add', { ...label, groupId: id, securityLabels: 'TLP:RED, TLP:AMBER' });
		expect(jsonOf(added.items)).toEqual([
			{
				groupId: Number(id),
				added: ['TLP:RED'],
				alreadyThere: ['TLP:AMBER'],
				securityLabels: ['TLP:GREEN', 'TLP:AMBER', 'TLP:RED'],
				_outcome: 'updated',
			},
		]);
		const removed = await node('remove', { ...label, groupId: id, securityLabels: 'TLP:GREEN, TLP:WHITE' });
		expect(jsonOf(removed.items)).toEqual([
			{
				groupId: Number(id),
				removed: ['TLP:GREEN'],
				notThere: ['TLP:WHITE'],
				securityLabels: ['TLP:AMBER', 'TLP:RED'],
				_outcome: 'updated',
			},
		]);
		expect(rest(id, 'securityLabels')).toEqual(before);
		for (const [operation, securityLabels, _notice] of [
			['add', 'TLP:RED', 'The group has these security labels already.'],
			['remove', 'TLP:GREEN', 'The group has none of these security labels.'],
		] as const) {
			const from = server.requests.length;
			const again = await node(operation, { ...label, groupId: id, securityLabels });
			expect(jsonOf(again.items)).toMatchObject([{ _outcome: 'unchanged', _notice }]);
			expect(writesSince(from)).toBe(0);
		}
	});

	test('that the instance does not have is refused in the words of ThreatConnect', async () => {
		const { id } = seed();
		const { error } = await node('add', { ...label, groupId: id, securityLabels: 'TLP:RED, TLP:PINK' });
		expect(error?.message).toContain('The security label "TLP:PINK" must already exist');
		expect(namesOf(id, 'securityLabels')).toEqual(['TLP:GREEN', 'TLP:AMBER']);
	});
});

describe('is refused before anything is sent, with the way out:', () => {
	test.each([
		['no tag', tag, { tags: '={{ $json.none }}' }, '"Tags" (tags) is empty'],
		[
			'nothing but commas and blanks',
			tag,
			{ tags: ' , ,', techniqueIds: '={{ "\u00a0" }}' },
			'"Tags" (tags) is empty',
		],
		['an empty list', tag, { tags: '={{ { data: [] } }}' }, '"Tags" (tags) is empty'],
		[
			'a tag without a name',
			tag,
			{ tags: '={{ [{ shade: "red" }] }}' },
			'a tag needs a name or a techniqueId',
		],
		['a number that lost digits', tag, { tags: '={{ [9007199254740993] }}' }, 'cannot hold exactly'],
		[
			'a tag that is too long',
			tag,
			{ tags: 'x'.repeat(129) },
			'has 129 characters, but at most 128 are allowed',
		],
		[
			'no label',
			label,
			{ securityLabels: '={{ $json.none }}' },
			'"Security Labels" (securityLabels) is empty',
		],
		['a label that is an object', label, { securityLabels: '={{ [{ name: {a: 1} }] }}' }, 'must be text'],
		['no group', tag, { groupId: '={{ $json.none }}', tags: 'A' }, '"Group ID" (groupId) is empty'],
	])('%s', async (_what, resource, parameters, message) => {
		const { id } = seed();
		for (const operation of ['add', 'remove']) {
			const from = server.requests.length;
			const { error } = await node(operation, { ...resource, groupId: id, ...parameters });
			expect(error?.message).toContain(message);
			expect(error?.description).toMatch(/\w{4}.*Nothing was sent for any item\.$/);
			expect(server.requests).toHaveLength(from);
		}
	});
});

test('a group that does not exist is an error, and of several items only the one for it fails', async () => {
	const { id } = seed();
	const { items, errors } = await node(
		'add',
		{ ...tag, groupId: '={{ $json.id }}', tags: 'Whole' },
		{ items: [{ id: '999999' }, { id }], onError: 'continueErrorOutput' },
	);
	expect(jsonOf(items)).toMatchObject([{ groupId: Number(id), added: ['Whole'] }]);
	expect(errors[0]?.json.message).toContain('HTTP 404');
});

test('Create Activity Log is sent with the write', async () => {
	const { id } = seed();
	const options = { createActivityLog: true };
	await node('add', { ...tag, groupId: id, tags: 'Logged', options });
	expect(server.requests.at(-1)?.target).toContain('createActivityLog=true');
});

describe('a lost answer', () => {
	const cases: Array<[string, object, string[]]> = [
		['add', { ...tag, tags: 'Lost' }, ['Old', 'Ransomware', 'Lost']],
		['remove', { ...tag, tags: 'Old' }, ['Ransomware']],
	];
	test.each(
		cases.flatMap(([operation, parameters, tags]) =>
			(['before', 'after'] as const).map((when) => [operation, when, parameters, tags] as const),
		),
	)('of %s, lost %s the write, is looked up', async (operation, when, parameters, tags) => {
		const { id } = seed();
		const { items, errors } = await runThreatConnectWithLosses(server, loseFirst('PUT', when), {
			parameters: { operation, groupId: id, ...parameters },
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ tags, _outcome: 'updated' }]);
		expect(namesOf(id)).toEqual(tags);
	});

	test('that cannot be looked up is told, and Retry On Fail does nothing twice', async () => {
		const { id } = seed();
		let lost = 0;
		const lose: LossRule = (method) => {
			if (method === 'PUT') return ++lost === 1 ? 'after' : undefined;
			return lost > 0 ? 403 : undefined;
		};
		const { errors } = await runThreatConnectWithLosses(server, lose, {
			parameters: { ...tag, operation: 'add', groupId: id, tags: 'Silent' },
			retryOnFail: true,
			maxTries: 2,
		});
		expect(errors[0]?.json.message).toContain('may or may not have been made');
		expect(namesOf(id)).toEqual(['Old', 'Ransomware', 'Silent']);
	});

	test('without the tags of the group says what was sent', async () => {
		const { id } = seed();
		let written = false;
		const hidden: LossRule = (method) => {
			written ||= method === 'PUT';
			return written ? { of: (body) => body.replace('"tags"', '"other"') } : undefined;
		};
		const { items } = await runThreatConnectWithLosses(server, hidden, {
			parameters: { ...tag, operation: 'add', groupId: id, tags: 'Hidden' },
		});
		expect(jsonOf(items)).toEqual([
			{ groupId: Number(id), added: ['Hidden'], alreadyThere: [], _outcome: 'updated' },
		]);
	});

	test('whose tags cannot be read back is no failure', async () => {
		const { id } = seed();
		let written = false;
		const lose: LossRule = (method) => {
			if (method !== 'PUT') return written ? 403 : undefined;
			written = true;
			return { body: '{"data":{},"message":"Updated","status":"Success"}' };
		};
		const { items, errors } = await runThreatConnectWithLosses(server, lose, {
			parameters: { ...tag, operation: 'add', groupId: id, tags: 'Unread' },
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toEqual([
			{
				groupId: Number(id),
				added: ['Unread'],
				alreadyThere: [],
				_outcome: 'updated',
				_notice: expect.stringContaining('The group was updated, but could not be read back') as string,
			},
		]);
	});
});

test('a tag that another client adds between reading and writing stays', async () => {
	const { id } = seed();
	let done = false;
	const hooked = await startThreatConnect({
		hooks: {
			beforeRequest({ method }) {
				if (method !== 'PUT' || done) return;
				done = true;
				hooked.seedGroup({ ...other, tags: ['Old', 'Theirs'] });
			},
		},
	});
	const other = { type: 'Incident' as const, name: 'Shared', id: '77', tags: ['Old'] };
	try {
		hooked.seedGroup(other);
		const { items } = await threatConnectNode(hooked)('add', { ...tag, groupId: '77', tags: 'Ours' });
		expect(jsonOf(items)).toMatchObject([{ added: ['Ours'], tags: ['Old', 'Theirs', 'Ours'] }]);
	} finally {
		await hooked.stop();
	}
	expect(namesOf(id)).toEqual(['Old', 'Ransomware']);
});

describe('two items for one group', () => {
	test('that add one tag: the second finds it there', async () => {
		const { id } = seed();
		const { items } = await node('add', { ...tag, groupId: id, tags: 'Twice' }, { items: [{}, {}] });
		expect(jsonOf(items)).toMatchObject([
			{ added: ['Twice'], _outcome: 'updated' },
			{ added: [], alreadyThere: ['Twice'], _outcome: 'unchanged' },
		]);
	});

	test('that remove one label: the second finds it gone', async () => {
		const { id } = seed();
		const parameters = { ...label, groupId: id, securityLabels: 'TLP:GREEN' };
		const { items } = await node('remove', parameters, { items: [{}, {}] });
		expect(jsonOf(items)).toMatchObject([
			{ removed: ['TLP:GREEN'], _outcome: 'updated' },
			{ removed: [], notThere: ['TLP:GREEN'], _outcome: 'unchanged' },
		]);
	});
});

test('a tag that the group still shows after its removal is not told as removed', async () => {
	const body = JSON.stringify({
		status: 'Success',
		data: { id: 7, tags: { data: [{ id: 1, name: 'Kept by a rule' }] } },
	});
	await withHttpServer(
		(_request, response) => response.setHeader('content-type', 'application/json').end(body),
		async (url) => {
			const { items } = await run({
				type: 'threatConnectGroup',
				parameters: { ...tag, operation: 'remove', groupId: '7', tags: 'Kept by a rule' },
				credentials: { threatConnectApi: { baseUrl: url, apiToken: server.credentials.apiToken } },
			});
			expect(jsonOf(items)).toMatchObject([
				{
					removed: [],
					tags: ['Kept by a rule'],
					_outcome: 'unchanged',
					_notice: 'The group still shows "Kept by a rule", although ThreatConnect says that it was removed.',
				},
			]);
		},
	);
});
