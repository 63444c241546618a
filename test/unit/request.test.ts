import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { UserError } from 'n8n-workflow';
import { AttackForgeApi } from '../../credentials/AttackForgeApi.credentials';
import { authenticatedRequest, encodeComponent, readSecret } from '../../credentials/request';
import { hmacHeaders } from '../../credentials/threatConnectHmac';
import { ThreatConnectApi } from '../../credentials/ThreatConnectApi.credentials';
import { ThreatConnectHmacApi } from '../../credentials/ThreatConnectHmacApi.credentials';

const BASE = 'https://app.example.com';

/** Options that include those of n8n's older request helper. */
type Options = Partial<IHttpRequestOptions> & Record<string, unknown>;

const authenticate = (
	options: Options,
	credentials: ICredentialDataDecryptedObject = {},
	headers: (method: string, pathAndQuery: string) => Record<string, string> = () => ({
		Authorization: 'secret',
	}),
) => authenticatedRequest(credentials, options as IHttpRequestOptions, BASE, headers);

/** The part of the URL after the `?`. */
const query = (options: Options) =>
	authenticate({ url: `${BASE}/api`, ...options }).url.slice(`${BASE}/api`.length);

describe('readSecret', () => {
	test.each(['x', 'APIV2:430:c8mTcH:1234567890123:c2ltdWxhdG9y+/==', '!~', 'Secret^Key&[a]{b}(c)"\'`\\|%#?'])(
		'takes %s as it is',
		(secret) => {
			expect(readSecret(secret, 'API Token')).toBe(secret);
		},
	);

	test.each(['abc\n', 'abc\r\n', ' abc', 'abc\t', 'abc\u00a0', '\ufeffabc', '\n abc \n'])(
		'leaves out the white space around %j',
		(secret) => {
			expect(readSecret(secret, 'API Token')).toBe('abc');
		},
	);

	test.each([
		['Bearer abc', 'Bearer'],
		['TC-Token abc', 'TC-Token'],
		['tc-token: abc', 'tc-token'],
		['Authorization: TC-Token abc', 'Authorization:'],
		['X-SSAPI-KEY: abc', 'X-SSAPI-KEY:'],
	])('names what stands before the secret in %j', (secret, prefix) => {
		expect(() => readSecret(secret, 'API Token')).toThrow(
			new UserError(
				`The API Token begins with "${prefix}", which is not a part of it. Enter only what follows.`,
			),
		);
	});

	test.each([[''], [' '], ['\r\n'], [undefined], [null], [0], [42], [{}], [['x']]])(
		'%j is an empty secret',
		(value) => {
			expect(() => readSecret(value, 'API Token')).toThrow(
				new UserError('The API Token is empty. Enter it in the credential.'),
			);
		},
	);

	test.each([
		['a line break inside', 'abc\ndef'],
		['a header smuggled in', 'abc\r\nX-Evil: 1'],
		['a space inside', 'abc def'],
		['a tab', 'abc\tdef'],
		['a no-break space inside', 'abc\u00a0def'],
		['a zero-width space', 'abc\u200b'],
		['a typographic quote', '“abc”'],
		['an umlaut', 'abcä'],
		['NUL', 'abc\0'],
		['DEL', 'abc\x7f'],
	])('refuses %s, and does not repeat the secret', (_what, secret) => {
		expect(() => readSecret(secret, 'Secret Key')).toThrow(
			new UserError(
				'The Secret Key holds a space, a line break or another character that no key has. Paste it again without it.',
			),
		);
	});

	test.each<[string, ICredentialDataDecryptedObject]>([
		['API Token', { apiToken: 'x x', accessId: '1', secretKey: 'x', apiKey: 'x' }],
		['Access ID', { apiToken: 'x', accessId: '1\n1', secretKey: 'x', apiKey: 'x' }],
		['Secret Key', { apiToken: 'x', accessId: '1', secretKey: 'x\nx', apiKey: 'x' }],
		['Self-Service API Key', { apiToken: 'x', accessId: '1', secretKey: 'x', apiKey: 'x x' }],
	])('a credential names its field: %s', async (label, data) => {
		const outcomes = await Promise.allSettled(
			[new ThreatConnectApi(), new ThreatConnectHmacApi(), new AttackForgeApi()].map(
				async ({ authenticate: sign }) =>
					await (sign as (data: object, options: object) => Promise<unknown>)(
						{ baseUrl: BASE, ...data },
						{ url: `${BASE}/api/v3/groups` },
					),
			),
		);
		const messages = outcomes.flatMap((one) =>
			one.status === 'rejected' ? [(one.reason as Error).message] : [],
		);
		expect(messages).toEqual([
			`The ${label} holds a space, a line break or another character that no key has. Paste it again without it.`,
		]);
	});
});

