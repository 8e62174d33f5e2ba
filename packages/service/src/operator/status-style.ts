/** The style of the status page: light, or dark where the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1b2430; --quiet: #566273; --line: #d9dee6;
  --good: #0b6b3a; --good-paper: #e0f4e8; --bad: #a1200f; --bad-paper: #fde5e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1b212a; --ink: #e7ecf3; --quiet: #a3afbf; --line: #323b48;
    --good: #7be0a7; --good-paper: #143524; --bad: #ff9c8c; --bad-paper: #46190f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 76rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif;
}
header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 0.5rem; }
p { margin: 0 0 0.5rem; }
header p { margin: 0; }
.quiet { color: var(--quiet); font-size: 0.9rem; }
header .quiet { flex-basis: 100%; }
.badge { border-radius: 1rem; padding: 0.1rem 0.7rem; font-size: 0.9rem; font-weight: 600; white-space: nowrap; }
.good.badge { background: var(--good-paper); color: var(--good); }
.bad.badge { background: var(--bad-paper); color: var(--bad); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 0.75rem; margin: 1.5rem 0 0.5rem; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem 1rem; }
.figures dt { color: var(--quiet); font-size: 0.9rem; }
.figures dd { margin: 0; font-size: 1.6rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures .bad { border-color: var(--bad); }
.figures .bad dd { color: var(--bad); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.scroll:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.5rem 1rem; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { border-top: 0; color: var(--quiet); font-size: 0.9rem; font-weight: 600; }
.number { font-variant-numeric: tabular-nums; }
code { font: 0.9rem ui-monospace, monospace; }
`;
