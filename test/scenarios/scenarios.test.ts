import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { State } from '../../src/interpreter/state.ts';
import { read, runScenario, scenarioNames, scenarios, traceOf } from './scenario.ts';

describe.each(scenarioNames)('%s', (name) => {
  it('happens as its trace says', () => {
    const trace = traceOf(runScenario(name));
    if (process.env.UPDATE_FIXTURES) writeFileSync(new URL(`${name}/trace.txt`, scenarios), trace);
    expect(trace).toBe(read(`${name}/trace.txt`));
  });

  it('happens so too when it is stopped, serialised and gone on with after every event', () => {
    const viaJson = (state: State): State => JSON.parse(JSON.stringify(state)) as State;
    expect(traceOf(runScenario(name, viaJson))).toBe(read(`${name}/trace.txt`));
  });
});
