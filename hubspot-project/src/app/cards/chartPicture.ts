import type { Chart, Tone } from './types';

const COLOUR: Record<Tone, string> = {
  neutral: '#7c98b6',
  info: '#0091ae',
  success: '#00a38d',
  warning: '#dbae60',
  danger: '#d94c53',
};

const WIDTH = 640;
const LABELS = 190;
const ROW = 26;
const SCALE = 22;
const FONT = 'font-family="Lexend Deca, Avenir Next, Helvetica, Arial, sans-serif"';

const escape = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const clip = (text: string, length: number) =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

/** HubSpot's own bar charts cannot begin a bar anywhere but at zero, so a timeline is drawn here, as an SVG. */
export function chartPicture({ bars, scale, today }: Chart): string {
  const height = bars.length * ROW + (scale.length > 0 ? SCALE : 0) + 4;
  const plot = WIDTH - LABELS - 8;
  const at = (percent: number) => LABELS + (Math.min(Math.max(percent, 0), 100) / 100) * plot;

  const ticks = scale.map((label, index) => {
    const x = scale.length > 1 ? LABELS + (index / (scale.length - 1)) * plot : LABELS;
    const anchor = index === 0 ? 'start' : index === scale.length - 1 ? 'end' : 'middle';
    return (
      `<line x1="${x}" x2="${x}" y1="2" y2="${bars.length * ROW + 2}" stroke="#eaf0f6"/>` +
      `<text x="${x}" y="${height - 6}" text-anchor="${anchor}" font-size="11" fill="#516f90">${escape(label)}</text>`
    );
  });
  const rows = bars.map((bar, index) => {
    const y = index * ROW + 2;
    const x = at(bar.start);
    const width = Math.max(at(bar.start + bar.length) - x, 4);
    return (
      `<text x="0" y="${y + 17}" font-size="12" fill="#33475b">${escape(clip(bar.label, 28))}</text>` +
      `<rect x="${x}" y="${y + 5}" width="${width}" height="16" rx="3" fill="${COLOUR[bar.tone]}"/>`
    );
  });
  const mark =
    today === null
      ? ''
      : `<line x1="${at(today)}" x2="${at(today)}" y1="0" y2="${bars.length * ROW + 4}" stroke="#ff5c35" stroke-width="2"/>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ${FONT}>` +
    `${ticks.join('')}${rows.join('')}${mark}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
