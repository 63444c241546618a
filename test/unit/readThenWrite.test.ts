import { ServiceFailure } from '../../nodes/shared/core/errors';
import { readThenWrite } from '../../nodes/shared/http/readThenWrite';

/** A list that is written as a whole is read again before each attempt. */

jest.mock('../../nodes/shared/http/sleep', () => ({ sleepUntilCancelled: async () => {} }));

const refusal = (httpCode: string) => new ServiceFailure(`Refused with ${httpCode}`, '', { httpCode });
const lost = () =>
	new ServiceFailure('Broke off', '', {}, { certainty: 'unknown', unanswered: 'connection' });

/** A list to which "mine" is added, with the result of each attempt to write it. */
function listOf(...attempts: Array<{ fails?: Error; isDone?: boolean; others?: string }>) {
	const state = { list: ['first'], writes: [] as string[][], reads: 0 };
	const read = async () => {
		state.reads += 1;
		return state.list.includes('mine') ? undefined : [...state.list, 'mine'];
	};
	const write = async (change: string[]) => {
		const { fails, isDone = !fails, others } = attempts[state.writes.length] ?? {};
		state.writes.push(change);
		if (isDone) state.list = change;
		if (others) state.list = [...state.list, others];
		if (fails) throw fails;
	};
	return { state, run: async () => await readThenWrite({ signal: undefined, read, write }) };
}

test('an entry that already exists is not written', async () => {
	const { state, run } = listOf();
	state.list = ['mine'];
	await expect(run()).resolves.toBeUndefined();
	expect(state.writes).toEqual([]);
});

test.each(['429', '503'])(
	'after a %s the list of then is written, with what others have added',
	async (code) => {
		const { state, run } = listOf({ fails: refusal(code), others: 'theirs' });
		await expect(run()).resolves.toEqual(['first', 'theirs', 'mine']);
		expect(state.writes).toHaveLength(2);
	},
);

test('an attempt without an answer that was done is not repeated', async () => {
	const { state, run } = listOf({ fails: lost(), isDone: true });
	await expect(run()).resolves.toEqual(['first', 'mine']);
	expect(state.writes).toHaveLength(1);
});

test('a refusal is final', async () => {
	const { state, run } = listOf({ fails: refusal('400') });
	await expect(run()).rejects.toThrow('Refused with 400');
	expect(state.writes).toHaveLength(1);
});

test('a write that is refused six times is not in doubt, but one that is lost six times is', async () => {
	const refused = listOf(...Array.from({ length: 6 }, () => ({ fails: refusal('503') })));
	await expect(refused.run()).rejects.toMatchObject({ certainty: 'notDone' });
	expect(refused.state.writes).toHaveLength(6);
	const unknown = listOf(...Array.from({ length: 6 }, () => ({ fails: lost() })));
	await expect(unknown.run()).rejects.toMatchObject({ certainty: 'unknown' });
});

test('a read that fails after an attempt without an answer leaves it in doubt, with the reason', async () => {
	let reads = 0;
	const run = readThenWrite({
		signal: undefined,
		read: async () => {
			reads += 1;
			if (reads > 1) throw new Error('no answer');
			return 'change';
		},
		write: async () => {
			throw lost();
		},
	});
	await expect(run).rejects.toMatchObject({
		certainty: 'unknown',
		description: expect.stringContaining('It could not be looked up: no answer.'),
	});
});
