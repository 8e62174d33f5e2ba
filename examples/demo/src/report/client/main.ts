import { type Timeline, TICKS_PER_MS } from '../timeline.ts';
import { type Card, createCard, required } from './card.ts';
import { milliseconds } from './describe.ts';
import { createPlayer } from './player.ts';
import { wireTheme } from './theme.ts';

const timelines = JSON.parse(required(document, '#timelines').textContent ?? '{}') as Record<
  string,
  Timeline
>;
const cards = Object.entries(timelines).map(([id, timeline]) =>
  createCard(required(document, `#${id}`), timeline),
);
const hidden = new Set<string>();
const moment = required<HTMLInputElement>(document, '[data-moment]');
const momentText = required<HTMLOutputElement>(document, '[data-moment-text]');
const play = required<HTMLButtonElement>(document, '[data-play]');
const sameScale = required<HTMLInputElement>(document, '[data-same-scale]');
const choices = [...document.querySelectorAll<HTMLInputElement>('[data-choice]')];

const visible = (): Card[] => cards.filter(({ id }) => !hidden.has(id));
const longest = (): number => Math.max(TICKS_PER_MS, ...visible().map(({ end }) => end));
const share = (): number => Number(moment.value) / Number(moment.max);

function showAll(): void {
  const end = longest();
  const atEnd = share() >= 1;
  for (const card of visible()) {
    const scaleEnd = sameScale.checked ? end : card.end;
    card.show({ scaleEnd, tick: atEnd ? undefined : share() * scaleEnd });
  }
  momentText.value = atEnd
    ? 'the end'
    : sameScale.checked
      ? milliseconds(share() * end)
      : `${Math.round(share() * 100)} %`;
  moment.setAttribute('aria-valuetext', momentText.value);
}

const player = createPlayer(
  share,
  (value) => {
    moment.value = String(value * Number(moment.max));
    showAll();
  },
  () => {
    play.textContent = player.playing ? 'Pause' : 'Play in slow motion';
  },
);

play.addEventListener('click', player.toggle);
moment.addEventListener('input', () => {
  player.stop();
  showAll();
});
sameScale.addEventListener('change', showAll);
for (const choice of choices) {
  choice.addEventListener('change', () => {
    if (choice.checked) hidden.delete(choice.value);
    else hidden.add(choice.value);
    for (const card of cards) card.setVisible(!hidden.has(card.id));
    for (const column of document.querySelectorAll<HTMLElement>('[data-column]')) {
      column.hidden = column.querySelectorAll('article:not([hidden])').length === 0;
    }
    showAll();
  });
}
wireTheme(() => {
  for (const card of cards) card.invalidate();
  showAll();
});
new ResizeObserver(showAll).observe(required(document, 'main'));