describe('encodeComponent', () => {
	test.each([
		['', ''],
		['azAZ09-_.~', 'azAZ09-_.~'],
		["!'()*", '%21%27%28%29%2A'],
		['a b', 'a%20b'],
		['a+b', 'a%2Bb'],
		['50%', '50%25'],
		['%20', '%2520'],
		['&=#/?:@;,$', '%26%3D%23%2F%3F%3A%40%3B%2C%24'],
		['|^`{}[]<>"\\', '%7C%5E%60%7B%7D%5B%5D%3C%3E%22%5C'],
		['ü', '%C3%BC'],
		['日本', '%E6%97%A5%E6%9C%AC'],
		['🐟', '%F0%9F%90%9F'],
		['\n\r\t\0', '%0A%0D%09%00'],
	])('%j → %s', (text, encoded) => {
		expect(encodeComponent(text)).toBe(encoded);
		expect(decodeURIComponent(encoded)).toBe(text);
	});

	// A text that was cut within an emoji would end in JavaScript's "URI malformed".
	test('half of a character is refused, because a replacement would be another value', () => {
		expect(() => encodeComponent('cut \ud83d')).toThrow('holds half a character');
	});

	test('what it writes passes through a URL unchanged, in a path and in a query', () => {
		const every = Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code)).join('');
		const encoded = encodeComponent(every);
		expect(encoded).toMatch(/^(?:[\w.~-]|%[0-9A-F]{2})+$/);
		const url = new URL(`${BASE}/a${encoded}?b=${encoded}`);
		expect(url.pathname + url.search).toBe(`/a${encoded}?b=${encoded}`);
	});
});

