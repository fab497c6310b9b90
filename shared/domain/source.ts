/** Whose prices history holds. */

/** The platform's own feed; every other source was loaded. */
export const liveSource = "live";
/** Names of sources: `live`, `dukascopy`, `oanda`. */
export const sourcePattern = /^[a-z0-9-]{1,40}$/;
