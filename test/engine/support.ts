import type { INodeParameters } from 'n8n-workflow';

import { startAttackForge } from '../simulators/attackforge';
import { startThreatConnect } from '../simulators/threatconnect';
import { run, type RunOptions, type RunResult } from './harness';

type Parameters = RunOptions['parameters'];

/** Custom fields as the form of AttackForge Group holds them. */
export const customFields = (...entry: INodeParameters[]): INodeParameters => ({ list: { data: { entry } } });

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

/** Access of an administrator of a group, but for who it is. */
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
export const threatConnectNode = (server: Awaited<ReturnType<typeof startThreatConnect>>): RunNode => {
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
export const attackForgeNode = (server: Awaited<ReturnType<typeof startAttackForge>>): RunNode => {
	const credentials = { attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } };
	return async (operation, parameters, more = {}) =>
		await run({
			type: 'attackForgeGroup',
			parameters: { resource: 'group', operation, ...parameters },
			credentials,
			...more,
		});
};
