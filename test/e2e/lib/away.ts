/** Half a day from now, in UTC: no timer of that time starts a job while the suite runs. */
const at = new Date(Date.now() + 12 * 60 * 60 * 1000);

/** The time as a cron line. */
export const AWAY_CRON = `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`;

/** The same as a text of YAML. */
export const AWAY = JSON.stringify(AWAY_CRON);

const two = (number: number) => String(number).padStart(2, '0');

/** The same as systemd writes it. */
export const AWAY_CALENDAR = `*-*-* ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:00 UTC`;
