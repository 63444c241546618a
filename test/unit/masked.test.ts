import { masked } from '../../nodes/shared/http/masking';

/** A server's response may contain the credential that it was sent. */

const secret = 'a"b/c+d=e&f\\g!';

test.each([
	['as it is', secret],
	['in JSON', JSON.stringify({ key: secret })],
	['in JSON of a server that escapes slashes', JSON.stringify({ key: secret }).replaceAll('/', '\\/')],
	['in the query of a redirect', `https://evil.example/?key=${encodeURIComponent(secret)}`],
])('a secret is masked: %s', (_form, said) => {
	for (const field of ['apiToken', 'secretKey', 'apiKey']) {
		const text = masked(`Said: ${said}.`, { baseUrl: 'https://app.example.com', [field]: secret });
		expect(text).toContain('*****');
		expect(text).not.toMatch(/a"b|a\\"b|a%22b/);
		expect(text).toMatch(/^Said: .*\.$/);
	}
});

test('text without a secret stays, also if it contains a short value of the credential', () => {
	expect(masked('Invalid name', { apiToken: 'name of another' })).toBe('Invalid name');
	expect(masked('Invalid name', { apiToken: 'a' })).toBe('Invalid name');
	expect(masked('prod systems', { apiToken: 'prod' })).toBe('prod systems');
});
