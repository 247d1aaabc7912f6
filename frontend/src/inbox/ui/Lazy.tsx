// A component whose code comes when it is first wanted.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => preact.JSX.Element | null {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [, redraw] = useState(0);
    useEffect(() => {
      if (known) return;
      let here = true;
      load().then(
        (loaded) => {
          known = loaded;
          if (here) redraw(1);
        },
        () => undefined,
      );
      return () => {
        here = false;
      };
    }, []);
    const Known = known;
    return Known ? <Known {...props} /> : null;
  };
}