describe('the secret goes only to the origin of the credential', () => {
	const refused = (origin: string) =>
		new UserError(
			`This credential is for ${BASE}, but the request goes to ${origin}. Nothing was sent. Change the URL, or the Base URL in the credential.`,
		);

	test.each([
		['another host', 'https://evil.test/api', 'https://evil.test'],
		['another port', `${BASE}:8443/api`, `${BASE}:8443`],
		['http', 'http://app.example.com/api', 'http://app.example.com'],
		['http on port 443', 'http://app.example.com:443/api', 'http://app.example.com:443'],
		['a look-alike', `${BASE}.evil.test/api`, `${BASE}.evil.test`],
		['a subdomain', 'https://x.app.example.com/api', 'https://x.app.example.com'],
		['the parent domain', 'https://example.com/api', 'https://example.com'],
		['a name with a dot at its end', `${BASE}./api`, `${BASE}.`],
		['the userinfo trick', `${BASE}@evil.test/api`, 'https://evil.test'],
		['the userinfo trick with a password', 'https://app.example.com:443@evil.test/', 'https://evil.test'],
		['a backslash', 'https://evil.test\\@app.example.com/', 'https://evil.test'],
		['a fragment', 'https://evil.test#@app.example.com/', 'https://evil.test'],
		['a query', 'https://evil.test?@app.example.com/', 'https://evil.test'],
		['a look-alike letter', 'https://аpp.example.com/', 'https://xn--pp-6kc.example.com'],
		['an IP address', 'https://127.0.0.1/', 'https://127.0.0.1'],
	])('%s is refused: %s', (_what, url, origin) => {
		const headers = jest.fn(() => ({ Authorization: 'secret' }));
		expect(() => authenticate({ url }, {}, headers)).toThrow(refused(origin));
		expect(() => authenticate({ uri: url }, {}, headers)).toThrow(refused(origin));
		expect(() => authenticate({ url, baseURL: BASE }, {}, headers)).toThrow(refused(origin));
		expect(headers).not.toHaveBeenCalled();
	});

	test('a URL without an origin is refused', () => {
		expect(() => authenticate({ url: 'data:text/plain,x' })).toThrow(refused('null'));
		expect(() => authenticate({ url: 'file:///etc/passwd' })).toThrow(refused('null'));
	});

	test('another origin in baseURL is refused', () => {
		expect(() => authenticate({ baseURL: 'https://evil.test', url: '/api' })).toThrow(
			refused('https://evil.test'),
		);
		expect(() => authenticate({ baseURL: `${BASE}@evil.test`, url: '/api' })).toThrow(
			refused('https://evil.test'),
		);
	});

	test('a path cannot lead from baseURL to another host', () => {
		expect(authenticate({ baseURL: BASE, url: '//evil.test/api' }).url).toBe(`${BASE}/evil.test/api`);
		expect(authenticate({ baseURL: BASE, url: '@evil.test/api' }).url).toBe(`${BASE}/@evil.test/api`);
		expect(authenticate({ baseURL: BASE, url: '.evil.test/api' }).url).toBe(`${BASE}/.evil.test/api`);
	});

	test.each([`${BASE}/api`, `${BASE}:443/api`, 'HTTPS://APP.EXAMPLE.COM/api', 'https:app.example.com/api'])(
		'the same origin is taken however it is written: %s',
		(url) => {
			expect(authenticate({ url }).headers).toEqual({ Authorization: 'secret' });
			expect(authenticate({ url }).url).toBe(`${BASE}/api`);
		},
	);

	test('only the origin of the Base URL counts, not its path', () => {
		const options = { url: `${BASE}/elsewhere` } as IHttpRequestOptions;
		expect(authenticatedRequest({}, options, `${BASE}/security`, () => ({})).url).toBe(`${BASE}/elsewhere`);
	});

	test('no redirect is followed, whatever the caller set', () => {
		expect(authenticate({ url: `${BASE}/api`, disableFollowRedirect: false, maxRedirects: 5 })).toMatchObject(
			{
				disableFollowRedirect: true,
				followRedirect: false,
				followAllRedirects: false,
				maxRedirects: 0,
			},
		);
	});

	// Axios makes Basic authentication of a user name in the URL, and replaces the Authorization header by it. The
	// request would lack the credential, and nobody could explain the 401.
	test('a user name in the URL does not stay there', () => {
		let url = 'refused';
		try {
			url = authenticate({ url: 'https://user:password@app.example.com/api' }).url;
		} catch {
			// Refused.
		}
		expect(['refused', `${BASE}/api`]).toContain(url);
	});

	test('an incomplete URL is refused', () => {
		expect(() => authenticate({ url: '/api/v3/groups' })).toThrow(
			'The URL "/api/v3/groups" is not complete. Write it with https://.',
		);
		expect(() => authenticate({})).toThrow('The URL "" is not complete.');
	});
});

