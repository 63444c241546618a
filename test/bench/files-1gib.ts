import { memoryUsage } from 'node:process';
import { Readable } from 'node:stream';

import { BinaryStore, pieces } from '../engine/binary';
import { load, run } from '../engine/harness';
import { startThreatConnect } from '../simulators/threatconnect';

/**
 * 1 GiB from n8n's binary store to ThreatConnect and back, over a real socket, with the simulator in the same process:
 * `npx tsx test/bench/files-1gib.ts [MiB]`. Prints the checksums, the time and the peak growth of memory.
 */

const MIB = 1024 * 1024;

async function main(): Promise<void> {
	const size = Number(process.argv[2] ?? 1024) * MIB;
	const store = await BinaryStore.use('filesystem');
	const server = await startThreatConnect();
	const credentials = { threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken } };
	const files = async (operation: string, more: object = {}, parameters: object = {}) =>
		await run({
			type: 'threatConnectGroup',
			parameters: { resource: 'file', operation, groupId: id, ...parameters },
			credentials,
			...more,
		});
	const { id } = server.seedGroup({ type: 'Document', name: 'Large', fields: { status: 'Awaiting Upload' } });
	try {
		await load();
		const file = await store.put(Readable.from(pieces(size)), 'large.bin');
		const before = memoryUsage.rss();
		let peak = before;
		const watch = setInterval(() => (peak = Math.max(peak, memoryUsage.rss())), 20);
		const measured = async (what: string, work: () => Promise<{ error?: Error }>) => {
			const begin = Date.now();
			const result = await work();
			if (result.error) throw result.error;
			const seconds = (Date.now() - begin) / 1000;
			console.log(`${what}: ${seconds.toFixed(1)} s, ${(size / MIB / seconds).toFixed(0)} MiB/s`);
			return result;
		};
		await measured(
			'up',
			async () => await files('upload', { binary: [{ data: file }] }, { waitUntilProcessed: true }),
		);
		const down = (await measured('down', async () => await files('download'))) as Awaited<
			ReturnType<typeof run>
		>;
		clearInterval(watch);
		const data = down.items[0]?.binary?.data;
		if (!data) throw new Error('No file came back');
		const sums = [await store.sha256(file), server.file(id)?.sha256, await store.sha256(data)];
		console.log(
			['in n8n ', 'in ThreatConnect', 'back in n8n'].map((what, n) => `${what}: ${sums[n]}`).join('\n'),
		);
		console.log(
			`size: ${data.bytes} bytes; memory: ${(before / MIB).toFixed(0)} MiB, at most ${((peak - before) / MIB).toFixed(0)} MiB more`,
		);
		if (new Set(sums).size !== 1) throw new Error('The checksums differ');
	} finally {
		await server.stop();
		await store.remove();
	}
}

void main().then(
	() => process.exit(0),
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
