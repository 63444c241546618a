import { InvalidInput } from '../../nodes/shared/core/errors';

/** @returns message and description of the refusal */
export function refusal(read: () => unknown): [string, string] {
	try {
		return ['read', String(read())];
	} catch (error) {
		expect(error).toBeInstanceOf(InvalidInput);
		return [(error as InvalidInput).message, (error as InvalidInput).description];
	}
}
