/** Scripts that complete the commands of this project in a shell; made from the commands as they are, without a start of Node at a key. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export interface CompletedCommand {
  /** `wf run`. */
  readonly name: string;
  readonly summary: string;
  /** The values that its argument may have, where those are few. */
  readonly choices: readonly string[];
  readonly flags: readonly CompletedFlag[];
}

export interface CompletedFlag {
  readonly name: string;
  readonly char: string | undefined;
  readonly description: string;
  readonly takesValue: boolean;
}

/** What an argument or a flag's value names: shell functions print the words. */
type Words = 'workflows' | 'domains';
const ARGUMENTS: { readonly [command: string]: Words } = {
  'wf run': 'workflows',
  'wf simulate': 'workflows',
  'wf test': 'workflows',
  'wf validate': 'domains',
};
const VALUES: { readonly [flag: string]: Words } = { domain: 'domains', domains: 'domains' };

/**
 * A script for the shell to read at its start.
 * @param topics what the words are about that are no commands themselves: `wf`
 */
export function completionScript(
  shell: Shell,
  commands: readonly CompletedCommand[],
  topics: ReadonlyMap<string, string>,
): string {
  const places = placesOf(commands, topics);
  if (shell === 'fish') return fishScript(places);
  return `${shell === 'zsh' ? BASH_IN_ZSH : ''}${bashScript(places)}`;
}

/** Where the line has got to, `` or `wf` or `wf run`, and what may come next. */
interface Place {
  readonly name: string;
  readonly next: readonly { readonly word: string; readonly summary: string }[];
  readonly argument: Words | undefined;
  readonly choices: readonly string[];
  readonly flags: readonly CompletedFlag[];
}

function placesOf(commands: readonly CompletedCommand[], topics: ReadonlyMap<string, string>): Place[] {
  const summaries = new Map([...topics, ...commands.map(({ name, summary }) => [name, summary] as const)]);
  const help = { name: 'help', char: undefined, description: 'show what it does', takesValue: false };
  return ['', ...summaries.keys()].map((name) => {
    const command = commands.find((one) => one.name === name);
    const inner = [...summaries].filter(([other]) => parentOf(other) === name);
    return {
      name,
      next: inner.map(([other, summary]) => ({ word: other.slice(other.lastIndexOf(' ') + 1), summary })),
      argument: ARGUMENTS[name],
      choices: command?.choices ?? [],
      flags: [...(command?.flags ?? []), help],
    };
  });
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(' ')));
}

/** Words that lead on, as the scripts see them: `place word`. */
function steps(places: readonly Place[]): string[] {
  return places.flatMap(({ name, next }) => next.map(({ word }) => `'${name} ${word}'`));
}

/** For `sh`: the words of a kind, from the folders of the project around the current one. Without a single quote. */
const FIND_WORDS = `root=$PWD
while [ -n "$root" ] && [ ! -d "$root/definitions" ]; do root=\${root%/*}; done
[ -n "$root" ] && cd "$root/definitions" || exit
case $1 in
  workflows) find . -type f -name "*.y*ml" ! -name "*.test.y*ml" | sed -E "s#^[.]/##; s#[.]ya?ml\\$##" ;;
  domains) find . ../schemas/activities -mindepth 1 -maxdepth 1 -type d | sed "s#.*/##" | sort -u ;;
esac 2>/dev/null`;

const BASH_IN_ZSH = `(( $+functions[compdef] )) || { autoload -U compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
`;

function bashScript(places: readonly Place[]): string {
  const byName = (wordsOf: (place: Place) => string): string =>
    places
      .map((place) => [place.name, wordsOf(place)] as const)
      .filter(([, words]) => words !== '')
      .map(([name, words]) => `      '${name}') words="${words}" ;;\n`)
      .join('');
  const values = (wanted: (words: Words | undefined) => boolean): string =>
    places
      .flatMap(({ name, flags }) =>
        flags
          .filter((flag) => flag.takesValue && wanted(VALUES[flag.name]))
          .flatMap((flag) => spellings(flag).map((spelling) => `'${name} ${spelling}'`)),
      )
      .join('|');
  const words = ({ next, argument, choices }: Place): string =>
    [
      ...next.map(({ word }) => word),
      ...choices,
      ...(argument ? [`$(_estuary_words ${argument})`] : []),
    ].join(' ');
  return `_estuary_words() {
  sh -c '${FIND_WORDS}' sh "$1"
}
_estuary() {
  local place='' words='' word
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case "$place $word" in
      ${steps(places).join('|')}) place="\${place:+$place }$word" ;;
    esac
  done
  case "$place $previous" in
    ${values((kind) => kind === 'domains')}) words="$(_estuary_words domains)" ;;
    *' ='|${values((kind) => kind === undefined)}) return ;;
    *) if [[ "$current" == -* ]]; then case "$place" in
${byName(({ flags }) => flags.flatMap(spellings).join(' '))}    esac; else case "$place" in
${byName(words)}    esac; fi ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _estuary estuary
`;
}

function spellings({ name, char }: CompletedFlag): string[] {
  return char === undefined ? [`--${name}`] : [`--${name}`, `-${char}`];
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ name, next, argument, choices, flags }) => {
    const here = `complete -c estuary -n '__estuary_at "${name}"'`;
    return [
      ...next.map(({ word, summary }) => `${here} -a ${word} -d ${quoted(summary)}`),
      ...choices.map((choice) => `${here} -a ${choice}`),
      ...(argument ? [`${here} -a '(__estuary_words ${argument})'`] : []),
      ...(argument === 'domains' ? [`${here} -F`] : []),
      ...flags.map((flag) => `${here} ${fishFlag(flag)} -d ${quoted(flag.description)}`),
    ];
  });
  return `function __estuary_words
  sh -c '${FIND_WORDS}' sh $argv[1]
end
function __estuary_at
  set -l place
  for word in (commandline -opc)[2..]
    if contains -- "$place $word" ${steps(places).join(' ')}
      set place (string trim -- "$place $word")
    end
  end
  test "$place" = "$argv[1]"
end
complete -c estuary -f
${lines.join('\n')}
`;
}

function fishFlag({ name, char, takesValue }: CompletedFlag): string {
  const spelt = `-l ${name}${char === undefined ? '' : ` -s ${char}`}`;
  if (!takesValue) return spelt;
  const words = VALUES[name];
  return words === undefined ? `${spelt} -r` : `${spelt} -x -a '(__estuary_words ${words})'`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
