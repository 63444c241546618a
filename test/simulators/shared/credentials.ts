import type { AttackForgeSimulator } from '../attackforge';
import type { ThreatConnectSimulator } from '../threatconnect';

/** What somebody enters in n8n's credentials to use the simulators, as lines of text. */
export const credentialLines = ({
	threatConnect,
	attackForge,
}: {
	threatConnect: ThreatConnectSimulator;
	attackForge: AttackForgeSimulator;
}): string[] => [
	'ThreatConnect simulator',
	`  Base URL              ${threatConnect.url}`,
	`  API Token             ${threatConnect.credentials.apiToken}`,
	`  Access ID             ${threatConnect.credentials.accessId}`,
	`  Secret Key            ${threatConnect.credentials.secretKey}`,
	'',
	'AttackForge simulator',
	`  Base URL              ${attackForge.url}`,
	`  Self-Service API Key  ${attackForge.credentials.apiKey}`,
];
