import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, RequestListener } from 'node:http';
import { Readable } from 'node:stream';

import type { IBinaryData } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { startLossyProxy } from '../support/lossyProxy';
import { BinaryStore, pieces, sha256 } from './binary';
import { jsonOf, run, type RunOptions } from './harness';

let server: ThreatConnectSimulator;
beforeAll(async () => (server = await startThreatConnect({ processing: 30, keepFiles: true })));
afterAll(async () => await server.stop());

const MIB = 1024 * 1024;
const ZIP = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), randomBytes(500)]);

const files = async (
	operation: string,
	parameters: RunOptions['parameters'],
	more: Partial<RunOptions> = {},
) =>
	await run({
		type: 'threatConnectGroup',
		parameters: { resource: 'file', operation, ...parameters },
		credentials: { threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken } },
		...more,
	});

const document = (fields: Record<string, unknown> = {}, type: 'Document' | 'Report' = 'Document') =>
	server.seedGroup({
		type,
		name: 'Seeded',
		xid: `file:${server.groups().length}/a b`,
		fields: { status: 'Awaiting Upload', ...fields },
	});

const writes = () => server.requests.filter(({ method }) => method !== 'GET');

describe.each(['default', 'filesystem'] as const)('with binary data in n8n mode %s', (mode) => {
	let store: BinaryStore;
	beforeAll(async () => (store = await BinaryStore.use(mode)));
	afterAll(async () => await store.remove());

	const upload = async (
		file: IBinaryData,
		parameters: RunOptions['parameters'],
		more: Partial<RunOptions> = {},
	) => await files('upload', parameters, { binary: [{ data: file }], ...more });

	test.each([
		['nothing', Buffer.alloc(0)],
		['a byte', Buffer.from([0])],
		['every byte value', Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
		['line breaks and a byte order mark', Buffer.from('\uFEFFa\r\nb\n\r\n\n')],
		['JSON', Buffer.from('{"id": 12345678901234567890}')],
		['gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
		['a MiB', randomBytes(MIB)],
	])('a file of %s goes up and comes down the same', async (_what, content) => {
		const { id } = document();
		const file = await store.put(content, 'Böse (1) & 100%.pdf', 'application/pdf');
		const { items, error } = await upload(file, { groupId: id, waitUntilProcessed: true });
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([
			{
				id: Number(id),
				type: 'Document',
				fileName: 'Böse (1) & 100%.pdf',
				fileSize: content.length,
				status: 'Success',
				_outcome: 'uploaded',
			},
		]);
		expect(server.file(id)).toMatchObject({ sha256: sha256(content), fileName: 'Böse (1) & 100%.pdf' });
		expect(writes().at(-1)?.headers).toMatchObject({
			'content-type': 'application/octet-stream',
			'content-length': String(content.length),
		});

		const down = await files('download', { groupId: id, outputField: 'report' });
		expect(down.error).toBeUndefined();
		const report = down.items[0]?.binary?.report as IBinaryData;
		expect(report).toMatchObject({
			fileName: 'Böse (1) & 100%.pdf',
			mimeType: 'application/pdf',
			fileExtension: 'pdf',
			bytes: content.length,
		});
		expect(await store.sha256(report)).toBe(sha256(content));
		expect(down.items[0]).toMatchObject({
			json: { id: Number(id), name: 'Seeded' },
			pairedItem: { item: 0 },
		});
	});

	test('64 MiB are uploaded and downloaded unchanged', async () => {
		const { id } = document();
		const file = await store.put(Readable.from(pieces(64 * MIB)), 'large.bin');
		const { error } = await upload(file, { groupId: id, waitUntilProcessed: true });
		expect(error).toBeUndefined();
		expect(server.file(id)).toMatchObject({ size: 64 * MIB, sha256: await store.sha256(file) });
		const { items } = await files('download', { groupId: id });
		const data = items[0]?.binary?.data as IBinaryData;
		expect(data).toMatchObject({ fileName: 'large.bin', bytes: 64 * MIB });
		expect(await store.sha256(data)).toBe(await store.sha256(file));
	});

	test('a file that takes longer than Timeout to send is sent once', async () => {
		const file = await store.put(Buffer.alloc(2 * MIB), 'large.bin');
		let sent = 0;
		const { error, items } = await withHttpServer(
			(request, response) => {
				response.setHeader('content-type', 'application/json');
				if (request.method === 'GET') {
					const data = {
						id: 1,
						type: 'Document',
						name: 'A',
						status: sent > 0 ? 'Success' : 'Awaiting Upload',
					};
					response.end(JSON.stringify({ data, status: 'Success' }));
					return;
				}
				sent += 1;
				// The server reads the file in two seconds, as over a slow connection.
				request.on('data', () => {
					request.pause();
					setTimeout(() => request.resume(), 60);
				});
				request.on('end', () => response.end('{"status":"Success"}'));
			},
			async (baseUrl) =>
				await files(
					'upload',
					{ groupId: '1', options: { timeout: 1 } },
					{
						binary: [{ data: file }],
						credentials: { threatConnectApi: { baseUrl, apiToken: 'x' } },
					},
				),
		);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(sent).toBe(1);
	});

	test('a malware document takes a ZIP archive, and nothing else', async () => {
		const { id } = document({ malware: true, password: 'infected' });
		const before = writes().length;
		const bad = await upload(await store.put(Buffer.from('MZ\x90\x00 program'), 'evil.exe'), { groupId: id });
		expect(bad.error?.message).toBe(
			'The file is no ZIP archive, but the document is marked as malware [item 0]',
		);
		expect(bad.error?.description).toContain('protected by the document');
		expect(writes()).toHaveLength(before);
		const good = await upload(await store.put(ZIP, 'evil.zip'), { groupId: id, waitUntilProcessed: true });
		expect(good.error).toBeUndefined();
		expect(server.file(id)?.sha256).toBe(sha256(ZIP));
	});

	test('the input is found in the workflow setting "combined" too, and the output goes there', async () => {
		const { id } = document();
		const file = await store.put(ZIP, 'a.zip', 'application/zip');
		const { error } = await files(
			'upload',
			{ groupId: id, inputField: 'files.first', waitUntilProcessed: true },
			{ items: [{ files: { first: file as never } }], binaryMode: 'combined' },
		);
		expect(error).toBeUndefined();
		expect(server.file(id)?.sha256).toBe(sha256(ZIP));
		const { items } = await files('download', { groupId: id }, { binaryMode: 'combined' });
		const data = items[0]?.binary?.data ?? (items[0]?.json._files as never)?.['data'];
		expect(await store.sha256(data)).toBe(sha256(ZIP));
	});
});

describe('a group that has a file already', () => {
	let store: BinaryStore;
	beforeAll(async () => (store = await BinaryStore.use('filesystem')));
	afterAll(async () => await store.remove());

	const withFile = async () => {
		const group = document();
		await server.seedFile(group.id, Buffer.from('old'), 'old.txt');
		return group;
	};

	test('keeps it, and the error names it', async () => {
		const { id } = await withFile();
		const before = writes().length;
		const { error } = await files(
			'upload',
			{ groupId: id },
			{ binary: [{ data: await store.put(ZIP, 'new.zip') }] },
		);
		expect(error?.message).toBe('The Document "Seeded" has a file already: old.txt [item 0]');
		expect(error?.description).toContain('set "If the Group Has a File Already" to Replace It.');
		expect(writes()).toHaveLength(before);
		expect(server.file(id)?.sha256).toBe(sha256(Buffer.from('old')));
	});

	test('has it replaced by the option', async () => {
		const { id } = await withFile();
		const { items, error } = await files(
			'upload',
			{ groupId: id, ifFileExists: 'replace' },
			{ binary: [{ data: await store.put(ZIP, 'new.zip') }] },
		);
		expect(error).toBeUndefined();
		expect(jsonOf(items)).toMatchObject([{ fileName: 'new.zip', _outcome: 'replaced' }]);
		expect(writes().at(-1)).toMatchObject({
			method: 'PUT',
			target: `/api/v3/groups/${id}/upload?filename=new.zip`,
		});
		expect(server.file(id)?.sha256).toBe(sha256(ZIP));
	});

	test('may also have no file yet when replacing is allowed', async () => {
		const { id, xid = '' } = document({}, 'Report');
		const { items } = await files(
			'upload',
			{ findBy: 'xid', groupXid: xid, groupOwner: 'Demo Organization', ifFileExists: 'replace' },
			{ binary: [{ data: await store.put(ZIP, 'new.zip') }] },
		);
		expect(jsonOf(items)).toMatchObject([{ _outcome: 'uploaded' }]);
		expect(writes().at(-1)).toMatchObject({
			method: 'POST',
			target: `/api/v3/groups/${encodeURIComponent(xid)}/upload?owner=Demo%20Organization&filename=new.zip&updateIfExists=true`,
		});
		expect(server.file(id)?.sha256).toBe(sha256(ZIP));
	});
});

describe('an upload', () => {
	let store: BinaryStore;
	beforeAll(async () => (store = await BinaryStore.use('filesystem')));
	afterAll(async () => await store.remove());

	test('takes the file name of the options before the file’s own, and the group’s when there is no other', async () => {
		const { id } = document({ fileName: 'of-group.zip' });
		await files('upload', { groupId: id }, { binary: [{ data: await store.put(ZIP) }] });
		expect(server.file(id)?.fileName).toBe('of-group.zip');
		const other = document();
		await files(
			'upload',
			{ groupId: other.id, options: { fileName: 'given.zip' } },
			{ binary: [{ data: await store.put(ZIP, 'own.zip') }] },
		);
		expect(server.file(other.id)?.fileName).toBe('given.zip');
	});

	test('that ThreatConnect cannot process fails, and says so', async () => {
		// The group is marked as malware after the node has read it.
		const { id } = document({ malware: true, password: 'x' });
		const broken = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(10)]);
		const { error } = await withFailing(
			async (baseUrl) =>
				await files(
					'upload',
					{ groupId: id, waitUntilProcessed: true },
					{
						binary: [{ data: await store.put(broken, 'a.zip') }],
						credentials: { threatConnectApi: { baseUrl, apiToken: 'x' } },
					},
				),
		);
		expect(error?.message).toBe(
			'The file was uploaded, but ThreatConnect could not process it: its status is Failed [item 0]',
		);
	});

	test('whose processing cannot be checked is not uploaded again by Retry On Fail', async () => {
		const { id } = document();
		// Only the second and later reads are lost, because the first one reads the group before the upload.
		const proxy = await startLossyProxy(server.url, (method, _path, earlier) =>
			method === 'GET' && earlier > 0 ? 403 : undefined,
		);
		const before = writes().length;
		try {
			const { errors } = await files(
				'upload',
				{ groupId: id, waitUntilProcessed: true, ifFileExists: 'replace' },
				{
					binary: [{ data: await store.put(ZIP, 'a.zip') }],
					credentials: { threatConnectApi: { baseUrl: proxy.url, apiToken: server.credentials.apiToken } },
					onError: 'continueErrorOutput',
					retryOnFail: true,
					maxTries: 3,
				},
			);
			expect(errors[0]?.json).toMatchObject({
				error: 'Refused with 403',
				message: expect.stringContaining(
					'The file was uploaded, but it is not known whether ThreatConnect could process it. Look at the status of the group.',
				),
			});
		} finally {
			await proxy.close();
		}
		expect(writes()).toHaveLength(before + 1);
	});

	test('does not wait longer than its time limit', async () => {
		const slow = await startThreatConnect({ processing: 60_000 });
		try {
			const { id } = slow.seedGroup({
				type: 'Document',
				name: 'Slow',
				fields: { status: 'Awaiting Upload' },
			});
			const { error } = await files(
				'upload',
				{ groupId: id, waitUntilProcessed: true, processingLimit: 1 },
				{
					binary: [{ data: await store.put(ZIP, 'a.zip') }],
					credentials: { threatConnectApi: { baseUrl: slow.url, apiToken: slow.credentials.apiToken } },
				},
			);
			expect(error?.message).toBe(
				'The file was uploaded, but ThreatConnect had not processed it within 1 s [item 0]',
			);
			expect(error?.description).toContain('no need to upload the file again');
		} finally {
			await slow.stop();
		}
	});

	test('stops waiting when the execution is cancelled', async () => {
		const slow = await startThreatConnect({ processing: 60_000 });
		let cancel = () => {};
		// Between two requests for the status: right after the node has read the response to one, and before its next
		// timer.
		const answered = (message: unknown) => {
			const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
			const isUploaded = slow.requests.some(({ method }) => method !== 'GET');
			if (isUploaded && request.method === 'GET') response.once('close', () => setImmediate(cancel));
		};
		subscribe('http.client.response.finish', answered);
		try {
			const { id } = slow.seedGroup({
				type: 'Document',
				name: 'Slow',
				fields: { status: 'Awaiting Upload' },
			});
			const { error, status } = await files(
				'upload',
				{ groupId: id, waitUntilProcessed: true },
				{
					binary: [{ data: await store.put(ZIP, 'a.zip') }],
					credentials: { threatConnectApi: { baseUrl: slow.url, apiToken: slow.credentials.apiToken } },
					onStart: (stop) => (cancel = stop),
				},
			);
			expect(status).toBe('canceled');
			expect(error?.message).toBe(
				'The file was uploaded, but the execution was canceled before ThreatConnect had processed it [item 0]',
			);
			expect(error?.description).toMatch(
				/^It goes on by itself: look at the status of the group later\. There is no need to upload/,
			);
			const asked = slow.requests.length;
			await new Promise((resolve) => setTimeout(resolve, 1500));
			expect(slow.requests).toHaveLength(asked);
		} finally {
			unsubscribe('http.client.response.finish', answered);
			await slow.stop();
		}
	});

	test.each([
		['without a binary file', {}, undefined, "expects the node's input data to contain a binary file 'data'"],
		['with the wrong field', { inputField: 'other' }, 'a.zip', "The item has no binary field 'other'"],
	])('%s is refused before anything is sent', async (_what, parameters, name, message) => {
		const { id } = document();
		const before = server.requests.length;
		const binary = name === undefined ? undefined : [{ data: await store.put(ZIP, name) }];
		const { error } = await files('upload', { groupId: id, ...parameters }, { binary });
		expect(error?.message).toContain(message);
		expect(error?.message.match(/\[item 0\]/g)).toHaveLength(1);
		expect(error?.description).toContain('Nothing was sent for any item.');
		expect(server.requests).toHaveLength(before);
	});

	test('to a type without files, or without a name, is refused before the file is sent', async () => {
		const before = writes().length;
		const { id } = server.seedGroup({ type: 'Incident', name: 'No file' });
		const file = await store.put(ZIP, 'a.zip');
		const wrong = await files('upload', { groupId: id }, { binary: [{ data: file }] });
		expect(wrong.error?.message).toBe(
			'"No file" is of the type Incident, whose groups have no file [item 0]',
		);
		const nameless = await files(
			'upload',
			{ groupId: document().id },
			{ binary: [{ data: await store.put(ZIP) }] },
		);
		expect(nameless.error?.message).toBe('The file has no name [item 0]');
		expect(writes()).toHaveLength(before);
	});

	test('is signed as it is sent when the credential signs', async () => {
		const { id } = document();
		const { accessId, secretKey } = server.credentials;
		const { error } = await files(
			'upload',
			{ groupId: id, authentication: 'hmac', waitUntilProcessed: true },
			{
				binary: [{ data: await store.put(ZIP, "it's (100%) Böse & Co.zip") }],
				credentials: { threatConnectHmacApi: { baseUrl: server.url, accessId, secretKey } },
			},
		);
		expect(error).toBeUndefined();
		expect(server.file(id)).toMatchObject({ fileName: "it's (100%) Böse & Co.zip", sha256: sha256(ZIP) });
	});

	test('is sent again from its first byte when the service was too busy', async () => {
		let refused = 0;
		const received: Buffer[] = [];
		await withHttpServer(
			(request, response) => {
				response.setHeader('content-type', 'application/json');
				if (request.method === 'GET') {
					const data = { id: 1, type: 'Document', name: 'A', status: 'Awaiting Upload' };
					response.end(JSON.stringify({ data, status: 'Success' }));
					return;
				}
				const chunks: Buffer[] = [];
				request.on('data', (chunk: Buffer) => chunks.push(chunk));
				request.on('end', () => {
					response.statusCode = refused++ < 2 ? 503 : 200;
					if (response.statusCode === 200) received.push(...chunks);
					response.end('{"message":"Upload successful","status":"Success"}');
				});
			},
			async (baseUrl) => {
				const content = randomBytes(3 * MIB);
				const { error } = await files(
					'upload',
					{ groupId: '1' },
					{
						binary: [{ data: await store.put(content, 'a.bin') }],
						credentials: { threatConnectApi: { baseUrl, apiToken: 'x' } },
					},
				);
				expect(error).toBeUndefined();
				expect(refused).toBe(3);
				expect(sha256(Buffer.concat(received))).toBe(sha256(content));
			},
		);
	});

	test('of many items keeps the order for one group, and pairs each outcome', async () => {
		const { id } = document();
		const contents = Array.from({ length: 6 }, (_, index) => Buffer.from(`version ${index}`));
		const { items } = await files(
			'upload',
			{ groupId: id, ifFileExists: 'replace' },
			{
				items: contents.map(() => ({})),
				binary: await Promise.all(contents.map(async (one) => ({ data: await store.put(one, 'a.txt') }))),
			},
		);
		expect(jsonOf(items).map(({ _outcome }) => _outcome)).toEqual(['uploaded', ...Array(5).fill('replaced')]);
		expect(server.file(id)?.bytes?.toString()).toBe('version 5');
	});
});

