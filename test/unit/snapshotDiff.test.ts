import fc from 'fast-check';

import {
	compare,
	type Difference,
	emptySnapshot,
	type Listed,
	type Snapshot,
	snapshotOf,
} from '../../nodes/shared/polling/snapshotDiff';

const listed = (...records: Array<Record<string, unknown>>): Listed[] =>
	records.map((record) => ({ id: String(record.id), record }));
const ALL = ['created', 'changed', 'removed'] as const;
const saved = (snapshot: Snapshot) => JSON.parse(JSON.stringify(snapshot)) as Snapshot;

test('a changed record names the changed keys, and another order of keys or objects is not a change', async () => {
	const before = await snapshotOf(
		listed({ id: 1, name: 'a', fields: [{ key: 'x' }, { key: 'y', value: 1 }] }),
	);
	const same = listed({ fields: [{ value: 1, key: 'y' }, { key: 'x' }], name: 'a', id: 1 });
	expect((await compare(before, same, ALL, 9)).differences).toEqual([]);
	const changed = listed({ id: 1, name: 'b', fields: [] });
	expect((await compare(before, changed, ALL, 9)).differences).toMatchObject([
		{ kind: 'changed', id: '1', keys: ['fields', 'name'], count: 1 },
	]);
});

test('a key that the service begins or ceases to list is not a change', async () => {
	const before = await snapshotOf(listed({ id: 1, name: 'a', old: 1 }));
	const { differences, after } = await compare(before, listed({ id: 1, name: 'a', fresh: 2 }), ALL, 9);
	expect(differences).toEqual([]);
	expect((await compare(after, listed({ id: 1, name: 'a', fresh: 3 }), ALL, 9)).differences).toMatchObject([
		{ kind: 'changed', keys: ['fresh'] },
	]);
});

test('a key that one listing lacks may come back changed, and is no change of what is new or late', async () => {
	const two = (more: object) => listed({ id: 1, name: 'a', ...more }, { id: 2, name: 'b', code: 'z' });
	const before = await snapshotOf(two({ code: 'x' }));
	const without = listed({ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: 'c' });
	const once = await compare(before, without, ALL, 9);
	expect(once.differences).toMatchObject([{ kind: 'created', id: '3' }]);
	const again = [...two({ code: 'y' }), ...listed({ id: 3, name: 'c', code: 'new' })];
	expect((await compare(saved(once.after), again, ALL, 9)).differences).toMatchObject([
		{ kind: 'changed', id: '1', keys: ['code'] },
	]);
});

test.each([
	['lacks', [], 'a', 0],
	['has no room for', [{ id: 1, name: 'c' }], 'c', 1],
])('a new key is not a change of a record that the same listing %s', async (_what, first, name, changes) => {
	const before = await snapshotOf(listed({ id: 0, name: 'o' }, { id: 1, name: 'a' }));
	const rows = [{ id: 0, name: 'p' }, ...first].map((row) => ({ ...row, fresh: 1 }));
	const once = await compare(before, listed(...rows), ALL, 1);
	expect(once.differences).toMatchObject([{ id: '0', keys: ['name'] }]);
	const now = listed({ id: 0, name: 'p', fresh: 1 }, { id: 1, name, fresh: 1 });
	expect(
		(await compare(saved(once.after), now, ALL, 9)).differences.map(({ id, keys }) => [id, keys]),
	).toEqual(Array.from({ length: changes }, () => ['1', ['name']]));
});

test.each(['constructor', '__proto__', 'toString'])(
	'a record whose ID is %s is one like any other',
	async (id) => {
		const others = listed({ id: 1 });
		const one = (name: string) => [...others, { id, record: { id, name } }];
		let state = await snapshotOf(others);
		const kinds: string[] = [];
		for (const list of [one('a'), one('a'), one('b'), others, others, others]) {
			const { differences, after } = await compare(state, list, ALL, 9);
			kinds.push(differences.map(({ kind }) => kind).join());
			state = saved(after);
		}
		expect(kinds).toEqual(['created', '', 'changed', '', 'removed', '']);
	},
);

