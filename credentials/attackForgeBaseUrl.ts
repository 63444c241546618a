import { normalizeBaseUrl } from './baseUrl';

/** AttackForge's root: the Self-Service API lives under `/api/ss` of it. */
export const attackForgeBaseUrl = (pasted: unknown) => normalizeBaseUrl(pasted, ['/api/ss', '/api']);
