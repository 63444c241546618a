/** Values of resource locators, as n8n's editor stores them. */

/** @param name the name that the list showed */
export const fromList = (value: string, name: string) => ({
	__rl: true,
	mode: 'list',
	value,
	cachedResultName: name,
});

const typed = (mode: string) => (value: string) => ({ __rl: true, mode, value });

export const byEmail = typed('email');
export const byId = typed('id');
export const byKey = typed('key');
export const byName = typed('name');
export const byUrl = typed('url');