describe('the query is folded into the URL', () => {
	test.each<[string, Options['qs'], string]>([
		['nothing', {}, ''],
		['a text', { a: 'b' }, '?a=b'],
		['an empty text', { a: '' }, '?a='],
		['several', { a: 'b', c: 'd' }, '?a=b&c=d'],
		['a number', { a: 1.5 }, '?a=1.5'],
		['zero', { a: 0 }, '?a=0'],
		['false', { a: false }, '?a=false'],
		['null', { a: null }, '?a='],
		['undefined', { a: undefined, b: 1 }, '?b=1'],
		['a Date', { a: new Date(0) }, '?a=1970-01-01T00%3A00%3A00.000Z'],
		['awkward characters', { 'a b': "c&d=e'(f)" }, '?a%20b=c%26d%3De%27%28f%29'],
		['an object', { a: { b: 'c', d: 'e' } }, '?a%5Bb%5D=c&a%5Bd%5D=e'],
		['nested objects', { a: { b: { c: 'd' } } }, '?a%5Bb%5D%5Bc%5D=d'],
		['an object with null and undefined', { a: { b: null, c: undefined } }, '?a%5Bb%5D='],
		['an empty object', { a: {}, b: 1 }, '?b=1'],
		['an array', { a: ['b', 'c'] }, '?a%5B0%5D=b&a%5B1%5D=c'],
		['an empty array', { a: [], b: 1 }, '?b=1'],
		['an array in an object', { a: { b: ['c'] } }, '?a%5Bb%5D%5B0%5D=c'],
		['an object in an array', { a: [{ b: 'c' }] }, '?a%5B0%5D%5Bb%5D=c'],
		['an array with null', { a: [null] }, '?a%5B0%5D='],
	])('%s', (_what, qs, expected) => {
		expect(query({ qs })).toBe(expected);
	});

	const list = { a: ['b c', 'd'], e: 'f' };
	const indices = '?a%5B0%5D=b%20c&a%5B1%5D=d&e=f';
	const repeat = '?a=b%20c&a=d&e=f';
	const brackets = '?a%5B%5D=b%20c&a%5B%5D=d&e=f';
	const comma = '?a=b%20c%2Cd&e=f';

	test.each<[string, Options, string]>([
		['by default', {}, indices],
		['arrayFormat indices', { arrayFormat: 'indices' }, indices],
		['arrayFormat repeat', { arrayFormat: 'repeat' }, repeat],
		['arrayFormat brackets', { arrayFormat: 'brackets' }, brackets],
		['arrayFormat comma', { arrayFormat: 'comma' }, comma],
		['qsStringifyOptions indices', { qsStringifyOptions: { arrayFormat: 'indices' } }, indices],
		['qsStringifyOptions repeat', { qsStringifyOptions: { arrayFormat: 'repeat' } }, repeat],
		['qsStringifyOptions brackets', { qsStringifyOptions: { arrayFormat: 'brackets' } }, brackets],
		['useQuerystring', { useQuerystring: true }, repeat],
		['useQuerystring false', { useQuerystring: false }, indices],
		[
			'qsStringifyOptions before useQuerystring',
			{ useQuerystring: true, qsStringifyOptions: { arrayFormat: 'brackets' } },
			brackets,
		],
	])('a list is written as the caller asks: %s', (_what, options, expected) => {
		expect(query({ qs: list, ...options })).toBe(expected);
	});

	test.each<[IHttpRequestOptions['arrayFormat'], string]>([
		['indices', '?a%5B0%5D%5Bb%5D=1&a%5B1%5D=2020-01-01T00%3A00%3A00.000Z'],
		['repeat', '?a%5Bb%5D=1&a=2020-01-01T00%3A00%3A00.000Z'],
		['brackets', '?a%5B%5D%5Bb%5D=1&a%5B%5D=2020-01-01T00%3A00%3A00.000Z'],
	])('objects and dates in a list, %s', (arrayFormat, expected) => {
		expect(query({ qs: { a: [{ b: 1 }, new Date('2020-01-01')] }, arrayFormat })).toBe(expected);
	});

	test('an empty comma list is left out', () => {
		expect(query({ qs: { a: [] }, arrayFormat: 'comma' })).toBe('');
	});

	// JavaScript's join would print "Wed Jan 01 2020 00:00:00 GMT+0000 (Coordinated Universal Time)". A Date is ISO 8601
	// everywhere else, also in n8n's own serializer (qs).
	test('a date in a comma list is written like any other', () => {
		expect(query({ qs: { a: [new Date('2020-01-01'), 'b'] }, arrayFormat: 'comma' })).toBe(
			'?a=2020-01-01T00%3A00%3A00.000Z%2Cb',
		);
	});

	test.each<[string, string, Options['qs'], string]>([
		['is kept', '?x=1', {}, '?x=1'],
		['comes first', '?x=1', { a: 'b' }, '?x=1&a=b'],
		['keeps its own encoding', "?x=a+b%20c%2B'd", { a: 'b' }, '?x=a+b%20c%2B%27d&a=b'],
		['is encoded where it is not', '?x=a b"<ü>', {}, '?x=a%20b%22%3C%C3%BC%3E'],
		['may repeat a name of the added', '?a=1', { a: '2' }, '?a=1&a=2'],
		['may be empty', '?', { a: 'b' }, '?a=b'],
		['may be a bare name', '?flag', { a: 'b' }, '?flag&a=b'],
	])('a query in the URL %s', (_what, own, qs, expected) => {
		expect(query({ url: `${BASE}/api${own}`, qs })).toBe(expected);
	});

	test.each([
		[`${BASE}/api#top`, undefined, '/api'],
		[`${BASE}/api?x=1#top`, undefined, '/api?x=1'],
		[`${BASE}/api#top?x=1`, undefined, '/api'],
		[`${BASE}/api#top`, { a: 'b' }, '/api?a=b'],
		[`${BASE}/api?x=1#top`, { a: '#' }, '/api?x=1&a=%23'],
		[`${BASE}/api/%23top`, undefined, '/api/%23top'],
	])('a fragment is dropped: %s %j', (url, qs, expected) => {
		expect(authenticate({ url, qs }).url).toBe(BASE + expected);
	});

	test.each([
		[BASE, '/api/v3/groups', '/api/v3/groups'],
		[`${BASE}/`, '/api/v3/groups', '/api/v3/groups'],
		[`${BASE}/`, 'api/v3/groups', '/api/v3/groups'],
		[`${BASE}/api/v3`, 'groups', '/api/v3/groups'],
		[`${BASE}/api/v3/`, '/groups?x=1', '/api/v3/groups?x=1'],
		[`${BASE}/api`, `${BASE}/other`, '/other'],
		[`${BASE}/api`, '', '/api/'],
	])('baseURL %s and url %s are joined', (baseURL, url, expected) => {
		const joined = authenticate({ baseURL, url });
		expect(joined.url).toBe(BASE + expected);
		expect(joined).not.toHaveProperty('baseURL');
	});

	test('the signature covers the final URL, with the method in upper case', () => {
		const headers = jest.fn(() => ({}));
		const { url } = authenticate(
			{ url: `${BASE}/api/v3/groups/a b:c%2Fd?x='y'#z`, method: 'post' as 'POST', qs: { q: "(ü)'" } },
			{},
			headers,
		);
		expect(url).toBe(`${BASE}/api/v3/groups/a%20b:c%2Fd?x=%27y%27&q=%28%C3%BC%29%27`);
		expect(headers.mock.calls).toEqual([['POST', url.slice(BASE.length)]]);
	});

	test('the default method is GET', () => {
		const headers = jest.fn(() => ({}));
		authenticate({ url: `${BASE}/api` }, {}, headers);
		expect(headers).toHaveBeenCalledWith('GET', '/api');
	});

	test('n8n has nothing left to add: neither qs nor baseURL remain', () => {
		const done = authenticate({ baseURL: BASE, url: '/api', qs: { a: 'b' } });
		expect(done).not.toHaveProperty('qs');
		expect(done).not.toHaveProperty('baseURL');
		expect(done).not.toHaveProperty('uri');
	});

	test('a caller that uses uri finds the same under both names', () => {
		expect(authenticate({ uri: `${BASE}/api`, qs: { a: 'b' } })).toMatchObject({
			uri: `${BASE}/api?a=b`,
			url: `${BASE}/api?a=b`,
		});
	});
});

