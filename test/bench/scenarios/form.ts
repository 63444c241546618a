import { type Bench, median } from '../bench';
import type { FormCost } from '../form';

const OURS = ['ThreatConnect Group', 'AttackForge Group'];

/** 14: what a node costs before it runs, beside nodes of n8n that cover as much. */
export async function form(bench: Bench): Promise<void> {
	const rounds: Array<Record<string, FormCost>> = [];
	for (let round = 0; round < bench.options.rounds; round++) {
		const probe = await bench.probe();
		try {
			rounds.push(await probe.call.formCosts());
		} finally {
			probe.stop();
		}
	}
	const names = Object.keys(rounds[0] ?? {});
	const others = names.filter((name) => !OURS.includes(name));
	for (const [unit, value] of [
		['KiB, description', ({ kib }) => kib],
		['KiB, description with gzip', ({ gzipKib }) => gzipKib],
		['ms to fill and check a form', ({ checkMs }) => checkMs],
	] satisfies Array<[string, (cost: FormCost) => number]>) {
		const of = (name: string) => median(rounds.map((costs) => (costs[name] ? value(costs[name]) : NaN)));
		const peers = Object.fromEntries(others.map((name) => [name, of(name)]));
		for (const name of OURS) {
			bench.figure({
				scenario: `14: ${name}`,
				ours: of(name),
				unit,
				peers,
				bar: 'no outlier: at most 1.5x the largest of the others',
				met: of(name) <= 1.5 * Math.max(...Object.values(peers)),
				peakRssMiB: 0,
			});
		}
	}
}
