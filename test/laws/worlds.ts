import type { INodeParameters, IDataObject, IBinaryKeyData } from 'n8n-workflow';

import { callAsTool } from '../engine/callers';
import { type Credentials, run, type RunOptions, type RunResult } from '../engine/harness';
import { type LossRule, startLossyProxy } from '../support/lossyProxy';
import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import type { RunningServer } from '../simulators/shared/server';
import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { isWrite } from './faults';
import { AF, OWN, TC } from './values';

/** A service with records. Each run begins with the same records. */

export type Service = 'threatConnect' | 'attackForge';

/** Records by kind and ID, as JSON, without the times of writes. */
export type Records = ReadonlyMap<string, string>;

export type Case = {
	parameters: INodeParameters;
	items: IDataObject[];
	binary?: IBinaryKeyData[];
};

type More = Partial<RunOptions> & {
	lose?: LossRule;
	meanwhile?: (server: never) => void;
	/** Whether an agent calls the node as a tool, once for each item. All items are alike. */
	asTool?: boolean;
};

const WRITTEN_AT = [
	'dateAdded',
	'lastModified',
	'created',
	'last_modified',
	'last_updated',
	'lastUsed',
	'documentDateAdded',
];
const asJson = (record: unknown) =>
	JSON.stringify(record, (key, value: unknown) => {
		if (WRITTEN_AT.includes(key)) return undefined;
		// An attribute or a tag may have the ID of a group.
		if (['attributes', 'tags'].includes(key) && Array.isArray(value))
			return (value as Array<{ id: string }>).map((row) => ({ ...row, id: `${key} ${row.id}` }));
		return typeof value === 'bigint' ? `${value}n` : value;
	});

function recordsOf(kinds: Record<string, ReadonlyArray<{ id: string }>>): Records {
	const all = Object.entries(kinds).flatMap(([kind, rows]) =>
		rows.map((row): [string, string] => [`${kind} ${row.id}`, asJson(row)]),
	);
	return new Map(all);
}

async function callsOfTool(tool: Parameters<typeof callAsTool>[0], calls: number): Promise<RunResult> {
	const result: RunResult = { items: [], errors: [], hints: [], status: 'success', decrypted: 0 };
	await callAsTool(tool, async (agents) => {
		for (let call = 0; call < calls; call++) {
			try {
				const answer = JSON.parse(await agents.invoke(tool.item?.json ?? {})) as IDataObject[];
				result.items.push(...answer.map((json) => ({ json })));
			} catch (error) {
				result.error = error as RunResult['error'];
			}
		}
	});
	return result;
}

/** One simulator and a proxy that can lose responses, for many runs one after the other. */
export class World<Server extends RunningServer = RunningServer> {
	private lose: LossRule | undefined;
	private seen = new Map<string, number>();
	private meanwhile: (() => void) | undefined;

	private constructor(
		readonly service: Service,
		private readonly server: Server,
		private readonly relay: { url: string; close(): Promise<void> },
		private readonly does: {
			credentials(baseUrl: string): Credentials;
			reset(): Promise<void>;
			records(): Records;
		},
	) {}

	/** @param options of the simulator: the positions of its switches */
	static async start(
		service: Service,
		options: ThreatConnectOptions & AttackForgeOptions = {},
	): Promise<World> {
		let world: World | undefined;
		const relayTo = async (server: RunningServer) =>
			await startLossyProxy(server.url, (method, path, _earlier, length) =>
				world?.onRequest(method, path, length),
			);
		if (service === 'threatConnect') {
			const server = await startThreatConnect({ firstId: '1125899906843000', ...options });
			world = new World(service, server, await relayTo(server), {
				credentials: (baseUrl) => ({ threatConnectApi: { baseUrl, apiToken: server.credentials.apiToken } }),
				reset: async () => await seedThreatConnect(server),
				records: () =>
					recordsOf({
						group: server.groups(),
						post: server.posts(),
						indicator: server.indicators(),
						case: server.cases(),
						artifact: server.artifacts(),
						'victim asset': server.victimAssets(),
						file: server.groups().flatMap(({ id }) => {
							const file = server.file(id);
							return file ? [{ id, size: file.size, sha256: file.sha256 }] : [];
						}),
					}),
			});
		} else {
			const server = await startAttackForge(options);
			world = new World(service, server, await relayTo(server), {
				credentials: (baseUrl) => ({ attackForgeApi: { baseUrl, apiKey: server.credentials.apiKey } }),
				reset: async () => seedAttackForge(server),
				records: () =>
					recordsOf({ group: server.groups(), project: server.projects(), user: [...server.users] }),
			});
		}
		return world;
	}

	/** Those with which the service lets one in. */
	get credentials(): Credentials {
		return this.does.credentials(this.relay.url);
	}

	async reset(): Promise<void> {
		await this.does.reset();
	}

	records(): Records {
		return this.does.records();
	}

	writes(): number {
		return this.server.requests.filter(({ method }) => isWrite(method)).length;
	}

