import { Flags } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { EstuaryCommand } from '../../cli/estuary-command.ts';
import { describeSchema } from '../../json-schema/describe-schema.ts';
import type { Json, JsonSchema } from '../../plan/plan.ts';
import { domainOf, loadProject } from '../../project/project.ts';

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly input: JsonSchema;
  /** `false` for a definition with errors. */
  readonly valid?: boolean;
  readonly effect?: string;
}

export default class WfList extends EstuaryCommand {
  static override summary = 'List workflows and activities, with their inputs.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --domain payments --json',
  ];
  static override flags = {
    domain: Flags.string({
      char: 'd',
      description: 'only these domains; repeatable, commas',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
  };

  async run(): Promise<{ workflows: readonly Entry[]; activities: readonly Entry[] }> {
    const { flags } = await this.parse(WfList);
    const project = loadProject(this.configuration().root);
    const names = [...project.definitions.keys(), ...project.signatures.keys()];
    const domains = [...new Set(names.map(domainOf))];
    const unknown = flags.domain?.find((domain) => !domains.includes(domain));
    if (unknown !== undefined) {
      throw new CommandFailure('unknown-domain', `there is no domain '${unknown}'`, {
        exit: EXIT.usage,
        hint: `domains: ${domains.join(', ') || 'none'}`,
      });
    }
    const wanted = ({ name }: { readonly name: string }): boolean =>
      flags.domain === undefined || flags.domain.includes(domainOf(name));
    const workflows = [...project.definitions.values()].filter(wanted).map(
      ({ name, runnable }): Entry => ({
        name,
        description: runnable?.plan.description ?? '',
        input: runnable?.inputSchema ?? {},
        valid: runnable !== undefined,
      }),
    );
    const activities = [...project.signatures.values()]
      .filter(wanted)
      .map(({ name, description, input, effect }): Entry => ({ name, description, input, effect }));
    this.#show('Workflows', workflows);
    this.#show('Activities', activities);
    return { workflows, activities };
  }

  #show(title: string, entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    this.log(out.bold(title));
    for (const { name, description, input, valid, effect } of entries) {
      const broken = valid === false ? `  ${out.red('has errors, see estuary wf validate')}` : '';
      this.log(`  ${out.cyan(name)}${effect ? out.dim(`  ${effect}`) : ''}${broken}`);
      if (description !== '') this.log(`    ${description}`);
      for (const line of describeInputs(input)) this.log(`      ${line}`);
    }
    this.log('');
  }
}

/** `min_amount  number > 0, default 50`, a line an input. */
function describeInputs(schema: JsonSchema): string[] {
  const { properties = {}, required = [] } = schema as {
    properties?: { [name: string]: JsonSchema };
    required?: string[];
  };
  const names = Object.keys(properties);
  const width = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => {
    const property = properties[name]!;
    const fallback =
      typeof property === 'object' && 'default' in property ? defaultOf(property.default!) : undefined;
    const presence = fallback ?? (required.includes(name) ? '' : ', optional');
    return `${name.padEnd(width)}  ${out.dim(describeSchema(property, schema) + presence)}`;
  });
}

function defaultOf(value: Json): string {
  return `, default ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}
