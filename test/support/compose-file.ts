import { parse } from 'yaml';
import { textOf } from './repository.js';

/** A service of docker-compose.yml, as far as it is read. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: string;
  readonly restart?: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** docker-compose.yml with its anchors merged, and `${…}` as it stands. */
export function composeFile(): ComposeFile {
  return parse(textOf('docker-compose.yml'), { merge: true }) as ComposeFile;
}

/** Services that are processes of Sojourn, by name. */
export function ownServices(): readonly (readonly [string, ComposeService])[] {
  return Object.entries(composeFile().services).filter(([, { build }]) => build !== undefined);
}

/**
 * The environment of a service, with `${NAME}`, `${NAME:-default}` and `${NAME:?message}` filled in from `env` as compose does; throws for
 * a missing one.
 */
export function environmentOf(name: string, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { environment = {} } = composeFile().services[name] ?? {};
  return Object.fromEntries(Object.entries(environment).map(([setting, text]) => [setting, substituted(String(text), env)]));
}

function substituted(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+)(?::-([^}]*)|:\?([^}]*))?\}/g, (_all, name: string, fallback?: string) => {
    const value = env[name] || fallback;
    if (value === undefined) throw new Error(`docker-compose.yml wants ${name}.`);
    return value;
  });
}
