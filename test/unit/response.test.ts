import { HIDDEN } from '../../nodes/shared/http/masking';
import {
	excerpt,
	incomplete,
	failureState,
	readBody,
	readRetryAfter,
	type ServiceResponse,
} from '../../nodes/shared/http/response';

/** What a response says. */

const DOUBT = 'The change may or may not have been made: look it up before you send it again.';

describe('the body of an answer', () => {
	test.each([
		['an object', '{"id":9007199254740993}', { id: '9007199254740993' }],
		['an array after white space', ' \n[1]', [1]],
		['an object that n8n has read already', { id: 1 }, { id: 1 }],
	])('is JSON: %s', (_what, body, json) => {
		expect(readBody(body, {}).json).toEqual(json);
	});

	test.each([
		['a page', '<html>', '<html>'],
		['broken JSON', '{"id":', '{"id":'],
		['a text', 'true', 'true'],
		['a number', '12', '12'],
		['text before JSON', 'x {"id":1}', 'x {"id":1}'],
		['nothing', undefined, ''],
		['null', null, ''],
		['empty text', '', ''],
	])('is none, and kept as text: %s', (_what, body, text) => {
		expect(readBody(body, {})).toEqual({ text, json: undefined });
	});

	test('never holds the secret that was sent', () => {
		const secret = 's3cret/+of-A-server';
		const body = { said: `Bearer ${secret}`, deep: [{ [secret]: 1 }] };
		expect(readBody(body, { apiToken: secret })).toEqual({
			text: `{"said":"Bearer ${HIDDEN}","deep":[{"${HIDDEN}":1}]}`,
			json: { said: `Bearer ${HIDDEN}`, deep: [{ [HIDDEN]: 1 }] },
		});
	});

	test('never holds a secret with quotes and backslashes, also within a text in JSON', () => {
		const secret = 'a"b/c\\d+lo4g';
		expect(readBody({ said: `Bearer ${secret}.` }, { apiKey: secret }).text).toBe(
			`{"said":"Bearer ${HIDDEN}."}`,
		);
	});

	test('is not masked if the value is too short to be a secret, or is not a secret', () => {
		expect(readBody('abc 1234', { apiKey: 'abc', secretKey: 1234, baseUrl: '1234' }).text).toBe('abc 1234');
		expect(readBody('abcd', { apiKey: 'abcd' }).text).toBe('abcd');
	});
});

const reply = (more: Partial<ServiceResponse>): ServiceResponse => ({
	status: 200,
	statusText: '',
	headers: {},
	json: {},
	text: '',
	request: 'POST /groups',
	correction: 0,
	...more,
});

describe('the certainty of a write after an answer without success', () => {
	test.each([
		['a refusal', { status: 400 }, { certainty: 'notDone', unanswered: undefined }],
		[
			'a refusal that is a page',
			{ status: 404, json: undefined },
			{ certainty: 'notDone', unanswered: undefined },
		],
		['a success that is none by its body', { status: 200 }, { certainty: 'notDone', unanswered: undefined }],
		['too much for now', { status: 503 }, { certainty: 'notDone', unanswered: undefined }],
		[
			'a refusal after an attempt that may have been done',
			{ status: 409, earlierAttempts: 'unknown' as const },
			{ certainty: 'unknown', unanswered: undefined },
		],
		[
			'a page with success',
			{ status: 200, json: undefined },
			{ certainty: 'unknown', unanswered: 'connection' },
		],
		['a server error', { status: 500 }, { certainty: 'unknown', unanswered: 'connection' }],
		['a gateway that gave up waiting', { status: 504 }, { certainty: 'unknown', unanswered: 'timeout' }],
		[
			'a server error for a read',
			{ status: 500, request: 'GET /groups' },
			{ certainty: 'notDone', unanswered: 'connection' },
		],
	])('%s', (_what, answer, outcome) => {
		expect(failureState(reply(answer))).toStrictEqual(outcome);
	});
});

describe('how long a service asks to wait', () => {
	beforeEach(() => jest.useFakeTimers({ now: Date.parse('2026-11-29T06:00:00Z') }));
	afterEach(() => jest.useRealTimers());

	test.each([
		['30', 30_000],
		[' 120 ', 120_000],
		[5, 5_000],
		['Sun, 29 Nov 2026 06:01:00 GMT', 60_000],
		['Sun, 29 Nov 2026 05:59:00 GMT', undefined],
		['Sun, 29 Nov 2026 06:00:00 GMT', undefined],
		['0', undefined],
		['5 seconds', undefined],
		['soon', undefined],
		['', undefined],
		[undefined, undefined],
	])('%j is %s milliseconds', (value, milliseconds) => {
		expect(readRetryAfter(value)).toBe(milliseconds);
	});

	test.each([
		[429, '30', { retryAfterMs: 30_000 }],
		[503, '30', { retryAfterMs: 30_000 }],
		[503, 'soon', {}],
		[400, '30', {}],
	])('status %i with Retry-After %s', (status, retryAfter, expected) => {
		const headers = { 'retry-after': retryAfter };
		expect(failureState(reply({ status, headers }))).toStrictEqual({
			certainty: 'notDone',
			unanswered: undefined,
			...expected,
		});
	});
});

test('a success without its record names the missing record, and says what may have been done', () => {
	const failure = incomplete(
		'ThreatConnect answered with success, but without a group',
		reply({ status: 201 }),
	);
	expect(failure.message).toBe('ThreatConnect answered with success, but without a group');
	expect(failure.description).toBe(
		`Look at what answers at the Base URL: it may be a proxy or a login page. ${DOUBT}`,
	);
	expect(failure.details).toEqual({ httpCode: '201', request: 'POST /groups' });
	expect(failure).toMatchObject({ certainty: 'unknown', doubt: DOUBT });
	expect(incomplete('x', reply({ request: 'GET /groups' }))).toMatchObject({
		certainty: 'notDone',
		doubt: '',
	});
});

describe('the start of a page, for a message', () => {
	test.each([
		['plain text', ' Too  many\n requests ', 'Too many requests'],
		['markup', '<h1>Bad<br/>Gateway</h1>', 'Bad Gateway'],
		['styles and scripts', '<style>a{}</style>x<SCRIPT>\nlet a\n</SCRIPT>y', 'x y'],
		['200 characters', 'x'.repeat(200), 'x'.repeat(200)],
		['more', 'x'.repeat(201), `${'x'.repeat(200)} (cut)`],
	])('%s', (_what, text, expected) => {
		expect(excerpt(text)).toBe(expected);
	});

	test('is found where a long page begins, however long it is', () => {
		expect(excerpt(`<p>${' '.repeat(5000)}late`)).toBe('');
	});
});