describe('headers and options', () => {
	test.each(['Authorization', 'authorization', 'AUTHORIZATION', 'aUTHORIZATION'])(
		'an old %s header is replaced, the others stay',
		(name) => {
			const headers = { [name]: 'old', Accept: 'application/json', 'X-Other': '1' };
			expect(authenticate({ url: BASE, headers }).headers).toEqual({
				Authorization: 'secret',
				Accept: 'application/json',
				'X-Other': '1',
			});
		},
	);

	test.each<[boolean | string | undefined, boolean]>([
		[true, true],
		[false, false],
		[undefined, false],
		['true', false],
	])('with ignoreSslIssues %j the check of certificates is switched off: %j', (ignoreSslIssues, off) => {
		const credentials = (
			ignoreSslIssues === undefined ? {} : { ignoreSslIssues }
		) as ICredentialDataDecryptedObject;
		const done = authenticate({ url: BASE, rejectUnauthorized: true }, credentials) as Options;
		expect(done.skipSslCertificateValidation).toBe(off ? true : undefined);
		expect(done.rejectUnauthorized).toBe(!off);
	});

	test('everything else that the caller set stays', () => {
		const body = { name: 'x' };
		const done = authenticate({
			url: BASE,
			method: 'PUT',
			body,
			timeout: 5,
			json: true,
			returnFullResponse: true,
		});
		expect(done).toMatchObject({ method: 'PUT', timeout: 5, json: true, returnFullResponse: true });
		expect(done.body).toBe(body);
	});

	test('the caller’s object is not changed, and the result is another', () => {
		const options = {
			url: 'api?x=1#y',
			baseURL: BASE,
			qs: { a: ['b'] },
			headers: { authorization: 'old' },
			method: 'GET' as const,
		};
		const before = structuredClone(options);
		Object.freeze(options.qs);
		Object.freeze(options.headers);
		const done = authenticate(Object.freeze(options), { ignoreSslIssues: true });
		expect(options).toEqual(before);
		expect(done).not.toBe(options);
		expect(done.headers).not.toBe(options.headers);
	});
});

