import { type Bench, type Client, type Fresh, freshSummary, type Result, summary } from '../bench';

const LATENCY = 50;

/** An ID as ThreatConnect's own cloud gives them: it has 16 digits, but is a safe integer. */
const CLOUD_ID = 1_125_899_906_842_625;

/** 5: Get Many of 100,000 groups, each time in a process of its own. */
export async function getMany(bench: Bench): Promise<void> {
	if (!(await bench.offers('getAll'))) return bench.note('5: not run, there is no Get Many');
	const groups = bench.options.quick ? 20_000 : 100_000;
	const fresh = async (client: Client) =>
		await bench.measureFresh([{ groups: 0 }, client], [{ groups, firstId: CLOUD_ID }, client]);
	const ours: Fresh[] = [];
	const axios: Fresh[] = [];
	// The first round does not count, because the server renders each page only once, and that must not be measured.
	for (let round = 0; round <= bench.options.rounds; round++) {
		ours[round] = await fresh({ client: 'getMany' });
		axios[round] = await fresh({ client: 'axiosPages' });
	}
	reportList(bench, `5: Get Many of ${groups.toLocaleString('en')} groups, IDs of 16 digits`, groups, {
		ours: freshSummary(ours.slice(1)),
		axios: freshSummary(axios.slice(1)),
	});
}

