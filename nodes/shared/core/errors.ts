import type { IDataObject, INode, INodeExecutionData, NodeError } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

/** A value that the user can correct. It was found before anything was sent. */
export class InvalidInput extends Error {
	/**
	 * @param message what is wrong: names the field and the value
	 * @param description the way out
	 */
	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** What is known of a request that failed. */
export type Certainty =
	/** It changed nothing: it was refused, it was never sent, or it only reads. */
	| 'notDone'
	/** It may have changed something. */
	| 'unknown'
	/** It may have changed something, and a repetition finds out before it sends anything. */
	| 'findable';

type FailureState = {
	/** Default: `notDone`. */
	certainty?: Certainty;
	/** No response came: the same request may get one the next time. `timeout`: none came in time. */
	unanswered?: 'connection' | 'timeout';
	/** What the request may have changed, and where to look. Default, where the certainty is not `notDone`: `DOUBT`. */
	doubt?: string;
	/** Milliseconds that the service asked to wait. */
	retryAfterMs?: number;
};

/** A request that failed: the service refused it, or no response came. */
export class ServiceFailure extends Error {
	/** What to do now. */
	readonly description: string;
	readonly certainty: Certainty;
	readonly unanswered: FailureState['unanswered'];
	readonly retryAfterMs: FailureState['retryAfterMs'];
	/** What the request may have changed, and where to look; empty where the certainty is `notDone`. */
	readonly doubt: string;

	/**
	 * @param message what happened, in the service's own words where it had any
	 * @param advice what to do now
	 * @param details `httpCode` (status, or the network's code), the service's own code, and the request line
	 */
	constructor(
		message: string,
		private readonly advice: string,
		readonly details: { httpCode?: string; errCode?: string; request?: string } = {},
		state: FailureState = {},
	) {
		super(message);
		this.certainty = state.certainty ?? 'notDone';
		this.unanswered = state.unanswered;
		this.retryAfterMs = state.retryAfterMs;
		this.doubt = this.certainty === 'notDone' ? '' : (state.doubt ?? DOUBT);
		this.description = [advice, this.doubt].filter(Boolean).join(' ');
	}

	/** The same failure of a write that may have been done. @param doubt replaces what was said about it before */
	inDoubt(doubt: string, certainty: Exclude<Certainty, 'notDone'> = 'unknown'): ServiceFailure {
		const { unanswered } = this;
		return new ServiceFailure(this.message, this.advice, this.details, { certainty, unanswered, doubt });
	}

	/** The same failure of a request that, done or not, changes nothing of the user's. */
	withoutDoubt(): ServiceFailure {
		return new ServiceFailure(this.message, this.advice, this.details, { unanswered: this.unanswered });
	}

