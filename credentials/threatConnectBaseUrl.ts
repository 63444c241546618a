import { normalizeBaseUrl } from './baseUrl';

/** The path of every page that a browser shows, e.g. `/auth/incident/incident.xhtml?incident=3`. */
const PAGE = /(?<=[^/])\/auth\/.*$/s;

/** ThreatConnect's root. Its v3 and v2 APIs are under its path `/api`. A page's address is understood too. */
export const threatConnectBaseUrl = (pasted: unknown) =>
	normalizeBaseUrl(typeof pasted === 'string' ? pasted.replace(PAGE, '') : pasted, [
		'/api/v3',
		'/api/v2',
		'/api',
		'/v3',
		'/v2',
	]);
