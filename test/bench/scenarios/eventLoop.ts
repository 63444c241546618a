import { type Bench, type Client, type Fresh, freshSummary } from '../bench';

/** Milliseconds that n8n may be blocked longer than without our node. */
const MOST_PAUSE = 250;

/** 10: how long n8n is blocked while items are read, sent and answered. */
export async function pauses(bench: Bench): Promise<void> {
	const part = bench.options.quick ? 0.04 : 1;
	const [many, more] = [50_000 * part, 100_000 * part];
	const fresh = async (server: Parameters<Bench['measureFresh']>[0][0], client: Client) => {
		const results: Fresh[] = [];
		for (let round = 0; round < bench.options.rounds; round++) {
			const result = await bench.measureFresh([server, { ...client, items: 1 }], [server, client]);
			const count = result.succeeded + result.failed;
			if (count !== client.items || (result.error !== undefined && client.client !== 'bulkFailing')) {
				throw new Error(`10: ${client.client}: ${count} items, ${result.error}`);
			}
			results.push(result);
		}
		return freshSummary(results);
	};
	const nothing = {
		[many]: await fresh({}, { client: 'noOp', items: many }),
		[more]: await fresh({}, { client: 'noOp', items: more }),
	};
	const report = (what: string, ours: Fresh, items: number, floor?: Fresh) => {
		const peer = nothing[items]?.longestPauseMs ?? NaN;
		bench.figure({
			scenario: `10: ${items.toLocaleString('en')} ${what}`,
			ours: ours.longestPauseMs,
			unit: 'ms longest pause of the event loop',
			peers: {
				'No Operation': peer,
				...(floor && { 'floor, 32 at once': floor.longestPauseMs }),
			},
			bar: `at most ${MOST_PAUSE} ms more than with No Operation`,
			met: ours.longestPauseMs <= peer + MOST_PAUSE,
			peakRssMiB: ours.maxRssMiB,
		});
		bench.note(`10: ${what}: ${(ours.ms / 1000).toFixed(1)} s`);
	};
	report(
		'items of twelve expressions read before the first is sent',
		await fresh({}, { client: 'reading', items: many }),
		many,
	);
	report(
		'creates',
		await fresh({}, { client: 'ours', items: many }),
		many,
		// Without n8n and our node: the garbage of so many connections, each with a TLS context of its own.
		await fresh({}, { client: 'axios', items: many, max: 32 }),
	);
	report(
		'groups by Bulk Import',
		await fresh({ simulator: {} }, { client: 'bulkImport', items: many }),
		many,
	);
	report(
		'groups by Bulk Import that share an indicator, a fifth refused',
		await fresh({ simulator: {} }, { client: 'bulkFailing', items: many }),
		many,
	);
	report('groups of Get Many', await fresh({ groups: more }, { client: 'getMany', items: more }), more);
}
