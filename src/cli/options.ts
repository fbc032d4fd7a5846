import { InvalidArgumentError, Option } from 'commander';

export function channelOption(): Option {
  return new Option('--channel <channel>', 'by this channel').choices(['email', 'sms']).makeOptionMandatory();
}

export function limitOption(name = '--limit', usual = 50, what = 'at most so many'): Option {
  return new Option(`${name} <n>`, what).default(usual).argParser(numberFrom(1, 10_000));
}

export function priorityOption(otherwise: string): Option {
  return new Option('--priority <n>', `0–100, higher wins (else ${otherwise})`).argParser(numberFrom(0, 100));
}

export function numberFrom(least: number, most: number) {
  return (text: string): number => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= most)) throw new InvalidArgumentError(`It is a number from ${least} to ${most}.`);
    return number;
  };
}
