import type { IAuthenticate, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { threatConnectBaseUrl } from './threatConnectBaseUrl';
import { authenticatedRequest, readSecret } from './request';

export class ThreatConnectApi implements ICredentialType {
	name = 'threatConnectApi';

	displayName = 'ThreatConnect API';

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
			displayName: 'API Token',
			name: 'apiToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'An Organization Administrator generates it under Organization Settings > Membership > API user. It expires after the number of days set there.',
			description:
				'Token of an API user. A short token, or one that looks like words, cannot be hidden where the service repeats it.',
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
		const token = readSecret(credentials.apiToken, 'API Token');
		return authenticatedRequest(credentials, options, threatConnectBaseUrl(credentials.baseUrl), () => ({
			Authorization: `TC-Token ${token}`,
		}));
	};
}
