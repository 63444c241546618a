import type { IAuthenticate, ICredentialType, Icon, INodeProperties } from 'n8n-workflow';

import { attackForgeBaseUrl } from './attackForgeBaseUrl';
import { authenticatedRequest, readSecret } from './request';

export class AttackForgeApi implements ICredentialType {
	name = 'attackForgeApi';

	displayName = 'AttackForge API';

	icon: Icon = {
		light: 'file:../nodes/AttackForgeGroup/attackForge.svg',
		dark: 'file:../nodes/AttackForgeGroup/attackForge.dark.svg',
	};

	documentationUrl =
		'https://support.attackforge.com/attackforge-enterprise/modules/self-service-restful-api/getting-started';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://acme.attackforge.com',
			description: 'Address of your AttackForge tenant, with or without /api/ss at its end',
		},
		{
			displayName: 'Self-Service API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			hint: 'You request it on your user page in AttackForge. A new one takes the place of the old one.',
			description:
				'Your user API key. An administrator grants each API method to your user on its own, under Users > your user > Access > Self-Service RESTful API. A short key, or one that looks like words, cannot be hidden where the service repeats it.',
		},
		{
			displayName: 'Ignore SSL Issues (Insecure)',
			name: 'ignoreSslIssues',
			type: 'boolean',
			default: false,
			description: 'Whether to connect even if the certificate of the tenant cannot be verified',
		},
	];

	authenticate: IAuthenticate = async (credentials, options) => {
		const apiKey = readSecret(credentials.apiKey, 'Self-Service API Key');
		return authenticatedRequest(credentials, options, attackForgeBaseUrl(credentials.baseUrl), () => ({
			'X-SSAPI-KEY': apiKey,
		}));
	};
}