test('a record is removed if two listings in a row lack it, and it may come back', async () => {
	const before = await snapshotOf(listed({ id: 1 }, { id: 2 }));
	const once = await compare(before, listed({ id: 1 }), ALL, 9);
	expect(once.differences).toEqual([]);
	expect((await compare(once.after, listed({ id: 1 }, { id: 2 }), ALL, 9)).differences).toEqual([]);
	const twice = await compare(once.after, listed({ id: 1 }), ALL, 9);
	expect(twice.differences).toEqual([{ kind: 'removed', id: '2', count: 1 }]);
	expect((await compare(twice.after, listed({ id: 1 }), ALL, 9)).differences).toEqual([]);
	expect((await compare(twice.after, listed({ id: 1 }, { id: 2 }), ALL, 9)).differences).toMatchObject([
		{ kind: 'created', id: '2', count: 2 },
	]);
});

test.each([
	['alone in the list', []],
	['with records that lack the key', [{ id: 2, name: 'b' }]],
])('a record that one listing lacks, %s, may come back changed', async (_place, others) => {
	const before = await snapshotOf(listed({ id: 1, name: 'a', code: 'x' }, ...others));
	const once = saved((await compare(before, listed(...others), ALL, 9)).after);
	expect(
		(await compare(once, listed({ id: 1, name: 'a', code: 'x' }, ...others), ALL, 9)).differences,
	).toEqual([]);
	expect(
		(await compare(once, listed({ id: 1, name: 'a', code: 'y' }, ...others), ALL, 9)).differences,
	).toMatchObject([{ kind: 'changed', id: '1', keys: ['code'] }]);
});

type World = Map<number, number>;

test('each change between two listings comes out once, in portions of any size', async () => {
	const step = fc.record({ id: fc.nat(6), value: fc.nat(3), goes: fc.boolean(), listings: fc.nat(3) });
	await fc.assert(
		fc.asyncProperty(
			fc.array(step, { maxLength: 40 }),
			fc.integer({ min: 1, max: 4 }),
			async (steps, most) => {
				const world: World = new Map();
				const known: World = new Map();
				let snapshot = emptySnapshot();
				const ids = new Set<string>();
				const look = async (): Promise<Difference[]> => {
					const rows = [...world].map(([id, value]) => ({ id, value }));
					const { differences, after } = await compare(snapshot, listed(...rows), ALL, most);
					snapshot = saved(after);
					for (const { kind, id, count, record } of differences) {
						const name = `${id} ${kind} ${count}`;
						expect(ids.has(name)).toBe(false);
						ids.add(name);
						expect(known.has(Number(id))).toBe(kind !== 'created');
						if (kind === 'removed') known.delete(Number(id));
						else known.set(Number(id), Number(record?.value));
					}
					expect(differences.length).toBeLessThanOrEqual(most);
					return differences;
				};
				for (const { id, value, goes, listings } of steps) {
					if (goes) world.delete(id);
					else world.set(id, value);
					for (let n = 0; n < listings; n++) await look();
				}
				for (let quiet = 0; quiet < 3;) quiet = (await look()).length === 0 ? quiet + 1 : 0;
				expect(known).toEqual(world);
			},
		),
		{ numRuns: 500 },
	);
});

test('others get their turn while thousands of records are compared', async () => {
	const record = (id: number) => ({ id, fields: [{ key: 'a', value: `${id}`.repeat(20) }], name: `n${id}` });
	const records = listed(...Array.from({ length: 30_000 }, (_, id) => record(id)));
	let turns = 0;
	const turn = setInterval(() => (turns += 1), 0);
	try {
		const before = await snapshotOf(records);
		expect(turns).toBeGreaterThan(1);
		turns = 0;
		expect((await compare(before, records, ALL, 9)).differences).toEqual([]);
		expect(turns).toBeGreaterThan(1);
	} finally {
		clearInterval(turn);
	}
});
