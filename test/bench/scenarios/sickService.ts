import { type Bench, freshSummary } from '../bench';
import type { Behaviour } from '../server';

/** Seconds after which a service that does not respond, or refuses everything, is given up. */
const GIVEN_UP_AFTER = 180;
/** Seconds: the node's default Timeout. */
const TIMEOUT = 60;

const SICK: Record<string, { behaviour: Behaviour; longest: number; bar: string }> = {
	'always 429 with Retry-After: 60': {
		behaviour: { sick: 'refuses' },
		// The pause that is under way when the three minutes are over is waited for.
		longest: GIVEN_UP_AFTER + 60,
		bar: 'ends within three minutes and the pause asked for',
	},
	'one request in five is answered, the others with 503': {
		behaviour: { sick: 'unavailable', goodOneIn: 5 },
		longest: GIVEN_UP_AFTER,
		bar: 'ends within three minutes',
	},
	'no request is answered': {
		behaviour: { sick: 'hangs' },
		// The first to be found out, the last sent before the three minutes are over, and the one that looks again.
		longest: GIVEN_UP_AFTER + 3 * TIMEOUT,
		bar: 'ends within three minutes and three times the Timeout',
	},
};

/** 11: a service that is sick all the time. Each run takes minutes, so one round is measured. */
export async function sickService(bench: Bench): Promise<void> {
	const items = bench.options.quick ? 100 : 1000;
	for (const [what, { behaviour, longest, bar }] of Object.entries(SICK)) {
		const job = { items, goOn: true };
		const ours = freshSummary([
			await bench.measureFresh([{}, { client: 'ours', items: 1 }], [behaviour, { client: 'ours', ...job }]),
		]);
		const scenario = `11: ${items.toLocaleString('en')} creates, ${what}`;
		const honest = ours.succeeded + ours.failed;
		bench.figure({
			scenario,
			ours: ours.ms / 1000,
			unit: 's until the run ends',
			peers: { 'requests sent': ours.seen.requests, 'items that went through': ours.succeeded },
			bar,
			met: ours.ms / 1000 <= longest,
			peakRssMiB: ours.maxRssMiB,
		});
		bench.figure({
			scenario,
			ours: honest,
			unit: 'items with an outcome',
			peers: {},
			bar: 'each item has one',
			met: honest === items,
			peakRssMiB: ours.maxRssMiB,
		});
	}
}
