/** RFC 3339 with as many digits of the second's fraction as are not zero, in UTC; from microseconds since the epoch. */
export function formatTime(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1e6);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const fraction = String(Math.floor(microseconds) - seconds * 1e6)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return fraction === '' ? `${whole}Z` : `${whole}.${fraction}Z`;
}
