import { type Batch, drain, type DrainOptions, type Stream } from '../../nodes/shared/polling/drain';
import { beginAt, type Timeline } from '../../nodes/shared/polling/timeline';

/** Records with two times, as groups have them: milliseconds since the epoch. */
type Row = { id: string; created: number; changed: number };

const MINUTE = 60_000;
let now: number;
let rows: Row[];
let timelines: Record<'created' | 'changed', Timeline>;

beforeEach(() => {
	now = 100 * MINUTE;
	rows = [];
	timelines = { created: beginAt(50 * MINUTE, 0), changed: beginAt(50 * MINUTE, 0) };
});

/** @param beforeRead what others do before the stream is read */
function stream(name: 'created' | 'changed', beforeRead?: () => void): Stream<Row> {
	async function* read(from: number): AsyncGenerator<Batch<Row>, undefined> {
		beforeRead?.();
		const occurrences = rows
			.filter((row) => row[name] >= from)
			.sort((a, b) => a[name] - b[name])
			.map((row) => ({ id: row.id, time: row[name], record: { ...row } }));
		yield { occurrences, upTo: Infinity };
	}
	return {
		name,
		timeline: timelines[name],
		read,
		newest: async () => Math.max(0, ...rows.map((row) => row[name])),
		isEvent: ({ record }) => name === 'created' || record.changed !== record.created,
		timeOf: (record) => record[name],
	};
}

async function poll(more: { between?: () => void; options?: Partial<DrainOptions> } = {}) {
	const { events, timelines: after } = await drain([stream('created'), stream('changed', more.between)], {
		maxItems: 1000,
		overlap: 5 * MINUTE,
		hasTime: () => true,
		serviceTime: () => now,
		...more.options,
	});
	timelines = { created: after[0] as Timeline, changed: after[1] as Timeline };
	return events.map(({ id, stream: kind }) => `${id} ${kind}`);
}

test('what appears while another stream is read does not come after what is later', async () => {
	rows = [{ id: 'a', created: 60 * MINUTE, changed: 60 * MINUTE }];
	const between = () => {
		rows.push({ id: 'new', created: now + 1000, changed: now + 1000 });
		Object.assign(rows[0] as Row, { changed: now + 2000 });
		now += 3000;
	};
	expect(await poll({ between })).toEqual(['a created']);
	now += MINUTE;
	expect(await poll()).toEqual(['new created', 'a changed']);
	expect(await poll()).toEqual([]);
});

test('what is held for the next poll does not count as a backlog, whose state would grow', async () => {
	for (let minute = 0; minute < 60; minute++) {
		now += MINUTE;
		const between = () => {
			rows.push({ id: `n${minute}`, created: now + 1000, changed: now + 2000 });
			now += 3000;
		};
		await poll({ between });
	}
	expect(timelines.changed.backlogStartedAt).toBeUndefined();
	expect(Object.keys(timelines.changed.seen).length).toBeLessThan(15);
});

test('a record that is found by its change before its creation was seen comes out as created, and once', async () => {
	rows = [{ id: 'a', created: 60 * MINUTE, changed: 60 * MINUTE }];
	expect(await poll({ options: { maxItems: 1 } })).toEqual(['a created']);
	rows.push({ id: 'b', created: 98 * MINUTE, changed: 98 * MINUTE });
	expect(await poll()).toEqual(['b created']);
	// It becomes visible late, and has been changed meanwhile.
	rows.push({ id: 'late', created: 97 * MINUTE, changed: 99 * MINUTE });
	timelines.created = { ...timelines.created, readFrom: 98 * MINUTE };
	expect(await poll()).toEqual(['late created']);
	expect(await poll()).toEqual([]);
});

test('a record whose time lies far in the future comes out at once, and hides nothing', async () => {
	rows = [{ id: 'future', created: 60 * MINUTE, changed: now + 1000 * MINUTE }];
	expect(await poll()).toEqual(['future created']);
	now += MINUTE;
	rows.push({ id: 'a', created: now, changed: now });
	expect(await poll()).toEqual(['a created']);
});