describe('each credential', () => {
	const sign = async (
		credential: ThreatConnectApi | ThreatConnectHmacApi | AttackForgeApi,
		data: ICredentialDataDecryptedObject,
		options: Options,
	) =>
		await (credential.authenticate as (data: object, options: object) => Promise<IHttpRequestOptions>)(
			data,
			options,
		);

	afterEach(() => jest.useRealTimers());

	test('ThreatConnect with a token', async () => {
		const data = { baseUrl: `${BASE}/api/v3`, apiToken: 'APIV2:1:a=' };
		const done = await sign(new ThreatConnectApi(), data, { url: `${BASE}/api/v3/groups` });
		expect(done.headers).toEqual({ Authorization: 'TC-Token APIV2:1:a=' });
	});

	test('AttackForge', async () => {
		const data = { baseUrl: 'app.example.com/api/ss', apiKey: 'key' };
		const headers = { 'x-ssapi-key': 'old', accept: 'x' };
		const done = await sign(new AttackForgeApi(), data, { url: `${BASE}/api/ss/groups`, headers });
		expect(done.headers).toEqual({ 'X-SSAPI-KEY': 'key', accept: 'x' });
	});

	test('ThreatConnect with HMAC signs as documented', () => {
		// The documentation has an example of a string to sign. The signature comes from OpenSSL: printf '%s' '<path and
		// query>:GET:1513703787' | openssl dgst -sha256 -hmac secret -binary | base64
		expect(
			hmacHeaders(
				'123',
				'secret',
				'GET',
				'/api/v2/indicators/hosts/example.com?Owner=Common%20Community',
				1513703787,
			),
		).toEqual({
			Authorization: 'TC 123:qcQ78w1LcTYOSn2A4hYtkwvNsBnti4Ed+ZpIzM7oSjE=',
			Timestamp: '1513703787',
		});
	});

	test('HMAC: called again on its own result, it signs again at the new time, and once', async () => {
		jest.useFakeTimers({ now: 1_600_000_000_999 });
		const data = { baseUrl: BASE, accessId: '123', secretKey: 'secret' };
		const credential = new ThreatConnectHmacApi();
		const first = await sign(credential, data, {
			uri: `${BASE}/api/v3/groups`,
			qs: { tql: "name = 'x'" },
			headers: { authorization: 'old', TIMESTAMP: '1' },
		});
		const path = '/api/v3/groups?tql=name%20%3D%20%27x%27';
		expect(first.url).toBe(BASE + path);
		expect(first.headers).toEqual(hmacHeaders('123', 'secret', 'GET', path, 1_600_000_000));
		jest.setSystemTime(1_600_000_060_000);
		const second = await sign(credential, data, first as Options);
		expect(second.url).toBe(first.url);
		expect(second.headers).toEqual(hmacHeaders('123', 'secret', 'GET', path, 1_600_000_060));
		expect(second.headers?.Authorization).not.toBe(first.headers?.Authorization);
		expect(first.headers?.Timestamp).toBe('1600000000');
	});

	test('HMAC: the secret key itself is in no part of the request', async () => {
		const data = { baseUrl: BASE, accessId: '123', secretKey: 'very-secret' };
		const done = await sign(new ThreatConnectHmacApi(), data, { url: `${BASE}/api/v3/groups` });
		expect(JSON.stringify(done)).not.toContain('very-secret');
	});

	test.each([
		['ThreatConnect with a token', new ThreatConnectApi(), { apiToken: 'very-secret' }],
		['ThreatConnect with HMAC', new ThreatConnectHmacApi(), { accessId: '1', secretKey: 'very-secret' }],
		['AttackForge', new AttackForgeApi(), { apiKey: 'very-secret' }],
	])('%s refuses another origin without naming the secret', async (_what, credential, data) => {
		await expect(sign(credential, { baseUrl: BASE, ...data }, { url: 'https://evil.test/' })).rejects.toThrow(
			new UserError(
				`This credential is for ${BASE}, but the request goes to https://evil.test. Nothing was sent. Change the URL, or the Base URL in the credential.`,
			),
		);
	});
});

