import { InvalidArgumentError, Option } from 'commander';

/** An option that may be left out. */
export function option(flags: string, help: string): Option {
  return new Option(flags, help);
}

/** An option without which the command asks for it. */
export function required(flags: string, help: string): Option {
  return new Option(flags, help).makeOptionMandatory();
}

/**
 * `--channel <channel>`. Its choices are filled in when a command line is about a channel: the values of the channels take 60 ms to load.
 */
export class ChannelOption extends Option {
  constructor(help = 'on this channel') {
    super('--channel <channel>', help);
  }
}

/** `--source <source>` of dead letters. Its help names the sources, which are filled in when help is asked for: they load zod. */
export class LetterSourceOption extends Option {
  readonly #help: string;

  constructor(help: string) {
    super('--source <source>', help);
    this.#help = help;
  }

  naming(sources: readonly string[]): this {
    if (sources.length > 0) this.description = `${this.#help}: ${sources.join(', ')}`;
    return this;
  }
}

export function channelOption(): Option {
  return new ChannelOption().makeOptionMandatory();
}

export function limitOption(name = '--limit', usual = 50, what = 'at most this many'): Option {
  return new Option(`${name} <n>`, what).default(usual).argParser(numberFrom(1, 10_000));
}

export function priorityOption(otherwise: string): Option {
  return new Option('--priority <n>', `0–100, higher wins (else ${otherwise})`).argParser(numberFrom(0, 100));
}

export function numberFrom(least: number, most: number) {
  return (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    return number;
  };
}
