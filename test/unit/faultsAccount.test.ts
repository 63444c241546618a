import { account, type Figures, isGood, NOTHING, type Outcome, type Stored, sum } from '../faults/account';

/** The figures of the fault run for a single item. Each kind of failure is counted. */

const [OLD, NEW, ODD] = [{ status: 'old' }, { status: 'new' }, { status: 'odd' }];
const record = (fields: Stored['fields'], id = '1', marker = 'a'): Stored => ({ id, marker, fields });
const says = (what: Outcome['says'], id?: string): Outcome => ({ item: 0, says: what, id });

const count = (outcomes: Outcome[], stored: Stored[], before?: Stored['fields']): Partial<Figures> => {
	const figures = account([{ marker: 'a', before, after: NEW }], outcomes, stored);
	return Object.fromEntries(Object.entries(figures).filter(([, value]) => value > 0));
};

test.each<[string, Outcome[], Stored[], Partial<Figures>]>([
	['done, and there', [says('done', '1')], [record(NEW)], { succeeded: 1 }],
	['done, but not there', [says('done', '1')], [], { succeeded: 1, lost: 1 }],
	[
		'done, but there twice',
		[says('done', '1')],
		[record(NEW), record(NEW, '2')],
		{ succeeded: 1, doubled: 1 },
	],
	['done, but with other content', [says('done', '1')], [record(ODD)], { succeeded: 1, wrongContent: 1 }],
	['done, with the ID of another', [says('done', '9')], [record(NEW)], { succeeded: 1, wrongContent: 1 }],
	['failed, and not there', [says('failed')], [], { reportedFailed: 1 }],
	['failed, but there', [says('failed')], [record(NEW)], { reportedFailed: 1, unaccounted: 1 }],
	['unknown, and there', [says('unknown')], [record(NEW)], { reportedUnknown: 1 }],
	['unknown, and not there', [says('unknown')], [], { reportedUnknown: 1 }],
	[
		'unknown, and there twice',
		[says('unknown')],
		[record(NEW), record(NEW, '2')],
		{ reportedUnknown: 1, doubled: 1 },
	],
	['unknown, with other content', [says('unknown')], [record(ODD)], { reportedUnknown: 1, wrongContent: 1 }],
	['nothing said', [], [], { unaccounted: 1 }],
	['said twice', [says('done', '1'), says('failed')], [record(NEW)], { unaccounted: 1 }],
	['a record of no item', [says('failed')], [record(NEW, '1', 'b')], { reportedFailed: 1, unaccounted: 1 }],
	[
		'an outcome of no item',
		[says('failed'), { item: 7, says: 'failed' }],
		[],
		{ reportedFailed: 1, unaccounted: 1 },
	],
])('a create: %s', (_what, outcomes, stored, expected) => {
	expect(count(outcomes, stored)).toEqual({ sent: 1, ...expected });
});

test.each<[string, Outcome[], Stored[], Partial<Figures>]>([
	['done, and changed', [says('done', '1')], [record(NEW)], { succeeded: 1 }],
	['done, but as before', [says('done', '1')], [record(OLD)], { succeeded: 1, lost: 1 }],
	['done, but half', [says('done', '1')], [record(ODD)], { succeeded: 1, wrongContent: 1 }],
	['done, but gone', [says('done', '1')], [], { succeeded: 1, wrongContent: 1 }],
	['failed, and as before', [says('failed')], [record(OLD)], { reportedFailed: 1 }],
	['failed, but changed', [says('failed')], [record(NEW)], { reportedFailed: 1, unaccounted: 1 }],
	['unknown, and changed', [says('unknown')], [record(NEW)], { reportedUnknown: 1 }],
	['unknown, and as before', [says('unknown')], [record(OLD)], { reportedUnknown: 1 }],
	['unknown, and half', [says('unknown')], [record(ODD)], { reportedUnknown: 1, wrongContent: 1 }],
])('an update: %s', (_what, outcomes, stored, expected) => {
	expect(count(outcomes, stored, OLD)).toEqual({ sent: 1, ...expected });
});

test('a run is good if nearly all items succeed and none is wrong', () => {
	const good = { ...NOTHING, sent: 100, succeeded: 99, reportedUnknown: 1 };
	expect(isGood(good)).toBe(true);
	expect(isGood(NOTHING)).toBe(false);
	expect(isGood({ ...good, succeeded: 98 })).toBe(false);
	for (const wrong of ['lost', 'doubled', 'unaccounted', 'wrongContent'] as const) {
		expect(isGood({ ...good, [wrong]: 1 })).toBe(false);
	}
	expect(sum([good, good])).toEqual({ ...NOTHING, sent: 200, succeeded: 198, reportedUnknown: 2 });
});
