import type { ChildOptions } from './child.js';

/**
 * What the terminal is told of one kept process: when it is ready, when it is back, and each cause of its death once until it is back, since a
 * process that cannot start at all is tried again for ever.
 */
export function processNews(
  name: string,
  say: (line: string) => void,
  onReady?: (message: Record<string, unknown>) => void,
): Required<Pick<ChildOptions, 'onReady' | 'onDeath'>> {
  let isFirst = true;
  let said = '';
  return {
    onReady: (message) => {
      said = '';
      if (isFirst) onReady?.(message);
      else say(`${name} is back.`);
      isFirst = false;
    },
    onDeath: (reason, fault) => {
      const text =
        fault === null
          ? `${name} stopped (${reason}); restarting it.`
          : `${name} could not start and is tried again. ${fault.code}: ${fault.message}\n  ${fault.advice}`;
      if (text !== said) say(text);
      said = text;
    },
  };
}