/** Runs `check` with a server that takes a file and then says that processing failed. */
async function withFailing<T>(check: (baseUrl: string) => Promise<T>): Promise<T> {
	let uploaded = false;
	return await withHttpServer((request, response) => {
		response.setHeader('content-type', 'application/json');
		if (request.method !== 'GET') {
			request.resume().on('end', () => {
				uploaded = true;
				response.end('{"message":"Upload successful","status":"Success"}');
			});
			return;
		}
		const status = uploaded ? 'Failed' : 'Awaiting Upload';
		const data = { id: 1, type: 'Document', name: 'A', malware: true, status };
		response.end(JSON.stringify({ data, status: 'Success' }));
	}, check);
}

describe('a download', () => {
	let store: BinaryStore;
	beforeAll(async () => (store = await BinaryStore.use('filesystem')));
	afterAll(async () => await store.remove());

	test('of a group without a file yet is refused, with the reason', async () => {
		const { error } = await files('download', { groupId: document().id });
		expect(error?.message).toBe(
			'The Document "Seeded" has no file yet: its status is Awaiting Upload [item 0]',
		);
	});

	test('of a type without files is refused', async () => {
		const { id } = server.seedGroup({ type: 'Email', name: 'Mail' });
		const { error } = await files('download', { groupId: id });
		expect(error?.message).toBe('"Mail" is of the type Email, whose groups have no file [item 0]');
	});

	test.each([
		['report.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
		['notes.txt', 'text/plain'],
		['sample.zip', 'application/zip'],
		['sample.unknownkind', 'application/octet-stream'],
		['no extension', 'application/octet-stream'],
		['../../etc/passwd', 'application/octet-stream'],
	])('of %s has the MIME type %s and a name without a path', async (name, mimeType) => {
		const { id } = document();
		await server.seedFile(id, Buffer.from('x'), name);
		await new Promise((resolve) => setTimeout(resolve, 60));
		const { items, error } = await files('download', { groupId: id });
		expect(error).toBeUndefined();
		expect(items[0]?.binary?.data).toMatchObject({ fileName: name.split('/').at(-1), mimeType });
	});

	const answering = async (listener: RequestListener, parameters: RunOptions['parameters'] = {}) =>
		await withHttpServer(
			(request, response) => {
				if (request.url?.endsWith('/download')) return listener(request, response);
				const data = { id: 1, type: 'Document', name: 'A', fileName: 'a.bin', status: 'Success' };
				response.setHeader('content-type', 'application/json');
				response.end(JSON.stringify({ data, status: 'Success' }));
			},
			async (baseUrl) =>
				await files(
					'download',
					{ groupId: '1', ...parameters },
					{ credentials: { threatConnectApi: { baseUrl, apiToken: 'a-s3cret-of-16ch' } } },
				),
		);

	test('that ThreatConnect refuses carries its words', async () => {
		const { error, items } = await answering((_request, response) =>
			response
				.writeHead(404, { 'content-type': 'application/json' })
				.end('{"status":"Error","message":"The requested item(s) were not found. a-s3cret-of-16ch"}'),
		);
		expect(items).toEqual([]);
		expect(error?.message).toBe('The requested item(s) were not found. *****(secret hidden) [item 0]');
	});

	test('of a login page with 200 is not a file', async () => {
		const { error } = await answering((_request, response) =>
			response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please log in</html>'),
		);
		expect(error?.message).toContain('did not answer with JSON, but with 200 OK: Please log in');
	});

	test('that breaks off is not a file', async () => {
		const { error } = await answering((request, response) => {
			response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 1000 });
			response.write('x'.repeat(100));
			setTimeout(() => request.socket.destroy(), 100);
		});
		expect(error?.message).toMatch(/^The download broke off: /);
	});

	test.each([
		[
			'a file',
			200,
			'application/octet-stream',
			/^The download broke off: it had not ended after 1\.008 seconds /,
			'Raise Options > Timeout if the line is slow. Run it again for this item.',
		],
		['an error', 404, 'text/html', /did not answer with JSON, but with 404 Not Found: Sorry/, 'Check the ID'],
	])('of %s that stops coming is given up', async (_what, status, type, message, advice) => {
		const { error } = await answering(
			(_request, response) => {
				response.writeHead(status, { 'content-type': type, 'content-length': 1000 }).write('Sorry');
			},
			{ options: { timeout: 1 } },
		);
		expect(error?.message).toMatch(message);
		expect(error?.description).toContain(advice);
	});

	test.each(['before the file is asked for', 'while it comes'])(
		'ends when the execution is cancelled %s',
		async (when) => {
			let cancel = () => {};
			const { status } = await withHttpServer(
				(request, response) => {
					const isFile = request.url?.endsWith('/download') === true;
					if (isFile === (when === 'while it comes')) setTimeout(() => cancel(), 100);
					if (!isFile) {
						if (when !== 'while it comes') return;
						const data = { id: 1, type: 'Document', name: 'A', fileName: 'a.bin', status: 'Success' };
						response.setHeader('content-type', 'application/json');
						response.end(JSON.stringify({ data, status: 'Success' }));
						return;
					}
					response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 1000 });
					response.write('x'.repeat(100));
				},
				async (baseUrl) =>
					await files(
						'download',
						{ groupId: '1' },
						{
							credentials: { threatConnectApi: { baseUrl, apiToken: 'x' } },
							onStart: (stop) => (cancel = stop),
						},
					),
			);
			expect(status).toBe('canceled');
		},
	);
});

