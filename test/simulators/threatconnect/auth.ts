import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { authFailure } from './errors';
import {
	API_USER,
	CANNOT_LIST_USER,
	CREDENTIALS,
	NO_OWNERS_USER,
	READ_ONLY_USER,
	TWO_ORGANIZATIONS_USER,
	type ApiUser,
} from './seeds';

const TOKENS: ReadonlyArray<readonly [string, ApiUser]> = [
	[CREDENTIALS.apiToken, API_USER],
	[CREDENTIALS.readOnlyToken, READ_ONLY_USER],
	[CREDENTIALS.noOwnersToken, NO_OWNERS_USER],
	[CREDENTIALS.cannotListToken, CANNOT_LIST_USER],
	[CREDENTIALS.twoOrganizationsToken, TWO_ORGANIZATIONS_USER],
];

/** docs: quick_start, "within five minutes of the ThreatConnect server's system time". */
const WINDOW_SECONDS = 5 * 60;

function equal(left: string, right: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(left), digest(right));
}

function header(request: FastifyRequest, name: string): string {
	const value = request.headers[name];
	return typeof value === 'string' ? value : '';
}

function userOfToken(token: string): ApiUser {
	const user = TOKENS.find(([known]) => equal(known, token))?.[1];
	// docs: common_errors, for a token that expired, was generated anew or never existed.
	if (!user) throw authFailure('Unauthorized');
	return user;
}

function checkTimestamp(timestamp: string, now: number): void {
	if (!/^\d+$/.test(timestamp)) throw authFailure('Invalid timestamp');
	if (Math.abs(Number(timestamp) - now / 1000) > WINDOW_SECONDS) {
		throw authFailure('Timestamp out of acceptable time range');
	}
}

/** docs: quick_start, `<path>?<query>:<METHOD>:<timestamp>`, byte for byte as in the request line. */
function checkSignature(request: FastifyRequest, timestamp: string, signature: string): void {
	const signed = `${request.raw.url}:${request.method}:${timestamp}`;
	const expected = createHmac('sha256', CREDENTIALS.secretKey).update(signed).digest('base64');
	if (!equal(expected, signature)) throw authFailure('Signature data did not match expected result');
}

/** The user who sent the request. `now` is the server's time in milliseconds. */
export function authenticate(request: FastifyRequest, now: number): ApiUser {
	const authorization = header(request, 'authorization');
	const token = /^TC-Token (.+)$/.exec(authorization)?.[1];
	if (token) return userOfToken(token);
	const [, accessId, signature] = /^TC ([^:]+):(.+)$/.exec(authorization) ?? [];
	if (!accessId || !signature) throw authFailure('Unauthorized');
	if (!equal(CREDENTIALS.accessId, accessId)) throw authFailure('Access Denied');
	const timestamp = header(request, 'timestamp');
	checkTimestamp(timestamp, now);
	checkSignature(request, timestamp, signature);
	return API_USER;
}
