import { normalizeBaseUrl } from './baseUrl';

/** AttackForge's root. The Self-Service API is under its path `/api/ss`. */
export const attackForgeBaseUrl = (pasted: unknown) => normalizeBaseUrl(pasted, ['/api/ss', '/api']);