describe('Allowed Domains of the credential', () => {
	const withDomains = (allowedDomains: unknown, mode = 'domains') =>
		authenticate({ url: `${BASE}/api` }, {
			allowedHttpRequestDomains: mode,
			allowedDomains,
		} as ICredentialDataDecryptedObject);

	test.each([
		'app.example.com',
		'APP.EXAMPLE.COM.',
		'other.com, app.example.com',
		'*.example.com',
		' *.COM ',
	])('let a request through: %s', (allowedDomains) => {
		expect(withDomains(allowedDomains).url).toBe(`${BASE}/api`);
	});

	test.each([
		'',
		'example.com',
		'*.app.example.com',
		'*.',
		'*',
		'pp.example.com',
		'app.example.com.evil.com',
		undefined,
		1,
	])('refuse a request, and say what to do: %p', (allowedDomains) => {
		expect(() => withDomains(allowedDomains)).toThrow(
			'The credential does not allow requests to app.example.com. Nothing was sent. Add it to Allowed Domains in the credential, or correct the Base URL.',
		);
	});

	test.each(['all', 'none'])(
		'are asked only where the credential is for some domains: not with %s',
		(mode) => {
			expect(withDomains('', mode).url).toBe(`${BASE}/api`);
		},
	);
});

describe('plain HTTP to a loopback address', () => {
	const LOOPBACK = 'http://127.0.0.1:8080';
	const signed = (options: object, credentials: ICredentialDataDecryptedObject = {}) =>
		authenticatedRequest(credentials, { url: `${LOOPBACK}/x`, ...options }, LOOPBACK, () => ({}));

	test('has the service itself as proxy, so that no proxy of the environment sees the secret', () => {
		expect(signed({}).proxy).toEqual({ protocol: 'http', host: '127.0.0.1', port: 8080 });
		expect(signed({ uri: `${LOOPBACK}/x` }).proxy).toBe(LOOPBACK);
		expect(signed({}, { isDirect: true })).not.toHaveProperty('proxy');
	});

	test('is refused with a proxy', () => {
		expect(() => signed({ proxy: { host: 'proxy', port: 3128 } })).toThrow(/which would see the secret/);
	});
});
