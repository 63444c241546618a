import axios from 'axios';
import type { IBinaryData } from 'n8n-workflow';
import { createReadStream, createWriteStream } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { BinaryStore, pieces } from '../engine/binary';
import { load, run } from '../engine/harness';
import type { Outcome, Target } from './clients';

/** A large file in n8n's own store, and the same file for a bare stream. */

type Place = Target & {
	groupId: string;
	file: IBinaryData;
	folder: string;
	store: BinaryStore;
	bytes: number;
};

let place: Place | undefined;

/** Called once in a process. It is not measured. */
export async function prepareFile(target: Target, mib: number): Promise<void> {
	await load();
	const store = await BinaryStore.use('filesystem');
	const folder = await mkdtemp(join(tmpdir(), 'n8n-bench-file-'));
	const bytes = mib * 1024 * 1024;
	const file = await store.put(Readable.from(pieces(bytes)), 'large.bin');
	await pipeline(Readable.from(pieces(bytes)), createWriteStream(join(folder, 'up')));
	const body = { type: 'Document', name: 'Large', fileName: 'large.bin' };
	const { data } = await axios.post<{ data: { id: unknown } }>(`${target.url}/api/v3/groups`, body, {
		headers: headersOf(target),
	});
	place = { ...target, groupId: String(data.data.id), file, folder, store, bytes };
}

export async function removeFile(): Promise<void> {
	await place?.store.remove();
	if (place) await rm(place.folder, { recursive: true, force: true });
}

const headersOf = ({ apiToken }: Target) => ({ Authorization: `TC-Token ${apiToken}` });

function prepared(): Place {
	if (!place) throw new Error('There is no file yet');
	return place;
}

export async function ourFile(operation: 'upload' | 'download'): Promise<Outcome> {
	const { url, apiToken, groupId, file } = prepared();
	const { items, error } = await run({
		type: 'threatConnectGroup',
		parameters: { resource: 'file', operation, groupId, ifFileExists: 'replace', waitUntilProcessed: false },
		credentials: { threatConnectApi: { baseUrl: url, apiToken } },
		...(operation === 'upload' && { binary: [{ data: file }] }),
	});
	return { succeeded: items.length, failed: 0, ...(error && { error: error.message }) };
}

/** A stream between a file and the server, with nothing in between. */
export async function bareStream(way: 'upload' | 'download'): Promise<Outcome> {
	const { folder, bytes, ...target } = prepared();
	const url = `${target.url}/api/v3/groups/${target.groupId}/${way}`;
	await new Promise<void>((resolve, reject) => {
		const sent = request(
			way === 'upload' ? `${url}?updateIfExists=true` : url,
			{
				method: way === 'upload' ? 'PUT' : 'GET',
				headers: {
					...headersOf(target),
					...(way === 'upload' && { 'Content-Type': 'application/octet-stream', 'Content-Length': bytes }),
				},
			},
			(response) => {
				if (response.statusCode !== 200) reject(new Error(`${way} was answered with ${response.statusCode}`));
				pipeline(response, createWriteStream(join(folder, 'down'))).then(resolve, reject);
			},
		).on('error', reject);
		if (way === 'upload') pipeline(createReadStream(join(folder, 'up')), sent).catch(reject);
		else sent.end();
	});
	return { succeeded: 1, failed: 0 };
}