	/** @param more `meanwhile` is what another client does right before the first write arrives */
	async run(
		{ parameters, items, binary }: Case,
		{ lose, meanwhile, asTool, ...more }: More = {},
	): Promise<RunResult> {
		this.lose = lose;
		this.seen = new Map();
		this.meanwhile = meanwhile && (() => meanwhile(this.server as never));
		const here = JSON.parse(JSON.stringify(parameters).replaceAll(OWN, this.relay.url)) as INodeParameters;
		try {
			const { credentials } = this;
			if (asTool) {
				const [first = {}] = items;
				const item = { json: this.withOwnUrl(first), binary: binary?.[0] };
				const { retryOnFail, maxTries } = more;
				return await callsOfTool(
					{ type: `${this.service}Group`, parameters: here, credentials, item, retryOnFail, maxTries },
					items.length,
				);
			}
			return await run({
				type: `${this.service}Group`,
				parameters: here,
				items: items.map((item) => this.withOwnUrl(item)),
				...(binary && { binary }),
				credentials,
				onError: 'continueErrorOutput',
				timezone: 'UTC',
				...more,
			});
		} finally {
			this.lose = undefined;
		}
	}

	async stop(): Promise<void> {
		await this.relay.close();
		await this.server.stop();
	}

	private onRequest(method: string, path: string, length: number) {
		const earlier = this.seen.get(method) ?? 0;
		this.seen.set(method, earlier + 1);
		if (isWrite(method)) {
			this.meanwhile?.();
			this.meanwhile = undefined;
		}
		return this.lose?.(method, path, earlier, length);
	}

	private withOwnUrl(item: IDataObject): IDataObject {
		const at = item.at as IDataObject | undefined;
		if (typeof at?.ref !== 'string') return item;
		return { ...item, at: { ...at, ref: at.ref.replace(OWN, this.relay.url) } };
	}
}

const FILE = Buffer.from('%PDF-1.4\n%%EOF\n');
const THEN = { dateAdded: '2026-01-05T10:00:00Z' };

async function seedThreatConnect(server: ThreatConnectSimulator): Promise<void> {
	await server.reset();
	const incident = { type: 'Incident' as const, ...THEN };
	const full = {
		fields: { status: 'New', eventDate: '2026-01-04T00:00:00Z' },
		tags: ['Targeted Attack'],
		attributes: [
			{ type: 'Description', value: 'stored', default: true },
			{ type: 'Ticket Number', value: '42' },
		],
		securityLabels: ['TLP:AMBER'],
		associatedIndicators: ['102'],
	};
	for (const id of TC.lookalikes) server.seedGroup({ ...incident, id, name: `Bystander ${id}` });
	server.seedGroup({
		...incident,
		...full,
		id: TC.acme,
		name: 'ACME',
		xid: 'INC-1',
		associatedGroups: ['8'],
	});
	server.seedGroup({ ...incident, ...full, id: TC.cafe, name: 'Café', xid: 'INC-2' });
	server.seedGroup({ ...incident, id: TC.otherCase, name: 'acme', xid: 'inc-1' });
	server.seedGroup({
		...incident,
		id: TC.otherOwner,
		name: 'ACME',
		xid: 'INC-1',
		ownerName: 'Demo Community',
	});
	server.seedGroup({
		type: 'Report',
		...THEN,
		id: TC.report,
		name: 'Report',
		xid: 'RPT-1',
		fields: { fileName: 'a.pdf', status: 'Awaiting Upload' },
	});
	await server.seedFile(TC.report, FILE, 'a.pdf');
	server.seedPost({ id: TC.post, objectId: TC.acme, text: 'stored', replies: ['answered'] });
	server.seedPost({ id: TC.otherPost, objectId: TC.cafe, text: 'stored' });
}

function seedAttackForge(server: AttackForgeSimulator): void {
	server.reset();
	const now = '2026-01-05T10:00:00.000Z';
	const old = { created: now, last_modified: now };
	const john = {
		name: 'John Citizen',
		userId: AF.john,
		accessLevel: 'View' as const,
		created: now,
		last_updated: now,
	};
	const sso = { project_access_level: 'view' as const, project_request_access_level: 'none' as const };
	const seed = (id: string, name: string, code: unknown, more: object = {}) =>
		server.seedGroup({
			id,
			name,
			...old,
			custom_fields: [
				{ key: 'client_code', value: code },
				{ key: 'region', value: 'EMEA' },
				{ key: 'contract_end', value: '2027-01-01' },
			],
			members: [john],
			...more,
		});
	seed(AF.acme, 'ACME', 'C1', {
		access: {
			sso_1: [{ group_name: 'AD-1', ...sso }],
			sso_2: [{ group_name: 'AD-2', ...sso }],
			member_admins: [],
		},
	});
	seed(AF.cafe, 'Café', 'C2');
	seed(AF.otherCase, 'acme', 'C3');
	seed(AF.numbered, 'Numbered', '42');
	seed(AF.listed, 'Listed', ['L1']);
	server.seedProject({ id: AF.project, groups: [AF.acme], ...old });
	server.seedProject({ id: AF.otherProject, groups: [AF.cafe, AF.otherCase], ...old });
	server.seedVulnerabilities(AF.acme, 3);
	server.seedAssets(AF.acme, 2);
}
