import type { IncomingMessage, ServerResponse } from 'node:http';

import type { IDataObject } from 'n8n-workflow';

import { withHttpServer } from '../support/httpServer';
import { jsonOf } from './harness';
import { attackForgeNode, CONTACTS, type RunNode } from './support';

/** Responses that AttackForge's documentation neither shows nor rules out. */

const ID = '5eab99471e18050942c7607a';
const ACME = { name: 'ACME', ...CONTACTS };

type Asked = { method: string; path: string; query: URLSearchParams };

/** Runs the node against a service with the given responses. `asked` lists the requests. */
async function against(
	answer: (asked: Asked) => object,
	check: (run: RunNode, asked: Asked[]) => Promise<void>,
): Promise<void> {
	const asked: Asked[] = [];
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
		const one = { method: request.method ?? '', path, query };
		asked.push(one);
		request.resume().on('end', () => response.end(JSON.stringify(answer(one))));
	};
	await withHttpServer(listener, async (url) => {
		const server = { url, credentials: { apiKey: 'key' } };
		await check(attackForgeNode(server as never), asked);
	});
}

test('a new group whose answer lacks its ID is looked up, so that later nodes have it', async () => {
	let created = '';
	const answer = ({ method, path }: Asked) => {
		if (method === 'POST') {
			created = new Date().toISOString();
			return { group: ACME, status: 'ok' };
		}
		if (path.endsWith('/groups')) return { count: 1, groups: [{ group_id: ID, group_name: 'ACME' }] };
		return { group: { id: ID, ...ACME, created } };
	};
	await against(answer, async (run, asked) => {
		const { items, error } = await run('create', ACME);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ id: ID, name: 'ACME' }]);
		expect(asked.filter(({ method }) => method === 'POST')).toHaveLength(1);
	});
});

test('a user without an ID is not added as a member with the ID "undefined"', async () => {
	await against(
		() => ({ user: { username: 'paul' } }),
		async (run, asked) => {
			const { error } = await run('remove', {
				resource: 'member',
				groupId: ID,
				userId: { __rl: true, mode: 'username', value: 'paul' },
			});
			expect(error?.message).toContain('AttackForge answered with success, but without the ID');
			expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
		},
	);
});

test('an answer with an empty error is a success', async () => {
	await against(
		({ method }) => ({ group: { id: ID, ...ACME }, error: '', ...(method === 'POST' && { status: 'ok' }) }),
		async (run) => {
			const { items, error } = await run('create', ACME);
			expect(error).toBeUndefined();
			expect(jsonOf(items)).toMatchObject([{ id: ID }]);
		},
	);
});

test('access that is not shown is not treated as access that does not exist', async () => {
	const sso = { group_name: 'AD', project_access_level: 'view', project_request_access_level: 'none' };
	await against(
		() => ({ group: { id: ID, ...ACME }, status: 'ok' }),
		async (run, asked) => {
			const { error } = await run('update', {
				groupId: ID,
				dataMode: 'json',
				jsonBody: JSON.stringify({ access: { sso_1: [sso] } }),
				options: { accessMode: 'exact' },
			});
			expect(error?.message).toContain('AttackForge does not show the access of the group');
			expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
		},
	);
});

describe('pages of a list', () => {
	const entry = (n: number): IDataObject => ({ vulnerability_id: `v${n}` });
	const entries = (from: number, to: number) =>
		Array.from({ length: to - from }, (_, index) => entry(from + index));
	const many = async (run: RunNode, more: object = { returnAll: true }) =>
		await run('getAll', { resource: 'vulnerability', groupId: ID, ...more });

	test('bring nothing twice if the list grows while it is read', async () => {
		let list = entries(0, 700);
		const answer = ({ query }: Asked) => {
			const skip = Number(query.get('skip'));
			const vulnerabilities = list.slice(skip, skip + Number(query.get('limit')));
			list = [entry(1000 + skip), ...list];
			return { count: vulnerabilities.length, vulnerabilities };
		};
		await against(answer, async (run) => {
			const { items } = await many(run);
			const ids = jsonOf(items).map((one) => one.vulnerability_id);
			expect(new Set(ids).size).toBe(ids.length);
			expect(ids).toHaveLength(700);
		});
	});

	/** A list that others change before each page but the first. */
	const changing = (change: (list: IDataObject[], pages: number) => IDataObject[], count = 1300) => {
		let list = entries(0, count);
		let pages = 0;
		return ({ query }: Asked) => {
			if (pages++ > 0) list = change(list, pages);
			const skip = Number(query.get('skip'));
			const vulnerabilities = list.slice(skip, skip + Number(query.get('limit')));
			return { count: vulnerabilities.length, vulnerabilities };
		};
	};

	test.each<[string, (list: IDataObject[], pages: number) => IDataObject[]]>([
		['one', (list) => list.slice(1)],
		['nineteen', (list) => list.slice(19)],
		['twenty', (list) => list.slice(20)],
		['a hundred, before each fourth page', (list, pages) => (pages % 4 === 2 ? list.slice(100) : list)],
		['three hundred, once', (list, pages) => (pages === 2 ? list.slice(300) : list)],
		['seven hundred, once', (list, pages) => (pages === 3 ? list.slice(700) : list)],
		['one that moves to the end', (list) => [...list.slice(1), ...list.slice(0, 1)]],
		['fifty that move to the end', (list) => [...list.slice(50), ...list.slice(0, 50)]],
		['the one at the end of a page', (list, pages) => list.filter((_, at) => at !== 499 * (pages - 1))],
	])('miss nothing that stays if entries leave their place between pages: %s', async (_what, change) => {
		let last: IDataObject[] = [];
		const answer = changing((list, pages) => (last = change(list, pages)));
		await against(answer, async (run, asked) => {
			const { items, error } = await many(run);
			expect(error).toBeUndefined();
			const ids = jsonOf(items).map((one) => one.vulnerability_id);
			expect(new Set(ids).size).toBe(ids.length);
			expect(ids).toEqual(expect.arrayContaining(last.map((one) => one.vulnerability_id)));
			expect(asked.length).toBeLessThan(20);
		});
	});

	test('that never stop moving end the reading with an error', async () => {
		let next = 10_000;
		const answer = changing(() => entries((next += 2000), next + 1300));
		await against(answer, async (run, asked) => {
			const { items, error } = await many(run);
			expect(error?.message).toContain('AttackForge changed the list again and again while it was read');
			expect(items).toEqual([]);
			expect(asked.length).toBeLessThan(40);
		});
	});

	test('keep an entry that the service lists twice on one page', async () => {
		const vulnerabilities = [
			{ ...entry(1), asset: 'a' },
			{ ...entry(1), asset: 'b' },
		];
		await against(
			() => ({ count: 2, vulnerabilities }),
			async (run) => expect(jsonOf((await many(run)).items)).toEqual(vulnerabilities),
		);
	});

	test('are read once, up to the limit, if the service has no pages', async () => {
		const all = () => ({ count: 1200, vulnerabilities: entries(0, 1200) });
		await against(all, async (run, asked) => {
			expect((await many(run)).items).toHaveLength(1200);
			expect(asked).toHaveLength(1);
			expect((await many(run, { limit: 7 })).items).toHaveLength(7);
		});
	});

	test('that repeat the last one end the reading with an error', async () => {
		const same = () => ({ count: 500, vulnerabilities: entries(0, 500) });
		await against(same, async (run, asked) => {
			const { error } = await many(run);
			expect(error?.message).toContain('AttackForge gave the same page twice');
			expect(asked).toHaveLength(2);
		});
	});
});
