/** Numbers of the features a client asks a daemon for when it opens. */
export const feature = { keepalive: 10, callbackEvents: 14, closeCallback: 15 } as const;

/** Numbers of the ways to prove who one is. */
export const authenticationType = { none: 0, sasl: 1, polkit: 2 } as const;
