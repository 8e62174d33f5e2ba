/** The client that is registered in advance, for clients that do not register. */
export const CLIENT_ID = 'host';
