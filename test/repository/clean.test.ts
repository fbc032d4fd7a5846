import { expect, test } from 'vitest';
import { repositoryFiles, textOf } from '../support/repository.js';

/** Folders of whoever's machine this was written on; a service in a container has its own. */
const machineFolders = ['work', 'tmp', 'root', 'home', 'Users'];
const machinePath = new RegExp(`(?:^|[\\s"'\`(=:])/(?:${machineFolders.join('|')})/[\\w.-]+`);
/** Registries are configured where packages are installed, never here. */
const registry = /https?:\/\/[\w.-]*\b(?:registry|verdaccio|artifactory|npmmirror|goproxy)\b|\bGOPROXY=\S/i;

const files = repositoryFiles().filter((file) => !file.startsWith('test/repository/'));

test('no file holds a path of the machine that it was written on', () => {
  expect(files.length).toBeGreaterThan(100);
  expect(linesLike(machinePath)).toEqual([]);
});

test('no file names a package registry', () => {
  expect(linesLike(registry)).toEqual([]);
});

test('package-lock.json holds each package by what is in it, and not by where it came from', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as {
    packages: Readonly<Record<string, { resolved?: string; integrity?: string }>>;
  };
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
});

function linesLike(pattern: RegExp): readonly string[] {
  return files.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.slice(0, 160)}`] : [])),
  );
}
