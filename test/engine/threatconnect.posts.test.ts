import type { INodeParameters } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { loseFirst, type LossRule } from '../support/lossyProxy';
import { callFromAgents } from './callers';
import { jsonOf, type RunOptions, type RunResult } from './harness';
import { runThreatConnectWithLosses, threatConnectNode } from './support';

/** Posts of a group and the replies to them. */

let server: ThreatConnectSimulator;
let node: (operation: string, parameters: INodeParameters, more?: Partial<RunOptions>) => Promise<RunResult>;
beforeAll(async () => {
	server = await startThreatConnect();
	const run = threatConnectNode(server);
	node = async (operation, parameters, more) =>
		await run(operation, { resource: 'post', ...parameters }, more);
});
afterAll(async () => await server.stop());

let count = 0;
/** A group with a post that has two replies, and another post. */
function seed() {
	const { id, xid = '' } = server.seedGroup({ type: 'Threat', name: 'Posted', xid: `posts:${++count}` });
	const post = server.seedPost({ objectId: id, text: 'First', replies: ['Yes', 'No'] }).id;
	const other = server.seedPost({ objectId: id, text: 'Second' }).id;
	return { id, xid, post, other };
}
const postOf = (id: string) => server.posts().find((one) => one.id === id);
const textsOf = (id: string) => (postOf(id)?.replies ?? []).map(({ text }) => text);
/** All posts but one. */
const besides = (id?: string) => server.posts().filter((one) => one.id !== id);
const writesSince = (from: number) =>
	server.requests.slice(from).filter(({ method }) => method !== 'GET').length;
const lossy = async (lose: LossRule, operation: string, parameters: INodeParameters, more: object = {}) =>
	await runThreatConnectWithLosses(server, lose, {
		parameters: { resource: 'post', operation, ...parameters },
		...more,
	});

describe('Get Many', () => {
	test('gives each post of the group as an item, with its replies', async () => {
		const { id, xid, post, other } = seed();
		seed();
		const { items, error } = await node('getAll', { findBy: 'xid', groupXid: xid, returnAll: true });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{
				id: Number(post),
				groupId: Number(id),
				text: 'First',
				author: { userName: server.credentials.accessId },
				replies: [
					{ sequenceId: `${post}.1`, text: 'Yes' },
					{ sequenceId: `${post}.2`, text: 'No' },
				],
			},
			{ id: Number(other), groupId: Number(id), text: 'Second' },
		]);
		const limited = await node('getAll', { groupId: id, limit: 1 });
		expect(limited.items).toHaveLength(1);
	});

	test('of a group without posts gives none, and of no group an error', async () => {
		const { id } = server.seedGroup({ type: 'Threat', name: 'Silent' });
		const silent = await node('getAll', { groupId: id });
		expect([silent.error, silent.items]).toEqual([undefined, []]);
		const { error } = await node('getAll', { groupId: '999999' });
		expect(error?.httpCode).toBe('404');
	});

	test('reads all pages', async () => {
		const capped = await startThreatConnect({ pageCap: { rows: 7, saysMore: true } });
		try {
			const { id } = capped.seedGroup({ type: 'Threat', name: 'Busy' });
			for (let n = 0; n < 20; n++) capped.seedPost({ objectId: id, text: `post ${n}` });
			const { items } = await threatConnectNode(capped)('getAll', {
				resource: 'post',
				groupId: id,
				returnAll: true,
			});
			expect(new Set(items.map(({ json }) => json.text)).size).toBe(20);
		} finally {
			await capped.stop();
		}
	});

	test('gives an agent the fields that say what a post is', async () => {
		const { id } = seed();
		const [simple] = jsonOf(
			await callFromAgents({
				type: 'threatConnectGroup',
				credentials: {
					threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken },
				},
				parameters: { resource: 'post', operation: 'getAll', groupId: id, limit: 1 },
			}),
		);
		expect(Object.keys(simple ?? {})).toEqual([
			'id',
			'groupId',
			'text',
			'author',
			'dateAdded',
			'deleteAvailable',
			'replies',
		]);
	});
});

