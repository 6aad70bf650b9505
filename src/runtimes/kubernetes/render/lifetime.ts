/** A day: then a pod that a person started is stopped. */
export const LIFETIME_SECONDS = 24 * 3600;

/** The same for the page that has the pod started. */
export const LIFETIME_TEXT =
  'It lives for a day from its start; for what takes longer put more seconds into activeDeadlineSeconds of the file first.';
