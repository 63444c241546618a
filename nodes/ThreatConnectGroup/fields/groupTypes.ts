import type { INodePropertyOptions } from 'n8n-workflow';

import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { choice } from '../../shared/fields/fieldTypes';

/** The types of groups, and all that depends only on the type. */

/** Options whose name is their value. The form starts with the first. */
export const sameOptions = (...values: string[]): INodePropertyOptions[] =>
	values.map((value) => ({ name: value, value }));

/** No endpoint lists the types. These strings are exact. */
export const GROUP_TYPES: INodePropertyOptions[] = sameOptions(
	'Adversary',
	'Attack Pattern',
	'Campaign',
	'Course of Action',
	'Document',
	'Email',
	'Event',
	'Incident',
	'Intrusion Set',
	'Malware',
	'Report',
	'Signature',
	'Tactic',
	'Task',
	'Threat',
	'Tool',
	'Vulnerability',
);

export const INCIDENT_STATUS = choice(
	sameOptions(
		'New',
		'Closed',
		'Containment Achieved',
		'Deleted',
		'Incident Reported',
		'Open',
		'Rejected',
		'Restoration Achieved',
		'Stalled',
	),
);

/** Servers before 7.12.2 know only four of these. So the server decides which ones are allowed. */
export const EVENT_STATUS = choice(
	sameOptions(
		'Needs Review',
		'Completed',
		'Escalated',
		'False Positive',
		'In Progress',
		'New',
		'No Further Action',
		'Reopened',
	),
	true,
);

/** Administrators may add types of their own. */
export const SIGNATURE_FILE_TYPE = choice(
	sameOptions(
		'YARA',
		'Bro',
		'ClamAV',
		'CybOX',
		'Iris Search Hash',
		'KQL',
		'OpenIOC',
		'Regex',
		'Sigma',
		'Snort',
		'SPL',
		'Suricata',
		'TQL Query',
	),
	true,
);

/** The types whose groups have a file. */
export const FILE_TYPES = ['Document', 'Report'];

/** @throws InvalidInput for a group of another type */
export function refuseOtherTypes(
	group: JsonObject,
	types: readonly string[],
	what: string,
	wayOut: string,
): void {
	const type = String(group.type);
	if (types.includes(type)) return;
	throw new InvalidInput(
		`"${String(group.name)}" is of the type ${type}, whose groups have no ${what}`,
		wayOut,
	);
}

/** The types of which ThreatConnect makes a PDF report. */
export const PDF_TYPES = [
	'Adversary',
	'Attack Pattern',
	'Campaign',
	'Course of Action',
	'Event',
	'Incident',
	'Intrusion Set',
	'Malware',
	'Report',
	'Tactic',
	'Threat',
	'Tool',
	'Vulnerability',
];
