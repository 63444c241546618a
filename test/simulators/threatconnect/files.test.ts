import axios from 'axios';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { CREDENTIALS, GROUP_TYPES, type ThreatConnectSimulator } from './index';
import { call, get, holdTimers, put, refused, send, start, tokenHeaders } from './testSupport';

let server: ThreatConnectSimulator;

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** Every possible byte, and line ends that a text transfer would change. */
const BYTES = Buffer.concat([
	Buffer.from(Array.from({ length: 256 }, (_, index) => index)),
	Buffer.from('\r\n\n\r'),
]);
const ZIP = Buffer.from('PK\x03\x04rest of an archive', 'latin1');

const document = (more: Record<string, unknown> = {}) =>
	server.seedGroup({ type: 'Document', name: 'x', fields: { status: 'Awaiting Upload', ...more } }).id;
const binary = async (path: string) =>
	await call('GET', path, undefined, { responseType: 'arraybuffer', headers: tokenHeaders() });
const fields = (id: string) => server.group(id)?.fields;

describe('uploading', () => {
	test.each(['Document', 'Report'] as const)(
		'keeps the bytes of a file of a %s as they are',
		async (type) => {
			server = await start();
			const { id } = server.seedGroup({ type, name: 'x' });
			const answer = await send('POST', `/v3/groups/${id}/upload?filename=a%20b.pdf`, BYTES);
			expect(answer.status).toBe(200);
			expect(answer.data).toEqual({ message: 'Upload successful', status: 'Success' });
			expect(server.file(id)).toEqual({
				fileName: 'a b.pdf',
				size: BYTES.length,
				sha256: sha256(BYTES),
				bytes: BYTES,
			});
			expect((await get(`/v3/groups/${id}`)).data.data).toMatchObject({
				fileName: 'a b.pdf',
				fileSize: BYTES.length,
				documentType: 'PDF',
				documentDateAdded: expect.stringMatching(/Z$/),
				status: 'Success',
			});
			expect(server.requests.at(-2)?.body).toBe(BYTES.toString('latin1'));
		},
	);

	test('finds the group by its XID and owner', async () => {
		server = await start();
		const { id } = server.seedGroup({ type: 'Report', name: 'x', xid: 'r 1', ownerName: 'Demo Community' });
		refused(await send('POST', '/v3/groups/r%201/upload', BYTES), 404, '0x1004', /not found/);
		expect((await send('POST', '/v3/groups/r%201/upload?owner=Demo%20Community', BYTES)).status).toBe(200);
		expect(server.file(id)?.size).toBe(BYTES.length);
	});

	test('uses the name of the group, and does not recognise a file without a name', async () => {
		server = await start();
		const [named, nameless] = [document({ fileName: 'a.TXT' }), document()];
		for (const id of [named, nameless]) await send('POST', `/v3/groups/${id}/upload`, BYTES);
		expect(fields(named)).toMatchObject({ fileName: 'a.TXT', documentType: 'Text' });
		expect(fields(nameless)).toMatchObject({ documentType: 'Unrecognized' });
	});

	test('refuses a second POST as unauthorized, unless it may update; PUT replaces an existing file', async () => {
		server = await start();
		const id = document();
		const path = `/v3/groups/${id}/upload`;
		refused(await send('PUT', path, BYTES), 404, '0x1004', /not found/);
		await send('POST', path, BYTES);
		refused(await send('POST', path, ZIP), 401, '0x1002', /^You are not authorized/);
		refused(await send('POST', `${path}?updateIfExists=false`, ZIP), 401, '0x1002', /not authorized/);
		expect(server.file(id)?.bytes).toEqual(BYTES);
		expect((await send('POST', `${path}?updateIfExists=true`, ZIP)).status).toBe(200);
		expect(server.file(id)?.bytes).toEqual(ZIP);
		expect((await send('PUT', `${path}?filename=new.txt`, BYTES)).status).toBe(200);
		expect(server.file(id)).toMatchObject({ fileName: 'new.txt', bytes: BYTES });
	});

	test('moves lastModified', async () => {
		server = await start();
		const { id, lastModified } = server.seedGroup({ type: 'Document', name: 'x' });
		await send('POST', `/v3/groups/${id}/upload`, BYTES);
		expect(String(server.group(id)?.lastModified) > lastModified).toBe(true);
	});

	test.each(GROUP_TYPES.filter((type) => type !== 'Document' && type !== 'Report'))(
		'refuses a file of a group of the type %s',
		async (type) => {
			server = await start();
			const { id } = server.seedGroup({ type, name: 'x' });
			refused(await send('POST', `/v3/groups/${id}/upload`, BYTES), 400, '0x1001', new RegExp(`"${type}"`));
			refused(await get(`/v3/groups/${id}/download`), 400, '0x1001', new RegExp(`"${type}"`));
		},
	);

	test('refuses other media types, and parameters that make no sense', async () => {
		server = await start();
		const path = `/v3/groups/${document()}/upload`;
		for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
			refused(await send('POST', path, '{}', type), 400, '0x2005', /must be application\/octet-stream/);
		}
		refused(await send('POST', `${path}?filename=`, BYTES), 400, '0x1001', /"filename"/);
		refused(await send('POST', `${path}?filename=${'x'.repeat(256)}`, BYTES), 400, '0x1001', /1-255/);
		refused(await send('POST', `${path}?updateIfExists=yes`, BYTES), 400, '0x1001', /true or false/);
		refused(await send('POST', '/v3/groups/99/upload', BYTES), 404, '0x1004', /not found/);
		refused(await get(path), 405, '0x1005', /not supported/);
		expect(server.groups()[0]?.fields.status).toBe('Awaiting Upload');
	});

	test('refuses a user who may only read, and an owner to whom nobody may write', async () => {
		server = await start();
		const path = `/v3/groups/${document()}/upload`;
		const headers = {
			...tokenHeaders(CREDENTIALS.readOnlyToken),
			'Content-Type': 'application/octet-stream',
		};
		refused(await call('POST', path, BYTES, { headers }), 401, '0x1002', /not authorized/);
		const { id } = server.seedGroup({ type: 'Report', name: 'x', ownerName: 'Read-Only Source' });
		refused(await send('POST', `/v3/groups/${id}/upload`, BYTES), 401, '0x1002', /not authorized/);
	});

	test('takes a file larger than any JSON body without keeping it in memory', async () => {
		server = await start();
		const id = document();
		const piece = Buffer.alloc(1024 * 1024, 7);
		const count = 200;
		const hash = createHash('sha256');
		const pieces = function* () {
			for (let index = 0; index < count; index++) {
				hash.update(piece);
				yield piece;
			}
		};
		const before = process.memoryUsage().arrayBuffers;
		const answer = await send('POST', `/v3/groups/${id}/upload?filename=big.bin`, Readable.from(pieces()));
		expect(answer.data).toEqual({ message: 'Upload successful', status: 'Success' });
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * piece.length);
		expect(server.file(id)).toEqual({
			fileName: 'big.bin',
			size: count * piece.length,
			sha256: hash.digest('hex'),
			path: expect.any(String) as string,
		});

		const download = await axios.get(`${server.url}/api/v3/groups/${id}/download`, {
			headers: tokenHeaders(),
			responseType: 'stream',
		});
		const downloaded = createHash('sha256');
		for await (const part of download.data) downloaded.update(part);
		expect(downloaded.digest('hex')).toBe(server.file(id)?.sha256);

		const path = server.file(id)?.path ?? '';
		expect(statSync(path).size).toBe(count * piece.length);
		await server.stop();
		expect(existsSync(dirname(path))).toBe(false);
		server = await start();
	});

	test('keeps large files in memory too when told so', async () => {
		server = await start({ keepFiles: true });
		const id = document();
		const bytes = Buffer.alloc(9 * 1024 * 1024, 'ab');
		await send('POST', `/v3/groups/${id}/upload`, bytes);
		expect(server.file(id)?.bytes?.equals(bytes)).toBe(true);
	});

	test('leaves a group as it was when the client disconnects during the upload', async () => {
		server = await start();
		const id = document();
		const { port } = new URL(server.url);
		const client = request({
			port,
			method: 'POST',
			path: `/api/v3/groups/${id}/upload`,
			headers: { ...tokenHeaders(), 'Content-Type': 'application/octet-stream', 'Content-Length': 1000 },
		});
		client.on('error', () => undefined);
		client.write(BYTES);
		await wait(100);
		client.destroy();
		await wait(100);
		expect(server.file(id)).toBeUndefined();
		expect(fields(id)).toEqual({ status: 'Awaiting Upload' });
	});

	test('answers 404 when another client deletes the group meanwhile', async () => {
		server = await start();
		const id = document();
		const slow = async function* () {
			yield BYTES;
			server.deleteGroup(id);
			yield BYTES;
		};
		refused(await send('POST', `/v3/groups/${id}/upload`, Readable.from(slow())), 404, '0x1004', /not found/);
		expect(server.file(id)).toBeUndefined();
	});
});