/** 12: all indicators of one group, each time in a process of its own. */
export async function associations(bench: Bench): Promise<void> {
	const indicators = bench.options.quick ? 5000 : 25_000;
	const fresh = async (client: Client) =>
		await bench.measureFresh([{ groups: 1 }, client], [{ groups: indicators, firstId: CLOUD_ID }, client]);
	const ours: Fresh[] = [];
	const axios: Fresh[] = [];
	// As in Get Many of groups, the first round does not count.
	for (let round = 0; round <= bench.options.rounds; round++) {
		ours[round] = await fresh({ client: 'associations' });
		axios[round] = await fresh({ client: 'axiosIndicators' });
	}
	const [one, other] = [freshSummary(ours.slice(1)), freshSummary(axios.slice(1))];
	const scenario = `12: ${indicators.toLocaleString('en')} indicators of one group, IDs of 16 digits`;
	reportList(bench, scenario, indicators, { ours: one, axios: other });
	bench.figure({
		scenario,
		peakRssMiB: one.maxRssMiB,
		ours: one.seen.requests,
		unit: 'requests',
		peers: { 'axios and JSON.parse': other.seen.requests },
		bar: 'no more requests than the bare loop',
		met: one.seen.requests <= other.seen.requests,
	});
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

/** 6: a file of 1 GiB, from n8n's store to the simulator and back. */
export async function files(bench: Bench): Promise<void> {
	const mib = bench.options.quick ? 128 : 1024;
	const results = { upload: [], streamUp: [], download: [], streamDown: [] } as Record<
		'upload' | 'streamUp' | 'download' | 'streamDown',
		Result[]
	>;
	// The bare stream replaces a file. For downloads, the two clients take turns in going first.
	const orders = [
		['upload', 'streamUp', 'download', 'streamDown'],
		['upload', 'streamUp', 'streamDown', 'download'],
	] as const;
	for (let round = 0; round < bench.options.rounds; round++) {
		await bench.withFile(mib, async (measure) => {
			for (const client of orders[round % 2] ?? []) {
				const result = await measure({ client });
				if (result.error !== undefined) throw new Error(`6: ${client}: ${result.error}`);
				results[client].push(result);
			}
		});
	}
	reportFile(bench, `6: upload of ${mib} MiB`, mib, summary(results.upload), summary(results.streamUp));
	reportFile(bench, `6: download of ${mib} MiB`, mib, summary(results.download), summary(results.streamDown));
}

function reportFile(bench: Bench, scenario: string, mib: number, ours: Result, bare: Result): void {
	const growth = ({ startMiB, peakMiB }: Result) => peakMiB - startMiB;
	const rate = ({ ms }: Result) => mib / (ms / 1000);
	const base = { scenario, peakRssMiB: ours.peakMiB };
	const peer = 'bare stream';
	bench.figure({
		...base,
		ours: growth(ours),
		unit: 'MiB growth',
		peers: { [peer]: growth(bare) },
		bar: 'growth under 64 MiB',
		met: growth(ours) < 64,
	});
	bench.figure({
		...base,
		ours: rate(ours),
		unit: 'MiB/s',
		peers: { [peer]: rate(bare) },
		bar: 'throughput against a bare stream (no number is required; met: at least two thirds)',
		met: rate(ours) >= (2 / 3) * rate(bare),
	});
}

/** One of every fifty items is measured, because all of them one after the other would take ten minutes each time. */
const ONE_BY_ONE = 50;

/** 7: Bulk Import, against the simulator. */
export async function bulkImport(bench: Bench): Promise<void> {
	if (!(await bench.offers('bulkImport'))) return bench.note('7: not run, there is no Bulk Import');
	const items = bench.options.quick ? 1000 : 10_000;
	const clients: Record<'bulk' | 'oneByOne', Client> = {
		bulk: { client: 'bulkImport', items },
		oneByOne: { client: 'ours', items: items / ONE_BY_ONE, max: 1 },
	};
	const results: Record<keyof typeof clients, Fresh[]> = { bulk: [], oneByOne: [] };
	const simulator = { latency: LATENCY };
	for (let round = 0; round < bench.options.rounds; round++) {
		for (const name of ['bulk', 'oneByOne'] as const) {
			const client = clients[name];
			const result = await bench.measureFresh(
				[{ simulator }, { ...client, items: 1 }],
				[{ simulator }, client],
			);
			if (result.succeeded !== client.items) throw new Error(`7: ${name}: ${result.error}`);
			results[name].push(result);
		}
	}
	const bulk = freshSummary(results.bulk);
	const oneByOne = freshSummary(results.oneByOne).ms * ONE_BY_ONE;
	bench.figure({
		scenario: `7: ${items.toLocaleString('en')} groups by Bulk Import, answers in ${LATENCY} ms`,
		ours: bulk.ms / 1000,
		unit: 's',
		peers: { [`Create one by one (${items / ONE_BY_ONE}, times ${ONE_BY_ONE})`]: oneByOne / 1000 },
		bar: 'at least 20x faster than one by one',
		met: oneByOne >= 20 * bulk.ms,
		peakRssMiB: bulk.maxRssMiB,
	});
}

const COUNTS = [100, 1000, 10_000, 50_000];
const WARM_UP = 1000;

/** 8: how cost grows with the number of items. The server responds at once, so that only the client counts. */
export async function growth(bench: Bench): Promise<void> {
	const counts = bench.options.quick ? COUNTS.slice(0, 3) : COUNTS;
	const results = await measureGrowth(bench, 'ours', counts);
	const [base = NaN, last = NaN] = counts.slice(-2);
	reportGrowth(bench, `8: # of ${last.toLocaleString('en')} creates, answers at once`, results, base, 1.2);
}

/** 13: how cost grows in operations that do more than one request for each item, or less. */
export async function growthOfOthers(bench: Bench): Promise<void> {
	const part = bench.options.quick ? 0.1 : 1;
	const rows = [
		{
			client: 'bulkFailing',
			counts: [5000, 25_000],
			what: 'groups that share an indicator by Bulk Import, a fifth refused',
		},
		{
			client: 'upsert',
			counts: [1000, 10_000],
			what: 'Create or Update again, nothing has changed',
		},
		{
			client: 'getManyEach',
			counts: [100, 1000],
			what: 'items of Get Many, 20 groups each',
		},
	] as const;
	for (const { client, counts, what } of rows) {
		const [base = NaN, last = NaN] = counts.map((count) => count * part);
		const behaviour = client === 'bulkFailing' ? { simulator: {} } : { groups: 20 };
		const results = await measureGrowth(bench, client, [base, last], behaviour);
		reportGrowth(bench, `13: # of ${last.toLocaleString('en')} ${what}`, results, base, 1.3);
	}
}

type Growth = Map<number, Fresh>;

async function measureGrowth(
	bench: Bench,
	client: Client['client'],
	counts: readonly number[],
	server: Parameters<Bench['measureFresh']>[0][0] = {},
): Promise<Growth> {
	const results = new Map(counts.map((items) => [items, [] as Fresh[]]));
	for (let round = 0; round < bench.options.rounds; round++) {
		for (const items of counts) {
			const steps = [1, Math.min(items, WARM_UP), items].map((count): [typeof server, Client] => [
				server,
				{ client, items: count },
			]);
			const result = await bench.measureFresh(...steps);
			const refused = client === 'bulkFailing' ? Math.ceil(items / 5) : 0;
			if (result.succeeded !== items - refused) {
				throw new Error(`${client}: ${result.succeeded} of ${items}: ${result.error}`);
			}
			results.get(items)?.push(result);
		}
	}
	return new Map([...results].map(([items, all]) => [items, freshSummary(all)]));
}

/** @param base the number of items whose cost an item is compared with that of the most items */
function reportGrowth(bench: Bench, name: string, results: Growth, base: number, most: number): void {
	const last = Math.max(...results.keys());
	for (const [cost, unit, value] of [
		['time', 'ms/item', ({ ms }) => ms],
		['CPU', 'ms/item', ({ cpuMs }) => cpuMs],
		['memory', 'KiB/item', ({ grownMiB }) => grownMiB * 1024],
	] satisfies Array<[string, string, (result: Fresh) => number]>) {
		const each = new Map([...results].map(([items, result]) => [items, value(result) / items]));
		const of = (items: number) => each.get(items) ?? NaN;
		const others = [...each].filter(([items]) => items !== last);
		bench.figure({
			scenario: name.replace('#', cost),
			ours: of(last),
			unit,
			peers: Object.fromEntries(others.map(([items, cost]) => [`of ${items.toLocaleString('en')}`, cost])),
			bar: `linear: an item costs at most ${most}x that of ${base.toLocaleString('en')}`,
			met: of(last) <= most * of(base),
			peakRssMiB: results.get(last)?.maxRssMiB ?? NaN,
		});
	}
}
