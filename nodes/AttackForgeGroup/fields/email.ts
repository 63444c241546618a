/** Whether a text may be one e-mail address. It tells apart only what no mail server takes: it is no parser of addresses. */
export const isEmail = (text: string): boolean => /^[^\s@,;<>]+@[^\s@,;<>]*[^\s@,;<>.]$/.test(text);
