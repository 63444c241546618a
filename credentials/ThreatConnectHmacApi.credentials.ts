import type { IAuthenticate, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { threatConnectBaseUrl } from './threatConnectBaseUrl';
import { authenticatedRequest, readSecret } from './request';
import { hmacHeaders } from './threatConnectHmac';

export class ThreatConnectHmacApi implements ICredentialType {
	name = 'threatConnectHmacApi';

	displayName = 'ThreatConnect HMAC API';

	icon: Icon = {
		light: 'file:../nodes/ThreatConnectGroup/threatConnect.svg',
		dark: 'file:../nodes/ThreatConnectGroup/threatConnect.dark.svg',
	};

	documentationUrl = 'https://docs.threatconnect.com/en/latest/rest_api/quick_start.html';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://app.threatconnect.com',
			description: 'Address of your ThreatConnect instance, with or without /api at its end',
		},
		{
			displayName: 'Access ID',
			name: 'accessId',
			type: 'string',
			default: '',
			required: true,
			hint: 'An Organization Administrator finds it under Organization Settings > Membership > API user, with the Secret Key',
			description: 'Access ID of the API user',
		},
		{
			displayName: 'Secret Key',
			name: 'secretKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'It belongs to the Access ID. A new one takes the place of the old one.',
			description:
				'Secret key of the API user. It signs each request and is never sent itself. A short key, or one that looks like words, cannot be hidden where the service repeats it.',
		},
		{
			displayName: 'Ignore SSL Issues (Insecure)',
			name: 'ignoreSslIssues',
			type: 'boolean',
			default: false,
			description: 'Whether to connect even if the certificate of the instance cannot be verified',
		},
	];

	authenticate: IAuthenticate = async (credentials, options) => {
		const accessId = readSecret(credentials.accessId, 'Access ID');
		const secretKey = readSecret(credentials.secretKey, 'Secret Key');
		// The nodes add the correction after the service has refused our time.
		const correction = Number(credentials.clockCorrection ?? 0);
		const timestamp = Math.floor((Date.now() + correction) / 1000);
		return authenticatedRequest(
			credentials,
			options,
			threatConnectBaseUrl(credentials.baseUrl),
			(method, pathAndQuery) => hmacHeaders(accessId, secretKey, method, pathAndQuery, timestamp),
		);
	};
}
