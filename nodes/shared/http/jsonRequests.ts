import type { Connection } from './connection';
import { stringifyJson } from '../core/json';
import { exchange, retryRulesOf, type ServiceRequest } from './exchange';
import { refuseMaskedSecret } from './masking';
import { readBody, type ServiceResponse } from './response';
import { withRetries } from './retry';

/**
 * Sends one request and returns its response, whatever the status. `withRetries` decides whether it is sent again.
 *
 * @throws ServiceFailure when no response came, or a redirect
 * @throws InvalidInput when a hidden secret would be written
 */
export async function send(connection: Connection, request: ServiceRequest): Promise<ServiceResponse> {
	const { body, method, idempotent = method === 'GET' || method === 'OPTIONS', maxAttempts } = request;
	refuseMaskedSecret(body);
	const content = {
		headers: {
			Accept: 'application/json',
			...(body !== undefined && { 'Content-Type': 'application/json' }),
		},
		...(body !== undefined && { body: stringifyJson(body) }),
		encoding: 'text' as const,
	};
	const rules = { ...retryRulesOf(connection, method, idempotent), kind: method, maxAttempts };
	return await withRetries(rules, async () => {
		// Requests for files have a deadline that depends on the length of the file, see fileTransfers.ts.
		const deadline = connection.deadlines.next();
		try {
			const response = await exchange(connection, request, content, deadline);
			const read = readBody(response.body, connection.credentials);
			if (read.json !== undefined) connection.hasAnswered = true;
			return { ...response, ...read };
		} finally {
			deadline.end();
		}
	});
}
