import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Credentials } from '../engine/harness';
import { startAttackForge } from '../simulators/attackforge';
import type { FaultOptions } from '../simulators/shared/faults';
import type { RunningServer } from '../simulators/shared/server';
import { startThreatConnect, type StoredGroup } from '../simulators/threatconnect';
import type { Sent, Stored } from './account';

/** The two services under test: what is sent to each, and how its records are read. */

export type Operation = 'create' | 'update' | 'upsert';

export type ServerSettings = { faults?: FaultOptions; tls?: boolean; port?: number };

/** A simulator that causes faults, and how to reach it. */
export type Stage = {
	server: RunningServer;
	node: string;
	credentials: Credentials;
	parameters: Record<Operation, INodeParameters>;
	/** Item n of an operation with its expected record. The record that it changes is put into the service first. */
	item(operation: Operation, n: number): Sent & { json: IDataObject };
	/** What HTTP Request posts for the item of a create, as an expression, and its path. */
	post: { path: string; body: string };
	stored(): Stored[];
};

export type ServiceName = 'threatConnect' | 'attackForge';

const markerOf = (n: number) => `item-${n}`;
/** Whether a create-or-update finds a record. Every other one does. */
const findsOne = (operation: Operation, n: number) =>
	operation === 'update' || (operation === 'upsert' && n % 2 === 0);

const DAY = '2026-11-20';
const DATE = (n: number) => `${DAY}T0${n % 10}:30:00Z`;

const incidentFields = ({ name, fields, tags }: Pick<StoredGroup, 'name' | 'fields' | 'tags'>) => ({
	name,
	status: String(fields.status),
	eventDate: String(fields.eventDate),
	tags: tags
		.map((tag) => String(tag.name))
		.sort()
		.join(),
});

async function threatConnect(settings: ServerSettings): Promise<Stage> {
	const server = await startThreatConnect(settings);
	const shared = { type: 'Incident', dataMode: 'autoMap' };
	return {
		server,
		node: 'threatConnectGroup',
		credentials: {
			threatConnectApi: {
				baseUrl: server.url,
				apiToken: server.credentials.apiToken,
				ignoreSslIssues: settings.tls ?? false,
			},
		},
		parameters: {
			create: shared,
			update: { ...shared, groupId: '={{ $json.groupId }}' },
			upsert: { ...shared, matchBy: 'xid', groupXid: '={{ $json.key }}' },
		},
		item(operation, n) {
			const marker = markerOf(n);
			const name = `${marker} of ${operation}`;
			const after = {
				name,
				status: 'Incident Reported',
				eventDate: DATE(n),
				tags: ['Phishing', `Tag ${n % 50}`].sort().join(),
			};
			const { tags, ...fields } = after;
			const json: IDataObject = { ...fields, tags };
			if (operation === 'upsert') json.key = `key-${n}`;
			if (!findsOne(operation, n)) return { marker, after, json };
			const seeded = server.seedGroup({
				type: 'Incident',
				name,
				xid: `key-${n}`,
				fields: { status: 'New', eventDate: `${DAY}T20:00:00Z` },
			});
			if (operation === 'update') json.groupId = seeded.id;
			return { marker, before: incidentFields(seeded), after, json };
		},
		post: {
			path: '/api/v3/groups',
			body: `={{ JSON.stringify({ type: 'Incident', name: $json.name, status: $json.status, eventDate: $json.eventDate, tags: { data: $json.tags.split(',').map((name) => ({ name })) } }) }}`,
		},
		stored: () =>
			server.groups().map((group) => ({
				id: group.id,
				marker: group.name.split(' ')[0] ?? '',
				fields: incidentFields(group),
			})),
	};
}

/** The custom field with the marker of the record. An update does not change it. */
const CODE = 'client_code';

type CustomFields = Array<{ key: string; value: unknown }>;
const customerFields = (group: Record<(typeof TEXTS)[number], string> & { custom_fields: CustomFields }) => ({
	...Object.fromEntries(TEXTS.map((name) => [name, group[name]])),
	...Object.fromEntries(group.custom_fields.map(({ key, value }) => [key, String(value)])),
});

const TEXTS = [
	'name',
	'group_owner',
	'primary_contact_name',
	'primary_contact_number',
	'primary_contact_email',
] as const;

async function attackForge(settings: ServerSettings): Promise<Stage> {
	const server = await startAttackForge(settings);
	const shared = { dataMode: 'autoMap' };
	return {
		server,
		node: 'attackForgeGroup',
		credentials: {
			attackForgeApi: {
				baseUrl: server.url,
				apiKey: server.credentials.apiKey,
				ignoreSslIssues: settings.tls ?? false,
			},
		},
		parameters: {
			create: shared,
			update: { ...shared, groupId: '={{ $json.groupId }}' },
			upsert: { ...shared, matchBy: 'customField', matchKey: CODE },
		},
		item(operation, n) {
			const marker = markerOf(n);
			const texts = {
				name: `${marker} of ${operation}`,
				group_owner: `Owner ${n}`,
				primary_contact_name: 'Paul Citizen',
				primary_contact_number: '(555)555-5555',
				primary_contact_email: `contact${n}@example.com`,
			};
			const custom = { [CODE]: marker, tier: `tier ${n % 3}` };
			const json: IDataObject = { ...texts, custom_fields: custom };
			const after = { ...texts, ...custom };
			if (!findsOne(operation, n)) return { marker, after, json };
			const seeded = server.seedGroup({ name: texts.name, custom_fields: [{ key: CODE, value: marker }] });
			if (operation === 'update')
				Object.assign(json, { groupId: seeded.id, custom_fields: { tier: custom.tier } });
			return { marker, before: customerFields(seeded), after, json };
		},
		post: {
			path: '/api/ss/group',
			body: `={{ JSON.stringify({ ...$json, custom_fields: Object.entries($json.custom_fields).map(([key, value]) => ({ key, value })) }) }}`,
		},
		stored: () =>
			server.groups().map((group) => ({
				id: group.id,
				marker: String(group.custom_fields.find(({ key }) => key === CODE)?.value),
				fields: customerFields(group),
			})),
	};
}

export const SERVICES = { threatConnect, attackForge } satisfies Record<
	ServiceName,
	(settings: ServerSettings) => Promise<Stage>
>;
