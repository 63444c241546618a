import { normalizeBaseUrl } from './baseUrl';

/** ThreatConnect's root: its v3 and v2 APIs live under `/api` of it. */
export const threatConnectBaseUrl = (pasted: unknown) =>
	normalizeBaseUrl(pasted, ['/api/v3', '/api/v2', '/api', '/v3', '/v2']);
