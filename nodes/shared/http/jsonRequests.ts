import type { Connection } from './connection';
import { stringifyJson } from '../core/json';
import { exchange, retryRulesOf, type ServiceRequest } from './exchange';
import { refuseHidden } from './masking';
import { readBody, type ServiceResponse } from './response';
import { withRetries } from './retry';

/**
 * Sends one request and returns its answer, whatever its status; sends it again where the rules of `withRetries` say so.
 *
 * @throws ServiceFailure when no answer came, or one that leads elsewhere
 * @throws InvalidInput when a hidden secret would be written
 */
export async function send(connection: Connection, request: ServiceRequest): Promise<ServiceResponse> {
	const { body, method, idempotent = method === 'GET' || method === 'OPTIONS', maxAttempts } = request;
	refuseHidden(body);
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
		// Files take as long as they take; this must not.
		const deadline = connection.deadlines.next();
		try {
			const reply = await exchange(connection, request, content, deadline);
			const read = readBody(reply.body, connection.credentials);
			if (read.json !== undefined) connection.hasAnswered = true;
			return { ...reply, ...read };
		} finally {
			deadline.end();
		}
	});
}
