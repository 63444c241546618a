import { startAttackForge } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { loadOptions, run } from './harness';
import { attackForgeNode, threatConnectNode } from './support';

/** n8n adds "Allowed HTTP Request Domains" to every credential. */

let server: ThreatConnectSimulator;
beforeAll(async () => {
	server = await startThreatConnect();
});
afterAll(async () => await server.stop());

const { apiToken, accessId, secretKey } = {
	apiToken: 'unused',
	accessId: '11112222333344445555',
	secretKey: 'unused',
};
const create = { type: 'Threat', name: 'a' };
const only = (allowedDomains: string) => ({ allowedHttpRequestDomains: 'domains', allowedDomains });
const REFUSED =
	'The credential does not allow requests to 127.0.0.1. Nothing was sent. Add it to Allowed Domains in the credential, or correct the Base URL.';

describe('a node whose credential is for other domains sends nothing', () => {
	test.each(['example.com', '*.example.com, tc.example', '', '*.', '*.0.0.1, 127.0.0.2', '27.0.0.1'])(
		'(%p)',
		async (allowedDomains) => {
			const before = server.requests.length;
			const restriction = only(allowedDomains);
			const node = threatConnectNode(server);
			const token = { threatConnectApi: { baseUrl: server.url, apiToken, ...restriction } };
			const hmac = { threatConnectHmacApi: { baseUrl: server.url, accessId, secretKey, ...restriction } };
			const results = [
				await node('create', create, { credentials: token }),
				await node('create', { authentication: 'hmac', ...create }, { credentials: hmac }),
			];
			// `*.0.0.1` is treated like any other wildcard.
			const isAllowed = allowedDomains.startsWith('*.0.0.1');
			for (const { error } of results) {
				if (isAllowed) expect(error?.message).not.toContain('does not allow');
				else expect(error?.message).toBe(REFUSED);
			}
			expect(server.requests.length - before).toBe(isAllowed ? 2 : 0);
		},
	);
	test('of AttackForge too', async () => {
		const attackForge = await startAttackForge();
		try {
			const credentials = {
				attackForgeApi: { baseUrl: attackForge.url, apiKey: 'unused', ...only('example.com') },
			};
			const { error } = await attackForgeNode(attackForge)('getAll', {}, { credentials });
			expect(error?.message).toBe(REFUSED);
			expect(attackForge.requests).toHaveLength(0);
		} finally {
			await attackForge.stop();
		}
	});
	test('nor do its drop-downs', async () => {
		const before = server.requests.length;
		const credentials = { threatConnectApi: { baseUrl: server.url, apiToken, ...only('example.com') } };
		const { context, type } = await loadOptions('threatConnectGroup', credentials, {
			authentication: 'apiToken',
		});
		await expect(type.methods?.listSearch?.searchTags?.call(context)).rejects.toThrow(
			'does not allow requests to 127.0.0.1',
		);
		expect(server.requests).toHaveLength(before);
	});
});

describe('a node works with its credential', () => {
	test.each([
		['all domains', { allowedHttpRequestDomains: 'all', allowedDomains: 'example.com' }],
		['its own domain', only('example.com, 127.0.0.1')],
		['its own domain, written otherwise', only(' 127.0.0.1. ')],
		['no domain in the HTTP Request node', { allowedHttpRequestDomains: 'none' }],
	])('for %s', async (_what, restriction) => {
		const credentials = {
			threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken, ...restriction },
		};
		const { error, items } = await threatConnectNode(server)('create', create, { credentials });
		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
	});
});

test("n8n's HTTP Request node does not send with a credential for other domains", async () => {
	const before = server.requests.length;
	const { error } = await run({
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			url: `${server.url}/api/v3/groups`,
			authentication: 'predefinedCredentialType',
			nodeCredentialType: 'threatConnectApi',
		},
		credentials: { threatConnectApi: { baseUrl: server.url, apiToken, ...only('example.com') } },
	});
	expect(error?.message).toMatch(/not allow/);
	expect(server.requests).toHaveLength(before);
});