describe('Reply', () => {
	test('writes a reply to the post, and returns it', async () => {
		const { id, post } = seed();
		const before = besides(post);
		const { items, error } = await node('reply', { groupId: id, postId: post, text: 'Seen "today"' });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{
				sequenceId: `${post}.3`,
				text: 'Seen "today"',
				postId: Number(post),
				groupId: Number(id),
				_outcome: 'created',
			},
		]);
		expect(textsOf(post)).toEqual(['Yes', 'No', 'Seen "today"']);
		expect(besides(post)).toEqual(before);
	});

	test('by two items that are alike writes two', async () => {
		const { id, xid, post } = seed();
		const { items, error } = await node(
			'reply',
			{ findBy: '={{ $json.by }}', groupId: id, groupXid: xid, postId: post, text: 'Yes' },
			{ items: [{ by: 'id' }, { by: 'xid' }] },
		);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.sequenceId).sort()).toEqual([`${post}.3`, `${post}.4`]);
		expect(textsOf(post)).toEqual(['Yes', 'No', 'Yes', 'Yes']);
	});

	test.each(['before', 'after'] as const)('whose answer is lost %s is written once', async (when) => {
		const { id, post } = seed();
		const { items, errors } = await lossy(loseFirst('POST', when), 'reply', {
			groupId: id,
			postId: post,
			text: 'Yes',
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ sequenceId: `${post}.3`, text: 'Yes' }]);
		expect(textsOf(post)).toEqual(['Yes', 'No', 'Yes']);
	});

	test('that cannot be looked up is in doubt, and is not sent again by Retry On Fail', async () => {
		const { id, post } = seed();
		let written = false;
		const lose: LossRule = (method) => {
			if (method !== 'POST') return written ? 403 : undefined;
			written = true;
			return 'after';
		};
		const { errors, posts } = await lossy(
			lose,
			'reply',
			{ groupId: id, postId: post, text: '={{ "At " + Math.random() }}' },
			{ retryOnFail: true, maxTries: 3 },
		);
		expect(errors[0]?.json.message).toContain(
			'The reply may or may not have been written: look at the post before you send it again.',
		);
		expect(posts).toHaveLength(1);
		expect(textsOf(post)).toHaveLength(3);
	});

	test('to a post that is not one of the group is an error, and nothing is written', async () => {
		const [one, other] = [seed(), seed()];
		const before = server.posts();
		const { error } = await node('reply', { groupId: one.id, postId: other.post, text: 'Seen' });
		expect(error?.message).toContain(`The group has no post "${other.post}"`);
		expect(error?.description).toContain('Nothing was sent for this item.');
		expect(server.posts()).toEqual(before);
	});
});

describe('Delete', () => {
	test('deletes a post with its replies, and again nothing', async () => {
		const { id, post } = seed();
		const before = besides(post);
		const parameters = { groupId: id, postId: post };
		const { items, error } = await node('delete', parameters);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toEqual([
			{ deleted: true, postId: Number(post), groupId: Number(id), text: 'First', _outcome: 'deleted' },
		]);
		expect(server.posts()).toEqual(before);
		const from = server.requests.length;
		expect(jsonOf((await node('delete', parameters)).items)).toEqual([
			{
				deleted: false,
				postId: post,
				groupId: Number(id),
				_outcome: 'unchanged',
				_notice: 'The group has no such post.',
			},
		]);
		expect(writesSince(from)).toBe(0);
	});

	test('deletes one reply, and again nothing', async () => {
		const { id, post } = seed();
		const before = besides(post);
		const parameters = { groupId: id, postId: post, deletes: 'reply', sequenceId: `${post}.1` };
		expect(jsonOf((await node('delete', parameters)).items)).toMatchObject([
			{ deleted: true, postId: Number(post), sequenceId: `${post}.1`, text: 'Yes', _outcome: 'deleted' },
		]);
		expect(textsOf(post)).toEqual(['No']);
		const from = server.requests.length;
		expect(jsonOf((await node('delete', parameters)).items)).toMatchObject([
			{ deleted: false, _outcome: 'unchanged', _notice: 'The post has no such reply.' },
		]);
		expect(writesSince(from)).toBe(0);
		expect(besides(post)).toEqual(before);
	});

	test('of a reply whose answer is lost does not delete a later reply with its sequence ID', async () => {
		const { id, post } = seed();
		let deletions = 0;
		const lose: LossRule = (method) => {
			if (method === 'DELETE') return ++deletions === 1 ? 'after' : undefined;
			// Somebody else's reply is shown where the deleted one was.
			const later = `"deleteAvailable":true,"replies":[{"sequenceId":"${post}.1","text":"Later"}]`;
			return deletions > 0
				? { of: (body) => body.replace(/"deleteAvailable":true,"replies":\[.*?\]/, later) }
				: undefined;
		};
		const { items, errors } = await lossy(lose, 'delete', {
			groupId: id,
			postId: post,
			deletes: 'reply',
			sequenceId: `${post}.1`,
		});
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ deleted: true, text: 'Yes' }]);
		expect(deletions).toBe(1);
		expect(textsOf(post)).toEqual(['No']);
	});

	test('does not touch a post of another group whose ID is given', async () => {
		const [one, other] = [seed(), seed()];
		const before = server.posts();
		const { items } = await node('delete', { groupId: one.id, postId: other.post });
		expect(jsonOf(items)).toMatchObject([{ deleted: false, _outcome: 'unchanged' }]);
		expect(server.posts()).toEqual(before);
	});

	test.each(['before', 'after'] as const)('whose answer is lost %s is looked up', async (when) => {
		const { id, post } = seed();
		const { items, errors } = await lossy(loseFirst('DELETE', when), 'delete', { groupId: id, postId: post });
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toMatchObject([{ deleted: true, _outcome: 'deleted' }]);
		expect(postOf(post)).toBeUndefined();
	});
});

