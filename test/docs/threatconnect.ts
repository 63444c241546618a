import type { GroupSeed, ThreatConnectOptions, ThreatConnectSimulator } from '../simulators/threatconnect';
import type { Examples } from './examples';

/** What the examples of ThreatConnect Group share. */

export type ThreatConnectExamples = Examples<ThreatConnectSimulator, ThreatConnectOptions>;

export const PHISHING = {
	id: '1125899906842650',
	type: 'Incident',
	name: 'Phishing mail opened',
	xid: 'siem:4711',
	fields: { status: 'New', eventDate: '2026-03-01T08:15:00Z' },
	tags: ['Targeted Attack'],
	dateAdded: '2026-03-01T08:20:00Z',
} satisfies GroupSeed;

export const seedPhishing = (server: ThreatConnectSimulator) => server.seedGroup(PHISHING);
