import { type Bench, type Client, type Fresh, freshSummary } from '../bench';

/** An ID as ThreatConnect's own cloud gives them: of 16 digits, but not beyond what a number holds. */
const CLOUD_ID = 1_125_899_906_842_625;

/** 5: Get Many of 100,000 groups, each time in a process of its own. */
export async function getMany(bench: Bench): Promise<void> {
	if (!(await bench.offers('getAll'))) return bench.note('5: not run, there is no Get Many');
	const groups = bench.options.quick ? 20_000 : 100_000;
	for (const [firstId, ids] of [
		[1, ''],
		[CLOUD_ID, ', IDs of 16 digits'],
	] as const) {
		const fresh = async (client: Client) =>
			await bench.measureFresh([{ groups: 0 }, client], [{ groups, firstId }, client]);
		const ours: Fresh[] = [];
		const axios: Fresh[] = [];
		// The server renders each page once, which is not to be measured: the first round does not count.
		for (let round = 0; round <= bench.options.rounds; round++) {
			ours[round] = await fresh({ client: 'getMany' });
			axios[round] = await fresh({ client: 'axiosPages' });
		}
		reportList(bench, `5: Get Many of ${groups.toLocaleString('en')} groups${ids}`, groups, {
			ours: freshSummary(ours.slice(1)),
			axios: freshSummary(axios.slice(1)),
		});
	}
}

function reportList(
	bench: Bench,
	scenario: string,
	groups: number,
	{ ours, axios }: Record<'ours' | 'axios', Fresh>,
): void {
	if (ours.succeeded !== groups) throw new Error(`${scenario}: ${ours.succeeded} came. ${ours.error ?? ''}`);
	const peer = 'axios and JSON.parse';
	const base = { scenario, peakRssMiB: ours.maxRssMiB };
	bench.figure({
		...base,
		ours: ours.ms / 1000,
		unit: 's',
		peers: { [peer]: axios.ms / 1000 },
		bar: 'at most 1.5x time of the bare loop',
		met: ours.ms <= 1.5 * axios.ms,
	});
	bench.figure({
		...base,
		ours: ours.grownMiB,
		unit: 'MiB peak over an empty run',
		peers: { [peer]: axios.grownMiB },
		bar: 'at most 1.5x peak memory of the bare loop',
		met: ours.grownMiB <= 1.5 * axios.grownMiB,
	});
}

/** 7: Bulk Import, against the simulator, whose answers come at once. */
export async function bulkImport(bench: Bench): Promise<void> {
	if (!(await bench.offers('bulkImport'))) return bench.note('7: not run, there is no Bulk Import');
	const items = bench.options.quick ? 1000 : 10_000;
	const results: Record<'bulk' | 'create' | 'oneByOne', Fresh[]> = { bulk: [], create: [], oneByOne: [] };
	const clients: Record<keyof typeof results, Client> = {
		bulk: { client: 'bulkImport', items },
		create: { client: 'ours', items },
		oneByOne: { client: 'ours', items, max: 1 },
	};
	for (let round = 0; round < bench.options.slowRounds; round++) {
		for (const name of ['bulk', 'create', 'oneByOne'] as const) {
			const result = await bench.measureFresh(
				['simulator', { ...clients[name], items: 1 }],
				['simulator', clients[name]],
			);
			if (result.succeeded !== items)
				throw new Error(`7: ${name} wrote ${result.succeeded}: ${result.error}`);
			results[name].push(result);
		}
	}
	const { bulk, create, oneByOne } = {
		bulk: freshSummary(results.bulk),
		create: freshSummary(results.create),
		oneByOne: freshSummary(results.oneByOne),
	};
	bench.figure({
		scenario: `7: ${items.toLocaleString('en')} groups by Bulk Import, answers at once`,
		ours: bulk.ms / 1000,
		unit: 's',
		peers: { 'Create, one after the other': oneByOne.ms / 1000, Create: create.ms / 1000 },
		bar: 'at least 20x faster than one by one',
		met: oneByOne.ms >= 20 * bulk.ms,
		peakRssMiB: bulk.maxRssMiB,
	});
}

const COUNTS = [100, 1000, 10_000, 50_000];
const WARM_UP = 1000;

/** 8: how cost grows with the number of items; the server answers at once, so that the client is all there is. */
export async function growth(bench: Bench): Promise<void> {
	const counts = bench.options.quick ? COUNTS.slice(0, 3) : COUNTS;
	const results = new Map(counts.map((items) => [items, [] as Fresh[]]));
	for (let round = 0; round < bench.options.slowRounds; round++) {
		for (const items of counts) results.get(items)?.push(await measureGrowth(bench, items));
	}
	const each = (value: (result: Fresh) => number) =>
		new Map([...results].map(([items, all]) => [items, value(freshSummary(all)) / items]));
	const last = counts.at(-1) ?? 0;
	const peakRssMiB = freshSummary(results.get(last) ?? []).maxRssMiB;
	const bar = `linear: per-item cost at ${last.toLocaleString('en')} within 1.3x of that at 1,000`;
	for (const [cost, unit, values] of [
		['time', 'ms/item', each(({ ms }) => ms)],
		['CPU', 'ms/item', each(({ cpuMs }) => cpuMs)],
		['memory', 'KiB/item', each(({ grownMiB }) => grownMiB * 1024)],
	] as const) {
		const of = (items: number) => values.get(items) ?? NaN;
		const others = counts.filter((items) => items !== last);
		bench.figure({
			scenario: `8: ${cost} of ${last.toLocaleString('en')} creates, answers at once`,
			ours: of(last),
			unit,
			peers: Object.fromEntries(others.map((items) => [`of ${items.toLocaleString('en')}`, of(items)])),
			bar,
			met: of(last) <= 1.3 * of(1000),
			peakRssMiB,
		});
	}
}

async function measureGrowth(bench: Bench, items: number): Promise<Fresh> {
	const steps = [1, WARM_UP, items].map((count): [object, Client] => [{}, { client: 'ours', items: count }]);
	const result = await bench.measureFresh(...steps);
	if (result.succeeded !== items) throw new Error(`8: ${result.succeeded} of ${items}: ${result.error}`);
	return result;
}
