/**
 * The one file that a host of this page edits: the intake's address without a slash at its end, for example
 * "https://api.example.org". Empty: the intake is the host that the page came from.
 */
export const intake = "";
