import { ServiceFailure } from '../../nodes/shared/core/errors';
import {
	explainNetworkCode,
	networkCode,
	networkFailure,
	redirectFailure,
	timeoutFailure,
} from '../../nodes/shared/http/networkErrors';

/** The messages for a request that got no response. */

const DOUBT = 'The change may or may not have been made: look it up before you send it again.';
const HOST = 'example.com:8443';

describe('a network’s code in plain words', () => {
	const certificate = 'The certificate of example.com:8443 is not trusted';
	const refused = 'example.com:8443 could not be reached';
	const tls = 'example.com:8443 does not speak HTTPS on this port';
	const broke = 'The connection to example.com:8443 broke before an answer came';
	test.each([
		['ENOTFOUND', 'The host example.com:8443 was not found', undefined, /Base URL/],
		['EAI_AGAIN', 'The host example.com:8443 was not found', 'notDone', /Base URL/],
		['CERT_HAS_EXPIRED', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['CERT_NOT_YET_VALID', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['CERT_REVOKED', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['CERT_UNTRUSTED', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['INVALID_CA', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['INVALID_PURPOSE', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', `${certificate}`, undefined, /NODE_EXTRA_CA_CERTS/],
		['DEPTH_ZERO_SELF_SIGNED_CERT', `${certificate}`, undefined, /Ignore SSL Issues/],
		['ECONNREFUSED', `${refused}`, 'notDone', /port/],
		['EHOSTUNREACH', `${refused}`, 'notDone', /port/],
		['ENETUNREACH', `${refused}`, 'notDone', /port/],
		['EPROTO', `${tls}`, undefined, /port/],
		['ERR_SSL_WRONG_VERSION_NUMBER', `${tls}`, undefined, /port/],
		['ECONNRESET', `${broke}`, 'unknown', /Run it again/],
		['X_ERR_SSL', `${broke}`, 'unknown', /Run it again/],
	])('%s', (code, message, certainty, description) => {
		const said = explainNetworkCode(code, 'example.com:8443');
		expect(said.message).toBe(message);
		expect(said.isTransient).toBe(certainty !== undefined);
		expect(said.mayHaveArrived).toBe(certainty === 'unknown');
		expect(said.description).toMatch(description);
	});
});

/** An error of the HTTP layer as n8n wraps it. */
const wrapped = (code: unknown, message = 'said by axios') =>
	new Error('said by n8n', {
		cause: new Error('inner', { cause: Object.assign(new Error(message), { code }) }),
	});

test.each([
	[wrapped('ECONNRESET'), 'ECONNRESET'],
	[Object.assign(new Error('x', { cause: wrapped('EPROTO') }), { code: '' }), 'EPROTO'],
	[Object.assign(new Error('x', { cause: wrapped('EPROTO') }), { code: 'ENOTFOUND' }), 'ENOTFOUND'],
	[wrapped(404), ''],
	[new Error('x'), ''],
	['ECONNRESET', ''],
	[{ code: 'ECONNRESET' }, ''],
	[undefined, ''],
])('the network’s code is found under n8n’s wrappings: %#', (error, code) => {
	expect(networkCode(error)).toBe(code);
});

/** The texts of a failure, for a read and for a write. */
function said(error: unknown) {
	return ['GET /groups', 'POST /groups'].map((request) => {
		const { message, description, details, certainty, unanswered, doubt } = networkFailure(
			error,
			HOST,
			request,
			60_000,
		);
		expect(details.request).toBe(request);
		return { message, description, httpCode: details.httpCode, certainty, unanswered, doubt };
	});
}

describe('a request without an answer', () => {
	test('because the connection broke may have been done, if it is a write', () => {
		const [read, write] = said(wrapped('ECONNRESET'));
		expect(read).toEqual({
			message: `The connection to ${HOST} broke before an answer came`,
			description: 'Run it again once the network and the service are well.',
			httpCode: 'ECONNRESET',
			certainty: 'notDone',
			unanswered: 'connection',
			doubt: '',
		});
		expect(write?.description).toBe(`Run it again once the network and the service are well. ${DOUBT}`);
		expect(write?.doubt).toBe(DOUBT);
	});

	test('because nobody listens was certainly not done', () => {
		for (const one of said(wrapped('ECONNREFUSED'))) {
			expect(one).toMatchObject({
				certainty: 'notDone',
				unanswered: 'connection',
				httpCode: 'ECONNREFUSED',
			});
			expect(one.doubt).toBe('');
		}
	});

	test('because the certificate is not trusted is not worth repeating', () => {
		for (const one of said(wrapped('CERT_HAS_EXPIRED'))) {
			expect(one).toMatchObject({ certainty: 'notDone', unanswered: undefined, doubt: '' });
		}
	});

	test.each(['ECONNABORTED', 'ETIMEDOUT'])('in time tells how long the node has waited: %s', (code) => {
		const [read, write] = said(wrapped(code));
		expect(read).toEqual({
			message: `${HOST} did not answer within 60 seconds`,
			description: 'Raise Options > Timeout if the service needs longer.',
			httpCode: code,
			certainty: 'notDone',
			unanswered: 'timeout',
			doubt: '',
		});
		expect(write?.description).toBe(`Raise Options > Timeout if the service needs longer. ${DOUBT}`);
	});

	test('because the execution was canceled says so', () => {
		const [read, write] = said(wrapped('ERR_CANCELED'));
		const message = 'The execution was canceled while this request was under way';
		const httpCode = 'ERR_CANCELED';
		const unanswered = undefined;
		expect(read).toEqual({ message, description: '', httpCode, certainty: 'notDone', unanswered, doubt: '' });
		expect(write).toEqual({
			message,
			description: DOUBT,
			httpCode,
			certainty: 'unknown',
			unanswered,
			doubt: DOUBT,
		});
	});

	test('for a reason without a code has the message of the error', () => {
		const [read, write] = said(new Error('Invalid character in header'));
		expect(read).toEqual({
			message: 'Invalid character in header',
			description: '',
			httpCode: undefined,
			certainty: 'notDone',
			unanswered: undefined,
			doubt: '',
		});
		expect(write?.doubt).toBe(DOUBT);
		expect(networkFailure(new Error('x'), HOST, 'GET /', 1).details).toEqual({ request: 'GET /' });
	});
});

test.each([
	[1000, '1 second'],
	[1500, '1.5 seconds'],
	[300_000, '300 seconds'],
])('a whole answer that takes longer than %i ms is said to have taken longer than %s', (timeout, words) => {
	const failure = timeoutFailure(HOST, 'GET /', timeout);
	expect(failure.message).toBe(`${HOST} did not answer within ${words}`);
	expect(failure.details).toEqual({ httpCode: 'ETIMEDOUT', request: 'GET /' });
});

test('a redirect is named, with the reason why it is not followed', () => {
	const failure = redirectFailure(302, 'GET /groups', 'https://login.example.com');
	expect(failure).toBeInstanceOf(ServiceFailure);
	expect(failure.message).toBe('The server redirected the request to https://login.example.com');
	expect(failure.description).toMatch(/^Redirects are not followed/);
	expect(failure.details).toEqual({ httpCode: '302', request: 'GET /groups' });
	expect(failure).toMatchObject({ certainty: 'notDone', unanswered: undefined, doubt: '' });
});

test('a proxy that is not reached is named, and the request was not done', () => {
	const said = explainNetworkCode('ECONNREFUSED', HOST, '10.0.0.1:3128');
	expect(said.message).toContain('The proxy 10.0.0.1:3128 was not reached');
	expect(said.description).toContain('NO_PROXY');
	expect(said).toMatchObject({ isTransient: true, mayHaveArrived: false });
	expect(explainNetworkCode('ENOTFOUND', HOST, 'proxy').isTransient).toBe(false);
});
