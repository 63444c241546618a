import { randomBytes } from 'node:crypto';

export type CustomField = { key: string; value: unknown };

export type StoredProject = {
	/** 24 hexadecimal characters. */
	id: string;
	name: string;
	code: string;
	organization_code: string;
	vulnerability_code: string;
	/** The ids of the groups the project is linked to. */
	groups: string[];
	status: string;
	on_hold: 'Yes' | 'No';
	on_hold_reason: string;
	start_date: string;
	end_date: string;
	scope: string[];
	scoring_system: 'Manual' | 'CVSSv3.1';
	/**
	 * The ids of the users invited to the project; default: the user of the key. Besides them, the members of
	 * its groups are on the project.
	 */
	team: string[];
	created: string;
	last_modified: string;
	custom_fields: CustomField[];
	reporting_custom_fields: CustomField[];
	summary_custom_fields: CustomField[];
};

export const PRIORITIES = ['Critical', 'High', 'Medium', 'Low', 'Info'] as const;

export type StoredVulnerability = {
	/** 24 hexadecimal characters. */
	id: string;
	title: string;
	priority: (typeof PRIORITIES)[number];
	status: 'Open' | 'Closed';
	/** Pending vulnerabilities are listed with `pendingVulnerabilities=true`, and only then. */
	pending: boolean;
	created: string;
	modified: string;
	/** The name of the affected asset. */
	asset: string;
	custom_fields: CustomField[];
	writeup_custom_fields: CustomField[];
	asset_custom_fields: CustomField[];
};

export type StoredAsset = {
	/** 24 hexadecimal characters. */
	id: string;
	/** The name. */
	asset: string;
	created: string;
	last_updated: string;
};

export const newId = (): string => randomBytes(12).toString('hex');

/** The date of the n-th seeded vulnerability or asset: one an hour, from the start of 2025. */
const hour = (n: number): string => new Date(Date.UTC(2025, 0, 1, n)).toISOString();

export function newProject(input: Partial<StoredProject>, team: string[]): StoredProject {
	const now = new Date().toISOString();
	return {
		id: newId(),
		name: 'A project',
		code: 'PROJECT-1',
		organization_code: 'ACME',
		vulnerability_code: 'VULN',
		groups: [],
		status: 'Testing',
		on_hold: 'No',
		on_hold_reason: '',
		start_date: '2025-01-01T00:00:00.000Z',
		end_date: '2025-12-31T00:00:00.000Z',
		scope: [],
		scoring_system: 'CVSSv3.1',
		team,
		created: now,
		last_modified: now,
		custom_fields: [],
		reporting_custom_fields: [],
		summary_custom_fields: [],
		...structuredClone(input),
	};
}

/** The n-th vulnerability of a project, from 0: the priorities take turns, Critical first. */
export function newVulnerability(n: number, input: Partial<StoredVulnerability>): StoredVulnerability {
	return {
		id: newId(),
		title: `Vulnerability ${n + 1}`,
		priority: PRIORITIES[n % PRIORITIES.length] ?? 'Info',
		status: 'Open',
		pending: false,
		created: hour(n),
		modified: hour(n),
		asset: 'www.example.com',
		custom_fields: [],
		writeup_custom_fields: [],
		asset_custom_fields: [],
		...structuredClone(input),
	};
}

/** The n-th asset of a project, from 0. */
export function newAsset(n: number): StoredAsset {
	return { id: newId(), asset: `host-${n + 1}.example.com`, created: hour(n), last_updated: hour(n) };
}
