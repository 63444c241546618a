import { startThreatConnect } from '../simulators/threatconnect';

/**
 * ThreatConnect with a backlog, in a process of its own, so that the memory of the other one is the trigger's. Its argument
 * is how many groups there are: nine in ten are spread over thirty days, and one in ten is of a single minute.
 */

export type BacklogService = { url: string; apiToken: string };

const BEGIN = Date.parse('2026-10-01T00:00:00Z');
const DAYS_MS = 30 * 86_400_000;

async function main(): Promise<void> {
	const count = Number(process.argv[2]);
	const server = await startThreatConnect({ clock: () => BEGIN + DAYS_MS + 3_600_000 });
	const iso = (time: number) => new Date(time - (time % 1000)).toISOString().replace('.000Z', 'Z');
	server.seedGroups(count, (index) => {
		const time = BEGIN + (index % 10 === 0 ? DAYS_MS / 2 + (index % 60) * 1000 : (index / count) * DAYS_MS);
		return { type: 'Incident', name: `Group ${index}`, dateAdded: iso(time), lastModified: iso(time) };
	});
	const { apiToken } = server.credentials;
	process.send?.({ url: server.url, apiToken } satisfies BacklogService);
	process.once('disconnect', () => void server.stop().then(() => process.exit(0)));
}

void main();
