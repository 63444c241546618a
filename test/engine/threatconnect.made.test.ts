import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

import { jsonOf, run, type RunOptions } from './harness';

/** A change that was made is never reported as failed, and a file that was cut off is fetched again. */

const answering = async (
	listener: RequestListener,
	parameters: RunOptions['parameters'],
	more: Partial<RunOptions> = {},
) => {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	try {
		return await run({
			type: 'threatConnectGroup',
			parameters,
			credentials: { threatConnectApi: { baseUrl, apiToken: 'a-token' } },
			...more,
		});
	} finally {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	}
};

const GROUP = { id: 1, type: 'Document', name: 'A', fileName: 'a.bin', status: 'Success', ownerName: 'Org' };
const asJson = (response: Parameters<RequestListener>[1], body: object, status = 200) => {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
};

const update = { resource: 'group', operation: 'update', groupId: '1', updateFields: { name: 'A' } };

test('an update that ThreatConnect confirms without the group is read back', async () => {
	const { items, error } = await answering((request, response) => {
		request.resume();
		if (request.method === 'PUT') asJson(response, { status: 'Success', message: 'Updated' });
		else asJson(response, { status: 'Success', data: GROUP });
	}, update);
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toEqual([GROUP]);
});

test('and is a success with a notice if it cannot be read', async () => {
	const { items, error } = await answering((request, response) => {
		request.resume();
		if (request.method === 'PUT') asJson(response, { status: 'Success', message: 'Updated' });
		else asJson(response, { status: 'Error', message: 'You may not read this' }, 401);
	}, update);
	expect(error).toBeUndefined();
	expect(jsonOf(items)).toEqual([
		{
			_notice: expect.stringContaining(
				'The group was updated, but could not be read back (You may not read this)',
			),
		},
	]);
});

test.each(['the connection breaks', 'fewer bytes come than were announced'])(
	'a download that is cut off in the middle (%s) is fetched again from its beginning',
	async (how) => {
		let downloads = 0;
		const { items, error } = await answering(
			(request, response) => {
				if (!request.url?.endsWith('/download')) return asJson(response, { status: 'Success', data: GROUP });
				downloads += 1;
				response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 10 });
				if (downloads === 3) return response.end('0123456789');
				response.write('01234');
				if (how === 'the connection breaks') return setTimeout(() => request.socket.destroy(), 50);
				return setTimeout(() => request.socket.end(), 50);
			},
			{ resource: 'file', operation: 'download', groupId: '1' },
		);
		expect(error).toBeUndefined();
		expect(downloads).toBe(3);
		const data = items[0]?.binary?.data?.data ?? '';
		expect(Buffer.from(data, 'base64').toString()).toBe('0123456789');
	},
);

test('a success that holds a list of errors is a refusal in their words', async () => {
	const { error } = await answering((request, response) => {
		request.resume();
		asJson(response, { errors: ['The status is unknown', { field: 'status' }] });
	}, update);
	expect(error?.message).toContain('The status is unknown; {"field":"status"}');
	expect(error?.description).not.toContain('may or may not');
});

/** Writes a byte now and again, so that no pause is as long as the time-out. */
function trickle(
	write: (byte: string) => void,
	socket: { once(event: 'close', listener: () => void): void },
) {
	const timer = setInterval(() => write(' '), 20);
	socket.once('close', () => clearInterval(timer));
}

/** In seconds: an answer may take five times as long as a whole. */
const TIMEOUT = 0.3;

test('an upload whose answer trickles is given up, and may have been made', async () => {
	let uploads = 0;
	const { error } = await answering(
		(request, response) => {
			request.resume();
			if (request.method === 'GET') return asJson(response, { status: 'Success', data: GROUP });
			uploads += 1;
			response.writeHead(200, { 'content-type': 'application/json' });
			trickle((byte) => response.write(byte), response);
		},
		{
			resource: 'file',
			operation: 'upload',
			groupId: '1',
			inputField: 'data',
			ifFileExists: 'replace',
			options: { timeout: TIMEOUT },
		},
		{ items: [{}], binary: [{ data: { data: 'JVBERi0=', mimeType: 'application/pdf', fileName: 'a.pdf' } }] },
	);
	// The same file put in its place twice is in its place.
	expect(uploads).toBeGreaterThan(1);
	// A machine at a standstill meets the shorter limit, between two bytes.
	expect(error?.message).toMatch(/within (1\.5|0\.3) seconds/);
	expect(error?.description).toContain('may or may not have been made');
});

test('a download whose headers never end is given up', async () => {
	const { error } = await answering(
		(request, response) => {
			request.resume();
			if (!request.url?.includes('/download')) return asJson(response, { status: 'Success', data: GROUP });
			request.socket.write('HTTP/1.1 200 OK\r\nX-Padding: ');
			trickle((byte) => request.socket.write(byte), request.socket);
		},
		{
			resource: 'file',
			operation: 'download',
			groupId: '1',
			outputField: 'data',
			options: { timeout: TIMEOUT },
		},
	);
	expect(error?.message).toContain('did not answer within');
	expect(error?.description).not.toContain('may or may not');
});