	/** The same failure after a look-up has shown that nothing was done. */
	provenNotDone(): ServiceFailure {
		const advice = [this.advice, 'Nothing was made: it was looked up.'].join(' ').trim();
		return new ServiceFailure(this.message, advice, this.details, { unanswered: 'connection' });
	}
}

/** Of a write whose result nobody knows. */
export const DOUBT = 'The change may or may not have been made: look it up before you send it again.';

/** Where something else than the service seems to have answered. */
export const PAGE_ADVICE = 'Look at what answers at the Base URL: it may be a proxy or a login page.';

/** @param request a method, or a request as `details` hold it, e.g. `POST /api/v3/groups` */
export const isWrite = (request: string): boolean => !/^(GET|OPTIONS)\b/.test(request);

/** What a request may have changed that was not answered as it should be. A read changes nothing. */
export const certaintyOfLost = (request: string): Certainty => (isWrite(request) ? 'unknown' : 'notDone');

/** @returns whether a write may have been done although it failed */
export const isInDoubt = (error: unknown): error is ServiceFailure =>
	error instanceof ServiceFailure && error.certainty !== 'notDone';

/** More than that is no message any more. */
const LONGEST_MESSAGE = 2000;

const cut = (text: string, longest: number): string =>
	text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')} (cut)` : text;

/**
 * Text from outside for where n8n's editor renders HTML: hints and descriptions. The editor lets links and pictures pass,
 * so that a name could be a phishing link in an analyst's editor.
 */
export const escapeHtml = (text: string, longest = LONGEST_MESSAGE): string =>
	cut(text, longest)
		.replace(/&(?=#?\w+;?)/g, '&amp;')
		.replace(/</g, '&lt;');

/**
 * Text from outside for where n8n's editor shows it as it is in one place, and as HTML in another: messages, names in
 * drop-downs, progress. Nothing in it is an element, and it reads the same in both.
 */
export const withoutMarkup = (text: string, longest = LONGEST_MESSAGE): string =>
	cut(text, longest).replace(/<(?=[a-z/!?])/gi, '‹');

/**
 * The error that n8n shows when the execution stops. Built anew from our own parts: n8n's error classes would replace a
 * message that happens to hold a word like ENOENT, and ignore options when given one of their own kind.
 */
export function toNodeError(node: INode, error: unknown, itemIndex: number, written = ''): Error {
	const message = `${withoutMarkup(errorMessage(error))} [item ${itemIndex}]`;
	const description = escapeHtml([errorDescription(error), written].filter(Boolean).join(' '));
	return buildNodeError(node, error, { message, description, itemIndex });
}

/** Whether an AI agent calls the node: n8n gives a node that is used as a tool a type of its own. */
export const isToolNode = ({ type }: Pick<INode, 'type'>): boolean => type.endsWith('Tool');

/** n8n's error with exactly this message and description. */
export function buildNodeError(
	node: INode,
	error: unknown,
	given: { message: string; description: string; itemIndex?: number },
): Error {
	const { description } = given;
	// What to do would not reach the model: of a tool's failure, n8n's AI Agent and its Agents pass on the message alone.
	const isTold = isToolNode(node) && description !== '';
	const message = isTold ? `${given.message}\n\n${description}` : given.message;
	const options = { ...given, failure: failureOf(error) };
	const nodeError =
		error instanceof ServiceFailure
			? new NodeApiError(node, error.details, { ...options, httpCode: error.details.httpCode })
			: new NodeOperationError(node, message, options);
	nodeError.message = message;
	nodeError.description = description;
	return nodeError;
}

/** Why it failed, in n8n's terms: n8n and error workflows can act on it. Versions that do not know it ignore it. */
function failureOf(error: unknown): NodeError['failure'] {
	if (error instanceof InvalidInput) return { cause: 'configuration-invalid' };
	if (!(error instanceof ServiceFailure)) return undefined;
	const { httpCode } = error.details;
	if (httpCode === '401') return { cause: 'credential-invalid' };
	// A wait does not help where the write may have been done: it must be looked up first.
	if (error.certainty !== 'notDone') return undefined;
	if (httpCode === '429') {
		const { retryAfterMs } = error;
		return { cause: 'rate-limited', ...(retryAfterMs !== undefined && { retryAfterMs }) };
	}
	const isUnavailable = ['502', '503', '504'].includes(httpCode ?? '') || error.unanswered !== undefined;
	return isUnavailable ? { cause: 'temporarily-unavailable' } : undefined;
}

/**
 * The one error item of an input item. n8n routes it to the error output, the input's own fields merged in, only if its
 * json holds no other keys than `error`, `message` and `details`.
 */
export function toErrorItem(error: unknown, itemIndex: number): INodeExecutionData {
	const message = errorDescription(error);
	const details: IDataObject = error instanceof ServiceFailure ? { ...error.details } : {};
	return {
		json: { error: errorMessage(error), ...(message && { message }), details: { ...details, itemIndex } },
		pairedItem: { item: itemIndex },
	};
}

/** n8n's rules allow no caught value to be thrown again as it is; what is no Error becomes one. */
export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

export function errorMessage(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

export function errorDescription(error: unknown): string {
	if (error instanceof InvalidInput || error instanceof ServiceFailure) return error.description;
	const { description } = error as { description?: unknown };
	return typeof description === 'string' ? description : '';
}
