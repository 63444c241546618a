import { createHmac } from 'crypto';

/**
 * ThreatConnect's HMAC headers for one attempt of one request: HMAC-SHA256, Base64, over
 * `<path and query>:<METHOD>:<timestamp>`.
 *
 * @param pathAndQuery path with `/api` and the percent-encoded query, byte for byte as in the request line
 * @param timestamp seconds since the epoch; the server accepts five minutes either way
 * @see https://docs.threatconnect.com/en/latest/rest_api/quick_start.html
 */
export function hmacHeaders(
	accessId: string,
	secretKey: string,
	method: string,
	pathAndQuery: string,
	timestamp: number,
): Record<'Authorization' | 'Timestamp', string> {
	const signature = createHmac('sha256', secretKey)
		.update(`${pathAndQuery}:${method}:${timestamp}`)
		.digest('base64');
	return { Authorization: `TC ${accessId}:${signature}`, Timestamp: String(timestamp) };
}
