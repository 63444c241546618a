import { CREDENTIALS, type ThreatConnectSimulator } from './index';
import { call, get, post, refused, start, tokenHeaders } from './testSupport';

let server: ThreatConnectSimulator;
let id: string;
beforeEach(async () => {
	server = await start();
	id = server.seedGroup({ type: 'Adversary', name: 'Bad Guy' }).id;
});

const remove = async (path: string, body: unknown, token?: string) =>
	await call('DELETE', path, body, {
		headers: { ...tokenHeaders(token), 'Content-Type': 'application/json' },
	});
const onGroup = (more: object) => ({ objectType: 'Group', objectId: Number(id), ...more });

test('posts and replies are answered as the documentation shows them', async () => {
	const created = await post('/v3/posts', onGroup({ text: 'About Bad Guy' }));
	expect(created.status).toBe(201);
	expect(created.data).toMatchObject({
		data: {
			id: 1,
			author: { userName: CREDENTIALS.accessId },
			authorType: 'full',
			text: 'About Bad Guy',
			linkedItems: [{ id: `B${id}`, type: 'Adversary', display: 'Bad Guy', owner: 'Demo Organization' }],
			deleteAvailable: true,
		},
		message: 'Created',
		status: 'Success',
	});
	expect(created.data.data).not.toHaveProperty('replies');
	expect(created.data.data).not.toHaveProperty('linkedText');
	const replied = await post('/v3/posts/reply', onGroup({ id: 1, replies: [{ text: 'A reply' }] }));
	expect(replied.status).toBe(201);
	expect(replied.data.data).toMatchObject({ id: 1, replies: [{ sequenceId: '1.1', text: 'A reply' }] });
	const all = await get(`/v3/posts?objectId=${id}&objectType=Group`);
	expect(all.data.data).toMatchObject([
		{ id: 1, linkedText: 'About Bad Guy', replies: [{ sequenceId: '1.1' }] },
	]);
	expect((await get('/v3/posts/1')).data.data).toMatchObject({ id: 1, text: 'About Bad Guy' });
});

test('a DELETE removes the post or the reply that its body names, and nothing else', async () => {
	server.seedPost({ objectId: id, text: 'One', replies: ['a', 'b'] });
	server.seedPost({ objectId: id, text: 'Two' });
	expect((await remove('/v3/posts/reply', { id: 1, replies: [{ sequenceId: '1.1' }] })).data).toEqual({
		message: 'Deleted',
		status: 'Success',
	});
	expect(server.posts().map(({ replies }) => replies.map(({ sequenceId }) => sequenceId))).toEqual([
		['1.2'],
		[],
	]);
	expect((await remove('/v3/posts', { id: 1 })).status).toBe(200);
	expect(server.posts().map(({ text }) => text)).toEqual(['Two']);
	refused(await remove('/v3/posts', { id: 1 }), 404, '0x1004', /not found/);
});

test('what the documentation does not have is refused', async () => {
	server.seedPost({ objectId: id, text: 'One', replies: ['a'] });
	const other = server.seedGroup({ type: 'Threat', name: 'Other' }).id;
	const before = server.posts();
	refused(await get('/v3/posts'), 400, '0x2003', /"objectId" and "objectType" are required/);
	refused(await get(`/v3/posts?objectId=${id}&objectType=Case`), 400, '0x2005', /objectType/);
	refused(await get('/v3/posts?objectId=999&objectType=Group'), 404, '0x1004', /not found/);
	refused(await post('/v3/posts', onGroup({ text: '' })), 400, '0x2003', /text/);
	refused(await post('/v3/posts', onGroup({ text: 'x', title: 'y' })), 400, '0x2005', /"title"/);
	const replies = [{ text: 'x' }];
	refused(await post('/v3/posts/reply', { id: 1, replies }), 400, '0x2003', /objectType/);
	refused(await post('/v3/posts/reply', onGroup({ id: 1, replies: [] })), 400, '0x2005', /"replies"/);
	refused(await post('/v3/posts/reply', onGroup({ id: 7, replies })), 404, '0x1004', /not found/);
	const elsewhere = { id: 1, objectType: 'Group', objectId: other, replies };
	refused(await post('/v3/posts/reply', elsewhere), 400, '0x2002', /cannot belong together/);
	refused(await remove('/v3/posts', {}), 400, '0x2003', /id/);
	refused(await remove('/v3/posts', { id: 1, objectId: id }), 400, '0x2005', /"objectId"/);
	refused(
		await remove('/v3/posts/reply', { id: 1, replies: [{ sequenceId: '1.9' }] }),
		404,
		'0x1004',
		/not found/,
	);
	refused(await remove('/v3/posts', { id: 1 }, CREDENTIALS.readOnlyToken), 401, '0x1002', /not authorized/);
	expect(server.posts()).toEqual(before);
});
