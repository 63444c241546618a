import type { Bench } from '../bench';

/** Milliseconds that n8n may be blocked longer than without our node. */
const MOST_PAUSE = 250;

/** 10: how long n8n is blocked while all items are read and checked before the first is sent. */
export async function pauses(bench: Bench): Promise<void> {
	const items = bench.options.quick ? 2000 : 50_000;
	const { ours, nothing } = await bench.compare(
		{ latency: 0 },
		{ ours: { client: 'reading', items }, nothing: { client: 'noOp', items } },
	);
	bench.figure({
		scenario: `10: ${items.toLocaleString('en')} items of twelve expressions read before the first is sent`,
		ours: ours.longestPauseMs,
		unit: 'ms longest pause of the event loop',
		peers: { 'No Operation': nothing.longestPauseMs },
		bar: `at most ${MOST_PAUSE} ms more than with No Operation`,
		met: ours.longestPauseMs <= nothing.longestPauseMs + MOST_PAUSE,
		peakRssMiB: ours.peakMiB,
	});
	bench.note(`10: read in ${(ours.ms / 1000).toFixed(1)} s`);
}
