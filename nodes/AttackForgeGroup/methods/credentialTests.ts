import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { AttackForgeApi } from '../../../credentials/AttackForgeApi.credentials';
import { attackForgeBaseUrl } from '../../../credentials/attackForgeBaseUrl';
import { describeResponse, isForeign, testCredential } from '../../shared/methods/credentialTest';
import { isJsonObject } from '../../shared/core/json';
import type { ServiceResponse } from '../../shared/http/response';
import { failure, successful, wordsOf } from '../api/responses';

/** The API has no call that every key may make. This call is the closest to what the node does. */
const url = (baseUrl: unknown) => `${attackForgeBaseUrl(baseUrl)}/api/ss/groups`;

const error = (message: string): INodeCredentialTestResult => ({ status: 'Error', message });

/** Words of a refusal about the key, from AttackForge or from a gateway that does not know the key. */
const ABOUT_KEY =
	/\b((api|ssapi)[ -]?)?key\b|unauthori[sz]ed|authenticat|credential|token|session|log ?in|sign ?in/i;
/** Words of a refusal about the method. They name the method, or a grant of a method. */
const ABOUT_METHOD =
	/\bGetGroups\b|allGroups|\b(api )?(method|endpoint)\b|\bgrant(s|ed)?\b|administrators? only|\bonly administrators?\b/i;

/**
 * AttackForge documents neither status codes nor words of its refusals, and has no call that every key may make. The
 * test passes only if the response proves that the key is good: a list of groups, or a refusal that is only about the
 * method. A key that may not list groups may still create and update them.
 */
export function credentialVerdict(response: ServiceResponse, host: string): INodeCredentialTestResult {
	const { status, json } = response;
	const { message } = failure('GetGroups', response);
	const said = message.replace(/\.$/, '');
	if (status >= 200 && status < 300 && isJsonObject(json)) {
		if (isSuccess(response) && Array.isArray(json.groups)) {
			return { status: 'OK', message: 'Connection successful!' };
		}
		if (isSuccess(response)) {
			return error(
				`AttackForge answered with success, but without its groups. Check the Base URL in the credential, and what answers there.`,
			);
		}
	}
	if (isForeign(response) && !(isJsonObject(json) && wordsOf(json) !== undefined)) {
		return error(
			`This is not an AttackForge address: ${host} answered with ${describeResponse(response)}. Check the Base URL in the credential, and what answers there.`,
		);
	}
	const isRefusal =
		[401, 403].includes(status) || (status < 300 && (ABOUT_KEY.test(said) || ABOUT_METHOD.test(said)));
	if (!isJsonObject(json) || !isRefusal)
		return error(`${said}. Check the Base URL in the credential, and what answers there.`);
	if (ABOUT_METHOD.test(said) && !/\b(in)?valid|wrong|unknown|expired|missing/i.test(said)) {
		return {
			status: 'OK',
			message: `The key was accepted, but may not list groups (${said}). It may still create and update them, if CreateGroup and UpdateGroup are granted.`,
		};
	}
	if (ABOUT_KEY.test(said)) {
		return error(
			`${said}. Check the Self-Service API Key in the credential, and that ${host} is the address of your AttackForge tenant.`,
		);
	}
	return error(
		`${said}. AttackForge does not say whether it refuses the key, or a good key that may not list groups. Check the Self-Service API Key in the credential. If it is right, have GetGroups granted to your user to be sure.`,
	);
}

function isSuccess(response: ServiceResponse): boolean {
	try {
		successful('GetGroups', response);
		return true;
	} catch {
		return false;
	}
}

export async function keyTest(this: ICredentialTestFunctions, credential: ICredentialsDecrypted) {
	return await testCredential(
		this.helpers,
		credential,
		new AttackForgeApi().authenticate,
		url,
		credentialVerdict,
	);
}
