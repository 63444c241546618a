import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Bytes of a file that is kept in memory. Larger files are written to the disk. */
const MEMORY_LIMIT = 8 * 1024 * 1024;

/** The file of a group, as tests see it. */
export type StoredFile = {
	fileName?: string;
	size: number;
	/** The hash as hexadecimal digits. */
	sha256: string;
	/** Absent if the file is on the disk. */
	bytes?: Buffer;
	/** The path of a file on the disk. */
	path?: string;
};

/** A file as it arrived, before it belongs to a group. */
export type ReceivedFile = { size: number; sha256: string; bytes?: Buffer; path?: string; start: Buffer };

/** The files of Documents and Reports by the ID of their group. Only one piece of a large file is in memory. */
export class FileStore {
	private readonly files = new Map<string, ReceivedFile>();
	private folder: Promise<string> | undefined;

	/** @param keepAll whether large files stay in memory too */
	constructor(private readonly keepAll: boolean) {}

	get(groupId: string): ReceivedFile | undefined {
		return this.files.get(groupId);
	}

	async receive(source: AsyncIterable<Buffer>): Promise<ReceivedFile> {
		const hash = createHash('sha256');
		let size = 0;
		let start = Buffer.alloc(0);
		let pieces: Buffer[] = [];
		let disk: { path: string; file: FileHandle } | undefined;
		try {
			for await (const piece of source) {
				hash.update(piece);
				size += piece.length;
				if (start.length < 4) start = Buffer.concat([start, piece]).subarray(0, 4);
				pieces.push(piece);
				if (!this.keepAll && size > MEMORY_LIMIT) {
					disk ??= await this.newFile();
					await disk.file.appendFile(Buffer.concat(pieces));
					pieces = [];
				}
			}
		} catch (error) {
			if (disk) await rm(disk.path, { force: true });
			throw error;
		} finally {
			await disk?.file.close();
		}
		const kept = disk ? { path: disk.path } : { bytes: Buffer.concat(pieces) };
		return { size, sha256: hash.digest('hex'), start: Buffer.from(start), ...kept };
	}

	/** Replaces the group's present file. */
	async put(groupId: string, file: ReceivedFile): Promise<void> {
		const before = this.files.get(groupId);
		this.files.set(groupId, file);
		if (before) await this.discard(before);
	}

	async clear(): Promise<void> {
		for (const file of this.files.values()) await this.discard(file);
		this.files.clear();
	}

	async discard({ path }: ReceivedFile): Promise<void> {
		if (path !== undefined) await rm(path, { force: true });
	}

	read({ bytes, path }: ReceivedFile): Readable {
		return path === undefined ? Readable.from([bytes ?? Buffer.alloc(0)]) : createReadStream(path);
	}

	async stop(): Promise<void> {
		if (this.folder) await rm(await this.folder, { recursive: true, force: true });
	}

	private async newFile(): Promise<{ path: string; file: FileHandle }> {
		this.folder ??= mkdtemp(join(tmpdir(), 'threatconnect-simulator-'));
		const path = join(await this.folder, randomUUID());
		return { path, file: await open(path, 'wx') };
	}
}
