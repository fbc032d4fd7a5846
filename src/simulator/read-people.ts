import { castPersona, type Persona } from './persona.js';
import type { About, Path, Reading, ScenarioPeople } from './reading.js';
import type { WrittenPersona, WrittenScenario } from './scenario-source.js';

/** Without a `persona` the first of `people` is it. */
export function readPeople(reading: Reading, written: WrittenScenario, path: Path, about: About): ScenarioPeople {
  const groups = new Map<string, readonly string[]>();
  const named: [string, Persona][] = [];
  for (const [name, { times, ...person }] of Object.entries(written.people)) {
    if (name === 'persona') reading.complain([...path, 'people', name], 'The name "persona" is taken: write it beside "people".');
    const names = times === undefined ? [name] : Array.from({ length: times }, (_, place) => `${name}-${place + 1}`);
    if (times !== undefined) groups.set(name, names);
    for (const one of names)
      named.push([one, readPersona(reading, person, [...path, 'people', name], { ...about, as: { name: one, place: named.length } })]);
  }
  const [first] = named;
  if (written.persona !== undefined || first === undefined) {
    if (written.persona === undefined) reading.complain(path, 'A scenario is about somebody.', 'Write a "persona", or "people".');
    const persona = readPersona(reading, written.persona ?? { like: 'visitor' }, [...path, 'persona'], about);
    return { persona, personaName: null, others: Object.fromEntries(named), names: ['persona', ...named.map(([name]) => name)], groups };
  }
  const [personaName, persona] = first;
  return { persona, personaName, others: Object.fromEntries(named.slice(1)), names: named.map(([name]) => name), groups };
}

function readPersona(
  reading: Reading,
  written: WrittenPersona,
  path: Path,
  about: About & { readonly as?: { readonly name: string; readonly place: number } },
): Persona {
  const base = castPersona(written.like, about.startAt, about.as);
  return {
    ...base,
    identified: written.identified ?? base.identified,
    traits: { ...base.traits, ...written.traits },
    consents:
      written.consents?.map(({ at, ...consent }, index) => ({
        ...consent,
        at: reading.when(at, [...path, 'consents', index, 'at'], about),
        method: 'form',
        source: 'scenario',
      })) ?? base.consents,
    ...(written.tier === undefined ? {} : { tier: written.tier }),
    ...(written.arms === undefined ? {} : { arms: written.arms }),
    suppressed: written.suppressed ?? {},
    unreachable: written.unreachable ?? {},
    messagesBefore: (written.messages_before ?? []).map(({ at, ...message }, index) => ({
      ...message,
      at: reading.when(at, [...path, 'messages_before', index, 'at'], about),
    })),
    ordersBefore: (written.orders_before ?? []).map((at, index) => reading.when(at, [...path, 'orders_before', index], about)),
  };
}