describe('processing', () => {
	test('continues after the answer, and the file is not available before its end', async () => {
		server = await start({ processing: 300 });
		holdTimers();
		const id = document();
		refused(await get(`/v3/groups/${id}/download`), 404, '0x1004', /not found/);
		await send('POST', `/v3/groups/${id}/upload`, BYTES);
		expect(fields(id)?.status).toBe('In Progress');
		jest.advanceTimersByTime(299);
		refused(await get(`/v3/groups/${id}/download`), 400, '0x1001', /In Progress/);
		jest.advanceTimersByTime(1);
		expect((await get(`/v3/groups/${id}`)).data.data.status).toBe('Success');
		expect((await binary(`/v3/groups/${id}/download`)).status).toBe(200);
	});

	test('begins again with another file, and ends with the simulator', async () => {
		server = await start({ processing: 60_000 });
		const id = document();
		await send('POST', `/v3/groups/${id}/upload`, BYTES);
		await send('PUT', `/v3/groups/${id}/upload`, ZIP);
		expect(fields(id)?.status).toBe('In Progress');
	});

	test('fails for malware that is not a ZIP file', async () => {
		server = await start();
		const malware = { malware: true, password: 'infected', fileName: 'a.zip' };
		const [good, bad] = [document(malware), document(malware)];
		expect((await send('POST', `/v3/groups/${good}/upload`, ZIP)).status).toBe(200);
		expect((await send('POST', `/v3/groups/${bad}/upload`, BYTES)).status).toBe(200);
		expect(fields(good)?.status).toBe('Success');
		expect(fields(bad)?.status).toBe('Failed');
		refused(await get(`/v3/groups/${bad}/download`), 400, '0x1001', /Failed/);
	});

	test('does not let a client write the status', async () => {
		server = await start();
		refused(await put(`/v3/groups/${document()}`, { status: 'Success' }), 400, '0x2005', /read-only/);
	});
});

