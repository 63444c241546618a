import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

import { FAULT_KINDS, type FaultKind, type FaultOptions, LATE } from './faults';
import { createServer, type LoggedRequest } from './server';

/** The faults of the simulators: what a client meets over a real socket, and what the service has done. */

/** Milliseconds from a fault to the moment when a client without a response gives up. */
const SILENCE = 300;

type Seen = { status?: number; type?: string; retryAfter?: string; body: string; code?: string };

/** One POST. The client waits as long as a slow machine needs, or until the signal tells it to give up. */
const post = async (url: string, signal?: AbortSignal): Promise<Seen> =>
	await new Promise((resolve) => {
		const send = url.startsWith('https') ? secureRequest : plainRequest;
		const seen: Seen = { body: '' };
		const failed = ({ code, message }: NodeJS.ErrnoException) => resolve({ ...seen, code: code ?? message });
		const sent = send(`${url}/things`, {
			method: 'POST',
			agent: false,
			signal,
			rejectUnauthorized: false,
			headers: { 'content-type': 'application/json' },
		});
		sent.on('error', failed);
		sent.on('response', (answer) => {
			seen.status = answer.statusCode;
			seen.type = answer.headers['content-type'];
			seen.retryAfter = answer.headers['retry-after'];
			answer.setEncoding('utf8').on('data', (chunk: string) => (seen.body += chunk));
			answer.on('error', failed);
			answer.on('end', () => resolve(seen));
		});
		sent.end('{"name":"a thing"}');
	});

/** Tells a client to give up after a fault without a response, however long its request took to arrive. */
function onceMet(faults: object): AbortSignal {
	const controller = new AbortController();
	const look = async () => {
		while (Object.keys(faults).length === 0) await wait(20, undefined, { ref: false });
		await wait(SILENCE);
		controller.abort();
	};
	void look();
	return controller.signal;
}

/** A service with one method, which always succeeds. */
async function withService(
	options: { faults?: FaultOptions; tls?: boolean },
	use: (
		url: string,
		state: { done: number },
		service: { requests: LoggedRequest[]; faults: object },
	) => Promise<void>,
): Promise<void> {
	const { app, listen } = await createServer(options);
	const state = { done: 0 };
	app.post('/things', async () => ({ done: ++state.done }));
	const service = await listen();
	try {
		await use(service.url, state, service);
	} finally {
		await service.stop();
	}
}

const WELL = { status: 200, body: '{"done":1}' };
const BROKEN = { code: 'ECONNRESET' };
const NONE = { code: 'ABORT_ERR' };
const PROXY = { type: 'text/html', body: expect.stringContaining('<h1>') };

/** What the client sees, and whether the service has done the request. */
const EXPECTED: Record<Exclude<FaultKind, 'late'>, [seen: object, done: 0 | 1]> = {
	closedAtAccept: [BROKEN, 0],
	tlsBroken: [BROKEN, 0],
	resetBefore: [BROKEN, 0],
	resetAfter: [BROKEN, 1],
	stallBefore: [NONE, 0],
	stallAfter: [NONE, 1],
	cutOff: [{ status: 200, body: '{"don', ...BROKEN }, 1],
	status429: [{ status: 429, body: expect.stringContaining('Too many'), retryAfter: undefined }, 0],
	status429RetryAfter: [{ status: 429, retryAfter: '1' }, 0],
	status503: [{ status: 503 }, 0],
	status500Before: [{ status: 500 }, 0],
	status500After: [{ status: 500 }, 1],
	status502Before: [{ status: 502, ...PROXY }, 0],
	status502After: [{ status: 502, ...PROXY }, 1],
	status504Before: [{ status: 504, ...PROXY }, 0],
	status504After: [{ status: 504, ...PROXY }, 1],
	htmlBefore: [{ status: 200, ...PROXY }, 0],
	htmlAfter: [{ status: 200, ...PROXY }, 1],
	emptyBefore: [{ status: 200, body: '' }, 0],
	emptyAfter: [{ status: 200, body: '' }, 1],
	errorInSuccess: [{ status: 200, body: expect.stringContaining('"error"') }, 0],
	slowDrip: [WELL, 1],
	wrongType: [{ ...WELL, type: 'text/plain' }, 1],
};

