import { credentialVerdict } from '../../nodes/AttackForgeGroup/methods/credentialTests';
import type { ServiceResponse } from '../../nodes/shared/http/response';

/**
 * What a response of AttackForge says about the key. `unclear`: the test fails, and its message names both possible
 * causes.
 */

type Kind = 'good' | 'no grant' | 'key refused' | 'unclear' | 'address';

const SAYS: Record<Kind, [status: string, words: RegExp]> = {
	good: ['OK', /^Connection successful!$/],
	'no grant': ['OK', /^The key was accepted, but may not list groups/],
	'key refused': [
		'Error',
		/\. Check the Self-Service API Key in the credential, and that acme\.attackforge\.com is the address of your AttackForge tenant\.$/,
	],
	unclear: ['Error', /AttackForge does not say whether it refuses the key, or a good key/],
	address: ['Error', /Check the Base URL in the credential, and what answers there\.$/],
};

test.each<[status: number, text: string, kind: Kind]>([
	[200, '{"groups":[]}', 'good'],
	[200, '{"status":"Success","groups":[{"group_id":"1"}]}', 'good'],
	[200, '{}', 'address'],
	[200, '{"ok":true}', 'address'],
	[200, '[]', 'address'],
	[200, '{"groups":null}', 'address'],
	[200, '{"status":"error","groups":[]}', 'address'],
	[200, '{"errors":["x"],"groups":[]}', 'address'],
	[200, '{"error":"Invalid API key"}', 'key refused'],
	[200, '{"error":"GetGroups has not been granted"}', 'no grant'],
	[200, '<html>Log in</html>', 'address'],
	[401, '{"error":"The API key is not valid"}', 'key refused'],
	[401, '{"message":"Unauthorized"}', 'key refused'],
	[401, '{"error":"Permission denied"}', 'unclear'],
	[401, '{"error":"Invalid API key for GetGroups"}', 'key refused'],
	[401, '{"message":"GetGroups has not been granted"}', 'no grant'],
	[403, '{"message":"Forbidden"}', 'unclear'],
	[403, '{"message":"Missing Authentication Token"}', 'key refused'],
	[403, '{"error":"Access to the API method GetGroups has not been granted to this user"}', 'no grant'],
	[403, '{"error":"allGroups is available to administrators only"}', 'no grant'],
	[403, '{}', 'unclear'],
	[403, '<html>Blocked</html>', 'address'],
	[404, '{"message":"Not Found"}', 'address'],
	[429, '{"message":"Too Many Requests"}', 'address'],
	[500, '{"error":"Internal error"}', 'address'],
	[502, '<html>Bad gateway</html>', 'address'],
])('%i %s: %s', (status, text, kind) => {
	const json = text.startsWith('<') ? undefined : (JSON.parse(text) as unknown);
	const response: ServiceResponse = {
		status,
		statusText: '',
		headers: {},
		json,
		text,
		request: 'GET /api/ss/groups',
		correction: 0,
	};
	const [verdict, words] = SAYS[kind];
	const said = credentialVerdict(response, 'acme.attackforge.com');
	expect(said.message).toMatch(words);
	expect(said.status).toBe(verdict);
});