describe('downloading', () => {
	test('returns the bytes unchanged', async () => {
		server = await start();
		const id = document();
		await server.seedFile(id, BYTES, 'a.bin');
		const answer = await binary(`/v3/groups/${id}/download`);
		expect(answer.headers['content-type']).toBe('application/octet-stream');
		expect(answer.headers['content-length']).toBe(String(BYTES.length));
		expect(answer.headers).not.toHaveProperty('content-disposition');
		expect(BYTES.equals(answer.data as Buffer)).toBe(true);
	});

	test('answers 404 without a file, without a group, and after the group was deleted', async () => {
		server = await start();
		const id = document();
		refused(await get(`/v3/groups/${id}/download`), 404, '0x1004', /not found/);
		refused(await get('/v3/groups/99/download'), 404, '0x1004', /not found/);
		await server.seedFile(id, BYTES);
		await call('DELETE', `/v3/groups/${id}`);
		refused(await get(`/v3/groups/${id}/download`), 404, '0x1004', /not found/);
		await expect(server.seedFile(id, BYTES)).rejects.toThrow(/No group/);
	});
});

describe('PDF reports', () => {
	const WITHOUT = ['Document', 'Email', 'Signature', 'Task'];

	test('exist for 13 types', async () => {
		server = await start();
		const types = GROUP_TYPES.filter((type) => !WITHOUT.includes(type));
		expect(types).toHaveLength(13);
		for (const type of types) {
			const { id } = server.seedGroup({ type, name: 'Ünï (x) \\' });
			const answer = await binary(`/v3/groups/${id}/pdf`);
			expect(answer.headers['content-type']).toBe('application/pdf');
			const text = (answer.data as unknown as Buffer).toString('latin1');
			expect(text).toMatch(/^%PDF-1\.4\n/);
			const table = Number(/startxref\n(\d+)/.exec(text)?.[1]);
			expect(text.slice(table, table + 4)).toBe('xref');
		}
	});

	test.each(WITHOUT)('are refused for a group of the type %s', async (type) => {
		server = await start();
		const { id } = server.seedGroup({ type: type as 'Task', name: 'x' });
		refused(await get(`/v3/groups/${id}/pdf`), 400, '0x1001', new RegExp(`"${type}"`));
	});

	test('are found by XID', async () => {
		server = await start();
		server.seedGroup({ type: 'Threat', name: 'x', xid: 't:1', ownerName: 'Demo Community' });
		expect((await get('/v3/groups/t%3A1/pdf?owner=Demo%20Community')).status).toBe(200);
		refused(await get('/v3/groups/t%3A1/pdf'), 404, '0x1004', /not found/);
	});
});
