import type { IncomingMessage, ServerResponse } from 'node:http';

import { withHttpServer } from '../support/httpServer';
import { jsonOf, run } from './harness';

/** Which requests are sent again. The tests use real sockets and a server that fails on purpose. */

type Behaviour = (request: IncomingMessage, response: ServerResponse, attempt: number) => void;

const GROUP = JSON.stringify({ status: 'Success', data: { id: 1, name: 'x' } });
const good: Behaviour = (_request, response) => response.writeHead(201).end(GROUP);
const answer =
	(
		status: number,
		headers: Record<string, string> = {},
		body = '{"status":"Error","message":"Busy"}',
	): Behaviour =>
	(_request, response) =>
		response.writeHead(status, headers).end(body);
const reset: Behaviour = (request) => request.socket.resetAndDestroy();

/** Runs items against a server with one behaviour for each attempt. After these, the server succeeds. */
async function against(
	behaviours: Behaviour[],
	{
		operation = 'create',
		items = [{ name: 'x' }],
		options = {},
	}: { operation?: string; items?: object[]; options?: object } = {},
) {
	const arrivals: number[] = [];
	const listener = (request: IncomingMessage, response: ServerResponse) => {
		const attempt = arrivals.push(Date.now());
		request.resume().on('error', () => {});
		(behaviours[attempt - 1] ?? good)(request, response, attempt);
	};
	const record =
		operation === 'create'
			? { type: 'Threat', name: '={{ $json.name }}', options: { assignXid: false, ...options } }
			: { groupId: '={{ $json.id ?? "1" }}', updateFields: { name: 'x' }, options };
	return await withHttpServer(listener, async (baseUrl) => {
		const result = await run({
			type: 'threatConnectGroup',
			parameters: { resource: 'group', operation, ...record } as never,
			items: items as never,
			credentials: { threatConnectApi: { baseUrl, apiToken: 'token' } },
			onError: 'continueErrorOutput',
		});
		return { ...result, arrivals };
	});
}

describe('a create without an XID', () => {
	test.each([
		['429', answer(429)],
		['429 with Retry-After', answer(429, { 'retry-after': '1' })],
		['503', answer(503)],
	])('that was answered with %s is sent again, and made once', async (_what, behaviour) => {
		const { items, errors, arrivals } = await against([behaviour]);
		expect(errors).toEqual([]);
		expect(jsonOf(items)).toEqual([{ id: 1, name: 'x' }]);
		expect(arrivals).toHaveLength(2);
	});

	test('waits as long as the service asks, for all items', async () => {
		const { items, arrivals } = await against([answer(429, { 'retry-after': '1' })], {
			items: Array.from({ length: 3 }, (_, n) => ({ name: `n${n}` })),
			options: { maxConcurrentRequests: 1 },
		});
		expect(items).toHaveLength(3);
		const [first = 0, second = 0] = arrivals;
		expect(second - first).toBeGreaterThanOrEqual(990);
	});

	test('does not wait when the service asks for an hour, and each item says so', async () => {
		const { errors, arrivals } = await against([answer(429, { 'retry-after': '3600' })], {
			items: Array.from({ length: 3 }, (_, n) => ({ name: `n${n}` })),
			options: { maxConcurrentRequests: 1 },
		});
		expect(arrivals).toHaveLength(1);
		expect(errors.map(({ json }) => json.error)).toEqual([
			'Busy',
			expect.stringMatching(/no more requests for the next 3[56]\d\d seconds/),
			expect.stringMatching(/no more requests for the next 3[56]\d\d seconds/),
		]);
	});

	test.each([
		['500', answer(500)],
		['502', answer(502)],
		['504', answer(504)],
		['a reset connection', reset],
		['400', answer(400)],
		[
			'a missing license, which looks busy',
			answer(503, {}, '{"status":"Failure","message":"API access has not been licensed for this system, x"}'),
		],
	])('that was answered with %s is not sent again', async (_what, behaviour) => {
		const { errors, arrivals } = await against([behaviour]);
		expect(errors).toHaveLength(1);
		expect(arrivals).toHaveLength(1);
	});

	test('is given up after six attempts, in the words of the service', async () => {
		const { errors, arrivals } = await against(Array.from({ length: 10 }, () => answer(429)));
		expect(arrivals).toHaveLength(6);
		expect(errors[0]?.json).toMatchObject({
			error: 'Busy',
			message: expect.stringContaining('HTTP 429') as string,
		});
	});
});

test.each([
	['a read leaves nothing in doubt', 'get', false],
	['an update may have been made by its first attempt', 'update', true],
])(
	'%s when there is no second attempt, because the service asks for an hour',
	async (_what, operation, doubt) => {
		const hour = answer(429, { 'retry-after': '3600' });
		const { errors } = await against([answer(500), hour], { operation, items: [{ id: '1' }, { id: '2' }] });
		const words = errors.map(({ json }) => `${String(json.error)} ${String(json.message)}`);
		expect(words.filter((one) => one.includes('no more requests'))).toEqual([
			doubt ? expect.stringContaining('may or may not') : expect.not.stringContaining('may or may not'),
		]);
	},
);

describe('an update, which may be done twice,', () => {
	test.each([
		['500', answer(500)],
		['502 with HTML', answer(502, {}, '<html>')],
		['504', answer(504)],
		['a reset connection', reset],
	])('that was answered with %s is sent again', async (_what, behaviour) => {
		const { items, errors, arrivals } = await against([behaviour], { operation: 'update' });
		expect(errors).toEqual([]);
		expect(items).toHaveLength(1);
		expect(arrivals).toHaveLength(2);
	});
	test.each([
		['refused', answer(403)],
		['refused under a status of success', answer(200)],
		['not accepted any more', (request: IncomingMessage) => request.socket.destroy()],
	])('that may have been done, and whose repetition is %s, is reported so', async (_what, second) => {
		const { errors } = await against([answer(504), ...Array.from({ length: 5 }, () => second)], {
			operation: 'update',
		});
		expect(errors.map(({ json }) => json.message)).toEqual([
			expect.stringContaining('may or may not have been made'),
		]);
	});
	test('that was refused is not sent again', async () => {
		const { arrivals } = await against([answer(404)], { operation: 'update' });
		expect(arrivals).toHaveLength(1);
	});
});
