import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import {
	startThreatConnect,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import { type N8nOptions, type Owner, type RunningN8n, Session, startN8n } from './n8n';
import { installPackage } from './tarball';

/** A fresh n8n with the package, a logged-in owner and both services. */
export type Stage = {
	n8n: RunningN8n;
	/** n8n's user folder. */
	folder: string;
	owner: Owner;
	session: Session;
	threatConnect: ThreatConnectSimulator;
	attackForge: AttackForgeSimulator;
	close(): Promise<void>;
};

/** The credentials of a stage, under the names that the examples look for. */
export const credentialsOf = ({ threatConnect, attackForge }: Pick<Stage, 'threatConnect' | 'attackForge'>) =>
	[
		{
			name: 'ThreatConnect account',
			type: 'threatConnectApi',
			data: { baseUrl: threatConnect.url, apiToken: threatConnect.credentials.apiToken },
		},
		{
			name: 'AttackForge account',
			type: 'attackForgeApi',
			data: { baseUrl: attackForge.url, apiKey: attackForge.credentials.apiKey },
		},
	] as const;

/** The other kind of credential for ThreatConnect. */
export const hmacCredentialOf = ({ threatConnect: { url, credentials } }: Pick<Stage, 'threatConnect'>) =>
	({
		name: 'ThreatConnect account (HMAC)',
		type: 'threatConnectHmacApi',
		data: { baseUrl: url, accessId: credentials.accessId, secretKey: credentials.secretKey },
	}) as const;

export type StageOptions = Partial<N8nOptions> & {
	/** Whether n8n starts without the package. */
	withoutPackage?: boolean;
	/** Milliseconds until a response of either service. */
	latency?: number;
	/** ThreatConnect's hooks. They may be changed later. */
	hooks?: ThreatConnectOptions['hooks'];
};

/** Starts everything; if that fails, nothing is left behind. `close` ends it and removes its files. */
export async function openStage({
	withoutPackage,
	latency,
	hooks,
	...options
}: StageOptions = {}): Promise<Stage> {
	const tarball = process.env.E2E_TARBALL;
	if (tarball === undefined) throw new Error('No tarball: run this through "npm run test:e2e".');
	const endings: Array<() => unknown> = [];
	const close = async () => {
		for (const end of endings.splice(0).reverse()) await end();
	};
	try {
		const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-'));
		endings.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
		const userFolder = join(folder, 'n8n');
		mkdirSync(userFolder);
		if (!withoutPackage) await installPackage(tarball, userFolder);
		const threatConnect = await startThreatConnect({ latency, hooks });
		endings.push(async () => await threatConnect.stop());
		const attackForge = await startAttackForge({ latency });
		endings.push(async () => await attackForge.stop());
		const n8n = await startN8n({ ...options, userFolder });
		endings.push(async () => await n8n.stop());
		const owner = { email: 'e2e@example.com', password: `E2e1-${randomBytes(6).toString('hex')}` };
		const session = await Session.setUp(n8n.url, owner);
		return { n8n, folder: userFolder, owner, session, threatConnect, attackForge, close };
	} catch (error) {
		await close();
		throw error;
	}
}