const once = (kind: FaultKind): FaultOptions => ({ seed: 1, share: 1, kinds: [kind], most: 1 });
const NO_REQUEST: FaultKind[] = ['closedAtAccept', 'tlsBroken'];

/** Making a certificate takes half a second, so HTTPS has one test for each way to break a connection. */
const SECURE: Array<keyof typeof EXPECTED> = [
	'closedAtAccept',
	'tlsBroken',
	'resetBefore',
	'resetAfter',
	'stallAfter',
	'cutOff',
];

type Kind = keyof typeof EXPECTED;

test.each<[Kind, string, boolean]>([
	...(Object.keys(EXPECTED) as Kind[])
		.filter((kind) => kind !== 'tlsBroken')
		.map((kind): [Kind, string, boolean] => [kind, 'HTTP', false]),
	...SECURE.map((kind): [Kind, string, boolean] => [kind, 'HTTPS', true]),
])('%s over %s harms one request as it should, and the next is well', async (kind, _scheme, tls) => {
	const [seen, done] = EXPECTED[kind];
	await withService({ faults: once(kind), tls }, async (url, state, { requests, faults }) => {
		expect(await post(url, seen === NONE ? onceMet(faults) : undefined)).toMatchObject(seen);
		expect(state.done).toBe(done);
		expect(faults).toEqual({ [kind]: 1 });
		expect(requests).toMatchObject(
			NO_REQUEST.includes(kind) ? [] : [{ fault: kind, body: '{"name":"a thing"}' }],
		);
		expect(await post(url)).toMatchObject({ status: 200, body: `{"done":${done + 1}}` });
		expect(requests.at(-1)?.fault).toBeUndefined();
	});
});

test('a late request is done after the client has given up', async () => {
	await withService({ faults: once('late') }, async (url, state, { requests, faults }) => {
		expect(await post(url, onceMet(faults))).toMatchObject(NONE);
		expect(faults).toEqual({ late: 1 });
		expect(requests).toMatchObject([{ fault: 'late', body: '{"name":"a thing"}' }]);
		while (state.done === 0) await wait(20);
		// A timer may end a millisecond early.
		expect(Date.now() - (requests[0]?.at ?? NaN)).toBeGreaterThanOrEqual(LATE - 5);
		expect(await post(url)).toMatchObject({ status: 200, body: '{"done":2}' });
	});
});

test('a slow answer comes in several pieces', async () => {
	await withService({ faults: once('slowDrip') }, async (url) => {
		const start = Date.now();
		await post(url);
		expect(Date.now() - start).toBeGreaterThanOrEqual(250);
	});
});

test('the same seed draws the same faults, another seed draws others, and the share is kept', async () => {
	const draw = async (seed: number) => {
		const drawn: Array<FaultKind | undefined> = [];
		// None of these delays a client.
		const kinds = FAULT_KINDS.filter((kind) => /status|html|empty/.test(kind));
		await withService({ faults: { seed, share: 1 / 3, kinds } }, async (url, _state, { requests }) => {
			for (let number = 0; number < 300; number++) await post(url);
			drawn.push(...requests.map(({ fault }) => fault));
		});
		return drawn;
	};
	const [one, again, other] = [await draw(1), await draw(1), await draw(2)];
	expect(again).toEqual(one);
	expect(other).not.toEqual(one);
	const harmed = one.filter((fault) => fault !== undefined);
	expect(harmed.length).toBeGreaterThan(75);
	expect(harmed.length).toBeLessThan(125);
	expect(new Set(harmed).size).toBeGreaterThan(10);
});
