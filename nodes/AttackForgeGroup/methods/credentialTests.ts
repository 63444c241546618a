import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { AttackForgeApi } from '../../../credentials/AttackForgeApi.credentials';
import { attackForgeBaseUrl } from '../../../credentials/attackForgeBaseUrl';
import { testCredential } from '../../shared/methods/credentialTest';
import { isJsonObject } from '../../shared/core/json';
import type { ServiceResponse } from '../../shared/http/response';
import { failure, successful } from '../api/responses';

/** The API has no call that every key may make; this is the one closest to what the node does. */
const url = (baseUrl: unknown) => `${attackForgeBaseUrl(baseUrl)}/api/ss/groups`;

/**
 * A key that may not list groups may still create and update them: where the API itself refuses the method, and says
 * nothing of the key, that is no verdict on the key. AttackForge documents no status codes, so the words decide.
 */
function judge(reply: ServiceResponse): INodeCredentialTestResult {
	try {
		successful('GetGroups', reply);
		return { status: 'OK', message: 'Connection successful!' };
	} catch {
		const { message } = failure('GetGroups', reply);
		const said = message.replace(/\.$/, '');
		const speaksOfKey = /\b(api|ssapi)?[ -]?key\b/i.test(message);
		const speaksOfMethod =
			reply.status === 403 || /\b(method|permission|grant\w*|GetGroups)\b/i.test(message);
		if (isJsonObject(reply.json) && [401, 403].includes(reply.status)) {
			if (speaksOfMethod && !speaksOfKey) {
				return {
					status: 'OK',
					message: `The key was accepted, but may not list groups (${said}). It may still create and update them, if CreateGroup and UpdateGroup are granted.`,
				};
			}
			return { status: 'Error', message: `${said}. Check the Self-Service API Key in the credential.` };
		}
		return {
			status: 'Error',
			message: `${said}. Check the Base URL in the credential, and what answers there.`,
		};
	}
}

export async function keyTest(this: ICredentialTestFunctions, credential: ICredentialsDecrypted) {
	return await testCredential(this.helpers, credential, new AttackForgeApi().authenticate, url, judge);
}
