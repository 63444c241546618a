import type { Connection } from '../../nodes/shared/http/connection';
import { exchange } from '../../nodes/shared/http/exchange';
import { Plan } from '../../nodes/shared/http/plan';
import { PlannedGroup } from '../../nodes/ThreatConnectGroup/flows/plannedGroup';

describe('a connection that only reads', () => {
	const sent: string[] = [];
	const connection = {
		context: {
			helpers: {
				httpRequestWithAuthentication: async (_type: string, { method = '' }) => {
					sent.push(method);
					return await Promise.resolve({ statusCode: 200, headers: {}, body: '{}' });
				},
			},
		},
		credentials: {},
		root: 'https://app.example.com/api',
		clock: { correction: 0, note: () => {} },
		ensureDirect: async () => await Promise.resolve(),
		isReadOnly: true,
	} as unknown as Connection;
	const send = async (method: 'GET' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') =>
		await exchange(
			connection,
			{ method, path: '/v3/groups' },
			{},
			{ context: connection.context, total: 1, isPast: false },
		);

	test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('does not send %s', async (method) => {
		await expect(send(method)).rejects.toThrow(`A preview does not send ${method} requests`);
		expect(sent).toEqual([]);
	});

	test.each(['GET', 'OPTIONS'] as const)('sends %s', async (method) => {
		await send(method);
		expect(sent.splice(0)).toEqual([method]);
	});
});

describe('the plan of an item', () => {
	test('has the value from before the first of several changes', () => {
		const plan = new Plan(0);
		plan.set('status', 'New', 'Open');
		plan.set('status', 'Open', 'Closed');
		plan.change('tags', ['a'], []);
		plan.change('tags', [], ['b']);
		plan.change('labels', [], []);
		expect(plan.changes).toEqual({
			status: { from: 'New', to: 'Closed' },
			tags: { added: ['a'], removed: ['b'] },
		});
	});

	test('has no value from before where it is not known, and null where there is none', () => {
		const plan = new Plan(0);
		plan.set('unknown', undefined, 'a');
		plan.set('new', null, 'a');
		plan.set('cleared', 'a', undefined);
		expect(plan.changes).toEqual({
			unknown: { to: 'a' },
			new: { from: null, to: 'a' },
			cleared: { from: 'a', to: null },
		});
	});

	test('has a number beyond 2^53 as text, because no item can hold it', () => {
		const plan = new Plan(0);
		plan.change('associatedGroups', [{ id: 9007199254740993n }], []);
		expect(plan.changes).toEqual({ associatedGroups: { added: [{ id: '9007199254740993' }], removed: [] } });
	});

	test('says "unchanged" if what would be written is there already', () => {
		const plan = new Plan(0);
		plan.writes = true;
		expect(plan.outputOf({ _outcome: 'updated' })).toEqual({
			_outcome: 'unchanged',
			_preview: true,
			_changes: {},
		});
	});

	test('does not say that anything is gone', () => {
		const plan = new Plan(0);
		plan.writes = true;
		plan.outcome = 'deleted';
		expect(plan.outputOf({ deleted: true, id: 5 })).toMatchObject({ deleted: false, _outcome: 'deleted' });
		expect(plan.outputOf({ removed: ['tag'] })).toMatchObject({ removed: ['tag'] });
	});
});

describe('a group that items of a preview change', () => {
	const newRowId = new Plan(0).newRowId;

	test('is changed by each item once, however many read it', () => {
		const planned = new PlannedGroup();
		let applied = 0;
		const statusOf = (value: string) =>
			({
				get status() {
					applied += 1;
					return value;
				},
			}) as Record<string, unknown>;
		for (let item = 1; item <= 100; item++) {
			planned.change(statusOf(`status ${item}`), newRowId);
			const read = { id: 5, status: 'New' };
			expect([planned.shown([], read), planned.shown([])]).toEqual([
				{ id: 5, status: `status ${item}` },
				{ id: 5, status: `status ${item}` },
			]);
		}
		expect(applied).toBe(100);
	});

	test('shows a list only where a response would', () => {
		const planned = new PlannedGroup();
		planned.change({ tags: { data: [{ name: 'a' }], mode: 'append' }, status: 'Open' }, newRowId);
		expect(planned.shown([])).toBeUndefined();
		expect(planned.shown([], { id: 5 })).toEqual({ id: 5, status: 'Open' });
		expect(planned.shown(['tags'], { id: 5 })).toEqual({
			id: 5,
			status: 'Open',
			tags: { data: [{ name: 'a' }] },
		});
		// The group as it was read first is kept.
		expect(planned.shown([], { id: 5, status: 'Closed' })).toEqual({ id: 5, status: 'Open' });
	});

	test('gives a new attribute an ID, by which it alone is changed', () => {
		const planned = new PlannedGroup({ id: 'new' });
		const added = [
			{ type: 'A', value: '1' },
			{ type: 'A', value: '2' },
		];
		planned.change({ attributes: { data: added, mode: 'append' } }, newRowId);
		const id = '(new, attributes 2 of item 0)';
		planned.change({ attributes: { data: [{ id, value: '3' }], mode: 'merge' } }, newRowId);
		expect(planned.shown()?.attributes).toEqual({
			data: [
				{ id: '(new, attributes 1 of item 0)', type: 'A', value: '1' },
				{ id, type: 'A', value: '3' },
			],
		});
	});
});