describe('a PDF report', () => {
	let store: BinaryStore;
	beforeAll(async () => (store = await BinaryStore.use('filesystem')));
	afterAll(async () => await store.remove());

	test('of an incident comes as a PDF file with the name of the group', async () => {
		const { id } = server.seedGroup({ type: 'Incident', name: 'Phishing: "Q4" / finance' });
		const { items, error } = await files('downloadPdf', { groupId: id });
		expect(error).toBeUndefined();
		expect(items[0]?.binary?.data).toMatchObject({
			fileName: 'Phishing_ _Q4_ _ finance.pdf',
			mimeType: 'application/pdf',
		});
		expect(items[0]?.json).toMatchObject({ id: Number(id) });
		expect(Number((items[0]?.binary?.data as IBinaryData).bytes)).toBeGreaterThan(100);
		expect(store).toBeDefined();
	});

	test.each(['Document', 'Email', 'Signature', 'Task'] as const)(
		'of the type %s does not exist',
		async (type) => {
			const { id } = server.seedGroup({ type, name: 'X' });
			const { error } = await files('downloadPdf', { groupId: id });
			expect(error?.message).toBe(`"X" is of the type ${type}, whose groups have no PDF report [item 0]`);
			expect(error?.description).toContain('These types have one: Adversary,');
		},
	);
});
