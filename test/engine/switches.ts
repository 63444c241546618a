import fc from 'fast-check';

import { afresh, plain, usualCase } from '../laws/judge';
import { OPERATIONS, type Operation } from '../laws/operations';
import { shortenPauses } from '../laws/pauses';
import { type Records, type Service, World } from '../laws/worlds';
import type { RunningServer } from '../simulators/shared/server';
import type { RunResult } from './harness';
import type { RunNode } from './support';

/**
 * Where sources disagree on a service, or are silent, its simulator has a switch. A table has a row for each: the positions,
 * and the operations for whose users a position makes a difference, or which need records of their own to meet it. Each of
 * these is tested under each position. All other operations must do the same under each position as without the switch.
 */

export type Given<Position, Server> = { position: Position; server: Server; node: RunNode };

type Switch<Position, Server> = {
	/** The simulator's default first. A switch that is on or off has both. */
	positions: boolean extends Position ? readonly [false, true] | readonly [true, false] : readonly Position[];
	/** By resource and operation, or by the words for what is no operation; after a comma, the case. */
	concerns: Record<string, (given: Given<Position, Server>) => Promise<void>>;
};

/** The compiler refuses a table that lacks a switch. `Aid` are the options that only help tests. */
export type Switches<Options, Server, Aid extends keyof Options> = {
	[Name in Exclude<keyof Options, Aid>]-?: Switch<NonNullable<Options[Name]>, Server>;
};

/** Those of the given operations. */
export const only = <Check>(checks: Record<string, Check>, ...keys: string[]): Record<string, Check> =>
	Object.fromEntries(Object.entries(checks).filter(([key]) => keys.includes(key)));

/** What is no operation of a node, and meets a service too. */
const BESIDES = ['trigger', 'search list', 'drop-down', 'credential test'];
const SEED = 20261128;

/** What an operation changed, and what it said. */
type Did = { changed: Records; said: string };

/** What the usual case of an operation does in each data mode. */
async function didIn(world: World, operation: Operation): Promise<Map<string, Did>> {
	const did = new Map<string, Did>();
	for (const mode of operation.modes) {
		const [sample] = fc.sample(usualCase(operation, mode), { seed: SEED, numRuns: 1 });
		if (!sample) throw new Error(`${operation.name} has no case`);
		const { before, after, result } = await afresh(world, sample.one);
		const changed = [...new Set([...before.keys(), ...after.keys()])]
			.filter((key) => before.get(key) !== after.get(key))
			.map((key): [string, string] => [key, after.get(key) ?? '"removed"']);
		did.set(mode ?? 'alone', { changed: new Map(changed), said: saidBy(result) });
	}
	return did;
}

const saidBy = ({ items, errors, error }: RunResult): string =>
	plain([items.map(({ json }) => json), errors.map(({ json }) => json), error?.message]).replace(
		/127\.0\.0\.1:\d+/g,
		'…',
	);

export function describeSwitches<Options, Server extends RunningServer, Aid extends keyof Options>(
	service: Service,
	table: Switches<Options, Server, Aid>,
	start: (options: Options) => Promise<Server>,
	nodeOf: (server: Server) => RunNode,
): void {
	shortenPauses();
	const operations = OPERATIONS.filter((one) => one.service === service);
	const keyOf = ({ name }: Operation) => name.slice(service.length + 1);
	const known = [...operations.map(keyOf), ...BESIDES];
	let usual: Map<string, Map<string, Did>>;

	const within = async <T>(options: Options, work: (world: World) => Promise<T>): Promise<T> => {
		const world = await World.start(service, options as object);
		try {
			return await work(world);
		} finally {
			await world.stop();
		}
	};

	beforeAll(async () => {
		usual = await within({} as Options, async (world) => {
			const did = new Map<string, Map<string, Did>>();
			for (const one of operations) did.set(one.name, await didIn(world, one));
			return did;
		});
	});

	const rows = Object.entries(table) as Array<[string, Switch<never, Server>]>;
	describe.each(rows)('%s', (name, { positions, concerns }) => {
		const concerned = Object.keys(concerns).map((what) => what.split(',')[0] ?? '');

		test('has different positions, and concerns something that exists', () => {
			expect(new Set(positions).size).toBe(positions.length);
			expect(positions.length).toBeGreaterThan(1);
			expect(concerned).not.toEqual([]);
			expect(concerned.filter((what) => !known.includes(what))).toEqual([]);
		});

		const all = positions.map((position) => ({ [name]: position }));
		describe.each(all)('with %j', (options) => {
			const position = options[name] as never;

			test.each(Object.entries(concerns))('%s', async (_what, check) => {
				const server = await start(options as Options);
				try {
					await check({ position, server, node: nodeOf(server) });
				} finally {
					await server.stop();
				}
			});
		});

		describe.each(all.slice(1))('with %j', (options) => {
			test('every other operation does and says the same as without the switch', async () => {
				const others = operations.filter((one) => !concerned.includes(keyOf(one)));
				const differ: string[] = [];
				await within(options as Options, async (world) => {
					for (const one of others) {
						for (const [mode, { changed, said }] of await didIn(world, one)) {
							const then = usual.get(one.name)?.get(mode);
							const [now, before] = [changed, then?.changed].map(plain);
							if (now !== before || said !== then?.said)
								differ.push(`${one.name}, ${mode}: ${now} ${said}\ninstead of ${before} ${then?.said}`);
						}
					}
				});
				expect(differ).toEqual([]);
			});
		});
	});
}
