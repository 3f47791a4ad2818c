// Draws what was compared as bars, with a line across each end over the middle half of the rounds.
import { init } from 'echarts';

const OURS = '#1d6fb8';
const THEIRS = '#9aa5b1';
const INK = '#24292f';
const WIDTH = 860;
const ROW = 30;
/** Room for one letter of a label. */
const LETTER = 7;
const MARGIN = { top: 52, bottom: 34 };

/** A number with three digits. */
function shown(value) {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

/** The axis of a logarithmic chart begins at a power of ten: such a scale has no zero. */
function axisOf({ bars, isLogarithmic = false }) {
  if (!isLogarithmic) return { type: 'value' };
  const least = Math.min(...bars.map(({ value, spread }) => spread?.[0] ?? value));
  return { type: 'log', min: 10 ** Math.max(0, Math.floor(Math.log10(least))) };
}

/** One label for each bar, on one side. */
function labels(texts, position) {
  return {
    type: 'category',
    position,
    inverse: true,
    data: texts,
    axisLine: { show: position === 'left' },
    axisTick: { show: false },
    axisLabel: { color: INK },
  };
}

function options(chart) {
  const { title, bars } = chart;
  const names = bars.map(({ label }) => label);
  return {
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 12, top: 12, textStyle: { fontSize: 15, color: INK } },
    grid: { left: LETTER * Math.max(...names.map(({ length }) => length)), right: 76, ...MARGIN },
    xAxis: { ...axisOf(chart), axisLabel: { color: INK, formatter: shown } },
    yAxis: [
      labels(names, 'left'),
      labels(
        bars.map(({ value }) => shown(value)),
        'right',
      ),
    ],
    series: [
      {
        type: 'bar',
        barWidth: '58%',
        data: bars.map(({ value, isOurs }) => ({
          value,
          itemStyle: { color: isOurs ? OURS : THEIRS },
        })),
      },
      {
        type: 'custom',
        silent: true,
        data: bars.flatMap(({ spread }, row) => (spread === undefined ? [] : [[...spread, row]])),
        encode: { x: [0, 1], y: 2 },
        renderItem: drawSpread,
      },
    ],
  };
}

function line(x1, y1, x2, y2) {
  return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke: INK, lineWidth: 1.5 } };
}

function drawSpread(_parameters, api) {
  const [from, y] = api.coord([api.value(0), api.value(2)]);
  const [to] = api.coord([api.value(1), api.value(2)]);
  const children = [
    line(from, y, to, y),
    line(from, y - 4, from, y + 4),
    line(to, y - 4, to, y + 4),
  ];
  return { type: 'group', children };
}

/** A chart as SVG. */
export function draw(chart) {
  const height = chart.bars.length * ROW + MARGIN.top + MARGIN.bottom;
  const drawing = init(undefined, undefined, { renderer: 'svg', ssr: true, width: WIDTH, height });
  drawing.setOption(options(chart));
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return `${svg}\n`;
}
