import { startAttackForge } from '../simulators/attackforge';
import { credentialLines } from '../simulators/shared/credentials';
import { startThreatConnect } from '../simulators/threatconnect';
import { AttackForgeApi } from '../../credentials/AttackForgeApi.credentials';
import { ThreatConnectApi } from '../../credentials/ThreatConnectApi.credentials';
import { ThreatConnectHmacApi } from '../../credentials/ThreatConnectHmacApi.credentials';

test('the demo and the simulators print a value for each box of each credential, by its label', async () => {
	const [threatConnect, attackForge] = await Promise.all([startThreatConnect(), startAttackForge()]);
	try {
		const lines = credentialLines({ threatConnect, attackForge });
		for (const { properties } of [new ThreatConnectApi(), new ThreatConnectHmacApi(), new AttackForgeApi()]) {
			for (const { displayName, type } of properties) {
				if (type === 'string')
					expect(lines.filter((line) => line.includes(`  ${displayName}  `))).not.toEqual([]);
			}
		}
		const { apiToken, accessId, secretKey } = threatConnect.credentials;
		const values = [threatConnect.url, attackForge.url, apiToken, accessId, secretKey];
		for (const value of [...values, attackForge.credentials.apiKey]) {
			expect(lines.filter((line) => line.endsWith(`  ${value}`))).toHaveLength(1);
		}
	} finally {
		await Promise.all([threatConnect.stop(), attackForge.stop()]);
	}
});
