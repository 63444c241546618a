import type { AttackForgeOptions, AttackForgeSimulator, MethodName } from '../simulators/attackforge';
import { METHOD_NAMES } from '../simulators/attackforge/methods';
import type { Examples } from './examples';
import { byId, fromList } from './locators';

/** What the examples of AttackForge Group share. */

export type AttackForgeExamples = Examples<AttackForgeSimulator, AttackForgeOptions>;

export const ACME = '5eab99471e18050942c7607a';
export const HARBOR = '5eab99471e18050942c7607b';
export const PROJECT = '5f63da8b4a7e3f0018d3ce1b';
export const PAUL = '66d2308ba99324532079e111';
const KEY_USER = '66d0000000000000000000a1';

export const IDS = [ACME, HARBOR, PROJECT, PAUL, KEY_USER];
const UNKNOWN = '5eab99471e18050942c76fff';

export const CONTACT = {
	group_owner: 'John Citizen',
	primary_contact_name: 'Paul Citizen',
	primary_contact_number: '(555) 555-5555',
	primary_contact_email: 'paul.citizen@example.com',
};

const DATES = { created: '2026-01-05T10:00:00.000Z', last_modified: '2026-01-05T10:00:00.000Z' };

export const seedAcme = (server: AttackForgeSimulator) =>
	server.seedGroup({
		id: ACME,
		name: 'ACME Corp.',
		...CONTACT,
		...DATES,
		custom_fields: [
			{ key: 'client_code', value: 'CLIENT001' },
			{ key: 'region', value: 'EMEA' },
		],
	});

export const seedHarbor = (server: AttackForgeSimulator) =>
	server.seedGroup({
		id: HARBOR,
		name: 'Harbor Bank',
		group_owner: 'Mary Miller',
		primary_contact_name: 'Tom Taylor',
		primary_contact_number: '(555) 555-7777',
		primary_contact_email: 'tom.taylor@example.com',
		...DATES,
		custom_fields: [{ key: 'client_code', value: 'CLIENT002' }],
	});

export const acme = fromList(ACME, 'ACME Corp.');
export const fromItem = byId('={{ $json.groupId }}');

/** A key to which one API method has not been granted. */
const without = (method: MethodName): AttackForgeOptions => ({
	grants: METHOD_NAMES.filter((name) => name !== method),
});

export const noSuchGroup = {
	what: 'There is no such group',
	parameters: { groupId: byId(UNKNOWN) },
	todo: 'Choose the group from the list, or take its ID from the node that created or found it.',
};

export const notGranted = (method: MethodName) => ({
	what: `The key may not use ${method}`,
	service: without(method),
});
