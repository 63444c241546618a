import { ServiceFailure } from '../../nodes/shared/core/errors';
import { onceOnly } from '../../nodes/shared/http/onceOnly';

/** What must not be done twice, when a response is lost, in simulated time. */

type Step = string | undefined | Error;

beforeEach(() => {
	jest.useFakeTimers({ now: 0 });
	jest.spyOn(Math, 'random').mockReturnValue(1);
});
afterEach(() => {
	jest.spyOn(Math, 'random').mockRestore();
	jest.useRealTimers();
});

const lost = (isTimeout = false) =>
	new ServiceFailure(
		'lost',
		'Look.',
		{ httpCode: '500' },
		{ certainty: 'unknown', doubt: 'Perhaps.', unanswered: isTimeout ? 'timeout' : 'connection' },
	);

/** @returns what happened, with the times in milliseconds, and how it ended */
async function once(acts: Step[], finds: Step[], more: object = {}) {
	const happened: string[] = [];
	const next = (what: string, steps: Step[]) => async () => {
		happened.push(`${what} ${Date.now()}`);
		const step = steps.length > 1 ? steps.shift() : steps[0];
		if (step instanceof Error) throw step;
		return step;
	};
	const ending = onceOnly<string>({
		signal: undefined,
		act: next('act', acts) as () => Promise<string>,
		find: next('find', finds),
		...more,
	}).then(
		(end) => ({ end, error: undefined }),
		(error: ServiceFailure) => ({ end: undefined, error }),
	);
	await jest.runAllTimersAsync();
	return { happened, ...(await ending) };
}

test('an action with an answer is not looked up', async () => {
	expect(await once(['made'], [undefined])).toEqual({ happened: ['act 0'], end: 'made', error: undefined });
});

test('an action that was refused is not looked up, and the refusal is passed on', async () => {
	const refused = new ServiceFailure('refused', 'Correct it.');
	const { happened, error } = await once([refused], [undefined]);
	expect(happened).toEqual(['act 0']);
	expect(error).toBe(refused);
});

test('an action that is refused because an earlier attempt was done late is done', async () => {
	const refused = new ServiceFailure('not found', 'Check the ID.');
	const { happened, end } = await once([lost(), refused], [undefined, 'gone']);
	expect(happened.map((step) => step.split(' ')[0])).toEqual(['act', 'find', 'act', 'find']);
	expect(end).toBe('gone');
});

test('a refusal after a lost answer is passed on if nothing was done, or if that cannot be looked up', async () => {
	const refused = new ServiceFailure('refused', 'Correct it.');
	expect((await once([lost(), refused], [undefined])).error).toBe(refused);
	expect((await once([lost(), refused], [undefined, new Error('down')])).error).toBe(refused);
});

test('the result of an action whose answer was lost is taken over', async () => {
	const { happened, end } = await once([lost()], ['found']);
	expect(happened).toEqual(['act 0', 'find 250']);
	expect(end).toBe('found');
});

test('an action that was not done is done again', async () => {
	const { happened, end } = await once([lost(), 'made'], [undefined]);
	expect(happened).toEqual(['act 0', 'find 250', 'act 250']);
	expect(end).toBe('made');
});

test('an action that is lost each time and never found is given up after six attempts, and reported as not done', async () => {
	const { happened, error } = await once([lost()], [undefined]);
	expect(happened.filter((one) => one.startsWith('act'))).toEqual([
		'act 0',
		'act 250',
		'act 750',
		'act 1750',
		'act 3750',
		'act 7750',
	]);
	expect(error?.message).toBe('lost');
	expect(error?.description).toBe('Look. Nothing was made: it was looked up.');
	expect(error?.details).toEqual({ httpCode: '500' });
	expect(error?.certainty).toBe('notDone');
});

test('a look-up that fails is made once more', async () => {
	const { happened, end } = await once([lost()], [new Error('busy'), 'found']);
	expect(happened).toEqual(['act 0', 'find 250', 'find 1250']);
	expect(end).toBe('found');
});

test('an action that cannot be looked up is in doubt, with the reason', async () => {
	const { happened, error } = await once([lost()], [new Error('busy')], { doubt: 'Look for x.' });
	expect(happened).toEqual(['act 0', 'find 250', 'find 1250']);
	expect(error?.description).toBe('Look. Look for x. It could not be looked up: busy.');
	expect(error?.certainty).toBe('unknown');
});

test('an action that cannot be looked up is in doubt, by default with the usual words', async () => {
	const { error } = await once([lost()], [new Error('busy')], { certainty: 'findable' });
	expect(error?.description).toBe(
		'Look. The change may or may not have been made: look it up before you send it again. It could not be looked up: busy.',
	);
	expect(error?.certainty).toBe('findable');
});

describe('a service that did not answer in time may still do it', () => {
	test('an action that is not found is looked up again later', async () => {
		const { happened, end } = await once([lost(true)], [undefined, 'found']);
		expect(happened).toEqual(['act 0', 'find 250', 'find 5250']);
		expect(end).toBe('found');
	});

	test('after the given time', async () => {
		const { happened } = await once([lost(true), 'made'], [undefined], { lateMs: 100 });
		expect(happened).toEqual(['act 0', 'find 250', 'find 350', 'act 350']);
	});

	test('an action that is found at once is not looked up again', async () => {
		expect((await once([lost(true)], ['found'])).happened).toEqual(['act 0', 'find 250']);
	});
});

test('a cancelled execution does not wait', async () => {
	const { happened } = await once([lost(true), 'made'], [undefined], { signal: AbortSignal.abort() });
	expect(happened).toEqual(['act 0', 'find 0', 'find 0', 'act 0']);
});
