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
	answer: (asked: Asked) => object | string | [status: number, body: object | string],
	check: (run: RunNode, asked: Asked[]) => Promise<void>,
): Promise<void> {
	const asked: Asked[] = [];
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
		const one = { method: request.method ?? '', path, query };
		asked.push(one);
		request.resume().on('end', () => {
			const answered = answer(one);
			const [status, body] = Array.isArray(answered)
				? (answered as [number, object | string])
				: [200, answered];
			response.statusCode = status;
			response.end(typeof body === 'string' ? body : JSON.stringify(body));
		});
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

const OTHER = '66d2308ba99324532079e111';

describe('a group that the item does not name is not written', () => {
	const byId = { matchBy: 'id', groupId: ID, ...ACME, group_owner: 'Ann' };

	test.each<[string, object, string, object]>([
		['if the answer is about another one', { id: OTHER }, `but answered with "${OTHER}"`, byId],
		['if the answer has no ID', {}, 'AttackForge answered with success, but without the ID', byId],
		[
			'if the list has no ID',
			{ id: OTHER },
			'AttackForge lists the group that has the name "ACME" without its ID',
			{ matchBy: 'name', ...ACME, group_owner: 'Ann' },
		],
	])('%s', async (_what, shown, message, parameters) => {
		const answer = ({ path }: Asked) =>
			path.endsWith('/groups')
				? { count: 1, groups: [{ group_name: 'ACME' }] }
				: { group: { ...shown, ...ACME }, status: 'ok' };
		await against(answer, async (run, asked) => {
			const { error } = await run('upsert', parameters as never);
			expect(error?.message).toContain(message);
			expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
		});
	});

	test('and not taken for the one that was written, when it is read back', async () => {
		await against(
			({ method }) => (method === 'PUT' ? { status: 'ok' } : { group: { id: OTHER, name: 'Other' } }),
			async (run) => {
				const { items } = await run('update', { groupId: ID, updateFields: { group_owner: 'Ann' } });
				expect(jsonOf(items)).toMatchObject([
					{ id: ID, group_owner: 'Ann', _notice: expect.stringContaining('could not be read back') },
				]);
			},
		);
	});
});

test('members without the IDs of their users are not taken for other users', async () => {
	const members = [{ user_id: OTHER, accessLevel: 'Edit' }];
	await against(
		({ method }) =>
			method === 'PUT' ? { error: 'You may not remove this user' } : { group: { id: ID, ...ACME, members } },
		async (run) => {
			const { items, error } = await run('remove', {
				resource: 'member',
				groupId: ID,
				userId: { __rl: true, mode: 'id', value: OTHER },
			});
			expect(items).toEqual([]);
			expect(error?.message).toContain('You may not remove this user');
			const { items: listed } = await run('getAll', { resource: 'member', groupId: ID, simplify: false });
			expect(jsonOf(listed)).toEqual(members);
		},
	);
});

test.each([
	['made exactly as given', { sso_1: [{ group_name: 'NEW' }] }, { accessMode: 'exact' }],
	['cleared', undefined, { clearFields: 'access.sso_1' }],
	['removed', { sso_1: [{ action: 'remove', group_name: 'AD' }] }, {}],
])('access whose entries have no name is not %s', async (_what, access, options) => {
	const levels = { project_access_level: 'view', project_request_access_level: 'none' };
	const entries = access?.sso_1.map((entry) => ({ ...levels, ...entry }));
	await against(
		() => ({ group: { id: ID, ...ACME, access: { sso_1: [{ name: 'AD', ...levels }] } }, status: 'ok' }),
		async (run, asked) => {
			const { error } = await run('update', {
				groupId: ID,
				dataMode: 'json',
				jsonBody: JSON.stringify({ group_owner: 'Ann', ...(entries && { access: { sso_1: entries } }) }),
				options,
			});
			expect(error?.message).toContain('AttackForge does not show the access of the group');
			expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
		},
	);
});

test.each<[string, object | string]>([
	['a login page', '<html>Sign in</html>'],
	['an answer without it', { status: 'ok' }],
])(
	'custom fields are not sent unchecked if in place of the form of groups there is %s',
	async (_what, form) => {
		await against(
			({ path }) =>
				path.endsWith('/config/form/group') ? form : { group: { id: ID, ...ACME }, status: 'ok' },
			async (run, asked) => {
				const { error } = await run('update', {
					groupId: ID,
					dataMode: 'json',
					jsonBody: JSON.stringify({ custom_fields: { contract_end: '31.1.2027' } }),
					options: { customFieldsMode: 'replace' },
				});
				expect(error?.message).toContain('AttackForge');
				expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
			},
		);
	},
);

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

	type Change = (list: IDataObject[], page: number) => IDataObject[];

	/** A list that others change before each page but the first, which is page 1. @param cap the most entries of a page */
	const changing = (change: Change, { count = 1300, cap = 500 } = {}) => {
		let list = entries(0, count);
		let page = 0;
		return ({ query }: Asked) => {
			if (++page > 1) list = change(list, page);
			const skip = Number(query.get('skip'));
			const vulnerabilities = list.slice(skip, skip + Math.min(cap, Number(query.get('limit'))));
			return { count: vulnerabilities.length, vulnerabilities };
		};
	};
	const once =
		(at: number, change: (list: IDataObject[]) => IDataObject[]): Change =>
		(list, page) =>
			page === at ? change(list) : list;
	const toEnd = (count: number) => (list: IDataObject[]) => [...list.slice(count), ...list.slice(0, count)];
	const toFront = (list: IDataObject[]) => [...list.slice(-1), ...list.slice(0, -1)];

	test.each<[string, Change, { count?: number; cap?: number }?]>([
		['one', (list) => list.slice(1)],
		['nineteen', (list) => list.slice(19)],
		['twenty', (list) => list.slice(20)],
		['a hundred, before each fourth page', (list, page) => (page % 4 === 2 ? list.slice(100) : list)],
		['three hundred, once', once(2, (list) => list.slice(300))],
		['seven hundred, once', once(3, (list) => list.slice(700))],
		[
			'a thousand, then five hundred',
			(list, page) => list.slice(page === 4 ? 1000 : page === 5 ? 500 : 0),
			{ count: 4000 },
		],
		['almost half of twelve thousand', once(20, (list) => list.slice(5500)), { count: 12_000 }],
		[
			'sixty, before each fourth page of a hundred',
			(list, page) => list.slice(page % 4 ? 0 : 60),
			{ cap: 100 },
		],
		['one that moves to the end', toEnd(1)],
		['fifty that move to the end', toEnd(50)],
		['a hundred and fifty of six hundred that move to the end', once(2, toEnd(150)), { count: 600 }],
		['the last one that moves to the front', once(2, toFront)],
		['the one at the end of a page', (list, page) => list.filter((_, at) => at !== 499 * (page - 1))],
	])(
		'miss nothing that stays if entries leave their place between pages: %s',
		async (_what, change, size = {}) => {
			let last: IDataObject[] = [];
			const answer = changing((list, page) => (last = change(list, page)), size);
			await against(answer, async (run, asked) => {
				const { items, error } = await many(run);
				expect(error).toBeUndefined();
				const ids = jsonOf(items).map((one) => one.vulnerability_id);
				const found = new Set(ids);
				expect(found.size).toBe(ids.length);
				expect(last.filter((one) => !found.has(one.vulnerability_id))).toEqual([]);
				expect(asked.length).toBeLessThan((3 * (size.count ?? 1300)) / (size.cap ?? 500) + 30);
			});
		},
	);

	test('miss nothing before the limit', async () => {
		const answer = changing(once(2, (list) => list.slice(30)));
		await against(answer, async (run) => {
			const ids = jsonOf((await many(run, { limit: 900 })).items).map((one) => one.vulnerability_id);
			expect(ids).toEqual(entries(0, 900).map((one) => one.vulnerability_id));
		});
	});

	test.each([
		['without a cap', 500, 470],
		['of a hundred', 100, 70],
	])('are read to the end if most of a page is added at the front: %s', async (_what, cap, added) => {
		const answer = changing(
			once(2, (list) => [...entries(5000, 5000 + added), ...list]),
			{ cap },
		);
		await against(answer, async (run) => {
			const { items, error } = await many(run);
			expect(error).toBeUndefined();
			expect(items).toHaveLength(1300 + added);
		});
	});

	test('are read to the end if one of them has few entries', async () => {
		let page = 0;
		const answer = ({ query }: Asked) => {
			const skip = Number(query.get('skip'));
			const vulnerabilities = entries(0, 1200).slice(skip, skip + (++page === 2 ? 20 : 500));
			return { count: vulnerabilities.length, vulnerabilities };
		};
		await against(answer, async (run) => expect((await many(run)).items).toHaveLength(1200));
	});

	test('may hold entries without an ID that change from answer to answer', async () => {
		let page = 0;
		const answer = ({ query }: Asked) => {
			const skip = Number(query.get('skip'));
			page++;
			const list = Array.from({ length: 700 }, (_, n) => ({ title: `v${n}`, age: page }));
			const vulnerabilities = list.slice(skip, skip + 500);
			return { count: vulnerabilities.length, vulnerabilities };
		};
		await against(answer, async (run) => {
			const { items, error } = await many(run);
			expect(error).toBeUndefined();
			expect(new Set(jsonOf(items).map((one) => one.title)).size).toBe(700);
			expect(items).toHaveLength(700);
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

test.each(['link', 'unlink'])('%s: the groups of another project are not written', async (operation) => {
	const groups = [{ id: OTHER, name: 'x' }, ...(operation === 'unlink' ? [{ id: ID, name: 'y' }] : [])];
	await against(
		() => ({ project: { project_id: '5f63da8b4a7e3f0018d3ceff', project_groups: groups }, status: 'ok' }),
		async (run, asked) => {
			const projectId = '5f63da8b4a7e3f0018d3ce1b';
			const { error } = await run(operation, { resource: 'project', projectId, groupId: ID });
			expect(error?.message).toContain('the project');
			expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
		},
	);
});

describe('a member without an ID beside the one that is looked for', () => {
	const USER = '668ba6b1be6510000f78f79e';
	const group = {
		id: ID,
		...ACME,
		members: [
			{ name: 'Paul', userId: USER, accessLevel: 'Edit' },
			{ name: 'Invited', accessLevel: 'View' },
		],
	};
	const params = { resource: 'member', groupId: ID, userId: USER, accessLevel: 'Edit' };
	test.each(['add', 'changeAccess'])('%s again is unchanged', async (operation) => {
		await against(
			({ method }) =>
				method === 'GET' ? { group, groups: [], count: 0 } : [400, { error: 'User already exists in group' }],
			async (run) => {
				const { items, error } = await run(operation, params);
				expect([error?.message, items[0]?.json._outcome]).toEqual([undefined, 'unchanged']);
			},
		);
	});
	test('a lost answer is settled by the member that is shown', async () => {
		await against(
			({ method }) => (method === 'GET' ? { group } : [502, '<html>Bad Gateway</html>']),
			async (run) => expect((await run('add', params)).error?.message).toBeUndefined(),
		);
	});
	test('a preview of Change Access says from what', async () => {
		await against(
			() => ({ group }),
			async (run) => {
				const { items } = await run('changeAccess', {
					...params,
					accessLevel: 'View',
					options: { preview: true },
				});
				expect(items[0]?.json._changes).toEqual({ access_level: { from: 'Edit', to: 'View' } });
			},
		);
	});
});

test.each(['update', 'upsert'])(
	'%s: an entry that is shown is removed, beside one without a name',
	async (operation) => {
		const AD_1 = { group_name: 'AD-1', project_access_level: 'edit', project_request_access_level: 'action' };
		const nameless = { project_access_level: 'view', project_request_access_level: 'none' };
		await against(
			() => ({
				group: {
					id: ID,
					...ACME,
					custom_fields: [],
					access: { sso_1: [AD_1, nameless], sso_2: [], member_admins: [] },
				},
				status: 'ok',
			}),
			async (run, asked) => {
				const { error } = await run(
					operation,
					{ groupId: ID, dataMode: 'autoMap', matchBy: 'id' },
					{ items: [{ access: { sso_1: [{ action: 'remove', group_name: 'AD-1' }] } }] },
				);
				expect([error?.message, error?.description]).toEqual([undefined, undefined]);
				expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(1);
			},
		);
	},
);

test('Update sends access entries as they are given where the group is shown without its access', async () => {
	const AD_1 = { group_name: 'AD-1', project_access_level: 'edit', project_request_access_level: 'action' };
	await against(
		() => ({ group: { id: ID, ...ACME, access: null }, status: 'ok' }),
		async (run, asked) => {
			const { error } = await run(
				'update',
				{ groupId: ID, dataMode: 'autoMap' },
				{ items: [{ access: { sso_1: [AD_1] } }] },
			);
			expect(error?.message).toBeUndefined();
			expect(asked.filter(({ method }) => method === 'PUT')).toHaveLength(1);
		},
	);
});
