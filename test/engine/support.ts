import type { INodeParameters } from 'n8n-workflow';

import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { type LossRule, startLossyProxy } from '../support/lossyProxy';
import { type Credentials, run, type RunOptions, type RunResult } from './harness';

type Parameters = RunOptions['parameters'];

/** Custom fields as the form of AttackForge Group holds them. */
export const customFields = (...entry: INodeParameters[]): INodeParameters => ({ entry });

/** The filter by custom fields as the form of AttackForge Group holds it. */
export const conditions = (...entry: INodeParameters[]): INodeParameters => ({ list: { data: { entry } } });

/** Access as the form of AttackForge Group holds it. */
export const access = (lists: Record<string, INodeParameters[]>): INodeParameters => ({
	list: Object.fromEntries(Object.entries(lists).map(([name, entry]) => [name, { entry }])),
});

/** What AttackForge requires of a new group besides its name. */
export const CONTACTS = {
	group_owner: 'John Citizen',
	primary_contact_name: 'Paul Citizen',
	primary_contact_number: '1',
	primary_contact_email: 'p@example.com',
};

/** Access of a group's administrator, without the user or group. */
export const ADMIN = {
	add_user_method: 'list',
	allow_user_invite: false,
	project_limit: 'view',
	project_request_limit: 'none',
};

export type RunNode = (
	operation: string,
	parameters: Parameters,
	more?: Partial<RunOptions>,
) => Promise<RunResult>;

/** Runs the ThreatConnect node against a simulator, with its API token. */
export const threatConnectNode = (server: ThreatConnectSimulator): RunNode => {
	const credentials = { threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken } };
	return async (operation, parameters, more = {}) =>
		await run({
			type: 'threatConnectGroup',
			parameters: { resource: 'group', operation, ...parameters },
			credentials,
			...more,
		});
};

/** Runs the AttackForge node against a simulator. */
export const attackForgeNode = (server: AttackForgeSimulator): RunNode => {
	const credentials = { attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } };
	return async (operation, parameters, more = {}) =>
		await run({
			type: 'attackForgeGroup',
			parameters: { resource: 'group', operation, ...parameters },
			credentials,
			...more,
		});
};

type Simulator = AttackForgeSimulator | ThreatConnectSimulator;

/** Makes a function that runs a test against a simulator with options of its own, and stops the simulator afterwards. */
const withSimulator =
	<Options, Server extends Simulator>(
		start: (options: Options) => Promise<Server>,
		nodeOf: (server: Server) => RunNode,
	) =>
	async (options: Options, check: (server: Server, node: RunNode) => Promise<void>): Promise<void> => {
		const server = await start(options);
		try {
			await check(server, nodeOf(server));
		} finally {
			await server.stop();
		}
	};

export const withThreatConnect = withSimulator(startThreatConnect, threatConnectNode);
export const withAttackForge = withSimulator(startAttackForge, attackForgeNode);

type Given = Partial<RunOptions> & Pick<RunOptions, 'parameters'>;

/** Makes a function that runs Create, or the given parameters, through a proxy that loses responses. */
const runWithLosses =
	<Server extends Simulator>(
		type: string,
		credentials: (baseUrl: string, server: Server) => Credentials,
		defaults: INodeParameters = {},
	) =>
	/** @returns also the POST requests that reached the simulator */
	async (server: Server, lose: LossRule, { parameters, ...more }: Given) => {
		const proxy = await startLossyProxy(server.url, lose);
		const from = server.requests.length;
		try {
			const result = await run({
				type,
				credentials: credentials(proxy.url, server),
				onError: 'continueErrorOutput',
				parameters: { resource: 'group', operation: 'create', ...defaults, ...parameters },
				...more,
			});
			const posts = server.requests.slice(from).filter(({ method }) => method === 'POST');
			return { ...result, posts };
		} finally {
			await proxy.close();
		}
	};

export const runThreatConnectWithLosses = runWithLosses<ThreatConnectSimulator>(
	'threatConnectGroup',
	(baseUrl, { credentials: { apiToken } }) => ({ threatConnectApi: { baseUrl, apiToken } }),
);

export const runAttackForgeWithLosses = runWithLosses<AttackForgeSimulator>(
	'attackForgeGroup',
	(baseUrl, { credentials: { apiKey } }) => ({ attackForgeApi: { baseUrl, apiKey } }),
	{ dataMode: 'autoMap' },
);
