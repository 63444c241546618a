import { normalizeBaseUrl } from './baseUrl';

/** ThreatConnect's root. Its v3 and v2 APIs are under its path `/api`. */
export const threatConnectBaseUrl = (pasted: unknown) =>
	normalizeBaseUrl(pasted, ['/api/v3', '/api/v2', '/api', '/v3', '/v2']);
