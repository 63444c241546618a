import fc from 'fast-check';

import { type Action, play } from '../triggers/threatConnect';

/** Each group comes out exactly once, whatever happens between and within polls. */

/** Fixed, so that a failure can be repeated. `PROPERTY_SEED=42` tries others, `PROPERTY_RUNS=50` more of them. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20261128);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 2);

const OVERLAP_MINUTES = 5;
/** Seconds by which a group becomes visible late. */
const late = fc.oneof(
	{ weight: 5, arbitrary: fc.constant(0) },
	{ weight: 1, arbitrary: fc.integer({ min: 1, max: OVERLAP_MINUTES * 60 - 20 }) },
);
const sometimes = fc.oneof(
	{ weight: 4, arbitrary: fc.constant(false) },
	{ weight: 1, arbitrary: fc.constant(true) },
);

const action: fc.Arbitrary<Action> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('create' as const),
			count: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(1, 30, 110)),
			late,
			matches: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
		}),
	},
	{ weight: 4, arbitrary: fc.record({ do: fc.constant('edit' as const), pick: fc.nat(10_000), late }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), pick: fc.nat(10_000) }) },
	{
		weight: 4,
		arbitrary: fc.record({
			do: fc.constant('wait' as const),
			seconds: fc.oneof(fc.integer({ min: 0, max: 90 }), fc.constantFrom(0, 1, 600, 86_400)),
		}),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			do: fc.constant('poll' as const),
			refused: fc.oneof(
				{ weight: 5, arbitrary: fc.constant(undefined) },
				{ weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
			),
			restart: sometimes,
			twice: sometimes,
			hurried: sometimes,
			busy: sometimes,
		}),
	},
);

describe.each(['created', 'updated', 'createdOrUpdated'] as const)('%s', (event) => {
	test.each([
		['ThreatConnect compares seconds', false],
		['ThreatConnect ignores seconds', true],
	])('no group is missed or doubled, and all come in order, when %s', async (_what, ignoresSeconds) => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(action, { minLength: 20, maxLength: 90 }),
				fc.constantFrom(3, 40, 1000),
				fc.boolean(),
				fc.constantFrom(undefined, { rows: 25, saysMore: false }, { rows: 3, saysMore: true }),
				async (actions, maxItems, since, pageCap) => {
					const account = await play(actions, {
						event,
						maxItems,
						overlap: OVERLAP_MINUTES,
						ignoresSeconds,
						since,
						pageCap,
					});
					expect(account).toMatchObject({ missed: 0, doubled: 0, outOfOrder: 0 });
				},
			),
			{ seed: SEED, numRuns: RUNS },
		);
	});
});
