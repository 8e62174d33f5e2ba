import { required } from './card.ts';

/** Light or dark as the system says, until the button says otherwise. */
export function wireTheme(onChange: () => void): void {
  const button = required<HTMLButtonElement>(document, '[data-theme-toggle]');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = (): boolean =>
    (document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
  const update = (): void => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    button.setAttribute('aria-label', `Switch to the ${isDark() ? 'light' : 'dark'} theme`);
    onChange();
  };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    update();
  });
  dark.addEventListener('change', update);
  update();
}
