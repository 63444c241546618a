import { normalizeBaseUrl, refuseOtherService } from './baseUrl';

/** AttackForge's root. The Self-Service API is under its path `/api/ss`. */
export const attackForgeBaseUrl = (pasted: unknown) =>
	refuseOtherService(normalizeBaseUrl(pasted, ['/api/ss', '/api']), 'attackforge');
