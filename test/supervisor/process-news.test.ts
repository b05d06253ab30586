import { describe, expect, it } from 'vitest';
import { processNews } from '../../server/supervisor/process-news.js';

const taken = { code: 'CONTROL_PORT_TAKEN', message: 'The HTTP port 8080 is in use.', advice: 'Give another port.' };

describe('what the terminal is told of a process', () => {
  it('says why it cannot start, with the advice, once and not at each try', () => {
    const said: string[] = [];
    const news = processNews('control', (line) => said.push(line));
    for (let tries = 0; tries < 5; tries++) news.onDeath('exit code 1', taken);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('CONTROL_PORT_TAKEN: The HTTP port 8080 is in use.\n  Give another port.');
  });

  it('says each new cause, and after it was back the same cause again', () => {
    const said: string[] = [];
    const ready: unknown[] = [];
    const news = processNews(
      'lane-cam-a',
      (line) => said.push(line),
      (message) => ready.push(message),
    );
    news.onReady({ outputName: 'A' });
    news.onDeath('SIGKILL', null);
    news.onDeath('exit code 1', null);
    news.onReady({ outputName: 'A' });
    news.onDeath('exit code 1', null);
    expect(ready).toEqual([{ outputName: 'A' }]);
    expect(said).toEqual([
      'lane-cam-a stopped (SIGKILL); restarting it.',
      'lane-cam-a stopped (exit code 1); restarting it.',
      'lane-cam-a is back.',
      'lane-cam-a stopped (exit code 1); restarting it.',
    ]);
  });
});
