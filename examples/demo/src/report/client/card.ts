import type { Timeline } from '../timeline.ts';
import { describeLane } from './describe.ts';
import { countsAt, lanesOf } from './model.ts';
import { createPicture, type View } from './picture.ts';

/** One contender's part of the page. */
export interface Card {
  readonly id: string;
  readonly end: number;
  setVisible(visible: boolean): void;
  show(view: Pick<View, 'scaleEnd' | 'tick'>): void;
  invalidate(): void;
}

const LARGE_STEP = 10;

export function createCard(element: HTMLElement, timeline: Timeline): Card {
  const canvas = required<HTMLCanvasElement>(element, 'canvas');
  const story = required(element, '[data-story]');
  const tally = required(element, '[data-tally]');
  const lanes = lanesOf(timeline);
  const picture = createPicture(canvas, timeline, lanes);
  const hint = story.textContent;
  let view: View = { scaleEnd: timeline.end, tick: undefined, lane: undefined };

  const draw = (): void => {
    picture.show(view);
    const { answered, failed, waiting } = countsAt(lanes, view.tick ?? timeline.end);
    tally.textContent = `${answered.toLocaleString('en-US')} answered · ${failed.toLocaleString('en-US')} failed · ${waiting.toLocaleString('en-US')} under way`;
  };
  const point = (index: number | undefined): void => {
    const lane = index === undefined ? undefined : lanes[index];
    view = { ...view, lane: lane ? index : undefined };
    story.textContent = lane && index !== undefined ? describeLane(lane, index) : hint;
    if (index !== undefined) canvas.setAttribute('aria-valuenow', String(index + 1));
    canvas.setAttribute('aria-valuetext', story.textContent ?? '');
    draw();
  };

  canvas.addEventListener('pointermove', ({ offsetY }) => point(picture.laneAt(offsetY)));
  canvas.addEventListener('pointerdown', ({ offsetY }) => point(picture.laneAt(offsetY)));
  canvas.addEventListener('pointerleave', () => point(undefined));
  canvas.addEventListener('blur', () => point(undefined));
  canvas.addEventListener('keydown', (event) => {
    const next = nextLane(event.key, view.lane ?? -1, lanes.length);
    if (next === undefined) return;
    event.preventDefault();
    point(next);
  });

  return {
    id: element.id,
    end: timeline.end,
    setVisible: (visible) => {
      element.hidden = !visible;
    },
    show(shown) {
      view = { ...view, ...shown };
      draw();
    },
    invalidate: picture.invalidate,
  };
}

/** The keys of a slider (WAI-ARIA authoring practices); down is the next lane, because it is drawn below. */
function nextLane(key: string, current: number, lanes: number): number | undefined {
  const steps: Record<string, number> = {
    ArrowDown: 1,
    ArrowRight: 1,
    ArrowUp: -1,
    ArrowLeft: -1,
    PageDown: LARGE_STEP,
    PageUp: -LARGE_STEP,
  };
  if (key === 'Home') return 0;
  if (key === 'End') return lanes - 1;
  const step = steps[key];
  return step === undefined ? undefined : Math.min(lanes - 1, Math.max(0, current + step));
}

export function required<E extends HTMLElement = HTMLElement>(
  parent: ParentNode,
  selector: string,
): E {
  const found = parent.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}
