import { parseArgs } from 'node:util';

import { type FaultKind, randomOf } from '../simulators/shared/faults';
import { playAttackForge } from './attackForge';
import { drainBacklog } from './backlog';
import { naive } from './naive';
import { type Account, type Action, type HistoryOptions, play } from './threatConnect';

const USAGE = `Polls simulators of both services through random histories of groups, and counts what came out: with faults, refusals,
restarts, polls that overlap, polls that are stopped, groups that become visible late, and days without a poll. Every second
seed's ThreatConnect ignores seconds in queries. Beside the triggers a naive poller goes through the same histories.

  --seeds <number>   histories of each service (default: 5)
  --groups <number>  groups of each history (default: 10000)
  --backlog <number> instead, let the ThreatConnect trigger drain a backlog of so many groups, and measure time and memory
  --json             print one line of JSON last
  --help             print this text`;

const OPTIONS = {
	seeds: { type: 'string', default: '5' },
	groups: { type: 'string', default: '10000' },
	backlog: { type: 'string' },
	json: { type: 'boolean', default: false },
	help: { type: 'boolean', default: false },
} as const;

/** The kinds of faults, without those that only delay a client. */
const KINDS: FaultKind[] = [
	'closedAtAccept',
	'resetBefore',
	'resetAfter',
	'cutOff',
	'status429',
	'status503',
	'status500Before',
	'status500After',
	'status502Before',
	'status504After',
	'htmlBefore',
	'emptyAfter',
];
const SHARE = 0.02;
const OVERLAP_MINUTES = 5;
const MAX_ITEMS = [100, 500, 1000];

/** Events in ThreatConnect and n8n, until the given number of groups has been created. */
function* history(random: () => number, groups: number): Generator<Action> {
	const chance = (share: number) => random() < share;
	const upTo = (most: number) => Math.floor(random() * most);
	const late = () => (chance(0.2) ? 1 + upTo(OVERLAP_MINUTES * 60 - 20) : 0);
	yield { do: 'poll' };
	for (let made = 0; made < groups;) {
		const count = Math.min(groups - made, chance(0.1) ? Math.ceil(groups / 25) : 1 + upTo(groups / 200));
		made += count;
		yield { do: 'wait', seconds: upTo(60) };
		yield { do: 'create', count, late: late(), matches: chance(0.9) };
		for (let edits = upTo(groups / 250); edits > 0; edits--) {
			if (chance(0.3)) yield { do: 'wait', seconds: 1 };
			yield { do: 'edit', pick: upTo(1e9), late: late() };
		}
		if (chance(0.1)) yield { do: 'delete', pick: upTo(1e9) };
		yield { do: 'wait', seconds: chance(0.05) ? 86_400 : upTo(60) };
		yield {
			do: 'poll',
			...(chance(0.1) && { refused: 1 + upTo(4) }),
			restart: chance(0.2),
			twice: chance(0.1),
			hurried: chance(0.1),
			busy: chance(0.1),
		};
	}
}

const sum = (accounts: Account[], key: keyof Account) =>
	accounts.reduce((total, account) => total + account[key], 0);

const summary = (accounts: Account[]) => ({
	events: sum(accounts, 'events'),
	missed: sum(accounts, 'missed'),
	doubled: sum(accounts, 'doubled'),
	outOfOrder: sum(accounts, 'outOfOrder'),
	requestsPerPoll: Math.round((100 * sum(accounts, 'requests')) / sum(accounts, 'polls')) / 100,
	stateBytes: Math.max(...accounts.map(({ stateBytes }) => stateBytes)),
});

const BACKLOG_MAX_ITEMS = 1000;

async function backlog(groups: number, json: boolean): Promise<void> {
	if (!(groups >= 1)) throw new Error('--backlog must be a number from 1 on');
	const account = await drainBacklog(groups, BACKLOG_MAX_ITEMS);
	report(account.missed + account.doubled + account.outOfOrder, { backlog: account }, json);
}

function report(faults: number, result: object, json: boolean): void {
	console.log(faults === 0 ? 'Nothing missed, nothing doubled, all in order' : 'Not as promised');
	if (json) console.log(JSON.stringify(result));
	process.exitCode = faults === 0 ? 0 : 1;
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) return console.log(USAGE);
	const [seeds, groups] = [Number(values.seeds), Number(values.groups)];
	if (!(seeds >= 1 && groups >= 1)) throw new Error('--seeds and --groups must be numbers from 1 on');
	if (values.backlog !== undefined) return await backlog(Number(values.backlog), values.json);
	const accounts: Record<'threatConnect' | 'attackForge' | 'naive', Account[]> = {
		threatConnect: [],
		attackForge: [],
		naive: [],
	};
	for (let seed = 1; seed <= seeds; seed++) {
		const options: HistoryOptions = {
			event: 'createdOrUpdated',
			maxItems: MAX_ITEMS[seed % MAX_ITEMS.length] ?? 1000,
			overlap: OVERLAP_MINUTES,
			ignoresSeconds: seed % 2 === 0,
			faults: { seed, share: SHARE, kinds: KINDS },
		};
		const played = {
			threatConnect: await play(history(randomOf(seed), groups), options),
			attackForge: await playAttackForge({
				random: randomOf(seed),
				groups,
				faults: { seed, share: SHARE, kinds: KINDS },
				maxItems: options.maxItems,
			}),
			naive: await play(history(randomOf(seed), groups), { ...options, poller: naive }),
		};
		for (const name of ['threatConnect', 'attackForge', 'naive'] as const) {
			accounts[name].push(played[name]);
			console.error(`seed ${seed}, ${name}: ${JSON.stringify(played[name])}`);
		}
	}
	const result = Object.fromEntries(Object.entries(accounts).map(([name, list]) => [name, summary(list)]));
	const ours = [...accounts.threatConnect, ...accounts.attackForge];
	const faults = sum(ours, 'missed') + sum(ours, 'doubled') + sum(ours, 'outOfOrder');
	report(faults, result, values.json);
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 2;
});