test.each([
	['Reply without a text', 'reply', { postId: '1', text: '={{ "\u200b" }}' }, '"Text" (text) is empty'],
	[
		'Reply without a post',
		'reply',
		{ postId: '={{ $json.none }}', text: 'x' },
		'"Post ID" (postId) is empty',
	],
	['Delete without a post', 'delete', { postId: '={{ " " }}' }, '"Post ID" (postId) is empty'],
	['Delete of an ID that is none', 'delete', { postId: '../posts' }, '"Post ID" (postId) must be an ID'],
	[
		'Delete of an ID that lost digits',
		'delete',
		{ postId: '={{ 9007199254740993 }}' },
		'cannot hold exactly',
	],
	[
		'Delete of a reply without its sequence ID',
		'delete',
		{ postId: '1', deletes: 'reply', sequenceId: '={{ $json.none }}' },
		'"Reply Sequence ID" (sequenceId) is empty',
	],
	[
		'Delete of a reply by a number',
		'delete',
		{ postId: '1', deletes: 'reply', sequenceId: '={{ 1.10 }}' },
		'"Reply Sequence ID" (sequenceId) is 1.1, a number, and 1.1 and 1.10 are two replies',
	],
	[
		'Delete of something else',
		'delete',
		{ postId: '1', deletes: '={{ "all" }}', sequenceId: '1.1' },
		'"What to Delete" (deletes) cannot be "all"',
	],
])('%s is refused before anything is sent', async (_what, operation, parameters, message) => {
	const { id } = seed();
	const from = server.requests.length;
	const { error } = await node(operation, { groupId: id, ...parameters });
	expect(error?.message).toContain(message);
	expect(error?.description).toMatch(/\w{4}.*Nothing was sent for any item\.$/);
	expect(server.requests).toHaveLength(from);
});

test('Create Activity Log is sent with each write', async () => {
	const { id, post } = seed();
	const options = { createActivityLog: true };
	const from = server.requests.length;
	await node('reply', { groupId: id, postId: post, text: 'Logged', options });
	await node('delete', { groupId: id, postId: post, deletes: 'reply', sequenceId: `${post}.3`, options });
	await node('delete', { groupId: id, postId: post, options });
	const writes = server.requests.slice(from).filter(({ method }) => method !== 'GET');
	expect(writes.map(({ method, target }) => [method, target])).toEqual([
		['POST', '/api/v3/posts/reply?createActivityLog=true'],
		['DELETE', '/api/v3/posts/reply?createActivityLog=true'],
		['DELETE', '/api/v3/posts?createActivityLog=true'],
	]);
});

test('two items that delete one post: the second finds it gone', async () => {
	const { id, post } = seed();
	const { items, error } = await node('delete', { groupId: id, postId: post }, { items: [{}, {}] });
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toMatchObject([
		{ deleted: true, _outcome: 'deleted' },
		{ deleted: false, _outcome: 'unchanged' },
	]);
});
