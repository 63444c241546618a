import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { AttackForgeApi } from '../../credentials/AttackForgeApi.credentials';
import { attackForgeBaseUrl } from '../../credentials/baseUrl';
import { testCredential } from '../shared/credentialTest';
import type { Reply } from '../shared/requests';
import { failure, isRefusal, successful } from './api';

/** The API has no call that every key may make; this is the one closest to what the node does. */
const url = (baseUrl: unknown) => `${attackForgeBaseUrl(baseUrl)}/api/ss/groups`;

/**
 * A key that may not list groups may still create and update them, so 403 is no verdict on the key. AttackForge
 * documents no status codes: a 401 is taken as a bad key unless its text speaks of access to the method.
 */
function judge(reply: Reply): INodeCredentialTestResult {
	try {
		successful('GetGroups', reply);
		return { status: 'OK', message: 'Connection successful!' };
	} catch (error) {
		const { message, description } = failure('GetGroups', reply);
		if (
			isRefusal(error) &&
			(reply.status === 403 || /\b(method|permission|grant\w*|GetGroups)\b/i.test(message))
		) {
			return {
				status: 'OK',
				message: `The key was accepted, but may not list groups (${message}). It may still create and update them, if CreateGroup and UpdateGroup are granted.`,
			};
		}
		return { status: 'Error', message: `${message.replace(/\.$/, '')}. ${description}` };
	}
}

export async function keyTest(this: ICredentialTestFunctions, credential: ICredentialsDecrypted) {
	return await testCredential(this.helpers, credential, new AttackForgeApi().authenticate, url, judge);
}
