/** The client that is registered in advance, for who does not register. */
export const CLIENT_ID = 'host';
