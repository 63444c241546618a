import type { IDataObject } from 'n8n-workflow';

import { poll } from '../engine/harness';
import { startAttackForge } from '../simulators/attackforge';
import type { FaultOptions } from '../simulators/shared/faults';
import type { Account } from './threatConnect';

/** Plays a history of groups in AttackForge with polls of the trigger in between, and counts what came out. */
export async function playAttackForge({
	random,
	groups,
	faults,
	maxItems,
}: {
	random: () => number;
	groups: number;
	faults?: FaultOptions;
	maxItems: number;
}): Promise<Account> {
	const server = await startAttackForge({ faults });
	const credentials = { attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } };
	const account: Account = {
		...{ events: 0, missed: 0, doubled: 0, outOfOrder: 0 },
		...{ polls: 0, requests: 0, stateBytes: 0, slowestPoll: 0 },
	};
	let staticData: IDataObject = {};
	const world = new Map<string, string>();
	const known = new Map<string, string>();
	const ids = new Set<unknown>();

	const put = (id: string | undefined, name: string): void => {
		world.set(server.seedGroup({ ...(id !== undefined && { id }), name }).id, name);
	};
	const onePoll = async (): Promise<number> => {
		account.polls += 1;
		const before = JSON.stringify(staticData);
		const startedAt = Date.now();
		const items = await poll({
			type: 'attackForgeGroupTrigger',
			parameters: { events: ['created', 'changed', 'removed'], start: 'existing', options: { maxItems } },
			credentials,
			staticData,
		}).catch(() => undefined);
		account.slowestPoll = Math.max(account.slowestPoll, Date.now() - startedAt);
		const after = JSON.stringify(staticData);
		account.stateBytes = Math.max(account.stateBytes, after.length);
		if (items === undefined && after !== before) throw new Error('A poll that failed has moved the state');
		// n8n restarts now and then. It has saved the state together with the events that it handed over.
		if (random() < 0.2)
			staticData = JSON.parse(items === null && before !== '{}' ? before : after) as IDataObject;
		for (const { event, eventId, id, name } of items ?? []) {
			account.events += 1;
			const isNews = event === 'removed' ? known.has(String(id)) : known.get(String(id)) !== name;
			if (!isNews || ids.has(eventId)) account.doubled += 1;
			ids.add(eventId);
			if (event === 'removed') known.delete(String(id));
			else known.set(String(id), String(name));
		}
		return items?.length ?? (items === null ? 0 : -1);
	};

	try {
		for (let made = 0; made < groups;) {
			const burst = random() < 0.2 ? Math.ceil(groups / 20) : Math.ceil(random() * 20);
			for (let index = 0; index < burst && made < groups; index++, made++) put(undefined, `Group ${made}`);
			const all = [...world.keys()];
			for (let edits = Math.floor(random() * 20); edits > 0; edits--) {
				const id = all[Math.floor(random() * all.length)] ?? '';
				if (random() < 0.9) put(id, `Renamed ${Math.floor(random() * 1e9)}`);
				else {
					server.seedGroup({ id, is_deleted: true });
					world.delete(id);
				}
			}
			await onePoll();
		}
		for (let quiet = 0; quiet < 3;) {
			const came = await onePoll();
			quiet = came === 0 ? quiet + 1 : 0;
		}
		for (const [id, name] of world) if (known.get(id) !== name) account.missed += 1;
		for (const id of known.keys()) if (!world.has(id)) account.missed += 1;
		account.requests = server.requests.length;
		return account;
	} finally {
		await server.stop();
	}
}
