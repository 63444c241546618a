import axios, { type AxiosRequestConfig } from 'axios';
import {
	CREDENTIALS,
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from './index';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read at many depths
export type Json = Record<string, any>;
export type Answer = { status: number; data: Json; headers: Json };

export const tokenHeaders = (token: string = CREDENTIALS.apiToken) => ({
	Authorization: `TC-Token ${token}`,
});

let server: ThreatConnectSimulator | undefined;
let shared: ThreatConnectSimulator | undefined;

/** A simulator for the present test, which is stopped after the test. */
export async function start(options: ThreatConnectOptions = {}): Promise<ThreatConnectSimulator> {
	server = await startThreatConnect(options);
	return server;
}

/** A simulator for all tests of a block that only read. Called in the block's `beforeAll`. */
export async function startShared(options: ThreatConnectOptions = {}): Promise<ThreatConnectSimulator> {
	await shared?.stop();
	shared = await startThreatConnect(options);
	return shared;
}

/** From now on, a simulator's timers end only when jest's timers are moved on. */
export const holdTimers = () =>
	jest.useFakeTimers({
		// Timers of connections and files stay real.
		doNotFake: [
			'Date',
			'hrtime',
			'nextTick',
			'performance',
			'queueMicrotask',
			'setImmediate',
			'clearImmediate',
			'setInterval',
			'clearInterval',
		],
	});

afterEach(async () => {
	jest.useRealTimers();
	await server?.stop();
	server = undefined;
});

afterAll(async () => {
	await shared?.stop();
	shared = undefined;
});

/** One request as a client sends it. Any status is accepted. */
export async function call(
	method: string,
	path: string,
	data?: unknown,
	config: AxiosRequestConfig = {},
): Promise<Answer> {
	return await axios.request<Json>({
		method,
		url: `${(server ?? shared)?.url}/api${path}`,
		data,
		headers: tokenHeaders(),
		validateStatus: () => true,
		...config,
	});
}

export const get = async (path: string, token?: string) =>
	await call('GET', path, undefined, { headers: tokenHeaders(token) });
export const post = async (path: string, body: unknown) => await call('POST', path, body);
export const put = async (path: string, body: unknown) => await call('PUT', path, body);

/** Sends bytes as a file. */
export const send = async (
	method: string,
	path: string,
	body: unknown,
	type: string | undefined = 'application/octet-stream',
) =>
	await call(method, path, body, {
		headers: { ...tokenHeaders(), 'Content-Type': type },
		maxBodyLength: Infinity,
		maxRedirects: 0,
	});

export const list = (...data: unknown[]) => ({ data });

export function refused(answer: Answer, status: number, errCode: string, message: RegExp): void {
	expect(answer.data).toEqual({ errCode, message: expect.stringMatching(message), status: 'Error' });
	expect(answer.status).toBe(status);
}
