import { UserError } from 'n8n-workflow';
import { attackForgeBaseUrl } from '../../credentials/attackForgeBaseUrl';
import { threatConnectBaseUrl } from '../../credentials/threatConnectBaseUrl';

const EMPTY = 'The Base URL is empty. Enter the address of your instance in the credential.';
const USER = 'The Base URL holds a user name or password. Leave them out of the address.';
const noAddress = (text: string) =>
	`The Base URL "${text}" is not an address. Write it like https://app.example.com.`;
const plain = (text: string) =>
	`The Base URL "${text}" does not use HTTPS, which protects the secret on its way. Write https:// instead.`;
const goesOn = (text: string) =>
	`The Base URL "${text}" goes on after the path. Remove everything from "?" or "#" on.`;

describe.each([
	['ThreatConnect', threatConnectBaseUrl],
	['AttackForge', attackForgeBaseUrl],
])('the Base URL of %s', (_service, baseUrl) => {
	test.each([
		['https://app.example.com', 'https://app.example.com'],
		['https://app.example.com/', 'https://app.example.com'],
		['https://app.example.com///', 'https://app.example.com'],
		['app.example.com', 'https://app.example.com'],
		['app.example.com/', 'https://app.example.com'],
		['APP.Example.COM', 'https://app.example.com'],
		['HTTPS://App.Example.com/', 'https://app.example.com'],
		['  https://app.example.com \n', 'https://app.example.com'],
		['\tapp.example.com/api\r\n', 'https://app.example.com'],
		['https://app.example.com:443', 'https://app.example.com'],
		['https://app.example.com:8443', 'https://app.example.com:8443'],
		['app.example.com:8443', 'https://app.example.com:8443'],
		['app.example.com:8443/api/', 'https://app.example.com:8443'],
		['https://app.example.com/api', 'https://app.example.com'],
		['https://app.example.com/api/', 'https://app.example.com'],
		['https://app.example.com/API', 'https://app.example.com'],
		['https://app.example.com//api', 'https://app.example.com'],
		['https://example.com/security', 'https://example.com/security'],
		['https://example.com/security/', 'https://example.com/security'],
		['https://example.com/security/api', 'https://example.com/security'],
		['https://example.com/Security/Api/', 'https://example.com/Security'],
		['https://example.com/myapi', 'https://example.com/myapi'],
		['https://api.example.com', 'https://api.example.com'],
		['https://app.example.com?', 'https://app.example.com'],
		['https://app.example.com/#', 'https://app.example.com'],
		['https://10.0.0.5', 'https://10.0.0.5'],
		['10.0.0.5:8443', 'https://10.0.0.5:8443'],
		['https://[2001:db8::1]:8443/api', 'https://[2001:db8::1]:8443'],
		['https://bücher.example', 'https://xn--bcher-kva.example'],
		['localhost', 'https://localhost'],
		['localhost:3000', 'https://localhost:3000'],
		['http://localhost:3000/', 'http://localhost:3000'],
		['http://127.0.0.1:3000/api', 'http://127.0.0.1:3000'],
		['http://127.8.9.1', 'http://127.8.9.1'],
		['http://[::1]:3000', 'http://[::1]:3000'],
	])('%j → %s', (pasted, root) => {
		expect(baseUrl(pasted)).toBe(root);
	});

	test.each([
		['https://app.example.com', 'https://app.example.com'],
		['app.example.com:8443/security/api/', 'https://app.example.com:8443/security'],
	])('a root stays what it is when it is read again: %s', (pasted, root) => {
		expect(baseUrl(baseUrl(pasted))).toBe(root);
	});

	test.each<[unknown, string]>([
		['', EMPTY],
		['   ', EMPTY],
		[undefined, EMPTY],
		[null, EMPTY],
		[42, EMPTY],
		[{}, EMPTY],
		['https://', noAddress('https://')],
		['https:// app.example.com', noAddress('https:// app.example.com')],
		['my instance', noAddress('my instance')],
		['https://app.example.com:port', noAddress('https://app.example.com:port')],
		['https://app.example.com:99999', noAddress('https://app.example.com:99999')],
		['https:app.example.com', noAddress('https:app.example.com')],
		['https://user:pass@app.example.com', USER],
		['https://user@app.example.com', USER],
		['user:pass@app.example.com', USER],
		['http://user:pass@app.example.com', USER],
		['http://app.example.com', plain('http://app.example.com')],
		['HTTP://app.example.com/api', plain('HTTP://app.example.com/api')],
		['http://10.0.0.5', plain('http://10.0.0.5')],
		['http://localhost.example.com', plain('http://localhost.example.com')],
		['http://127.0.0.1.example.com', plain('http://127.0.0.1.example.com')],
		['http://0.0.0.0', plain('http://0.0.0.0')],
		['http://[2001:db8::1]', plain('http://[2001:db8::1]')],
		['ftp://app.example.com', plain('ftp://app.example.com')],
		['ws://localhost', plain('ws://localhost')],
		[
			'file:///etc/passwd',
			'The Base URL "file:///etc/passwd" is not an address. Write it like https://app.example.com.',
		],
		['https://app.example.com/?a=b', goesOn('https://app.example.com/?a=b')],
		['https://app.example.com/api?x', goesOn('https://app.example.com/api?x')],
		['app.example.com/#/groups', goesOn('app.example.com/#/groups')],
		['https://app.example.com#top', goesOn('https://app.example.com#top')],
	])('%j is refused: %s', (pasted, message) => {
		expect(() => baseUrl(pasted)).toThrow(new UserError(message));
		expect(() => baseUrl(pasted)).toThrow(UserError);
	});

	test('a password in the address is not repeated in the refusal', () => {
		expect(() => baseUrl('http://user:hunter2@app.example.com')).toThrow(
			expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
		);
	});

	// With a slip in "https://", a lenient parser makes "https" the host, and the secret would go there:
	// "https:/app.example.com" → "https://https/app.example.com".
	test.each(['https:/app.example.com', 'https//app.example.com', 'https:\\\\app.example.com'])(
		'a slip in the scheme is refused or corrected: %s',
		(pasted) => {
			let root = 'refused';
			try {
				root = baseUrl(pasted);
			} catch {
				// Refused.
			}
			expect(['refused', 'https://app.example.com']).toContain(root);
		},
	);

	// WHATWG URLs drop line breaks and tabs inside, so two lines would become one address.
	test('an address with a line break inside is refused', () => {
		expect(() => baseUrl('https://app.example.com\n.evil.test')).toThrow(UserError);
	});

	// A message that repeats an address which cannot be parsed would repeat its password.
	test('a password in an address that cannot be read is not repeated in the refusal', () => {
		expect(() => baseUrl('https://user:hunter2@app.example.com:port')).toThrow(
			expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
		);
	});
});

