import type { AttackForgeSimulator, StoredGroup as Customer } from '../simulators/attackforge';
import type { StoredGroup as Group, ThreatConnectSimulator } from '../simulators/threatconnect';

/**
 * The expected content of the simulators after n8n has run `examples/findings-to-groups.json`. It is written by hand
 * wherever the workflow or the node decides something (types, statuses, dates, tags, links). The rest is the finding's
 * own text.
 */

export type Finding = {
	id: string;
	title: string;
	tool: string;
	asset: string;
	summary: string;
	detected: unknown;
};

/** The checked fields of a record, with lists in any order. */
type Facts = Record<string, string | string[]>;

const SHELL = 'Command and Scripting Interpreter';

type Outcome = {
	type: string;
	status: string;
	eventDate: string;
	tags: string[];
	label: string;
	indicators: string[];
};

const outcome = (
	eventDate: string,
	tags: string[],
	label: string,
	indicators: string[] = [],
	more: Partial<Outcome> = {},
): Outcome => ({ type: 'Incident', status: 'New', eventDate, tags, label, indicators, ...more });

const contained = { status: 'Containment Achieved' };

/** Outcomes by the finding's ID. PT-2026-014-02 has a date with two possible meanings, so it must not be here. */
const OUTCOMES: Record<string, Outcome> = {
	'VULN-48211': outcome(
		'2026-11-18T09:42:17Z',
		['Harbor Bank', 'Critical', SHELL, 'Contained'],
		'TLP:AMBER',
		['Host jndi-callback.example'],
		contained,
	),
	'EDR-90317': outcome(
		'2026-11-18T13:05:00Z',
		['Harbor Bank', 'High', SHELL, 'Contained'],
		'TLP:AMBER',
		['File 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
		contained,
	),
	'EDR-90322': outcome('2026-11-18T15:20:05Z', ['Meridian Clinics', 'Critical', SHELL], 'TLP:RED', [
		'File 098f6bcd4621d373cade4e832627b4f6 : a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
		'Address 203.0.113.7',
	]),
	'MAIL-7741': outcome('2026-11-19T21:05:09Z', ['Meridian Clinics', 'High', 'Phishing'], 'TLP:GREEN', [
		'EmailAddress billing@invoice-portal.example',
		'URL https://invoice-portal.example/login',
	]),
	'VULN-48230': outcome('2026-11-19T08:15:00Z', ['False Positive'], 'TLP:GREEN', [], {
		type: 'Event',
		status: 'False Positive',
	}),
	'PT-2026-014-01': outcome(
		'2026-11-19T00:00:00Z',
		['Alder Logistics', 'Critical', 'Brute Force'],
		'TLP:AMBER',
		['Address 198.51.100.24'],
	),
	'PT-2026-014-03': outcome('2026-11-19T00:00:00Z', ['Alder Logistics', 'Medium', SHELL], 'TLP:AMBER'),
	'EDR-90340': outcome('2026-11-20T22:30:00Z', ['Harbor Bank', 'High', 'Brute Force'], 'TLP:AMBER', [
		'CIDR 192.0.2.0/24',
	]),
	'VULN-48244': outcome('2026-11-20T22:48:09Z', ['Meridian Clinics', 'Medium', SHELL], 'TLP:GREEN'),
	'EDR-90355': outcome(
		'2026-11-21T00:00:00Z',
		['Harbor Bank', 'Critical', SHELL, 'Contained'],
		'TLP:RED',
		['Host badguy.com'],
		contained,
	),
};

export const FAILED_FINDING = { item: 6, id: 'PT-2026-014-02', words: ['eventDate', '03/04/2026'] };

/**
 * How many groups are updated: in ThreatConnect three contained ones and the false positive, and in AttackForge every
 * customer.
 */
export const UPDATES = { threatConnect: 4, attackForge: 3 };

const xidOf = (findingId: string) => `finding:${findingId}`;

// --- ThreatConnect -----------------------------------------------------------------------------------------

function expectedIncident(finding: Finding, { label, ...rest }: Outcome): Facts {
	return {
		...rest,
		name: finding.title,
		xid: xidOf(finding.id),
		'security labels': [label],
		attributes: [
			`Description: ${finding.summary}`,
			`Source: ${finding.tool}`,
			`Additional Analysis and Context: Affected asset: ${finding.asset}`,
			`Ticket Number: ${finding.id}`,
			...(rest.tags.includes('Contained')
				? [`Additional Analysis and Context: Isolated: ${finding.asset}`]
				: []),
		],
	};
}

const signatureName = 'YARA: Ransom note dropped on a file server';

function expectedDocuments(incidents: string[]): Facts[] {
	return [
		{
			type: 'Signature',
			name: signatureName,
			fileName: 'ransom_note.yar',
			fileType: 'YARA',
			fileText: [
				'rule RansomNote',
				'{',
				'  strings:',
				'    $a = "README_RESTORE.txt" ascii wide',
				'  condition:',
				'    $a',
				'}',
			].join('\n'),
			tags: ['Ransomware'],
			'security labels': ['TLP:RED'],
			'linked groups': ['Ransom note dropped on a file server', 'Findings of week 47, 2026'],
		},
		{
			type: 'Report',
			name: 'Findings of week 47, 2026',
			publishDate: '2026-11-21T17:00:00Z',
			tags: ['Weekly Report'],
			'security labels': ['TLP:RED'],
			attributes: ['Description: 10 findings were recorded, with one signature.'],
			'linked groups': [...incidents, signatureName],
		},
	];
}

const namesOf = (rows: Array<Record<string, unknown>>) => rows.map(({ name }) => String(name));

function groupFacts(group: Group): Facts {
	const fields = Object.entries(group.fields).map(([name, value]): [string, string] => [name, String(value)]);
	return {
		...Object.fromEntries(fields),
		type: group.type,
		name: group.name,
		xid: group.xid ?? '',
		tags: namesOf(group.tags),
		attributes: group.attributes.map(({ type, value }) => `${type}: ${value}`),
		'security labels': namesOf(group.securityLabels),
		indicators: group.associatedIndicators.map(({ type, summary }) => `${type} ${summary}`),
		'linked groups': namesOf(group.associatedGroups),
	};
}

/** @returns what is wrong, in plain words; nothing if all is correct */
export function checkThreatConnect(simulator: ThreatConnectSimulator, findings: Finding[]): string[] {
	const sent = findings.filter(({ id }) => OUTCOMES[id]);
	const expected = [
		...sent.map((finding) => expectedIncident(finding, OUTCOMES[finding.id] as Outcome)),
		...expectedDocuments(sent.map(({ title }) => title)),
	];
	return [
		...(sent.length === Object.keys(OUTCOMES).length
			? []
			: ['The example no longer holds the known findings.']),
		...compare('ThreatConnect', expected, simulator.groups().map(groupFacts)),
		...checkCount('ThreatConnect', 'updates', updatedGroups(simulator).length, UPDATES.threatConnect),
	];
}

/** IDs of the groups that were updated, by ID or by XID. */
export function updatedGroups({ requests, groups }: ThreatConnectSimulator): string[] {
	const named = successful(requests, /^\/api\/v3\/groups\/([^/?]+)/);
	return named.map((name) => groups().find(({ id, xid }) => id === name || xid === name)?.id ?? name);
}

// --- AttackForge -------------------------------------------------------------------------------------------

function expectedCustomer(
	[name, owner, contact, code]: [string, string, string, string],
	regions: string[],
	sso: string,
	findings: number,
): Facts {
	return {
		name,
		owner,
		contact,
		'custom fields': [
			`client_code = "${code}"`,
			`regions = ${JSON.stringify(regions)}`,
			`findings = "${findings}"`,
		],
		access: [
			`${sso}: projects upload, project requests view`,
			'SOC-ANALYSTS: projects edit, project requests view',
		],
		settings: ['auto_add_project_request', 'enable_project_team_notifications'],
	};
}

const CUSTOMERS: Facts[] = [
	expectedCustomer(
		['Harbor Bank', 'Ines Okafor', 'Tom Reyes, +1 555 0100, tom.reyes@harborbank.example', '0071'],
		['EMEA', 'APAC'],
		'HB-SECURITY',
		4,
	),
	expectedCustomer(
		[
			'Meridian Clinics',
			'Ines Okafor',
			'Dr. Lena Voss, +1 555 0101, lena.voss@meridian-clinics.example',
			'0072',
		],
		['EMEA'],
		'MC-IT',
		3,
	),
	expectedCustomer(
		['Alder Logistics', 'Sam Whitfield', 'Priya Nair, +1 555 0102, priya.nair@alder.example', '0073'],
		['AMER'],
		'ALDER-OPS',
		4,
	),
];

export function customerFacts(group: Customer): Facts {
	const settings = ['auto_add_project_request', 'enable_project_team_notifications'] as const;
	return {
		name: group.name,
		owner: group.group_owner,
		contact: [group.primary_contact_name, group.primary_contact_number, group.primary_contact_email].join(
			', ',
		),
		'custom fields': group.custom_fields.map(({ key, value }) => `${key} = ${JSON.stringify(value)}`),
		access: group.access.sso_1.map(
			({ group_name: sso, project_access_level: projects, project_request_access_level: requests }) =>
				`${sso}: projects ${projects}, project requests ${requests}`,
		),
		settings: settings.filter((name) => group[name]),
	};
}

/** @returns what is wrong, in plain words; nothing if all is correct */
export function checkAttackForge(simulator: AttackForgeSimulator): string[] {
	return [
		...compare('AttackForge', CUSTOMERS, simulator.groups().map(customerFacts)),
		...checkCount('AttackForge', 'updates', updatedCustomers(simulator).length, UPDATES.attackForge),
	];
}

export const updatedCustomers = ({ requests }: AttackForgeSimulator) =>
	successful(requests, /^\/api\/ss\/group\/([^/?]+)/);

// --- both --------------------------------------------------------------------------------------------------

type Requests = ThreatConnectSimulator['requests'];

/** The records that successful updates named, each of them once. */
function successful(requests: Requests, path: RegExp): string[] {
	const names = requests
		.filter(({ method, status }) => method === 'PUT' && status === 200)
		.map(({ target }) => path.exec(target)?.[1] ?? target);
	return [...new Set(names.map(decodeURIComponent))];
}

function compare(service: string, expected: Facts[], actual: Facts[]): string[] {
	const wrong = expected.flatMap((facts) => {
		const found = actual.find(({ name }) => name === facts.name);
		return found
			? differences(`${service}, "${facts.name}"`, facts, found)
			: [`${service}: "${facts.name}" is missing`];
	});
	return [...wrong, ...checkCount(service, 'groups', actual.length, expected.length)];
}

function differences(where: string, expected: Facts, actual: Facts): string[] {
	return Object.entries(expected)
		.filter(([name, value]) => inAnyOrder(value) !== inAnyOrder(actual[name]))
		.map(([name, value]) => `${where}: ${name} should be ${show(value)}, but is ${show(actual[name])}`);
}

const show = (value: unknown) => JSON.stringify(value) ?? 'absent';

const inAnyOrder = (value: string | string[] | undefined) =>
	JSON.stringify(Array.isArray(value) ? [...value].sort() : value);

const checkCount = (service: string, what: string, actual: number, expected: number) =>
	actual === expected ? [] : [`${service}: there should be ${expected} ${what}, but there are ${actual}`];
