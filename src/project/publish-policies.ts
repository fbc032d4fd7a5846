import { publishPolicy } from '../app/policies/publish-policy.js';
import { describeProblem } from '../yaml/problem.js';
import { missingFile, PolicyError, publishOrder, readPolicyFile } from './policy-folder.js';

/**
 * What a start publishes. An embedded instance follows its project folder: what changed there comes in force, and a file that is missing is
 * a PolicyError. With a store of its own the operator publishes; only a kind that the store has no version of is taken from the folder, so
 * that a first start works, and one after an upgrade that brings a kind.
 */
export async function publishPolicyFolder(
  app: Parameters<typeof publishPolicy>[0],
  projectFolder: string,
  { isEmbedded, say }: { readonly isEmbedded: boolean; readonly say: (line: string) => void },
): Promise<void> {
  for (const policy of publishOrder) {
    const source = await readPolicyFile(projectFolder, policy);
    if (source === null) {
      // Without the file an embedded instance would go on with what nobody can see; elsewhere the store may know more.
      if (isEmbedded) throw new PolicyError(describeProblem(missingFile(policy)));
      continue;
    }
    // A topic may be renamed in both files at once.
    const nextCaps = policy === 'topics' && isEmbedded ? await readPolicyFile(projectFolder, 'caps') : null;
    const result = await publishPolicy(app, { policy, source, note: 'published at start', onlyIfNone: !isEmbedded, nextCaps });
    if (result.kind === 'published') say(`Published policy ${policy}, version ${result.version}.`);
    for (const problem of result.problems) say(describeProblem(problem));
    if (result.kind === 'refused') throw new PolicyError(`policies/${policy}.yaml cannot be published; see the lines above.`);
  }
}
