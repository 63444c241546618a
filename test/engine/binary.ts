import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { IBinaryData } from 'n8n-workflow';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

type Container = { set(type: unknown, instance: unknown): void };

/** The container that n8n-core itself uses, because several versions are installed. */
function containerOfCore(): Container {
	const path = require.resolve('@n8n/di', { paths: [require.resolve('n8n-core')] });
	// eslint-disable-next-line @typescript-eslint/no-require-imports
	return (require(path) as { Container: Container }).Container;
}

/**
 * n8n's own store of binary data, in the two modes of a server: in the items, or in files with their IDs in the items.
 */
export class BinaryStore {
	private constructor(
		private readonly service: BinaryDataService,
		private readonly folder: string,
	) {}

	static async use(mode: 'default' | 'filesystem'): Promise<BinaryStore> {
		const folder = await mkdtemp(join(tmpdir(), 'n8n-binary-'));
		const config = { mode, localStoragePath: folder } as BinaryDataConfig;
		const quiet = { error() {}, warn() {}, info() {} } as never;
		const service = new BinaryDataService(config, quiet, quiet);
		await service.init();
		const container = containerOfCore();
		container.set(BinaryDataConfig, config);
		container.set(BinaryDataService, service);
		return new BinaryStore(service, folder);
	}

	/** A file as the previous node hands it over. */
	async put(content: Buffer | Readable, fileName?: string, mimeType = 'application/octet-stream') {
		const binary: IBinaryData = { data: '', mimeType, ...(fileName !== undefined && { fileName }) };
		return await this.service.store(
			{ type: 'execution', workflowId: 'test', executionId: '1' },
			content,
			binary,
		);
	}

	async sha256({ id, data }: IBinaryData): Promise<string> {
		const content = id ? await this.service.getAsStream(id) : [Buffer.from(data, 'base64')];
		const hash = createHash('sha256');
		for await (const chunk of content) hash.update(chunk as Buffer);
		return hash.digest('hex');
	}

	/** Whether any file that n8n has written holds the text. */
	async holds(text: string): Promise<boolean> {
		const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
		const files = entries.filter((entry) => entry.isFile());
		const contents = files.map(async ({ parentPath, name }) => await readFile(join(parentPath, name)));
		return (await Promise.all(contents)).some((content) => content.includes(text));
	}

	async remove(): Promise<void> {
		await rm(this.folder, { recursive: true, force: true });
	}
}

export const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

/** `length` bytes in small pieces. No two pieces are the same, and they hardly compress. */
export function* pieces(length: number): Generator<Buffer> {
	const size = 64 * 1024;
	const noise = randomBytes(size);
	for (let sent = 0; sent < length; sent += size) {
		const piece = Buffer.from(noise.subarray(0, Math.min(size, length - sent)));
		piece.writeUInt32LE(sent / size, 0);
		yield piece;
	}
}
