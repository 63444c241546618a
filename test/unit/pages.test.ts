import fc from 'fast-check';

import { readPages } from '../../nodes/AttackForgeGroup/api/pages';

/** A list in pages, which others change while it is read. */

type Entry = { id: number };
const entries = (count: number, from = 0): Entry[] =>
	Array.from({ length: count }, (_, index) => ({ id: from + index }));

/** Pages of at most `cap` entries. @param before called with the number of pages read so far, before each page */
function pagesOf(list: () => Entry[], cap: number, before: (read: number) => void = () => {}) {
	let read = 0;
	const readPage = async (skip: number, limit: number) => {
		before(read);
		read += 1;
		return list().slice(skip, skip + Math.min(cap, limit));
	};
	return { readPage, count: () => read };
}

test('a list that nobody changes comes in its order, each entry once, up to the limit', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.nat(2600),
			fc.oneof(fc.integer({ min: 1, max: 600 }), fc.constant(Infinity)),
			fc.oneof(fc.integer({ min: 1, max: 1500 }), fc.constant(Infinity)),
			async (length, cap, limit) => {
				const list = entries(length);
				const { readPage } = pagesOf(() => list, cap);
				expect(await readPages(readPage, 'id', limit)).toEqual(list.slice(0, limit));
			},
		),
		{ numRuns: 200 },
	);
});

test('pages that overlap cost at most one request more than others', async () => {
	for (const length of [0, 1, 499, 500, 501, 999, 1000, 1001, 2600]) {
		const { readPage, count } = pagesOf(() => entries(length), Infinity);
		await readPages(readPage, 'id', Infinity);
		expect(count()).toBeLessThanOrEqual(Math.ceil(length / 500) + 2);
	}
});

test('what others remove hides no entry that stays', async () => {
	const removal = fc.record({
		page: fc.integer({ min: 1, max: 12 }),
		at: fc.nat(3000),
		count: fc.integer({ min: 1, max: 700 }),
	});
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 500, max: 3500 }),
			fc.constantFrom(100, 250, Infinity),
			fc.array(removal, { maxLength: 4 }),
			async (length, cap, removals) => {
				let list = entries(length);
				const { readPage } = pagesOf(
					() => list,
					cap,
					(read) => {
						for (const { page, at, count } of removals) {
							if (page === read) list = [...list.slice(0, at), ...list.slice(at + count)];
						}
					},
				);
				const found = (await readPages(readPage, 'id', Infinity)).map(({ id }) => id);
				expect(new Set(found).size).toBe(found.length);
				const missed = new Set(list.map(({ id }) => id));
				for (const id of found) missed.delete(id as number);
				expect([...missed]).toEqual([]);
			},
		),
		{ numRuns: 300 },
	);
});
