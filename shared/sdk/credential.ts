/**
 * An API key (`sw_…`) or a token, or a function that gives one: it is asked before every request
 * and every connection, so a short-lived token can be renewed in it.
 */
export type Credential = string | (() => string | Promise<string>);

export async function readCredential(credential: Credential): Promise<string> {
  const value = typeof credential === "function" ? await credential() : credential;
  if (value === "") throw new TypeError("Cannot authenticate: the key is empty");
  return value;
}