test.each([
	'https://app.threatconnect.com/auth/index.xhtml',
	'https://app.threatconnect.com/auth/incident/incident.xhtml?incident=3#/',
	'app.threatconnect.com/auth/browse/index.xhtml',
])('the address of a page of ThreatConnect in a browser is understood: %s', (pasted) => {
	expect(threatConnectBaseUrl(pasted)).toBe('https://app.threatconnect.com');
});

test('a page of an instance under a path keeps the path', () => {
	expect(threatConnectBaseUrl('https://example.com/tc/auth/index.xhtml')).toBe('https://example.com/tc');
});

test.each([
	'APIV2:430:c8mTcH:1924905600000:c2ltdWxhdG9yLW9ubHktYXBp',
	'SimulatorKey0123'.repeat(16),
	`https://${'SimulatorKey0123'.repeat(2)}`,
	'Simulator!Only$Secret^Key&NotReal(0123456789)[abcdefghij]{ABCDE}',
	'http://app.example.com/?key=SimulatorKey0123SimulatorKey0123',
])('a secret that was pasted as address is not repeated: %s', (secret) => {
	expect(() => threatConnectBaseUrl(secret)).toThrow(/^The Base URL (is not|does not)/);
});

describe('the API path that each service’s users paste', () => {
	test.each([
		['https://app.threatconnect.com/api/v3', 'https://app.threatconnect.com'],
		['https://app.threatconnect.com/api/v3/', 'https://app.threatconnect.com'],
		['https://app.threatconnect.com/api/V3', 'https://app.threatconnect.com'],
		['https://app.threatconnect.com/api/v2', 'https://app.threatconnect.com'],
		['https://api.threatconnect.com/v3', 'https://api.threatconnect.com'],
		['https://api.threatconnect.com/v2/', 'https://api.threatconnect.com'],
		['tc.example:8443/api/v3', 'https://tc.example:8443'],
		['https://example.com/tc/api/v3', 'https://example.com/tc'],
		['https://example.com/api/ss', 'https://example.com/api/ss'],
	])('ThreatConnect: %s → %s', (pasted, root) => {
		expect(threatConnectBaseUrl(pasted)).toBe(root);
	});

	test.each([
		['https://acme.attackforge.com/api/ss', 'https://acme.attackforge.com'],
		['https://acme.attackforge.com/api/ss/', 'https://acme.attackforge.com'],
		['https://acme.attackforge.com/API/SS', 'https://acme.attackforge.com'],
		['acme.attackforge.io/api/ss', 'https://acme.attackforge.io'],
		['https://example.com/af/api/ss', 'https://example.com/af'],
		['https://example.com/api/v3', 'https://example.com/api/v3'],
	])('AttackForge: %s → %s', (pasted, root) => {
		expect(attackForgeBaseUrl(pasted)).toBe(root);
	});
});
