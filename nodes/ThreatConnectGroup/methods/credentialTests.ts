import type {
	IAuthenticate,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { threatConnectBaseUrl } from '../../../credentials/threatConnectBaseUrl';
import { ThreatConnectApi } from '../../../credentials/ThreatConnectApi.credentials';
import { ThreatConnectHmacApi } from '../../../credentials/ThreatConnectHmacApi.credentials';
import { describeResponse, isForeign, testCredential } from '../../shared/methods/credentialTest';
import type { ServiceResponse } from '../../shared/http/response';
import { failure, readEnvelope, wordsOf } from '../api/responses';

/** Any API user may list owners, and the response is small. */
const url = (baseUrl: unknown) => `${threatConnectBaseUrl(baseUrl)}/api/v3/security/owners?resultLimit=1`;

/** The advice when a response says nothing about the credential. At this point there are no items and no groups. */
const CREDENTIAL_ADVICE = 'Check the Base URL in the credential, and what answers there.';

function credentialVerdict(
	response: ServiceResponse,
	host: string,
): INodeCredentialTestResult & { isClockOff?: boolean } {
	try {
		const { data } = readEnvelope(response);
		if (!Array.isArray(data))
			return {
				status: 'Error',
				message: `ThreatConnect answered with success, but without the owners. Check the Base URL in the credential, and what answers there.`,
			};
		return { status: 'OK', message: 'Connection successful!' };
	} catch {
		if (isForeign(response) && wordsOf(response.json) === undefined) {
			return {
				status: 'Error',
				message: `This is not a ThreatConnect address: ${host} answered with ${describeResponse(response)}. Check the Base URL in the credential, and what answers there.`,
			};
		}
		const { message, description } = failure(response, CREDENTIAL_ADVICE);
		const isClockOff = response.status === 401 && /timestamp/i.test(message);
		return {
			status: 'Error',
			message: `${message.replace(/\.$/, '')}. ${description}`,
			...(isClockOff && { isClockOff }),
		};
	}
}

const testWith = (authenticate: IAuthenticate) =>
	async function (this: ICredentialTestFunctions, credential: ICredentialsDecrypted) {
		return await testCredential(this.helpers, credential, authenticate, url, credentialVerdict);
	};

export const tokenTest = testWith(new ThreatConnectApi().authenticate);
export const hmacTest = testWith(new ThreatConnectHmacApi().authenticate);
