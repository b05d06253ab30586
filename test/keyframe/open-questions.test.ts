import { describe, expect, it } from 'vitest';
import { OpenQuestions } from '../../server/stages/keyframe/open-questions.js';

describe('open questions about a face', () => {
  it('are two at most: one that is computed and one that waits', () => {
    const questions = new OpenQuestions(2);
    for (const frame of [10, 11]) {
      expect(questions.mayAsk(0, frame)).toBe(true);
      questions.asked(0, frame);
    }
    expect(questions.mayAsk(0, 12)).toBe(false);
    // Another face has its own.
    expect(questions.mayAsk(1, 12)).toBe(true);
    questions.answered(0, 10);
    expect(questions.mayAsk(0, 13)).toBe(true);
  });

  it('end with the answer of a newer one: inference leaves out what it could not begin in time', () => {
    const questions = new OpenQuestions(1);
    questions.asked(0, 10);
    questions.asked(0, 12);
    questions.answered(0, 12);
    questions.asked(0, 13);
    expect(questions.mayAsk(0, 14)).toBe(true);
  });

  it('are not ended by an answer that is older than they are', () => {
    const questions = new OpenQuestions(1);
    questions.asked(0, 10);
    questions.asked(0, 11);
    questions.answered(0, 9);
    expect(questions.mayAsk(0, 12)).toBe(false);
  });

  it('do not silence a face for good where an answer never comes, or comes from another process', () => {
    const questions = new OpenQuestions(1);
    questions.asked(0, 10);
    questions.asked(0, 11);
    expect(questions.mayAsk(0, 60)).toBe(false);
    expect(questions.mayAsk(0, 61)).toBe(true);
    questions.asked(0, 61);
    questions.asked(0, 62);
    questions.reset();
    expect(questions.mayAsk(0, 63)).toBe(true);
  });
});
