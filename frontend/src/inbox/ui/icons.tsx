// Our own glyphs: lines on a 24-pixel grid. Decoration only; whatever they mean is said in words beside them.

const PATHS = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.5 15.5L20 20",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  help: "M9.2 9.2a2.8 2.8 0 1 1 4.2 2.4c-.9.5-1.4 1.1-1.4 2.100M12 17.200v.1M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
  info: "M12 11v5.500M12 7.700v.1M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18z",
  plus: "M12 5v14M5 12h14",
  smile: "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM8.5 14.200a4.2 4.2 0 0 0 7 0M9 9.700v.1M15 9.700v.1",
  template: "M5 4h14v16H5zM8.5 8.500h7M8.5 12h7M8.5 15.500h4",
  send: "M4.5 12h14M12.5 5.500L19 12l-6.5 6.5",
  clock: "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18zM12 7v5l3 2",
  tick: "M5 12.500l4.5 4.500L19 7.5",
  ticks: "M2 12.500L6.5 17 15 7.500M11.5 16.200l.8.8L21.5 7.5",
  warning: "M12 4L2.8 19.500h18.400zM12 10v4M12 16.900v.1",
  photo: "M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.500L20 17M15 9.200v.1",
  video: "M4 6h11v12H4zM15 11l5-3v8l-5-3",
  voice: "M12 15a3 3 0 0 1-3-3V6a3 3 0 0 1 6 0v6a3 3 0 0 1-3 3zM6 11.500a6 6 0 0 0 12 0M12 17.500V21",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  pin: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 12.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.500a7.5 7.5 0 0 1 15 0",
  stop: "M6 6h12v12H6z",
  trash: "M5 7h14M9.5 7V4.500h5V7M7 7l.8 12.500h8.400L17 7M10.200 10.500v5.500M13.800 10.500v5.500",
  play: "M8 5.500v13l10.5-6.500z",
  pause: "M8.5 5.500v13M15.5 5.500v13",
  download: "M12 4v11M7 10.500l5 5 5-5M5 20h14",
  reply: "M10 6L4.5 11.5 10 17M4.5 11.500H14a5.5 5.5 0 0 1 5.5 5.500v1.5",
  more: "M5.400 12a.6.6 0 1 0 1.200 0 .6.6 0 1 0-1.200 0zM11.400 12a.6.6 0 1 0 1.200 0 .6.6 0 1 0-1.200 0zM17.400 12a.6.6 0 1 0 1.200 0 .6.6 0 1 0-1.200 0z",
  down: "M12 5v13M6 12.500l6 6 6-6",
  next: "M9 5l7 7-7 7",
  copy: "M8.5 8.500h11v11h-11zM15.5 8.500v-4h-11v11h4",
  retry: "M19 12a7 7 0 1 1-2.2-5.100M19 4v4h-4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  link: "M10 14l4-4M8.5 11.500L6 14a3.5 3.5 0 0 0 5 5l2.5-2.500M15.5 12.500L18 10a3.5 3.5 0 0 0-5-5l-2.5 2.5",
  cart: "M3.5 5h2.500l2 10h9.500l2-7H7M9.5 19.500v.1M16.5 19.500v.1",
  inbox: "M4 13l2.5-8h11L20 13v6H4zM4 13h5l1 2.500h4l1-2.500h5",
  up: "M12 19V6M6 11.500l6-6 6 6",
  minus: "M5 12h14",
  bin: "M4.5 7h15M9.5 7V4.500h5V7M6.5 7l1 13h9l1-13",
  list: "M9 6.500h11M9 12h11M9 17.500h11M4.5 6.500v.1M4.5 12v.1M4.5 17.500v.1",
  buttons: "M4 4.500h16v6H4zM4 13.500h16v6H4zM9 7.500h6M9 16.500h6",
  target: "M12 18a6 6 0 1 1 0-12 6 6 0 0 1 0 12zM12 2.500V6M12 18v3.500M2.5 12H6M18 12h3.500M12 12v.1",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.5 1.500h-15zM10 20.500h4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20, flip = false }: { name: IconName; size?: number; flip?: boolean }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
      data-flip={flip || undefined}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
