import type { INode } from 'n8n-workflow';

import { InvalidInput, ServiceFailure, toNodeError } from '../core/errors';

/** Why a poll failed, in n8n's terms. */
type Cause = 'rate-limited' | 'temporarily-unavailable' | 'credential-invalid' | 'configuration-invalid';

function causeOf(error: unknown): Cause | undefined {
	if (error instanceof InvalidInput) return 'configuration-invalid';
	if (!(error instanceof ServiceFailure)) return undefined;
	const { httpCode = '' } = error.details;
	if (httpCode === '429') return 'rate-limited';
	if (error.unanswered !== undefined || httpCode.startsWith('5')) return 'temporarily-unavailable';
	if (httpCode === '401' || httpCode === '403') return 'credential-invalid';
	return httpCode.startsWith('4') ? 'configuration-invalid' : 'temporarily-unavailable';
}

/** The error that n8n shows for a poll and gives to the error workflow. The next poll reads the same events again. */
export function toPollError(node: INode, error: unknown): Error {
	const cause = causeOf(error);
	// n8n's own errors stay as they are, e.g. for a missing credential.
	if (cause === undefined && error instanceof Error) return error;
	const nodeError = toNodeError(node, error);
	if (cause === undefined) return nodeError;
	// n8n waits at least as long before the next poll.
	const wait = error instanceof ServiceFailure ? error.retryAfterMs : undefined;
	return Object.assign(nodeError, {
		failure: { cause, ...(wait !== undefined && { retryAfterMs: wait }) },
	});
}
